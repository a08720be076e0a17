//! What a found name is worth by the words round it.

use std::collections::{BTreeMap, HashSet};

use crate::model::territory::{ProvinceId, RegionId, unclitic};
use crate::text::source::Span;

use super::cues::{Cue, cue, is_body, is_common_word, is_plain, is_seat, is_title_of_person, joins, lists};
use super::words::{Gap, Words};
use super::{Level, Mention, Passed, REACH, Target};

/// A name that was found, as a range of words.
#[derive(Debug)]
pub(super) struct Found {
    pub start: usize,
    pub end: usize,
    pub target: Target,
    pub key: String,
}

/// The name before, whose cue may hold for the next one of a list.
#[derive(Debug)]
pub(super) struct Last {
    pub end: usize,
    pub cue: Option<Cue>,
}

impl Last {
    pub fn cue_for(&self, words: &Words, start: usize) -> Option<Cue> {
        let between = self.end..start;
        let listed = between.clone().all(|at| lists(words.key(at)) || words.key(at) == "وب");
        let near =
            (self.end..=start).all(|at| words.list.get(at).is_some_and(|word| word.gap < Gap::Sentence));
        self.cue.filter(|_| between.len() <= REACH && listed && near)
    }
}

/// Scores and mentions of one text.
#[derive(Debug, Default)]
pub(super) struct Tally {
    pub scores: BTreeMap<RegionId, f32>,
    pub mentions: Vec<Mention>,
    /// Names that do not count, each once.
    pub passed: Vec<(String, Passed)>,
    /// What was counted already, by sentence; no sentence is the title.
    counted: HashSet<(Target, Option<usize>)>,
}

impl Tally {
    /// Scores a target once a sentence. Says whether it was new there.
    pub fn score(&mut self, target: Target, region: RegionId, sentence: Option<usize>, weight: f32) -> bool {
        let new = self.counted.insert((target, sentence));
        if new {
            *self.scores.entry(region).or_default() += weight;
        }
        new
    }

    /// Keeps a name that does not count, to be told.
    pub fn pass(&mut self, words: &Words, found: &Found, why: Passed) {
        // Names of villages are ordinary words by the dozen.
        if why == Passed::Word && matches!(found.target, Target::Commune { .. }) {
            return;
        }
        let name = name(words, found);
        if self.passed.iter().all(|(known, _)| *known != name) {
            self.passed.push((name, why));
        }
    }

    /// Counts a mention of a place, once a sentence.
    pub fn count(
        &mut self,
        words: &Words,
        found: &Found,
        sentence: Option<usize>,
        (region, province, level): (RegionId, Option<ProvinceId>, Level),
    ) {
        let (first, last) = (&words.list[found.start].place, &words.list[found.end - 1].place);
        let same = |mention: &&mut Mention| {
            mention.level == level && mention.region == region && mention.province == province
        };
        let place = if sentence.is_some() { Span::new(first.start, last.end) } else { Span::default() };
        match self.mentions.iter_mut().find(same) {
            Some(mention) => {
                mention.count += 1;
                mention.titled |= sentence.is_none();
                if mention.first == Span::default() {
                    mention.first = place;
                }
            }
            None => self.mentions.push(Mention {
                name: name(words, found),
                count: 1,
                titled: sentence.is_none(),
                region,
                province,
                first: place,
                level,
            }),
        }
    }
}

/// A name as it stands in its text.
fn name(words: &Words, found: &Found) -> String {
    let (first, last) = (&words.list[found.start].place, &words.list[found.end - 1].place);
    words.text[first.start..last.end].split_whitespace().collect::<Vec<_>>().join(" ")
}

/// What a name is worth: an explicit region more than a place that the text calls a province, that
/// more than a bare province, and a municipality least.
pub(super) fn weight(target: Target, cue: Option<Cue>) -> f32 {
    match (target, cue) {
        (Target::Region(_), Some(Cue::Region)) => 4.0,
        (Target::Region(_), _) => 3.0,
        (Target::Province(_), Some(Cue::Province)) => 3.0,
        (Target::Province(_), Some(_)) => 2.0,
        (Target::Province(_), None) => 1.0,
        (Target::South, _) => 2.0,
        (Target::Commune { .. }, Some(_)) => 1.0,
        (Target::Commune { urban: true, .. }, None) => 0.75,
        (Target::Commune { .. }, None) => 0.5,
    }
}

/// The word before a name that says what it stands for.
pub(super) fn cue_before(words: &Words, start: usize) -> Option<Cue> {
    let mut at = start;
    // « Université Hassan II de Casablanca »: past a proper name, only an institution reaches on.
    let mut past_name = false;
    while at > 0 && start - at < REACH {
        if words.list[at].gap >= Gap::Hard {
            return None;
        }
        at -= 1;
        let key = words.key(at);
        let found = cue(key).or_else(|| unclitic(key).find_map(|bare| cue(&bare)));
        if found.is_some() {
            return found.filter(|cue| !past_name || *cue == Cue::Other);
        }
        if !joins(key) {
            if !words.list[at].capital {
                return None;
            }
            past_name = true;
        }
    }
    None
}

/// Why a name does not say what the text is about, if so: it may stand for a seat, an institution, a
/// person, the place where the text was written, or be an ordinary word. `since` is where the name
/// before it ends.
pub(super) fn passed(
    words: &Words,
    found: &Found,
    cue: Option<Cue>,
    title: bool,
    since: usize,
) -> Option<Passed> {
    match cue {
        Some(Cue::Other) => return Some(Passed::Institution),
        Some(_) => return None,
        None => {}
    }
    if is_word(words, found) {
        return Some(Passed::Word);
    }
    if !title && is_dateline(words, found) {
        return Some(Passed::Dateline);
    }
    let venue = if title { None } else { venue(words, found, since) };
    venue.or_else(|| is_name_of_another(words, found).then_some(Passed::Name))
}

/// Whether a name alone is an ordinary word as well.
pub(super) fn is_word(words: &Words, found: &Found) -> bool {
    let short = matches!(found.target, Target::Commune { .. }) && found.key.chars().count() <= 4;
    // « Sale » is a word, « Salé » a town.
    let unaccented = found.key == "sale" && words.text[words.list[found.start].place.clone()].is_ascii();
    short || unaccented || is_common_word(&found.key)
}

/// « Rabat, 4 août 2026 – … », « الرباط/4 غشت »: where a text was written.
fn is_dateline(words: &Words, found: &Found) -> bool {
    // « Fait à Rabat, le 3 mai » opens with the words before.
    let mut first = found.start;
    while first > 0
        && words.list[first].gap < Gap::Sentence
        && matches!(words.key(first - 1), "fait" | "a" | "حرر" | "في")
    {
        first -= 1;
    }
    let opens = words.list[first].gap == Gap::Paragraph;
    let Some(next) = words.list.get(found.end).filter(|_| opens) else { return false };
    let key = words.key(found.end);
    let dated = key.bytes().all(|byte| byte.is_ascii_digit()) && !key.is_empty();
    let agency =
        matches!(key, "map" | "ومع" | "le" | "afp" | "lundi" | "mardi" | "mercredi" | "jeudi" | "vendredi");
    next.gap == Gap::Slash || matches!(next.gap, Gap::Hard | Gap::Dash) && (dated || agency)
}

/// A seat or a national body a few words before, in the same sentence. A seat is in one place: it
/// says nothing of the second name after it.
fn venue(words: &Words, found: &Found, since: usize) -> Option<Passed> {
    const FAR: usize = 9;
    let sentence = words.list[found.start].sentence;
    let from = found.start.saturating_sub(FAR);
    let before = (from..found.start).filter(|at| words.list[*at].sentence == sentence);
    let mut previous = "";
    for at in before {
        let key = words.key(at);
        if is_body(previous, key) {
            return Some(Passed::Body);
        }
        if at >= since && is_seat(at.checked_sub(1).map_or("", |before| words.key(before)), key) {
            return Some(Passed::Seat);
        }
        // « conférence de presse »: small words do not part the two.
        if !joins(key) {
            previous = key;
        }
    }
    None
}

/// A part of a person's or an institution's name: « M. Safi », « Casablanca Finance City ».
fn is_name_of_another(words: &Words, found: &Found) -> bool {
    let word = &words.list[found.start];
    let before = found.start.checked_sub(1);
    if before.is_some_and(|at| word.gap < Gap::Sentence && is_title_of_person(words.key(at))) {
        return true;
    }
    if word.arabic {
        return false;
    }
    // In Latin script, by a capital close to it that neither begins the sentence nor is an acronym's.
    let part = |at: usize| {
        let other = &words.list[at];
        other.capital && !other.capitals && !is_plain(words.key(at))
    };
    let single = found.end == found.start + 1 && !word.capitals;
    let next = words.list.get(found.end);
    let goes_on = single && next.is_some_and(|next| next.gap == Gap::Close) && part(found.end);
    let went_before =
        word.gap == Gap::Close && before.is_some_and(|at| words.list[at].gap < Gap::Sentence && part(at));
    goes_on || went_before
}
