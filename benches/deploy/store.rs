//! Object storage of this machine: SeaweedFS, whose buckets speak the protocol of S3.

use std::fs;
use std::io::Write;
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use crate::ports::port;

/// A key of this store alone.
pub const KEY: [&str; 2] = ["bench", "only-here"];

pub struct Store {
    process: Child,
    program: PathBuf,
    master: u16,
    pub port: u16,
}

impl Drop for Store {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

impl Store {
    pub fn start(program: &Path, folder: &Path) -> Result<Self, String> {
        let failed = |error: std::io::Error| format!("{}: {error}", program.display());
        fs::create_dir_all(folder).map_err(failed)?;
        let [id, secret] = KEY;
        let identities = format!(
            r#"{{"identities":[{{"name":"bench","credentials":[{{"accessKey":"{id}","secretKey":"{secret}"}}],"actions":["Admin","Read","Write","List"]}}]}}"#
        );
        fs::write(folder.join("s3.json"), identities).map_err(failed)?;
        let [port, master, volume, filer] = [port(), port(), port(), port()];
        let mut command = Command::new(program);
        command.args(["server", "-ip=127.0.0.1", "-ip.bind=127.0.0.1", "-s3", "-volume.max=100"]);
        command.arg(format!("-dir={}", folder.display())).arg(format!("-s3.port={port}"));
        command.arg(format!("-s3.config={}", folder.join("s3.json").display()));
        command.arg(format!("-master.port={master}")).arg(format!("-volume.port={volume}"));
        command.arg(format!("-filer.port={filer}"));
        command.args(["-s3.port.iceberg=0", "-s3.port.lance=0", "-master.volumeSizeLimitMB=256"]);
        let log = fs::File::create(folder.join("log")).map_err(failed)?;
        command.stdin(Stdio::null()).stdout(log.try_clone().map_err(failed)?).stderr(log);
        let process = command.spawn().map_err(failed)?;
        let mut store = Self { process, program: program.to_owned(), master, port };
        let begun = Instant::now();
        while TcpStream::connect(("127.0.0.1", port)).is_err() {
            if store.process.try_wait().map_err(failed)?.is_some()
                || begun.elapsed() > Duration::from_secs(60)
            {
                return Err(format!("{} does not answer", program.display()));
            }
            thread::sleep(Duration::from_millis(100));
        }
        Ok(store)
    }

    /// Makes a bucket, as soon as all parts of the store have met.
    pub fn bucket(&self, name: &str) -> Result<(), String> {
        let failed = |error: std::io::Error| error.to_string();
        for _ in 0..60 {
            let mut shell = Command::new(&self.program);
            shell.args(["shell", &format!("-master=127.0.0.1:{}", self.master)]);
            shell.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
            let mut shell = shell.spawn().map_err(failed)?;
            if let Some(mut stdin) = shell.stdin.take() {
                writeln!(stdin, "s3.bucket.create -name {name}").map_err(failed)?;
            }
            let told = shell.wait_with_output().map_err(failed)?.stdout;
            if String::from_utf8_lossy(&told).contains("created bucket") {
                return Ok(());
            }
            thread::sleep(Duration::from_millis(500));
        }
        Err(format!("the store makes no bucket {name}"))
    }
}
