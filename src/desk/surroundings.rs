//! What stands round a text and is none of it: labels such as « Communiqué de presse », and
//! datelines, which say where and when it was written.

use std::collections::HashSet;
use std::ops::Range;
use std::sync::LazyLock;

use jiff::civil::Date;

use crate::model::date::{Written, parse_prefix, starts_with_weekday, unreal_prefix};
use crate::text::fold::fold;

use super::head::head;
use super::title::bare;

/// Labels and datelines may stand before a text or after it, but not many.
const MOST_LINES: usize = 5;
/// Bytes of the longest line that is a dateline.
const LONGEST_LINE: usize = 160;
/// Within which a dateline ends that the text follows on its line.
const LONGEST_OPENING: usize = 120;
/// Bytes of a lead that are searched for its day.
const LONGEST_LEAD: usize = 1_500;

/// Labels that say who speaks, and not what follows: they stand in letterheads as well.
static SPEAKERS: LazyLock<HashSet<String>> = LazyLock::new(|| {
    ["bureau politique", "المكتب السياسي", "بسم الله الرحمن الرحيم"].into_iter().map(fold).collect()
});

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
    label(line).is_some()
}

/// Whether a label says that a text follows, and of what kind.
pub(super) fn announces(line: &str) -> bool {
    is_apart(line) && parts(line).any(|part| label(part).is_some_and(|(kind, _)| !SPEAKERS.contains(&kind)))
}

/// The number that a label gives its text: « Communiqué de presse n° 12/2026 ».
pub(super) fn number_of(line: &str) -> Option<&str> {
    parts(line).find_map(|part| label(part)?.1)
}

/// Whether a line is made of labels and datelines: « Communiqué n° 12 – Rabat, le 3 mars 2026 ».
pub(super) fn is_apart(line: &str) -> bool {
    is_label(line) || is_dateline(line) || parts(line).all(|part| is_label(part) || is_dateline(part))
}

/// What marks with spaces round them part in a line.
fn parts(line: &str) -> impl Iterator<Item = &str> {
    const MARKS: [char; 5] = ['–', '—', '-', '|', '•'];
    let is_space = |c: Option<char>| c.is_some_and(char::is_whitespace);
    let parts = move |(at, mark): &(usize, &str)| {
        is_space(line[..*at].chars().next_back()) && is_space(line[at + mark.len()..].chars().next())
    };
    let marks = line.match_indices(MARKS).filter(parts).chain([(line.len(), "")]);
    marks.scan(0, move |from, (at, mark)| {
        let part = &line[*from..at];
        *from = at + mark.len();
        Some(part.trim())
    })
}

/// The key of a label, and its number.
fn label(line: &str) -> Option<(String, Option<&str>)> {
    const LONGEST: usize = 80;
    let line = bare(line);
    if line.len() > LONGEST {
        return None;
    }
    let kind = line.trim_end_matches(|c: char| !c.is_alphabetic());
    let sign = ["n", "N", "no", "No", "NO", "رقم"].iter().find_map(|sign| kind.strip_suffix(sign));
    let sign = sign.filter(|before| before.ends_with(char::is_whitespace));
    let number = line[kind.len()..].trim_matches(|c: char| !c.is_numeric());
    let number = sign.map(|_| number).filter(|number| !number.is_empty());
    let key = fold(sign.unwrap_or(kind));
    LABELS.contains(&key).then_some((key, number))
}

/// A place and a date, or a date.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Dateline {
    /// Or why there is no such day.
    written: Result<Written, String>,
    /// The date alone.
    date: Range<usize>,
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
        if let Some((written, length)) = read(&line[at..]) {
            let (date, range) = (start + at..start + at + length, start..start + at + length);
            return is_place(&line[..at]).then_some(Dateline { written, date, range });
        }
    }
    None
}

/// The date that a text starts with, or why there is no such day.
fn read(text: &str) -> Option<(Result<Written, String>, usize)> {
    match parse_prefix(text) {
        Some((written, length)) => Some((Ok(written), length)),
        None => unreal_prefix(text).map(|(reason, length)| (Err(reason), length)),
    }
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
                let moved = |range: &Range<usize>| at + range.start..at + range.end;
                let (date, range) = (moved(&found.date), moved(&found.range));
                return Some((at, Dateline { date, range, ..found }));
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
    pub day: Result<Date, Unreal>,
    pub says: String,
    /// Whether a line says so that says nothing else.
    pub dateline: bool,
}

/// A day that is in no calendar, or has another name there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Unreal {
    pub text: String,
    pub reason: String,
}

impl Dated {
    fn new(dateline: bool, written: Result<Written, String>, date: &str, words: &str) -> Self {
        let spaced = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
        let who = if dateline { "dateline" } else { "lead" };
        let mut says = format!("the {who} says « {} »", spaced(words));
        let day = match written {
            Ok(Written::Day(day)) => Ok(day),
            Ok(Written::Local(local) | Written::Instant { local, .. }) => Ok(local.date()),
            Err(reason) => {
                says.push_str(&format!(", but {reason}"));
                Err(Unreal { text: spaced(date), reason })
            }
        };
        Self { day, says, dateline }
    }

    /// The dateline that `from` begins in `text`.
    fn line(text: &str, from: usize, dateline: Dateline) -> Self {
        let Dateline { written, date, range } = dateline;
        Self::new(true, written, &text[date], bare(&text[from..range.end]))
    }
}

/// The days that datelines and lead say, the most telling first.
pub(super) fn dated(text: &str) -> Vec<Dated> {
    let head = head(text);
    let above = head.lines.iter().map(|range| &text[range.clone()]);
    let lines = above.flat_map(|line| {
        let line = line.trim_end();
        let alone = whole(line).map(|dateline| Dated::line(line, 0, dateline));
        let parted = || parts(line).find_map(|part| Some(Dated::line(part, 0, whole(part)?)));
        alone.or_else(parted)
    });
    let mut found: Vec<Dated> = lines.collect();
    let rest = text[head.end..].trim_start();
    let mut until = 0;
    if let Some(dateline) = opening(rest) {
        until = dateline.range.end;
        found.push(Dated::line(rest, 0, dateline));
    }
    if let Some((at, dateline)) = last_dateline(text) {
        found.push(Dated::line(text, at, dateline));
    }
    let paragraph = rest.split("\n\n").next().unwrap_or_default();
    let limit =
        paragraph.char_indices().map(|(at, _)| at).find(|at| *at >= LONGEST_LEAD).unwrap_or(paragraph.len());
    for (at, word) in words(&paragraph[..limit]) {
        if at >= until
            && starts_with_weekday(word)
            && let Some((written, length)) = read(&paragraph[at..])
        {
            until = at + length;
            let date = &paragraph[at..until];
            found.push(Dated::new(false, written, date, date));
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
    fn labels_give_their_number() {
        for (line, number) in [
            ("Communiqué de presse n° 45/2026", Some("45/2026")),
            ("**COMMUNIQUÉ N° 12**", Some("12")),
            ("بلاغ صحفي رقم 3", Some("3")),
            ("Communiqué de presse n° 45/2026 – Rabat, le 3 mars 2026", Some("45/2026")),
            ("Communiqué 12", None),
            ("Communiqué", None),
        ] {
            assert_eq!(number_of(line), number, "{line}");
        }
        assert!(announces("COMMUNIQUÉ N° 12") && !announces("Bureau politique"));
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

    fn day(dated: &Dated) -> String {
        dated.day.as_ref().map_or_else(|unreal| format!("({})", unreal.text), ToString::to_string)
    }

    #[track_caller]
    fn says(text: &str, expected: &[&str]) {
        let found: Vec<String> =
            dated(text).into_iter().map(|dated| format!("{} {}", day(&dated), dated.says)).collect();
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
        says(
            "Communiqué n° 12 – Rabat, le 3 mars 2026\n\nTitre\n\nLe parti.",
            &["2026-03-03 the dateline says « Rabat, le 3 mars 2026 »"],
        );
        says(
            "Parti\n\nCommuniqué\n\nTitre\n\nRabat, le 3 mars 2026 – Le parti.",
            &["2026-03-03 the dateline says « Rabat, le 3 mars 2026 »"],
        );
        says(
            "Rabat, le 31 février 2026 – Le parti.",
            &[
                "(le 31 février 2026) the dateline says « Rabat, le 31 février 2026 », but February 2026 has 28 days, not 31",
            ],
        );
        says(
            "Rabat, mardi 27 novembre 2026\n\nLe parti.",
            &[
                "(mardi 27 novembre 2026) the dateline says « Rabat, mardi 27 novembre 2026 », but 27 November 2026 is a Friday",
            ],
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
