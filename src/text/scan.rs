//! Quick looks at texts: most hold nothing of what is looked for, and can be passed on as they are.

use std::string::FromUtf8Error;

use super::source::is_xml;

/// Bytes as the text that they are. Copying what was looked at many bytes at a time is cheaper than
/// looking at each letter beyond ASCII by itself, as the standard library does.
pub fn utf8(bytes: Vec<u8>) -> Result<String, FromUtf8Error> {
    match simdutf8::basic::from_utf8(&bytes) {
        Ok(text) => Ok(text.to_owned()),
        Err(_) => String::from_utf8(bytes),
    }
}

/// Whether any byte is so. All of a stretch are asked before the answer is looked at, which processors
/// do many at a time.
pub fn any_byte(text: &str, is: impl Fn(u8) -> bool) -> bool {
    const STRETCH: usize = 64;
    text.as_bytes().chunks(STRETCH).any(|bytes| bytes.iter().fold(false, |found, byte| found | is(*byte)))
}

/// Whether XML can hold all of a text.
pub fn is_all_xml(text: &str) -> bool {
    // What XML does not allow is a control, or begins with one of these bytes, as little else does.
    let may_be = |byte: u8| {
        (byte < b' ' && byte != b'\n' && byte != b'\t' && byte != b'\r') || byte == 0x7f || byte == 0xef
    };
    // C1 controls share their first byte with French quotation marks and spaces.
    let bytes = text.as_bytes();
    let controls = || {
        let pairs = bytes.iter().zip(bytes.get(1..).unwrap_or_default());
        pairs.fold(false, |found, (first, second)| found | ((*first == 0xc2) & (*second < 0xa0)))
    };
    (!any_byte(text, may_be) && !controls()) || text.chars().all(is_xml)
}

/// Appends a number of at least `width` digits, as `{:0width$}` would: days, months and years at a tenth of
/// its price.
pub fn push_padded(text: &mut String, number: i16, width: usize) {
    let digit = |number: i16| char::from(b'0' + (number % 10) as u8);
    match (number, width) {
        (0..=99, 2) => text.extend([digit(number / 10), digit(number)]),
        (0..=9999, 4) => {
            text.extend([digit(number / 1000), digit(number / 100), digit(number / 10), digit(number)]);
        }
        _ => text.push_str(&format!("{number:0width$}")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_padded_as_formats_do() {
        for number in [0, 1, 9, 10, 12, 99, 100, 2026, 9999, i16::MAX, -1, -44, i16::MIN] {
            for width in 0..6 {
                let mut text = String::new();
                push_padded(&mut text, number, width);
                assert_eq!(text, format!("{number:0width$}"));
            }
        }
    }

    #[test]
    fn what_xml_cannot_hold_is_found_wherever_it_stands() {
        let all = (0..=0x11_0000).filter_map(char::from_u32);
        for c in all.step_by(7).chain((0..0x800).filter_map(char::from_u32)).chain('\u{fd00}'..='\u{ffff}') {
            for text in [format!("{c}"), format!("« a{c} »"), format!("{}{c}é", "x".repeat(63))] {
                assert_eq!(is_all_xml(&text), text.chars().all(is_xml), "{c:?}");
            }
        }
    }
}
