//! Arguments to command to exit status.

use std::process::ExitCode;

use clap::Parser;

fn main() -> ExitCode {
    tribune::commands::run(tribune::cli::Cli::parse()).into()
}
