//! Tribune as a person or a script meets it: the real program on real folders, text in, text out.

// Tests stop at what is wrong, and look at files as anybody would.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::disallowed_methods)]

mod addresses;
mod architecture;
mod bodies;
mod browser;
mod commands;
mod counting;
mod crash;
mod deploy;
mod desk;
mod diagnostics;
mod differential;
mod escapes;
mod explain;
mod faults;
mod faults_of_site;
mod feeds;
mod foreign_headers;
mod harness;
mod hostile;
mod html;
mod languages;
mod life;
mod links;
mod output;
mod portal;
mod ports;
mod properties;
mod reach;
mod remedies;
mod rounds;
mod running;
mod sameness;
mod sealed;
mod serve;
mod strings;
mod themes;
mod watch;
