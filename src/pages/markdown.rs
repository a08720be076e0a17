//! Renders a body to HTML that is safe whatever the body holds.
//!
//! Markdown alone gives no HTML of its own: links are sorted by `model::body::destination`, images
//! must have been found. A body that holds raw HTML goes through the sanitiser as a whole.

use std::borrow::Cow;

use foldhash::{HashMap, HashSet};
use pulldown_cmark::{Alignment, CowStr, Event, HeadingLevel, Parser, Tag, TagEnd, TextMergeStream, html};
use unicode_normalization::UnicodeNormalization;

use crate::model::body::{Destination, Markup, destination, lines, options, paragraphs};
use crate::model::language::is_rtl;
use crate::text::bidi;
use crate::text::scan::{any_byte, is_all_xml};
use crate::text::source::is_xml;
use crate::text::typography::{self, Context, Profile, opposite_runs};

use super::view::TargetView;

/// Where a body is shown.
#[derive(Clone, Copy)]
pub struct Setting<'a> {
    /// What local addresses are written after: the way to the root, or the portal's address.
    pub root: &'a str,
    /// What `#fragment` is written after: nothing on the page itself, its address elsewhere.
    pub page: &'a str,
    pub lang: &'a str,
    pub typography: Profile,
    pub targets: &'a [TargetView<'a>],
}

/// A body as HTML.
pub fn render(body: &str, markup: Markup, setting: &Setting) -> String {
    let body = body.strip_prefix('\u{feff}').unwrap_or(body);
    let body = composed(body);
    match markup {
        Markup::Plain => plain(&body, setting),
        Markup::Markdown => markdown(&body, setting),
    }
}

/// The text in normal form C, in which fonts have the letters that people typed, and without
/// what is no character of XML: it may have stood between a letter and its accent.
fn composed(text: &str) -> Cow<'_, str> {
    if !is_all_xml(text) {
        return Cow::Owned(text.chars().filter(|c| is_xml(*c)).nfc().collect());
    }
    // Combining marks of Latin begin with these bytes; Arabic hamza and madda above with the others.
    let combining = memchr::memchr2(0xcc, 0xcd, text.as_bytes()).is_some()
        || memchr::memchr_iter(0xd9, text.as_bytes())
            .any(|at| matches!(text.as_bytes().get(at + 1), Some(0x93..=0x95)));
    if combining { Cow::Owned(text.nfc().collect()) } else { Cow::Borrowed(text) }
}

fn plain(body: &str, setting: &Setting) -> String {
    let mut html = String::with_capacity(body.len() + body.len() / 8);
    for paragraph in paragraphs(body) {
        html.push_str("<p>");
        for (n, line) in lines(paragraph).enumerate() {
            if n > 0 {
                html.push_str("<br>\n");
            }
            html.push_str(&isolated(&typeset(line.trim(), setting, None, None), is_rtl(setting.lang)));
        }
        html.push_str("</p>\n");
    }
    html
}

fn typeset<'t>(text: &'t str, setting: &Setting, before: Option<char>, after: Option<char>) -> Cow<'t, str> {
    typography::apply(setting.lang, text, setting.typography, Context { before, after })
}

/// Text in HTML, without what is no character of XML, so that the same body fits a feed.
pub fn escape(text: &str, html: &mut String) {
    if !is_all_xml(text) {
        let text: String = text.chars().filter(|c| is_xml(*c)).collect();
        return escape(&text, html);
    }
    if !any_byte(text, |byte| matches!(byte, b'&' | b'<' | b'>' | b'"')) {
        html.push_str(text);
        return;
    }
    let mut copied = 0;
    for (at, byte) in text.bytes().enumerate() {
        let reference = match byte {
            b'&' => "&amp;",
            b'<' => "&lt;",
            b'>' => "&gt;",
            b'"' => "&quot;",
            _ => continue,
        };
        html.push_str(&text[copied..at]);
        html.push_str(reference);
        copied = at + 1;
    }
    html.push_str(&text[copied..]);
}

/// Text in HTML with its runs of the other direction isolated, or they would swap their ends.
pub fn isolated(text: &str, rtl: bool) -> String {
    let mut html = String::with_capacity(text.len() + text.len() / 8);
    let mut copied = 0;
    for run in opposite_runs(text, rtl) {
        escape(&text[copied..run.start], &mut html);
        html.push_str("<bdi>");
        escape(&text[run.clone()], &mut html);
        html.push_str("</bdi>");
        copied = run.end;
    }
    escape(&text[copied..], &mut html);
    html
}

fn markdown(body: &str, setting: &Setting) -> String {
    let events: Vec<Event> = TextMergeStream::new(Parser::new_ext(body, options())).collect();
    let mut writer = Writer::new(setting, &events);
    let mut raw = false;
    let mut out: Vec<Event> = Vec::with_capacity(events.len());
    for (at, event) in events.iter().enumerate() {
        raw |= matches!(event, Event::Html(_) | Event::InlineHtml(_));
        writer.event(at, event, &events, &mut out);
    }
    let mut fragment = String::with_capacity(body.len() * 5 / 4);
    html::push_html(&mut fragment, out.into_iter());
    if raw {
        fragment = sanitise(&fragment, setting);
    }
    // Character references may have become what XML cannot hold.
    if body.contains('&') && !is_all_xml(&fragment) {
        fragment.retain(is_xml);
    }
    debug_assert!(is_all_xml(&fragment), "{fragment}");
    fragment
}

/// Turns the events of a body into those of its page.
struct Writer<'a> {
    setting: &'a Setting<'a>,
    /// What is added to a heading's level so that the highest one is the second.
    shift: i8,
    last_level: i8,
    /// The last character that was shown, for typography across markup.
    before: Option<char>,
    code: usize,
    /// Of every open link, whether it is shown.
    links: Vec<bool>,
    image: Option<Image>,
    table: Table,
    /// The number of each footnote.
    footnotes: HashMap<CowStr<'a>, usize>,
    targets: HashMap<&'a str, &'a TargetView<'a>>,
}

/// Classes of cells by the side that their text stands on, as the language has sides: what
/// Markdown calls left is where lines start. Style sheets alone may style.
const SIDES: [&str; 3] = ["start", "center", "end"];

/// The open table.
#[derive(Default)]
struct Table {
    sides: Vec<Alignment>,
    /// The column of the next cell.
    column: usize,
    /// What a cell of the row is called: `th` or `td`.
    cell: &'static str,
}

impl Table {
    fn row(&mut self, cell: &'static str) {
        (self.column, self.cell) = (0, cell);
    }

    fn open_cell(&mut self) -> String {
        let [start, center, end] = SIDES;
        let side = self.sides.get(self.column).and_then(|side| match side {
            Alignment::Left => Some(start),
            Alignment::Center => Some(center),
            Alignment::Right => Some(end),
            Alignment::None => None,
        });
        self.column += 1;
        match side {
            Some(side) => format!("<{} class=\"{side}\">", self.cell),
            None => format!("<{}>", self.cell),
        }
    }
}

struct Image {
    src: String,
    title: String,
    alt: String,
    depth: usize,
}

impl<'a> Writer<'a> {
    fn new(setting: &'a Setting<'a>, events: &[Event<'a>]) -> Self {
        let levels = events.iter().filter_map(|event| match event {
            Event::Start(Tag::Heading { level, .. }) => Some(*level as i8),
            _ => None,
        });
        Self {
            setting,
            shift: 2 - levels.min().unwrap_or(2),
            last_level: 1,
            before: None,
            code: 0,
            links: Vec::new(),
            image: None,
            table: Table::default(),
            footnotes: HashMap::default(),
            // Of several that are written alike, the first one counts.
            targets: setting.targets.iter().rev().map(|target| (target.target, target)).collect(),
        }
    }

    fn event(&mut self, at: usize, event: &Event<'a>, events: &[Event<'a>], out: &mut Vec<Event<'a>>) {
        if self.image.is_some() {
            self.inside_image(event, out);
            return;
        }
        match event {
            Event::Text(text) if self.code > 0 => out.push(Event::Text(text.clone())),
            Event::Text(text) => {
                let after = following(&events[at + 1..]);
                let set = typeset(text, self.setting, self.before, after);
                self.before = set.chars().next_back();
                self.isolated(set, text, out);
            }
            Event::Code(code) => {
                self.before = code.chars().next_back();
                out.push(event.clone());
            }
            Event::SoftBreak | Event::HardBreak => {
                self.before = Some('\n');
                out.push(event.clone());
            }
            Event::FootnoteReference(name) => {
                let (n, page) = (self.footnote(name), self.setting.page);
                let link =
                    format!("<sup class=\"footnote-reference\"><a href=\"{page}#{OWN}fn-{n}\">{n}</a></sup>");
                out.push(Event::InlineHtml(link.into()));
            }
            Event::Start(tag) => self.start(tag, out),
            Event::End(end) => self.end(end, out),
            other => out.push(other.clone()),
        }
    }

    /// A text with its runs of the other direction isolated, or they would swap their ends.
    fn isolated(&self, set: Cow<str>, text: &CowStr<'a>, out: &mut Vec<Event<'a>>) {
        let mut copied = 0;
        for run in opposite_runs(&set, is_rtl(self.setting.lang)) {
            out.push(Event::Text(set[copied..run.start].to_owned().into()));
            out.push(Event::InlineHtml("<bdi>".into()));
            out.push(Event::Text(set[run.clone()].to_owned().into()));
            out.push(Event::InlineHtml("</bdi>".into()));
            copied = run.end;
        }
        match set {
            Cow::Borrowed(_) if copied == 0 => out.push(Event::Text(text.clone())),
            set if copied < set.len() => out.push(Event::Text(set[copied..].to_owned().into())),
            _ => {}
        }
    }

    fn start(&mut self, tag: &Tag<'a>, out: &mut Vec<Event<'a>>) {
        match tag {
            Tag::CodeBlock(_) => {
                self.code += 1;
                out.push(Event::Start(tag.clone()));
            }
            Tag::Heading { level, id, .. } => {
                self.before = None;
                let level = self.level(*level as i8);
                let id = id.as_ref().map(|id| own_id(id).into_owned().into());
                let (classes, attrs) = (Vec::new(), Vec::new());
                out.push(Event::Start(Tag::Heading { level, id, classes, attrs }));
            }
            Tag::Link { link_type, dest_url, title, id } => {
                let dest = self.link(dest_url);
                self.links.push(dest.is_some());
                if let Some(dest) = dest {
                    let (link_type, title, id) = (*link_type, title.clone(), id.clone());
                    out.push(Event::Start(Tag::Link { link_type, dest_url: dest.into(), title, id }));
                }
            }
            Tag::Image { dest_url, title, .. } => {
                let (src, title) = (dest_url.to_string(), title.to_string());
                self.image = Some(Image { src, title, alt: String::new(), depth: 0 });
            }
            // A wide table scrolls in a box of its own; keyboards reach it (WCAG 2.1.1).
            Tag::Table(sides) => {
                self.before = None;
                self.table.sides.clone_from(sides);
                out.push(Event::Html("<div class=\"table\" tabindex=\"0\">".into()));
                out.push(Event::Start(tag.clone()));
            }
            Tag::TableHead | Tag::TableRow => {
                self.table.row(if *tag == Tag::TableHead { "th" } else { "td" });
                out.push(Event::Start(tag.clone()));
            }
            Tag::TableCell => {
                self.before = None;
                out.push(Event::InlineHtml(self.table.open_cell().into()));
            }
            Tag::FootnoteDefinition(name) => {
                self.before = None;
                let n = self.footnote(name);
                let open = format!(
                    "<div class=\"footnote-definition\" id=\"{OWN}fn-{n}\"><sup class=\"footnote-definition-label\">{n}</sup>\n"
                );
                out.push(Event::Html(open.into()));
            }
            Tag::Emphasis | Tag::Strong | Tag::Strikethrough => out.push(Event::Start(tag.clone())),
            _ => {
                self.before = None;
                out.push(Event::Start(tag.clone()));
            }
        }
    }

    fn end(&mut self, end: &TagEnd, out: &mut Vec<Event<'a>>) {
        match end {
            TagEnd::CodeBlock => {
                self.code = self.code.saturating_sub(1);
                out.push(Event::End(*end));
            }
            TagEnd::Link => {
                if self.links.pop() == Some(true) {
                    out.push(Event::End(*end));
                }
            }
            TagEnd::Heading(_) => {
                out.push(Event::End(TagEnd::Heading(heading(self.last_level))));
            }
            TagEnd::TableCell => out.push(Event::InlineHtml(format!("</{}>", self.table.cell).into())),
            TagEnd::Table => {
                out.push(Event::End(*end));
                out.push(Event::Html("</div>\n".into()));
            }
            TagEnd::FootnoteDefinition => out.push(Event::Html("</div>\n".into())),
            _ => out.push(Event::End(*end)),
        }
    }

    /// A heading's level below the page's own, without a gap to the one before (WCAG 1.3.1).
    fn level(&mut self, written: i8) -> HeadingLevel {
        self.last_level = (written + self.shift).clamp(2, 6).min(self.last_level + 1);
        heading(self.last_level)
    }

    fn inside_image(&mut self, event: &Event<'a>, out: &mut Vec<Event<'a>>) {
        let Some(image) = &mut self.image else { return };
        match event {
            Event::Text(text) | Event::Code(text) => image.alt.push_str(text),
            Event::SoftBreak | Event::HardBreak => image.alt.push(' '),
            Event::Start(_) => image.depth += 1,
            Event::End(TagEnd::Image) if image.depth == 0 => {
                let image = self.image.take();
                if let Some(html) = image.map(|image| self.picture(&image)) {
                    out.push(Event::InlineHtml(html.into()));
                }
            }
            Event::End(_) => image.depth = image.depth.saturating_sub(1),
            _ => {}
        }
    }

    fn picture(&self, image: &Image) -> String {
        let mut html = String::new();
        match destination(&image.src) {
            Destination::Local(path) => {
                let Some((url, target)) = self.target(&path) else { return html };
                html.push_str("<img src=\"");
                escape(&format!("{}{url}", self.setting.root), &mut html);
                html.push_str("\" alt=\"");
                escape(&typeset(&image.alt, self.setting, None, None), &mut html);
                html.push('"');
                if !image.title.is_empty() {
                    html.push_str(" title=\"");
                    escape(&image.title, &mut html);
                    html.push('"');
                }
                if let (Some(width), Some(height)) = (target.width, target.height) {
                    html.push_str(&format!(" width=\"{width}\" height=\"{height}\""));
                }
                html.push_str(" loading=\"lazy\">");
            }
            // Nothing is loaded from other hosts: the picture becomes a link to itself.
            Destination::Elsewhere => {
                let name = if image.alt.is_empty() { &image.src } else { &image.alt };
                // HTML knows no link inside a link.
                if self.links.contains(&true) {
                    escape(name, &mut html);
                    return html;
                }
                html.push_str("<a href=\"");
                escape(&image.src, &mut html);
                html.push_str("\">");
                escape(name, &mut html);
                html.push_str("</a>");
            }
            Destination::Unsafe => {}
        }
        html
    }

    fn link(&self, address: &str) -> Option<String> {
        let find = |path: &str| self.target(path).map(|(url, target)| (url, target.is_text));
        resolve(address, self.setting.root, self.setting.page, find)
    }

    fn target(&self, path: &str) -> Option<(&'a str, &'a TargetView<'a>)> {
        let target = *self.targets.get(path)?;
        Some((target.url.as_deref()?, target))
    }

    /// The number of a footnote, in the order of first mention.
    fn footnote(&mut self, name: &CowStr<'a>) -> usize {
        let next = self.footnotes.len() + 1;
        *self.footnotes.entry(name.clone()).or_insert(next)
    }
}

/// The addresses of a body's references.
struct Links {
    root: String,
    page: String,
    /// Address, and whether a text stands there.
    targets: HashMap<String, Option<(String, bool)>>,
    urls: HashSet<String>,
}

impl Links {
    fn of(setting: &Setting) -> Self {
        let targets = setting.targets.iter().rev();
        let targets = targets
            .map(|target| (target.target.to_owned(), target.url.clone().map(|url| (url, target.is_text))));
        let urls = setting.targets.iter().filter_map(|target| target.url.clone()).collect();
        Self { root: setting.root.into(), page: setting.page.into(), targets: targets.collect(), urls }
    }

    /// Whether this module wrote the address of a target that was found.
    fn has_written(&self, address: &str) -> bool {
        address.strip_prefix(&self.root).is_some_and(|rest| self.urls.contains(split_path(rest).0))
    }

    fn resolve(&self, address: &str) -> Option<String> {
        let find =
            |path: &str| self.targets.get(path)?.as_ref().map(|(url, is_text)| (url.as_str(), *is_text));
        resolve(address, &self.root, &self.page, find)
    }
}

/// The address that a link is written with, or `None` where it must not be one.
fn resolve<'u>(
    address: &str,
    root: &str,
    page: &str,
    find: impl FnOnce(&str) -> Option<(&'u str, bool)>,
) -> Option<String> {
    match destination(address) {
        Destination::Elsewhere => Some(address.to_owned()),
        Destination::Unsafe => None,
        Destination::Local(path) => {
            let (_, rest) = split_path(address.trim());
            if path.is_empty() {
                return (!rest.is_empty()).then(|| format!("{page}{}", own_fragment(rest)));
            }
            let (url, is_text) = find(&path)?;
            // Places elsewhere have names of their own: `plan.pdf#page=2`.
            let rest = if is_text { own_fragment(rest) } else { rest.into() };
            Some(format!("{root}{url}{rest}"))
        }
    }
}

/// What the ids of texts begin with, so that none is the theme's own.
const OWN: &str = "text-";

/// An id of a text as its page has it. One that begins so stays: raw HTML comes here twice.
fn own_id(id: &str) -> Cow<'_, str> {
    if id.starts_with(OWN) { id.into() } else { format!("{OWN}{id}").into() }
}

/// A query and fragment whose fragment names a place in a text.
fn own_fragment(rest: &str) -> Cow<'_, str> {
    match rest.split_once('#') {
        Some((query, id)) if !id.is_empty() => format!("{query}#{}", own_id(id)).into(),
        _ => rest.into(),
    }
}

/// An address as its path, and its query and fragment.
fn split_path(address: &str) -> (&str, &str) {
    address.split_at(address.find(['?', '#']).unwrap_or(address.len()))
}

fn heading(level: i8) -> HeadingLevel {
    match level {
        2 => HeadingLevel::H2,
        3 => HeadingLevel::H3,
        4 => HeadingLevel::H4,
        5 => HeadingLevel::H5,
        _ => HeadingLevel::H6,
    }
}

/// The first character that will be shown after some inline markup.
fn following(events: &[Event]) -> Option<char> {
    for event in events {
        match event {
            Event::Text(text) | Event::Code(text) => return text.chars().next(),
            Event::SoftBreak | Event::HardBreak => return Some('\n'),
            Event::Start(Tag::Emphasis | Tag::Strong | Tag::Strikethrough | Tag::Link { .. }) => {}
            Event::End(TagEnd::Emphasis | TagEnd::Strong | TagEnd::Strikethrough | TagEnd::Link) => {}
            _ => return None,
        }
    }
    None
}

/// HTML that a sanitiser must look at is refused beyond this depth and size: cleaning it takes
/// time and room that grow with the depth of every tag.
const DEEPEST: usize = 128;
const MOST_TAGS: usize = 50_000;
/// The sum of all depths.
const HEAVIEST: usize = 1_000_000;
/// The spaces in one tag, as many as it may have attributes: each is compared with all others.
const MOST_SPACES: usize = 1_000;

/// The fragment with only what a release may hold. Text is kept, whatever it stood in.
fn sanitise(fragment: &str, setting: &Setting) -> String {
    if hostile(fragment) {
        // What nobody would write is shown as it was written.
        let mut shown = String::from("<pre>");
        escape(fragment, &mut shown);
        shown.push_str("</pre>");
        return shown;
    }
    // The sanitiser's filter outlives this call as far as its type can say: it owns what it asks.
    let links = Links::of(setting);
    let mut cleaner = ammonia::Builder::default();
    cleaner
        .add_generic_attributes(["dir", "lang", "id"])
        .add_tags(["figure", "figcaption"])
        .add_tag_attributes("div", ["tabindex"])
        .add_tag_attributes("img", ["loading"])
        .add_tag_attributes("th", ["scope"])
        .add_allowed_classes("div", ["table", "footnote-definition"])
        .add_allowed_classes("th", SIDES)
        .add_allowed_classes("td", SIDES)
        .add_allowed_classes("sup", ["footnote-reference", "footnote-definition-label"])
        .url_schemes(["http", "https", "mailto", "tel"].into())
        .url_relative(ammonia::UrlRelative::PassThrough)
        .link_rel(None)
        .attribute_filter(move |element, attribute, value| match (element, attribute) {
            ("img", "src") | ("a", "href") if links.has_written(value) => Some(value.into()),
            ("img", "src") => match destination(value) {
                Destination::Local(_) => links.resolve(value).map(Into::into),
                _ => None,
            },
            ("a", "href") => links.resolve(value).map(Into::into),
            (_, "id") => (!value.is_empty()).then(|| own_id(value).into_owned().into()),
            (_, "headers") => {
                Some(value.split_ascii_whitespace().map(own_id).collect::<Vec<_>>().join(" ").into())
            }
            (_, "cite" | "srcset" | "background" | "longdesc") => None,
            _ => Some(value.into()),
        });
    // What was taken out may have kept apart what HTML cannot have in one another, such as two links:
    // read again as browsers will, the text says so.
    let cleaned = cleaner.clean(fragment).to_string();
    graded(&bidi::without_overrides(cleaner.clean(&cleaned).to_string()))
}

fn hostile(fragment: &str) -> bool {
    // Elements that have no end tag, or mostly go without.
    const LOOSE: [&str; 13] =
        ["br", "img", "hr", "p", "li", "td", "th", "tr", "wbr", "input", "col", "dt", "dd"];
    // An end tag closes what has its name and nothing else.
    let mut open: HashMap<String, usize> = HashMap::default();
    let (mut depth, mut tags, mut weight) = (0usize, 0usize, 0usize);
    let bytes = fragment.as_bytes();
    for at in memchr::memchr_iter(b'<', bytes) {
        let ends = bytes.get(at + 1) == Some(&b'/');
        let name = fragment.get(at + 1 + usize::from(ends)..).unwrap_or_default();
        let name = name.split(|c: char| !c.is_ascii_alphanumeric()).next().unwrap_or_default();
        let name = name.to_ascii_lowercase();
        if ends {
            if let Some(count) = open.get_mut(&name).filter(|count| **count > 0) {
                *count -= 1;
                depth -= 1;
            }
        } else if name.starts_with(|c: char| c.is_ascii_alphabetic()) {
            tags += 1;
            if !LOOSE.contains(&name.as_str()) {
                *open.entry(name).or_default() += 1;
                depth += 1;
            }
            weight += depth;
            let rest = bytes.get(at..).unwrap_or_default().iter().take_while(|byte| **byte != b'>');
            let spaces =
                rest.filter(|byte| byte.is_ascii_whitespace() || matches!(**byte, b'/' | b'"' | b'\''));
            if spaces.take(MOST_SPACES + 1).count() > MOST_SPACES {
                return true;
            }
        }
        if depth > DEEPEST || tags > MOST_TAGS || weight > HEAVIEST {
            return true;
        }
    }
    false
}

/// Headings that came as raw HTML on the levels that a text has: from the second on, without a
/// gap. The HTML is the sanitiser's, so its tags are whole and its attributes in quotation marks.
fn graded(html: &str) -> String {
    let bytes = html.as_bytes();
    let mut graded = String::with_capacity(html.len());
    let (mut copied, mut last, mut open) = (0, 1, Vec::new());
    let mut at = 0;
    while let Some(start) = memchr::memchr(b'<', bytes.get(at..).unwrap_or_default()).map(|n| at + n) {
        let ends = bytes.get(start + 1) == Some(&b'/');
        let name = start + 1 + usize::from(ends);
        let mut quoted = false;
        let length = bytes[start..].iter().position(|byte| {
            quoted ^= *byte == b'"';
            *byte == b'>' && !quoted
        });
        at = length.map_or(bytes.len(), |length| start + length + 1);
        let Some([b'h', written @ b'1'..=b'6', b'>' | b' ']) = bytes.get(name..name + 3) else { continue };
        let level = match ends {
            true => open.pop().unwrap_or(last),
            false => {
                last = (*written - b'0').clamp(2, 6).min(last + 1);
                open.push(last);
                last
            }
        };
        graded.push_str(&html[copied..=name]);
        graded.push(char::from(b'0' + level));
        copied = name + 2;
    }
    graded.push_str(&html[copied..]);
    graded
}

#[cfg(test)]
mod tests {
    use super::*;

    fn html(body: &str) -> String {
        let image = TargetView {
            target: "a b.jpg",
            url: Some("2026/a%20b.jpg".into()),
            is_text: false,
            width: Some(4),
            height: Some(3),
        };
        let gone = TargetView { target: "gone.md", url: None, is_text: true, width: None, height: None };
        let targets = [image, gone];
        let setting =
            Setting { root: "../", page: "", lang: "fr", typography: Profile::FrMa, targets: &targets };
        render(body, Markup::Markdown, &setting)
    }

    #[test]
    fn references_are_resolved_and_lost_ones_keep_their_text() {
        assert_eq!(
            html("![vue](a%20b.jpg)"),
            "<p><img src=\"../2026/a%20b.jpg\" alt=\"vue\" width=\"4\" height=\"3\" loading=\"lazy\"></p>\n"
        );
        assert_eq!(html("[texte](gone.md)"), "<p>texte</p>\n");
        assert_eq!(html("[x](javascript:alert(1))"), "<p>x</p>\n");
        assert_eq!(
            html("![](https://example.org/a.jpg)"),
            "<p><a href=\"https://example.org/a.jpg\">https://example.org/a.jpg</a></p>\n"
        );
        assert_eq!(
            html("[![a](https://example.org/a.jpg)](gone.md)"),
            "<p><a href=\"https://example.org/a.jpg\">a</a></p>\n"
        );
    }

    #[test]
    fn headings_start_below_the_title_and_leave_no_gap() {
        let tags: String = html("# a\n\n### b\n\n## c").lines().map(|line| &line[1..3]).collect();
        assert_eq!(tags, "h2h3h3");
    }

    #[test]
    fn raw_html_loses_what_could_act_and_keeps_direction() {
        let clean = html(
            "<p dir=\"rtl\" onclick=\"x()\">نص</p>\n\n<script>alert(1)</script>\n\n<img src=\"a b.jpg\"><img src=\"https://example.org/x.gif\">",
        );
        assert!(clean.contains("<p dir=\"rtl\">نص</p>"), "{clean}");
        assert!(clean.contains("src=\"../2026/a%20b.jpg\""), "{clean}");
        assert!(
            !clean.contains("script") && !clean.contains("onclick") && !clean.contains("example.org"),
            "{clean}"
        );
    }

    #[test]
    fn typography_looks_across_markup_and_leaves_code_alone() {
        assert_eq!(
            html("Un *mot* : l'eau `a : b`"),
            "<p>Un <em>mot</em>\u{a0}: l’eau <code>a : b</code></p>\n"
        );
    }

    #[test]
    fn a_decomposed_text_is_composed_and_controls_are_dropped() {
        assert_eq!(html("e\u{301}te\u{301}\u{b}"), "<p>été</p>\n");
    }

    #[test]
    fn hostile_html_is_shown_not_parsed() {
        assert!(html(&"<div>".repeat(200)).starts_with("<pre>"));
        assert!(html(&"<div></x>".repeat(200)).starts_with("<pre>"));
        assert!(html(&format!("<p{}>", " a".repeat(2_000))).starts_with("<pre>"));
        let fonts = (0..100).map(|n| format!("<font size={n}>")).collect::<String>();
        assert!(html(&(fonts + &"<p>x".repeat(20_000))).starts_with("<pre>"));
        assert!(!html(&"<div><b>x</b></div>\n".repeat(500)).contains("<pre>"));
    }

    #[test]
    fn headings_of_raw_html_leave_no_gap_either() {
        assert_eq!(
            html("<h1 title=\"a><h5\">a</h1>\n\n# b\n\n<h6>c</h6>\n\n<h2>d</h2>"),
            "<h2 title=\"a&gt;&lt;h5\">a</h2>\n<h2>b</h2>\n<h3>c</h3>\n<h2>d</h2>"
        );
    }
}
