//! Which region a text speaks of: proposed with its evidence, never decided.
//!
//! Names are weighed by what stands before them. A region, or a place that the text calls a
//! province, says more than a bare name; a seat, a dateline, an institution or a person that
//! bears a place's name says nothing.

mod cues;
mod weigh;
mod words;

use std::collections::HashMap;

use self::weigh::{Found, Last, Tally};
use self::words::{Gap, Words};
use super::surroundings::{after_opening, end, is_dateline, start};
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
    /// Whether the title has it.
    pub titled: bool,
    pub region: RegionId,
    pub province: Option<ProvinceId>,
    /// In the body; empty where only the title has the name.
    pub first: Span,
    pub level: Level,
}

/// Why a name that a text has says nothing of what it is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Passed {
    Dateline,
    /// In a letterhead or a label.
    Above,
    Seat,
    /// Where a national body meets.
    Body,
    /// An institution, an event or an agreement.
    Institution,
    /// A part of another name.
    Name,
    Word,
}

impl Passed {
    fn says(self) -> &'static str {
        match self {
            Self::Dateline => "where the text was written",
            Self::Above => "above the text",
            Self::Seat => "a seat",
            Self::Body => "where a national body meets",
            Self::Institution => "in the name of an institution or event",
            Self::Name => "a part of another name",
            Self::Word => "also an ordinary word",
        }
    }
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
    /// Names that do not count, and why.
    pub passed: Vec<(String, Passed)>,
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

/// The same for a text whose head was taken off it: the lines that stood above.
pub(super) fn detect_below(territory: &Territory, above: &[String], title: &str, body: &str) -> Detection {
    let detector = Detector::new(territory);
    let mut tally = Tally::default();
    for line in above {
        let why = if is_dateline(line) { Passed::Dateline } else { Passed::Above };
        detector.pass(line, why, &mut tally);
    }
    detector.detect_with(tally, title, body)
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
        self.detect_with(Tally::default(), title, body)
    }

    fn detect_with(&self, mut tally: Tally, title: &str, body: &str) -> Detection {
        self.scan(&Words::of(title), true, &mut tally);
        // Where a text was written says nothing, and the lead is what comes after.
        let above = start(body);
        let lead = above + after_opening(&body[above..]).unwrap_or(0);
        let end = end(body).max(lead);
        let text = &body[lead..end];
        self.pass(&body[..lead], Passed::Dateline, &mut tally);
        self.pass(&body[end..], Passed::Dateline, &mut tally);
        self.scan(&Words::of(text), false, &mut tally);
        for mention in tally.mentions.iter_mut().filter(|mention| mention.first != Span::default()) {
            mention.first = mention.first.shifted(lead);
        }
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
            passed: tally.passed,
            regions,
        }
    }

    /// Keeps the names of a text in which none counts.
    fn pass(&self, text: &str, why: Passed, tally: &mut Tally) {
        let words = Words::of(text);
        let mut at = 0;
        while at < words.list.len() {
            let found = self.at(&words, at);
            at = found.as_ref().map_or(at + 1, |found| found.end);
            if let Some(found) = found.filter(|found| !weigh::is_word(&words, found)) {
                tally.pass(&words, &found, why);
            }
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
            let since = last.as_ref().map_or(0, |last| last.end);
            match weigh::passed(words, &found, cue, title, since) {
                Some(why) => tally.pass(words, &found, why),
                None => self.add(words, &found, cue, title, tally),
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

    fn longest(&self, words: &Words, start: usize, first: &str) -> Option<Found> {
        let mut key = first.to_owned();
        let mut range = &self.names[..];
        let mut found = None;
        let mut end = start + 1;
        loop {
            // Of the names that began like the words so far, those that go on likewise.
            range = &range[range.partition_point(|(name, _)| **name < *key)..];
            range = &range[..range.partition_point(|(name, _)| name.starts_with(&key))];
            let (name, target) = match range.first() {
                Some(first) => first,
                None => return found,
            };
            if *name == key {
                found = Some(Found { start, end, target: *target, key: key.clone() });
            }
            match words.list.get(end) {
                Some(word) if end < start + LONGEST && word.gap <= Gap::Dash => key.push_str(words.key(end)),
                _ => return found,
            }
            end += 1;
        }
    }
}

impl Detection {
    /// The mentions that speak for the proposal, in one line: « Souss-Massa ×3, Agadir ×1 → MA-09 ».
    pub fn evidence(&self, territory: &Territory) -> String {
        let region = territory.region(self.proposal);
        let own = |mention: &&Mention| region.pseudo || mention.region == self.proposal;
        let mut mentions: Vec<&Mention> = self.mentions.iter().filter(own).collect();
        mentions.sort_by_key(|mention| (mention.level, std::cmp::Reverse(mention.count)));
        let shown: Vec<String> =
            mentions.iter().take(6).map(|mention| format!("{} ×{}", mention.name, mention.count)).collect();
        match shown.is_empty() {
            true => String::new(),
            false => format!("{} → {}", shown.join(", "), region.iso.as_deref().unwrap_or(&region.slug)),
        }
    }

    /// Why this region is proposed: the evidence, or why there is none.
    pub fn reason(&self, territory: &Territory) -> String {
        const MOST: usize = 6;
        let evidence = self.evidence(territory);
        if !evidence.is_empty() {
            return evidence;
        }
        if self.passed.is_empty() {
            return "the text names no place".to_owned();
        }
        let names: Vec<String> =
            self.passed.iter().take(MOST).map(|(name, why)| format!("{name} ({})", why.says())).collect();
        format!("no name of a place counts: {}", names.join(", "))
    }
}

/// What a name stands for that several municipalities bear: their common region, or nothing.
fn namesakes(known: Target, region: RegionId, province: Option<ProvinceId>) -> Option<Target> {
    match known {
        Target::Commune { region: other, province: first, urban } if other == region => {
            Some(Target::Commune { region, province: first.filter(|first| Some(*first) == province), urban })
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn proposed(title: &str, body: &str) -> String {
        let territory = Territory::morocco();
        let found = detect(&territory, title, body);
        territory.region(found.proposal).slug.clone()
    }

    #[test]
    fn the_evidence_decides() {
        for (title, body, expected) in [
            (
                "",
                "Une réunion s'est tenue dans la région de l'Oriental, à Oujda. Les élus de Berkane y étaient.",
                "oriental",
            ),
            (
                "",
                "Le secrétaire provincial de Tiznit a reçu les militants. À Tiznit, la salle était pleine.",
                "souss-massa",
            ),
            ("Congrès provincial USFP/Taza", "Les délégués ont voté le rapport moral.", "fes-meknes"),
            // A seat, a national body and a dateline say nothing of the text's subject.
            (
                "",
                "Le bureau s'est réuni au siège central du parti à Rabat. La situation nationale a été examinée.",
                "national",
            ),
            (
                "",
                "Le Conseil national, réuni à Bouznika, a adopté sa motion. Le Conseil national a salué les élus.",
                "national",
            ),
            ("", "Rabat, 4 août 2026 – La direction a publié une note sur les écoles.", "national"),
            ("", "Trois élus ont siégé : un siège à Tiznit, et le parti gagne.", "souss-massa"),
            ("", "Réuni au siège du parti à Rabat, le bureau a visité Tiznit.", "souss-massa"),
            // A venue names the town in which something happens.
            ("", "Le meeting a eu lieu au complexe sportif de Tanger.", "tanger-tetouan-al-hoceima"),
            ("", "Une soirée s'est tenue au théâtre de Tanger.", "tanger-tetouan-al-hoceima"),
            ("", "Le problème est complexe à Agadir.", "souss-massa"),
            ("", "عقد الحزب لقاء بقاعة البلدية بتيزنيت.", "souss-massa"),
            ("Un grand meeting du parti à Agadir", "Le parti organise un meeting.", "souss-massa"),
            // Names inside the names of other things.
            ("", "L'appel de Marrakech a été signé. L'accord de Rabat suivra.", "national"),
            ("", "M. Safi a pris la parole, puis Mme Settat.", "national"),
            ("", "Un colloque a eu lieu à l'Université Hassan II de Casablanca.", "national"),
            ("", "La place Casablanca Finance City recrute.", "national"),
            ("", "استقبل الأمير مولاي رشيد الوفد.", "national"),
            ("", "Le texte suit.\n\nFait à Rabat, le 3 mai 2026", "national"),
            // Ordinary words.
            ("", "Sale affaire que celle-là.", "national"),
            ("", "السنة الجديدة في الشرق الأوسط كما ذكر أنفا رأته العيون.", "national"),
            ("", "لقاء بإقليم الجديدة.", "casablanca-settat"),
            ("", "De l'eau sale coule près du rabat d'une tente, et tata compte les seaux.", "national"),
            ("", "Les quartiers de Salé manquent d'eau.", "rabat-sale-kenitra"),
            // A cue outweighs a seat.
            ("", "Au siège du parti, on a parlé de la province de Midelt.", "draa-tafilalet"),
            // Several regions without a dominant one.
            (
                "",
                "Des réunions ont eu lieu dans la région de Souss-Massa et dans la région de l'Oriental.",
                "national",
            ),
            ("", "Les provinces du Sud attendent un port. Les provinces du Sud ont voté.", "national"),
            // Lists share their cue.
            ("", "Les secrétaires provinciaux d'Azilal et de Khouribga ont signé.", "beni-mellal-khenifra"),
            // Arabic, with clitics and spaced dashes.
            ("", "زيارة لتيزنيت وتارودانت.", "souss-massa"),
            ("", "وببني ملال وخنيفرة لقاءات.", "beni-mellal-khenifra"),
            (
                "",
                "عقد الحزب لقاء بالدار البيضاء سطات. وحضر اللقاء منتخبو الدار البيضاء.",
                "casablanca-settat",
            ),
            ("", "استقبل الكاتب الجهوي بجهة سوس ماسة وفدا من إقليم تزنيت.", "souss-massa"),
            ("", "الرباط/4 غشت 2026/ أصدرت القيادة بيانا حول المدرسة.", "national"),
            ("", "الرباط في 12 مارس 2026 عقد الحزب لقاء بفاس.", "fes-meknes"),
            // The lead comes after labels and datelines.
            ("", "Le parti visite Fès.", "fes-meknes"),
            ("", "Communiqué de presse\n\nLe parti visite Fès.", "fes-meknes"),
            ("", "Rabat, le 3 mars 2026\n\nLe parti visite Fès.", "fes-meknes"),
            ("", "Communiqué\nRabat, le 3 mars 2026\n\nLe parti visite Fès.\n\nFin.", "fes-meknes"),
            ("", "Rabat, le 3 mars 2026 – Le parti visite Fès.", "fes-meknes"),
            (
                "",
                "COMMUNIQUÉ\nRabat le 3 mars 2026\n\nLe parti visite Fès.\nFait à Rabat, le 3 mars 2026\n",
                "fes-meknes",
            ),
            ("", "انعقد اجتماع بجهة فاس – مكناس يوم السبت.", "fes-meknes"),
        ] {
            assert_eq!(proposed(title, body), expected, "{title} {body}");
        }
    }

    #[test]
    fn names_that_do_not_count_are_told() {
        let territory = Territory::morocco();
        for (body, expected) in [
            ("Le parti parle.", "the text names no place"),
            (
                "Le bureau s'est réuni au siège central du parti à Rabat.",
                "no name of a place counts: Rabat (a seat)",
            ),
            (
                "Rabat, le 3 mars 2026 – Le Conseil national, réuni à Bouznika, a parlé. L'appel de Marrakech suit.",
                "no name of a place counts: Rabat (where the text was written), Bouznika (where a national body meets), \
                 Marrakech (in the name of an institution or event)",
            ),
            (
                "M. Settat a parlé. Safi aussi.\n\nFait à Rabat, le 3 mai 2026",
                "no name of a place counts: Rabat (where the text was written), Settat (a part of another name), Safi (also an ordinary word)",
            ),
        ] {
            assert_eq!(detect(&territory, "", body).reason(&territory), expected);
        }
        let above = ["Section de Tiznit".to_owned(), "Rabat, le 3 mars 2026".to_owned()];
        assert_eq!(
            detect_below(&territory, &above, "", "Le parti parle.").reason(&territory),
            "no name of a place counts: Tiznit (above the text), Rabat (where the text was written)"
        );
    }

    #[test]
    fn evidence_names_what_was_found_and_where_it_leads() {
        let territory = Territory::morocco();
        let body = "La région de Souss-Massa a tenu congrès.\n\nÀ Agadir, le maire a parlé. Souss-Massa attend.\n\n\
            Les secrétaires provinciaux d'Agadir Ida-Outanane et d'Inezgane-Aït Melloul ont conclu.";
        let found = detect(&territory, "", body);
        let names: Vec<&str> =
            found.provinces.iter().map(|id| territory.province(*id).names.get("fr")).collect();
        assert_eq!(names, ["Agadir-Ida-Ou-Tanane", "Inezgane-Aït Melloul"]);
        assert!(found.sure);
        assert!(found.evidence(&territory).starts_with("Souss-Massa ×2, "), "{}", found.evidence(&territory));
        assert!(found.evidence(&territory).ends_with("→ MA-09"));
    }
}
