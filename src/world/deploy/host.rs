//! What a host that takes single files can do.

use std::fmt;
use std::thread;
use std::time::Duration;

use crate::delivery::parcel::Headers;
use crate::text::fingerprint::Digest;
use crate::world::tree::Failure;

/// Why a host did not do what it was asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HostFault {
    /// Asking again may help.
    pub is_passing: bool,
    pub message: String,
}

impl HostFault {
    /// A fault that stays.
    pub fn lasting(message: impl Into<String>) -> Self {
        Self { is_passing: false, message: message.into() }
    }

    /// Says what was to be done, too.
    fn about(self, doing: &str, path: &str) -> Self {
        Self { message: format!("cannot {doing} `{path}`: {}", self.message), ..self }
    }
}

impl From<Failure> for HostFault {
    fn from(failure: Failure) -> Self {
        Self::lasting(failure.to_string())
    }
}

impl fmt::Display for HostFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&plain(&self.message))
    }
}

/// Characters of a text of a host that are shown.
const SHOWN: usize = 400;

/// What a host has said as a terminal may show it: in one line, without commands to the terminal, and no
/// more than tells what happened.
pub fn plain(text: &str) -> String {
    let mut shown: String = text.chars().take(SHOWN).map(|c| if c.is_control() { ' ' } else { c }).collect();
    if text.chars().nth(SHOWN).is_some() {
        shown.push('…');
    }
    shown
}

/// Some characters that no other process has.
pub fn nonce() -> String {
    use std::hash::{BuildHasher, Hasher};
    // Keys of hashers are random, and others in each.
    format!("{:016x}", std::hash::RandomState::new().build_hasher().finish())
}

/// The name of a host, and its port where it has one. An address of version 6 stands in brackets where it has
/// a port, and comes without them.
pub fn parted(host: &str) -> (&str, Option<&str>) {
    let is_bare = host.matches(':').count() > 1 && !host.starts_with('[');
    let (host, port) = match host.rsplit_once(':') {
        Some((name, port)) if !is_bare && !host.ends_with(']') => (name, Some(port)),
        _ => (host, None),
    };
    (host.strip_prefix('[').and_then(|host| host.strip_suffix(']')).unwrap_or(host), port)
}

pub type Answer<T> = Result<T, HostFault>;

/// What a host tells of a file without giving it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Sight {
    pub bytes: u64,
    /// Nothing where the host keeps no headers.
    pub content_type: Option<String>,
    pub cache_control: Option<String>,
    /// Of its bytes as they were put, where the host keeps that with a file and nobody put others since.
    pub digest: Option<Digest>,
}

/// What a host can do beside taking, giving and removing files.
#[derive(Clone, Copy, Debug, Default)]
pub struct Abilities {
    /// Copies a file by itself, with its headers.
    pub copies: bool,
    /// Makes a file only where there is none, whoever asks at the same time.
    pub creates: bool,
    /// Keeps headers.
    pub has_headers: bool,
    /// The lengths that it tells are those of the files, not of what it keeps of them.
    pub tells_lengths: bool,
    /// Requests that it answers at the same time.
    pub at_once: usize,
}

/// A host that takes single files. Paths are relative to the root of the portal there. Each file is
/// replaced as a whole or, where a host cannot do that, as its documentation here says.
pub trait Host: Sync {
    /// As a person knows it.
    fn name(&self) -> String;

    fn abilities(&self) -> Abilities;

    /// The bytes of a file, if it is there.
    fn read(&self, path: &str) -> Answer<Option<Vec<u8>>>;

    /// What there is to tell of a file, if it is there. A folder in its place may be told of, too.
    fn look(&self, path: &str) -> Answer<Option<Sight>>;

    fn write(&self, path: &str, bytes: &[u8], headers: &Headers) -> Answer<()>;

    /// Writes a file where there is none. Whether there was none.
    fn create(&self, path: &str, bytes: &[u8], headers: &Headers) -> Answer<bool>;

    fn copy(&self, from: &str, to: &str) -> Answer<()>;

    /// Removes a file, if it is there, and folders that are empty without it. A folder in its place stays.
    fn remove(&self, path: &str) -> Answer<()>;

    /// All files in a folder, whose name ends in `/`, and below, with their lengths; everywhere where it is
    /// empty, those of Tribune itself, too.
    fn list(&self, folder: &str) -> Answer<Vec<(String, u64)>>;
}

/// A host that is asked again when it fails in passing.
pub struct Patient<'h> {
    host: &'h dyn Host,
    /// How long to wait before each further time.
    pauses: &'h [Duration],
}

/// How long to wait before each further time, for as long as that in all: soon at first, then at leisure.
pub fn pauses(patience: Duration) -> Vec<Duration> {
    let growing = [250, 750, 2_000, 4_000, 8_000].map(Duration::from_millis);
    let steady = std::iter::repeat(Duration::from_secs(15));
    let mut left = patience;
    let fits = |pause: &Duration| match left.checked_sub(*pause) {
        Some(rest) => {
            left = rest;
            true
        }
        None => false,
    };
    growing.into_iter().chain(steady).take_while(fits).collect()
}

impl<'h> Patient<'h> {
    pub fn new(host: &'h dyn Host, pauses: &'h [Duration]) -> Self {
        Self { host, pauses }
    }

    fn again<T>(&self, doing: &str, path: &str, ask: impl Fn() -> Answer<T>) -> Answer<T> {
        again(self.pauses, ask).map_err(|fault| fault.about(doing, path))
    }
}

/// Asks again after each of some pauses, as long as what fails may pass.
pub fn again<T>(pauses: &[Duration], ask: impl Fn() -> Answer<T>) -> Answer<T> {
    let mut pauses = pauses.iter();
    loop {
        match ask() {
            Err(fault) if fault.is_passing => match pauses.next() {
                Some(pause) => thread::sleep(*pause),
                None => return Err(fault),
            },
            answer => return answer,
        }
    }
}

/// An error with all that lies behind it.
pub fn whole(message: String, error: &dyn std::error::Error) -> String {
    let mut message = message;
    let mut cause = error.source();
    while let Some(behind) = cause {
        message = format!("{message}: {behind}");
        cause = behind.source();
    }
    message
}

impl Host for Patient<'_> {
    fn name(&self) -> String {
        self.host.name()
    }

    fn abilities(&self) -> Abilities {
        self.host.abilities()
    }

    fn read(&self, path: &str) -> Answer<Option<Vec<u8>>> {
        self.again("read", path, || self.host.read(path))
    }

    fn look(&self, path: &str) -> Answer<Option<Sight>> {
        self.again("look at", path, || self.host.look(path))
    }

    fn write(&self, path: &str, bytes: &[u8], headers: &Headers) -> Answer<()> {
        self.again("write", path, || self.host.write(path, bytes, headers))
    }

    fn create(&self, path: &str, bytes: &[u8], headers: &Headers) -> Answer<bool> {
        match self.host.create(path, bytes, headers) {
            // It may have been made all the same: who made it is seen by its bytes.
            Err(fault) if fault.is_passing => self.again("write", path, || match self.host.read(path)? {
                Some(found) => Ok(found == bytes),
                None => self.host.create(path, bytes, headers),
            }),
            answer => answer.map_err(|fault| fault.about("write", path)),
        }
    }

    fn copy(&self, from: &str, to: &str) -> Answer<()> {
        self.again("copy", from, || self.host.copy(from, to))
    }

    fn remove(&self, path: &str) -> Answer<()> {
        self.again("remove", path, || self.host.remove(path))
    }

    fn list(&self, folder: &str) -> Answer<Vec<(String, u64)>> {
        self.again("list", folder, || self.host.list(folder))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patience_ends() {
        let pauses = |seconds| pauses(Duration::from_secs(seconds));
        assert_eq!(pauses(0), []);
        assert_eq!(pauses(30).iter().sum::<Duration>(), Duration::from_secs(30));
        assert_eq!(pauses(3_600).len(), 5 + 239);
    }

    #[test]
    fn a_host_may_have_a_port() {
        assert_eq!(parted("example.net:2222"), ("example.net", Some("2222")));
        assert_eq!(parted("example.net"), ("example.net", None));
        assert_eq!(parted("[2001:db8::1]:22"), ("2001:db8::1", Some("22")));
        for host in ["[2001:db8::1]", "2001:db8::1"] {
            assert_eq!(parted(host), ("2001:db8::1", None));
        }
    }

    #[test]
    fn no_host_speaks_to_the_terminal() {
        let fault = HostFault::lasting(format!("220 \u{1b}]0;x\u{7}\r\n{}", "é".repeat(1_000)));
        let shown = fault.to_string();
        assert!(!shown.chars().any(char::is_control) && shown.chars().count() == 401, "{shown:?}");
        assert_ne!(nonce(), nonce());
    }
}
