//! A host that speaks FTP, with TLS unless that is switched off. Each file gets its name when it is whole,
//! by a renaming that replaces what had the name; where a server does not replace, the old file is gone for
//! the moment between.

use std::collections::HashSet;
use std::io::Cursor;
use std::net::{SocketAddr, TcpStream, ToSocketAddrs};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use parking_lot::Mutex;
use rustls::client::Resumption;
use rustls::version::{TLS12, TLS13};
use rustls::{AlertDescription, ClientConfig};
use rustls_platform_verifier::BuilderVerifierExt;
use suppaftp::list::{File, ListParser};
use suppaftp::types::{FileType, Mode, Response};
use suppaftp::{FtpError, RustlsConnector, RustlsFtpStream};

use crate::delivery::parcel::Headers;
use crate::delivery::state;
use crate::model::target::Line;

use super::host::{Abilities, Answer, Host, HostFault, Sight, nonce, parted};

/// Connections at the same time, beside the one that now and then renews the latch: shared hosts allow few.
const AT_ONCE: usize = 3;

pub struct Ftp {
    host: String,
    port: u16,
    user: String,
    password: String,
    path: String,
    tls: Option<Tls>,
    timeout: Duration,
    /// Connections that nobody uses now.
    idle: Mutex<Vec<RustlsFtpStream>>,
    /// Folders that are known to be there.
    folders: Mutex<HashSet<String>>,
    /// Of the files that have no name yet: by which they are told from those of others, and their number.
    own: String,
    next: AtomicU64,
}

/// How a connection is made secret. Many servers take data over a connection only if it resumes the TLS
/// session of the one that commands it. TLS 1.3 gives sessions for one use each, and none while a file is
/// sent: 1.2 is asked for first.
struct Tls {
    usual: ClientConfig,
    /// For servers that know nothing older.
    newest: ClientConfig,
    is_new: AtomicBool,
}

impl Tls {
    fn new() -> Result<Self, rustls::Error> {
        let config = |versions| {
            let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
            let config = ClientConfig::builder_with_provider(provider).with_protocol_versions(versions)?;
            Ok::<_, rustls::Error>(config.with_platform_verifier()?.with_no_client_auth())
        };
        Ok(Self { usual: config(&[&TLS12])?, newest: config(&[&TLS13])?, is_new: AtomicBool::new(false) })
    }

    /// A connection has sessions of its own.
    fn connector(&self, is_new: bool) -> RustlsConnector {
        let mut config = if is_new { self.newest.clone() } else { self.usual.clone() };
        config.resumption = Resumption::in_memory_sessions(8);
        Arc::new(config).into()
    }

    /// Whether the newest version may do where the usual one failed.
    fn is_too_old(error: &FtpError) -> bool {
        let FtpError::ConnectionError(error) = error else { return false };
        matches!(
            error.get_ref().and_then(|inner| inner.downcast_ref::<rustls::Error>()),
            Some(
                rustls::Error::AlertReceived(
                    AlertDescription::ProtocolVersion | AlertDescription::HandshakeFailure
                ) | rustls::Error::PeerIncompatible(_)
            )
        )
    }
}

/// What a server answered, by its number: the library knows some of them.
fn code(response: &Response) -> u32 {
    let digits = response.body.get(..3).and_then(|digits| std::str::from_utf8(digits).ok());
    digits.and_then(|digits| digits.parse().ok()).unwrap_or_else(|| response.status.code())
}

impl From<FtpError> for HostFault {
    fn from(error: FtpError) -> Self {
        let is_passing = match &error {
            // A certificate that nobody vouches for does so no more after a while.
            FtpError::ConnectionError(error) => {
                !error.get_ref().is_some_and(|inner| inner.is::<rustls::Error>())
            }
            FtpError::BadResponse => true,
            // RFC 959, section 4.2.1: transient negative completion.
            FtpError::UnexpectedResponse(response) => (400..500).contains(&code(response)),
            _ => false,
        };
        Self { is_passing, message: error.to_string() }
    }
}

/// What a server says to what is not there, or must not be had.
fn is_refused(error: &FtpError) -> bool {
    matches!(error, FtpError::UnexpectedResponse(response) if matches!(code(response), 550 | 553))
}

fn unless_refused<T>(answer: Result<T, FtpError>) -> Answer<Option<T>> {
    match answer {
        Ok(found) => Ok(Some(found)),
        Err(error) if is_refused(&error) => Ok(None),
        Err(error) => Err(error.into()),
    }
}

/// The same where a server may also not know what it is asked, in whatever words. A line that broke is no
/// answer.
fn unless_refused_anyhow<T>(answer: Result<T, FtpError>) -> Answer<Option<T>> {
    match answer {
        Err(FtpError::UnexpectedResponse(response)) if code(&response) >= 500 => Ok(None),
        answer => Ok(Some(answer?)),
    }
}

fn connect(address: &SocketAddr, timeout: Duration) -> std::io::Result<TcpStream> {
    let stream = TcpStream::connect_timeout(address, timeout)?;
    stream.set_read_timeout(Some(timeout))?;
    stream.set_write_timeout(Some(timeout))?;
    Ok(stream)
}

impl Ftp {
    pub fn new(
        host: &str,
        user: &str,
        password: Option<&str>,
        path: &str,
        tls: bool,
        line: Line,
    ) -> Answer<Self> {
        let (host, port) = match parted(host) {
            (name, None) => (name, 21),
            (name, Some(port)) => match port.parse() {
                Ok(port) => (name, port),
                Err(_) => return Err(HostFault::lasting(format!("`{port}` is no port"))),
            },
        };
        let tls = match tls {
            true => Some(Tls::new().map_err(|error| HostFault::lasting(format!("TLS: {error}")))?),
            false => None,
        };
        Ok(Self {
            host: host.to_owned(),
            port,
            user: user.to_owned(),
            password: password.unwrap_or_default().to_owned(),
            path: path.trim_end_matches('/').to_owned(),
            tls,
            timeout: line.timeout,
            idle: Mutex::default(),
            folders: Mutex::default(),
            own: nonce(),
            next: AtomicU64::new(0),
        })
    }

    fn open(&self) -> Answer<RustlsFtpStream> {
        let failed = |error: std::io::Error| HostFault {
            is_passing: true,
            message: format!("{}:{}: {error}", self.host, self.port),
        };
        let mut last = HostFault::lasting(format!("{} has no address", self.host));
        for address in (self.host.as_str(), self.port).to_socket_addrs().map_err(failed)? {
            let stream = match connect(&address, self.timeout) {
                Ok(stream) => stream,
                // It may have another: of version 4 where there is no way for version 6.
                Err(error) => {
                    last = failed(error);
                    continue;
                }
            };
            let is_new = self.tls.as_ref().is_some_and(|tls| tls.is_new.load(Ordering::Relaxed));
            return match (self.log_in(stream, address, is_new), &self.tls) {
                (Err(error), Some(tls)) if !is_new && Tls::is_too_old(&error) => {
                    let stream = connect(&address, self.timeout).map_err(failed)?;
                    let stream = self.log_in(stream, address, true)?;
                    tls.is_new.store(true, Ordering::Relaxed);
                    Ok(stream)
                }
                (ended, _) => Ok(ended?),
            };
        }
        Err(last)
    }

    fn log_in(
        &self,
        stream: TcpStream,
        address: SocketAddr,
        is_new: bool,
    ) -> Result<RustlsFtpStream, FtpError> {
        let stream = RustlsFtpStream::connect_with_stream(stream)?;
        let timeout = self.timeout;
        let passive = move |address| connect(&address, timeout).map_err(FtpError::ConnectionError);
        let mut stream = stream.passive_stream_builder(passive);
        match address {
            // Servers behind a router often name an address that nobody outside reaches.
            SocketAddr::V4(_) => stream.set_passive_nat_workaround(true),
            // RFC 2428: the other way knows no such addresses.
            SocketAddr::V6(_) => stream.set_mode(Mode::ExtendedPassive),
        }
        if let Some(tls) = &self.tls {
            stream = stream.into_secure(tls.connector(is_new), &self.host)?;
        }
        stream.login(&self.user, &self.password)?;
        stream.transfer_type(FileType::Binary)?;
        Ok(stream)
    }

    /// Does something over a connection, which is kept unless it failed.
    fn with<T>(&self, ask: impl FnOnce(&mut RustlsFtpStream) -> Answer<T>) -> Answer<T> {
        let idle = || self.idle.lock();
        let known = idle().pop();
        let mut stream = match known {
            Some(stream) => stream,
            None => self.open()?,
        };
        let answer = ask(&mut stream);
        // One that failed may be in the midst of anything.
        if answer.is_ok() {
            idle().push(stream);
        }
        answer
    }

    fn place(&self, path: &str) -> Answer<String> {
        match path.contains(['\r', '\n', '\0']) {
            true => Err(HostFault::lasting(format!("the name {path:?} cannot be said in FTP"))),
            false => Ok(format!("{}/{path}", self.path)),
        }
    }

    /// Makes the folder of a file, and those that it stands in.
    fn make_folder(&self, stream: &mut RustlsFtpStream, place: &str) -> Answer<()> {
        let ends = place.match_indices('/').map(|(at, _)| at).filter(|at| *at > 0);
        for end in ends {
            let folder = &place[..end];
            let known = || self.folders.lock();
            if known().contains(folder) {
                continue;
            }
            // One that is there is refused in various words; that it is not is seen by what follows.
            unless_refused_anyhow(stream.mkdir(folder))?;
            known().insert(folder.to_owned());
        }
        Ok(())
    }

    fn put(&self, stream: &mut RustlsFtpStream, place: &str, bytes: &[u8]) -> Answer<()> {
        self.make_folder(stream, place)?;
        let sent = stream.put_file(place, &mut Cursor::new(bytes))?;
        // A server whose disk is full may say that all is well.
        match unless_refused_anyhow(stream.size(place))? {
            Some(size) if size as u64 != sent => {
                Err(HostFault { is_passing: true, message: format!("{size} of {sent} bytes arrived") })
            }
            _ => Ok(()),
        }
    }

    /// What is in a folder: names, and of files their lengths. What is neither is told as an empty file.
    fn entries(&self, stream: &mut RustlsFtpStream, folder: &str) -> Answer<Vec<(String, Option<u64>)>> {
        let features = unless_refused_anyhow(stream.feat())?;
        let told = |file: &File| {
            let length = if file.is_directory() { None } else { Some(file.size() as u64) };
            (file.name().to_owned(), length)
        };
        if features.is_some_and(|features| features.contains_key("MLST")) {
            let lines = unless_refused(stream.mlsd(Some(folder)))?.unwrap_or_default();
            let parse = |line: &String| match ListParser::parse_mlsd(line) {
                Ok(file) => Some(told(&file)),
                // Of a kind that nobody has agreed on, such as a link: RFC 3659, section 7.5.1.
                Err(_) => Some((line.split_once("; ")?.1.to_owned(), Some(0))),
            };
            return Ok(lines.iter().filter_map(parse).collect());
        }
        let lines = unless_refused(stream.list(Some(folder)))?.unwrap_or_default();
        let parse =
            |line: &String| ListParser::parse_posix(line).or_else(|_| ListParser::parse_dos(line)).ok();
        Ok(lines.iter().filter_map(parse).map(|file| told(&file)).collect())
    }

    /// A path for a file that has no name yet, of this process alone.
    fn unnamed(&self) -> Answer<String> {
        self.place(&state::own(&format!("put/{}-{}", self.own, self.next.fetch_add(1, Ordering::Relaxed))))
    }
}

impl Host for Ftp {
    fn name(&self) -> String {
        format!("{}@{}:{}", self.user, self.host, self.path)
    }

    fn abilities(&self) -> Abilities {
        Abilities { copies: false, creates: false, has_headers: false, tells_lengths: true, at_once: AT_ONCE }
    }

    fn read(&self, path: &str) -> Answer<Option<Vec<u8>>> {
        let place = self.place(path)?;
        self.with(|stream| Ok(unless_refused(stream.retr_as_buffer(&place))?.map(Cursor::into_inner)))
    }

    fn look(&self, path: &str) -> Answer<Option<Sight>> {
        let place = self.place(path)?;
        self.with(|stream| {
            let size = unless_refused(stream.size(&place))?;
            Ok(size.map(|bytes| Sight { bytes: bytes as u64, ..Sight::default() }))
        })
    }

    fn write(&self, path: &str, bytes: &[u8], _: &Headers) -> Answer<()> {
        let place = self.place(path)?;
        let unnamed = self.unnamed()?;
        self.with(|stream| {
            self.put(stream, &unnamed, bytes)?;
            self.make_folder(stream, &place)?;
            match unless_refused(stream.rename(&unnamed, &place))? {
                Some(()) => Ok(()),
                // What stands there goes only for one that is whole and at hand.
                None if unless_refused(stream.size(&unnamed))? == Some(bytes.len()) => {
                    unless_refused(stream.rm(&place))?;
                    match unless_refused(stream.rename(&unnamed, &place))? {
                        Some(()) => Ok(()),
                        None => self.put(stream, &place, bytes),
                    }
                }
                None => Ok(stream.rename(&unnamed, &place)?),
            }
        })
    }

    fn create(&self, path: &str, bytes: &[u8], headers: &Headers) -> Answer<bool> {
        if self.look(path)?.is_some() {
            return Ok(false);
        }
        self.write(path, bytes, headers).map(|()| true)
    }

    fn copy(&self, from: &str, to: &str) -> Answer<()> {
        let bytes = self.read(from)?.ok_or_else(|| HostFault::lasting("there is nothing to copy"))?;
        let place = self.place(to)?;
        self.with(|stream| self.put(stream, &place, &bytes))
    }

    fn remove(&self, path: &str) -> Answer<()> {
        let place = self.place(path)?;
        self.with(|stream| {
            unless_refused(stream.rm(&place))?;
            // Folders go with their last file.
            let mut folder = place.rsplit_once('/').map(|(folder, _)| folder);
            while let Some(empty) = folder.filter(|folder| folder.len() > self.path.len()) {
                if unless_refused_anyhow(stream.rmdir(empty))?.is_none() {
                    break;
                }
                self.folders.lock().remove(empty);
                folder = empty.rsplit_once('/').map(|(folder, _)| folder);
            }
            Ok(())
        })
    }

    fn list(&self, folder: &str) -> Answer<Vec<(String, u64)>> {
        self.with(|stream| {
            let mut files = Vec::new();
            let mut folders = vec![folder.to_owned()];
            while let Some(folder) = folders.pop() {
                for (name, length) in self.entries(stream, &format!("{}/{folder}", self.path))? {
                    let path = format!("{folder}{name}");
                    match length {
                        _ if name == "." || name == ".." => {}
                        None => folders.push(format!("{path}/")),
                        Some(length) => files.push((path, length)),
                    }
                }
            }
            Ok(files)
        })
    }
}
