//! What is remembered of sources across runs: their stamps, and what was read from them. A source
//! whose stamp is the same is neither opened nor parsed again; one with anything to say against it
//! always is, so that it is said again.

use std::fs::{self, Metadata};
use std::path::Path;
use std::sync::Arc;
use std::thread;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use foldhash::HashMap;
use rayon::prelude::*;
use serde::{Deserialize, Serialize};
use xxhash_rust::xxh3::xxh3_64;

use crate::model::page::WrittenPage;
use crate::model::portal::Asset;
use crate::model::release::Written;
use crate::text::column::Fixed;
use crate::text::diagnostic::Diagnostic;
use crate::text::fingerprint::Fingerprint;
use crate::text::source::SourcePath;

use super::cache;
use super::progress::Progress;
use super::tree::Root;

/// What was read from a source.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub enum Reading {
    Release(Arc<Written>),
    Page(Box<WrittenPage>),
    File(Asset),
}

/// What a run may do with the memory of others.
#[derive(Clone, Copy, Debug)]
pub struct Memory {
    pub recall: bool,
    pub remember: bool,
}

/// Files by which a source is known to be as it was read. Time and inode of its last change tell
/// even an edit that kept size and modification time.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stamp {
    bytes: u64,
    /// Nanoseconds since 1970.
    modified: u64,
    changed: u64,
    inode: u64,
}

impl Fixed for Stamp {
    const BYTES: usize = <[u64; 4]>::BYTES;

    fn put(self, to: &mut Vec<u8>) {
        [self.bytes, self.modified, self.changed, self.inode].put(to);
    }

    fn get(from: &[u8]) -> Self {
        let [bytes, modified, changed, inode] = Fixed::get(from);
        Self { bytes, modified, changed, inode }
    }
}

/// Clocks of file systems tick slowly; those of FAT and of some network folders more slowly still.
const TICK: Duration = Duration::from_millis(50);

impl Stamp {
    pub fn of(metadata: &Metadata) -> Self {
        let nanos = |time: SystemTime| {
            let since = time.duration_since(UNIX_EPOCH).unwrap_or_default();
            u64::try_from(since.as_nanos()).unwrap_or(u64::MAX)
        };
        let modified = metadata.modified().map(nanos).unwrap_or_default();
        let (changed, inode) = changed(metadata);
        Self { bytes: metadata.len(), modified, changed, inode }
    }

    pub fn at(path: &Path) -> Option<Self> {
        fs::symlink_metadata(path).ok().map(|metadata| Self::of(&metadata))
    }

    /// The stamp of a file; the default one where a change since could hide behind it.
    pub fn certain(path: &Path, racy_since: u64) -> Option<Self> {
        Self::at(path).map(|stamp| if stamp.is_racy(racy_since) { Self::default() } else { stamp })
    }

    /// The stamp of a file behind which no change hides any more: for one that was written just now the clock
    /// is waited for. One that goes on being written, or was in the future, has the default stamp.
    pub fn settled(path: &Path) -> Option<Self> {
        let stamp = Self::at(path)?;
        let since = stamp.modified.max(stamp.changed).saturating_sub(Self::racy_since());
        if Duration::from_nanos(since) <= TICK {
            thread::sleep(Duration::from_nanos(since));
        }
        Self::certain(path, Self::racy_since())
    }

    /// Since when a change may leave the stamp of the one before.
    pub fn racy_since() -> u64 {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        u64::try_from(now.saturating_sub(TICK).as_nanos()).unwrap_or(u64::MAX)
    }

    pub fn is_racy(self, since: u64) -> bool {
        self.modified.max(self.changed) >= since
    }
}

#[cfg(unix)]
fn changed(metadata: &Metadata) -> (u64, u64) {
    use std::os::unix::fs::MetadataExt;
    let nanos = metadata.ctime().saturating_mul(1_000_000_000).saturating_add(metadata.ctime_nsec());
    (u64::try_from(nanos).unwrap_or_default(), metadata.ino())
}

#[cfg(not(unix))]
fn changed(_: &Metadata) -> (u64, u64) {
    (0, 0)
}

/// The catalog is kept in parts, so that one edit rewrites one of them.
const PARTS: usize = 16;

/// One part: what all readings depend on, and the readings.
type Part = (Fingerprint, Vec<(SourcePath, Stamp, Reading)>);

/// Reads all sources, those that did not change from memory; readings come in the order of their
/// sources. `rules` is what a reading depends on beside its source. The stamp of a source that may
/// change without showing it is the default one.
pub fn read<T: Sync>(
    root: &Root,
    sources: &[(SourcePath, T, Stamp)],
    rules: Fingerprint,
    memory: Memory,
    progress: &Progress,
    read: impl Fn(&SourcePath, &T) -> (Option<Reading>, Vec<Diagnostic>) + Sync,
) -> (Vec<Reading>, Vec<Diagnostic>) {
    progress.begin("reading sources", sources.len());
    let mut parts: Vec<Vec<usize>> = (0..PARTS).map(|_| Vec::new()).collect();
    for (at, (path, ..)) in sources.iter().enumerate() {
        parts[(xxh3_64(path.as_bytes()) % PARTS as u64) as usize].push(at);
    }
    let one = |number: usize, places: Vec<usize>| {
        let file = cache::named(root, &format!("catalog-{number:02}"));
        let known = if memory.recall { cache::load::<Part>(&file) } else { None };
        let known = known.filter(|(of, _)| *of == rules).map(|(_, known)| known).unwrap_or_default();
        let remembered = known.len();
        let mut known: HashMap<SourcePath, (Stamp, Reading)> =
            known.into_iter().map(|(path, stamp, reading)| (path, (stamp, reading))).collect();
        let mut faults = Vec::new();
        let (mut kept, mut entries) = (Vec::with_capacity(places.len()), Vec::with_capacity(places.len()));
        let mut others = Vec::new();
        let mut new = 0;
        for at in places {
            let (path, kind, stamp) = &sources[at];
            progress.step();
            match known.remove(path) {
                Some((as_read, reading)) if as_read == *stamp => {
                    kept.push(at);
                    entries.push((path.clone(), *stamp, reading));
                }
                _ => {
                    let (reading, found) = read(path, kind);
                    match reading {
                        Some(reading) if found.is_empty() && *stamp != Stamp::default() => {
                            kept.push(at);
                            entries.push((path.clone(), *stamp, reading));
                            new += 1;
                        }
                        reading => others.extend(reading.map(|reading| (at, reading))),
                    }
                    faults.extend(found);
                }
            }
        }
        let part: Part = (rules, entries);
        if memory.remember && (new > 0 || part.1.len() != remembered) {
            // What cannot be remembered is read again.
            let _ = cache::save(&file, &part);
        }
        others.extend(kept.into_iter().zip(part.1.into_iter().map(|(_, _, reading)| reading)));
        (others, faults)
    };
    let done: Vec<_> =
        parts.into_par_iter().enumerate().map(|(number, places)| one(number, places)).collect();
    let mut readings: Vec<Option<Reading>> = sources.iter().map(|_| None).collect();
    let mut faults = Vec::new();
    for (some, found) in done {
        for (at, reading) in some {
            readings[at] = Some(reading);
        }
        faults.extend(found);
    }
    (readings.into_iter().flatten().collect(), faults)
}
