//! The hosts that a portal is deployed to: `[deploy.NAME]` of `site.toml`, decoded and checked. No secret
//! stands there.

use std::net::IpAddr;
use std::ops::RangeInclusive;
use std::time::Duration;

use crate::text::diagnostic::Faults;
use crate::text::problem::{Problem, Table};
use crate::text::suggest::nearest;

use super::config::{BaseUrl, web_address};
use super::fields::{Fields, into_entries, text};
use super::header::{Entry, Value};

/// A host, and how it is deployed to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Target {
    pub name: String,
    pub kind: Kind,
    /// Where readers get it, if not at the portal's `base_url`; nothing where nobody does.
    pub public_url: Option<Option<BaseUrl>>,
    /// How long what is not published any more stays, for readers who have an older page open.
    pub grace: Duration,
    /// How many earlier states can be gone back to.
    pub history: usize,
    pub line: Line,
    /// The key by which search engines are told of what changed, and whom to tell (IndexNow).
    pub indexnow: Option<String>,
    pub indexnow_url: Option<String>,
    /// What the shell runs after a deploy.
    pub hook: Option<String>,
}

/// How a host on the other end of a line is waited for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Line {
    /// A host that says nothing for this long has failed.
    pub timeout: Duration,
    /// For this long in all one that failed in passing is asked again.
    pub patience: Duration,
}

impl Default for Line {
    fn default() -> Self {
        Self { timeout: Duration::from_secs(TIMEOUT), patience: Duration::from_secs(PATIENCE) }
    }
}

/// What a host is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A folder of this machine: its path becomes a link to the newest state or, in place, is brought to it
    /// file by file.
    Folder { path: String, in_place: bool },
    /// Object storage that speaks the protocol of S3.
    S3 {
        bucket: String,
        endpoint: Option<String>,
        region: Option<String>,
        prefix: Option<String>,
        /// Texts are kept and sent shortened.
        compress: bool,
    },
    /// Files over SSH.
    Sftp { host: String, user: String, path: String, key: Option<String> },
    /// A folder over SSH, by the program of that name.
    Rsync { host: String, user: Option<String>, path: String },
    /// Files over FTP, with TLS unless that is switched off.
    Ftp { host: String, user: String, path: String, tls: bool },
    /// A branch of a repository, as hosts of pages serve it.
    Git { repository: String, branch: String },
    /// A WebDAV collection.
    WebDav { url: String, user: Option<String> },
}

impl Kind {
    const NAMES: [&str; 7] = ["folder", "s3", "sftp", "rsync", "ftp", "git", "webdav"];
}

const GRACE: Duration = Duration::from_secs(300);
const LONGEST_GRACE: Duration = Duration::from_secs(30 * 86_400);
/// In seconds: a line that drops, a server that restarts.
const TIMEOUT: u64 = 60;
const PATIENCE: u64 = 30;
const LONGEST_WAIT: u64 = 3_600;
const HISTORY: usize = 5;
const MOST_HISTORY: usize = 100;

impl Target {
    /// What a table describes, as far as it can be told.
    pub fn decode(entry: Entry, faults: &mut Faults) -> Option<Self> {
        let name = entry.key.value;
        let Value::Map(map) = entry.value.value else {
            let (expected, found) = ("a table with `kind`", entry.value.value.kind());
            faults.at(entry.value.span, Problem::WrongType { name, expected, found });
            return None;
        };
        let mut fields = Fields::new(Table::Config, entry.key.span, into_entries(map), faults);
        let kind = fields.text("kind");
        let kind = match kind {
            None => {
                fields.require("kind", Some("`kind = \"folder\"`".into()));
                None
            }
            Some(kind) if !Kind::NAMES.contains(&kind.value.as_str()) => {
                let suggestion = nearest(&kind.value, Kind::NAMES).map(str::to_owned);
                let (name, reason) = ("kind".into(), "expected a kind of host".into());
                fields.faults.at(kind.span, Problem::BadValue { name, text: kind.value, reason, suggestion });
                None
            }
            Some(kind) => Some(kind.value),
        };
        let Some(kind) = kind else {
            // Without its kind nobody can tell which keys it may have.
            fields.rest();
            fields.finish();
            return None;
        };
        let is_far = kind != "folder";
        let kind = decode_kind(&kind, &mut fields);
        let line = if is_far { line(&mut fields) } else { Line::default() };
        let public_url = public_url(&mut fields);
        let seconds = bounded(&mut fields, "grace", GRACE.as_secs(), 0..=LONGEST_GRACE.as_secs(), "seconds");
        let history = bounded(&mut fields, "history", HISTORY as u64, 0..=MOST_HISTORY as u64, "states");
        let indexnow = indexnow(&mut fields);
        let indexnow_url = web_address(&mut fields, "indexnow_url");
        let hook = fields.text("hook").map(|hook| hook.value);
        fields.finish();
        let history = usize::try_from(history).unwrap_or(HISTORY);
        let grace = Duration::from_secs(seconds);
        Some(Self { name, kind: kind?, public_url, grace, history, line, indexnow, indexnow_url, hook })
    }
}

fn decode_kind(kind: &str, fields: &mut Fields) -> Option<Kind> {
    // All are looked at before one that is missing counts.
    let mut needed = |name: &'static str| {
        let value = fields.text(name).filter(|value| !value.value.is_empty());
        if value.is_none() {
            fields.require(name, None);
        }
        let value = value?;
        if has_password(&value.value) {
            let (name, text) = (name.into(), "…".into());
            let reason = "it has a password, which must not stand in `site.toml`".into();
            fields.faults.at(value.span, Problem::BadValue { name, text, reason, suggestion: None });
            return None;
        }
        Some(value.value)
    };
    Some(match kind {
        "folder" => {
            let path = needed("path");
            let in_place = fields.boolean("in_place").unwrap_or(false);
            Kind::Folder { path: path?, in_place }
        }
        "s3" => {
            let bucket = needed("bucket");
            let mut optional = |name| fields.text(name).map(|value| value.value);
            let (endpoint, region, prefix) = (optional("endpoint"), optional("region"), optional("prefix"));
            let compress = fields.boolean("compress").unwrap_or(false);
            Kind::S3 { bucket: bucket?, endpoint, region, prefix, compress }
        }
        "sftp" => {
            let (host, user, path) = (needed("host"), needed("user"), needed("path"));
            let key = fields.text("key").map(|value| value.value);
            Kind::Sftp { host: host?, user: user?, path: path?, key }
        }
        "rsync" => {
            let (host, path) = (needed("host"), needed("path"));
            let user = fields.text("user").map(|value| value.value);
            Kind::Rsync { host: host?, user, path: path? }
        }
        "ftp" => {
            let (host, user, path) = (needed("host"), needed("user"), needed("path"));
            let tls = fields.boolean("tls").unwrap_or(true);
            Kind::Ftp { host: host?, user: user?, path: path?, tls }
        }
        "git" => {
            let (repository, branch) = (needed("repository"), needed("branch"));
            Kind::Git { repository: repository?, branch: branch? }
        }
        _ => {
            let url = needed("url");
            let user = fields.text("user");
            let tls = fields.boolean("tls").unwrap_or(true);
            if let Some(user) = user.as_ref().filter(|_| tls && url.as_deref().is_some_and(is_open)) {
                let (name, text) = ("user".into(), user.value.clone());
                let reason = "without TLS anybody on the way reads the password; use `https://` or, if that is meant, \
                              write `tls = false`"
                    .into();
                fields.faults.at(user.span, Problem::BadValue { name, text, reason, suggestion: None });
            }
            Kind::WebDav { url: url?, user: user.map(|user| user.value) }
        }
    })
}

fn public_url(fields: &mut Fields) -> Option<Option<BaseUrl>> {
    let node = fields.take("public_url")?;
    if matches!(node.value, Value::Bool(false)) {
        return Some(None);
    }
    let written = text("public_url", node, fields.faults)?;
    match BaseUrl::parse(&written.value) {
        Ok(url) => Some(Some(url)),
        Err(reason) => {
            let (name, text) = ("public_url".into(), written.value);
            fields.faults.at(written.span, Problem::BadValue { name, text, reason, suggestion: None });
            None
        }
    }
}

fn indexnow(fields: &mut Fields) -> Option<String> {
    let key = fields.text("indexnow")?;
    // As the protocol has it, which is served as a file of that name.
    let plain = key.value.chars().all(|c| c.is_ascii_alphanumeric() || c == '-');
    if plain && (8..=128).contains(&key.value.len()) {
        return Some(key.value);
    }
    let (name, reason) = ("indexnow".into(), "expected 8 to 128 letters, digits and hyphens".into());
    fields.faults.at(key.span, Problem::BadValue { name, text: key.value, reason, suggestion: None });
    None
}

/// Names of users are shorter than tokens.
const TOKEN: usize = 20;

/// Whether an address names a password or a token: `https://user:secret@host/`, `https://token@host/`.
fn has_password(address: &str) -> bool {
    let authority = address.split_once("://").map(|(_, rest)| rest.split('/').next().unwrap_or_default());
    let user = authority.and_then(|authority| authority.rsplit_once('@')).map(|(user, _)| user);
    user.is_some_and(|user| user.contains(':') || user.len() >= TOKEN)
}

/// Whether a password would be readable by whoever carries it to an address.
fn is_open(url: &str) -> bool {
    let Some((scheme, rest)) = url.split_once("://") else { return true };
    let host = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let host = host.rsplit_once('@').map_or(host, |(_, host)| host);
    // Without the port.
    let host = match host.strip_prefix('[') {
        Some(host) => host.split(']').next().unwrap_or_default(),
        None => host.split(':').next().unwrap_or_default(),
    };
    let is_here = host == "localhost" || host.parse::<IpAddr>().is_ok_and(|address| address.is_loopback());
    !scheme.eq_ignore_ascii_case("https") && !is_here
}

fn line(fields: &mut Fields) -> Line {
    let timeout = bounded(fields, "timeout", TIMEOUT, 1..=LONGEST_WAIT, "seconds");
    let patience = bounded(fields, "patience", PATIENCE, 0..=LONGEST_WAIT, "seconds");
    Line { timeout: Duration::from_secs(timeout), patience: Duration::from_secs(patience) }
}

/// A number of something.
fn bounded(
    fields: &mut Fields,
    name: &'static str,
    default: u64,
    range: RangeInclusive<u64>,
    of: &str,
) -> u64 {
    let Some(written) = fields.integer(name) else { return default };
    match u64::try_from(written.value) {
        Ok(number) if range.contains(&number) => number,
        _ => {
            let (name, text) = (name.into(), written.value.to_string());
            let reason = format!("expected {} to {} {of}", range.start(), range.end());
            fields.faults.at(written.span, Problem::BadValue { name, text, reason, suggestion: None });
            default
        }
    }
}
