//! Bare headers: lines such as `Titre : …` at the top of a text, as people type and paste them.

use std::ops::Range;

use crate::model::date;
use crate::text::diagnostic::Faults;
use crate::text::problem::Problem;
use crate::text::source::{Source, Span, Spanned};

use super::key::{field_of, is_near_a_field};
use super::{
    Entry, Form, Header, LARGEST, Line, Node, Value, clean, is_blank, is_margin, lines, report_duplicates,
    slice, trimmed,
};

/// Reads the header lines from `first` on, the first line that is not blank; `start` is where the text starts.
pub(super) fn parse(source: &Source, start: usize, first: Line, faults: &mut Faults) -> Header {
    let text = &*source.text;
    let span = Span::from(trimmed(text, first.start..first.end));
    let mut header = Header { form: Form::None, span, entries: Vec::new(), body: start, broken: false };
    for line in lines(text, first.start) {
        if line.next - first.start > LARGEST && !header.entries.is_empty() {
            // A long line that is no header line is the text.
            if header_line(text, &line).is_some_and(|found| found.body.is_none()) {
                faults.at(span, Problem::HeaderTooLarge { limit: LARGEST });
                header.broken = true;
                header.body = text.len();
                break;
            }
        }
        let Some(found) = header_line(text, &line) else {
            if !header.entries.is_empty() {
                header.body = if is_blank(text, &line) { line.next } else { line.start };
            }
            break;
        };
        if header.entries.is_empty() {
            // Of a line on which the text goes on, only what is header.
            header.span.end = header.span.end.min(found.entry.value.span.end.max(found.entry.key.span.end));
        }
        header.form = Form::Bare;
        header.entries.push(found.entry);
        header.body = found.body.unwrap_or(line.next);
        if found.body.is_some() {
            break;
        }
    }
    report_duplicates(source, &mut header.entries, faults);
    header
}

struct Found {
    entry: Entry,
    /// Where the body starts, if it starts on this line.
    body: Option<usize>,
}

fn header_line(text: &str, line: &Line) -> Option<Found> {
    let range = trimmed(text, line.start..line.end);
    if range.is_empty() {
        return None;
    }
    let Some(split) = Split::of(text, range.clone()) else {
        return date_without_colon(text, range);
    };
    let written = slice(text, split.key.clone());
    let key = match field_of(written) {
        Some(field) => field.to_owned(),
        None if split.is_one_word && is_near_a_field(written) => clean(written),
        None => return date_without_colon(text, range),
    };
    let key = Spanned::new(key, split.key.into());
    if key.value == "date" {
        return Some(date_line(text, key, split.value, split.decoration));
    }
    let value = undecorated(text, split.value, split.decoration);
    let value = value_of(text, &key.value, value);
    Some(Found { entry: Entry { key, value }, body: None })
}

/// A line parted at its colon.
struct Split {
    key: Range<usize>,
    value: Range<usize>,
    /// Asterisks and the like that opened before the key and were not closed before the value.
    decoration: usize,
    is_one_word: bool,
}

impl Split {
    /// `line` has no margins.
    fn of(text: &str, line: Range<usize>) -> Option<Self> {
        // The longest key is far shorter, and a line may be as long as a file.
        const LONGEST_KEY: usize = 80;
        let written = slice(text, line.clone());
        let separator = |(_, c): &(usize, char)| matches!(c, ':' | '：' | '=');
        let (at, separator) = written.char_indices().take(LONGEST_KEY).find(separator)?;
        let before = slice(written, 0..at);
        let opening = before.len() - before.trim_start_matches(is_decoration).len();
        let key = trimmed(text, line.start + opening..line.start + at);
        let closed = slice(text, key.clone());
        let closed = closed.len() - closed.trim_end_matches(is_decoration).len();
        let key = trimmed(text, key.start..key.end - closed);
        if key.is_empty() {
            return None;
        }
        let mut value = line.start + at + separator.len_utf8()..line.end;
        let mut decoration = opening.saturating_sub(closed);
        // `*Titre :* …` closes after the colon.
        let rest = slice(text, value.clone());
        let closing = rest.len() - rest.trim_start_matches(is_decoration).len();
        if decoration > 0 && closing >= decoration {
            value.start += decoration;
            decoration = 0;
        }
        let word = slice(text, key.clone());
        let follows = slice(text, value.clone()).chars().next();
        // `https://…` and `10:30` are no key and value.
        let is_one_word = separator != '='
            && word
                .chars()
                .all(|c| c.is_alphabetic() || !c.is_alphanumeric() && !c.is_whitespace() && !c.is_ascii())
            && follows.is_none_or(is_margin);
        Some(Self { key, value: trimmed(text, value), decoration, is_one_word })
    }
}

/// Marks of emphasis in Markdown and in messengers.
fn is_decoration(c: char) -> bool {
    matches!(c, '*' | '_')
}

/// The value without the emphasis that closes at its end.
fn undecorated(text: &str, value: Range<usize>, decoration: usize) -> Range<usize> {
    let written = slice(text, value.clone());
    let closing = written.len() - written.trim_end_matches(is_decoration).len();
    trimmed(text, value.start..value.end - closing.min(decoration))
}

fn date_line(text: &str, key: Spanned<String>, value: Range<usize>, decoration: usize) -> Found {
    let Some((end, rest)) = date_at(text, value.clone(), decoration) else {
        // A later stage says why this is no date.
        let value = undecorated(text, value, decoration);
        return Found { entry: Entry { key, value: plain(text, value) }, body: None };
    };
    let body = (rest < value.end).then_some(rest);
    Found { entry: Entry { key, value: plain(text, value.start..end) }, body }
}

/// `date 2026-03-12 …`: without a colon only a date makes a header line of it.
fn date_without_colon(text: &str, line: Range<usize>) -> Option<Found> {
    let written = slice(text, line.clone());
    let opening = written.len() - written.trim_start_matches(is_decoration).len();
    let word = written.get(opening..)?;
    let length = word.find(|c: char| c.is_whitespace() || is_decoration(c))?;
    let key = line.start + opening..line.start + opening + length;
    if field_of(slice(text, key.clone())) != Some("date") {
        return None;
    }
    let rest = slice(text, key.end..line.end);
    let closing = (rest.len() - rest.trim_start_matches(is_decoration).len()).min(opening);
    let value = trimmed(text, key.end + closing..line.end);
    let (end, rest) = date_at(text, value.clone(), opening - closing)?;
    let body = (rest < value.end).then_some(rest);
    let key = Spanned::new("date".to_owned(), key.into());
    Some(Found { entry: Entry { key, value: plain(text, value.start..end) }, body })
}

/// The end of the date that `value` starts with, and where what follows on the line starts.
/// A month is one too: a later stage says that its day is missing.
fn date_at(text: &str, value: Range<usize>, decoration: usize) -> Option<(usize, usize)> {
    let written = slice(text, value.clone());
    let day = date::parse_prefix(written).map(|(_, length)| length);
    let length = day.or_else(|| date::parse_month_prefix(written))?;
    let end = value.start + length;
    let rest = slice(text, end..value.end);
    let closing = (rest.len() - rest.trim_start_matches(is_decoration).len()).min(decoration);
    let rest = slice(rest, closing..rest.len());
    // `2026-03-12/14` is another date than its first half.
    if !rest
        .chars()
        .next()
        .is_none_or(|c| is_margin(c) || matches!(c, ',' | '.' | ';' | ':' | '،' | '؛' | '—' | '–'))
    {
        return None;
    }
    let skipped = rest.len() - rest.trim_start_matches(is_margin).len();
    Some((trimmed(text, value.start..end).end, end + closing + skipped))
}

fn plain(text: &str, range: Range<usize>) -> Node {
    Node { value: Value::Plain(clean(slice(text, range.clone()))), span: range.into() }
}

/// The value of any field but a date.
fn value_of(text: &str, field: &str, range: Range<usize>) -> Node {
    let written = slice(text, range.clone());
    let unquoted = written.strip_prefix('"').and_then(|inner| inner.strip_suffix('"'));
    if let Some(inner) = unquoted.filter(|inner| !inner.contains('"')) {
        return Node { value: Value::Text(clean(inner)), span: range.into() };
    }
    if !matches!(field, "tags" | "authors" | "aliases" | "region") {
        return plain(text, range);
    }
    let mut parts = Vec::new();
    let mut start = range.start;
    for part in written.split([',', ';', '،', '؛']) {
        let place = trimmed(text, start..start + part.len());
        if !place.is_empty() {
            parts.push(place.clone());
        }
        let end = start + part.len();
        start = end + slice(text, end..range.end).chars().next().map_or(0, char::len_utf8);
    }
    if parts.len() < 2 {
        return plain(text, parts.pop().unwrap_or(range));
    }
    let items = parts.into_iter().map(|part| plain(text, part)).collect();
    Node { span: range.into(), value: Value::List(items) }
}
