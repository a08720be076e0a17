//! The same sources give the same bytes, wherever, whenever and on however many cores.

use std::path::Path;

use crate::harness::{Fixture, Tree, copy, tree};

/// The clock at which the demonstration is complete.
const THEN: &str = "2026-11-20T12:00:00Z";

/// A copy of the demonstration that this repository holds.
fn demonstration() -> Fixture {
    let fixture = Fixture::parse("");
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    copy(&here.join("content"), &fixture.path("content"));
    copy(&here.join("themes"), &fixture.path("themes"));
    fixture.edit("site.toml", std::fs::read(here.join("site.toml")).unwrap());
    fixture
}

#[track_caller]
fn built(fixture: Fixture) -> Tree {
    fixture.build_with(&["--as-of", THEN]).assert_clean().output
}

#[track_caller]
fn assert_same(one: &Tree, other: &Tree) {
    assert!(one.keys().eq(other.keys()), "other files");
    let differing: Vec<&String> = one.keys().filter(|path| one[*path] != other[*path]).collect();
    assert!(differing.is_empty(), "{differing:?}");
}

#[test]
fn the_demonstration_has_no_fault_at_all() {
    let fixture = demonstration();
    fixture.build_with(&["--as-of", THEN]).assert_clean();
}

/// All that `check` may say of the demonstration is meant to be so.
#[test]
fn the_demonstration_passes_check() {
    let run = demonstration().run("check", &["--as-of", THEN]);
    assert_eq!(run.code, 0, "{}", run.stderr);
    expect_test::expect![[r#"
        note: 3 releases have no `fr` version
        note: 20 releases have no `ar` version
    "#]]
    .assert_eq(&run.stderr);
}

#[test]
fn folder_time_zone_and_locale_of_the_machine_do_not_matter() {
    let one = built(demonstration());
    let places = [
        ("Pacific/Kiritimati", "ar_MA.UTF-8"),
        ("America/Los_Angeles", "tr_TR.UTF-8"),
        ("Nowhere/Land", "C"),
    ];
    for (zone, locale) in places {
        let fixture = demonstration()
            .env("TZ", zone)
            .env("LANG", locale)
            .env("LC_ALL", locale)
            .env("HOME", "/nonexistent");
        assert_same(&one, &built(fixture));
    }
}

#[test]
fn the_number_of_threads_does_not_matter() {
    let one = built(demonstration());
    for threads in ["1", "2", "8"] {
        assert_same(&one, &built(demonstration().env("RAYON_NUM_THREADS", threads)));
    }
}

/// A folder lists its files in the order in which they came, more or less.
#[test]
fn the_order_in_which_files_came_does_not_matter() {
    let one = demonstration();
    let other = Fixture::parse("");
    for (path, bytes) in tree(one.dir()).into_iter().rev() {
        other.edit(&path, bytes);
    }
    assert_same(&built(one), &built(other));
}

#[test]
fn the_theme_in_the_program_is_the_theme_in_the_repository() {
    let without = demonstration();
    std::fs::remove_dir_all(without.path("themes")).unwrap();
    assert_same(&built(demonstration()), &built(without));
}

/// What changes by the clock alone is what its due dates say: nothing on an ordinary evening.
#[test]
fn the_time_of_the_build_leaves_no_trace() {
    let one = demonstration().build_with(&["--as-of", THEN]).assert_clean();
    let other = demonstration().build_with(&["--as-of", "2026-11-20T19:30:05+01:00"]).assert_clean();
    assert_same(&one.output, &other.output);
    assert!(one.mentions("2026-11-20T").is_empty());
}

#[test]
fn another_root_and_another_output_give_the_same_bytes() {
    let fixture = demonstration();
    let one = fixture.build_with(&["--as-of", THEN]).assert_clean();
    let root = fixture.dir().to_str().unwrap().to_owned();
    let other =
        fixture.build_with(&["--as-of", THEN, "--root", &root, "--output", "ailleurs/sortie"]).assert_clean();
    assert_same(&one.output, &other.output);
    assert!(one.mentions(&root).is_empty(), "the machine's own paths are nobody's business");
}
