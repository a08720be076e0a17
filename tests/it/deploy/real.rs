//! The program against servers as hosts run them, on this machine alone: object storage, WebDAV, SSH, a
//! folder behind a web server. `tests/run` installs them.

use std::fs;
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::harness::{Fixture, Run};

/// A server, until it is dropped.
struct Server {
    process: Child,
    dir: tempfile::TempDir,
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// A program that must be there, by its name or as `tests/run` has put it.
#[track_caller]
fn program(name: &str) -> PathBuf {
    let tools = Path::new(env!("CARGO_MANIFEST_DIR")).join("target/tools/bin");
    let path = std::env::var_os("PATH").unwrap_or_default();
    let places = std::iter::once(tools).chain(std::env::split_paths(&path)).chain(["/usr/sbin".into()]);
    let mut found = places.map(|place| place.join(name)).filter(|path| path.is_file());
    found.next().unwrap_or_else(|| panic!("`{name}` is missing: `bash tests/run` installs it"))
}

/// A port that nobody listens at, nor at the one that some programs take beside it.
fn port() -> u16 {
    loop {
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        if port < 55_000 && TcpListener::bind(("127.0.0.1", port + 10_000)).is_ok() {
            return port;
        }
    }
}

impl Server {
    /// Starts a program in a folder of its own, and waits until it answers at a port.
    #[track_caller]
    fn start(port: u16, make: impl FnOnce(&Path) -> Command) -> Self {
        let dir = tempfile::Builder::new().prefix("server").tempdir().unwrap();
        let mut command = make(dir.path());
        let log = fs::File::create(dir.path().join("log")).unwrap();
        command.stdin(Stdio::null()).stdout(log.try_clone().unwrap()).stderr(log);
        let process = command.spawn().unwrap();
        let server = Self { process, dir };
        let begun = Instant::now();
        while TcpStream::connect(("127.0.0.1", port)).is_err() {
            let log = || fs::read_to_string(server.dir.path().join("log")).unwrap_or_default();
            assert!(begun.elapsed() < Duration::from_secs(60), "it does not answer:\n{}", log());
            std::thread::sleep(Duration::from_millis(50));
        }
        server
    }
}

/// What a client gets: status, headers, body.
fn get(port: u16, path: &str) -> (u16, String, Vec<u8>) {
    let mut stream = TcpStream::connect(("127.0.0.1", port)).unwrap();
    write!(stream, "GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nConnection: close\r\n\r\n").unwrap();
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).unwrap();
    let end = memchr::memmem::find(&answer, b"\r\n\r\n").expect("an answer with headers");
    let head = String::from_utf8_lossy(&answer[..end]).to_ascii_lowercase();
    let status = head.split(' ').nth(1).and_then(|status| status.parse().ok()).unwrap_or(0);
    (status, head, answer[end + 4..].to_vec())
}

/// A host as the configuration has it, and where a client reads it.
struct Host<'h> {
    toml: String,
    env: Vec<(&'h str, String)>,
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

/// Everything that a newsroom does with a host.
fn tour(host: &Host) {
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
}

#[test]
fn a_portal_goes_to_object_storage() {
    let port = port();
    let (master, volume, filer) = (self::port(), self::port(), self::port());
    let identities = r#"{"identities":[{"name":"press","credentials":[{"accessKey":"press","secretKey":"only-here"}],"actions":["Admin","Read","Write","List"]},{"name":"anonymous","actions":["Read"]}]}"#;
    let weed = program("weed");
    let server = Server::start(port, |dir| {
        fs::write(dir.join("s3.json"), identities).unwrap();
        let mut command = Command::new(&weed);
        command
            .arg("server")
            .arg("-ip=127.0.0.1")
            .arg("-ip.bind=127.0.0.1")
            .arg(format!("-dir={}", dir.display()));
        command
            .arg("-s3")
            .arg(format!("-s3.port={port}"))
            .arg(format!("-s3.config={}", dir.join("s3.json").display()));
        command.arg(format!("-master.port={master}")).arg(format!("-volume.port={volume}"));
        command
            .arg(format!("-filer.port={filer}"))
            .arg("-volume.max=20")
            .args(["-s3.port.iceberg=0", "-s3.port.lance=0"])
            .arg("-master.volumeSizeLimitMB=16");
        command
    });
    // The bucket is made as soon as all of its parts have met.
    let begun = Instant::now();
    loop {
        let mut shell = Command::new(&weed)
            .args(["shell", &format!("-master=127.0.0.1:{master}")])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        shell.stdin.take().unwrap().write_all(b"s3.bucket.create -name portail\n").unwrap();
        if String::from_utf8_lossy(&shell.wait_with_output().unwrap().stdout).contains("created bucket") {
            break;
        }
        assert!(begun.elapsed() < Duration::from_secs(60), "no bucket");
        std::thread::sleep(Duration::from_millis(500));
    }
    let key = |name: &str, value: &str| (name.to_owned(), value.to_owned());
    let env = [key("AWS_ACCESS_KEY_ID", "press"), key("AWS_SECRET_ACCESS_KEY", "only-here")];
    let toml = format!(
        "kind = \"s3\"\nbucket = \"portail\"\nendpoint = \"http://127.0.0.1:{port}\"\nprefix = \"parti\"\n"
    );
    let env = env.iter().map(|(name, value)| (name.as_str(), value.clone())).collect();
    tour(&Host { toml, env, public: Some((port, "/portail/parti/")), has_home: false, keeps_headers: true });
    drop(server);
}

/// Apache with a folder that it serves, and the same folder under WebDAV at `/dav`.
fn apache(port: u16) -> Server {
    let apache = program("apache2");
    Server::start(port, |dir| {
        let www = dir.join("www");
        fs::create_dir(&www).unwrap();
        // Of the password `only-here`.
        fs::write(dir.join("users"), "press:{SHA}LD6axOF6rna5nn94qtFW4Qf+fvw=\n").unwrap();
        let modules = Path::new("/usr/lib/apache2/modules");
        let mut conf = format!(
            "ServerName 127.0.0.1\nListen 127.0.0.1:{port}\nPidFile {0}/pid\nErrorLog {0}/log\nMutex file:{0} default\n",
            dir.display()
        );
        for module in [
            "mpm_event",
            "authn_core",
            "authn_file",
            "authz_core",
            "authz_user",
            "auth_basic",
            "mime",
            "dir",
            "alias",
            "dav",
            "dav_fs",
        ] {
            let file = modules.join(format!("mod_{module}.so"));
            conf.push_str(&format!("LoadModule {module}_module {}\n", file.display()));
        }
        conf.push_str(&format!(
            "TypesConfig /etc/mime.types\nDavLockDB {0}/locks\nDocumentRoot {0}/www\n<Directory {0}/www>\nRequire all granted\n</Directory>\nAlias /dav {0}/www\n<Location /dav>\nDav On\nDirectoryIndex disabled\nAuthType Basic\nAuthName dav\nAuthUserFile {0}/users\nRequire valid-user\n</Location>\n",
            dir.display()
        ));
        // As root it works as another user, who must be able to write.
        if fs::metadata("/proc/self")
            .is_ok_and(|metadata| std::os::unix::fs::MetadataExt::uid(&metadata) == 0)
        {
            conf.push_str("User nobody\nGroup nogroup\n");
            for path in [dir.to_owned(), www] {
                let done = Command::new("chown").arg("nobody:nogroup").arg(path).status().unwrap();
                assert!(done.success());
            }
        }
        fs::write(dir.join("conf"), conf).unwrap();
        let mut command = Command::new(&apache);
        command.arg("-DFOREGROUND").arg("-f").arg(dir.join("conf"));
        command
    })
}

#[test]
fn a_portal_goes_to_webdav() {
    let port = port();
    let server = apache(port);
    let toml = format!("kind = \"webdav\"\nurl = \"http://127.0.0.1:{port}/dav\"\nuser = \"press\"\n");
    let env = vec![("TRIBUNE_LIVE_PASSWORD", "only-here".to_owned())];
    tour(&Host { toml, env, public: Some((port, "/")), has_home: true, keeps_headers: false });
    drop(server);
}

#[test]
fn a_portal_goes_over_ssh() {
    let port = port();
    let (sshd, keygen) = (program("sshd"), program("ssh-keygen"));
    let server = Server::start(port, |dir| {
        // Where it parts its privileges, as root.
        let _ = fs::create_dir_all("/run/sshd");
        for name in ["host", "key"] {
            let made = Command::new(&keygen)
                .args(["-q", "-t", "ed25519", "-N", "", "-f"])
                .arg(dir.join(name))
                .status();
            assert!(made.unwrap().success());
        }
        let conf = format!(
            "Port {port}\nListenAddress 127.0.0.1\nHostKey {0}/host\nAuthorizedKeysFile {0}/key.pub\nPidFile none\nStrictModes no\nUsePAM no\nPermitRootLogin prohibit-password\nPasswordAuthentication no\nMaxStartups 100\nSubsystem sftp internal-sftp\n",
            dir.display()
        );
        fs::write(dir.join("conf"), conf).unwrap();
        // The one that the program finds first: it knows the hosts of this test, and no others.
        fs::create_dir(dir.join("bin")).unwrap();
        let ssh = format!(
            "#!/bin/sh\nexec {0} -F none -i {1}/key -o UserKnownHostsFile={1}/known \"$@\"\n",
            program("ssh").display(),
            dir.display()
        );
        fs::write(dir.join("bin/ssh"), ssh).unwrap();
        let mode = std::os::unix::fs::PermissionsExt::from_mode(0o755);
        fs::set_permissions(dir.join("bin/ssh"), mode).unwrap();
        let mut command = Command::new(&sshd);
        command.arg("-D").arg("-e").arg("-f").arg(dir.join("conf"));
        command
    });
    let dir = server.dir.path();
    let user = Command::new("id").arg("-un").output().unwrap().stdout;
    let user = String::from_utf8(user).unwrap().trim().to_owned();
    let toml = format!(
        "kind = \"sftp\"\nhost = \"127.0.0.1:{port}\"\nuser = \"{user}\"\npath = \"{0}/www\"\nkey = \"{0}/key\"\n",
        dir.display()
    );
    let path = format!("{}/bin:/usr/bin:/bin", dir.display());
    // A host that nobody knows is not spoken to.
    let site = fs::read_to_string(Fixture::small().path("site.toml")).unwrap();
    let fixture =
        Fixture::small().file("site.toml", format!("{site}[deploy.live]\n{toml}")).env("PATH", &path);
    fixture.build().assert_clean();
    let refused = fixture.raw(&["deploy"], "public");
    assert_eq!(refused.code, 3, "{}", refused.stdout);
    assert!(refused.stderr.contains("host key"), "{}", refused.stderr);
    assert!(!dir.join("www").exists());
    let host = fs::read_to_string(dir.join("host.pub")).unwrap();
    fs::write(dir.join("known"), format!("[127.0.0.1]:{port} {host}")).unwrap();
    let host = |toml| Host {
        toml,
        env: vec![("PATH", path.clone())],
        public: None,
        has_home: false,
        keeps_headers: false,
    };
    tour(&host(toml));
    // The same machine, as a whole.
    program("rsync");
    let toml = format!(
        "kind = \"rsync\"\nhost = \"127.0.0.1:{port}\"\nuser = \"{user}\"\npath = \"{}/whole\"\n",
        dir.display()
    );
    tour(&host(toml));
    assert!(fs::symlink_metadata(dir.join("whole")).unwrap().is_symlink());
    // No connection outlives its deploy.
    let masters = Command::new("ps").args(["-eo", "args"]).output().unwrap().stdout;
    let masters = String::from_utf8_lossy(&masters).into_owned();
    let left: Vec<&str> = masters
        .lines()
        .filter(|line| line.contains("/ssh ") && line.contains(&format!("{}/known", dir.display())))
        .collect();
    assert_eq!(left, Vec::<&str>::new());
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
        tour(&Host {
            toml,
            env: Vec::new(),
            public: Some((port, "/")),
            has_home: true,
            keeps_headers: false,
        });
    }
}

#[test]
fn a_portal_goes_to_a_branch() {
    let git = program("git");
    let dir = tempfile::tempdir().unwrap();
    let run = |args: &[&str]| {
        let output = Command::new(&git).arg("-C").arg(dir.path()).args(args).output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8_lossy(&output.stdout).into_owned()
    };
    run(&["init", "--quiet", "--bare", "served.git"]);
    let served = dir.path().join("served.git");
    let toml = format!("kind = \"git\"\nrepository = \"{}\"\nbranch = \"pages\"\n", served.display());
    let path = std::env::var("PATH").unwrap();
    tour(&Host { toml, env: vec![("PATH", path)], public: None, has_home: false, keeps_headers: false });
    // What somebody clones is the portal, each state a commit.
    run(&["clone", "--quiet", "--branch", "pages", "served.git", "clone"]);
    let clone = dir.path().join("clone");
    assert!(clone.join("2026/05/02/gare.html").is_file());
    assert!(clone.join(".nojekyll").is_file());
    assert_eq!(run(&["-C", "clone", "log", "--oneline"]).lines().count(), 6);
}

/// A server of FTP that takes nothing but TLS, and one that takes nothing but none.
const FTP: &str = r#"
import sys
from pyftpdlib.authorizers import DummyAuthorizer
from pyftpdlib.handlers import FTPHandler, TLS_FTPHandler
from pyftpdlib.servers import ThreadedFTPServer

port, root, certificate = int(sys.argv[1]), sys.argv[2], sys.argv[3]
handler = TLS_FTPHandler if certificate else FTPHandler
if certificate:
    handler.certfile = certificate
    handler.tls_control_required = handler.tls_data_required = True
handler.authorizer = DummyAuthorizer()
handler.authorizer.add_user("press", "only-here", root, perm="elradfmwMT")
ThreadedFTPServer(("127.0.0.1", port), handler).serve_forever()
"#;

/// An authority of its own, and what it vouches for: this machine.
fn certificates(dir: &Path) {
    let openssl = program("openssl");
    let run = |args: &[&str]| {
        let output = Command::new(&openssl).args(args).current_dir(dir).output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    };
    run(&[
        "req",
        "-x509",
        "-newkey",
        "rsa:2048",
        "-nodes",
        "-days",
        "2",
        "-subj",
        "/CN=Essai",
        "-keyout",
        "ca.key",
        "-out",
        "ca.pem",
    ]);
    run(&[
        "req",
        "-newkey",
        "rsa:2048",
        "-nodes",
        "-subj",
        "/CN=127.0.0.1",
        "-keyout",
        "key.pem",
        "-out",
        "request.pem",
    ]);
    fs::write(dir.join("names"), "subjectAltName=IP:127.0.0.1\nbasicConstraints=CA:FALSE\n").unwrap();
    run(&[
        "x509",
        "-req",
        "-in",
        "request.pem",
        "-CA",
        "ca.pem",
        "-CAkey",
        "ca.key",
        "-CAcreateserial",
        "-days",
        "2",
        "-extfile",
        "names",
        "-out",
        "cert.pem",
    ]);
    let [key, cert] = ["key.pem", "cert.pem"].map(|name| fs::read_to_string(dir.join(name)).unwrap());
    fs::write(dir.join("both.pem"), key + &cert).unwrap();
}

#[test]
fn a_portal_goes_over_ftp_with_tls_and_without() {
    let python = program("python3");
    for tls in [true, false] {
        let port = port();
        let server = Server::start(port, |dir| {
            fs::create_dir(dir.join("www")).unwrap();
            fs::write(dir.join("server.py"), FTP).unwrap();
            let mut certificate = PathBuf::new();
            if tls {
                certificates(dir);
                certificate = dir.join("both.pem");
            }
            let mut command = Command::new(&python);
            command.arg(dir.join("server.py")).arg(port.to_string()).arg(dir.join("www")).arg(certificate);
            command
        });
        let dir = server.dir.path();
        let toml = |tls: bool| {
            format!(
                "kind = \"ftp\"\nhost = \"127.0.0.1:{port}\"\nuser = \"press\"\npath = \"/parti\"\ntls = {tls}\n"
            )
        };
        let env = vec![
            ("TRIBUNE_LIVE_PASSWORD", "only-here".to_owned()),
            ("SSL_CERT_FILE", dir.join("ca.pem").display().to_string()),
        ];
        if tls {
            // A certificate that nobody here vouches for is not trusted with a password.
            let site = fs::read_to_string(Fixture::small().path("site.toml")).unwrap();
            let fixture = Fixture::small().file("site.toml", format!("{site}[deploy.live]\n{}", toml(true)));
            fixture.build().assert_clean();
            let refused = fixture.env("TRIBUNE_LIVE_PASSWORD", "only-here").raw(&["deploy"], "public");
            assert_eq!(refused.code, 3, "{}", refused.stdout);
            assert!(refused.stderr.contains("certificate"), "{}", refused.stderr);
            assert!(!refused.stderr.contains("only-here"), "{}", refused.stderr);
        }
        tour(&Host { toml: toml(tls), env, public: None, has_home: false, keeps_headers: false });
        assert!(dir.join("www/parti/index.html").is_file());
    }
}
