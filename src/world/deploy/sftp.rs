//! A host that speaks SFTP, over one `ssh` of this machine: it is a child of this process and ends with it,
//! however that ends. Each file gets its name when it is whole, by a renaming that replaces what had the name;
//! where a server does not replace, the old file is gone for the moment between.

use std::future::{Future, poll_fn};
use std::io::SeekFrom;
use std::pin::{Pin, pin};
use std::process::{ExitStatus, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

use futures_core::Stream;
use openssh_sftp_client::error::SftpErrorKind;
use openssh_sftp_client::fs::Fs;
use openssh_sftp_client::{Error, Sftp as Client, SftpOptions};
use parking_lot::Mutex;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncSeekExt, ReadBuf};
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

/// A whole file gets so many times as long as one answer, even if others are answered meanwhile.
const WHOLE: u32 = 10;

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
    link: Mutex<Link>,
    /// Of the files that have no name yet: by which they are told from those of others, and their number.
    own: String,
    next: AtomicU64,
    runtime: Runtime,
}

/// What there is of a connection.
#[derive(Default)]
struct Link {
    /// The one that is used, unless none is yet or the last one broke.
    connection: Option<Arc<Connection>>,
    /// When none could be made last, and why: those who waited for it need not try it again.
    failed: Option<(Instant, HostFault)>,
}

struct Connection {
    client: Client,
    process: Mutex<Process>,
    heard: Arc<Mutex<Heard>>,
}

/// An `ssh`, and what it has complained about, the end of it.
struct Process {
    child: Child,
    said: Arc<Mutex<Vec<u8>>>,
    says: JoinHandle<()>,
}

/// What came from the other side.
struct Heard {
    last: Instant,
    /// Nothing more comes.
    has_ended: bool,
}

/// Listens to the other side.
struct Listening {
    from: ChildStdout,
    heard: Arc<Mutex<Heard>>,
}

impl AsyncRead for Listening {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<std::io::Result<()>> {
        let before = buffer.filled().len();
        let read = Pin::new(&mut self.from).poll_read(context, buffer);
        if let Poll::Ready(read) = &read {
            let has_ended = read.is_err() || buffer.filled().len() == before;
            *self.heard.lock() = Heard { last: Instant::now(), has_ended };
        }
        read
    }
}

/// Listens to what a program complains about.
async fn complaints(mut from: ChildStderr, said: Arc<Mutex<Vec<u8>>>) {
    let mut part = [0; 512];
    while let Ok(length @ 1..) = from.read(&mut part).await {
        let mut said = said.lock();
        said.extend_from_slice(&part[..length]);
        let more = said.len().saturating_sub(SAID);
        said.drain(..more);
    }
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
            link: Mutex::default(),
            own: nonce(),
            next: AtomicU64::new(0),
            runtime: runtime()?,
        })
    }

    /// Connects, unless that is done.
    fn connection(&self) -> Answer<Arc<Connection>> {
        let asked = Instant::now();
        // Others wait for it, not each for its own.
        let mut link = self.link.lock();
        if let Some(known) = &link.connection {
            return Ok(Arc::clone(known));
        }
        if let Some((_, fault)) = link.failed.as_ref().filter(|(when, _)| *when > asked) {
            return Err(fault.clone());
        }
        match self.runtime.block_on(self.connect()) {
            Ok(made) => {
                let made = Arc::new(made);
                link.connection = Some(Arc::clone(&made));
                Ok(made)
            }
            Err(fault) => {
                link.failed = Some((Instant::now(), fault.clone()));
                Err(fault)
            }
        }
    }

    async fn connect(&self) -> Answer<Connection> {
        let mut command = Command::new("ssh");
        command.args(self.account.options(self.timeout.as_secs()));
        // A connection that is there already may be used; none is to stay.
        for option in ["ControlMaster=no", "ClearAllForwardings=yes", "ForwardAgent=no", "ForwardX11=no"] {
            command.args(["-o", option]);
        }
        // Nothing but the subsystem speaks.
        for option in ["PermitLocalCommand=no", "RemoteCommand=none", "RequestTTY=no"] {
            command.args(["-o", option]);
        }
        if let Some(key) = &self.key {
            // That one, whatever others there are.
            command.args(["-o", "IdentitiesOnly=yes", "-i", key]);
        }
        command.args(["-s", "--", &self.account.login, "sftp"]);
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).kill_on_drop(true);
        let failed = |error: std::io::Error| HostFault::lasting(format!("cannot run `ssh`: {error}"));
        let mut child = command.spawn().map_err(failed)?;
        let pipes = (child.stdin.take(), child.stdout.take(), child.stderr.take());
        let (Some(to), Some(from), Some(complains)) = pipes else {
            return Err(HostFault::lasting("cannot speak to `ssh`"));
        };
        let said = Arc::default();
        let says = tokio::spawn(complaints(complains, Arc::clone(&said)));
        let mut process = Process { child, said, says };
        let heard = Arc::new(Mutex::new(Heard { last: Instant::now(), has_ended: false }));
        let from = Listening { from, heard: Arc::clone(&heard) };
        let error = match timeout(self.timeout, Client::new(to, from, SftpOptions::new())).await {
            Ok(Ok(client)) => return Ok(Connection { client, process: Mutex::new(process), heard }),
            Ok(Err(error)) => Some(error),
            Err(_) => None,
        };
        let is_strange = matches!(
            error,
            Some(
                Error::SftpServerHelloMsgTooLong { .. }
                    | Error::UnsupportedSftpProtocol { .. }
                    | Error::FormatError(_)
                    | Error::InvalidResponse(_)
            )
        );
        let (_, said) = process.end(error.is_some()).await;
        Err(match error {
            Some(error) if is_strange => HostFault::lasting(format!(
                "{} Does the shell of the account print something at its start?",
                whole(error.to_string(), &error)
            )),
            _ if !said.is_empty() => ssh::fault("ssh", &said),
            Some(error) => HostFault { is_passing: true, message: whole(error.to_string(), &error) },
            None => silence(),
        })
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
            let last = begun + self.timeout * WHOLE;
            loop {
                let until = || (begun.max(connection.heard.lock().last) + self.timeout).min(last);
                let waits = until();
                tokio::select! {
                    ended = &mut request => break Some(ended),
                    // Others may have been answered meanwhile.
                    () = sleep_until(waits.into()) => if waits >= until() { break None },
                }
            }
        });
        let error = match ended {
            Some(Ok(done)) => return Ok(Ok(done)),
            Some(Err(Error::SftpError(kind, message))) => {
                let is_missing = matches!(kind, SftpErrorKind::NoSuchFile);
                let (message, _) = message.get();
                let message = if message.is_empty() { format!("{kind:?}") } else { message.to_owned() };
                return Ok(Err(Refusal { is_missing, message }));
            }
            Some(Err(error)) => Some(error),
            None => None,
        };
        // The next one who asks makes another.
        self.link.lock().connection.take_if(|known| std::ptr::eq(&**known, connection));
        let (status, said) = self.runtime.block_on(connection.process.lock().end(error.is_some()));
        let Some(error) = error else { return Err(silence()) };
        let message = if said.is_empty() { whole(error.to_string(), &error) } else { format!("ssh: {said}") };
        // Where nothing broke, the library has given up: names that are no UTF-8, or worse.
        let is_cut = connection.heard.lock().has_ended || !status.is_some_and(|status| status.success());
        match is_cut {
            true => Err(HostFault { is_passing: true, message }),
            false => Err(HostFault::lasting(format!(
                "the answer of the server is not understood ({message}): is there a name that is no UTF-8?"
            ))),
        }
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
        let mut made = make()?;
        if made.as_ref().is_err_and(|refusal| refusal.is_missing) {
            self.make_folder(line, folder)?;
            made = make()?;
        }
        match made {
            // One that is there already is refused like all else.
            Err(refusal) if !self.is_there(line, folder)? => Err(refusal.into()),
            _ => Ok(()),
        }
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

    /// Writes a file. Whether it did: one that is there is not touched where it must be `new`.
    fn put(&self, line: &Connection, place: &str, bytes: &[u8], new: bool) -> Answer<Reply<bool>> {
        self.in_folder(line, place, || {
            self.ask(line, |_, client| async move {
                let mut options = client.options();
                options.write(true);
                match new {
                    true => options.create_new(true),
                    false => options.create(true).truncate(true),
                };
                let mut file = match options.open(place).await {
                    Err(Error::SftpError(kind, _)) if new && !matches!(kind, SftpErrorKind::NoSuchFile) => {
                        return Ok(false);
                    }
                    opened => opened?,
                };
                for chunk in bytes.chunks(CHUNK) {
                    file.write_all(chunk).await?;
                }
                // Only then it is said whether all was kept.
                file.close().await?;
                Ok(true)
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
            Ok(_) => name(&unnamed)?,
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

/// What there is to say of a host that says nothing.
fn silence() -> HostFault {
    HostFault { is_passing: true, message: "ssh: the host says nothing".into() }
}

impl Process {
    /// Ends it, or sees it end by itself. How it ended, and what it has said.
    async fn end(&mut self, by_itself: bool) -> (Option<ExitStatus>, String) {
        let mut status = None;
        if by_itself {
            status = timeout(END, self.child.wait()).await.ok().and_then(Result::ok);
        }
        if status.is_none() {
            let _ = self.child.start_kill();
        }
        // To its last word, unless somebody else holds it open.
        if !self.says.is_finished() {
            let _ = timeout(END, &mut self.says).await;
        }
        (status, String::from_utf8_lossy(&self.said.lock()).trim().to_owned())
    }
}

impl Drop for Sftp {
    fn drop(&mut self) {
        let Some(connection) = self.link.lock().connection.take().and_then(Arc::into_inner) else { return };
        let Connection { client, process, .. } = connection;
        self.runtime.block_on(async {
            // It ends when nobody speaks to it any more, or else is ended with what is dropped here.
            drop(client);
            let _ = timeout(END, process.into_inner().child.wait()).await;
        });
    }
}

impl Host for Sftp {
    fn name(&self) -> String {
        format!("{}:{}", self.account.name, self.path)
    }

    fn abilities(&self) -> Abilities {
        // By a second name, where it is known to know those.
        let knows = |line: &Arc<Connection>| line.client.support_hardlink();
        let creates = self.link.lock().connection.as_ref().is_some_and(knows);
        Abilities { copies: false, creates, has_headers: false, tells_lengths: true, at_once: AT_ONCE }
    }

    fn read(&self, path: &str) -> Answer<Option<Vec<u8>>> {
        let (line, place) = (self.connection()?, self.place(path));
        let place = &place;
        let read = self.ask(&line, |_, client| async move {
            let mut file = client.open(place).await?;
            let mut bytes = Vec::new();
            // However long the server says that it is, and however little it gives at a time.
            while let Some(part) = file.read(CHUNK as u32, Default::default()).await?
                && !part.is_empty()
            {
                bytes.extend_from_slice(&part);
                file.seek(SeekFrom::Start(bytes.len() as u64)).await?;
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
            // What stands there goes only for one that is whole and at hand.
            let whole = self.ask(&line, |mut fs, _| async move { fs.metadata(unnamed).await })?;
            if whole.ok().and_then(|seen| seen.len()) != Some(bytes.len() as u64) {
                return Ok(renamed);
            }
            let _ = self.remove_file(&line, place)?;
            if rename()?.is_ok() {
                return Ok(Ok(()));
            }
            let written = self.put(&line, place, bytes, false)?;
            if written.is_ok() {
                let _ = self.remove_file(&line, unnamed)?;
            }
            Ok(written.map(|_| ()))
        })?;
        Ok(written?)
    }

    fn create(&self, path: &str, bytes: &[u8], _: &Headers) -> Answer<bool> {
        let (line, place) = (self.connection()?, self.place(path));
        let place = &place;
        if line.client.support_hardlink() {
            // A second name, which is given only if it is free, and to a file that is whole.
            let linked = self.put_and(&line, bytes, |unnamed| {
                let link = || self.ask(&line, |mut fs, _| async move { fs.hard_link(unnamed, place).await });
                let linked = self.in_folder(&line, place, link)?;
                if linked.is_ok() {
                    // The first one is of no use any more, and harms nobody.
                    let _ = self.remove_file(&line, unnamed)?;
                }
                Ok(linked)
            })?;
            if linked.is_ok() {
                return Ok(true);
            }
            if self.is_there(&line, place)? {
                return Ok(false);
            }
        }
        // Not every file system knows second names.
        match self.put(&line, place, bytes, true)? {
            // Another may have taken it for a leftover while it was half written.
            Ok(true) => Ok(self.read(path)?.as_deref() == Some(bytes)),
            Ok(false) if self.is_there(&line, place)? => Ok(false),
            Ok(false) => Err(HostFault::lasting("the server makes no new file there")),
            Err(refusal) => {
                let _ = self.remove_file(&line, place)?;
                Err(refusal.into())
            }
        }
    }

    fn copy(&self, from: &str, to: &str) -> Answer<()> {
        let bytes = self.read(from)?.ok_or_else(|| HostFault::lasting("there is nothing to copy"))?;
        self.put(&*self.connection()?, &self.place(to), &bytes, false)??;
        Ok(())
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
