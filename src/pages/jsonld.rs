//! Structured data for search engines (schema.org NewsArticle and BreadcrumbList), made of the
//! same view that the template sees.

use std::io;

use serde::Serialize;
use serde_json::ser::{Formatter, Serializer};
use serde_json::value::RawValue;

use crate::text::scan::any_byte;

use super::compose::{Content, View};
use super::view::{PortalHead, ReleaseView};

/// What the data of all pages of a language say alike, written once.
pub struct Common {
    publisher: Box<RawValue>,
    website: Box<RawValue>,
}

impl Common {
    pub fn of(head: &PortalHead) -> Self {
        let website = Thing::WebSite { name: &head.title, url: absolute(head, &head.home) };
        Self { publisher: raw(&publisher(head)), website: raw(&website) }
    }
}

fn raw(thing: &Thing) -> Box<RawValue> {
    // What was written as JSON reads as such.
    RawValue::from_string(script(thing)).unwrap_or_else(|_| RawValue::NULL.to_owned())
}

/// The structured data of a page, ready to stand in a `script` element; empty where there is none.
pub fn of(view: &View, common: &Common) -> String {
    let article = match &view.content {
        Content::Release(release) if !view.page.noindex => {
            Some(Thing::NewsArticle(article(view, release, common)))
        }
        _ => None,
    };
    let has_crumbs = view.page.crumbs.len() > 1 && !matches!(view.page.kind, "404" | "redirect");
    let crumbs = has_crumbs.then(|| breadcrumbs(view));
    let graph: Vec<Thing> = article.into_iter().chain(crumbs).collect();
    if graph.is_empty() {
        return String::new();
    }
    script(&Document { context: "https://schema.org", graph })
}

#[derive(Serialize)]
struct Document<'a> {
    #[serde(rename = "@context")]
    context: &'static str,
    #[serde(rename = "@graph")]
    graph: Vec<Thing<'a>>,
}

#[derive(Serialize)]
#[serde(tag = "@type")]
enum Thing<'a> {
    NewsArticle(Box<Article<'a>>),
    BreadcrumbList {
        #[serde(rename = "itemListElement")]
        items: Vec<Thing<'a>>,
    },
    ListItem {
        position: usize,
        name: &'a str,
        #[serde(skip_serializing_if = "Option::is_none")]
        item: Option<String>,
    },
    PoliticalParty {
        name: &'a str,
        url: &'a str,
        #[serde(skip_serializing_if = "Option::is_none")]
        logo: Option<Box<Thing<'a>>>,
        #[serde(rename = "sameAs", skip_serializing_if = "<[String]>::is_empty")]
        same_as: &'a [String],
    },
    WebSite {
        name: &'a str,
        url: String,
    },
    Person {
        name: &'a str,
    },
    AdministrativeArea {
        name: &'a str,
    },
    ImageObject(Image<'a>),
    #[serde(rename = "NewsArticle")]
    Translation {
        headline: &'a str,
        #[serde(rename = "inLanguage")]
        language: &'a str,
        url: String,
    },
    CorrectionComment {
        text: &'a str,
        #[serde(rename = "datePublished")]
        date: &'a str,
    },
}

#[derive(Serialize)]
#[serde(untagged)]
enum Author<'a> {
    Publisher(&'a RawValue),
    Person(Thing<'a>),
}

#[derive(Serialize)]
struct Image<'a> {
    url: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    width: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    height: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    caption: Option<&'a str>,
    #[serde(rename = "creditText", skip_serializing_if = "Option::is_none")]
    credit: Option<&'a str>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Article<'a> {
    headline: &'a str,
    url: &'a str,
    main_entity_of_page: &'a str,
    date_published: &'a str,
    date_modified: &'a str,
    in_language: &'a str,
    #[serde(skip_serializing_if = "str::is_empty")]
    description: &'a str,
    author: Vec<Author<'a>>,
    publisher: &'a RawValue,
    is_part_of: &'a RawValue,
    #[serde(skip_serializing_if = "Option::is_none")]
    image: Option<Thing<'a>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    content_location: Vec<Thing<'a>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    keywords: Vec<&'a str>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    work_translation: Vec<Thing<'a>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    correction: Vec<Thing<'a>>,
}

fn absolute(head: &PortalHead, url: &str) -> String {
    format!("{}{url}", head.base_url)
}

fn article<'a>(view: &'a View, release: &'a ReleaseView, common: &'a Common) -> Box<Article<'a>> {
    let head = view.portal;
    let card = &release.release;
    let mut authors: Vec<Author> =
        release.authors.iter().map(|name| Author::Person(Thing::Person { name })).collect();
    if authors.is_empty() {
        authors.push(Author::Publisher(&common.publisher));
    }
    let regions = card.regions.iter().filter(|region| !region.pseudo).map(|region| region.name.as_str());
    let places = regions.chain(card.provinces.iter().map(|province| province.name.as_str()));
    let image = card.image.as_ref().map(|picture| {
        Thing::ImageObject(Image {
            url: absolute(head, &picture.url),
            width: picture.width,
            height: picture.height,
            caption: picture.caption.as_deref(),
            credit: picture.credit.as_deref(),
        })
    });
    let translations = release.translations.iter().map(|other| Thing::Translation {
        headline: other.title,
        language: other.lang,
        url: absolute(head, &other.url),
    });
    let corrections = release.corrections.iter().map(|correction| Thing::CorrectionComment {
        text: correction.note,
        date: &correction.date.datetime,
    });
    let published = release.published.as_ref().unwrap_or(&card.date);
    Box::new(Article {
        headline: card.title,
        url: &view.page.canonical,
        main_entity_of_page: &view.page.canonical,
        date_published: &published.datetime,
        date_modified: &release.modified.as_ref().unwrap_or(published).datetime,
        in_language: &head.lang,
        description: card.summary,
        author: authors,
        publisher: &common.publisher,
        is_part_of: &common.website,
        image,
        content_location: places.map(|name| Thing::AdministrativeArea { name }).collect(),
        keywords: release.tags.iter().map(|tag| tag.name.as_str()).collect(),
        work_translation: translations.collect(),
        correction: corrections.collect(),
    })
}

fn publisher(head: &PortalHead) -> Thing<'_> {
    let logo = head.party.logo.as_ref().map(|logo| {
        let (width, height) = (logo.width, logo.height);
        let image = Image { url: absolute(head, &logo.url), width, height, caption: None, credit: None };
        Box::new(Thing::ImageObject(image))
    });
    Thing::PoliticalParty {
        name: &head.party.name,
        url: head.party.url.as_deref().unwrap_or(&head.base_url),
        logo,
        same_as: &head.party.same_as,
    }
}

fn breadcrumbs<'a>(view: &'a View) -> Thing<'a> {
    let last = view.page.crumbs.len();
    let items = view.page.crumbs.iter().zip(1..).map(|(crumb, position)| Thing::ListItem {
        position,
        name: &crumb.name,
        item: (position < last).then(|| absolute(view.portal, &crumb.url)),
    });
    Thing::BreadcrumbList { items: items.collect() }
}

/// JSON that no title can break out of: neither by an end tag nor by a comment's beginning, and
/// without the line separators that scripts take for line ends.
fn script(value: &impl Serialize) -> String {
    let mut json = Vec::with_capacity(2048);
    let written = value.serialize(&mut Serializer::with_formatter(&mut json, Inert));
    // Memory does not fail to be written to, and no map here has keys that are no strings.
    debug_assert!(written.is_ok());
    String::from_utf8(json).unwrap_or_default()
}

/// Writes strings without a character that HTML or JavaScript could act on.
struct Inert;

impl Formatter for Inert {
    fn write_string_fragment<W: io::Write + ?Sized>(
        &mut self,
        writer: &mut W,
        fragment: &str,
    ) -> io::Result<()> {
        // The separators begin with this byte, as dashes and curly quotation marks do.
        if !any_byte(fragment, |byte| matches!(byte, b'<' | b'>' | b'&' | 0xe2)) {
            return writer.write_all(fragment.as_bytes());
        }
        let is_live = |c| matches!(c, '<' | '>' | '&' | '\u{2028}' | '\u{2029}');
        let mut rest = fragment;
        while let Some(at) = rest.find(is_live) {
            let (before, live) = rest.split_at(at);
            writer.write_all(before.as_bytes())?;
            let mut chars = live.chars();
            if let Some(c) = chars.next() {
                write!(writer, "\\u{:04x}", u32::from(c))?;
            }
            rest = chars.as_str();
        }
        writer.write_all(rest.as_bytes())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_title_cannot_end_the_script() {
        let title = "</script><!--<script>\u{2028}&\"é";
        let safe = script(&Thing::Person { name: title });
        assert!(!safe.contains(['<', '>', '&', '\u{2028}']), "{safe}");
        let read: serde_json::Value = serde_json::from_str(&safe).unwrap();
        assert_eq!((read["@type"].as_str(), read["name"].as_str()), (Some("Person"), Some(title)));
    }
}
