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

use super::brief::{Briefs, Names};

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
        match self {
            Self::Year(year) => format!("{year:04}"),
            Self::Month(year, month) => format!("{year:04}/{month:02}"),
            Self::Day(year, month, day) => format!("{year:04}/{month:02}/{day:02}"),
        }
    }
}

/// A list of releases, oldest first, with its periods as ranges of it.
#[derive(Debug, Default, Serialize, Deserialize)]
pub struct Run {
    #[serde(with = "column")]
    pub releases: Vec<ReleaseIx>,
    pub years: Vec<(Period, Range<usize>)>,
    pub months: Vec<(Period, Range<usize>)>,
    pub days: Vec<(Period, Range<usize>)>,
}

impl Run {
    fn push(&mut self, ix: ReleaseIx, date: Date) {
        let at = self.releases.len();
        self.releases.push(ix);
        let (year, month, day) = (date.year(), date.month(), date.day());
        extend(&mut self.years, Period::Year(year), at);
        extend(&mut self.months, Period::Month(year, month), at);
        extend(&mut self.days, Period::Day(year, month, day), at);
    }

    fn of_kind(&self, period: Period) -> &[(Period, Range<usize>)] {
        match period {
            Period::Year(_) => &self.years,
            Period::Month(..) => &self.months,
            Period::Day(..) => &self.days,
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

    /// The months of a year or the days of a month, oldest first, with how many releases they have.
    pub fn parts_of(&self, period: Period) -> impl Iterator<Item = (Period, usize)> {
        let narrower: &[_] = match period {
            Period::Year(_) => &self.months,
            Period::Month(..) => &self.days,
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

fn extend(periods: &mut Vec<(Period, Range<usize>)>, period: Period, at: usize) {
    match periods.last_mut() {
        Some((last, range)) if *last == period => range.end = at + 1,
        _ => periods.push((period, at..at + 1)),
    }
}

/// A tag or a series.
#[derive(Debug, Serialize, Deserialize)]
pub struct Topic {
    pub name: String,
    pub slug: String,
    /// Oldest first.
    #[serde(with = "column")]
    pub releases: Vec<ReleaseIx>,
}

/// All releases of a language, in every order that pages need.
#[derive(Debug, Serialize, Deserialize)]
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
    #[serde(with = "column")]
    related: Vec<[u32; RELATED]>,
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
            all: Run::default(),
            regions: (0..regions).map(|_| Run::default()).collect(),
            provinces: BTreeMap::new(),
            tags: Vec::new(),
            series: Vec::new(),
            related: Vec::with_capacity(range.len()),
        };
        let names = briefs.names();
        // By name.
        let mut tags: Vec<Vec<ReleaseIx>> = vec![Vec::new(); names.count()];
        let mut series = tags.clone();
        for ix in range {
            let brief = &briefs[ix];
            // The neighbour just before has its own link, so it is not related as well.
            let before = shelf.all.releases.last().copied();
            let in_series = brief.series.map(|name| &series[name.index()]);
            let in_region = brief.regions.first().and_then(|region| shelf.regions.get(usize::from(region.0)));
            let older = in_series.into_iter().flatten().rev();
            let older = older
                .chain(in_region.into_iter().flat_map(|run| run.releases.iter().rev().take(2 * RELATED)));
            let mut related = [NOBODY; RELATED];
            let mut found = 0;
            for other in older {
                if found == RELATED {
                    break;
                }
                let number = u32::try_from(*other).unwrap_or(NOBODY);
                if Some(*other) != before && !related.contains(&number) {
                    related[found] = number;
                    found += 1;
                }
            }
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

    pub fn region(&self, region: RegionId) -> Option<&Run> {
        self.regions.get(usize::from(region.0))
    }

    /// Older releases of the same series or region, nearest first, of the one at a place in `all`.
    pub fn related(&self, at: usize) -> impl Iterator<Item = ReleaseIx> {
        let related = self.related.get(at).into_iter().flatten();
        related.take_while(|number| **number != NOBODY).map(|number| *number as ReleaseIx)
    }

    pub fn tag(&self, name: &str) -> Option<usize> {
        self.tags.binary_search_by(|topic| topic.name.as_str().cmp(name)).ok()
    }

    pub fn series(&self, name: &str) -> Option<usize> {
        self.series.binary_search_by(|topic| topic.name.as_str().cmp(name)).ok()
    }
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
