//! What strings of language files may be: what the engine asks for, what it and templates fill in.

use std::collections::{BTreeMap, BTreeSet};

use crate::text::diagnostic::Diagnostic;
use crate::text::problem::Problem;
use crate::text::source::{Place, Source, Span};
use crate::text::suggest::nearest;

/// Strings that the engine itself asks for, and what it fills in. [`super::locale::Locale::fill`] holds
/// those who fill to this list.
pub const ASKED: [(&str, &[&str]); 40] = [
    ("language.name", &[]),
    ("date.long", &["day", "month", "year"]),
    ("date.month_year", &["month", "year"]),
    ("date.first", &[]),
    ("titles.home", &["portal", "party"]),
    ("titles.archives", &["portal", "party"]),
    ("titles.regions", &["portal", "party"]),
    ("titles.region", &["portal", "party", "region"]),
    ("titles.province", &["portal", "party", "region", "province"]),
    ("titles.year", &["portal", "party", "year"]),
    ("titles.month", &["portal", "party", "year", "month_year"]),
    ("titles.day", &["portal", "party", "year", "date"]),
    ("titles.region_year", &["portal", "party", "year", "region"]),
    ("titles.region_month", &["portal", "party", "year", "month_year", "region"]),
    ("titles.tag", &["portal", "party", "tag"]),
    ("titles.series", &["portal", "party", "series"]),
    ("titles.not_found", &["portal", "party"]),
    ("titles.part", &["n"]),
    ("descriptions.home", &["portal", "party"]),
    ("descriptions.archives", &["portal", "party"]),
    ("descriptions.regions", &["portal", "party"]),
    ("descriptions.region", &["portal", "party", "region"]),
    ("descriptions.province", &["portal", "party", "region", "province"]),
    ("descriptions.year", &["portal", "party", "year"]),
    ("descriptions.month", &["portal", "party", "year", "month_year"]),
    ("descriptions.day", &["portal", "party", "year", "date"]),
    ("descriptions.region_year", &["portal", "party", "year", "region"]),
    ("descriptions.region_month", &["portal", "party", "year", "month_year", "region"]),
    ("descriptions.tag", &["portal", "party", "tag"]),
    ("descriptions.series", &["portal", "party", "series"]),
    ("descriptions.not_found", &["portal", "party"]),
    ("feeds.title", &["portal"]),
    ("feeds.region", &["portal", "region"]),
    ("feeds.province", &["portal", "province"]),
    ("feeds.tag", &["portal", "tag"]),
    ("feeds.series", &["portal", "series"]),
    ("feeds.description", &["portal", "party", "feed"]),
    ("feeds.withdrawn", &["reason"]),
    ("feeds.expired", &[]),
    ("text.list_separator", &[]),
];

/// Those that a language may go without: a page without a description of its own is described by its title.
const OPTIONAL: [&str; 3] =
    ["descriptions.region_year", "descriptions.region_month", "descriptions.not_found"];

/// Keys that every language must have.
pub fn needed<'a>() -> impl Iterator<Item = &'a str> {
    ASKED.into_iter().map(|(key, _)| -> &'a str { key }).filter(|key| !OPTIONAL.contains(key))
}

/// What the engine fills in, where it is the engine that fills.
pub fn filled(key: &str) -> Option<&'static [&'static str]> {
    match key.starts_with("plurals.") {
        true => Some(&["n"]),
        false => ASKED.iter().find(|(known, _)| *known == key).map(|(_, names)| *names),
    }
}

/// A string where it is written.
#[derive(Debug)]
pub struct Said {
    pub key: String,
    /// In a language file of the portal, not of a theme.
    pub own: bool,
    /// Its placeholders and where each stands.
    placeholders: Vec<(String, Place)>,
}

impl Said {
    pub fn new(key: &str, text: &str, file: &Source, value: Span) -> Self {
        let written = file.text.get(value.range()).unwrap_or_default();
        let place = |name: &str| {
            let raw = format!("{{{name}}}");
            // What is written by an escape is marked as a whole.
            let at = written.find(&raw).map(|at| value.start as usize + at);
            file.at(at.map_or(value, |at| Span::new(at, at + raw.len())))
        };
        let placeholders = placeholders(text).map(|name| (name.to_owned(), place(name))).collect();
        Self { key: key.to_owned(), own: !file.path.starts_with("themes/"), placeholders }
    }

    fn names(&self) -> impl Iterator<Item = &str> {
        self.placeholders.iter().map(|(name, _)| name.as_str())
    }
}

/// Words in braces. Braces round anything else are text.
fn placeholders(text: &str) -> impl Iterator<Item = &str> {
    let inside = text.split('{').skip(1).filter_map(|after| Some(after.split_once('}')?.0));
    inside.filter(|name| {
        !name.trim().is_empty() && name.chars().all(|c| c.is_alphanumeric() || matches!(c, '_' | ' '))
    })
}

/// What templates ask for.
#[derive(Debug, Default)]
pub struct Uses {
    /// By key below `text.`: what `text(…)` fills in.
    filled: BTreeMap<String, BTreeSet<String>>,
    /// What is filled in where the key is not written out.
    anywhere: BTreeSet<String>,
}

impl Uses {
    pub fn of<'a>(templates: impl IntoIterator<Item = &'a Source>) -> Self {
        let mut uses = Self::default();
        for template in templates {
            for (at, _) in template.text.match_indices("text") {
                let is_word = |c: char| c.is_alphanumeric() || matches!(c, '_' | '.');
                let after = template.text[at + "text".len()..].trim_start();
                if let Some(inside) = after.strip_prefix('(')
                    && !template.text[..at].ends_with(is_word)
                {
                    uses.add(&arguments(inside));
                }
            }
        }
        uses
    }

    fn add(&mut self, arguments: &[(&str, &str)]) {
        let Some((_, key)) = arguments.iter().find(|(name, _)| *name == "key") else { return };
        let names = arguments.iter().map(|(name, _)| (*name).to_owned()).filter(|name| name != "key");
        match literal(key) {
            Some(key) => self.filled.entry(key.to_owned()).or_default().extend(names),
            None => self.anywhere.extend(names),
        }
    }
}

/// The named arguments of a call, after its opening parenthesis: `key="number", number=release.number)`.
fn arguments(inside: &str) -> Vec<(&str, &str)> {
    let mut found = Vec::new();
    let (mut depth, mut quote, mut start) = (0, None, 0);
    for (at, c) in inside.char_indices() {
        match (quote, c) {
            (Some(open), _) if open == c => quote = None,
            (Some(_), _) => {}
            (None, '"' | '\'' | '`') => quote = Some(c),
            (None, '(' | '[' | '{') => depth += 1,
            (None, ')' | ',') if depth == 0 => {
                found.extend(inside[start..at].split_once('='));
                start = at + 1;
                if c == ')' {
                    break;
                }
            }
            (None, ')' | ']' | '}') => depth -= 1,
            (None, _) => {}
        }
    }
    found.into_iter().map(|(name, value)| (name.trim(), value.trim())).collect()
}

/// The text of an expression that is a string and nothing else.
fn literal(expression: &str) -> Option<&str> {
    let quote = expression.chars().next().filter(|c| matches!(c, '"' | '\'' | '`'))?;
    let inside = expression.get(1..)?.strip_suffix(quote)?;
    (!inside.contains(quote)).then_some(inside)
}

/// Says which placeholders nobody fills in: they would stand on the pages as they are.
pub fn unknown_placeholders(said: &[Said], uses: &Uses) -> Vec<Diagnostic> {
    // A string that no `text(…)` fills may be filled otherwise, as by a script: what the theme has in it, a
    // portal may have.
    let mut of_themes: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for one in said.iter().filter(|one| !one.own) {
        of_themes.entry(&one.key).or_default().extend(one.names());
    }
    let mut faults = Vec::new();
    for one in said.iter().filter(|one| !one.placeholders.is_empty()) {
        let key = one.key.as_str();
        let by_template = key.strip_prefix("text.").and_then(|key| uses.filled.get(key));
        let mut known: Vec<&str> = match (filled(key), by_template) {
            (Some(names), _) => names.to_vec(),
            (None, Some(names)) => names.iter().map(String::as_str).collect(),
            (None, None) => match of_themes.get(key).filter(|_| one.own) {
                Some(names) => names.iter().copied().collect(),
                None => continue,
            },
        };
        if key.starts_with("text.") {
            known.extend(uses.anywhere.iter().map(String::as_str));
        }
        for (name, place) in &one.placeholders {
            if !known.contains(&name.as_str()) {
                let problem = Problem::UnknownPlaceholder {
                    name: name.clone(),
                    key: key.to_owned(),
                    known: known.iter().map(|known| format!("{{{known}}}")).collect(),
                    suggestion: nearest(name, known.iter().copied()).map(|near| format!("{{{near}}}")),
                };
                faults.push(Diagnostic::new(problem, place.clone()));
            }
        }
    }
    faults
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_calls_fill_in_is_read_from_templates() {
        let template = "{{ text(key=\"number\", number=f(x=1)[\"a, b\"]) }} context(key=\"a\", b=1)\n\
            {% set x = text( n = 1 | min(2),\n key='of' ) %}{{ text(key=\"x_\" ~ kind, what=\")\") }}";
        let uses = Uses::of(&[Source::new("templates/a.html", template)]);
        let found: Vec<(&str, Vec<&str>)> = uses
            .filled
            .iter()
            .map(|(key, names)| (key.as_str(), names.iter().map(String::as_str).collect()))
            .collect();
        assert_eq!(found, [("number", vec!["number"]), ("of", vec!["n"])]);
        assert_eq!(uses.anywhere.iter().collect::<Vec<_>>(), ["what"]);
    }

    #[test]
    fn braces_round_anything_but_a_word_are_text() {
        let found: Vec<&str> = placeholders("{a} {b_2} {المنطقة} { c } {} {x: y} {z").collect();
        assert_eq!(found, ["a", "b_2", "المنطقة", " c "]);
    }
}
