//! What a theme says in one language: strings, plurals, dates.

use std::collections::{BTreeMap, BTreeSet};

use icu_plurals::{PluralCategory, PluralRules, PluralRulesOptions};
use jiff::civil::Date;
use serde_json::{Map, Value as Json};

use crate::model::header::{Node, Value, parse_strings};
use crate::text::diagnostic::Faults;
use crate::text::problem::Problem;
use crate::text::source::{Source, Spanned};
use crate::text::suggest::nearest;

use super::strings::{Said, TABLES, filled, needed};

/// The strings of one language, of the whole chain of themes and the portal's own.
#[derive(Debug)]
pub struct Locale {
    pub tag: String,
    /// All strings by dotted key: `titles.month`, `text.kind.speech`, `date.long`.
    strings: BTreeMap<String, String>,
    pub months: Vec<String>,
    plural: Option<PluralRules>,
}

/// Stands for whatever somebody may write.
const OTHER: &str = "autrement";

impl Locale {
    /// Reads language files, the most general first; later ones win string by string.
    pub fn load(tag: &str, files: &[Source], said: &mut Vec<Said>, faults: &mut Vec<Faults>) -> Self {
        let mut locale =
            Self { tag: tag.into(), strings: BTreeMap::new(), months: Vec::new(), plural: plural_rules(tag) };
        for file in files {
            let mut found = Faults::of(&file.path);
            for entry in parse_strings(file, &mut found) {
                // What a portal's own table of another name was meant to be is said once, for all that is in it.
                let name = entry.key.value.as_str();
                if !file.path.starts_with("themes/") && !TABLES.contains(&name) {
                    let suggestions = nearest(name, TABLES).map(str::to_owned).into_iter().collect();
                    found.at(entry.key.span, Problem::UnknownString { key: name.to_owned(), suggestions });
                    continue;
                }
                let key = Spanned::new(name, entry.key.span);
                locale.gather(key, entry.value, file, said, &mut found);
            }
            faults.push(found);
        }
        locale
    }

    fn gather(
        &mut self,
        at: Spanned<&str>,
        node: Node,
        file: &Source,
        said: &mut Vec<Said>,
        faults: &mut Faults,
    ) {
        let key = at.value;
        match node.value {
            Value::Text(text) | Value::Plain(text) => {
                said.push(Said::new(&self.tag, at, &text, file, node.span));
                self.strings.insert(key.to_owned(), text);
            }
            Value::Map(entries) => {
                for (name, node) in entries {
                    let inner = format!("{key}.{}", name.value);
                    self.gather(Spanned::new(&inner, name.span), node, file, said, faults);
                }
            }
            Value::List(nodes) if key == "date.months" && nodes.len() == 12 => {
                let name = |node: Node| match node.value {
                    Value::Text(text) => text,
                    _ => String::new(),
                };
                self.months = nodes.into_iter().map(name).collect();
            }
            Value::List(_) if key == "date.months" => {
                let (name, expected) = (key.to_owned(), "a list of twelve strings");
                faults
                    .at(node.span, Problem::WrongType { name, expected, found: "a list of another length" });
            }
            ref other => {
                let (name, found) = (key.to_owned(), other.kind());
                faults.at(node.span, Problem::WrongType { name, expected: "a string", found });
            }
        }
    }

    /// Leaves out what nobody asks for.
    pub fn forget(&mut self, keys: &BTreeSet<String>) {
        self.strings.retain(|key, _| !keys.contains(key));
    }

    /// Keys that the engine or another language of the theme has and this one lacks.
    pub fn missing<'a>(&'a self, others: &'a [Locale]) -> Vec<&'a str> {
        let all = needed().chain(others.iter().flat_map(|other| other.strings.keys().map(String::as_str)));
        let mut missing: Vec<&str> = all
            .filter(|key| !self.strings.contains_key(*key))
            // Which plural categories there are depends on the language.
            .filter(|key| !key.starts_with("plurals."))
            .collect();
        if self.months.len() != 12 {
            missing.push("date.months");
        }
        if self.plural("releases", 0).is_none() {
            missing.push("plurals.releases.other");
        }
        missing.sort_unstable();
        missing.dedup();
        missing
    }

    /// Plural categories that this language needs and a message lacks (CLDR).
    pub fn missing_plurals(&self) -> Vec<(String, &'static str)> {
        let Some(rules) = &self.plural else { return Vec::new() };
        let keys = self.strings.keys().filter_map(|key| key.strip_prefix("plurals."));
        let mut messages: Vec<&str> =
            keys.filter_map(|key| key.rsplit_once('.')).map(|(name, _)| name).collect();
        messages.dedup();
        let lacking = messages.into_iter().flat_map(|name| {
            let has =
                move |category: &&str| !self.strings.contains_key(&format!("plurals.{name}.{category}"));
            rules
                .categories()
                .map(category_name)
                .filter(has)
                .map(|c| (name.to_owned(), c))
                .collect::<Vec<_>>()
        });
        lacking.collect()
    }

    /// A string by dotted key; an unknown one shows its key, since loading has already said so.
    pub fn get<'a>(&'a self, key: &'a str) -> &'a str {
        self.strings.get(key).map_or(key, String::as_str)
    }

    pub fn contains(&self, key: &str) -> bool {
        self.strings.contains_key(key)
    }

    /// A string of the engine with its `{placeholders}` filled in.
    pub fn fill(&self, key: &str, values: &[(&str, &str)]) -> String {
        debug_assert!(
            filled(key).is_some_and(|names| {
                names.len() == values.len() && values.iter().all(|(name, _)| names.contains(name))
            }),
            "`{key}` is not filled in by {values:?}"
        );
        fill(self.get(key), values)
    }

    /// A string of `[text]` with what a template fills in.
    pub fn text(&self, key: &str, values: &[(&str, &str)]) -> String {
        fill(self.get(key), values)
    }

    /// A message in the plural category of `n`.
    pub fn plural(&self, key: &str, n: u64) -> Option<String> {
        let category = self.plural.as_ref().map_or("other", |rules| category_name(rules.category_for(n)));
        let message = self.strings.get(&format!("plurals.{key}.{category}"));
        let message = message.or_else(|| self.strings.get(&format!("plurals.{key}.other")))?;
        Some(fill(message, &[("n", &n.to_string())]))
    }

    /// « 12 mars 2026 », « 1er août 2026 »
    pub fn long_date(&self, date: Date) -> String {
        let day = match date.day() {
            1 => self.get("date.first").to_owned(),
            day => day.to_string(),
        };
        let year = date.year().to_string();
        self.fill("date.long", &[("day", &day), ("month", self.month(date.month())), ("year", &year)])
    }

    /// « mars 2026 »
    pub fn month_year(&self, year: i16, month: i8) -> String {
        self.fill("date.month_year", &[("month", self.month(month)), ("year", &year.to_string())])
    }

    pub fn month(&self, month: i8) -> &str {
        let ix = usize::try_from(month).unwrap_or_default().wrapping_sub(1);
        self.months.get(ix).map_or("", String::as_str)
    }

    /// The strings below `text.`, as templates see them: `t.kind.speech`.
    pub fn texts(&self) -> Json {
        let mut root = Map::new();
        for (key, text) in &self.strings {
            let Some(key) = key.strip_prefix("text.") else { continue };
            nest(&mut root, key, text);
        }
        Json::Object(root)
    }

    /// This language with other words for everything.
    pub fn altered(&self) -> Self {
        let other = |text: &String| format!("{text} {OTHER}");
        let strings = self.strings.iter().map(|(key, text)| (key.clone(), other(text))).collect();
        let months = self.months.iter().map(other).collect();
        Self { tag: self.tag.clone(), strings, months, plural: plural_rules(&self.tag) }
    }

    /// All strings, for the fingerprint of the rules.
    pub fn strings(&self) -> &BTreeMap<String, String> {
        &self.strings
    }
}

/// Puts a text at a dotted key, making the tables on the way.
fn nest(map: &mut Map<String, Json>, key: &str, text: &str) {
    let Some((table, rest)) = key.split_once('.') else {
        map.insert(key.to_owned(), Json::String(text.to_owned()));
        return;
    };
    let inner = map.entry(table).or_insert_with(|| Json::Object(Map::new()));
    if let Json::Object(inner) = inner {
        nest(inner, rest, text);
    }
}

/// Replaces `{name}` by its value; a placeholder without value stays.
pub fn fill(pattern: &str, values: &[(&str, &str)]) -> String {
    let mut filled = String::with_capacity(pattern.len() + 16);
    let mut rest = pattern;
    while let Some(open) = rest.find('{') {
        filled.push_str(&rest[..open]);
        let after = &rest[open + 1..];
        let close = after.find('}');
        let value = close.and_then(|close| {
            let name = &after[..close];
            values.iter().find(|(known, _)| *known == name).map(|(_, value)| (*value, close))
        });
        match value {
            Some((value, close)) => {
                filled.push_str(value);
                rest = &after[close + 1..];
            }
            None => {
                filled.push('{');
                rest = after;
            }
        }
    }
    filled.push_str(rest);
    filled
}

fn plural_rules(tag: &str) -> Option<PluralRules> {
    let locale: icu_locale_core::Locale = tag.parse().ok()?;
    PluralRules::try_new((&locale).into(), PluralRulesOptions::default()).ok()
}

fn category_name(category: PluralCategory) -> &'static str {
    match category {
        PluralCategory::Zero => "zero",
        PluralCategory::One => "one",
        PluralCategory::Two => "two",
        PluralCategory::Few => "few",
        PluralCategory::Many => "many",
        PluralCategory::Other => "other",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn locale(tag: &str, text: &str) -> Locale {
        let mut faults = Vec::new();
        let files = [Source::new("lang/fr.toml", text)];
        let locale = Locale::load(tag, &files, &mut Vec::new(), &mut faults);
        assert!(faults.iter().all(|f| f.list.is_empty()));
        locale
    }

    #[test]
    fn arabic_has_six_plurals() {
        let names = ["zero", "one", "two", "few", "many", "other"];
        let text: String = names.iter().map(|n| format!("{n} = \"{n} {{n}}\"\n")).collect();
        let arabic = locale("ar", &format!("[plurals.releases]\n{text}"));
        for (n, category) in [(0, "zero"), (1, "one"), (2, "two"), (3, "few"), (11, "many"), (100, "other")] {
            assert_eq!(arabic.plural("releases", n).unwrap(), format!("{category} {n}"));
        }
        assert!(arabic.missing_plurals().is_empty());
        let poor = locale("ar", "[plurals.releases]\nother = \"{n}\"");
        assert_eq!(poor.missing_plurals().len(), 5);
        assert_eq!(poor.plural("releases", 2).unwrap(), "2");
    }

    #[test]
    fn a_language_needs_names_for_every_kind_of_feed() {
        let french = locale("fr", "");
        let missing = french.missing(&[]);
        for kind in ["title", "region", "province", "tag", "series"] {
            assert!(missing.contains(&format!("feeds.{kind}").as_str()), "{kind}");
        }
    }

    #[test]
    fn placeholders_are_filled_and_unknown_ones_stay() {
        assert_eq!(fill("{a}, {b} {c", &[("a", "1"), ("b", "{a}")]), "1, {a} {c");
    }
}
