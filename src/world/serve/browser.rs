//! Opens the preview in the person's browser.

use std::process::{Command, Stdio};

use crate::world::tree::Failure;

const OPENER: &str = match cfg!(target_os = "macos") {
    true => "open",
    false if cfg!(windows) => "explorer",
    false => "xdg-open",
};

pub fn open(url: &str) -> Result<(), Failure> {
    let mut command = Command::new(OPENER);
    command.arg(url).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    command.spawn().map(drop).map_err(|error| Failure::new("run", OPENER, error))
}
