//! Invents a portal of any size: the same one for the same seed and number, on any machine.
//!
//! Every release is made from its number alone, so that they can be made in any order by several
//! threads, and a release can name another without keeping it.

use std::fmt::Write;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use rayon::prelude::*;

use crate::header::{Form, Header};
use crate::words::{ARABIC, FRENCH, Words};

/// The day after the last release: the clock of every build of an invented portal.
pub const AS_OF: &str = "2026-11-01T12:00:00+00:00";

/// First day and number of days of the fifteen years.
const FIRST: Day = Day { year: 2012, month: 1, day: 1 };
const DAYS: u64 = 5418;

/// Lengths in words at every sixteenth of all releases, which is log-normal with a mean of 480.
const LENGTHS: [u64; 17] =
    [60, 155, 196, 230, 262, 294, 326, 360, 396, 436, 480, 533, 596, 678, 795, 1000, 1900];

/// SplitMix64 (Steele, Lea and Flood 2014): small, and the same everywhere.
#[derive(Clone)]
pub struct Random(u64);

impl Random {
    /// The generator of one purpose and number.
    fn of(seed: u64, purpose: u64, number: u64) -> Self {
        let mut random = Self(seed ^ purpose.rotate_left(48));
        let mixed = random.next() ^ number.wrapping_mul(0xd1b5_4a32_d192_ed03);
        Self(mixed)
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let z = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    pub fn below(&mut self, end: u64) -> u64 {
        ((u128::from(self.next()) * u128::from(end)) >> 64) as u64
    }

    pub fn percent(&mut self, share: u64) -> bool {
        self.below(100) < share
    }

    pub fn pick<T: Copy>(&mut self, from: &[T]) -> T {
        from[self.below(from.len() as u64) as usize]
    }
}

#[derive(Clone, Copy)]
pub struct Day {
    pub year: u64,
    pub month: u64,
    pub day: u64,
}

impl Day {
    fn after_first(mut days: u64) -> Self {
        let mut found = FIRST;
        loop {
            let leap = found.year.is_multiple_of(4);
            let length = match found.month {
                2 if leap => 29,
                2 => 28,
                4 | 6 | 9 | 11 => 30,
                _ => 31,
            };
            if days < length {
                return Self { day: days + 1, ..found };
            }
            days -= length;
            found.month += 1;
            if found.month > 12 {
                found = Self { year: found.year + 1, month: 1, ..found };
            }
        }
    }

    pub fn iso(self) -> String {
        format!("{:04}-{:02}-{:02}", self.year, self.month, self.day)
    }
}

/// What other releases may need of one.
pub struct Head {
    pub day: Day,
    pub arabic: bool,
    pub form: Form,
    plain: bool,
    pub title: String,
    pub slug: String,
}

impl Head {
    pub fn words(&self) -> &'static Words {
        if self.arabic { &ARABIC } else { &FRENCH }
    }

    /// Below `content/`.
    pub fn path(&self) -> String {
        let language = if self.arabic { ".ar" } else { "" };
        let ending = if self.plain { "txt" } else { "md" };
        format!("{:04}/{:02}/{}{language}.{ending}", self.day.year, self.day.month, self.slug)
    }

    /// Where a reader finds it, with the language and both slashes.
    pub fn address(&self) -> String {
        let (language, day) = (if self.arabic { "/ar" } else { "" }, self.day);
        format!("{language}/{:04}/{:02}/{:02}/{}/", day.year, day.month, day.day, self.slug)
    }
}

/// What the links of a text name.
#[derive(Clone, Copy, PartialEq)]
pub enum Links {
    Sources,
    Addresses,
}

/// An invented release.
pub struct Release {
    pub head: Head,
    pub header: Header,
    pub body: String,
}

impl Release {
    /// As Tribune reads it.
    pub fn text(&self) -> String {
        let mut text = String::with_capacity(512 + self.body.len());
        self.header.write(&mut text, &self.head);
        text.push_str(&self.body);
        text
    }
}

/// An invented portal.
pub struct Portal {
    seed: u64,
    /// Days after the first, in order: of all releases, and of one that is yet to be published.
    days: Vec<u64>,
}

impl Portal {
    pub fn new(seed: u64, releases: usize) -> Self {
        let day = |number| {
            // The larger of two draws in a third of all cases: the last years have most.
            let mut random = Random::of(seed, 1, number);
            let (first, second) = (random.below(DAYS), random.below(DAYS));
            if random.percent(60) { first.max(second) } else { first }
        };
        let mut days: Vec<u64> = (0..releases as u64).map(day).collect();
        days.sort_unstable();
        days.push(DAYS - 1);
        Self { seed, days }
    }

    /// How many releases there are; the next number is that of the one yet to be published.
    pub fn releases(&self) -> u64 {
        self.days.len() as u64 - 1
    }

    /// Writes the portal into a new folder. Says how many bytes of releases it has.
    pub fn write(&self, folder: &Path) -> io::Result<u64> {
        fs::create_dir_all(folder.join("content"))?;
        fs::write(folder.join("site.toml"), SITE)?;
        let content = folder.join("content");
        self.write_each(Links::Sources, |release| (content.join(release.head.path()), release.text()))
    }

    /// Writes a file for each release. Says how many bytes they have.
    pub fn write_each(
        &self,
        links: Links,
        file: impl Fn(&Release) -> (PathBuf, String) + Sync,
    ) -> io::Result<u64> {
        let one = |number| {
            let (path, text) = file(&self.release(number, links));
            if let Some(parent) = path.parent() {
                fs::create_dir_all(parent)?;
            }
            fs::write(path, &text)?;
            Ok(text.len() as u64)
        };
        (0..self.releases()).into_par_iter().map(one).try_reduce(|| 0, |a, b| Ok(a + b))
    }

    pub fn release(&self, number: u64, links: Links) -> Release {
        let head = self.head(number);
        let mut random = Random::of(self.seed, 3, number);
        let header = Header::invent(&mut random, &head);
        let mut body = String::with_capacity(4096);
        self.body(&mut body, &mut random, number, &head, links);
        Release { head, header, body }
    }

    pub fn head(&self, number: u64) -> Head {
        let mut random = Random::of(self.seed, 2, number);
        let arabic = random.percent(5);
        let form = match random.below(100) {
            0..4 => Form::Yaml,
            4..8 => Form::Bare,
            _ => Form::Toml,
        };
        let words = if arabic { &ARABIC } else { &FRENCH };
        let (topic, object) = (random.pick(words.topics), random.pick(words.objects));
        let colon = if arabic { ":" } else { " :" };
        let title = format!("{topic}{} {object}", if topic.contains(':') { "," } else { colon });
        let slug = if arabic { format!("balagh-{number}") } else { format!("{}-{number}", slug(&title)) };
        let plain = form == Form::Bare && random.percent(50);
        Head { day: Day::after_first(self.days[number as usize]), arabic, form, plain, title, slug }
    }

    fn body(&self, text: &mut String, random: &mut Random, number: u64, head: &Head, links: Links) {
        let words = head.words();
        let step = random.below(LENGTHS.len() as u64 - 1) as usize;
        let (low, high) = (LENGTHS[step], LENGTHS[step + 1]);
        let goal = low + random.below(high - low);
        let special = !head.plain && random.percent(10);
        let linked = !head.plain && number > 0 && random.percent(5);
        let other = random.below(number.max(1));
        let mut written = 0;
        let mut paragraphs = 0;
        while written < goal {
            if special && paragraphs > 0 && paragraphs % 3 == 0 {
                written += block(text, random, words);
            }
            for n in 0..2 + random.below(4) {
                if written >= goal {
                    break;
                }
                if n > 0 {
                    text.push(' ');
                }
                let start = text.len();
                sentence(text, random, head);
                written += text[start..].split_ascii_whitespace().count() as u64;
            }
            if linked && paragraphs == 1 {
                let other = self.head(other);
                let lead = if head.arabic { " انظر" } else { " Voir" };
                let target = match links {
                    Links::Sources => format!("../../{}", other.path()),
                    Links::Addresses => other.address(),
                };
                let _ = write!(text, "{lead} [{}]({target}).", other.title);
            }
            text.push_str("\n\n");
            paragraphs += 1;
        }
        text.pop();
    }
}

/// Mostly a plain sentence; sometimes a quotation, with the spaces that people type.
fn sentence(text: &mut String, random: &mut Random, head: &Head) {
    let words = head.words();
    if random.percent(14) {
        let (quote, speaker) = (random.pick(words.quotes), random.pick(words.speakers));
        let _ = match (head.arabic, random.below(4)) {
            (true, _) => write!(text, "وقال {speaker}: «{quote}»."),
            (_, 0) => write!(text, "« {quote} », a déclaré {speaker}."),
            (_, 1) => write!(text, "«\u{a0}{quote}\u{a0}», rappelle {speaker}."),
            (_, 2) => write!(text, "{speaker} résume : \"{quote}\"."),
            _ => write!(text, "Pour {speaker}, l'essentiel est dit : « {quote} »."),
        };
        return;
    }
    let (subject, verb) = (random.pick(words.subjects), random.pick(words.verbs));
    let (object, closing) = (random.pick(words.objects), random.pick(words.closings));
    let connected = random.percent(20);
    if connected {
        let _ = write!(text, "{} ", random.pick(words.connectives));
    }
    let mark = if !head.plain && random.percent(4) { "**" } else { "" };
    // An Arabic sentence has its verb first.
    let _ = match head.arabic {
        true => write!(text, "{verb} {subject} {mark}{object}{mark} {closing}"),
        false if connected => {
            write!(text, "{} {verb} {mark}{object}{mark} {closing}", uncapitalised(subject))
        }
        false => write!(text, "{subject} {verb} {mark}{object}{mark} {closing}"),
    };
    if random.percent(30) {
        let (object, closing) = (random.pick(words.objects), random.pick(words.closings));
        let join = match (head.arabic, random.below(3)) {
            (true, _) => "، وكذا",
            (_, 0) => " ; il en va de même pour",
            (_, 1) => ", ainsi que",
            _ => " – et, plus encore,",
        };
        let _ = write!(text, "{join} {object} {closing}");
    }
    text.push_str(if !head.arabic && random.percent(3) { " !" } else { "." });
}

/// A heading, list or table. Gives its length in words.
fn block(text: &mut String, random: &mut Random, words: &Words) -> u64 {
    let start = text.len();
    match random.below(3) {
        0 => {
            let _ = write!(text, "## {}\n\n", random.pick(words.headings));
        }
        1 => {
            for _ in 0..3 + random.below(4) {
                let _ = writeln!(text, "- {}", random.pick(words.items));
            }
            text.push('\n');
        }
        _ => {
            let _ = write!(text, "| {} | 2024 | 2025 |\n|---|--:|--:|\n", random.pick(words.headings));
            for _ in 0..3 + random.below(5) {
                let (item, a, b) = (random.pick(words.items), random.below(9000), random.below(9000));
                let _ = writeln!(text, "| {item} | {a} | {b} |");
            }
            text.push('\n');
        }
    }
    text[start..].split_ascii_whitespace().count() as u64
}

/// A subject within a sentence; all begin with an article.
fn uncapitalised(subject: &str) -> String {
    subject.replacen('L', "l", 1).replacen('U', "u", 1)
}

/// A French title as a file name.
fn slug(title: &str) -> String {
    let mut slug = String::with_capacity(title.len());
    for c in title.chars() {
        match c {
            'à' | 'â' => slug.push('a'),
            'ç' => slug.push('c'),
            'è' | 'é' | 'ê' | 'É' => slug.push('e'),
            'î' | 'ï' => slug.push('i'),
            'ô' => slug.push('o'),
            'û' | 'ù' => slug.push('u'),
            c if c.is_ascii_alphanumeric() => slug.push(c.to_ascii_lowercase()),
            _ if slug.ends_with('-') => {}
            _ => slug.push('-'),
        }
    }
    slug
}

const SITE: &str = r#"base_url = "https://noria.example/"
languages = ["fr", "ar"]
timezone = "Africa/Casablanca"
theme = "default"
territory = "morocco"

[title]
fr = "Parti de la Noria"
ar = "حزب الناعورة"

[description]
fr = "Les communiqués du Parti de la Noria, par région et par date."
ar = "بلاغات حزب الناعورة حسب الجهات والتواريخ."

[party.name]
fr = "Parti de la Noria"
ar = "حزب الناعورة"

[party.contact]
fr = "Service de presse, +212 5 00 00 00 12, presse@noria.example"
ar = "مصلحة الصحافة، +212 5 00 00 00 12، presse@noria.example"
"#;
