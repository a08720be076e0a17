//! What open pages are told: that they changed, that a style did, that the sources have errors.

use std::future::{Future, poll_fn};
use std::pin::pin;
use std::sync::Arc;
use std::task::Poll;

use hyper::body::Bytes;
use hyper::header::{self, HeaderValue};
use hyper::{Response, StatusCode};
use percent_encoding::percent_decode_str;
use tokio::sync::mpsc::{Sender, channel};
use tokio::sync::{OwnedSemaphorePermit, watch};

use crate::pages::host::decoded;
use crate::text::fingerprint::Fingerprint;

use super::body::Answer;
use super::{Reply, Shared, Shown, ask, plain, set};

pub const SCRIPT: &str = "/__tribune/live.js";
pub const EVENTS: &str = "/__tribune/events";

/// The script, as a file of its own: no page needs to allow inline scripts for it.
pub fn script() -> Response<Answer> {
    let script = include_str!("live.js");
    let mut response = Response::new(Answer::Bytes(Some(script.into())));
    let media_type = HeaderValue::from_static("text/javascript; charset=utf-8");
    response.headers_mut().insert(header::CONTENT_TYPE, media_type);
    set(&mut response, header::CONTENT_LENGTH, script.len().to_string());
    response
}

/// Puts the script at the end of a page, which knows by it what it is a version of.
pub fn inject(page: &mut Vec<u8>, version: Fingerprint, number: u64) {
    let at = memchr::memmem::rfind(page, b"</body>").unwrap_or(page.len());
    let tag = format!("<script src=\"{SCRIPT}\" data-version=\"{version:?}-{number}\"></script>");
    page.splice(at..at, tag.into_bytes());
}

/// A page that says why there is none.
pub fn fault_page(text: &str, version: Fingerprint, number: u64) -> Response<Answer> {
    let mut escaped = String::with_capacity(text.len() + text.len() / 8);
    for c in text.chars() {
        match c {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            c => escaped.push(c),
        }
    }
    let page = format!(
        "<!doctype html>\n<html lang=\"en\">\n<head><meta charset=\"utf-8\"><title>Tribune</title></head>\n\
         <body><pre id=\"tribune-fault\">{escaped}</pre></body>\n</html>\n"
    );
    let mut page = page.into_bytes();
    inject(&mut page, version, number);
    let mut response = plain(StatusCode::INTERNAL_SERVER_ERROR);
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8"));
    set(&mut response, header::CONTENT_LENGTH, page.len().to_string());
    *response.body_mut() = Answer::Bytes(Some(page.into()));
    response
}

impl Shared {
    /// A stream of what happens to the page that asks.
    pub fn events(self: &Arc<Self>, query: Option<&str>) -> Response<Answer> {
        let Some(open) = query.and_then(Open::asked) else { return plain(StatusCode::BAD_REQUEST) };
        let Ok(permit) = self.listeners.clone().try_acquire_owned() else {
            return plain(StatusCode::SERVICE_UNAVAILABLE);
        };
        let (sender, receiver) = channel(8);
        tokio::spawn(follow(self.shown.subscribe(), open, sender, permit));
        let mut response = Response::new(Answer::Stream(receiver));
        let media_type = HeaderValue::from_static("text/event-stream; charset=utf-8");
        response.headers_mut().insert(header::CONTENT_TYPE, media_type);
        response
    }
}

/// A page as it is open in a browser.
struct Open {
    path: String,
    version: String,
    /// The number of the portal's version that it is from.
    number: u64,
}

impl Open {
    fn asked(query: &str) -> Option<Self> {
        let of = |name: &str| query.split('&').find_map(|pair| pair.strip_prefix(name)?.strip_prefix('='));
        let page = percent_decode_str(of("page")?).decode_utf8().ok()?;
        let (version, number) = of("version")?.split_once('-')?;
        Some(Self { path: decoded(&page)?, version: version.to_owned(), number: number.parse().ok()? })
    }
}

async fn follow(
    mut shown: watch::Receiver<Shown>,
    open: Open,
    sender: Sender<Bytes>,
    _permit: OwnedSemaphorePermit,
) {
    let _ = sender.send(Bytes::from_static(b"retry: 500\n\n")).await;
    let mut last: Option<Shown> = None;
    loop {
        let now = shown.borrow_and_update().clone();
        if let Some(news) = news(&now, last.as_ref(), &open).await
            && sender.send(news.into()).await.is_err()
        {
            return;
        }
        // What was shown is not kept from ending.
        last = Some(Shown { version: None, ..now });
        let mut changed = pin!(shown.changed());
        let mut closed = pin!(sender.closed());
        let goes_on = poll_fn(|context| match closed.as_mut().poll(context) {
            Poll::Ready(()) => Poll::Ready(false),
            Poll::Pending => changed.as_mut().poll(context).map(|changed| changed.is_ok()),
        });
        if !goes_on.await {
            return;
        }
    }
}

/// What is to be told of what is shown now.
async fn news(now: &Shown, last: Option<&Shown>, open: &Open) -> Option<String> {
    let mut news = String::new();
    let mut tell = |event: &str, data: &str| {
        if let Ok(data) = serde_json::to_string(data) {
            news.push_str(&format!("event: {event}\ndata: {data}\n\n"));
        }
    };
    if now.fault.as_ref() != last.and_then(|last| last.fault.as_ref()) {
        tell("fault", now.fault.as_deref().unwrap_or_default());
    }
    let seen = last.map_or(open.number, |last| last.number);
    if let Some(shown) = now.version.as_ref().filter(|_| last.is_none() || seen != now.number) {
        match ask(shown, &open.path, Reply::Version).await {
            Some(current) if format!("{current:?}") != open.version => tell("reload", ""),
            _ => {
                let styles = now.styles.iter().filter(|(number, _)| *number > seen);
                styles.for_each(|(_, style)| tell("style", style));
            }
        }
    }
    (!news.is_empty()).then_some(news)
}
