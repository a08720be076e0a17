//! Ring 3: the only ring with files, clock, terminal and processes. It never decides what a page
//! contains.

// The one ring that may: see `clippy.toml`.
#![allow(clippy::disallowed_methods)]

pub mod cache;
pub mod catalog;
pub mod clock;
pub mod deploy;
pub mod heads;
pub mod interrupt;
pub mod output;
pub mod progress;
pub mod serve;
pub mod sources;
pub mod themes;
pub mod tree;
pub mod watch;
