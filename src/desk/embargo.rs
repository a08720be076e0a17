//! Lines of a text that forbid to publish it before an instant, and the text without them.

use std::ops::Range;

use jiff::tz::TimeZone;

use crate::model::embargo;

use super::surroundings::{is_dateline, is_label};

pub(super) use crate::model::embargo::{Notice, Until, instant};

fn is_apart(line: &str) -> bool {
    is_label(line) || is_dateline(line)
}

/// The notices at the top and at the end of a text, in their order.
pub(super) fn notices(text: &str, zone: &TimeZone) -> Vec<Notice> {
    embargo::notices(text, zone, is_apart)
}

/// A line that is a notice or begins with one.
pub(super) fn notice(line: &str, zone: &TimeZone) -> Option<Notice> {
    embargo::notice(line, zone, is_apart)
}

/// A text without some ranges of it, and without the blank lines after what was whole lines.
pub(super) fn without(text: &str, ranges: impl Iterator<Item = Range<usize>>) -> String {
    let mut out = String::with_capacity(text.len());
    let mut at = 0;
    for range in ranges {
        out.push_str(text.get(at..range.start).unwrap_or_default());
        at = range.end.max(at);
        if out.is_empty() || out.ends_with('\n') {
            let rest = &text[at..];
            let blank = &rest[..rest.len() - rest.trim_start().len()];
            // An indent is the next line's.
            at += blank.rfind('\n').map_or(0, |end| end + 1);
        }
    }
    out.push_str(&text[at..]);
    out
}
