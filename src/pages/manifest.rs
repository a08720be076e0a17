//! The record of what was published.

use foldhash::HashSet;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::text::fingerprint::{Digest, Fingerprint};

use super::path::{OutKey, OutPath};

/// Everything in an output folder that Tribune put there.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Manifest {
    /// Holds what is not public: drafts, or a future that has not come.
    pub preview: bool,
    /// Of everything that this was made of but the clock, where it can be told and had no fault.
    pub state: Option<Fingerprint>,
    /// In which instants all this stays as it is: from the first on, before the second.
    pub valid: (Timestamp, Option<Timestamp>),
    pub releases: usize,
    /// Files that were there when nobody knew any more who had put them there.
    pub strange: Vec<OutPath>,
    /// In the order of their keys.
    #[serde(with = "files")]
    pub files: Vec<Published>,
    /// Of the plainer record beside this one, by which it is known to be as it was left.
    pub account: Option<OutStamp>,
}

/// What parts a manifest from the next one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Amendment {
    pub preview: bool,
    pub state: Option<Fingerprint>,
    pub valid: (Timestamp, Option<Timestamp>),
    pub releases: usize,
    pub strange: Vec<OutPath>,
    pub account: Option<OutStamp>,
    pub changed: Vec<Published>,
    pub gone: Vec<OutKey>,
}

impl Manifest {
    /// The first one, which is all change.
    pub fn of(first: Amendment) -> Self {
        let Amendment { preview, state, valid, releases, strange, account, changed, gone: _ } = first;
        Self { preview, state, valid, releases, strange, files: changed, account }
    }

    /// This manifest, but for what is said of these files.
    pub fn amendment(&self, changed: Vec<Published>, gone: Vec<OutKey>) -> Amendment {
        let Self { preview, state, valid, releases, account, .. } = *self;
        Amendment { preview, state, valid, releases, strange: self.strange.clone(), account, changed, gone }
    }

    /// Whether an amendment says nothing new.
    pub fn tells(&self, of: &Amendment) -> bool {
        of.changed.is_empty() && of.gone.is_empty() && self.amendment(Vec::new(), Vec::new()) == *of
    }

    pub fn amend(&mut self, with: Amendment) {
        let Amendment { preview, state, valid, releases, strange, account, mut changed, gone } = with;
        (self.preview, self.state, self.valid, self.releases) = (preview, state, valid, releases);
        (self.strange, self.account) = (strange, account);
        if changed.is_empty() && gone.is_empty() {
            return;
        }
        changed.retain_mut(|one| match self.position(one.key) {
            Ok(at) => {
                std::mem::swap(&mut self.files[at], one);
                false
            }
            Err(_) => true,
        });
        if changed.is_empty() && gone.is_empty() {
            return;
        }
        let gone: HashSet<OutKey> = gone.into_iter().collect();
        self.files.retain(|one| !gone.contains(&one.key));
        self.files.append(&mut changed);
        // Two sorted stretches are merged in one go.
        self.files.sort_by_key(|one| one.key);
    }

    pub fn find(&self, key: OutKey) -> Option<&Published> {
        self.position(key).ok().map(|at| &self.files[at])
    }

    fn position(&self, key: OutKey) -> Result<usize, usize> {
        self.files.binary_search_by_key(&key, |one| one.key)
    }
}

/// Files as another process reads them.
mod files {
    use rayon::prelude::*;
    use serde::de::Error;
    use serde::ser::SerializeStruct;
    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    use crate::text::column::{self, Fixed, Texts};
    use crate::text::fingerprint::{Digest, Fingerprint};

    use super::{OutKey, OutPath, OutStamp, Published};

    #[derive(Deserialize)]
    struct Columns {
        #[serde(with = "column")]
        keys: Vec<OutKey>,
        #[serde(with = "column")]
        fingerprints: Vec<Fingerprint>,
        #[serde(with = "column")]
        digests: Vec<Digest>,
        /// Size and time.
        #[serde(with = "column")]
        stamps: Vec<[u64; 2]>,
        paths: Texts,
    }

    /// The columns in their order, one after another, so that memory need not hold all at once.
    pub fn serialize<S: Serializer>(files: &[Published], serializer: S) -> Result<S::Ok, S::Error> {
        let mut columns = serializer.serialize_struct("Columns", 5)?;
        columns.serialize_field("keys", &Column(files, |one| one.key))?;
        columns.serialize_field("fingerprints", &Column(files, |one| one.fingerprint))?;
        columns.serialize_field("digests", &Column(files, |one| one.digest))?;
        columns.serialize_field("stamps", &Column(files, |one| [one.stamp.bytes, one.stamp.modified]))?;
        let paths: Texts = files.iter().map(|one| one.file.as_str()).collect();
        columns.serialize_field("paths", &paths)?;
        columns.end()
    }

    struct Column<'a, T>(&'a [Published], fn(&Published) -> T);

    impl<T: Fixed> Serialize for Column<'_, T> {
        fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
            let items: Vec<T> = self.0.iter().map(self.1).collect();
            column::serialize(&items, serializer)
        }
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<Published>, D::Error> {
        let Columns { keys, fingerprints, digests, stamps, paths } = Columns::deserialize(deserializer)?;
        let lengths = [fingerprints.len(), digests.len(), stamps.len(), paths.len()];
        if lengths.iter().any(|length| *length != keys.len()) {
            return Err(D::Error::custom("columns of different lengths"));
        }
        let published = |(at, path): (usize, &str)| {
            let [bytes, modified] = stamps[at];
            let stamp = OutStamp { bytes, modified };
            let (key, fingerprint, digest) = (keys[at], fingerprints[at], digests[at]);
            Some(Published { key, file: OutPath::parse(path)?, fingerprint, digest, stamp })
        };
        let files: Option<Vec<Published>> =
            paths.par_iter().enumerate().map(|(at, path)| published((at, path))).collect();
        files.ok_or_else(|| D::Error::custom("a path that leads out of the output"))
    }
}

/// One file as it was published.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Published {
    pub key: OutKey,
    pub file: OutPath,
    /// Of the inputs that it was made of.
    pub fingerprint: Fingerprint,
    /// Of its bytes.
    pub digest: Digest,
    /// By which the file is known to be as it was left.
    pub stamp: OutStamp,
}

/// Size and time of a file of the output.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OutStamp {
    pub bytes: u64,
    /// Nanoseconds since 1970.
    pub modified: u64,
}
