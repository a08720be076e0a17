//! A release's text: what it says first, and what it refers to. Rendering it is `pages`' work.

use std::ops::Range;

use pulldown_cmark::{Event, Options, Parser, Tag, TagEnd};
use serde::{Deserialize, Serialize};
use unicode_normalization::UnicodeNormalization;

use crate::text::bidi;
use crate::text::diagnostic::Faults;
use crate::text::fingerprint::Fingerprint;
use crate::text::problem::Problem;
use crate::text::scan::{any_byte, is_all_xml};
use crate::text::source::{Span, is_xml};

/// How a body is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Markup {
    Markdown,
    /// Blank lines part paragraphs.
    Plain,
}

impl Markup {
    /// By the ending of a file's name, in capitals too; `None` where the file is no source.
    pub fn of(path: &str) -> Option<Self> {
        let (_, ending) = path.rsplit_once('.')?;
        match ending.to_ascii_lowercase().as_str() {
            "md" => Some(Self::Markdown),
            "txt" => Some(Self::Plain),
            _ => None,
        }
    }
}

/// What is known of a body without keeping its text.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Body {
    pub markup: Markup,
    /// Where the body starts in its file.
    pub start: usize,
    pub fingerprint: Fingerprint,
    /// The first paragraph as plain text, cut at a sentence.
    pub lead: String,
    pub references: Vec<Reference>,
}

/// Something local that a body points to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reference {
    pub kind: ReferenceKind,
    /// As written, percent-decoded, without fragment.
    pub target: String,
    /// Byte range in the file.
    pub span: Span,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum ReferenceKind {
    Link,
    Image {
        /// Whether it has an alternative text.
        described: bool,
    },
}

/// The deepest nesting of quotations and lists; deeper ones are attacks, not releases.
pub const DEEPEST: usize = 64;

/// The Markdown that releases are written in.
pub fn options() -> Options {
    Options::ENABLE_TABLES
        | Options::ENABLE_FOOTNOTES
        | Options::ENABLE_STRIKETHROUGH
        | Options::ENABLE_HEADING_ATTRIBUTES
}

impl Body {
    /// The body of nothing.
    pub fn empty() -> Self {
        let (fingerprint, lead) = (Fingerprint::of_text(""), String::new());
        Self { markup: Markup::Plain, start: 0, fingerprint, lead, references: Vec::new() }
    }

    /// Reads the body that starts at byte `start` of `text`.
    pub fn read(text: &str, start: usize, markup: Markup, faults: &mut Faults) -> Self {
        let body = text.get(start..).unwrap_or_default();
        let fingerprint = Fingerprint::of_text(body);
        let mut found = Self { markup, start, fingerprint, lead: String::new(), references: Vec::new() };
        let forged = bidi::forged(body);
        if let Some((at, character)) = forged {
            let at = start + at;
            faults.at(Span::new(at, at + character.len_utf8()), Problem::BidiControl { character });
        }
        match markup {
            Markup::Plain => found.lead = lead(paragraphs(body).next().unwrap_or_default()),
            Markup::Markdown => match opening(body) {
                Some(lead) => {
                    found.lead = lead;
                    debug_assert!(found.is_as_whole(body, forged.is_some()), "{body:?}");
                }
                None => found.read_markdown(body, forged.is_some(), faults),
            },
        }
        found
    }

    /// Whether a look at the whole text finds nothing else.
    fn is_as_whole(&self, body: &str, forged: bool) -> bool {
        let mut whole = Self { lead: String::new(), ..self.clone() };
        let mut found = Faults::of(&"".into());
        whole.read_markdown(body, forged, &mut found);
        found.list.is_empty() && whole.references.is_empty() && whole.lead == self.lead
    }

    fn read_markdown(&mut self, body: &str, forged: bool, faults: &mut Faults) {
        let mut first = String::new();
        let mut in_first = false;
        let mut depth = 0usize;
        let mut images: Vec<(String, Range<usize>, bool)> = Vec::new();
        for (event, range) in Parser::new_ext(body, options()).into_offset_iter() {
            match event {
                Event::Start(tag) => {
                    depth += 1;
                    if depth > DEEPEST {
                        let span = Span::from(range).shifted(self.start);
                        faults.at(span, Problem::NestedTooDeep { limit: DEEPEST });
                        return;
                    }
                    match tag {
                        Tag::Paragraph if depth == 1 && self.lead.is_empty() => in_first = true,
                        Tag::Link { dest_url, .. } => {
                            self.refer(ReferenceKind::Link, &dest_url, range, faults)
                        }
                        Tag::Image { dest_url, .. } => images.push((dest_url.to_string(), range, false)),
                        _ => {}
                    }
                }
                Event::End(end) => {
                    depth = depth.saturating_sub(1);
                    match end {
                        TagEnd::Paragraph if in_first && depth == 0 => {
                            in_first = false;
                            self.lead = lead(&first);
                            first.clear();
                        }
                        TagEnd::Image => {
                            if let Some((src, range, described)) = images.pop() {
                                self.refer(ReferenceKind::Image { described }, &src, range, faults);
                            }
                        }
                        _ => {}
                    }
                }
                Event::Text(text) | Event::Code(text) => {
                    // A control may hide behind a character reference.
                    let is_typed = || body.get(range.clone()).is_none_or(|raw| !raw.contains('&'));
                    if let Some((_, character)) = bidi::forged(&text).filter(|_| !forged && !is_typed()) {
                        let span = Span::from(range).shifted(self.start);
                        faults.at(span, Problem::BidiControl { character });
                    }
                    if let Some(image) = images.last_mut() {
                        image.2 |= !text.trim().is_empty();
                    } else if in_first {
                        first.push_str(&text);
                    }
                }
                Event::SoftBreak | Event::HardBreak if in_first => first.push(' '),
                Event::Html(html) | Event::InlineHtml(html) => {
                    for (kind, target) in html_references(&html) {
                        self.refer(kind, target, range.clone(), faults);
                    }
                }
                _ => {}
            }
        }
    }

    fn refer(&mut self, kind: ReferenceKind, target: &str, range: Range<usize>, faults: &mut Faults) {
        let span = Span::from(range).shifted(self.start);
        match destination(target) {
            Destination::Local(path) if !path.is_empty() => {
                self.references.push(Reference { kind, target: path, span });
            }
            Destination::Local(_) => {}
            Destination::Elsewhere if matches!(kind, ReferenceKind::Image { .. }) => {
                faults.at(span, Problem::RemoteImage { src: target.into() });
            }
            Destination::Elsewhere => {}
            Destination::Unsafe => faults.at(span, Problem::UnsafeLink { target: target.into() }),
        }
    }
}

/// What a Markdown text says first, where nothing else of it can matter: it has no link, picture, HTML or
/// character reference, and nothing in it nests deep. Most are so, and need not be parsed whole for it.
fn opening(body: &str) -> Option<String> {
    // Half of what may nest is blocks, each of which takes a character at the start of a line, and half is
    // emphasis, each of which takes two.
    const MOST: usize = DEEPEST / 3;
    let leads_on = |byte: u8| matches!(byte, b'[' | b'<' | b'&');
    let emphasis = memchr::memchr3_iter(b'*', b'_', b'~', body.as_bytes()).count();
    if any_byte(body, leads_on) || emphasis > 2 * MOST || body.starts_with('\u{feff}') {
        return None;
    }
    let is_blank = |line: &str| line.bytes().all(|byte| matches!(byte, b' ' | b'\t' | b'\n' | b'\r'));
    let nests = |line: &str| {
        let is_marker = |byte: &u8| b" \t>*+-.)0123456789".contains(byte);
        // A tab stands for four spaces.
        let width = |byte: u8| if byte == b'\t' { 4 } else { 1 };
        line.bytes().take_while(is_marker).map(width).sum::<usize>() > MOST
    };
    let (mut start, mut end, mut at) = (None, None, 0);
    for line in lines(body) {
        match is_blank(line) {
            true if start.is_some() => end = end.or(Some(at)),
            true => {}
            false if nests(line) => return None,
            false => start = start.or(Some(at)),
        }
        at += line.len();
    }
    let first = body.get(start?..end.unwrap_or(body.len()))?;
    let mut events = Parser::new_ext(first, options());
    if events.next() != Some(Event::Start(Tag::Paragraph)) {
        return None;
    }
    let mut text = String::new();
    for event in events.by_ref() {
        match event {
            Event::Text(piece) | Event::Code(piece) => text.push_str(&piece),
            Event::SoftBreak | Event::HardBreak => text.push(' '),
            Event::End(TagEnd::Paragraph) => break,
            _ => {}
        }
    }
    let lead = lead(&text);
    (events.next().is_none() && !lead.is_empty()).then_some(lead)
}

/// Where an address leads.
#[derive(Debug, PartialEq, Eq)]
pub enum Destination {
    /// A path of this portal, percent-decoded, without query and fragment; empty for `#fragment`.
    Local(String),
    /// Another host, or a person to write to or to call.
    Elsewhere,
    /// A scheme that could run code or load what nobody checked.
    Unsafe,
}

/// Sorts an address. What a browser would take for a scheme is one here too: it ignores
/// controls and white space in it (WHATWG URL, basic parser).
pub fn destination(address: &str) -> Destination {
    let bare: String = address.chars().filter(|c| !c.is_control() && !c.is_whitespace()).collect();
    if bare.starts_with("//") || bare.starts_with("\\\\") || bare.starts_with("/\\") {
        return Destination::Elsewhere;
    }
    let head = bare.split(['/', '?', '#']).next().unwrap_or_default();
    if let Some((scheme, _)) = head.split_once(':') {
        return match scheme.to_ascii_lowercase().as_str() {
            "http" | "https" | "mailto" | "tel" => Destination::Elsewhere,
            _ => Destination::Unsafe,
        };
    }
    let path = address.split(['?', '#']).next().unwrap_or_default();
    // What is no UTF-8 stays as it was written, and names no file.
    let decoded = percent_encoding::percent_decode_str(path.trim()).decode_utf8();
    let decoded = decoded.unwrap_or_else(|_| path.trim().into());
    // Names of files are compared in normal form C, however a system writes them.
    Destination::Local(if decoded.is_ascii() { decoded.into_owned() } else { decoded.nfc().collect() })
}

/// The `src` of pictures and `href` of links in raw HTML; other elements that have one are not shown.
/// A rough reading does: what it overlooks the sanitiser drops.
fn html_references(html: &str) -> Vec<(ReferenceKind, &str)> {
    let mut found = Vec::new();
    let kinds =
        [("img", "src=", ReferenceKind::Image { described: true }), ("a", "href=", ReferenceKind::Link)];
    for (element, attribute, kind) in kinds {
        for (at, _) in html.match_indices(attribute) {
            let open = html[..at].rsplit('<').next().unwrap_or_default();
            let name = open.split(|c: char| !c.is_ascii_alphanumeric()).next().unwrap_or_default();
            if !name.eq_ignore_ascii_case(element) {
                continue;
            }
            let value = &html[at + attribute.len()..];
            let Some(quote) = value.chars().next().filter(|c| matches!(c, '"' | '\'')) else { continue };
            if let Some(end) = value[1..].find(quote) {
                found.push((kind, &value[1..=end]));
            }
        }
    }
    found
}

/// The lines of a text with their ends: LF, CRLF or, from old Macs, CR alone.
pub fn lines(text: &str) -> impl Iterator<Item = &str> {
    let mut rest = text;
    std::iter::from_fn(move || {
        let end = memchr::memchr2(b'\n', b'\r', rest.as_bytes())
            .map_or(rest.len(), |at| at + if rest[at..].starts_with("\r\n") { 2 } else { 1 });
        let (line, after) = rest.split_at(end);
        rest = after;
        (!line.is_empty()).then_some(line)
    })
}

/// The paragraphs of a plain text: runs of lines that are not blank.
pub fn paragraphs(text: &str) -> impl Iterator<Item = &str> {
    let mut rest = text;
    std::iter::from_fn(move || {
        // Whatever makes a line blank below is skipped here, or there would be no end of paragraphs.
        rest = rest.trim_start_matches(|c: char| c.is_whitespace() || c == '\u{feff}');
        if rest.is_empty() {
            return None;
        }
        let mut end = rest.len();
        let mut at = 0;
        for line in lines(rest) {
            if line.trim().is_empty() {
                end = at;
                break;
            }
            at += line.len();
        }
        let (paragraph, after) = rest.split_at(end);
        rest = after;
        Some(paragraph.trim_end())
    })
}

/// A summary as long as search engines and messengers show: about 160 to 300 characters.
const SUMMARY_GOAL: usize = 160;
const SUMMARY_LIMIT: usize = 300;

/// A paragraph as one line, cut after the first sentence that is long enough.
pub fn lead(paragraph: &str) -> String {
    let mut line = String::with_capacity(paragraph.len());
    for word in paragraph.split_whitespace() {
        if !line.is_empty() {
            line.push(' ');
        }
        line.push_str(word);
    }
    // Character references may have become what no text can hold.
    if !is_all_xml(&line) {
        line.retain(is_xml);
    }
    let nth = |n| line.char_indices().nth(n).map(|(at, _)| at);
    let (Some(goal), Some(limit)) = (nth(SUMMARY_GOAL), nth(SUMMARY_LIMIT)) else { return line };
    let mut cut = None;
    let mut word_end = 0;
    for space in memchr::memchr_iter(b' ', line.as_bytes()).take_while(|space| *space <= limit) {
        let before = &line[..space];
        // A sentence begins with a capital, or in a script that has none.
        let ends = before.strip_suffix(['.', '!', '?', '؟', '…']).filter(|sentence| {
            let after = line[space..].trim_start().chars().next();
            !is_abbreviation(sentence) && after.is_none_or(|c| !c.is_lowercase())
        });
        if let Some(sentence) = ends {
            cut = Some(space);
            if sentence.len() >= goal {
                break;
            }
        }
        if space < limit {
            word_end = space;
        }
    }
    match cut {
        Some(at) => line[..at].to_owned(),
        None => format!("{}…", line[..word_end].trim_end_matches([',', ';', ':', '،', '؛'])),
    }
}

/// Whether a full stop after `before` ends an abbreviation (`M.`, `Dr.`, an initial), not a sentence.
fn is_abbreviation(before: &str) -> bool {
    let word = before.rsplit([' ', '\u{a0}', '\'', '’', '(']).next().unwrap_or_default();
    word.chars().count() == 1 || matches!(word, "Mme" | "MM" | "Dr" | "Pr" | "art" | "cf" | "etc")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_sorted_as_a_browser_would() {
        let local = |path: &str| Destination::Local(path.into());
        for (address, expected) in [
            ("photo%20de%20groupe.jpg", local("photo de groupe.jpg")),
            ("/contact/#form", local("/contact/")),
            ("#note", local("")),
            ("https://example.org/", Destination::Elsewhere),
            ("MAILTO:a@example.org", Destination::Elsewhere),
            ("//example.org/x", Destination::Elsewhere),
            ("javascript:alert(1)", Destination::Unsafe),
            (" java\nscript:alert(1)", Destination::Unsafe),
            ("data:text/html,x", Destination::Unsafe),
            ("12:30.html", Destination::Unsafe),
        ] {
            assert_eq!(destination(address), expected, "{address}");
        }
    }

    #[test]
    fn the_opening_of_a_plain_text_says_what_the_whole_does() {
        for (body, expected) in [
            (
                "Un *mot* et `du code`\nsur deux lignes.\n\n- a\n- b\n",
                Some("Un mot et du code sur deux lignes."),
            ),
            ("\n \t\n« Oui »,  dit-on.\r\n\r\n# Titre\r\n", Some("« Oui », dit-on.")),
            ("Seul, sans fin de ligne", Some("Seul, sans fin de ligne")),
            ("a\\*b\rc\r\rd", Some("a*b c")),
            ("\u{2068}Amina *PR* dit\u{2069} oui.", Some("\u{2068}Amina PR dit\u{2069} oui.")),
            // Something else comes first, or may say more.
            ("Titre\n=====\n\nTexte.", None),
            ("# Titre\n\nTexte.", None),
            ("    du code\n\nTexte.", None),
            ("> cité\n\nTexte.", None),
            ("- a\n\nTexte.", None),
            ("a | b\n--|--\n1 | 2\n\nTexte.", None),
            ("Texte.\n# Titre\n", None),
            ("Un [lien](x).", None),
            ("a\n\n&#x202e;", None),
            ("a\n\n<img src=\"x.png\">", None),
            ("", None),
            ("\u{feff}\n\nb", None),
        ] {
            assert_eq!(opening(body).as_deref(), expected, "{body:?}");
            // Compares with the whole.
            Body::read(body, 0, Markup::Markdown, &mut Faults::of(&"a.md".into()));
        }
        let tabs = (0..40).map(|n| format!("{}{}- a\n", "\t".repeat(n / 2), "  ".repeat(n % 2)));
        for deep in [
            tabs.collect(),
            ">".repeat(70),
            "- ".repeat(40),
            format!("{}a{}", "*a ".repeat(70), "*".repeat(70)),
        ] {
            assert_eq!(opening(&format!("Texte.\n\n{deep} fin")), None);
        }
    }

    #[test]
    fn a_lead_ends_with_a_sentence() {
        let long = format!("M. Alaoui a ouvert la séance. {} Fin.", "Le débat a duré. ".repeat(40));
        let cut = lead(&long);
        assert!(cut.starts_with("M. Alaoui a ouvert la séance. Le débat a duré."), "{cut}");
        assert!(cut.ends_with("duré.") && cut.chars().count() <= SUMMARY_LIMIT, "{cut}");
        assert!(lead(&"mot ".repeat(200)).ends_with("mot…"));
        assert_eq!(lead("deux\nlignes"), "deux lignes");
    }

    #[test]
    fn paragraphs_are_parted_by_blank_lines() {
        let found: Vec<_> = paragraphs("a\r\nb\r\n\r\n \nc\n").collect();
        assert_eq!(found, ["a\r\nb", "c"]);
        let found: Vec<_> = paragraphs("a\rb\r\rc\r").collect();
        assert_eq!(found, ["a\rb", "c"]);
        // A line separator before a line end made a build go on for ever.
        let found: Vec<_> = paragraphs("\u{2028}\n\u{3000}\na\n\u{b}\n").collect();
        assert_eq!(found, ["a"]);
    }
}
