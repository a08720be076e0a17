//! The only place where the address of a page is spelt, and the file that it is stored in.

use memchr::memchr2;
use percent_encoding::{AsciiSet, CONTROLS, utf8_percent_encode};

use unicode_normalization::UnicodeNormalization;
use xxhash_rust::xxh3::xxh3_128;

use crate::model::config::Addresses;
use crate::model::language::LangId;
use crate::model::path::SafePath;
use crate::text::column::Fixed;

/// A file of the output, relative, with `/` between its parts. It cannot lead out.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
#[serde(try_from = "String")]
pub struct OutPath(String);

/// Stands for a file of the output where only sameness matters. Local to a machine, never published.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
pub struct OutKey(u128);

impl Fixed for OutKey {
    const BYTES: usize = u128::BYTES;

    fn put(self, to: &mut Vec<u8>) {
        self.0.put(to);
    }

    fn get(from: &[u8]) -> Self {
        Self(u128::get(from))
    }
}

impl From<OutPath> for String {
    fn from(path: OutPath) -> Self {
        path.0
    }
}

impl TryFrom<String> for OutPath {
    type Error = &'static str;

    fn try_from(path: String) -> Result<Self, Self::Error> {
        Self::parse(&path).ok_or("a path that leads out of the output")
    }
}

impl OutPath {
    /// A path as it was remembered, which may have been damaged or forged meanwhile.
    pub fn parse(path: &str) -> Option<Self> {
        let bytes = path.as_bytes();
        let plain = |part: &[u8]| !matches!(part, b"" | b"." | b"..");
        let is_one = memchr2(b'\\', 0, bytes).is_none() && bytes.split(|byte| *byte == b'/').all(plain);
        is_one.then(|| Self(path.to_owned()))
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The same for what file systems without case and normal forms would take for the same file.
    pub fn key(&self) -> OutKey {
        match self.0.bytes().all(|byte| byte.is_ascii() && !byte.is_ascii_uppercase()) {
            true => OutKey(xxh3_128(self.0.as_bytes())),
            false => OutKey(xxh3_128(self.0.nfc().collect::<String>().to_lowercase().as_bytes())),
        }
    }

    /// Whether its name is that of a file as Tribune names them.
    pub fn has_dot(&self) -> bool {
        self.0.rsplit('/').next().is_some_and(|name| name.contains('.'))
    }

    /// The same with a character more.
    pub fn with(&self, end: char) -> Self {
        let mut longer = self.0.clone();
        longer.push(end);
        Self(longer)
    }

    /// The folders that it stands in.
    pub fn folders(&self) -> impl Iterator<Item = Self> {
        self.0.match_indices('/').map(|(at, _)| Self(self.0[..at].to_owned()))
    }

    /// Equal for what file systems without case and normal forms would take for the same file, and in
    /// an order in which the files of a folder follow at once on a file of its name.
    pub fn sort_key(&self) -> String {
        let end = |c: char| if c == '/' { FOLDER_END } else { c };
        match self.0.is_ascii() {
            true => self.0.chars().map(|c| end(c.to_ascii_lowercase())).collect(),
            false => self.0.nfc().collect::<String>().to_lowercase().chars().map(end).collect(),
        }
    }
}

/// What `/` is in a sort key: less than every character of a name.
pub const FOLDER_END: char = '\u{1}';

/// The file that hosts answer a folder with.
const INDEX: &str = "index.html";

/// Where a page is read and where it is stored.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Spot {
    /// Relative to the portal's root; empty for the root itself.
    pub url: String,
    pub file: OutPath,
}

/// Characters that stand for something else in an address (RFC 3986, section 3.3).
const RESERVED: &AsciiSet = &CONTROLS
    .add(b' ')
    .add(b'"')
    .add(b'#')
    .add(b'%')
    .add(b'<')
    .add(b'>')
    .add(b'?')
    .add(b'`')
    .add(b'{')
    .add(b'}');

/// Spells addresses for one portal.
#[derive(Clone, Copy, Debug)]
pub struct Speller {
    pub addresses: Addresses,
    /// Links name files: no host is there to answer for folders.
    pub portable: bool,
}

impl Speller {
    /// A page whose address without slashes round it is `address`: `2026/03/12/slug`.
    pub fn page(self, address: &str) -> Spot {
        match self.addresses {
            Addresses::File if !address.is_empty() => {
                let file = [address, ".html"].concat();
                Spot { url: file.clone(), file: OutPath(file) }
            }
            _ => {
                let index = if address.is_empty() { INDEX.into() } else { [address, "/", INDEX].concat() };
                let named = if self.portable { index.len() } else { index.len() - INDEX.len() };
                Spot { url: index[..named].to_owned(), file: OutPath(index) }
            }
        }
    }

    /// A file at a fixed address: `feed.xml`, `2026/03/12/slug/photo.jpg`.
    pub fn file(self, path: &str) -> Spot {
        Spot { url: utf8_percent_encode(path, RESERVED).to_string(), file: OutPath(path.to_owned()) }
    }

    /// An old address, which may name a page by folder or by file.
    pub fn alias(self, path: &SafePath) -> Spot {
        let name = path.name();
        match name.ends_with(".html") || name.ends_with(".htm") {
            true => self.file(path.as_str()),
            false => Self { addresses: Addresses::Folder, portable: false }.page(path.as_str()),
        }
    }
}

/// The way from the page at `url` to the portal's root.
pub fn root_from(url: &str) -> String {
    match url.matches('/').count() {
        0 => "./".into(),
        depth => "../".repeat(depth),
    }
}

/// The address without language prefix below the prefix of a language.
pub fn in_language(lang: LangId, tag: &str, address: &str) -> String {
    match (lang, address) {
        (LangId(0), _) => address.to_owned(),
        (_, "") => tag.to_owned(),
        _ => [tag, "/", address].concat(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_page_is_spelt_in_several_ways() {
        use Addresses::{File, Folder};
        for (addresses, portable, address, url, file) in [
            (Folder, false, "2026/a", "2026/a/", "2026/a/index.html"),
            (Folder, true, "2026/a", "2026/a/index.html", "2026/a/index.html"),
            (File, false, "2026/a", "2026/a.html", "2026/a.html"),
            (File, true, "2026/a", "2026/a.html", "2026/a.html"),
            (Folder, false, "", "", "index.html"),
            (File, false, "", "", "index.html"),
            (File, true, "", "index.html", "index.html"),
        ] {
            let spot = Speller { addresses, portable }.page(address);
            assert_eq!((spot.url.as_str(), spot.file.as_str()), (url, file));
        }
    }

    #[test]
    fn the_root_is_as_many_folders_up_as_the_page_is_deep() {
        let speller = Speller { addresses: Addresses::File, portable: false };
        assert_eq!(root_from(&speller.page("").url), "./");
        assert_eq!(root_from(&speller.page("2026/03/a").url), "../../");
        assert_eq!(speller.file("a/photo é.jpg").url, "a/photo%20%C3%A9.jpg");
    }
}
