//! A host that speaks FTP, with TLS unless that is switched off. Each file gets its name when it is whole,
//! by a renaming that replaces what had the name; where a server does not replace, the old file is gone for
//! the moment between.

use std::collections::HashSet;
use std::io::Cursor;
use std::net::{SocketAddr, TcpStream, ToSocketAddrs};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use rustls::ClientConfig;
use rustls_platform_verifier::BuilderVerifierExt;
use suppaftp::list::{File, ListParser};
use suppaftp::types::FileType;
use suppaftp::{FtpError, RustlsConnector, RustlsFtpStream};

use crate::delivery::parcel::Headers;
use crate::delivery::state;
use crate::model::target::Line;

use super::host::{Abilities, Answer, Host, HostFault, Sight};

/// Connections at the same time: shared hosts allow few.
const AT_ONCE: usize = 4;

pub struct Ftp {
    host: String,
    port: u16,
    user: String,
    password: String,
    path: String,
    tls: Option<Arc<ClientConfig>>,
    timeout: Duration,
    /// Connections that nobody uses now.
    idle: Mutex<Vec<RustlsFtpStream>>,
    /// Folders that are known to be there.
    folders: Mutex<HashSet<String>>,
    /// Of the files that have no name yet.
    next: AtomicU64,
}

impl From<FtpError> for HostFault {
    fn from(error: FtpError) -> Self {
        let is_passing = match &error {
            FtpError::ConnectionError(_) | FtpError::BadResponse => true,
            // RFC 959, section 4.2.1: transient negative completion.
            FtpError::UnexpectedResponse(response) => (400..500).contains(&response.status.code()),
            _ => false,
        };
        Self { is_passing, message: error.to_string() }
    }
}

/// What a server says to what is not there, or must not be had.
fn is_refused(error: &FtpError) -> bool {
    matches!(error, FtpError::UnexpectedResponse(response) if matches!(response.status.code(), 550 | 553))
}

fn unless_refused<T>(answer: Result<T, FtpError>) -> Answer<Option<T>> {
    match answer {
        Ok(found) => Ok(Some(found)),
        Err(error) if is_refused(&error) => Ok(None),
        Err(error) => Err(error.into()),
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
        let (host, port) = match host.rsplit_once(':') {
            Some((name, port)) => match port.parse() {
                Ok(port) => (name, port),
                Err(_) => return Err(HostFault::lasting(format!("`{port}` is no port"))),
            },
            None => (host, 21),
        };
        let tls = match tls {
            true => {
                let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
                let config =
                    ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions();
                let config = config.and_then(BuilderVerifierExt::with_platform_verifier);
                let config = config.map_err(|error| HostFault::lasting(format!("TLS: {error}")))?;
                Some(Arc::new(config.with_no_client_auth()))
            }
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
            next: AtomicU64::new(0),
        })
    }

    fn open(&self) -> Answer<RustlsFtpStream> {
        let failed = |error: std::io::Error| HostFault {
            is_passing: true,
            message: format!("{}:{}: {error}", self.host, self.port),
        };
        let address = (self.host.as_str(), self.port).to_socket_addrs().map_err(failed)?.next();
        let address = address.ok_or_else(|| HostFault::lasting(format!("{} has no address", self.host)))?;
        let stream = connect(&address, self.timeout).map_err(failed)?;
        let stream = RustlsFtpStream::connect_with_stream(stream)?;
        let timeout = self.timeout;
        let passive = move |address| connect(&address, timeout).map_err(FtpError::ConnectionError);
        let mut stream = stream.passive_stream_builder(passive);
        // Servers behind a router often name an address that nobody outside reaches.
        stream.set_passive_nat_workaround(true);
        if let Some(config) = &self.tls {
            stream = stream.into_secure(RustlsConnector::from(config.clone()), &self.host)?;
        }
        stream.login(&self.user, &self.password)?;
        stream.transfer_type(FileType::Binary)?;
        Ok(stream)
    }

    /// Does something over a connection, which is kept unless it failed.
    fn with<T>(&self, ask: impl FnOnce(&mut RustlsFtpStream) -> Answer<T>) -> Answer<T> {
        let idle = || self.idle.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
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
            let known = || self.folders.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
            if known().contains(folder) {
                continue;
            }
            // One that is there is refused in various words; that it is not is seen by what follows.
            match stream.mkdir(folder) {
                Ok(()) => {}
                Err(FtpError::UnexpectedResponse(response)) if response.status.code() >= 500 => {}
                Err(error) => return Err(error.into()),
            }
            known().insert(folder.to_owned());
        }
        Ok(())
    }

    fn put(&self, stream: &mut RustlsFtpStream, place: &str, bytes: &[u8]) -> Answer<()> {
        self.make_folder(stream, place)?;
        let sent = stream.put_file(place, &mut Cursor::new(bytes))?;
        // A server whose disk is full may say that all is well.
        match unless_refused(stream.size(place)) {
            Ok(Some(size)) if size as u64 != sent => {
                Err(HostFault { is_passing: true, message: format!("{size} of {sent} bytes arrived") })
            }
            _ => Ok(()),
        }
    }

    fn entries(&self, stream: &mut RustlsFtpStream, folder: &str) -> Answer<Vec<File>> {
        let is_new = stream.feat().is_ok_and(|features| features.contains_key("MLST"));
        let lines = match is_new {
            true => unless_refused(stream.mlsd(Some(folder)))?,
            false => unless_refused(stream.list(Some(folder)))?,
        };
        let parse = |line: &String| match is_new {
            true => ListParser::parse_mlsd(line).ok(),
            false => ListParser::parse_posix(line).or_else(|_| ListParser::parse_dos(line)).ok(),
        };
        Ok(lines.unwrap_or_default().iter().filter_map(parse).collect())
    }
}

impl Host for Ftp {
    fn name(&self) -> String {
        format!("{}@{}:{}", self.user, self.host, self.path)
    }

    fn abilities(&self) -> Abilities {
        Abilities { copies: false, creates: false, has_headers: false, at_once: AT_ONCE }
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
        let unnamed =
            self.place(&state::own(&format!("put/{}", self.next.fetch_add(1, Ordering::Relaxed))))?;
        self.with(|stream| {
            self.put(stream, &unnamed, bytes)?;
            self.make_folder(stream, &place)?;
            match unless_refused(stream.rename(&unnamed, &place))? {
                Some(()) => Ok(()),
                None => {
                    unless_refused(stream.rm(&place))?;
                    Ok(stream.rename(&unnamed, &place)?)
                }
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
                match unless_refused(stream.rmdir(empty)) {
                    Ok(Some(())) => {}
                    _ => break,
                }
                self.folders.lock().unwrap_or_else(|poisoned| poisoned.into_inner()).remove(empty);
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
                for entry in self.entries(stream, &format!("{}/{folder}", self.path))? {
                    let name = format!("{folder}{}", entry.name());
                    match entry.name() {
                        "." | ".." => {}
                        _ if entry.is_directory() => folders.push(format!("{name}/")),
                        _ => files.push((name, entry.size() as u64)),
                    }
                }
            }
            Ok(files)
        })
    }
}
