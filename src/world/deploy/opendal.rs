//! Hosts that a library speaks to: object storage, WebDAV.

use std::sync::atomic::{AtomicU64, Ordering};

use opendal::blocking::Operator;
use opendal::layers::TimeoutLayer;
use opendal::options::{ListOptions, WriteOptions};
use opendal::{Error, ErrorKind};
use tokio::runtime::Runtime;

use crate::delivery::parcel::Headers;
use crate::delivery::state;
use crate::model::target::Line;
use crate::text::fingerprint::Digest;

use super::coding;
use super::host::{Abilities, Answer, Host, HostFault, Sight, nonce, whole};
use super::http::runtime;

/// A file is sent within one request, and others beside it, on a line that may be slow: it gets so many times
/// as long as an answer.
const WHOLE: u32 = 10;

/// The name of what is kept with a file.
const DIGEST: &str = "blake3";

/// Requests at the same time.
const AT_ONCE: usize = 16;

/// A host by way of the library.
pub struct Remote {
    name: String,
    operator: Operator,
    abilities: Abilities,
    /// It may show a file that is half written: files get their names when they are whole.
    shows_halves: bool,
    compresses: bool,
    /// Of the files that have no name yet: by which they are told from those of others, and their number.
    own: String,
    next: AtomicU64,
    /// Carries requests as long as there is an operator.
    _runtime: Runtime,
}

fn fault(error: &Error) -> HostFault {
    let is_passing = error.is_temporary() || error.kind() == ErrorKind::RateLimited;
    // Its context has addresses and headers, which may be long; the message and what lies behind it say what
    // happened.
    let mut message = whole(error.message().to_owned(), error);
    if message.is_empty() {
        message = error.kind().to_string();
    }
    if message.contains("credential") {
        message.push_str(" (set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY)");
    }
    HostFault { is_passing, message }
}

fn unless_missing<T>(answer: Result<T, Error>) -> Answer<Option<T>> {
    match answer {
        Ok(found) => Ok(Some(found)),
        Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => Ok(None),
        Err(error) => Err(fault(&error)),
    }
}

/// How object storage is reached.
pub struct Bucket<'a> {
    pub bucket: &'a str,
    pub endpoint: Option<&'a str>,
    pub region: Option<&'a str>,
    pub prefix: Option<&'a str>,
    /// Its name and its secret; the environment's where there is none.
    pub key: Option<(&'a str, &'a str)>,
    /// Texts are kept and sent shortened.
    pub compress: bool,
}

impl Remote {
    /// Object storage that speaks the protocol of S3.
    pub fn s3(at: &Bucket, line: Line) -> Answer<Self> {
        let mut service = opendal::services::S3::default().bucket(at.bucket);
        // Outside of one provider regions have no meaning, but must be named.
        service = service.region(at.region.unwrap_or("us-east-1"));
        if let Some(endpoint) = at.endpoint {
            service = service.endpoint(endpoint);
        }
        if let Some(prefix) = at.prefix {
            service = service.root(prefix);
        }
        if let Some((id, secret)) = at.key {
            service = service.access_key_id(id).secret_access_key(secret).disable_config_load();
        }
        let name = match at.endpoint {
            Some(endpoint) => format!("the bucket {} at {endpoint}", at.bucket),
            None => format!("the bucket {}", at.bucket),
        };
        let mut remote = Self::of(name, service, false, line)?;
        remote.compresses = at.compress && remote.operator.info().capability().write_with_content_encoding;
        // Some may be shortened, whatever is to be done with new ones.
        remote.abilities.tells_lengths = false;
        Ok(remote)
    }

    /// A WebDAV collection.
    pub fn webdav(url: &str, user: Option<&str>, password: Option<&str>, line: Line) -> Answer<Self> {
        let mut service = opendal::services::Webdav::default().endpoint(url);
        if let Some(user) = user {
            service = service.username(user);
        }
        if let Some(password) = password {
            service = service.password(password);
        }
        Self::of(url.to_owned(), service, true, line)
    }

    fn of(name: String, service: impl opendal::Builder, shows_halves: bool, line: Line) -> Answer<Self> {
        // Its HTTP is a part that must be put in.
        opendal::install_default();
        let runtime = runtime()?;
        let entered = runtime.enter();
        let operator = opendal::Operator::new(service).map_err(|error| fault(&error))?;
        let operator = operator
            .layer(TimeoutLayer::new().with_timeout(line.timeout).with_io_timeout(line.timeout * WHOLE));
        let operator = Operator::new(operator).map_err(|error| fault(&error))?;
        let can = operator.info().capability();
        let abilities = Abilities {
            // A copy of the other kind is written where it stands.
            copies: can.copy && !shows_halves,
            creates: can.write_with_if_not_exists,
            has_headers: can.write_with_cache_control,
            tells_lengths: true,
            at_once: AT_ONCE,
        };
        drop(entered);
        Ok(Self {
            name,
            operator,
            abilities,
            shows_halves,
            compresses: false,
            own: nonce(),
            next: AtomicU64::new(0),
            _runtime: runtime,
        })
    }

    /// A path for a file that has no name yet, of this process alone.
    fn unnamed(&self) -> String {
        state::own(&format!("put/{}-{}", self.own, self.next.fetch_add(1, Ordering::Relaxed)))
    }

    /// What is sent of a file, and with which headers.
    fn sent(&self, bytes: &[u8], headers: &Headers) -> (Vec<u8>, WriteOptions) {
        let mut options = self.options(bytes, headers);
        let is_short = self.compresses.then(|| coding::shortened(bytes, &headers.content_type)).flatten();
        options.content_encoding = is_short.as_ref().map(|_| coding::NAME.to_owned());
        (is_short.unwrap_or_else(|| bytes.to_vec()), options)
    }

    fn options(&self, bytes: &[u8], headers: &Headers) -> WriteOptions {
        let can = self.operator.info().capability();
        let told = |can: bool, value: &str| can.then(|| value.to_owned());
        WriteOptions {
            content_type: told(can.write_with_content_type, &headers.content_type),
            cache_control: told(can.write_with_cache_control, &headers.cache_control),
            // With headers it is one request, without them one more for each file.
            user_metadata: self
                .abilities
                .has_headers
                .then(|| std::iter::once((DIGEST.to_owned(), Digest::of(bytes).to_string())).collect()),
            ..WriteOptions::default()
        }
    }
}

impl Host for Remote {
    fn name(&self) -> String {
        self.name.clone()
    }

    fn abilities(&self) -> Abilities {
        self.abilities
    }

    fn read(&self, path: &str) -> Answer<Option<Vec<u8>>> {
        let Some(bytes) = unless_missing(self.operator.read(path))?.map(|bytes| bytes.to_vec()) else {
            return Ok(None);
        };
        if !self.abilities.has_headers || !coding::may_be(&bytes) {
            return Ok(Some(bytes));
        }
        // It may also be an archive that somebody publishes: of notes it is known.
        let is_coded = (path.starts_with(state::FOLDER) && path.ends_with(".json"))
            || unless_missing(self.operator.stat(path))?
                .is_some_and(|found| found.content_encoding() == Some(coding::NAME));
        match is_coded {
            // What cannot be restored was not put there by a deploy: its bytes tell that.
            true => Ok(Some(coding::restored(&bytes).unwrap_or(bytes))),
            false => Ok(Some(bytes)),
        }
    }

    fn look(&self, path: &str) -> Answer<Option<Sight>> {
        let found = unless_missing(self.operator.stat(path))?;
        Ok(found.map(|found| Sight {
            bytes: found.content_length(),
            content_type: found.content_type().map(str::to_owned),
            cache_control: found.cache_control().map(str::to_owned),
            digest: found.user_metadata().and_then(|kept| Digest::parse(kept.get(DIGEST)?)),
        }))
    }

    fn write(&self, path: &str, bytes: &[u8], headers: &Headers) -> Answer<()> {
        let (sent, options) = self.sent(bytes, headers);
        let write = |path: &str| self.operator.write_options(path, sent, options);
        let written = match self.shows_halves {
            false => write(path).map(|_| ()),
            true => {
                let unnamed = self.unnamed();
                let named = write(&unnamed).and_then(|_| self.operator.rename(&unnamed, path));
                if named.is_err() {
                    // What stays is of no use to anybody.
                    let _ = self.operator.delete(&unnamed);
                }
                named
            }
        };
        written.map_err(|error| fault(&error))
    }

    fn create(&self, path: &str, bytes: &[u8], headers: &Headers) -> Answer<bool> {
        if !self.abilities.creates {
            if self.look(path)?.is_some() {
                return Ok(false);
            }
            return self.write(path, bytes, headers).map(|()| true);
        }
        let options = WriteOptions { if_not_exists: true, ..self.options(bytes, headers) };
        match self.operator.write_options(path, bytes.to_vec(), options) {
            Ok(_) => Ok(true),
            Err(error) if matches!(error.kind(), ErrorKind::ConditionNotMatch | ErrorKind::AlreadyExists) => {
                Ok(false)
            }
            Err(error) => Err(fault(&error)),
        }
    }

    fn copy(&self, from: &str, to: &str) -> Answer<()> {
        self.operator.copy(from, to).map(|_| ()).map_err(|error| fault(&error))
    }

    fn remove(&self, path: &str) -> Answer<()> {
        if self.shows_halves && unless_missing(self.operator.stat(path))?.is_none_or(|found| !found.is_file())
        {
            // WebDAV would remove a folder with all that is in it.
            return Ok(());
        }
        unless_missing(self.operator.delete(path))?;
        Ok(())
    }

    fn list(&self, folder: &str) -> Answer<Vec<(String, u64)>> {
        let options = ListOptions { recursive: true, ..ListOptions::default() };
        let entries = unless_missing(self.operator.list_options(folder, options))?.unwrap_or_default();
        let files = entries.into_iter().filter(|entry| entry.metadata().is_file());
        Ok(files.map(|entry| (entry.path().to_owned(), entry.metadata().content_length())).collect())
    }
}
