//! The releases of a portal, in its order. Those that another process put together stay in its memory
//! until somebody looks at them: an edit looks at a few of 100,000.

use std::fmt::Debug;
use std::ops::Index;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock};

use rayon::prelude::*;

use crate::text::fingerprint::Fingerprint;
use crate::text::long::first;

use super::portal::{Release, ReleaseIx};

/// Where releases are kept that nobody has looked at yet.
pub trait Heads: Debug + Send + Sync {
    /// The release that was kept at a place, unless the memory was damaged.
    fn head(&self, place: usize) -> Option<Release>;
}

/// All releases, each under a number of its own that no other ever has.
#[derive(Debug, Default)]
pub struct Releases {
    slots: Vec<Slot>,
    /// By release: of its source.
    sources: Vec<Fingerprint>,
    heads: Option<Arc<dyn Heads>>,
    next: u64,
    lost: AtomicBool,
}

#[derive(Debug, Default)]
struct Slot {
    /// The place among the heads, for those that are kept there.
    serial: u64,
    release: OnceLock<Arc<Release>>,
}

/// By what a source is found.
fn print(source: &str) -> Fingerprint {
    Fingerprint::of(source)
}

impl From<Vec<Arc<Release>>> for Releases {
    fn from(releases: Vec<Arc<Release>>) -> Self {
        let next = releases.len() as u64;
        let sources = releases.par_iter().map(|release| print(&release.source)).collect();
        let slots = (0..).zip(releases).map(|(serial, release)| Slot { serial, release: release.into() });
        Self { slots: slots.collect(), sources, next, ..Self::default() }
    }
}

impl Index<ReleaseIx> for Releases {
    type Output = Release;

    fn index(&self, ix: ReleaseIx) -> &Release {
        let slot = &self.slots[ix];
        slot.release.get_or_init(|| {
            let place = usize::try_from(slot.serial).ok();
            let found = self.heads.as_ref().zip(place).and_then(|(heads, place)| heads.head(place));
            Arc::new(found.unwrap_or_else(|| {
                self.lost.store(true, Ordering::Relaxed);
                Release::lost()
            }))
        })
    }
}

impl Releases {
    /// Releases of these sources that are kept elsewhere, in their order.
    pub fn kept(sources: Vec<Fingerprint>, heads: Arc<dyn Heads>) -> Self {
        let slots = (0..sources.len() as u64).map(|serial| Slot { serial, release: OnceLock::new() });
        Self {
            slots: slots.collect(),
            next: sources.len() as u64,
            sources,
            heads: Some(heads),
            ..Self::default()
        }
    }

    /// Whether all that were looked at were what they had been. Else nothing may be made of any.
    pub fn are_whole(&self) -> bool {
        !self.lost.load(Ordering::Relaxed)
    }

    pub fn len(&self) -> usize {
        self.slots.len()
    }

    pub fn is_empty(&self) -> bool {
        self.slots.is_empty()
    }

    pub fn iter(&self) -> impl DoubleEndedIterator<Item = &Release> + ExactSizeIterator {
        (0..self.len()).map(|ix| &self[ix])
    }

    pub fn par_iter(&self) -> impl IndexedParallelIterator<Item = &Release> {
        (0..self.len()).into_par_iter().map(|ix| &self[ix])
    }

    /// The numbers by which releases are known to be the same.
    pub fn serials(&self) -> impl DoubleEndedIterator<Item = u64> + ExactSizeIterator {
        self.slots.iter().map(|slot| slot.serial)
    }

    /// By release: the fingerprint of its source.
    pub fn sources(&self) -> &[Fingerprint] {
        &self.sources
    }

    /// The release of a source.
    pub fn position(&self, source: &str) -> Option<ReleaseIx> {
        let wanted = print(source);
        self.sources.iter().position(|known| *known == wanted).filter(|ix| &*self[*ix].source == source)
    }

    /// The first release of which this does not hold; it holds of none after it.
    pub fn partition_point(&self, holds: impl Fn(&Release) -> bool) -> ReleaseIx {
        first(self.len(), |ix| !holds(&self[ix]))
    }

    /// Puts a release in the place of another.
    pub fn replace(&mut self, ix: ReleaseIx, release: Arc<Release>) {
        self.sources[ix] = print(&release.source);
        self.slots[ix] = self.slot(release);
    }

    pub fn remove(&mut self, ix: ReleaseIx) {
        self.slots.remove(ix);
        self.sources.remove(ix);
    }

    pub fn insert(&mut self, ix: ReleaseIx, release: Arc<Release>) {
        self.sources.insert(ix, print(&release.source));
        let slot = self.slot(release);
        self.slots.insert(ix, slot);
    }

    fn slot(&mut self, release: Arc<Release>) -> Slot {
        let serial = self.next;
        self.next += 1;
        Slot { serial, release: release.into() }
    }
}
