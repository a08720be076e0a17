//! Arabic: only what is certain. Letters, digits, tatweel and vowel signs stay as written.

use std::borrow::Cow;

use super::address::Addresses;
use super::quotes::{Script, pairs};
use super::{Context, is_arabic, is_space};

/// A Latin `,` `;` `?` between Arabic words becomes ، ؛ ؟, as the keyboards at hand should
/// have given, whatever quotation marks and brackets stand round these; and straight quotes in pairs become
/// « ». One character stands for one, so that places stay in their order. Borrows when nothing changes.
/// Idempotent.
pub fn arabic<'a>(text: &'a str, context: Context) -> Cow<'a, str> {
    let marked = marks(text, context);
    match quotes(&marked, context) {
        Some(quoted) => Cow::Owned(quoted),
        None => marked,
    }
}

/// A text with guillemets, which cling to the words in Arabic; `None` where nothing changes. A line
/// without Arabic is in another language, whose marks are its own.
fn quotes(text: &str, context: Context) -> Option<String> {
    memchr::memchr(b'"', text.as_bytes())?;
    let mut out = String::with_capacity(text.len() + 16);
    for line in text.split_inclusive('\n') {
        let inside = Context {
            before: context.before.filter(|_| out.is_empty()),
            after: context.after.filter(|_| !line.ends_with('\n')),
        };
        let found = if line.contains(is_letter) { pairs(line, inside, Script::Arabic) } else { Vec::new() };
        let mut copied = 0;
        for quote in found {
            out.push_str(&line[copied..quote.at]);
            out.push(if quote.opens { '«' } else { '»' });
            copied = quote.at + 1;
        }
        out.push_str(&line[copied..]);
    }
    (out != text).then_some(out)
}

/// The punctuation of a text. A question mark may also end it.
fn marks(text: &str, context: Context) -> Cow<'_, str> {
    let mut out = String::new();
    let mut copied = 0;
    let mut addresses = Addresses::new(text);
    let mut next = 0;
    for at in memchr::memchr3_iter(b',', b';', b'?', text.as_bytes()) {
        if at < next {
            continue;
        }
        let mark = text.as_bytes()[at];
        // `?!` and `???` are one mark.
        let width = match mark {
            b'?' => text[at..].bytes().take_while(|b| matches!(b, b'?' | b'!')).count(),
            _ => 1,
        };
        next = at + width;
        let start = text[..at].trim_end_matches(|c| is_space(c) || is_closing(c)).len();
        let before = text[..start].chars().next_back().or(context.before.filter(|_| start == 0));
        let rest = text[next..].trim_start_matches(is_space);
        let ends = mark == b'?'
            && rest
                .chars()
                .next()
                .or(context.after)
                .is_none_or(|c| is_closing(c) || matches!(c, '\n' | '\r'));
        let rest = rest.trim_start_matches(is_opening);
        let after = rest.chars().next().or(context.after.filter(|_| rest.is_empty()));
        if before.is_some_and(is_letter) && (ends || after.is_some_and(is_letter)) && !addresses.has(at) {
            out.push_str(&text[copied..at]);
            out.extend(text[at..next].chars().map(arabic_mark));
            copied = next;
        }
    }
    if copied == 0 {
        return Cow::Borrowed(text);
    }
    out.push_str(&text[copied..]);
    Cow::Owned(out)
}

fn arabic_mark(mark: char) -> char {
    match mark {
        ',' => '،',
        ';' => '؛',
        '?' => '؟',
        other => other,
    }
}

fn is_opening(c: char) -> bool {
    matches!(c, '"' | '«' | '“' | '(' | '[')
}

fn is_closing(c: char) -> bool {
    matches!(c, '"' | '»' | '”' | ')' | ']')
}

/// A letter, or a vowel sign on one: not a digit, beside which a comma may be decimal.
fn is_letter(c: char) -> bool {
    is_arabic(c) && (c.is_alphabetic() || matches!(c, '\u{64b}'..='\u{65f}' | '\u{670}' | '\u{640}'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_between_arabic_words_become_arabic() {
        for (from, to) in [
            ("نعم, لا", "نعم، لا"),
            ("نعم ; لا", "نعم ؛ لا"),
            ("لماذا?", "لماذا؟"),
            ("لماذا?! نعم", "لماذا؟! نعم"),
            ("ماذا؟", "ماذا؟"),
            ("رقم 3,5 هنا", "رقم 3,5 هنا"),
            ("٣,٥", "٣,٥"),
            ("USFP, حزب", "USFP, حزب"),
            ("https://x.ma/صفحة?بحث", "https://x.ma/صفحة?بحث"),
            ("شكراً, جزيلا", "شكراً، جزيلا"),
            ("و\"كلمة\", ثم (كلمة), نعم.", "و«كلمة»، ثم (كلمة)، نعم."),
            ("«نعم»; «لا»", "«نعم»؛ «لا»"),
            ("قال (لماذا?)", "قال (لماذا؟)"),
            ("(USFP), حزب", "(USFP), حزب"),
            ("(2026), ثم", "(2026), ثم"),
            ("قال \"نعم\" و\"كلمة\".", "قال «نعم» و«كلمة»."),
            ("\"لماذا?\", قال", "«لماذا؟», قال"),
            ("موقع \"Facebook\" ولـ\"USFP\"", "موقع «Facebook» ولـ«USFP»"),
            ("Le \"plan\"\nقال \"نعم\"", "Le \"plan\"\nقال «نعم»"),
            ("شاشة 15\" و\"نعم\"", "شاشة 15\" و«نعم»"),
            ("<a href=\"نعم\">نعم</a>", "<a href=\"نعم\">نعم</a>"),
            ("قال \"نعم", "قال \"نعم"),
        ] {
            let once = arabic(from, Context::default());
            assert_eq!(once, to);
            assert_eq!(arabic(&once, Context::default()), to);
            assert_eq!(matches!(once, Cow::Borrowed(_)), from == to);
        }
    }

    #[test]
    fn the_neighbours_count() {
        let context = Context { before: Some('م'), after: Some('ل') };
        assert_eq!(arabic(", ", context), "، ");
        assert_eq!(arabic(", ", Context::default()), ", ");
    }
}
