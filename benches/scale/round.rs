//! One run through all scenarios, the sides taking turns.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::edits::{Scenario, Sources};
use crate::floor::{self, Cost, Tree};
use crate::generate::{AS_OF, Portal};
use crate::hugo::Hugo;
use crate::measure::{self, Ended, Ticks};
use crate::stats::grouped;
use crate::tree::{Addresses, Changes, Comparison, Snapshot, stat_walk};
use crate::watching::{self, Times};
use crate::{Options, Wanted, said};

const TRIBUNE: &str = env!("CARGO_BIN_EXE_tribune");

/// All of one size.
pub struct Size {
    pub releases: usize,
    pub source_bytes: u64,
    pub rounds: Vec<Vec<Step>>,
    /// After the last run. None without Hugo.
    pub addresses: Option<Comparison>,
    /// What the first clean build wrote.
    pub tree: Option<Tree>,
    /// After the last run: edits while Tribune watches.
    pub watching: Times,
}

/// One scenario of one run.
pub struct Step {
    pub scenario: Scenario,
    pub tribune: Sample,
    pub stages: Vec<(String, f64)>,
    pub hugo: Option<Sample>,
    pub floor: Option<Sample>,
    pub walk: Option<Sample>,
    /// Of a clean build: what was built, and what was written bare.
    trees: Option<[Tree; 2]>,
}

/// What something cost.
pub struct Sample {
    pub wall: f64,
    pub cpu: Option<Ticks>,
    pub peak_bytes: Option<u64>,
    pub changes: Option<Changes>,
}

impl Sample {
    fn new(ended: &Ended, changes: Changes) -> Self {
        let (wall, cpu, peak_bytes) = (ended.wall, ended.cpu, ended.peak_bytes);
        Self { wall, cpu, peak_bytes, changes: Some(changes) }
    }
}

impl Size {
    /// Whether all floors wrote what had been built.
    pub fn is_equal(&self) -> bool {
        let mut trees = self.rounds.iter().flatten().filter_map(|step| step.trees.as_ref());
        trees.all(|[built, bare]| built == bare)
    }
}

pub fn measure_size(
    releases: usize,
    work: &Path,
    options: &Options,
    hugo: Option<&Hugo>,
) -> Result<Size, String> {
    let told = grouped(releases as u64);
    eprintln!("{told} releases: inventing them");
    let portal = Portal::new(options.seed, releases);
    let folder = |side: &str| work.join(format!("{side}-{releases}-{}", options.seed));
    let sources = Sources::new(&portal, folder("portal"), hugo.map(|_| folder("site")));
    let source_bytes = sources.write().map_err(said(work.display()))?;
    let (rounds, addresses, tree, watching) = (Vec::new(), None, None, Times::new());
    let mut size = Size { releases, source_bytes, rounds, addresses, tree, watching };
    for run in 1..=options.runs {
        eprintln!("{told} releases: run {run} of {}", options.runs);
        let fresh = |side: &str| fresh(&work.join(format!("{side}-{releases}-{run}")));
        let turn = Turn {
            sources: &sources,
            hugo,
            is_hugo_once: options.hugo == Wanted::Once,
            threads: options.threads,
            // The sides take turns in going first.
            is_hugo_first: run.is_multiple_of(2),
            built: fresh("built")?,
            bare: fresh("floor")?,
            theirs: fresh("hugo")?,
        };
        let mut steps = Vec::new();
        for scenario in Scenario::ALL {
            steps.push(turn.step(scenario)?);
            if hugo.is_some() && run == options.runs && scenario == turn.last_together() {
                size.addresses = Some(turn.compare()?);
            }
        }
        size.rounds.push(steps);
        if run == options.runs {
            size.watching = watching::measure(TRIBUNE, &sources, &turn.built, options.threads)?;
        }
    }
    let trees = size.rounds.iter().flatten().find_map(|step| step.trees.as_ref());
    size.tree = trees.map(|[built, _]| built.clone());
    Ok(size)
}

/// One run: where each side writes.
struct Turn<'a> {
    sources: &'a Sources<'a>,
    hugo: Option<&'a Hugo>,
    /// Whether it takes part in the clean build alone.
    is_hugo_once: bool,
    threads: usize,
    is_hugo_first: bool,
    built: PathBuf,
    bare: PathBuf,
    theirs: PathBuf,
}

impl Turn<'_> {
    /// The last step in which both sides take part.
    fn last_together(&self) -> Scenario {
        let [.., last] = Scenario::ALL;
        if self.is_hugo_once { Scenario::Clean } else { last }
    }

    fn step(&self, scenario: Scenario) -> Result<Step, String> {
        self.sources.edit(scenario).map_err(said(scenario.name()))?;
        let is_clean = scenario == Scenario::Clean;
        let takes_part = is_clean || !self.is_hugo_once;
        let mut hugo = if takes_part && self.is_hugo_first { self.build_theirs()? } else { None };
        let walk = match is_clean {
            true => None,
            false => Some(stat_walk(&self.sources.folders()).map_err(said("the stat walk"))?),
        };
        let (tribune, stages) = self.build_own(scenario)?;
        let floor = if is_clean { Some(self.write_bare()?) } else { None };
        if takes_part && !self.is_hugo_first {
            hugo = self.build_theirs()?;
        }
        let bare = |wall, cpu| Sample { wall, cpu, peak_bytes: None, changes: None };
        let mut trees = None;
        if is_clean {
            let tree = |folder: &Path| floor::tree(folder).map_err(said(folder.display()));
            trees = Some([tree(&self.built)?, tree(&self.bare)?]);
        }
        Ok(Step {
            scenario,
            tribune,
            stages,
            hugo,
            floor: floor.map(|cost| bare(cost.wall, cost.cpu)),
            walk: walk.map(|wall| bare(wall, None)),
            trees,
        })
    }

    fn build_own(&self, scenario: Scenario) -> Result<(Sample, Vec<(String, f64)>), String> {
        let mut build = Command::new(TRIBUNE);
        build.args(["build", "--timings", "--quiet", "--as-of", AS_OF]);
        match scenario {
            Scenario::Clean => _ = build.arg("--clean"),
            Scenario::Told => _ = build.arg("--changed").arg(self.sources.edited()),
            _ => {}
        }
        build.arg("--root").arg(&self.sources.folder).arg("--output").arg(&self.built);
        build.env("RAYON_NUM_THREADS", self.threads.to_string());
        let (ended, changes) = watched(&mut build, &self.built)?;
        Ok((Sample::new(&ended, changes), stages(&String::from_utf8_lossy(&ended.output.stderr))))
    }

    fn build_theirs(&self) -> Result<Option<Sample>, String> {
        let (Some(hugo), Some(site)) = (self.hugo, &self.sources.site) else { return Ok(None) };
        let mut build = hugo.build(site, &self.theirs, self.threads);
        let (ended, changes) = watched(&mut build, &self.theirs)?;
        Ok(Some(Sample::new(&ended, changes)))
    }

    /// Writes what Tribune has just built once more, bare.
    fn write_bare(&self) -> Result<Cost, String> {
        let own = env::current_exe().map_err(said("this program"))?;
        let mut bare = Command::new(own);
        bare.arg("--floor").arg(&self.built).arg(&self.bare).arg(self.threads.to_string());
        settle();
        let ended = measure::run(&mut bare).map_err(said("the floor"))?;
        serde_json::from_slice(&ended.output.stdout)
            .map_err(|_| format!("the floor failed: {}", String::from_utf8_lossy(&ended.output.stderr)))
    }

    fn compare(&self) -> Result<Comparison, String> {
        let of = |folder: &Path| Addresses::of(folder).map_err(said(folder.display()));
        Ok(of(&self.built)?.against(&of(&self.theirs)?))
    }
}

/// Runs a build, and says what it did to the folder that it writes into.
fn watched(build: &mut Command, output: &Path) -> Result<(Ended, Changes), String> {
    let snapshot = || Snapshot::of(output).map_err(said(output.display()));
    let before = snapshot()?;
    settle();
    let name = build.get_program().to_string_lossy().into_owned();
    let ended = measure::run(build).map_err(said(&name))?;
    if !ended.output.status.success() {
        let told = String::from_utf8_lossy(&ended.output.stderr);
        return Err(format!("{name} failed:\n{told}"));
    }
    Ok((ended, before.until(&snapshot()?)))
}

/// A path at which nothing stands; what stood there is moved away, not deleted.
fn fresh(path: &Path) -> Result<PathBuf, String> {
    if path.exists() {
        let old = (1..).map(|n| path.with_extension(format!("old-{n}"))).find(|old| !old.exists());
        fs::rename(path, old.unwrap_or_default()).map_err(said(path.display()))?;
    }
    Ok(path.to_owned())
}

/// Lets what was written before reach the disk, so that it disturbs no measurement.
fn settle() {
    let _ = Command::new("sync").status();
}

/// The lines of `--timings`: a name, a number, `ms`.
fn stages(told: &str) -> Vec<(String, f64)> {
    let stage = |line: &str| {
        let (name, milliseconds) = line.strip_suffix(" ms")?.rsplit_once(' ')?;
        Some((name.trim().to_owned(), milliseconds.parse().ok()?))
    };
    told.lines().filter_map(stage).collect()
}
