//! What the program says: in its three formats, by its exit status, on `--help`.

use expect_test::expect;

use crate::harness::{Fixture, PIXEL, SITE, toml};

/// One of each: a warning, an error with help, one with another place, one of a whole file.
fn faulty() -> Fixture {
    let fixture = Fixture::with("").file("content/a.md", toml("tags = [\"Eau\"]").replace("souss", "suss"));
    let fixture = fixture.file("content/b.md", toml("titel = \"B\"\ntags = [\"Eau\"]\nslug = \"port\""));
    let fixture = fixture.file("content/c.txt", "العنوان: خبر\nالتاريخ: 12 مارس\nالجهة: سوس-ماسة\n\nنص.\n");
    let fixture = fixture.file("content/d.md", toml("slug = \"port\"")).file("content/seul.png", PIXEL);
    fixture.file("content/e.md", b"+++\ntitle = \"\xe9\"\n+++\n")
}

#[test]
fn people_read_snippets_and_help() {
    expect![[""]].assert_eq(&faulty().build_with(&["--format", "human"]).stderr);
}

#[test]
fn editors_read_one_line_each() {
    expect![[""]].assert_eq(&faulty().build().stderr);
}

#[test]
fn machines_read_one_object_a_line() {
    let run = faulty().build_with(&["--format", "json"]);
    expect![[""]].assert_eq(&run.stderr);
    for line in run.stderr.lines() {
        let line: serde_json::Value = serde_json::from_str(line).unwrap();
        assert!(line["severity"].is_string() && line["message"].is_string());
    }
    assert_eq!(summary(&run.stdout)["errors"], 5);
}

/// The last line of standard output as JSON.
#[track_caller]
fn summary(stdout: &str) -> serde_json::Map<String, serde_json::Value> {
    serde_json::from_str(stdout.lines().last().unwrap_or_default()).expect(stdout)
}

#[test]
fn a_build_ends_with_one_line_of_json_for_scripts() {
    let fixture = Fixture::small();
    let run = fixture.build_with(&["--format", "json"]).assert_clean();
    let line = summary(&run.stdout);
    let keys: Vec<&str> = line.keys().map(String::as_str).collect();
    let mut expected =
        ["releases", "pages", "written", "unchanged", "removed", "errors", "warnings", "millis"];
    assert!(run.stdout.starts_with(r#"{"releases":4,"pages":"#), "{}", run.stdout);
    let mut sorted = keys.clone();
    (sorted.sort_unstable(), expected.sort_unstable());
    assert_eq!(sorted, expected);
    assert!(line.values().all(serde_json::Value::is_u64));
    assert_eq!(line["written"], run.output.len());
    let again = summary(&fixture.build_with(&["--format", "json"]).stdout);
    assert_eq!((&again["written"], &again["unchanged"]), (&0.into(), &run.output.len().into()));
    fixture.remove("content/2025/12/port.txt");
    let third = summary(&fixture.build_with(&["--format", "json"]).stdout);
    assert!(third["removed"].as_u64() > Some(4), "{third:?}");
}

#[test]
fn a_faultless_build_says_one_line_and_a_quiet_one_nothing() {
    let fixture = Fixture::small();
    let run = fixture.build().assert_clean();
    assert!(run.stdout.starts_with("4 releases, ") && run.stdout.lines().count() == 1, "{}", run.stdout);
    assert_eq!(fixture.build_with(&["--quiet"]).assert_clean().stdout, "");
}

#[test]
fn exit_status_0_means_done_even_with_warnings() {
    let fixture = Fixture::release(&toml("")).file("content/seul.png", PIXEL);
    let run = fixture.build();
    assert_eq!(run.code, 0);
    expect![[""]].assert_eq(&run.stderr);
}

#[test]
fn exit_status_1_means_faults_and_an_untouched_output() {
    let fixture = Fixture::small();
    let before = fixture.build().assert_clean();
    fixture.edit("content/x.md", "rien");
    let after = fixture.build();
    assert_eq!(after.code, 1);
    assert_eq!(after.changes(&before), [""; 0]);
}

#[test]
fn exit_status_2_means_wrong_usage() {
    let fixture = Fixture::small();
    for args in [
        &["build", "--as-of", "hier"][..],
        &["build", "--base-url", "/portail/"],
        &["build", "--format", "xml"],
        &["build", "--nope"],
        &["publish"],
        &[],
        &["build", "--output", "."],
        &["build", "--output", "content"],
        &["build", "--output", "content/static/x"],
        &["build", "--output", "themes"],
    ] {
        let run = fixture.raw(args, "public");
        assert_eq!(run.code, 2, "{args:?}: {}", run.stderr);
        assert!(!run.stderr.is_empty() && run.output.is_empty(), "{args:?}");
    }
}

/// The contract's « what was there stays whole » when the machine fails.
#[test]
fn exit_status_3_means_that_a_file_failed() {
    let fixture = Fixture::small().file("fichier", "à moi");
    let run = fixture.build_with(&["--output", "fichier"]);
    assert_eq!(run.code, 3, "{}", run.stderr);
    assert!(run.stderr.contains("fichier"), "{}", run.stderr);
    let run = fixture.build_with(&["--output", "fichier/public"]);
    assert_eq!(run.code, 3, "{}", run.stderr);
    assert_eq!(std::fs::read_to_string(fixture.path("fichier")).unwrap(), "à moi");
    let left: Vec<String> = std::fs::read_dir(fixture.dir())
        .unwrap()
        .map(|e| e.unwrap().file_name().into_string().unwrap())
        .collect();
    assert!(left.iter().all(|name| !name.contains("stage")), "{left:?}");
}

/// Nothing is left behind beside an output that could not be touched.
#[test]
#[cfg(unix)]
fn an_output_whose_parent_may_not_be_written_fails_with_status_3() {
    use std::os::unix::fs::PermissionsExt;
    let fixture = Fixture::small().file("clos/x", "");
    let mode =
        |mode| std::fs::set_permissions(fixture.path("clos"), std::fs::Permissions::from_mode(mode)).unwrap();
    mode(0o500);
    let is_root = std::fs::write(fixture.path("clos/y"), "").is_ok();
    let run = fixture.build_with(&["--output", "clos/public"]);
    mode(0o700);
    if !is_root {
        assert_eq!(run.code, 3, "{}", run.stderr);
        assert!(run.output.is_empty());
    }
}

/// `/proc` can be written by no one.
#[test]
#[cfg(target_os = "linux")]
fn an_output_on_a_file_system_that_takes_no_files_fails_with_status_3() {
    let run = Fixture::small().build_with(&["--output", "/proc/tribune/public"]);
    assert_eq!(run.code, 3, "{}", run.stderr);
}

#[test]
fn check_says_what_build_says_and_writes_nothing() {
    let fixture = faulty();
    let (check, build) = (fixture.check(), fixture.build());
    assert_eq!(check.code, 1);
    for line in build.short_errors() {
        assert!(check.stderr.contains(line), "{line}");
    }
    assert!(check.output.is_empty() && !fixture.path(".cache").exists());
}

#[test]
fn check_passes_a_sound_portal() {
    let run = Fixture::small().check();
    assert_eq!(run.code, 0, "{}", run.stderr);
    assert!(run.output.is_empty());
}

#[test]
fn check_finds_more_than_build_does() {
    let text = toml("image = \"p.png\"") + "[ici](/nulle-part/) ![](p.png)\n";
    let fixture = Fixture::release(&text).file("content/p.png", PIXEL);
    fixture.build().assert_clean();
    let run = fixture.check();
    expect![[""]].assert_eq(&run.stderr);
    assert_eq!(run.code, 1, "a broken link is an error");
}

#[test]
fn a_root_may_be_given_from_anywhere() {
    let fixture = Fixture::with("")
        .file("portail/site.toml", SITE)
        .file("portail/content/a.md", toml("").replace("souss", "suss"));
    let run = fixture.build_with(&["--root", "portail"]);
    assert!(run.stderr.starts_with("content/a.md:4:10: error:"), "{}", run.stderr);
    fixture.edit("portail/content/a.md", toml(""));
    let run = fixture.build_with(&["--root", "portail"]);
    assert_eq!(run.code, 0);
    assert!(fixture.path("portail/public/index.html").exists() && !fixture.path("public").exists());
}

#[test]
fn hostile_names_reach_the_terminal_defused() {
    let text = toml("").replace("souss-massa", "x\\u001B]0;titre\\u0007\\u001B[31m");
    for format in ["short", "human", "json"] {
        let run = Fixture::release(&text).build_with(&["--format", format]);
        assert_eq!(run.code, 1);
        assert!(!run.stderr.contains('\u{1b}') && !run.stderr.contains('\u{7}'), "{:?}", run.stderr);
    }
}

#[test]
fn help_of_the_program() {
    expect![[""]].assert_eq(&Fixture::with("").raw(&["--help"], "public").stdout);
}

#[test]
fn help_of_build() {
    let run = Fixture::with("").raw(&["build", "--help"], "public");
    assert_eq!(run.code, 0);
    expect![[""]].assert_eq(&run.stdout);
}

#[test]
fn the_version_names_the_time_zone_rules() {
    let run = Fixture::with("").raw(&["--version"], "public");
    assert!(run.stdout.starts_with("tribune ") && run.stdout.contains("time zones: 20"), "{}", run.stdout);
}
