//! Ring 3: the only ring with files, clock, terminal and processes. It never decides what a page
//! contains.

pub mod clock;
pub mod manifest;
pub mod output;
pub mod themes;
pub mod tree;
