//! Sitemaps and robots.txt (sitemaps.org protocol 0.9; RFC 9309).

use std::collections::BTreeMap;

use quick_xml::Writer;
use quick_xml::events::{BytesDecl, BytesText, Event};
use serde::Serialize;

use crate::model::date::Moment;
use crate::model::language::LangId;

use super::site::Site;

/// The protocol's limit of addresses in one file.
const LONGEST: usize = 50_000;

/// One sitemap: a year of one language, or its pages without year.
#[derive(Debug, Serialize)]
pub struct SitemapPart {
    pub name: String,
    /// Absolute.
    pub url: String,
    /// When the newest of its entries changed.
    pub modified: Option<String>,
    pub entries: Vec<Entry>,
}

/// An address and when its content last changed.
#[derive(Debug, Serialize)]
pub struct Entry {
    pub url: String,
    pub modified: Option<String>,
    #[serde(skip)]
    instant: Option<jiff::Timestamp>,
}

impl Entry {
    pub fn new(site: &Site, url: &str, modified: Option<Moment>) -> Self {
        Self {
            url: site.absolute(url),
            modified: modified.map(|moment| moment.rfc3339()),
            instant: modified.map(|moment| moment.timestamp),
        }
    }
}

/// Parts chapters into files that keep the protocol's limit.
pub fn parts(site: &Site, chapters: BTreeMap<(LangId, Option<i16>), Vec<Entry>>) -> Vec<SitemapPart> {
    let mut parts = Vec::new();
    for ((lang, year), mut entries) in chapters {
        let tag = site.tag(lang);
        let name = match year {
            Some(year) => format!("sitemap-{tag}-{year}"),
            None => format!("sitemap-{tag}"),
        };
        let mut number = 1;
        loop {
            let rest = entries.split_off(entries.len().min(LONGEST));
            let name = if number == 1 { format!("{name}.xml") } else { format!("{name}-{number}.xml") };
            let newest = entries.iter().max_by_key(|entry| entry.instant);
            let modified = newest.and_then(|entry| entry.modified.clone());
            parts.push(SitemapPart { url: site.absolute(&name), name, modified, entries });
            if rest.is_empty() {
                break;
            }
            entries = rest;
            number += 1;
        }
    }
    parts
}

/// What the index of sitemaps says: addresses and changes.
pub fn index(parts: &[SitemapPart]) -> Vec<(&str, Option<&str>)> {
    parts.iter().map(|part| (part.url.as_str(), part.modified.as_deref())).collect()
}

/// robots.txt: everything may be read, but by those that the portal shuts out.
pub fn robots(site: &Site) -> String {
    let mut text = String::new();
    for agent in &site.portal.config.blocked_robots {
        text.push_str(&format!("User-agent: {agent}\nDisallow: /\n\n"));
    }
    text.push_str("User-agent: *\nDisallow:\n\n");
    text.push_str(&format!("Sitemap: {}\n", site.absolute("sitemap.xml")));
    text
}

pub fn render_index(parts: &[SitemapPart]) -> Vec<u8> {
    document("sitemapindex", "sitemap", index(parts).into_iter())
}

pub fn render_part(part: &SitemapPart) -> Vec<u8> {
    let entries = part.entries.iter().map(|entry| (entry.url.as_str(), entry.modified.as_deref()));
    document("urlset", "url", entries)
}

fn document<'e>(
    root: &str,
    item: &str,
    entries: impl Iterator<Item = (&'e str, Option<&'e str>)>,
) -> Vec<u8> {
    let mut writer = Writer::new(Vec::new());
    let written = (|| {
        writer.write_event(Event::Decl(BytesDecl::new("1.0", Some("UTF-8"), None)))?;
        writer.write_event(Event::Text(BytesText::new("\n")))?;
        writer
            .create_element(root)
            .with_attribute(("xmlns", "http://www.sitemaps.org/schemas/sitemap/0.9"))
            .write_inner_content(|writer| {
                for (url, modified) in entries {
                    writer.write_event(Event::Text(BytesText::new("\n")))?;
                    writer.create_element(item).write_inner_content(|writer| {
                        writer.create_element("loc").write_text_content(BytesText::new(url))?;
                        if let Some(modified) = modified {
                            writer.create_element("lastmod").write_text_content(BytesText::new(modified))?;
                        }
                        Ok(())
                    })?;
                }
                writer.write_event(Event::Text(BytesText::new("\n")))
            })?;
        writer.write_event(Event::Text(BytesText::new("\n")))
    })();
    // Memory does not fail to be written to.
    debug_assert!(written.is_ok());
    writer.into_inner()
}
