//! The preview: what a host would answer, to its own pages alone, and what open pages are told.

mod again;

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use crate::harness::{Fixture, NOW, PIXEL, folders, toml};
use crate::running::{PATIENCE, Running};

/// A preview that is shown.
pub struct Preview {
    running: Running,
    pub port: u16,
}

/// An answer as it came over the line.
#[derive(Debug)]
struct Answer {
    status: u16,
    head: String,
    body: Vec<u8>,
}

impl Answer {
    fn header(&self, name: &str) -> Option<&str> {
        let mut lines = self.head.lines().filter_map(|line| line.split_once(": "));
        lines.find(|(given, _)| given.eq_ignore_ascii_case(name)).map(|(_, value)| value)
    }

    fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }
}

#[track_caller]
pub fn serve(fixture: &Fixture, args: &[&str]) -> Preview {
    let clock = if args.contains(&"--as-of") { vec![] } else { vec!["--as-of", NOW] };
    let port = if args.contains(&"--port") { vec![] } else { vec!["--port", "0"] };
    let all = [&["serve", "--format", "short"], &*port, &*clock, args].concat();
    let mut running = Running::start(fixture, &all);
    running.until("an address", |running| running.stdout().contains("serving http://"));
    let port =
        running.stdout().lines().next().unwrap().trim_end_matches('/').rsplit(':').next().unwrap().parse();
    Preview { port: port.unwrap(), running }
}

impl Preview {
    fn connect(&self) -> TcpStream {
        let stream = TcpStream::connect(("127.0.0.1", self.port)).unwrap();
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        stream
    }

    /// Sends bytes and reads until the other side ends, or says no more for so long.
    fn raw(&self, request: &[u8], patience: Duration) -> Vec<u8> {
        let mut stream = self.connect();
        stream.set_read_timeout(Some(patience)).unwrap();
        let _ = stream.write_all(request);
        let mut answer = Vec::new();
        let _ = stream.read_to_end(&mut answer);
        answer
    }

    #[track_caller]
    fn ask(&self, method: &str, path: &str, headers: &str) -> Answer {
        let host = match headers.starts_with("Host: ") {
            true => String::new(),
            false => format!("Host: 127.0.0.1:{}\r\n", self.port),
        };
        let request = format!("{method} {path} HTTP/1.1\r\n{host}{headers}Connection: close\r\n\r\n");
        let answer = self.raw(request.as_bytes(), PATIENCE);
        parse(&answer)
    }

    #[track_caller]
    fn get(&self, path: &str) -> Answer {
        self.ask("GET", path, "")
    }

    /// Follows the events of a page as it is now.
    #[track_caller]
    fn listen(&self, path: &str) -> Events {
        let page = self.get(path).text();
        let version = page.split("data-version=\"").nth(1).expect("a version").split('"').next().unwrap();
        let page = path.replace('%', "%25").replace('/', "%2F");
        let mut stream = self.connect();
        let (port, query) = (self.port, format!("page={page}&version={version}"));
        let request = format!(
            "GET /__tribune/events?{query} HTTP/1.1\r\nHost: localhost:{port}\r\nSec-Fetch-Site: same-origin\r\n\r\n"
        );
        stream.write_all(request.as_bytes()).unwrap();
        let mut lines = BufReader::new(stream);
        let mut head = String::new();
        while !head.ends_with("\r\n\r\n") {
            assert!(lines.read_line(&mut head).unwrap() > 0, "{head}");
        }
        assert!(head.contains("text/event-stream"), "{head}");
        Events { lines }
    }
}

#[track_caller]
fn parse(answer: &[u8]) -> Answer {
    let at = memchr::memmem::find(answer, b"\r\n\r\n").expect("an answer");
    let head = String::from_utf8_lossy(&answer[..at]).into_owned();
    let status = head.split(' ').nth(1).unwrap().parse().unwrap();
    Answer { status, head, body: answer[at + 4..].to_vec() }
}

/// The stream of one open page.
struct Events {
    lines: BufReader<TcpStream>,
}

impl Events {
    /// The next event, with its data.
    #[track_caller]
    fn next(&mut self) -> (String, String) {
        let mut event = String::new();
        loop {
            let mut line = String::new();
            self.lines.read_line(&mut line).expect("an event in time");
            let line = line.trim_end();
            if let Some(name) = line.strip_prefix("event: ") {
                event = name.to_owned();
            } else if let Some(data) = line.strip_prefix("data: ") {
                return (event, serde_json::from_str(data).unwrap());
            }
        }
    }

    /// Whether something is told within a moment.
    fn stays_silent(mut self) -> bool {
        self.lines.get_ref().set_read_timeout(Some(Duration::from_millis(600))).unwrap();
        let mut line = String::new();
        loop {
            line.clear();
            match self.lines.read_line(&mut line) {
                Ok(read) if read > 0 && !line.starts_with("event: ") => {}
                Ok(_) => return false,
                Err(_) => return true,
            }
        }
    }
}

fn text(token: &str) -> String {
    toml("").replace("Texte.", &format!("Texte {token}."))
}

const PAGE: &str = "/2026/03/12/a/";

/// Two releases, one with a picture; a draft, an embargo, an old address, files.
fn portal() -> Fixture {
    Fixture::release(&text("un"))
        .file(
            "content/b.md",
            toml("image = { src = \"photo.png\", alt = \"Un point\" }\naliases = [\"vieux/b\"]"),
        )
        .file("content/photo.png", PIXEL)
        .file("content/brouillon.md", toml("draft = true").replace("Texte.", "En cours."))
        .file("content/demain.md", toml("publish = 2026-12-24T10:00:00Z").replace("Texte.", "Bientôt."))
        .file("content/static/été.txt", "0123456789")
        .file("content/static/app.js", "1")
        .file("content/static/video.mp4", vec![7; 300_000])
        .file("content/static/rien.bin", "")
}

#[test]
fn pages_files_and_moves_are_answered_as_a_host_does() {
    let fixture = portal();
    let preview = serve(&fixture, &[]);
    let page = preview.get(PAGE);
    assert_eq!(page.status, 200, "{}", page.text());
    assert!(page.text().contains("Texte un."));
    for (path, media_type) in [
        ("/", "text/html; charset=utf-8"),
        ("/?x=1", "text/html; charset=utf-8"),
        ("/2026/03/12/a/index.html", "text/html; charset=utf-8"),
        ("/ar/", "text/html; charset=utf-8"),
        ("/vieux/b/", "text/html; charset=utf-8"),
        ("/style.css", "text/css; charset=utf-8"),
        ("/app.js", "text/javascript; charset=utf-8"),
        ("/feed.xml", "application/rss+xml; charset=utf-8"),
        ("/sitemap.xml", "application/xml; charset=utf-8"),
        ("/robots.txt", "text/plain; charset=utf-8"),
        ("/%C3%A9t%C3%A9.txt", "text/plain; charset=utf-8"),
        ("/2026/03/12/b/photo.png", "image/png"),
        ("/video.mp4", "video/mp4"),
        ("/rien.bin", "application/octet-stream"),
    ] {
        let answer = preview.get(path);
        assert_eq!((answer.status, answer.header("content-type")), (200, Some(media_type)), "{path}");
        assert_eq!(answer.header("cache-control"), Some("no-store"));
        assert_eq!(answer.header("content-length"), Some(&*answer.body.len().to_string()), "{path}");
        assert!(answer.header("access-control-allow-origin").is_none());
        let head = preview.ask("HEAD", path, "");
        assert_eq!((head.status, head.body.len()), (200, 0), "{path}");
        for name in ["content-type", "content-length", "cache-control"] {
            assert_eq!(head.header(name), answer.header(name), "{path}: {name}");
        }
    }
    assert_eq!(preview.get("/2026/03/12/b/photo.png").body, PIXEL);
    assert!(preview.get("/vieux/b/").text().contains("2026/03/12/b/"));
    for (path, to) in [("/2026/03/12/a", PAGE), ("/ar", "/ar/"), ("/regions", "/regions/")] {
        let answer = preview.get(path);
        assert_eq!((answer.status, answer.header("location")), (301, Some(to)), "{path}");
    }
    for path in
        ["/nulle-part", "/nulle-part/", "//", "/2026/03/12/a/x", "/style.css/", "/2026/03/12//a/", "/404"]
    {
        let answer = preview.get(path);
        assert_eq!((answer.status, answer.header("content-type")), (404, Some("text/html; charset=utf-8")));
        assert!(answer.text().contains("Page introuvable"), "{path}");
    }
    // Its links are from the root, which is the preview's.
    assert!(preview.get("/x/y").text().contains("href=\"/style.css"));
}

#[test]
fn pages_that_are_files_are_found_without_their_ending() {
    let fixture = portal();
    let site = format!("{}[build]\naddresses = \"file\"\n", crate::harness::SITE);
    let preview = serve(fixture.edit("site.toml", site), &[]);
    for path in ["/2026/03/12/a", "/2026/03/12/a.html", "/", "/index.html", "/ar/"] {
        assert_eq!(preview.get(path).status, 200, "{path}");
    }
    assert_eq!(preview.get("/2026/03/12/a/").status, 404);
}

#[test]
fn what_is_not_public_yet_is_shown_and_marked() {
    let fixture = portal();
    let preview = serve(&fixture, &[]);
    for (path, text, mark) in [
        ("/2026/03/12/brouillon/", "En cours.", "Ce texte est un brouillon"),
        ("/2026/03/12/demain/", "Bientôt.", "Ce texte est sous embargo"),
    ] {
        let page = preview.get(path).text();
        assert!(page.contains(text) && page.contains(mark), "{page}");
    }
    let home = preview.get("/").text();
    assert!(home.contains("Brouillon") && home.contains("Sous embargo"));
    assert!(!preview.get("/feed.xml").text().contains("brouillon"));
}

#[test]
fn files_are_sent_in_parts() {
    let fixture = portal();
    let preview = serve(&fixture, &[]);
    let range = |path: &str, range: &str| preview.ask("GET", path, &format!("Range: {range}\r\n"));
    for (asked, part, shown) in [
        ("bytes=2-4", "234", "bytes 2-4/10"),
        ("bytes=7-", "789", "bytes 7-9/10"),
        ("bytes=-2", "89", "bytes 8-9/10"),
        ("bytes=0-99", "0123456789", "bytes 0-9/10"),
    ] {
        let answer = range("/%C3%A9t%C3%A9.txt", asked);
        assert_eq!((answer.status, answer.text().as_str()), (206, part), "{asked}");
        assert_eq!(answer.header("content-range"), Some(shown));
    }
    let answer = range("/%C3%A9t%C3%A9.txt", "bytes=10-");
    assert_eq!((answer.status, answer.header("content-range")), (416, Some("bytes */10")));
    assert_eq!(range("/rien.bin", "bytes=0-").status, 416);
    for whole in ["bytes=1-2,4-5", "lines=1-2", "bytes=x", "bytes=4-2"] {
        assert_eq!(range("/%C3%A9t%C3%A9.txt", whole).text(), "0123456789", "{whole}");
    }
    let answer = range("/video.mp4", "bytes=100000-299998");
    assert_eq!((answer.status, answer.body.len()), (206, 199_999));
    assert_eq!(range("/style.css", "bytes=0-3").body.len(), 4);
    let answer = preview.ask("GET", "/video.mp4", "Range: bytes=0-1\r\nIf-Range: \"x\"\r\n");
    assert_eq!((answer.status, answer.body.len()), (200, 300_000));
    let head = preview.ask("HEAD", "/video.mp4", "Range: bytes=0-1\r\n");
    assert_eq!((head.status, head.header("content-length"), head.body.len()), (206, Some("2"), 0));
}

#[test]
fn the_script_comes_from_its_own_address_and_is_on_served_pages_only() {
    let fixture = portal();
    let preview = serve(&fixture, &[]);
    let page = preview.get(PAGE).text();
    assert_eq!(page.matches("<script src=\"/__tribune/live.js\" data-version=\"").count(), 1);
    assert!(page.trim_end().ends_with("</body>\n</html>") && page.contains("</script></body>"), "{page}");
    let script = preview.get("/__tribune/live.js");
    assert_eq!(script.header("content-type"), Some("text/javascript; charset=utf-8"));
    for path in ["/feed.xml", "/sitemap.xml", "/vieux/b/", "/app.js"] {
        assert!(!preview.get(path).text().contains("__tribune"), "{path}");
    }
    drop(preview);
    assert_eq!(fixture.build().assert_clean().mentions("__tribune"), Vec::<&str>::new());
}

#[test]
fn nothing_is_written_but_what_is_remembered_of_sources() {
    let fixture = portal();
    let before = folders(fixture.dir());
    let mut preview = serve(&fixture, &[]);
    assert_eq!(preview.get(PAGE).status, 200);
    fixture.edit("content/a.md", text("deux"));
    preview.until_shown(PAGE, "Texte deux.");
    let after = folders(fixture.dir());
    let new: Vec<&String> = after.iter().filter(|folder| !before.contains(folder)).collect();
    assert_eq!(new, [".cache", ".cache/tribune"]);
    for entry in std::fs::read_dir(fixture.path(".cache/tribune")).unwrap() {
        let name = entry.unwrap().file_name().into_string().unwrap();
        assert!(name.starts_with("catalog-"), "{name}");
    }
    // A build that stands is left alone, and the preview does not care for it.
    let built = fixture.build().assert_clean();
    fixture.edit("content/a.md", text("trois"));
    preview.until_shown(PAGE, "Texte trois.");
    assert_eq!(crate::running::output(&fixture), built.output);
    preview.running.signal("INT");
    assert_eq!(preview.running.ended(), Some(0));
}

impl Preview {
    #[track_caller]
    fn until_shown(&mut self, path: &str, text: &str) {
        let port = self.port;
        let shown = |_: &Running| {
            let mut stream = TcpStream::connect(("127.0.0.1", port)).unwrap();
            let request =
                format!("GET {path} HTTP/1.1\r\nHost: localhost:{port}\r\nConnection: close\r\n\r\n");
            stream.write_all(request.as_bytes()).unwrap();
            let mut answer = Vec::new();
            stream.read_to_end(&mut answer).unwrap();
            String::from_utf8_lossy(&answer).contains(text)
        };
        self.running.until(&format!("`{text}` at {path}"), shown);
    }
}

#[test]
fn only_the_pages_that_changed_are_told_to_load_again() {
    let fixture = portal();
    // Another region and year, and one between: no list joins them, no link.
    let far = text("loin").replace("2026-03-12", "2019-01-05").replace("souss-massa", "oriental");
    fixture.edit("content/loin.md", far);
    fixture.edit("content/entre.md", text("entre").replace("2026-03-12", "2020-01-05"));
    let preview = serve(&fixture, &[]);
    let mut changed = preview.listen(PAGE);
    let others = ["/2019/01/05/loin/", "/regions/oriental/", "/2019/", "/404-nulle-part"];
    let others: Vec<Events> = others.iter().map(|path| preview.listen(path)).collect();
    fixture.edit("content/a.md", text("deux"));
    assert_eq!(changed.next().0, "reload");
    for events in others {
        assert!(events.stays_silent());
    }
    // Who comes late, with a version that is no more, is told at once.
    let old = preview.get(PAGE).text();
    let old = old.split("data-version=\"").nth(1).unwrap().split('"').next().unwrap().to_owned();
    let mut late = preview.listen(PAGE);
    fixture.edit("content/a.md", text("trois"));
    assert_eq!(late.next().0, "reload");
    let query = format!("page={}&version={old}", PAGE.replace('/', "%2F"));
    let mut stream = preview.connect();
    let host = format!("Host: localhost:{0}\r\nReferer: http://localhost:{0}/\r\n", preview.port);
    stream.write_all(format!("GET /__tribune/events?{query} HTTP/1.1\r\n{host}\r\n").as_bytes()).unwrap();
    let mut late = Events { lines: BufReader::new(stream) };
    assert_eq!(late.next().0, "reload");
    // A page that did not exist is there, an existing one is gone.
    let (mut new, mut gone) = (preview.listen("/2026/03/12/neuf/"), preview.listen("/2019/01/05/loin/"));
    fixture.edit("content/neuf.md", text("neuf")).remove("content/loin.md");
    assert_eq!((new.next().0, gone.next().0), ("reload".into(), "reload".into()));
    // A picture is part of the page that shows it.
    let (mut shows, other) = (preview.listen("/2026/03/12/b/"), preview.listen("/2020/"));
    let mut picture = PIXEL.to_vec();
    picture.push(0);
    fixture.edit("content/photo.png", picture);
    assert_eq!(shows.next().0, "reload");
    assert!(other.stays_silent());
    // A template is part of all.
    let mut any = preview.listen(PAGE);
    fixture.edit("lang/fr.toml", "[titles]\narchives = \"Années\"\n");
    assert_eq!(any.next().0, "reload");
}

#[test]
fn a_style_is_exchanged_without_loading_the_page_again() {
    let fixture = portal().file("content/static/nôtre.css", "a{}");
    let preview = serve(&fixture, &[]);
    let mut events = preview.listen(PAGE);
    fixture.edit("content/static/nôtre.css", "a{color:red}");
    assert_eq!(events.next(), ("style".into(), "/n%C3%B4tre.css".into()));
    // The theme's own, which the portal's replaces.
    fixture.edit("content/static/style.css", "body{}");
    assert_eq!(events.next(), ("style".into(), "/style.css".into()));
    assert_eq!(preview.get("/style.css").text(), "body{}");
    // A theme's own, which pages name with what it is made of.
    fixture.edit("themes/nu/theme.toml", "name = \"nu\"\nextends = \"default\"\n");
    fixture.edit("themes/nu/static/nu.css", "p{}");
    fixture.edit("site.toml", format!("{}theme = \"nu\"\n", crate::harness::SITE));
    assert_eq!(events.next().0, "reload");
    let mut events = preview.listen(PAGE);
    fixture.edit("themes/nu/static/nu.css", "p{color:red}");
    assert_eq!(events.next(), ("style".into(), "/nu.css".into()));
    assert!(events.stays_silent());
}

#[test]
fn errors_are_shown_over_the_last_good_version() {
    let fixture = portal();
    let mut preview = serve(&fixture, &[]);
    let mut events = preview.listen(PAGE);
    assert_eq!(preview.get("/2026/03/12/b/").status, 200);
    fixture.edit("content/a.md", text("deux").replace("souss-massa", "<b>sous-massa"));
    let (event, told) = events.next();
    assert_eq!(event, "fault");
    for part in ["error: unknown region `<b>sous-massa`", " --> content/a.md:4:10", "4 | region = "] {
        assert!(told.contains(part), "{told}");
    }
    let error = "content/a.md:4:10: error: unknown region `<b>sous-massa`";
    preview.running.until("the error", |running| running.stderr().contains(error));
    assert!(preview.get(PAGE).text().contains("Texte un."));
    // Who comes now is told as well.
    assert_eq!(preview.listen("/regions/").next().1, told);
    // As long as it stands, though others change.
    fixture.edit("content/c.md", text("autre"));
    std::thread::sleep(Duration::from_millis(600));
    assert_eq!(preview.listen("/regions/").next().1, told);
    fixture.edit("content/a.md", text("un"));
    assert_eq!(events.next(), ("fault".into(), String::new()));
    fixture.edit("content/a.md", text("trois"));
    assert_eq!(events.next().0, "reload");
    // A template that fails is the affair of the pages that it makes.
    fixture.edit("templates/archives.html", "<p>{{ portal.titel }}</p>");
    preview.until_shown("/archives/", "Field `titel` is not defined");
    let page = preview.get("/archives/");
    assert_eq!((page.status, page.header("content-type")), (500, Some("text/html; charset=utf-8")));
    assert!(page.text().contains("templates/archives.html:1:") && page.text().contains("&lt;p&gt;"));
    let mut broken = preview.listen("/archives/");
    assert!(preview.get(PAGE).text().contains("Texte trois."));
    fixture.remove("templates/archives.html");
    assert_eq!(broken.next().0, "reload");
}

#[test]
fn a_portal_that_is_broken_from_the_start_says_so_and_comes_alive() {
    let fixture = Fixture::release(&text("un").replace("souss-massa", "<i>sous"));
    let mut preview = serve(&fixture, &[]);
    let page = preview.get(PAGE);
    assert_eq!(page.status, 500);
    assert!(page.text().contains("unknown region `&lt;i&gt;sous`"), "{}", page.text());
    let mut events = preview.listen(PAGE);
    assert_eq!(events.next().0, "fault");
    fixture.edit("content/a.md", text("deux"));
    let told = [events.next().0, events.next().0];
    assert_eq!(told, ["fault", "reload"]);
    preview.until_shown(PAGE, "Texte deux.");
}

#[test]
fn a_port_that_is_taken_is_a_failure() {
    let fixture = portal();
    let preview = serve(&fixture, &[]);
    let run = fixture.raw(&["serve", "--port", &preview.port.to_string()], "public");
    assert_eq!(run.code, 3);
    assert!(run.stderr.contains("cannot listen at 127.0.0.1:"), "{}", run.stderr);
}

/// Requests that no browser sends.
fn hostile(port: u16) -> Vec<Vec<u8>> {
    let host = format!("Host: localhost:{port}\r\n");
    let secrets = [
        "site.toml",
        "content/canari.md",
        "content/photo.png/../canari.md",
        ".cache/tribune/catalog-00",
        "etc/passwd",
        "canari",
        "templates/404.html",
    ];
    let ups = [
        "",
        "../",
        "../../",
        "../../../../../../",
        "..%2f",
        "..%2F..%2F",
        "%2e%2e/",
        "%2e%2e%2f",
        "%252e%252e%252f",
        "..\\",
        "..%5c",
        "%2e%2e%5c",
        "....//",
        "..;/",
        "./",
        ".%2e/",
        "%c0%ae%c0%ae/",
        "%e0%80%ae./",
        "/",
        "//",
        "%2f",
        "%2f%2f",
        "%00/",
        "..%00/",
        "static/../",
        "2026/03/12/a/../../../../",
        "file:///",
        "~/",
        "?/../",
        "__tribune/../",
        "%uff0e%uff0e/",
        "..%c0%af",
        "%ef%bc%8e%ef%bc%8e/",
        "%",
        "%2",
        "%zz/",
    ];
    let mut requests: Vec<Vec<u8>> = Vec::new();
    for secret in secrets {
        for up in ups {
            requests
                .push(format!("GET /{up}{secret} HTTP/1.1\r\n{host}Connection: close\r\n\r\n").into_bytes());
        }
        for end in [
            "%00",
            "%00.html",
            "%20",
            ".",
            "/",
            "/.",
            "::$DATA",
            "?raw",
            "?raw??",
            "?import&url",
            ";.css",
            "#",
            "~",
            "%0d%0a",
        ] {
            requests
                .push(format!("GET /{secret}{end} HTTP/1.1\r\n{host}Connection: close\r\n\r\n").into_bytes());
        }
        // Without a slash at all, and with a scheme and a host of its own.
        requests.push(format!("GET {secret} HTTP/1.1\r\n{host}\r\n").into_bytes());
        requests.push(format!("GET ../{secret} HTTP/1.1\r\n{host}\r\n").into_bytes());
        for target in
            ["file:///", "http://evil.example/", &format!("http://localhost:{port}/../"), "http://localhost/"]
        {
            requests.push(
                format!("GET {target}{secret} HTTP/1.1\r\n{host}Connection: close\r\n\r\n").into_bytes(),
            );
        }
        for method in [
            "POST", "PUT", "DELETE", "OPTIONS", "TRACE", "CONNECT", "PATCH", "PROPFIND", "get", "GETT",
            "HEAD",
        ] {
            requests
                .push(format!("{method} /{secret} HTTP/1.1\r\n{host}Connection: close\r\n\r\n").into_bytes());
        }
    }
    let long = "a".repeat(100_000);
    let inner = format!("GET /site.toml HTTP/1.1\r\n{host}\r\n");
    let plain: Vec<String> = vec![
        "\r\n\r\n".into(),
        "GET\r\n\r\n".into(),
        "GET /\r\n\r\n".into(),
        "GET / HTTP/0.9\r\n\r\n".into(),
        "GET / HTTP/1.0\r\n\r\n".into(),
        "GET / HTTP/1.1\r\n\r\n".into(),
        "GET / HTTP/2.0\r\n\r\n".into(),
        "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".into(),
        format!("GET / HTTP/1.1\r\n{host}{host}\r\n"),
        format!("GET / HTTP/1.1\r\n{host}Host: evil.example\r\n\r\n"),
        format!("GET / HTTP/1.1\r\n {host}\r\n"),
        format!("GET / HTTP/1.1\r\nHost : localhost:{port}\r\n\r\n"),
        format!("GET / HTTP/1.1\r\nHost: localhost:{port}\0.evil.example\r\n\r\n"),
        format!("GET /{long} HTTP/1.1\r\n{host}\r\n"),
        format!("GET / HTTP/1.1\r\n{host}X: {long}\r\n\r\n"),
        format!("GET / HTTP/1.1\r\n{host}{}\r\n", "X: y\r\n".repeat(500)),
        format!("GET / HTTP/1.1\r\n{host}Content-Length: {}\r\n\r\n{inner}", inner.len()),
        format!("GET / HTTP/1.1\r\n{host}Content-Length: 0\r\nContent-Length: 9\r\n\r\n{inner}"),
        format!("GET / HTTP/1.1\r\n{host}Content-Length: -1\r\n\r\n{inner}"),
        format!(
            "GET / HTTP/1.1\r\n{host}Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n{inner}"
        ),
        format!("GET / HTTP/1.1\r\n{host}Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n{inner}"),
        format!("GET / HTTP/1.1\r\n{host}Transfer-Encoding: xchunked\r\n\r\n{inner}"),
        format!("GET / HTTP/1.1\r\n{host}Transfer-Encoding : chunked\r\n\r\n{inner}"),
        format!("GET / HTTP/1.1\n{host}\n{inner}"),
        format!("GET / HTTP/1.1\r\n{host}Upgrade: h2c\r\nConnection: Upgrade\r\n\r\n"),
        format!("GET /__tribune/events HTTP/1.1\r\n{host}Connection: close\r\n\r\n"),
        format!(
            "GET /__tribune/events?page=/../../etc/passwd&version=0-0 HTTP/1.1\r\n{host}Connection: close\r\n\r\n"
        ),
        format!(
            "GET /__tribune/events?page=%2Fsite.toml HTTP/1.1\r\n{host}Sec-Fetch-Site: same-origin\r\n\r\n"
        ),
        format!("GET /__tribune/ HTTP/1.1\r\n{host}Connection: close\r\n\r\n"),
        format!(
            "GET / HTTP/1.1\r\n{host}X-Original-URL: /site.toml\r\nX-Rewrite-URL: /site.toml\r\nConnection: close\r\n\r\n"
        ),
        format!(
            "GET / HTTP/1.1\r\n{host}X-Forwarded-Host: evil.example\r\nForwarded: host=evil.example\r\nConnection: close\r\n\r\n"
        ),
        format!("GET / HTTP/1.1\r\n{host}Range: bytes={}\r\nConnection: close\r\n\r\n", "0-1,".repeat(2000)),
    ];
    requests.extend(plain.into_iter().map(String::into_bytes));
    for byte in 0..=255u8 {
        let mut request = b"GET /canari".to_vec();
        request.push(byte);
        request.extend_from_slice(format!(".md HTTP/1.1\r\n{host}Connection: close\r\n\r\n").as_bytes());
        requests.push(request);
    }
    requests
}

#[test]
fn no_hostile_request_gets_what_is_not_published() {
    const CANARY: &str = "KANARIENVOGEL";
    let fixture = portal()
        .file(
            "content/canari.md",
            format!("{}<!-- {CANARY} -->\n", text("x")).replace("region", "# KANARIENVOGEL\nregion"),
        )
        .file("canari", CANARY)
        .file("templates/404.html", format!("{{# {CANARY} #}}<p>Page introuvable</p></body>"));
    let site = format!("# {CANARY}\n{}", crate::harness::SITE);
    let preview = serve(fixture.edit("site.toml", site), &[]);
    assert_eq!(preview.get(PAGE).status, 200);
    let requests = hostile(preview.port);
    assert!(requests.len() >= 500, "{}", requests.len());
    let mut answered = 0;
    for request in &requests {
        let answer = preview.raw(request, Duration::from_millis(500));
        let shown = String::from_utf8_lossy(&request[..request.len().min(120)]).into_owned();
        for secret in [CANARY.as_bytes(), b"root:", b"base_url", b"tribune cache", b"+++"] {
            assert!(memchr::memmem::find(&answer, secret).is_none(), "{shown:?}");
        }
        // One request is one answer, however it is made up.
        let answers = memchr::memmem::find_iter(&answer, b"HTTP/1.").count();
        assert!(answers <= 2, "{shown:?}");
        if answers > 0 {
            answered += 1;
            let status = parse(&answer).status;
            assert!(
                [200, 206, 301, 400, 403, 404, 405, 414, 416, 421, 431].contains(&status),
                "{status}: {shown:?}"
            );
        }
    }
    assert!(answered > 400, "{answered}");
    assert_eq!(preview.get(PAGE).status, 200, "it is there after all that");
}

#[test]
fn other_hosts_and_other_sites_get_nothing() {
    let fixture = portal();
    let preview = serve(&fixture, &[]);
    let port = preview.port;
    let ours = |name: &str| format!("{name}:{port}");
    let hosts = [
        (ours("localhost"), true),
        (ours("LOCALHOST"), true),
        (ours("127.0.0.1"), true),
        (ours("[::1]"), true),
        ("localhost".into(), false),
        ("127.0.0.1".into(), false),
        (format!("localhost:{}", port ^ 1), false),
        (ours("127.evil.example"), false),
        (ours("127.0.0.1.evil.example"), false),
        (ours("localhost.evil.example"), false),
        (ours("evil.example"), false),
        (ours("127.0.0.2"), false),
        (ours("0.0.0.0"), false),
        (ours("2130706433"), false),
        (ours("[::ffff:127.0.0.1]"), false),
        (ours("localhost."), false),
        (ours("user@localhost"), false),
        (ours(""), false),
        (format!("{} ", ours("localhost.evil.example")), false),
        (format!("{},evil.example", ours("localhost")), false),
    ];
    for (host, is_ours) in &hosts {
        for path in ["/", "/__tribune/live.js", "/__tribune/events?page=%2F&version=0-0"] {
            let answer = preview.ask("HEAD", path, &format!("Host: {host}\r\nReferer: http://{host}/\r\n"));
            assert_eq!(answer.status, if *is_ours { 200 } else { 421 }, "{host} {path}");
            let method = preview.ask("POST", path, &format!("Host: {host}\r\n"));
            assert_eq!(method.status, if *is_ours { 405 } else { 421 }, "{host} {path}");
        }
    }
    let origins = [
        (format!("http://localhost:{port}"), true),
        (format!("http://127.0.0.1:{port}"), true),
        (format!("http://[::1]:{port}"), true),
        (format!("https://localhost:{port}"), false),
        ("http://localhost".into(), false),
        (format!("http://localhost:{}", port ^ 1), false),
        ("http://evil.example".into(), false),
        (format!("http://evil.example:{port}"), false),
        (format!("http://127.evil.example:{port}"), false),
        (format!("http://localhost:{port}.evil.example"), false),
        (format!("http://localhost:{port}/"), false),
        ("null".into(), false),
        ("file://".into(), false),
        ("".into(), false),
        (format!("http://localhost:{port}, http://evil.example"), false),
    ];
    let events = "/__tribune/events?page=%2F&version=0-0";
    for (origin, is_ours) in &origins {
        for path in [PAGE, "/feed.xml", events] {
            let answer = preview.ask("HEAD", path, &format!("Origin: {origin}\r\n"));
            assert_eq!(answer.status, if *is_ours { 200 } else { 403 }, "{origin} {path}");
            assert!(!answer.head.to_lowercase().contains("access-control"), "{}", answer.head);
        }
    }
    // As browsers tell it: a link may be followed, nothing else is another site's.
    for (site, mode, dest, path, status) in [
        ("none", "navigate", "document", PAGE, 200),
        ("cross-site", "navigate", "document", PAGE, 200),
        ("same-origin", "cors", "empty", PAGE, 200),
        ("cross-site", "navigate", "iframe", PAGE, 403),
        ("cross-site", "no-cors", "script", "/app.js", 403),
        ("cross-site", "no-cors", "image", "/2026/03/12/b/photo.png", 403),
        ("same-site", "cors", "empty", PAGE, 403),
        ("cross-site", "cors", "empty", events, 403),
        ("none", "navigate", "document", events, 403),
        ("cross-site", "navigate", "document", events, 403),
        ("same-origin", "cors", "empty", events, 200),
    ] {
        let told = format!("Sec-Fetch-Site: {site}\r\nSec-Fetch-Mode: {mode}\r\nSec-Fetch-Dest: {dest}\r\n");
        assert_eq!(preview.ask("HEAD", path, &told).status, status, "{site} {mode} {dest} {path}");
    }
    assert_eq!(preview.get(events).status, 403, "who does not say where from gets no events");
    let referer = |referer: &str| preview.ask("HEAD", events, &format!("Referer: {referer}\r\n")).status;
    assert_eq!(referer(&format!("http://localhost:{port}{PAGE}")), 200);
    assert_eq!(referer("http://evil.example/"), 403);
    assert_eq!(referer(&format!("http://evil.example/http://localhost:{port}/")), 403);
    let page = preview.get(PAGE);
    assert_eq!(page.header("cross-origin-resource-policy"), Some("same-origin"));
    assert_eq!(page.header("x-frame-options"), Some("SAMEORIGIN"));
}

#[test]
fn many_listeners_and_idle_connections_leave_room_for_pages() {
    let fixture = portal();
    let preview = serve(&fixture, &[]);
    let open: Vec<Events> = (0..128).map(|_| preview.listen(PAGE)).collect();
    let events = "/__tribune/events?page=%2F&version=0-0";
    assert_eq!(preview.ask("GET", events, "Sec-Fetch-Site: same-origin\r\n").status, 503);
    assert_eq!(preview.get(PAGE).status, 200);
    drop(open);
    let mut preview = preview;
    let port = preview.port;
    preview.running.until("room again", |_| {
        let mut stream = TcpStream::connect(("127.0.0.1", port)).unwrap();
        let host = format!("Host: localhost:{port}\r\nSec-Fetch-Site: same-origin\r\n");
        stream.write_all(format!("GET {events} HTTP/1.1\r\n{host}\r\n").as_bytes()).unwrap();
        let mut line = String::new();
        BufReader::new(stream).read_line(&mut line).unwrap();
        line.contains("200")
    });
}
