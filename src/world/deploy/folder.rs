//! A folder of this machine that is brought to a portal in place, file by file. Each file is replaced as a
//! whole. Nothing is written through a symbolic link.

use std::fs::{self, File};
use std::io::{self, ErrorKind, Write};
use std::path::{Path, PathBuf};

use walkdir::WalkDir;

use crate::delivery::parcel::Headers;

use super::host::{Abilities, Answer, Host, HostFault, Sight};

/// How the names of files begin that are not written to their end.
const TEMPORARY: &str = ".tribune-";

pub struct Folder {
    root: PathBuf,
}

fn lasting(error: &io::Error) -> HostFault {
    HostFault::lasting(error.to_string())
}

fn is_nothing(error: &io::Error) -> bool {
    matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory)
}

impl Folder {
    /// The folder, which is made with its first file where it is missing.
    pub fn open(root: &Path) -> io::Result<Self> {
        let root = match fs::canonicalize(root) {
            Err(error) if is_nothing(&error) => std::path::absolute(root)?,
            found => found?,
        };
        Ok(Self { root })
    }

    /// Where a file stands, unless a link leads there.
    fn place(&self, path: &str) -> Answer<PathBuf> {
        let mut place = self.root.clone();
        for part in path.split('/') {
            place.push(part);
            if fs::symlink_metadata(&place).is_ok_and(|metadata| metadata.is_symlink()) {
                return Err(HostFault::lasting(format!("{} is a symbolic link", place.display())));
            }
        }
        Ok(place)
    }

    /// A whole file that has no name yet, in the folder where it is going to stand.
    fn prepare(&self, place: &Path, bytes: &[u8]) -> io::Result<tempfile::NamedTempFile> {
        let folder = place.parent().unwrap_or(&self.root);
        fs::create_dir_all(folder)?;
        let mut builder = tempfile::Builder::new();
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            // Servers run as other users.
            builder.permissions(fs::Permissions::from_mode(0o644));
        }
        let mut file = builder.prefix(TEMPORARY).tempfile_in(folder)?;
        file.write_all(bytes)?;
        Ok(file)
    }
}

impl Host for Folder {
    fn name(&self) -> String {
        self.root.display().to_string()
    }

    fn abilities(&self) -> Abilities {
        Abilities { copies: false, creates: true, has_headers: false, tells_lengths: true, at_once: 4 }
    }

    fn read(&self, path: &str) -> Answer<Option<Vec<u8>>> {
        let place = self.place(path)?;
        match fs::read(&place) {
            Ok(bytes) => Ok(Some(bytes)),
            Err(error) if is_nothing(&error) || place.is_dir() => Ok(None),
            Err(error) => Err(lasting(&error)),
        }
    }

    fn look(&self, path: &str) -> Answer<Option<Sight>> {
        match fs::metadata(self.place(path)?) {
            Ok(metadata) => Ok(Some(Sight { bytes: metadata.len(), ..Sight::default() })),
            Err(error) if is_nothing(&error) => Ok(None),
            Err(error) => Err(lasting(&error)),
        }
    }

    fn write(&self, path: &str, bytes: &[u8], _: &Headers) -> Answer<()> {
        let place = self.place(path)?;
        let file = self.prepare(&place, bytes).map_err(|error| lasting(&error))?;
        file.persist(&place).map(|_| ()).map_err(|error| lasting(&error.error))
    }

    fn create(&self, path: &str, bytes: &[u8], _: &Headers) -> Answer<bool> {
        let place = self.place(path)?;
        let file = self.prepare(&place, bytes).map_err(|error| lasting(&error))?;
        match file.persist_noclobber(&place) {
            Ok(_) => Ok(true),
            Err(error) if error.error.kind() == ErrorKind::AlreadyExists => Ok(false),
            Err(error) => Err(lasting(&error.error)),
        }
    }

    fn copy(&self, from: &str, to: &str) -> Answer<()> {
        let (from, to) = (self.place(from)?, self.place(to)?);
        let copied = File::open(&from).and_then(|mut source| {
            let mut file = self.prepare(&to, &[])?;
            io::copy(&mut source, file.as_file_mut())?;
            file.persist(&to).map_err(|error| error.error)
        });
        copied.map(|_| ()).map_err(|error| lasting(&error))
    }

    fn remove(&self, path: &str) -> Answer<()> {
        let place = self.place(path)?;
        match fs::remove_file(&place) {
            Err(error) if !is_nothing(&error) && !place.is_dir() => return Err(lasting(&error)),
            _ => {}
        }
        // Folders go with their last file.
        let mut folder = place.parent();
        while let Some(empty) = folder.filter(|folder| *folder != self.root) {
            if fs::remove_dir(empty).is_err() {
                break;
            }
            folder = empty.parent();
        }
        Ok(())
    }

    fn list(&self, folder: &str) -> Answer<Vec<(String, u64)>> {
        let mut files = Vec::new();
        for entry in WalkDir::new(self.root.join(folder)) {
            let entry = match entry {
                Err(error) if error.io_error().is_some_and(is_nothing) => continue,
                entry => entry.map_err(|error| HostFault::lasting(error.to_string()))?,
            };
            let name = entry.path().strip_prefix(&self.root).ok().and_then(Path::to_str);
            if let Some(name) = name.filter(|_| !entry.file_type().is_dir()) {
                let bytes = entry.metadata().map_or(0, |metadata| metadata.len());
                files.push((name.to_owned(), bytes));
            }
        }
        Ok(files)
    }
}
