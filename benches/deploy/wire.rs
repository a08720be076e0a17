//! The line between programs and a store, which counts what is asked and sent.

use std::io::{self, Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;

use serde::Serialize;

/// What went over it.
#[derive(Clone, Copy, Debug, Default, Serialize)]
pub struct Carried {
    pub requests: u64,
    /// Bytes to the store and from it.
    pub sent: u64,
    pub got: u64,
}

#[derive(Default)]
struct Counters {
    requests: AtomicU64,
    sent: AtomicU64,
    got: AtomicU64,
}

pub struct Wire {
    pub port: u16,
    counters: Arc<Counters>,
}

impl Wire {
    /// A line to a port of this machine.
    pub fn to(port: u16) -> io::Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0")?;
        let wire = Self { port: listener.local_addr()?.port(), counters: Arc::default() };
        let counters = wire.counters.clone();
        thread::spawn(move || {
            for near in listener.incoming().map_while(Result::ok) {
                let Ok(far) = TcpStream::connect(("127.0.0.1", port)) else { continue };
                let _ = (near.set_nodelay(true), far.set_nodelay(true));
                let (Ok(back), Ok(forth)) = (near.try_clone(), far.try_clone()) else { continue };
                let (asks, answers) = (counters.clone(), counters.clone());
                thread::spawn(move || {
                    let mut requests = Requests::default();
                    carry(near, far, |bytes| {
                        asks.sent.fetch_add(bytes.len() as u64, Ordering::Relaxed);
                        asks.requests.fetch_add(requests.in_all(bytes), Ordering::Relaxed);
                    });
                });
                thread::spawn(move || {
                    carry(forth, back, |bytes| {
                        answers.got.fetch_add(bytes.len() as u64, Ordering::Relaxed);
                    });
                });
            }
        });
        Ok(wire)
    }

    /// What went over it since it was asked last.
    pub fn carried(&self) -> Carried {
        let take = |counter: &AtomicU64| counter.swap(0, Ordering::Relaxed);
        let Counters { requests, sent, got } = &*self.counters;
        Carried { requests: take(requests), sent: take(sent), got: take(got) }
    }
}

fn carry(mut from: TcpStream, mut to: TcpStream, mut count: impl FnMut(&[u8])) {
    let mut buffer = vec![0; 1 << 16];
    while let Ok(read @ 1..) = from.read(&mut buffer) {
        count(&buffer[..read]);
        if to.write_all(&buffer[..read]).is_err() {
            break;
        }
    }
    let _ = to.shutdown(Shutdown::Both);
}

/// Requests of HTTP in what is sent: heads, and bodies of the lengths that these tell (RFC 9112).
#[derive(Default)]
struct Requests {
    head: Vec<u8>,
    /// What is left of a body.
    body: u64,
}

impl Requests {
    /// How many begin in some bytes more.
    fn in_all(&mut self, mut bytes: &[u8]) -> u64 {
        let mut count = 0;
        while !bytes.is_empty() {
            if self.body > 0 {
                let skipped = usize::try_from(self.body).unwrap_or(usize::MAX).min(bytes.len());
                self.body -= skipped as u64;
                bytes = &bytes[skipped..];
                continue;
            }
            count += u64::from(self.head.is_empty());
            let before = self.head.len();
            self.head.extend_from_slice(bytes);
            let Some(end) = memchr::memmem::find(&self.head, b"\r\n\r\n") else { break };
            let head = String::from_utf8_lossy(&self.head[..end]).to_ascii_lowercase();
            let length = head.lines().find_map(|line| line.strip_prefix("content-length:"));
            self.body = length.and_then(|length| length.trim().parse().ok()).unwrap_or(0);
            self.head.clear();
            bytes = &bytes[end + 4 - before..];
        }
        count
    }
}
