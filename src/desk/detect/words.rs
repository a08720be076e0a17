//! A text as words with folded keys and their places in it.

use std::ops::Range;

use unicode_normalization::char::is_combining_mark;

use crate::text::fold::{fold_char, is_joint};

/// What stands before a word.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Gap {
    /// A space, a hyphen or an apostrophe: the words may be one name.
    Close,
    /// A dash with spaces: names are written so too.
    Dash,
    /// A slash, as in « USFP/Tiznit ».
    Slash,
    /// Commas, brackets, quotation marks.
    Hard,
    Sentence,
    Paragraph,
}

#[derive(Debug)]
pub(super) struct Word {
    key: Range<usize>,
    /// Bytes in the text.
    pub place: Range<usize>,
    pub gap: Gap,
    pub capital: bool,
    /// It has more than one letter, and all are capitals.
    pub capitals: bool,
    pub arabic: bool,
    pub sentence: usize,
    pub paragraph: usize,
}

#[derive(Debug)]
pub(super) struct Words<'t> {
    pub text: &'t str,
    keys: String,
    pub list: Vec<Word>,
}

impl<'t> Words<'t> {
    pub fn of(text: &'t str) -> Self {
        let mut words = Self { text, keys: String::with_capacity(text.len()), list: Vec::new() };
        let mut open: Option<(usize, usize)> = None;
        let mut end = 0;
        for (at, c) in text.char_indices() {
            let before = words.keys.len();
            let (mut letters, mut other) = (false, false);
            fold_char(c, &mut |c| {
                if c.is_alphanumeric() {
                    words.keys.push(c);
                    letters = true;
                } else {
                    other = true;
                }
            });
            if letters {
                open.get_or_insert((at, before));
                end = at + c.len_utf8();
            } else if other {
                if let Some((start, key)) = open.take() {
                    words.close(start..end, key..before);
                }
            } else if open.is_some() && (c.is_alphanumeric() || is_combining_mark(c)) {
                // « البيضاء » ends in a letter that no key has; an invisible character is no end.
                end = at + c.len_utf8();
            }
        }
        if let Some((start, key)) = open {
            let all = words.keys.len();
            words.close(start..end, key..all);
        }
        words
    }

    fn close(&mut self, place: Range<usize>, key: Range<usize>) {
        let text = &self.text[place.clone()];
        let last = self.list.last();
        let gap = match last {
            Some(last) => {
                gap(&self.text[last.place.end..place.start], abbreviates(&self.keys[last.key.clone()]))
            }
            None => Gap::Paragraph,
        };
        let step = |from: usize, new: bool| if new { from + 1 } else { from };
        let sentence = last.map_or(0, |last| step(last.sentence, gap >= Gap::Sentence));
        let paragraph = last.map_or(0, |last| step(last.paragraph, gap == Gap::Paragraph));
        self.list.push(Word {
            gap,
            capital: text.chars().next().is_some_and(char::is_uppercase),
            capitals: text.chars().count() > 1 && !text.chars().any(char::is_lowercase),
            arabic: text
                .chars()
                .any(|c| matches!(u32::from(c), 0x0600..=0x06ff | 0xfb50..=0xfdff | 0xfe70..=0xfefe)),
            sentence,
            paragraph,
            place,
            key,
        });
    }

    pub fn key(&self, at: usize) -> &str {
        self.list.get(at).map_or("", |word| &self.keys[word.key.clone()])
    }
}

/// « M. Untel », « S.M. »: the dot ends no sentence.
fn abbreviates(key: &str) -> bool {
    matches!(key, "mm" | "mme" | "mlle" | "dr" | "pr" | "st" | "ste" | "art" | "no")
        || key.chars().count() == 1 && !key.bytes().all(|byte| byte.is_ascii_digit())
}

fn gap(between: &str, abbreviated: bool) -> Gap {
    let mut lines = between.split('\n').skip(1).peekable();
    if lines.peek().is_some() {
        let mut last = "";
        let mut empty = between.matches('\n').count() > 1;
        for line in lines {
            empty |= last.trim().is_empty() && !last.is_empty();
            last = line;
        }
        if empty {
            return Gap::Paragraph;
        }
        // A heading, an item of a list or a cell begins anew.
        if last.trim_start().starts_with(['-', '*', '+', '#', '|', '>', '•', '–', '—']) {
            return Gap::Sentence;
        }
    }
    let mut ended = false;
    let mut hard = false;
    let mut slash = false;
    let mut dash = false;
    for c in between.chars() {
        match c {
            '!' | '?' | '؟' | '…' => return Gap::Sentence,
            '.' => ended = !abbreviated,
            '/' => slash = true,
            _ if c.is_whitespace() && ended => return Gap::Sentence,
            '-' | '\u{2010}'..='\u{2015}' => dash = true,
            _ if is_joint(c) || c.is_control() || is_unseen(c) => {}
            _ => hard = true,
        }
    }
    if hard || ended {
        Gap::Hard
    } else if slash {
        Gap::Slash
    } else if dash && between.contains(char::is_whitespace) {
        Gap::Dash
    } else if abbreviated && between.contains('.') {
        Gap::Hard
    } else {
        Gap::Close
    }
}

/// A character that folds to nothing, such as a zero-width space or a mark of direction.
fn is_unseen(c: char) -> bool {
    let mut unseen = true;
    fold_char(c, &mut |_| unseen = false);
    unseen
}

#[cfg(test)]
mod tests {
    use super::*;

    fn gaps(text: &str) -> Vec<(String, Gap)> {
        let words = Words::of(text);
        (0..words.list.len()).map(|at| (words.key(at).to_owned(), words.list[at].gap)).collect()
    }

    #[test]
    fn words_know_what_parts_them() {
        let text = "M. Safi, l\u{2019}élu (USFP/Tiznit) – a dit. Oui ! Bien\nsûr\n\nFin\n- un";
        let expected = [
            ("m", Gap::Paragraph),
            ("safi", Gap::Hard),
            ("l", Gap::Hard),
            ("elu", Gap::Close),
            ("usfp", Gap::Hard),
            ("tiznit", Gap::Slash),
            ("a", Gap::Hard),
            ("dit", Gap::Close),
            ("oui", Gap::Sentence),
            ("bien", Gap::Sentence),
            ("sur", Gap::Close),
            ("fin", Gap::Paragraph),
            ("un", Gap::Sentence),
        ];
        assert_eq!(gaps(text), expected.map(|(key, gap)| (key.to_owned(), gap)));
    }

    #[test]
    fn marks_and_invisible_characters_part_no_word() {
        let words = Words::of("جِهـــة سوس\u{200b} – ماسة");
        assert_eq!((words.key(0), words.key(1), words.key(2)), ("جهه", "سوس", "ماسه"));
        assert_eq!(words.list[2].gap, Gap::Dash);
        assert!(words.list[0].arabic);
        assert_eq!(&words.text[words.list[2].place.clone()], "ماسة");
        let words = Words::of("الدار البيضاء، Sale\u{301}\u{200f} dit");
        assert_eq!(&words.text[words.list[1].place.clone()], "البيضاء");
        assert_eq!(&words.text[words.list[2].place.clone()], "Sale\u{301}");
    }
}
