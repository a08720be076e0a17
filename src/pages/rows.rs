//! Rows of lists, rendered once. A release stands in seven lists or more, on pages that lie at
//! different depths: its row is rendered with a stand-in for the way to the root, kept until the
//! last of its lists has taken it, and written with the root of each. A few rows stay for the next
//! build of the same process: its lists are mostly those of this one.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use foldhash::HashMap;
use parking_lot::Mutex;

use crate::model::portal::Release;
use crate::text::fingerprint::Fingerprint;

use super::inputs::Shown;

/// Stands for the way to the root. As a noncharacter no text can hold it.
pub const ROOT: &str = "\u{fdd0}";

/// Bytes of all rows that are kept, beyond which none waits from or for a list of a tag or a series, which
/// span years. Dated lists are rendered near each other: between them rows wait however many they are.
const PATIENCE: usize = 16 << 20;

/// Bytes of all rows up to which those stay that every list has taken.
const LEISURE: usize = 4 << 20;

/// Parts of the rows, each for one thread at a time.
const SHARDS: usize = 64;

#[derive(Default)]
pub struct Rows {
    /// Of what is the same on all pages.
    frame: Fingerprint,
    /// By what is shown of a release.
    shards: Vec<Mutex<HashMap<Fingerprint, Slot>>>,
    /// The bytes of all rows that are kept.
    kept: AtomicUsize,
}

#[derive(Default)]
struct Slot {
    html: Option<Arc<str>>,
    /// How many lists have taken it, dated and others.
    taken: [u32; 2],
}

/// Year, month and day, and each region's year and month; tags and series.
fn lists(release: &Release) -> [usize; 2] {
    [3 + 2 * release.regions.len(), release.tags.len() + usize::from(release.series.is_some())]
}

impl Rows {
    /// Lets go of them where they are too many to wait for another build.
    pub fn rest(&self) {
        if self.kept.load(Ordering::Relaxed) <= LEISURE {
            return;
        }
        for shard in &self.shards {
            *shard.lock() = HashMap::default();
        }
        self.kept.store(0, Ordering::Relaxed);
    }

    /// Goes on with those that another build of the same frame has kept.
    pub fn again(mut self, frame: Fingerprint) -> Self {
        if self.frame != frame || self.shards.is_empty() {
            let shards = (0..SHARDS).map(|_| Mutex::default()).collect();
            return Self { frame, shards, kept: AtomicUsize::new(0) };
        }
        for shard in &mut self.shards {
            let slots = shard.get_mut();
            slots.retain(|_, slot| {
                slot.taken = [0; 2];
                slot.html.is_some()
            });
        }
        self
    }

    /// A release's row for one of its lists, with [`ROOT`] for the way to the root.
    pub fn get<E>(
        &self,
        release: Shown,
        is_dated: bool,
        render: impl FnOnce() -> Result<String, E>,
    ) -> Result<Arc<str>, E> {
        let head = release.head();
        let shard = &self.shards[head.0 as usize % SHARDS];
        let slots = || shard.lock();
        let known = slots().get(&head).and_then(|slot| slot.html.clone());
        let is_known = known.is_some();
        let row = known.map_or_else(|| render().map(Arc::from), Ok)?;
        let mut slots = slots();
        let slot = slots.entry(head).or_default();
        // Of two that rendered it at the same time both count.
        if !is_known && slot.html.is_none() {
            self.kept.fetch_add(row.len(), Ordering::Relaxed);
            slot.html = Some(row.clone());
        }
        slot.taken[usize::from(!is_dated)] += 1;
        let [dated, others] = lists(release.release());
        let kept = self.kept.load(Ordering::Relaxed);
        let awaits_dated = (slot.taken[0] as usize) < dated;
        let awaits_others = (slot.taken[1] as usize) < others;
        let stays = match (awaits_dated, awaits_others) {
            (false, false) => kept < LEISURE,
            (true, _) if is_dated => true,
            _ => kept < PATIENCE,
        };
        if !stays && slot.html.take().is_some() {
            self.kept.fetch_sub(row.len(), Ordering::Relaxed);
        }
        if !stays && !awaits_dated && !awaits_others {
            slots.remove(&head);
        }
        Ok(row)
    }
}
