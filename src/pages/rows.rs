//! Rows of lists, rendered once. A release stands in seven lists or more, on pages that lie at
//! different depths: its row is rendered with a stand-in for the way to the root, kept until the
//! last of its lists has taken it, and written with the root of each.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use crate::model::portal::{Portal, Release};

use super::inputs::Shown;

/// Stands for the way to the root. As a noncharacter no text can hold it.
pub const ROOT: &str = "\u{fdd0}";

/// Bytes of all rows that are kept, beyond which none waits from or for a list of a tag or a series, which
/// span years. Dated lists are rendered near each other: between them rows wait however many they are.
const PATIENCE: usize = 16 << 20;

pub struct Rows {
    slots: Vec<Mutex<Slot>>,
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
    pub fn new(portal: &Portal) -> Self {
        let slots = (0..portal.releases.len()).map(|_| Mutex::default()).collect();
        Self { slots, kept: AtomicUsize::new(0) }
    }

    /// A release's row for one of its lists, with [`ROOT`] for the way to the root.
    pub fn get<E>(
        &self,
        release: Shown,
        is_dated: bool,
        render: impl FnOnce() -> Result<String, E>,
    ) -> Result<Arc<str>, E> {
        let mut slot = self.slots[release.ix].lock().unwrap_or_else(|poisoned| poisoned.into_inner());
        let row = match slot.html.take() {
            Some(row) => {
                self.kept.fetch_sub(row.len(), Ordering::Relaxed);
                row
            }
            None => Arc::from(render()?),
        };
        slot.taken[usize::from(!is_dated)] += 1;
        let [dated, others] = lists(release.release());
        let has_room = self.kept.load(Ordering::Relaxed) < PATIENCE;
        let awaits_dated = (slot.taken[0] as usize) < dated && (is_dated || has_room);
        let awaits_others = (slot.taken[1] as usize) < others && has_room;
        if awaits_dated || awaits_others {
            self.kept.fetch_add(row.len(), Ordering::Relaxed);
            slot.html = Some(row.clone());
        }
        Ok(row)
    }
}
