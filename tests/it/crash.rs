//! What is left when a build ends badly: killed, on a failing or full disk, beside another build,
//! with a damaged memory. Each test counts: a share of the figures in every run, the full ones
//! where `TRIBUNE_LONG` is set.

mod cache;
mod disks;
mod failures;
mod kills;
mod pairs;
mod reads;
mod states;
mod trace;
