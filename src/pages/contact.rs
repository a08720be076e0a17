//! Reads a contact: its lines, and in them what one can write to, call or visit.
//!
//! Lines are parted by `;` or line ends: a postal address has commas of its own.

use crate::text::problem::is_bidi_control;

use super::view::{Contact, ContactSpan};

/// The lines of a contact, without empty ones.
pub fn read(contact: &str) -> Contact {
    contact.split([';', '؛', '\n', '\r']).map(line).filter(|line| !line.is_empty()).collect()
}

fn line(written: &str) -> Vec<ContactSpan> {
    // Addresses are isolated by markup; a pair of controls round one would be parted.
    let line: String = written.chars().filter(|c| !is_bidi_control(*c)).collect();
    let line = line.trim();
    let mut spans = Vec::new();
    let mut push = |text: &str, href| {
        if !text.is_empty() {
            spans.push(ContactSpan { text: text.to_owned(), href });
        }
    };
    let (mut shown, mut at) = (0, 0);
    while let Some(start) = line[at..].find(|c| !parts_words(c)).map(|n| at + n) {
        match address(&line[start..]) {
            Some((length, href)) => {
                at = start + length;
                push(&line[shown..start], None);
                push(&line[start..at], Some(href));
                shown = at;
            }
            // A number may cling to what is before it: « Tél.+212 … ».
            None => {
                let mut next = line[start..].char_indices().skip(1);
                at = next.find(|(_, c)| parts_words(*c) || *c == '+').map_or(line.len(), |(n, _)| start + n);
            }
        }
    }
    push(&line[shown..], None);
    spans
}

fn parts_words(c: char) -> bool {
    c.is_whitespace() || matches!(c, ',' | '،' | ':' | '(' | ')' | '<' | '>' | '«' | '»' | '"' | '/' | '|')
}

/// The length of the address that `text` begins with, and where it leads.
fn address(text: &str) -> Option<(usize, String)> {
    let (length, href) = phone(text).or_else(|| email(text)).or_else(|| web(text))?;
    // What a letter follows is a part of something else.
    let ends = text[length..].chars().next().is_none_or(|c| !c.is_alphanumeric());
    ends.then_some((length, href))
}

/// A country's code and a number have 15 digits at most (ITU-T E.164); before them `+` or `00`.
const LONGEST: usize = 17;

/// A telephone number: after `+` or from its first zero on, in groups parted by one sign each.
fn phone(text: &str) -> Option<(usize, String)> {
    let abroad = text.starts_with('+');
    let mut dialled = String::from(if abroad { "+" } else { "" });
    let (mut at, mut length, mut parted) = (usize::from(abroad), 0, false);
    while let Some(c) = text[at..].chars().next().filter(|_| dialled.len() <= LONGEST) {
        // The zero of « +212 (0)5 … » is dialled at home alone.
        if abroad && text[at..].starts_with("(0)") {
            (at, parted) = (at + 3, false);
            continue;
        }
        at += c.len_utf8();
        match digit(c) {
            Some(digit) => {
                dialled.push(digit);
                (length, parted) = (at, false);
            }
            None if !parted && (c.is_whitespace() || matches!(c, '.' | '-' | '\u{2011}')) => parted = true,
            None => break,
        }
    }
    let number = match dialled.strip_prefix("00") {
        Some(rest) => format!("+{rest}"),
        None => dialled,
    };
    // A date has eight digits.
    let sound = match number.strip_prefix('+') {
        Some(digits) => (8..=15).contains(&digits.len()),
        None => number.starts_with('0') && (9..=15).contains(&number.len()),
    };
    sound.then(|| (length, format!("tel:{number}")))
}

/// A digit of any keyboard at hand, as telephones know it.
fn digit(c: char) -> Option<char> {
    let value = match c {
        '\u{660}'..='\u{669}' => u32::from(c) - 0x660,
        '\u{6f0}'..='\u{6f9}' => u32::from(c) - 0x6f0,
        c => return c.is_ascii_digit().then_some(c),
    };
    char::from_digit(value, 10)
}

fn email(text: &str) -> Option<(usize, String)> {
    let is_local = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '+' | '-');
    let is_domain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-');
    // No address begins so, and each sign of a long row would have the rest looked through.
    if text.starts_with('+') {
        return None;
    }
    let at = text.find(|c| !is_local(c)).filter(|at| *at > 0)?;
    let domain = text[at..].strip_prefix('@')?;
    let domain = &domain[..domain.find(|c| !is_domain(c)).unwrap_or(domain.len())];
    let domain = domain.trim_end_matches(['.', '-']);
    let sound = domain.contains('.') && !domain.starts_with('.');
    let length = at + 1 + domain.len();
    sound.then(|| (length, format!("mailto:{}", &text[..length])))
}

fn web(text: &str) -> Option<(usize, String)> {
    let begins =
        |prefix: &&str| text.get(..prefix.len()).is_some_and(|start| start.eq_ignore_ascii_case(prefix));
    let prefix = ["https://", "http://", "www."].into_iter().find(begins)?;
    text[prefix.len()..].chars().next().filter(|c| c.is_alphanumeric())?;
    let is_end = |c: char| c.is_whitespace() || matches!(c, ',' | '،' | ')' | '<' | '>' | '«' | '»' | '"');
    let address = &text[..text.find(is_end).unwrap_or(text.len())];
    let address = address.trim_end_matches(['.', ':', '!', '?', '…']);
    let scheme = if prefix == "www." { "https://" } else { "" };
    Some((address.len(), format!("{scheme}{address}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Lines as `text[address](href)`.
    fn shown(contact: &str) -> Vec<String> {
        let span = |span: &ContactSpan| match &span.href {
            Some(href) => format!("[{}]({href})", span.text),
            None => span.text.clone(),
        };
        read(contact).iter().map(|line| line.iter().map(span).collect()).collect()
    }

    #[test]
    fn lines_are_parted_by_semicolons_and_line_ends_alone() {
        assert_eq!(shown("Siège, 12, rue X ; Rabat\r\n\n ;Maroc"), ["Siège, 12, rue X", "Rabat", "Maroc"]);
        assert_eq!(shown("المقر، 12، زنقة س؛ الرباط"), ["المقر، 12، زنقة س", "الرباط"]);
        assert_eq!(shown(" ;\n"), [""; 0]);
    }

    #[test]
    fn addresses_lead_somewhere_wherever_they_stand() {
        for (written, expected) in [
            ("presse@noria.ma", "[presse@noria.ma](mailto:presse@noria.ma)"),
            ("Presse : a.b+c@x-y.ma.", "Presse : [a.b+c@x-y.ma](mailto:a.b+c@x-y.ma)."),
            ("Amina Z. <a@noria.ma>, Rabat", "Amina Z. <[a@noria.ma](mailto:a@noria.ma)>, Rabat"),
            ("https://noria.ma/a?b=c.", "[https://noria.ma/a?b=c](https://noria.ma/a?b=c)."),
            ("(www.noria.ma)", "([www.noria.ma](https://www.noria.ma))"),
            ("@noria, a@b, x@noria.maé", "@noria, a@b, x@noria.maé"),
            ("javascript:alert(1) ftp://x.ma", "javascript:alert(1) ftp://x.ma"),
        ] {
            assert_eq!(shown(written), [expected]);
        }
    }

    #[test]
    fn numbers_are_dialled_as_telephones_know_them() {
        for (written, expected) in [
            ("Tél. +212 5 37 00 00 00", "Tél. [+212 5 37 00 00 00](tel:+212537000000)"),
            ("Tél.+212\u{a0}5\u{202f}37-00.00.00", "Tél.[+212\u{a0}5\u{202f}37-00.00.00](tel:+212537000000)"),
            (
                "05 37 00 00 00 / 06 61 00 00 00",
                "[05 37 00 00 00](tel:0537000000) / [06 61 00 00 00](tel:0661000000)",
            ),
            ("00212 537-000000 (24 h)", "[00212 537-000000](tel:+212537000000) (24 h)"),
            ("+212 (0)5 37 00 00 00", "[+212 (0)5 37 00 00 00](tel:+212537000000)"),
            ("الهاتف: \u{2066}٠٥٣٧٠٠٠٠٠٠\u{2069}", "الهاتف: [٠٥٣٧٠٠٠٠٠٠](tel:0537000000)"),
            ("12, rue X, 10000 Rabat, BP 1234567", "12, rue X, 10000 Rabat, BP 1234567"),
            ("le 01.02.2026 de 09 h 00", "le 01.02.2026 de 09 h 00"),
            ("0537000000A", "0537000000A"),
        ] {
            assert_eq!(shown(written), [expected]);
        }
    }

    #[test]
    fn long_rows_of_signs_take_no_long_time() {
        for sign in ["+", "a+", "0-", "0+", "a@", "www.", "(0)", "+(0)", "a.", "/", "0 "] {
            read(&sign.repeat(100_000));
        }
    }
}
