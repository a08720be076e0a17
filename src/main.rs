//! Arguments to command to exit status.

use std::process::ExitCode;

use clap::Parser;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    tribune::commands::run(tribune::cli::Cli::parse()).into()
}
