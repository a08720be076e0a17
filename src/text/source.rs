//! A source text, and places in it.

use std::fmt;
use std::ops::Range;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::problem::Problem;
use super::scan::utf8;

/// A path inside the portal, with `/` between its parts, as diagnostics print it.
pub type SourcePath = Arc<str>;

/// A text that a person wrote: a release, a configuration, a template.
#[derive(Clone, Debug)]
pub struct Source {
    pub path: SourcePath,
    pub text: Arc<str>,
}

impl Source {
    pub fn new(path: impl Into<SourcePath>, text: impl Into<Arc<str>>) -> Self {
        Self { path: path.into(), text: text.into() }
    }

    /// The place of `span` in this source.
    pub fn at(&self, span: Span) -> Place {
        Place { path: self.path.clone(), span: Some(span) }
    }
}

/// The text of a file, or what is wrong with its bytes and where.
pub fn decode(bytes: Vec<u8>) -> Result<String, (Problem, Span)> {
    let utf16 = bytes.starts_with(&[0xff, 0xfe]) || bytes.starts_with(&[0xfe, 0xff]);
    if !utf16 && let Some(offset) = memchr::memchr(0, &bytes) {
        return Err((Problem::Binary { offset }, Span::new(offset, offset)));
    }
    utf8(bytes).map_err(|error| {
        let offset = error.utf8_error().valid_up_to();
        (Problem::NotUtf8 { offset }, Span::new(offset, offset))
    })
}

/// A range of bytes in one source, half open. Releases are at most 1 MiB, so 32 bits do.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Span {
    pub start: u32,
    pub end: u32,
}

impl Span {
    pub fn new(start: usize, end: usize) -> Self {
        let narrow = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
        Self { start: narrow(start), end: narrow(end.max(start)) }
    }

    /// The same span in a text that has `offset` more bytes before it.
    pub fn shifted(self, offset: usize) -> Self {
        Self::new(self.start as usize + offset, self.end as usize + offset)
    }

    pub fn range(self) -> Range<usize> {
        self.start as usize..self.end as usize
    }
}

impl From<Range<usize>> for Span {
    fn from(range: Range<usize>) -> Self {
        Self::new(range.start, range.end)
    }
}

/// A value and where it was written.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Spanned<T> {
    pub value: T,
    pub span: Span,
}

impl<T> Spanned<T> {
    pub fn new(value: T, span: Span) -> Self {
        Self { value, span }
    }

    pub fn map<U>(self, f: impl FnOnce(T) -> U) -> Spanned<U> {
        Spanned::new(f(self.value), self.span)
    }
}

/// A file of the portal, and where in it, if a part of it is meant.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Place {
    pub path: SourcePath,
    pub span: Option<Span>,
}

impl Place {
    /// The whole file.
    pub fn file(path: impl Into<SourcePath>) -> Self {
        Self { path: path.into(), span: None }
    }

    pub fn new(path: impl Into<SourcePath>, span: Span) -> Self {
        Self { path: path.into(), span: Some(span) }
    }
}

/// Characters that XML 1.0 allows (section 2.2), without C1 controls and noncharacters, which it
/// advises against.
pub fn is_xml(c: char) -> bool {
    matches!(c, '\t' | '\n' | '\r' | ' '..='\u{d7ff}' | '\u{e000}'..='\u{fffd}' | '\u{10000}'..)
        && !matches!(c, '\u{7f}'..='\u{9f}' | '\u{fdd0}'..='\u{fdef}')
}

/// Line and column, both counted from 1; columns count Unicode scalar values.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Position {
    pub line: usize,
    pub column: usize,
}

impl Position {
    /// The position of byte `offset`; past the end it is the end's. A byte order mark has no column.
    pub fn of(text: &str, offset: usize) -> Self {
        Self::default().after(text, offset)
    }

    /// The position `offset` bytes further on in `text`, which starts at this one.
    pub fn after(self, text: &str, offset: usize) -> Self {
        let mut offset = offset.min(text.len());
        while !text.is_char_boundary(offset) {
            offset -= 1;
        }
        let before = &text[..offset];
        let line_start = before.rfind('\n').map(|at| at + 1);
        let columns = before[line_start.unwrap_or(0)..].chars().filter(|c| *c != '\u{feff}').count();
        let lines = before.bytes().filter(|b| *b == b'\n').count();
        let column = if line_start.is_some() { 1 } else { self.column };
        Self { line: self.line + lines, column: column + columns }
    }
}

impl Default for Position {
    /// Where every text starts.
    fn default() -> Self {
        Self { line: 1, column: 1 }
    }
}

impl fmt::Display for Position {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.line, self.column)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_count_characters_not_bytes() {
        let text = "\u{feff}é = 1\nعنوان: x";
        assert_eq!(Position::of(text, text.find('=').unwrap()).to_string(), "1:3");
        assert_eq!(Position::of(text, text.find('x').unwrap()).to_string(), "2:8");
        let offsets = || text.char_indices().map(|(at, _)| at).chain([text.len()]);
        for (from, to) in
            offsets().flat_map(|from| offsets().map(move |to| (from, to))).filter(|(a, b)| a <= b)
        {
            let on = Position::of(text, from).after(&text[from..], to - from);
            assert_eq!(on, Position::of(text, to), "{from} and {to}");
        }
    }
}
