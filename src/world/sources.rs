//! Writes sources for `init`, `new` and `import`: always new files, never over another.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::Path;

use crate::model::release::LARGEST;
use crate::text::problem::Problem;
use crate::text::source::{Span, decode};

use super::tree::{Failure, Root};

/// Writes a new file and the folders that it needs. An existing one is left alone and is a failure.
pub fn create(path: &Path, bytes: &[u8]) -> Result<(), Failure> {
    match create_if_free(path, bytes)? {
        true => Ok(()),
        false => Err(kept(path)),
    }
}

fn kept(path: &Path) -> Failure {
    Failure::new(
        "write",
        path,
        io::Error::new(io::ErrorKind::AlreadyExists, "it exists already, and is kept"),
    )
}

/// The same; says whether nothing stood there. Of two at once one alone is told that.
fn create_if_free(path: &Path, bytes: &[u8]) -> Result<bool, Failure> {
    let failed = |error| Failure::new("write", path, error);
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder).map_err(failed)?;
    }
    let mut file = match File::create_new(path) {
        Ok(file) => file,
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => return Ok(false),
        Err(error) => return Err(failed(error)),
    };
    file.write_all(bytes).map_err(failed)?;
    Ok(true)
}

/// A release as it is written under one name.
pub struct Named {
    /// `content/2026/03/port-2.md`
    pub path: String,
    pub text: String,
}

/// Finds a free name and writes a release under it; one that stands is never written over.
pub struct Free<'a> {
    pub root: &'a Root,
    /// Whether a text that stands is this one: it is then written no second time.
    pub is_same: fn(standing: &str, new: &str) -> bool,
}

/// What was written, and under which name.
pub struct Wrote {
    pub path: String,
    /// The name that it would have had, where that was taken.
    pub wanted: Option<String>,
}

impl Free<'_> {
    /// The first number whose name is free or has the same release already. `named` says what a release is
    /// under the name with this number.
    pub fn find(&self, named: &mut dyn FnMut(usize) -> Named) -> usize {
        self.find_from(1, named).0
    }

    pub fn write(&self, named: &mut dyn FnMut(usize) -> Named) -> Result<Wrote, Failure> {
        let mut number = 1;
        loop {
            let (found, stands) = self.find_from(number, named);
            let Named { path, text } = named(found);
            let file = self.root.dir().join(&path);
            if stands {
                return Err(kept(&file));
            }
            // Somebody else may have taken it since.
            if create_if_free(&file, text.as_bytes())? {
                let wanted = (found > 1).then(|| named(1).path);
                return Ok(Wrote { path, wanted });
            }
            number = found + 1;
        }
    }

    /// The number, and whether the same release stands under it.
    fn find_from(&self, from: usize, named: &mut dyn FnMut(usize) -> Named) -> (usize, bool) {
        let mut number = from;
        loop {
            let Named { path, text } = named(number);
            let Some(standing) = self.standing(&path) else { return (number, false) };
            let standing = self.root.read_lossy(&standing).unwrap_or_default();
            if (self.is_same)(&standing, &text) {
                return (number, true);
            }
            number += 1;
        }
    }

    /// What has this name already: a release in the other markup would have the same address.
    fn standing(&self, path: &str) -> Option<String> {
        let (stem, _) = path.rsplit_once('.')?;
        ["md", "txt"].map(|ending| format!("{stem}.{ending}")).into_iter().find(|p| self.root.exists(p))
    }
}

/// Whether nothing stands at `folder`, or an empty folder.
pub fn is_free(folder: &Path) -> Result<bool, Failure> {
    match fs::read_dir(folder) {
        Ok(mut entries) => Ok(entries.next().is_none()),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(true),
        Err(error) => Err(Failure::new("open", folder, error)),
    }
}

/// A text from anywhere, or what is wrong with its bytes.
pub fn read(path: &Path) -> Result<Result<String, (Problem, Span)>, Failure> {
    let failed = |error| Failure::new("read", path, error);
    let bytes = fs::metadata(path).map_err(failed)?.len();
    if bytes > LARGEST {
        return Ok(Err((Problem::TooLarge { bytes, limit: LARGEST }, Span::default())));
    }
    Ok(decode(fs::read(path).map_err(failed)?))
}
