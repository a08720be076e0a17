//! What stands round a text and is none of it: labels such as « Communiqué de presse », and
//! datelines, which say where and when it was written.

use std::collections::HashSet;
use std::ops::Range;
use std::sync::LazyLock;

use jiff::civil::Date;

use crate::model::date::{Written, parse_prefix, starts_with_weekday};
use crate::text::fold::fold;

use super::title::bare;

/// Labels and datelines may stand before a text or after it, but not many.
const MOST_LINES: usize = 5;
/// Bytes of the longest line that is a dateline.
const LONGEST_LINE: usize = 160;
/// Within which a dateline ends that the text follows on its line.
const LONGEST_OPENING: usize = 120;
/// Bytes of a lead that are searched for its day.
const LONGEST_LEAD: usize = 1_500;

/// Lines that only say what kind of text follows.
static LABELS: LazyLock<HashSet<String>> = LazyLock::new(|| {
    let labels = [
        "communiqué",
        "communiqué de presse",
        "déclaration",
        "déclaration à la presse",
        "invitation",
        "invitation à la presse",
        "avis à la presse",
        "note de presse",
        "pour diffusion immédiate",
        "bureau politique",
        "press release",
        "statement",
        "for immediate release",
        "media advisory",
        "بلاغ",
        "بلاغ صحفي",
        "بلاغ صحافي",
        "بيان",
        "بيان صحفي",
        "بيان صحافي",
        "تصريح",
        "تصريح صحفي",
        "دعوة",
        "خبر صحفي",
        "قصاصة",
        "المكتب السياسي",
        "بسم الله الرحمن الرحيم",
    ];
    labels.into_iter().map(fold).collect()
});

/// Whether a line only says what kind of text follows, in any language, perhaps with its number.
pub(super) fn is_label(line: &str) -> bool {
    const LONGEST: usize = 80;
    let line = bare(line);
    if line.len() > LONGEST {
        return false;
    }
    // « n° 12/2026 ».
    let line = line.trim_end_matches(|c: char| !c.is_alphabetic());
    let sign = ["n", "N", "no", "No", "رقم"].iter().find_map(|sign| line.strip_suffix(sign));
    let line = sign.filter(|line| line.ends_with(char::is_whitespace)).unwrap_or(line);
    LABELS.contains(&fold(line))
}

/// A place and a date, or a date.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Dateline {
    written: Written,
    /// Without what parts it from the text.
    range: Range<usize>,
}

/// Whether a line is a place and a date, or a date, and nothing else.
pub(super) fn is_dateline(line: &str) -> bool {
    whole(line).is_some()
}

fn whole(line: &str) -> Option<Dateline> {
    if line.len() > LONGEST_LINE {
        return None;
    }
    starting(line).filter(|found| !line[found.range.end..].contains(char::is_alphanumeric))
}

/// The dateline that a text starts with, on a line with the text itself: « Rabat, le 3 mars 2026 – … ».
fn opening(text: &str) -> Option<Dateline> {
    let found = starting(text).filter(|found| found.range.end <= LONGEST_OPENING)?;
    let rest = text[found.range.end..].trim_start_matches([' ', '\u{a0}', '\u{202f}']);
    let parted = rest.is_empty() || rest.starts_with(['–', '—', '-', '/', ':', ')', '.', '|', '\n']);
    // « الرباط في 12 مارس 2026 » needs no mark.
    let place = text[..found.range.start].is_empty() && text[found.range.clone()].contains(" في ");
    (parted || place).then_some(found)
}

/// Where the text goes on after its dateline.
pub(super) fn after_opening(text: &str) -> Option<usize> {
    let found = opening(text)?;
    let rest = &text[found.range.end..];
    // « /ومع/ », « (MAP) »: the agency.
    let mut at = rest.trim_start_matches(|c: char| !c.is_alphanumeric() && !"«“\"".contains(c));
    for agency in ["ومع", "خاص", "MAP", "AFP"] {
        if let Some(after) = at.strip_prefix(agency)
            && after.trim_start().starts_with(['/', ')', '-', '–', '—', ':'])
        {
            at = after.trim_start_matches(|c: char| !c.is_alphanumeric() && !"«“\"".contains(c));
        }
    }
    Some(text.len() - at.len())
}

/// The place and the date that a text starts with.
fn starting(text: &str) -> Option<Dateline> {
    const MOST_WORDS: usize = 8;
    let start = text.find(char::is_alphanumeric)?;
    let limit = text[start..].find('\n').map_or(text.len(), |at| start + at);
    let line = &text[start..limit];
    let borders = |c: char| c.is_whitespace() || matches!(c, '/' | '(' | ',' | '،' | '–' | '—' | '-' | ':');
    let begins = std::iter::once(0).chain(line.match_indices(borders).map(|(at, border)| at + border.len()));
    let begins = begins.filter(|at| line[*at..].starts_with(char::is_alphanumeric)).take(MOST_WORDS);
    for at in begins {
        if let Some((written, length)) = parse_prefix(&line[at..]) {
            let range = start..start + at + length;
            return is_place(&line[..at]).then_some(Dateline { written, range });
        }
    }
    None
}

/// Whether what stands before a date says where a text was written, or nothing.
fn is_place(before: &str) -> bool {
    let ends_clause = before.trim_end().ends_with([',', '،', '/', '–', '—', '-', '(', ':']);
    let before = before.trim_matches(|c: char| !c.is_alphanumeric());
    if before.is_empty() || is_label(before) {
        return true;
    }
    let words: Vec<&str> = before.split_whitespace().collect();
    let folded: Vec<String> = words.iter().map(|word| fold(word)).collect();
    let keys: Vec<&str> = folded.iter().map(String::as_str).collect();
    let label_of = |small: &[&str]| {
        keys.last().is_some_and(|last| small.contains(last)) && is_label(&words[..words.len() - 1].join(" "))
    };
    // « Communiqué de presse du 3 mars 2026 ».
    if label_of(&["du", "of", "ليوم", "بتاريخ"]) {
        return true;
    }
    let (skipped, made) = match keys.as_slice() {
        ["fait", "a" | "en", ..] => (2, true),
        ["حرر" | "وحرر", "في", _, ..] => (2, true),
        ["حرر" | "وحرر", ..] => (1, true),
        _ => (0, false),
    };
    let place = &words[skipped..];
    let keys = &keys[skipped..];
    let capital = place.first().and_then(|word| word.chars().next()).is_some_and(|c| !c.is_lowercase());
    let small = |key: &&str| {
        matches!(
            *key,
            "a" | "de"
                | "du"
                | "des"
                | "depuis"
                | "avant"
                | "apres"
                | "au"
                | "aux"
                | "vers"
                | "entre"
                | "et"
                | "of"
                | "from"
                | "since"
                | "until"
                | "to"
                | "before"
                | "after"
                | "un"
                | "une"
                | "ce"
                | "cette"
                | "il"
                | "elle"
                | "the"
                | "من"
                | "منذ"
                | "الي"
                | "قبل"
                | "بعد"
                | "ليوم"
                | "يوم"
        )
    };
    let article = matches!(keys.first(), Some(&("le" | "les" | "des" | "un" | "une")));
    capital
        && !article
        && !keys.iter().any(small)
        && (place.len() <= 2 || place.len() <= 4 && (made || ends_clause))
}

/// Where a text begins, after the labels and datelines that have lines of their own.
pub(super) fn start(text: &str) -> usize {
    let mut at = 0;
    for _ in 0..MOST_LINES {
        let rest = &text[at..];
        let begins =
            at + (rest.len() - rest.trim_start_matches(|c: char| c.is_whitespace() || c == '\u{feff}').len());
        let Some(line) = text[begins..].lines().next() else { break };
        let next = begins + text[begins..].find('\n').map_or(text.len() - begins, |at| at + 1);
        if next == text.len() || !(is_label(line) || is_dateline(line)) {
            break;
        }
        at = next;
    }
    at
}

/// Where a text ends, before the datelines below it.
pub(super) fn end(text: &str) -> usize {
    last_dateline(text).map_or(text.len(), |(at, _)| at)
}

/// The dateline below a text, and where it begins. Nothing but a signature comes after it.
fn last_dateline(text: &str) -> Option<(usize, Dateline)> {
    const LONGEST_SIGNATURE: usize = 100;
    const MADE: [&str; 5] = ["Fait à ", "Fait a ", "حرر ب", "حرر في", "وحرر"];
    let first = start(text);
    let mut end = text.len();
    for _ in 0..MOST_LINES {
        let kept = text[first..end].trim_end();
        let at = first + kept.rfind('\n')? + 1;
        let line = &text[at..first + kept.len()];
        let made = MADE.iter().filter_map(|sign| line.find(sign)).min();
        for from in [Some(0), made].into_iter().flatten() {
            if let Some(found) = whole(&line[from..]) {
                let at = at + from;
                let range = at + found.range.start..at + found.range.end;
                return Some((at, Dateline { range, ..found }));
            }
        }
        if line.len() > LONGEST_SIGNATURE || line.ends_with(['.', '!', '?', '…', ':', '»', '؟']) {
            return None;
        }
        end = at;
    }
    None
}

/// The day that a text says it is of, and where it says so.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Dated {
    pub written: Written,
    pub says: String,
}

/// The days that datelines and lead say, the most telling first.
pub(super) fn dated(text: &str) -> Vec<Dated> {
    let mut found = Vec::new();
    let mut add = |who: &str, written, words: &str| {
        let words: Vec<&str> = words.split_whitespace().collect();
        found.push(Dated { written, says: format!("the {who} says « {} »", words.join(" ")) });
    };
    let lead = start(text);
    let head = text[..lead].split_inclusive('\n').filter_map(|line| Some((line, whole(line)?)));
    head.for_each(|(line, dateline)| add("dateline", dateline.written, bare(&line[..dateline.range.end])));
    let rest = &text[lead..];
    let rest = rest.trim_start();
    let mut until = 0;
    if let Some(dateline) = opening(rest) {
        until = dateline.range.end;
        add("dateline", dateline.written, bare(&rest[..dateline.range.end]));
    }
    if let Some((at, dateline)) = last_dateline(text) {
        add("dateline", dateline.written, bare(&text[at..dateline.range.end]));
    }
    let paragraph = rest.split("\n\n").next().unwrap_or_default();
    let limit =
        paragraph.char_indices().map(|(at, _)| at).find(|at| *at >= LONGEST_LEAD).unwrap_or(paragraph.len());
    for (at, word) in words(&paragraph[..limit]) {
        if at >= until
            && starts_with_weekday(word)
            && let Some((written, length)) = parse_prefix(&paragraph[at..])
        {
            until = at + length;
            add("lead", written, &paragraph[at..until]);
        }
    }
    found
}

/// The words of a text, each with the rest of the text.
fn words(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let begins = |at: &usize| {
        let before = text[..*at].chars().next_back();
        before.is_none_or(|c| !c.is_alphanumeric()) && text[*at..].starts_with(char::is_alphanumeric)
    };
    text.char_indices().map(|(at, _)| at).filter(begins).map(|at| (at, &text[at..]))
}

impl Dated {
    pub fn day(&self) -> Date {
        match self.written {
            Written::Day(day) => day,
            Written::Local(local) | Written::Instant { local, .. } => local.date(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_are_known_with_their_number() {
        for line in [
            "COMMUNIQUÉ DE PRESSE",
            "**Communiqué** :",
            "Communiqué de presse n° 12/2026",
            "بلاغ صحفي رقم 3",
            "بلاغ",
        ] {
            assert!(is_label(line), "{line}");
        }
        for line in ["Communiqué du congrès", "Le communiqué", "", "12"] {
            assert!(!is_label(line), "{line}");
        }
    }

    #[test]
    fn datelines_are_places_with_dates() {
        for line in [
            "Rabat, le 3 mars 2026",
            "Rabat le 3 mars 2026.",
            "Fait à Inezgane-Aït Melloul, le mardi 3 mars 2026",
            "(Casablanca, 03/03/2026)",
            "Beni Mellal, le 3 mars 2026",
            "3 mars 2026",
            "Communiqué de presse du 3 mars 2026",
            "الرباط في 3 مارس 2026",
            "الرباط، الثلاثاء ٣ مارس ٢٠٢٦",
            "وحرر بالرباط في 3 مارس 2026",
            "الرباط/3 مارس 2026/",
        ] {
            assert!(is_dateline(line), "{line}");
        }
        for line in [
            "Réunion du 3 mars 2026",
            "Meeting à Tiznit, le 3 mars 2026",
            "Le parti, le 3 mars 2026",
            "Rabat, le 3 mars 2026 – Le parti visite Fès",
            "depuis 3 mars 2026",
            "Rabat, mars 2026",
            "Le parti visite Fès",
        ] {
            assert!(!is_dateline(line), "{line}");
        }
    }

    #[track_caller]
    fn says(text: &str, expected: &[&str]) {
        let found: Vec<String> =
            dated(text).into_iter().map(|dated| format!("{} {}", dated.day(), dated.says)).collect();
        assert_eq!(found, expected, "{text}");
    }

    #[test]
    fn a_text_says_its_day_above_below_and_in_its_lead() {
        says(
            "Rabat, le 3 mars 2026\n\nLe parti.",
            &["2026-03-03 the dateline says « Rabat, le 3 mars 2026 »"],
        );
        says(
            "Communiqué\nRabat, le 3 mars 2026 – Le parti.",
            &["2026-03-03 the dateline says « Rabat, le 3 mars 2026 »"],
        );
        says(
            "Le parti.\n\nFait à Rabat, le 3 mars 2026\nLe bureau\n",
            &["2026-03-03 the dateline says « Fait à Rabat, le 3 mars 2026 »"],
        );
        says(
            "Le parti.\nFin. Fait à Rabat, le 3 mars 2026.",
            &["2026-03-03 the dateline says « Fait à Rabat, le 3 mars 2026 »"],
        );
        says(
            "الرباط في 12 مارس 2026 عقد الحزب لقاء.",
            &["2026-03-12 the dateline says « الرباط في 12 مارس 2026 »"],
        );
        says(
            "عقد الحزب يوم الخميس 12 مارس 2026 لقاء.",
            &["2026-03-12 the lead says « يوم الخميس 12 مارس 2026 »"],
        );
        says(
            "Le parti a siégé jeudi 12 mars 2026 à Fès.",
            &["2026-03-12 the lead says « jeudi 12 mars 2026 »"],
        );
        says("La loi du 12 mars 2020 est bonne.\n\nElle date.", &[]);
        says("Rabat, le 3 mars 2026", &["2026-03-03 the dateline says « Rabat, le 3 mars 2026 »"]);
    }

    #[test]
    fn the_text_stands_between_its_labels_and_datelines() {
        let text = "Communiqué de presse\n\nRabat, le 3 mars 2026\nLe parti visite Fès.\n\nFait à Rabat, le 3 mars 2026\n";
        assert_eq!(&text[start(text)..end(text)], "Le parti visite Fès.\n\n");
        let text = "Visite à Fès\n\nRabat, le 3 mars 2026\n\nLe parti visite Fès.\n";
        assert_eq!((start(text), end(text)), (0, text.len()));
        for whole in ["Rabat, le 3 mars 2026", "Le parti.", "", "\n\n"] {
            assert_eq!((start(whole), end(whole)), (0, whole.len()), "{whole:?}");
        }
        let text = "الرباط/4 غشت 2026/ومع/ أصدرت";
        assert_eq!(&text[after_opening(text).unwrap()..], "أصدرت");
    }
}
