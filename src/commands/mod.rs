//! One file a command: composes the stages and chooses an exit status.

pub mod build;
pub mod check;
pub mod deploy;
pub mod due;
pub mod explain;
pub mod import;
pub mod init;
mod listing;
mod load;
mod manual;
pub mod new;
mod place;
mod progress;
mod remembered;
pub mod rollback;
pub mod round;
pub mod serve;
mod standing;
mod terminal;
pub mod watch;

use std::process::ExitCode;

use crate::cli::{Cli, Command};

/// How a command ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Exit {
    Done,
    /// The content, theme or configuration has errors.
    Faults,
    Usage,
    /// A file, network or host failed.
    Failed,
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(match exit {
            Exit::Done => 0,
            Exit::Faults => 1,
            Exit::Usage => 2,
            Exit::Failed => 3,
        })
    }
}

/// Runs a command.
pub fn run(cli: Cli) -> Exit {
    match cli.command {
        Command::Build(args) => build::run(&args),
        Command::Watch(args) => watch::run(&args),
        Command::Serve(args) => serve::run(args),
        Command::Check(args) => check::run(&args),
        Command::Init(args) => init::run(&args),
        Command::New(args) => new::run(&args),
        Command::Import(args) => import::run(&args),
        Command::Due(args) => due::run(&args),
        Command::Explain(args) => explain::run(&args),
        Command::Deploy(args) => deploy::run(&args),
        Command::Rollback(args) => rollback::run(&args),
        Command::Completions { shell } => manual::completions(shell),
        Command::Man => manual::page(),
    }
}
