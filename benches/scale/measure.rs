//! Runs a program and says what it cost.
//!
//! Wall time is from before the program is started until it has ended. Processor time is what the
//! kernel adds to the parent's `/proc/self/stat` when a child is waited for: complete, in ticks of
//! 10 ms. Memory is `VmHWM`, the kernel's own high-water mark, read every two milliseconds while
//! the program lives; it can miss only what grows in the last two. Elsewhere than on Linux both
//! are unknown.

use std::fs;
use std::io::{self, Read, Seek};
use std::ops::Sub;
use std::process::{Command, Output, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use serde::{Deserialize, Serialize};

/// Ticks of the kernel's clock a second, as user space sees it (`USER_HZ`).
const TICKS: f64 = 100.0;

/// Processor time in ticks.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Ticks {
    pub user: u64,
    pub system: u64,
}

impl Ticks {
    pub fn user_seconds(self) -> f64 {
        self.user as f64 / TICKS
    }

    pub fn system_seconds(self) -> f64 {
        self.system as f64 / TICKS
    }
}

impl Sub for Ticks {
    type Output = Self;
    fn sub(self, other: Self) -> Self {
        Self { user: self.user.saturating_sub(other.user), system: self.system.saturating_sub(other.system) }
    }
}

/// A program that has ended.
pub struct Ended {
    pub wall: f64,
    pub cpu: Option<Ticks>,
    pub peak_bytes: Option<u64>,
    pub output: Output,
}

/// Runs a program to its end.
pub fn run(command: &mut Command) -> io::Result<Ended> {
    let before = children_ticks();
    let start = Instant::now();
    let child = command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn()?;
    let (pid, ended) = (child.id(), AtomicBool::new(false));
    let (output, wall, peak_bytes) = thread::scope(|scope| {
        let watcher = scope.spawn(|| peak(pid, &ended));
        let output = child.wait_with_output();
        let wall = start.elapsed().as_secs_f64();
        ended.store(true, Ordering::Relaxed);
        (output, wall, watcher.join().unwrap_or_default())
    });
    let cpu = before.zip(children_ticks()).map(|(before, after)| after - before);
    Ok(Ended { wall, cpu, peak_bytes, output: output? })
}

/// The most memory that a process has had, until it ends.
fn peak(pid: u32, ended: &AtomicBool) -> Option<u64> {
    let mut file = fs::File::open(format!("/proc/{pid}/status")).ok()?;
    let mut found = None;
    let mut text = String::with_capacity(2048);
    while !ended.load(Ordering::Relaxed) {
        text.clear();
        if file.rewind().and_then(|()| file.read_to_string(&mut text)).is_err() {
            break;
        }
        let line = text.lines().find_map(|line| line.strip_prefix("VmHWM:"));
        let kilobytes = line.and_then(|line| line.trim().trim_end_matches(" kB").parse::<u64>().ok());
        found = found.max(kilobytes.map(|kilobytes| kilobytes * 1024));
        thread::sleep(Duration::from_millis(2));
    }
    found
}

/// What this process has used.
pub fn own_ticks() -> Option<Ticks> {
    ticks(11)
}

/// What the children of this process that have been waited for have used.
fn children_ticks() -> Option<Ticks> {
    ticks(13)
}

/// Two neighbouring fields of `/proc/self/stat`, counted after the name, which may hold spaces.
fn ticks(field: usize) -> Option<Ticks> {
    let stat = fs::read_to_string("/proc/self/stat").ok()?;
    let mut fields = stat.rsplit_once(')')?.1.split_ascii_whitespace().skip(field);
    Some(Ticks { user: fields.next()?.parse().ok()?, system: fields.next()?.parse().ok()? })
}
