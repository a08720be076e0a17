//! `tribune check`

use crate::cli::CheckArgs;
use super::Exit;

pub fn run(_: &CheckArgs) -> Exit { Exit::Done }
