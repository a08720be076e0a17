//! What a person sees: the program's pages in a real Chromium, which `tests/run` installs. It is led by
//! WebDriver (W3C), the browser's own protocol for that.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::Command;
use std::thread::sleep;
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use tokio::runtime::Runtime;

use crate::counting::{figure, told};
use crate::deploy::servers::{Server, program};
use crate::harness::{Fixture, copy, toml};
use crate::ports::port;
use crate::running::PATIENCE;
use crate::serve::{Preview, serve};

/// A browser without a screen, until it is dropped.
struct Browser {
    runtime: Runtime,
    client: reqwest::Client,
    /// What its commands are sent below.
    session: String,
    /// What leads it: after the rest, it goes.
    _driver: Server,
}

impl Drop for Browser {
    fn drop(&mut self) {
        let end = self.client.delete(&self.session);
        let _ = self.runtime.block_on(async { end.send().await });
    }
}

impl Browser {
    #[track_caller]
    fn start() -> Self {
        let (at, chromium) = (port(), program("chromium"));
        let driver = Server::start(at, |_| {
            let mut driver = Command::new(program("chromedriver"));
            driver.arg(format!("--port={at}"));
            driver
        });
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let client = reqwest::Client::builder().timeout(PATIENCE).build().unwrap();
        let session = format!("http://127.0.0.1:{at}/session");
        let mut browser = Self { runtime, client, session, _driver: driver };
        // As root, which continuous integration often is, it has no sandbox; containers have little shared memory.
        let args = ["--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"];
        let options = json!({ "binary": chromium, "args": args });
        let wanted = json!({ "goog:chromeOptions": options, "goog:loggingPrefs": { "browser": "ALL" } });
        let made = browser.command("", json!({ "capabilities": { "alwaysMatch": wanted } }));
        browser.session = format!("{}/{}", browser.session, made["sessionId"].as_str().unwrap());
        browser
    }

    #[track_caller]
    fn command(&self, name: &str, with: Value) -> Value {
        let request = self.client.post(format!("{}{name}", self.session)).body(with.to_string());
        let answer = self.runtime.block_on(async { request.send().await?.text().await });
        let answer: Value = serde_json::from_str(&answer.unwrap()).unwrap();
        assert!(answer["value"]["error"].is_null(), "{name} {with}: {answer}");
        answer["value"].clone()
    }

    fn open(&self, address: &str) {
        self.command("/url", json!({ "url": address }));
    }

    /// What a script on the page gives.
    #[track_caller]
    fn run(&self, script: &str) -> Value {
        self.command("/execute/sync", json!({ "script": script, "args": [] }))
    }

    /// Waits until a script gives `true`.
    #[track_caller]
    fn until(&self, script: &str) {
        let begun = Instant::now();
        while self.run(script) != json!(true) {
            assert!(
                begun.elapsed() < PATIENCE,
                "not seen: {script}\n{}",
                self.run("return [scrollY, document.body.innerText.slice(-500)]")
            );
            sleep(Duration::from_millis(2));
        }
    }

    /// The window that is looked at.
    fn window_now(&self) -> Value {
        let asked = self.client.get(format!("{}/window", self.session));
        let answer = self.runtime.block_on(async { asked.send().await?.text().await }).unwrap();
        serde_json::from_str::<Value>(&answer).unwrap()["value"].clone()
    }

    /// One window more, that is looked at from now on.
    fn open_window(&self) {
        let window = self.command("/window/new", json!({ "type": "window" }));
        self.look_at(&window["handle"]);
    }

    fn look_at(&self, window: &Value) {
        self.command("/window", json!({ "handle": window }));
    }

    /// So many pixels of a style sheet, as on a telephone.
    fn resize(&self, width: u32) {
        let screen = json!({ "width": width, "height": 900, "deviceScaleFactor": 1, "mobile": width < 600 });
        self.command(
            "/goog/cdp/execute",
            json!({ "cmd": "Emulation.setDeviceMetricsOverride", "params": screen }),
        );
    }

    /// What it has to say against the pages it has shown since it was asked last.
    fn complaints(&self) -> Vec<String> {
        let told = self.command("/se/log", json!({ "type": "browser" }));
        told.as_array().unwrap().iter().map(ToString::to_string).collect()
    }
}

fn address(preview: &Preview, path: &str) -> String {
    format!("http://127.0.0.1:{}{path}", preview.port)
}

/// A release that is longer than a window.
fn long(title: &str, day: usize, text: &str) -> String {
    let (year, month, day) = (2012 + day % 14, 1 + day / 14 % 12, 1 + day % 28);
    let header = toml("").replace("title = \"A\"", &format!("title = \"{title}\""));
    let header = header.replace("date = 2026-03-12", &format!("date = {year}-{month:02}-{day:02}"));
    header.replace("Texte.", &format!("{}{text}\n", "Un paragraphe.\n\n".repeat(60)))
}

#[test]
fn an_edit_is_seen_where_it_shows_and_nowhere_else() {
    let releases = figure(30, 10_000);
    let fixture = Fixture::with("");
    for nth in 0..releases {
        fixture
            .edit(&format!("content/{}/n{nth}.md", nth / 100), long(&format!("Numéro {nth}"), nth, "Texte."));
    }
    let date = |text: String| text.replace("date = 2012-01-01", "date = 2026-03-12");
    fixture.edit("content/a.md", date(long("A", 0, "Avant.")));
    fixture.edit("content/b.md", date(long("B", 0, "Autre.")));
    let preview = serve(&fixture, &[]);
    let browser = Browser::start();
    browser.open(&address(&preview, "/2026/03/12/b/"));
    browser.run("window.mark = 1");
    let first = browser.window_now();
    browser.open_window();
    browser.open(&address(&preview, "/2026/03/12/a/"));
    browser.run("scrollTo({ top: 500, behavior: 'instant' })");

    let mut waits = Vec::new();
    for round in 0..figure(3, 20) {
        browser.run("window.mark = 1");
        let begun = Instant::now();
        fixture.edit("content/a.md", date(long("A", 0, &format!("Jeton {round}."))));
        browser.until(&format!("return document.body.innerText.includes('Jeton {round}.')"));
        waits.push(begun.elapsed().as_millis());
        // It was loaded again, and stands where it stood.
        assert_eq!(browser.run("return window.mark ?? 0"), json!(0));
        browser.until("return Math.abs(scrollY - 500) < 2");
    }
    waits.sort_unstable();
    let (median, most) = (waits[waits.len() / 2], waits[waits.len() - 1]);
    told(&format!(
        "{releases} releases: an edit was on the screen {median} ms after its saving, or {most} at the most"
    ));

    // A style is exchanged on the page as it stands.
    browser.run("window.mark = 1");
    fixture.edit("content/static/style.css", "body { color: rgb(1, 2, 3) }");
    browser.until("return getComputedStyle(document.body).color === 'rgb(1, 2, 3)'");
    assert_eq!(browser.run("return window.mark"), json!(1));

    // An error is shown over it, as a terminal shows it, and goes with its cause.
    fixture.edit("content/a.md", "+++\ntitle = \"A\"\ndate = 2026-13-12\n+++\n\nTexte.\n");
    browser.until(
        "return document.getElementById('tribune-fault')?.innerText.includes('content/a.md') ?? false",
    );
    assert_eq!(browser.run("return window.mark"), json!(1));
    fixture.edit("content/a.md", date(long("A", 0, "Enfin.")));
    browser.until(
        "return document.body.innerText.includes('Enfin.') && !document.getElementById('tribune-fault')",
    );

    // Of all that nothing came to the other page but the style.
    browser.look_at(&first);
    browser.until("return getComputedStyle(document.body).color === 'rgb(1, 2, 3)'");
    assert_eq!(browser.run("return window.mark"), json!(1));
}

/// When the demonstration stands whole.
const DAY: [&str; 2] = ["--as-of", "2026-11-26T12:00:00Z"];

#[test]
fn every_kind_of_page_fits_a_telephone_and_a_desk_in_both_directions() {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    let fixture = Fixture::parse("");
    for folder in ["content", "templates", "themes", "lang"] {
        copy(&here.join(folder), &fixture.path(folder));
    }
    fs::copy(here.join("site.toml"), fixture.path("site.toml")).unwrap();
    let built = fixture.build_with(&DAY);
    assert_eq!(built.code, 0, "{}", built.stderr);
    // The longest page of each kind in each language.
    let mut pages = BTreeMap::<(String, String), &str>::new();
    for (path, bytes) in built.output.iter().filter(|(path, _)| path.ends_with(".html")) {
        let html = String::from_utf8_lossy(bytes);
        let part = |before: &str| {
            html.split(before).nth(1).and_then(|rest| rest.split('"').next()).unwrap_or_default()
        };
        let page = pages
            .entry((part("<html lang=\"").to_owned(), part("<body class=\"").to_owned()))
            .or_insert(path);
        if built.output[*page].len() < bytes.len() {
            *page = path;
        }
    }
    for kind in ["page-home", "page-release", "page-region", "page-month", "page-404"] {
        for lang in ["fr", "ar"] {
            assert!(
                pages.contains_key(&(lang.to_owned(), kind.to_owned())),
                "{lang} {kind}: {:?}",
                pages.keys()
            );
        }
    }
    let preview = serve(&fixture, &DAY);
    let browser = Browser::start();
    for ((lang, kind), path) in &pages {
        for width in [320, 768, 1280] {
            let place = format!("{path} ({lang}, {kind}) at {width} px");
            browser.resize(width);
            browser.open(&address(&preview, &format!("/{}", path.trim_end_matches("index.html"))));
            let seen = browser.run(
                "return [innerWidth, document.documentElement.scrollWidth, getComputedStyle(document.body).direction]",
            );
            let direction = if lang == "ar" { "rtl" } else { "ltr" };
            assert_eq!(seen[2], json!(direction), "{place}");
            assert!(seen[1].as_u64() <= seen[0].as_u64(), "{place} is {} px wide", seen[1]);
            assert_eq!(seen[0], json!(width), "{place}");
            let complaints = browser.complaints();
            assert!(complaints.is_empty() || kind == "page-404", "{place}: {complaints:?}");
        }
    }
    told(&format!("{} pages at 3 widths: all fit", pages.len()));
}
