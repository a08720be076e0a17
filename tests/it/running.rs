//! The program as it runs on and on: started as a child, listened to, always ended.

use std::io::{BufRead, BufReader, Read};
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex};
use std::thread::sleep;
use std::time::{Duration, Instant};

use crate::harness::{Fixture, NOW, Tree, copy, tree};

/// How long anything may take on a machine that has other work to do. Nothing is promised by it.
pub const PATIENCE: Duration = Duration::from_secs(60);

/// The program, until this value is dropped.
pub struct Running {
    child: Child,
    stdout: Arc<Mutex<String>>,
    stderr: Arc<Mutex<String>>,
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Running {
    /// Starts the program in a fixture's folder with exactly these arguments.
    pub fn start(fixture: &Fixture, args: &[&str]) -> Self {
        let mut command = Command::new(env!("CARGO_BIN_EXE_tribune"));
        command.args(args);
        Self::spawn(fixture, command)
    }

    /// Starts the program where the system watches no more than so many folders.
    pub fn limited(fixture: &Fixture, watches: u32, args: &[&str]) -> Self {
        // The limit is that of a name space of its own; outside it nothing changes.
        let script = format!("echo {watches} > /proc/sys/user/max_inotify_watches && exec \"$@\"");
        let mut command = Command::new("unshare");
        command.args(["-Ur", "sh", "-c", &script, "sh", env!("CARGO_BIN_EXE_tribune")]).args(args);
        Self::spawn(fixture, command)
    }

    fn spawn(fixture: &Fixture, mut command: Command) -> Self {
        command.current_dir(fixture.dir()).env_clear().env("RAYON_NUM_THREADS", "2");
        command.env("PATH", std::env::var_os("PATH").unwrap_or_default());
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        let stdout = gather(child.stdout.take().unwrap());
        let stderr = gather(child.stderr.take().unwrap());
        Self { child, stdout, stderr }
    }

    pub fn pid(&self) -> String {
        self.child.id().to_string()
    }

    pub fn stdout(&self) -> String {
        self.stdout.lock().unwrap().clone()
    }

    pub fn stderr(&self) -> String {
        self.stderr.lock().unwrap().clone()
    }

    pub fn signal(&self, name: &str) {
        let sent = Command::new("kill").args([&format!("-{name}"), &self.pid()]).status().unwrap();
        assert!(sent.success());
    }

    /// Waits until something is so, as long as the program runs.
    #[track_caller]
    pub fn until(&mut self, what: &str, is_so: impl FnMut(&Self) -> bool) {
        self.until_in(PATIENCE, what, is_so);
    }

    #[track_caller]
    pub fn until_in(&mut self, patience: Duration, what: &str, mut is_so: impl FnMut(&Self) -> bool) {
        let began = Instant::now();
        while !is_so(self) {
            let ended = self.child.try_wait().unwrap();
            let (out, err) = (self.stdout(), self.stderr());
            assert!(ended.is_none(), "{what}: it ended with {ended:?}\n{out}{err}");
            assert!(began.elapsed() < patience, "{what}: not seen\n{out}{err}");
            sleep(Duration::from_millis(20));
        }
    }

    /// Waits for the end; the exit status.
    #[track_caller]
    pub fn ended(&mut self) -> Option<i32> {
        let began = Instant::now();
        loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                return status.code();
            }
            assert!(began.elapsed() < PATIENCE, "it does not end\n{}", self.stderr());
            sleep(Duration::from_millis(20));
        }
    }
}

fn gather(stream: impl Read + Send + 'static) -> Arc<Mutex<String>> {
    let text = Arc::new(Mutex::new(String::new()));
    let into = text.clone();
    std::thread::spawn(move || {
        let mut lines = BufReader::new(stream);
        let mut line = Vec::new();
        while lines.read_until(b'\n', &mut line).is_ok_and(|read| read > 0) {
            into.lock().unwrap().push_str(&String::from_utf8_lossy(&line));
            line.clear();
        }
    });
    text
}

/// What a build without any memory makes of the same sources, somewhere else.
#[track_caller]
pub fn clean(fixture: &Fixture, args: &[&str]) -> Tree {
    let elsewhere = Fixture::parse("");
    for folder in ["content", "templates", "themes", "lang"] {
        copy(&fixture.path(folder), &elsewhere.path(folder));
    }
    for entry in std::fs::read_dir(fixture.dir()).unwrap().map(Result::unwrap) {
        if entry.file_type().unwrap().is_file() {
            std::fs::copy(entry.path(), elsewhere.dir().join(entry.file_name())).unwrap();
        }
    }
    let clock = if args.contains(&"--as-of") { vec![] } else { vec!["--as-of", NOW] };
    elsewhere.raw(&[&["build"], args, &clock].concat(), "public").assert_done().output
}

/// The output as it stands now.
pub fn output(fixture: &Fixture) -> Tree {
    tree(&fixture.path("public"))
}
