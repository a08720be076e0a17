//! What a host is to hold: every file, by its digest and its headers. Written as parts of neighbouring
//! files, each named by the digest of its bytes, so that two states of a portal share all parts but a few,
//! and one is compared with another by what parts them.

use std::collections::HashMap;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::pages::path::OutPath;
use crate::text::fingerprint::Digest;

/// One file of a host.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Item {
    pub path: OutPath,
    /// Of its bytes.
    pub digest: Digest,
    pub bytes: u64,
    pub headers: Arc<Headers>,
}

/// What a host tells of a file, where it can be told.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Headers {
    #[serde(rename = "content-type")]
    pub content_type: Arc<str>,
    #[serde(rename = "cache-control")]
    pub cache_control: Arc<str>,
}

/// Files in the order of their paths.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Parcel {
    pub items: Vec<Item>,
}

/// Neighbouring files of a parcel as they are written down.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Part {
    pub digest: Digest,
    pub bytes: Vec<u8>,
    pub items: Vec<Item>,
}

/// How a part is written: each file as path, digest, length and the place of its headers.
#[derive(Serialize, Deserialize)]
struct Written {
    headers: Vec<Headers>,
    files: Vec<(OutPath, Digest, u64, usize)>,
}

/// One file in so many begins a part, whichever files are beside it: a new one parts one part in two at
/// most, and moves no border.
const ABOUT: u8 = 128;

fn begins(path: &OutPath) -> bool {
    Digest::of(path.as_str().as_bytes()).0[0].is_multiple_of(ABOUT)
}

impl Parcel {
    pub fn of(mut items: Vec<Item>) -> Self {
        items.sort_unstable_by(|a, b| a.path.cmp(&b.path));
        items.dedup_by(|a, b| a.path == b.path);
        Self { items }
    }

    /// Whether somebody's file stands where one of these is to stand, in a folder of its name, or where one of
    /// them needs a folder.
    pub fn meets(&self, path: &OutPath) -> bool {
        let inside = path.with('/');
        let next = self.items.partition_point(|item| item.path < inside);
        let is_folder =
            self.items.get(next).is_some_and(|item| item.path.as_str().starts_with(inside.as_str()));
        is_folder || self.find(path).is_some() || path.folders().any(|folder| self.find(&folder).is_some())
    }

    pub fn find(&self, path: &OutPath) -> Option<&Item> {
        let at = self.items.binary_search_by(|item| item.path.cmp(path)).ok()?;
        self.items.get(at)
    }

    pub fn bytes(&self) -> u64 {
        self.items.iter().map(|item| item.bytes).sum()
    }

    pub fn parts(&self) -> Vec<Part> {
        let starts = self.items.chunk_by(|_, next| !begins(&next.path));
        starts.map(Part::of).collect()
    }
}

impl Part {
    fn of(items: &[Item]) -> Self {
        let mut headers: Vec<Headers> = Vec::new();
        let mut places: HashMap<&Headers, usize> = HashMap::new();
        let files = items.iter().map(|item| {
            let place = *places.entry(&item.headers).or_insert_with(|| {
                headers.push((*item.headers).clone());
                headers.len() - 1
            });
            (item.path.clone(), item.digest, item.bytes, place)
        });
        let files = files.collect();
        // Strings and numbers have no way not to be written.
        let bytes = serde_json::to_vec(&Written { headers, files }).unwrap_or_default();
        Self { digest: Digest::of(&bytes), bytes, items: items.to_vec() }
    }

    /// A part as a host gave it, which may have been damaged or forged.
    pub fn read(digest: Digest, bytes: &[u8]) -> Result<Self, String> {
        if Digest::of(bytes) != digest {
            return Err("its bytes are not those that it is named by".into());
        }
        let written: Written = serde_json::from_slice(bytes).map_err(|error| error.to_string())?;
        let headers: Vec<Arc<Headers>> = written.headers.into_iter().map(Arc::new).collect();
        let item = |(path, digest, bytes, place): (OutPath, Digest, u64, usize)| {
            let headers = headers.get(place).cloned().ok_or("a file without headers")?;
            Ok(Item { path, digest, bytes, headers })
        };
        let items = written.files.into_iter().map(item).collect::<Result<Vec<_>, &str>>()?;
        Ok(Self { digest, bytes: bytes.to_vec(), items })
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;
    use crate::delivery::serving::headers;

    fn parcel(paths: impl Iterator<Item = String>) -> Parcel {
        let item = |path: String| {
            let path = OutPath::parse(&path).unwrap();
            let (digest, headers) = (Digest::of(path.as_str().as_bytes()), Arc::new(headers(&path)));
            Item { path, digest, bytes: 7, headers }
        };
        Parcel::of(paths.map(item).collect())
    }

    #[test]
    fn a_new_file_changes_one_part_or_two() {
        let paths = |new: Option<&str>| {
            let old = (0..20_000).map(|n| format!("2026/{:02}/release-{n}/index.html", n % 12));
            parcel(old.chain(new.map(str::to_owned)))
        };
        let (before, after) = (paths(None).parts(), paths(Some("2026/05/release-x/index.html")).parts());
        assert!((80..400).contains(&before.len()), "{}", before.len());
        let known: HashSet<Digest> = before.iter().map(|part| part.digest).collect();
        let new = after.iter().filter(|part| !known.contains(&part.digest)).count();
        assert!((1..=2).contains(&new), "{new}");
    }

    #[test]
    fn a_part_is_read_back_and_a_forged_one_is_not() {
        let parcel = parcel(["a.css", "b/index.html", "feed.xml"].map(str::to_owned).into_iter());
        let parts = parcel.parts();
        let read = |part: &Part| Part::read(part.digest, &part.bytes).unwrap().items;
        assert_eq!(parts.iter().flat_map(read).collect::<Vec<_>>(), parcel.items);
        let forged = String::from_utf8(parts[0].bytes.clone()).unwrap().replace("b/index", "../index");
        assert!(Part::read(parts[0].digest, forged.as_bytes()).is_err());
        assert!(Part::read(Digest::of(forged.as_bytes()), forged.as_bytes()).is_err());
    }
}
