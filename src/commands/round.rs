//! One build after another by one process.

use std::path::PathBuf;

use jiff::Timestamp;

use crate::cli::BuildArgs;
use crate::desk::propose::proposals;
use crate::pages::plan::plan;
use crate::pages::render::Renderer;
use crate::text::diagnostic::{Diagnostic, Report};
use crate::world::catalog::Memory;
use crate::world::clock::Stopwatch;
use crate::world::output::{self, Held, Marks, Outcome, Refusal};
use crate::world::progress::Progress;
use crate::world::tree::{Failure, Root};
use crate::world::watch::Hints;

use super::load::{faults_of_rendering, is_theme_sound, root, survey};
use super::{Exit, progress};

/// Pages of each kind that are rendered when nothing will be published: enough to meet what is wrong
/// with a template, whatever the size of the portal.
const TRIED: usize = 50;

/// What a process that builds remembers between builds. `build` uses one once.
pub struct Builder<'a> {
    args: &'a BuildArgs,
    output: PathBuf,
    /// As the last build found it.
    pub root: Root,
    /// Files outside the folders of sources that the last build depended on.
    pub named_files: Vec<PathBuf>,
    clean: bool,
}

/// One build, and what there is to say of it.
pub struct Round {
    pub report: Report,
    pub end: End,
    /// When the portal next changes by itself.
    pub due: Option<Timestamp>,
    pub watch: Stopwatch,
}

/// How a build ended.
pub enum End {
    Done {
        releases: usize,
        outcome: Outcome,
    },
    /// There are errors in what a person wrote.
    Refused,
    Failed(Failure),
}

impl Round {
    pub fn exit(&self) -> Exit {
        match self.end {
            End::Done { .. } => Exit::Done,
            End::Refused => Exit::Faults,
            End::Failed(_) => Exit::Failed,
        }
    }

    /// Whether the output is not what it was.
    pub fn has_written(&self) -> bool {
        matches!(&self.end, End::Done { outcome, .. } if outcome.written + outcome.removed > 0)
    }
}

impl<'a> Builder<'a> {
    /// A builder into the output folder of the arguments, unless that cannot be one.
    pub fn new(args: &'a BuildArgs) -> Result<Self, String> {
        let root = root(&args.common);
        let output = output::place(&root, args.output.as_deref())?;
        Ok(Self { args, output, root, named_files: Vec::new(), clean: args.clean })
    }

    /// Builds what the sources are now. Hints say what is likely to have changed; the survey of all
    /// sources decides.
    pub fn build(&mut self, _hints: &Hints) -> Round {
        self.root = root(&self.args.common);
        let mut round =
            Round { report: Report::default(), end: End::Refused, due: None, watch: Stopwatch::start() };
        let mut faults = Vec::new();
        round.end = self.stages(&mut round.watch, &mut round.due, &mut faults);
        round.report = Report::new(faults);
        round
    }

    fn stages(
        &mut self,
        watch: &mut Stopwatch,
        due: &mut Option<Timestamp>,
        faults: &mut Vec<Diagnostic>,
    ) -> End {
        let args = self.args;
        let Some(survey) = survey(&mut self.root, &args.inputs, watch, faults) else { return End::Refused };
        self.named_files = survey.named_files();
        let root = &self.root;
        let mut held = match Held::take(root, &self.output) {
            Ok(held) => held,
            Err(failure) => return End::Failed(failure),
        };
        watch.lap("recall");
        let (state, now, preview) = (survey.state, survey.now(), survey.preview);
        if let Some((releases, outcome)) = held.is_current(state, now, preview).filter(|_| !self.clean) {
            watch.lap("compare");
            *due = held.due();
            return End::Done { releases, outcome };
        }
        let memory = Memory { recall: !self.clean, remember: true };
        let loaded =
            progress::during(&args.common, |progress| survey.load(root, memory, progress, watch, faults));
        let Some(loaded) = loaded else { return End::Refused };
        *due = loaded.portal.due.first().map(|due| due.instant);
        let plan = plan(&loaded.portal, &loaded.theme, faults);
        watch.lap("plan");
        if faults.iter().any(Diagnostic::is_error) && is_theme_sound(faults) {
            // Nothing will be published; what is wrong with templates is said with the rest.
            faults.extend(faults_of_rendering(&plan, root, TRIED, &Progress::default()));
        }
        let releases = loaded.portal.releases.len();
        *faults = proposals(std::mem::take(faults), &loaded.portal.territory, &|path| root.read_lossy(path));
        if faults.iter().any(Diagnostic::is_error) {
            return End::Refused;
        }
        // What is said of the sources must be said by every build.
        let state = state.filter(|_| faults.is_empty());
        let marks = Marks { preview, state, valid: (now, *due), clean: self.clean };
        let renderer = Renderer::new(&plan);
        let committed =
            progress::during(&args.common, |progress| held.commit(&plan, &renderer, root, marks, progress));
        watch.lap("render and write");
        match committed {
            Err(Refusal::Faults(found)) => {
                faults.extend(found);
                End::Refused
            }
            Err(Refusal::Failed(failure)) => End::Failed(failure),
            Ok(outcome) => {
                self.clean = false;
                End::Done { releases, outcome }
            }
        }
    }
}
