//! `tribune watch`

use std::time::Duration;

use crate::cli::WatchArgs;
use crate::text::diagnostic::Format;
use crate::world::clock::Stopwatch;
use crate::world::watch::{Hints, QUIET, Wake, Watch};

use super::build::tell;
use super::round::{Builder, End, Round};
use super::{Exit, terminal};

/// After so long a build is followed by a look whether it saw everything.
const AGAIN: Duration = Duration::from_millis(200);
/// After so long what a machine failed at is tried again.
const RETRY: Duration = Duration::from_secs(2);
/// For so long failures are explained by changes that go on.
const EXCUSED: Duration = Duration::from_secs(5);

pub fn run(args: &WatchArgs) -> Exit {
    let build = &args.build;
    let mut builder = match Builder::new(build, true) {
        Ok(builder) => builder,
        Err(reason) => {
            terminal::complain(&reason);
            return Exit::Usage;
        }
    };
    let mut watch = Watch::start(builder.root.dir(), args.poll);
    let mut told = Told::default();
    let mut failing: Option<Stopwatch> = None;
    let (mut hints, mut is_hinted) = (Hints::everything(), true);
    loop {
        let round = builder.build(&hints);
        watch.follow(builder.named_files.clone());
        if let Some(notice) = watch.notice() {
            terminal::note(&notice);
        }
        // A file that was being written explains most failures: the next look finds it whole.
        let mut is_excused = || failing.get_or_insert_with(Stopwatch::start).total() < EXCUSED;
        if round.exit() != Exit::Done && is_excused() {
            match watch.wait(Some(QUIET), None) {
                Wake::Hints(more) => {
                    hints = more;
                    continue;
                }
                Wake::Interrupted => return Exit::Done,
                Wake::Due | Wake::Patience => {}
            }
        }
        failing = None;
        let is_news = told.tell(args, &round, &builder);
        if round.exit() == Exit::Done && round.report.diagnostics.is_empty() {
            builder.prepare();
        }
        watch.refresh();
        let patience = match &round.end {
            End::Failed(_) => Some(RETRY),
            _ => (is_hinted || is_news).then_some(AGAIN),
        };
        // A clock that was given does not go on.
        let due = round.due.filter(|_| build.inputs.as_of.is_none());
        (hints, is_hinted) = match watch.wait(patience, due) {
            Wake::Interrupted => return Exit::Done,
            Wake::Hints(hints) => (hints, true),
            Wake::Due => (Hints::everything(), true),
            Wake::Patience => (Hints::everything(), false),
        };
    }
}

/// What the person at the terminal was told last, so that nothing is said twice.
#[derive(Default)]
struct Told {
    report: String,
    end: Option<String>,
}

impl Told {
    /// Tells what is new about a round; whether anything was.
    fn tell(&mut self, args: &WatchArgs, round: &Round, builder: &Builder) -> bool {
        let build = &args.build;
        let first = self.end.is_none();
        let report = terminal::reported(&round.report, &builder.root, &build.common);
        let end = match &round.end {
            End::Done { .. } => String::new(),
            End::Refused => "refused".to_owned(),
            End::Failed(failure) => failure.to_string(),
        };
        let is_news =
            first || round.has_written() || report != self.report || self.end.as_ref() != Some(&end);
        if is_news {
            if report != self.report {
                terminal::show(&report);
            }
            tell(build, round);
        }
        if first && !build.common.quiet && build.common.format != Format::Json {
            terminal::note("watching; Ctrl-C ends it");
        }
        (self.report, self.end) = (report, Some(end));
        is_news
    }
}
