//! Reads dates in the orders and words of French, Arabic and English.

use jiff::civil::{Date, Time};
use jiff::tz::Offset;

use super::Written;
use super::words::{Cursor, glyphs, month_name, weekday_name};

const EXPECTED: &str = "expected a day such as 2026-03-12 or 12 mars 2026";

/// Reads a text that is a date and nothing else; the error is fit for a diagnostic's label.
pub fn parse(text: &str) -> Result<Written, String> {
    let (glyphs, complete) = glyphs(text.trim());
    let mut start = Cursor { glyphs: &glyphs, at: 0 };
    start.spaces();
    if start.peek().is_none() || !complete {
        return Err(EXPECTED.into());
    }
    let (written, mut rest) = written(start, true).map_err(|refusal| refusal.reason)?;
    rest.spaces();
    match rest.peek() {
        None => Ok(written),
        Some(_)
            if rest
                .word()
                .is_some_and(|w| matches!(w.as_str(), "am" | "pm" | "a" | "p" | "صباحا" | "مساء")) =>
        {
            Err("a time is written on the 24-hour clock, such as 18:30".into())
        }
        Some(_) => Err("there is more text after the date".into()),
    }
}

/// The longest date that `text` starts with, and its length in bytes.
pub fn parse_prefix(text: &str) -> Option<(Written, usize)> {
    let (glyphs, _) = glyphs(text);
    let (written, rest) = written(Cursor { glyphs: &glyphs, at: 0 }, false).ok()?;
    let last = rest.at.checked_sub(1).and_then(|at| glyphs.get(at))?;
    Some((written, last.end))
}

/// Why no calendar has the day that `text` starts with, « 31 février 2026 » or « mardi 12 mars
/// 2026 », and its length in bytes.
pub fn unreal_prefix(text: &str) -> Option<(String, usize)> {
    let (glyphs, _) = glyphs(text);
    let Refusal { reason, unreal } = date(Cursor { glyphs: &glyphs, at: 0 }).err()?;
    let end = unreal.filter(|end| Cursor { glyphs: &glyphs, at: *end }.ends_a_word())?;
    Some((reason, glyphs.get(end.checked_sub(1)?)?.end))
}

/// The length in bytes of the month that `text` starts with: a date that lacks its day.
pub fn parse_month_prefix(text: &str) -> Option<usize> {
    let (glyphs, _) = glyphs(text);
    let (_, rest) = month_alone(Cursor { glyphs: &glyphs, at: 0 })?;
    let last = rest.at.checked_sub(1).and_then(|at| glyphs.get(at))?;
    Some(last.end)
}

/// The month, as `2018-04`, that is all of a text.
pub fn parse_month(text: &str) -> Option<String> {
    let (glyphs, complete) = glyphs(text.trim());
    let ((year, month), rest) = month_alone(Cursor { glyphs: &glyphs, at: 0 })?;
    (complete && rest.peek().is_none()).then(|| format!("{year}-{month:02}"))
}

/// Whether `text` starts with a day of the week.
pub fn starts_with_weekday(text: &str) -> bool {
    let (glyphs, _) = glyphs(text);
    let mut at = Cursor { glyphs: &glyphs, at: 0 };
    if at.eat_word(&["le", "on", "يوم"]) {
        at.spaces();
    }
    at.weekday().is_some()
}

/// `2018-04`, `04/2018`, `avril 2018`: year, month, and what follows.
fn month_alone(mut at: Cursor<'_>) -> Option<((u32, u32), Cursor<'_>)> {
    let start = at;
    let is_separator = |c: char| matches!(c, '-' | '/' | '.');
    let found = match at.number() {
        Some((year, 4)) => {
            at.eat(is_separator)?;
            (year, at.small()?)
        }
        Some((month, 1 | 2)) => {
            at.eat(is_separator)?;
            (year(&mut at).ok()?, month)
        }
        Some(_) => return None,
        None => {
            at = start;
            let month = at.month()?;
            at.skip(|c| matches!(c, ' ' | ','));
            (year(&mut at).ok()?, month.unsigned_abs().into())
        }
    };
    let mut ahead = at;
    let goes_on = ahead.eat(is_separator).is_some() && ahead.number().is_some();
    let sound = civil(found.0, found.1, 1).is_ok();
    (sound && at.ends_a_word() && !goes_on).then_some((found, at))
}

type Read<'a, T> = Result<(T, Cursor<'a>), Refusal>;

/// Why something is no date.
struct Refusal {
    reason: String,
    /// Where it ends, if it has the form of a day that does not exist.
    unreal: Option<usize>,
}

impl From<String> for Refusal {
    fn from(reason: String) -> Self {
        Self { reason, unreal: None }
    }
}

impl From<&str> for Refusal {
    fn from(reason: &str) -> Self {
        reason.to_owned().into()
    }
}

/// A date and perhaps a time. Where not `strict`, what is no time is left to the text that follows.
fn written(start: Cursor<'_>, strict: bool) -> Read<'_, Written> {
    let (date, rest) = date(start)?;
    match time(rest) {
        Ok(Some((time, offset, rest))) if rest.ends_a_word() => {
            let local = date.to_datetime(time);
            let written = match offset {
                Some(offset) => Written::Instant { local, offset },
                None => Written::Local(local),
            };
            return Ok((written, rest));
        }
        Err(reason) if strict => return Err(reason.into()),
        _ => {}
    }
    if rest.ends_a_word() { Ok((Written::Day(date), rest)) } else { Err(EXPECTED.into()) }
}

fn date(mut start: Cursor<'_>) -> Read<'_, Date> {
    if start.eat_word(&["le", "on", "يوم", "في", "بتاريخ"]) {
        start.spaces();
    }
    let mut after = start;
    let Some(weekday) = after.weekday() else {
        return day(start);
    };
    match day(after) {
        Ok((date, rest)) if date.weekday() != weekday => {
            let (day, month, year) = (date.day(), month_name(date.month()), date.year());
            let reason = format!("{day} {month} {year} is a {}", weekday_name(date.weekday()));
            Err(Refusal { reason, unreal: Some(rest.at) })
        }
        Ok(found) => Ok(found),
        // « mar » is a Tuesday and a March.
        Err(reason) => day(start).map_err(|_| reason),
    }
}

fn day(mut at: Cursor<'_>) -> Read<'_, Date> {
    if at.eat_word(&["premier", "فاتح"]) {
        at.spaces();
        return month_and_year(1, at);
    }
    let start = at;
    match at.number() {
        Some((year, 4)) => year_first(year, at),
        Some((day, 1 | 2)) => day_first(day, at),
        Some((number, 6 | 8)) => {
            Err(format!("{number} can be read in several ways: write it as 2026-03-12").into())
        }
        Some(_) => Err(EXPECTED.into()),
        None => month_first(start),
    }
}

fn year_first(year: u32, mut at: Cursor<'_>) -> Read<'_, Date> {
    let separator = at.eat(|c| matches!(c, '-' | '/' | '.'));
    let Some(month) = separator.and_then(|_| at.small()) else {
        return Err(format!("a month and a day are missing: expected a day such as {year}-03-12").into());
    };
    if at.eat(|c| Some(c) == separator).is_none() {
        return Err(match month {
            1..=12 => format!("a day is missing: expected a day such as {year}-{month:02}-12").into(),
            _ => format!("month {month} does not exist").into(),
        });
    }
    let day = at.small().ok_or(EXPECTED)?;
    existing(year, month, day, at)
}

fn day_first(day: u32, mut at: Cursor<'_>) -> Read<'_, Date> {
    let mut numeric = at;
    numeric.spaces();
    if let Some(separator) = numeric.eat(|c| matches!(c, '-' | '/' | '.')) {
        numeric.spaces();
        let mut ahead = numeric;
        if let (1..=12, Some((year, 4))) = (day, ahead.number()) {
            return Err(format!("a day is missing: expected a day such as {year}-{day:02}-12").into());
        }
        if let Some(month) = numeric.small() {
            numeric.spaces();
            if numeric.eat(|c| c == separator).is_none() {
                return Err(EXPECTED.into());
            }
            numeric.spaces();
            let year = year(&mut numeric)?;
            if month > 12 && day <= 12 {
                return Err(format!("month {month} does not exist: the day comes first").into());
            }
            return existing(year, month, day, numeric);
        }
    }
    let mut ordinal = at;
    ordinal.spaces();
    if ordinal.eat_word(&["er", "st", "nd", "rd", "th"]) {
        at = ordinal;
    }
    at.skip(|c| matches!(c, ' ' | '-' | '/' | '.'));
    if at.eat_word(&["de", "of", "من", "شهر"]) {
        at.spaces();
    }
    month_and_year(day, at)
}

fn month_and_year(day: u32, mut at: Cursor<'_>) -> Read<'_, Date> {
    let month = at.month().ok_or(EXPECTED)?;
    at.skip(|c| matches!(c, ' ' | ',' | '-' | '/'));
    let year = year(&mut at)?;
    existing(year, month.unsigned_abs().into(), day, at)
}

fn month_first(mut at: Cursor<'_>) -> Read<'_, Date> {
    let month = at.month().ok_or(EXPECTED)?;
    at.spaces();
    let mut ahead = at;
    if let Some((year, 4)) = ahead.number() {
        return Err(format!("a day is missing: expected a day such as {year}-{month:02}-12").into());
    }
    let day = at.small().ok_or(EXPECTED)?;
    at.eat_word(&["st", "nd", "rd", "th"]);
    at.skip(|c| matches!(c, ' ' | ','));
    let year = year(&mut at)?;
    existing(year, month.unsigned_abs().into(), day, at)
}

fn year(at: &mut Cursor<'_>) -> Result<u32, String> {
    match at.number() {
        Some((year, 4)) => Ok(year),
        Some(_) => Err("a year has four digits".into()),
        None => Err("a year is missing: expected a day such as 2026-03-12".into()),
    }
}

/// A day that was read up to `at`.
fn existing(year: u32, month: u32, day: u32, at: Cursor<'_>) -> Read<'_, Date> {
    match civil(year, month, day) {
        Ok(date) => Ok((date, at)),
        Err(reason) => Err(Refusal { reason, unreal: Some(at.at) }),
    }
}

fn civil(year: u32, month: u32, day: u32) -> Result<Date, String> {
    if !(1900..=2200).contains(&year) {
        return Err(format!("the year {year} is not between 1900 and 2200"));
    }
    if !(1..=12).contains(&month) {
        return Err(format!("month {month} does not exist"));
    }
    let (Ok(y), Ok(m), Ok(d)) = (i16::try_from(year), i8::try_from(month), i8::try_from(day)) else {
        return Err(EXPECTED.into());
    };
    Date::new(y, m, d).map_err(|_| match Date::new(y, m, 1) {
        Ok(first) => format!("{} {year} has {} days, not {day}", month_name(m), first.days_in_month()),
        Err(_) => EXPECTED.into(),
    })
}

type Clock<'a> = Option<(Time, Option<Offset>, Cursor<'a>)>;

/// The time after a date, if one follows; an error where it is a time that does not exist.
fn time(mut at: Cursor<'_>) -> Result<Clock<'_>, String> {
    let attached = at.eat(|c| c == 't').is_some();
    let mut introduced = false;
    if !attached {
        if !at.skip(|c| matches!(c, ' ' | ',' | '-')) {
            return Ok(None);
        }
        introduced = at.eat_word(&["a", "at", "علي"]);
        at.spaces();
        introduced |= at.eat_word(&["الساعه"]);
        at.spaces();
    }
    let Some(hour) = at.small() else { return Ok(None) };
    let (mut minute, mut second, mut nano) = (0, 0, 0);
    if at.eat(|c| c == ':').is_some() {
        let Some(read) = at.two_digits() else { return Ok(None) };
        minute = read;
        let mut ahead = at;
        if ahead.eat(|c| c == ':').is_some()
            && let Some(read) = ahead.two_digits()
        {
            second = read;
            at = ahead;
            nano = fraction(&mut at);
        }
    } else {
        at.spaces();
        let hours: &[&str] = if introduced { &["h", "heure", "heures"] } else { &["h"] };
        if !at.eat_word(hours) {
            return Ok(None);
        }
        let mut ahead = at;
        ahead.spaces();
        if let Some(read) = ahead.two_digits() {
            minute = read;
            ahead.eat_word(&["min", "mn"]);
            at = ahead;
        }
    }
    if hour > 23 || minute > 59 || second > 59 {
        return Err(format!("the time {hour:02}:{minute:02}:{second:02} does not exist"));
    }
    let narrow = |n: u32| i8::try_from(n).unwrap_or_default();
    let time = Time::new(narrow(hour), narrow(minute), narrow(second), nano).map_err(|e| e.to_string())?;
    let (offset, at) = offset(at)?;
    Ok(Some((time, offset, at)))
}

/// Nanoseconds from a decimal fraction; finer digits are dropped.
fn fraction(at: &mut Cursor<'_>) -> i32 {
    let mut ahead = *at;
    if ahead.eat(|c| matches!(c, '.' | ',')).is_none() || !ahead.peek().is_some_and(|c| c.is_ascii_digit()) {
        return 0;
    }
    let (mut nano, mut unit) = (0, 100_000_000);
    while let Some(digit) = ahead.peek().and_then(|c| c.to_digit(10)) {
        nano += i32::try_from(digit).unwrap_or_default() * unit;
        unit /= 10;
        ahead.at += 1;
    }
    *at = ahead;
    nano
}

fn offset(start: Cursor<'_>) -> Result<(Option<Offset>, Cursor<'_>), String> {
    let mut at = start;
    let spaced = at.spaces();
    let mut named = at;
    if named.eat_word(&["z"]) {
        return Ok((Some(Offset::UTC), named));
    }
    let mut universal = false;
    if named.eat_word(&["gmt", "utc"]) {
        universal = true;
        at = named;
    }
    let at_sign = at;
    let nothing = if universal { (Some(Offset::UTC), at_sign) } else { (None, start) };
    let Some(sign) = at.eat(|c| matches!(c, '+' | '-')) else { return Ok(nothing) };
    let Some((number, digits)) = at.number() else { return Ok(nothing) };
    let (hours, minutes) = match digits {
        4 => (number / 100, number % 100),
        1 | 2 => {
            let mut ahead = at;
            if ahead.eat(|c| c == ':').is_some()
                && let Some(minutes) = ahead.two_digits()
            {
                at = ahead;
                (number, minutes)
            } else if universal || (!spaced && digits == 2) {
                (number, 0)
            } else {
                // A dash and a number after a space begin a text.
                return Ok(nothing);
            }
        }
        _ => return Ok(nothing),
    };
    if !at.ends_a_word() {
        return Ok(nothing);
    }
    let missing = || format!("the offset {sign}{hours:02}:{minutes:02} does not exist");
    if hours > 23 || minutes > 59 {
        return Err(missing());
    }
    let seconds = i32::try_from(hours * 3600 + minutes * 60).map_err(|_| missing())?;
    let seconds = if sign == '-' { -seconds } else { seconds };
    Ok((Some(Offset::from_seconds(seconds).map_err(|_| missing())?), at))
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    #[track_caller]
    fn day(text: &str) {
        assert_eq!(parse(text), Ok(Written::Day(date(2026, 3, 12))), "{text:?}");
    }

    #[track_caller]
    fn local(text: &str) {
        assert_eq!(parse(text), Ok(Written::Local(date(2026, 3, 12).at(10, 30, 0, 0))), "{text:?}");
    }

    #[track_caller]
    fn instant(text: &str, seconds: i32) {
        let local = date(2026, 3, 12).at(10, 30, 0, 0);
        let offset = Offset::from_seconds(seconds).unwrap();
        assert_eq!(parse(text), Ok(Written::Instant { local, offset }), "{text:?}");
    }

    #[track_caller]
    fn refused(text: &str, reason: &str) {
        let found = parse(text).unwrap_err();
        assert!(found.contains(reason), "{text:?}: {found}");
    }

    #[test]
    fn days() {
        for text in [
            "2026-03-12",
            " 2026-3-12 ",
            "2026/03/12",
            "12/03/2026",
            "12-03-2026",
            "12.03.2026",
            "12 / 03 / 2026",
            "12 mars 2026",
            "12 MARS 2026",
            "12 mar. 2026",
            "jeudi 12 mars 2026",
            "Jeudi, 12 mars 2026",
            "jeu. 12 mars 2026",
            "le 12 mars 2026",
            "le jeudi 12 mars 2026",
            "12-mars-2026",
            "12 March 2026",
            "March 12, 2026",
            "March 12th, 2026",
            "Mar 12 2026",
            "Thursday, March 12, 2026",
            "12 مارس 2026",
            "الخميس 12 مارس 2026",
            "الخميس، 12 مارس 2026",
            "يوم الخميس 12 مارس 2026",
            "١٢ مارس ٢٠٢٦",
            "۱۲ آذار ۲۰۲۶",
            "12 آذار/مارس 2026",
            "12 مارس/ آذار 2026",
            "١٢/٠٣/٢٠٢٦",
            "12\u{a0}mars\u{202f}2026",
            "\u{200f}12 مـــارس 2026\u{200f}",
            "2026\u{2011}03\u{2011}12",
        ] {
            day(text);
        }
    }

    #[test]
    fn every_month_in_every_tradition() {
        let read = |text: &str| match parse(text) {
            Ok(Written::Day(day)) => day.month(),
            other => panic!("{text}: {other:?}"),
        };
        for names in [
            "يناير فبراير مارس أبريل ماي يونيو يوليوز غشت شتنبر أكتوبر نونبر دجنبر",
            "يناير فبراير مارس ابريل مايو يونيو يوليو أغسطس سبتمبر أكتوبر نوفمبر ديسمبر",
            "كانون_الثاني شباط آذار نيسان أيار حزيران تموز آب أيلول تشرين_الأول تشرين_الثاني كانون_الأول",
            "janvier fevrier mars avril mai juin juillet aout septembre octobre novembre decembre",
            "JANVIER FÉVRIER MARS AVRIL MAI JUIN JUILLET AOÛT SEPTEMBRE OCTOBRE NOVEMBRE DÉCEMBRE",
            "janv. févr. mar. avr. mai juin juil. août sept. oct. nov. déc.",
            "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec",
        ] {
            for (month, name) in (1..).zip(names.split(' ')) {
                assert_eq!(read(&format!("7 {} 2026", name.replace('_', " "))), month);
            }
        }
        assert_eq!(parse("٢١ شتنبر ٢٠٢١"), Ok(Written::Day(date(2021, 9, 21))));
        assert_eq!(parse("1er aou\u{302}t 2026"), Ok(Written::Day(date(2026, 8, 1))));
        assert_eq!(parse("1ᵉʳ août 2026"), Ok(Written::Day(date(2026, 8, 1))));
        assert_eq!(parse("mar. 10 mars 2026"), Ok(Written::Day(date(2026, 3, 10))));
        assert_eq!(parse("فاتح ماي 2026"), Ok(Written::Day(date(2026, 5, 1))));
    }

    #[test]
    fn times() {
        for text in [
            "2026-03-12T10:30",
            "2026-03-12 10:30:00",
            "12 mars 2026 à 10h30",
            "12 mars 2026 à 10 h 30",
            "12 mars 2026, 10:30",
            "12/03/2026 10:30",
            "الخميس 12 مارس 2026 على الساعة 10:30",
            "12 mars 2026 - 10:30",
            "12 mars 2026 a\u{300} 10\u{a0}h\u{a0}30",
        ] {
            local(text);
        }
        instant("2026-03-12T10:30:00Z", 0);
        instant("2026-03-12T10:30+01:00", 3600);
        instant("2026-03-12 10:30:00 +0100", 3600);
        instant("2026-03-12 10:30:00 \u{2212}05:30", -(5 * 3600 + 1800));
        instant("2026-03-12 10:30 GMT+1", 3600);
        instant("2026-03-12T10:30+01", 3600);
        let precise = date(2026, 3, 12).at(10, 30, 0, 125_000_000);
        assert_eq!(parse("2026-03-12T10:30:00.125"), Ok(Written::Local(precise)));
        assert_eq!(parse("2026-03-12T10:30:00.12500000099999"), Ok(Written::Local(precise)));
        assert_eq!(parse("12 mars 2026 à 9h"), Ok(Written::Local(date(2026, 3, 12).at(9, 0, 0, 0))));
    }

    #[test]
    fn reasons() {
        refused("", "expected a day");
        refused("bientôt", "expected a day");
        refused("20260312", "several ways");
        refused("2018-04", "a day is missing: expected a day such as 2018-04-12");
        refused("04/2018", "a day is missing: expected a day such as 2018-04-12");
        refused("avril 2018", "a day is missing: expected a day such as 2018-04-12");
        refused("2018", "a month and a day are missing");
        refused("12 mars", "a year is missing");
        refused("12/03/26", "four digits");
        refused("2026-13-01", "month 13 does not exist");
        refused("2026-13", "month 13 does not exist");
        refused("03/25/2026", "the day comes first");
        refused("30 février 2026", "February 2026 has 28 days, not 30");
        refused("2026-02-29", "has 28 days");
        refused("mercredi 12 mars 2026", "12 March 2026 is a Thursday");
        refused("الجمعة 12 مارس 2026", "12 March 2026 is a Thursday");
        refused("12 mars 1789", "1789 is not between 1900 and 2200");
        refused("2026-03-12 25:00", "the time 25:00:00 does not exist");
        refused("2026-03-12 10:30 pm", "24-hour clock");
        refused("2026-03-12T10:30+26:00", "offset +26:00");
        refused("2026-03-12 Rabat", "more text after the date");
        refused("2026-03-123", "expected");
        refused(&"1".repeat(100_000), "expected");
        refused("2026-03-12\nle parti", "expected");
    }

    #[test]
    fn a_prefix_ends_where_the_date_ends() {
        for (date, rest) in [
            ("2026-03-12", " Le bureau s'est réuni."),
            ("2026-03-12", " 10 membres élus"),
            ("2026-03-12", " -12 degrés"),
            ("2026-03-12", ""),
            ("2026-03-12", "\nTexte"),
            ("12 mars 2026", ". Le bureau"),
            ("12 mars 2026", " à Rabat"),
            ("12 mars 2026 à 18h30", ", à Rabat"),
            ("2026-03-12T10:30:00+01:00", " Le bureau"),
            ("2026-03-12 10:30", " -12 degrés"),
            ("12 مارس 2026\u{200f}", " عقد الحزب"),
            ("2026-03-12", " 25:61"),
        ] {
            let text = format!("{date}{rest}");
            assert_eq!(parse_prefix(&text).map(|(_, length)| &text[..length]), Some(date), "{text:?}");
        }
        for text in ["", "Le bureau", "2026-03-12abc", "2026-03", "mercredi 12 mars 2026 Le bureau", "99"] {
            assert_eq!(parse_prefix(text), None, "{text:?}");
        }
    }

    #[test]
    fn a_day_that_does_not_exist_is_told_with_its_end() {
        for (date, rest, reason) in [
            ("31 février 2026", " – Le parti", "28 days, not 31"),
            ("le mardi 12 mars 2026", ", à Fès", "12 March 2026 is a Thursday"),
            ("32/01/2026", "", "31 days, not 32"),
            ("2026-02-30", " Le", "28 days"),
        ] {
            let (told, length) = unreal_prefix(&format!("{date}{rest}")).unwrap();
            assert_eq!((length, told.contains(reason)), (date.len(), true), "{date}: {told}");
        }
        for text in ["12 mars 2026", "mars 2026", "Le parti", "2026-02-30x", "31 février"] {
            assert_eq!(unreal_prefix(text), None, "{text}");
        }
    }

    #[test]
    fn no_mutation_of_a_date_panics() {
        let seeds =
            ["jeudi 12 mars 2026 à 10 h 30", "2026-03-12T10:30:00.5+01:00", "12 كانون الثاني/يناير 2026"];
        let odd =
            ["", "\u{200f}", "é", "-", "9", "99999999999999999999", "\u{a0}", "m", "/", "½", "ﷺ", "\u{301}"];
        for seed in seeds {
            let cuts: Vec<usize> = seed.char_indices().map(|(at, _)| at).collect();
            for from in &cuts {
                for to in cuts.iter().filter(|to| *to >= from) {
                    for piece in odd {
                        let text = format!("{}{piece}{}", &seed[..*from], &seed[*to..]);
                        let _ = parse(&text);
                        if let Some((_, length)) = parse_prefix(&text) {
                            assert!(text.is_char_boundary(length));
                        }
                    }
                }
            }
        }
    }

    #[test]
    fn a_month_is_told_from_a_day() {
        for (text, length) in
            [("2018-04 Le parti", 7), ("mars 2018, Le parti", 9), ("04/2018", 7), ("مارس 2018", 13)]
        {
            assert_eq!(parse_month_prefix(text), Some(length), "{text}");
        }
        for text in
            ["2018-04-12", "2018-13", "12/04/2018", "12 mars 2018", "mars", "2018", "2018-04x", "04/2018/1"]
        {
            assert_eq!(parse_month_prefix(text), None, "{text}");
        }
        assert_eq!(parse_month(" mars 2018 ").as_deref(), Some("2018-03"));
        assert_eq!(parse_month("mars 2018 à Fès"), None);
        assert!(
            starts_with_weekday("le jeudi 12 mars")
                && starts_with_weekday("يوم الخميس")
                && !starts_with_weekday("12 mars")
        );
    }
}
