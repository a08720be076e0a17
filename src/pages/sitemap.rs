//! Sitemaps and robots.txt (sitemaps.org protocol 0.9; RFC 9309).

use std::collections::BTreeMap;

use quick_xml::escape::escape;
use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use crate::model::date::Moment;
use crate::model::language::LangId;
use crate::text::fingerprint::Fingerprint;
use crate::text::long::{Item, Long};

use super::brief::Moves;
use super::inputs::{Shown, StaticLabel};
use super::site::{Index, Page, Site, TopicKind};

/// The protocol's limit of addresses in one file.
const LONGEST: usize = 50_000;

/// A language and, for pages that have one, a year.
pub type Chapter = (LangId, Option<i16>);

pub type Chapters = BTreeMap<Chapter, Vec<(LangId, Page)>>;

/// One sitemap: a year of one language, or its pages without year.
#[derive(Debug, Serialize, Deserialize)]
pub struct SitemapPart {
    pub name: String,
    pub chapter: Chapter,
    /// When the newest of its entries changed.
    pub modified: Option<Moment>,
    pub entries: Long<(LangId, Page)>,
}

/// Entries as another process takes them over.
impl Item for (LangId, Page) {
    fn encode(entries: &[Self]) -> Vec<u8> {
        // Into memory, which has no end.
        postcard::to_stdvec(entries).unwrap_or_default()
    }

    fn decode(bytes: &[u8], _: usize) -> Option<Vec<Self>> {
        postcard::from_bytes(bytes).ok()
    }

    fn blank() -> Self {
        (LangId(0), Page::Index(Index::Home))
    }
}

/// Parts chapters into files that keep the protocol's limit.
pub fn parts(site: &Site, chapters: Chapters) -> Vec<SitemapPart> {
    let mut parts = Vec::new();
    for (chapter, mut entries) in chapters {
        let (lang, year) = chapter;
        let tag = site.frame.tag(lang);
        let name = match year {
            Some(year) => format!("sitemap-{tag}-{year}"),
            None => format!("sitemap-{tag}"),
        };
        let mut number = 1;
        loop {
            let rest = entries.split_off(entries.len().min(LONGEST));
            let name = if number == 1 { format!("{name}.xml") } else { format!("{name}-{number}.xml") };
            parts.push(SitemapPart { name, chapter, modified: None, entries: entries.into() });
            if rest.is_empty() {
                break;
            }
            entries = rest;
            number += 1;
        }
    }
    parts
}

/// When the content of a page last changed, where that can be said.
fn modified(site: &Site, page: Page) -> Option<Moment> {
    match page {
        Page::Release(ix) => Some(site.briefs[ix].modified),
        _ => None,
    }
}

impl SitemapPart {
    /// Finds out when the newest of its entries changed.
    pub fn look_again(&mut self, site: &Site) {
        let releases = self.entries.iter().filter_map(|(_, page)| match page {
            Page::Release(ix) => Some(*ix),
            _ => None,
        });
        let last = releases.max_by_key(|ix| site.briefs[*ix].modified.timestamp);
        self.modified = last.and_then(|ix| modified(site, Page::Release(ix)));
    }

    /// Whether its entries are those that a part had before some moves. Releases of which other things are
    /// told are not among what it looks at, nor are topics that do not stand where they stood.
    pub fn stands(&self, before: &Self, moves: &Moves, topics_stand: bool) -> bool {
        let is_same = |((lang, now), (was_in, was)): (&(LangId, Page), &(LangId, Page))| {
            lang == was_in
                && match (now, was) {
                    (Page::Release(now), Page::Release(was)) => {
                        !moves.is_gone(*was) && moves.place(*was) == *now
                    }
                    (Page::Topic { .. }, _) if !topics_stand => false,
                    (now, was) => now == was,
                }
        };
        self.entries.len() == before.entries.len()
            && self.entries.iter().zip(before.entries.iter()).all(is_same)
    }

    /// Of all that the part shows.
    pub fn fingerprint(&self, site: &Site) -> Fingerprint {
        #[derive(Serialize)]
        enum Entry<'a> {
            Release(Shown<'a>),
            Index(Index),
            Topic(TopicKind, &'a str, usize),
            Static(StaticLabel<'a>),
        }
        let entry = |(lang, page): &(LangId, Page)| {
            let entry = match *page {
                Page::Release(ix) => Entry::Release(site.shown(ix)),
                Page::Index(index) => Entry::Index(index),
                Page::Topic { kind, ix, part } => Entry::Topic(kind, &site.topic(*lang, kind, ix).slug, part),
                Page::Static(ix) => Entry::Static(StaticLabel(&site.portal.pages[ix])),
            };
            (*lang, entry)
        };
        let entries: Vec<(LangId, Entry)> = self.entries.iter().map(entry).collect();
        Fingerprint::of(&(&self.name, entries))
    }
}

/// What the index of sitemaps says: names and changes.
pub fn index(parts: &[SitemapPart]) -> Vec<(&str, Option<String>)> {
    parts.iter().map(|part| (part.name.as_str(), part.modified.map(|moment| moment.rfc3339()))).collect()
}

/// robots.txt: everything may be read, but by those that the portal shuts out.
pub fn robots(site: &Site) -> String {
    let mut text = String::new();
    for agent in &site.frame.config.blocked_robots {
        text.push_str(&format!("User-agent: {agent}\nDisallow: /\n\n"));
    }
    text.push_str("User-agent: *\nDisallow:\n\n");
    text.push_str(&format!("Sitemap: {}\n", site.frame.absolute("sitemap.xml")));
    text
}

pub fn render_index(site: &Site, parts: &[SitemapPart]) -> Vec<u8> {
    let index = index(parts);
    document("sitemapindex", "sitemap", index.len(), |at| {
        let (name, modified) = &index[at];
        (site.frame.absolute(name), modified.clone())
    })
}

pub fn render_part(site: &Site, part: &SitemapPart) -> Vec<u8> {
    document("urlset", "url", part.entries.len(), |at| {
        let (lang, page) = part.entries[at];
        let url = site.frame.absolute(&site.spot(lang, page).url);
        (url, modified(site, page).map(|moment| moment.rfc3339()))
    })
}

/// Entries that one thread writes: there may be thousands, whose heads are still to be read.
const CHUNK: usize = 256;

/// A document of so many entries; `tell` gives the address of one and when it changed.
fn document(
    root: &str,
    item: &str,
    entries: usize,
    tell: impl Fn(usize) -> (String, Option<String>) + Sync,
) -> Vec<u8> {
    let chunk = |number: usize| {
        let entries = number * CHUNK..entries.min((number + 1) * CHUNK);
        let mut text = String::with_capacity(entries.len() * 160);
        for entry in entries {
            let (url, modified) = tell(entry);
            text.extend(["\n<", item, "><loc>", &escape(url.as_str()), "</loc>"]);
            if let Some(modified) = modified {
                text.extend(["<lastmod>", &escape(modified.as_str()), "</lastmod>"]);
            }
            text.extend(["</", item, ">"]);
        }
        text
    };
    let chunks: Vec<String> = (0..entries.div_ceil(CHUNK)).into_par_iter().map(chunk).collect();
    let head = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<{root} xmlns=\"http://www.sitemaps.org/schemas/sitemap/0.9\">"
    );
    [head.as_str(), &chunks.concat(), &format!("\n</{root}>\n")].concat().into_bytes()
}
