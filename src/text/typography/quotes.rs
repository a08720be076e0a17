//! Straight double quotes, in pairs.

use super::{Context, is_arabic};

/// One end of a pair to be set as « ».
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Quote {
    pub at: usize,
    pub opens: bool,
}

/// The script of the prose that quotes stand in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Script {
    Latin,
    Arabic,
}

/// The straight quotes that pair beyond doubt, in order. A line where one is doubtful keeps
/// all of its own: half a repair would read worse than none.
pub(super) fn pairs(text: &str, context: Context, script: Script) -> Vec<Quote> {
    let mut found = Vec::new();
    // Where this line's quotes begin in `found`; none of them count once one is doubtful.
    let (mut line, mut doubtful, mut open) = (0, false, false);
    for at in memchr::memchr2_iter(b'"', b'\n', text.as_bytes()) {
        if text.as_bytes()[at] == b'\n' {
            if doubtful || open {
                found.truncate(line);
            }
            (line, doubtful, open) = (found.len(), false, false);
            continue;
        }
        let before = text[..at].chars().next_back().or(context.before.filter(|_| at == 0));
        let after = text[at + 1..].chars().next().or(context.after.filter(|_| at + 1 == text.len()));
        let opens = script.may_open(before, after)
            || script == Script::Arabic
                && is_proclitic(&text[..at], context)
                && after.is_some_and(|c| c.is_alphanumeric());
        match (opens, script.may_close(before, after)) {
            (true, false) if !open => open = true,
            (false, true) if open => open = false,
            // Inches, or seconds of arc.
            (false, true) if before.is_some_and(char::is_numeric) => continue,
            _ => doubtful = true,
        }
        found.push(Quote { at, opens: open });
    }
    if doubtful || open {
        found.truncate(line);
    }
    found
}

impl Script {
    fn may_open(self, before: Option<char>, after: Option<char>) -> bool {
        before.is_none_or(|c| c.is_whitespace() || "([{«“'’–—*_".contains(c))
            && after.is_some_and(|c| !c.is_whitespace() && !"»\"".contains(c) && self.quotes(c))
    }

    fn may_close(self, before: Option<char>, after: Option<char>) -> bool {
        let ends = |c: char| ")]}»”'’.,;:!?…*_".contains(c) || self == Self::Arabic && "،؛؟".contains(c);
        before.is_some_and(|c| !c.is_whitespace() && !"«\"".contains(c) && self.quotes(c))
            && after.is_none_or(|c| c.is_whitespace() || ends(c))
    }

    /// In Arabic names of either script are quoted; what is Arabic in French has marks of its own.
    fn quotes(self, c: char) -> bool {
        self == Self::Arabic || !is_arabic(c)
    }
}

/// Whether a text ends in a word that is written as one with the next: « و », « بـ ».
fn is_proclitic(before: &str, context: Context) -> bool {
    let word = before.trim_end_matches(is_arabic);
    let begins = match word.chars().next_back() {
        Some(c) => c.is_whitespace() || "([{«“–—".contains(c),
        None => context.before.is_none_or(char::is_whitespace),
    };
    let word = before[word.len()..].trim_end_matches('\u{640}');
    begins && matches!(word, "و" | "ف" | "ب" | "ل" | "ك" | "وب" | "ول" | "وك" | "فب" | "فل" | "ال" | "وال")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn count(text: &str) -> usize {
        pairs(text, Context::default(), Script::Latin).len()
    }

    #[test]
    fn only_certain_pairs_count() {
        assert_eq!(count(r#"le "plan 2026" et l'"appel""#), 4);
        assert_eq!(count(r#"un écran de 15" et un de 17""#), 0);
        assert_eq!(count(r#"un 15" et "deux""#), 2);
        assert_eq!(count("\"un\net deux\""), 0);
        assert_eq!(count(r#""a "b" c""#), 0);
        assert_eq!(count(r#"<a href="x">"#), 0);
        assert_eq!(count("\"نعم\""), 0);
        let arabic = |text: &str| pairs(text, Context::default(), Script::Arabic).len();
        assert_eq!(arabic("\"نعم\" و\"لا\" وب\"ذا\" لـ\"USFP\"؛ (\"نعم\")، \"نعم\"؟"), 12);
        for doubtful in
            ["\"نعم", "نعم\"لا\"", "كلمة\"لا\" نعم", "\"نعم \"لا\" نعم\"", "<a href=\"نعم\">", "شاشة 15\""]
        {
            assert_eq!(arabic(doubtful), 0, "{doubtful}");
        }
        assert_eq!(count("\"un\"\na\"b\n\"trois\""), 4);
    }
}
