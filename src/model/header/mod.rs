//! The header of a release or a page: three forms, one tree of spanned keys and values.

mod bare;
mod key;
mod toml;
mod yaml;

use std::ops::Range;

use serde::{Deserialize, Serialize};
use unicode_normalization::{UnicodeNormalization, is_nfc};

use crate::model::date::is_invisible;
use crate::text::diagnostic::{Diagnostic, Faults};
use crate::text::problem::Problem;
use crate::text::source::{Source, Span, Spanned};

pub use key::field_of;

/// A header is small; what is larger is a text whose closing fence was lost.
const LARGEST: usize = 64 * 1024;
const DEEPEST: usize = 64;

/// How a header is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    Toml,
    Yaml,
    Bare,
    None,
}

/// One value of a header with its place.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Node {
    pub span: Span,
    pub value: Value,
}

/// Types are only known where the form knows them; of a `Plain` value the field decides.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Value {
    /// Was in quotation marks.
    Text(String),
    Plain(String),
    Integer(i64),
    Float(f64),
    Bool(bool),
    /// A TOML date as written.
    Date(String),
    List(Vec<Node>),
    Map(Vec<(Spanned<String>, Node)>),
}

impl Value {
    /// What was found, where another type was wanted.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Text(_) | Self::Plain(_) => "a string",
            Self::Integer(_) => "an integer",
            Self::Float(_) => "a decimal number",
            Self::Bool(_) => "a boolean",
            Self::Date(_) => "a date",
            Self::List(_) => "a list",
            Self::Map(_) => "a table",
        }
    }
}

/// A field: its canonical name where it is known, else what was written.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Entry {
    pub key: Spanned<String>,
    pub value: Node,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Header {
    pub form: Form,
    /// The opening fence, the first bare line, or where there is no header the first line of text.
    pub span: Span,
    pub entries: Vec<Entry>,
    /// Where the text after the header starts, in bytes.
    pub body: usize,
    /// Could not be read to its end: what is missing from it may well be there.
    pub broken: bool,
}

/// Parses the header of a release or a page. Every fault is gathered, and something always returned.
pub fn parse(source: &Source, faults: &mut Faults) -> Header {
    let text = &*source.text;
    let start = if text.starts_with('\u{feff}') { '\u{feff}'.len_utf8() } else { 0 };
    let Some(first) = lines(text, start).find(|line| !is_blank(text, line)) else {
        let span = Span::new(start, start);
        return Header { form: Form::None, span, entries: Vec::new(), body: start, broken: false };
    };
    let (form, fence, closings): (_, _, &[&str]) = match fence_of(text, &first) {
        "+++" => (Form::Toml, "+++", &["+++"]),
        "---" => (Form::Yaml, "---", &["---", "..."]),
        "{" => {
            let message =
                "a header in JSON; write TOML between `+++`, YAML between `---`, or bare lines".into();
            let span = Span::new(first.start, first.start + 1);
            faults.at(span, Problem::Syntax { format: "header", message });
            return Header { form: Form::None, span, entries: Vec::new(), body: text.len(), broken: true };
        }
        _ => return bare::parse(source, start, first, faults),
    };
    let span = Span::new(first.start, first.start + fence.len());
    let mut header = Header { form, span, entries: Vec::new(), body: text.len(), broken: true };
    let closing = lines(text, first.next).find(|line| closings.contains(&fence_of(text, line)));
    if form == Form::Yaml && is_thematic_break(text, &first, closing.is_some()) {
        return Header { form: Form::None, body: start, broken: false, ..header };
    }
    let Some(closing) = closing else {
        faults.at(span, Problem::UnclosedHeader { fence });
        return header;
    };
    header.body = closing.next;
    let inner = first.next..closing.start;
    if inner.len() > LARGEST {
        faults.at(span, Problem::HeaderTooLarge { limit: LARGEST });
        return header;
    }
    let read = match form {
        Form::Toml => toml::entries(source, inner, clean, faults),
        _ => yaml::entries(source, inner, faults),
    };
    header.broken = read.broken;
    header.entries = read.entries;
    header.entries.iter_mut().for_each(|entry| {
        if let Some(field) = field_of(&entry.key.value) {
            field.clone_into(&mut entry.key.value);
        }
    });
    report_duplicates(source, &mut header.entries, faults);
    header
}

/// Parses a whole TOML document: a configuration, a theme.
pub fn parse_toml(source: &Source, faults: &mut Faults) -> Vec<Entry> {
    document(source, clean, faults)
}

/// Parses a language file. Its strings keep their ends: what parts the names of a list ends in a space.
pub fn parse_strings(source: &Source, faults: &mut Faults) -> Vec<Entry> {
    document(source, composed, faults)
}

fn document(source: &Source, string: fn(&str) -> String, faults: &mut Faults) -> Vec<Entry> {
    let start = if source.text.starts_with('\u{feff}') { '\u{feff}'.len_utf8() } else { 0 };
    toml::entries(source, start..source.text.len(), string, faults).entries
}

/// What a reader of one form found.
struct Read {
    entries: Vec<Entry>,
    broken: bool,
}

/// Keeps the first of the entries with one key and reports the others.
fn report_duplicates(source: &Source, entries: &mut Vec<Entry>, faults: &mut Faults) {
    let mut seen = foldhash::HashMap::with_capacity_and_hasher(entries.len(), Default::default());
    entries.retain(|entry| match seen.get(&entry.key.value) {
        Some(first) => {
            report_duplicate(source, &entry.key, *first, faults);
            false
        }
        None => {
            seen.insert(entry.key.value.clone(), entry.key.span);
            true
        }
    });
}

fn report_duplicate(source: &Source, again: &Spanned<String>, first: Span, faults: &mut Faults) {
    let problem = Problem::DuplicateField { name: again.value.clone() };
    faults.list.push(Diagnostic::new(problem, source.at(again.span)).and(source.at(first)));
}

/// A line: where it starts, where its content ends, where the next one starts.
#[derive(Clone, Copy, Debug)]
struct Line {
    start: usize,
    end: usize,
    next: usize,
}

/// The lines from byte `at` on, ended by LF, CR LF or a lone CR.
fn lines(text: &str, mut at: usize) -> impl Iterator<Item = Line> {
    let bytes = text.as_bytes();
    std::iter::from_fn(move || {
        let rest = bytes.get(at..).filter(|rest| !rest.is_empty())?;
        let start = at;
        let end = memchr::memchr2(b'\n', b'\r', rest).map_or(bytes.len(), |n| start + n);
        at = match (bytes.get(end), bytes.get(end + 1)) {
            (Some(b'\r'), Some(b'\n')) => end + 2,
            (Some(_), _) => end + 1,
            (None, _) => end,
        };
        Some(Line { start, end, next: at })
    })
}

/// `text[range]`; empty where the range is none of `text`.
fn slice(text: &str, range: Range<usize>) -> &str {
    text.get(range).unwrap_or_default()
}

fn is_blank(text: &str, line: &Line) -> bool {
    slice(text, line.start..line.end).chars().all(is_margin)
}

fn fence_of<'t>(text: &'t str, line: &Line) -> &'t str {
    slice(text, line.start..line.end).trim_end_matches(is_margin)
}

/// Whether a first line `---` is Markdown's break and opens no header: what follows has not the look of one.
fn is_thematic_break(text: &str, first: &Line, closed: bool) -> bool {
    let Some(second) = lines(text, first.next).next() else { return true };
    if closed && !is_blank(text, &second) {
        return false;
    }
    let Some(next) = lines(text, first.next).find(|line| !is_blank(text, line)) else { return true };
    let next = slice(text, next.start..next.end);
    let key = next.split_once(':').filter(|(key, rest)| {
        let is_word =
            |c: char| c.is_alphanumeric() || is_margin(c) || matches!(c, '_' | '-' | '"' | '\'' | '°');
        let separated = rest.is_empty() || rest.starts_with(is_margin);
        separated && !key.trim().is_empty() && key.chars().count() <= 32 && key.chars().all(is_word)
    });
    let is_empty_header = closed && matches!(next.trim_end_matches(is_margin), "---" | "...");
    key.is_none() && !is_empty_header && !(closed && next.starts_with('#'))
}

/// What does not count at either end of a value. Controls of direction that come in pairs do:
/// without its fellow one would change the rest.
fn is_margin(c: char) -> bool {
    let paired = matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    c.is_whitespace() || is_invisible(c) && !paired
}

/// `range` without the margins of what it holds.
fn trimmed(text: &str, range: Range<usize>) -> Range<usize> {
    let inner = slice(text, range.clone());
    let start = range.start + (inner.len() - inner.trim_start_matches(is_margin).len());
    start..start + inner.trim_matches(is_margin).len()
}

/// A value as it counts: without margins and in NFC.
fn clean(value: &str) -> String {
    composed(value.trim_matches(is_margin))
}

fn composed(value: &str) -> String {
    if is_nfc(value) { value.to_owned() } else { value.nfc().collect() }
}

#[cfg(test)]
mod tests;
