//! Languages of a portal, and texts that differ by them.

use serde::{Deserialize, Serialize};

/// A language of the portal, by its place in `languages`; 0 is at the root of the site.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct LangId(pub u8);

impl LangId {
    pub fn index(self) -> usize {
        usize::from(self.0)
    }
}

/// Languages written from right to left (CLDR, likely scripts).
pub fn is_rtl(tag: &str) -> bool {
    matches!(primary(tag), "ar" | "he" | "fa" | "ur" | "ps" | "ug" | "yi" | "ckb" | "sd" | "dv")
}

/// The primary subtag: `fr` of `fr-MA`.
pub fn primary(tag: &str) -> &str {
    tag.split('-').next().unwrap_or(tag)
}

/// Whether `tag` has the form of a BCP 47 language tag as Tribune uses them: `fr`, `ar`, `zgh`, `fr-MA`.
pub fn is_tag(tag: &str) -> bool {
    let mut parts = tag.split('-');
    let first =
        parts.next().is_some_and(|p| (2..=3).contains(&p.len()) && p.bytes().all(|b| b.is_ascii_lowercase()));
    first && parts.all(|p| (2..=8).contains(&p.len()) && p.bytes().all(|b| b.is_ascii_alphanumeric()))
}

/// A text given once for all languages or once for each.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Localised {
    /// By language tag; an empty tag is for all.
    pub texts: Vec<(String, String)>,
}

impl Localised {
    pub fn all(text: impl Into<String>) -> Self {
        Self { texts: vec![(String::new(), text.into())] }
    }

    /// The text for `lang`, else the first one given.
    pub fn get(&self, lang: &str) -> Option<&str> {
        let own = self.texts.iter().find(|(tag, _)| tag == lang);
        own.or(self.texts.first()).map(|(_, text)| text.as_str())
    }
}
