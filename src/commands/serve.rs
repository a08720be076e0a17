//! `tribune serve`

use std::cell::RefCell;
use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::time::Duration;

use jiff::Timestamp;

use crate::cli::{Inputs, ServeArgs};
use crate::desk::propose::proposals;
use crate::pages::host::{Found, Host};
use crate::pages::path::OutKey;
use crate::pages::plan::{Output, What, plan};
use crate::pages::render::{Renderer, Texts};
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
use crate::world::watch::{QUIET, Wake, Watch};

use super::load::{root, survey};
use super::{Exit, terminal};

/// After so long a version is followed by a look whether it saw everything.
const AGAIN: Duration = Duration::from_millis(200);
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
    let mut is_hinted = true;
    loop {
        let (ready, is_ready) = channel();
        let (asks, asked) = channel();
        let known = shown.state;
        let (args_of, inputs_of) = (args.clone(), inputs.clone());
        // A version owns all it is made of, on the stack of its thread, and lives until it is
        // replaced and has given its last answer.
        std::thread::spawn(move || version(&args_of, &inputs_of, known, &ready, &asked));
        let Ok(version) = is_ready.recv() else {
            terminal::complain("the portal could not be read; this is a fault of the program");
            return Exit::Failed;
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
        failing = None;
        shown.take(version, &server, asks, &args);
        watch.refresh();
        // A clock that was given does not go on.
        let due = shown.due.filter(|_| args.as_of.is_none());
        is_hinted = match watch.wait(is_hinted.then_some(AGAIN), due) {
            Wake::Interrupted => return Exit::Done,
            Wake::Hints(_) => true,
            Wake::Due => {
                shown.state = None;
                true
            }
            Wake::Patience => false,
        };
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
    /// Nothing changed since the last version.
    Same,
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
    state: Option<Fingerprint>,
    styles: HashMap<String, Digest>,
    /// When the portal next changes by itself.
    due: Option<Timestamp>,
    reported: Option<String>,
}

impl Shown {
    fn take(&mut self, version: Version, server: &Server, asks: Sender<Ask>, args: &ServeArgs) {
        let is_news = self.reported.as_ref() != Some(&version.reported);
        if !matches!(version.end, End::Same) {
            self.due = version.due;
        }
        match version.end {
            End::Same => return,
            End::Refused { text } => {
                self.state = None;
                server.tell(&text);
            }
            End::Ready { state, styles, line } => {
                let old = std::mem::replace(&mut self.styles, styles);
                let changed =
                    self.styles.iter().filter(|(url, of)| old.get(*url).is_some_and(|was| was != *of));
                server.show(asks, changed.map(|(url, _)| url.clone()).collect());
                self.state = state;
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
    ready: &Sender<Version>,
    asked: &Receiver<Ask>,
) {
    let mut clock = Stopwatch::start();
    let mut root = root(&args.common);
    let mut faults = Vec::new();
    let mut due = None;
    let mut named_files = Vec::new();
    let survey = survey(&mut root, inputs, &mut clock, &mut faults);
    named_files.extend(survey.iter().flat_map(|survey| survey.named_files()));
    let state = survey.as_ref().and_then(|survey| survey.state);
    if state.is_some() && state == known {
        let _ = ready.send(Version { reported: String::new(), named_files, due, end: End::Same });
        return;
    }
    let memory = Memory { recall: true, remember: true };
    let loaded =
        survey.and_then(|survey| survey.load(&root, memory, &Progress::default(), &mut clock, &mut faults));
    let planned = loaded.as_ref().map(|loaded| {
        due = loaded.portal.due.first().map(|due| due.instant);
        let plan = plan(&loaded.portal, &loaded.theme, &mut faults);
        faults =
            proposals(std::mem::take(&mut faults), &loaded.portal.territory, &|path| root.read_lossy(path));
        plan
    });
    let report = Report::new(faults);
    let reported = terminal::reported(&report, &root, &args.common);
    let Some(plan) = planned.as_ref().filter(|_| !report.has_errors()) else {
        let text = terminal::rendered(&report, &root, Format::Human, false);
        let _ = ready.send(Version { reported, named_files, due, end: End::Refused { text } });
        return;
    };
    let preview = Preview {
        renderer: Renderer::new(plan),
        host: Host::of(plan),
        root: &root,
        last: RefCell::default(),
    };
    let line = format!(
        "{} releases, {} files, read in {:.2} s",
        plan.site.portal.releases.len(),
        plan.outputs.len(),
        clock.total().as_secs_f64()
    );
    let state = state.filter(|_| report.diagnostics.is_empty());
    let end = End::Ready { state, styles: preview.host.styles(), line };
    let _ = ready.send(Version { reported, named_files, due, end });
    for Ask { path, reply } in asked {
        // Whoever asked may have gone.
        match reply {
            Reply::Content(to) => _ = to.send(preview.content(&path)),
            Reply::Version(to) => _ = to.send(preview.host.version(&path)),
        }
    }
}

/// One version of the portal, rendered as it is asked for.
struct Preview<'a> {
    renderer: Renderer<'a, 'a>,
    host: Host<'a, 'a>,
    root: &'a Root,
    /// Pages as they were last rendered: a text with an error has no other page to be shown.
    last: RefCell<HashMap<OutKey, Vec<u8>>>,
}

/// Pages that are kept as they were rendered.
const KEPT: usize = 64;

impl<'a> Preview<'a> {
    fn content(&self, path: &str) -> Content {
        match self.host.find(path) {
            Found::Output(output) => self.output(output, 200),
            Found::MovedTo(address) => Content::MovedTo(address),
            Found::Nothing(Some(page)) => self.output(page, 404),
            Found::Nothing(None) => Content::Nothing,
        }
    }

    fn output(&self, output: &'a Output, status: u16) -> Content {
        let media_type = types::of(self.host.plan(), output);
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
        let mut texts = Texts::new();
        for path in self.renderer.needs(output) {
            match self.root.read_again(path) {
                Ok(text) => _ = texts.insert(path.clone(), text),
                Err(_) => return self.stale(output, status),
            }
        }
        let version = self.host.version_of(output);
        match self.renderer.render(output, &texts) {
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
        let media_type = types::of(self.host.plan(), output);
        Content::Stale(last.map(|bytes| Box::new(Content::Bytes { status, media_type, bytes, version })))
    }
}
