//! What holds for every text, whatever was typed, pasted or broken on its way.

mod texts;

use std::collections::BTreeMap;
use std::sync::{Arc, LazyLock};

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;
use proptest::test_runner::FileFailurePersistence;
use unicode_normalization::UnicodeNormalization;

use tribune::desk::draft::Draft;
use tribune::model::body::{Body, Markup};
use tribune::model::config::Config;
use tribune::model::date;
use tribune::model::header::{Entry, Node, Value};
use tribune::model::path::SafePath;
use tribune::model::portal::{Clock, Parts, Portal};
use tribune::model::release::{Rules, Written};
use tribune::model::territory::Territory;
use tribune::pages::markdown::{self, Setting};
use tribune::pages::plan::{What, plan};
use tribune::pages::render::{Renderer, Texts};
use tribune::pages::rows::Rows;
use tribune::pages::site::{Channel, Page};
use tribune::pages::theme::{Overrides, Theme};
use tribune::pages::view::TargetView;
use tribune::text::diagnostic::{Diagnostic, Faults, Format, Report};
use tribune::text::source::{Source, Span, Spanned, decode, is_xml};
use tribune::text::typography::{self, Context, Profile};
use tribune::world::themes;
use tribune::world::tree::Root;

use crate::hostile::{is_no_xml, live_in_text, nodes};
use texts::{assembled, body, honest, mutated, text};

/// 256 cases of each property, or as many as PROPTEST_CASES says; what failed once is kept and
/// tried first.
fn config() -> ProptestConfig {
    let kept = FileFailurePersistence::WithSource("regressions");
    ProptestConfig { failure_persistence: Some(Box::new(kept)), ..ProptestConfig::default() }
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
        releases: written.into_iter().map(Arc::new).collect(),
        pages: Vec::new(),
        assets: BTreeMap::new(),
        statics: Vec::new(),
        refused: Vec::new(),
    };
    Portal::assemble(parts, clock())
}

/// A release that cannot be refused, with every text field given.
fn release(id: &str, title: &str, other: &str, body: &str) -> String {
    let node = |text: &str| Node { span: Span::default(), value: Value::Text(text.into()) };
    let entry = |key: &str, value: Node| Entry { key: Spanned::new(key.into(), Span::default()), value };
    let list = |node: Node| Node { span: Span::default(), value: Value::List(vec![node]) };
    Draft {
        title: format!("T {}", honest(title)),
        date: "2026-03-12T12:00:00+00:00".into(),
        regions: vec!["souss-massa".into()],
        id: id.into(),
        others: ["summary", "contact", "number", "series"]
            .map(|key| entry(key, node(&format!("{id} {}", honest(other)))))
            .into_iter()
            .chain([entry("authors", list(node(&format!("{id} {}", honest(other)))))])
            .collect(),
        body: honest(body),
        ..Draft::default()
    }
    .text()
}

/// The release's page and the site's feed, of a portal with these releases alone.
fn published(releases: &[String]) -> Result<(Vec<String>, String), TestCaseError> {
    let mut texts = Texts::default();
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
    let renderer = Renderer::new(&plan, Rows::default());
    let (mut pages, mut feed) = (Vec::new(), String::new());
    for output in &plan.outputs {
        let is_feed = matches!(output.what, What::Feed(Channel::Site)) && output.lang.index() == 0;
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
    let text: String = text.chars().filter(|c| is_xml(*c)).nfc().collect();
    let text = text.replace('œ', "oe").replace('Œ', "OE").replace('æ', "ae").replace('Æ', "AE");
    text.chars().filter(|c| c.is_alphanumeric()).collect()
}

fn render(body: &str, markup: Markup, lang: &str, profile: Profile) -> String {
    let target = |target, url: Option<&str>| TargetView {
        target,
        url: url.map(str::to_owned),
        is_text: false,
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
        prop_assert!(
            src.is_none_or(|(_, src)| src.starts_with("../../") && !src.contains("/../../..")),
            "{src:?} of {body:?}"
        );
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
            inherits: false,
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
            text.chars().filter(|c| !c.is_whitespace() && !c.is_control() && is_xml(*c)).nfc().collect::<String>()
        };
        let ends = |text: &str| bare(text).trim_matches(|c: char| !c.is_alphanumeric() && !c.is_ascii_graphic()).to_owned();
        prop_assert_eq!(ends(&read.title.unwrap().value), ends(&title));
        prop_assert_eq!(ends(&read.id.unwrap().value), ends(&title));
        prop_assert_eq!(ends(&read.summary.unwrap()), ends(&summary));
        let found: Vec<String> = read.tags.unwrap_or_default().into_iter().map(|tag| tag.value).collect();
        let mut once: Vec<String> = Vec::new();
        for tag in tags.iter().map(|tag| tag.nfc().collect::<String>()) {
            if !once.contains(&tag) {
                once.push(tag);
            }
        }
        prop_assert_eq!(found, once);
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

    /// What is known of a text is the same whether or not all of it was parsed for it: a definition that
    /// nothing uses makes that be.
    #[test]
    fn properties_of_openings(body in prop_oneof![
        "([a-zé«».,:;!?'’ *_`#>|+=~-]|[0-9]|\t|\r|\n|\n\n|    |- |\\\\){0,60}",
        text(0..20),
    ]) {
        let read = |body: &str| {
            let mut faults = Faults::of(&"a.md".into());
            let Body { lead, references, .. } = Body::read(body, 0, Markup::Markdown, &mut faults);
            (lead, references, faults.list.len())
        };
        prop_assert_eq!(read(&body), read(&format!("{}\n\n[rien]: rien\n", body)));
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
            let kept = |c: &char| is_xml(*c) && !c.is_whitespace() && *c != '\u{feff}';
            text.chars().filter(kept).nfc().collect()
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
        if let Ok(date) = date::parse(&written)
            && let Ok(moment) = date.resolve(&CONFIG.timezone)
        {
            prop_assert_eq!(date::parse(&moment.rfc3339()).unwrap().resolve(&CONFIG.timezone).unwrap().timestamp, moment.timestamp);
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
        let releases: Vec<String> = many.iter().enumerate().map(|(n, (title, other, body))| release(&format!("r{n}"), title, other, body)).collect();
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
