//! Whom a deploy tells of what changed, and when it tells nobody.

use std::collections::BTreeSet;
use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::mpsc::{Receiver, channel};
use std::thread;
use std::time::Duration;

use percent_encoding::percent_decode_str;
use serde_json::Value;

use crate::harness::Fixture;

/// A service that takes what it is told, with this status: path and body of each message.
fn listen(status: &'static str) -> (u16, Receiver<(String, String)>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let (sender, receiver) = channel();
    thread::spawn(move || {
        for stream in listener.incoming().map_while(Result::ok) {
            if sender.send(answer(stream, status)).is_err() {
                break;
            }
        }
    });
    (port, receiver)
}

fn answer(mut stream: TcpStream, status: &str) -> (String, String) {
    let mut lines = BufReader::new(stream.try_clone().unwrap());
    let mut first = String::new();
    lines.read_line(&mut first).unwrap();
    let mut length = 0;
    loop {
        let mut line = String::new();
        lines.read_line(&mut line).unwrap();
        if line.trim().is_empty() {
            break;
        }
        if let Some(value) = line.to_ascii_lowercase().strip_prefix("content-length:") {
            length = value.trim().parse().unwrap();
        }
    }
    let mut body = vec![0; length];
    lines.read_exact(&mut body).unwrap();
    write!(stream, "HTTP/1.1 {status}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n").unwrap();
    let path = first.split(' ').nth(1).unwrap_or_default().to_owned();
    (path, String::from_utf8(body).unwrap())
}

fn portal(port: u16, hook: &str) -> Fixture {
    let fixture = Fixture::small().file("content/static/0123456789abcdef.txt", "0123456789abcdef");
    let fixture = fixture.env("PATH", "/usr/bin:/bin");
    let site = fs::read_to_string(fixture.path("site.toml")).unwrap();
    let feeds = format!("[feeds]\nhub = \"http://127.0.0.1:{port}/hub\"\n");
    let target = format!(
        "[deploy.live]\nkind = \"folder\"\npath = \"www\"\nindexnow = \"0123456789abcdef\"\nindexnow_url = \"http://127.0.0.1:{port}/now\"\nhook = '''{hook}'''\n"
    );
    fixture.file("site.toml", format!("{site}{feeds}{target}"))
}

const RELEASE: &str =
    "+++\ntitle = \"La gare\"\ndate = 2026-05-02\nregion = \"souss-massa\"\n+++\n\nUne gare.\n";

#[test]
fn hubs_search_engines_and_a_hook_hear_exactly_what_changed() {
    let (port, heard) = listen("202 Accepted");
    let fixture =
        portal(port, "cat > told; echo $TRIBUNE_TARGET $TRIBUNE_STATE $TRIBUNE_BASE_URL >> told; echo said");
    let first = fixture.build().assert_clean();
    assert!(first.page("feed.xml").contains(&format!("href=\"http://127.0.0.1:{port}/hub\"")));
    let nothing = || heard.recv_timeout(Duration::from_millis(200)).is_err();
    assert_eq!(fixture.raw(&["deploy", "--dry-run"], "public").code, 0);
    assert!(nothing() && !fixture.path("told").exists(), "a proposal was told");
    assert_eq!(fixture.raw(&["deploy"], "public").code, 0);
    let (hub, now) = (heard.recv().unwrap(), heard.recv().unwrap());
    assert_eq!((hub.0.as_str(), now.0.as_str()), ("/hub", "/now"));
    assert_eq!(fixture.raw(&["deploy"], "public").code, 0);
    assert!(nothing(), "nothing new was told");

    fixture.edit("content/2026/05/gare.md", RELEASE);
    let second = fixture.build().assert_clean();
    let changed: BTreeSet<String> = second.changes(&first).iter().map(|line| line[2..].to_owned()).collect();
    let run = fixture.raw(&["deploy", "--format", "json"], "public");
    assert_eq!((run.code, run.stdout.lines().count()), (0, 1), "{}{}", run.stdout, run.stderr);
    let (hub, now) = (heard.recv().unwrap(), heard.recv().unwrap());
    let decoded = percent_decode_str(&hub.1).decode_utf8().unwrap();
    let (mode, feeds) = decoded.split_once('&').unwrap();
    assert_eq!(mode, "hub.mode=publish");
    let base = "https://parti.example/";
    let feeds: BTreeSet<&str> = feeds.split('&').map(|one| one.strip_prefix("hub.url=").unwrap()).collect();
    let wanted: Vec<String> = changed
        .iter()
        .filter(|path| path.ends_with("feed.xml"))
        .map(|path| format!("{base}{path}"))
        .collect();
    assert_eq!(feeds, wanted.iter().map(String::as_str).collect());
    let message: Value = serde_json::from_str(&now.1).unwrap();
    assert_eq!(message["host"], "parti.example");
    assert_eq!(message["keyLocation"], format!("{base}0123456789abcdef.txt"));
    let pages: BTreeSet<String> =
        message["urlList"].as_array().unwrap().iter().map(|url| url.as_str().unwrap().to_owned()).collect();
    let page = |path: &&String| path.ends_with(".html") && *path != "404.html";
    let wanted =
        changed.iter().filter(page).map(|path| format!("{base}{}", path.strip_suffix("index.html").unwrap()));
    assert_eq!(pages, wanted.collect());
    assert!(pages.contains("https://parti.example/2026/05/02/gare/"), "{pages:?}");
    let told = fs::read_to_string(fixture.path("told")).unwrap();
    let mut lines: Vec<&str> = told.lines().collect();
    assert_eq!(lines.pop(), Some("live 2 https://parti.example/"));
    assert_eq!(lines.into_iter().collect::<BTreeSet<_>>(), changed.iter().map(String::as_str).collect());
    assert!(nothing());
}

#[test]
fn where_nobody_listens_the_deploy_stands_and_says_so() {
    let (port, _heard) = listen("500 No");
    let fixture = portal(port, "exit 7");
    fixture.build().assert_clean();
    let run = fixture.raw(&["deploy"], "public");
    assert_eq!(run.code, 3);
    assert_eq!(run.stderr.matches("deployed, but could not tell").count(), 3, "{}", run.stderr);
    assert!(fixture.path("www/index.html").exists());
}

#[test]
fn what_nobody_reads_at_the_address_of_the_portal_is_told_to_nobody() {
    let (port, heard) = listen("202 Accepted");
    let fixture = portal(port, "touch hooked");
    let site = fs::read_to_string(fixture.path("site.toml")).unwrap();
    for elsewhere in ["false", "\"https://essai.parti.example/\""] {
        fixture.edit("site.toml", format!("{site}public_url = {elsewhere}\n"));
        fixture.edit("content/static/x.txt", elsewhere);
        fixture.build().assert_clean();
        let run = fixture.raw(&["deploy"], "public");
        assert_eq!(run.code, 0, "{}", run.stderr);
        assert!(heard.recv_timeout(Duration::from_millis(200)).is_err(), "told of {elsewhere}");
        // Whoever deployed it hears of it.
        fs::remove_file(fixture.path("hooked")).unwrap();
    }
}

#[test]
fn one_who_sends_on_is_not_told() {
    let (port, _heard) = listen("301 Moved Permanently\r\nLocation: /elsewhere");
    let fixture = portal(port, "true");
    fixture.build().assert_clean();
    let run = fixture.raw(&["deploy"], "public");
    assert_eq!(run.code, 3, "{}", run.stdout);
    assert_eq!(run.stderr.matches("status 301").count(), 2, "{}", run.stderr);
}

#[test]
fn what_goes_is_told_when_it_goes_and_what_an_interrupted_deploy_has_put_when_it_is_seen() {
    let (port, heard) = listen("202 Accepted");
    let fixture = portal(port, "cat >> told");
    let fixture = fixture.file("content/2026/05/gare.md", RELEASE);
    let site = fs::read_to_string(fixture.path("site.toml")).unwrap();
    fixture.edit("site.toml", format!("{site}in_place = true\ngrace = 2\n"));
    fixture.build().assert_clean();
    assert_eq!(fixture.raw(&["deploy"], "public").code, 0);
    (0..2).for_each(|_| drop(heard.recv().unwrap()));
    fixture.remove("content/2026/05/gare.md");
    fixture.build().assert_clean();
    let page = "https://parti.example/2026/05/02/gare/";
    let told = || -> Vec<String> {
        let messages = std::iter::from_fn(|| heard.recv_timeout(Duration::from_millis(300)).ok());
        messages.map(|(_, body)| percent_decode_str(&body).decode_utf8().unwrap().into_owned()).collect()
    };
    assert_eq!(fixture.raw(&["deploy"], "public").code, 0);
    assert!(fixture.path("www/2026/05/02/gare/index.html").is_file());
    assert!(!told().iter().any(|message| message.contains(page)), "told while it is there");
    thread::sleep(Duration::from_millis(2_100));
    let run = fixture.raw(&["deploy"], "public");
    assert_eq!(run.code, 0, "{}", run.stderr);
    assert!(!fixture.path("www/2026/05/02/gare/index.html").exists());
    assert!(told().iter().any(|message| message.contains(page)), "nobody was told");
}
