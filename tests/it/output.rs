//! What a build does to a folder that stands: it takes away what Tribune put there and nothing
//! else, heals what was damaged, and is alone.

use std::fs::{self, File};

use crate::harness::{Fixture, Run, toml};

#[track_caller]
fn rendered(run: &Run) -> u64 {
    let line: serde_json::Value =
        serde_json::from_str(run.stdout.lines().last().unwrap()).expect(&run.stdout);
    line["rendered"].as_u64().unwrap()
}

/// A portal with a public release and a draft.
fn with_draft() -> Fixture {
    let draft = toml("draft = true").replace("title = \"A\"", "title = \"Zahra\"");
    Fixture::release(&toml("")).file("content/secret.md", draft)
}

#[test]
fn what_did_not_change_is_not_even_rendered() {
    let fixture = Fixture::small();
    let first = fixture.build_with(&["--format", "json"]).assert_clean();
    let again = fixture.build_with(&["--format", "json"]).assert_clean();
    assert_eq!((rendered(&first) > 0, rendered(&again)), (true, 0));
    assert!(again.changes(&first).is_empty());
    let clean = fixture.build_with(&["--format", "json", "--clean"]).assert_clean();
    assert_eq!(rendered(&clean), rendered(&first));
    assert!(clean.changes(&first).is_empty());
}

/// Builds when the file system's clock can tell what came before: whether the build looked into
/// sources, or into what is remembered of them.
#[track_caller]
fn reads(fixture: &Fixture, args: &[&str]) -> (bool, Run) {
    std::thread::sleep(std::time::Duration::from_millis(120));
    let run = fixture.build_with(&[&["--timings"], args].concat()).assert_done();
    let looked = |line: &str| line.starts_with("read ") || line.starts_with("restore ");
    (run.stderr.lines().any(looked), run)
}

#[test]
fn a_build_that_has_nothing_to_do_reads_no_source() {
    let embargoed = "draft = false\npublish = 2026-06-02T10:00:00Z";
    let fixture = Fixture::small().file("content/demain.md", toml(embargoed));
    fixture.edit("content/pages/parti.md", "+++\ntitle = \"Le parti\"\n+++\n\nNous.\n");
    let (read, before) = reads(&fixture, &[]);
    assert!(read);
    let (read, again) = reads(&fixture, &[]);
    assert!(!read && again.changes(&before).is_empty());
    assert!(again.stdout.contains("0 rendered, 0 written"), "{}", again.stdout);
    // The clock is an input like any other.
    assert!(!reads(&fixture, &["--as-of", "2026-06-02T09:59:59Z"]).0);
    let (read, after) = reads(&fixture, &["--as-of", "2026-06-02T10:00:00Z"]);
    assert!(read && after.has("2026/03/12/demain/"));
    assert!(reads(&fixture, &[]).0, "an embargo that had lifted is one again");
    // Whatever a portal is made of.
    let edits: [(&str, &dyn Fn()); 7] = [
        ("a text", &|| _ = fixture.edit("content/demain.md", toml("publish = 2026-06-02T10:00:00Z"))),
        ("a page", &|| _ = fixture.remove("content/pages/parti.md")),
        ("a new text", &|| _ = fixture.edit("content/neuf.md", toml("slug = \"neuf\""))),
        ("a template", &|| _ = fixture.edit("templates/404.html", "<h1>Rien</h1>")),
        ("a static file", &|| _ = fixture.edit("content/static/a.txt", "a")),
        ("a string", &|| _ = fixture.edit("lang/fr.toml", "[titles]\narchives = \"Années\"\n")),
        ("the output", &|| _ = fixture.edit("public/index.html", "défiguré")),
    ];
    for (what, edit) in edits {
        assert!(!reads(&fixture, &[]).0, "before {what}");
        edit();
        let (read, run) = reads(&fixture, &[]);
        assert!(read, "{what}");
        assert!(run.output == fixture.build_with(&["--clean", "--output", "propre"]).output, "{what}");
    }
    assert!(reads(&fixture, &["--drafts"]).0);
    assert!(reads(&fixture, &["--clean"]).0);
}

/// What was said of a source is said again by every build.
#[test]
fn a_warning_does_not_fall_silent() {
    let fixture = Fixture::release(&toml("")).file("content/seul.pdf", "%PDF");
    for _ in 0..2 {
        let (read, run) = reads(&fixture, &[]);
        assert!(read && run.stderr.contains("seul.pdf"), "{}", run.stderr);
    }
}

#[test]
fn a_file_of_the_output_that_somebody_changed_or_removed_is_made_again() {
    let fixture = Fixture::small();
    let first = fixture.build().assert_clean();
    fixture.edit("public/index.html", "défiguré").remove("public/feed.xml").remove("public/style.css");
    let healed = fixture.build().assert_clean();
    assert!(first.output == healed.output);
}

#[test]
fn drafts_leave_a_portal_that_moved_meanwhile() {
    let fixture = with_draft();
    fixture.build_with(&["--drafts"]).assert_clean();
    fs::create_dir(fixture.path("ailleurs")).unwrap();
    for part in ["site.toml", "content", "public", ".cache"] {
        fs::rename(fixture.path(part), fixture.path("ailleurs").join(part)).unwrap();
    }
    let moved = fixture.run("build", &["--root", "ailleurs", "--output", "ailleurs/public"]).assert_clean();
    assert_eq!(moved.mentions("Zahra"), [""; 0]);
}

#[test]
fn drafts_leave_when_the_manifest_is_damaged() {
    let fixture = with_draft();
    for damage in [b"".as_slice(), b"tribune cache", &[0xff; 300]] {
        fixture.build_with(&["--drafts"]).assert_clean();
        for entry in fs::read_dir(fixture.path(".cache/tribune")).unwrap() {
            let path = entry.unwrap().path();
            if path.file_name().unwrap().to_str().unwrap().starts_with("manifest-") {
                fs::write(path, damage).unwrap();
            }
        }
        assert_eq!(fixture.build().assert_clean().mentions("Zahra"), [""; 0]);
    }
}

#[test]
fn files_that_nobody_remembers_are_named_as_long_as_they_stand() {
    let fixture = with_draft();
    fixture.build_with(&["--drafts"]).assert_clean();
    fs::remove_dir_all(fixture.path(".cache")).unwrap();
    for _ in 0..2 {
        let run = fixture.build().assert_done();
        assert!(
            run.stderr.contains("files that no build remembers, 1 of them, such as 2026/03/12/secret/"),
            "{}",
            run.stderr
        );
    }
    fs::remove_dir_all(fixture.path("public/2026/03/12/secret")).unwrap();
    fixture.build().assert_clean();
}

#[test]
fn a_file_may_become_a_folder_and_a_folder_a_file() {
    let fixture = Fixture::release(&toml("")).file("content/static/doc", "un");
    fixture.build().assert_clean();
    fixture
        .remove("content/static/doc")
        .edit("content/static/doc/deux.txt", "deux")
        .edit("content/static/doc/a/b.txt", "b");
    let folder = fixture.build().assert_clean();
    assert_eq!(folder.page("doc/deux.txt"), "deux");
    fs::remove_dir_all(fixture.path("content/static/doc")).unwrap();
    fixture.edit("content/static/doc", "trois");
    let file = fixture.build().assert_clean();
    assert_eq!(file.output["doc"], b"trois");
    assert!(!file.has("doc/deux.txt"));
}

#[test]
fn what_stands_in_the_way_and_is_not_ours_ends_the_build_before_anything_is_touched() {
    let fixture = Fixture::release(&toml(""));
    let before = fixture.build().assert_clean();
    fixture.edit("public/doc/notes.txt", "à moi");
    fixture.edit("content/static/doc", "x").edit("content/a.md", toml("").replace("Texte", "Autre"));
    let run = fixture.build();
    assert_eq!(run.code, 3);
    assert!(
        run.stderr.contains("public/doc/notes.txt: something that Tribune did not put there"),
        "{}",
        run.stderr
    );
    assert_eq!(run.changes(&before), ["+ doc/notes.txt"]);
    fs::remove_dir_all(fixture.path("public/doc")).unwrap();
    assert_eq!(fixture.build().assert_clean().output["doc"], b"x");
}

#[test]
fn a_second_build_is_told_to_wait() {
    let fixture = Fixture::release(&toml(""));
    let before = fixture.build().assert_clean();
    let other = File::open(fixture.path("public")).unwrap();
    other.try_lock().unwrap();
    fixture.edit("content/a.md", toml("").replace("Texte", "Autre"));
    let run = fixture.build_with(&["--format", "json"]);
    assert_eq!(run.code, 3);
    assert!(run.stderr.contains("another build is writing there"), "{}", run.stderr);
    assert!(run.stdout.contains("\"written\":0"), "{}", run.stdout);
    assert!(run.changes(&before).is_empty());
    drop(other);
    assert!(fixture.build().assert_clean().page("2026/03/12/a/").contains("Autre"));
}

#[test]
fn a_build_that_comes_to_nothing_leaves_nothing_behind() {
    let fixture = Fixture::release(&toml("")).file("templates/release.html", "{{ content.rien.du.tout }}");
    assert_eq!(fixture.build().code, 1);
    let left: Vec<_> = fs::read_dir(fixture.dir()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert!(left.iter().all(|name| !name.to_str().unwrap().contains("public")), "{left:?}");
}

#[cfg(unix)]
#[test]
fn an_output_that_leads_into_the_sources_by_a_link_is_refused() {
    let fixture = Fixture::release(&toml(""));
    std::os::unix::fs::symlink(fixture.path("content"), fixture.path("lien")).unwrap();
    for output in ["lien", "lien/site", "lien/../"] {
        let run = fixture.build_with(&["--output", output]);
        assert_eq!(run.code, 2, "{output}: {}", run.stderr);
    }
    assert_eq!(fs::read_dir(fixture.path("content")).unwrap().count(), 1);
}

/// Hosts look for such names; editors and file managers leave others behind.
#[test]
fn a_file_that_is_renamed_in_the_case_of_its_letters_alone_is_found_under_its_new_name() {
    let fixture = Fixture::release(&toml("")).file("content/static/Photo.txt", "un");
    assert!(fixture.build().assert_clean().has("Photo.txt"));
    fs::rename(fixture.path("content/static/Photo.txt"), fixture.path("content/static/photo.txt")).unwrap();
    let run = fixture.build().assert_clean();
    assert_eq!((run.has("photo.txt"), run.has("Photo.txt")), (true, false));
}

#[test]
fn hidden_static_files_that_hosts_look_for_are_published() {
    let fixture = Fixture::release(&toml(""));
    let kept = [".well-known/security.txt", ".htaccess", ".nojekyll"];
    let dropped = ["._a.jpg", ".#a.jpg", ".DS_Store", ".gitkeep", ".a.jpg.swp", "a~"];
    for name in kept.iter().chain(&dropped) {
        fixture.edit(&format!("content/static/{name}"), "x");
    }
    fixture.edit("content/.cache-of-an-editor", "x");
    let run = fixture.build().assert_clean();
    assert!(kept.iter().all(|name| run.output[*name] == b"x"));
    assert!(!dropped.iter().any(|name| run.has(name)));
}
