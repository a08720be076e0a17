//! How long a clean build takes, against a bare program that writes the same files.
//!
//! ```text
//! cargo bench --bench scale -- [SIZE…] [--runs N] [--threads N] [--seed N] [--keep DIR]
//! ```
//!
//! For every size (1,000 and 10,000 releases unless told) a portal is invented, then built and
//! written again bare, in turns: A B A B. Both have the same number of threads and fresh folders
//! on one file system. On a machine with other work wall times mean little; processor times drift
//! less. What was built is compared with what was written bare, byte for byte. Nothing
//! is deleted before all is measured: file systems are slow to create files for minutes after many
//! were deleted, so `--keep` serves for repeated measurements too. Files are warm (just written or
//! read), and everything is on its way to the disk (`sync`) before a clock starts.

#![allow(clippy::disallowed_methods, reason = "a benchmark is all files, clocks and programs")]
#![allow(clippy::print_stdout, clippy::print_stderr, reason = "it is a program of its own")]

mod floor;
mod generate;
mod measure;
mod words;

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

use serde_json::{Value, json};

use floor::{Cost, Tree};
use generate::{AS_OF, Portal};
use measure::{Ended, Ticks};

const TRIBUNE: &str = env!("CARGO_BIN_EXE_tribune");

struct Options {
    sizes: Vec<usize>,
    runs: usize,
    threads: usize,
    seed: u64,
    keep: Option<PathBuf>,
}

impl Options {
    fn parse(mut arguments: impl Iterator<Item = String>) -> Result<Self, String> {
        let mut options = Self { sizes: Vec::new(), runs: 3, threads: 2, seed: 1, keep: None };
        while let Some(argument) = arguments.next() {
            let mut value = || arguments.next().ok_or_else(|| format!("{argument} needs a value"));
            match argument.as_str() {
                // Cargo's own.
                "--bench" => {}
                "--runs" => options.runs = number(&value()?)?.max(1),
                "--threads" => options.threads = number(&value()?)?.max(1),
                "--seed" => options.seed = number(&value()?)? as u64,
                "--keep" => options.keep = Some(value()?.into()),
                size => options.sizes.push(number(size)?.max(1)),
            }
        }
        if options.sizes.is_empty() {
            options.sizes = vec![1000, 10_000];
        }
        Ok(options)
    }
}

fn number(text: &str) -> Result<usize, String> {
    text.replace(['_', ','], "").parse().map_err(|_| format!("expected a number, not `{text}`"))
}

fn main() -> ExitCode {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let done = match arguments.first().map(String::as_str) {
        Some("--floor") => floor_child(&arguments[1..]),
        _ => Options::parse(arguments.into_iter()).and_then(|options| bench(&options)),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            eprintln!("error: {message}");
            ExitCode::FAILURE
        }
    }
}

/// `scale --floor SOURCE TARGET THREADS`: what the benchmark starts to measure the floor.
fn floor_child(arguments: &[String]) -> Result<(), String> {
    let [source, target, threads] = arguments else { return Err("--floor SOURCE TARGET THREADS".into()) };
    let cost = floor::run(source.as_ref(), target.as_ref(), number(threads)?).map_err(said(target))?;
    println!("{}", json!(cost));
    Ok(())
}

fn bench(options: &Options) -> Result<(), String> {
    let scratch = Path::new(env!("CARGO_TARGET_TMPDIR"));
    let work = options.keep.clone().unwrap_or_else(|| scratch.join(format!("scale-{}", std::process::id())));
    fs::create_dir_all(&work).map_err(said(work.display()))?;
    let measured: Result<Vec<Size>, String> =
        options.sizes.iter().map(|size| measure_size(*size, &work, options)).collect();
    if let Ok(measured) = &measured {
        let report = scratch.parent().unwrap_or(scratch).join("scale.json");
        fs::write(&report, format!("{:#}\n", json(measured, options))).map_err(said(report.display()))?;
        println!("{}", table(measured, options));
        println!("Written to {}.", report.display());
    }
    if options.keep.is_none() {
        eprintln!("removing {}; creating files may be slow for some minutes", work.display());
        let _ = fs::remove_dir_all(&work);
    }
    let unequal = measured?.iter().flat_map(|size| &size.pairs).filter(|pair| !pair.is_equal()).count();
    if unequal > 0 {
        return Err(format!("in {unequal} pairs the two trees are not equal, so the ratio means nothing"));
    }
    Ok(())
}

/// All of one size.
struct Size {
    releases: usize,
    source_bytes: u64,
    pairs: Vec<Pair>,
}

/// A build, and the same files written bare.
struct Pair {
    built: Ended,
    stages: Vec<(String, f64)>,
    built_tree: Tree,
    floor: Cost,
    floor_tree: Tree,
}

impl Pair {
    fn is_equal(&self) -> bool {
        self.built_tree == self.floor_tree
    }

    fn ratio(&self) -> f64 {
        self.built.wall / self.floor.wall
    }
}

fn measure_size(releases: usize, work: &Path, options: &Options) -> Result<Size, String> {
    let portal = work.join(format!("portal-{releases}-{}", options.seed));
    eprintln!("{} releases: inventing them", grouped(releases as u64));
    // Inventing again gives the same bytes, so what is kept serves.
    let mark = portal.join(".complete");
    let kept = fs::read_to_string(&mark).ok().and_then(|text| text.trim().parse().ok());
    let source_bytes = match kept {
        Some(bytes) => bytes,
        None => {
            let bytes = Portal::new(options.seed, releases).write(&portal).map_err(said(portal.display()))?;
            fs::write(&mark, bytes.to_string()).map_err(said(mark.display()))?;
            bytes
        }
    };
    let mut pairs = Vec::new();
    for run in 1..=options.runs {
        eprintln!("{} releases: run {run} of {}", grouped(releases as u64), options.runs);
        pairs.push(measure_pair(&portal, work, &format!("{releases}-{run}"), options.threads)?);
    }
    Ok(Size { releases, source_bytes, pairs })
}

fn measure_pair(portal: &Path, work: &Path, name: &str, threads: usize) -> Result<Pair, String> {
    let output = fresh(&work.join(format!("built-{name}")))?;
    let target = fresh(&work.join(format!("floor-{name}")))?;
    let mut build = Command::new(TRIBUNE);
    build.args(["build", "--clean", "--timings", "--quiet", "--as-of", AS_OF]);
    build.arg("--root").arg(portal).arg("--output").arg(&output);
    build.env("RAYON_NUM_THREADS", threads.to_string());
    settle();
    let built = measure::run(&mut build).map_err(said(TRIBUNE))?;
    let told = String::from_utf8_lossy(&built.output.stderr).into_owned();
    if !built.output.status.success() {
        return Err(format!("the build failed:\n{told}"));
    }
    let own = env::current_exe().map_err(said("this program"))?;
    let mut bare = Command::new(own);
    bare.arg("--floor").arg(&output).arg(&target).arg(threads.to_string());
    settle();
    let ended = measure::run(&mut bare).map_err(said("the floor"))?;
    let floor = serde_json::from_slice(&ended.output.stdout)
        .map_err(|_| format!("the floor failed: {}", String::from_utf8_lossy(&ended.output.stderr)))?;
    Ok(Pair {
        stages: stages(&told),
        built_tree: floor::tree(&output).map_err(said(output.display()))?,
        floor_tree: floor::tree(&target).map_err(said(target.display()))?,
        built,
        floor,
    })
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

fn said<E: std::fmt::Display>(about: impl std::fmt::Display) -> impl FnOnce(E) -> String {
    move |error| format!("{about}: {error}")
}

/// The middle of some numbers, the least and the greatest.
struct Spread {
    median: f64,
    least: f64,
    most: f64,
}

impl Spread {
    fn of(numbers: impl IntoIterator<Item = f64>) -> Option<Self> {
        let mut numbers: Vec<f64> = numbers.into_iter().collect();
        numbers.sort_by(f64::total_cmp);
        let (least, most) = (*numbers.first()?, *numbers.last()?);
        let at = numbers.len() / 2;
        let even = numbers.len().is_multiple_of(2);
        let median = if even { (numbers[at - 1] + numbers[at]) / 2.0 } else { numbers[at] };
        Some(Self { median, least, most })
    }

    fn json(&self) -> Value {
        json!({ "median": self.median, "min": self.least, "max": self.most })
    }
}

/// How a number is shown.
#[derive(Clone, Copy)]
enum Unit {
    Seconds,
    Milliseconds,
    Megabytes,
    Times,
    Count,
}

impl Unit {
    fn show(self, number: f64) -> String {
        match self {
            Self::Seconds => format!("{number:.3} s"),
            Self::Milliseconds => format!("{number:.0} ms"),
            Self::Megabytes => format!("{:.0} MB", number / 1e6),
            Self::Times => format!("{number:.2}"),
            Self::Count => grouped(number.round() as u64),
        }
    }
}

type Figure = fn(&Size, &Pair) -> Option<f64>;

/// Rows of the table and keys of the JSON file.
const FIGURES: [(&str, &str, Unit, Figure); 14] = [
    ("build, wall", "wall_s", Unit::Seconds, |_, pair| Some(pair.built.wall)),
    ("floor, wall", "floor_wall_s", Unit::Seconds, |_, pair| Some(pair.floor.wall)),
    ("build ÷ floor, by pairs", "ratio", Unit::Times, |_, pair| Some(pair.ratio())),
    ("releases a second", "releases_per_s", Unit::Count, |size, pair| {
        Some(size.releases as f64 / pair.built.wall)
    }),
    ("build, user", "user_s", Unit::Seconds, |_, pair| pair.built.cpu.map(Ticks::user_seconds)),
    ("build, system", "system_s", Unit::Seconds, |_, pair| pair.built.cpu.map(Ticks::system_seconds)),
    ("floor, user", "floor_user_s", Unit::Seconds, |_, pair| pair.floor.cpu.map(Ticks::user_seconds)),
    ("floor, system", "floor_system_s", Unit::Seconds, |_, pair| pair.floor.cpu.map(Ticks::system_seconds)),
    ("build ÷ floor, processor", "cpu_ratio", Unit::Times, |_, pair| {
        let of = |ticks: Ticks| ticks.user_seconds() + ticks.system_seconds();
        // In ticks of 10 ms, a floor may take none.
        Some(of(pair.built.cpu?) / of(pair.floor.cpu?).max(0.01))
    }),
    ("build, peak memory", "peak_bytes", Unit::Megabytes, |_, pair| {
        pair.built.peak_bytes.map(|bytes| bytes as f64)
    }),
    ("files written", "files", Unit::Count, |_, pair| Some(pair.built_tree.files as f64)),
    ("bytes written", "bytes", Unit::Megabytes, |_, pair| Some(pair.built_tree.bytes as f64)),
    ("bytes of releases", "source_bytes", Unit::Megabytes, |size, _| Some(size.source_bytes as f64)),
    ("trees are equal", "equal", Unit::Count, |_, pair| Some(f64::from(u8::from(pair.is_equal())))),
];

impl Size {
    fn spread(&self, figure: Figure) -> Option<Spread> {
        let numbers: Option<Vec<f64>> = self.pairs.iter().map(|pair| figure(self, pair)).collect();
        Spread::of(numbers?)
    }

    fn stage(&self, name: &str) -> Option<Spread> {
        let of = |pair: &Pair| pair.stages.iter().find(|(known, _)| known == name).map(|(_, ms)| *ms);
        Spread::of(self.pairs.iter().filter_map(of))
    }

    fn is_equal(&self) -> bool {
        self.pairs.iter().all(Pair::is_equal)
    }
}

/// The stages of a build, in their order.
fn stage_names(sizes: &[Size]) -> Vec<&str> {
    let mut names: Vec<&str> = Vec::new();
    for (name, _) in sizes.iter().flat_map(|size| &size.pairs).flat_map(|pair| &pair.stages) {
        if !names.contains(&name.as_str()) {
            names.push(name);
        }
    }
    names
}

fn table(sizes: &[Size], options: &Options) -> String {
    let mut table = format!(
        "\nClean builds, {} runs, {} threads, {} cores: median (least–most)\n\n| releases |",
        options.runs,
        options.threads,
        std::thread::available_parallelism().map_or(0, usize::from)
    );
    let mut row = |name: &str, cell: &dyn Fn(&Size) -> String| {
        if !name.is_empty() {
            table.push_str(&format!("| {name} |"));
        }
        for size in sizes {
            table.push_str(&format!(" {} |", cell(size)));
        }
        table.push('\n');
        if name.is_empty() {
            table.push_str(&format!("|---|{}\n", "--:|".repeat(sizes.len())));
        }
    };
    row("", &|size| grouped(size.releases as u64));
    for (name, key, unit, figure) in FIGURES {
        match key {
            "equal" => row(name, &|size| if size.is_equal() { "yes".into() } else { "**NO**".into() }),
            _ => row(name, &|size| shown(size.spread(figure), unit)),
        }
    }
    for name in stage_names(sizes) {
        row(&format!("stage: {name}"), &|size| shown(size.stage(name), Unit::Milliseconds));
    }
    table
}

fn shown(spread: Option<Spread>, unit: Unit) -> String {
    match spread {
        None => "unknown".into(),
        Some(spread) => {
            let [median, least, most] = [spread.median, spread.least, spread.most].map(|n| unit.show(n));
            if least == most { median } else { format!("{median} ({least}–{most})") }
        }
    }
}

fn json(sizes: &[Size], options: &Options) -> Value {
    let size = |size: &Size| {
        let figures = FIGURES.iter().filter(|(_, key, ..)| *key != "equal").map(|(_, key, _, figure)| {
            ((*key).to_owned(), size.spread(*figure).map_or(Value::Null, |spread| spread.json()))
        });
        let mut object: serde_json::Map<String, Value> = figures.collect();
        let names = stage_names(std::slice::from_ref(size));
        let stages = names
            .into_iter()
            .map(|name| (name.to_owned(), size.stage(name).map_or(Value::Null, |spread| spread.json())));
        object.insert("stages_ms".into(), Value::Object(stages.collect()));
        object.insert("releases".into(), json!(size.releases));
        object.insert("equal".into(), json!(size.is_equal()));
        object.insert("tree".into(), json!(size.pairs.first().map(|pair| &pair.built_tree)));
        Value::Object(object)
    };
    json!({
        "tribune": env!("CARGO_PKG_VERSION"),
        "seed": options.seed,
        "runs": options.runs,
        "threads": options.threads,
        "cores": std::thread::available_parallelism().map_or(0, usize::from),
        "sizes": sizes.iter().map(size).collect::<Vec<_>>(),
    })
}

/// `10,000`
fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut grouped = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped
}
