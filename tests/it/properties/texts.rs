//! Texts as they come: sound ones, broken ones, and heaps of what breaks parsers.

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;

/// Pieces that have broken parsers, typesetters and terminals.
const SEEDS: &[&str] = &[
    "a",
    "é",
    "œ",
    "ß",
    "İ",
    "ſ",
    "e\u{301}",
    "\u{301}",
    "\u{345}\u{308}",
    "ب",
    "لا",
    "مَرحَبًا",
    "ـ",
    "ء\u{654}",
    "١٢",
    "۱۲",
    "12",
    "0",
    "«",
    "»",
    "“",
    "”",
    "\"",
    "'",
    "’",
    ":",
    ";",
    "!",
    "?",
    "؟",
    "،",
    "؛",
    "%",
    "٪",
    "…",
    "...",
    "-",
    "–",
    "—",
    "--",
    " ",
    "  ",
    "\u{a0}",
    "\u{202f}",
    "\u{2009}",
    "\u{3000}",
    "\t",
    "\u{feff}",
    "\u{200b}",
    "\u{200c}",
    "\u{200d}",
    "\u{200e}",
    "\u{200f}",
    "\u{61c}",
    "\u{ad}",
    "\u{2028}",
    "\u{85}",
    "\u{c}",
    "\u{1b}[1m",
    "\u{7f}",
    "\u{1}",
    "\u{fdd0}",
    "\u{ffff}",
    "\u{fffd}",
    "\u{10ffff}",
    "🇲🇦",
    "👩\u{200d}🌾",
    "&",
    "<",
    ">",
    "&amp;",
    "&#0;",
    "]]>",
    "\\",
    "/",
    "..",
    "+++",
    "---",
    "=",
    "[",
    "]",
    "{",
    "}",
    "(",
    ")",
    "#",
    "*",
    "_",
    "`",
    "|",
    "~",
    "^",
    "@",
    "https://parti.example/a?b=c&d",
    "presse@parti.example",
    "M. ",
    "1er ",
    "n° ",
    "12h30",
    "+212 5 00",
    "km",
    "l'eau",
    "aujourd'hui",
];

pub fn text(pieces: std::ops::Range<usize>) -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        3 => select(SEEDS).prop_map(str::to_owned),
        1 => any::<char>().prop_map(String::from),
        1 => "[a-zéàA-Z]{1,8} ",
        1 => "[\u{621}-\u{64a}]{1,8} ",
    ];
    vec(piece, pieces).prop_map(|pieces| pieces.concat())
}

/// Text in which isolating marks are closed on their line and nothing overrides the direction.
pub fn honest(text: &str) -> String {
    text.chars().filter(|c| !matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')).collect()
}

/// Whole releases, each sound, in the three forms and three languages.
const RELEASES: &[&str] = &[
    "+++\ntitle = \"Le port d’Agadir rouvre\"\ndate = 2026-03-12\nregion = \"souss-massa\"\n+++\n\nLe texte.\n",
    "+++\ntitle = 'Eau : « assez parlé »'\ndate = 2026-03-12T10:00:00+01:00\nregion = [\"oriental\", \"Fès-Meknès\"]\n\
     tags = [\"eau\", \"santé\"]\nupdated = 2026-03-13\n[image]\nsrc = \"p.jpg\"\nalt = \"\"\n[[corrections]]\ndate = 2026-03-14\nnote = \"\"\"\nDeux\nlignes\"\"\"\n+++\nTexte.\n",
    "---\ntitle: \"Eau : assez parlé\"\ndate: 2026-03-12\nregion: souss-massa\ntags: [eau, 'santé']\nsummary: >\n  Un résumé\n  plié.\n---\n\n# Titre\n\nTexte.\n",
    "---\ntitle: Hello\ndate: 2026-03-12 10:30\nregion:\n  - oriental\n  - national\nauthors:\n  - Amina\nimage: {src: p.jpg, alt: Port}\nextra:\n  place: Agadir\n...\nBody.\n",
    "Titre : Le port rouvre\nDate : 12 mars 2026\nRégion : Souss-Massa\nMots-clés : eau, santé\n\nTexte.\n",
    "**Titre :** Le port rouvre\n**Date :** jeudi 12 mars 2026\n*Région :* Souss-Massa\n\nTexte.\n",
    "date 2026-03-12 Le conseil ouvre le port.\n",
    "Title: The port reopens\nDate: March 12, 2026\nRegion: Souss-Massa\nKind: statement\nNumber: 12\n\nText.\n",
    "العنوان: افتتاح الميناء\nالتاريخ: ١٢ مارس ٢٠٢٦\nالجهة: سوس-ماسة\nالإقليم: تيزنيت\n\nنص البلاغ.\n",
    "---\nالعنوان: \"افتتاح: الميناء\"\nالتاريخ: 12 مارس 2026\nالجهة: سوس-ماسة\n---\nنص\n",
    "\u{feff}+++\r\ntitle = \"A\"\r\ndate = 2026-03-12\r\nregion = \"monde\"\r\n+++\r\n\r\nTexte.\r\n",
    "+++\ntitre = \"A\"\nregion.x = 1\n\"date\" = 1979-05-27T07:32:00Z\nwithdrawn = \"erreur\"\nexpires = 2030-01-01\ndraft = true\n+++\n",
    "---\n---\n",
    "",
];

/// One thing that goes wrong with a text.
#[derive(Clone, Debug)]
enum Mishap {
    Delete { at: usize, chars: usize },
    Insert { at: usize, text: String },
    Double { line: usize },
    Drop { line: usize },
    Swap { line: usize, with: usize },
    SwapChars { at: usize },
    Cut { at: usize },
    Ends { with: &'static str },
    Repeat { line: usize, times: usize },
}

const INSERTED: &[&str] = &[
    "\u{feff}",
    "\r",
    "\r\n",
    "\n",
    "\n\n",
    "\0",
    "\u{a0}",
    "\u{202e}",
    "\u{2067}",
    "\u{2069}",
    "\u{200f}",
    "\u{301}",
    "\u{64e}",
    "+++\n",
    "---\n",
    "\n+++",
    "\n---\n",
    "...\n",
    "\"",
    "\"\"\"",
    "'",
    "'''",
    "[",
    "]",
    "[[",
    "]]",
    "{",
    "}",
    "- ",
    ": ",
    ":",
    "=",
    " = ",
    "#",
    ",",
    "&a ",
    "*a",
    "!x ",
    "|\n",
    ">\n",
    "\t",
    "  ",
    "\\",
    "\\u",
    "\\x",
    "%",
    "@",
    "`",
    "title: x\n",
    "date = 2026-02-30\n",
    "région : nulle part\n",
    "extra:\n",
    "? ",
    "-",
    "1e999",
    "0x",
    "inf",
    "~",
    "é",
    "م",
    "<<<<<<< a\n",
    "=======\n",
    ">>>>>>> b\n",
];

fn mishap() -> impl Strategy<Value = Mishap> {
    let at = || 0usize..700;
    let line = || 0usize..16;
    prop_oneof![
        (at(), 1usize..40).prop_map(|(at, chars)| Mishap::Delete { at, chars }),
        (at(), select(INSERTED)).prop_map(|(at, text)| Mishap::Insert { at, text: text.into() }),
        (at(), text(1..6)).prop_map(|(at, text)| Mishap::Insert { at, text }),
        line().prop_map(|line| Mishap::Double { line }),
        line().prop_map(|line| Mishap::Drop { line }),
        (line(), line()).prop_map(|(line, with)| Mishap::Swap { line, with }),
        at().prop_map(|at| Mishap::SwapChars { at }),
        at().prop_map(|at| Mishap::Cut { at }),
        select(&["\n", "\r\n", "\r"][..]).prop_map(|with| Mishap::Ends { with }),
        (line(), 2usize..80).prop_map(|(line, times)| Mishap::Repeat { line, times }),
    ]
}

impl Mishap {
    fn befall(&self, text: &mut String) {
        let count = text.chars().count();
        let byte = |text: &str, at: usize| text.char_indices().nth(at).map_or(text.len(), |(byte, _)| byte);
        let mut lines: Vec<&str> = text.split_inclusive('\n').collect();
        match self {
            Self::Delete { at, chars } => {
                let at = at % (count + 1);
                let (from, to) = (byte(text, at), byte(text, at + chars));
                text.replace_range(from..to, "");
                return;
            }
            Self::Insert { at, text: new } => {
                let at = byte(text, at % (count + 1));
                text.insert_str(at, new);
                return;
            }
            Self::SwapChars { at } => {
                let mut chars: Vec<char> = text.chars().collect();
                if count > 1 {
                    chars.swap(at % (count - 1), at % (count - 1) + 1);
                }
                *text = chars.into_iter().collect();
                return;
            }
            Self::Cut { at } => {
                text.truncate(byte(text, at % (count + 1)));
                return;
            }
            Self::Ends { with } => {
                *text = text.replace("\r\n", "\n").replace('\n', with);
                return;
            }
            _ if lines.is_empty() => return,
            Self::Double { line } => {
                let line = line % lines.len();
                lines.insert(line, lines[line]);
            }
            Self::Drop { line } => {
                lines.remove(line % lines.len());
            }
            Self::Swap { line, with } => {
                let (a, b) = (line % lines.len(), with % lines.len());
                lines.swap(a, b);
            }
            Self::Repeat { line, times } => {
                let line = line % lines.len();
                let one = lines[line].repeat(*times);
                lines[line] = &one;
                *text = lines.concat();
                return;
            }
        }
        *text = lines.concat();
    }
}

pub fn mutated() -> impl Strategy<Value = String> {
    (select(RELEASES), vec(mishap(), 0..6)).prop_map(|(release, mishaps)| {
        let mut text = release.to_owned();
        mishaps.iter().for_each(|mishap| mishap.befall(&mut text));
        text
    })
}

/// Lines that look like a header's, in any order and number.
pub fn assembled() -> impl Strategy<Value = String> {
    let key = select(
        &[
            "title",
            "date",
            "region",
            "Titre",
            "التاريخ",
            "tags",
            "image",
            "corrections",
            "slug",
            "lang",
            "publish",
            "kind",
            "x",
        ][..],
    );
    let separator = select(&[" = ", ": ", " : ", ":", "=", "\u{a0}: ", "："][..]);
    let value = prop_oneof![
        select(
            &[
                "2026-03-12",
                "12 mars 2026",
                "souss-massa",
                "[a, b]",
                "{ src = \"a\" }",
                "\"x\"",
                "'y'",
                "true",
                "12",
                "ar",
                ""
            ][..]
        )
        .prop_map(str::to_owned),
        text(0..8),
    ];
    let line =
        (key, separator, value).prop_map(|(key, separator, value)| format!("{key}{separator}{value}\n"));
    let fence = select(&["", "+++\n", "---\n"][..]);
    (fence, vec(line, 0..12), fence_end(), text(0..20)).prop_map(|(fence, lines, end, body)| {
        format!("{fence}{}{}{body}", lines.concat(), end.unwrap_or(fence))
    })
}

fn fence_end() -> impl Strategy<Value = Option<&'static str>> {
    prop_oneof![3 => Just(None), 1 => select(&["", "+++\n", "---\n", "\n", "...\n"][..]).prop_map(Some)]
}

/// Blocks of Markdown and raw HTML that are put beside and into each other.
const BLOCKS: &[&str] = &[
    "# Un",
    "## Deux",
    "### Trois",
    "###### Six",
    "Titre\n===",
    "Titre\n---",
    "# x {#id .c onclick=x}",
    "- a\n  - b\n    - c",
    "1. a\n2. b",
    "> a\n> > b",
    "| a | b |\n|---|:-:|\n| c | d |",
    "|a\n|-\n|b|c|d",
    "```js\nlet x;\n```",
    "~~~\nx",
    "    code",
    "***",
    "[x](https://example.org/ \"t\")",
    "[x](javascript:alert(1))",
    "[x](/contact/)",
    "[x](gone.md#a)",
    "[x](#fn-1)",
    "![a](a.jpg \"t\")",
    "![a *b* [c](d)](https://example.org/x.png)",
    "![x](gone.md)",
    "[x][y]\n\n[y]: /contact/ 'z'",
    "a[^1] b[^n]\n\n[^1]: Un.\n\n[^n]:\n    Deux.",
    "[^1]: [^1]",
    "<https://example.org/?a&b>",
    "<p dir=\"rtl\">نص</p>",
    "<div>",
    "</div>",
    "<div>\n\n# dedans\n\n</div>",
    "<h1>Haut</h1>",
    "<h5>Bas</h5>",
    "<script>alert(1)</script>",
    "<style>x{}</style>",
    "<img src=\"a.jpg\" onerror=x>",
    "<img src=//evil.example/x>",
    "<a href=\"java&#10;script:x\">x</a>",
    "<svg><p>",
    "<math><mtext>",
    "<form><input>",
    "<iframe src=x>",
    "<table><tr><td><p>",
    "</p></td>",
    "<b><i></b></i>",
    "<!-- x",
    "-->",
    "<![CDATA[x]]>",
    "<?x?>",
    "<a id=after>",
    "<ul><li>",
    "&lt;script&gt;",
    "&#x26;amp;&nbsp;&copy",
    "&Tab;&NewLine;",
    "*a **b* c**",
    "~~x~~",
    "`a`` b`",
    "\\<b\\>",
    "a  \nb\\\nc",
    "« a » : b !",
    "قال: «نعم»؟",
    "\u{202b}a\u{202c}",
    "\u{1}\u{b}\u{ffff}",
    "\u{feff}",
    "\r\n",
    "<figure><img src=a.jpg><figcaption>x</figcaption></figure>",
    "<details><summary>x</summary>y</details>",
    "<plaintext>",
    "<textarea>",
    "<select><option>",
    "<p id=prose>",
];

pub fn body() -> impl Strategy<Value = String> {
    let block = prop_oneof![4 => select(BLOCKS).prop_map(str::to_owned), 1 => text(0..12)];
    let glue = select(&["\n\n", "\n", "", " ", "\n> ", "\n- ", "\n    ", "\r\n\r\n", "\r"][..]);
    (vec((block, glue), 0..14), vec(mishap(), 0..3)).prop_map(|(blocks, mishaps)| {
        let mut text: String = blocks.into_iter().map(|(block, glue)| block + glue).collect();
        mishaps.iter().for_each(|mishap| mishap.befall(&mut text));
        text
    })
}
