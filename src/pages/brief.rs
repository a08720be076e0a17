//! What planning needs of a release, small and in one place. A plan looks at every release several
//! times: of 100,000 that are scattered over the memory, looking is what it would spend its time on.

use std::ops::Range;
use std::sync::Arc;

use foldhash::HashMap;
use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use rayon::prelude::*;
use serde::{Deserialize, Serialize, Serializer};
use smallvec::SmallVec;

use crate::model::date::Moment;
use crate::model::language::LangId;
use crate::model::portal::{Portal, ReleaseIx, Status};
use crate::model::territory::{ProvinceId, RegionId};
use crate::text::fingerprint::Fingerprint;
use crate::text::long::{Item, Long};

use super::frame::Frame;
use super::inputs;
use super::path::OutKey;

/// A tag or a series by its name, in any language.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct NameId(u32);

impl NameId {
    pub fn index(self) -> usize {
        self.0 as usize
    }
}

/// A release in brief.
#[derive(Clone, Debug, PartialEq)]
pub struct Brief {
    pub lang: LangId,
    pub date: Date,
    pub modified: Moment,
    pub regions: SmallVec<[RegionId; 4]>,
    pub provinces: SmallVec<[ProvinceId; 4]>,
    pub tags: SmallVec<[NameId; 4]>,
    pub series: Option<NameId>,
    /// Search engines may list it.
    pub is_public: bool,
    /// It is a draft or under embargo, and shown in a preview.
    pub is_preview: bool,
    pub has_aliases: bool,
    /// It may bring files with it.
    pub has_files: bool,
}

/// What a release counts by.
#[derive(Clone, Copy, Debug)]
pub struct Prints {
    /// Of its source, which tells its translations.
    source: Fingerprint,
    /// Of all that pages show of it beside its text.
    head: Fingerprint,
    /// Of its text and of what that leads to.
    text: Fingerprint,
    /// Of its page.
    key: OutKey,
}

/// All releases in brief, in the portal's order.
#[derive(Debug, Default, Serialize, Deserialize)]
pub struct Briefs {
    /// By release: its number. Those of another process count from zero.
    #[serde(skip)]
    of: Vec<u64>,
    list: Long<Brief>,
    // Apart from the rest, as lists count many of them.
    sources: Long<Fingerprint>,
    heads: Long<Fingerprint>,
    texts: Long<Fingerprint>,
    keys: Long<OutKey>,
    names: Names,
    /// Those of which nothing was known before.
    #[serde(skip)]
    met: Vec<ReleaseIx>,
    /// What is not as it was, where every release is still in its place.
    #[serde(skip)]
    news: Option<News>,
    /// Which releases came and went, where they bring nothing but their pages.
    #[serde(skip)]
    moves: Option<Moves>,
}

impl Moves {
    /// Where a release stands that stood at `was`, or where the next one does that did not go.
    pub fn place(&self, was: ReleaseIx) -> ReleaseIx {
        let before = self.gone.partition_point(|(ix, _)| *ix < was);
        self.come.iter().fold(was - before, |at, come| at + usize::from(*come <= at))
    }

    /// Whether the release that stood at `was` stands no more.
    pub fn is_gone(&self, was: ReleaseIx) -> bool {
        self.gone.binary_search_by_key(&was, |(ix, _)| *ix).is_ok()
    }
}

/// Releases that came and went. One of which other things are told did both.
#[derive(Debug, Default)]
pub struct Moves {
    /// Where they stood, in order.
    pub gone: Vec<(ReleaseIx, Brief)>,
    /// Where they stand, in order.
    pub come: Vec<ReleaseIx>,
}

/// Releases of which other things are told than before.
#[derive(Debug, Default)]
pub struct News {
    /// What pages show of them beside their text, in order.
    pub heads: Vec<ReleaseIx>,
    /// Their text, in order.
    pub texts: Vec<ReleaseIx>,
}

/// Names of tags and series, each once.
#[derive(Debug, Default, Deserialize)]
#[serde(from = "Vec<Arc<str>>")]
pub struct Names {
    ids: HashMap<Arc<str>, NameId>,
    names: Vec<Arc<str>>,
}

impl From<Vec<Arc<str>>> for Names {
    fn from(names: Vec<Arc<str>>) -> Self {
        let ids = (0..).map(NameId).zip(&names).map(|(id, name)| (Arc::clone(name), id)).collect();
        Self { ids, names }
    }
}

impl Serialize for Names {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.names.serialize(serializer)
    }
}

impl Names {
    fn id(&mut self, name: &str) -> NameId {
        if let Some(id) = self.ids.get(name) {
            return *id;
        }
        let (id, name) = (NameId(u32::try_from(self.names.len()).unwrap_or(u32::MAX)), Arc::from(name));
        self.names.push(Arc::clone(&name));
        self.ids.insert(name, id);
        id
    }

    /// The name whose id has this index.
    pub fn at(&self, index: usize) -> &str {
        &self.names[index]
    }

    /// How many there are.
    pub fn count(&self) -> usize {
        self.names.len()
    }
}

impl News {
    pub fn is_empty(&self) -> bool {
        self.heads.is_empty() && self.texts.is_empty()
    }
}

impl std::ops::Index<usize> for Briefs {
    type Output = Brief;
    fn index(&self, ix: usize) -> &Brief {
        &self.list[ix]
    }
}

impl Briefs {
    /// Brings these to a portal with the same frame and files: what is told of releases that are still
    /// the same stays. `brief` tells of one.
    pub fn update(&mut self, portal: &Portal, brief: impl Fn(ReleaseIx) -> (Brief, Prints) + Sync) {
        let releases = &portal.releases;
        if self.of.len() != self.list.len() {
            self.of = (0..self.list.len() as u64).collect();
        }
        // Most edits leave all but a few as they are, and where they are.
        let same = |(a, b): &(&u64, u64)| **a == *b;
        let start = self.of.iter().zip(releases.serials()).take_while(same).count();
        let rest = self.of[start..].iter().rev().zip(releases.serials().skip(start).rev());
        let end = rest.take_while(same).count();
        let (gone, come) = (start..self.of.len() - end, start..releases.len() - end);
        let now: Vec<u64> = releases.serials().skip(start).take(come.len()).collect();
        let was: Vec<u64> = self.of.splice(gone.clone(), now.iter().copied()).collect();
        let old: Vec<Prints> = gone.clone().map(|ix| self.prints(ix)).collect();
        let told: Vec<Brief> = gone.clone().map(|ix| self.list[ix].clone()).collect();
        let places: Vec<Places> = told.iter().map(Brief::places).collect();
        let told = gone.clone().zip(told.into_iter().zip(old.iter().copied()));
        let mut known: HashMap<u64, (ReleaseIx, (Brief, Prints))> = was.into_iter().zip(told).collect();
        let taken: Vec<Option<(Brief, Prints)>> =
            now.iter().map(|serial| known.remove(serial).map(|(_, known)| known)).collect();
        self.met = come.clone().filter(|ix| taken[ix - start].is_none()).collect();
        let made: Vec<(Brief, Prints)> = self.met.par_iter().map(|ix| brief(*ix)).collect();
        let names = &mut self.names;
        let mut made = self.met.iter().zip(made).map(|(ix, (mut brief, prints))| {
            let release = &releases[*ix];
            brief.tags = release.tags.iter().map(|tag| names.id(&tag.text)).collect();
            brief.series = release.series.as_ref().map(|series| names.id(&series.text));
            (brief, prints)
        });
        let (between, prints): (Vec<Brief>, Vec<Prints>) =
            taken.into_iter().filter_map(|known| known.or_else(|| made.next())).unzip();
        let is_plain = |brief: &Brief| !brief.has_aliases && !brief.has_files;
        let pairs = || come.clone().zip(old.iter().zip(&prints));
        let stays = places.len() == between.len()
            && places.iter().zip(&between).all(|(was, now)| is_plain(now) && *was == now.places())
            && pairs().all(|(_, (was, now))| (was.key, was.source) == (now.key, now.source));
        let differ = |what: fn(&Prints) -> Fingerprint| {
            pairs().filter(|(_, (was, now))| what(was) != what(now)).map(|(ix, _)| ix).collect()
        };
        self.news =
            stays.then(|| News { heads: differ(|prints| prints.head), texts: differ(|prints| prints.text) });
        let come_is_plain = || self.met.iter().all(|ix| is_plain(&between[*ix - start]));
        let left = || known.values().all(|(_, (brief, _))| is_plain(brief));
        self.moves = (!stays && come_is_plain() && left()).then(|| {
            let mut gone: Vec<(ReleaseIx, Brief)> =
                known.into_values().map(|(ix, (brief, _))| (ix, brief)).collect();
            gone.sort_unstable_by_key(|(ix, _)| *ix);
            Moves { gone, come: self.met.clone() }
        });
        let column = |of: fn(&Prints) -> Fingerprint| prints.iter().map(of).collect();
        self.sources.replace(gone.clone(), column(|prints| prints.source));
        self.heads.replace(gone.clone(), column(|prints| prints.head));
        self.texts.replace(gone.clone(), column(|prints| prints.text));
        self.keys.replace(gone.clone(), prints.iter().map(|prints| prints.key).collect());
        self.list.replace(gone, between);
    }

    /// Whether all that was looked at could be read.
    pub fn is_whole(&self) -> bool {
        self.list.is_whole()
    }

    /// Takes all of them into memory.
    pub fn take_in(&mut self) {
        self.list.all_mut();
        self.keys.all_mut();
        for column in [&mut self.sources, &mut self.heads, &mut self.texts] {
            column.all_mut();
        }
    }

    /// Which releases came and went since before, where they bring nothing but their pages.
    pub fn take_moves(&mut self) -> Option<Moves> {
        self.moves.take()
    }

    fn prints(&self, ix: ReleaseIx) -> Prints {
        let (source, head) = (self.sources[ix], self.heads[ix]);
        Prints { source, head, text: self.texts[ix], key: self.keys[ix] }
    }

    /// What is not as it was before, where every release that was replaced is found where it was, and
    /// brings no other outputs.
    pub fn news(&self) -> Option<&News> {
        self.news.as_ref()
    }

    /// By release: of all that pages show of it beside its text.
    pub fn heads(&self) -> &Long<Fingerprint> {
        &self.heads
    }

    /// By release: of its text and of what that leads to.
    pub fn texts(&self) -> &Long<Fingerprint> {
        &self.texts
    }

    /// By release: of its page.
    pub fn keys(&self) -> &Long<OutKey> {
        &self.keys
    }

    pub fn iter(&self) -> impl Iterator<Item = &Brief> {
        self.list.iter()
    }

    /// The releases of which nothing was known before.
    pub fn met(&self) -> &[ReleaseIx] {
        &self.met
    }

    pub fn names(&self) -> &Names {
        &self.names
    }

    /// The releases of a language, oldest first, as a range of indexes.
    pub fn of_language(&self, lang: LangId) -> Range<ReleaseIx> {
        let start = self.list.partition_point(|brief| brief.lang < lang);
        start..self.list.partition_point(|brief| brief.lang <= lang)
    }
}

const PUBLIC: u32 = 1;
const PREVIEW: u32 = 1 << 1;
const ALIASES: u32 = 1 << 2;
const FILES: u32 = 1 << 3;
/// Of the moment.
const DAY_ALONE: u32 = 1 << 4;

/// Numbers that each brief has: language, day and flags, seconds since 1970 in two, nanoseconds and offset.
const PLAIN: usize = 7;

/// Briefs as another process takes them over: of each the numbers that all have, then four lists, each
/// after its length.
impl Item for Brief {
    fn encode(briefs: &[Self]) -> Vec<u8> {
        let mut numbers: Vec<u32> = Vec::with_capacity(briefs.len() * 2 * PLAIN);
        for brief in briefs {
            let Self { lang, date, modified, regions, provinces, tags, series, .. } = brief;
            let Self { is_public, is_preview, has_aliases, has_files, .. } = *brief;
            let (seconds, nanos, offset, day_alone) = modified.parts();
            let flag = |is: bool, bit: u32| if is { bit } else { 0 };
            let flags = flag(is_public, PUBLIC)
                | flag(is_preview, PREVIEW)
                | flag(has_aliases, ALIASES)
                | flag(has_files, FILES)
                | flag(day_alone, DAY_ALONE);
            let [month, day] = [date.month(), date.day()].map(|part| u32::from(part.unsigned_abs()));
            let day = u32::from(date.year().cast_unsigned()) << 16 | month << 8 | day;
            let seconds = seconds.cast_unsigned();
            let [nanos, offset] = [nanos, offset].map(i32::cast_unsigned);
            numbers.extend([
                lang.0.into(),
                day,
                flags,
                (seconds >> 32) as u32,
                seconds as u32,
                nanos,
                offset,
            ]);
            // Read back in this order.
            put(&mut numbers, regions.iter().map(|region| region.0.into()));
            put(&mut numbers, provinces.iter().map(|province| province.0.into()));
            put(&mut numbers, tags.iter().map(|tag| tag.0));
            put(&mut numbers, series.iter().map(|series| series.0));
        }
        u32::encode(&numbers)
    }

    fn decode(bytes: &[u8], count: usize) -> Option<Vec<Self>> {
        let numbers = u32::decode(bytes, bytes.len() / size_of::<u32>())?;
        let mut numbers = Numbers(&numbers);
        let briefs: Option<Vec<Self>> = (0..count).map(|_| numbers.brief()).collect();
        briefs.filter(|_| numbers.0.is_empty())
    }

    fn blank() -> Self {
        Self {
            lang: LangId(0),
            date: Date::ZERO,
            modified: Moment::at(Timestamp::UNIX_EPOCH, &TimeZone::UTC),
            regions: SmallVec::new(),
            provinces: SmallVec::new(),
            tags: SmallVec::new(),
            series: None,
            is_public: false,
            is_preview: false,
            has_aliases: false,
            has_files: false,
        }
    }
}

fn put(numbers: &mut Vec<u32>, of: impl ExactSizeIterator<Item = u32>) {
    numbers.push(u32::try_from(of.len()).unwrap_or(u32::MAX));
    numbers.extend(of);
}

/// What is left of briefs to be read back.
struct Numbers<'a>(&'a [u32]);

impl Numbers<'_> {
    fn brief(&mut self) -> Option<Brief> {
        let ([lang, day, flags, high, low, nanos, offset], rest) = self.0.split_first_chunk::<PLAIN>()?;
        self.0 = rest;
        let flag = |bit: u32| flags & bit != 0;
        let [year, month, day] = [day >> 16, day >> 8 & 0xff, day & 0xff];
        let seconds = (u64::from(*high) << 32 | u64::from(*low)).cast_signed();
        let modified = (seconds, nanos.cast_signed(), offset.cast_signed(), flag(DAY_ALONE));
        Some(Brief {
            lang: LangId(u8::try_from(*lang).ok()?),
            date: Date::new((year as u16).cast_signed(), month as i8, day as i8).ok()?,
            modified: Moment::from_parts(modified)?,
            regions: self.list(|id| RegionId(id as u16))?,
            provinces: self.list(|id| ProvinceId(id as u16))?,
            tags: self.list(NameId)?,
            series: self.list::<[_; 1]>(NameId)?.pop(),
            is_public: flag(PUBLIC),
            is_preview: flag(PREVIEW),
            has_aliases: flag(ALIASES),
            has_files: flag(FILES),
        })
    }

    fn list<A: smallvec::Array>(&mut self, id: impl Fn(u32) -> A::Item) -> Option<SmallVec<A>> {
        let (count, rest) = self.0.split_first()?;
        let (these, rest) = rest.split_at_checked(*count as usize)?;
        self.0 = rest;
        Some(these.iter().map(|one| id(*one)).collect())
    }
}

/// All that decides on which lists a release stands.
type Places = (
    (LangId, Date, [bool; 4]),
    SmallVec<[RegionId; 4]>,
    SmallVec<[ProvinceId; 4]>,
    SmallVec<[NameId; 4]>,
    Option<NameId>,
);

impl Brief {
    fn places(&self) -> Places {
        let flags = [self.is_public, self.is_preview, self.has_aliases, self.has_files];
        let (regions, provinces, tags) = (self.regions.clone(), self.provinces.clone(), self.tags.clone());
        ((self.lang, self.date, flags), regions, provinces, tags, self.series)
    }

    /// A release in brief, and what it counts by. Names are filled in by whoever knows all. `text` is the
    /// fingerprint of its text.
    pub fn of(portal: &Portal, ix: ReleaseIx, frame: &Frame, text: Fingerprint) -> (Self, Prints) {
        let release = &portal.releases[ix];
        let picture = release.image.as_ref().and_then(|cover| portal.file(&cover.target));
        let brief = Self {
            lang: release.lang,
            date: release.date.date(),
            modified: release.modified(),
            regions: release.regions.iter().copied().collect(),
            provinces: release.provinces.iter().copied().collect(),
            tags: SmallVec::new(),
            series: None,
            is_public: release.status == Status::Public,
            is_preview: matches!(release.status, Status::Draft | Status::Embargoed),
            has_aliases: !release.aliases.is_empty(),
            has_files: release.has_text() && (!release.targets.is_empty() || release.image.is_some()),
        };
        let key = frame.speller.page(&frame.release_address(release)).file.key();
        let source = portal.releases.sources()[ix];
        (brief, Prints { source, head: inputs::head(release, picture), text, key })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn briefs_come_back() {
        let zone = TimeZone::get("Africa/Casablanca").unwrap();
        let moment = |text: &str| crate::model::date::parse(text).unwrap().resolve(&zone).unwrap();
        let brief = |text: &str, many: u16| Brief {
            lang: LangId(many as u8),
            date: moment(text).date(),
            modified: moment(text),
            regions: (0..many).map(RegionId).collect(),
            provinces: (many..2 * many).map(ProvinceId).collect(),
            tags: (0..many).map(|id| NameId(u32::MAX - u32::from(id))).collect(),
            series: (many > 1).then_some(NameId(7)),
            is_public: many == 0,
            is_preview: many == 1,
            has_aliases: many == 2,
            has_files: many == 3,
        };
        let briefs =
            [("2026-03-12", 0), ("1905-01-01", 1), ("2026-07-12T23:30:00.25-04:30", 2), ("1956-03-02", 9)];
        let briefs = briefs.map(|(text, many)| brief(text, many));
        let bytes = Brief::encode(&briefs);
        assert_eq!(Brief::decode(&bytes, briefs.len()).unwrap(), briefs);
        assert!(Brief::decode(&bytes, briefs.len() - 1).is_none());
        // A list that is longer than all that is left.
        let damaged: Vec<u8> = bytes.iter().map(|byte| if *byte == 9 { 200 } else { *byte }).collect();
        assert!(Brief::decode(&damaged, briefs.len()).is_none());
    }
}
