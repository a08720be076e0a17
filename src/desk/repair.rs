//! What `import` mends in a text before it is written down, each mending told to the person.
//!
//! Words stay as they are: only characters that nobody sees or meant, the marks of another
//! program, and typography. `_x_` needs no mending, since Markdown reads it as WhatsApp does.

use std::collections::HashMap;
use std::fmt;

use unicode_normalization::char::{canonical_combining_class, is_combining_mark};
use unicode_normalization::{UnicodeNormalization, is_nfc};

use crate::text::problem::is_bidi_control;
use crate::text::typography::{Context, Edit, Profile, Rule, apply, arabic, edits, is_arabic};

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
    /// WhatsApp's marks, as Markdown's.
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
pub fn repair(text: &str, lang: &str, profile: Profile) -> (String, Vec<Repair>) {
    let mut tally = Tally::default();
    let mut mended = characters(text, &mut tally);
    mended = composed(mended, &mut tally);
    mended = lines(&mended, &mut tally);
    mended = whatsapp(mended, '*', "**", &mut tally);
    mended = whatsapp(mended, '~', "~~", &mut tally);
    mended = typeset(mended, lang, profile, &mut tally);
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
fn composed(text: String, tally: &mut Tally) -> String {
    if is_nfc(&text) {
        return text;
    }
    let starts = |c: char| canonical_combining_class(c) == 0 && !is_combining_mark(c) && !is_jamo(c);
    let mut rest = text.as_str();
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
    text.nfc().collect()
}

/// Hangul vowels and finals, which join what stands before them.
fn is_jamo(c: char) -> bool {
    ('\u{1160}'..='\u{11ff}').contains(&c)
}

/// The ends of lines, and bullets.
fn lines(text: &str, tally: &mut Tally) -> String {
    let mut out = String::with_capacity(text.len());
    for line in text.split_inclusive('\n') {
        let (line, end) = line.strip_suffix('\n').map_or((line, ""), |line| (line, "\n"));
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

/// Marks in pairs round words of one line, doubled. Text that has the double mark already
/// is Markdown, where the single one means something else.
fn whatsapp(text: String, mark: char, double: &str, tally: &mut Tally) -> String {
    if !text.contains(mark) || text.contains(double) {
        return text;
    }
    let mut out = String::with_capacity(text.len() + 16);
    let (mut copied, mut open) = (0, None::<usize>);
    let word = |c: Option<char>| c.is_some_and(char::is_alphanumeric);
    let blank = |c: Option<char>| c.is_none_or(char::is_whitespace);
    let ends = |c: Option<char>| !blank(c) && c != Some('«');
    for (at, _) in text.match_indices(mark) {
        let after = at + mark.len_utf8();
        let (previous, next) = (text[..at].chars().next_back(), text[after..].chars().next());
        match open {
            Some(start) if !text[start..at].contains('\n') && ends(previous) && !word(next) => {
                out.extend([&text[copied..start], double, &text[start + 1..at], double]);
                tally.add(RepairKind::WhatsApp, format!("{mark}…{mark}"), format!("{double}…{double}"));
                (copied, open) = (after, None);
            }
            // No word begins with a closing mark; its space may yet go.
            _ => {
                let begins = !blank(next) && !next.is_some_and(|c| ";:!?»".contains(c));
                open = (!word(previous) && begins).then_some(at);
            }
        }
    }
    if copied == 0 {
        return text;
    }
    out.push_str(&text[copied..]);
    out
}

fn typeset(text: String, lang: &str, profile: Profile, tally: &mut Tally) -> String {
    match lang.split(['-', '_']).next() {
        Some("fr") => {
            edits(&text, profile, Context::default(), |edit| note(&text, edit, tally));
        }
        Some("ar") => {
            // Only marks change, one for one.
            let set = arabic(&text, Context::default());
            for (before, after) in text.chars().zip(set.chars()).filter(|(before, after)| before != after) {
                tally.add(RepairKind::ArabicMark, before, after);
            }
        }
        _ => {}
    }
    apply(lang, &text, profile, Context::default()).into_owned()
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
mod tests {
    use super::*;

    fn told(text: &str, lang: &str) -> (String, Vec<String>) {
        let (mended, repairs) = repair(text, lang, Profile::FrMa);
        let (twice, none) = repair(&mended, lang, Profile::FrMa);
        assert_eq!((twice.as_str(), none), (mended.as_str(), Vec::new()));
        (mended, repairs.iter().map(ToString::to_string).collect())
    }

    #[test]
    fn french_typography_is_told_in_groups() {
        let (mended, repairs) =
            told("L'oeuvre d'un élu : \"l'oeuvre\"... 45 % le 12 mars à M. Untel, n° 3 !", "fr");
        assert_eq!(
            mended,
            "L’œuvre d’un élu\u{a0}: «\u{a0}l’œuvre\u{a0}»… 45\u{a0}% le 12\u{a0}mars à M.\u{a0}Untel, n°\u{a0}3\u{202f}!"
        );
        assert_eq!(
            repairs,
            [
                "' → ’ ×3",
                "␣: → ⟨U+00A0⟩:",
                "␣% → ⟨U+00A0⟩%",
                "␣mars → ⟨U+00A0⟩mars",
                "M.␣ → M.⟨U+00A0⟩",
                "n°␣ → n°⟨U+00A0⟩",
                "␣! → ⟨U+202F⟩!",
                "\"…\" → «…»",
                "... → …",
                "oeuvre → œuvre ×2",
            ]
        );
    }

    #[test]
    fn what_word_and_mail_leave_goes() {
        let (mended, repairs) = told(
            "\u{feff}Pre\u{ad}mier\r\n\u{a0}\u{f0b7}\tpoint\r\n• deux\u{200b}\r\no\ttrois\u{a0}\nfin\u{b}e\u{301}té",
            "fr",
        );
        assert_eq!(mended, "Premier\n- point\n- deux\n- trois\nfin\nété");
        assert_eq!(
            repairs,
            [
                "CRLF → LF ×3",
                "U+FEFF removed",
                "U+00AD removed",
                "U+200B removed",
                "U+000B → LF",
                "U+F0B7 → -",
                "• → -",
                "o → -",
                "U+0065 U+0301 → é",
                "U+00A0 removed ×2",
            ]
        );
    }

    #[test]
    fn whatsapp_marks_become_markdown() {
        assert_eq!(told("*Important* : _vite_ et ~non~", "en").0, "**Important** : _vite_ et ~~non~~");
        for kept in ["2 * 3 * 4", "déjà **gras** et *penché*", "* un\n* deux", "*ouvert\nfermé*", "a*b*c"]
        {
            assert_eq!(told(kept, "en"), (kept.to_owned(), vec![]));
        }
    }

    #[test]
    fn arabic_keeps_its_letters() {
        let (mended, repairs) = told("قال\u{200f} نعم, شكـــراً\u{200c}ها", "ar");
        assert_eq!(mended, "قال نعم، شكـــراً\u{200c}ها");
        assert_eq!(repairs, ["U+200F removed", ", → ،"]);
    }

    #[test]
    fn a_clean_text_is_left_alone() {
        for text in ["", "Rien.\n\n    en retrait  \n", "👩‍💻 d’accord"] {
            assert_eq!(told(text, "fr"), (text.to_owned(), vec![]));
        }
        assert_eq!(repair("l'oeuvre", "fr", Profile::None).0, "l'oeuvre");
    }

    #[test]
    fn languages_are_told_apart() {
        assert_eq!(language_of("اجتماع الحزب USFP في الرباط"), "ar");
        assert_eq!(language_of("The party of the people has met in the capital"), "en");
        assert_eq!(language_of("Le parti et les élus de la région"), "fr");
        assert_eq!(language_of("USFP"), "fr");
    }

    #[test]
    fn twice_is_once_on_nasty_strings() {
        let alphabet = [
            " ", "\u{a0}", "\n", "\r", "*", "~", "_", "•", "\u{f0b7}", "o\t", "\"", "'", "!", ":", "a",
            "oeuvre", "e", "\u{301}", "\u{ad}", "\u{200f}", "...", "12", " mars", "«", "»", "م", ",", "?",
            "\u{2028}", "\u{b}", "-",
        ];
        let mut seed = 0x2545_f491_4f6c_dd1d_u64;
        let mut random = || {
            seed ^= seed << 13;
            seed ^= seed >> 7;
            seed ^= seed << 17;
            (seed >> 11) as usize
        };
        for _ in 0..5_000 {
            let text: String = (0..random() % 14).map(|_| alphabet[random() % alphabet.len()]).collect();
            for (lang, profile) in [("fr", Profile::FrMa), ("fr", Profile::Eu), ("ar", Profile::FrMa)] {
                let (once, _) = repair(&text, lang, profile);
                assert_eq!(
                    repair(&once, lang, profile),
                    (once.clone(), vec![]),
                    "{text:?} {lang} {profile:?}"
                );
            }
        }
    }
}
