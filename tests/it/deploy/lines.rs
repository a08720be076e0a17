//! The program against servers at the other end of a line that breaks after any byte, and killed in the midst
//! of a deploy: readers find nothing broken, and the next run heals.

use std::fs;
use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use tribune::world::deploy::host::Host;
use tribune::world::deploy::opendal::Remote;

use super::line::{Cut, Line};
use super::order::{BASE, Pair};
use super::servers::{self, Served};
use crate::counting::{Random, figure, told};
use crate::harness::{Fixture, Tree, tree};
use crate::reach::Reach;

/// How a line breaks, in turn. Each wait for one that stalls takes its time.
const CUTS: [Cut; 9] = {
    use Cut::{Close, Half, Kill, Reset, Stall};
    [Close, Reset, Half, Kill, Stall, Close, Reset, Half, Kill]
};

/// What a newsroom has built one after the other, each in a folder of its own.
pub fn newsroom(served: &Served) -> (Fixture, Vec<Tree>) {
    let mut fixture = Fixture::small();
    for (name, value) in &served.env {
        fixture = fixture.env(name, value);
    }
    let release = |name: &str, title: &str, text: &str| {
        let text =
            format!("+++\ntitle = \"{title}\"\ndate = 2026-05-02\nregion = \"souss-massa\"\n+++\n\n{text}\n");
        fixture.edit(&format!("content/2026/05/{name}.md"), text);
    };
    let mut outputs = Vec::new();
    for nth in 0..4 {
        match nth {
            0 => {}
            1 => release("gare", "La gare", "Une gare."),
            2 => {
                release("gare", "La gare d’Agadir", "Une gare, et un train.");
                release("port", "Le port", "Un port, qui renvoie à [la gare](/2026/05/02/gare/).");
            }
            _ => {
                fixture.remove("content/2026/05/gare.md");
                release("port", "Le port", "Un port.");
            }
        }
        let as_of = format!("2026-06-01T12:0{nth}:00Z");
        let run = fixture.run("build", &["--as-of", &as_of, "--output", &format!("public{nth}")]);
        outputs.push(run.assert_clean().output);
    }
    (fixture, outputs)
}

/// Cuts the line to a server again and again, or kills who speaks, and sees what is there.
fn break_line(served: &Served, toml: &str, cuts: &[Cut], site: &dyn Fn() -> Tree) -> String {
    let line = Line::to(served.port);
    let (fixture, outputs) = newsroom(served);
    let plain = fs::read_to_string(fixture.path("site.toml")).unwrap();
    let far = toml.replace(&format!(":{}", served.port), &format!(":{}", line.port));
    let waits = |waits: &str| {
        let target = format!("[deploy.live]\n{far}public_url = false\ngrace = 0\n{waits}");
        fixture.edit("site.toml", format!("{plain}{target}"));
    };
    let args = |to: usize| {
        let agreed = "--yes=older,deletions,shrunken";
        ["deploy".to_owned(), format!("--output=public{to}"), agreed.to_owned()]
    };
    let deploy = |to: usize| {
        let args = args(to);
        fixture.raw(&args.each_ref().map(String::as_str), "public0")
    };
    let reach = Reach::of(BASE);
    let mut random = Random(u64::from(served.port));
    let wanted = figure(4, 85);
    let (mut counts, mut from) = ([0; 5], None);
    // What a deploy carries, as far as it is known from the one before.
    let (mut in_all, mut carries) = (0, 30_000);
    loop {
        let done = counts.iter().sum::<usize>();
        if done == wanted {
            break;
        }
        in_all += 1;
        assert!(in_all < wanted * 4, "hardly anything is cut: {counts:?}");
        let to = match from {
            None => 0,
            Some(from) => (from + 1 + random.below(3)) % 4,
        };
        line.mend();
        let how = cuts[done % cuts.len()];
        line.cut_after(random.next() % carries, how);
        waits("timeout = 1\npatience = 0\n");
        let args = args(to);
        let mut command = fixture.command(&args.each_ref().map(String::as_str));
        let mut child =
            command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        let ended = loop {
            if let Some(ended) = child.try_wait().unwrap() {
                break ended;
            }
            if line.was_cut() == Some(Cut::Kill) {
                child.kill().unwrap();
                break child.wait().unwrap();
            }
            std::thread::sleep(Duration::from_millis(2));
        };
        let was_cut = line.was_cut();
        let there = site();
        if let Some(how) = was_cut {
            counts[how as usize] += 1;
            // What came to its end but for a last word is done.
            assert!(!ended.success() || there == outputs[to], "{how:?}: ended well, but is not there");
        }
        let nothing = Tree::new();
        let before = from.map_or(&nothing, |from: usize| &outputs[from]);
        for (path, bytes) in &there {
            let known = [before, &outputs[to]].iter().any(|site| site.get(path) == Some(bytes));
            assert!(known, "{how:?}: {path} is torn or of no site");
        }
        let broken = Pair::new(&reach, before, &outputs[to]).broken(&reach, &there, there == outputs[to]);
        assert!(broken.is_empty(), "{how:?}: {broken:#?}");
        line.mend();
        waits("");
        let healed = deploy(to);
        assert_eq!(healed.code, 0, "{how:?}: {}{}", healed.stdout, healed.stderr);
        carries = line.carried().max(1_000);
        let there = site();
        let parts: Vec<&String> = there
            .keys()
            .chain(outputs[to].keys())
            .filter(|path| there.get(*path) != outputs[to].get(*path))
            .collect();
        assert!(parts.is_empty(), "{how:?}: not healed: {parts:?}");
        from = Some(to);
    }
    let verified = fixture.raw(&["deploy", "--verify"], "public0");
    assert_eq!(verified.code, 0, "{}{}", verified.stdout, verified.stderr);
    let [close, reset, half, stall, kill] = counts;
    format!(
        "{wanted} cuts ({close} closed, {reset} reset, {half} in the midst, {stall} stalled, {kill} killed): 0 broken, all healed"
    )
}

/// What readers find in a folder.
pub fn public(path: &Path) -> Tree {
    let path = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    let mut files = if path.is_dir() { tree(&path) } else { Tree::new() };
    files.retain(|path, _| !path.starts_with(".tribune/"));
    files
}

/// What readers find in a bucket.
pub fn stored(host: &Remote) -> Tree {
    let listed = host.list("").unwrap().into_iter().map(|(path, _)| path);
    let public = listed.filter(|path| !path.starts_with(".tribune/"));
    public.map(|path| (path.clone(), host.read(&path).unwrap().unwrap_or_default())).collect()
}

/// What readers find of a repository.
pub fn repository(served: &Path) -> Tree {
    let clone = tempfile::tempdir().unwrap();
    let mut command = std::process::Command::new(servers::program("git"));
    command.args(["clone", "--quiet", "--branch", "pages"]).arg(served).arg(clone.path().join("c"));
    if !command.output().unwrap().status.success() {
        return Tree::new();
    }
    let mut files = public(&clone.path().join("c"));
    files.retain(|path, _| !path.starts_with(".git/") && path != ".nojekyll");
    files
}

#[test]
fn a_line_to_object_storage_that_breaks_breaks_nothing() {
    let served = servers::storage();
    let host = served.bucket();
    told(&format!("object storage: {}", break_line(&served, &served.toml, &CUTS, &|| stored(&host))));
}

#[test]
fn a_line_to_webdav_that_breaks_breaks_nothing() {
    let served = servers::webdav();
    let site = || public(&served.dir().join("www"));
    told(&format!("WebDAV: {}", break_line(&served, &served.toml, &CUTS, &site)));
}

#[test]
fn a_line_of_sftp_that_breaks_breaks_nothing() {
    let served = servers::ssh();
    served.is_known_at("*");
    let site = || public(&served.dir().join("www"));
    told(&format!("SFTP: {}", break_line(&served, &served.toml, &CUTS, &site)));
    served.outlives_nobody();
}

#[test]
fn a_line_of_rsync_that_breaks_breaks_nothing() {
    let served = servers::ssh();
    served.is_known_at("*");
    let site = || public(&served.dir().join("whole"));
    told(&format!("rsync: {}", break_line(&served, &served.by_rsync(), &CUTS, &site)));
}

#[test]
fn a_line_of_ftp_that_breaks_breaks_nothing() {
    let served = servers::vsftpd();
    let site = || public(&served.dir().join("www/parti"));
    let mut cuts = CUTS;
    cuts.rotate_left(4);
    told(&format!("FTP: {}", break_line(&served, &served.toml, &cuts, &site)));
}

#[test]
fn a_line_to_a_repository_that_breaks_breaks_nothing() {
    let served = servers::git();
    let site = || repository(&served.dir().join("served.git"));
    // This protocol has no end for what stalls; those that hosts of pages speak have.
    let cuts = CUTS.map(|cut| if cut == Cut::Stall { Cut::Kill } else { cut });
    told(&format!("git: {}", break_line(&served, &served.toml, &cuts, &site)));
}
