use super::*;

const ALONE: Context = Context { before: None, after: None };

/// `~` stands for U+00A0 and `_` for U+202F, which no reader could tell apart here.
fn plain(text: &str) -> String {
    text.replace('~', "\u{a0}").replace('_', "\u{202f}")
}

#[track_caller]
fn check(profile: Profile, from: &str, to: &str) {
    let (from, to) = (plain(from), plain(to));
    let once = french(&from, profile, ALONE);
    assert_eq!(once, to);
    assert_eq!(french(&once, profile, ALONE), to, "twice");
    assert_eq!(matches!(once, Cow::Borrowed(_)), from == to, "{from}");
}

#[test]
fn before_and_after() {
    for (from, to) in [
        // Apostrophes.
        ("l'Union d'hier", "l’Union d’hier"),
        ("aujourd'hui", "aujourd’hui"),
        ("qu'\"un\" mot", "qu’«~un~» mot"),
        ("l'« appel »", "l’«~appel~»"),
        ("'mot' et 5'10", "'mot' et 5'10"),
        // Marks.
        ("Vraiment ?", "Vraiment_?"),
        ("Vraiment?", "Vraiment_?"),
        ("Non ! Si ; et : voilà", "Non_! Si_; et~: voilà"),
        ("Non~! Si~;", "Non_! Si_;"),
        ("Quoi ?! Non!!!", "Quoi_?! Non_!!!"),
        ("Quoi...!", "Quoi…_!"),
        ("(mot): suite", "(mot)~: suite"),
        ("deux  : suite", "deux~: suite"),
        ("à 18:30, 3:1, 2:0", "à 18:30, 3:1, 2:0"),
        ("Région:Rabat", "Région:Rabat"),
        ("C:\\oeuvre et :-)", "C:\\oeuvre et~:-)"),
        ("mot:) et mot;)", "mot:) et mot;)"),
        ("R&amp; et &nbsp; là", "R&amp; et &nbsp; là"),
        ("fin\n! début", "fin\n! début"),
        (": début", ": début"),
        // Addresses.
        ("Voir https://x.ma/oeuvre?a=b; puis", "Voir https://x.ma/oeuvre?a=b; puis"),
        ("Voir https://x.ma : oui", "Voir https://x.ma~: oui"),
        ("d'oeuvre@x.ma! www.oeuvre.ma!", "d'oeuvre@x.ma! www.oeuvre.ma!"),
        ("oeuvre.docx, #oeuvre", "oeuvre.docx, #oeuvre"),
        ("\"https://x.ma/l'oeuvre\"", "«~https://x.ma/l'oeuvre~»"),
        // Guillemets.
        ("« mot »", "«~mot~»"),
        ("«mot»", "«~mot~»"),
        ("«_mot_»", "«~mot~»"),
        ("« Oui ! » :", "«~Oui_!~»~:"),
        ("«« mot »»", "«~«~mot~»~»"),
        ("« »", "«~»"),
        ("Le \"plan\"!", "Le «~plan~»_!"),
        ("\"un\" et \"deux\"", "«~un~» et «~deux~»"),
        ("un écran de 15\" neuf", "un écran de 15\" neuf"),
        ("\"sans fin", "\"sans fin"),
        // Ellipsis.
        ("et puis...", "et puis…"),
        ("[...] .... ../x .../y", "[…] .... ../x .../y"),
        // Ligatures.
        ("la mise en oeuvre, le coeur", "la mise en œuvre, le cœur"),
        ("main-d'oeuvre", "main-d’œuvre"),
        ("moelle, coefficient, coexister", "moelle, coefficient, coexister"),
        ("Oeuvre OEUVRE", "Œuvre ŒUVRE"),
        // Numbers.
        ("45 % et 12,5%", "45~% et 12,5~%"),
        ("a%b 20%20", "a%b 20%20"),
        ("1 000 000 de voix, 12 500", "1_000_000 de voix, 12_500"),
        ("+212 522 123 456 et 0522 123 456", "+212 522 123 456 et 0522 123 456"),
        ("212 522 12 34 56", "212 522 12 34 56"),
        ("en 2024 150 000 voix", "en 2024 150 000 voix"),
        ("le 12 mars, 1er août, 45 mars, 3 marsouins", "le 12~mars, 1er~août, 45 mars, 3 marsouins"),
        ("n° 12, N°3, an° 4", "n°~12, N°~3, an° 4"),
        ("M. Untel, Mme Une et MM. Deux, le Dr Trois", "M.~Untel, Mme~Une et MM.~Deux, le Dr~Trois"),
        ("12ème, 1 er, Etat", "12ème, 1 er, Etat"),
        // Arabic runs.
        ("mot حزب ! \"حزب\" «حزب»", "mot حزب ! \"حزب\" «حزب»"),
        ("", ""),
        ("Rien à changer ici.", "Rien à changer ici."),
    ] {
        check(Profile::FrMa, from, to);
    }
}

#[test]
fn other_authorities() {
    for (from, to) in [
        ("Non ! Si ; et : « mot »", "Non! Si; et~: «~mot~»"),
        ("Non! \"oui\"", "Non! «~oui~»"),
        ("un clin d'oeil ;-)", "un clin d’œil ;-)"),
    ] {
        check(Profile::FrCa, from, to);
    }
    for (from, to) in
        [("Non ! Si~; et : « mot »", "Non! Si; et: «mot»"), ("\"oui\" à 45 % : 3 : 1", "«oui» à 45~%: 3 : 1")]
    {
        check(Profile::Eu, from, to);
    }
    check(Profile::None, "l'oeuvre !", "l'oeuvre !");
}

#[test]
fn pieces_join_across_markup() {
    let set = |before: Option<char>, text: &str, after: Option<char>| {
        let context = Context { before, after };
        let once = french(text, Profile::FrMa, context).into_owned();
        assert_eq!(french(&once, Profile::FrMa, context), once);
        once.replace('\u{a0}', "~").replace('\u{202f}', "_")
    };
    // « <em>mot</em> : suite »
    assert_eq!(set(None, "« ", Some('m')), "«~");
    assert_eq!(set(Some('t'), " : suite »", None), "~: suite~»");
    assert_eq!(set(Some('t'), ": suite", None), "~: suite");
    // <em>mot </em>: suite
    assert_eq!(set(None, "mot ", Some(':')), "mot~");
    assert_eq!(set(Some(' '), ": suite", None), ": suite");
    assert_eq!(set(Some('«'), " mot ", Some('»')), "~mot~");
    // l'<strong>USFP</strong>, M. <strong>Untel</strong>, <b>45</b> %
    assert_eq!(set(None, "l'", Some('U')), "l’");
    assert_eq!(set(None, "M. ", Some('U')), "M.~");
    assert_eq!(set(Some('5'), " %", None), "~%");
    assert_eq!(set(None, "«", Some('m')), "«~");
    assert_eq!(set(Some('c'), "oeuvre", None), "oeuvre");
    assert_eq!(set(Some(' '), "!", Some('x')), "!");
}

/// xorshift: the same strings in every run.
fn random(seed: &mut u64) -> usize {
    *seed ^= *seed << 13;
    *seed ^= *seed >> 7;
    *seed ^= *seed << 17;
    (*seed >> 11) as usize
}

#[test]
fn twice_is_once_on_nasty_strings() {
    let alphabet = [
        " ", " ", "\u{a0}", "\u{202f}", "\"", "'", "’", "«", "»", "!", "?", ":", ";", ".", "...", "…", "%",
        "n°", "°", "12", "5", "000", "mars", "M. ", "oe", "oeuvre", "c", "s", "a", "É", "\n", "حزب", "(",
        ")", "*", "_", "@", "://", "/", "#", "\\", "&", "-", "—", "x.y", "\u{301}", "😀", "\t",
    ];
    let ends = [None, Some('a'), Some('«'), Some('»'), Some(' '), Some(':'), Some('%'), Some('7'), Some('م')];
    let mut seed = 0x9e37_79b9_7f4a_7c15;
    for _ in 0..20_000 {
        let length = random(&mut seed) % 14;
        let text: String = (0..length).map(|_| alphabet[random(&mut seed) % alphabet.len()]).collect();
        let context = Context {
            before: ends[random(&mut seed) % ends.len()],
            after: ends[random(&mut seed) % ends.len()],
        };
        for profile in [Profile::FrMa, Profile::FrCa, Profile::Eu, Profile::None] {
            let once = french(&text, profile, context).into_owned();
            assert_eq!(french(&once, profile, context), once, "{text:?} {context:?} {profile:?}");
        }
    }
}

/// A line that ends after « 20 h » leaves its minutes to the next one.
#[test]
fn hours_keep_their_minutes() {
    for (from, to) in [
        ("À 20 h 30, la carte", "À 20~h~30, la carte"),
        ("de 8 h à 18 h 45", "de 8~h à 18~h~45"),
        ("20 h 5", "20~h 5"),
        ("3 hommes, 12 h30, 100 h", "3 hommes, 12 h30, 100 h"),
    ] {
        check(Profile::FrMa, from, to);
    }
}
