//! The record of what was published.

use serde::{Deserialize, Serialize};

use crate::text::fingerprint::{Digest, Fingerprint};

use super::path::OutPath;

/// Everything in an output folder that Tribune put there, sorted by file.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Manifest {
    /// Holds what is not public: drafts, or a future that has not come.
    pub preview: bool,
    pub files: Vec<Published>,
}

/// One file as it was published.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Published {
    pub file: OutPath,
    /// Of the inputs that it was made of.
    pub fingerprint: Fingerprint,
    /// Of its bytes.
    pub digest: Digest,
}

impl Manifest {
    /// Files that were published and are not planned any more; `planned` is sorted.
    pub fn gone<'m>(&'m self, planned: &[&OutPath]) -> Vec<&'m OutPath> {
        let files = self.files.iter().map(|published| &published.file);
        files.filter(|file| planned.binary_search(file).is_err()).collect()
    }
}
