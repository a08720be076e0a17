//! What looks like an address, a file name or a handle keeps every byte.

use crate::text::scan::any_byte;

/// Tells whether a place lies in an address. Remembers the last word it judged, so that any
/// number of questions in rising order costs one pass over the text.
pub(super) struct Addresses<'a> {
    bytes: &'a [u8],
    start: usize,
    end: usize,
    verdict: bool,
    /// No word of the text is one.
    none: bool,
}

impl<'a> Addresses<'a> {
    pub(super) fn new(text: &'a str) -> Self {
        Self { bytes: text.as_bytes(), start: 0, end: 0, verdict: false, none: !may_hold_one(text) }
    }

    pub(super) fn has(&mut self, at: usize) -> bool {
        if self.none {
            return false;
        }
        if !(self.start..self.end).contains(&at) {
            let back = (self.end.min(at)..at).rev().find(|&i| ends_word(self.bytes, i));
            self.start = back.map_or(self.end.min(at), |i| i + 1);
            self.end = (at..self.bytes.len()).find(|&i| ends_word(self.bytes, i)).unwrap_or(self.bytes.len());
            self.verdict = looks_like_address(&self.bytes[self.start..self.end]);
        }
        self.verdict
    }
}

/// Whether the byte at `i` ends a word: white space, or a quotation mark, which no address has.
fn ends_word(bytes: &[u8], i: usize) -> bool {
    let two_back = |second: u8, third: u8| i >= 2 && bytes[i - 2..i] == [second, third];
    match bytes[i] {
        b' ' | b'\t' | b'\n' | b'\r' | b'"' | b'<' | b'>' => true,
        // The last bytes of « » and of U+00A0, then of U+202F and U+2009.
        0xab | 0xbb | 0xa0 => i >= 1 && bytes[i - 1] == 0xc2,
        0xaf | 0x89 => two_back(0xe2, 0x80),
        _ => false,
    }
}

fn looks_like_address(word: &[u8]) -> bool {
    word.iter().enumerate().any(|(i, &byte)| match byte {
        b'@' | b'#' | b'\\' => true,
        b':' => word[i..].starts_with(b"://"),
        b'.' => parts_names(word, i),
        _ => false,
    })
}

/// `parti.ma`, `photo.jpg`: but `fin.Début` lacks a space, and `etc...` has its dots.
fn parts_names(bytes: &[u8], dot: usize) -> bool {
    dot > 0
        && bytes[dot - 1].is_ascii_alphanumeric()
        && bytes.get(dot + 1).is_some_and(u8::is_ascii_lowercase)
}

/// Whether a look at words is needed: most texts have none of the bytes by which one is known.
fn may_hold_one(text: &str) -> bool {
    let bytes = text.as_bytes();
    any_byte(text, |byte| matches!(byte, b'@' | b'#' | b'\\' | b'/'))
        || memchr::memchr_iter(b'.', bytes).any(|dot| parts_names(bytes, dot))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_known_by_their_word() {
        let text = "l'an https://x.ma/l'an «moi@parti.ma» fin... #l'an C:\\l'an";
        let mut addresses = Addresses::new(text);
        let found: Vec<bool> = text.match_indices(['\'', 'i']).map(|(at, _)| addresses.has(at)).collect();
        assert_eq!(found, [false, true, true, true, false, true, true]);
    }
}
