//! What planning needs of a release, small and in one place. A plan looks at every release several
//! times: of 100,000 that are scattered over the memory, looking is what it would spend its time on.

use std::ops::Range;
use std::sync::Arc;

use foldhash::HashMap;
use jiff::civil::Date;
use rayon::prelude::*;
use serde::{Deserialize, Serialize, Serializer};
use smallvec::SmallVec;

use crate::model::date::Moment;
use crate::model::language::LangId;
use crate::model::portal::{Portal, ReleaseIx, Status};
use crate::model::territory::{ProvinceId, RegionId};
use crate::text::column;
use crate::text::fingerprint::Fingerprint;

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
    #[serde(with = "list")]
    list: Vec<Brief>,
    // Apart from the rest, as lists count many of them.
    #[serde(with = "column")]
    sources: Vec<Fingerprint>,
    #[serde(with = "column")]
    heads: Vec<Fingerprint>,
    #[serde(with = "column")]
    texts: Vec<Fingerprint>,
    #[serde(with = "column")]
    keys: Vec<OutKey>,
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
        let told: Vec<Brief> = self.list.splice(gone.clone(), []).collect();
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
        self.sources.splice(gone.clone(), prints.iter().map(|prints| prints.source));
        self.heads.splice(gone.clone(), prints.iter().map(|prints| prints.head));
        self.texts.splice(gone.clone(), prints.iter().map(|prints| prints.text));
        self.keys.splice(gone, prints.iter().map(|prints| prints.key));
        self.list.splice(start..start, between);
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
    pub fn heads(&self) -> &[Fingerprint] {
        &self.heads
    }

    /// By release: of its text and of what that leads to.
    pub fn texts(&self) -> &[Fingerprint] {
        &self.texts
    }

    /// By release: of its page.
    pub fn keys(&self) -> &[OutKey] {
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

/// Briefs as another process takes them over.
mod list {
    use jiff::civil::Date;
    use serde::de::Error;
    use serde::{Deserialize, Deserializer, Serialize, Serializer};
    use smallvec::SmallVec;

    use crate::model::date::Moment;
    use crate::model::language::LangId;
    use crate::model::territory::{ProvinceId, RegionId};
    use crate::text::column;

    use super::{Brief, NameId};

    const PUBLIC: u32 = 1;
    const PREVIEW: u32 = 1 << 1;
    const ALIASES: u32 = 1 << 2;
    const FILES: u32 = 1 << 3;
    /// Of the moment.
    const DAY_ALONE: u32 = 1 << 4;

    #[derive(Default, Serialize, Deserialize)]
    struct Columns {
        /// Language, day and flags.
        #[serde(with = "column")]
        plain: Vec<[u32; 3]>,
        /// Seconds since 1970, then nanoseconds and offset.
        #[serde(with = "column")]
        modified: Vec<[u64; 2]>,
        /// Of each brief four lists, each after its length.
        #[serde(with = "column")]
        names: Vec<u32>,
    }

    pub fn serialize<S: Serializer>(briefs: &[Brief], serializer: S) -> Result<S::Ok, S::Error> {
        let mut columns = Columns::default();
        for brief in briefs {
            let Brief { lang, date, modified, regions, provinces, tags, series, .. } = brief;
            let Brief { is_public, is_preview, has_aliases, has_files, .. } = *brief;
            let (seconds, nanos, offset, day_alone) = modified.parts();
            let flag = |is: bool, bit: u32| if is { bit } else { 0 };
            let flags = flag(is_public, PUBLIC)
                | flag(is_preview, PREVIEW)
                | flag(has_aliases, ALIASES)
                | flag(has_files, FILES)
                | flag(day_alone, DAY_ALONE);
            let [month, day] = [date.month(), date.day()].map(|part| u32::from(part.unsigned_abs()));
            let day = u32::from(date.year().cast_unsigned()) << 16 | month << 8 | day;
            columns.plain.push([lang.0.into(), day, flags]);
            let [nanos, offset] = [nanos, offset].map(i32::cast_unsigned);
            let rest = u64::from(nanos) << 32 | u64::from(offset);
            columns.modified.push([seconds.cast_unsigned(), rest]);
            let names = &mut columns.names;
            // Read back in this order.
            put(names, regions.iter().map(|region| region.0.into()));
            put(names, provinces.iter().map(|province| province.0.into()));
            put(names, tags.iter().map(|tag| tag.0));
            put(names, series.iter().map(|series| series.0));
        }
        columns.serialize(serializer)
    }

    fn put(names: &mut Vec<u32>, of: impl ExactSizeIterator<Item = u32>) {
        names.push(u32::try_from(of.len()).unwrap_or(u32::MAX));
        names.extend(of);
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<Brief>, D::Error> {
        let Columns { plain, modified, names } = Deserialize::deserialize(deserializer)?;
        let mut names = Names(&names);
        let brief = |([lang, day, flags], [seconds, rest]): ([u32; 3], [u64; 2])| {
            let flag = |bit: u32| flags & bit != 0;
            let [year, month, day] = [day >> 16, day >> 8 & 0xff, day & 0xff];
            let low = |bits: u64| (bits as u32).cast_signed();
            let modified = (seconds.cast_signed(), low(rest >> 32), low(rest), flag(DAY_ALONE));
            let regions = names.take(|id| RegionId(id as u16))?;
            let provinces = names.take(|id| ProvinceId(id as u16))?;
            let tags = names.take(NameId)?;
            let series = names.take::<[_; 1]>(NameId)?.pop();
            Some(Brief {
                lang: LangId(u8::try_from(lang).ok()?),
                date: Date::new((year as u16).cast_signed(), month as i8, day as i8).ok()?,
                modified: Moment::from_parts(modified)?,
                regions,
                provinces,
                tags,
                series,
                is_public: flag(PUBLIC),
                is_preview: flag(PREVIEW),
                has_aliases: flag(ALIASES),
                has_files: flag(FILES),
            })
        };
        let mut briefs = Vec::with_capacity(plain.len());
        for one in plain.into_iter().zip(modified).map(brief) {
            briefs.push(one.ok_or_else(|| D::Error::custom("no brief"))?);
        }
        Ok(briefs)
    }

    /// What is left of the lists.
    struct Names<'a>(&'a [u32]);

    impl Names<'_> {
        fn take<A: smallvec::Array>(&mut self, id: impl Fn(u32) -> A::Item) -> Option<SmallVec<A>> {
            let (count, rest) = self.0.split_first()?;
            let (these, rest) = rest.split_at_checked(*count as usize)?;
            self.0 = rest;
            Some(these.iter().map(|one| id(*one)).collect())
        }
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

    #[derive(Debug, Serialize, Deserialize)]
    struct Listed(#[serde(with = "list")] Vec<Brief>);

    #[test]
    fn briefs_come_back() {
        let zone = jiff::tz::TimeZone::get("Africa/Casablanca").unwrap();
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
        let listed = Listed(briefs.map(|(text, many)| brief(text, many)).into());
        let bytes = postcard::to_stdvec(&listed).unwrap();
        assert_eq!(postcard::from_bytes::<Listed>(&bytes).unwrap().0, listed.0);
        // A list that is longer than all that is left.
        let damaged: Vec<u8> = bytes.iter().map(|byte| if *byte == 9 { 200 } else { *byte }).collect();
        assert!(postcard::from_bytes::<Listed>(&damaged).is_err());
    }
}
