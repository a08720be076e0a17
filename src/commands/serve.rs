//! `tribune serve`

use std::cell::RefCell;
use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::time::Duration;

use jiff::Timestamp;

use crate::cli::{Inputs, ServeArgs};
use crate::desk::propose::proposals;
use crate::pages::brief::News;
use crate::pages::host::{Found, Host};
use crate::pages::known::Known;
use crate::pages::path::OutKey;
use crate::pages::plan::{Output, What, plan_again};
use crate::pages::render::{Renderer, Texts};
use crate::pages::rows::Rows;
use crate::pages::types;
use crate::text::diagnostic::{Diagnostic, Format, Report};
use crate::text::fingerprint::{Digest, Fingerprint};
use crate::text::problem::Problem;
use crate::world::catalog::Memory;
use crate::world::clock::Stopwatch;
use crate::world::progress::Progress;
use crate::world::serve::{Ask, Content, Reply, Server, browser, file};
use crate::world::themes::built_in_file;
use crate::world::tree::Root;
use crate::world::watch::{Hints, QUIET, Wake, Watch};

use super::listing::{Change, Listing};
use super::load::{self, Loaded, Survey, root, survey};
use super::remembered::{self, For, MOST_SINCE, Remembered};
use super::standing::Standing;
use super::{Exit, terminal};

/// After so long a version is followed by a look whether it saw everything.
const AGAIN: Duration = Duration::from_millis(200);
/// After so long without a request what was read is left to the next preview: requests wait for that.
const IDLE: Duration = Duration::from_secs(5);
/// For so long errors are explained by changes that go on.
const EXCUSED: Duration = Duration::from_secs(5);

pub fn run(args: ServeArgs) -> Exit {
    let server = match Server::start(&args.host, args.port) {
        Ok(server) => server,
        Err(failure) => {
            terminal::failure(&failure);
            return Exit::Failed;
        }
    };
    terminal::say(&format!("serving {}", server.url()));
    if server.is_open() {
        terminal::note("warning: whoever reaches this address on the network can read drafts");
    }
    if args.open
        && let Err(failure) = browser::open(&server.url())
    {
        terminal::failure(&failure);
    }
    let mut watch = Watch::start(root(&args.common).dir(), args.poll);
    let args = Arc::new(args);
    let inputs =
        Arc::new(Inputs { as_of: args.as_of, drafts: true, base_url: Some(server.url()), portable: false });
    let mut shown = Shown::default();
    let mut failing: Option<Stopwatch> = None;
    let mut cause = Cause::Unknown;
    loop {
        match shown.renew(&cause, &args, &inputs) {
            Some(version) => shown.take(version, &server, &args),
            None => {
                let (version, calls) = match begin(&args, &inputs, shown.state) {
                    Ok(begun) => begun,
                    Err(exit) => return exit,
                };
                watch.follow(version.named_files.clone());
                if let Some(notice) = watch.notice() {
                    terminal::note(&notice);
                }
                let mut is_excused = || failing.get_or_insert_with(Stopwatch::start).total() < EXCUSED;
                if matches!(version.end, End::Refused { .. }) && is_excused() {
                    match watch.wait(Some(QUIET), None) {
                        Wake::Hints(_) => continue,
                        Wake::Interrupted => return Exit::Done,
                        Wake::Due | Wake::Patience => {}
                    }
                }
                if let End::Ready { .. } = version.end {
                    shown.calls = Some(calls);
                }
                shown.take(version, &server, &args);
            }
        }
        watch.refresh();
        failing = None;
        // A clock that was given does not go on.
        let due = shown.due.filter(|_| args.as_of.is_none());
        let patience = (!matches!(cause, Cause::Look)).then_some(AGAIN);
        cause = match watch.wait(patience, due) {
            Wake::Interrupted => return Exit::Done,
            Wake::Hints(hints) => Cause::Hints(hints),
            Wake::Due => {
                (shown.state, shown.calls) = (None, None);
                Cause::Unknown
            }
            Wake::Patience => Cause::Look,
        };
    }
}

/// Why there may be another version.
enum Cause {
    Unknown,
    Hints(Hints),
    /// It is time to see whether the last one saw everything.
    Look,
}

/// What the thread of a version is called for.
enum Call {
    Ask(Ask),
    /// To become the next version, where the changes let it.
    Renew(Rumour, Sender<Option<Version>>),
}

/// What may have changed.
enum Rumour {
    Hints(Hints),
    /// All sources as they are now, the ground that they stand on, and their state.
    Sources(Listing, Option<Fingerprint>, Option<Fingerprint>),
}

/// Begins a version: its own thread reads the sources, and owns all it is made of until it is replaced
/// and has given its last answer.
fn begin(
    args: &Arc<ServeArgs>,
    inputs: &Arc<Inputs>,
    known: Option<Fingerprint>,
) -> Result<(Version, Sender<Call>), Exit> {
    let (ready, is_ready) = channel();
    let (calls, called) = channel();
    let (args, inputs) = (args.clone(), inputs.clone());
    std::thread::spawn(move || version(&args, &inputs, known, ready, &called));
    match is_ready.recv() {
        Ok(version) => Ok((version, calls)),
        Err(_) => {
            terminal::complain("the portal could not be read; this is a fault of the program");
            Err(Exit::Failed)
        }
    }
}

/// A version of the portal, when it is ready to be asked or will never be.
struct Version {
    /// The report as it is printed.
    reported: String,
    named_files: Vec<PathBuf>,
    due: Option<Timestamp>,
    end: End,
}

enum End {
    /// Nothing changed since the last version, of which this may be known now.
    Same(Option<Fingerprint>),
    Ready {
        state: Option<Fingerprint>,
        styles: HashMap<String, Digest>,
        line: String,
    },
    /// The report without colours.
    Refused {
        text: String,
    },
}

/// What is shown, and what was told of it.
#[derive(Default)]
struct Shown {
    /// The thread of the version that is shown.
    calls: Option<Sender<Call>>,
    /// The sources have errors, and are not those of the version that is shown.
    is_refused: bool,
    state: Option<Fingerprint>,
    styles: HashMap<String, Digest>,
    /// When the portal next changes by itself.
    due: Option<Timestamp>,
    reported: Option<String>,
}

impl Shown {
    /// Has the version that is shown become the next one. `None` where that can't be, or need not.
    fn renew(&self, cause: &Cause, args: &ServeArgs, inputs: &Inputs) -> Option<Version> {
        let calls = self.calls.as_ref().filter(|_| !self.is_refused)?;
        let rumour = match cause {
            Cause::Hints(hints) if !hints.everything => Rumour::Hints(hints.clone()),
            // Of a version that was read whole its state tells.
            Cause::Look if self.state.is_none() => {
                let mut faults = Vec::new();
                let looked = survey(&mut root(&args.common), inputs, &mut Stopwatch::start(), &mut faults);
                let survey = looked.filter(|_| faults.is_empty())?;
                Rumour::Sources(survey.listing().clone(), survey.ground_print(), survey.state)
            }
            _ => return None,
        };
        let (ready, is_ready) = channel();
        calls.send(Call::Renew(rumour, ready)).ok()?;
        is_ready.recv().ok()?
    }

    fn take(&mut self, version: Version, server: &Server, args: &ServeArgs) {
        let is_news = self.reported.as_ref() != Some(&version.reported);
        if !matches!(version.end, End::Same(_)) {
            self.due = version.due;
        }
        match version.end {
            End::Same(state) => {
                self.state = state.or(self.state);
                return;
            }
            End::Refused { text } => {
                (self.state, self.is_refused) = (None, true);
                server.tell(&text);
            }
            End::Ready { state, styles, line } => {
                let old = std::mem::replace(&mut self.styles, styles);
                let changed =
                    self.styles.iter().filter(|(url, of)| old.get(*url).is_some_and(|was| was != *of));
                let changed = changed.map(|(url, _)| url.clone()).collect();
                if let Some(calls) = self.calls.clone() {
                    // Whoever asks a version that is gone hears that nobody answers.
                    server.show(Arc::new(move |ask| _ = calls.send(Call::Ask(ask))), changed);
                }
                (self.state, self.is_refused) = (state, false);
                if !args.common.quiet && args.common.format != Format::Json {
                    terminal::say(&line);
                }
            }
        }
        if is_news {
            terminal::show(&version.reported);
        }
        self.reported = Some(version.reported);
    }
}

/// Reads the sources and answers for what they are now, until nobody asks any more.
fn version(
    args: &ServeArgs,
    inputs: &Inputs,
    known: Option<Fingerprint>,
    ready: Sender<Version>,
    called: &Receiver<Call>,
) {
    let mut clock = Stopwatch::start();
    let mut root = root(&args.common);
    let mut faults = Vec::new();
    let mut named_files = Vec::new();
    // What an earlier preview left is read meanwhile, unless this one has read more.
    let plain = load::root(&args.common);
    let look = || survey(&mut root, inputs, &mut clock, &mut faults);
    let recall = || known.is_none().then(|| Remembered::load(&plain, For::Previews)).flatten();
    let (survey, remembered) = rayon::join(look, recall);
    named_files.extend(survey.iter().flat_map(|survey| survey.named_files()));
    let mut state = survey.as_ref().and_then(|survey| survey.state);
    if state.is_some() && state == known {
        let end = End::Same(state);
        let _ = ready.send(Version { reported: String::new(), named_files, due: None, end });
        return;
    }
    let mut read_at = survey.as_ref().map(Survey::clock);
    let found = survey.as_ref().zip(remembered);
    let taken = found.and_then(|(survey, remembered)| remembered.take_over(&root, survey));
    // At a port that was any free one nobody finds it again.
    let mut is_left =
        args.port == 0 || taken.as_ref().is_some_and(|standing| standing.since.len() <= MOST_SINCE);
    let (mut standing, mut can_go_on) = match taken {
        Some(standing) => (standing, true),
        None => {
            let memory = Memory { recall: true, remember: true };
            let load =
                |survey: Survey| survey.load(&root, memory, &Progress::default(), &mut clock, &mut faults);
            let Some(Loaded { portal, theme, listing, ground }) = survey.and_then(load) else {
                let _ = ready.send(Version::refused(&Report::new(faults), &root, args, named_files, None));
                return;
            };
            (Standing::new(portal, theme, listing, ground.unwrap_or_default()), ground.is_some())
        }
    };
    let mut pending = Pending::First(ready);
    let last = RefCell::default();
    loop {
        let known = std::mem::take(&mut standing.known);
        let mut plan = plan_again(&standing.portal, &standing.theme, known, &mut faults);
        if !plan.is_whole() {
            // What an earlier preview left can't be read any more.
            faults.clear();
            plan = plan_again(&standing.portal, &standing.theme, Known::default(), &mut faults);
        }
        let portal = &standing.portal;
        let due = portal.due.first().map(|due| due.instant);
        faults = proposals(std::mem::take(&mut faults), &portal.territory, &|path| root.read_lossy(path));
        let report = Report::new(std::mem::take(&mut faults));
        can_go_on &= report.diagnostics.is_empty() && plan.is_whole();
        if report.has_errors()
            && let Pending::First(ready) = &pending
        {
            let _ = ready.send(Version::refused(&report, &root, args, named_files, due));
            return;
        }
        let host = Host::of(&plan);
        let ready = || {
            let line = format!(
                "{} releases, {} files, read in {:.2} s",
                portal.releases.len(),
                plan.outputs.len(),
                clock.total().as_secs_f64()
            );
            let reported = terminal::reported(&report, &root, &args.common);
            let state = state.filter(|_| report.diagnostics.is_empty() && plan.is_whole());
            let end = End::Ready { state, styles: host.styles(), line };
            Version { reported, named_files: named_files.clone(), due, end }
        };
        match std::mem::replace(&mut pending, Pending::Nobody) {
            Pending::First(to) => _ = to.send(ready()),
            // The same was written again.
            Pending::Renewed(to) if plan.site.briefs.news().is_some_and(News::is_empty) => {
                let (reported, end) = (String::new(), End::Same(state));
                let same = Version { reported, named_files: Vec::new(), due, end };
                let _ = to.send(can_go_on.then_some(same));
            }
            Pending::Renewed(to) => _ = to.send(can_go_on.then(&ready)),
            Pending::Nobody => {}
        }
        let preview =
            Preview { renderer: Renderer::new(&plan, Rows::default()), host, root: &root, last: &last };
        let next = loop {
            let call = match !is_left && can_go_on && state.is_some() {
                true => called.recv_timeout(IDLE),
                false => called.recv().map_err(|_| RecvTimeoutError::Disconnected),
            };
            match call {
                Ok(Call::Ask(ask)) => preview.answer(ask),
                Ok(Call::Renew(rumour, to)) => {
                    let is_whole = || preview.host.plan().is_whole() && standing.listing.is_whole();
                    match changes(&standing, rumour, &root).filter(|_| can_go_on && is_whole()) {
                        None => _ = to.send(None),
                        Some((changes, of)) if changes.is_empty() => {
                            state = of.or(state);
                            let (reported, end) = (String::new(), End::Same(of));
                            let _ = to.send(Some(Version { reported, named_files: Vec::new(), due, end }));
                        }
                        Some((changes, of)) => break Next::Changed(changes, of, to),
                    }
                }
                Err(RecvTimeoutError::Timeout) => break Next::Idle,
                Err(RecvTimeoutError::Disconnected) => break Next::Over,
            }
        };
        drop(preview);
        standing.known = plan.known();
        let (changes, of, to) = match next {
            Next::Changed(changes, of, to) => (changes, of, to),
            Next::Idle => {
                if let Some(clock) = read_at {
                    remembered::save(&root, For::Previews, &mut standing, clock);
                }
                is_left = true;
                continue;
            }
            Next::Over => return,
        };
        clock = Stopwatch::start();
        let now = load::clock(inputs).0;
        let is_due = due.is_some_and(|due| due <= now.now);
        state = of;
        if !is_due && standing.amend(&changes, &root, now) {
            read_at = Some(now);
            pending = Pending::Renewed(to);
        } else {
            // It goes on to answer as it was, until the next version is read.
            can_go_on = false;
            let _ = to.send(None);
        }
    }
}

/// What a version does when it has answered.
enum Next {
    Changed(Vec<Change>, Option<Fingerprint>, Sender<Option<Version>>),
    /// It leaves what it knows to the next preview.
    Idle,
    Over,
}

/// Who waits for a version to be ready.
enum Pending {
    First(Sender<Version>),
    Renewed(Sender<Option<Version>>),
    Nobody,
}

/// The releases that changed, where nothing else did, and the state of all sources where that is known.
fn changes(standing: &Standing, rumour: Rumour, root: &Root) -> Option<(Vec<Change>, Option<Fingerprint>)> {
    match rumour {
        Rumour::Hints(hints) => Some((standing.hinted(&hints, root)?, None)),
        Rumour::Sources(listing, ground, state) if ground == Some(standing.ground) => {
            Some((standing.parted(&listing)?, state))
        }
        Rumour::Sources(..) => None,
    }
}

impl Version {
    /// A version that can't be shown.
    fn refused(
        report: &Report,
        root: &Root,
        args: &ServeArgs,
        named_files: Vec<PathBuf>,
        due: Option<Timestamp>,
    ) -> Self {
        let text = terminal::rendered(report, root, Format::Human, false);
        let reported = terminal::reported(report, root, &args.common);
        Self { reported, named_files, due, end: End::Refused { text } }
    }
}

/// One version of the portal, rendered as it is asked for.
struct Preview<'a> {
    renderer: Renderer<'a, 'a>,
    host: Host<'a, 'a>,
    root: &'a Root,
    /// Pages as they were last rendered: a text with an error has no other page to be shown.
    last: &'a RefCell<HashMap<OutKey, Vec<u8>>>,
}

/// Pages that are kept as they were rendered.
const KEPT: usize = 64;

impl<'a> Preview<'a> {
    fn answer(&self, Ask { path, reply }: Ask) {
        // Whoever asked may have gone.
        match reply {
            Reply::Content(to) => _ = to.send(self.content(&path)),
            Reply::Version(to) => _ = to.send(self.host.version(&path)),
        }
    }

    fn content(&self, path: &str) -> Content {
        match self.host.find(path) {
            Found::Output(output) => self.output(output, 200),
            // What an earlier preview left was lost: nobody can tell what is not there.
            _ if !self.host.plan().is_whole() => Content::Stale(None),
            Found::MovedTo(address) => Content::MovedTo(address),
            Found::Nothing(Some(page)) => self.output(page, 404),
            Found::Nothing(None) => Content::Nothing,
        }
    }

    fn output(&self, output: &'a Output, status: u16) -> Content {
        let media_type = types::of(self.host.plan().file(output).as_str());
        if let What::Copy(copy) = &output.what {
            let path = &copy.path;
            let opened = self.root.open(path).ok().and_then(|opened| file(media_type, opened).ok());
            return match (opened, built_in_file(path)) {
                (Some(content), _) => content,
                (None, Some(bytes)) if !self.root.exists(path) => {
                    Content::Bytes { status, media_type, bytes: bytes.to_vec(), version: None }
                }
                (None, _) => Content::Stale(None),
            };
        }
        let mut texts = Texts::default();
        for path in self.renderer.needs(output) {
            match self.root.read_again(path) {
                Ok(text) => _ = texts.insert(path.clone(), text),
                Err(_) => return self.stale(output, status),
            }
        }
        let version = self.host.version_of(output);
        let rendered = self.renderer.render(output, &texts);
        // What an earlier preview left was lost after all.
        if !self.host.plan().is_whole() {
            return self.stale(output, status);
        }
        match rendered {
            Ok(bytes) => {
                let version = matches!(output.what, What::Page(_)).then_some(version);
                if version.is_some() {
                    let mut last = self.last.borrow_mut();
                    if last.len() >= KEPT {
                        last.clear();
                    }
                    last.insert(output.key, bytes.clone());
                }
                Content::Bytes { status, media_type, bytes, version }
            }
            // The text is not the one that was planned with.
            Err(Diagnostic { problem: Problem::Unreadable { .. }, .. }) => self.stale(output, status),
            Err(fault) => {
                let text = terminal::rendered(&Report::new(vec![fault]), self.root, Format::Human, false);
                Content::Fault { text, version }
            }
        }
    }

    fn stale(&self, output: &Output, status: u16) -> Content {
        let last = self.last.borrow().get(&output.key).cloned();
        let version = Some(self.host.version_of(output));
        let media_type = types::of(self.host.plan().file(output).as_str());
        Content::Stale(last.map(|bytes| Box::new(Content::Bytes { status, media_type, bytes, version })))
    }
}
