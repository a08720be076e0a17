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
    expect![[r#"
        error: unknown region `suss-massa`
         --> content/a.md:4:10
          |
        4 | region = "suss-massa"
          |          ^^^^^^^^^^^^ not a region of this portal
          |
          = help: did you mean `souss-massa`?

        error: unknown field `titel` in a release's header
         --> content/b.md:5:1
          |
        5 | titel = "B"
          | ^^^^^ not a field
          |
          = help: did you mean `title`?

        error: `12 مارس` is not a date
         --> content/c.txt:2:10
          |
        2 | التاريخ: 12 مارس
          |          ^^^^^^^ a year is missing: expected a day such as 2026-03-12

        error: two sources at one address: `/2026/03/12/port/`
         --> content/d.md:1:1
          |
        1 | +++
          | ^^^ this address is taken
          |
         ::: content/b.md:1:1
          |
        1 | +++
          | --- the other is here
          |
          = help: give one of them another `slug`, date or name

        error: the file is not UTF-8 from byte 13 on
         --> content/e.md:2:10
          |
        2 | title = "�"
          |          ^ here
          |
          = help: save the file as UTF-8; Word offers it as « Unicode (UTF-8) »

        warning: no release refers to this file, so it is not published
        --> content/seul.png

        5 errors, 1 warning
        error: nothing was published; the output is as it was
    "#]]
    .assert_eq(&faulty().build_with(&["--format", "human"]).stderr);
}

#[test]
fn editors_read_one_line_each() {
    expect![[r#"
        content/a.md:4:10: error: unknown region `suss-massa`
        content/b.md:5:1: error: unknown field `titel` in a release's header
        content/c.txt:2:10: error: `12 مارس` is not a date
        content/d.md:1:1: error: two sources at one address: `/2026/03/12/port/` (the other: content/b.md:1:1)
        content/e.md:2:10: error: the file is not UTF-8 from byte 13 on
        content/seul.png:1:1: warning: no release refers to this file, so it is not published
        error: nothing was published; the output is as it was
    "#]]
    .assert_eq(&faulty().build().stderr);
}

#[test]
fn machines_read_one_object_a_line() {
    let run = faulty().build_with(&["--format", "json"]);
    expect![[r#"
        {"severity":"error","code":"unknown-region","message":"unknown region `suss-massa`","path":"content/a.md","line":4,"column":10,"label":"not a region of this portal","help":"did you mean `souss-massa`?"}
        {"severity":"error","code":"unknown-field","message":"unknown field `titel` in a release's header","path":"content/b.md","line":5,"column":1,"label":"not a field","help":"did you mean `title`?"}
        {"severity":"error","code":"bad-date","message":"`12 مارس` is not a date","path":"content/c.txt","line":2,"column":10,"label":"a year is missing: expected a day such as 2026-03-12"}
        {"severity":"error","code":"address-taken","message":"two sources at one address: `/2026/03/12/port/`","path":"content/d.md","line":1,"column":1,"label":"this address is taken","help":"give one of them another `slug`, date or name","other":"content/b.md:1:1"}
        {"severity":"error","code":"not-utf8","message":"the file is not UTF-8 from byte 13 on","path":"content/e.md","line":2,"column":10,"label":"here","help":"save the file as UTF-8; Word offers it as « Unicode (UTF-8) »"}
        {"severity":"warning","code":"unused-file","message":"no release refers to this file, so it is not published","path":"content/seul.png"}
    "#]].assert_eq(&run.stderr);
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
        ["releases", "pages", "rendered", "written", "unchanged", "removed", "errors", "warnings", "millis"];
    assert!(run.stdout.starts_with(r#"{"releases":4,"pages":"#), "{}", run.stdout);
    let mut sorted = keys.clone();
    sorted.sort_unstable();
    expected.sort_unstable();
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
    expect![[r#"
        content/seul.png:1:1: warning: no release refers to this file, so it is not published
    "#]]
    .assert_eq(&run.stderr);
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
    let check = fixture.check();
    assert!(check.output.is_empty() && !fixture.path(".cache").exists());
    let build = fixture.build();
    assert_eq!(check.code, 1);
    for line in build.short_errors() {
        assert!(check.stderr.contains(line), "{line}");
    }
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
    expect![[r#"
        note: 1 releases have no `ar` version
        content/a.md:5:9: warning: image `p.png` has no alternative text
        content/a.md:9:1: error: nothing stands at `/nulle-part/`
        content/a.md:9:21: warning: image `p.png` has no alternative text
    "#]]
    .assert_eq(&run.stderr);
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

/// Blank lines of help have spaces in them, which editors strip from snapshots.
fn trimmed(help: &str) -> String {
    help.lines().map(|line| line.trim_end().to_owned() + "\n").collect()
}

#[test]
fn help_of_the_program() {
    expect![[r#"
        Turns a folder of releases into a news portal for any static host

        Usage: tribune <COMMAND>

        Commands:
          build        Build the whole portal into the output folder
          watch        Build, and build again after each change, until interrupted
          serve        Show the portal in a browser as it is being written, drafts and embargoed releases
                       too
          check        Say all that `build` would, and more; write nothing
          init         Make a new portal that builds at once
          new          Write a release with its header filled in
          import       Make releases from what the press office has
          due          Say when the portal next changes by itself: embargoes that lift, releases that expire
          explain      Say which sources make a page, or which pages a source makes
          deploy       Bring what was built last to a host
          rollback     Bring a host back to what it had before
          completions  Print the completions of a shell
          man          Print the manual page
          help         Print this message or the help of the given subcommand(s)

        Options:
          -h, --help     Print help
          -V, --version  Print version

        Exit status: 0 done; 1 the content, theme or configuration has errors; 2 wrong usage; 3 a file,
        network or host failed.
    "#]]
    .assert_eq(&Fixture::with("").raw(&["--help"], "public").stdout);
}

#[test]
fn help_of_build() {
    let run = Fixture::with("").raw(&["build", "--help"], "public");
    assert_eq!(run.code, 0);
    expect![[r#"
        Build the whole portal into the output folder

        Usage: tribune build [OPTIONS]

        Options:
              --root <DIR>
                  The folder with `site.toml`

                  [default: .]

              --format <FORMAT>
                  How diagnostics are printed on standard error

                  Possible values:
                  - human: With a snippet of the source and help
                  - short: One line each: `path:line:col: error: message`
                  - json:  One JSON object a line

                  [default: human]

          -q, --quiet
                  Print nothing but diagnostics

              --as-of <INSTANT>
                  The clock: what is public is decided as of this instant (RFC 3339) [default: now]

              --drafts
                  Show drafts and embargoed releases, marked

              --base-url <URL>
                  The address at which the portal will be read, instead of `base_url`

              --portable
                  Make links that work from `file://`

              --output <DIR>
                  The output folder [default: `public` in the root]

              --clean
                  Ignore what is remembered of earlier runs

              --changed <PATH>...
                  Only these releases changed since the last build: no other file is looked at

              --timings
                  Print how long each stage took

          -h, --help
                  Print help (see a summary with '-h')
    "#]]
    .assert_eq(&trimmed(&run.stdout));
}

#[test]
fn the_version_names_the_time_zone_rules() {
    let run = Fixture::with("").raw(&["--version"], "public");
    assert!(run.stdout.starts_with("tribune ") && run.stdout.contains("time zones: 20"), "{}", run.stdout);
}
