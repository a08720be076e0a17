//! The releases of one language as readers look for them: by date, region, tag and series.

use std::collections::BTreeMap;
use std::ops::Range;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::model::language::LangId;
use crate::model::portal::ReleaseIx;
use crate::model::release::slug_proposal;
use crate::model::territory::{ProvinceId, RegionId};
use crate::text::column;
use crate::text::long::Long;
use crate::text::scan::push_padded;

use super::brief::{Brief, Briefs, NameId, Names};

/// A year, a month or a day.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Period {
    Year(i16),
    Month(i16, i8),
    Day(i16, i8, i8),
}

impl Period {
    pub fn year(self) -> i16 {
        match self {
            Self::Year(year) | Self::Month(year, _) | Self::Day(year, ..) => year,
        }
    }

    /// The next wider period.
    pub fn wider(self) -> Option<Self> {
        match self {
            Self::Year(_) => None,
            Self::Month(year, _) => Some(Self::Year(year)),
            Self::Day(year, month, _) => Some(Self::Month(year, month)),
        }
    }

    /// `2026`, `2026/03`, `2026/03/12`
    pub fn address(self) -> String {
        let mut address = String::with_capacity(10);
        push_padded(&mut address, self.year(), 4);
        let (month, day) = match self {
            Self::Year(_) => (None, None),
            Self::Month(_, month) => (Some(month), None),
            Self::Day(_, month, day) => (Some(month), Some(day)),
        };
        for part in [month, day].into_iter().flatten() {
            address.push('/');
            push_padded(&mut address, part.into(), 2);
        }
        address
    }
}

/// A list of releases, oldest first, with its periods as ranges of it.
#[derive(Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Run {
    #[serde(with = "column")]
    pub releases: Vec<ReleaseIx>,
    pub years: Vec<(Period, Range<usize>)>,
    pub months: Vec<(Period, Range<usize>)>,
    /// Of the list of all releases alone: no other has pages of days.
    days: Option<Vec<(Period, Range<usize>)>>,
}

impl Run {
    /// One whose days are told, too.
    fn with_days() -> Self {
        Self { days: Some(Vec::new()), ..Self::default() }
    }

    fn push(&mut self, ix: ReleaseIx, date: Date) {
        let at = self.releases.len();
        self.releases.push(ix);
        let (year, month, day) = (date.year(), date.month(), date.day());
        extend(&mut self.years, Period::Year(year), at);
        extend(&mut self.months, Period::Month(year, month), at);
        if let Some(days) = &mut self.days {
            extend(days, Period::Day(year, month, day), at);
        }
    }

    pub fn days(&self) -> &[(Period, Range<usize>)] {
        self.days.as_deref().unwrap_or_default()
    }

    fn of_kind(&self, period: Period) -> &[(Period, Range<usize>)] {
        match period {
            Period::Year(_) => &self.years,
            Period::Month(..) => &self.months,
            Period::Day(..) => self.days(),
        }
    }

    fn position(&self, period: Period) -> Option<usize> {
        self.of_kind(period).binary_search_by_key(&period, |(known, _)| *known).ok()
    }

    pub fn contains(&self, period: Period) -> bool {
        self.position(period).is_some()
    }

    /// The releases of a period, oldest first.
    pub fn within(&self, period: Period) -> &[ReleaseIx] {
        self.position(period).map_or(&[], |at| &self.releases[self.of_kind(period)[at].1.clone()])
    }

    /// The nearest periods of the same kind that have releases: the older and the newer one.
    pub fn neighbours(&self, period: Period) -> (Option<Period>, Option<Period>) {
        let of_kind = self.of_kind(period);
        let Some(at) = self.position(period) else { return (None, None) };
        let older = at.checked_sub(1).and_then(|at| of_kind.get(at));
        (older.map(|(period, _)| *period), of_kind.get(at + 1).map(|(period, _)| *period))
    }

    /// A period and those of its kind next to it, whether or not it has releases itself.
    pub fn around(&self, period: Period) -> impl Iterator<Item = Period> {
        let of_kind = self.of_kind(period);
        let at = of_kind.partition_point(|(known, _)| *known < period);
        let beside = of_kind[at.saturating_sub(1)..of_kind.len().min(at + 2)].iter();
        beside.map(|(period, _)| *period).chain([period])
    }

    /// The months of a year or the days of a month, oldest first, with how many releases they have.
    pub fn parts_of(&self, period: Period) -> impl Iterator<Item = (Period, usize)> {
        let narrower: &[_] = match period {
            Period::Year(_) => &self.months,
            Period::Month(..) => self.days(),
            Period::Day(..) => &[],
        };
        let start = narrower.partition_point(|(part, _)| part.wider() < Some(period));
        let parts = narrower[start..].iter().take_while(move |(part, _)| part.wider() == Some(period));
        parts.map(|(part, range)| (*part, range.len()))
    }

    /// Every month with a release, oldest first.
    pub fn all_months(&self) -> Vec<Period> {
        self.months.iter().map(|(month, _)| *month).collect()
    }

    /// The newest `n`, newest first.
    pub fn newest(&self, n: usize) -> impl Iterator<Item = ReleaseIx> {
        self.releases.iter().rev().take(n).copied()
    }
}

/// Where a release stands in a list, or where it would.
fn place(releases: &[ReleaseIx], ix: ReleaseIx) -> usize {
    releases.partition_point(|other| *other < ix)
}

/// Has releases from `from` on go by the index after theirs, or by the one before.
fn shift(releases: &mut [ReleaseIx], from: ReleaseIx, up: bool) {
    for ix in releases {
        match (*ix >= from, up) {
            (true, true) => *ix += 1,
            (true, false) => *ix -= 1,
            (false, _) => {}
        }
    }
}

impl Run {
    fn insert(&mut self, ix: ReleaseIx, date: Date) {
        let at = place(&self.releases, ix);
        self.releases.insert(at, ix);
        let (year, month, day) = (date.year(), date.month(), date.day());
        let days = self.days.as_mut().map(|days| (days, Period::Day(year, month, day)));
        let wider = [(&mut self.years, Period::Year(year)), (&mut self.months, Period::Month(year, month))];
        for (periods, period) in wider.into_iter().chain(days) {
            let found = periods.binary_search_by_key(&period, |(known, _)| *known);
            let after = match found {
                Ok(own) => {
                    periods[own].1.end += 1;
                    own + 1
                }
                Err(own) => {
                    periods.insert(own, (period, at..at + 1));
                    own + 1
                }
            };
            for (_, range) in &mut periods[after..] {
                *range = range.start + 1..range.end + 1;
            }
        }
    }

    /// Whether anything is left.
    fn remove(&mut self, ix: ReleaseIx) -> bool {
        let at = place(&self.releases, ix);
        if self.releases.get(at) == Some(&ix) {
            self.releases.remove(at);
            for periods in [&mut self.years, &mut self.months].into_iter().chain(&mut self.days) {
                for (_, range) in periods.iter_mut() {
                    let start = range.start - usize::from(range.start > at);
                    *range = start..range.end - usize::from(range.end > at);
                }
                periods.retain(|(_, range)| !range.is_empty());
            }
        }
        !self.releases.is_empty()
    }
}

fn extend(periods: &mut Vec<(Period, Range<usize>)>, period: Period, at: usize) {
    match periods.last_mut() {
        Some((last, range)) if *last == period => range.end = at + 1,
        _ => periods.push((period, at..at + 1)),
    }
}

/// A tag or a series.
#[derive(Debug, PartialEq, Serialize, Deserialize)]
pub struct Topic {
    pub name: String,
    pub slug: String,
    /// Oldest first.
    #[serde(with = "column")]
    pub releases: Vec<ReleaseIx>,
}

/// All releases of a language, in every order that pages need.
#[derive(Debug, PartialEq, Serialize, Deserialize)]
pub struct Shelf {
    pub lang: LangId,
    pub all: Run,
    /// By region, in the order of the territory.
    pub regions: Vec<Run>,
    /// Only provinces with a release.
    pub provinces: BTreeMap<ProvinceId, Run>,
    /// By name.
    pub tags: Vec<Topic>,
    pub series: Vec<Topic>,
    /// For every release of the language, by its place in `all`: older ones of its series or region,
    /// then [`NOBODY`].
    related: Long<[u32; RELATED]>,
}

/// In the place of a related release that there is not.
const NOBODY: u32 = u32::MAX;

/// How many related releases a page shows.
pub const RELATED: usize = 4;

impl Shelf {
    /// The releases of a language, which stand in `range`, in a territory of so many regions.
    pub fn of(briefs: &Briefs, lang: LangId, range: Range<ReleaseIx>, regions: usize) -> Self {
        let mut shelf = Self {
            lang,
            all: Run::with_days(),
            regions: (0..regions).map(|_| Run::default()).collect(),
            provinces: BTreeMap::new(),
            tags: Vec::new(),
            series: Vec::new(),
            related: Vec::with_capacity(range.len()).into(),
        };
        let names = briefs.names();
        // By name.
        let mut tags: Vec<Vec<ReleaseIx>> = vec![Vec::new(); names.count()];
        let mut series = tags.clone();
        for ix in range {
            let brief = &briefs[ix];
            let in_series = brief.series.map(|name| series[name.index()].as_slice());
            let in_region = brief.regions.first().and_then(|region| shelf.region(*region));
            let related = related(ix, &shelf.all.releases, in_series, in_region);
            shelf.related.push(related);
            shelf.all.push(ix, brief.date);
            for region in &brief.regions {
                if let Some(run) = shelf.regions.get_mut(usize::from(region.0)) {
                    run.push(ix, brief.date);
                }
            }
            for province in &brief.provinces {
                shelf.provinces.entry(*province).or_default().push(ix, brief.date);
            }
            for tag in &brief.tags {
                let list = &mut tags[tag.index()];
                if list.last() != Some(&ix) {
                    list.push(ix);
                }
            }
            if let Some(name) = brief.series {
                series[name.index()].push(ix);
            }
        }
        shelf.tags = topics(names, tags);
        shelf.series = topics(names, series);
        shelf
    }

    /// Takes all of it into memory.
    pub fn take_in(&mut self) {
        self.related.all_mut();
    }

    /// Has releases of all languages from `from` on go by the index after theirs, or by the one before.
    pub fn shift(&mut self, from: ReleaseIx, up: bool) {
        let runs = self.regions.iter_mut().chain(self.provinces.values_mut());
        for run in runs.chain([&mut self.all]) {
            shift(&mut run.releases, from, up);
        }
        for topic in self.tags.iter_mut().chain(&mut self.series) {
            shift(&mut topic.releases, from, up);
        }
        let from = u32::try_from(from).unwrap_or(NOBODY);
        for number in self.related.all_mut().iter_mut().flatten().filter(|number| **number != NOBODY) {
            match (*number >= from, up) {
                (true, true) => *number += 1,
                (true, false) => *number -= 1,
                (false, _) => {}
            }
        }
    }

    /// Takes a release of this language out, before others are shifted to its index. What is told of it
    /// is what was.
    pub fn remove(&mut self, ix: ReleaseIx, brief: &Brief, names: &Names) {
        let at = place(&self.all.releases, ix);
        self.all.remove(ix);
        self.related.all_mut().remove(at);
        for region in &brief.regions {
            if let Some(run) = self.regions.get_mut(usize::from(region.0)) {
                run.remove(ix);
            }
        }
        for province in &brief.provinces {
            if let Some(run) = self.provinces.get_mut(province)
                && !run.remove(ix)
            {
                self.provinces.remove(province);
            }
        }
        for (topics, of) in self.topics(brief) {
            for name in of {
                let Ok(at) = find(topics, names.at(name.index())) else { continue };
                let releases = &mut topics[at].releases;
                releases.retain(|other| *other != ix);
                if releases.is_empty() {
                    topics.remove(at);
                }
            }
        }
    }

    /// Puts a release of this language in, after others were shifted from its index.
    pub fn insert(&mut self, ix: ReleaseIx, brief: &Brief, names: &Names) {
        let at = place(&self.all.releases, ix);
        self.all.insert(ix, brief.date);
        self.related.all_mut().insert(at, [NOBODY; RELATED]);
        for region in &brief.regions {
            if let Some(run) = self.regions.get_mut(usize::from(region.0)) {
                run.insert(ix, brief.date);
            }
        }
        for province in &brief.provinces {
            self.provinces.entry(*province).or_default().insert(ix, brief.date);
        }
        for (topics, of) in self.topics(brief) {
            for name in of {
                let name = names.at(name.index());
                let at = find(topics, name).unwrap_or_else(|at| {
                    let (name, slug, releases) = (name.to_owned(), slug_proposal(name), Vec::new());
                    topics.insert(at, Topic { name, slug, releases });
                    at
                });
                let releases = &mut topics[at].releases;
                let at = place(releases, ix);
                if releases.get(at) != Some(&ix) {
                    releases.insert(at, ix);
                }
            }
        }
    }

    /// The releases from `ix` on to which one that is or was there may be related.
    pub fn after(&self, ix: ReleaseIx, brief: &Brief, names: &Names) -> Vec<ReleaseIx> {
        let following = |releases: &[ReleaseIx], most| {
            let start = place(releases, ix);
            releases[start..releases.len().min(start + most)].to_vec()
        };
        // As far as `related` looks back, and the next one, whose neighbour is another.
        let most = 2 * RELATED + 2;
        let mut after = following(&self.all.releases, 2);
        for run in brief.regions.iter().filter_map(|region| self.region(*region)) {
            after.extend(following(&run.releases, most));
        }
        if let Some(at) = brief.series.and_then(|name| find(&self.series, names.at(name.index())).ok()) {
            after.extend(following(&self.series[at].releases, most));
        }
        after
    }

    /// Finds out again what is related to some releases, of which the first of all stands at `start`, and
    /// says to which of them others are than before.
    pub fn relate(&mut self, briefs: &Briefs, start: ReleaseIx, some: &[ReleaseIx]) -> Vec<ReleaseIx> {
        let mut changed = Vec::new();
        for ix in some.iter().copied() {
            let (brief, at) = (&briefs[ix], ix - start);
            let series = brief.series.and_then(|name| {
                let at = find(&self.series, briefs.names().at(name.index())).ok()?;
                Some(self.series[at].releases.as_slice())
            });
            let region = brief.regions.first().and_then(|region| self.region(*region));
            let now = related(ix, &self.all.releases[..at], series, region);
            if self.related[at] != now {
                self.related.replace(at..at + 1, vec![now]);
                changed.push(ix);
            }
        }
        changed
    }

    /// Tags and series, each with those of one release.
    fn topics<'b>(&mut self, brief: &'b Brief) -> [(&mut Vec<Topic>, &'b [NameId]); 2] {
        [(&mut self.tags, &brief.tags), (&mut self.series, brief.series.as_slice())]
    }

    pub fn region(&self, region: RegionId) -> Option<&Run> {
        self.regions.get(usize::from(region.0))
    }

    /// Older releases of the same series or region, nearest first, of the one at a place in `all`.
    pub fn related(&self, at: usize) -> impl Iterator<Item = ReleaseIx> {
        let related = self.related.get(at).into_iter().flatten();
        related.take_while(|number| **number != NOBODY).map(|number| *number as ReleaseIx)
    }

    pub fn tag(&self, name: &str) -> Option<usize> {
        find(&self.tags, name).ok()
    }

    pub fn series(&self, name: &str) -> Option<usize> {
        find(&self.series, name).ok()
    }
}

/// The older releases that the page of one shows as related, nearest first: those of its series, then
/// those of its region. The one just before it has a link of its own.
fn related(
    ix: ReleaseIx,
    before: &[ReleaseIx],
    in_series: Option<&[ReleaseIx]>,
    in_region: Option<&Run>,
) -> [u32; RELATED] {
    let older = |releases: &'_ [ReleaseIx]| match releases.last() {
        Some(last) if *last >= ix => place(releases, ix),
        _ => releases.len(),
    };
    let series = in_series.into_iter().flat_map(|releases| releases[..older(releases)].iter().rev());
    let region = in_region.into_iter().flat_map(|run| run.releases[..older(&run.releases)].iter().rev());
    let mut related = [NOBODY; RELATED];
    let mut found = 0;
    for other in series.chain(region.take(2 * RELATED)) {
        if found == RELATED {
            break;
        }
        let number = u32::try_from(*other).unwrap_or(NOBODY);
        if before.last() != Some(other) && !related.contains(&number) {
            related[found] = number;
            found += 1;
        }
    }
    related
}

/// The place of a topic among those of its kind, or where it would stand.
fn find(topics: &[Topic], name: &str) -> Result<usize, usize> {
    topics.binary_search_by(|topic| topic.name.as_str().cmp(name))
}

/// What has a release, by name.
fn topics(names: &Names, lists: Vec<Vec<ReleaseIx>>) -> Vec<Topic> {
    let named = lists.into_iter().enumerate().filter(|(_, releases)| !releases.is_empty());
    let topic = |(at, releases)| {
        let name = names.at(at).to_owned();
        Topic { slug: slug_proposal(&name), name, releases }
    };
    let mut topics: Vec<Topic> = named.map(topic).collect();
    topics.sort_unstable_by(|a, b| a.name.cmp(&b.name));
    topics
}
