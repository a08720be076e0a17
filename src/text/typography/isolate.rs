//! Runs of the other direction in plain text, where no markup can say so.

use std::borrow::Cow;
use std::ops::Range;

use super::is_arabic;
use crate::text::problem::is_bidi_control;
use crate::text::scan::any_byte;

/// First strong isolate … pop directional isolate (Unicode Standard Annex 9).
const OPEN: char = '\u{2068}';
const CLOSE: char = '\u{2069}';

/// Isolates runs of the other direction, for feeds' titles and social cards: acronyms,
/// addresses, telephone numbers and ranges of years would else swap their ends.
/// Text that brings its own controls of direction stays as it is.
pub fn isolate(text: &str, rtl: bool) -> Cow<'_, str> {
    let mut out = String::new();
    let mut copied = 0;
    for run in opposite_runs(text, rtl) {
        out.push_str(&text[copied..run.start]);
        out.push(OPEN);
        out.push_str(&text[run.clone()]);
        out.push(CLOSE);
        copied = run.end;
    }
    if copied == 0 {
        return Cow::Borrowed(text);
    }
    out.push_str(&text[copied..]);
    Cow::Owned(out)
}

/// The runs of the other direction that must be isolated, in their order: by `<bdi>` where there is
/// markup. None in a text that brings its own controls of direction.
pub fn opposite_runs(text: &str, rtl: bool) -> impl Iterator<Item = Range<usize>> {
    let mut from =
        if may_hold_runs(text, rtl) && !text.chars().any(is_bidi_control) { 0 } else { text.len() };
    std::iter::from_fn(move || {
        let (start, end) = next_run(text, from, rtl)?;
        from = end;
        Some(start..end)
    })
}

/// Letters that run from right to left begin with these bytes in UTF-8; most texts have none.
fn may_hold_runs(text: &str, rtl: bool) -> bool {
    match rtl {
        true => text.chars().any(|c| c.is_ascii_alphanumeric() || is_left(c)),
        false => any_byte(text, |byte| matches!(byte, 0xd6..=0xdf | 0xef)),
    }
}

fn is_left(c: char) -> bool {
    // The table of letters is dear, and what is Arabic is no letter of this direction.
    !is_arabic(c) && c.is_alphabetic() && !is_right(c)
}

fn is_right(c: char) -> bool {
    (is_arabic(c) && c.is_alphabetic()) || matches!(c, '\u{5d0}'..='\u{5ea}' | '\u{7ca}'..='\u{7ea}')
}

/// The next run from `from` on that has the other direction.
fn next_run(text: &str, from: usize, rtl: bool) -> Option<(usize, usize)> {
    let mut rest = from;
    loop {
        let (start, end, settled) = candidate(text, rest, rtl)?;
        if settled {
            return Some((start, end));
        }
        rest = end;
    }
}

/// The next stretch without letters of the text's own direction, from its first to its last
/// character that counts, and whether it needs isolation.
fn candidate(text: &str, from: usize, rtl: bool) -> Option<(usize, usize, bool)> {
    let counts = |c: char| if rtl { is_left(c) || c.is_ascii_digit() } else { is_right(c) };
    let mut start = from + text[from..].find(counts)?;
    if rtl && text[..start].ends_with('+') {
        start -= 1;
    }
    let (mut end, mut letters, mut joined) = (start, false, text[start..].starts_with('+'));
    // The digits so far stand alone or are joined by one sign; letters carry any neutral along.
    let mut between = 0;
    let mut depth = 0usize;
    for (i, c) in text[start..].char_indices() {
        let at = start + i;
        if counts(c) {
            let digit = c.is_ascii_digit();
            if rtl && digit && !letters && between > 0 {
                joined = true;
            }
            letters |= !digit;
            (end, between) = (at + c.len_utf8(), 0);
            continue;
        }
        let other = if rtl { is_right(c) } else { is_left(c) };
        between += 1;
        let digits_end =
            rtl && !letters && !(between == 1 && ("-–/.:,+ \u{a0}\u{202f}".contains(c) || at == start));
        if other || c == '\n' || digits_end {
            break;
        }
        match c {
            '(' | '[' => depth += 1,
            ')' | ']' if depth > 0 => {
                depth -= 1;
                (end, between) = (at + c.len_utf8(), 0);
            }
            ')' | ']' => break,
            _ => {}
        }
    }
    Some((start, end.max(start + 1), letters || !rtl || joined))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(text: &str, rtl: bool) -> String {
        let once = isolate(text, rtl);
        assert_eq!(isolate(&once, rtl), once);
        once.replace(OPEN, "<").replace(CLOSE, ">")
    }

    #[test]
    fn latin_runs_and_ranges_in_arabic() {
        for (from, to) in [
            ("حزب USFP اليوم", "حزب <USFP> اليوم"),
            ("برنامج 2021-2026 الجديد", "برنامج <2021-2026> الجديد"),
            ("الهاتف +212 537 77 28 28.", "الهاتف <+212 537 77 28 28>."),
            ("في 12 مارس 2026", "في 12 مارس 2026"),
            ("المادة 5 (2026)", "المادة 5 (2026)"),
            ("موقع www.parti.ma هنا", "موقع <www.parti.ma> هنا"),
            ("الاتحاد (USFP) هنا", "الاتحاد (<USFP>) هنا"),
            ("مع Union socialiste (Maroc) هنا", "مع <Union socialiste (Maroc)> هنا"),
            ("كلام فقط", "كلام فقط"),
        ] {
            assert_eq!(shown(from, true), to);
        }
    }

    #[test]
    fn arabic_runs_in_french() {
        assert_eq!(shown("Le mot « حزب القوات » dit tout", false), "Le mot « <حزب القوات> » dit tout");
        assert_eq!(shown("حزب!", false), "<حزب>!");
        assert_eq!(shown("rien à faire", false), "rien à faire");
        assert!(matches!(isolate("rien", false), Cow::Borrowed(_)));
    }
}
