//! A release in the making: what `new` and `import` write down.

use crate::model::header::{Entry, Node, Value};
use crate::model::release::slug_proposal;
use crate::text::problem::is_bidi_control;

/// A release file, field by field.
#[derive(Clone, Debug, Default)]
pub struct Draft {
    pub title: String,
    /// RFC 3339 with offset, so that a later change of the zone's rules moves nothing.
    pub date: String,
    /// RFC 3339 likewise; empty where nothing says when to publish.
    pub publish: String,
    /// What its author says of it.
    pub draft: Option<bool>,
    /// Not to be published before a person says until when it is under embargo.
    pub held: bool,
    /// Slugs; the first one is principal.
    pub regions: Vec<String>,
    pub provinces: Vec<String>,
    pub id: String,
    /// The other half of a pair says date, regions and `id` for this one as well.
    pub inherits: bool,
    /// Everything else that the header said, as it was.
    pub others: Vec<Entry>,
    /// What the header said that no field of a release can hold: kept as comments.
    pub aside: Vec<Entry>,
    /// Lines of the text that no release shows: kept as comments.
    pub notes: Vec<String>,
    pub body: String,
}

impl Draft {
    /// The file's text, with a TOML header.
    pub fn text(&self) -> String {
        let mut lines = vec!["+++".to_owned(), format!("title = {}", quoted(&self.title))];
        if !self.inherits {
            lines.push(format!("date = {}", self.date));
            if !self.publish.is_empty() {
                lines.push(format!("publish = {}", self.publish));
            }
            match self.draft {
                _ if self.held => lines.push("draft = true".into()),
                Some(draft) => lines.push(format!("draft = {draft}")),
                None => {}
            }
            lines.push(format!("region = {}", one_or_many(&self.regions)));
            if !self.provinces.is_empty() {
                lines.push(format!("province = {}", one_or_many(&self.provinces)));
            }
            lines.push(format!("id = {}", quoted(&self.id)));
        }
        lines.extend(
            self.others.iter().map(|entry| format!("{} = {}", key(&entry.key.value), value(&entry.value))),
        );
        let aside =
            self.aside.iter().map(|entry| format!("# {} = {}", key(&entry.key.value), value(&entry.value)));
        lines.extend(aside.map(|line| one_line(&line)));
        lines.extend(self.notes.iter().map(|note| one_line(&format!("# {note}"))));
        lines.push("+++".to_owned());
        let mut text = lines.join("\n");
        text.push('\n');
        text.push_str(self.body.trim_start_matches(['\n', '\r']).trim_end_matches(['\n', '\r']));
        if !text.ends_with('\n') {
            text.push('\n');
        }
        text
    }
}

/// A comment as TOML allows it. What ends a line anywhere becomes a space; other control characters
/// go, and those of direction, which could make it read as another.
fn one_line(comment: &str) -> String {
    let ends = |c: char| matches!(c, '\n' | '\r' | '\u{b}' | '\u{c}' | '\u{85}' | '\u{2028}' | '\u{2029}');
    let chars = comment.chars().map(|c| if ends(c) { ' ' } else { c });
    chars.filter(|c| *c == '\t' || !c.is_control() && !is_bidi_control(*c)).collect()
}

/// Words that an address does not end with.
const LOOSE: [&str; 22] = [
    "a", "au", "aux", "avec", "ce", "d", "dans", "de", "des", "du", "en", "et", "l", "la", "le", "les", "ou",
    "par", "pour", "sur", "un", "une",
];

/// The address of a release by its title: whole words, few enough to be read out.
pub fn slug_of_title(title: &str) -> String {
    const LONGEST: usize = 60;
    let mut slug = slug_proposal(title);
    if slug.len() > LONGEST {
        let cut = slug[..=LONGEST].rfind('-').unwrap_or(LONGEST);
        slug.truncate(cut);
        while let Some((rest, last)) = slug.rsplit_once('-') {
            if !LOOSE.contains(&last) {
                break;
            }
            slug.truncate(rest.len());
        }
    }
    if slug.is_empty() { "communique".to_owned() } else { slug }
}

/// The address of the nth release of a name.
pub fn numbered(slug: &str, number: usize) -> String {
    if number < 2 { slug.to_owned() } else { format!("{slug}-{number}") }
}

fn one_or_many(names: &[String]) -> String {
    match names {
        [] => quoted(""),
        [one] => quoted(one),
        many => format!("[{}]", many.iter().map(|name| quoted(name)).collect::<Vec<_>>().join(", ")),
    }
}

fn quoted(text: &str) -> String {
    // Text over several lines would end the header where one of them looks like its fence.
    match text.contains("+++") && text.contains(['\n', '\r']) {
        true => serde_json::Value::from(text).to_string().replace('\u{7f}', "\\u007F"),
        false => toml::Value::from(text).to_string(),
    }
}

fn key(name: &str) -> String {
    let bare =
        !name.is_empty() && name.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_'));
    if bare { name.to_owned() } else { quoted(name) }
}

fn value(node: &Node) -> String {
    match &node.value {
        Value::Text(text) => quoted(text),
        // What no quotation marks made a string may be a truth value, a number or a date.
        Value::Plain(text) if matches!(text.as_str(), "true" | "false") => text.clone(),
        Value::Plain(text) => quoted(text),
        Value::Integer(number) => number.to_string(),
        Value::Float(number) => toml::Value::from(*number).to_string(),
        Value::Bool(value) => value.to_string(),
        Value::Date(text) => text.clone(),
        Value::List(nodes) => format!("[{}]", nodes.iter().map(value).collect::<Vec<_>>().join(", ")),
        Value::Map(entries) => {
            let fields = entries.iter().map(|(name, node)| format!("{} = {}", key(&name.value), value(node)));
            format!("{{ {} }}", fields.collect::<Vec<_>>().join(", "))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::source::{Span, Spanned};

    #[test]
    fn a_draft_reads_back_as_it_was_meant() {
        let node = |value| Node { span: Span::default(), value };
        let key = |name: &str| Spanned::new(name.to_owned(), Span::default());
        let tags = Value::List(vec![node(Value::Plain("l'eau".into())), node(Value::Text("a \"b\"".into()))]);
        let draft = Draft {
            title: "Dire « oui » : \"non\" \\ fin".into(),
            date: "2026-03-12T12:00:00+00:00".into(),
            regions: vec!["souss-massa".into(), "oriental".into()],
            id: "tag:a,2026:b".into(),
            others: vec![Entry { key: key("tags"), value: node(tags) }],
            body: "\nTexte".into(),
            ..Default::default()
        };
        let text = draft.text();
        let header = text.split("+++").nth(1).unwrap();
        let table: toml::Table = header.parse().unwrap();
        assert_eq!(table["title"].as_str(), Some(draft.title.as_str()));
        assert_eq!(table["tags"][1].as_str(), Some("a \"b\""));
        assert!(text.ends_with("+++\nTexte\n"));
    }

    #[test]
    fn a_comment_is_one_line_without_control_characters() {
        let controls: String = ('\0'..='\u{9f}').filter(|c| c.is_control()).collect();
        let draft = Draft {
            notes: vec![format!("a{controls}\u{2028}\u{2029}\u{202e}\u{2066}\u{200f}b")],
            ..Default::default()
        };
        let text = draft.text();
        let line = text.lines().find(|line| line.starts_with("# a")).unwrap();
        assert_eq!(line, "# a\t       b");
        assert!(text.split("+++").nth(1).unwrap().replace("date = \n", "").parse::<toml::Table>().is_ok());
    }

    #[test]
    fn a_value_with_a_line_like_the_fence_does_not_end_the_header() {
        let written = quoted("a\n+++\n\"b\" \\ \u{7f}\r");
        assert!(!written.contains('\n'), "{written}");
        let table: toml::Table = format!("x = {written}").parse().unwrap();
        assert_eq!(table["x"].as_str(), Some("a\n+++\n\"b\" \\ \u{7f}\r"));
    }
}
