//! The program against servers as hosts run them: all that a newsroom does with a host.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::process::Command;
use std::time::Duration;

use serde_json::Value;

use tribune::pages::path::OutPath;
use tribune::world::deploy::folder::Folder;
use tribune::world::deploy::host::Host;

use super::servers::{self, Server, get, program};
use crate::harness::{Fixture, Run};
use crate::ports::port;

/// A host as the configuration has it, and where a client reads it.
struct Place<'h> {
    toml: String,
    env: Vec<(&'static str, String)>,
    /// Port and path of the portal.
    public: Option<(u16, &'h str)>,
    /// Its root leads to the home page.
    has_home: bool,
    keeps_headers: bool,
}

fn told(run: &Run) -> Value {
    assert_eq!(run.code, 0, "{}{}", run.stdout, run.stderr);
    serde_json::from_str(run.stdout.lines().last().unwrap_or_default()).unwrap()
}

/// What somebody does on a host behind our back is found, and put right when that is agreed to.
fn misdeeds<H: Host>(fixture: &Fixture, open: impl Fn() -> H) {
    let hands = open();
    let run = |args: &[&str]| fixture.raw(args, "public");
    let found = || {
        let verify = run(&["deploy", "--verify", "--format", "json"]);
        assert_eq!(verify.code, i32::from(!verify.stdout.is_empty()) * 3, "{}", verify.stderr);
        let lines = verify.stdout.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
        let on_host = lines.filter(|line| !line["place"].as_str().unwrap().starts_with("http"));
        let mut words: BTreeMap<String, usize> = BTreeMap::new();
        on_host.for_each(|line| *words.entry(line["what"].as_str().unwrap().to_owned()).or_default() += 1);
        words
    };
    assert_eq!(found(), BTreeMap::new());
    let mut site: Vec<String> = hands.list("").unwrap().into_iter().map(|(path, _)| path).collect();
    site.retain(|path| !path.starts_with(".tribune/"));
    site.sort_unstable();
    let headers = |path: &str| tribune::delivery::serving::headers(&OutPath::parse(path).unwrap());
    let (mut planted, mut done) = (Vec::new(), BTreeMap::new());
    for (nth, path) in site.iter().cycle().take(100).enumerate() {
        let bytes = hands.read(path).unwrap();
        let word = match (nth % 3, bytes) {
            (0, Some(mut bytes)) if nth < site.len() => {
                bytes.iter_mut().for_each(|byte| *byte ^= 1);
                hands.write(path, &bytes, &headers(path)).unwrap();
                "altered"
            }
            (1, Some(_)) if nth < site.len() => {
                hands.remove(path).unwrap();
                "missing"
            }
            _ => {
                let path = format!("plante/{nth}.html");
                hands.write(&path, b"!", &headers(&path)).unwrap();
                planted.push(path);
                "planted"
            }
        };
        *done.entry(word.to_owned()).or_default() += 1;
    }
    assert_eq!(done.values().sum::<usize>(), 100);
    assert_eq!(found(), done);
    let refused = run(&["deploy", "--repair"]);
    assert_eq!(refused.code, 1, "{}", refused.stderr);
    assert!(refused.stderr.contains("--yes drift"), "{}", refused.stderr);
    assert_eq!(found(), done);
    told(&run(&["deploy", "--repair", "--yes", "drift", "--format", "json"]));
    let left = done.into_iter().filter(|(word, _)| word == "planted").collect();
    assert_eq!(found(), left);
    // What is not ours is for whoever put it there, or for somebody who looks at it.
    let hands = open();
    planted.iter().for_each(|path| hands.remove(path).unwrap());
    let verify = run(&["deploy", "--verify", "--format", "json"]);
    assert_eq!((verify.code, verify.stdout.as_str()), (0, ""), "{}", verify.stderr);
}

/// Everything that a newsroom does with a host. The fixture as it is left.
fn tour(host: &Place) -> Fixture {
    let public = match host.public.filter(|_| host.has_home) {
        Some((port, path)) => format!("public_url = \"http://127.0.0.1:{port}{path}\"\n"),
        None => "public_url = false\n".to_owned(),
    };
    let mut fixture = Fixture::small();
    for (name, value) in &host.env {
        fixture = fixture.env(name, value);
    }
    let site = fs::read_to_string(fixture.path("site.toml")).unwrap();
    // Each address is that of a file: storage knows no folders.
    let addresses = "[build]\naddresses = \"file\"\n";
    fixture.edit("site.toml", format!("{site}{addresses}\n[deploy.live]\n{}{public}grace = 0\n", host.toml));
    let run = |args: &[&str]| {
        let mut all = args.to_vec();
        all.extend(["--format", "json"]);
        fixture.raw(&all, "public")
    };
    let build = |as_of: &str| told(&run(&["build", "--as-of", as_of]));
    let deploy = || told(&run(&["deploy"]));
    let verified = || {
        let verify = run(&["deploy", "--verify"]);
        assert_eq!((verify.code, verify.stdout.as_str()), (0, ""), "{}", verify.stderr);
    };
    let number = |value: &Value, key: &str| value[key].as_u64().unwrap();

    // First deploy: first what would be done, which does nothing.
    let built = build("2026-06-01T12:00:00Z");
    let proposed = told(&run(&["deploy", "--dry-run"]));
    assert_eq!(
        (number(&proposed, "new"), &proposed["dry_run"]),
        (number(&built, "pages"), &Value::Bool(true))
    );
    let first = deploy();
    assert_eq!((number(&first, "new"), number(&first, "changed")), (number(&built, "pages"), 0));
    verified();
    let again = deploy();
    assert_eq!((number(&again, "new"), number(&again, "changed"), number(&again, "state")), (0, 0, 1));

    // One new release: what the build wrote, and nothing else.
    let text = "+++\ntitle = \"La gare\"\ndate = 2026-05-02\nregion = \"souss-massa\"\n+++\n\nUne gare.\n";
    fixture.edit("content/2026/05/gare.md", text);
    let built = build("2026-06-01T12:01:00Z");
    let second = deploy();
    assert_eq!(number(&second, "new") + number(&second, "changed"), number(&built, "written"));
    verified();
    let body = |path: &str| host.public.map(|(port, root)| get(port, &format!("{root}{path}")));
    if let Some((status, head, body)) = body("2026/05/02/gare.html") {
        assert_eq!(status, 200);
        assert!(String::from_utf8(body).unwrap().contains("Une gare."));
        assert!(head.contains("content-type: text/html"), "{head}");
        assert!(!host.keeps_headers || head.contains("cache-control: public, max-age=60"), "{head}");
        assert!(!host.keeps_headers || head.contains("content-type: text/html; charset=utf-8"), "{head}");
    }

    // It is withdrawn: its text goes from the host at once.
    fixture.edit("content/2026/05/gare.md", text.replace("+++\n\n", "withdrawn = \"Une erreur\"\n+++\n\n"));
    build("2026-06-01T12:02:00Z");
    deploy();
    verified();
    if let Some((status, _, body)) = body("2026/05/02/gare.html") {
        assert_eq!((status, String::from_utf8(body).unwrap().contains("Une gare.")), (200, false));
    }

    // That was wrong: back to the state before, and to the one before that.
    let back = told(&run(&["rollback"]));
    assert_eq!(number(&back, "state"), 4);
    verified();
    if let Some((_, _, body)) = body("2026/05/02/gare.html") {
        assert!(String::from_utf8(body).unwrap().contains("Une gare."));
    }
    let back = told(&run(&["rollback", "--to", "1"]));
    assert_eq!(
        (number(&back, "removed"), number(&back, "deleted")),
        (number(&second, "new"), number(&second, "new"))
    );
    verified();
    assert!(body("2026/05/02/gare.html").is_none_or(|(status, ..)| status == 404));
    // What was gone back from does not come again by itself.
    let refused = run(&["deploy"]);
    assert_eq!(refused.code, 1, "{}", refused.stderr);
    assert!(refused.stderr.contains("--yes older"), "{}", refused.stderr);
    assert_eq!(told(&run(&["deploy", "--yes", "older"]))["state"], 6);
    verified();
    let states = run(&["rollback", "--list"]);
    assert_eq!(states.stdout.lines().count(), 6, "{}", states.stdout);
    fixture
}

#[test]
fn a_portal_goes_to_object_storage() {
    let storage = servers::storage();
    let public = Some((storage.port, "/portail/parti/"));
    // Texts shortened, as no storage does it by itself.
    let (toml, env) = (format!("{}compress = true\n", storage.toml), storage.env.clone());
    let fixture = tour(&Place { toml, env, public, has_home: false, keeps_headers: true });
    let (_, head, page) = get(storage.port, "/portail/parti/index.html");
    assert!(head.contains("content-encoding: gzip"), "{head}");
    let whole = fs::read(fixture.path("public/index.html")).unwrap();
    assert!(page == whole);
    let length: usize =
        head.split("content-length: ").nth(1).unwrap().lines().next().unwrap().parse().unwrap();
    assert!(length * 2 < whole.len(), "{length} of {}", whole.len());
    // An archive is what it is.
    let archive = [[0x1f, 0x8b].as_slice(), &[7; 1_000]].concat();
    fixture.edit("content/static/archive.gz", &archive);
    told(&fixture.raw(&["build", "--format", "json"], "public"));
    told(&fixture.raw(&["deploy", "--format", "json"], "public"));
    let (_, head, got) = get(storage.port, "/portail/parti/archive.gz");
    assert!(got == archive && !head.contains("content-encoding"), "{head}");
    misdeeds(&fixture, || storage.bucket());
}

#[test]
fn a_portal_goes_to_webdav() {
    let webdav = servers::webdav();
    let public = Some((webdav.port, "/"));
    let (toml, env) = (webdav.toml.clone(), webdav.env.clone());
    let fixture = tour(&Place { toml, env, public, has_home: true, keeps_headers: false });
    misdeeds(&fixture, || webdav.folder("www"));
}

#[test]
fn a_portal_goes_over_ssh() {
    let ssh = servers::ssh();
    let dir = ssh.dir();
    // A host that nobody knows is not spoken to.
    let site = fs::read_to_string(Fixture::small().path("site.toml")).unwrap();
    let fixture = Fixture::small()
        .file("site.toml", format!("{site}[deploy.live]\n{}", ssh.toml))
        .env("PATH", &ssh.env[0].1);
    fixture.build().assert_clean();
    let refused = fixture.raw(&["deploy"], "public");
    assert_eq!(refused.code, 3, "{}", refused.stdout);
    assert!(refused.stderr.contains("host key"), "{}", refused.stderr);
    assert!(!dir.join("www").exists());
    ssh.is_known_at(&ssh.port.to_string());
    // Whoever only looks leaves nothing there.
    let run = |args: &[&str]| fixture.raw(args, "public");
    let proposed = run(&["deploy", "--dry-run"]);
    assert_eq!(proposed.code, 0, "{}", proposed.stderr);
    for looks in [["deploy", "--verify"], ["rollback", "--list"], ["rollback", "--dry-run"]] {
        let looked = run(&looks);
        assert!(
            !looked.stderr.contains("panicked") && !dir.join("www").exists(),
            "{looks:?}: {}",
            looked.stderr
        );
    }
    let host =
        |toml| Place { toml, env: ssh.env.clone(), public: None, has_home: false, keeps_headers: false };
    misdeeds(&tour(&host(ssh.toml.clone())), || ssh.folder("www"));
    // The same machine, as a whole.
    program("rsync");
    misdeeds(&tour(&host(ssh.by_rsync())), || ssh.folder("whole"));
    assert!(fs::symlink_metadata(dir.join("whole")).unwrap().is_symlink());
    ssh.outlives_nobody();
}

#[test]
fn a_portal_goes_by_sftp_to_a_server_that_knows_little_more_than_files() {
    let ssh = servers::ssh_with("-d DIR -P posix-rename,hardlink,limits");
    ssh.is_known_at(&ssh.port.to_string());
    // A path from the folder of the user.
    let toml = ssh.toml.replace(&format!("{}/www", ssh.dir().display()), "www");
    let place = Place { toml, env: ssh.env.clone(), public: None, has_home: false, keeps_headers: false };
    let fixture = tour(&place);
    misdeeds(&fixture, || ssh.folder("www"));
    // Somebody else's file, whose name the library does not read: neither lost nor taken for a broken line.
    let strange = ssh.dir().join("www").join(std::ffi::OsStr::from_bytes(b"caf\xe9.pdf"));
    fs::write(&strange, "").unwrap();
    let verified = fixture.raw(&["deploy", "--verify"], "public");
    assert!(verified.code == 3 && verified.stderr.contains("UTF-8"), "{}", verified.stderr);
    let deployed = fixture.raw(&["deploy"], "public");
    assert_eq!(deployed.code, 0, "{}", deployed.stderr);
    assert!(strange.exists());
    ssh.outlives_nobody();
}

#[test]
fn a_portal_goes_to_a_folder_behind_a_web_server() {
    let nginx = program("nginx");
    for in_place in [false, true] {
        let port = port();
        let server = Server::start(port, |dir| {
            let user = match fs::metadata("/proc/self")
                .is_ok_and(|it| std::os::unix::fs::MetadataExt::uid(&it) == 0)
            {
                true => "user root;",
                false => "",
            };
            let conf = format!(
                "{user} daemon off; pid {0}/pid; error_log stderr; events {{}} http {{ include /etc/nginx/mime.types; access_log off; client_body_temp_path {0}/b; proxy_temp_path {0}/p; fastcgi_temp_path {0}/f; uwsgi_temp_path {0}/u; scgi_temp_path {0}/s; server {{ listen 127.0.0.1:{port}; root {0}/www; }} }}",
                dir.display()
            );
            fs::write(dir.join("conf"), conf).unwrap();
            let mut command = Command::new(&nginx);
            command.arg("-c").arg(dir.join("conf")).arg("-p").arg(dir);
            command
        });
        let path = server.dir.path().join("www");
        let toml = format!("kind = \"folder\"\npath = \"{}\"\nin_place = {in_place}\n", path.display());
        let fixture = tour(&Place {
            toml,
            env: Vec::new(),
            public: Some((port, "/")),
            has_home: true,
            keeps_headers: false,
        });
        misdeeds(&fixture, || Folder::open(&path).unwrap());
    }
}

#[test]
fn a_portal_goes_to_a_branch() {
    let git = servers::git();
    tour(&Place {
        toml: git.toml.clone(),
        env: git.env.clone(),
        public: None,
        has_home: false,
        keeps_headers: false,
    });
    let run = |args: &[&str]| {
        let output = Command::new(program("git")).arg("-C").arg(git.dir()).args(args).output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8_lossy(&output.stdout).into_owned()
    };
    // What somebody clones is the portal, each state a commit.
    let url = format!("git://127.0.0.1:{}/served.git", git.port);
    run(&["clone", "--quiet", "--branch", "pages", &url, "clone"]);
    let clone = git.dir().join("clone");
    assert!(clone.join("2026/05/02/gare.html").is_file());
    assert!(clone.join(".nojekyll").is_file());
    assert_eq!(run(&["-C", "clone", "log", "--oneline"]).lines().count(), 6);
}

#[test]
fn a_portal_goes_over_ftp_without_tls_where_that_is_meant() {
    let ftp = servers::ftp(false);
    let (toml, env) = (ftp.toml.clone(), ftp.env.clone());
    let fixture = tour(&Place { toml, env, public: None, has_home: false, keeps_headers: false });
    misdeeds(&fixture, || ftp.folder("www/parti"));
}

#[test]
fn a_portal_goes_over_ftp_where_only_the_newest_tls_is_spoken() {
    let ftp = servers::ftp(true);
    let site = fs::read_to_string(Fixture::small().path("site.toml")).unwrap();
    let target = format!("{site}[deploy.live]\n{}public_url = false\n", ftp.toml);
    let mut fixture = Fixture::small().file("site.toml", target);
    fixture.build().assert_clean();
    // Without a password nobody asks.
    let refused = fixture.raw(&["deploy"], "public");
    assert_eq!(refused.code, 3, "{}", refused.stdout);
    assert!(refused.stderr.contains("TRIBUNE_LIVE_PASSWORD"), "{}", refused.stderr);
    // A certificate that nobody here vouches for is not trusted with a password.
    fixture = fixture.env("TRIBUNE_LIVE_PASSWORD", "only-here");
    let refused = fixture.raw(&["deploy"], "public");
    assert_eq!(refused.code, 3, "{}", refused.stdout);
    assert!(refused.stderr.contains("certificate"), "{}", refused.stderr);
    assert!(!refused.stderr.contains("only-here"), "{}", refused.stderr);
    for (name, value) in &ftp.env {
        fixture = fixture.env(name, value);
    }
    let deployed = fixture.raw(&["deploy"], "public");
    assert_eq!(deployed.code, 0, "{}", deployed.stderr);
    assert!(ftp.dir().join("www/parti/index.html").is_file());
}

#[test]
fn a_portal_goes_over_ftp_to_a_server_that_asks_for_more_and_tells_less() {
    let ftp = servers::vsftpd();
    let (toml, env) = (ftp.toml.clone(), ftp.env.clone());
    let fixture = tour(&Place { toml, env, public: None, has_home: false, keeps_headers: false });
    misdeeds(&fixture, || ftp.folder("www/parti"));
    // What it leaves out of its lists is seen all the same, however much there is to put.
    let folder = ftp.folder("www/parti");
    for (path, _) in folder.list("").unwrap() {
        folder.remove(&path).unwrap();
    }
    fs::write(ftp.dir().join("www/parti/.htaccess"), "autre").unwrap();
    let many: String = (0..230).map(|n| format!("fichier {n}\n")).collect();
    for (nth, line) in many.lines().enumerate() {
        fixture.edit(&format!("content/static/f/{nth}.txt"), line);
    }
    fixture.edit("content/static/.htaccess", "nous");
    told(&fixture.raw(&["build", "--format", "json"], "public"));
    assert!(fixture.path("public/.htaccess").is_file());
    let refused = fixture.raw(&["deploy"], "public");
    assert_eq!(refused.code, 1, "{}", refused.stderr);
    assert!(refused.stderr.contains("`.htaccess`"), "{}", refused.stderr);
    assert_eq!(fs::read(ftp.dir().join("www/parti/.htaccess")).unwrap(), b"autre");
}

#[test]
fn what_is_in_the_way_on_a_machine_with_ssh_is_asked_about_and_nothing_is_lost() {
    let ssh = servers::ssh();
    ssh.is_known_at(&ssh.port.to_string());
    let fixture = Fixture::small().env("PATH", &ssh.env[0].1);
    let site = fs::read_to_string(fixture.path("site.toml")).unwrap();
    let target = format!("[deploy.live]\n{}public_url = false\n", ssh.by_rsync());
    fixture.edit("site.toml", format!("{site}{target}"));
    fixture.build().assert_clean();
    let deploy = |args: &[&str]| fixture.raw(&[&["deploy"], args].concat(), "public");
    assert_eq!(deploy(&[]).code, 0);
    let whole = ssh.dir().join("whole");
    let store = ssh.dir().join(".whole.tribune");
    // A file where a folder must be, a folder where a file must be, a link where a folder of ours was.
    let elsewhere = ssh.dir().join("ailleurs");
    fs::create_dir(&elsewhere).unwrap();
    fs::write(elsewhere.join("index.html"), "autre").unwrap();
    fs::write(whole.join("dossier"), "autre").unwrap();
    fs::create_dir(whole.join("fichier.txt")).unwrap();
    fs::write(whole.join("fichier.txt/x"), "autre").unwrap();
    fs::rename(whole.join("regions"), ssh.dir().join("regions")).unwrap();
    std::os::unix::fs::symlink(&elsewhere, whole.join("regions")).unwrap();
    fixture.edit("content/static/dossier/a.txt", "nous").edit("content/static/fichier.txt", "nous");
    fixture.build().assert_clean();
    let refused = deploy(&[]);
    assert_eq!(refused.code, 1, "{}", refused.stderr);
    for name in ["`dossier`", "`fichier.txt/x`", "`regions`"] {
        assert!(refused.stderr.contains(name), "{name}: {}", refused.stderr);
    }
    assert_eq!(deploy(&["--yes", "drift"]).code, 0);
    assert_eq!(fs::read(whole.join("dossier/a.txt")).unwrap(), b"nous");
    assert_eq!(fs::read(whole.join("fichier.txt")).unwrap(), b"nous");
    assert!(fs::symlink_metadata(whole.join("regions")).unwrap().is_dir());
    assert_eq!(fs::read(elsewhere.join("index.html")).unwrap(), b"autre");
    let verified = fixture.raw(&["deploy", "--verify"], "public");
    assert_eq!(verified.code, 0, "{}{}", verified.stdout, verified.stderr);
    // Where it is not known what readers see, that is not touched.
    fs::rename(store.join("states/2.json"), ssh.dir().join("2.json")).unwrap();
    fixture.edit("content/static/fichier.txt", "encore");
    fixture.build().assert_clean();
    let refused = deploy(&[]);
    assert_eq!(refused.code, 3, "{}", refused.stdout);
    assert!(refused.stderr.contains("states/2.json"), "{}", refused.stderr);
    assert_eq!(fs::read(whole.join("fichier.txt")).unwrap(), b"nous");
    fs::rename(ssh.dir().join("2.json"), store.join("states/2.json")).unwrap();
    // A latch that another holds keeps this one out, and says until when.
    fs::create_dir(store.join("lock")).unwrap();
    fs::write(store.join("lock/token"), "autre").unwrap();
    fs::write(store.join("lock/since"), "1780000000").unwrap();
    let busy = deploy(&[]);
    assert_eq!(busy.code, 3, "{}", busy.stdout);
    assert!(busy.stderr.contains("2026-05-28T20:26:40Z"), "{}", busy.stderr);
    // One that nobody has renewed for long counts for nothing.
    let old = std::time::SystemTime::now() - Duration::from_secs(3_600);
    fs::File::open(store.join("lock")).unwrap().set_modified(old).unwrap();
    let taken = deploy(&[]);
    assert_eq!(taken.code, 0, "{}", taken.stderr);
    assert_eq!(fs::read(whole.join("fichier.txt")).unwrap(), b"encore");
    assert!(!store.join("lock").exists());
}
