//! One build at a time writes to an output folder, from whichever portal it comes: the folder
//! itself is locked, which leaves nothing behind.

use std::fs::{self, File, TryLockError};
use std::io;
use std::path::{Path, PathBuf};

use crate::world::cache;
use crate::world::tree::{Failure, Root};

/// A lock, until it is dropped.
#[derive(Debug)]
pub struct Lock {
    held: Vec<File>,
    /// The folder, where it was made for the lock.
    made: Option<PathBuf>,
}

impl Drop for Lock {
    fn drop(&mut self) {
        // A build that came to nothing leaves nothing.
        if let Some(folder) = &self.made {
            let _ = fs::remove_dir(folder);
        }
    }
}

impl Lock {
    /// Locks an output folder, which is made where it is missing.
    pub fn take(root: &Root, output: &Path) -> Result<Self, Failure> {
        let made = (!output.exists()).then(|| output.to_owned());
        loop {
            // A build that came to nothing meanwhile took its folder away.
            fs::create_dir_all(output).map_err(|error| Failure::new("create", output, error))?;
            let held = match lock(output, output)? {
                Some(folder) => folder,
                None if !output.exists() => continue,
                // Some network file systems lock files alone: at least this portal's builds meet there.
                None => {
                    let path = cache::file(root, "lock", output);
                    cache::make_folder(&path)?;
                    let file = File::options().append(true).create(true).open(&path);
                    file.map_err(|error| Failure::new("lock", &path, error))?;
                    lock(&path, output)?
                        .ok_or_else(|| Failure::new("lock", path, io::ErrorKind::Unsupported.into()))?
                }
            };
            // A build that ended just now may have put another folder in its place.
            if is_at(&held.0, &held.1) {
                return Ok(Self { held: vec![held.0], made });
            }
        }
    }

    /// Locks the folder that is going to take the place of the one that is locked.
    pub fn extend(&mut self, next: &Path) {
        if let Ok(file) = File::open(next)
            && file.try_lock().is_ok()
        {
            self.held.push(file);
        }
    }
}

/// A locked file or folder; `None` where this file system has no locks for it.
fn lock(path: &Path, output: &Path) -> Result<Option<(File, PathBuf)>, Failure> {
    let Ok(file) = File::open(path) else { return Ok(None) };
    match file.try_lock() {
        Ok(()) => Ok(Some((file, path.to_owned()))),
        Err(TryLockError::WouldBlock) => {
            let reason = "another build is writing there; run this one again when that has ended";
            Err(Failure::new("write to", output, io::Error::new(io::ErrorKind::ResourceBusy, reason)))
        }
        Err(TryLockError::Error(_)) => Ok(None),
    }
}

#[cfg(unix)]
fn is_at(file: &File, path: &Path) -> bool {
    use std::os::unix::fs::MetadataExt;
    let id = |metadata: fs::Metadata| (metadata.dev(), metadata.ino());
    file.metadata().is_ok_and(|held| fs::metadata(path).is_ok_and(|there| id(held) == id(there)))
}

#[cfg(not(unix))]
fn is_at(_: &File, _: &Path) -> bool {
    true
}
