//! The preview's server: sockets, who is answered, what open pages are told. What stands at an
//! address is asked of the version of the portal that is shown; no path of a file is made here.

mod body;
pub mod browser;
mod guard;
mod live;

use std::convert::Infallible;
use std::fs::File;
use std::io;
use std::net::{IpAddr, SocketAddr, TcpListener};
use std::sync::Arc;
use std::time::Duration;

use hyper::body::{Bytes, Incoming};
use hyper::header::{self, HeaderValue};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{HeaderMap, Method, Request, Response, StatusCode};
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::sync::{Semaphore, oneshot, watch};
use tokio::time::timeout;

use crate::text::fingerprint::Fingerprint;

use self::body::{Answer, Part, part};
use self::guard::Guard;
use super::tree::Failure;

/// Connections at once; others wait.
const CONNECTIONS: usize = 256;
/// Open pages that are told of changes at once.
const LISTENERS: usize = 128;
/// The longest line and all headers of a request.
const LONGEST_HEAD: usize = 16 * 1024;
const MOST_HEADERS: usize = 64;
/// How long a request may take to say what it wants.
const SLOWEST: Duration = Duration::from_secs(10);
/// How long a page whose text changed since waits for the next version.
const STALE: Duration = Duration::from_secs(5);

/// What is asked of the version that is shown.
pub struct Ask {
    /// Decoded, without its first slash.
    pub path: String,
    pub reply: Reply,
}

/// Where an answer goes.
pub enum Reply {
    Content(oneshot::Sender<Content>),
    /// Of what is seen at the path.
    Version(oneshot::Sender<Fingerprint>),
}

/// Who answers for a version: where it is there no more, nobody does.
pub type Version = Arc<dyn Fn(Ask) + Send + Sync>;

/// What stands at an address.
pub enum Content {
    Bytes {
        status: u16,
        media_type: &'static str,
        bytes: Vec<u8>,
        /// Of a page, which is told of later ones.
        version: Option<Fingerprint>,
    },
    File {
        media_type: &'static str,
        file: File,
        length: u64,
    },
    /// Read at another address, relative to the root.
    MovedTo(String),
    /// A page that cannot be rendered, and why.
    Fault {
        text: String,
        version: Fingerprint,
    },
    /// The sources are not what they were; the next version is on its way. Until then, what stood
    /// here when it was last asked for.
    Stale(Option<Box<Content>>),
    Nothing,
}

/// What is shown now.
#[derive(Clone, Default)]
struct Shown {
    number: u64,
    version: Option<Version>,
    /// What is wrong with the sources, which are then not those of the version.
    fault: Option<Arc<str>>,
    /// The last styles that changed, and in which version.
    styles: Arc<Vec<(u64, String)>>,
}

struct Shared {
    guard: Guard,
    shown: watch::Sender<Shown>,
    listeners: Arc<Semaphore>,
}

/// A server that runs until the process ends.
pub struct Server {
    shared: Arc<Shared>,
    address: SocketAddr,
}

impl Server {
    /// Listens at once. Requests wait for the first version.
    pub fn start(host: &str, port: u16) -> Result<Self, Failure> {
        let failed = |error| Failure::new("listen at", format!("{host}:{port}"), error);
        let listener = TcpListener::bind((host, port)).map_err(failed)?;
        let address = listener.local_addr().map_err(failed)?;
        listener.set_nonblocking(true).map_err(failed)?;
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(failed)?;
        let shared = Arc::new(Shared {
            guard: Guard { host: host.to_owned(), port: address.port() },
            shown: watch::Sender::default(),
            listeners: Arc::new(Semaphore::new(LISTENERS)),
        });
        let of_server = shared.clone();
        let listen = move || runtime.block_on(accept(listener, of_server));
        std::thread::Builder::new().name("server".into()).spawn(listen).map_err(failed)?;
        Ok(Self { shared, address })
    }

    /// Where the preview is read on this machine.
    pub fn url(&self) -> String {
        match self.address.ip().is_unspecified() {
            true => format!("http://localhost:{}/", self.address.port()),
            false => format!("http://{}/", self.address),
        }
    }

    /// Whether other machines can reach it.
    pub fn is_open(&self) -> bool {
        !self.address.ip().is_loopback()
    }

    /// Shows a version from now on. The one before ends when its last answer is given.
    pub fn show(&self, version: Version, styles: Vec<String>) {
        const MOST_STYLES: usize = 100;
        self.shared.shown.send_modify(|shown| {
            shown.number += 1;
            shown.version = Some(version);
            shown.fault = None;
            let number = shown.number;
            let all = shown.styles.iter().cloned().chain(styles.into_iter().map(|style| (number, style)));
            let all: Vec<_> = all.collect();
            shown.styles = Arc::new(all[all.len().saturating_sub(MOST_STYLES)..].to_vec());
        });
    }

    /// Tells what is wrong with the sources. What was shown is shown still.
    pub fn tell(&self, fault: &str) {
        self.shared.shown.send_modify(|shown| shown.fault = Some(fault.into()));
    }
}

async fn accept(listener: TcpListener, shared: Arc<Shared>) {
    let Ok(listener) = tokio::net::TcpListener::from_std(listener) else { return };
    let connections = Arc::new(Semaphore::new(CONNECTIONS));
    while let Ok(permit) = connections.clone().acquire_owned().await {
        let Ok((stream, _)) = listener.accept().await else {
            // Too many open files, most likely: others will be closed.
            tokio::time::sleep(Duration::from_millis(100)).await;
            continue;
        };
        let Ok(local) = stream.local_addr() else { continue };
        let shared = shared.clone();
        tokio::spawn(async move {
            let service = service_fn(|request| {
                let shared = shared.clone();
                async move { Ok::<_, Infallible>(shared.respond(request, local.ip()).await) }
            });
            let mut server = http1::Builder::new();
            server.timer(TokioTimer::new()).header_read_timeout(SLOWEST);
            server.max_buf_size(LONGEST_HEAD).max_headers(MOST_HEADERS);
            // A connection that ends badly is the browser's affair.
            let _ = server.serve_connection(TokioIo::new(stream), service).await;
            drop(permit);
        });
    }
}

impl Shared {
    async fn respond(self: &Arc<Self>, request: Request<Incoming>, local: IpAddr) -> Response<Answer> {
        let (request, _) = request.into_parts();
        let mut response = match self.guard.admit(&request, local) {
            Err(status) => {
                let mut response = plain(status);
                let value = HeaderValue::from_static;
                if status == StatusCode::METHOD_NOT_ALLOWED {
                    response.headers_mut().insert(header::ALLOW, value("GET, HEAD"));
                }
                // Whatever else came along is not read.
                response.headers_mut().insert(header::CONNECTION, value("close"));
                response
            }
            Ok(()) => match request.uri.path() {
                live::SCRIPT => live::script(),
                live::EVENTS if self.guard.is_from_our_page(&request, local) => {
                    self.events(request.uri.query())
                }
                live::EVENTS => plain(StatusCode::FORBIDDEN),
                path => match crate::pages::host::decoded(path) {
                    Some(path) => self.page(path, &request.headers).await,
                    None => plain(StatusCode::BAD_REQUEST),
                },
            },
        };
        if request.method == Method::HEAD {
            *response.body_mut() = Answer::empty();
        }
        let headers = response.headers_mut();
        for (name, value) in [
            (header::CACHE_CONTROL, "no-store"),
            (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
            (header::X_FRAME_OPTIONS, "SAMEORIGIN"),
            (header::REFERRER_POLICY, "same-origin"),
            (header::HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
            (header::HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
        ] {
            headers.insert(name, HeaderValue::from_static(value));
        }
        response
    }

    async fn page(&self, path: String, headers: &HeaderMap) -> Response<Answer> {
        let mut changes = self.shown.subscribe();
        for _ in 0..2 {
            let known = changes.wait_for(|shown| shown.version.is_some() || shown.fault.is_some()).await;
            let Ok(shown) = known.map(|shown| shown.clone()) else { break };
            let Some(version) = shown.version else {
                let fault = shown.fault.as_deref().unwrap_or_default();
                return live::fault_page(fault, Fingerprint::default(), shown.number);
            };
            match ask(&version, &path, Reply::Content).await {
                Some(Content::Stale(last)) => {
                    let newer = changes.wait_for(|now| now.number != shown.number || now.fault.is_some());
                    let fault = match timeout(STALE, newer).await {
                        Ok(Ok(now)) if now.number == shown.number => now.fault.clone(),
                        _ => None,
                    };
                    match (last, fault) {
                        (Some(last), Some(_)) => return respond(*last, shown.number, headers),
                        (None, Some(fault)) => {
                            return live::fault_page(&fault, Fingerprint::default(), shown.number);
                        }
                        (_, None) => {}
                    }
                }
                Some(content) => return respond(content, shown.number, headers),
                // It has just been replaced, or it failed: the next try tells.
                None => {}
            }
        }
        plain(StatusCode::SERVICE_UNAVAILABLE)
    }
}

/// Asks a version. `None` where it is there no more.
async fn ask<T>(version: &Version, path: &str, kind: impl FnOnce(oneshot::Sender<T>) -> Reply) -> Option<T> {
    let (sender, receiver) = oneshot::channel();
    version(Ask { path: path.to_owned(), reply: kind(sender) });
    receiver.await.ok()
}

fn respond(content: Content, number: u64, headers: &HeaderMap) -> Response<Answer> {
    match content {
        Content::Bytes { status, media_type, mut bytes, version } => {
            let status = StatusCode::from_u16(status).unwrap_or_default();
            if let Some(version) = version {
                live::inject(&mut bytes, version, number);
            }
            let bytes = Bytes::from(bytes);
            let asked = headers.get(header::RANGE).filter(|_| status == StatusCode::OK && version.is_none());
            let length = bytes.len() as u64;
            partial(headers, asked, media_type, status, length, |from, length| {
                let (from, length) = (usize::try_from(from), usize::try_from(length));
                let (from, length) = (from.unwrap_or_default(), length.unwrap_or_default());
                Answer::Bytes(Some(bytes.slice(from..from + length)))
            })
        }
        Content::File { media_type, file, length } => {
            let asked = headers.get(header::RANGE);
            partial(headers, asked, media_type, StatusCode::OK, length, |from, length| {
                Answer::file(file, from, length)
            })
        }
        Content::MovedTo(address) => {
            let mut response = plain(StatusCode::MOVED_PERMANENTLY);
            match HeaderValue::try_from(format!("/{address}")) {
                Ok(location) => _ = response.headers_mut().insert(header::LOCATION, location),
                Err(_) => return plain(StatusCode::NOT_FOUND),
            }
            response
        }
        Content::Fault { text, version } => live::fault_page(&text, version, number),
        Content::Stale(_) => plain(StatusCode::SERVICE_UNAVAILABLE),
        Content::Nothing => plain(StatusCode::NOT_FOUND),
    }
}

/// The whole of something, or the part that is asked for.
fn partial(
    headers: &HeaderMap,
    range: Option<&HeaderValue>,
    media_type: &'static str,
    status: StatusCode,
    length: u64,
    of: impl FnOnce(u64, u64) -> Answer,
) -> Response<Answer> {
    // There are no validators, so none is the one of an `If-Range`.
    let range =
        range.filter(|_| !headers.contains_key(header::IF_RANGE)).and_then(|range| range.to_str().ok());
    let (status, from, count) = match part(range, length) {
        Part::Whole => (status, 0, length),
        Part::Range(first, last) => (StatusCode::PARTIAL_CONTENT, first, last - first + 1),
        Part::Beyond => {
            let mut response = plain(StatusCode::RANGE_NOT_SATISFIABLE);
            set(&mut response, header::CONTENT_RANGE, format!("bytes */{length}"));
            return response;
        }
    };
    let mut response = Response::new(of(from, count));
    *response.status_mut() = status;
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static(media_type));
    response.headers_mut().insert(header::ACCEPT_RANGES, HeaderValue::from_static("bytes"));
    set(&mut response, header::CONTENT_LENGTH, count.to_string());
    if status == StatusCode::PARTIAL_CONTENT {
        let last = from + count - 1;
        set(&mut response, header::CONTENT_RANGE, format!("bytes {from}-{last}/{length}"));
    }
    response
}

fn set(response: &mut Response<Answer>, name: header::HeaderName, value: String) {
    if let Ok(value) = HeaderValue::try_from(value) {
        response.headers_mut().insert(name, value);
    }
}

/// A status in words.
fn plain(status: StatusCode) -> Response<Answer> {
    let text = format!("{status}\n");
    let mut response = Response::new(Answer::Bytes(Some(text.clone().into())));
    *response.status_mut() = status;
    response
        .headers_mut()
        .insert(header::CONTENT_TYPE, HeaderValue::from_static("text/plain; charset=utf-8"));
    set(&mut response, header::CONTENT_LENGTH, text.len().to_string());
    response
}

/// What a file of the portal is, opened.
pub fn file(media_type: &'static str, file: File) -> io::Result<Content> {
    let length = file.metadata()?.len();
    Ok(Content::File { media_type, file, length })
}
