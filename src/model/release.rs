//! One source file of a release, read and checked by itself: what it says, and nothing that
//! depends on other files. [`super::portal`] puts such readings together.

use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};
use unicode_normalization::UnicodeNormalization;

use crate::text::bidi;
use crate::text::diagnostic::Faults;
use crate::text::fingerprint::Fingerprint;
use crate::text::fold::fold;
use crate::text::fold::{slugify, transliterate};
use crate::text::problem::{PathFault, Problem, Table};
use crate::text::source::{Source, SourcePath, Span, Spanned};
use crate::text::suggest::nearest;
use crate::text::typography::{self, Context};

use super::body::{Body, Markup, lines};
use super::config::Config;
use super::date::{self, Moment};
use super::embargo::embargo;
use super::fields::{Fields, into_entries, text, truth};
use super::header::{self, Entry, Header, Node, Value};
use super::language::LangId;
use super::path::{SafePath, folder};
use super::territory::{Miss, ProvinceId, RegionId, Territory};

/// Releases over this size are refused, so that no text can stall a build.
pub const LARGEST: u64 = 1 << 20;

/// Of unknown places nobody reads more; each is compared with all that are known.
const MOST_UNKNOWN: usize = 20;

/// The fields of a release's header.
pub const FIELDS: [&str; 23] = [
    "title",
    "date",
    "region",
    "province",
    "lang",
    "slug",
    "id",
    "summary",
    "tags",
    "series",
    "kind",
    "number",
    "authors",
    "contact",
    "image",
    "draft",
    "publish",
    "expires",
    "updated",
    "corrections",
    "withdrawn",
    "aliases",
    "extra",
];

/// What a release is, for lists and machines.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    #[default]
    Communique,
    Statement,
    Speech,
    Interview,
    Invitation,
    Denial,
    Condolence,
}

impl Kind {
    pub const NAMES: [(&'static str, Self); 7] = [
        ("communique", Self::Communique),
        ("statement", Self::Statement),
        ("speech", Self::Speech),
        ("interview", Self::Interview),
        ("invitation", Self::Invitation),
        ("denial", Self::Denial),
        ("condolence", Self::Condolence),
    ];
}

/// A picture as the header names it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ImageField {
    pub src: Spanned<String>,
    pub alt: Option<String>,
    pub caption: Option<String>,
    pub credit: Option<String>,
}

/// What was put right after publication.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Correction {
    pub date: Moment,
    pub note: String,
}

/// Everything that one file says of a release. What is `None` was not said.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Written {
    pub path: SourcePath,
    pub name: FileName,
    /// The first line of the header, for what is missing in it.
    pub header: Span,
    /// The header could not be read whole: what is missing may be in the part that was not.
    pub broken: bool,
    pub lang: LangId,
    pub title: Option<Spanned<String>>,
    pub date: Option<Spanned<Moment>>,
    pub regions: Vec<Spanned<RegionId>>,
    pub provinces: Vec<Spanned<ProvinceId>>,
    pub slug: Option<Spanned<String>>,
    pub id: Option<Spanned<String>>,
    pub summary: Option<String>,
    pub tags: Option<Vec<Spanned<String>>>,
    pub series: Option<Spanned<String>>,
    pub kind: Option<Kind>,
    pub number: Option<String>,
    pub authors: Option<Vec<String>>,
    pub contact: Option<String>,
    pub image: Option<ImageField>,
    pub draft: Option<bool>,
    /// Apart, like other dates that few have: a hundred thousand are in memory at once.
    pub publish: Option<Box<Spanned<Moment>>>,
    pub expires: Option<Box<Spanned<Moment>>>,
    /// Its text says that it is under embargo: at most until then, where that can be read.
    pub embargo: Option<Box<Spanned<Option<Moment>>>>,
    pub updated: Option<Box<Spanned<Moment>>>,
    /// Each with the place of its date.
    pub corrections: Option<Vec<Spanned<Correction>>>,
    pub withdrawn: Option<String>,
    pub aliases: Vec<Spanned<String>>,
    /// For the theme to check.
    pub extra: Vec<Entry>,
    /// A header word that stands for a missing field, though misspelt.
    #[serde(skip)]
    pub misspelt: Vec<&'static str>,
    pub body: Body,
}

/// What the name of a file says: `content/2026/2026-03-12-tournee.ar.md`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileName {
    /// The name without language, extension and a date before it: what the slug is made of.
    pub base: String,
    pub lang: Option<String>,
    /// The date that the name begins with.
    pub date: Option<String>,
}

impl FileName {
    pub fn parse(path: &str) -> Self {
        let (shared, lang) = stem(path);
        let dir = folder(path);
        let name = shared[dir.len()..].trim_start_matches('/');
        // `index` is the release that a folder is made for.
        let named = if name == "index" { dir.rsplit('/').next().unwrap_or(name) } else { name };
        let (date, base) = leading_date(named);
        Self { base: base.into(), lang: lang.map(str::to_owned), date: date.map(str::to_owned) }
    }
}

/// A path without language and extension, which is what the languages of a release share, and the language.
pub fn stem(path: &str) -> (&str, Option<&str>) {
    let name = folder(path).len();
    let dot = |path: &str| path[name..].rfind('.').map(|at| name + at);
    let whole = dot(path).map_or(path, |at| &path[..at]);
    match dot(whole).map(|at| (&whole[..at], &whole[at + 1..])) {
        Some((stem, tag)) if is_language(tag) && !stem.ends_with('/') && !stem.is_empty() => {
            (stem, Some(tag))
        }
        _ => (whole, None),
    }
}

/// Whether a part of a file's name is a language: `ar`, `zgh`, `ar-MA`, `zgh-Tfng-MA`. Three letters could be
/// any word, and so could a part after a hyphen that is neither a script nor a region.
fn is_language(tag: &str) -> bool {
    let mut parts = tag.split('-');
    let first = parts.next().unwrap_or_default();
    let letters = |part: &str| part.bytes().all(|b| b.is_ascii_alphabetic());
    let is_known = |part: &str| match part.len() {
        // ISO 15924 and ISO 3166-1, whose letters tell them from words.
        4 => {
            letters(part)
                && part[..1].bytes().all(|b| b.is_ascii_uppercase())
                && part[1..].bytes().all(|b| b.is_ascii_lowercase())
        }
        2 => part.bytes().all(|b| b.is_ascii_uppercase()),
        // UN M.49.
        3 => part.bytes().all(|b| b.is_ascii_digit()),
        _ => false,
    };
    (first.len() == 2 && first.bytes().all(|b| b.is_ascii_lowercase()) || first == "zgh")
        && parts.all(is_known)
}

/// A date before a name: `2026-03-12-tournee`, also `2026-03-12_tournee` or alone.
fn leading_date(name: &str) -> (Option<&str>, &str) {
    let shape = name.len() >= 10
        && name.bytes().take(10).enumerate().all(|(at, byte)| match at {
            4 | 7 => byte == b'-',
            _ => byte.is_ascii_digit(),
        });
    match shape {
        true => (Some(&name[..10]), name[10..].trim_start_matches(['-', '_', ' '])),
        false => (None, name),
    }
}

/// What parsing a release depends on beside its text.
#[derive(Clone, Copy)]
pub struct Rules<'a> {
    pub config: &'a Config,
    pub territory: &'a Territory,
}

impl Rules<'_> {
    /// Of all that a reading depends on beside its source.
    pub fn fingerprint(&self) -> Fingerprint {
        let Config { languages, timezone, typography, .. } = self.config;
        let zone = timezone.iana_name().map_or_else(|| format!("{timezone:?}"), str::to_owned);
        Fingerprint::of(&(languages, zone, typography.name(), self.territory.fingerprint()))
    }
}

impl Written {
    /// Reads one source. There is always a reading; its faults say what is wrong with it.
    pub fn parse(source: &Source, rules: Rules, faults: &mut Faults) -> Self {
        let header = read_header(source, faults);
        Self::decode(source, header, rules, faults)
    }

    /// The same for a header that has been read already.
    pub fn decode(source: &Source, header: Header, rules: Rules, faults: &mut Faults) -> Self {
        let markup = Markup::of(&source.path).unwrap_or(Markup::Markdown);
        // Said where it stands, before the value that it is in is looked at.
        if let Some((at, character)) = source.text.get(..header.body).and_then(bidi::forged) {
            faults.at(Span::new(at, at + character.len_utf8()), Problem::BidiControl { character });
        }
        let name = FileName::parse(&source.path);
        let mut decoder = Decoder {
            zone: &rules.config.timezone,
            rules,
            fields: Fields::new(Table::Header, header.span, header.entries, faults),
        };
        let lang = language(&mut decoder.fields, &name, rules);
        let mut written = decoder.read(source, name, lang, header.span, header.broken, |faults| {
            Body::read(&source.text, header.body, markup, faults)
        });
        let text = source.text.get(header.body..).unwrap_or_default();
        written.embargo = embargo(text, &rules.config.timezone).map(|(place, until)| {
            let end = place.start + text[place.clone()].trim_end().len();
            Box::new(Spanned::new(until, Span::new(place.start, end).shifted(header.body)))
        });
        written
    }
}

/// The header of a source. In a text that a merge left in two versions the markers explain
/// whatever else is wrong with it.
pub fn read_header(source: &Source, faults: &mut Faults) -> Header {
    let Some(at) = conflict_marker(&source.text) else { return header::parse(source, faults) };
    faults.at(Span::new(at, at + 7), Problem::ConflictMarkers);
    let header = header::parse(source, &mut Faults::of(&source.path));
    Header { broken: true, entries: Vec::new(), ..header }
}

/// The first line that only a merge leaves behind. `=======` alone underlines a heading.
pub fn conflict_marker(text: &str) -> Option<usize> {
    let line_start = |at: usize| at == 0 || text.as_bytes().get(at - 1) == Some(&b'\n');
    let find = |marker: &str| memchr::memmem::find_iter(text.as_bytes(), marker).find(|at| line_start(*at));
    find("<<<<<<< ").or_else(|| {
        let end = find(">>>>>>> ")?;
        text[..end].contains("\n=======").then_some(end)
    })
}

/// Each name once, in their order.
fn unique(names: impl Iterator<Item = String>) -> Vec<String> {
    names.fold(Vec::new(), |mut known, name| {
        if !known.contains(&name) {
            known.push(name);
        }
        known
    })
}

struct Decoder<'a, 'f> {
    zone: &'a TimeZone,
    rules: Rules<'a>,
    fields: Fields<'f>,
}

impl Decoder<'_, '_> {
    fn read(
        mut self,
        source: &Source,
        name: FileName,
        lang: LangId,
        header: Span,
        broken: bool,
        body: impl FnOnce(&mut Faults) -> Body,
    ) -> Written {
        let tag = self.rules.config.lang(lang).to_owned();
        let set = |text: &str| typeset(&tag, text, self.rules.config);
        let title = self.fields.text("title").map(|title| title.map(|t| set(&one_line(&t))));
        let date = self.date("date");
        let regions = self.regions();
        let provinces = self.provinces(&regions);
        let slug = self.slug();
        let id = self.fields.text("id");
        let summary = self.fields.text("summary").map(|text| set(&one_line(&text.value)));
        let tags = self.names("tags");
        let series = self.series();
        let series = series.map(|series| series.map(|text| set(&one_line(&text))));
        let kind = self.kind();
        let number = self.scalar("number");
        let authors =
            self.fields.texts("authors").map(|list| unique(list.into_iter().map(|a| one_line(&a.value))));
        // Its lines are told apart when it is shown.
        let contact = self
            .fields
            .text("contact")
            .map(|text| lines(&text.value).map(|line| set(&one_line(line))).collect::<Vec<_>>().join("\n"));
        let image = self.image(&set);
        let draft = self.fields.boolean("draft");
        let publish = self.publish().map(Box::new);
        let expires = self.date("expires").map(Box::new);
        let updated = self.date("updated").map(Box::new);
        let corrections = self.corrections(&set);
        let withdrawn = self.withdrawn().map(|text| set(&one_line(&text)));
        let aliases = aliases(&mut self.fields);
        let extra = self.fields.table("extra").map(|(_, entries)| entries).unwrap_or_default();
        let misspelt = self.misspelt();
        let mut body = body(self.fields.faults);
        body.lead = set(&body.lead);
        self.fields.finish();
        Written {
            path: source.path.clone(),
            name,
            header,
            broken,
            lang,
            title,
            date,
            regions,
            provinces,
            slug,
            id,
            summary,
            tags,
            series,
            kind,
            number,
            authors,
            contact,
            image,
            draft,
            publish,
            expires,
            embargo: None,
            updated,
            corrections,
            withdrawn,
            aliases,
            extra,
            misspelt,
            body,
        }
    }

    /// Required fields that an unknown field was meant to be, or whose value was refused:
    /// saying that they are missing as well would be noise.
    fn misspelt(&mut self) -> Vec<&'static str> {
        ["title", "date", "region"].into_iter().filter(|name| self.fields.explains(name)).collect()
    }

    fn date(&mut self, name: &'static str) -> Option<Spanned<Moment>> {
        let node = self.fields.take(name)?;
        moment(name, node, self.zone, self.fields.faults)
    }

    fn regions(&mut self) -> Vec<Spanned<RegionId>> {
        let mut regions: Vec<Spanned<RegionId>> = Vec::new();
        let mut unknown = 0;
        for name in self.fields.texts("region").unwrap_or_default() {
            if unknown == MOST_UNKNOWN {
                break;
            }
            match self.rules.territory.find_region(&name.value) {
                Ok(region) if regions.iter().all(|known| known.value != region) => {
                    regions.push(Spanned::new(region, name.span));
                }
                Ok(_) => {}
                Err(miss) => {
                    unknown += 1;
                    let list =
                        self.rules.territory.regions_of_list(&name.value).map(|list| format!("{list:?}"));
                    let problem = missed(miss, name.value, |name, suggestion| Problem::UnknownRegion {
                        name,
                        suggestion: list.or(suggestion),
                    });
                    self.fields.faults.at(name.span, problem);
                }
            }
        }
        regions
    }

    fn provinces(&mut self, regions: &[Spanned<RegionId>]) -> Vec<Spanned<ProvinceId>> {
        let within: Vec<RegionId> = regions.iter().map(|region| region.value).collect();
        let territory = self.rules.territory;
        let mut provinces = Vec::new();
        let mut unknown = 0;
        for name in self.fields.texts("province").unwrap_or_default() {
            if unknown == MOST_UNKNOWN {
                break;
            }
            match territory.find_province(&name.value, &within) {
                Ok(province) if provinces.iter().all(|known: &Spanned<_>| known.value != province) => {
                    provinces.push(Spanned::new(province, name.span));
                }
                Ok(_) => {}
                Err(miss) => {
                    unknown += 1;
                    let list = territory.provinces_of_list(&name.value).map(|list| format!("{list:?}"));
                    let problem = missed(miss, name.value, |name, suggestion| Problem::UnknownProvince {
                        name,
                        suggestion: list.or(suggestion),
                    });
                    self.fields.faults.at(name.span, problem);
                }
            }
        }
        provinces
    }

    fn slug(&mut self) -> Option<Spanned<String>> {
        let slug = self.fields.text("slug")?;
        match is_slug(&slug.value) {
            true => Some(slug),
            false => {
                let fault = SafePath::parse(&slug.value).err();
                let problem = match fault.filter(|_| !slug.value.starts_with('/')) {
                    Some(fault) => Problem::BadPath { what: "slug", text: slug.value, fault },
                    None => Problem::BadValue {
                        name: "slug".into(),
                        reason: "expected only `a-z`, `0-9` and `-`, at most 100 of them".into(),
                        suggestion: Some(slug_proposal(&slug.value)).filter(|slug| !slug.is_empty()),
                        text: slug.value,
                    },
                };
                self.fields.faults.at(slug.span, problem);
                None
            }
        }
    }

    /// Names that become parts of addresses: tags.
    fn names(&mut self, field: &'static str) -> Option<Vec<Spanned<String>>> {
        let names = self.fields.texts(field)?;
        let mut sound = Vec::with_capacity(names.len());
        for name in names {
            let slash = name.value.contains('/').then_some(PathFault::Slash);
            match slash.or_else(|| name_fault(&name.value)) {
                Some(fault) => {
                    let problem = Problem::BadPath { what: "tag", text: name.value, fault };
                    self.fields.faults.at(name.span, problem);
                }
                None if self.has_address(field, &name) => {
                    let name = name.map(|text| one_line(&text));
                    if sound.iter().all(|known: &Spanned<String>| known.value != name.value) {
                        sound.push(name);
                    }
                }
                None => {}
            }
        }
        Some(sound)
    }

    /// Unlike a tag's, its name may hold a slash: « 2025/2026 ».
    fn series(&mut self) -> Option<Spanned<String>> {
        let series = self.fields.text("series")?;
        match name_fault(&series.value) {
            None => self.has_address("series", &series).then_some(series),
            Some(fault) => {
                let problem = Problem::BadPath { what: "series", text: series.value, fault };
                self.fields.faults.at(series.span, problem);
                None
            }
        }
    }

    /// Whether an address can be made of a name; says so where none can.
    fn has_address(&mut self, field: &'static str, name: &Spanned<String>) -> bool {
        let has = !slug_proposal(&name.value).is_empty();
        if !has {
            let reason = "expected a Latin, Arabic or Tifinagh letter, or a digit, to make an address of";
            let (field, text) = (field.to_owned(), name.value.clone());
            let problem = Problem::BadValue { name: field, text, reason: reason.into(), suggestion: None };
            self.fields.faults.at(name.span, problem);
        }
        has
    }

    fn kind(&mut self) -> Option<Kind> {
        let name = self.fields.text("kind")?;
        let folded = fold(&name.value);
        let kind = Kind::NAMES.iter().find(|(known, _)| *known == folded).map(|(_, kind)| *kind);
        if kind.is_none() {
            let near = nearest(&name.value, Kind::NAMES.map(|(known, _)| known)).map(str::to_owned);
            let reason = format!("expected one of {}", Kind::NAMES.map(|(known, _)| known).join(", "));
            let problem =
                Problem::BadValue { name: "kind".into(), text: name.value, reason, suggestion: near };
            self.fields.faults.at(name.span, problem);
        }
        kind
    }

    /// A string or a number, as text.
    fn scalar(&mut self, name: &'static str) -> Option<String> {
        let node = self.fields.take(name)?;
        match node.value {
            Value::Integer(number) => Some(number.to_string()),
            _ => text(name, node, self.fields.faults).map(|text| one_line(&text.value)),
        }
    }

    /// Until when it is under embargo; « Diffusion : immédiate » says that it is not.
    fn publish(&mut self) -> Option<Spanned<Moment>> {
        let node = self.fields.take("publish")?;
        let at_once = |text: &String| {
            matches!(
                fold(text).as_str(),
                "immediate" | "immediat" | "immediatement" | "immediately" | "فوري" | "فورا"
            )
        };
        if matches!(&node.value, Value::Text(text) | Value::Plain(text) if at_once(text)) {
            return None;
        }
        moment("publish", node, self.zone, self.fields.faults)
    }

    /// Why it was withdrawn. Forms without types would make a reason of `false`, too.
    fn withdrawn(&mut self) -> Option<String> {
        let node = self.fields.take("withdrawn")?;
        let is_truth = matches!(&node.value, Value::Plain(word) if truth(word).is_some());
        let reason = text("withdrawn", node, self.fields.faults)?;
        if !is_truth {
            return Some(reason.value);
        }
        let expected = "expected the reason, which stands in the place of the text; without the field it is not withdrawn";
        let problem = Problem::BadValue {
            name: "withdrawn".into(),
            text: reason.value,
            reason: expected.into(),
            suggestion: None,
        };
        self.fields.faults.at(reason.span, problem);
        None
    }

    fn image(&mut self, set: &dyn Fn(&str) -> String) -> Option<ImageField> {
        let node = self.fields.take("image")?;
        let bare = |src| ImageField { src, alt: None, caption: None, credit: None };
        match node.value {
            Value::Map(map) => {
                let mut fields = Fields::new(Table::Header, node.span, into_entries(map), self.fields.faults);
                let src = fields.text("src");
                if src.is_none() {
                    fields.require("src", None);
                }
                // An empty alternative text is a statement: the picture only decorates.
                let alt = match fields.take("alt") {
                    Some(Node { value: Value::Text(text) | Value::Plain(text), .. }) => {
                        Some(set(&one_line(&text)))
                    }
                    Some(other) => {
                        fields.wrong("alt", &other, "a string");
                        None
                    }
                    None => None,
                };
                let caption = fields.text("caption").map(|text| set(&one_line(&text.value)));
                let credit = fields.text("credit").map(|text| set(&one_line(&text.value)));
                fields.finish();
                Some(ImageField { alt, caption, credit, ..bare(src?) })
            }
            value => text("image", Node { value, span: node.span }, self.fields.faults).map(bare),
        }
    }

    fn corrections(&mut self, set: &dyn Fn(&str) -> String) -> Option<Vec<Spanned<Correction>>> {
        let node = self.fields.take("corrections")?;
        let nodes = match node.value {
            Value::List(nodes) => nodes,
            Value::Map(_) => vec![node],
            _ => {
                self.fields.wrong("corrections", &node, "a list of `{date, note}`");
                return None;
            }
        };
        let mut corrections = Vec::new();
        for node in nodes {
            let span = node.span;
            let Value::Map(map) = node.value else {
                self.fields.wrong("corrections", &node, "a table `{date, note}`");
                continue;
            };
            let mut fields = Fields::new(Table::Header, span, into_entries(map), self.fields.faults);
            let date = fields.take("date");
            let note = fields.text("note").map(|text| set(&one_line(&text.value)));
            if date.is_none() {
                fields.require("date", None);
            }
            if note.is_none() {
                fields.require("note", None);
            }
            let date = date.and_then(|node| moment("date", node, self.zone, fields.faults));
            fields.finish();
            if let (Some(date), Some(note)) = (date, note) {
                corrections.push(date.map(|date| Correction { date, note }));
            }
        }
        Some(corrections)
    }
}

/// The language of a file: its field, else its name, else the portal's first.
pub fn language(fields: &mut Fields, name: &FileName, rules: Rules) -> LangId {
    let config = rules.config;
    let unknown = |tag: &str, in_name| Problem::UnknownLanguage {
        tag: tag.into(),
        known: config.languages.clone(),
        in_name,
    };
    if let Some(tag) = fields.text("lang") {
        if let Some(lang) = config.find_language(&tag.value) {
            return lang;
        }
        fields.faults.at(tag.span, unknown(&tag.value, false));
    } else if let Some(tag) = &name.lang {
        if let Some(lang) = config.find_language(tag) {
            return lang;
        }
        fields.faults.whole(unknown(tag, true));
    }
    LangId(0)
}

/// Old addresses that redirect here, as paths below the portal's root.
pub fn aliases(fields: &mut Fields) -> Vec<Spanned<String>> {
    let mut aliases = Vec::new();
    for alias in fields.texts("aliases").unwrap_or_default() {
        let path = alias.value.strip_prefix('/').unwrap_or(&alias.value);
        match SafePath::decode(path) {
            Ok(path) => aliases.push(Spanned::new(path.as_str().to_owned(), alias.span)),
            Err(fault) => {
                let problem = Problem::BadPath { what: "alias", text: alias.value, fault };
                fields.faults.at(alias.span, problem);
            }
        }
    }
    aliases
}

/// A node as a date in the portal's time zone.
fn moment(name: &str, node: Node, zone: &TimeZone, faults: &mut Faults) -> Option<Spanned<Moment>> {
    let written = match node.value {
        Value::Text(text) | Value::Plain(text) | Value::Date(text) => text,
        Value::Integer(number) => number.to_string(),
        ref other => {
            let (name, found) = (name.to_owned(), other.kind());
            faults.at(node.span, Problem::WrongType { name, expected: "a date", found });
            return None;
        }
    };
    if written.trim().is_empty() {
        faults.at(node.span, Problem::EmptyValue { name: name.into() });
        return None;
    }
    match date::parse(&written).and_then(|date| date.resolve(zone)) {
        Ok(moment) => Some(Spanned::new(moment, node.span)),
        Err(reason) => {
            let problem = match date::parse_month(&written) {
                Some(month) => Problem::MissingDay { text: written, month },
                None => Problem::BadDate { text: written, reason },
            };
            faults.at(node.span, problem);
            None
        }
    }
}

fn missed(miss: Miss, name: String, unknown: impl FnOnce(String, Option<String>) -> Problem) -> Problem {
    match miss {
        Miss::Unknown { suggestion } => unknown(name, suggestion),
        Miss::Ambiguous { candidates } => Problem::AmbiguousPlace { name, candidates },
    }
}

/// A name that may become a part of an address, or why it may not.
fn name_fault(name: &str) -> Option<PathFault> {
    let fault = SafePath::parse(name).err();
    // A question mark is odd but harmless: an address is made of letters alone.
    fault.filter(|fault| !matches!(fault, PathFault::Query))
}

/// Whether a text is an address part as Tribune makes them.
pub fn is_slug(text: &str) -> bool {
    (1..=100).contains(&text.len())
        && text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
        && !text.starts_with('-')
        && !text.ends_with('-')
}

/// An address for a text in any script.
pub fn slug_proposal(text: &str) -> String {
    let slug = slugify(text);
    if slug.is_empty() { slugify(&transliterate(text)) } else { slug }
}

/// A text as one line without odd spaces at its ends, and without controls and noncharacters, which
/// neither HTML nor XML should hold.
pub fn one_line(text: &str) -> String {
    let is_space = |c: char| matches!(c, '\n' | '\r' | '\t');
    let is_dropped =
        |c: char| c.is_control() || matches!(c, '\u{fdd0}'..='\u{fdef}' | '\u{fffe}' | '\u{ffff}');
    if !text.contains(is_dropped) && !text.contains("  ") {
        return text.trim().to_owned();
    }
    // What such a character parted is composed now.
    let visible: String = text.chars().filter(|c| !is_dropped(*c) || is_space(*c)).nfc().collect();
    visible.split_ascii_whitespace().collect::<Vec<_>>().join(" ")
}

/// Text with the typography of its language.
pub fn typeset(lang: &str, text: &str, config: &Config) -> String {
    let alone = Context { before: None, after: None };
    typography::apply(lang, text, config.typography, alone).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn file_names_say_stem_language_and_date() {
        assert_eq!(stem("content/2026/a.b.ar.md"), ("content/2026/a.b", Some("ar")));
        assert_eq!(stem("content/2026/a.b.md"), ("content/2026/a.b", None));
        assert_eq!(stem("content/a.ar-MA.md"), ("content/a", Some("ar-MA")));
        assert_eq!(stem("content/a.zgh-Tfng.md"), ("content/a", Some("zgh-Tfng")));
        for no_language in ["content/a.le-souss", "content/a.le-ma", "content/a.au-port", "content/a.fr-12"] {
            assert_eq!(stem(&format!("{no_language}.md")), (no_language, None));
        }
        assert_eq!(stem("a.ar"), ("a", None));
        assert_eq!(stem("content/.ar.md"), ("content/.ar", None));
        let name = FileName::parse("content/2026/2026-03-12-tournee.ar.md");
        assert_eq!((name.base.as_str(), name.lang.as_deref()), ("tournee", Some("ar")));
        assert_eq!(name.date.as_deref(), Some("2026-03-12"));
        assert_eq!(FileName::parse("content/agadir/index.md").base, "agadir");
        assert_eq!(FileName::parse("content/a.b.c.txt").base, "a.b.c");
        assert_eq!(FileName::parse("content/été-à-l’eau.md").base, "été-à-l’eau");
    }

    #[test]
    fn a_merge_is_told_from_a_heading() {
        assert_eq!(conflict_marker("Titre\n=======\n\ntexte"), None);
        assert_eq!(conflict_marker("a\n<<<<<<< HEAD\nb"), Some(2));
        assert_eq!(conflict_marker("a\n=======\nb\n>>>>>>> x"), Some(12));
    }
}
