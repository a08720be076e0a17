//! Writes sources for `init`, `new` and `import`: always new files, never over another.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::Path;

use crate::model::release::LARGEST;
use crate::text::problem::Problem;
use crate::text::source::{Span, decode};

use super::tree::Failure;

/// Writes a new file and the folders that it needs. An existing one is left alone and is a failure.
pub fn create(path: &Path, bytes: &[u8]) -> Result<(), Failure> {
    let failed = |error| Failure::new("write", path, error);
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder).map_err(failed)?;
    }
    let mut file = File::create_new(path).map_err(|error| match error.kind() {
        io::ErrorKind::AlreadyExists => {
            failed(io::Error::new(error.kind(), "it exists already, and is kept"))
        }
        _ => failed(error),
    })?;
    file.write_all(bytes).map_err(failed)
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
