//! The host of a deploy or a rollback, and what both say of it.

use std::path::Path;

use jiff::Timestamp;
use serde::Serialize;

use crate::cli::Common;
use crate::delivery::concern::{Concern, Consent};
use crate::model::config::Addresses;
use crate::model::target::{Kind, Target};
use crate::pages::path::OutPath;
use crate::text::diagnostic::Format;
use crate::text::suggest::nearest;
use crate::world::clock;
use crate::world::deploy::after::After;
use crate::world::deploy::engine::Piecewise;
use crate::world::deploy::folder::Folder;
use crate::world::deploy::ftp::Ftp;
use crate::world::deploy::generations::Generations;
use crate::world::deploy::git::Git;
use crate::world::deploy::host::{Host, pauses};
use crate::world::deploy::opendal::{Bucket, Remote};
use crate::world::deploy::rsync::Rsync;
use crate::world::deploy::secret;
use crate::world::deploy::sftp::Sftp;
use crate::world::deploy::site::{Done, Order, Proposal, Site, Stop};
use crate::world::deploy::tokens::Tokens;
use crate::world::deploy::verify;
use crate::world::output;
use crate::world::tree::Root;

use super::load::{root, sound_ground};
use super::{Exit, progress, terminal};

/// A host and what `site.toml` says of it.
pub struct Place {
    pub root: Root,
    pub base_url: String,
    pub addresses: Addresses,
    hub: Option<String>,
    pub target: Target,
    pub site: Box<dyn Site>,
    pub tokens: Tokens,
}

/// The last line of `deploy --format json` and `rollback --format json`.
#[derive(Serialize)]
struct Summary<'a> {
    target: &'a str,
    /// Whether nothing was written, because nothing was to be or nothing was asked for.
    dry_run: bool,
    state: u64,
    new: usize,
    changed: usize,
    bytes: u64,
    removed: usize,
    deleted: usize,
    condemned: usize,
    millis: u128,
}

impl Place {
    /// The host of a name, or the only one. What is in the way of it has been said.
    pub fn find(common: &Common, name: Option<&str>) -> Result<Self, Exit> {
        let root = root(common);
        let ground = sound_ground(&root).map_err(|report| {
            terminal::report(&report, &root, common);
            Exit::Faults
        })?;
        let wrong = |message: String| {
            terminal::complain(&message);
            Err(Exit::Usage)
        };
        let targets = ground.config.deploy.clone();
        let names: Vec<String> = targets.iter().map(|target| target.name.clone()).collect();
        let found = match name {
            Some(name) => targets.into_iter().find(|target| target.name == name),
            None if names.len() > 1 => {
                return wrong(format!("which host? `site.toml` has {}", names.join(", ")));
            }
            None => targets.into_iter().next(),
        };
        let target = match (found, name) {
            (Some(target), _) => target,
            (None, Some(name)) if !names.is_empty() => {
                let near = nearest(name, names.iter().map(String::as_str));
                let near = near.map(|near| format!("; did you mean `{near}`?")).unwrap_or_default();
                return wrong(format!(
                    "`site.toml` has no `[deploy.{name}]`, but {}{near}",
                    names.join(", ")
                ));
            }
            _ => {
                return wrong(
                    "`site.toml` has no host to deploy to: add a table `[deploy.NAME]` with its `kind`, such \
                     as `kind = \"folder\"` and `path = \"/srv/www\"`"
                        .into(),
                );
            }
        };
        if let Kind::Folder { path, .. } = &target.kind
            && let Err(reason) = output::see_apart(&root, "host", &root.dir().join(path))
        {
            return wrong(reason);
        }
        let site = open(&target, &root).map_err(|message| {
            terminal::complain(&message);
            Exit::Failed
        })?;
        let tokens = Tokens::of(&root, &target.name).map_err(|failure| {
            terminal::failure(&failure);
            Exit::Failed
        })?;
        let config = ground.config;
        let (base_url, addresses) = (config.base_url.as_str().to_owned(), config.addresses);
        Ok(Self { root, base_url, addresses, hub: config.hub, target, site, tokens })
    }

    /// Sees that what is deployed does not go into the very folder that it comes from.
    pub fn see_beside(&self, output: &Path) -> Result<(), String> {
        match &self.target.kind {
            Kind::Folder { path, .. } if output::is_within(&self.root.dir().join(path), output) => {
                Err(format!(
                    "the host {path} is what was built, or lies in it, so that it would be brought there from itself: \
                 choose another folder, or let a server read {} as it is",
                    output.display()
                ))
            }
            _ => Ok(()),
        }
    }

    /// Proposes what an order comes to and, unless that is all, does it.
    pub fn fulfil(&self, common: &Common, order: &Order, dry_run: bool) -> Exit {
        let watch = clock::Stopwatch::start();
        let ended = progress::during(common, |progress| self.site.fulfil(order, dry_run, progress));
        let (proposal, done) = match ended {
            Ok(ended) => ended,
            Err(stop) => return self.refuse(stop),
        };
        let course = &proposal.course;
        let (new, changed): (Vec<_>, Vec<_>) = course.puts().partition(|put| put.is_new);
        let summary = Summary {
            target: &self.target.name,
            dry_run,
            state: proposal.number,
            new: new.len(),
            changed: changed.len(),
            bytes: course.puts().map(|put| put.item.bytes).sum(),
            removed: course.removed,
            deleted: course.delete.len() + course.clear.len(),
            condemned: done
                .as_ref()
                .map_or(course.condemned.len() - course.delete.len(), |done| done.condemned),
            millis: watch.total().as_millis(),
        };
        let mut exit = self.tell(common, &summary, &proposal, done.as_ref());
        if let Some(fault) = done.as_ref().and_then(|done| done.untidy.as_ref()) {
            terminal::complain(&format!(
                "deployed, but what is not needed any more could not be removed: {fault}; the next deploy that \
                 changes something does that"
            ));
            exit = Exit::Failed;
        }
        match done {
            Some(done) => self.follow(common, order, &proposal, &done).unwrap_or(exit),
            None => exit,
        }
    }

    /// Tells those who want to know what changed. An exit, where the person's own program failed.
    fn follow(&self, common: &Common, order: &Order, proposal: &Proposal, done: &Done) -> Option<Exit> {
        let Target { indexnow, indexnow_url, hook, public_url, .. } = &self.target;
        let is_public = match public_url {
            None => true,
            Some(url) => url.as_ref().is_some_and(|url| url.as_str() == order.base_url),
        };
        let after = After {
            root: self.root.dir(),
            base_url: order.base_url,
            addresses: self.addresses,
            // What nobody reads at the address of the portal is no news there.
            hub: self.hub.as_deref().filter(|_| is_public),
            indexnow: indexnow.as_deref().filter(|_| is_public).map(|key| (key, indexnow_url.as_deref())),
            hook: hook.as_deref(),
            target: &self.target.name,
            state: done.number,
        };
        let course = &proposal.course;
        // Until then readers get what was there.
        let gone = course.delete.iter().filter(|_| done.untidy.is_none()).chain(&course.clear);
        // What was put right is news for those who have seen it wrong.
        let righted = proposal.concerns.iter().flat_map(|concern| match concern {
            Concern::Drift { altered, missing, .. } => [altered.as_slice(), missing.as_slice()],
            _ => [[].as_slice(), &[]],
        });
        let mut changed: Vec<&OutPath> = course.news.iter().chain(gone).chain(righted.flatten()).collect();
        changed.sort_unstable();
        changed.dedup();
        if changed.is_empty() {
            return None;
        }
        let mut exit = None;
        for said in after.tell(&changed) {
            match said.ended {
                Ok(()) if common.quiet || common.format == Format::Json => {}
                Ok(()) => terminal::note(&format!("told {}", said.what)),
                Err(fault) => {
                    terminal::complain(&format!("deployed, but could not tell {}: {fault}", said.what));
                    exit = Some(Exit::Failed);
                }
            }
        }
        exit
    }

    /// Compares what is on the host, and what readers get, with the state that was deployed last.
    pub fn verify(&self, common: &Common) -> Exit {
        let found = progress::during(common, |progress| {
            let states = self.site.states()?;
            let Some(current) = states.last() else { return Ok(None) };
            let parcel = self.site.parcel(current)?;
            let mut findings = self.site.findings(current, &parcel, progress)?;
            let public = match &self.target.public_url {
                Some(url) => url.as_ref().map(|url| url.as_str().to_owned()),
                None => Some(current.base_url.clone()),
            };
            if let Some(url) = &public {
                let keeps = self.site.keeps_headers();
                findings.extend(verify::in_public(url, self.addresses, &parcel, keeps, progress)?);
            }
            Ok(Some((current.number, parcel.items.len(), findings)))
        });
        let (number, files, findings) = match found {
            Ok(Some(found)) => found,
            Ok(None) => {
                terminal::complain("nothing was ever deployed there");
                return Exit::Failed;
            }
            Err(stop) => return self.refuse(stop),
        };
        for finding in &findings {
            terminal::say(&match common.format {
                Format::Json => serde_json::json!({ "place": finding.place, "what": finding.what.word(), "message": finding.to_string() }).to_string(),
                _ => finding.to_string(),
            });
        }
        if common.format != Format::Json && !common.quiet {
            let name = &self.target.name;
            terminal::say(&match findings.len() {
                0 => format!("{name}: {files} files are as they were deployed, state {number}"),
                count => format!("{name}: {count} findings on {files} files, state {number}"),
            });
        }
        if findings.is_empty() { Exit::Done } else { Exit::Failed }
    }

    fn tell(&self, common: &Common, summary: &Summary, proposal: &Proposal, done: Option<&Done>) -> Exit {
        // What was agreed to is not said again.
        let concerns = if summary.dry_run { proposal.concerns.as_slice() } else { &[] };
        if common.format == Format::Json {
            terminal::say(&serde_json::to_string(summary).unwrap_or_default());
        } else if !common.quiet {
            let shown = if summary.dry_run { usize::MAX } else { LISTED };
            let mut lines = lines(proposal);
            lines.by_ref().take(shown).for_each(|line| terminal::say(&line));
            match lines.count() {
                0 => {}
                more => terminal::say(&format!("… and {more} more")),
            }
            terminal::say(&self.words(summary, proposal.is_done));
            if let Some(next) = done.and_then(|done| done.next) {
                terminal::say(&format!(
                    "{} files that are not published any more stay until {next}, for readers who have an older \
                     page open; the first deploy after that removes them, `--now` at once",
                    summary.condemned
                ));
            }
        }
        for concern in concerns {
            complain(concern);
        }
        if concerns.is_empty() { Exit::Done } else { Exit::Faults }
    }

    fn words(&self, summary: &Summary, is_done: bool) -> String {
        let Summary { target, state, new, changed, removed, deleted, .. } = summary;
        let site = self.site.name();
        if is_done {
            return format!("{target}: nothing to do, {site} is up to date");
        }
        let (would, how) = match summary.dry_run {
            true => ("would be ", String::new()),
            false => {
                let seconds = f64::from(u32::try_from(summary.millis).unwrap_or(u32::MAX)) / 1000.0;
                ("", format!(", state {state}, in {seconds:.1} s"))
            }
        };
        let size = size(summary.bytes);
        format!(
            "{target}: {would}{new} new files, {changed} changed, {size}; {removed} not published any more, \
             {deleted} deleted, {site}{how}"
        )
    }

    /// Says why a deploy did not come to its end.
    pub fn refuse(&self, stop: Stop) -> Exit {
        match stop {
            Stop::Concerns(concerns) => {
                concerns.iter().for_each(complain);
                terminal::complain("nothing was deployed; the host is as it was");
                Exit::Faults
            }
            Stop::Busy { since, until } => {
                terminal::complain(&format!(
                    "another deploy has held {} since {since}; run this one again when that has ended (one that \
                     was killed holds it until {until} at most)",
                    self.site.name()
                ));
                Exit::Failed
            }
            Stop::Overtaken => {
                terminal::complain(&format!(
                    "another deploy has changed {} meanwhile: run this one again",
                    self.site.name()
                ));
                Exit::Failed
            }
            Stop::Host(fault) => {
                // What stays as it is until somebody sees to it is not mended by trying.
                let first = if fault.is_passing { "" } else { "when that is seen to, " };
                terminal::complain(&format!(
                    "{}: {fault}. What is there is sound; {first}run this again to go on",
                    self.site.name()
                ));
                Exit::Failed
            }
        }
    }
}

/// Opens a host.
fn open(target: &Target, root: &Root) -> Result<Box<dyn Site>, String> {
    let line = target.line;
    let piecewise = |host: Box<dyn Host>| Box::new(Piecewise::new(host, pauses(line.patience)));
    Ok(match &target.kind {
        Kind::Folder { path, in_place } => {
            let path = root.dir().join(path);
            let failed = |error| format!("cannot open {}: {error}", path.display());
            match in_place {
                true => piecewise(Box::new(Folder::open(&path).map_err(failed)?)),
                false => Box::new(Generations::at(&path).map_err(failed)?),
            }
        }
        Kind::S3 { bucket, endpoint, region, prefix, compress } => {
            let at = Bucket {
                bucket,
                endpoint: endpoint.as_deref(),
                region: region.as_deref(),
                prefix: prefix.as_deref(),
                key: None,
                compress: *compress,
            };
            piecewise(Box::new(Remote::s3(&at, line).map_err(|fault| fault.to_string())?))
        }
        Kind::WebDav { url, user } => {
            let password = secret::password(root, &target.name)?;
            let host = Remote::webdav(url, user.as_deref(), password.as_deref(), line);
            piecewise(Box::new(host.map_err(|fault| fault.to_string())?))
        }
        Kind::Sftp { host, user, path, key } => {
            let host = Sftp::new(host, user, path, key.as_deref(), line);
            piecewise(Box::new(host.map_err(|fault| fault.to_string())?))
        }
        Kind::Git { repository, branch } => {
            let git = Git::new(root, &target.name, repository, branch, target.history, line);
            Box::new(git.map_err(|fault| fault.to_string())?)
        }
        Kind::Rsync { host, user, path } => {
            Box::new(Rsync::new(host, user.as_deref(), path, line).map_err(|fault| fault.to_string())?)
        }
        Kind::Ftp { host, user, path, tls } => {
            let password = secret::password(root, &target.name)?;
            if password.is_none() {
                let variable = secret::variable(&target.name, "PASSWORD");
                return Err(format!(
                    "{user}@{host} takes a password: set {variable}, or {variable}_FILE or {variable}_COMMAND"
                ));
            }
            let host = Ftp::new(host, user, password.as_deref(), path, *tls, line);
            piecewise(Box::new(host.map_err(|fault| fault.to_string())?))
        }
    })
}

fn complain(concern: &Concern) {
    terminal::complain(&format!(
        "{concern}. If that is meant, run this again with `--yes {}`",
        word(concern.consent())
    ));
}

fn word(consent: Consent) -> String {
    use clap::ValueEnum;
    consent.to_possible_value().map(|value| value.get_name().to_owned()).unwrap_or_default()
}

/// Files that are named of a deploy: more are the whole portal, or nearly.
const LISTED: usize = 200;

/// What a proposal would do, line by line.
fn lines(proposal: &Proposal) -> impl Iterator<Item = String> {
    let course = &proposal.course;
    let put = course.puts().map(|put| {
        let sign = if put.is_new { '+' } else { '~' };
        format!("{sign} {}", put.item.path.as_str())
    });
    let deleted = course.clear.iter().chain(&course.delete).map(|path| format!("- {}", path.as_str()));
    put.chain(deleted)
}

fn size(bytes: u64) -> String {
    match bytes {
        0..10_000 => format!("{bytes} bytes"),
        10_000..10_000_000 => format!("{} kB", bytes / 1_000),
        _ => format!("{} MB", bytes / 1_000_000),
    }
}

/// The time of a deploy.
pub fn now() -> Timestamp {
    clock::now()
}
