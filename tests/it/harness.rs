//! One harness: a portal as text, the program on it, and what came out.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::SystemTime;

use expect_test::Expect;

/// The clock of every test that does not say otherwise.
pub const NOW: &str = "2026-06-01T12:00:00Z";

/// The smallest configuration that has two languages.
pub const SITE: &str = r#"title = "Portail"
base_url = "https://parti.example/"
languages = ["fr", "ar"]
"#;

/// A portal in a folder of its own.
pub struct Fixture {
    dir: tempfile::TempDir,
    env: Vec<(String, String)>,
}

/// Everything in an output folder: path to bytes.
pub type Tree = BTreeMap<String, Vec<u8>>;

/// How a run of the program ended and what it left behind.
pub struct Run {
    pub code: i32,
    pub stdout: String,
    pub stderr: String,
    pub output: Tree,
    pub stamps: BTreeMap<String, SystemTime>,
}

impl Fixture {
    /// Files parted by lines `//- path`.
    #[track_caller]
    pub fn parse(text: &str) -> Self {
        let dir = tempfile::Builder::new().prefix("portal").tempdir().unwrap();
        let fixture = Self { dir, env: Vec::new() };
        let mut files: Vec<(&str, String)> = Vec::new();
        for line in text.trim_start_matches('\n').split_inclusive('\n') {
            match line.strip_prefix("//- ") {
                Some(path) => files.push((path.trim(), String::new())),
                None => files.last_mut().expect("a fixture begins with `//- path`").1.push_str(line),
            }
        }
        for (path, text) in files {
            fixture.edit(path, text);
        }
        fixture
    }

    /// The smallest portal with `files` in it, each after a line `//- path`.
    #[track_caller]
    pub fn with(files: &str) -> Self {
        Self::parse(&format!("//- site.toml\n{SITE}{}", files.trim_start_matches('\n')))
    }

    /// The smallest portal with one release, `content/a.md`.
    #[track_caller]
    pub fn release(text: &str) -> Self {
        Self::with("").file("content/a.md", text)
    }

    /// A minimal portal in French and Arabic: four releases, two of them a pair.
    pub fn small() -> Self {
        Self::parse(include_str!("small.txt"))
    }

    pub fn file(self, path: &str, bytes: impl AsRef<[u8]>) -> Self {
        self.edit(path, bytes);
        self
    }

    /// One more variable in the otherwise empty environment.
    pub fn env(mut self, name: &str, value: &str) -> Self {
        self.env.push((name.into(), value.into()));
        self
    }

    pub fn edit(&self, path: &str, bytes: impl AsRef<[u8]>) -> &Self {
        let path = self.path(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, bytes).unwrap();
        self
    }

    #[track_caller]
    pub fn remove(&self, path: &str) -> &Self {
        fs::remove_file(self.path(path)).unwrap();
        self
    }

    pub fn dir(&self) -> &Path {
        self.dir.path()
    }

    pub fn path(&self, path: &str) -> PathBuf {
        self.dir.path().join(path)
    }

    #[track_caller]
    pub fn build(&self) -> Run {
        self.build_with(&[])
    }

    #[track_caller]
    pub fn build_with(&self, args: &[&str]) -> Run {
        self.run("build", args)
    }

    #[track_caller]
    pub fn check(&self) -> Run {
        self.run("check", &[])
    }

    /// What `--format human` adds as help.
    #[track_caller]
    pub fn help(&self) -> String {
        let run = self.build_with(&["--format", "human"]);
        let lines = run.stderr.lines().filter_map(|line| line.trim().strip_prefix("= help: "));
        lines.collect::<Vec<_>>().join("\n")
    }

    /// Runs the program in this folder: short diagnostics and the fixed clock, unless said otherwise.
    #[track_caller]
    pub fn run(&self, command: &str, args: &[&str]) -> Run {
        let has = |name: &str| args.iter().any(|arg| arg.starts_with(name));
        let mut all = vec![command];
        if !has("--as-of") {
            all.extend(["--as-of", NOW]);
        }
        if !has("--format") {
            all.extend(["--format", "short"]);
        }
        all.extend(args);
        let given = args.iter().position(|arg| *arg == "--output").map(|at| args[at + 1]);
        self.raw(&all, given.unwrap_or("public"))
    }

    /// The program in this folder, in an environment that is the same everywhere.
    pub fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_tribune"));
        command.args(args).current_dir(self.dir()).env_clear().env("RAYON_NUM_THREADS", "2");
        command.envs(self.env.iter().map(|(name, value)| (name, value)));
        command
    }

    /// Runs the program with exactly these arguments.
    #[track_caller]
    pub fn raw(&self, args: &[&str], output: &str) -> Run {
        let ended = self.command(args).output().unwrap();
        let run = Run {
            code: ended.status.code().unwrap_or(-1),
            stdout: String::from_utf8(ended.stdout).expect("standard output is UTF-8"),
            stderr: without_progress(&String::from_utf8(ended.stderr).expect("standard error is UTF-8")),
            output: tree(&self.path(output)),
            stamps: stamps(&self.path(output)),
        };
        let sound = (0..=3).contains(&run.code) && !run.stderr.contains("panicked at");
        assert!(sound, "{args:?} ended with {}:\n{}{}", run.code, run.stdout, run.stderr);
        run
    }
}

impl Run {
    #[track_caller]
    pub fn assert_done(self) -> Self {
        assert_eq!(self.code, 0, "{}", self.stderr);
        self
    }

    /// Done, and nothing to say against it.
    #[track_caller]
    pub fn assert_clean(self) -> Self {
        assert_eq!((self.code, self.stderr.as_str()), (0, ""));
        self
    }

    /// The lines of `--format short` that are errors.
    pub fn short_errors(&self) -> Vec<&str> {
        self.stderr.lines().filter(|line| line.contains(": error: ")).collect()
    }

    /// Refused, with exactly these diagnostics, warnings included.
    #[track_caller]
    pub fn assert_refused(&self, expected: Expect) -> &Self {
        assert_eq!(self.code, 1, "{}{}", self.stdout, self.stderr);
        assert_eq!(self.output, Tree::new(), "something was published");
        let said: Vec<&str> =
            self.stderr.lines().filter(|line| !line.starts_with("error: nothing was")).collect();
        expected.assert_eq(&said.join("\n"));
        self
    }

    /// Done, with exactly these diagnostics.
    #[track_caller]
    pub fn assert_warned(&self, expected: Expect) -> &Self {
        assert_eq!(self.code, 0, "{}{}", self.stdout, self.stderr);
        expected.assert_eq(&self.stderr);
        self
    }

    /// The text of the page or file at an address.
    #[track_caller]
    pub fn page(&self, address: &str) -> &str {
        let file = if address.is_empty() || address.ends_with('/') {
            format!("{address}index.html")
        } else {
            address.into()
        };
        let Some(bytes) = self.output.get(&file) else {
            let near: Vec<&String> = self.output.keys().filter(|path| !path.contains("regions/")).collect();
            panic!("no {file} among {near:#?}");
        };
        std::str::from_utf8(bytes).unwrap()
    }

    pub fn has(&self, address: &str) -> bool {
        self.output.contains_key(address) || self.output.contains_key(&format!("{address}index.html"))
    }

    /// The files in which `text` stands, in their names or their bytes.
    pub fn mentions(&self, text: &str) -> Vec<&str> {
        let holds = |(path, bytes): &(&String, &Vec<u8>)| {
            path.contains(text) || memchr::memmem::find(bytes, text.as_bytes()).is_some()
        };
        self.output.iter().filter(holds).map(|(path, _)| path.as_str()).collect()
    }

    /// The pages that link to `address` somewhere, whatever the way.
    #[track_caller]
    pub fn lists(&self, page: &str, address: &str) -> bool {
        crate::html::links(page, self.page(page)).contains(&address.to_owned())
    }

    /// What differs from an earlier run: `+` new, `-` gone, `~` other bytes. A file whose bytes
    /// stayed must not have been written at all.
    #[track_caller]
    pub fn changes(&self, before: &Run) -> Vec<String> {
        let mut changes = Vec::new();
        for (path, bytes) in &self.output {
            match before.output.get(path) {
                None => changes.push(format!("+ {path}")),
                Some(old) if old != bytes => changes.push(format!("~ {path}")),
                Some(_) => {
                    assert_eq!(self.stamps[path], before.stamps[path], "{path} was written for nothing")
                }
            }
        }
        let gone = before.output.keys().filter(|path| !self.output.contains_key(*path));
        changes.extend(gone.map(|path| format!("- {path}")));
        changes
    }
}

/// What was said beside how far the work had come, which a slow machine says and a fast one does not.
fn without_progress(stderr: &str) -> String {
    let stages = ["reading sources: ", "rendering: ", "rendering and writing: ", "comparing pages: "];
    let is_progress = |line: &&str| stages.iter().any(|stage| line.starts_with(stage));
    stderr.split_inclusive('\n').filter(|line| !is_progress(line)).collect()
}

/// Every file below a folder, by its path in it.
pub fn tree(dir: &Path) -> Tree {
    walk(dir).map(|(path, entry)| (path, fs::read(entry.path()).unwrap_or_default())).collect()
}

fn stamps(dir: &Path) -> BTreeMap<String, SystemTime> {
    walk(dir).map(|(path, entry)| (path, entry.metadata().unwrap().modified().unwrap())).collect()
}

fn walk(dir: &Path) -> impl Iterator<Item = (String, walkdir::DirEntry)> {
    let entries = walkdir::WalkDir::new(dir).into_iter().filter_map(Result::ok);
    let files = entries.filter(|entry| entry.depth() > 0 && !entry.file_type().is_dir());
    files.map(move |entry| (entry.path().strip_prefix(dir).unwrap().to_str().unwrap().to_owned(), entry))
}

/// Every folder below a folder.
pub fn folders(dir: &Path) -> Vec<String> {
    let entries = walkdir::WalkDir::new(dir).into_iter().filter_map(Result::ok);
    let folders = entries.filter(|entry| entry.depth() > 0 && entry.file_type().is_dir());
    folders.map(|entry| entry.path().strip_prefix(dir).unwrap().to_str().unwrap().to_owned()).collect()
}

/// Copies a folder.
pub fn copy(from: &Path, to: &Path) {
    for (path, bytes) in tree(from) {
        let path = to.join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, bytes).unwrap();
    }
}

/// A header in TOML around `fields`, and a text: the least that a release needs, and what is tested.
pub fn toml(fields: &str) -> String {
    format!("+++\ntitle = \"A\"\ndate = 2026-03-12\nregion = \"souss-massa\"\n{fields}\n+++\n\nTexte.\n")
}

/// The smallest PNG: one pixel.
pub const PIXEL: &[u8] = &[
    0x89, b'P', b'N', b'G', 0x0d, 0x0a, 0x1a, 0x0a, 0, 0, 0, 0x0d, b'I', b'H', b'D', b'R', 0, 0, 0, 1, 0, 0,
    0, 1, 8, 6, 0, 0, 0, 0x1f, 0x15, 0xc4, 0x89, 0, 0, 0, 0x0d, b'I', b'D', b'A', b'T', 0x78, 0x9c, 0x63, 0,
    1, 0, 0, 5, 0, 1, 0x0d, 0x0a, 0x2d, 0xb4, 0, 0, 0, 0, b'I', b'E', b'N', b'D', 0xae, 0x42, 0x60, 0x82,
];
