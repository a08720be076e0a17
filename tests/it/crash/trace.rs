//! The program under `strace`: which system calls it makes, and what becomes of it when one of
//! them fails or is its last.

use std::collections::HashMap;
use std::fs;
use std::path::Path;
use std::process::Command;

/// The calls by which a program changes files; `?` for those that some machines don't have.
const CALLS: &str = "?open,openat,?creat,write,pwrite64,writev,?rename,renameat,?renameat2,?link,linkat,\
                     ?symlink,symlinkat,?unlink,unlinkat,?mkdir,mkdirat,?rmdir,ftruncate,fallocate,\
                     copy_file_range,fsync,fdatasync,?chmod,fchmod,fchmodat,utimensat";

/// One call of a run, by which the same call is found in another run.
#[derive(Clone, Debug)]
pub struct Call {
    /// Made by the first thread, which alone touches the output.
    pub first: bool,
    pub name: String,
    /// The how manieth of its name in its thread, from 1.
    nth: usize,
}

impl Call {
    /// Of those that move things about.
    pub fn moves(&self) -> bool {
        ["rename", "link", "rmdir", "mkdir"].iter().any(|name| self.name.contains(name))
    }
}

/// What became of a run.
pub struct Ended {
    /// `None` when it was killed.
    pub code: Option<i32>,
    pub stderr: String,
    /// The calls that were made to fail, as they were made.
    pub hit: Vec<String>,
}

/// Runs a command and lists the calls that change files.
pub fn record(command: Command, log: &Path) -> (Ended, Vec<Call>) {
    let ended = trace(command, log, &["-f", "-e", &format!("trace={CALLS}")]);
    let text = fs::read_to_string(log).unwrap();
    let mut counts: HashMap<(&str, &str), usize> = HashMap::new();
    let mut calls = Vec::new();
    let mut first = None;
    for line in text.lines() {
        let Some((thread, call)) = line.split_once(' ') else { continue };
        let call = call.trim_start();
        let Some((name, rest)) = call.split_once('(').filter(|_| !call.starts_with(['<', '+', '-'])) else {
            continue;
        };
        let first = *first.get_or_insert(thread) == thread;
        let nth = counts.entry((thread, name)).or_default();
        *nth += 1;
        if changes(name, rest) {
            calls.push(Call { first, name: name.to_owned(), nth: *nth });
        }
    }
    (ended, calls)
}

/// Runs a command and counts how often the thread that does so most reads any of some files.
pub fn count_reads(command: Command, log: &Path, of: &[String]) -> (Ended, usize) {
    let ended = trace(command, log, &[&["-f", "-e", "trace=read"], &*only(of)].concat());
    let text = fs::read_to_string(log).unwrap();
    let mut counts: HashMap<&str, usize> = HashMap::new();
    for line in text.lines() {
        if let Some((thread, _)) = line.split_once(' ').filter(|(_, call)| call.contains("read(")) {
            *counts.entry(thread).or_default() += 1;
        }
    }
    (ended, counts.values().copied().max().unwrap_or_default())
}

/// Runs a command of which the nth read of any of some files by any thread fails.
pub fn inject_read(command: Command, log: &Path, of: &[String], nth: usize) -> Ended {
    let inject = format!("inject=read:error=EIO:when={nth}");
    trace_hits(command, log, &[&["-f", "-e", "trace=read", "-e", &inject], &*only(of)].concat())
}

fn only(files: &[String]) -> Vec<&str> {
    files.iter().flat_map(|file| ["-P", file]).collect()
}

/// Runs a command and has `what` happen at a call: `signal=SIGKILL`, `error=ENOSPC`.
pub fn inject(command: Command, log: &Path, call: &Call, what: &str) -> Ended {
    let inject = format!("inject={}:{what}:when={}", call.name, call.nth);
    let trace = format!("trace={}", call.name);
    // Calls are counted by thread: those of the first are met alone when no other is followed.
    let follow: &[&str] = if call.first { &[] } else { &["-f"] };
    trace_hits(command, log, &[follow, &["-e", &trace, "-e", &inject]].concat())
}

/// Whether a call changes a file, not what the program says.
pub fn changes(name: &str, arguments: &str) -> bool {
    match name {
        "open" | "openat" => ["O_WRONLY", "O_RDWR", "O_CREAT"].iter().any(|flag| arguments.contains(flag)),
        "write" | "writev" | "pwrite64" => !["1,", "2,"].iter().any(|fd| arguments.starts_with(fd)),
        _ => true,
    }
}

fn trace_hits(command: Command, log: &Path, options: &[&str]) -> Ended {
    let mut ended = trace(command, log, options);
    let text = fs::read_to_string(log).unwrap();
    ended.hit = text.lines().filter(|line| line.contains("(INJECTED)")).map(str::to_owned).collect();
    ended
}

fn trace(command: Command, log: &Path, options: &[&str]) -> Ended {
    let mut strace = Command::new("strace");
    strace.arg("-qq").arg("-o").arg(log).args(options).arg("--").arg(command.get_program());
    strace.args(command.get_args()).current_dir(command.get_current_dir().unwrap()).env_clear();
    strace.envs(command.get_envs().filter_map(|(name, value)| Some((name, value?))));
    // One thread beside the first: the calls of every run are the same.
    strace.env("RAYON_NUM_THREADS", "1").env("PATH", std::env::var_os("PATH").unwrap_or_default());
    let ended = strace.output().expect("strace is needed to run this test, and can be run here");
    let stderr = String::from_utf8(ended.stderr).unwrap();
    assert!(!stderr.contains("strace:"), "strace can't follow programs here: {stderr}");
    assert!(!stderr.contains("panicked at"), "{options:?}: {stderr}");
    Ended { code: ended.status.code(), stderr, hit: Vec::new() }
}
