//! Files under `.cache/`: disposable, checksummed, of no use to another build of the tool. Anything
//! unexpected in one makes it as good as absent.

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use serde::Serialize;
use serde::de::DeserializeOwned;

use super::tree::{Failure, Root};

/// First bytes of a file: that of another build of the tool reads as absent.
const MAGIC: &[u8] = concat!("tribune cache ", env!("TRIBUNE_BUILD"), "\n").as_bytes();

/// The file of one kind for one folder. A folder in the portal is known by its place in it, so that
/// both may move together.
pub fn file(root: &Root, kind: &str, of: &Path) -> PathBuf {
    let whole = |path: &Path| fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    let (here, of) = (whole(root.dir()), whole(of));
    let place = of.strip_prefix(&here).unwrap_or(&of);
    let name = blake3::hash(place.as_os_str().as_encoded_bytes()).to_hex();
    named(root, &format!("{kind}-{}", &name[..16]))
}

/// A file that is about no folder in particular.
pub fn named(root: &Root, name: &str) -> PathBuf {
    root.dir().join(".cache").join("tribune").join(name)
}

/// What was saved, if it can be trusted.
pub fn load<T: DeserializeOwned>(path: &Path) -> Option<T> {
    let bytes = fs::read(path).ok()?;
    let (sum, body) = bytes.strip_prefix(MAGIC)?.split_at_checked(32)?;
    if blake3::hash(body).as_bytes() != sum {
        return None;
    }
    postcard::from_bytes(body).ok()
}

/// Saves a value in the place of the one before, whole or not at all.
pub fn save<T: Serialize>(path: &Path, value: &T) -> Result<(), Failure> {
    let body = postcard::to_stdvec(value);
    let body = body.map_err(|error| Failure::new("write", path, io::Error::other(error)))?;
    replace(path, &[MAGIC, blake3::hash(&body).as_bytes(), &body])
}

/// Puts a file in the place of the one before, whole or not at all.
pub fn replace(path: &Path, parts: &[&[u8]]) -> Result<(), Failure> {
    let failed = |error| Failure::new("write", path, error);
    let folder = make_folder(path)?;
    let mut temporary = tempfile::NamedTempFile::new_in(folder).map_err(failed)?;
    for part in parts {
        temporary.write_all(part).map_err(failed)?;
    }
    temporary.persist(path).map_err(|error| failed(error.error))?;
    Ok(())
}

/// Makes the folder that a file stands in.
pub fn make_folder(path: &Path) -> Result<&Path, Failure> {
    let folder = path.parent().unwrap_or(path);
    fs::create_dir_all(folder).map_err(|error| Failure::new("create", folder, error))?;
    Ok(folder)
}
