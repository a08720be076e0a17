//! Ports for servers that must be told theirs before they listen.

use std::net::{TcpListener, UdpSocket};
use std::sync::Mutex;

/// Below those that the system gives to whoever asks for any (Linux from 32,768, others from 49,152), so that
/// no client of somebody takes one between the question and the answer.
const FIRST: u16 = 12_000;
const MANY: u16 = 10_000;
/// How far above its port some programs listen, too.
const BESIDE: u16 = 10_000;

/// What keeps the ports of this process: nobody else who asks here is given one whose like for UDP, which no
/// server of ours speaks, is taken. It ends with the process, whatever becomes of that.
static KEPT: Mutex<Vec<UdpSocket>> = Mutex::new(Vec::new());

/// A port of this process alone at which nobody listens, nor at the one that some programs take beside it.
pub fn port() -> u16 {
    // Each process looks from another place on, to find one sooner.
    let start = std::process::id() as usize * 37;
    for step in 0..usize::from(MANY) {
        let port = FIRST + ((start + step) % usize::from(MANY)) as u16;
        let Ok(kept) = UdpSocket::bind(("127.0.0.1", port)) else { continue };
        let is_free = |port: u16| TcpListener::bind(("127.0.0.1", port)).is_ok();
        if is_free(port) && is_free(port + BESIDE) {
            KEPT.lock().unwrap().push(kept);
            return port;
        }
    }
    panic!("no port from {FIRST} on is free");
}

#[test]
fn no_port_is_given_twice() {
    let ports: std::collections::BTreeSet<u16> = (0..100).map(|_| port()).collect();
    assert_eq!(ports.len(), 100);
    // Nor to another process, which can keep none of them.
    assert!(ports.iter().all(|port| UdpSocket::bind(("127.0.0.1", *port)).is_err()));
}
