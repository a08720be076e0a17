//! One build after another by one process.

use std::path::PathBuf;

use jiff::Timestamp;

use crate::cli::BuildArgs;
use crate::desk::propose::proposals;
use crate::model::portal::Clock;
use crate::pages::plan::{plan, plan_again};
use crate::pages::render::Renderer;
use crate::text::diagnostic::{Diagnostic, Report};
use crate::text::fingerprint::Fingerprint;
use crate::world::catalog::Memory;
use crate::world::clock::Stopwatch;
use crate::world::output::{self, Held, Job, Marks, Outcome, Record, Refusal};
use crate::world::progress::Progress;
use crate::world::tree::{Failure, Root};
use crate::world::watch::Hints;

use super::listing::Change;
use super::load::{self, Loaded, faults_of_rendering, is_theme_sound, root, survey};
use super::remembered::{self, For, Remembered};
use super::standing::{MOST_CHANGES, Standing};
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
    /// The portal as it was built last, where it can be taken further.
    standing: Option<Standing>,
    /// What was published last.
    record: Option<Record>,
    /// Whether there will be another build.
    stays: bool,
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
    /// A builder into the output folder of the arguments, unless that cannot be one. One that stays
    /// keeps the portal for the next build.
    pub fn new(args: &'a BuildArgs, stays: bool) -> Result<Self, String> {
        let root = root(&args.common);
        let output = output::place(&root, args.output.as_deref())?;
        let (named_files, standing, record) = (Vec::new(), None, None);
        Ok(Self { args, output, root, named_files, clean: args.clean, standing, record, stays })
    }

    /// Builds what the sources are now. Where hints say of all releases that changed and a portal
    /// stands, only they are looked at; whoever hints sees to it that a build without hints follows.
    pub fn build(&mut self, hints: &Hints) -> Round {
        let mut round =
            Round { report: Report::default(), end: End::Refused, due: None, watch: Stopwatch::start() };
        let mut faults = Vec::new();
        round.end = match self.hinted(hints, &mut round.watch, &mut round.due) {
            Some(end) => end,
            None => {
                self.root = root(&self.args.common);
                self.surveyed(&mut round.watch, &mut round.due, &mut faults)
            }
        };
        if !matches!(round.end, End::Done { .. }) {
            remembered::doubt(&self.root);
        }
        round.report = Report::new(faults);
        round
    }

    /// A build of the releases that hints name. `None` where it takes more than that.
    fn hinted(&mut self, hints: &Hints, watch: &mut Stopwatch, due: &mut Option<Timestamp>) -> Option<End> {
        let args = self.args;
        let changes = self.standing.as_ref()?.hinted(hints, &self.root)?;
        let (clock, preview) = load::clock(&args.inputs);
        let standing = self.standing.take()?;
        let marks = Marks { preview, state: None, valid: (clock.now, None), clean: self.clean, told: true };
        self.amended(standing, &changes, clock, marks, (watch, due))
    }

    /// A build of a standing portal that takes changes in. `None` where that can't be done.
    fn amended(
        &mut self,
        mut standing: Standing,
        changes: &[Change],
        clock: Clock,
        mut marks: Marks,
        (watch, due): (&mut Stopwatch, &mut Option<Timestamp>),
    ) -> Option<End> {
        let next = standing.portal.due.first().map(|due| due.instant);
        if next.is_some_and(|next| next <= clock.now) || !standing.amend(changes, &self.root, clock) {
            return None;
        }
        watch.lap("amend");
        let mut held = match self.held() {
            Ok(held) => held,
            Err(failure) => return Some(End::Failed(failure)),
        };
        marks.valid.1 = next;
        let mut faults = Vec::new();
        let end = self.publish(standing, &mut held, marks, watch, &mut faults);
        self.recollect(held);
        *due = next;
        // Whatever is to be said is said of all sources.
        end.filter(|_| faults.is_empty())
    }

    /// A build of everything, after a look at all sources or, where somebody told which changed, at those.
    fn surveyed(
        &mut self,
        watch: &mut Stopwatch,
        due: &mut Option<Timestamp>,
        faults: &mut Vec<Diagnostic>,
    ) -> End {
        let args = self.args;
        let mut standing = self.standing.take();
        let (mut survey, mut remembered) = (None, None);
        if !args.changed.is_empty() && standing.is_none() && !self.clean {
            let (root, output, record) = (&self.root, &self.output, self.record.take());
            let (held, found) =
                rayon::join(|| Held::take(root, output, record), || Remembered::load(root, For::Builds));
            let held = match held {
                Ok(held) => held,
                Err(failure) => return End::Failed(failure),
            };
            watch.lap("recall");
            remembered = found;
            survey = remembered.as_ref().zip(held.state()).and_then(|(remembered, state)| {
                remembered::told(remembered, &mut self.root, &args.inputs, &args.changed, state, watch)
            });
            self.recollect(held);
        }
        if survey.is_none() {
            // What is recorded of the output is read meanwhile.
            let (plain, output, is_known) = (root(&args.common), &self.output, self.record.is_some());
            let record = || (!is_known).then(|| output::record(&plain, output)).flatten();
            let look = || load::survey(&mut self.root, &args.inputs, watch, faults);
            let (found, record) = rayon::join(look, record);
            self.record = self.record.take().or(record);
            survey = found;
        }
        let Some(mut survey) = survey else { return End::Refused };
        self.named_files = survey.named_files();
        let held = match self.held() {
            Ok(held) => held,
            Err(failure) => return End::Failed(failure),
        };
        watch.lap("recall");
        let (state, clock, preview) = (survey.state, survey.clock(), survey.preview);
        if let Some((releases, outcome)) = held.is_current(state, clock.now, preview).filter(|_| !self.clean)
        {
            watch.lap("compare");
            remembered::settle(&self.root);
            *due = held.due();
            self.standing = standing;
            self.recollect(held);
            return End::Done { releases, outcome };
        }
        self.recollect(held);
        let told = survey.changes();
        let mut marks =
            Marks { preview, state, valid: (clock.now, None), clean: self.clean, told: told.is_some() };
        if standing.is_none() && !self.clean {
            remembered = remembered.or_else(|| Remembered::load(&self.root, For::Builds));
            standing = remembered.and_then(|known| known.restore(&self.root, &survey));
            watch.lap("restore");
        }
        if let Some(standing) = standing.filter(|standing| survey.ground_print() == Some(standing.ground))
            && let Some(changes) =
                told.filter(|told| told.len() <= MOST_CHANGES).or_else(|| standing.parted(survey.listing()))
            && let Some(end) = self.amended(standing, &changes, clock, marks, (watch, due))
        {
            self.remember(state, clock, watch);
            return end;
        }
        if !survey.gather() {
            // What was told can't be gone on from: nothing that is remembered counts.
            self.clean = true;
            return self.surveyed(watch, due, faults);
        }
        let root = &self.root;
        let memory = Memory { recall: !self.clean, remember: true };
        let loaded =
            progress::during(&args.common, |progress| survey.load(root, memory, progress, watch, faults));
        let Some(loaded) = loaded else { return End::Refused };
        let Loaded { portal, theme, listing, ground } = loaded;
        *due = portal.due.first().map(|due| due.instant);
        let standing = Standing::new(portal, theme, listing, ground.unwrap_or_default());
        // What is said of the sources must be said by every build.
        marks.state = state.filter(|_| faults.is_empty());
        marks.valid.1 = *due;
        let mut held = match self.held() {
            Ok(held) => held,
            Err(failure) => return End::Failed(failure),
        };
        let end = self.publish(standing, &mut held, marks, watch, faults);
        self.recollect(held);
        if ground.is_none() || !faults.is_empty() {
            self.standing = None;
        }
        self.remember(state, clock, watch);
        end.unwrap_or(End::Refused)
    }

    /// Leaves what stands now to other processes, unless a change of its sources could hide.
    fn remember(&mut self, state: Option<Fingerprint>, clock: Clock, watch: &mut Stopwatch) {
        if !self.stays {
            // It is of no use any more, and may be as large as what is written now.
            self.record = None;
        }
        if let Some(standing) = self.standing.as_mut().filter(|_| state.is_some()) {
            remembered::save(&self.root, For::Builds, standing, clock);
            watch.lap("remember");
        }
    }

    /// Gets ready for the next build while nobody waits.
    pub fn prepare(&mut self) {
        if self.standing.is_some() || !self.stays {
            return;
        }
        let (mut watch, mut faults) = (Stopwatch::start(), Vec::new());
        let survey = survey(&mut self.root, &self.args.inputs, &mut watch, &mut faults);
        let Some(survey) = survey.filter(|survey| survey.ground_print().is_some()) else { return };
        let remembered = Remembered::load(&self.root, For::Builds);
        if let Some(mut standing) = remembered.and_then(|known| known.take_over(&self.root, &survey)) {
            // What changed since that was left may lie far apart, of which a plan takes in all between.
            let known = std::mem::take(&mut standing.known);
            standing.known = plan_again(&standing.portal, &standing.theme, known, &mut faults).known();
            standing.known.take_in();
            if faults.is_empty() && standing.is_whole() {
                self.standing = Some(standing);
                return;
            }
            faults.clear();
        }
        let memory = Memory { recall: true, remember: false };
        let loaded = survey.load(&self.root, memory, &Progress::default(), &mut watch, &mut faults);
        let Some(Loaded { portal, theme, listing, ground }) = loaded.filter(|_| faults.is_empty()) else {
            return;
        };
        let mut standing = Standing::new(portal, theme, listing, ground.unwrap_or_default());
        let planned = plan(&standing.portal, &standing.theme, &mut faults);
        standing.known = planned.known();
        self.standing = Some(standing).filter(|_| faults.is_empty());
    }

    /// Plans a portal and brings the output to the plan. `None` where what is remembered of the portal
    /// was damaged.
    fn publish(
        &mut self,
        mut standing: Standing,
        held: &mut Held,
        mut marks: Marks,
        watch: &mut Stopwatch,
        faults: &mut Vec<Diagnostic>,
    ) -> Option<End> {
        let root = &self.root;
        let (portal, known) = (&standing.portal, std::mem::take(&mut standing.known));
        let plan = plan_again(portal, &standing.theme, known, faults);
        watch.lap("plan");
        if !plan.is_whole() {
            return None;
        }
        if faults.iter().any(Diagnostic::is_error) && is_theme_sound(faults) {
            // Nothing will be published; what is wrong with templates is said with the rest.
            faults.extend(faults_of_rendering(&plan, root, TRIED, &Progress::default()));
        }
        let releases = portal.releases.len();
        *faults = proposals(std::mem::take(faults), &portal.territory, &|path| root.read_lossy(path));
        if faults.iter().any(Diagnostic::is_error) {
            return Some(End::Refused);
        }
        marks.state = marks.state.filter(|_| faults.is_empty());
        let renderer = Renderer::new(&plan, std::mem::take(&mut standing.rows));
        let committed = progress::during(&self.args.common, |progress| {
            held.commit(Job { plan: &plan, renderer: &renderer, root, marks, progress })
        });
        watch.lap("render and write");
        if committed.is_err() && !plan.is_whole() {
            return None;
        }
        Some(match committed {
            Err(Refusal::Lost | Refusal::Unknown) => return None,
            Err(Refusal::Faults(found)) => {
                faults.extend(found);
                End::Refused
            }
            Err(Refusal::Failed(failure)) => End::Failed(failure),
            Ok(outcome) => {
                self.clean = false;
                standing.rows = renderer.into_rows();
                standing.known = plan.known();
                if self.stays {
                    standing.known.take_in();
                }
                self.standing = Some(standing);
                End::Done { releases, outcome }
            }
        })
    }

    fn held(&mut self) -> Result<Held, Failure> {
        Held::take(&self.root, &self.output, self.record.take())
    }

    /// Keeps what is known of the output for the next look at it.
    fn recollect(&mut self, held: Held) {
        self.record = held.release();
    }
}
