//! RSS 2.0 of the site, its regions, provinces, tags and series (RSS Advisory Board's profile).

use std::collections::BTreeMap;
use std::sync::Arc;

use rss::extension::{Extension, ExtensionMap, atom, dublincore};
use rss::{Category, Enclosure, Guid, Item};
use serde::Serialize;

use crate::model::language::LangId;
use crate::model::portal::Release;
use crate::text::source::is_xml;
use crate::text::typography::isolate;

use super::frame::Frame;
use super::inputs::{Shown, TextInputs};
use super::markdown::escape;
use super::site::{Channel, Index, Site};
use super::view::Card;

/// What a feed is made of.
#[derive(Serialize)]
pub struct FeedInputs<'a> {
    pub lang: LangId,
    pub channel: Channel,
    /// Name and slug of the topic that it is about, where it is about one.
    pub topic: (&'a str, &'a str),
    pub items: Vec<ItemInputs<'a>>,
}

/// One release in a feed.
#[derive(Serialize)]
pub struct ItemInputs<'a> {
    pub release: Shown<'a>,
    pub text: TextInputs<'a>,
}

/// All that a feed shows.
pub struct FeedView<'a> {
    pub title: String,
    pub description: String,
    pub lang: &'a str,
    /// Absolute address of the page that the feed is about.
    pub link: String,
    /// Absolute address of the feed itself.
    pub href: String,
    /// The hub that tells subscribers of it (WebSub, section 4).
    pub hub: Option<&'a str>,
    pub generator: &'a str,
    pub items: Vec<FeedItem<'a>>,
}

/// One release in a feed.
pub struct FeedItem<'a> {
    pub release: Card<'a>,
    /// Survives a change of slug and of domain, where the release has an `id`.
    pub guid: String,
    /// Absolute.
    pub link: String,
    /// RFC 822.
    pub published: String,
    pub authors: &'a [String],
    pub tags: Vec<&'a str>,
    /// What stands in the place of a text that is not shown any more.
    pub notice: Option<String>,
    pub enclosure: Option<EnclosureView>,
    pub instant: jiff::Timestamp,
}

pub struct EnclosureView {
    pub url: String,
    pub bytes: u64,
    pub mime: &'static str,
}

impl<'p> Site<'p> {
    /// What a feed is made of, or that as far as it is counted.
    pub fn feed_inputs(&self, lang: LangId, channel: Channel, only_counted: bool) -> FeedInputs<'_> {
        let topic = match channel {
            Channel::Topic { kind, ix } => {
                let topic = self.topic(lang, kind, ix);
                (topic.name.as_str(), topic.slug.as_str())
            }
            _ => ("", ""),
        };
        let item = |ix| ItemInputs { release: self.shown(ix), text: self.text_of(ix, only_counted) };
        let items = self.feed_releases(lang, channel).map(item).collect();
        // An index among topics is no part of what a feed shows.
        let channel = match channel {
            Channel::Topic { kind, .. } => Channel::Topic { kind, ix: 0 },
            other => other,
        };
        FeedInputs { lang, channel, topic, items }
    }
}

impl<'p> Frame<'p> {
    /// The view of a feed.
    pub fn feed_view<'a>(&'a self, inputs: &'a FeedInputs<'a>) -> FeedView<'a> {
        let (lang, channel, (name, slug)) = (inputs.lang, inputs.channel, inputs.topic);
        let head = self.portal_head(lang);
        let link = match channel {
            Channel::Site => self.url(lang, Index::Home),
            Channel::Region(region) => self.url(lang, Index::Region(region)),
            Channel::Province(province) => self.url(lang, Index::Province(province)),
            Channel::Topic { kind, .. } => self.topic_spot(lang, kind, slug, 0).url,
        };
        let title = self.feed_title(lang, channel, name);
        let description = self.locale(lang).fill(
            "feeds.description",
            &[("portal", &head.title), ("party", &head.party.name), ("feed", &title)],
        );
        FeedView {
            description,
            title,
            lang: self.tag(lang),
            link: self.absolute(&link),
            href: self.absolute(&self.feed_spot(lang, channel, slug).url),
            hub: self.config.hub.as_deref(),
            generator: &head.generator,
            items: inputs.items.iter().map(|item| self.feed_item(item.release)).collect(),
        }
    }

    fn feed_item<'a>(&'a self, shown: Shown<'a>) -> FeedItem<'a> {
        let (release, card) = (shown.release(), self.card(shown));
        let enclosure = card.image.as_ref().and_then(|picture| {
            let (url, mime) = (self.absolute(&picture.url), picture_type(&picture.url)?);
            Some(EnclosureView { url, bytes: shown.picture()?.bytes, mime })
        });
        FeedItem {
            guid: self.guid(release),
            link: self.absolute(&card.url),
            published: release.published().rfc2822(),
            authors: &release.authors,
            tags: release.tags.iter().map(|tag| tag.text.as_str()).collect(),
            notice: self.notice(release),
            enclosure,
            instant: release.published().timestamp,
            release: card,
        }
    }

    /// A release's name for machines: its `id` as it is, which outlives any change of address, else
    /// a tag URI of language and address (RFC 4151).
    pub fn guid(&self, release: &Release) -> String {
        let default = || {
            let (host, day) = (self.config.base_url.host(), release.date.iso_date());
            format!("tag:{host},{day}:{}/{}", self.tag(release.lang), release.slug)
        };
        release.id.as_ref().map_or_else(default, |id| id.text.clone())
    }
}

/// The feed as a document; `bodies` are the rendered texts of its items.
pub fn render(view: &FeedView, rtl: bool, bodies: &[Arc<str>]) -> Vec<u8> {
    let last = view.items.iter().max_by_key(|item| item.instant);
    let items = view.items.iter().zip(bodies).map(|(item, body)| document_item(item, rtl, body));
    let link = atom::Link {
        rel: "self".into(),
        href: view.href.clone(),
        mime_type: Some("application/rss+xml".into()),
        ..Default::default()
    };
    let hub =
        view.hub.map(|hub| atom::Link { rel: "hub".into(), href: hub.to_owned(), ..Default::default() });
    let links = std::iter::once(link).chain(hub).collect();
    let namespaces = [
        ("atom", "http://www.w3.org/2005/Atom"),
        ("content", "http://purl.org/rss/1.0/modules/content/"),
        ("dc", "http://purl.org/dc/elements/1.1/"),
        ("media", "http://search.yahoo.com/mrss/"),
    ];
    let channel = rss::Channel {
        title: title(&view.title, rtl),
        link: view.link.clone(),
        description: plain(&isolate(&view.description, rtl)),
        language: Some(view.lang.to_owned()),
        last_build_date: last.map(|item| item.published.clone()),
        generator: Some(view.generator.to_owned()),
        atom_ext: Some(atom::AtomExtension { links }),
        namespaces: namespaces.map(|(name, uri)| (name.to_owned(), uri.to_owned())).into(),
        items: items.collect(),
        ..Default::default()
    };
    let mut bytes = Vec::new();
    let written = channel.pretty_write_to(&mut bytes, b' ', 1);
    // Memory does not fail to be written to.
    debug_assert!(written.is_ok());
    referred(bytes)
}

/// A document with references in the place of their stand-ins.
fn referred(bytes: Vec<u8>) -> Vec<u8> {
    let mut stand_in = [0; 3];
    let first = AMPERSAND.encode_utf8(&mut stand_in).as_bytes()[0];
    let (mut out, mut copied) = (Vec::with_capacity(bytes.len()), 0);
    for at in memchr::memchr_iter(first, &bytes) {
        let is = |c: char| bytes[at..].starts_with(c.encode_utf8(&mut [0; 3]).as_bytes());
        let reference: &[u8] = match () {
            () if is(AMPERSAND) => b"&#x26;",
            () if is(LESS) => b"&#x3C;",
            () if is(GREATER) => b"&#x3E;",
            () => continue,
        };
        out.extend_from_slice(&bytes[copied..at]);
        out.extend_from_slice(reference);
        copied = at + stand_in.len();
    }
    if copied == 0 {
        return bytes;
    }
    out.extend_from_slice(&bytes[copied..]);
    out
}

fn document_item(item: &FeedItem, rtl: bool, body: &str) -> Item {
    let content = match &item.notice {
        Some(notice) => {
            let mut html = String::from("<p>");
            escape(notice, &mut html);
            html.push_str("</p>");
            html
        }
        None => body.to_owned(),
    };
    let summary = item.notice.as_deref().unwrap_or(item.release.summary);
    let mut description = String::new();
    escape(&isolate(summary, rtl), &mut description);
    let categories =
        item.release.regions.iter().map(|region| region.name.as_str()).chain(item.tags.iter().copied());
    Item {
        title: Some(title(item.release.title, rtl)),
        link: Some(item.link.clone()),
        description: Some(description),
        guid: Some(Guid { value: plain(&item.guid), permalink: false }),
        pub_date: Some(item.published.clone()),
        categories: categories.map(|name| Category { name: plain(name), domain: None }).collect(),
        content: Some(content),
        dublin_core_ext: (!item.authors.is_empty()).then(|| dublincore::DublinCoreExtension {
            creators: item.authors.iter().map(|name| plain(name)).collect(),
            ..Default::default()
        }),
        enclosure: item.enclosure.as_ref().map(|file| Enclosure {
            url: file.url.clone(),
            length: file.bytes.to_string(),
            mime_type: file.mime.to_owned(),
        }),
        extensions: item.enclosure.as_ref().map(|file| media(item, file)).unwrap_or_default(),
        ..Default::default()
    }
}

/// The picture with its credit (Media RSS 1.5.1).
fn media(item: &FeedItem, file: &EnclosureView) -> ExtensionMap {
    let leaf = |name: &str, value: &str| Extension {
        name: format!("media:{name}"),
        value: Some(plain(value)),
        ..Default::default()
    };
    let picture = item.release.image.as_ref();
    let mut children: BTreeMap<String, Vec<Extension>> = BTreeMap::new();
    if let Some(credit) = picture.and_then(|picture| picture.credit.as_deref()) {
        children.insert("credit".into(), vec![leaf("credit", credit)]);
    }
    if let Some(alt) = picture.map(|picture| picture.alt.as_str()).filter(|alt| !alt.is_empty()) {
        children.insert("description".into(), vec![leaf("description", alt)]);
    }
    let mut attrs: BTreeMap<String, String> =
        [("url", file.url.clone()), ("type", file.mime.to_owned()), ("medium", "image".to_owned())]
            .map(|(name, value)| (name.to_owned(), value))
            .into();
    let size = |of: Option<u32>| of.map(|n| n.to_string());
    attrs.extend(size(picture.and_then(|p| p.width)).map(|width| ("width".to_owned(), width)));
    attrs.extend(size(picture.and_then(|p| p.height)).map(|height| ("height".to_owned(), height)));
    let content = Extension { name: "media:content".into(), value: None, attrs, children };
    BTreeMap::from([("media".to_owned(), BTreeMap::from([("content".to_owned(), vec![content])]))])
}

/// Stand-ins for the three characters that the profile wants as hexadecimal references in titles,
/// which readers variously take for text and for HTML. As noncharacters no text can hold them.
const AMPERSAND: char = '\u{fdd0}';
const LESS: char = '\u{fdd1}';
const GREATER: char = '\u{fdd2}';

/// A title: text without markup, in which runs of the other direction must be isolated.
fn title(text: &str, rtl: bool) -> String {
    let stand_in = |c| match c {
        '&' => AMPERSAND,
        '<' => LESS,
        '>' => GREATER,
        c => c,
    };
    plain(&isolate(text, rtl)).chars().map(stand_in).collect()
}

/// Text that XML can hold.
fn plain(text: &str) -> String {
    text.chars().filter(|c| is_xml(*c)).collect()
}

/// The media type of a picture, by the ending of its name.
pub fn picture_type(url: &str) -> Option<&'static str> {
    let ending = url.rsplit('.').next()?.to_ascii_lowercase();
    Some(match ending.as_str() {
        "jpg" | "jpeg" => "image/jpeg",
        "png" => "image/png",
        "webp" => "image/webp",
        "gif" => "image/gif",
        "avif" => "image/avif",
        "svg" => "image/svg+xml",
        _ => return None,
    })
}
