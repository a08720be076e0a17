//! Lines that forbid to publish a text before an instant: « Sous embargo jusqu’au … ».
//!
//! Where the instant is doubtful none is read, which `import` makes a draft of; a build holds to the latest
//! that it may mean (`life.rs`): what is published too early cannot be called back.

use std::ops::Range;
use std::sync::LazyLock;

use jiff::tz::TimeZone;
use memchr::memmem::Finder;

use crate::text::fold::fold;

use super::date::{Moment, Written, parse, parse_prefix, starts_with_weekday};

/// Such a line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Notice {
    /// In the text, with what parts it from the rest.
    pub range: Range<usize>,
    pub says: String,
    pub until: Until,
    /// The latest instant that it may mean, where a day can be read.
    pub latest: Option<Moment>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Until {
    Moment(Moment),
    /// Something is said that cannot be read.
    Unclear,
    /// « Sous embargo », and no more.
    Unsaid,
}

/// Lines that are not blank at the top of a text and at its end that may be notices.
const TOP: usize = 8;
const END: usize = 3;
/// Words of the longest notice without a date that can be read: a longer line is a sentence.
const LONGEST: usize = 25;
/// Words of what is a text of its own behind a dash, and no more about the embargo.
const SHORTEST_TEXT: usize = 4;

/// Words that begin a notice, folded; the longest first where one begins like another.
const OPENINGS: [(&str, Opening); 49] = [
    ("sous embargo", Opening::Sure),
    ("embargo leve", Opening::Sure),
    ("embargo lifts", Opening::Sure),
    ("embargo ends", Opening::Sure),
    ("embargo", Opening::Word),
    ("respecter l embargo", Opening::Sure),
    ("respecter cet embargo", Opening::Sure),
    ("respect the embargo", Opening::Sure),
    ("levee de l embargo", Opening::Sure),
    ("levee d embargo", Opening::Sure),
    ("fin de l embargo", Opening::Sure),
    ("fin d embargo", Opening::Sure),
    ("ne pas diffuser", Opening::Sure),
    ("ne pas publier", Opening::Sure),
    ("a ne pas diffuser", Opening::Sure),
    ("a ne pas publier", Opening::Sure),
    ("diffusion interdite", Opening::Sure),
    ("publication interdite", Opening::Sure),
    ("interdit de diffusion", Opening::Sure),
    ("interdit de publication", Opening::Sure),
    ("interdit a la publication", Opening::Sure),
    ("interdit a la diffusion", Opening::Sure),
    ("diffusion autorisee", Opening::WithDate),
    ("publication autorisee", Opening::WithDate),
    ("a diffuser", Opening::WithDate),
    ("a publier", Opening::WithDate),
    ("embargoed", Opening::Sure),
    ("under embargo", Opening::Sure),
    ("under strict embargo", Opening::Sure),
    ("not for release", Opening::Sure),
    ("not for publication", Opening::Sure),
    ("not for broadcast", Opening::Sure),
    ("do not publish", Opening::Sure),
    ("do not release", Opening::Sure),
    ("hold for release", Opening::Sure),
    ("for release", Opening::WithDate),
    ("محظور النشر", Opening::Sure),
    ("النشر محظور", Opening::Sure),
    ("حظر النشر", Opening::Sure),
    ("حظر نشر", Opening::Sure),
    ("يحظر النشر", Opening::Sure),
    ("يحظر نشره", Opening::Sure),
    ("ممنوع النشر", Opening::Sure),
    ("يمنع النشر", Opening::Sure),
    ("لا ينشر", Opening::Sure),
    ("غير قابل للنشر", Opening::Sure),
    ("تحت الحظر", Opening::Sure),
    ("تحت حظر النشر", Opening::Sure),
    ("للنشر", Opening::WithDate),
];

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Opening {
    /// Nothing else begins so.
    Sure,
    /// Also a word of other lines: « Embargo sur les armes ».
    Word,
    /// Says when to publish, where a date follows.
    WithDate,
}

/// What may stand before an opening as a part of the notice: « Document sous embargo ».
fn leads_in(key: &str) -> bool {
    matches!(
        key,
        "communique"
            | "document"
            | "dossier"
            | "texte"
            | "discours"
            | "information"
            | "informations"
            | "contenu"
            | "de"
            | "presse"
            | "a"
            | "diffuser"
            | "strictement"
            | "strict"
            | "strictly"
            | "attention"
            | "important"
            | "merci"
            | "please"
            | "press"
            | "release"
            | "ماده"
            | "بلاغ"
            | "صحفي"
    )
}

/// Words between an opening and its date that say nothing of the date.
fn qualifies(key: &str) -> bool {
    matches!(
        key,
        "strict"
            | "stricte"
            | "absolu"
            | "total"
            | "for"
            | "release"
            | "publication"
            | "pour"
            | "diffusion"
            | "la"
            | "presse"
    )
}

fn says_until(key: &str) -> bool {
    matches!(
        key,
        "jusqu"
            | "jusque"
            | "avant"
            | "partir"
            | "until"
            | "till"
            | "before"
            | "after"
            | "حتي"
            | "الي"
            | "قبل"
            | "بعد"
            | "غايه"
            | "لغايه"
            | "ابتداء"
    )
}

fn connects(key: &str) -> bool {
    says_until(key)
        || qualifies(key)
        || matches!(
            key,
            "au" | "a"
                | "aux"
                | "le"
                | "du"
                | "de"
                | "des"
                | "on"
                | "at"
                | "the"
                | "from"
                | "of"
                | "date"
                | "يوم"
                | "في"
                | "من"
                | "تاريخ"
                | "الساعه"
                | "علي"
        )
}

/// What may follow a date and moves it nowhere.
fn is_local_time(key: &str, zone: &TimeZone) -> bool {
    let moroccan = zone.iana_name() == Some("Africa/Casablanca");
    matches!(key, "heure" | "heures" | "locale" | "local" | "time" | "precises" | "بالتوقيت" | "المحلي")
        || moroccan
            && matches!(
                key,
                "de" | "du"
                    | "maroc"
                    | "marocaine"
                    | "rabat"
                    | "casablanca"
                    | "morocco"
                    | "moroccan"
                    | "بتوقيت"
                    | "المغرب"
                    | "الرباط"
            )
}

struct Word {
    range: Range<usize>,
    key: String,
}

fn words(text: &str) -> Vec<Word> {
    let mut words: Vec<Word> = Vec::new();
    let mut start = None;
    for (at, c) in text.char_indices().chain([(text.len(), ' ')]) {
        match (c.is_alphanumeric(), start) {
            (true, None) => start = Some(at),
            (false, Some(from)) => {
                words.push(Word { range: from..at, key: fold(&text[from..at]) });
                start = None;
            }
            _ => {}
        }
    }
    words
}

/// What may stand on a line before a notice and says something of its own: a label, a dateline.
pub type IsApart = fn(&str) -> bool;

/// Parts of words, one of which every opening has, and few texts.
static STEMS: LazyLock<[Finder<'static>; 10]> = LazyLock::new(|| {
    ["embargo", "diffuser", "publier", "publish", "interdi", "autoris", "release", "not for", "نشر", "حظر"]
        .map(Finder::new)
});

/// Where a text says that it is under embargo, and the latest instant that it may mean, where that can be
/// read. Of several the latest counts, and one that can't be read after all others.
pub fn embargo(text: &str, zone: &TimeZone) -> Option<(Range<usize>, Option<Moment>)> {
    // The words of all lines of all texts are much to look at.
    let folded = text.as_bytes().to_ascii_lowercase();
    if !STEMS.iter().any(|stem| stem.find(&folded).is_some()) {
        return None;
    }
    let found = notices(text, zone, |_| false).into_iter().map(|notice| (notice.range, notice.latest));
    found.max_by_key(|(_, latest)| latest.map(|latest| latest.timestamp))
}

/// The notices at the top and at the end of a text, in their order.
pub fn notices(text: &str, zone: &TimeZone, is_apart: IsApart) -> Vec<Notice> {
    let mut lines: Vec<Range<usize>> = Vec::new();
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        if line.contains(char::is_alphanumeric) {
            lines.push(at..at + line.len());
        }
        at += line.len();
    }
    let mut found: Vec<Notice> = Vec::new();
    for (n, line) in lines.iter().enumerate() {
        let known = found.last().is_some_and(|last| last.range.end > line.start);
        if known || n >= TOP && n + END < lines.len() {
            continue;
        }
        let Some(one) = notice(&text[line.clone()], zone, is_apart) else { continue };
        // « SOUS EMBARGO⏎jusqu’au 1er décembre 2026 ».
        let both = lines.get(n + 1).filter(|_| !matches!(one.until, Until::Moment(_))).and_then(|next| {
            let goes_on = words(&text[next.clone()]).first().is_some_and(|word| says_until(&word.key));
            let cut = words(&text[line.clone()]).last().is_some_and(|word| connects(&word.key));
            let both = notice(&text[line.start..next.end], zone, is_apart)?;
            ((goes_on || cut) && matches!(both.until, Until::Moment(_))).then_some(both)
        });
        let one = both.unwrap_or(one);
        let range = line.start + one.range.start..line.start + one.range.end;
        found.push(Notice { range, ..one });
    }
    found
}

/// A line that is a notice or begins with one.
pub fn notice(line: &str, zone: &TimeZone, is_apart: IsApart) -> Option<Notice> {
    let words = words(line);
    let (first, after, kind) = opening(&words)?;
    let (stop, until, latest) = read(line, &words, first, after, kind, zone)?;
    let before = &line[..words[first].range.start];
    let before = before.trim_end_matches(|c: char| !c.is_alphanumeric());
    // « Le présent communiqué est sous embargo jusqu’au … ».
    let is_sentence = || {
        let length = words.iter().take_while(|word| word.range.start < stop).count();
        kind == Opening::Sure && latest.is_some() && length <= LONGEST
    };
    let start = match is_apart(before) {
        true => before.len(),
        false if words[..first].iter().all(|word| leads_in(&word.key)) || is_sentence() => 0,
        false => return None,
    };
    let rest = &line[stop..];
    let stop = match rest.contains(char::is_alphanumeric) {
        true => stop + rest.len() - rest.trim_start_matches(|c: char| !is_text(c)).len(),
        // Of a line that something stands on before, its end stays.
        false if start > 0 => line.trim_end_matches('\n').len(),
        false => line.len(),
    };
    let says = line[start..stop].trim_matches(|c: char| !c.is_alphanumeric() && c != ')');
    let says = if says.contains('(') { says } else { says.trim_end_matches(')') };
    let says = says.split_whitespace().collect::<Vec<_>>().join(" ");
    Some(Notice { range: start..stop, says, until, latest })
}

fn is_text(c: char) -> bool {
    c.is_alphanumeric() || "«“\"(".contains(c)
}

/// The words that open a notice: from, to, and how sure they are.
fn opening(words: &[Word]) -> Option<(usize, usize, Opening)> {
    const FAR: usize = 12;
    (0..words.len().min(FAR)).find_map(|first| {
        let matching = OPENINGS.iter().filter_map(|(phrase, kind)| {
            let mut length = 0;
            let all = phrase.split(' ').all(|part| {
                length += 1;
                words.get(first + length - 1).is_some_and(|word| word.key == part)
            });
            all.then_some((first, first + length, *kind))
        });
        matching.max_by_key(|(_, after, _)| *after)
    })
}

/// Where a notice ends in its line, and until when it holds.
fn read(
    line: &str,
    words: &[Word],
    first: usize,
    after: usize,
    kind: Opening,
    zone: &TimeZone,
) -> Option<(usize, Until, Option<Moment>)> {
    let end = words[after - 1].range.end;
    let mut next = after;
    while words.get(next).is_some_and(|word| qualifies(&word.key)) {
        next += 1;
    }
    let Some(word) = words.get(next) else {
        return (kind != Opening::WithDate).then_some((line.len(), Until::Unsaid, None));
    };
    if let Some(found) = dated(line, words, after, zone) {
        return Some(found);
    }
    let digit = |at: usize| words.get(at).is_some_and(|word| word.key.starts_with(|c: char| c.is_numeric()));
    let day = |at: usize| {
        digit(at) || words.get(at).is_some_and(|word| starts_with_weekday(&line[word.range.start..]))
    };
    let about_time = says_until(&word.key)
        || day(next)
        || connects(&word.key) && (day(next + 1) || words.get(next + 1).is_some_and(|w| says_until(&w.key)));
    let about_time = about_time && kind != Opening::WithDate && words.len() - first <= LONGEST;
    if about_time {
        let dash = [" – ", " — "].iter().filter_map(|dash| line[word.range.end..].find(dash)).min();
        let cut = dash.map(|at| word.range.end + at).filter(|at| is_text_of_its_own(words, *at));
        return Some((cut.unwrap_or(line.len()), Until::Unclear, None));
    }
    // « SOUS EMBARGO – Le parti … »: the text goes on where nothing of time was said.
    let parted = line[end..].trim_start().starts_with(['–', '—', '-', '|', ':', '.', '!', ')', ']', '*']);
    let shouted = !line[words[first].range.start..end].contains(char::is_lowercase)
        && line[end..].contains(char::is_lowercase);
    let says = match kind {
        Opening::Sure => parted,
        Opening::Word => parted && shouted,
        Opening::WithDate => false,
    };
    says.then_some((end, Until::Unsaid, None))
}

/// A moment as an instant: of a day alone, its first.
pub fn instant(moment: Moment, zone: &TimeZone) -> Moment {
    if moment.day_alone { Moment::at(moment.opens(zone), zone) } else { moment }
}

fn is_text_of_its_own(words: &[Word], from: usize) -> bool {
    words.iter().filter(|word| word.range.start >= from).count() >= SHORTEST_TEXT
}

/// The date after an opening, with its time before or behind it.
fn dated(
    line: &str,
    words: &[Word],
    after: usize,
    zone: &TimeZone,
) -> Option<(usize, Until, Option<Moment>)> {
    const FAR: usize = 12;
    let (at, written, length) = (after..words.len().min(after + FAR)).find_map(|at| {
        let (written, length) = parse_prefix(&line[words[at].range.start..])?;
        Some((at, written, length))
    })?;
    let end = words[at].range.start + length;
    // Whatever is doubtful of the time, it is over with that day.
    let at_latest = written.resolve(zone).ok().map(|moment| {
        let over = Moment { day_alone: true, ..moment }.closes(zone);
        Moment::at(over, zone)
    });
    let mut between = &words[after..at];
    while between.first().is_some_and(|word| connects(&word.key)) {
        between = &between[1..];
    }
    while between.last().is_some_and(|word| connects(&word.key)) {
        between = &between[..between.len() - 1];
    }
    // « until 10:00 on 1 December 2026 ».
    let written = match (between, written) {
        ([], written) => Some(written),
        ([first, .., last], Written::Day(day)) => {
            parse(&format!("{day} à {}", &line[first.range.start..last.range.end])).ok()
        }
        ([only], Written::Day(day)) => parse(&format!("{day} à {}", &line[only.range.clone()])).ok(),
        _ => None,
    };
    let (until, latest) = match written.map(|written| written.resolve(zone)) {
        Some(Ok(moment)) => (Until::Moment(instant(moment, zone)), Some(instant(moment, zone))),
        _ => (Until::Unclear, at_latest),
    };
    let mut rest = words.iter().skip_while(|word| word.range.start < end).peekable();
    let mut stop = end;
    while let Some(word) = rest.next_if(|word| is_local_time(&word.key, zone)) {
        stop = word.range.end;
    }
    let Some(next) = rest.peek() else {
        return Some((line.len(), until, latest));
    };
    // What follows is a text of its own, or says more of the time than can be read.
    let gap =
        line[stop..next.range.start].trim_start_matches([')', ']', '*', '_', ' ', '\u{a0}', '\u{202f}']);
    let parted = gap.starts_with(['–', '—', '-', '|', '.', '\n', '!']);
    let of_time = next.key.starts_with(|c: char| c.is_numeric())
        || matches!(
            next.key.as_str(),
            "heure" | "heures" | "gmt" | "utc" | "h" | "inclus" | "minuit" | "midi"
        );
    if parted && !of_time && is_text_of_its_own(words, stop) {
        return Some((stop, until, latest));
    }
    (words.len() <= LONGEST).then_some((line.len(), Until::Unclear, at_latest))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn zone() -> TimeZone {
        TimeZone::get("Africa/Casablanca").unwrap()
    }

    #[track_caller]
    fn until(line: &str) -> String {
        match notice(line, &zone(), is_apart) {
            None => "none".into(),
            Some(Notice { until: Until::Moment(moment), .. }) => moment.rfc3339(),
            Some(Notice { until, .. }) => format!("{until:?}"),
        }
    }

    fn is_apart(line: &str) -> bool {
        ["COMMUNIQUÉ DE PRESSE", "Rabat, le 27 novembre 2026"].contains(&line)
    }

    /// A local time with the offset that the zone has then.
    fn at(local: &str) -> String {
        parse(local).unwrap().resolve(&zone()).unwrap().rfc3339()
    }

    #[test]
    fn instants_are_read_in_three_languages() {
        for line in [
            "SOUS EMBARGO JUSQU’AU 1er décembre 2026 à 10 h",
            "**Sous embargo** jusqu'au mardi 1er décembre 2026, 10h00.",
            "(Sous embargo jusqu’au 1er décembre 2026 à 10\u{a0}h)",
            "EMBARGO : mardi 1er décembre 2026, 10h00",
            "Embargo 1er décembre 2026 à 10 h, heure de Rabat",
            "Embargo strict jusqu’à 10 h le 1er décembre 2026",
            "Document sous embargo jusqu'au 1er décembre 2026 à 10h00 (heure locale)",
            "Ne pas diffuser avant le 1er décembre 2026 à 10 h",
            "À ne pas publier avant le mardi 1er décembre 2026 à 10 heures.",
            "Levée de l’embargo : 1er décembre 2026 à 10 h",
            "À diffuser à partir du 1er décembre 2026 à 10 h",
            "Embargoed until 1 December 2026, 10:00",
            "EMBARGOED UNTIL 10:00 ON TUESDAY 1 DECEMBER 2026",
            "Embargoed for release until December 1, 2026, 10:00",
            "Not for release before 1 December 2026 at 10:00",
            "محظور النشر حتى 1 دجنبر 2026 على الساعة 10:00",
            "حظر النشر إلى غاية يوم الثلاثاء فاتح دجنبر 2026 على الساعة 10:00",
            "لا ينشر قبل 1 دجنبر 2026، 10:00",
        ] {
            assert_eq!(until(line), at("2026-12-01 10:00"), "{line}");
        }
        assert_eq!(until("Sous embargo jusqu’au 1er décembre 2026"), at("2026-12-01 00:00"));
        // As it was written.
        assert_eq!(until("Embargoed until 10:00 GMT+5 on 1 December 2026"), "2026-12-01T10:00:00+05:00");
    }

    #[test]
    fn what_cannot_be_read_is_no_instant() {
        for line in [
            "Sous embargo jusqu’à mardi 10 h",
            "EMBARGO : mardi 10 h",
            "Sous embargo jusqu’au discours du secrétaire général",
            "Sous embargo jusqu’au mercredi 1er décembre 2026 à 10 h",
            "Sous embargo jusqu’au 31 novembre 2026",
            "Sous embargo jusqu’au 1er décembre 2026 inclus",
            "Sous embargo jusqu’au 1er décembre 2026 à midi",
            "Sous embargo jusqu’au 1er décembre 2026 à 25 h",
            "Sous embargo jusqu’au 1er décembre 2026 à 10 h, heure de Paris",
            "Embargoed until 10:00 am on 1 December 2026",
            "Embargoed until 1 December 2026, 10:00 pm",
            "محظور النشر حتى 1 دجنبر 2026 على الساعة العاشرة صباحا",
        ] {
            assert_eq!(until(line), "Unclear", "{line}");
        }
        for line in ["SOUS EMBARGO", "*** EMBARGO ***", "Ne pas diffuser !", "تحت الحظر", "Embargo strict"]
        {
            assert_eq!(until(line), "Unsaid", "{line}");
        }
    }

    #[test]
    fn each_opening_is_seen_in_a_text() {
        for (phrase, _) in OPENINGS {
            for line in
                [format!("{phrase} 1 décembre 2026"), format!("{} : 1 DÉCEMBRE 2026", phrase.to_uppercase())]
            {
                let text = format!("Un titre\n\n{line}\n\nLe texte.\n");
                let found = embargo(&text, &zone()).unwrap_or_else(|| panic!("{line}"));
                assert_eq!(found.1.map(|latest| latest.rfc3339()), Some(at("2026-12-01 00:00")), "{line}");
            }
        }
    }

    #[test]
    fn other_lines_are_none() {
        for line in [
            "Embargo sur les armes : le parti exige une décision",
            "Embargo : le parti demande sa levée",
            "Gaza sous embargo",
            "Sous embargo depuis dix ans, l’île manque de tout",
            "Le parti dénonce l’embargo jusqu’au 1er décembre 2026",
            "حظر النشر في القضايا الجارية",
            "For immediate release",
            "À publier",
            "Le parti présente son programme",
            "",
        ] {
            assert_eq!(until(line), "none", "{line}");
        }
    }

    #[track_caller]
    fn left(text: &str, rest: &str, says: &[&str]) {
        let found = notices(text, &zone(), is_apart);
        let mut kept = text.to_owned();
        found.iter().rev().for_each(|notice| kept.replace_range(notice.range.clone(), ""));
        assert_eq!(kept, rest, "{text}");
        assert_eq!(found.iter().map(|notice| notice.says.as_str()).collect::<Vec<_>>(), says, "{text}");
    }

    #[test]
    fn a_notice_goes_and_what_stands_beside_it_stays() {
        left("SOUS EMBARGO\n\nLe parti.\n", "\nLe parti.\n", &["SOUS EMBARGO"]);
        left(
            "SOUS EMBARGO\nJusqu’au 1er décembre 2026 à 10 h\n\nLe parti.\n",
            "\nLe parti.\n",
            &["SOUS EMBARGO Jusqu’au 1er décembre 2026 à 10 h"],
        );
        left(
            "SOUS EMBARGO\n\nRabat, le 27 novembre 2026\n\nLe parti.\n",
            "\nRabat, le 27 novembre 2026\n\nLe parti.\n",
            &["SOUS EMBARGO"],
        );
        left(
            "Sous embargo jusqu’au 1er décembre 2026 à 10 h – Le parti présente son programme\n\nLe parti.",
            "Le parti présente son programme\n\nLe parti.",
            &["Sous embargo jusqu’au 1er décembre 2026 à 10 h"],
        );
        left(
            "SOUS EMBARGO – Le parti présente\n\nLe parti.",
            "Le parti présente\n\nLe parti.",
            &["SOUS EMBARGO"],
        );
        left(
            "COMMUNIQUÉ DE PRESSE (SOUS EMBARGO)\n\nLe parti.",
            "COMMUNIQUÉ DE PRESSE\n\nLe parti.",
            &["SOUS EMBARGO"],
        );
        let long = "Un.\n\n".repeat(20);
        left(&format!("{long}Embargo : 1er décembre 2026\n"), &long, &["Embargo : 1er décembre 2026"]);
        left(&format!("{long}Sous embargo\n\n{long}"), &format!("{long}Sous embargo\n\n{long}"), &[]);
    }
}
