//! Pages as a browser reads them.

use std::cell::RefCell;
use std::collections::BTreeMap;

use html5ever::tendril::StrTendril;
use html5ever::tokenizer::states::RawKind;
use html5ever::tokenizer::{BufferQueue, Tag, TagKind, Token, TokenSink, TokenSinkResult, Tokenizer};

/// A start tag with the text that follows it, up to the next tag.
#[derive(Debug, Default)]
pub struct Element {
    pub name: String,
    pub attrs: BTreeMap<String, String>,
    pub text: String,
}

impl Element {
    pub fn attr(&self, name: &str) -> &str {
        self.attrs.get(name).map_or("", String::as_str)
    }
}

#[derive(Default)]
struct Sink(RefCell<Vec<Element>>);

impl TokenSink for Sink {
    type Handle = ();

    fn process_token(&self, token: Token, _line: u64) -> TokenSinkResult<()> {
        let mut elements = self.0.borrow_mut();
        match token {
            Token::TagToken(Tag { kind: TagKind::StartTag, name, attrs, .. }) => {
                let attrs = attrs.into_iter().map(|a| (a.name.local.to_string(), a.value.to_string()));
                let attrs = attrs.collect();
                elements.push(Element { name: name.to_string(), attrs, text: String::new() });
                return match &*name {
                    "script" => TokenSinkResult::RawData(RawKind::ScriptData),
                    "style" => TokenSinkResult::RawData(RawKind::Rawtext),
                    "title" | "textarea" => TokenSinkResult::RawData(RawKind::Rcdata),
                    _ => TokenSinkResult::Continue,
                };
            }
            Token::CharacterTokens(text) => {
                if let Some(last) = elements.last_mut() {
                    last.text.push_str(&text);
                }
            }
            _ => {}
        }
        TokenSinkResult::Continue
    }
}

/// All start tags of a page, in their order.
pub fn elements(page: &str) -> Vec<Element> {
    let queue = BufferQueue::default();
    queue.push_back(StrTendril::from_slice(page));
    let tokenizer = Tokenizer::new(Sink::default(), Default::default());
    let _ = tokenizer.feed(&queue);
    tokenizer.end();
    tokenizer.sink.0.into_inner()
}

/// The elements of one name.
pub fn all(page: &str, name: &str) -> Vec<Element> {
    elements(page).into_iter().filter(|element| element.name == name).collect()
}

/// What a reader sees of a page, as one line.
pub fn text(page: &str) -> String {
    let shown =
        elements(page).into_iter().filter(|element| !matches!(element.name.as_str(), "script" | "style"));
    let words: Vec<String> = shown.map(|element| element.text).collect();
    words.join(" ").split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Where the links of a page lead, as paths below the root; `page` is its own path.
pub fn links(page: &str, html: &str) -> Vec<String> {
    all(html, "a").iter().filter_map(|a| resolve(page, a.attr("href"))).collect()
}

/// The path below the root that a relative address leads to, without query and fragment, decoded;
/// `None` for what leads elsewhere, and for what climbs over the root.
pub fn resolve(page: &str, href: &str) -> Option<String> {
    let href = href.split(['#', '?']).next().unwrap_or_default();
    let scheme = href.split_once(':').is_some_and(|(before, _)| !before.contains('/'));
    if scheme || href.starts_with('/') {
        return None;
    }
    if href.is_empty() {
        return Some(page.to_owned());
    }
    let mut parts: Vec<&str> = page.split('/').collect();
    parts.pop();
    let mut folder = false;
    for part in href.split('/') {
        folder = matches!(part, "" | "." | "..");
        match part {
            "" | "." => {}
            ".." => {
                parts.pop()?;
            }
            part => parts.push(part),
        }
    }
    let mut path = parts.join("/");
    if folder && !path.is_empty() {
        path.push('/');
    }
    Some(percent_encoding::percent_decode_str(&path).decode_utf8().unwrap().into_owned())
}
