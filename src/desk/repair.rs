//! What `import` mends in a text before it is written down, each mending told to the person.
//!
//! Words stay as they are: only characters that nobody sees or meant, the marks of another
//! program, and typography. Code, addresses and emphasis of Markdown stay as well.

mod chat;
mod verbatim;

use std::collections::HashMap;
use std::fmt;
use std::ops::Range;

use unicode_normalization::char::{canonical_combining_class, is_combining_mark};
use unicode_normalization::{UnicodeNormalization, is_nfc};

pub(super) use self::chat::{Chat, chat};
use self::verbatim::{Held, held, masked, outside};
use crate::model::body::Markup;
use crate::text::problem::is_bidi_control;
use crate::text::typography::{Context, Edit, Profile, Rule, arabic, edits, is_arabic};

use super::title::is_emoji;

/// One thing mended, wherever it occurred.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Repair {
    pub kind: RepairKind,
    /// What stood there, fit to be shown: unseen characters by their number.
    pub before: String,
    /// What stands there now; empty where it went.
    pub after: String,
    pub count: usize,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum RepairKind {
    LineEnding,
    /// What a word processor leaves: soft hyphens, zero widths, symbol bullets, line breaks.
    WordArtefact,
    /// Controls of direction, which the language already gives, and which can forge.
    BidiControl,
    /// Decomposed accents, as file systems and PDF give them.
    Nfc,
    /// No-break spaces at the ends of lines.
    NoBreakSpace,
    /// WhatsApp's marks of emphasis, which plain text would show.
    WhatsApp,
    Apostrophe,
    Spacing,
    Quotes,
    Ellipsis,
    Ligature,
    /// Latin marks between Arabic words.
    ArabicMark,
}

impl fmt::Display for Repair {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.after.as_str() {
            "" => write!(f, "{} removed", self.before)?,
            after => write!(f, "{} → {after}", self.before)?,
        }
        if self.count > 1 { write!(f, " ×{}", self.count) } else { Ok(()) }
    }
}

/// The text mended, and what was mended: kind by kind, each in the order of its first
/// occurrence. Idempotent.
pub fn repair(text: &str, lang: &str, profile: Profile, markup: Markup) -> (String, Vec<Repair>) {
    // Anew for each step, since each moves what follows.
    let held = |text: &str| match markup {
        Markup::Markdown => held(text),
        Markup::Plain => Vec::new(),
    };
    let mut tally = Tally::default();
    let mut mended = characters(text, &mut tally);
    // In Markdown the same marks are the writer's own.
    if markup == Markup::Plain {
        mended = emphasis(mended, &mut tally);
    }
    mended = outside(&mended, &held(&mended), |piece, out| composed(piece, out, &mut tally));
    mended = outside(&mended, &held(&mended), |piece, out| letters(piece, out, &mut tally));
    mended = lines(&mended, &held(&mended), &mut tally);
    mended = typeset(&mended, &held(&mended), lang, profile, &mut tally);
    tally.repairs.sort_by_key(|repair| repair.kind);
    (mended, tally.repairs)
}

/// The language that a text is most likely in: `ar` when most letters are Arabic, `en` only
/// when its commonest words clearly outnumber the French ones, else `fr`.
pub fn language_of(text: &str) -> &'static str {
    const ENGLISH: [&str; 12] =
        ["the", "and", "of", "to", "in", "is", "that", "with", "for", "has", "was", "by"];
    const FRENCH: [&str; 14] =
        ["le", "la", "les", "de", "des", "du", "et", "en", "un", "une", "que", "dans", "pour", "a"];
    let (mut arabic, mut other) = (0usize, 0usize);
    for c in text.chars().filter(|c| c.is_alphabetic()) {
        *(if is_arabic(c) { &mut arabic } else { &mut other }) += 1;
    }
    if arabic > other {
        return "ar";
    }
    let (mut english, mut french) = (0, 0);
    for word in text.split(|c: char| !c.is_alphabetic()) {
        let is = |known: &&str| word.eq_ignore_ascii_case(known);
        english += usize::from(ENGLISH.iter().any(is));
        french += usize::from(FRENCH.iter().any(is));
    }
    if english >= 3 && english > 2 * french { "en" } else { "fr" }
}

/// Repairs grouped by kind and wording.
#[derive(Default)]
struct Tally {
    repairs: Vec<Repair>,
    known: HashMap<(RepairKind, String, String), usize>,
}

impl Tally {
    fn add(&mut self, kind: RepairKind, before: impl Into<String>, after: impl Into<String>) {
        let key = (kind, before.into(), after.into());
        if let Some(&at) = self.known.get(&key) {
            self.repairs[at].count += 1;
            return;
        }
        let (before, after) = (key.1.clone(), key.2.clone());
        self.known.insert(key, self.repairs.len());
        self.repairs.push(Repair { kind, before, after, count: 1 });
    }
}

fn number(c: char) -> String {
    format!("U+{:04X}", u32::from(c))
}

/// Text in which every space can be seen.
fn visible(text: &str) -> String {
    let mut out = String::new();
    for c in text.chars() {
        match c {
            ' ' => out.push('␣'),
            '\u{a0}' | '\u{202f}' | '\u{2009}' => out.extend(["⟨", &number(c), "⟩"]),
            c => out.push(c),
        }
    }
    out
}

/// Line ends, and what no one sees.
fn characters(text: &str, tally: &mut Tally) -> String {
    let mut out = String::with_capacity(text.len());
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        let (kind, to) = match c {
            '\r' if chars.next_if_eq(&'\n').is_some() => {
                tally.add(RepairKind::LineEnding, "CRLF", "LF");
                out.push('\n');
                continue;
            }
            '\r' | '\u{85}' | '\u{2028}' => (RepairKind::LineEnding, "\n"),
            '\u{2029}' => (RepairKind::LineEnding, "\n\n"),
            // Word's line and page breaks.
            '\u{b}' | '\u{c}' => (RepairKind::WordArtefact, "\n"),
            // Not U+200C and U+200D: Arabic script and emoji are written with them.
            '\u{ad}' | '\u{200b}' | '\u{2060}' | '\u{feff}' | '\u{fffc}' => (RepairKind::WordArtefact, ""),
            c if is_bidi_control(c) => (RepairKind::BidiControl, ""),
            c if c.is_control() && !matches!(c, '\n' | '\t') => (RepairKind::WordArtefact, ""),
            c => {
                out.push(c);
                continue;
            }
        };
        tally.add(kind, number(c), to.replace('\n', "LF"));
        out.push_str(to);
    }
    out
}

/// Unicode's composed form, letter by letter, so that each can be told.
fn composed(text: &str, out: &mut String, tally: &mut Tally) {
    if is_nfc(text) {
        return out.push_str(text);
    }
    let starts = |c: char| canonical_combining_class(c) == 0 && !is_combining_mark(c) && !is_jamo(c);
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let width = first.len_utf8();
        let end = rest[width..].find(starts).map_or(rest.len(), |at| width + at);
        let letter: String = rest[..end].nfc().collect();
        if letter != rest[..end] {
            let parts: Vec<String> = rest[..end].chars().map(number).collect();
            tally.add(RepairKind::Nfc, parts.join(" "), letter);
        }
        rest = &rest[end..];
    }
    out.extend(text.nfc());
}

/// Hangul vowels and finals, which join what stands before them.
fn is_jamo(c: char) -> bool {
    ('\u{1160}'..='\u{11ff}').contains(&c)
}

/// Letters that a font joined, as PDF and Word give them, and what was typed for an apostrophe.
fn letters(text: &str, out: &mut String, tally: &mut Tally) {
    let latin = |c: Option<char>| c.is_some_and(|c| c.is_alphabetic() && !is_arabic(c));
    let mut chars = text.chars().peekable();
    let mut previous = None;
    while let Some(c) = chars.next() {
        let (kind, to) = match c {
            'ﬀ' => (RepairKind::Ligature, "ff"),
            'ﬁ' => (RepairKind::Ligature, "fi"),
            'ﬂ' => (RepairKind::Ligature, "fl"),
            'ﬃ' => (RepairKind::Ligature, "ffi"),
            'ﬄ' => (RepairKind::Ligature, "ffl"),
            'ﬅ' | 'ﬆ' => (RepairKind::Ligature, "st"),
            '´' | '\u{2018}' | '`' if latin(previous) && latin(chars.peek().copied()) => {
                (RepairKind::Apostrophe, "’")
            }
            c => {
                out.push(c);
                previous = Some(c);
                continue;
            }
        };
        tally.add(kind, c, to);
        out.push_str(to);
        previous = Some(c);
    }
}

/// The ends of lines, and bullets.
fn lines(text: &str, held: &[Held], tally: &mut Tally) -> String {
    let mut out = String::with_capacity(text.len());
    let mut at = 0;
    for whole in text.split_inclusive('\n') {
        let (line, end) = whole.strip_suffix('\n').map_or((whole, ""), |line| (line, "\n"));
        // A line of code keeps its indent and its end.
        if overlaps(held, at..at + 1) || overlaps(held, (at + line.len()).saturating_sub(1)..at + line.len())
        {
            out.push_str(whole);
            at += whole.len();
            continue;
        }
        at += whole.len();
        let line = unbreakable_ends(line, tally);
        match bullet(line) {
            Some((indent, mark, item)) => {
                let before = if is_private(mark) { number(mark) } else { mark.to_string() };
                tally.add(RepairKind::WordArtefact, before, "-");
                out.extend([indent, "- ", item]);
            }
            None => out.push_str(line),
        }
        out.push_str(end);
    }
    out
}

/// Whether a range has a byte of what is held; both are in order.
fn overlaps(held: &[Held], range: Range<usize>) -> bool {
    let next = held.partition_point(|held| held.range.end <= range.start);
    held.get(next).is_some_and(|held| held.range.start < range.end)
}

/// A line without the no-break spaces at its ends; indents of ordinary spaces stay.
fn unbreakable_ends<'a>(line: &'a str, tally: &mut Tally) -> &'a str {
    let unbreakable = |c: char| matches!(c, '\u{a0}' | '\u{202f}');
    let blank = |c: char| c == ' ' || c == '\t' || unbreakable(c);
    let mut kept = line;
    for part in [line.len() - line.trim_start_matches(blank).len(), line.trim_end_matches(blank).len()]
        .map(|at| line.split_at(at))
        .into_iter()
        .zip([true, false])
    {
        let ((head, tail), at_start) = part;
        let edge = if at_start { head } else { tail };
        if let Some(c) = edge.chars().find(|c| unbreakable(*c)) {
            tally.add(RepairKind::NoBreakSpace, number(c), "");
            kept = if at_start { kept.trim_start_matches(blank) } else { kept.trim_end_matches(blank) };
        }
    }
    kept
}

/// A list item that a word processor marked by a sign: its indent, the sign, its text.
fn bullet(line: &str) -> Option<(&str, char, &str)> {
    let body = line.trim_start_matches([' ', '\t']);
    let mark = body.chars().next()?;
    let rest = &body[mark.len_utf8()..];
    let item = rest.trim_start();
    let is_bullet = match mark {
        '•' | '●' | '▪' | '■' | '◦' | '‣' | '⁃' | '∙' => true,
        // Word's second level, only with its tab.
        'o' => rest.starts_with('\t'),
        // Symbol and Wingdings, which no other font has.
        mark => is_private(mark),
    };
    (is_bullet && !item.is_empty()).then(|| (&line[..line.len() - body.len()], mark, item))
}

fn is_private(c: char) -> bool {
    ('\u{f000}'..='\u{f0ff}').contains(&c)
}

/// Drops WhatsApp's marks round words. The text stays plain: as Markdown, its dashes, numbers and
/// indents would turn into lists and code that nobody meant.
fn emphasis(mut text: String, tally: &mut Tally) -> String {
    // One mark may stand inside another, so until nothing is left to drop.
    loop {
        let before = text.len();
        for mark in ['*', '~', '_'] {
            text = without_marks(text, mark, tally);
        }
        if text.len() >= before {
            return text;
        }
    }
}

/// The text without `mark` in pairs round words of one line. A line that was wholly bold was a
/// heading, and comes to stand alone.
fn without_marks(text: String, mark: char, tally: &mut Tally) -> String {
    if !text.contains(mark) {
        return text;
    }
    let mut out = String::with_capacity(text.len());
    let word = |c: Option<char>| c.is_some_and(char::is_alphanumeric);
    let blank = |c: Option<char>| c.is_none_or(char::is_whitespace);
    let ends = |c: Option<char>| !blank(c) && c != Some('«');
    let mut lines = text.split_inclusive('\n').peekable();
    while let Some(line) = lines.next() {
        let start = out.len();
        let (mut copied, mut open) = (0, None::<usize>);
        let mut whole = false;
        for (at, _) in line.match_indices(mark) {
            let after = at + mark.len_utf8();
            let (previous, next) = (line[..at].chars().next_back(), line[after..].chars().next());
            if previous == Some(mark) || next == Some(mark) || in_address(line, at) {
                continue;
            }
            match open {
                Some(start) if ends(previous) && !word(next) => {
                    out.extend([&line[copied..start], &line[start + 1..at]]);
                    tally.add(RepairKind::WhatsApp, format!("{mark}…{mark}"), "…");
                    let dress = |part: &str| part.chars().all(|c| c.is_whitespace() || is_emoji(c));
                    whole = mark == '*' && dress(&line[..start]) && dress(&line[after..]);
                    (copied, open) = (after, None);
                }
                // No word begins with a closing mark; its space may yet go.
                _ => {
                    let begins = !blank(next) && !next.is_some_and(|c| ";:!?»".contains(c));
                    open = (!word(previous) && begins).then_some(at);
                }
            }
        }
        out.push_str(&line[copied..]);
        if whole && out.len() > start && lines.peek().is_some_and(|next| !next.trim().is_empty()) {
            out.push('\n');
        }
    }
    out
}

/// Whether a mark stands inside a web or e-mail address.
fn in_address(line: &str, at: usize) -> bool {
    let start = at - line[..at].split(char::is_whitespace).next_back().map_or(0, str::len);
    let word = line[start..].split(char::is_whitespace).next().unwrap_or_default();
    let inside = |part: &str| part.contains(char::is_alphanumeric);
    (word.contains("://") || word.contains('@')) && inside(&line[start..at]) && inside(&word[at - start..])
}

/// Sets a text after the rules of its language, but for what is held.
fn typeset(text: &str, held: &[Held], lang: &str, profile: Profile, tally: &mut Tally) -> String {
    let judged = masked(text, held);
    let mut changes: Vec<(Range<usize>, String)> = Vec::new();
    match lang.split(['-', '_']).next() {
        Some("fr") => edits(&judged, profile, Context::default(), |edit| {
            // What two guillemets have between them may be held itself.
            if !overlaps(held, edit.start..edit.end) {
                note(text, edit, tally);
                changes.push((edit.start..edit.end, edit.to.to_owned()));
            }
        }),
        Some("ar") => {
            // Only marks change, one for one.
            let set = arabic(&judged, Context::default());
            for ((at, before), after) in judged.char_indices().zip(set.chars()) {
                if before != after && !overlaps(held, at..at + 1) {
                    match (before, after) {
                        // A pair is told once, by its first half.
                        ('"', '«') => tally.add(RepairKind::Quotes, "\"…\"", "«…»"),
                        ('"', _) => {}
                        _ => tally.add(RepairKind::ArabicMark, before, after),
                    }
                    changes.push((at..at + before.len_utf8(), after.into()));
                }
            }
        }
        _ => {}
    }
    let mut out = String::with_capacity(text.len() + text.len() / 16);
    let mut copied = 0;
    for (range, to) in changes {
        out.push_str(&text[copied..range.start]);
        out.push_str(&to);
        copied = range.end;
    }
    out.push_str(&text[copied..]);
    out
}

/// One edit of typography, with as much beside it as tells what it was.
fn note(text: &str, edit: Edit, tally: &mut Tally) {
    let (before, after) = (&text[..edit.start], &text[edit.end..]);
    let first = |text: &str| text.chars().next().map_or(0, char::len_utf8);
    let last = |text: &str| text.len() - text.chars().next_back().map_or(0, char::len_utf8);
    let is_word = |c: char| c.is_alphanumeric() || c == '.';
    let word_end = || &after[..after.find(|c: char| !c.is_alphanumeric()).unwrap_or(after.len())];
    let word_start = || &before[before.trim_end_matches(is_word).len()..];
    let (kind, left, right) = match edit.rule {
        Rule::Apostrophe => (RepairKind::Apostrophe, "", ""),
        Rule::Ellipsis => (RepairKind::Ellipsis, "", ""),
        // A pair is told once, by its first half.
        Rule::ClosingQuote => return,
        Rule::OpeningQuote => {
            return tally.add(RepairKind::Quotes, "\"…\"", format!("{}…»", edit.to.trim_end()));
        }
        Rule::Ligature => {
            let head = &before[before.trim_end_matches(char::is_alphanumeric).len()..];
            (RepairKind::Ligature, head, word_end())
        }
        Rule::Mark => (RepairKind::Spacing, "", &after[..first(after)]),
        Rule::Guillemet if before.ends_with('«') => (RepairKind::Spacing, "«", ""),
        Rule::Guillemet => (RepairKind::Spacing, "", "»"),
        Rule::Bond if after.starts_with('%') => (RepairKind::Spacing, "", "%"),
        Rule::Bond if before.ends_with('°') => {
            (RepairKind::Spacing, &before[last(&before[..last(before)])..], "")
        }
        // A day's month, else a form of address; thousands have digits on both sides.
        Rule::Bond if after.starts_with(|c: char| c.is_ascii_digit()) => (RepairKind::Spacing, "0", "000"),
        Rule::Bond if word_start().starts_with(|c: char| c.is_ascii_digit()) => {
            (RepairKind::Spacing, "", word_end())
        }
        Rule::Bond => (RepairKind::Spacing, word_start(), ""),
    };
    let show = |middle: &str| visible(&[left, middle, right].concat());
    tally.add(kind, show(&text[edit.start..edit.end]), show(edit.to));
}

#[cfg(test)]
mod tests;
