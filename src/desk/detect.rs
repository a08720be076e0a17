//! Which region a text speaks of: proposed with its evidence, never decided.
//!
//! Names are weighed by what stands before them. A region, or a place that the text calls a
//! province, says more than a bare name; a venue, a dateline, an institution or a person that
//! bears a place's name says nothing.

mod cues;
mod weigh;
mod words;

use std::collections::HashMap;

use self::weigh::{Found, Last, Tally};
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

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
enum Target {
    Region(RegionId),
    Province(ProvinceId),
    Commune {
        region: RegionId,
        province: Option<ProvinceId>,
        urban: bool,
    },
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
        let south: Vec<_> =
            territory.regions().filter(|(_, region)| SOUTH.contains(&&*region.slug)).collect();
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
        // By score, and by the territory's order where scores are equal: the answer is always the same.
        regions.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
        let total: f32 = regions.iter().map(|(_, score)| score).sum();
        let (best, first) = regions.first().copied().unwrap_or((self.territory.national(), 0.0));
        let second = regions.get(1).map_or(0.0, |(_, score)| *score);
        let dominant = first >= LEAST && first >= 2.0 * second && first >= total / 2.0;
        let proposal = if dominant { best } else { self.territory.national() };
        let mut provinces = Vec::new();
        for mention in tally.mentions.iter().filter(|m| m.level == Level::Province && m.region == proposal) {
            if let Some(province) = mention.province.filter(|province| !provinces.contains(province)) {
                provinces.push(province);
            }
        }
        Detection {
            proposal,
            sure: dominant && first >= PLENTY && first >= 3.0 * second,
            provinces,
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
            let cue = weigh::cue_before(words, found.start).or(inherited);
            if weigh::counts(words, &found, cue, title) {
                self.add(words, &found, cue, title, tally);
            }
            last = Some(Last { end: found.end, cue });
            at = found.end;
        }
    }

    fn add(&self, words: &Words, found: &Found, cue: Option<cues::Cue>, title: bool, tally: &mut Tally) {
        let word = &words.list[found.start];
        let factor = match (title, word.paragraph) {
            (true, _) => TITLE,
            (false, 0) => LEAD,
            _ => 1.0,
        };
        // One count a sentence; the title is one.
        let sentence = if title { None } else { Some(word.sentence) };
        let weight = factor * weigh::weight(found.target, cue);
        let place = match found.target {
            Target::South => {
                for region in &self.south {
                    tally.score(Target::Region(*region), *region, sentence, weight);
                }
                return;
            }
            Target::Region(region) => (region, None, Level::Region),
            Target::Province(id) => (self.territory.province(id).region, Some(id), Level::Province),
            Target::Commune { region, province, .. } => (region, province, Level::Commune),
        };
        if tally.score(found.target, place.0, sentence, weight) {
            tally.count(words, found, sentence, place);
        }
    }

    /// The longest name that begins at a word.
    fn at(&self, words: &Words, start: usize) -> Option<Found> {
        let word = words.list.get(start)?;
        if word.arabic {
            return self
                .longest(words, start, words.key(start))
                .or_else(|| unclitic(words.key(start)).find_map(|key| self.longest(words, start, &key)));
        }
        // In Latin script a name has a capital, or it would be « sale » and « rabat ».
        let article = matches!(words.key(start), "l" | "la" | "le" | "el" | "al" | "es");
        let capital = word.capital
            || article
                && words.list.get(start + 1).is_some_and(|next| next.capital && next.gap == Gap::Close);
        let group = matches!(words.key(start), "provinces" | "regions");
        if !capital && !group {
            return None;
        }
        self.longest(words, start, words.key(start)).filter(|found| capital || found.target == Target::South)
    }

    fn longest(&self, words: &Words, start: usize, first: &str, clitic: bool) -> Option<Found> {
        let mut key = first.to_owned();
        let mut names = &self.names[..];
        let mut found = None;
        let mut end = start + 1;
        loop {
            // Of the names that began like the words so far, those that go on likewise.
            names = &names[names.partition_point(|(name, _)| **name < *key)..];
            names = &names[..names.partition_point(|(name, _)| name.starts_with(&key))];
            match names.first() {
                Some((name, target)) if *name == key => {
                    found = Some(Found { start, end, target: *target, clitic });
                }
                Some(_) => {}
                None => return found,
            }
            match words.list.get(end) {
                Some(word) if end < start + LONGEST && word.gap <= Gap::Dash => key.push_str(words.key(end)),
                _ => return found,
            }
            end += 1;
        }
    }

    /// Whether the name says where the text's matter lies.
    fn counts(&self, words: &Words, found: &Found, cue: Option<Cue>, title: bool, beside: bool) -> bool {
        if found.target == Target::South {
            return true;
        }
        let told = matches!(cue, Some(Cue::Region | Cue::Province | Cue::Local));
        if cue == Some(Cue::Other) || !title && is_dateline(words, found) {
            return false;
        }
        if told {
            return true;
        }
        if is_venue(words, found.start) {
            return false;
        }
        // A name of several words is hardly a person's.
        let single = found.end == found.start + 1;
        if single && !beside && is_in_longer_name(words, found) {
            return false;
        }
        let key: String = (found.start..found.end).map(|at| words.key(at)).collect();
        let latin = !words.list[found.start].arabic;
        let whole = if found.clitic { unclitic(&key).any(|key| cues::is_common_word(&key)) } else { false };
        if whole || cues::is_common_word(&key) {
            return false;
        }
        match found.target {
            // « Sale » is a word, « Salé » a town.
            Target::Province(_) if key == "sale" => words.list[found.start].accented,
            // Arabic has no capitals: towns, wadis and olive trees look alike.
            Target::Commune { .. } => latin && key.len() > 4,
            _ => true,
        }
    }

    fn add(&self, words: &Words, found: &Found, cue: Option<Cue>, title: bool, tally: &mut Tally) {
        let told = cue.is_some();
        let weight = match found.target {
            Target::Region(_) if told => 5.0,
            Target::Region(_) => 4.0,
            Target::Province(_) if cue == Some(Cue::Province) => 3.0,
            Target::Province(_) if told => 2.5,
            Target::Province(_) | Target::South => 2.0,
            Target::Commune { .. } if told => 1.5,
            Target::Commune { urban: true, .. } => 0.75,
            Target::Commune { .. } => 0.4,
        };
        let word = &words.list[found.start];
        let place = if title {
            TITLE
        } else if word.paragraph == 0 {
            LEAD
        } else {
            1.0
        };
        let last = &words.list[found.end - 1];
        let span = word.place.start..last.place.end;
        let first = if title { Span::default() } else { span.clone().into() };
        let (level, province) = match found.target {
            Target::Region(_) | Target::South => (Level::Region, None),
            Target::Province(id) => (Level::Province, Some(id)),
            Target::Commune { province, .. } => (Level::Commune, province),
        };
        let regions = match found.target {
            Target::Region(id) => vec![id],
            Target::Province(id) => vec![self.territory.province(id).region],
            Target::Commune { region, .. } => vec![region],
            Target::South => self.south.clone(),
        };
        for region in regions {
            // Without the particle, the name is the territory's.
            let name = match found.target {
                Target::Province(id) if found.clitic => self.territory.province(id).names.get("ar"),
                Target::Region(id) if found.clitic => self.territory.region(id).names.get("ar"),
                _ => &words.text[span.clone()],
            };
            let place_key = (found.target, region);
            let sentence = (title, word.sentence);
            let (at, scored) = tally.seen.entry((place_key, sentence)).or_insert((usize::MAX, 0.0));
            let score = weight * place;
            // One count a sentence, at the best weight that the sentence gives.
            *tally.scores.entry(region).or_default() += (score - *scored).max(0.0);
            *scored = scored.max(score);
            if *at != usize::MAX {
                continue;
            }
            *at = *tally.at.entry(place_key).or_insert_with(|| {
                let name = name.split_whitespace().collect::<Vec<_>>().join(" ");
                tally.mentions.push(Mention { name, count: 0, region, province, first, level });
                tally.mentions.len() - 1
            });
            if let Some(mention) = tally.mentions.get_mut(*at) {
                mention.count += 1;
                if mention.first == Span::default() {
                    mention.first = first;
                }
            }
        }
    }
}

/// What the texts have given so far.
#[derive(Default)]
struct Tally {
    scores: BTreeMap<RegionId, f32>,
    mentions: Vec<Mention>,
    /// Where a place's mention stands in `mentions`.
    at: HashMap<(Target, RegionId), usize>,
    /// What a place has scored in a sentence (of the title, of the body).
    seen: HashMap<((Target, RegionId), (bool, usize)), (usize, f32)>,
}

struct Found {
    start: usize,
    /// After its last word.
    end: usize,
    target: Target,
    /// A particle is written as one word with it.
    clitic: bool,
}

/// The name before, whose cue may hold for the next: « les provinces de Tata et de Tiznit ».
struct Last {
    end: usize,
    cue: Option<Cue>,
}

impl Last {
    fn cue_for(&self, words: &Words, start: usize) -> Option<Cue> {
        let between = words.list.get(self.end..start)?;
        let near = between.len() < REACH && words.list.get(start)?.gap < Gap::Sentence;
        let listed = (self.end..start).all(|at| cues::lists(words.key(at)))
            && between.iter().all(|word| word.gap < Gap::Sentence);
        self.cue.filter(|_| near && listed)
    }
}

fn namesakes(known: Target, region: RegionId, province: Option<ProvinceId>) -> Option<Target> {
    match known {
        Target::Commune { region: other, province: its, urban } if other == region => {
            Some(Target::Commune { region, province: its.filter(|its| Some(*its) == province), urban })
        }
        _ => None,
    }
}

/// The nearest cue before a word, as long as only words that join stand between.
fn cue_before(words: &Words, start: usize) -> Option<Cue> {
    let mut at = start;
    for _ in 0..REACH {
        if matches!(words.list.get(at)?.gap, Gap::Dash | Gap::Hard | Gap::Sentence | Gap::Paragraph) {
            return None;
        }
        at = at.checked_sub(1)?;
        let key = words.key(at);
        let found = cues::cue(key)
            .or_else(|| words.list[at].arabic.then(|| unclitic(key).find_map(|key| cues::cue(&key)))?);
        if found.is_some() {
            return found;
        }
        // « Université Hassan II de Casablanca »: the institution's own name stands between.
        if !cues::joins(key) && !words.list[at].capital {
            return None;
        }
    }
    None
}

/// « Siège central du parti à Rabat », « Conseil national à Bouznika ».
fn is_venue(words: &Words, start: usize) -> bool {
    let Some(word) = words.list.get(start) else { return false };
    let before = |back: usize| {
        let at = start.checked_sub(back)?;
        (words.list[at].sentence == word.sentence).then(|| words.key(at))
    };
    if !word.arabic && !matches!(before(1), Some("a" | "au" | "en")) {
        return false;
    }
    for back in 1..=2 * REACH {
        let Some(key) = before(back) else { return false };
        // Who is met there says that the meeting is about the place.
        if matches!(key, "avec" | "militants" | "militantes" | "habitants" | "elus" | "مع" | "مناضلي")
        {
            return false;
        }
        if cues::is_seat(key) {
            return true;
        }
        if back <= REACH + 1 && before(back + 1).is_some_and(|first| cues::is_body(first, key)) {
            return true;
        }
    }
    false
}

/// « Rabat, le 12 mars », « RABAT (MAP) », « الرباط/4 غشت 2015 », « Agadir – ».
fn is_dateline(words: &Words, found: &Found) -> bool {
    let mut first = found.start;
    while let Some(before) = first.checked_sub(1)
        && words.list[first].gap < Gap::Sentence
        && matches!(words.key(before), "fait" | "a" | "حرر" | "ب" | "في")
    {
        first = before;
    }
    let opens = words.list[first].gap == Gap::Paragraph
        || first > 0
            && words.text[words.list[first - 1].place.end..words.list[first].place.start].contains('\n');
    let Some(after) = words.list.get(found.end - 1).and_then(|word| words.text.get(word.place.end..)) else {
        return false;
    };
    let rest = after.trim_start_matches([' ', '\u{a0}', '*', '_']);
    let Some(sign) = rest.chars().next().filter(|_| opens) else { return false };
    match sign {
        '(' | '/' => true,
        '–' | '—' => true,
        '-' => rest.len() < after.len(),
        ',' | '،' => {
            let next = rest[sign.len_utf8()..].trim_start();
            let next = next.strip_prefix("le ").or_else(|| next.strip_prefix("في ")).unwrap_or(next);
            next.starts_with(|c: char| c.is_numeric())
        }
        _ => false,
    }
}

/// A word beside it makes it a part of a person's or an institution's name.
fn is_in_longer_name(words: &Words, found: &Found) -> bool {
    let Some(word) = words.list.get(found.start) else { return false };
    let before = found.start.checked_sub(1).filter(|at| words.list[*at].sentence == word.sentence);
    if before.is_some_and(|at| cues::is_title_of_person(words.key(at))) {
        return true;
    }
    if word.arabic {
        return false;
    }
    // Where all is in capitals, they tell nothing; an acronym is no part of a name.
    let names = |at: usize| {
        let other = &words.list[at];
        other.capital && !other.capitals && !cues::is_plain(words.key(at)) && !word.capitals
    };
    let follows = words.list.get(found.end).is_some_and(|next| next.gap == Gap::Close) && names(found.end);
    follows || word.gap == Gap::Close && before.is_some_and(names)
}

impl Detection {
    /// What speaks for the proposal, as a person can check it:
    /// « Souss-Massa ×5, Inezgane-Aït Melloul ×2 → MA-09 ».
    pub fn evidence(&self, territory: &Territory) -> String {
        let mut mentions: Vec<_> = self.mentions.iter().collect();
        mentions.sort_by_key(|mention| {
            (mention.region != self.proposal, std::cmp::Reverse(mention.count), mention.level)
        });
        let mut evidence = String::new();
        for (at, mention) in mentions.iter().enumerate() {
            if at > 0 {
                evidence.push_str(", ");
            }
            let _ = write!(evidence, "{} ×{}", mention.name, mention.count);
            if mention.region != self.proposal {
                let _ = write!(evidence, " ({})", label(territory, mention.region));
            }
        }
        let arrow = if evidence.is_empty() { "→" } else { " →" };
        let _ = write!(evidence, "{arrow} {}", label(territory, self.proposal));
        evidence
    }
}

fn label(territory: &Territory, id: RegionId) -> &str {
    let region = territory.region(id);
    region.iso.as_deref().unwrap_or(&region.slug)
}

#[cfg(test)]
mod tests;
