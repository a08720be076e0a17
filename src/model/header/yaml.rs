//! YAML headers: maps, lists and scalars, and nothing that YAML adds to them.

use std::borrow::Cow;
use std::collections::HashMap;
use std::ops::Range;

use saphyr_parser::{Event, Marker, Parser, ScalarStyle, ScanError};

use crate::text::diagnostic::Faults;
use crate::text::problem::Problem;
use crate::text::source::{Source, Span, Spanned};

use super::{DEEPEST, Entry, Node, Read, Value, clean, lines, report_duplicate, slice, trimmed};

/// Reads the document that stands in `range` of the source.
pub(super) fn entries(source: &Source, range: Range<usize>, faults: &mut Faults) -> Read {
    let text = slice(&source.text, range.clone());
    let mut builder = Builder::new(source, range.start, text);
    let read = builder.read(text);
    if let Err(Halt::Scan { colon: true, .. }) = read {
        // Text after a colon looks like a map within a line. Each such value is reported, and
        // masked to read on.
        let (masked, values) = mask(text);
        if !values.is_empty() {
            for value in values {
                faults.at(Span::from(value).shifted(range.start), Problem::QuoteTheTitle);
            }
            let mut builder = Builder { masked: true, ..Builder::new(source, range.start, text) };
            let read = builder.read(&masked);
            return Read { broken: true, ..builder.finish(read, faults) };
        }
    }
    builder.finish(read, faults)
}

/// Why reading stopped before the end.
enum Halt {
    Scan { at: Marker, message: Cow<'static, str>, colon: bool },
    TooDeep { at: Marker },
}

/// A list or a map that is not yet closed.
struct Open {
    start: usize,
    /// What a map was last given, to find the end of a block.
    end: usize,
    items: Items,
}

enum Items {
    List(Vec<Node>),
    Map { fields: Vec<(Spanned<String>, Node)>, seen: HashMap<String, Span>, key: Option<Spanned<String>> },
}

struct Builder<'s> {
    source: &'s Source,
    base: usize,
    /// The byte at which each character starts, and the end.
    bytes: Vec<u32>,
    open: Vec<Open>,
    root: Option<Node>,
    duplicates: Vec<(Spanned<String>, Span)>,
    /// The text that is read is not the source's, letter for letter.
    masked: bool,
}

impl<'s> Builder<'s> {
    fn new(source: &'s Source, base: usize, text: &str) -> Self {
        let starts = text.char_indices().map(|(at, _)| at).chain([text.len()]);
        let bytes = starts.map(|at| u32::try_from(base + at).unwrap_or(u32::MAX)).collect();
        Self { source, base, bytes, open: Vec::new(), root: None, duplicates: Vec::new(), masked: false }
    }

    /// The byte of the source at which a marker stands; markers count characters.
    fn byte(&self, marker: &Marker) -> usize {
        let byte = self.bytes.get(marker.index()).or(self.bytes.last());
        byte.map_or(self.base, |byte| *byte as usize)
    }

    fn read(&mut self, text: &str) -> Result<(), Halt> {
        let mut documents = 0;
        for event in Parser::new_from_str(text) {
            let (event, span) = event.map_err(|error| scan_error(&error))?;
            let refuse = |message: &'static str| {
                Err(Halt::Scan { at: span.start, message: message.into(), colon: false })
            };
            let place = self.byte(&span.start)..self.byte(&span.end);
            match event {
                Event::DocumentStart(_) => {
                    documents += 1;
                    if documents > 1 {
                        return refuse("a header is one document");
                    }
                }
                Event::Alias(_) => return refuse(ANCHORS),
                Event::Scalar(_, _, anchor, _)
                | Event::SequenceStart(anchor, _)
                | Event::MappingStart(anchor, _)
                    if anchor > 0 =>
                {
                    return refuse(ANCHORS);
                }
                Event::Scalar(_, _, _, Some(_))
                | Event::SequenceStart(_, Some(_))
                | Event::MappingStart(_, Some(_)) => {
                    return refuse(TAGS);
                }
                Event::Scalar(text, style, ..) => self.scalar(&text, style, place),
                Event::SequenceStart(..) | Event::MappingStart(..) => {
                    if self.open.last().is_some_and(Open::wants_key) {
                        return refuse(KEYS);
                    }
                    if self.open.len() == DEEPEST {
                        return Err(Halt::TooDeep { at: span.start });
                    }
                    let items = match event {
                        Event::SequenceStart(..) => Items::List(Vec::new()),
                        _ => Items::Map { fields: Vec::new(), seen: HashMap::new(), key: None },
                    };
                    self.open.push(Open { start: place.start, end: place.end, items });
                }
                Event::SequenceEnd | Event::MappingEnd => self.close(place.end),
                Event::Nothing | Event::StreamStart | Event::StreamEnd | Event::DocumentEnd => {}
            }
        }
        Ok(())
    }

    fn scalar(&mut self, text: &str, style: ScalarStyle, place: Range<usize>) {
        let place = match style {
            // The end of a plain or a block scalar is where the next token starts.
            ScalarStyle::Plain | ScalarStyle::Literal | ScalarStyle::Folded => {
                let range = trimmed(&self.source.text, place.clone());
                if range.is_empty() { place.start..place.start } else { range }
            }
            _ => place,
        };
        let span = Span::from(place);
        if let Some(Open { items: Items::Map { key: key @ None, .. }, .. }) = self.open.last_mut() {
            *key = Some(Spanned::new(clean(text), span));
            return;
        }
        let value = match style {
            ScalarStyle::Plain if self.masked => Value::Plain(clean(slice(&self.source.text, span.range()))),
            // Null in YAML's core schema: a field without a value.
            ScalarStyle::Plain if matches!(text, "~" | "null") => Value::Plain(String::new()),
            ScalarStyle::Plain => Value::Plain(clean(text)),
            _ => Value::Text(clean(text)),
        };
        self.place(Node { span, value });
    }

    fn place(&mut self, node: Node) {
        let Some(open) = self.open.last_mut() else {
            self.root = Some(node);
            return;
        };
        open.end = open.end.max(node.span.end as usize);
        match &mut open.items {
            Items::List(items) => items.push(node),
            Items::Map { fields, seen, key } => {
                let Some(key) = key.take() else { return };
                match seen.get(&key.value) {
                    Some(first) => self.duplicates.push((key, *first)),
                    None => {
                        seen.insert(key.value.clone(), key.span);
                        fields.push((key, node));
                    }
                }
            }
        }
    }

    fn close(&mut self, end: usize) {
        let Some(open) = self.open.pop() else { return };
        let flow = matches!(self.source.text.as_bytes().get(open.start), Some(b'[' | b'{'));
        // A block ends where its last value ends, not where the next key starts.
        let span = Span::new(open.start, if flow { end.max(open.end) } else { open.end });
        let value = match open.items {
            Items::List(items) => Value::List(items),
            Items::Map { fields, .. } => Value::Map(fields),
        };
        self.place(Node { span, value });
    }

    fn finish(mut self, read: Result<(), Halt>, faults: &mut Faults) -> Read {
        let mut broken = read.is_err();
        match read {
            Ok(()) => {}
            Err(Halt::TooDeep { at }) => {
                let at = self.byte(&at);
                faults.at(Span::new(at, at + 1), Problem::NestedTooDeep { limit: DEEPEST });
            }
            Err(Halt::Scan { at, message, colon }) => {
                let mut at = self.byte(&at);
                if message == TABS {
                    // The parser says where the line before it ended.
                    at += self.source.text[at..].find('\t').unwrap_or_default();
                }
                let end = slice(&self.source.text, at..self.source.text.len()).chars().next();
                let span = Span::new(at, at + end.filter(|c| !c.is_control()).map_or(0, char::len_utf8));
                faults.at(
                    span,
                    match colon {
                        true => Problem::QuoteTheTitle,
                        false => Problem::Syntax { format: "YAML", message: message.into_owned() },
                    },
                );
            }
        }
        // What was read before an error counts.
        while !self.open.is_empty() {
            self.close(0);
        }
        for (again, first) in &self.duplicates {
            report_duplicate(self.source, again, *first, faults);
        }
        let entries = match self.root {
            Some(Node { value: Value::Map(fields), .. }) => {
                fields.into_iter().map(|(key, value)| Entry { key, value }).collect()
            }
            // Only comments, or nothing.
            None => Vec::new(),
            Some(other) => {
                if !broken {
                    let message = "expected lines such as `title: …`".to_owned();
                    faults.at(other.span, Problem::Syntax { format: "YAML", message });
                }
                broken = true;
                Vec::new()
            }
        };
        Read { entries, broken }
    }
}

impl Open {
    fn wants_key(&self) -> bool {
        matches!(self.items, Items::Map { key: None, .. })
    }
}

const ANCHORS: &str = "a value that starts with `&` or `*` needs quotation marks";
const TAGS: &str = "a value that starts with `!` needs quotation marks";
const TABS: &str = "lines are indented by spaces, never by tabs";
const KEYS: &str = "a key is a word";

fn scan_error(error: &ScanError) -> Halt {
    let info = error.info();
    let message = match info {
        _ if info.contains("anchor") || info.contains("alias") => ANCHORS.into(),
        _ if info.contains("tag") => TAGS.into(),
        _ if info.contains("trailing content") => {
            "there is more text after the closing quotation mark".into()
        }
        _ if info.contains("found a tab") => TABS.into(),
        _ if info.contains("simple key") => "expected a line such as `title: …`".into(),
        _ => info.lines().next().unwrap_or("not YAML").to_owned().into(),
    };
    let colon = info.contains("mapping values");
    Halt::Scan { at: *error.marker(), message, colon }
}

/// The text with each unquoted value of a top-level key that has a colon and a space in it made
/// harmless, byte for byte in place, and where those values are. No value over many lines can
/// continue without indentation, so a line that starts with a key is one.
fn mask(text: &str) -> (String, Vec<Range<usize>>) {
    let mut masked = String::with_capacity(text.len());
    let mut values = Vec::new();
    let mut copied = 0;
    for line in lines(text, 0) {
        let written = slice(text, line.start..line.end);
        if written.starts_with(|c: char| c.is_whitespace() || matches!(c, '#' | '-' | '"' | '\'' | '{' | '['))
        {
            continue;
        }
        let Some((key, value)) = written.split_once(": ") else { continue };
        let value = value.split(" #").next().unwrap_or(value);
        let start = line.start + key.len() + 2;
        let value = trimmed(text, start..start + value.len());
        let inner = slice(text, value.clone());
        let is_plain = !inner.starts_with(['"', '\'', '[', '{', '|', '>', '&', '*', '!', '%', '@', '`']);
        if is_plain && (inner.contains(": ") || inner.ends_with(':')) {
            masked.push_str(slice(text, copied..value.start));
            masked.push_str(&inner.replace(':', "_"));
            copied = value.end;
            values.push(value);
        }
    }
    masked.push_str(slice(text, copied..text.len()));
    (masked, values)
}
