use super::*;

fn told(text: &str, lang: &str) -> (String, Vec<String>) {
    told_of(text, lang, Markup::Plain)
}

fn told_of(text: &str, lang: &str, markup: Markup) -> (String, Vec<String>) {
    let (mended, repairs) = repair(text, lang, Profile::FrMa, markup);
    let (twice, none) = repair(&mended, lang, Profile::FrMa, markup);
    assert_eq!((twice.as_str(), none), (mended.as_str(), Vec::new()));
    (mended, repairs.iter().map(ToString::to_string).collect())
}

#[test]
fn french_typography_is_told_in_groups() {
    let (mended, repairs) =
        told("L'oeuvre d'un élu : \"l'oeuvre\"... 45 % le 12 mars à M. Untel, n° 3 !", "fr");
    assert_eq!(
        mended,
        "L’œuvre d’un élu\u{a0}: «\u{a0}l’œuvre\u{a0}»… 45\u{a0}% le 12\u{a0}mars à M.\u{a0}Untel, n°\u{a0}3\u{202f}!"
    );
    assert_eq!(
        repairs,
        [
            "' → ’ ×3",
            "␣: → ⟨U+00A0⟩:",
            "␣% → ⟨U+00A0⟩%",
            "␣mars → ⟨U+00A0⟩mars",
            "M.␣ → M.⟨U+00A0⟩",
            "n°␣ → n°⟨U+00A0⟩",
            "␣! → ⟨U+202F⟩!",
            "\"…\" → «…»",
            "... → …",
            "oeuvre → œuvre ×2",
        ]
    );
}

#[test]
fn what_word_and_mail_leave_goes() {
    let (mended, repairs) = told(
        "\u{feff}Pre\u{ad}mier\r\n\u{a0}\u{f0b7}\tpoint\r\n• deux\u{200b}\r\no\ttrois\u{a0}\nfin\u{b}e\u{301}té",
        "fr",
    );
    assert_eq!(mended, "Premier\n- point\n- deux\n- trois\nfin\nété");
    assert_eq!(
        repairs,
        [
            "CRLF → LF ×3",
            "U+FEFF removed",
            "U+00AD removed",
            "U+200B removed",
            "U+000B → LF",
            "U+F0B7 → -",
            "• → -",
            "o → -",
            "U+0065 U+0301 → é",
            "U+00A0 removed ×2",
        ]
    );
}

#[test]
fn whatsapp_marks_leave_plain_text() {
    let (mended, repairs) = told("*Important* : _vite_ et ~non~, *_tout_*", "en");
    assert_eq!(mended, "Important : vite et non, tout");
    assert_eq!(repairs, ["*…* → … ×2", "~…~ → …", "_…_ → … ×2"]);
    assert_eq!(
        told("🔴 *Visite à Tiznit*\nLe parti visite.", "en").0,
        "🔴 Visite à Tiznit\n\nLe parti visite."
    );
    for kept in [
        "2 * 3 * 4",
        "**gras**",
        "* un\n* deux",
        "*ouvert\nfermé*",
        "a*b*c a_b_c",
        "https://x.ma/*a*b/_c_",
        "_ _ ____",
    ] {
        assert_eq!(told(kept, "en"), (kept.to_owned(), vec![]));
    }
}

#[test]
fn code_addresses_and_emphasis_of_markdown_stay() {
    for kept in [
        "Tapez `l'x \"y\"`\u{202f}!",
        "```\necho \"l'eau\" ...\n•\tun\u{a0}\n```",
        "    echo \"l'eau\"\n",
        "Un *mot* et _un_ ~autre~",
        "[lien](https://x.ma/l'eau \"l'eau\") ![image](l'eau.png)",
        "[l'eau]\n\n[l'eau]: /l'eau \"l'eau\"",
        "<a href=\"l'eau\" title='x...'>lien</a>",
        "| a |\n| :-- |\n| b |",
        "Note[^1]\n\n[^1]: la note",
        "{{< figure src=\"l'eau.png\" >}} {% include l'eau %}",
    ] {
        assert_eq!(told_of(kept, "fr", Markup::Markdown), (kept.to_owned(), vec![]));
    }
    let (mended, _) =
        told_of("L'eau : [l'oeuvre](l'oeuvre) et \"`l'eau`, *l'eau*\" !", "fr", Markup::Markdown);
    assert_eq!(mended, "L’eau\u{a0}: [l’œuvre](l'oeuvre) et «\u{a0}`l'eau`, *l’eau*\u{a0}»\u{202f}!");
    assert_eq!(told_of("`نعم, لا` نعم, لا", "ar", Markup::Markdown).0, "`نعم, لا` نعم، لا");
}

#[test]
fn joined_letters_and_stray_apostrophes_are_mended() {
    let (mended, repairs) = told("L´équipe a ﬁxé l‘eﬀort, d`un ﬂux oﬃciel", "fr");
    assert_eq!(mended, "L’équipe a fixé l’effort, d’un flux officiel");
    assert_eq!(repairs, ["´ → ’", "‘ → ’", "` → ’", "ﬁ → fi", "ﬀ → ff", "ﬂ → fl", "ﬃ → ffi"]);
    for kept in ["‘seul’", "a ´ b", "`code`"] {
        assert_eq!(told(kept, "en"), (kept.to_owned(), vec![]));
    }
    assert_eq!(told_of("`eﬀet l´eau`", "fr", Markup::Markdown).1, Vec::<String>::new());
}

#[test]
fn arabic_keeps_its_letters() {
    let (mended, repairs) = told("قال\u{200f} نعم, شكـــراً\u{200c}ها", "ar");
    assert_eq!(mended, "قال نعم، شكـــراً\u{200c}ها");
    assert_eq!(repairs, ["U+200F removed", ", → ،"]);
    let (mended, repairs) = told("قال \"نعم\" و\"كلمة\", وشاشة 15\".", "ar");
    assert_eq!(mended, "قال «نعم» و«كلمة»، وشاشة 15\".");
    assert_eq!(repairs, ["\"…\" → «…» ×2", ", → ،"]);
    let (mended, _) =
        told_of("قال \"`x \"y\"` نعم\" [كلمة](x \"نعم\") <b title=\"نعم\">", "ar", Markup::Markdown);
    assert_eq!(mended, "قال «`x \"y\"` نعم» [كلمة](x \"نعم\") <b title=\"نعم\">");
}

#[test]
fn a_clean_text_is_left_alone() {
    for text in ["", "Rien.\n\n    en retrait  \n", "👩‍💻 d’accord"] {
        assert_eq!(told(text, "fr"), (text.to_owned(), vec![]));
    }
    assert_eq!(repair("l'oeuvre", "fr", Profile::None, Markup::Plain).0, "l'oeuvre");
}

#[test]
fn languages_are_told_apart() {
    assert_eq!(language_of("اجتماع الحزب USFP في الرباط"), "ar");
    assert_eq!(language_of("The party of the people has met in the capital"), "en");
    assert_eq!(language_of("Le parti et les élus de la région"), "fr");
    assert_eq!(language_of("USFP"), "fr");
}

#[test]
fn twice_is_once_on_nasty_strings() {
    let alphabet = [
        " ", "\u{a0}", "\n", "\r", "*", "~", "_", "•", "\u{f0b7}", "o\t", "\"", "'", "!", ":", "a", "oeuvre",
        "e", "\u{301}", "\u{ad}", "\u{200f}", "...", "12", " mars", "«", "»", "م", ",", "?", "\u{2028}",
        "\u{b}", "-", "`", "```", "[", "](", ")", "|", "´", "<", ">", "\n\n",
    ];
    let mut seed = 0x2545_f491_4f6c_dd1d_u64;
    let mut random = || {
        seed ^= seed << 13;
        seed ^= seed >> 7;
        seed ^= seed << 17;
        (seed >> 11) as usize
    };
    for _ in 0..5_000 {
        let text: String = (0..random() % 14).map(|_| alphabet[random() % alphabet.len()]).collect();
        for (lang, profile) in [("fr", Profile::FrMa), ("fr", Profile::Eu), ("ar", Profile::FrMa)] {
            for markup in [Markup::Plain, Markup::Markdown] {
                let (once, _) = repair(&text, lang, profile, markup);
                let twice = repair(&once, lang, profile, markup);
                assert_eq!(twice, (once.clone(), vec![]), "{text:?} {lang} {profile:?} {markup:?}");
            }
        }
    }
}
