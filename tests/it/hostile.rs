//! What somebody could put into a release to harm its readers, the press office or the build.

mod payloads;

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::process::{Command, Stdio};
use std::sync::LazyLock;
use std::time::{Duration, Instant};

use html5ever::tendril::TendrilSink;
use markup5ever_rcdom::{Handle, NodeData, RcDom};

use payloads::PAYLOADS;

use crate::harness::{Fixture, NOW, PIXEL, Run, Tree, toml};

// Pages as a browser builds them.

/// An element of a page's tree.
#[derive(Debug)]
pub struct Node {
    pub name: String,
    pub attrs: Vec<(String, String)>,
    /// All text inside of a `script`, and of the whole.
    pub text: String,
    /// The `id` of the nearest ancestor that has one.
    pub within: Option<String>,
}

/// Every element of a document, as the algorithm of HTML's parser builds them.
pub fn nodes(html: &str) -> Vec<Node> {
    let dom = html5ever::parse_document(RcDom::default(), Default::default()).one(html);
    let mut nodes = Vec::new();
    let mut stack: Vec<(Handle, Option<String>)> = vec![(dom.document.clone(), None)];
    while let Some((handle, within)) = stack.pop() {
        let mut inner = within.clone();
        if let NodeData::Element { name, attrs, template_contents, .. } = &handle.data {
            let attrs: Vec<(String, String)> =
                attrs.borrow().iter().map(|a| (a.name.local.to_string(), a.value.to_string())).collect();
            if let Some((_, id)) = attrs.iter().find(|(name, _)| name == "id") {
                inner = Some(id.clone());
            }
            let prefix = if &*name.ns == "http://www.w3.org/1999/xhtml" { "" } else { "foreign:" };
            let name = format!("{prefix}{}", name.local);
            let text = if matches!(&*name, "html" | "script") { text_of(&handle) } else { String::new() };
            nodes.push(Node { name, attrs, text, within });
            if let Some(contents) = &*template_contents.borrow() {
                stack.push((contents.clone(), inner.clone()));
            }
        }
        let children = handle.children.borrow();
        stack.extend(children.iter().rev().map(|child| (child.clone(), inner.clone())));
    }
    nodes
}

fn text_of(handle: &Handle) -> String {
    let mut text = String::new();
    let mut stack = vec![handle.clone()];
    while let Some(handle) = stack.pop() {
        if let NodeData::Text { contents } = &handle.data {
            text.push_str(&contents.borrow());
        }
        stack.extend(handle.children.borrow().iter().rev().cloned());
    }
    text
}

/// What a release's text may be made of.
const PROSE: &str = "a abbr acronym article aside b bdi bdo blockquote br caption center cite code col colgroup \
    data dd del details dfn div dl dt em figcaption figure footer h2 h3 h4 h5 h6 header hgroup hr i img ins kbd li \
    map mark area nav ol p pre q rp rt rtc ruby s samp small span strike strong sub summary sup table tbody td tfoot \
    th thead time tr tt u ul var wbr";

const PROSE_ATTRIBUTES: &str = "href hreflang title alt src width height loading class id dir lang tabindex scope \
    rowspan colspan headers align char charoff valign start type value datetime cite span summary abbr reversed \
    border cellpadding cellspacing rules frame name size axis bgcolor color face nowrap open";

/// What of a text's tree could act, load or lead elsewhere; `inside` is the `id` of what it stands in.
pub fn live_in_text(body: &str) -> Vec<String> {
    let page = format!(
        "<!DOCTYPE html><html><head><title>x</title></head><body><div id=\"prose\">{body}</div><i id=\"after\"></i></body></html>"
    );
    let mut live = Vec::new();
    let mut seen_after = false;
    for node in nodes(&page) {
        let attr = |name: &str| node.attrs.iter().find(|(known, _)| known == name).map(|(_, v)| v.as_str());
        match (node.name.as_str(), attr("id")) {
            ("html" | "head" | "body" | "title", _) if node.within.is_none() && node.attrs.is_empty() => {
                continue;
            }
            ("div", Some("prose")) if node.within.is_none() => continue,
            ("i", Some("after")) if node.within.is_none() => {
                seen_after = true;
                continue;
            }
            _ => {}
        }
        if node.within.is_none() {
            live.push(format!("<{}> stands outside the text", node.name));
        }
        if !ELEMENTS.contains(node.name.as_str()) {
            live.push(format!("<{}>", node.name));
        }
        for (name, value) in &node.attrs {
            if !ATTRIBUTES.contains(name.as_str()) {
                live.push(format!("<{} {name}=…>", node.name));
            }
            live.extend(bad_address(&node.name, name, value));
        }
    }
    if !seen_after {
        live.push("what follows the text is swallowed by it".into());
    }
    live
}

/// An attribute that leads or loads where it must not.
fn bad_address(element: &str, attribute: &str, value: &str) -> Option<String> {
    let loads = matches!(attribute, "src" | "srcset" | "poster" | "data" | "background");
    if !loads && !matches!(attribute, "href" | "action" | "formaction" | "cite" | "ping" | "content") {
        return None;
    }
    if attribute == "content" {
        return None;
    }
    // What a browser skips in an address: controls at its ends, tabs and line ends anywhere.
    let bare: String = value
        .trim_matches(|c: char| c <= ' ')
        .chars()
        .filter(|c| !matches!(c, '\t' | '\n' | '\r'))
        .map(|c| if c == '\\' { '/' } else { c })
        .collect();
    let scheme = bare.split_once(':').map(|(before, _)| before.to_ascii_lowercase()).filter(|before| {
        before.starts_with(|c: char| c.is_ascii_alphabetic())
            && before.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '+' | '-' | '.'))
    });
    let bad = match scheme.as_deref() {
        Some("http" | "https" | "mailto" | "tel") => loads,
        Some(_) => true,
        None => loads && bare.starts_with("//"),
    };
    bad.then(|| format!("<{element} {attribute}={value:?}>"))
}

static ELEMENTS: LazyLock<BTreeSet<&str>> = LazyLock::new(|| PROSE.split_whitespace().collect());
static ATTRIBUTES: LazyLock<BTreeSet<&str>> = LazyLock::new(|| PROSE_ATTRIBUTES.split_whitespace().collect());

/// The numbers of fields and texts that one payload goes into, each in a release of its own, so that
/// the refusal of one hides none of the others.
const PLACES: usize = 6;

/// A TOML string.
fn quoted(text: &str) -> String {
    let mut out = String::from("\"");
    for c in text.chars() {
        match c {
            '"' | '\\' => out.extend(['\\', c]),
            c if c < ' ' || c == '\u{7f}' => out.push_str(&format!("\\u{:04X}", u32::from(c))),
            c => out.push(c),
        }
    }
    out.push('"');
    out
}

fn release(number: usize, place: usize, payload: &str) -> (String, String) {
    let word = quoted(&format!("mot {number} {payload}"));
    let title = if place == 0 { word.clone() } else { format!("\"Titre {number} {place}\"") };
    let day = format!("2026-{:02}-{:02}", 1 + number % 5, 1 + number % 27);
    let mut text = format!("+++\ntitle = {title}\ndate = {day}\nregion = \"souss-massa\"\n");
    let mut ending = "md";
    let mut body = "Texte.".to_owned();
    match place {
        0 => {}
        1 => text.push_str(&format!(
            "summary = {word}\nseries = {word}\nauthors = [{word}]\ncontact = {word}\nnumber = {word}\nid = {word}\n\
             image = {{ src = \"p.png\", alt = {word}, caption = {word}, credit = {word} }}\n\
             corrections = [{{ date = {day}, note = {word} }}]\n"
        )),
        2 => text.push_str(&format!("tags = [{word}]\n")),
        3 => text.push_str(&format!("withdrawn = {word}\n")),
        4 => body = payload.to_owned(),
        _ => (body, ending) = (payload.to_owned(), "txt"),
    }
    text.push_str(&format!("+++\n\nAvant.\n\n{body}\n\nAprès.\n"));
    (format!("content/h{number:03}-{place}.{ending}"), text)
}

/// What is wrong with a page: anything that no innocent page of the theme has.
fn live_in_page(path: &str, page: &str, known: &BTreeSet<(String, String)>, base: &str) -> Vec<String> {
    let mut live = Vec::new();
    for node in nodes(page) {
        if !known.contains(&(node.name.clone(), String::new())) && !ELEMENTS.contains(node.name.as_str()) {
            live.push(format!("<{}>", node.name));
        }
        let in_head = matches!(node.name.as_str(), "link" | "meta" | "script");
        for (name, value) in &node.attrs {
            let of_theme = known.contains(&(node.name.clone(), name.clone()));
            let of_prose =
                !in_head && ELEMENTS.contains(node.name.as_str()) && ATTRIBUTES.contains(name.as_str());
            if !of_theme && !of_prose {
                live.push(format!("<{} {name}={value:?}>", node.name));
            }
            live.extend(bad_address(&node.name, name, value));
        }
        if node.name == "link" {
            let href =
                node.attrs.iter().find(|(name, _)| name == "href").map_or("", |(_, value)| value.as_str());
            if (href.contains(':') || href.starts_with("//")) && !href.starts_with(base) {
                live.push(format!("<link href={href:?}>"));
            }
        }
        if node.name == "script" {
            let kind = node.attrs.iter().find(|(name, _)| name == "type").map(|(_, value)| value.as_str());
            if kind != Some("application/ld+json") || node.attrs.len() != 1 {
                live.push(format!("<script {:?}>", node.attrs));
            }
            match serde_json::from_str::<serde_json::Value>(&node.text) {
                Err(error) => live.push(format!("structured data: {error}")),
                Ok(data) => live.extend(strange_types(&data)),
            }
        }
    }
    live.into_iter().map(|one| format!("{path}: {one}")).collect()
}

fn strange_types(data: &serde_json::Value) -> Vec<String> {
    match data {
        serde_json::Value::Object(map) => {
            let own = map.get("@type").filter(|kind| *kind == "Evil").map(|_| "@type Evil".to_owned());
            own.into_iter().chain(map.values().flat_map(strange_types)).collect()
        }
        serde_json::Value::Array(list) => list.iter().flat_map(strange_types).collect(),
        _ => Vec::new(),
    }
}

/// What of a feed is malformed or live.
pub fn live_in_feed(path: &str, feed: &str) -> Vec<String> {
    use quick_xml::events::Event;
    let mut live = Vec::new();
    let mut reader = quick_xml::Reader::from_str(feed);
    reader.config_mut().check_end_names = true;
    let (mut open, mut content) = (Vec::<String>::new(), String::new());
    loop {
        match reader.read_event() {
            Err(error) => {
                live.push(format!("{error}"));
                break;
            }
            Ok(Event::Eof) => break,
            Ok(Event::Start(start)) => {
                for attribute in start.attributes() {
                    if let Err(error) = attribute {
                        live.push(error.to_string());
                    }
                }
                open.push(String::from_utf8_lossy(start.name().as_ref()).into_owned());
                content.clear();
            }
            Ok(Event::End(_)) => {
                match open.pop().as_deref() {
                    Some("content:encoded") => live.extend(live_in_text(&content)),
                    Some("description") if open.iter().any(|name| name == "item") => {
                        live.extend(live_in_text(&content))
                    }
                    _ => {}
                }
                content.clear();
            }
            Ok(Event::Text(text)) => content.push_str(&text.decode().unwrap()),
            Ok(Event::CData(text)) => content.push_str(&text.decode().unwrap()),
            Ok(Event::GeneralRef(reference)) => match reference.resolve_char_ref() {
                Ok(Some(c)) => content.push(c),
                _ => match quick_xml::escape::resolve_xml_entity(&reference.decode().unwrap()) {
                    Some(text) => content.push_str(text),
                    None => live.push(format!("an unknown entity {reference:?}")),
                },
            },
            Ok(Event::DocType(_) | Event::PI(_)) => live.push("a declaration".into()),
            Ok(_) => {}
        }
    }
    if let Some(c) = feed.chars().find(|c| is_no_xml(*c)) {
        live.push(format!("U+{:04X}", u32::from(c)));
    }
    live.into_iter().map(|one| format!("{path}: {one}")).collect()
}

/// Not allowed in XML 1.0.
pub fn is_no_xml(c: char) -> bool {
    c < ' ' && !matches!(c, '\t' | '\n' | '\r') || matches!(c, '\u{fffe}' | '\u{ffff}')
}

/// A character that a terminal acts on, or that reorders what stands on it.
fn acts_on_terminal(c: char) -> bool {
    (c.is_control() && !matches!(c, '\n' | '\t'))
        || matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

#[track_caller]
fn assert_calm(said: &str) {
    if let Some(at) = said.find(acts_on_terminal) {
        let from = said.floor_char_boundary(at.saturating_sub(80));
        let to = said.ceil_char_boundary((at + 80).min(said.len()));
        panic!("the terminal is told {:?}", &said[from..to]);
    }
}

/// The portal of all payloads: what was refused, and the run without it.
fn hostile_portal() -> (Fixture, usize, Run) {
    let fixture = Fixture::with("").file("content/p.png", PIXEL);
    let mut all = BTreeSet::new();
    for (number, payload) in PAYLOADS.iter().enumerate() {
        for place in 0..PLACES {
            let (path, text) = release(number, place, payload);
            fixture.edit(&path, text);
            all.insert(path);
        }
    }
    let mut refused = 0;
    for _ in 0..4 {
        let run = fixture.build();
        assert_calm(&run.stderr);
        if run.code == 0 {
            return (fixture, refused, run);
        }
        for format in ["human", "json"] {
            let run = fixture.build_with(&["--format", format]);
            assert_calm(&run.stderr);
            assert_calm(&run.stdout);
        }
        assert_eq!(run.output, Tree::new());
        let of = |line: &str| line.split(':').next().unwrap_or_default().to_owned();
        let paths: BTreeSet<String> =
            run.short_errors().into_iter().map(of).filter(|path| all.contains(path)).collect();
        assert!(!paths.is_empty(), "{}", run.stderr);
        refused += paths.len();
        paths.iter().for_each(|path| {
            fixture.remove(path);
        });
    }
    panic!("still refused");
}

/// An innocent portal's elements and attributes.
fn known_of_theme() -> BTreeSet<(String, String)> {
    let mut known = BTreeSet::new();
    for fixture in [Fixture::small(), {
        let fixture = Fixture::with("").file("content/p.png", PIXEL);
        for place in 0..PLACES {
            for number in 0..30 {
                let (path, text) = release(number, place, "innocent");
                fixture.edit(&path, text);
            }
        }
        fixture
    }] {
        for (path, bytes) in fixture.build().assert_done().output {
            if path.ends_with(".html") {
                for node in nodes(std::str::from_utf8(&bytes).unwrap()) {
                    known.extend(node.attrs.into_iter().map(|(name, _)| (node.name.clone(), name)));
                    known.insert((node.name, String::new()));
                }
            }
        }
    }
    known
}

#[test]
fn hostile_payloads_are_many_and_different() {
    assert!(PAYLOADS.len() >= 150, "{}", PAYLOADS.len());
    assert_eq!(PAYLOADS.iter().collect::<BTreeSet<_>>().len(), PAYLOADS.len());
}

/// Nothing lives in any page or feed, whichever field or text a payload came by; and nothing that
/// is said of the refused ones acts on the terminal.
#[test]
fn hostile_payloads_are_dead_wherever_they_stand() {
    let known = known_of_theme();
    let (_fixture, refused, run) = hostile_portal();
    let written = PAYLOADS.len() * PLACES;
    assert!(refused < written / 4, "{refused} of {written} were refused: too few are tested");
    let (mut live, mut pages, mut feeds) = (Vec::new(), 0, 0);
    for (path, bytes) in &run.output {
        if path.ends_with(".html") {
            pages += 1;
            live.extend(live_in_page(
                path,
                std::str::from_utf8(bytes).unwrap(),
                &known,
                "https://parti.example/",
            ));
        } else if path.ends_with(".xml") {
            feeds += 1;
            live.extend(live_in_feed(path, std::str::from_utf8(bytes).unwrap()));
        }
    }
    assert!(pages > written - refused && feeds > 20, "{pages} pages, {feeds} feeds");
    assert!(live.is_empty(), "{} live:\n{}", live.len(), live.join("\n"));
}

// Texts and templates that could stall or stop a build.

/// How a run that may not stall ended, and what it said.
#[track_caller]
fn guarded(fixture: &Fixture, what: &str) -> (i32, String) {
    // Far more than any of these may take: it only keeps the tests from waiting for ever.
    const PATIENCE: Duration = Duration::from_secs(120);
    let said = fixture.path("said");
    let mut child = Command::new(env!("CARGO_BIN_EXE_tribune"))
        .args(["build", "--as-of", NOW, "--format", "short"])
        .current_dir(fixture.dir())
        .env_clear()
        .env("RAYON_NUM_THREADS", "2")
        .stdout(Stdio::null())
        .stderr(File::create(&said).unwrap())
        .spawn()
        .unwrap();
    let begun = Instant::now();
    let status = loop {
        if let Some(status) = child.try_wait().unwrap() {
            break status;
        }
        if begun.elapsed() > PATIENCE {
            child.kill().unwrap();
            panic!("{what} stalls the build");
        }
        std::thread::sleep(Duration::from_millis(5));
    };
    let said = fs::read_to_string(said).unwrap();
    assert!(!said.contains("panicked at") && !said.contains("overflowed"), "{what}: {said}");
    assert_calm(&said);
    (status.code().unwrap_or(-1), said)
}

/// A release with this text ends as a page or as a diagnostic; which of them, and what was said.
#[track_caller]
fn ends(what: &str, text: &str) -> (i32, String) {
    assert!(text.len() <= 1 << 20, "{what} has {} bytes", text.len());
    let site = "title = \"P\"\nbase_url = \"https://parti.example/\"\nlanguages = [\"fr\"]\n";
    let fixture = Fixture::with("").file("site.toml", site).file("content/a.md", text);
    let (code, said) = guarded(&fixture, what);
    match code {
        0 => assert!(fixture.path("public/2026/03/12/a/index.html").exists(), "{what}"),
        1 => assert!(said.contains(": error: "), "{what}: {said}"),
        code => panic!("{what} ended with {code}: {said}"),
    }
    (code, said)
}

/// What a release may hold; without optimisation a part of it, for the same growth is seen.
const ROOM: usize = if cfg!(debug_assertions) { 200_000 } else { 1_000_000 };

/// As much of a repeated piece as a release may hold.
fn filled(piece: &str) -> String {
    piece.repeat((ROOM / piece.len()).min(100_000))
}

/// A thing for each number, as many as a release may hold.
fn numbered(piece: impl Fn(usize) -> String) -> String {
    let mut text = String::new();
    for number in 0.. {
        let one = piece(number);
        if text.len() + one.len() > ROOM {
            break;
        }
        text.push_str(&one);
    }
    text
}

#[test]
fn hostile_nesting_ends() {
    for piece in [
        ">",
        "> ",
        "- ",
        "1. ",
        "* a\n ",
        "[",
        "![",
        "[[](",
        "](",
        "*a ",
        "*a_ ",
        "**x",
        "_",
        "__a",
        "~~a",
        "`",
        "` ``",
        "\\",
        "<",
        "<!--",
        "<![CDATA[",
        "<?",
        "<!A",
        "<a ",
        "<a b=\"",
        "</",
        "&",
        "&#",
        "&amp",
        "[a](<",
        "[a](b \"",
        "|",
        "||\n",
        "#",
        "```\n",
        "\t",
        "a\n=\n",
        "\"",
        "«",
        "« ",
        "'",
        "www.",
        "https://",
        "a@",
        "\u{301}",
        "\u{64e}",
        "\u{2067}",
        "\u{feff}",
        "\r",
        "12/",
    ] {
        ends(&format!("{piece:?} many times"), &(toml("") + &filled(piece)));
    }
}

#[test]
fn hostile_html_ends() {
    for piece in [
        "<div>",
        "<p>",
        "<font>",
        "<font><p>",
        "<b>",
        "<a href=/>",
        "<table>",
        "<table><td>",
        "<ul><li>",
        "<div></x>",
        "<b></x>",
        "<select>",
        "<svg>",
        "<math><mi>",
        "<template>",
        "<p></p>",
        "<br>",
        "<i><p></i>",
        "</p>",
        "</b></i>",
        "<nobr>",
        "<button><p>",
    ] {
        ends(&format!("{piece} many times"), &(toml("") + &filled(piece)));
    }
    for (what, piece) in [
        ("fonts that all differ", |n| format!("<font size={n}>")),
        ("attributes", |n| if n == 0 { "<p".to_owned() } else { format!(" a{n}=b") }),
        (
            "open fonts and paragraphs",
            |n| if n < 120 { format!("<font size={n}>") } else { "<p>x".to_owned() },
        ),
        ("misnested fonts", |n| format!("<b id=a{n}><p></b>")),
        ("ids", |n| format!("<i id=a{n}></i>")),
    ] as [(&str, fn(usize) -> String); 5]
    {
        ends(what, &(toml("") + &numbered(piece)));
    }
}

#[test]
fn hostile_references_end() {
    for (what, piece) in [
        ("footnotes", |n| format!("[^{n}]: x\n\n")),
        ("footnotes that are used", |n| format!("[^{n}]\n\n[^{n}]: x\n\n")),
        ("footnotes that use each other", |n| format!("[^{n}]: [^{}]\n\n", n + 1)),
        ("links", |n| format!("[](/{n})")),
        ("links to files that are not there", |n| format!("[]({n})")),
        ("links that are not safe", |n| format!("[](a{n}:b)")),
        ("pictures from elsewhere", |n| format!("![](//{n})")),
        ("pictures that are not there", |n| format!("![](/{n})\n")),
        ("links in raw HTML", |n| format!("<a href=\"/{n}\">\n")),
        ("definitions", |n| format!("[{n}]: /{n}\n")),
        ("definitions that are used", |n| {
            if n == 0 { format!("[a]: /{}\n\n", "x".repeat(50_000)) } else { "[a] ".into() }
        }),
        ("headings", |n| format!("{} a{n}\n", "#".repeat(1 + n % 6))),
        ("cells", |n| {
            if n < ROOM / 10 {
                "|a".into()
            } else if n < ROOM / 10 + 1 {
                "\n".into()
            } else if n < ROOM / 5 + 1 {
                "|-".into()
            } else {
                "\n|".into()
            }
        }),
        ("tables", |_| "|a|\n|-|\n|b|\n\n".into()),
        ("paragraphs", |n| format!("{n}\n\n")),
        ("one word", |_| "a".into()),
        ("one line", |n| format!("mot{n} ")),
        ("one line of Arabic", |_| "سوس-ماسة ".into()),
        ("quotations", |_| "« l'eau » : \"oui\" ! ".into()),
    ] as [(&str, fn(usize) -> String); 19]
    {
        ends(what, &(toml("") + &numbered(piece)));
    }
}

#[test]
fn hostile_headers_end() {
    let yaml =
        |rest: &str| format!("---\ntitle: A\ndate: 2026-03-12\nregion: souss-massa\n{rest}\n---\nTexte.\n");
    let bare = |rest: &str| format!("Titre : A\nDate : 2026-03-12\nRégion : Souss-Massa\n{rest}\n\nTexte.\n");
    let large = 60_000;
    for size in [1_000, large, ROOM - 50_000] {
        let many = |piece: &str| piece.repeat(size / piece.len());
        for (what, text) in [
            ("flow lists", yaml(&format!("tags: {}", many("[")))),
            ("flow maps", yaml(&format!("extra: {}", many("{a: ")))),
            ("nested keys", yaml(&many("? "))),
            ("nested lists", yaml(&format!("tags:\n{}", many("- ")))),
            ("anchors", yaml(&format!("a: &a [x]\nb: {}", many("*a ")))),
            ("keys", yaml(&many("a: b\n"))),
            ("a folded text", yaml(&format!("summary: >\n{}", many("  a\n")))),
            ("comments", yaml(&many("# a\n"))),
            ("colons", yaml(&format!("summary: {}", many("a: ")))),
            ("brackets", toml(&format!("tags = {}", many("[")))),
            ("braces", toml(&format!("extra = {}", many("{ a = ")))),
            ("dotted keys", toml(&format!("{}a = 1", many("a.")))),
            ("tables", toml(&many("[[a]]\n"))),
            ("errors", toml(&many("= \n"))),
            ("quotation marks", toml(&format!("summary = {}", many("\"")))),
            ("tags", toml(&format!("tags = [{}]", many("\"a\", ")))),
            ("regions", toml("").replace("\"souss-massa\"", &format!("[{}]", many("\"agadri\", ")))),
            ("a title", toml("").replace("\"A\"", &format!("\"{}\"", many("a ")))),
            ("a long date", toml(&format!("updated = \"{}\"", many("1 ")))),
            ("aliases", toml(&format!("aliases = [{}]", many("\"/a/../b\", ")))),
            ("corrections", toml(&many("[[corrections]]\ndate = 1\n"))),
            ("bare lines", bare(&many("Tags : a\n"))),
            ("a bare line", bare(&format!("Résumé : {}", many("a, ")))),
            ("decorations", bare(&many("*"))),
            ("a bare date", format!("date {}", many("12 "))),
        ] {
            ends(&format!("{what} in {size} bytes of header"), &text);
        }
    }
    assert_eq!(ends("a header that is too large", &toml(&"# a\n".repeat(20_000))).0, 1);
}

/// A portal in which one template of the theme is replaced.
fn with_template(text: &str) -> Fixture {
    Fixture::release(&toml("")).file("templates/release.html", text)
}

#[test]
fn hostile_templates_are_refused() {
    for (what, text) in [
        ("including itself", "{% include \"release.html\" %}"),
        ("extending itself", "{% extends \"release.html\" %}"),
        ("a component that calls itself", "{% component a() %}{{ <a /> }}{% endcomponent a %}{{ <a /> }}"),
        ("a loop without end", "{% for a in range(end=1000000000) %}xxxxxxxxxx{% endfor %}"),
        (
            "loops in loops",
            "{% for a in range(end=9999) %}{% for b in range(end=9999) %}{% for c in range(end=9999) %}x{% endfor %}{% endfor %}{% endfor %}",
        ),
        ("an unknown variable", "{{ releese.title }}"),
        ("an unknown field", "{{ release.titel }}"),
        ("an unknown filter", "{{ release.title | nothing }}"),
        ("an unknown function", "{{ get_env(name=\"HOME\") }}"),
        ("an unknown file", "{% include \"/etc/passwd\" %}"),
        ("a file outside", "{% include \"../../site.toml\" %}"),
        ("an open block", "{% if release %}"),
        ("an open variable", "{{ release.title"),
        ("a division by zero", "{{ 1 / 0 }}"),
    ] {
        let fixture = with_template(text);
        let (code, said) = guarded(&fixture, what);
        assert_eq!(code, 1, "{what}: {said}");
        assert!(said.contains("error: "), "{what}: {said}");
        assert!(!fixture.path("public").exists(), "{what} published something");
    }
    for (what, text) in [
        ("parentheses", format!("{{{{ {}1{} }}}}", "(".repeat(50_000), ")".repeat(50_000))),
        ("brackets", format!("{{{{ {}1{} }}}}", "[".repeat(50_000), "]".repeat(50_000))),
        ("minus signs", format!("{{{{ {}1 }}}}", "-".repeat(50_000))),
        ("not after not", format!("{{{{ {}true }}}}", "not ".repeat(50_000))),
        ("branches", "{% if true %}".repeat(20_000)),
        ("filters", format!("{{{{ \"a\"{} }}}}", " | upper".repeat(20_000))),
        ("sums", format!("{{{{ 1{} }}}}", " + 1".repeat(50_000))),
    ] {
        let (code, said) = guarded(&with_template(&text), what);
        assert!(matches!(code, 0 | 1), "{what} ended with {code}: {said}");
    }
}

/// The page of a release may have 10 MiB; what writes more is stopped and named.
#[test]
fn hostile_templates_cannot_fill_the_disk() {
    let line = "x".repeat(1000);
    let (code, said) = guarded(
        &with_template(&format!("{{% for a in range(end=100000) %}}{line}{{% endfor %}}")),
        "a long page",
    );
    assert_eq!(code, 1, "{said}");
    assert!(said.contains("10 MiB") && said.contains("templates/release.html"), "{said}");
    // Nor can what pages have in common fill the memory.
    for piece in ["shared/footer.html", "row.html"] {
        let many = format!("{{% for a in range(end=100000) %}}{line}{{% endfor %}}");
        let fixture = Fixture::release(&toml("")).file(&format!("templates/{piece}"), many);
        let (code, said) = guarded(&fixture, "a long piece");
        assert_eq!(code, 1, "{said}");
        assert!(said.contains("10 MiB") && said.contains(piece), "{said}");
    }
}
