//! A program that watches: whatever way a source changes, the output becomes what a clean build
//! makes of it.

use std::fs::{self, File, OpenOptions};
use std::io::Write;
use std::path::Path;
use std::thread::sleep;
use std::time::{Duration, SystemTime};

use crate::counting::{figure, told};
use crate::harness::{Fixture, NOW, toml};
use crate::running::{PATIENCE, Running, clean, output};

/// Watches with the fixed clock.
#[track_caller]
fn watch(fixture: &Fixture, args: &[&str]) -> Running {
    let all = [&["watch", "--as-of", NOW, "--format", "short"], args].concat();
    begun(Running::start(fixture, &all))
}

#[track_caller]
fn begun(mut running: Running) -> Running {
    running.until("the first build", |running| running.stderr().contains("watching"));
    running
}

fn page(fixture: &Fixture, address: &str) -> String {
    fs::read_to_string(fixture.path(&format!("public/{address}/index.html"))).unwrap_or_default()
}

/// Waits until a page shows a text.
#[track_caller]
fn shows(running: &mut Running, fixture: &Fixture, address: &str, text: &str) {
    running.until(&format!("`{text}` on {address}"), |_| page(fixture, address).contains(text));
}

/// Waits until a page is gone.
#[track_caller]
fn gone(running: &mut Running, fixture: &Fixture, address: &str) {
    running.until(&format!("{address} gone"), |_| !fixture.path(&format!("public/{address}")).exists());
}

#[track_caller]
fn like_clean(running: &mut Running, fixture: &Fixture) {
    let clean = clean(fixture, &[]);
    running.until("the output of a clean build", |_| output(fixture) == clean);
}

fn text(token: &str) -> String {
    toml("").replace("Texte.", &format!("Texte {token}."))
}

const PAGE: &str = "2026/03/12/a";

type Save = fn(&Fixture, &Path, &str);

/// The ways in which programs save a text that stands already.
const SAVES: [(&str, Save); 14] = [
    ("plain", |_, path, text| fs::write(path, text).unwrap()),
    ("truncate, then write", |_, path, text| {
        let mut file = File::create(path).unwrap();
        sleep(Duration::from_millis(20));
        file.write_all(text.as_bytes()).unwrap();
    }),
    ("truncate, wait long, then write", |_, path, text| {
        let mut file = File::create(path).unwrap();
        sleep(Duration::from_millis(300));
        file.write_all(text.as_bytes()).unwrap();
    }),
    ("temporary file, then rename", |_, path, text| {
        let temporary = path.with_file_name(".a.md.tmp");
        fs::write(&temporary, text).unwrap();
        fs::rename(temporary, path).unwrap();
    }),
    ("backup, then rename", |_, path, text| {
        let (backup, temporary) = (path.with_file_name("a.md~"), path.with_file_name("4913.swp"));
        fs::rename(path, &backup).unwrap();
        fs::write(&temporary, text).unwrap();
        fs::rename(temporary, path).unwrap();
        fs::remove_file(backup).unwrap();
    }),
    ("slow pieces", |_, path, text| {
        let mut file = File::create(path).unwrap();
        for piece in text.as_bytes().chunks(25) {
            file.write_all(piece).unwrap();
            sleep(Duration::from_millis(15));
        }
    }),
    ("delete and create", |_, path, text| {
        fs::remove_file(path).unwrap();
        fs::write(path, text).unwrap();
    }),
    ("copy over", |fixture, path, text| {
        fixture.edit("elsewhere.txt", text);
        fs::copy(fixture.path("elsewhere.txt"), path).unwrap();
    }),
    ("hard link swapped", |fixture, path, text| {
        fixture.edit("elsewhere.txt", text);
        let link = path.with_file_name(".link");
        fs::hard_link(fixture.path("elsewhere.txt"), &link).unwrap();
        fs::rename(link, path).unwrap();
        fixture.remove("elsewhere.txt");
    }),
    ("modification time kept", |_, path, text| {
        let before = fs::metadata(path).unwrap().modified().unwrap();
        fs::write(path, text).unwrap();
        File::options().write(true).open(path).unwrap().set_modified(before).unwrap();
    }),
    ("in place, same size", |_, path, text| {
        fs::OpenOptions::new().write(true).open(path).unwrap().write_all(text.as_bytes()).unwrap();
    }),
    ("append", |_, path, text| {
        let token = text.trim_end().rsplit(' ').next().unwrap();
        writeln!(OpenOptions::new().append(true).open(path).unwrap(), "\nEncore {token}").unwrap();
    }),
    ("moved here from elsewhere", |fixture, path, text| {
        fixture.edit("elsewhere.txt", text);
        fs::rename(fixture.path("elsewhere.txt"), path).unwrap();
    }),
    ("saved twice in a hurry", |_, path, text| {
        fs::write(path, text.replace("Texte t", "Texte z")).unwrap();
        fs::write(path, text).unwrap();
    }),
];

/// Ways in which files and folders come and go.
#[track_caller]
fn moves(running: &mut Running, fixture: &Fixture, token: &str) {
    let path = |path: &str| fixture.path(path);
    fs::rename(path("content/a.md"), path("content/b.md")).unwrap();
    shows(running, fixture, "2026/03/12/b", "Texte");
    gone(running, fixture, PAGE);
    fs::rename(path("content/b.md"), path("content/a.md")).unwrap();
    gone(running, fixture, "2026/03/12/b");

    fixture.edit("content/sous/dossier/c.md", text(token));
    shows(running, fixture, "2026/03/12/c", token);
    fs::rename(path("content/sous"), path("dehors")).unwrap();
    gone(running, fixture, "2026/03/12/c");
    fixture.edit("dehors/dossier/c.md", text(&format!("{token}-dehors")));
    fs::rename(path("dehors"), path("content/sous")).unwrap();
    shows(running, fixture, "2026/03/12/c", &format!("{token}-dehors"));
    // The folder that came back is watched.
    fixture.edit("content/sous/dossier/c.md", text(&format!("{token}-dedans")));
    shows(running, fixture, "2026/03/12/c", &format!("{token}-dedans"));
    fs::rename(path("content/sous"), path("content/sud")).unwrap();
    fixture.edit("content/sud/dossier/c.md", text(&format!("{token}-sud")));
    shows(running, fixture, "2026/03/12/c", &format!("{token}-sud"));
    fs::remove_dir_all(path("content/sud")).unwrap();
    gone(running, fixture, "2026/03/12/c");
}

/// A link is refused, the output stays; without it all is well again.
#[track_caller]
fn link(running: &mut Running, fixture: &Fixture) {
    let before = running.stderr();
    let link = fixture.path("content/lien.md");
    std::os::unix::fs::symlink(fixture.path("content/a.md"), &link).unwrap();
    running.until("a link refused", |running| {
        running.stderr()[before.len()..].contains("content/lien.md:1:1: error: ")
    });
    assert!(!page(fixture, PAGE).is_empty());
    fs::remove_file(link).unwrap();
}

#[track_caller]
fn every_way(fixture: &Fixture, running: &mut Running) {
    for round in 0..figure(1, 50) {
        for (number, (name, save)) in SAVES.iter().enumerate() {
            let token = format!("t{round:02}{number:02}");
            let before = page(fixture, PAGE);
            save(fixture, &fixture.path("content/a.md"), &text(&token));
            running.until(name, |_| page(fixture, PAGE).contains(&token));
            assert_ne!(before, page(fixture, PAGE), "{name}");
        }
        moves(running, fixture, &format!("m{round:02}"));
        link(running, fixture);
        fixture.edit("content/a.md", text("t9999"));
        shows(running, fixture, PAGE, "t9999");
        like_clean(running, fixture);
    }
    told(&format!("{} styles of saving, {} times each: 0 misses", SAVES.len(), figure(1, 50)));
}

#[test]
fn every_way_of_saving_is_seen() {
    let fixture = Fixture::release(&text("debut"));
    let mut running = watch(&fixture, &[]);
    every_way(&fixture, &mut running);
}

#[test]
fn every_way_of_saving_is_seen_where_no_events_come() {
    let fixture = Fixture::release(&text("debut"));
    let mut running = watch(&fixture, &["--poll"]);
    every_way(&fixture, &mut running);
}

#[test]
fn a_checkout_of_thousands_of_files_and_back_is_seen_whole() {
    let files = figure(1_000, 10_000);
    let patience = PATIENCE + Duration::from_millis(50) * files as u32;
    let fixture = Fixture::release(&text("debut"));
    let mut running = watch(&fixture, &[]);
    let before = output(&fixture);
    for number in 0..files {
        let date = format!("date = {}-{:02}-{:02}", 2016 + number % 10, 1 + number % 12, 1 + number % 28);
        let text = text(&format!("n{number:05}")).replace("date = 2026-03-12", &date);
        fixture.edit(&format!("content/{}/{}/n{number:05}.md", number % 10, number % 7), text);
    }
    let after = clean(&fixture, &[]);
    running.until_in(patience, "all files", |_| {
        output(&fixture).len() == after.len() && output(&fixture) == after
    });
    for folder in 0..10 {
        fs::remove_dir_all(fixture.path(&format!("content/{folder}"))).unwrap();
    }
    running.until_in(patience, "no files", |_| output(&fixture) == before);
    told(&format!("a checkout of {files} files, and back: 0 misses"));
}

#[test]
fn events_that_were_lost_are_made_up_for() {
    let queue: usize =
        fs::read_to_string("/proc/sys/fs/inotify/max_queued_events").unwrap().trim().parse().unwrap();
    assert!(queue <= 200_000, "the queue of events is too long here to overflow it: {queue}");
    let fixture = Fixture::release(&text("debut"));
    let mut running = watch(&fixture, &[]);
    for round in 0..figure(1, 10) {
        running.signal("STOP");
        // Each is made, opened, written, closed and removed.
        for number in 0..queue / 4 + 100 {
            let path = fixture.path(&format!("content/.{number}"));
            fs::write(&path, "x").unwrap();
            fs::remove_file(path).unwrap();
        }
        let token = format!("perdu{round}");
        fixture.edit("content/a.md", text(&token)).edit(&format!("content/neuf{round}/b.md"), text(&token));
        if round > 0 {
            fs::remove_dir_all(fixture.path(&format!("content/neuf{}", round - 1))).unwrap();
        }
        running.signal("CONT");
        shows(&mut running, &fixture, PAGE, &token);
        shows(&mut running, &fixture, "2026/03/12/b", &token);
        // The folder whose coming nobody told of is watched.
        sleep(Duration::from_millis(500));
        fixture.edit(&format!("content/neuf{round}/b.md"), text(&format!("vu{round}")));
        shows(&mut running, &fixture, "2026/03/12/b", &format!("vu{round}"));
        like_clean(&mut running, &fixture);
    }
    told(&format!("{} overflows of the queue of events: 0 misses", figure(1, 10)));
}

const BLIND: &str = "the system cannot watch this portal";

#[test]
fn a_system_that_watches_too_few_folders_is_told_of_and_made_up_for() {
    let fixture = Fixture::release(&text("debut"));
    let args = ["watch", "--as-of", NOW, "--format", "short"];
    let mut running = begun(Running::limited(&fixture, 1, &args));
    assert_eq!(running.stderr().matches(BLIND).count(), 1, "{}", running.stderr());
    every_way(&fixture, &mut running);
    assert_eq!(running.stderr().matches(BLIND).count(), 1, "it is said once");
}

#[test]
fn a_limit_that_is_reached_on_the_way_is_told_of_and_made_up_for() {
    let fixture = Fixture::release(&text("debut"));
    let args = ["watch", "--as-of", NOW, "--format", "short"];
    let mut running = begun(Running::limited(&fixture, 4, &args));
    assert!(!running.stderr().contains(BLIND), "{}", running.stderr());
    for number in 0..6 {
        fixture.edit(&format!("content/d{number}/e.md"), text("x").replace("+++\n\n", &slug(number)));
    }
    running.until("the limit", |running| running.stderr().contains(BLIND));
    fixture.edit("content/d5/e.md", text("aveugle").replace("+++\n\n", &slug(5)));
    shows(&mut running, &fixture, "2026/03/12/e5", "aveugle");
    like_clean(&mut running, &fixture);
}

fn slug(number: usize) -> String {
    format!("slug = \"e{number}\"\n+++\n\n")
}

#[test]
fn what_changes_during_a_build_is_built_too() {
    let fixture = Fixture::release(&text("debut"));
    for number in 0..150 {
        fixture.edit(&format!("content/n{number}.md"), text("x"));
    }
    let mut running = watch(&fixture, &[]);
    for number in 0..figure(30, 200) as u64 {
        // All pages are made anew, while texts and pictures change.
        if number % 5 == 0 {
            fixture.edit("lang/fr.toml", format!("[titles]\narchives = \"Archives {number}\"\n"));
        }
        fixture.edit(&format!("content/n{}.md", number % 150), text(&format!("pendant{number}")));
        fixture.edit("content/static/logo.svg", format!("<svg><!-- {number} --></svg>"));
        sleep(Duration::from_millis(40 + (number * 37) % 150));
    }
    fixture.edit("content/a.md", text("enfin"));
    shows(&mut running, &fixture, PAGE, "enfin");
    like_clean(&mut running, &fixture);
}

#[test]
fn an_embargo_lifts_while_nobody_touches_anything() {
    let fixture = Fixture::release(&text("debut"));
    let start = || begun(Running::start(&fixture, &["watch", "--format", "short"]));
    let instant = |seconds| {
        let at = SystemTime::now() + Duration::from_secs(seconds);
        jiff::Timestamp::try_from(at).unwrap().strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
    };
    let embargoed = |at: &str| toml(&format!("publish = {at}")).replace("Texte.", "Levé.");
    let mut running = start();
    fixture.edit("content/secret.md", embargoed(&instant(4)));
    shows(&mut running, &fixture, "2026/03/12/secret", "Levé");
    fixture.edit("content/encore.md", embargoed(&instant(6)));
    // Another process, which finds all as it was, waits for it as well.
    drop(running);
    let mut running = start();
    shows(&mut running, &fixture, "2026/03/12/encore", "Levé");
    let clean = clean(&fixture, &["--as-of", &instant(1)]);
    running.until("the output of a clean build", |_| output(&fixture) == clean);
}

#[test]
fn configuration_territory_theme_and_strings_are_watched() {
    let fixture = Fixture::release(&text("debut"));
    let mut running = watch(&fixture, &[]);
    let site = fs::read_to_string(fixture.path("site.toml")).unwrap();
    fixture.edit("site.toml", site.replace("\"Portail\"", "\"Portique\""));
    shows(&mut running, &fixture, PAGE, "Portique");
    fixture.edit("templates/404.html", "<p>Perdu</p>");
    running.until("a template", |_| {
        fs::read_to_string(fixture.path("public/404.html")).unwrap() == "<p>Perdu</p>"
    });
    fixture.edit("templates/404.html", "<p>Rien</p>");
    running.until("a template in a new folder", |_| {
        fs::read_to_string(fixture.path("public/404.html")).unwrap() == "<p>Rien</p>"
    });
    let territory = "# name: Pays\nkind\tcode\tparent\tname_fr\tname_ar\taliases\n\
        region\t01\t\tSouss-Massa\tسوس\t\n";
    fixture.edit("donnees/pays.tsv", territory);
    fixture.edit("site.toml", format!("{site}territory = \"donnees/pays.tsv\"\n"));
    shows(&mut running, &fixture, "regions", "souss-massa");
    gone(&mut running, &fixture, "regions/oriental");
    fixture.edit("donnees/pays.tsv", format!("{territory}region\t02\t\tLe Nord\tالشمال\t\n"));
    shows(&mut running, &fixture, "regions", "Le Nord");
    fs::rename(fixture.path("donnees/pays.tsv"), fixture.path("donnees/autre.tsv")).unwrap();
    running.until("a missing territory", |running| running.stderr().contains("donnees/pays.tsv"));
    fixture.edit("donnees/pays.tsv", territory);
    running.until("the territory again", |_| !page(&fixture, "regions").contains("Le Nord"));
    fs::create_dir_all(fixture.path("themes")).unwrap();
    fixture.edit("themes/nu/theme.toml", "name = \"nu\"\nextends = \"default\"\n");
    fixture.edit("themes/nu/static/nu.css", "body{}");
    fixture.edit("site.toml", format!("{site}theme = \"nu\"\n"));
    running.until("a theme's file", |_| fixture.path("public/nu.css").exists());
    fixture.edit("themes/nu/static/nu.css", "body{color:red}");
    running.until("a style", |_| {
        fs::read(fixture.path("public/nu.css")).is_ok_and(|css| css.ends_with(b"red}"))
    });
    fs::remove_dir_all(fixture.path("templates")).unwrap();
    like_clean(&mut running, &fixture);
    // All of it away and back.
    fs::rename(fixture.path("content"), fixture.path("ailleurs")).unwrap();
    running.until("no content", |running| running.stderr().contains("content:1:1: "));
    fs::rename(fixture.path("ailleurs"), fixture.path("content")).unwrap();
    fixture.edit("content/a.md", text("revenu"));
    shows(&mut running, &fixture, PAGE, "revenu");
    like_clean(&mut running, &fixture);
}

#[test]
fn an_error_is_told_once_and_leaves_the_output_and_its_end_is_seen() {
    let fixture = Fixture::release(&text("debut")).file("content/b.md", text("b"));
    let mut running = watch(&fixture, &[]);
    let before = output(&fixture);
    fixture.edit("content/a.md", text("t0001").replace("souss-massa", "sous-massa"));
    let error = "content/a.md:4:10: error: unknown region `sous-massa`";
    running.until("the error", |running| running.stderr().contains(error));
    for number in 0..5 {
        fixture.edit("content/b.md", text(&format!("b{number}")));
        sleep(Duration::from_millis(200));
    }
    assert_eq!(running.stderr().matches(error).count(), 1, "{}", running.stderr());
    assert_eq!(output(&fixture), before);
    // Another error is another report, whole.
    fixture.edit("content/b.md", text("b").replace("souss-massa", "orientale"));
    running.until("both errors", |running| running.stderr().matches(error).count() == 2);
    assert!(running.stderr().contains("content/b.md:4:10: error: unknown region"));
    assert_eq!(output(&fixture), before);
    fixture.edit("content/a.md", text("t0002")).edit("content/b.md", text("b9"));
    shows(&mut running, &fixture, PAGE, "t0002");
    // A template that breaks while it renders, and its mending.
    fixture.edit("templates/404.html", "{{ portal.titel }}");
    running
        .until("a template's error", |running| running.stderr().contains("templates/404.html:1:11: error"));
    fixture.edit("templates/404.html", "{{ portal.title }}");
    like_clean(&mut running, &fixture);
}

#[test]
fn what_a_build_writes_wakes_nobody() {
    let fixture = Fixture::release(&text("debut"));
    let running = watch(&fixture, &[]);
    // Reading is what every build does.
    let reads = || {
        let io = fs::read_to_string(format!("/proc/{}/io", running.pid())).unwrap();
        let line = io.lines().find(|line| line.starts_with("syscr: ")).unwrap().to_owned();
        line.trim_start_matches("syscr: ").parse::<u64>().unwrap()
    };
    sleep(Duration::from_secs(2));
    let before = reads();
    for number in 0..10 {
        fixture.edit("public/etranger.txt", number.to_string());
        fixture.edit(".cache/tribune/etranger", number.to_string());
        fixture.edit(".public.stage/x", number.to_string());
        fixture.edit("target/x", number.to_string());
        let _ = fs::read(fixture.path("content/a.md"));
        sleep(Duration::from_millis(150));
    }
    // Of inotify itself, which tells of new names beside the folders of sources.
    assert!(reads() < before + 60, "{} reads", reads() - before);
    assert_eq!(running.stdout().lines().count(), 1, "{}", running.stdout());
}

#[test]
fn an_interrupted_watch_ends_well() {
    for signal in ["INT", "TERM"] {
        let fixture = Fixture::release(&text("debut"));
        let mut running = watch(&fixture, &[]);
        fixture.edit("content/a.md", text("t0001"));
        shows(&mut running, &fixture, PAGE, "t0001");
        running.signal(signal);
        assert_eq!(running.ended(), Some(0), "{}", running.stderr());
        assert_eq!(output(&fixture), clean(&fixture, &[]));
    }
}

#[test]
fn a_failure_of_the_machine_is_tried_again() {
    let fixture = Fixture::release(&text("debut"));
    let mut running = watch(&fixture, &[]);
    // Another build holds the output.
    let lock = File::open(fixture.path("public")).unwrap();
    lock.lock().unwrap();
    fixture.edit("content/a.md", text("t0001"));
    running.until("the failure", |running| running.stderr().contains("another build is writing there"));
    drop(lock);
    shows(&mut running, &fixture, PAGE, "t0001");
    assert_eq!(running.stderr().matches("another build").count(), 1, "{}", running.stderr());
}
