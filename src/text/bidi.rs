//! Controls of text direction, by which a text can be made to read as another than it is.

/// The first bidi control that overrides the direction or that its own line does not close
/// (Unicode Bidirectional Algorithm, UAX #9, section 2), and where it is.
pub fn forged(text: &str) -> Option<(usize, char)> {
    let mut open: Vec<(usize, char)> = Vec::new();
    for at in memchr::memchr3_iter(b'\n', 0xe2, b'\r', text.as_bytes()) {
        let Some(c) = text.get(at..).and_then(|rest| rest.chars().next()) else { continue };
        match c {
            '\n' | '\r' if open.is_empty() => {}
            '\n' | '\r' => return open.first().copied(),
            '\u{202d}' | '\u{202e}' => return Some((at, c)),
            '\u{202a}' | '\u{202b}' | '\u{2066}' | '\u{2067}' | '\u{2068}' => open.push((at, c)),
            '\u{202c}' if !matches!(open.pop(), Some((_, '\u{202a}' | '\u{202b}'))) => return Some((at, c)),
            '\u{2069}' if !matches!(open.pop(), Some((_, '\u{2066}'..='\u{2068}'))) => return Some((at, c)),
            _ => {}
        }
    }
    open.first().copied()
}

/// Drops every control that embeds or overrides, for text whose pairs a sanitiser may have parted.
pub fn without_overrides(text: String) -> String {
    let is_override = |c: char| matches!(c, '\u{202a}'..='\u{202e}');
    if text.contains(is_override) { text.replace(is_override, "") } else { text }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn directions_that_are_closed_pass_and_forged_ones_do_not() {
        assert_eq!(forged("a \u{2068}b\u{2069} c\n"), None);
        assert_eq!(forged("a \u{2068}b\nc\u{2069}"), Some((2, '\u{2068}')));
        assert_eq!(forged("é\u{202e}x"), Some((2, '\u{202e}')));
        assert_eq!(forged("x\u{2069}"), Some((1, '\u{2069}')));
        assert_eq!(forged("رقم\u{200f} 5"), None);
    }
}
