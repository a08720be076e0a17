//! A host that speaks SFTP, over one `ssh` of this machine: it is a child of this process and ends with it,
//! however that ends. Each file gets its name when it is whole, by a renaming that replaces what had the name;
//! where a server does not replace, the old file is gone for the moment between.

use std::future::{Future, poll_fn};
use std::pin::{Pin, pin};
use std::process::Stdio;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

use futures_core::Stream;
use openssh_sftp_client::error::SftpErrorKind;
use openssh_sftp_client::fs::Fs;
use openssh_sftp_client::{Error, Sftp as Client, SftpOptions};
use parking_lot::Mutex;
use tokio::io::{AsyncRead, AsyncReadExt, ReadBuf};
use tokio::process::{Child, ChildStderr, ChildStdout, Command};
use tokio::runtime::Runtime;
use tokio::task::JoinHandle;
use tokio::time::{sleep_until, timeout};

use crate::delivery::parcel::Headers;
use crate::delivery::state;
use crate::model::target::Line;

use super::host::{Abilities, Answer, Host, HostFault, Sight, nonce, whole};
use super::http::runtime;
use super::ssh::{self, Account};
use super::team::find;

/// Requests at the same time, over the one connection.
const AT_ONCE: usize = 16;

/// Bytes that are sent or asked for at a time: a line that is slow answers each in time.
const CHUNK: usize = 64 * 1024;

/// How long `ssh` has to end by itself, or to say why it did.
const END: Duration = Duration::from_secs(2);

/// Bytes of what `ssh` says that are kept: the last ones tell why it ended.
const SAID: usize = 2_000;

pub struct Sftp {
    account: Account,
    /// The file of a key.
    key: Option<String>,
    /// Without a slash at its end.
    path: String,
    timeout: Duration,
    /// The connection that is used, unless none is yet or the last one broke.
    connection: Mutex<Option<Arc<Connection>>>,
    /// Of the files that have no name yet: by which they are told from those of others, and their number.
    own: String,
    next: AtomicU64,
    runtime: Runtime,
}

struct Connection {
    client: Client,
    process: Mutex<Child>,
    heard: Heard,
    /// What `ssh` has said when it has ended.
    said: Mutex<Option<JoinHandle<String>>>,
}

/// When something came from the other side.
type Heard = Arc<Mutex<Instant>>;

/// What comes from the other side.
struct Listening {
    from: ChildStdout,
    heard: Heard,
}

impl AsyncRead for Listening {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<std::io::Result<()>> {
        let read = Pin::new(&mut self.from).poll_read(context, buffer);
        if read.is_ready() {
            *self.heard.lock() = Instant::now();
        }
        read
    }
}

/// All that a program complains about, the end of it.
async fn complaints(mut from: ChildStderr) -> String {
    let (mut said, mut part) = (Vec::new(), [0; 512]);
    while let Ok(length @ 1..) = from.read(&mut part).await {
        said.extend_from_slice(&part[..length]);
        said.drain(..said.len().saturating_sub(SAID));
    }
    String::from_utf8_lossy(&said).into_owned()
}

/// What a server says to what it does not do. SFTP 3 has hardly any other reasons.
struct Refusal {
    is_missing: bool,
    message: String,
}

impl From<Refusal> for HostFault {
    fn from(refusal: Refusal) -> Self {
        Self::lasting(refusal.message)
    }
}

/// What a server did, or said.
type Reply<T> = Result<T, Refusal>;

/// What is there.
fn found<T>(reply: Reply<T>) -> Answer<Option<T>> {
    match reply {
        Ok(found) => Ok(Some(found)),
        Err(refusal) if refusal.is_missing => Ok(None),
        Err(refusal) => Err(refusal.into()),
    }
}

/// The folder of a path.
fn folder(path: &str) -> Option<&str> {
    path.rsplit_once('/').map(|(folder, _)| folder).filter(|folder| !folder.is_empty())
}

impl Sftp {
    pub fn new(host: &str, user: &str, path: &str, key: Option<&str>, line: Line) -> Answer<Self> {
        Ok(Self {
            account: Account::new(host, Some(user))?,
            key: key.map(str::to_owned),
            path: ssh::path(path)?.trim_end_matches('/').to_owned(),
            timeout: line.timeout,
            connection: Mutex::default(),
            own: nonce(),
            next: AtomicU64::new(0),
            runtime: runtime()?,
        })
    }

    /// Connects, unless that is done.
    fn connection(&self) -> Answer<Arc<Connection>> {
        // Others wait for it, not each for its own.
        let mut known = self.connection.lock();
        if let Some(known) = &*known {
            return Ok(Arc::clone(known));
        }
        let made = Arc::new(self.runtime.block_on(self.connect())?);
        *known = Some(Arc::clone(&made));
        Ok(made)
    }

    async fn connect(&self) -> Answer<Connection> {
        let mut command = Command::new("ssh");
        command.args(self.account.options(self.timeout.as_secs()));
        // A connection that is there already may be used; none is to stay.
        for option in ["ControlMaster=no", "ClearAllForwardings=yes", "ForwardAgent=no"] {
            command.args(["-o", option]);
        }
        if let Some(key) = &self.key {
            // That one, whatever others there are.
            command.args(["-o", "IdentitiesOnly=yes", "-i", key]);
        }
        command.args(["-s", "--", &self.account.name, "sftp"]);
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).kill_on_drop(true);
        let failed = |error: std::io::Error| HostFault::lasting(format!("cannot run `ssh`: {error}"));
        let mut process = command.spawn().map_err(failed)?;
        let pipes = (process.stdin.take(), process.stdout.take(), process.stderr.take());
        let (Some(to), Some(from), Some(complains)) = pipes else {
            return Err(HostFault::lasting("cannot speak to `ssh`"));
        };
        let said = tokio::spawn(complaints(complains));
        let heard = Heard::new(Mutex::new(Instant::now()));
        let from = Listening { from, heard: Arc::clone(&heard) };
        match timeout(self.timeout, Client::new(to, from, SftpOptions::new())).await {
            Ok(Ok(client)) => {
                Ok(Connection { client, process: Mutex::new(process), heard, said: Mutex::new(Some(said)) })
            }
            Ok(Err(error)) => Err(broken(&mut process, Some(said), Some(&error)).await),
            Err(_) => Err(broken(&mut process, Some(said), None).await),
        }
    }

    /// Asks for something, and gives a host up that says nothing.
    fn ask<'f, T, F: Future<Output = Result<T, Error>> + 'f>(
        &self,
        connection: &'f Connection,
        request: impl FnOnce(Fs, &'f Client) -> F,
    ) -> Answer<Reply<T>> {
        let ended = self.runtime.block_on(async {
            let mut request = pin!(request(connection.client.fs(), &connection.client));
            let begun = Instant::now();
            loop {
                let until = begun.max(*connection.heard.lock()) + self.timeout;
                tokio::select! {
                    ended = &mut request => break Some(ended),
                    () = sleep_until(until.into()) => {
                        // Others may have been answered meanwhile.
                        if until >= *connection.heard.lock() + self.timeout {
                            break None;
                        }
                    }
                }
            }
        });
        let error = match ended {
            Some(Ok(done)) => return Ok(Ok(done)),
            Some(Err(Error::SftpError(kind, message))) => {
                let is_missing = matches!(kind, SftpErrorKind::NoSuchFile);
                return Ok(Err(Refusal { is_missing, message: message.to_string() }));
            }
            Some(Err(error)) => Some(error),
            None => None,
        };
        self.forget(connection);
        let said = connection.said.lock().take();
        let mut process = connection.process.lock();
        Err(self.runtime.block_on(broken(&mut process, said, error.as_ref())))
    }

    /// The next one who asks makes another.
    fn forget(&self, connection: &Connection) {
        self.connection.lock().take_if(|known| std::ptr::eq(&**known, connection));
    }

    fn place(&self, path: &str) -> String {
        format!("{}/{path}", self.path)
    }

    /// A path for a file that has no name yet, of this process alone.
    fn unnamed(&self) -> String {
        self.place(&state::own(&format!("put/{}-{}", self.own, self.next.fetch_add(1, Ordering::Relaxed))))
    }

    /// Makes the folder of a file, and those that it stands in.
    fn make_folder(&self, line: &Connection, place: &str) -> Answer<()> {
        let Some(folder) = folder(place) else { return Ok(()) };
        let make = || self.ask(line, |mut fs, _| async move { fs.create_dir(folder).await });
        // One that is there already is refused like all else: what follows says it.
        if make()?.is_err_and(|refusal| refusal.is_missing) {
            self.make_folder(line, folder)?;
            let _ = make()?;
        }
        Ok(())
    }

    /// Does something that needs the folder of a file; where there is none it is made.
    fn in_folder<T>(
        &self,
        line: &Connection,
        place: &str,
        act: impl Fn() -> Answer<Reply<T>>,
    ) -> Answer<Reply<T>> {
        match act()? {
            Err(refusal) if refusal.is_missing => {
                self.make_folder(line, place)?;
                act()
            }
            done => Ok(done),
        }
    }

    /// Writes a file; one that is there is not touched where it must be `new`.
    fn put(&self, line: &Connection, place: &str, bytes: &[u8], new: bool) -> Answer<Reply<()>> {
        self.in_folder(line, place, || {
            self.ask(line, |_, client| async move {
                let mut options = client.options();
                options.write(true);
                match new {
                    true => options.create_new(true),
                    false => options.create(true).truncate(true),
                };
                let mut file = options.open(place).await?;
                for chunk in bytes.chunks(CHUNK) {
                    file.write_all(chunk).await?;
                }
                // Only then it is said whether all was kept.
                file.close().await
            })
        })
    }

    /// Writes a file that has no name yet, and gives it a name. It is removed where it gets none.
    fn put_and<T>(
        &self,
        line: &Connection,
        bytes: &[u8],
        name: impl FnOnce(&str) -> Answer<Reply<T>>,
    ) -> Answer<Reply<T>> {
        let unnamed = self.unnamed();
        let named = match self.put(line, &unnamed, bytes, false)? {
            Ok(()) => name(&unnamed)?,
            Err(refusal) => Err(refusal),
        };
        if named.is_err() {
            let _ = self.remove_file(line, &unnamed)?;
        }
        Ok(named)
    }

    fn remove_file(&self, line: &Connection, place: &str) -> Answer<Reply<()>> {
        self.ask(line, |mut fs, _| async move { fs.remove_file(place).await })
    }

    fn is_there(&self, line: &Connection, place: &str) -> Answer<bool> {
        let seen = self.ask(line, |mut fs, _| async move { fs.symlink_metadata(place).await })?;
        Ok(found(seen)?.is_some())
    }

    /// What is in a folder: names, and of files their lengths. A link is told as a file, wherever it leads.
    fn entries(&self, folder: &str) -> Answer<Vec<(String, Option<u64>)>> {
        let line = self.connection()?;
        let place = self.place(folder);
        let place = if place.len() > 1 { place.trim_end_matches('/') } else { &place };
        let entries = self.ask(&line, |mut fs, _| async move {
            let mut entries = Vec::new();
            let mut read = pin!(fs.open_dir(place).await?.read_dir());
            while let Some(entry) = poll_fn(|context| read.as_mut().poll_next(context)).await {
                let entry = entry?;
                let is_folder = entry.file_type().is_some_and(|kind| kind.is_dir());
                let length = (!is_folder).then(|| entry.metadata().len().unwrap_or(0));
                entries.push((entry.filename().to_string_lossy().into_owned(), length));
            }
            Ok(entries)
        })?;
        let mut entries = found(entries)?.unwrap_or_default();
        entries.retain(|(name, _)| name != "." && name != "..");
        Ok(entries)
    }
}

/// Ends an `ssh` that is of no use any more, and says why it is not.
async fn broken(process: &mut Child, said: Option<JoinHandle<String>>, error: Option<&Error>) -> HostFault {
    // Where the other side has ended it, it is about to say so.
    if error.is_none() || timeout(END, process.wait()).await.is_err() {
        let _ = process.start_kill();
    }
    let said = match said {
        Some(said) => timeout(END, said).await.ok().and_then(Result::ok).unwrap_or_default(),
        // To another who asked.
        None => String::new(),
    };
    let Some(error) = error else {
        return HostFault {
            is_passing: true,
            message: format!("ssh: the host says nothing. {}", said.trim()),
        };
    };
    if said.trim().is_empty() {
        let is_strange = matches!(
            error,
            Error::SftpServerHelloMsgTooLong { .. }
                | Error::UnsupportedSftpProtocol { .. }
                | Error::FormatError(_)
                | Error::InvalidResponse(_)
                | Error::InvalidResponseId { .. }
        );
        let message = whole(error.to_string(), error);
        return match is_strange {
            true => HostFault::lasting(format!(
                "{message} What answers is no SFTP: see that the shell of the account prints nothing at its start"
            )),
            false => HostFault { is_passing: true, message },
        };
    }
    ssh::fault("ssh", &said)
}

impl Drop for Sftp {
    fn drop(&mut self) {
        let Some(connection) = self.connection.lock().take().and_then(Arc::into_inner) else { return };
        let Connection { client, process, .. } = connection;
        self.runtime.block_on(async {
            // It ends when nobody speaks to it any more, or else is ended with what is dropped here.
            drop(client);
            let _ = timeout(END, process.into_inner().wait()).await;
        });
    }
}

impl Host for Sftp {
    fn name(&self) -> String {
        format!("{}:{}", self.account.name, self.path)
    }

    fn abilities(&self) -> Abilities {
        Abilities { copies: false, creates: true, has_headers: false, tells_lengths: true, at_once: AT_ONCE }
    }

    fn read(&self, path: &str) -> Answer<Option<Vec<u8>>> {
        let (line, place) = (self.connection()?, self.place(path));
        let place = &place;
        let read = self.ask(&line, |_, client| async move {
            let mut file = client.open(place).await?;
            let mut bytes = Vec::new();
            // However long the server says that it is.
            while let Some(part) = file.read(CHUNK as u32, Default::default()).await? {
                bytes.extend_from_slice(&part);
            }
            file.close().await?;
            Ok(bytes)
        })?;
        found(read)
    }

    fn look(&self, path: &str) -> Answer<Option<Sight>> {
        let (line, place) = (self.connection()?, self.place(path));
        let place = &place;
        let seen = self.ask(&line, |mut fs, _| async move { fs.metadata(place).await })?;
        let sight = |seen: openssh_sftp_client::metadata::MetaData| Sight {
            bytes: seen.len().unwrap_or(0),
            ..Sight::default()
        };
        Ok(found(seen)?.map(sight))
    }

    fn write(&self, path: &str, bytes: &[u8], _: &Headers) -> Answer<()> {
        let (line, place) = (self.connection()?, self.place(path));
        let place = &place;
        let written = self.put_and(&line, bytes, |unnamed| {
            let rename = || self.ask(&line, |mut fs, _| async move { fs.rename(unnamed, place).await });
            let renamed = self.in_folder(&line, place, rename)?;
            if renamed.is_ok() || line.client.support_posix_rename() {
                return Ok(renamed);
            }
            // What stands there goes for one that is whole and at hand.
            let _ = self.remove_file(&line, place)?;
            rename()
        })?;
        Ok(written?)
    }

    fn create(&self, path: &str, bytes: &[u8], _: &Headers) -> Answer<bool> {
        let (line, place) = (self.connection()?, self.place(path));
        let place = &place;
        // A second name, which is given only if it is free, and to a file that is whole.
        let created = match line.client.support_hardlink() {
            true => {
                let mut is_linked = false;
                let linked = self.put_and(&line, bytes, |unnamed| {
                    let link =
                        || self.ask(&line, |mut fs, _| async move { fs.hard_link(unnamed, place).await });
                    let linked = self.in_folder(&line, place, link)?;
                    is_linked = linked.is_ok();
                    // The first one is of no use any more.
                    if is_linked { self.remove_file(&line, unnamed) } else { Ok(linked) }
                })?;
                // A first name that stays harms nobody.
                linked.or_else(|refusal| if is_linked { Ok(()) } else { Err(refusal) })
            }
            false => self.put(&line, place, bytes, true)?,
        };
        match created {
            Ok(()) => Ok(true),
            Err(_) if self.is_there(&line, place)? => Ok(false),
            // Not every file system knows second names.
            Err(_) => match self.put(&line, place, bytes, true)? {
                Ok(()) => Ok(true),
                Err(_) if self.is_there(&line, place)? => Ok(false),
                Err(refusal) => Err(refusal.into()),
            },
        }
    }

    fn copy(&self, from: &str, to: &str) -> Answer<()> {
        let bytes = self.read(from)?.ok_or_else(|| HostFault::lasting("there is nothing to copy"))?;
        Ok(self.put(&*self.connection()?, &self.place(to), &bytes, false)??)
    }

    fn remove(&self, path: &str) -> Answer<()> {
        let (line, place) = (self.connection()?, self.place(path));
        let place = &place;
        if let Err(refusal) = self.remove_file(&line, place)?
            && !refusal.is_missing
        {
            let seen = self.ask(&line, |mut fs, _| async move { fs.symlink_metadata(place).await })?;
            return match found(seen)?.and_then(|seen| seen.file_type()).is_some_and(|kind| kind.is_dir()) {
                true => Ok(()),
                false => Err(refusal.into()),
            };
        }
        // Folders go with their last file.
        let mut empty = folder(path);
        while let Some(path) = empty {
            let place = &self.place(path);
            if self.ask(&line, |mut fs, _| async move { fs.remove_dir(place).await })?.is_err() {
                break;
            }
            empty = folder(path);
        }
        Ok(())
    }

    fn list(&self, folder: &str) -> Answer<Vec<(String, u64)>> {
        let (mut files, mut folders) = (Vec::new(), vec![folder.to_owned()]);
        while !folders.is_empty() {
            let inside = find(AT_ONCE, &folders, |folder| self.entries(folder))?;
            let mut below = Vec::new();
            for (folder, entries) in folders.iter().zip(inside) {
                for (name, length) in entries {
                    let path = format!("{folder}{name}");
                    match length {
                        None => below.push(format!("{path}/")),
                        Some(length) => files.push((path, length)),
                    }
                }
            }
            folders = below;
        }
        Ok(files)
    }
}
