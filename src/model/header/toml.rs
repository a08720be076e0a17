//! TOML headers and documents.

use std::borrow::Cow;
use std::ops::Range;

use toml::de::{DeTable, DeValue};

use crate::text::diagnostic::Faults;
use crate::text::problem::Problem;
use crate::text::source::{Source, Span, Spanned};

use super::{DEEPEST, Entry, Node, Read, Value, clean, field_of, is_margin, report_duplicate, slice};

/// Reads the document that stands in `range` of the source; `string` gives what a string counts for.
pub(super) fn entries(
    source: &Source,
    range: Range<usize>,
    string: fn(&str) -> String,
    faults: &mut Faults,
) -> Read {
    let text = slice(&source.text, range.clone());
    let mut reader = Reader { source, base: range.start, string, faults, broken: false };
    let text = match prepared(text) {
        Ok(text) => text,
        Err(at) => {
            let span = Span::new(at, at + 1).shifted(reader.base);
            reader.faults.at(span, Problem::NestedTooDeep { limit: DEEPEST });
            return Read { entries: Vec::new(), broken: true };
        }
    };
    let (table, errors) = DeTable::parse_recoverable(&text);
    reader.errors(&text, &table, errors);
    let entries = reader.table(table.into_inner()).into_iter().map(|(key, value)| Entry { key, value });
    Read { entries: entries.collect(), broken: reader.broken }
}

struct Reader<'s> {
    source: &'s Source,
    base: usize,
    string: fn(&str) -> String,
    faults: &'s mut Faults,
    broken: bool,
}

type Table<'t> = toml::Spanned<DeTable<'t>>;

impl Reader<'_> {
    fn span(&self, span: Range<usize>) -> Span {
        Span::from(span).shifted(self.base)
    }

    fn errors(&mut self, text: &str, table: &Table<'_>, errors: Vec<toml::de::Error>) {
        // A hostile header has as many errors as bytes; nobody reads more of them than this.
        const MOST: usize = 20;
        let mut errors: Vec<_> = errors.into_iter().map(|e| (e.span().unwrap_or(0..0), e)).collect();
        errors.sort_by_key(|(span, _)| span.start);
        // One slip throws the parser off the track for the rest of its line.
        let mut line_end = None;
        let mut reported = 0;
        for (span, error) in errors {
            if line_end.is_some_and(|end| span.start <= end) || reported == MOST {
                continue;
            }
            if error.message().starts_with("invalid unquoted key") && is_inside_a_field(text, &span) {
                continue;
            }
            let rest = text.as_bytes().get(span.start..).unwrap_or_default();
            line_end = Some(memchr::memchr(b'\n', rest).map_or(text.len(), |n| span.start + n));
            reported += 1;
            let message = error.message().lines().next().unwrap_or("not TOML").to_owned();
            if message == "duplicate key" {
                self.duplicate(text, table, span);
            } else {
                self.broken = true;
                self.faults.at(self.span(span), Problem::Syntax { format: "TOML", message });
            }
        }
    }

    fn duplicate(&mut self, text: &str, table: &Table<'_>, span: Range<usize>) {
        let written = slice(text, span.clone());
        let name = clean(written.trim_matches(['"', '\'']));
        let first =
            table.get_ref().keys().find(|key| **key.get_ref() == name).map(|key| self.span(key.span()));
        let again = Spanned::new(name, self.span(span));
        match first {
            Some(first) => report_duplicate(self.source, &again, first, self.faults),
            None => self.faults.at(again.span, Problem::DuplicateField { name: again.value }),
        }
    }

    /// The fields of a table in the order in which they are written.
    fn table(&mut self, table: DeTable<'_>) -> Vec<(Spanned<String>, Node)> {
        let mut fields: Vec<_> = table.into_iter().collect();
        fields.sort_by_key(|(key, _)| key.span().start);
        let field = |(key, value): (toml::Spanned<Cow<'_, str>>, toml::Spanned<DeValue<'_>>)| {
            let key = Spanned::new(clean(key.get_ref()), self.span(key.span()));
            (key, self.node(value))
        };
        fields.into_iter().map(field).collect()
    }

    /// Recursion is bounded: what is nested too deep was refused before.
    fn node(&mut self, node: toml::Spanned<DeValue<'_>>) -> Node {
        let written = node.span();
        let span = self.span(written.clone());
        let value = match node.into_inner() {
            DeValue::String(text) => Value::Text((self.string)(&text)),
            DeValue::Integer(number) => match i64::from_str_radix(number.as_str(), number.radix()) {
                Ok(number) => Value::Integer(number),
                Err(_) => {
                    self.syntax(span, "the number is too large");
                    Value::Integer(i64::MAX)
                }
            },
            DeValue::Float(number) => Value::Float(number.as_str().parse().unwrap_or(f64::NAN)),
            DeValue::Boolean(truth) => Value::Bool(truth),
            DeValue::Datetime(_) => {
                let written = written.start + self.base..written.end + self.base;
                Value::Date(clean(slice(&self.source.text, written)))
            }
            DeValue::Array(items) => Value::List(items.into_iter().map(|item| self.node(item)).collect()),
            DeValue::Table(table) => Value::Map(self.table(table)),
        };
        Node { span, value }
    }

    fn syntax(&mut self, span: Span, message: &str) {
        self.broken = true;
        self.faults.at(span, Problem::Syntax { format: "TOML", message: message.into() });
    }
}

/// Whether the line's key is the name of a field that only has letters outside ASCII: TOML would
/// have it quoted, and reads it all the same.
fn is_inside_a_field(text: &str, span: &Range<usize>) -> bool {
    // Longer than any name of a field, and a line may be as long as a file.
    const AROUND: usize = 128;
    let bytes = text.as_bytes();
    let before = bytes.get(span.start.saturating_sub(AROUND)..span.start).unwrap_or_default();
    let after = bytes.get(span.end..text.len().min(span.end + AROUND)).unwrap_or_default();
    let Some(end) = memchr::memchr(b'=', after) else { return false };
    let start = memchr::memrchr(b'\n', before).map_or(0, |at| at + 1);
    field_of(slice(text, span.start - (before.len() - start)..span.end + end)).is_some()
}

/// The text as TOML wants it, byte for byte in place: outside strings, no-break spaces and
/// invisible marks become spaces and a lone carriage return ends a line. An error is the place
/// where brackets and dotted keys nest too deep, which is looked for here since the tree is
/// walked, and dropped, by recursion.
fn prepared(text: &str) -> Result<Cow<'_, str>, usize> {
    let bytes = text.as_bytes();
    let mut changes: Vec<Range<usize>> = Vec::new();
    // What the last `[header]` counts for, the dots before each open bracket and their sum with
    // the brackets, and the dots since.
    let (mut header, mut open, mut held, mut dots) = (0, Vec::new(), 0usize, 0);
    let (mut in_header, mut line_is_empty) = (false, true);
    let mut at = 0;
    while let Some(byte) = bytes.get(at) {
        let start = at;
        at += 1;
        match byte {
            b'"' | b'\'' => {
                at = string_end(bytes, start);
                let is_lone = |n: &usize| bytes.get(*n) == Some(&b'\r') && bytes.get(n + 1) != Some(&b'\n');
                changes.extend((start..at).filter(is_lone).map(|n| n..n + 1));
            }
            b'#' => {
                let rest = bytes.get(at..).unwrap_or_default();
                at += memchr::memchr2(b'\n', b'\r', rest).unwrap_or(rest.len());
            }
            b'\n' | b'\r' => {
                if *byte == b'\r' && bytes.get(at) != Some(&b'\n') {
                    changes.push(start..at);
                }
                if in_header {
                    open.clear();
                    held = 0;
                }
                dots = 0;
                (in_header, line_is_empty) = (false, true);
                continue;
            }
            b'[' | b'{' => {
                if *byte == b'[' && open.is_empty() && line_is_empty {
                    in_header = true;
                    header = 1;
                }
                open.push(dots);
                held += dots + 1;
                dots = 0;
            }
            b']' | b'}' => {
                dots = open.pop().unwrap_or(0);
                held = held.saturating_sub(dots + 1);
            }
            b',' => dots = 0,
            b'.' if in_header => header += 1,
            b'.' => dots += 1,
            b' ' | b'\t' => continue,
            0x80.. => {
                let Some(c) = slice(text, start..text.len()).chars().next() else { continue };
                at = start + c.len_utf8();
                if is_margin(c) {
                    changes.push(start..at);
                    continue;
                }
            }
            _ => {}
        }
        line_is_empty = false;
        if header + held + dots > DEEPEST {
            return Err(start);
        }
    }
    if changes.is_empty() {
        return Ok(Cow::Borrowed(text));
    }
    let mut out = String::with_capacity(text.len());
    let mut copied = 0;
    for change in changes {
        out.push_str(slice(text, copied..change.start));
        let filler = if slice(text, change.clone()) == "\r" { "\n" } else { " " };
        (change.start..change.end).for_each(|_| out.push_str(filler));
        copied = change.end;
    }
    out.push_str(slice(text, copied..text.len()));
    Ok(Cow::Owned(out))
}

/// Where the string that opens at `start` ends, or the line where it is never closed.
fn string_end(bytes: &[u8], start: usize) -> usize {
    let rest = bytes.get(start..).unwrap_or_default();
    let quote = rest.first().copied().unwrap_or(b'"');
    let long = rest.starts_with(&[quote; 3]);
    let mut at = if long { 3 } else { 1 };
    while let Some(byte) = rest.get(at) {
        match byte {
            b'\\' if quote == b'"' => at += 1,
            b'\n' | b'\r' if !long => return start + at,
            _ if *byte == quote && !long => return start + at + 1,
            _ if *byte == quote && rest.get(at..at + 3) == Some(&[quote; 3]) => {
                // Up to two quotation marks may stand right before the closing three.
                let more = rest.iter().skip(at + 3).take(2).take_while(|b| **b == quote).count();
                return start + at + 3 + more;
            }
            _ => {}
        }
        at += 1;
    }
    bytes.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> (Read, Vec<Problem>) {
        let source = Source::new("site.toml", text);
        let mut faults = Faults::of(&source.path);
        let read = entries(&source, 0..text.len(), clean, &mut faults);
        (read, faults.list.into_iter().map(|fault| fault.problem).collect())
    }

    #[test]
    fn values_have_their_types_and_places_in_the_order_of_the_text() {
        let text = "z = \"a\"\nn = 1_000\nhex = 0xff\nf = 1.5\nb = true\nd = 2026-03-12T10:00:00Z\nl = [\"x\", 2]\n\
                    i.src = \"p.jpg\"\n[[corrections]]\nnote = \"n\"\n";
        let (read, problems) = read(text);
        assert_eq!(problems, []);
        let fields = read.entries.iter();
        let found: Vec<_> =
            fields.map(|e| (&*e.key.value, &text[e.value.span.range()], e.value.value.kind())).collect();
        assert_eq!(found[0], ("z", "\"a\"", "a string"));
        assert_eq!(found[1], ("n", "1_000", "an integer"));
        assert_eq!(read.entries[1].value.value, Value::Integer(1000));
        assert_eq!(read.entries[2].value.value, Value::Integer(255));
        assert_eq!(found[5], ("d", "2026-03-12T10:00:00Z", "a date"));
        assert_eq!(found[6], ("l", "[\"x\", 2]", "a list"));
        assert_eq!(found[7].2, "a table");
        assert_eq!((found[8].0, found[8].2), ("corrections", "a list"));
    }

    #[test]
    fn depth_counts_brackets_dots_and_headers_together() {
        let deep = |n: usize| format!("a = {}{}", "[".repeat(n), "]".repeat(n));
        assert_eq!(read(&deep(64)).1, []);
        let too_deep = [Problem::NestedTooDeep { limit: 64 }];
        assert_eq!(read(&deep(65)).1, too_deep);
        assert_eq!(read(&deep(30_000)).1, too_deep);
        assert_eq!(read(&format!("{}x = 1", "a.".repeat(20_000))).1, too_deep);
        assert_eq!(read(&format!("[{}x]\ny = 1", "a.".repeat(70))).1, too_deep);
        assert_eq!(read(&"a.b.c.d.e.f = { ".repeat(60)).1, too_deep);
        let broad = format!(
            "[a.b]\nl = [{}]\ns = \"{}\" # {}\n",
            "1.5, ".repeat(5000),
            "[.".repeat(99),
            "[.".repeat(99)
        );
        assert_eq!(read(&broad).1, []);
        assert_eq!(read("[a]\n[[b]]\n").1, []);
    }

    #[test]
    fn every_faulty_line_is_reported_once() {
        let (read, problems) = read("a = \nb = \"ok\"\nc = 'x\nd = 1 2 3 4\ne = true\n");
        assert!(read.broken);
        assert_eq!(problems.len(), 3, "{problems:?}");
        assert!(read.entries.iter().any(|entry| entry.key.value == "e"));
        assert_eq!(super::tests::read(&"= = =\n".repeat(9000)).1.len(), 20);
        assert!(super::tests::read("n = 99999999999999999999").0.broken);
    }

    #[test]
    fn no_break_spaces_and_lone_returns_are_as_good_as_others() {
        let (read, problems) =
            read("title\u{a0}= \"a\u{a0}b\"\u{200f}\rslug\u{202f}=\u{a0}'s'\rsummary = \"\"\"x\ry\"\"\"\r");
        assert_eq!(problems, []);
        let values: Vec<_> = read.entries.iter().map(|entry| entry.value.value.clone()).collect();
        assert_eq!(values, ["a\u{a0}b", "s", "x\ny"].map(|text| Value::Text(text.into())));
    }
}
