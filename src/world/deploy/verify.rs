//! Whether a host holds what was deployed, and readers get it: bytes by their digests, types, cache headers,
//! and nothing beside them.

use std::collections::HashSet;

use parking_lot::Mutex;

use crate::delivery::parcel::{Headers, Parcel};
use crate::delivery::state::{self, State};
use crate::model::config::Addresses;
use crate::pages::path::{OutPath, Speller};
use crate::text::fingerprint::Digest;
use crate::world::progress::Progress;

use super::engine::states;
use super::host::{Answer, Host, plain};
use super::http::{Got, Reader};
use super::site::Stop;
use super::team::each;

/// What is not as it was deployed.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Finding {
    /// A file on the host, or the address at which readers get it.
    pub place: String,
    pub what: What,
}

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum What {
    /// It is not there.
    Missing,
    /// Its bytes are others.
    Altered,
    /// No deploy put it there.
    Planted,
    ContentType {
        wanted: String,
        found: Option<String>,
    },
    CacheControl {
        wanted: String,
        found: Option<String>,
    },
    /// Readers get this status.
    Status(u16),
    /// Readers get nothing.
    Unreachable(String),
}

impl What {
    /// A word for programs.
    pub fn word(&self) -> &'static str {
        match self {
            Self::Missing => "missing",
            Self::Altered => "altered",
            Self::Planted => "planted",
            Self::ContentType { .. } => "content-type",
            Self::CacheControl { .. } => "cache-control",
            Self::Status(_) => "status",
            Self::Unreachable(_) => "unreachable",
        }
    }
}

impl std::fmt::Display for Finding {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let told = |found: &Option<String>| plain(found.as_deref().unwrap_or("nothing"));
        write!(f, "{}: ", plain(&self.place))?;
        match &self.what {
            What::Missing => f.write_str("missing"),
            What::Altered => f.write_str("altered"),
            What::Planted => f.write_str("not put there by a deploy"),
            What::ContentType { wanted, found } => {
                write!(f, "content type {} instead of {wanted}", told(found))
            }
            What::CacheControl { wanted, found } => {
                write!(f, "cache control {} instead of {wanted}", told(found))
            }
            What::Status(status) => write!(f, "status {status}"),
            What::Unreachable(why) => write!(f, "not to be reached: {}", plain(why)),
        }
    }
}

/// What a host holds that is not as it was deployed: of the state `current`, which has these files.
pub fn on_host(
    host: &dyn Host,
    current: &State,
    parcel: &Parcel,
    progress: &Progress,
) -> Result<Vec<Finding>, Stop> {
    compare(host, &own_files(host, current, parcel)?, parcel, progress)
}

/// What a host holds that is not in a parcel, or not as it is there; `ours` may be there beside it.
pub fn compare(
    host: &dyn Host,
    ours: &HashSet<String>,
    parcel: &Parcel,
    progress: &Progress,
) -> Result<Vec<Finding>, Stop> {
    let listed = host.list("")?;
    // What a run that was killed had not given a name yet is no page of anybody.
    let unnamed = state::own("put/");
    let planted = listed.into_iter().map(|(path, _)| path);
    let planted = planted.filter(|path| !ours.contains(path) && !path.starts_with(&unnamed));
    let findings: Mutex<Vec<Finding>> =
        Mutex::new(planted.map(|place| Finding { place, what: What::Planted }).collect());
    let tell = |place: &str, what: What| {
        let finding = Finding { place: place.to_owned(), what };
        findings.lock().push(finding);
    };
    progress.begin("looking at the host", parcel.items.len());
    let abilities = host.abilities();
    each(abilities.at_once, &parcel.items, |item| {
        progress.step();
        let path = item.path.as_str();
        let bytes = match host.read(path) {
            Ok(Some(bytes)) => bytes,
            Ok(None) => {
                tell(path, What::Missing);
                return Ok(());
            }
            // Such as a link to somewhere else in its place.
            Err(fault) if !fault.is_passing => {
                tell(path, What::Unreachable(fault.message));
                return Ok(());
            }
            Err(fault) => return Err(fault),
        };
        if Digest::of(&bytes) != item.digest {
            tell(path, What::Altered);
        }
        if abilities.has_headers {
            let sight = host.look(path)?.unwrap_or_default();
            for what in told_otherwise(&item.headers, sight.content_type, sight.cache_control, true) {
                tell(path, what);
            }
        }
        Ok(())
    })?;
    let mut findings = findings.into_inner();
    findings.sort();
    Ok(findings)
}

/// Every file that deploys have put on a host and not removed.
fn own_files(host: &dyn Host, current: &State, parcel: &Parcel) -> Result<HashSet<String>, Stop> {
    let mut ours: HashSet<String> = parcel.items.iter().map(|item| item.path.as_str().to_owned()).collect();
    ours.extend(current.condemned.iter().map(|one| one.path.as_str().to_owned()));
    ours.extend([state::current(), state::lock(), state::journey(), state::progress()]);
    for state in states(host)? {
        ours.extend(state.parts.iter().map(|digest| state::part(*digest)));
        ours.extend(state.kept.iter().map(|digest| state::kept(*digest)));
        ours.extend(current.history.iter().map(|number| state::history(*number)));
    }
    Ok(ours)
}

/// Headers that are not as they should be. A host that keeps none is free in how long caches hold.
fn told_otherwise(
    wanted: &Headers,
    content_type: Option<String>,
    cache_control: Option<String>,
    keeps_headers: bool,
) -> Vec<What> {
    // RFC 9110, section 8.3.1: neither case nor space matters.
    let plain = |value: &str| value.to_ascii_lowercase().replace(' ', "");
    let essence = |value: &str| plain(value).split(';').next().unwrap_or_default().to_owned();
    let is_type = |found: &String| match keeps_headers {
        true => plain(found) == plain(&wanted.content_type),
        // Servers with types of their own say the same in other words.
        false => alike(&essence(found), &essence(&wanted.content_type)),
    };
    let mut otherwise = Vec::new();
    if !content_type.as_ref().is_some_and(is_type) {
        otherwise.push(What::ContentType { wanted: wanted.content_type.to_string(), found: content_type });
    }
    if keeps_headers
        && cache_control.as_ref().is_none_or(|found| plain(found) != plain(&wanted.cache_control))
    {
        otherwise.push(What::CacheControl { wanted: wanted.cache_control.to_string(), found: cache_control });
    }
    otherwise
}

/// Whether two media types name the same.
fn alike(found: &str, wanted: &str) -> bool {
    let is_xml = |kind: &str| kind.ends_with("/xml") || kind.ends_with("+xml");
    let is_script = |kind: &str| kind.ends_with("/javascript");
    found == wanted || (is_xml(found) && is_xml(wanted)) || (is_script(found) && is_script(wanted))
}

/// What readers get otherwise than it was deployed, at the address of the portal.
pub fn in_public(
    base_url: &str,
    addresses: Addresses,
    parcel: &Parcel,
    keeps_headers: bool,
    progress: &Progress,
) -> Answer<Vec<Finding>> {
    let reader = Reader::new()?;
    if let Err(fault) = reader.get(base_url) {
        // One answer for all that are not to be had.
        return Ok(vec![Finding { place: base_url.to_owned(), what: What::Unreachable(fault.message) }]);
    }
    let findings: Mutex<Vec<Finding>> = Mutex::default();
    progress.begin("reading the public address", parcel.items.len());
    each(16, &parcel.items, |item| {
        progress.step();
        let place = format!("{base_url}{}", url(&item.path, addresses));
        let found = match reader.get(&place) {
            Err(fault) => vec![What::Unreachable(fault.message)],
            Ok(Got { status, .. }) if status != 200 => vec![What::Status(status)],
            Ok(Got { content_type, cache_control, bytes, .. }) => {
                let altered = (Digest::of(&bytes) != item.digest).then_some(What::Altered);
                let otherwise = told_otherwise(&item.headers, content_type, cache_control, keeps_headers);
                altered.into_iter().chain(otherwise).collect()
            }
        };
        let found = found.into_iter().map(|what| Finding { place: place.clone(), what });
        findings.lock().extend(found);
        Ok(())
    })?;
    let mut findings = findings.into_inner();
    findings.sort();
    Ok(findings)
}

/// The address of a file, relative to the root.
pub fn url(path: &OutPath, addresses: Addresses) -> String {
    let speller = Speller { addresses, portable: false };
    let path = path.as_str();
    let url = speller.file(path).url;
    match (path, addresses) {
        ("index.html", _) => String::new(),
        (path, Addresses::Folder) if path.ends_with("/index.html") => {
            url[..url.len() - "index.html".len()].to_owned()
        }
        _ => url,
    }
}
