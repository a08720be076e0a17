//! Dates as people write them, and what they become in a time zone.

mod read;
mod words;

use jiff::Timestamp;
use jiff::civil::{Date, DateTime};
use jiff::tz::{Offset, TimeZone};
use serde::de::Error;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::text::scan::push_padded;

pub use read::{parse, parse_month, parse_month_prefix, parse_prefix, starts_with_weekday, unreal_prefix};
pub(super) use words::{fold_char, is_invisible};
use words::{month_name, weekday_name};

/// A date as a person wrote it, before the portal's time zone is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Written {
    Day(Date),
    Local(DateTime),
    Instant { local: DateTime, offset: Offset },
}

/// A date of which the instant is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Moment {
    pub local: DateTime,
    pub offset: Offset,
    pub timestamp: Timestamp,
    /// Written without a time: it counts as noon, as public from the day's first minute, and as over
    /// after its last.
    pub day_alone: bool,
}

impl Written {
    /// The instant this means: a day is noon in `zone`, a local time is in `zone`, and an instant
    /// is as written, so that its day and with it an address never move with the zone's rules.
    pub fn resolve(self, zone: &TimeZone) -> Result<Moment, String> {
        let (wanted, day_alone) = match self {
            Self::Day(day) => (day.at(12, 0, 0, 0), true),
            Self::Local(local) => (local, false),
            Self::Instant { local, offset } => {
                let timestamp = offset.to_timestamp(local).map_err(|e| e.to_string())?;
                return Ok(Moment { local, offset, timestamp, day_alone: false });
            }
        };
        let timestamp = zone.to_ambiguous_timestamp(wanted).compatible().map_err(|e| e.to_string())?;
        let offset = zone.to_offset(timestamp);
        let local = offset.to_datetime(timestamp);
        if local.date() != wanted.date() {
            return Err(format!("the time zone skipped {wanted}"));
        }
        Ok(Moment { local, offset, timestamp, day_alone })
    }
}

impl Moment {
    /// An instant, to the second, as the clocks of `zone` show it.
    pub fn at(timestamp: Timestamp, zone: &TimeZone) -> Self {
        let timestamp = Timestamp::from_second(timestamp.as_second()).unwrap_or(timestamp);
        let offset = zone.to_offset(timestamp);
        Self { local: offset.to_datetime(timestamp), offset, timestamp, day_alone: false }
    }

    pub fn date(&self) -> Date {
        self.local.date()
    }

    /// From when it may be public: the first minute of a day alone, else the instant itself.
    pub fn opens(&self, zone: &TimeZone) -> Timestamp {
        if !self.day_alone {
            return self.timestamp;
        }
        let midnight = self.date().at(0, 0, 0, 0);
        zone.to_ambiguous_timestamp(midnight).compatible().unwrap_or(self.timestamp)
    }

    /// From when on it is over: the end of a day alone, else the instant itself.
    pub fn closes(&self, zone: &TimeZone) -> Timestamp {
        let midnight = self.date().tomorrow().map(|day| day.at(0, 0, 0, 0));
        match midnight.map(|midnight| zone.to_ambiguous_timestamp(midnight).compatible()) {
            Ok(Ok(midnight)) if self.day_alone => midnight,
            _ => self.timestamp,
        }
    }

    /// `2026-03-12T12:00:00+00:00`, to the second and always with a numeric offset.
    pub fn rfc3339(&self) -> String {
        let (local, sign, hours, minutes) = self.at_whole_minutes();
        let mut text = iso(local.date());
        let (hour, minute, second) = (local.hour(), local.minute(), local.second());
        let offset = |part: i32| i16::try_from(part).unwrap_or_default();
        for (before, part) in [
            ('T', hour.into()),
            (':', minute.into()),
            (':', second.into()),
            (sign, offset(hours)),
            (':', offset(minutes)),
        ] {
            text.push(before);
            push_padded(&mut text, part, 2);
        }
        text
    }

    /// `Thu, 12 Mar 2026 12:00:00 +0000`, as RSS and e-mail want it.
    pub fn rfc2822(&self) -> String {
        let (local, sign, hours, minutes) = self.at_whole_minutes();
        let short = |name: &'static str| name.get(..3).unwrap_or(name);
        format!(
            "{}, {:02} {} {:04} {:02}:{:02}:{:02} {sign}{hours:02}{minutes:02}",
            short(weekday_name(local.weekday())),
            local.day(),
            short(month_name(local.month())),
            local.year(),
            local.hour(),
            local.minute(),
            local.second(),
        )
    }

    pub fn iso_date(&self) -> String {
        iso(self.date())
    }

    /// Neither format has seconds in an offset, which local mean time before 1913 needs: such an
    /// offset is cut to the minute and the local time follows, so the instant stays the same.
    fn at_whole_minutes(&self) -> (DateTime, char, i32, i32) {
        let seconds = self.offset.seconds();
        let cut = seconds / 60 * 60;
        let local = match Offset::from_seconds(cut) {
            Ok(offset) if cut != seconds => offset.to_datetime(self.timestamp),
            _ => self.local,
        };
        let minutes = cut.abs() / 60;
        (local, if cut < 0 { '-' } else { '+' }, minutes / 60, minutes % 60)
    }

    /// What it is remembered by: seconds and nanoseconds since 1970, its offset in seconds, and whether it is
    /// a day alone.
    pub fn parts(&self) -> (i64, i32, i32, bool) {
        let Self { local: _, offset, timestamp, day_alone } = self;
        (timestamp.as_second(), timestamp.subsec_nanosecond(), offset.seconds(), *day_alone)
    }

    pub fn from_parts((seconds, nanoseconds, offset, day_alone): (i64, i32, i32, bool)) -> Option<Self> {
        let timestamp = Timestamp::new(seconds, nanoseconds).ok()?;
        let offset = Offset::from_seconds(offset).ok()?;
        Some(Self { local: offset.to_datetime(timestamp), offset, timestamp, day_alone })
    }
}

impl Serialize for Moment {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.parts().serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Moment {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let parts = Deserialize::deserialize(deserializer)?;
        Self::from_parts(parts).ok_or_else(|| D::Error::custom("no moment"))
    }
}

fn iso(date: Date) -> String {
    let mut text = String::with_capacity(25);
    push_padded(&mut text, date.year(), 4);
    for part in [date.month(), date.day()] {
        text.push('-');
        push_padded(&mut text, part.into(), 2);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn casablanca() -> TimeZone {
        TimeZone::get("Africa/Casablanca").unwrap()
    }

    fn moment(text: &str) -> Moment {
        parse(text).unwrap().resolve(&casablanca()).unwrap()
    }

    #[test]
    fn a_day_is_noon_and_lasts_from_its_first_minute_to_its_last() {
        // In Ramadan Morocco is at UTC, for the rest of the year an hour ahead.
        let day = moment("2026-03-12");
        assert_eq!(day.rfc3339(), "2026-03-12T12:00:00+00:00");
        assert_eq!(day.rfc2822(), "Thu, 12 Mar 2026 12:00:00 +0000");
        assert_eq!(day.opens(&casablanca()), "2026-03-12T00:00:00Z".parse().unwrap());
        let day = moment("1er août 2026");
        assert_eq!(day.rfc3339(), "2026-08-01T12:00:00+01:00");
        assert_eq!(day.iso_date(), "2026-08-01");
        assert_eq!(day.opens(&casablanca()), "2026-07-31T23:00:00Z".parse().unwrap());
        assert_eq!(day.closes(&casablanca()), "2026-08-01T23:00:00Z".parse().unwrap());
    }

    #[test]
    fn an_instant_keeps_its_day_and_offset_as_written() {
        let late = moment("2026-08-01T23:30:00-05:00");
        assert_eq!(late.rfc3339(), "2026-08-01T23:30:00-05:00");
        assert_eq!(late.rfc2822(), "Sat, 01 Aug 2026 23:30:00 -0500");
        assert_eq!([late.opens(&casablanca()), late.closes(&casablanca())], [late.timestamp; 2]);
        assert_eq!(late.date().to_string(), "2026-08-01");
        assert!(!late.day_alone);
        assert_eq!(moment("2026-08-01 10:30").rfc3339(), "2026-08-01T10:30:00+01:00");
    }

    #[test]
    fn offsets_with_seconds_are_cut_and_the_instant_stays() {
        let old = moment("1905-01-01");
        assert_eq!(old.rfc3339().parse::<Timestamp>().unwrap(), old.timestamp);
        assert!(old.offset.seconds() % 60 != 0);
    }

    #[test]
    fn a_day_that_a_zone_skipped_does_not_exist_there() {
        let apia = TimeZone::get("Pacific/Apia").unwrap();
        assert!(parse("2011-12-30").unwrap().resolve(&apia).is_err());
        assert!(parse("2011-12-31").unwrap().resolve(&apia).is_ok());
    }

    #[test]
    fn a_moment_is_remembered_as_it_is() {
        for written in ["2026-03-12", "2026-07-12 09:30", "2026-03-12T23:30:00.25-04:30"] {
            let moment = moment(written);
            let remembered: Moment = postcard::from_bytes(&postcard::to_stdvec(&moment).unwrap()).unwrap();
            assert_eq!(remembered, moment);
        }
    }
}
