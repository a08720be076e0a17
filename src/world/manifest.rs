//! Keeps manifests under `.cache/`: disposable, versioned, checksummed. Anything unexpected in a
//! stored one makes it as good as absent.

use std::fs;
use std::path::{Path, PathBuf};

use crate::pages::manifest::Manifest;

use super::tree::Failure;

/// First bytes of the file; another format or version of the tool reads as absent.
const MAGIC: &[u8] = concat!("tribune manifest 1 ", env!("CARGO_PKG_VERSION"), "\n").as_bytes();

/// The file for one output folder of one portal.
fn file(root: &Path, output: &Path) -> PathBuf {
    let output = fs::canonicalize(output).unwrap_or_else(|_| output.to_owned());
    let name = blake3::hash(output.as_os_str().as_encoded_bytes()).to_hex();
    root.join(".cache").join("tribune").join(format!("manifest-{}", &name[..16]))
}

/// What was published into `output` last, if that is known.
pub fn load(root: &Path, output: &Path) -> Option<Manifest> {
    let bytes = fs::read(file(root, output)).ok()?;
    let rest = bytes.strip_prefix(MAGIC)?;
    let (sum, body) = rest.split_at_checked(32)?;
    if blake3::hash(body).as_bytes() != sum {
        return None;
    }
    postcard::from_bytes(body).ok()
}

/// Remembers what was published.
pub fn save(root: &Path, output: &Path, manifest: &Manifest) -> Result<(), Failure> {
    let path = file(root, output);
    let failed = |error| Failure::new("write", &path, error);
    let body = postcard::to_stdvec(manifest).map_err(|error| failed(std::io::Error::other(error)))?;
    let mut bytes = Vec::with_capacity(MAGIC.len() + 32 + body.len());
    bytes.extend_from_slice(MAGIC);
    bytes.extend_from_slice(blake3::hash(&body).as_bytes());
    bytes.extend_from_slice(&body);
    let folder = path.parent().unwrap_or(root);
    fs::create_dir_all(folder).map_err(failed)?;
    let mut temporary = tempfile::NamedTempFile::new_in(folder).map_err(failed)?;
    std::io::Write::write_all(&mut temporary, &bytes).map_err(failed)?;
    temporary.persist(&path).map_err(|error| failed(error.error))?;
    Ok(())
}
