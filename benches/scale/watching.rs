//! Edits while Tribune watches: the time from the quiet after a save to the last byte on disk, as the
//! watching process tells it.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::thread;
use std::time::Duration;

use serde_json::Value;

use crate::edits::{Scenario, Sources};
use crate::generate::AS_OF;
use crate::said;

/// What is edited.
pub const SCENARIOS: [Scenario; 3] = [Scenario::Body, Scenario::Title, Scenario::New];

/// Edits of each kind. The first one of all is not counted: it finds a process that has just begun.
const EDITS: u64 = 9;
/// After each edit the process looks at all sources.
const REST: Duration = Duration::from_millis(1500);
const PATIENCE: Duration = Duration::from_secs(120);

/// Milliseconds by scenario.
pub type Times = Vec<(Scenario, Vec<f64>)>;

/// Edits releases while a process watches, which began with an output that was current.
pub fn measure(tribune: &str, sources: &Sources, output: &Path, threads: usize) -> Result<Times, String> {
    let mut watch = Command::new(tribune);
    watch.args(["watch", "--format", "json", "--as-of", AS_OF]);
    watch.arg("--root").arg(&sources.folder).arg("--output").arg(output);
    watch.env("RAYON_NUM_THREADS", threads.to_string());
    watch.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null());
    let mut process = watch.spawn().map_err(said("tribune watch"))?;
    let measured = told(&mut process).and_then(|told| edits(sources, &told));
    let ended = process.kill().and_then(|()| process.wait());
    ended.map_err(said("tribune watch"))?;
    sources.restore().map_err(said("the sources"))?;
    measured
}

/// What a process says of its builds that wrote something.
fn told(process: &mut Child) -> Result<Receiver<f64>, String> {
    let said = process.stdout.take().ok_or("tribune watch says nothing")?;
    let (sender, receiver) = channel();
    thread::spawn(move || {
        for line in BufReader::new(said).lines().map_while(Result::ok) {
            let Ok(summary) = serde_json::from_str::<Value>(&line) else { continue };
            let Some(millis) = summary["millis"].as_f64() else { continue };
            if sender.send(millis).is_err() {
                break;
            }
        }
    });
    Ok(receiver)
}

fn edits(sources: &Sources, told: &Receiver<f64>) -> Result<Times, String> {
    let next = || told.recv_timeout(PATIENCE).map_err(|_| "tribune watch does not build".to_owned());
    next()?;
    thread::sleep(REST * 2);
    let mut times = Times::new();
    for (nth, scenario) in SCENARIOS.into_iter().enumerate() {
        let mut of_one = Vec::new();
        for number in 0..EDITS + u64::from(nth == 0) {
            while told.try_recv().is_ok() {}
            sources.edit_once_more(scenario, number).map_err(said(scenario.name()))?;
            of_one.push(next()?);
            thread::sleep(REST);
        }
        of_one.drain(..usize::from(nth == 0));
        times.push((scenario, of_one));
    }
    Ok(times)
}
