//! Servers as hosts run them, on this machine alone: object storage, WebDAV, SSH, FTP, git. `tests/run`
//! installs them.

use std::fs;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use tribune::model::target::Line;
use tribune::world::deploy::folder::Folder;
use tribune::world::deploy::opendal::{Bucket, Remote};

use crate::ports::port;

/// A server, until it is dropped.
pub struct Server {
    process: Child,
    pub dir: tempfile::TempDir,
}

impl Drop for Server {
    fn drop(&mut self) {
        // Some have processes of their own, which they end when they are told to end.
        let _ = Command::new("kill").arg(self.process.id().to_string()).status();
        let begun = Instant::now();
        while matches!(self.process.try_wait(), Ok(None)) && begun.elapsed() < Duration::from_secs(5) {
            std::thread::sleep(Duration::from_millis(10));
        }
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// A program that must be there, by its name or as `tests/run` has put it.
#[track_caller]
pub fn program(name: &str) -> PathBuf {
    let tools = Path::new(env!("CARGO_MANIFEST_DIR")).join("target/tools/bin");
    let path = std::env::var_os("PATH").unwrap_or_default();
    let places = std::iter::once(tools).chain(std::env::split_paths(&path)).chain(["/usr/sbin".into()]);
    let mut found = places.map(|place| place.join(name)).filter(|path| path.is_file());
    found.next().unwrap_or_else(|| panic!("`{name}` is missing: `bash tests/run` installs it"))
}

impl Server {
    /// Starts a program in a folder of its own, and waits until it answers at a port.
    #[track_caller]
    pub fn start(port: u16, make: impl FnOnce(&Path) -> Command) -> Self {
        let dir = tempfile::Builder::new().prefix("server").tempdir().unwrap();
        let mut command = make(dir.path());
        let log = fs::File::create(dir.path().join("log")).unwrap();
        command.stdin(Stdio::null()).stdout(log.try_clone().unwrap()).stderr(log);
        let process = command.spawn().unwrap();
        let mut server = Self { process, dir };
        let begun = Instant::now();
        while TcpStream::connect(("127.0.0.1", port)).is_err() {
            let ended = server.process.try_wait().unwrap();
            let log = || fs::read_to_string(server.dir.path().join("log")).unwrap_or_default();
            assert!(ended.is_none(), "it ended: {}\n{}", ended.unwrap(), log());
            assert!(begun.elapsed() < Duration::from_secs(60), "it does not answer:\n{}", log());
            std::thread::sleep(Duration::from_millis(50));
        }
        server
    }
}

/// What a client gets: status, headers, body as it shows it.
pub fn get(port: u16, path: &str) -> (u16, String, Vec<u8>) {
    let mut stream = TcpStream::connect(("127.0.0.1", port)).unwrap();
    write!(stream, "GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nConnection: close\r\n\r\n").unwrap();
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).unwrap();
    let end = memchr::memmem::find(&answer, b"\r\n\r\n").expect("an answer with headers");
    let head = String::from_utf8_lossy(&answer[..end]).to_ascii_lowercase();
    let status = head.split(' ').nth(1).and_then(|status| status.parse().ok()).unwrap_or(0);
    let mut body = answer[end + 4..].to_vec();
    if head.contains("content-encoding: gzip") {
        body = Vec::new();
        flate2::read::GzDecoder::new(&answer[end + 4..]).read_to_end(&mut body).unwrap();
    }
    (status, head, body)
}

/// A server with a target of `site.toml` that is deployed to it.
pub struct Served {
    pub server: Server,
    pub port: u16,
    pub toml: String,
    pub env: Vec<(&'static str, String)>,
}

impl Served {
    pub fn dir(&self) -> &Path {
        self.server.dir.path()
    }
}

impl Served {
    /// A folder of the server, as somebody sees it who works there.
    pub fn folder(&self, path: &str) -> Folder {
        Folder::open(&self.dir().join(path)).unwrap()
    }

    /// The bucket, as somebody sees it who has the key.
    pub fn bucket(&self) -> Remote {
        let endpoint = format!("http://127.0.0.1:{}", self.port);
        let at = Bucket {
            bucket: "portail",
            endpoint: Some(&endpoint),
            region: None,
            prefix: Some("parti"),
            key: Some(("press", "only-here")),
            compress: false,
        };
        Remote::s3(&at, Line::default()).unwrap()
    }
}

/// Object storage with a bucket that anybody may read, `portail`, and the portal in `parti` there.
pub fn storage() -> Served {
    let (port, master, volume, filer) = (port(), port(), port(), port());
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
    let toml = format!(
        "kind = \"s3\"\nbucket = \"portail\"\nendpoint = \"http://127.0.0.1:{port}\"\nprefix = \"parti\"\n"
    );
    let env = [("AWS_ACCESS_KEY_ID", "press"), ("AWS_SECRET_ACCESS_KEY", "only-here")];
    let env = env.map(|(name, value)| (name, value.to_owned())).to_vec();
    Served { server, port, toml, env }
}

/// Apache with a folder that it serves, `www`, and the same folder under WebDAV at `/dav`.
pub fn webdav() -> Served {
    let port = port();
    let apache = program("apache2");
    let server = Server::start(port, |dir| {
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
    });
    let toml = format!("kind = \"webdav\"\nurl = \"http://127.0.0.1:{port}/dav\"\nuser = \"press\"\n");
    Served { server, port, toml, env: vec![("TRIBUNE_LIVE_PASSWORD", "only-here".to_owned())] }
}

/// A machine with SSH; nobody knows it yet. The portal goes to `www` by SFTP.
pub fn ssh() -> Served {
    ssh_with("")
}

/// The same, whose server of SFTP has these options. `DIR` in them is its folder.
pub fn ssh_with(options: &str) -> Served {
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
        // What the person who runs the tests has a shell do at its start is none of theirs, and takes long.
        let conf = format!(
            "Port {port}\nListenAddress 127.0.0.1\nHostKey {0}/host\nAuthorizedKeysFile {0}/key.pub\nPidFile none\nStrictModes no\nUsePAM no\nPermitRootLogin prohibit-password\nPasswordAuthentication no\nMaxStartups 100\nSubsystem sftp internal-sftp {1}\nSetEnv HOME={0}\n",
            dir.display(),
            options.replace("DIR", &dir.display().to_string())
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
    let user = Command::new("id").arg("-un").output().unwrap().stdout;
    let user = String::from_utf8(user).unwrap().trim().to_owned();
    let toml = format!(
        "kind = \"sftp\"\nhost = \"127.0.0.1:{port}\"\nuser = \"{user}\"\npath = \"{0}/www\"\nkey = \"{0}/key\"\n",
        server.dir.path().display()
    );
    let path = format!("{}/bin:/usr/bin:/bin", server.dir.path().display());
    Served { server, port, toml, env: vec![("PATH", path)] }
}

impl Served {
    /// Has clients know a machine with SSH by its key, at these ports.
    pub fn is_known_at(&self, ports: &str) {
        let key = fs::read_to_string(self.dir().join("host.pub")).unwrap();
        fs::write(self.dir().join("known"), format!("[127.0.0.1]:{ports} {key}")).unwrap();
    }

    /// Sees that no connection of SSH outlives who made it, but for the moment that it takes to end.
    pub fn outlives_nobody(&self) {
        let known = format!("{}/known", self.dir().display());
        let left = || -> Vec<String> {
            let listed = Command::new("ps").args(["-eo", "args"]).output().unwrap().stdout;
            let listed = String::from_utf8_lossy(&listed).into_owned();
            let is_ssh = |line: &&str| line.contains("/ssh ") && line.contains(&known);
            listed.lines().filter(is_ssh).map(str::to_owned).collect()
        };
        let begun = Instant::now();
        while !left().is_empty() && begun.elapsed() < Duration::from_secs(20) {
            std::thread::sleep(Duration::from_millis(100));
        }
        assert_eq!(left(), Vec::<String>::new());
    }

    /// The same machine, where the portal goes to `whole` by rsync.
    pub fn by_rsync(&self) -> String {
        let toml = self.toml.replace("\"sftp\"", "\"rsync\"").replace("/www\"", "/whole\"");
        toml.lines().filter(|line| !line.starts_with("key")).map(|line| format!("{line}\n")).collect()
    }
}

/// A server of FTP that takes nothing but TLS of the newest version, and one that takes nothing but none.
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
    # Nothing older.
    handler.get_ssl_context().set_min_proto_version(0x0304)
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

/// A server of FTP with TLS or without, with the portal in `www/parti`.
pub fn ftp(tls: bool) -> Served {
    let python = program("python3");
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
    let toml = format!(
        "kind = \"ftp\"\nhost = \"127.0.0.1:{port}\"\nuser = \"press\"\npath = \"/parti\"\ntls = {tls}\n"
    );
    let authority = server.dir.path().join("ca.pem").display().to_string();
    let env = vec![("TRIBUNE_LIVE_PASSWORD", "only-here".to_owned()), ("SSL_CERT_FILE", authority)];
    Served { server, port, toml, env }
}

/// Another server of FTP, as most machines that are rented have it: it takes data only over connections that
/// resume the TLS session of the one that commands them, and knows none of the newer commands.
pub fn vsftpd() -> Served {
    let (port, vsftpd) = (port(), program("vsftpd"));
    let server = Server::start(port, |dir| {
        fs::create_dir_all(dir.join("www/parti")).unwrap();
        fs::create_dir(dir.join("empty")).unwrap();
        certificates(dir);
        let yes = [
            "listen",
            "run_as_launching_user",
            "anonymous_enable",
            "write_enable",
            "anon_upload_enable",
            "anon_mkdir_write_enable",
            "anon_other_write_enable",
            "ssl_enable",
            "allow_anon_ssl",
            "force_anon_data_ssl",
            "force_anon_logins_ssl",
            "require_ssl_reuse",
            "allow_writeable_chroot",
        ];
        let no =
            ["background", "local_enable", "anon_world_readable_only", "seccomp_sandbox", "xferlog_enable"];
        let mut conf = String::new();
        yes.iter().for_each(|key| conf.push_str(&format!("{key}=YES\n")));
        no.iter().for_each(|key| conf.push_str(&format!("{key}=NO\n")));
        conf.push_str(&format!(
            "listen_address=127.0.0.1\nlisten_port={port}\nanon_umask=022\nanon_root={0}/www\nsecure_chroot_dir={0}/empty\nrsa_cert_file={0}/cert.pem\nrsa_private_key_file={0}/key.pem\n",
            dir.display()
        ));
        fs::write(dir.join("conf"), conf).unwrap();
        let mut command = Command::new(&vsftpd);
        command.arg(dir.join("conf"));
        command
    });
    let toml = format!(
        "kind = \"ftp\"\nhost = \"127.0.0.1:{port}\"\nuser = \"anonymous\"\npath = \"{}/www/parti\"\n",
        server.dir.path().display()
    );
    let authority = server.dir.path().join("ca.pem").display().to_string();
    let env = vec![("TRIBUNE_LIVE_PASSWORD", "only-here".to_owned()), ("SSL_CERT_FILE", authority)];
    Served { server, port, toml, env }
}

/// A repository, `served.git`, with its own server.
pub fn git() -> Served {
    let (port, git) = (port(), program("git"));
    let server = Server::start(port, |dir| {
        let made =
            Command::new(&git).args(["init", "--quiet", "--bare"]).arg(dir.join("served.git")).status();
        assert!(made.unwrap().success());
        // Itself, which ends when it is told to.
        let place = Command::new(&git).arg("--exec-path").output().unwrap().stdout;
        let place = String::from_utf8(place).unwrap();
        let mut command = Command::new(Path::new(place.trim()).join("git-daemon"));
        command.args(["--export-all", "--enable=receive-pack", "--reuseaddr", "--listen=127.0.0.1"]);
        command.arg(format!("--port={port}")).arg(format!("--base-path={}", dir.display()));
        command
    });
    let toml =
        format!("kind = \"git\"\nrepository = \"git://127.0.0.1:{port}/served.git\"\nbranch = \"pages\"\n");
    Served { server, port, toml, env: vec![("PATH", std::env::var("PATH").unwrap())] }
}
