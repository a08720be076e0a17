//! What strings of language files may be: what the engine asks for, what it and templates fill in.

use std::collections::{BTreeMap, BTreeSet};

use crate::text::diagnostic::Diagnostic;
use crate::text::problem::Problem;
use crate::text::source::{Place, Source, Span, Spanned};
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
    pub lang: String,
    /// Of the key.
    pub place: Place,
    /// In a language file of the portal, not of a theme.
    pub own: bool,
    /// Its placeholders and where each stands.
    placeholders: Vec<(String, Place)>,
}

impl Said {
    pub fn new(lang: &str, key: Spanned<&str>, text: &str, file: &Source, value: Span) -> Self {
        let written = file.text.get(value.range()).unwrap_or_default();
        let place = |name: &str| {
            let raw = format!("{{{name}}}");
            // What is written by an escape is marked as a whole.
            let at = written.find(&raw).map(|at| value.start as usize + at);
            file.at(at.map_or(value, |at| Span::new(at, at + raw.len())))
        };
        let placeholders = placeholders(text).map(|name| (name.to_owned(), place(name))).collect();
        let (lang, at) = (lang.to_owned(), file.at(key.span));
        Self {
            key: key.value.to_owned(),
            lang,
            place: at,
            own: !file.path.starts_with("themes/"),
            placeholders,
        }
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
    /// Keys, with their table, that are written out: `text.kind`, `plurals.releases`.
    keys: BTreeSet<String>,
    /// Tables of which a key is looked up that is not written out: `text.kind`, or `text` itself.
    looked_up: BTreeSet<String>,
}

impl Uses {
    pub fn of<'a>(templates: impl IntoIterator<Item = &'a Source>) -> Self {
        let mut uses = Self::default();
        for template in templates {
            let text = &*template.text;
            let is_word = |c: char| c.is_alphanumeric() || matches!(c, '_' | '.');
            for word in ["text", "plural", "t"] {
                for (at, _) in text.match_indices(word).filter(|(at, _)| !text[..*at].ends_with(is_word)) {
                    let after = &text[at + word.len()..];
                    match (word, after.trim_start().strip_prefix('(')) {
                        ("t", _) => uses.variable(&text[..at], after),
                        (_, Some(inside)) => uses.call(word, &arguments(inside)),
                        _ => {}
                    }
                }
            }
        }
        uses
    }

    /// `text(key="number", number=…)`
    fn call(&mut self, function: &str, arguments: &[(&str, &str)]) {
        let Some((_, key)) = arguments.iter().find(|(name, _)| *name == "key") else { return };
        let names = arguments.iter().map(|(name, _)| (*name).to_owned()).filter(|name| name != "key");
        let table = if function == "text" { "text" } else { "plurals" };
        match literal(key) {
            Some(key) => {
                self.keys.insert(format!("{table}.{key}"));
                if function == "text" {
                    self.filled.entry(key.to_owned()).or_default().extend(names);
                }
            }
            None => {
                self.looked_up.insert(table.to_owned());
                if function == "text" {
                    self.anywhere.extend(names);
                }
            }
        }
    }

    /// `t.home`, `t.kind[release.kind]`, or `t` handed on to somebody who knows.
    fn variable(&mut self, before: &str, after: &str) {
        let end =
            after.find(|c: char| !(c.is_alphanumeric() || matches!(c, '_' | '.'))).unwrap_or(after.len());
        let (path, rest) = (after[..end].trim_end_matches('.'), after[end..].trim_start());
        // Under its own name it is known where it goes: `{% set t = t %}`.
        let given = before.trim_end();
        let to_itself = given.trim_end_matches(['=', '{', ' ']);
        let is_same = to_itself.len() < given.len() && (to_itself == "t" || to_itself.ends_with(" t"));
        let is_given = given.ends_with(['=', '{', '(', ',']) && !is_same;
        let index = rest.strip_prefix('[').and_then(|rest| literal(rest.split(']').next()?.trim()));
        match path.is_empty() {
            _ if index.is_some() && (path.is_empty() || path.starts_with('.')) => {
                self.keys.insert(format!("text{path}.{}", index.unwrap_or_default()));
            }
            _ if rest.starts_with('[') && (path.is_empty() || path.starts_with('.')) => {
                self.looked_up.insert(format!("text{path}"));
            }
            true if is_given => _ = self.looked_up.insert("text".into()),
            false if path.starts_with('.') => _ = self.keys.insert(format!("text{path}")),
            _ => {}
        }
    }

    /// Whether a template may ask for a string, or for a table that it stands in.
    fn asks_for(&self, key: &str) -> bool {
        let above =
            |known: &String| key.strip_prefix(known.as_str()).is_some_and(|rest| rest.starts_with('.'));
        self.keys.contains(key) || self.keys.iter().any(above)
    }

    fn looks_up(&self, key: &str) -> bool {
        self.looked_up
            .iter()
            .any(|table| key.strip_prefix(table.as_str()).is_some_and(|rest| rest.starts_with('.')))
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

/// Tables of a language file.
pub const TABLES: [&str; 7] = ["language", "date", "titles", "descriptions", "feeds", "plurals", "text"];

/// Says which of a portal's own strings nobody asks for: neither a theme has them, nor a template of the
/// portal. These are their keys, too.
pub fn unknown_keys(said: &[Said], uses: &Uses) -> (BTreeSet<String>, Vec<Diagnostic>) {
    let of_themes = said.iter().filter(|one| !one.own).map(|one| one.key.as_str());
    let known: BTreeSet<&str> = of_themes.chain(ASKED.into_iter().map(|(key, _)| key)).collect();
    let (mut unknown, mut faults) = (BTreeSet::new(), Vec::new());
    for one in said.iter().filter(|one| one.own && !known.contains(one.key.as_str())) {
        let key = one.key.as_str();
        let (table, name) = key.rsplit_once('.').unwrap_or(("", key));
        // Which categories a plural has depends on the language.
        let is_plural =
            |of: &str| known.iter().any(|known| known.rsplit_once('.').is_some_and(|(k, _)| k == of));
        if key.starts_with("plurals.") && CATEGORIES.contains(&name) && is_plural(table) || uses.asks_for(key)
        {
            continue;
        }
        let names = || known.iter().filter_map(|known| known.strip_prefix(table)?.strip_prefix('.'));
        let near = nearest(name, names()).map(|near| format!("{table}.{near}"));
        let near = near.or_else(|| nearest(key, known.iter().copied()).map(str::to_owned));
        // Where a template looks up whatever it likes, nobody can tell what it does not; of a table for
        // values that are known, such as `t.kind[…]`, a near name is the one that was meant.
        let any = key.split('.').next().is_some_and(|whole| uses.looked_up.contains(whole));
        if any || near.is_none() && uses.looks_up(key) {
            continue;
        }
        let shares_word =
            |other: &&str| other.split('_').any(|a| a.len() > 2 && name.split('_').any(|b| a == b));
        let alike = names().filter(shares_word).take(MOST_ALIKE).map(|name| format!("{table}.{name}"));
        let suggestions = near.map_or_else(|| alike.collect(), |near| vec![near]);
        let problem = Problem::UnknownString { key: key.to_owned(), suggestions };
        faults.push(Diagnostic::new(problem, one.place.clone()));
        unknown.insert(key.to_owned());
    }
    (unknown, faults)
}

/// Plural categories (CLDR).
const CATEGORIES: [&str; 6] = ["zero", "one", "two", "few", "many", "other"];

/// More names are no help.
const MOST_ALIKE: usize = 4;

/// A string that a language lacks: where another one has it, and the file to add it to.
pub fn missing_string(key: &str, language: &str, said: &[Said]) -> Diagnostic {
    let there = said.iter().rfind(|one| one.key == key && one.lang != language);
    let own = format!("lang/{language}.toml");
    // What is built into the program can be added to by the portal alone.
    let of_theme = there.filter(|one| !one.own && !one.place.path.starts_with("themes/default/"));
    let folder = of_theme.and_then(|one| one.place.path.rsplit_once('/'));
    let file = folder.map_or_else(|| own.clone(), |(folder, _)| format!("{folder}/{language}.toml"));
    let place = there.map_or_else(|| Place::file(own), |one| one.place.clone());
    let problem = Problem::MissingString { key: key.into(), language: language.into(), file };
    Diagnostic::new(problem, place)
}

/// A plural that a language has not in all of its categories, where it has the others.
pub fn missing_plural(key: String, category: &'static str, language: &str, said: &[Said]) -> Diagnostic {
    let table = format!("plurals.{key}");
    let is_of =
        |one: &&Said| one.lang == language && one.key.rsplit_once('.').is_some_and(|(of, _)| of == table);
    let place = said.iter().rfind(is_of).map(|one| one.place.clone());
    let place = place.unwrap_or_else(|| Place::file(format!("lang/{language}.toml")));
    Diagnostic::new(Problem::MissingPlural { key, category }, place)
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
    fn what_templates_look_up_is_read_from_them() {
        let template = "{{ t.home }} l't {{ t.kind[release.kind] }} {{ at.x }} {% if t.a.b is defined %}\
            {{ plural(key=\"seats\", n=1) }}";
        let uses = Uses::of(&[Source::new("templates/a.html", template)]);
        assert_eq!(uses.keys.iter().collect::<Vec<_>>(), ["plurals.seats", "text.a.b", "text.home"]);
        assert_eq!(uses.looked_up.iter().collect::<Vec<_>>(), ["text.kind"]);
        assert!(uses.asks_for("plurals.seats.one") && !uses.asks_for("text.homes"));
        for all in ["{{ <a words={t} /> }}", "{% set w = t %}", "{{ t[name] }}", "{{ text(key=name) }}"] {
            let uses = Uses::of(&[Source::new("templates/a.html", all)]);
            assert!(uses.looks_up("text.anything"), "{all}");
        }
        for none in ["{% set t = t %}", "{{ <a t={t} /> }}", "l'a-t-il dit (à) t"] {
            let uses = Uses::of(&[Source::new("templates/a.html", none)]);
            assert!(!uses.looks_up("text.anything"), "{none}");
        }
    }

    #[test]
    fn braces_round_anything_but_a_word_are_text() {
        let found: Vec<&str> = placeholders("{a} {b_2} {المنطقة} { c } {} {x: y} {z").collect();
        assert_eq!(found, ["a", "b_2", "المنطقة", " c "]);
    }
}
