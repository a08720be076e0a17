//! The record of what was published.

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
    pub files: Vec<Published>,
    /// Of the plainer record beside this one, by which it is known to be as it was left.
    pub account: Option<OutStamp>,
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
