//! Ports for servers that must be told theirs before they listen.

use std::fs::{self, File};
use std::net::TcpListener;
use std::sync::Mutex;

/// Below those that the system gives to whoever asks for any (Linux from 32,768, others from 49,152), so that
/// no client of somebody takes one between the question and the answer.
const FIRST: u16 = 12_000;
const MANY: u16 = 10_000;
/// How far above its port some programs listen, too.
const BESIDE: u16 = 10_000;

/// What keeps the ports of this process: as long as it lives no other is given them.
static KEPT: Mutex<Vec<File>> = Mutex::new(Vec::new());

/// A port of this process alone at which nobody listens, nor at the one that some programs take beside it.
pub fn port() -> u16 {
    let folder = std::env::temp_dir().join("tribune-ports");
    fs::create_dir_all(&folder).unwrap();
    // Processes begin at different places: who opened a lock a moment ago is seldom met.
    let start = std::process::id() as usize * 37;
    for step in 0..usize::from(MANY) {
        let port = FIRST + ((start + step) % usize::from(MANY)) as u16;
        // Another user's lock is as good as one that is held.
        let Ok(lock) = File::create(folder.join(port.to_string())) else { continue };
        let is_free = |port: u16| TcpListener::bind(("127.0.0.1", port)).is_ok();
        if lock.try_lock().is_ok() && is_free(port) && is_free(port + BESIDE) {
            KEPT.lock().unwrap().push(lock);
            return port;
        }
    }
    panic!("no port from {FIRST} on is free");
}

#[test]
fn no_port_is_given_twice() {
    let ports: std::collections::BTreeSet<u16> = (0..100).map(|_| port()).collect();
    assert_eq!(ports.len(), 100);
}
