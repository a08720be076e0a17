//! The bytes of a file, as far as a page and a report.

#![no_main]

use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;
use tribune::model::body::Markup;
use tribune::model::config::Config;
use tribune::model::release::{Rules, Written};
use tribune::model::territory::Territory;
use tribune::pages::markdown::{Setting, render};
use tribune::text::diagnostic::{Faults, Format, Report};
use tribune::text::source::{Source, decode, is_xml};

static CONFIG: LazyLock<Config> = LazyLock::new(|| {
    let site = "title = \"P\"\nbase_url = \"https://parti.example/\"\nlanguages = [\"fr\", \"ar\"]\n";
    let source = Source::new("site.toml", site);
    Config::parse(&source, None, false, &mut Faults::of(&source.path)).expect("a sound configuration")
});
static TERRITORY: LazyLock<Territory> = LazyLock::new(Territory::morocco);

fuzz_target!(|bytes: &[u8]| {
    let Ok(text) = decode(bytes.to_vec()) else { return };
    for path in ["content/a.md", "content/a.ar.txt"] {
        let source = Source::new(path, text.as_str());
        let mut faults = Faults::of(&source.path);
        let rules = Rules { config: &CONFIG, territory: &TERRITORY };
        let written = Written::parse(&source, rules, &mut faults);
        for place in faults.list.iter().flat_map(|fault| fault.place.iter().chain(&fault.other)) {
            let Some(span) = place.span else { continue };
            assert!(text.get(span.range()).is_some(), "{span:?} is no part of the text: {:?}", faults.list);
        }
        let body = &text[written.body.start..];
        for (lang, markup) in [("fr", Markup::Markdown), ("ar", Markup::Markdown), ("fr", Markup::Plain)] {
            let typography = CONFIG.typography;
            let html =
                render(body, markup, &Setting { root: "../", page: "", lang, typography, targets: &[] });
            assert!(html.chars().all(is_xml));
            let lower = html.to_ascii_lowercase();
            assert!(
                !lower.contains("<script") || markup == Markup::Plain && !html.contains("<script"),
                "{html}"
            );
        }
        let report = Report::new(faults.list);
        let read = |_: &str| Some(text.clone());
        let short = report.render(Format::Short, false, &read);
        assert_eq!(short.lines().count(), report.diagnostics.len(), "{short}");
        for format in [Format::Human, Format::Json] {
            let said = report.render(format, false, &read);
            assert!(!said.chars().any(|c| c.is_control() && c != '\n'), "{said:?}");
        }
    }
});
