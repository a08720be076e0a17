//! Deploys: hosts, and how each is brought to what a portal publishes.

pub mod after;
mod coding;
pub mod engine;
pub mod folder;
pub mod ftp;
pub mod generations;
pub mod git;
pub mod host;
mod http;
mod latch;
pub mod opendal;
pub mod rsync;
pub mod secret;
pub mod sftp;
pub mod site;
mod ssh;
mod survey;
mod team;
pub mod tokens;
pub mod verify;
