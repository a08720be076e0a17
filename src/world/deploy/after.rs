//! What follows a deploy that came to its end: hubs and search engines are told what changed, and a program
//! of the person's own is run. None of it undoes the deploy.

use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde::Serialize;

use crate::delivery::serving::Rank;
use crate::model::config::{Addresses, BaseUrl};
use crate::pages::path::OutPath;

use super::host::{Answer, HostFault, again, pauses};
use super::http::Reader;
use super::verify::url;

/// Whom search engines that take part have agreed on.
const INDEXNOW: &str = "https://api.indexnow.org/indexnow";

/// Addresses of one message, by the protocol.
const MOST: usize = 10_000;

/// Nobody waits long for those who are only told.
const PATIENCE: Duration = Duration::from_secs(3);

/// What there is to tell, and whom.
pub struct After<'a> {
    /// The root of the portal, where the person's program is run.
    pub root: &'a Path,
    pub base_url: &'a str,
    pub addresses: Addresses,
    pub hub: Option<&'a str>,
    /// The key, and another address than the usual one.
    pub indexnow: Option<(&'a str, Option<&'a str>)>,
    pub hook: Option<&'a str>,
    pub target: &'a str,
    pub state: u64,
}

/// A message of IndexNow.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Message<'a> {
    host: &'a str,
    key: &'a str,
    key_location: String,
    url_list: &'a [String],
}

/// What was done, and how it ended.
pub struct Said {
    pub what: String,
    pub ended: Answer<()>,
}

impl After<'_> {
    /// Tells of the files that readers find anew, changed, or not any more.
    pub fn tell(&self, changed: &[&OutPath]) -> Vec<Said> {
        let mut all = Vec::new();
        let absolute = |path: &&&OutPath| format!("{}{}", self.base_url, url(path, self.addresses));
        let feeds: Vec<String> =
            changed.iter().filter(|path| Rank::of(path) == Rank::Feed).map(|path| absolute(&path)).collect();
        if let Some(hub) = self.hub.filter(|_| !feeds.is_empty()) {
            let ended = self.publish(hub, &feeds);
            all.push(Said { what: format!("{hub} of {} feeds", feeds.len()), ended });
        }
        let is_page =
            |path: &&&OutPath| matches!(Rank::of(path), Rank::Page(_)) && path.as_str() != "404.html";
        let pages: Vec<String> = changed.iter().filter(is_page).map(|path| absolute(&path)).collect();
        if let Some((key, other)) = self.indexnow.filter(|_| !pages.is_empty()) {
            let to = other.unwrap_or(INDEXNOW);
            for pages in pages.chunks(MOST) {
                let ended = self.submit(to, key, pages);
                all.push(Said { what: format!("{to} of {} pages", pages.len()), ended });
            }
        }
        if let Some(hook) = self.hook {
            let ended = self.run(hook, changed);
            all.push(Said { what: format!("`{hook}`"), ended });
        }
        all
    }

    fn submit(&self, to: &str, key: &str, pages: &[String]) -> Answer<()> {
        let host = BaseUrl::parse(self.base_url).map(|url| url.host().to_owned()).unwrap_or_default();
        let message = Message {
            host: &host,
            key,
            key_location: format!("{}{key}.txt", self.base_url),
            url_list: pages,
        };
        let body = serde_json::to_string(&message).map_err(|error| HostFault::lasting(error.to_string()))?;
        self.post(to, "application/json; charset=utf-8", body)
    }

    /// Tells a hub of feeds that changed (WebSub, section 7: how is left to the hub; all take this form).
    fn publish(&self, hub: &str, feeds: &[String]) -> Answer<()> {
        let mut body = String::from("hub.mode=publish");
        for feed in feeds {
            body.push_str(&format!("&hub.url={}", utf8_percent_encode(feed, NON_ALPHANUMERIC)));
        }
        self.post(hub, "application/x-www-form-urlencoded", body)
    }

    fn post(&self, to: &str, content_type: &str, body: String) -> Answer<()> {
        let teller = Reader::teller()?;
        again(&pauses(PATIENCE), || match teller.post(to, content_type, body.clone())? {
            200..300 => Ok(()),
            // Too much at once, and what is wrong over there.
            status @ (429 | 500..600) => {
                Err(HostFault { is_passing: true, message: format!("status {status}") })
            }
            status => Err(HostFault::lasting(format!("status {status}"))),
        })
    }

    /// The shell runs it, with the files that are new, changed or gone on its standard input, one a line.
    fn run(&self, hook: &str, changed: &[&OutPath]) -> Answer<()> {
        let failed = |error: std::io::Error| HostFault::lasting(error.to_string());
        let (shell, flag) = if cfg!(windows) { ("cmd", "/C") } else { ("sh", "-c") };
        let mut command = Command::new(shell);
        // Programs read the standard output of this one.
        command.arg(flag).arg(hook).stdin(Stdio::piped()).stdout(std::io::stderr());
        command
            .current_dir(self.root)
            .env("TRIBUNE_TARGET", self.target)
            .env("TRIBUNE_STATE", self.state.to_string());
        let mut process = command.env("TRIBUNE_BASE_URL", self.base_url).spawn().map_err(failed)?;
        if let Some(mut stdin) = process.stdin.take() {
            // One that does not read them need not.
            let _ = changed.iter().try_for_each(|path| writeln!(stdin, "{}", path.as_str()));
        }
        let status = process.wait().map_err(failed)?;
        if status.success() { Ok(()) } else { Err(HostFault::lasting(status.to_string())) }
    }
}
