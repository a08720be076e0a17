//! Which region a text speaks of: proposed with its evidence, never decided.
//!
//! Names are weighed by what stands before them. A region, or a place that the text calls a
//! province, says more than a bare name; a venue, a dateline, an institution or a person that
//! bears a place's name says nothing.

mod cues;
mod words;

use std::collections::{BTreeMap, HashMap};
use std::fmt::Write as _;

use self::cues::Cue;
use self::words::{Gap, Words};
use crate::model::territory::{Place, ProvinceId, RegionId, Territory, unclitic};
use crate::text::fold::fold;
use crate::text::source::Span;

/// What kind of place a name is of, the most telling first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    Region,
    Province,
    Commune,
}

/// A place that a text names.
#[derive(Clone, Debug, PartialEq)]
pub struct Mention {
    /// As it stands where it comes first.
    pub name: String,
    /// In how many sentences; the title is one.
    pub count: usize,
    pub region: RegionId,
    pub province: Option<ProvinceId>,
    /// In the body; empty where only the title has the name.
    pub first: Span,
    pub level: Level,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Detection {
    /// With their scores, best first.
    pub regions: Vec<(RegionId, f32)>,
    /// `national` where no region dominates.
    pub proposal: RegionId,
    /// The evidence is such that a person need not look twice.
    pub sure: bool,
    /// The prefectures and provinces of the proposed region that are named, in order of mention.
    pub provinces: Vec<ProvinceId>,
    pub mentions: Vec<Mention>,
}

/// Below it there is no proposal: one municipality's name is an accident.
const LEAST: f32 = 1.5;
/// From it on, a proposal may be sure.
const PLENTY: f32 = 5.0;
const TITLE: f32 = 2.0;
const LEAD: f32 = 1.5;
/// The words before a name that are looked at.
const REACH: usize = 5;
/// The longest name, in words.
const LONGEST: usize = 8;

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Target {
    Region(RegionId),
    Province(ProvinceId),
    Commune { region: RegionId, province: Option<ProvinceId>, urban: bool },
    /// « Provinces du Sud »: the three regions together.
    South,
}

const SOUTH: [&str; 3] = ["guelmim-oued-noun", "laayoune-sakia-el-hamra", "dakhla-oued-ed-dahab"];
const SOUTH_NAMES: [&str; 6] = [
    "provinces du Sud",
    "provinces sahariennes",
    "régions du Sud",
    "الأقاليم الجنوبية",
    "أقاليمنا الجنوبية",
    "أقاليم الجنوب",
];

/// Finds places in texts; made once for many.
#[derive(Debug)]
pub struct Detector<'t> {
    territory: &'t Territory,
    /// Sorted by key, so that the keys that begin alike stand together.
    names: Vec<(String, Target)>,
    south: Vec<RegionId>,
}

/// As [`Detector::detect`], for one text.
pub fn detect(territory: &Territory, title: &str, body: &str) -> Detection {
    Detector::new(territory).detect(title, body)
}

impl<'t> Detector<'t> {
    pub fn new(territory: &'t Territory) -> Self {
        let mut names: HashMap<String, Option<Target>> = HashMap::new();
        for (name, place) in territory.spellings() {
            let target = match place {
                Place::Region(id) => Target::Region(id),
                Place::Province(id) => Target::Province(id),
            };
            // An alias of several places, such as an old region's name, is evidence of none.
            names
                .entry(fold(name))
                .and_modify(|known| *known = known.filter(|known| *known == target))
                .or_insert(Some(target));
        }
        let mut communes: HashMap<String, Option<Target>> = HashMap::new();
        for commune in territory.communes() {
            let (region, province, urban) = (commune.region, Some(commune.province), commune.urban);
            for key in commune.names.all().map(|(_, name)| fold(name)) {
                if names.contains_key(&key) {
                    continue;
                }
                let target = Some(Target::Commune { region, province, urban });
                communes
                    .entry(key)
                    .and_modify(|known| *known = known.and_then(|known| namesakes(known, region, province)))
                    .or_insert(target);
            }
        }
        names.extend(communes);
        let south: Vec<_> = territory.regions().filter(|(_, region)| SOUTH.contains(&&*region.slug)).collect();
        if south.len() == SOUTH.len() {
            names.extend(SOUTH_NAMES.map(|name| (fold(name), Some(Target::South))));
        }
        let known = names.into_iter().filter(|(key, _)| !key.is_empty());
        let mut names: Vec<_> = known.filter_map(|(key, target)| Some((key, target?))).collect();
        names.sort_unstable();
        Self { territory, names, south: south.into_iter().map(|(id, _)| id).collect() }
    }

    /// Which region title and body speak of.
    pub fn detect(&self, title: &str, body: &str) -> Detection {
        let mut tally = Tally::default();
        self.scan(&Words::of(title), true, &mut tally);
        self.scan(&Words::of(body), false, &mut tally);
        self.judge(tally)
    }

    fn judge(&self, tally: Tally) -> Detection {
        let mut regions: Vec<_> = tally.scores.into_iter().collect();
        regions.sort_by(|a, b| b.1.total_cmp(&a.1));
        let total: f32 = regions.iter().map(|(_, score)| score).sum();
        let (best, first) = regions.first().copied().unwrap_or((self.territory.national(), 0.0));
        let second = regions.get(1).map_or(0.0, |(_, score)| *score);
        let dominant = first >= LEAST && first >= 2.0 * second && first >= total / 2.0;
        let proposal = if dominant { best } else { self.territory.national() };
        let provinces = tally.mentions.iter().filter(|mention| mention.level == Level::Province);
        let provinces = provinces.filter(|mention| mention.region == proposal);
        Detection {
            proposal,
            sure: dominant && first >= PLENTY && first >= 3.0 * second,
            provinces: provinces.filter_map(|mention| mention.province).collect(),
            mentions: tally.mentions,
            regions,
        }
    }

    fn scan(&self, words: &Words, title: bool, tally: &mut Tally) {
        let mut last: Option<Last> = None;
        let mut at = 0;
        while at < words.list.len() {
            let Some(found) = self.at(words, at) else {
                at += 1;
                continue;
            };
            let inherited = last.as_ref().and_then(|last| last.cue_for(words, found.start));
            let cue = cue_before(words, found.start).or(inherited);
            let follows = self.at(words, found.end).is_some();
            let precedes = last.as_ref().is_some_and(|last| last.end == found.start);
            if self.counts(words, &found, cue, title, precedes, follows) {
                self.add(words, &found, cue, title, tally);
            }
            last = Some(Last { end: found.end, cue });
            at = found.end;
        }
    }

    /// The longest name that begins at a word.
    fn at(&self, words: &Words, start: usize) -> Option<Found> {
        let word = words.list.get(start)?;
        if word.arabic {
            return self.longest(words, start, words.key(start), false).or_else(|| {
                unclitic(words.key(start)).find_map(|key| self.longest(words, start, &key, true))
            });
        }
        // In Latin script a name has a capital, or it would be « sale » and « rabat ».
        let article = matches!(words.key(start), "l" | "la" | "le" | "el" | "al" | "es");
        let capital = word.capital
            || article && words.list.get(start + 1).is_some_and(|next| next.capital && next.gap == Gap::Close);
        let group = matches!(words.key(start), "provinces" | "regions");
        if !capital && !group {
            return None;
        }
        self.longest(words, start, words.key(start), false)
            .filter(|found| capital || found.target == Target::South)
    }

    fn longest(&self, words: &Words, start: usize, first: &str, clitic: bool) -> Option<Found> {
        let mut key = first.to_owned();
        let mut range = &self.names[..];
        let mut found = None;
        let mut end = start + 1;
        loop {
            // Of the names that began like the words so far, those that go on likewise.
            let from = range.partition_point(|(name, _)| **name < *key);
            range = &range[from..];
            range = &range[..range.partition_point(|(name, _)| name.starts_with(&key))];
            let (name, target) = range.first()?.clone_target(&key, &mut found, start, end, clitic);
            let _ = (name, target);
            match words.list.get(end) {
                Some(word) if end < start + LONGEST && word.gap <= Gap::Dash => key.push_str(words.key(end)),
                _ => return found,
            }
            end += 1;
        }
    }
}
