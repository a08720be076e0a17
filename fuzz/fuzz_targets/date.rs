//! Dates alone and before other text.

#![no_main]

use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;
use tribune::model::config::Config;
use tribune::model::date::{parse, parse_prefix};
use tribune::text::diagnostic::Faults;
use tribune::text::source::Source;

static CONFIG: LazyLock<Config> = LazyLock::new(|| {
    let site = "title = \"P\"\nbase_url = \"https://parti.example/\"\nlanguages = [\"fr\"]\n";
    let source = Source::new("site.toml", site);
    Config::parse(&source, None, false, &mut Faults::of(&source.path)).expect("a sound configuration")
});

fuzz_target!(|text: &str| {
    if let Some((date, length)) = parse_prefix(text) {
        let prefix = text.get(..length).expect("a prefix ends between characters");
        assert_eq!(parse(prefix), Ok(date), "{prefix:?}");
    }
    let Ok(moment) = parse(text).and_then(|date| date.resolve(&CONFIG.timezone)) else { return };
    let again = parse(&moment.rfc3339()).and_then(|date| date.resolve(&CONFIG.timezone));
    // Written to the second, so fractions are the one thing that does not come back.
    assert_eq!(again.map(|again| again.timestamp.as_second()), Ok(moment.timestamp.as_second()), "{text:?}");
    moment.rfc2822();
    moment.opens(&CONFIG.timezone);
});
