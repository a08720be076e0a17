//! The record of what was published.

use std::collections::BTreeMap;

use jiff::Timestamp;
use rayon::prelude::*;
use serde::ser::Error as _;
use serde::{Deserialize, Serialize, Serializer};

use crate::text::fingerprint::{Digest, Fingerprint};
use crate::text::long::{Long, Texts};
use crate::text::merge::merged;

use super::path::{OutKey, OutPath};

/// Everything in an output folder that Tribune put there.
#[derive(Clone, Debug, Serialize, Deserialize)]
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
    pub files: Files,
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
        Self { preview, state, valid, releases, strange, files: Files::of(changed), account }
    }

    /// What parts it from the manifest that was written down last.
    pub fn changes(&self) -> Amendment {
        let (mut changed, mut gone) = (Vec::new(), Vec::new());
        for (key, one) in &self.files.since {
            match one {
                Some(one) => changed.push(one.clone()),
                None => gone.push(*key),
            }
        }
        self.amendment(changed, gone)
    }

    fn amendment(&self, changed: Vec<Published>, gone: Vec<OutKey>) -> Amendment {
        let Self { preview, state, valid, releases, account, .. } = *self;
        Amendment { preview, state, valid, releases, strange: self.strange.clone(), account, changed, gone }
    }

    /// Whether an amendment says nothing new.
    pub fn tells(&self, of: &Amendment) -> bool {
        of.changed.is_empty() && of.gone.is_empty() && self.amendment(Vec::new(), Vec::new()) == *of
    }

    pub fn amend(&mut self, with: Amendment) {
        let Amendment { preview, state, valid, releases, strange, account, changed, gone } = with;
        (self.preview, self.state, self.valid, self.releases) = (preview, state, valid, releases);
        (self.strange, self.account) = (strange, account);
        self.files.amend(changed, gone);
    }
}

/// Files in the order of their keys: as they were written down last, in columns, and what changed since.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(try_from = "Columns")]
pub struct Files {
    base: Columns,
    /// Nothing for one that is gone.
    since: BTreeMap<OutKey, Option<Published>>,
    len: usize,
}

/// Whoever goes through all of them reads keys and fingerprints; the rest of what a later process looks at.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
struct Columns {
    /// In order.
    keys: Long<OutKey>,
    fingerprints: Long<Fingerprint>,
    digests: Long<Digest>,
    /// Size and time.
    stamps: Long<[u64; 2]>,
    paths: Texts,
}

impl TryFrom<Columns> for Files {
    type Error = &'static str;

    fn try_from(base: Columns) -> Result<Self, Self::Error> {
        let len = base.keys.len();
        let lengths = [base.fingerprints.len(), base.digests.len(), base.stamps.len(), base.paths.len()];
        match lengths.iter().all(|length| *length == len) {
            true => Ok(Self { base, since: BTreeMap::new(), len }),
            false => Err("columns of different lengths"),
        }
    }
}

impl Serialize for Files {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if self.since.is_empty() {
            return self.base.serialize(serializer);
        }
        let all: Columns = self.iter().collect();
        match self.is_whole() {
            true => all.serialize(serializer),
            false => Err(S::Error::custom("a manifest that can't be read any more")),
        }
    }
}

impl<'a> FromIterator<Entry<'a>> for Columns {
    fn from_iter<I: IntoIterator<Item = Entry<'a>>>(entries: I) -> Self {
        let mut columns = Self::default();
        entries.into_iter().for_each(|entry| columns.push(entry));
        columns
    }
}

impl Columns {
    fn push(&mut self, entry: Entry) {
        let OutStamp { bytes, modified } = entry.stamp();
        self.keys.push(entry.key);
        self.fingerprints.push(entry.fingerprint);
        self.digests.push(entry.digest());
        self.stamps.push([bytes, modified]);
        self.paths.push(entry.file());
    }

    fn entry(&self, at: usize) -> Entry<'_> {
        Entry { key: self.keys[at], fingerprint: self.fingerprints[at], rest: Rest::Listed(self, at) }
    }
}

impl Files {
    /// Files in the order of their keys.
    fn of(files: Vec<Published>) -> Self {
        debug_assert!(files.is_sorted_by(|a, b| a.key < b.key));
        let (mut base, len) = (Columns::default(), files.len());
        // Of 100,000 neither form may stand whole beside the other.
        files.into_iter().for_each(|one| base.push(one.entry()));
        Self { base, since: BTreeMap::new(), len }
    }

    pub fn len(&self) -> usize {
        self.len
    }

    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// Whether all that was looked at could be read. Else nothing may be made of any of it.
    pub fn is_whole(&self) -> bool {
        self.base.keys.is_whole()
    }

    /// How many changed since all were written down.
    pub fn changes(&self) -> usize {
        self.since.len()
    }

    pub fn find(&self, key: OutKey) -> Option<Entry<'_>> {
        match self.since.get(&key) {
            Some(changed) => changed.as_ref().map(Published::entry),
            None => self.base.keys.binary_search(&key).ok().map(|at| self.base.entry(at)),
        }
    }

    /// All files in the order of their keys.
    pub fn iter(&self) -> impl Iterator<Item = Entry<'_>> {
        let base = (0..self.base.keys.len()).map(|at| self.base.entry(at)).map(|entry| (entry.key, entry));
        let since = self.since.iter().map(|(key, one)| (*key, one.as_ref().map(Published::entry)));
        merged(base, since)
    }

    /// All files in no order.
    pub fn par_iter(&self) -> impl ParallelIterator<Item = Entry<'_>> {
        let stands = |at: &usize| self.since.is_empty() || !self.since.contains_key(&self.base.keys[*at]);
        let base = (0..self.base.keys.len()).into_par_iter().filter(stands).map(|at| self.base.entry(at));
        base.chain(self.since.par_iter().filter_map(|(_, changed)| changed.as_ref().map(Published::entry)))
    }

    fn amend(&mut self, changed: Vec<Published>, gone: Vec<OutKey>) {
        let changed = changed.into_iter().map(|one| (one.key, Some(one)));
        for (key, one) in changed.chain(gone.into_iter().map(|key| (key, None))) {
            self.len -= usize::from(self.find(key).is_some());
            self.len += usize::from(one.is_some());
            self.since.insert(key, one);
        }
    }

    /// Takes what changed for written down. Whether all could be read that this takes.
    pub fn settle(&mut self) -> bool {
        if !self.since.is_empty() {
            let all = self.iter().collect();
            if self.is_whole() {
                self.base = all;
                self.since.clear();
            }
        }
        self.is_whole()
    }
}

/// What a manifest tells of one file.
#[derive(Clone, Copy, Debug)]
pub struct Entry<'a> {
    pub key: OutKey,
    /// Of the inputs that the file was made of.
    pub fingerprint: Fingerprint,
    rest: Rest<'a>,
}

/// Where the rest of it stands.
#[derive(Clone, Copy, Debug)]
enum Rest<'a> {
    Listed(&'a Columns, usize),
    Changed(&'a Published),
}

impl<'a> Entry<'a> {
    /// The file's path, as it was remembered: [`OutPath::parse`] it before anything is done there.
    pub fn file(&self) -> &'a str {
        match self.rest {
            Rest::Listed(all, at) => all.paths.get(at),
            Rest::Changed(one) => one.file.as_str(),
        }
    }

    /// Of its bytes.
    pub fn digest(&self) -> Digest {
        match self.rest {
            Rest::Listed(all, at) => all.digests[at],
            Rest::Changed(one) => one.digest,
        }
    }

    /// By which it is known to be as it was left.
    pub fn stamp(&self) -> OutStamp {
        match self.rest {
            Rest::Listed(all, at) => {
                let [bytes, modified] = all.stamps[at];
                OutStamp { bytes, modified }
            }
            Rest::Changed(one) => one.stamp,
        }
    }

    /// Whether just this is told of a file.
    pub fn tells(&self, of: &Published) -> bool {
        (self.key, self.fingerprint) == (of.key, of.fingerprint)
            && (self.file(), self.digest(), self.stamp()) == (of.file.as_str(), of.digest, of.stamp)
    }
}

impl Published {
    pub fn entry(&self) -> Entry<'_> {
        Entry { key: self.key, fingerprint: self.fingerprint, rest: Rest::Changed(self) }
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

#[cfg(test)]
mod tests {
    use super::*;

    fn published(file: &str, print: u128) -> Published {
        let file = OutPath::parse(file).unwrap();
        let (digest, stamp) = (Digest::of(file.as_str().as_bytes()), OutStamp { bytes: 1, modified: 2 });
        Published { key: file.key(), file, fingerprint: Fingerprint(print), digest, stamp }
    }

    #[test]
    fn what_changed_is_found_among_what_was_written_down() {
        let mut first = ["a", "b", "c", "d"].map(|file| published(file, 1));
        first.sort_by_key(|one| one.key);
        let mut files = Files::of(first.into());
        let key = |file: &str| published(file, 0).key;
        files.amend(vec![published("b", 2), published("e", 2)], vec![key("c"), key("z")]);
        files.amend(vec![published("f", 3)], vec![key("e")]);
        let told = |files: &Files| {
            let mut all: Vec<_> =
                files.iter().map(|one| (one.file().to_owned(), one.fingerprint.0)).collect();
            assert!(files.iter().is_sorted_by_key(|one| one.key));
            let mut unordered: Vec<_> =
                files.par_iter().map(|one| (one.file().to_owned(), one.fingerprint.0)).collect();
            assert_eq!(all.len(), files.len());
            all.sort();
            unordered.sort();
            assert_eq!(all, unordered);
            all
        };
        let expected = [("a", 1), ("b", 2), ("d", 1), ("f", 3)].map(|(file, print)| (file.to_owned(), print));
        assert_eq!(told(&files), expected);
        assert_eq!(files.find(key("b")).map(|one| one.fingerprint), Some(Fingerprint(2)));
        assert!(["c", "e", "z"].iter().all(|file| files.find(key(file)).is_none()));
        let bytes = postcard::to_stdvec(&files).unwrap();
        assert_eq!(told(&postcard::from_bytes(&bytes).unwrap()), expected);
        assert!(files.settle());
        assert_eq!((told(&files).as_slice(), files.changes()), (expected.as_slice(), 0));
        assert_eq!(postcard::to_stdvec(&files).unwrap(), bytes);
    }

    #[test]
    fn columns_that_do_not_belong_together_are_no_files() {
        let mut both = ["a", "b"].map(|file| published(file, 1));
        both.sort_by_key(|one| one.key);
        let read = |change: fn(&mut Columns)| {
            let mut columns = Files::of(both.to_vec()).base;
            change(&mut columns);
            postcard::from_bytes::<Files>(&postcard::to_stdvec(&columns).unwrap()).map(|files| files.len())
        };
        assert_eq!(read(|_| {}), Ok(2));
        assert!(read(|columns| columns.digests = Long::default()).is_err());
        assert!(read(|columns| columns.paths = ["a"].into_iter().collect()).is_err());
    }
}
