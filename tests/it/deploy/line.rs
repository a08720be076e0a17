//! The line to a server, which carries all that is said and can be cut after any byte of it.

use std::io::{ErrorKind, Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

use socket2::SockRef;

/// What becomes of a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cut {
    /// It ends, and nobody answers after that.
    Close,
    /// The same with a reset.
    Reset,
    /// It ends in the midst of what was said.
    Half,
    /// Nothing comes any more, and nothing ends.
    Stall,
    /// Nothing comes any more until whoever speaks is killed.
    Kill,
}

#[derive(Default)]
struct State {
    carried: AtomicU64,
    /// After so many bytes, if at all, and how.
    at: Mutex<Option<(u64, Cut)>>,
    /// What has become of it.
    cut: Mutex<Option<Cut>>,
    /// Connections of before have ended.
    age: AtomicU64,
    ended: AtomicBool,
}

pub struct Line {
    pub port: u16,
    state: Arc<State>,
}

impl Drop for Line {
    fn drop(&mut self) {
        self.state.ended.store(true, Ordering::Relaxed);
        self.state.age.fetch_add(1, Ordering::Relaxed);
    }
}

impl Line {
    /// A line to a port of this machine.
    pub fn to(port: u16) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let line = Self { port: listener.local_addr().unwrap().port(), state: Arc::default() };
        let state = line.state.clone();
        listener.set_nonblocking(true).unwrap();
        thread::spawn(move || {
            while !state.ended.load(Ordering::Relaxed) {
                match listener.accept() {
                    Ok((near, _)) => {
                        // One that is cut takes nobody.
                        if state.cut().is_some_and(|cut| !matches!(cut, Cut::Stall | Cut::Kill)) {
                            continue;
                        }
                        near.set_nonblocking(false).unwrap();
                        let Ok(far) = TcpStream::connect(("127.0.0.1", port)) else { continue };
                        let (near, far) = (Arc::new(near), Arc::new(far));
                        let (state, other) = (state.clone(), state.clone());
                        let (back, forth) = (near.clone(), far.clone());
                        thread::spawn(move || carry(&near, &far, &state));
                        thread::spawn(move || carry(&forth, &back, &other));
                    }
                    Err(_) => thread::sleep(Duration::from_millis(1)),
                }
            }
        });
        line
    }

    /// Bytes that were carried since it was mended last.
    pub fn carried(&self) -> u64 {
        self.state.carried.load(Ordering::Relaxed)
    }

    pub fn cut_after(&self, bytes: u64, how: Cut) {
        *self.state.at.lock().unwrap() = Some((self.carried() + bytes, how));
    }

    /// What has become of it, if anything has.
    pub fn was_cut(&self) -> Option<Cut> {
        self.state.cut()
    }

    /// Ends what is left of before and carries again.
    pub fn mend(&self) {
        *self.state.at.lock().unwrap() = None;
        self.state.age.fetch_add(1, Ordering::Relaxed);
        *self.state.cut.lock().unwrap() = None;
        self.state.carried.store(0, Ordering::Relaxed);
    }
}

impl State {
    fn cut(&self) -> Option<Cut> {
        *self.cut.lock().unwrap()
    }

    /// How many of some more bytes are carried. The line is cut after them if they are fewer.
    fn take(&self, count: usize) -> usize {
        let before = self.carried.fetch_add(count as u64, Ordering::Relaxed);
        let mut at = self.at.lock().unwrap();
        let Some((end, how)) = *at else { return count };
        if before + (count as u64) < end {
            return count;
        }
        *at = None;
        *self.cut.lock().unwrap() = Some(how);
        let rest = usize::try_from(end.saturating_sub(before)).unwrap_or(count).min(count);
        if how == Cut::Half { rest } else { 0 }
    }
}

fn carry(from: &Arc<TcpStream>, to: &Arc<TcpStream>, state: &State) {
    let age = state.age.load(Ordering::Relaxed);
    from.set_read_timeout(Some(Duration::from_millis(10))).unwrap();
    let mut buffer = vec![0; 1 << 14];
    loop {
        if state.age.load(Ordering::Relaxed) != age {
            let _ = to.shutdown(Shutdown::Both);
            return;
        }
        match state.cut() {
            None => {}
            Some(Cut::Stall | Cut::Kill) => {
                thread::sleep(Duration::from_millis(5));
                continue;
            }
            Some(Cut::Reset) => {
                // Sent when the last who holds it lets go.
                let _ = SockRef::from(&**from).set_linger(Some(Duration::ZERO));
                return;
            }
            Some(_) => {
                let _ = to.shutdown(Shutdown::Both);
                return;
            }
        }
        match (&**from).read(&mut buffer) {
            Ok(0) => {
                let _ = to.shutdown(Shutdown::Write);
                return;
            }
            Ok(count) => {
                let count = state.take(count);
                if (&**to).write_all(&buffer[..count]).is_err() {
                    return;
                }
            }
            Err(error) if matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut) => {}
            Err(_) => {
                let _ = to.shutdown(Shutdown::Both);
                return;
            }
        }
    }
}
