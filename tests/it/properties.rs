//! What holds for every text, whatever was typed, pasted or broken on its way.

use std::collections::BTreeMap;
use std::sync::{Arc, LazyLock};

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;
use proptest::test_runner::FileFailurePersistence;
use unicode_normalization::UnicodeNormalization;

use tribune::desk::draft::Draft;
use tribune::model::body::Markup;
use tribune::model::config::Config;
use tribune::model::date;
use tribune::model::header::{Entry, Node, Value};
use tribune::model::path::SafePath;
use tribune::model::portal::{Clock, Parts, Portal};
use tribune::model::release::{Rules, Written};
use tribune::model::territory::Territory;
use tribune::pages::markdown::{self, Setting};
use tribune::pages::plan::{What, plan};
use tribune::pages::render::Renderer;
use tribune::pages::site::{Channel, Page};
use tribune::pages::theme::{Overrides, Theme};
use tribune::pages::view::TargetView;
use tribune::text::diagnostic::{Diagnostic, Faults, Format, Report};
use tribune::text::source::{Source, Span, Spanned, decode};
use tribune::text::typography::{self, Context, Profile};
use tribune::world::themes;
use tribune::world::tree::Root;

use crate::hostile::{is_no_xml, live_in_text, nodes};

/// 256 cases of each property, or as many as PROPTEST_CASES says; what failed once is kept and
/// tried first.
fn config() -> ProptestConfig {
    let kept = FileFailurePersistence::WithSource("regressions");
    ProptestConfig { failure_persistence: Some(Box::new(kept)), ..ProptestConfig::default() }
}

// What texts are made of.

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

fn text(pieces: std::ops::Range<usize>) -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        3 => select(SEEDS).prop_map(str::to_owned),
        1 => any::<char>().prop_map(String::from),
        1 => "[a-zéàA-Z]{1,8} ",
        1 => "[\u{621}-\u{64a}]{1,8} ",
    ];
    vec(piece, pieces).prop_map(|pieces| pieces.concat())
}

/// Text in which isolating marks are closed on their line and nothing overrides the direction.
fn honest(text: &str) -> String {
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

fn mutated() -> impl Strategy<Value = String> {
    (select(RELEASES), vec(mishap(), 0..6)).prop_map(|(release, mishaps)| {
        let mut text = release.to_owned();
        mishaps.iter().for_each(|mishap| mishap.befall(&mut text));
        text
    })
}

/// Lines that look like a header's, in any order and number.
fn assembled() -> impl Strategy<Value = String> {
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

fn body() -> impl Strategy<Value = String> {
    let block = prop_oneof![4 => select(BLOCKS).prop_map(str::to_owned), 1 => text(0..12)];
    let glue = select(&["\n\n", "\n", "", " ", "\n> ", "\n- ", "\n    ", "\r\n\r\n", "\r"][..]);
    (vec((block, glue), 0..14), vec(mishap(), 0..3)).prop_map(|(blocks, mishaps)| {
        let mut text: String = blocks.into_iter().map(|(block, glue)| block + glue).collect();
        mishaps.iter().for_each(|mishap| mishap.befall(&mut text));
        text
    })
}

// The portal that they are put into.

fn site(extra: &str) -> Config {
    let text = format!(
        "title = \"Portail\"\nbase_url = \"https://parti.example/\"\nlanguages = [\"fr\", \"ar\"]\n{extra}"
    );
    let source = Source::new("site.toml", text);
    let mut faults = Faults::of(&source.path);
    Config::parse(&source, None, false, &mut faults).unwrap()
}

static CONFIG: LazyLock<Config> = LazyLock::new(|| site(""));
static AS_WRITTEN: LazyLock<Config> = LazyLock::new(|| site("[typography]\nprofile = \"none\"\n"));
static TERRITORY: LazyLock<Territory> = LazyLock::new(Territory::morocco);
static THEME: LazyLock<Theme> = LazyLock::new(|| {
    let empty = tempfile::tempdir().unwrap();
    let mut faults = Vec::new();
    let chain = themes::chain(&mut Root::new(empty.path()), &CONFIG, &mut faults).unwrap();
    let theme = Theme::load(&chain, &Overrides::default(), &CONFIG, &mut faults);
    assert_eq!(faults, []);
    theme
});

fn clock() -> Clock {
    Clock { now: "2026-06-01T12:00:00Z".parse().unwrap(), drafts: true }
}

fn read(path: &str, text: &str, config: &Config) -> (Source, Written, Vec<Diagnostic>) {
    let source = Source::new(path, text);
    let mut faults = Faults::of(&source.path);
    let written = Written::parse(&source, Rules { config, territory: &TERRITORY }, &mut faults);
    (source, written, faults.list)
}

fn assemble(written: Vec<Written>, config: &Config) -> (Portal, Vec<Diagnostic>) {
    let parts = Parts {
        config: config.clone(),
        territory: Territory::morocco(),
        releases: written,
        pages: Vec::new(),
        assets: BTreeMap::new(),
        statics: Vec::new(),
    };
    Portal::assemble(parts, clock())
}

/// A release that cannot be refused, with every text field given.
fn release(title: &str, other: &str, body: &str) -> String {
    let node = |text: &str| Node { span: Span::default(), value: Value::Text(text.into()) };
    let entry = |key: &str, value: Node| Entry { key: Spanned::new(key.into(), Span::default()), value };
    let list = |node: Node| Node { span: Span::default(), value: Value::List(vec![node]) };
    Draft {
        title: format!("T {}", honest(title)),
        date: "2026-03-12T12:00:00+00:00".into(),
        regions: vec!["souss-massa".into()],
        id: "a".into(),
        others: ["summary", "contact", "number", "series"]
            .map(|key| entry(key, node(&format!("o {}", honest(other)))))
            .into_iter()
            .chain([entry("authors", list(node(&format!("o {}", honest(other)))))])
            .collect(),
        body: honest(body),
        ..Draft::default()
    }
    .text()
}

/// The release's page and the site's feed, of a portal with these releases alone.
fn published(releases: &[String]) -> Result<(Vec<String>, String), TestCaseError> {
    let mut texts = std::collections::HashMap::new();
    let mut all = Vec::new();
    for (number, text) in releases.iter().enumerate() {
        let path = format!("content/r{number}.md");
        let (source, written, faults) = read(&path, text, &CONFIG);
        let errors: Vec<_> = faults.into_iter().filter(Diagnostic::is_error).collect();
        prop_assert!(errors.is_empty(), "{errors:?} in {text:?}");
        texts.insert(source.path.clone(), text.clone());
        all.push(written);
    }
    let (portal, faults) = assemble(all, &CONFIG);
    prop_assert!(!faults.iter().any(Diagnostic::is_error), "{faults:?}");
    let mut faults = Vec::new();
    let plan = plan(&portal, &THEME, &mut faults);
    prop_assert!(faults.is_empty(), "{faults:?}");
    let renderer = Renderer::new(&plan);
    let (mut pages, mut feed) = (Vec::new(), String::new());
    for output in &plan.outputs {
        let is_feed = output.what == What::Feed(Channel::Site) && output.lang.index() == 0;
        if is_feed || matches!(output.what, What::Page(Page::Release(_))) {
            let bytes = renderer.render(output, &texts);
            let bytes = bytes.map_err(|fault| TestCaseError::fail(format!("{fault:?}")))?;
            let text = String::from_utf8(bytes).map_err(|error| TestCaseError::fail(error.to_string()))?;
            if is_feed { feed = text } else { pages.push(text) }
        }
    }
    Ok((pages, feed))
}

/// A text as it can be compared after typesetting: letters and digits alone.
fn letters(text: &str) -> String {
    let text: String = text.nfc().collect();
    let text = text.replace('œ', "oe").replace('Œ', "OE").replace('æ', "ae").replace('Æ', "AE");
    text.chars().filter(|c| c.is_alphanumeric()).collect()
}

fn render(body: &str, markup: Markup, lang: &str, profile: Profile) -> String {
    let target = |target, url: Option<&str>| TargetView {
        target,
        url: url.map(str::to_owned),
        width: Some(4),
        height: None,
    };
    let targets = [
        target("a.jpg", Some("2026/03/12/a/a.jpg")),
        target("gone.md", None),
        target("/contact/", Some("contact/")),
        target("d", Some("d/")),
    ];
    let setting = Setting { root: "../../", page: "", lang, typography: profile, targets: &targets };
    markdown::render(body, markup, &setting)
}

/// What holds for every reading of a source.
fn sound(text: &str) -> Result<(), TestCaseError> {
    for path in ["content/2026/a.md", "content/a.txt"] {
        let (source, written, mut faults) = read(path, text, &CONFIG);
        prop_assert!(written.body.start <= text.len() && text.is_char_boundary(written.body.start));
        let refused = faults.iter().any(Diagnostic::is_error);
        let (portal, found) = assemble(vec![written], &CONFIG);
        faults.extend(found);
        if !refused && !faults.iter().any(Diagnostic::is_error) {
            prop_assert_eq!(portal.releases.len(), 1, "{:?}", text);
            let release = &portal.releases[0];
            prop_assert!(!release.title.trim().is_empty(), "{:?}", text);
            prop_assert!(!release.regions.is_empty() && !release.slug.is_empty(), "{:?}", text);
        }
        for place in faults.iter().flat_map(|fault| fault.place.iter().chain(&fault.other)) {
            let Some(span) = place.span.filter(|_| *place.path == *path) else { continue };
            let (start, end) = (span.start as usize, span.end as usize);
            prop_assert!(start <= end && end <= text.len(), "{span:?} of {} in {faults:?}", text.len());
            let bounds = text.is_char_boundary(start) && text.is_char_boundary(end);
            prop_assert!(bounds, "{span:?} is within a character of {text:?}: {faults:?}");
        }
        let report = Report::new(faults);
        let read = |_: &str| Some(source.text.to_string());
        let short = report.render(Format::Short, false, &read);
        prop_assert_eq!(short.lines().count(), report.diagnostics.len(), "{}", short);
        let line = |line: &str| {
            line.contains(": error: ") || line.contains(": warning: ") || line.contains(": note: ")
        };
        prop_assert!(short.lines().all(line), "{}", short);
        for colour in [false, true] {
            report.render(Format::Human, colour, &read);
        }
        let json = report.render(Format::Json, false, &read);
        for line in json.lines() {
            prop_assert!(serde_json::from_str::<serde_json::Value>(line).is_ok(), "{line}");
        }
        prop_assert_eq!(json.lines().count(), report.diagnostics.len());
        for said in [short, json, report.render(Format::Human, false, &read)] {
            prop_assert!(!said.chars().any(|c| c.is_control() && c != '\n'), "{said:?}");
        }
    }
    Ok(())
}

/// What holds for every rendered body.
fn harmless(html: &str, body: &str) -> Result<(), TestCaseError> {
    let live = live_in_text(html);
    prop_assert!(live.is_empty(), "{live:?} of {body:?}: {html}");
    let odd = html.chars().find(|c| is_no_xml(*c));
    prop_assert!(odd.is_none(), "{odd:?} in {html:?}");
    let mut last = 1;
    for node in nodes(html) {
        let src = node.attrs.iter().find(|(name, _)| name == "src");
        prop_assert!(src.is_none_or(|(_, src)| src.starts_with("../../2026/")), "{src:?} of {body:?}");
        if let [b'h', level @ b'1'..=b'6'] = node.name.as_bytes() {
            let level = level - b'0';
            prop_assert!((2..=last + 1).contains(&level), "h{level} after h{last} of {body:?}: {html}");
            last = level;
        }
    }
    Ok(())
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn properties_of_mutated_releases(text in mutated()) {
        sound(&text)?;
    }

    #[test]
    fn properties_of_assembled_headers(text in assembled()) {
        sound(&text)?;
    }

    #[test]
    fn properties_of_any_bytes(bytes in vec(any::<u8>(), 0..200)) {
        let length = bytes.len();
        match decode(bytes) {
            Ok(text) => sound(&text)?,
            Err((_, span)) => prop_assert!(span.start as usize <= length),
        }
    }

    #[test]
    fn properties_of_drafts(title in text(1..20), tags in vec(text(1..4), 0..4), summary in text(0..12), body in text(0..20)) {
        let tags: Vec<String> = tags
            .iter()
            .map(|tag| format!("t{}", tag.chars().filter(|c| c.is_alphanumeric()).collect::<String>()))
            .collect();
        let (title, summary) = (format!("T{}", honest(&title)), format!("S{}\n+++\n{}", honest(&summary), honest(&summary)));
        let node = |value| Node { span: Span::default(), value };
        let entry = |key: &str, value| Entry { key: Spanned::new(key.into(), Span::default()), value: node(value) };
        let list = tags.iter().map(|tag| node(Value::Text(tag.clone()))).collect();
        let draft = Draft {
            title: title.clone(),
            date: "2026-03-12T12:00:00+00:00".into(),
            regions: vec!["souss-massa".into(), "oriental".into()],
            provinces: vec!["tiznit".into()],
            lang: None,
            id: title.clone(),
            others: vec![entry("tags", Value::List(list)), entry("summary", Value::Text(summary.clone()))],
            body: honest(&body),
            ..Draft::default()
        };
        let written = draft.text();
        let (_, read, faults) = read("content/a.md", &written, &AS_WRITTEN);
        let errors: Vec<_> = faults.iter().filter(|fault| fault.is_error()).collect();
        prop_assert!(errors.is_empty(), "{errors:?} in {written}");
        let bare = |text: &str| {
            let text: String = text.nfc().collect();
            text.split(|c: char| c.is_whitespace()).collect::<String>()
        };
        let ends = |text: &str| bare(text).trim_matches(|c: char| !c.is_alphanumeric() && !c.is_ascii_graphic()).to_owned();
        prop_assert_eq!(ends(&read.title.unwrap().value), ends(&title));
        prop_assert_eq!(ends(&read.id.unwrap().value), ends(&title));
        prop_assert_eq!(ends(&read.summary.unwrap()), ends(&summary));
        let found: Vec<String> = read.tags.unwrap_or_default().into_iter().map(|tag| tag.value).collect();
        prop_assert_eq!(found, tags.iter().map(|tag| tag.nfc().collect::<String>()).collect::<Vec<_>>());
        prop_assert_eq!((read.regions.len(), read.provinces.len()), (2, 1));
        prop_assert_eq!(read.date.unwrap().value.rfc3339(), "2026-03-12T12:00:00+00:00");
        prop_assert_eq!(bare(&written[read.body.start..]), bare(&draft.body));
    }

    #[test]
    fn properties_of_markdown(body in body()) {
        for lang in ["fr", "ar"] {
            let html = render(&body, Markup::Markdown, lang, Profile::FrMa);
            harmless(&html, &body)?;
        }
    }

    /// What a body grows to has a bound, and twice the text gives no more than twice the page.
    #[test]
    fn properties_of_sizes(body in body()) {
        let once = render(&body, Markup::Markdown, "fr", Profile::FrMa).len();
        prop_assert!(once <= 64 * body.len() + 256, "{once} bytes of {}", body.len());
        let twice = render(&format!("{body}\n\n{body}\n\n{body}\n\n{body}"), Markup::Markdown, "fr", Profile::FrMa).len();
        prop_assert!(twice <= 4 * (64 * body.len() + 256), "{once} bytes, but {twice} of four times the text");
    }

    #[test]
    fn properties_of_plain_text(body in text(0..60)) {
        let html = render(&body, Markup::Plain, "en", Profile::None);
        harmless(&html, &body)?;
        let shown = nodes(&html).swap_remove(0).text;
        let bare = |text: &str| -> String {
            let kept = |c: &char| markdown::is_xml(*c) && !c.is_whitespace() && *c != '\u{feff}';
            text.nfc().filter(kept).collect()
        };
        prop_assert_eq!(bare(&shown), bare(&body));
        for lang in ["fr", "ar"] {
            let html = render(&body, Markup::Plain, lang, Profile::FrMa);
            harmless(&html, &body)?;
            prop_assert_eq!(letters(&nodes(&html).swap_remove(0).text), letters(&body));
        }
    }

    #[test]
    fn properties_of_typography(body in text(0..40)) {
        let context = Context::default();
        for lang in ["fr", "ar", "en"] {
            for profile in [Profile::FrMa, Profile::FrCa, Profile::Eu, Profile::None] {
                let once = typography::apply(lang, &body, profile, context).into_owned();
                let twice = typography::apply(lang, &once, profile, context).into_owned();
                prop_assert_eq!(&twice, &once, "{} {:?} {:?}", lang, profile, body);
                prop_assert_eq!(letters(&once), letters(&body), "{} {:?}", lang, profile);
            }
        }
        for rtl in [false, true] {
            let once = typography::isolate(&body, rtl).into_owned();
            prop_assert_eq!(typography::isolate(&once, rtl).into_owned(), once.as_str());
            let bare = |text: &str| text.replace(['\u{2068}', '\u{2069}'], "");
            prop_assert_eq!(bare(&once), bare(&body));
        }
    }

    #[test]
    fn properties_of_dates(written in prop_oneof![
        text(0..10),
        "[0-9٠-٩]{0,5}[-/. ][0-9٠-٩]{0,3}[-/. ][0-9٠-٩]{0,5}",
        "(lundi |jeudi |الخميس )?[0-9]{0,3}(er)? ?(mars|août|sept\\.|مارس|غشت|March) ?[0-9]{0,5}( à | )?[0-9]{0,2}[h:]?[0-9]{0,2}(Z|[+-][0-9:]{0,6})?",
    ]) {
        if let Ok(date) = date::parse(&written) {
            if let Ok(moment) = date.resolve(&CONFIG.timezone) {
                prop_assert_eq!(date::parse(&moment.rfc3339()).unwrap().resolve(&CONFIG.timezone).unwrap().timestamp, moment.timestamp);
            }
        }
        if let Some((_, length)) = date::parse_prefix(&written) {
            prop_assert!(length <= written.len() && written.is_char_boundary(length));
        }
    }

    #[test]
    fn properties_of_paths(
        from in vec(select(&["content", "2026", "a", "é"][..]), 0..4),
        parts in vec(prop_oneof![
            4 => select(&["..", ".", "", "a", "b.jpg", "...", ".git", "\0", "a\0b", "C:", "\\", "..\\x", "%2e%2e", "\u{202e}", "~", "aux", "\u{2024}\u{2024}"][..]).prop_map(str::to_owned),
            1 => text(0..4),
        ], 0..8),
        lead in select(&["", "/", "//", "\\\\", "https://", "file:///"][..]),
    ) {
        let target = format!("{lead}{}", parts.join("/"));
        let from = from.join("/");
        for path in [SafePath::parse(&target), SafePath::join(&from, &target)].into_iter().flatten() {
            let path = path.as_str();
            prop_assert!(!path.starts_with('/') && !path.contains(['\0', '\\']) && !path.contains("://"), "{path:?}");
            prop_assert!(path.split('/').all(|part| !part.is_empty() && !part.starts_with('.')), "{path:?}");
            prop_assert!(!path.chars().any(|c| c.is_control()), "{path:?}");
        }
    }

    #[test]
    fn properties_of_feeds_and_structured_data(
        many in vec((text(0..20), text(0..12), body()), 1..4)
    ) {
        let releases: Vec<String> = many.iter().map(|(title, other, body)| release(title, other, body)).collect();
        // What its own body would have refused is no matter here.
        let many: Vec<_> = many.into_iter().zip(releases).filter(|(_, text)| {
            let (_, written, faults) = read("content/a.md", text, &CONFIG);
            let (_, found) = assemble(vec![written], &CONFIG);
            !faults.iter().chain(&found).any(Diagnostic::is_error)
        }).collect();
        let releases: Vec<String> = many.iter().map(|(_, text)| text.clone()).collect();
        let (pages, feed) = published(&releases)?;
        prop_assert_eq!(pages.len(), many.len());
        let mut headlines: Vec<String> = Vec::new();
        for page in &pages {
            let scripts: Vec<_> = nodes(page).into_iter().filter(|node| node.name == "script").collect();
            prop_assert_eq!(scripts.len(), 1);
            prop_assert!(!scripts[0].text.contains(['<', '>', '&']), "{}", scripts[0].text);
            let data: serde_json::Value = serde_json::from_str(&scripts[0].text).unwrap();
            headlines.push(letters(data["@graph"][0]["headline"].as_str().unwrap()));
        }
        let mut titles = titles(&feed)?;
        prop_assert_eq!(titles.len(), many.len());
        titles.sort();
        headlines.sort();
        let mut wanted: Vec<String> = many.iter().map(|((title, ..), _)| letters(&format!("T{title}"))).collect();
        wanted.sort();
        prop_assert_eq!(&headlines, &wanted);
        prop_assert_eq!(&titles, &wanted);
    }
}

/// The titles of a feed's items; the feed is well-formed and its texts are harmless.
fn titles(feed: &str) -> Result<Vec<String>, TestCaseError> {
    let live = crate::hostile::live_in_feed("feed.xml", feed);
    prop_assert!(live.is_empty(), "{live:?} in {feed}");
    let channel =
        rss::Channel::read_from(feed.as_bytes()).map_err(|error| TestCaseError::fail(error.to_string()))?;
    Ok(channel.items().iter().map(|item| letters(item.title().unwrap_or_default())).collect())
}

/// Every day of seventy years reads back from each of the forms that pages and people write.
#[test]
fn properties_of_every_day() {
    let locale = |tag: &str| Arc::clone(THEME.locales.iter().find(|locale| locale.tag == tag).unwrap());
    let (french, arabic) = (locale("fr"), locale("ar"));
    let last: jiff::civil::Date = "2060-12-31".parse().unwrap();
    let mut day: jiff::civil::Date = "1990-01-01".parse().unwrap();
    let mut days = 0;
    while day <= last {
        let indic = |text: &str| -> String {
            let digit = |c: char| c.to_digit(10).and_then(|n| char::from_u32(0x660 + n)).unwrap_or(c);
            text.chars().map(digit).collect()
        };
        let long = arabic.long_date(day);
        let forms = [
            day.to_string(),
            french.long_date(day),
            french.long_date(day).to_uppercase(),
            indic(&long),
            long,
        ];
        for form in forms {
            assert_eq!(date::parse(&form), Ok(date::Written::Day(day)), "{form}");
            let prefix = format!("{form}, Rabat");
            assert_eq!(date::parse_prefix(&prefix), Some((date::Written::Day(day), form.len())), "{form}");
        }
        days += 1;
        day = day.tomorrow().unwrap();
    }
    assert_eq!(days, 25_933);
}
