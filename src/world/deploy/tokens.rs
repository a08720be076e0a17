//! By which name a deploy holds a host, and whether one that holds it is a dead one of this portal.

use std::fs::{File, TryLockError};
use std::io::{self, Read, Seek, Write};

use crate::text::fingerprint::Fingerprint;
use crate::world::tree::{Failure, Root};
use crate::world::{cache, clock};

/// The name of a deploy, and those before it from this folder. While it is there no other runs from this
/// folder to the same host.
#[derive(Debug)]
pub struct Tokens {
    pub own: String,
    /// Nothing where the file system has no locks: another may be running under one of them.
    before: Vec<String>,
    _held: File,
}

/// So many names are remembered: those of looks at a host, too, which never hold it.
const MOST: usize = 100;

impl Tokens {
    /// A new name for a deploy to a target.
    pub fn of(root: &Root, target: &str) -> Result<Self, Failure> {
        let path = cache::named(root, &format!("deploy-{target}"));
        let failed = |error| Failure::new("write", &path, error);
        cache::make_folder(&path)?;
        let mut held = File::options()
            .read(true)
            .write(true)
            .create(true)
            .truncate(false)
            .open(&path)
            .map_err(failed)?;
        let is_alone = match held.try_lock() {
            Err(TryLockError::WouldBlock) => {
                let reason =
                    "another deploy to it runs from this folder; run this one again when that has ended";
                let error = io::Error::new(io::ErrorKind::ResourceBusy, reason);
                return Err(Failure::new("deploy to", target, error));
            }
            // File systems without locks leave it to the latch on the host.
            Err(TryLockError::Error(_)) => false,
            Ok(()) => true,
        };
        // Through the one handle: elsewhere a lock keeps out all others, of this process, too.
        let mut told = String::new();
        held.read_to_string(&mut told).map_err(failed)?;
        let own = Fingerprint::of(&(clock::now(), std::process::id(), &told));
        let own = format!("{:032x}", own.0);
        let mut before: Vec<String> = told.lines().map(str::to_owned).collect();
        before.drain(..before.len().saturating_sub(MOST));
        let all: String = before.iter().chain([&own]).map(|token| format!("{token}\n")).collect();
        // Locked files are not replaced: another process would lock another file.
        held.set_len(0)
            .and_then(|()| held.rewind())
            .and_then(|()| held.write_all(all.as_bytes()))
            .map_err(failed)?;
        let before = if is_alone { before } else { Vec::new() };
        Ok(Self { own, before, _held: held })
    }

    /// Whether the deploy with a name was one of this folder, which has ended.
    pub fn is_dead(&self, token: &str) -> bool {
        self.before.iter().any(|known| known == token)
    }
}
