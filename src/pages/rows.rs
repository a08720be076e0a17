//! Rows of lists, rendered once. A release stands in seven lists or more, on pages that lie at
//! different depths: its row is rendered with a stand-in for the way to the root, kept until the
//! last of its dated lists has taken it, and written with the root of each.

use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex};

use crate::model::portal::Portal;

use super::inputs::Shown;

/// Stands for the way to the root. As a noncharacter no text can hold it.
pub const ROOT: &str = "\u{fdd0}";

pub struct Rows {
    slots: Vec<Slot>,
}

#[derive(Default)]
struct Slot {
    html: Mutex<Option<Arc<str>>>,
    taken: AtomicU32,
}

impl Rows {
    pub fn new(portal: &Portal) -> Self {
        Self { slots: (0..portal.releases.len()).map(|_| Slot::default()).collect() }
    }

    /// A release's row, with [`ROOT`] for the way to the root.
    pub fn get<E>(&self, release: Shown, render: impl FnOnce() -> Result<String, E>) -> Result<Arc<str>, E> {
        let slot = &self.slots[release.ix];
        let mut html = slot.html.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
        let row = match &*html {
            Some(row) => row.clone(),
            None => Arc::from(render()?),
        };
        // Year, month and day, and each region's year and month. Other lists span years: for them
        // nothing is kept.
        let lists = 3 + 2 * release.regions.len();
        let taken = slot.taken.fetch_add(1, Ordering::Relaxed) as usize + 1;
        *html = (taken < lists).then(|| row.clone());
        Ok(row)
    }
}
