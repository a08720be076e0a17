//! What stands in `content/`: as one look at all of it found it, or as an earlier process left it, with the
//! releases that changed since. Of 100,000 that are taken over those are read that somebody looks at.

use std::collections::BTreeMap;
use std::ops::Bound;
use std::sync::Arc;

use rayon::prelude::*;
use serde::ser::Error as _;
use serde::{Deserialize, Serialize, Serializer};

use crate::model::release::stem;
use crate::text::fingerprint::Fingerprint;
use crate::text::long::{Long, Texts};
use crate::text::merge::merged;
use crate::text::source::SourcePath;
use crate::world::catalog::Stamp;

/// What a file of `content/` is, by its place and name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Kind {
    Release,
    Page,
    File,
}

/// A source of `content/`, as it was found.
pub type Source = (SourcePath, Kind, Stamp);

/// A source of a release: its stamp, or nothing where it is gone.
pub type Change = (SourcePath, Option<Stamp>);

/// The sources of a portal below `content/`.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Listing {
    releases: Releases,
    /// By path.
    others: Vec<Source>,
    sum: Sum,
}

/// What sources count by together: one that changes is taken out of it and put in again.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sum {
    prints: u128,
    /// How many there are behind whose stamp a change could hide.
    uncertain: usize,
}

impl Sum {
    /// Of one source.
    fn of((path, kind, stamp): (&str, Kind, Stamp)) -> Self {
        let Fingerprint(prints) = Fingerprint::of(&(path, kind, stamp));
        Self { prints, uncertain: usize::from(stamp == Stamp::default()) }
    }

    fn with(self, other: Self) -> Self {
        let uncertain = self.uncertain + other.uncertain;
        Self { prints: self.prints.wrapping_add(other.prints), uncertain }
    }

    fn without(self, other: Self) -> Self {
        let uncertain = self.uncertain.saturating_sub(other.uncertain);
        Self { prints: self.prints.wrapping_sub(other.prints), uncertain }
    }

    /// Whether no change could hide.
    pub fn is_certain(&self) -> bool {
        self.uncertain == 0
    }
}

impl Listing {
    /// Sources as they were found: releases by path, and all others by path.
    pub fn new(releases: &[(SourcePath, Stamp)], others: Vec<Source>) -> Self {
        debug_assert!(releases.is_sorted_by(|(one, _), (other, _)| one < other));
        debug_assert!(others.is_sorted_by(|(one, ..), (other, ..)| one < other));
        let of_releases = releases.par_iter().map(|(path, stamp)| Sum::of((path, Kind::Release, *stamp)));
        let of_others = others.par_iter().map(|(path, kind, stamp)| Sum::of((path, *kind, *stamp)));
        let sum = of_releases.chain(of_others).reduce(Sum::default, Sum::with);
        let columns: Columns = releases.iter().map(|(path, stamp)| (&**path, *stamp)).collect();
        Self { releases: Releases::of(columns), others, sum }
    }

    /// All sources: releases by path, then all others by path.
    pub fn iter(&self) -> impl Iterator<Item = (&str, Kind, Stamp)> {
        let releases = self.releases.starting_at("").map(|(path, stamp)| (path, Kind::Release, stamp));
        releases.chain(self.others.iter().map(|(path, kind, stamp)| (&**path, *kind, *stamp)))
    }

    /// The sources that are no releases, by path.
    pub fn others(&self) -> &[Source] {
        &self.others
    }

    pub fn sum(&self) -> Sum {
        self.sum
    }

    /// Whether all that was looked at could be read. Else nothing may be made of any of it.
    pub fn is_whole(&self) -> bool {
        self.releases.is_whole()
    }

    pub fn is_release(&self, path: &str) -> bool {
        self.releases.get(path).is_some()
    }

    /// Whether there is a source at this path or below it.
    pub fn is_known(&self, path: &str) -> bool {
        let is_other = || self.others.binary_search_by(|(known, ..)| (**known).cmp(path)).is_ok();
        self.is_release(path) || is_other() || self.is_known_folder(path)
    }

    /// Whether there is a source below this path.
    pub fn is_known_folder(&self, path: &str) -> bool {
        let inside = format!("{path}/");
        let release = self.releases.starting_at(&inside).next().map(|(path, _)| path);
        let other = self.others.get(self.others.partition_point(|(known, ..)| **known < *inside));
        let other = other.map(|(path, ..)| &**path);
        release.into_iter().chain(other).any(|known| known.starts_with(&*inside))
    }

    /// The sources of all languages of a release.
    pub fn of_stem(&self, wanted: &str) -> Vec<SourcePath> {
        let near = self.releases.starting_at(wanted).map(|(path, _)| path);
        let near = near.take_while(|path| path.starts_with(wanted));
        near.filter(|path| stem(path).0 == wanted).map(SourcePath::from).collect()
    }

    /// Takes in that a release is there with this stamp, or is not there any more.
    pub fn set(&mut self, path: SourcePath, stamp: Option<Stamp>) {
        let of = |stamp| Sum::of((&path, Kind::Release, stamp));
        if let Some(known) = self.releases.get(&path) {
            self.sum = self.sum.without(of(known));
        }
        if let Some(stamp) = stamp {
            self.sum = self.sum.with(of(stamp));
        }
        self.releases.since.insert(path, stamp);
    }

    /// What was taken in, by path.
    pub fn changed(&self) -> Vec<Change> {
        self.releases.since.iter().map(|(path, stamp)| (path.clone(), *stamp)).collect()
    }

    /// Puts what was taken in in its place among all. From then on nothing counts as changed.
    pub fn settle(&mut self) {
        if !self.releases.since.is_empty() {
            self.gather();
        }
    }

    /// The same, with all that was not looked at yet. Whether it could be read.
    pub fn gather(&mut self) -> bool {
        let all: Columns = self.releases.starting_at("").collect();
        // What can't be read stays what can't be read.
        let is_whole = self.is_whole();
        if is_whole {
            self.releases = Releases::of(all);
            debug_assert_eq!(self.sum, self.iter().map(Sum::of).fold(Sum::default(), Sum::with));
        }
        is_whole
    }

    /// The releases of which this is not as it was in `before`; nothing where these are more than `most`, or
    /// where either can't be read any more.
    pub fn parted(&self, before: &Self, most: usize) -> Option<Vec<Change>> {
        let mut old = before.releases.starting_at("").peekable();
        let mut changes: Vec<Change> = Vec::new();
        for (path, stamp) in self.releases.starting_at("") {
            while let Some((gone, _)) = old.next_if(|(known, _)| *known < path) {
                changes.push((gone.into(), None));
            }
            match old.next_if(|(known, _)| *known == path) {
                Some((_, known)) if known == stamp && stamp != Stamp::default() => {}
                _ => changes.push((path.into(), Some(stamp))),
            }
            if changes.len() > most {
                return None;
            }
        }
        changes.extend(old.map(|(gone, _)| (gone.into(), None)));
        (changes.len() <= most && self.is_whole() && before.is_whole()).then_some(changes)
    }
}

/// Releases as they were listed last, and what changed since.
#[derive(Clone, Debug, Deserialize)]
#[serde(try_from = "Columns")]
struct Releases {
    base: Arc<Columns>,
    /// Nothing for one that is gone.
    since: BTreeMap<SourcePath, Option<Stamp>>,
}

#[derive(Debug, Default, Serialize, Deserialize)]
struct Columns {
    /// In order.
    paths: Texts,
    stamps: Long<Stamp>,
}

impl<'a> FromIterator<(&'a str, Stamp)> for Columns {
    /// Of releases in the order of their paths.
    fn from_iter<I: IntoIterator<Item = (&'a str, Stamp)>>(releases: I) -> Self {
        let mut columns = Self::default();
        for (path, stamp) in releases {
            columns.paths.push(path);
            columns.stamps.push(stamp);
        }
        columns
    }
}

impl TryFrom<Columns> for Releases {
    type Error = &'static str;

    fn try_from(base: Columns) -> Result<Self, Self::Error> {
        match base.paths.len() == base.stamps.len() {
            true => Ok(Self::of(base)),
            false => Err("columns of different lengths"),
        }
    }
}

impl Serialize for Releases {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if self.since.is_empty() {
            return self.base.serialize(serializer);
        }
        let all: Columns = self.starting_at("").collect();
        match self.is_whole() {
            true => all.serialize(serializer),
            false => Err(S::Error::custom("sources that can't be read any more")),
        }
    }
}

impl Releases {
    fn of(base: Columns) -> Self {
        Self { base: Arc::new(base), since: BTreeMap::new() }
    }

    fn is_whole(&self) -> bool {
        self.base.paths.is_whole()
    }

    /// The stamp of a release that is there.
    fn get(&self, path: &str) -> Option<Stamp> {
        match self.since.get(path) {
            Some(changed) => *changed,
            None => self.base.paths.binary_search(path).ok().and_then(|at| self.base.stamps.get(at).copied()),
        }
    }

    /// Those that are there from this path on, by path.
    fn starting_at(&self, path: &str) -> impl Iterator<Item = (&str, Stamp)> {
        let Columns { paths, stamps } = &*self.base;
        let first = paths.binary_search(path).unwrap_or_else(|at| at);
        let base = (first..paths.len()).map(|at| (paths.get(at), stamps[at]));
        let since = self.since.range::<str, _>((Bound::Included(path), Bound::Unbounded));
        let since = since.map(|(path, stamp)| (&**path, *stamp));
        let keyed = |(path, stamp)| (path, (path, stamp));
        merged(base.map(keyed), since.map(|(path, stamp)| (path, stamp.map(|stamp| (path, stamp)))))
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    /// Two stamps: one behind which a change could hide, and one that is sure.
    fn stamps() -> (Stamp, Stamp) {
        let (old, new) = (Stamp::default(), Stamp::at(Path::new("/")).unwrap_or_default());
        assert_ne!(old, new);
        (old, new)
    }

    fn listing(releases: &[(&str, Stamp)]) -> Listing {
        let releases: Vec<_> = releases.iter().map(|(path, stamp)| ((*path).into(), *stamp)).collect();
        Listing::new(&releases, vec![("i/j.jpg".into(), Kind::File, stamps().1)])
    }

    fn told(listing: &Listing) -> Vec<(&str, Stamp)> {
        let (file, releases): (Vec<_>, Vec<_>) = listing.iter().partition(|(_, kind, _)| *kind == Kind::File);
        assert_eq!(file.len(), 1);
        releases.into_iter().map(|(path, _, stamp)| (path, stamp)).collect()
    }

    #[test]
    fn what_changed_is_found_among_all() {
        let (old, new) = stamps();
        let before = listing(&["a", "b", "d", "e"].map(|path| (path, old)));
        let mut after = before.clone();
        for (path, stamp) in [("b", None), ("c", Some(new)), ("d", Some(new)), ("f", Some(old)), ("0", None)]
        {
            after.set(path.into(), stamp);
        }
        let all = [("a", old), ("c", new), ("d", new), ("e", old), ("f", old)];
        assert_eq!(told(&after), all);
        let from = |path| after.releases.starting_at(path).collect::<Vec<_>>();
        assert_eq!((from("b"), from("dd"), from("g")), (all[1..].into(), all[3..].into(), Vec::new()));
        for path in ["0", "a", "b", "c", "d", "e", "f"] {
            let found = all.iter().find(|(known, _)| *known == path).map(|(_, stamp)| *stamp);
            assert_eq!(after.releases.get(path), found, "{path}");
        }
        assert_eq!(after.changed().len(), 5);
        // It counts by what is there, whichever way that came about.
        assert!(after.sum() == listing(&all).sum() && after.sum() != before.sum());
        for (path, stamps) in [("a", [Some(new), None, Some(old)]), ("g", [Some(old), Some(new), None])] {
            stamps.into_iter().for_each(|stamp| after.set(path.into(), stamp));
        }
        assert!(after.sum() == listing(&all).sum() && !after.sum().is_certain());
        let sure = all.map(|(path, _)| (path, new));
        assert!(listing(&sure).sum().is_certain());
        // Another process finds them as they are now.
        let kept = postcard::to_stdvec(&after).unwrap();
        let again: Listing = postcard::from_bytes(&kept).unwrap();
        assert_eq!((told(&again), again.changed(), again.sum()), (all.into(), Vec::new(), after.sum()));
        after.settle();
        assert_eq!((told(&after), after.changed()), (all.into(), Vec::new()));
    }

    #[test]
    fn two_listings_part_where_a_release_changed_or_could_have() {
        let (hidden, sure) = stamps();
        let before = listing(&[("a", sure), ("b", sure), ("c", hidden), ("e", sure)]);
        let after = listing(&[("b", sure), ("c", hidden), ("d", sure), ("e", hidden)]);
        let path = SourcePath::from;
        let changes = vec![
            (path("a"), None),
            (path("c"), Some(hidden)),
            (path("d"), Some(sure)),
            (path("e"), Some(hidden)),
        ];
        assert_eq!(after.parted(&before, 4), Some(changes));
        assert_eq!(after.parted(&before, 3), None);
        assert_eq!(listing(&[]).parted(&before, 3), None);
        assert_eq!(listing(&[]).parted(&listing(&[]), 0), Some(Vec::new()));
    }

    #[test]
    fn a_place_is_known_where_something_stands_at_it_or_below() {
        let (stamp, _) = stamps();
        let mut listing = listing(&[("a/b.ar.md", stamp), ("a/b.md", stamp), ("a/bc.md", stamp)]);
        let known = ["a", "a/b.md", "i", "i/j.jpg"];
        assert!(known.iter().all(|path| listing.is_known(path)));
        assert!(["a/b", "a/b.m", "i/j", "j", ""].iter().all(|path| !listing.is_known(path)));
        assert!(listing.is_release("a/bc.md") && !listing.is_release("i/j.jpg"));
        listing.set("a/bc.md".into(), None);
        assert!(!listing.is_known("a/bc.md") && listing.is_known_folder("a"));
    }

    #[test]
    fn columns_that_do_not_belong_together_are_no_listing() {
        let (stamp, _) = stamps();
        let read = |change: fn(&mut Columns)| {
            let mut columns: Columns = [("a", stamp), ("b", stamp)].into_iter().collect();
            change(&mut columns);
            postcard::from_bytes::<Releases>(&postcard::to_stdvec(&columns).unwrap()).is_ok()
        };
        assert!(read(|_| {}));
        assert!(!read(|columns| columns.stamps.push(Stamp::default())));
    }
}
