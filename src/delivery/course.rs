//! The course of a deploy: what is put, in which order, and what goes. After each single file every page
//! that a reader can come to has what it links to and shows: what is new comes first and is led to by
//! nothing yet, then what leads to it changes, from the leaves up to the home page, feeds and maps; what is
//! not published any more goes last, when nothing has led to it for a while.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};
use std::ops::Bound::{Excluded, Included};
use std::time::Duration;

use jiff::Timestamp;

use crate::pages::path::OutPath;
use crate::text::fingerprint::Digest;

use super::parcel::Item;
use super::serving::Rank;
use super::state::Condemned;

/// What is known of the files of a host. Lists of files may be without what they all have in common.
#[derive(Clone, Copy, Debug)]
pub struct Holdings<'a> {
    /// The state that readers see.
    pub seen: &'a [Item],
    /// What is there: more or other files than that where a deploy was interrupted.
    pub there: &'a [Item],
    /// Where it cannot be told what is there, nor whether anything is.
    pub unsure: &'a BTreeSet<OutPath>,
    /// Where something else was found than the state that readers see has, or nothing: all of it is put
    /// again.
    pub strayed: &'a BTreeSet<OutPath>,
    /// What was not part of the portal any more in the state that readers see.
    pub condemned: &'a [Condemned],
}

/// A file to be put.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Put {
    pub item: Item,
    /// Readers know nothing at its path so far.
    pub is_new: bool,
}

/// Bytes of a file to be kept: ours to go back to, and those of somebody who altered it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Keep {
    pub path: OutPath,
    pub digest: Digest,
    /// Our bytes are lost. Else they are there again when all is put.
    pub is_lost: bool,
    /// Ours are there, or somebody's in their place. Else they may be, or whoever put others there has kept
    /// them.
    pub is_sure: bool,
}

/// What is to be done.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Course {
    /// What is lost of the state that readers see, and was not kept yet, and what has strayed from it.
    pub keep: Vec<Keep>,
    /// The files that are replaced or go, as they must be found.
    pub touched: Vec<(OutPath, Digest)>,
    /// All that is lost of it, in order.
    pub lost: Vec<Digest>,
    /// What was condemned already, and is replaced or in the way now: as it must be found if it is there.
    pub returned: Vec<(OutPath, Digest)>,
    /// What stands where a folder must be, or in a folder where a file must be. Goes before anything is
    /// put.
    pub clear: Vec<OutPath>,
    /// What is put. Files of one step may be put at the same time.
    pub steps: Vec<Vec<Put>>,
    /// What readers find anew or changed against the state that they see, whoever has put it.
    pub news: Vec<OutPath>,
    /// How many files that readers see are not wanted.
    pub removed: usize,
    /// What is not wanted and may be there.
    pub condemned: Vec<Condemned>,
    /// Those of them whose grace is over, in the order in which they go.
    pub delete: Vec<OutPath>,
}

impl Course {
    /// The course from what a host holds to what is wanted.
    pub fn of(holdings: Holdings, wanted: &[Item], now: Timestamp, grace: Duration) -> Self {
        let by_path = |items| -> BTreeMap<&OutPath, &Item> {
            let items: &[Item] = items;
            items.iter().map(|item| (&item.path, item)).collect()
        };
        let (seen, there, wished) = (by_path(holdings.seen), by_path(holdings.there), by_path(wanted));
        let has_strayed = |path: &OutPath| holdings.strayed.contains(path);
        let is_sure = |path: &OutPath| !holdings.unsure.contains(path) && !has_strayed(path);
        let mut course = Self::default();
        let stands = |item: &Item| is_sure(&item.path) && there.get(&item.path).is_some_and(|it| *it == item);
        let put = |item: &Item| Put { item: item.clone(), is_new: !seen.contains_key(&item.path) };
        let puts: Vec<Put> = wanted.iter().filter(|item| !stands(item)).map(put).collect();
        for (path, item) in &seen {
            let is_lost = wished.get(path) != Some(item);
            if is_lost {
                course.lost.push(item.digest);
            }
            let (path, digest) = ((*path).clone(), item.digest);
            if has_strayed(&path) {
                course.keep.push(Keep { path, digest, is_lost, is_sure: true });
            } else if is_lost && !is_sure(&path) {
                course.keep.push(Keep { path, digest, is_lost, is_sure: false });
            } else if is_lost && there.get(&path).is_some_and(|it| it.digest == digest) {
                course.touched.push((path.clone(), digest));
                course.keep.push(Keep { path, digest, is_lost, is_sure: true });
            }
            // Whoever put anything else there has kept what was there before.
        }
        course.lost.sort_unstable();
        course.lost.dedup();
        let is_news = |item: &&Item| {
            has_strayed(&item.path) || seen.get(&item.path).is_none_or(|old| old.digest != item.digest)
        };
        course.news = wanted.iter().filter(is_news).map(|item| item.path.clone()).collect();
        course.removed = seen.keys().filter(|path| !wished.contains_key(*path)).count();
        let before: BTreeMap<&OutPath, &Condemned> =
            holdings.condemned.iter().map(|one| (&one.path, one)).collect();
        let listed = seen.keys().chain(there.keys()).chain(before.keys()).copied();
        let held = listed.chain(holdings.unsure).chain(holdings.strayed);
        let going: BTreeSet<&OutPath> = held.filter(|path| !wished.contains_key(path)).collect();
        let obstacles = obstacles(&going, &puts);
        let returns = |path: &OutPath| obstacles.contains(path) || wished.contains_key(path);
        let returned = holdings.condemned.iter().filter(|one| returns(&one.path) && is_sure(&one.path));
        let returned = returned.filter(|one| !seen.contains_key(&one.path) && !there.contains_key(&one.path));
        course.returned = returned.filter_map(|one| Some((one.path.clone(), one.digest?))).collect();
        // What somebody has made of them is theirs.
        let keeps = course.returned.iter();
        let keeps = keeps.map(|(path, digest)| Keep {
            path: path.clone(),
            digest: *digest,
            is_lost: false,
            is_sure: true,
        });
        course.keep.extend(keeps);
        for path in going {
            if obstacles.contains(path) {
                course.clear.push(path.clone());
                continue;
            }
            let known = before.get(path);
            let since = known.map_or(now, |known| known.since);
            // Where something else was found than was left, that is asked about when it goes.
            let digest = match !holdings.unsure.contains(path) {
                true => there.get(path).map(|item| item.digest).or(known.and_then(|known| known.digest)),
                false => None,
            };
            // The clock of another machine may have been ahead.
            let age = Duration::try_from(now.duration_since(since)).unwrap_or_default();
            if age >= grace {
                course.delete.push(path.clone());
            }
            course.condemned.push(Condemned { path: path.clone(), digest, since });
        }
        // Pages go before what they show, lists before what they lead to.
        course.delete.sort_by_cached_key(|path| (Reverse(Rank::of(path)), path.clone()));
        course.steps = steps(puts);
        course
    }

    /// Everything that is put, in order.
    pub fn puts(&self) -> impl Iterator<Item = &Put> {
        self.steps.iter().flatten()
    }

    /// Whether the host holds all that is wanted, and nothing else is part of the portal.
    pub fn is_come(&self) -> bool {
        self.steps.is_empty() && self.removed == 0 && self.clear.is_empty()
    }

    /// Whether the host holds all that is wanted, and nothing is to go now.
    pub fn is_done(&self) -> bool {
        self.is_come() && self.delete.is_empty()
    }
}

fn steps(mut puts: Vec<Put>) -> Vec<Vec<Put>> {
    let place = |put: &Put| (!put.is_new, Rank::of(&put.item.path));
    puts.sort_by_cached_key(|put| (place(put), put.item.path.clone()));
    puts.chunk_by(|a, b| place(a) == place(b)).map(<[Put]>::to_vec).collect()
}

/// What goes and is in the way of what comes.
fn obstacles<'a>(going: &BTreeSet<&'a OutPath>, puts: &[Put]) -> BTreeSet<&'a OutPath> {
    let mut found = BTreeSet::new();
    if going.is_empty() {
        return found;
    }
    for path in puts.iter().map(|put| &put.item.path) {
        found.extend(path.folders().filter_map(|folder| going.get(&folder).copied()));
        // `a/` ends before `a0`.
        let (from, to) = (path.with('/'), path.with('0'));
        found.extend(going.range::<OutPath, _>((Included(&from), Excluded(&to))).copied());
    }
    found
}
