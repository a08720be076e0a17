//! What a deploy refuses: to undo a rollback, and to write where the portal's sources are.

use std::fs;

use crate::harness::{Fixture, Tree, tree};

use super::servers;

/// Goes back from a state, and builds what was gone back from again, with nothing remembered.
fn holds_a_rollback(mut fixture: Fixture, target: &str, env: &[(&str, String)]) {
    for (name, value) in env {
        fixture = fixture.env(name, value);
    }
    let site = fs::read_to_string(fixture.path("site.toml")).unwrap();
    fixture.edit("site.toml", format!("{site}[deploy.live]\n{target}public_url = false\n"));
    let run = |args: &[&str]| fixture.raw(args, "public");
    // On another machine, or where what was remembered is gone, a minute later.
    let anew = |minute: u32| {
        for folder in [".cache", "public"] {
            let _ = fs::remove_dir_all(fixture.path(folder));
        }
        fixture.build_with(&["--as-of", &format!("2026-06-01T12:{minute:02}:00Z")]).assert_done();
    };
    let refused = |args: &[&str]| {
        let refused = run(args);
        assert_eq!(refused.code, 1, "{target}: {}{}", refused.stdout, refused.stderr);
        let told = ["brought back from", "--yes older"].map(|words| refused.stderr.contains(words));
        assert_eq!(told, [true; 2], "{target}: {}", refused.stderr);
    };
    let text = |text: &str| {
        let text =
            format!("+++\ntitle = \"La gare\"\ndate = 2026-05-02\nregion = \"national\"\n+++\n\n{text}\n");
        fixture.edit("content/gare.md", text);
    };
    anew(0);
    run(&["deploy"]).assert_done();
    text("Bientôt.");
    anew(1);
    run(&["deploy"]).assert_done();
    text("Une erreur.");
    anew(2);
    run(&["deploy"]).assert_done();
    run(&["rollback", "--to", "1"]).assert_done();
    refused(&["deploy"]);
    anew(3);
    refused(&["deploy", "--dry-run"]);
    refused(&["deploy"]);
    // What was gone over on the way back comes by itself no more than what was gone back from.
    text("Bientôt.");
    anew(4);
    refused(&["deploy"]);
    // What was mended goes there; what was gone back from does so even then only by somebody's word.
    text("Une gare.");
    anew(5);
    run(&["deploy"]).assert_done();
    text("Une erreur.");
    anew(6);
    refused(&["deploy"]);
    run(&["deploy", "--yes", "older"]).assert_done();
    // That was somebody's word on it.
    text("Une gare.");
    anew(7);
    run(&["deploy"]).assert_done();
    text("Une erreur.");
    anew(8);
    run(&["deploy"]).assert_done();
}

#[test]
fn what_was_gone_back_from_is_known_by_what_it_holds() {
    for target in ["in_place = true\n", "in_place = false\n"] {
        let target = format!("kind = \"folder\"\npath = \"www\"\n{target}");
        holds_a_rollback(Fixture::small(), &target, &[]);
    }
    let git = servers::git();
    holds_a_rollback(Fixture::small(), &git.toml, &git.env);
}

#[test]
fn what_was_gone_back_from_by_rsync_is_known_by_what_it_holds() {
    let ssh = servers::ssh();
    ssh.is_known_at("*");
    holds_a_rollback(Fixture::small(), &ssh.by_rsync(), &ssh.env);
}

/// A folder is refused as a host, and nothing is written.
#[track_caller]
fn is_refused(fixture: &Fixture, path: &str, why: &str) {
    let plain = fs::read_to_string(fixture.path("site.toml")).unwrap();
    for in_place in [false, true] {
        let target = format!("[deploy.live]\nkind = \"folder\"\npath = \"{path}\"\nin_place = {in_place}\n");
        fixture.edit("site.toml", format!("{plain}{target}"));
        // A deploy has a name of its own, of which the cache knows.
        let files =
            || tree(fixture.dir()).into_iter().filter(|(file, _)| !file.starts_with(".cache/tribune/"));
        let before: Tree = files().collect();
        for args in [&["deploy"][..], &["deploy", "--dry-run"], &["deploy", "--repair"]] {
            let refused = fixture.raw(args, "public");
            assert_eq!(refused.code, 2, "{path}, {args:?}: {}{}", refused.stdout, refused.stderr);
            assert!(refused.stderr.contains(why), "{path}: {}", refused.stderr);
        }
        assert!(files().collect::<Tree>() == before, "{path}");
    }
    fixture.edit("site.toml", plain);
}

#[test]
fn a_folder_that_holds_the_sources_or_lies_in_them_is_no_host() {
    let fixture = Fixture::small();
    fs::create_dir_all(fixture.path(".git")).unwrap();
    fixture.build().assert_clean();
    for path in [
        ".",
        "..",
        "content",
        "content/static",
        "content/neuf/www",
        "themes",
        "templates",
        "lang",
        ".cache/www",
        ".git",
        "www/../content",
    ] {
        is_refused(&fixture, path, "sources");
    }
    for path in ["public", "public/www"] {
        is_refused(&fixture, path, "what was built");
    }
    let run = fixture.build_with(&["--output", ".git"]);
    assert_eq!(run.code, 2, "{}", run.stderr);
}

#[cfg(unix)]
#[test]
fn links_to_the_sources_are_no_hosts_either() {
    use std::os::unix::fs::symlink;

    let fixture = Fixture::small();
    fixture.build().assert_clean();
    symlink(fixture.path("content"), fixture.path("lien")).unwrap();
    is_refused(&fixture, "lien", "sources");
    is_refused(&fixture, "lien/www", "sources");
    // The texts are somewhere else, and the portal has a link to them.
    let elsewhere = tempfile::tempdir().unwrap();
    let texts = elsewhere.path().join("textes");
    fs::rename(fixture.path("content"), &texts).unwrap();
    symlink(&texts, fixture.path("content")).unwrap();
    for path in ["content", "content/static", texts.to_str().unwrap(), elsewhere.path().to_str().unwrap()] {
        is_refused(&fixture, path, "sources");
    }
}
