//! The facts of an invented release, and the header that Tribune reads them from.

use std::borrow::Cow;
use std::fmt::Write;

use crate::generate::{Head, Random};
use crate::words::{NATIONAL, PLACES, Place, Words};

/// How the header is written.
#[derive(Clone, Copy, PartialEq)]
pub enum Form {
    Toml,
    Yaml,
    Bare,
}

/// All that a header says beside the title.
pub struct Header {
    /// RFC 3339; without one, the release has the day alone.
    pub instant: Option<String>,
    pub fields: Vec<(&'static str, Vec<Cow<'static, str>>)>,
}

impl Header {
    pub fn invent(random: &mut Random, head: &Head) -> Self {
        let (words, language) = (head.words(), usize::from(head.arabic));
        let day = head.day.iso();
        let instant = random.percent(50).then(|| {
            let (hour, minute) = (8 + random.below(13), random.below(12) * 5);
            format!("{day}T{hour:02}:{minute:02}:00+00:00")
        });
        let mut header = Self { instant, fields: Vec::new() };
        match random.percent(22) {
            true => header.add("region", [NATIONAL]),
            false => {
                let place = place(random);
                let mut regions = vec![place.names[language]];
                if random.percent(4) {
                    let other = self::place(random);
                    if other.names != place.names {
                        regions.push(other.names[language]);
                    }
                }
                header.add("region", regions);
                // With those of the nation, a third of all.
                if random.percent(43) {
                    header.add("province", [random.pick(place.provinces)[language]]);
                }
            }
        }
        if random.percent(50) {
            let mut tags: Vec<&str> = (0..1 + random.below(3)).map(|_| random.pick(&words.tags)).collect();
            tags.sort_unstable();
            tags.dedup();
            header.add("tags", tags);
        }
        if random.percent(3) {
            header.add("series", [random.pick(words.series)]);
        }
        let (object, closing) = (random.pick(words.objects), random.pick(words.closings));
        let summary =
            format!("{} {} {object} {closing}.", random.pick(words.subjects), random.pick(words.verbs));
        if random.percent(30) {
            header.fields.push(("summary", vec![summary.into()]));
        }
        let kinds = ["statement", "speech", "interview", "invitation"];
        if random.percent(15) {
            header.add("kind", [random.pick(&kinds)]);
        }
        if random.percent(10) {
            header.add("authors", [random.pick(words.speakers)]);
        }
        header
    }

    fn add(&mut self, name: &'static str, values: impl IntoIterator<Item = &'static str>) {
        self.fields.push((name, values.into_iter().map(Cow::from).collect()));
    }

    /// What stands under a name.
    pub fn values(&self, name: &str) -> &[Cow<'static, str>] {
        self.fields.iter().find(|(known, _)| *known == name).map_or(&[], |(_, values)| values)
    }

    pub fn write(&self, text: &mut String, head: &Head) {
        let day = head.day.iso();
        let date = self.instant.as_deref().unwrap_or(&day);
        match head.form {
            Form::Toml => {
                let _ = write!(text, "+++\ntitle = \"{}\"\ndate = {date}\n", head.title);
                self.quoted(text, " = ");
                text.push_str("+++\n\n");
            }
            Form::Yaml => {
                let _ = write!(text, "---\ntitle: \"{}\"\ndate: {date}\n", head.title);
                self.quoted(text, ": ");
                text.push_str("---\n\n");
            }
            Form::Bare => self.bare(text, head),
        }
    }

    fn quoted(&self, text: &mut String, between: &str) {
        for (name, values) in &self.fields {
            let _ = match values.as_slice() {
                [one] if !matches!(*name, "tags" | "authors") => writeln!(text, "{name}{between}\"{one}\""),
                many => writeln!(text, "{name}{between}[\"{}\"]", many.join("\", \"")),
            };
        }
    }

    fn bare(&self, text: &mut String, head: &Head) {
        let language = usize::from(head.arabic);
        let names = |name| match name {
            "title" => ["Titre", "العنوان"],
            "date" => ["Date", "التاريخ"],
            "region" => ["Région", "الجهة"],
            "province" => ["Province", "الإقليم"],
            "tags" => ["Mots-clés", "الوسوم"],
            "series" => ["Série", "السلسلة"],
            "summary" => ["Résumé", "ملخص"],
            "kind" => ["Type", "النوع"],
            _ => ["Auteur", "الكاتب"],
        };
        let colon = [" : ", ": "][language];
        let mut line = |name, value: &str| {
            let _ = writeln!(text, "{}{colon}{value}", names(name)[language]);
        };
        line("title", &head.title);
        line("date", &words_of(head, head.words()));
        for (name, values) in &self.fields {
            line(name, &values.join([", ", "، "][language]));
        }
        text.push('\n');
    }
}

/// `12 mars 2026`
fn words_of(head: &Head, words: &Words) -> String {
    let day = head.day;
    format!("{} {} {}", day.day, words.months[day.month as usize - 1], day.year)
}

/// A region, the populous ones more often.
fn place(random: &mut Random) -> &'static Place {
    let mut left = random.below(PLACES.iter().map(|place| place.weight).sum());
    for place in &PLACES {
        if left < place.weight {
            return place;
        }
        left -= place.weight;
    }
    &PLACES[0]
}
