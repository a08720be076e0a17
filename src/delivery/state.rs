//! What is written down on a host beside the files, so that the next deploy, from whatever machine, knows
//! what is there: the state that readers see, the one that a deploy is on the way to, and those that can
//! be gone back to.

use std::collections::BTreeSet;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::pages::path::OutPath;
use crate::text::fingerprint::Digest;

/// The form of what is written. A host with another is not touched.
pub const FORM: u32 = 1;

/// Where all of it stands on a host.
pub const FOLDER: &str = ".tribune";

/// A state of a portal on a host.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct State {
    pub tribune: u32,
    /// One more than that of the state before.
    pub number: u64,
    pub base_url: String,
    /// The clock of its build.
    pub built: Timestamp,
    /// That of the newest build that the host ever had: it may have been gone back from.
    pub newest: Timestamp,
    pub deployed: Timestamp,
    /// The state whose files these are again, if it came by going back.
    pub restores: Option<u64>,
    /// Contents that the host was brought back from, and that nobody has asked for again since. By content,
    /// as a build that remembers nothing makes the very same at a later time.
    #[serde(default)]
    pub gone_back: Vec<Digest>,
    pub files: usize,
    pub bytes: u64,
    /// Of its parcel, in order.
    pub parts: Vec<Digest>,
    /// What is not part of it any more and may still be there.
    pub condemned: Vec<Condemned>,
    /// Of what it took the place of, its own and what somebody had altered: bytes that were kept, in order.
    pub kept: Vec<Digest>,
    /// The numbers of the states that can be gone back to, in order.
    pub history: Vec<u64>,
}

/// A file that goes when its grace is over.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Condemned {
    pub path: OutPath,
    /// Of its bytes, where it is known what is there.
    pub digest: Option<Digest>,
    pub since: Timestamp,
}

/// A deploy on its way.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Journey {
    /// Of the parcel that was there when it began.
    pub there: Vec<Digest>,
    /// Where nobody could tell what was there.
    pub unsure: BTreeSet<OutPath>,
    /// Where something else was found than was deployed.
    #[serde(default)]
    pub strayed: BTreeSet<OutPath>,
    pub to: State,
}

/// How far a journey has come.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Progress {
    /// When its state was to be deployed, by which one journey is told from another.
    pub deployed: Timestamp,
    /// All bytes that it replaces are kept.
    pub kept: bool,
    /// So many of its first files are put, and so many more may be.
    pub put: usize,
    pub perhaps: usize,
}

/// Files of a host that are Tribune's own.
pub fn own(name: &str) -> String {
    format!("{FOLDER}/{name}")
}

/// The state that readers see.
pub fn current() -> String {
    own("state.json")
}

pub fn journey() -> String {
    own("next.json")
}

pub fn progress() -> String {
    own("progress.json")
}

pub fn lock() -> String {
    own("lock.json")
}

/// A state that can be gone back to.
pub fn history(number: u64) -> String {
    own(&format!("history/{number}.json"))
}

pub fn part(digest: Digest) -> String {
    own(&format!("parts/{digest}.json"))
}

/// Bytes that states which can be gone back to had, and the current one has not.
pub fn kept(digest: Digest) -> String {
    own(&format!("kept/{digest}"))
}

/// What a parcel of these parts holds.
pub fn content(parts: impl Iterator<Item = Digest>) -> Digest {
    Digest::of(&parts.flat_map(|part| part.0).collect::<Vec<u8>>())
}

impl State {
    /// What it holds, whenever it was built.
    pub fn content(&self) -> Digest {
        content(self.parts.iter().copied())
    }

    /// A state as a host gave it.
    pub fn read(bytes: &[u8]) -> Result<Self, String> {
        let state: Self = serde_json::from_slice(bytes).map_err(|error| error.to_string())?;
        match state.tribune {
            FORM => Ok(state),
            other => Err(format!("it is of form {other}, which this version of Tribune does not know")),
        }
    }
}

/// What is written down, as bytes.
pub fn written<T: Serialize>(value: &T) -> Vec<u8> {
    // Structs of strings and numbers have no way not to be written.
    serde_json::to_vec(value).unwrap_or_default()
}
