//! One deploy at a time changes a host. Where it can make a file only if there is none, two never hold the
//! latch at once; elsewhere each looks after a moment whether it is still the one that does.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::thread;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use parking_lot::{Mutex, MutexGuard};
use serde::{Deserialize, Serialize};

use crate::delivery::serving::notes_headers;
use crate::delivery::state::{lock, written};
use crate::world::clock;

use super::host::Host;
use super::site::Stop;

/// How long a latch holds that nobody renews: a deploy that was killed elsewhere keeps others out no longer.
const HOLDS: SignedDuration = SignedDuration::from_mins(10);

/// How old a latch is renewed.
const RENEW: Duration = Duration::from_secs(120);

/// One that nobody could renew for so long is looked at before anything more is done.
const STALE: SignedDuration = SignedDuration::from_mins(5);

/// After which time a host that cannot make a file only once gives what was written last.
const MOMENT: Duration = Duration::from_millis(500);

/// What the latch on a host says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Told {
    token: String,
    since: Timestamp,
    until: Timestamp,
}

/// A host in the hands of one deploy.
pub struct Latch<'h> {
    host: &'h dyn Host,
    told: Told,
    /// It has been seen that another holds it.
    is_lost: AtomicBool,
    /// When it was seen last that this one does, by the clock on the wall: machines sleep.
    seen: Mutex<Timestamp>,
}

/// Sees that no other deploy holds a host, but for one that is known to have ended.
pub fn see_free(host: &dyn Host, dead: &dyn Fn(&str) -> bool) -> Result<(), Stop> {
    let found = host.read(&lock())?;
    match found.and_then(|found| serde_json::from_slice::<Told>(&found).ok()) {
        Some(other) if other.until >= clock::now() && !dead(&other.token) => {
            Err(Stop::Busy { since: other.since, until: other.until })
        }
        _ => Ok(()),
    }
}

impl<'h> Latch<'h> {
    /// Takes a host. `dead` tells whether the deploy with a token is known to have ended.
    pub fn take(host: &'h dyn Host, token: &str, dead: &dyn Fn(&str) -> bool) -> Result<Self, Stop> {
        // One that is in the way and of no use any more, and one that came between.
        let mut is_certain = host.abilities().creates;
        for _ in 0..3 {
            let now = clock::now();
            let told = Told { token: token.to_owned(), since: now, until: now + HOLDS };
            if host.create(&lock(), &written(&told), &notes_headers())? {
                let (is_lost, seen) = (AtomicBool::new(false), Mutex::new(now));
                let latch = Self { host, told, is_lost, seen };
                if !is_certain {
                    thread::sleep(MOMENT);
                    latch.check()?;
                }
                return Ok(latch);
            }
            let Some(mut found) = host.read(&lock())? else { continue };
            if serde_json::from_slice::<Told>(&found).is_err() {
                // It may be half written.
                thread::sleep(MOMENT);
                found = host.read(&lock())?.unwrap_or_default();
            }
            match serde_json::from_slice::<Told>(&found) {
                Ok(other) if other.until >= now && !dead(&other.token) => {
                    return Err(Stop::Busy { since: other.since, until: other.until });
                }
                _ => {
                    // Another may have done so before, and have made its own in that very place.
                    is_certain = false;
                    host.remove(&lock())?;
                }
            }
        }
        let now = clock::now();
        Err(Stop::Busy { since: now, until: now + HOLDS })
    }

    /// Sees that it is still this deploy that holds the host.
    pub fn check(&self) -> Result<(), Stop> {
        let found = self.host.read(&lock())?;
        let found = found.and_then(|bytes| serde_json::from_slice::<Told>(&bytes).ok());
        match found {
            Some(found) if found.token == self.told.token => Ok(()),
            Some(other) => Err(Stop::Busy { since: other.since, until: other.until }),
            None => Err(Stop::Overtaken),
        }
    }

    /// Goes on holding the host while something is done.
    pub fn during<T>(&self, act: impl FnOnce() -> T) -> T {
        let (done, is_done) = channel::<()>();
        thread::scope(|scope| {
            scope.spawn(move || {
                while let Err(RecvTimeoutError::Timeout) = is_done.recv_timeout(RENEW) {
                    self.renew();
                }
            });
            let ended = act();
            drop(done);
            ended
        })
    }

    /// Holds it for longer. A line that is broken now may be whole when it matters.
    fn renew(&self) {
        let now = clock::now();
        match self.check() {
            Ok(()) => {
                let told = Told { until: now + HOLDS, ..self.told.clone() };
                if self.host.write(&lock(), &written(&told), &notes_headers()).is_ok() {
                    *self.seen() = now;
                }
            }
            Err(Stop::Host(_)) => {}
            Err(_) => self.is_lost.store(true, Ordering::Relaxed),
        }
    }

    fn seen(&self) -> MutexGuard<'_, Timestamp> {
        self.seen.lock()
    }

    /// Stops whoever goes on although another holds the host, or may hold it by now.
    pub fn see_held(&self) -> Result<(), Stop> {
        let is_old = |seen: Timestamp| clock::now().duration_since(seen) > STALE;
        let is_stale = is_old(*self.seen());
        if is_stale {
            self.renew();
        }
        let is_lost = self.is_lost.load(Ordering::Relaxed) || is_old(*self.seen());
        if is_lost { Err(Stop::Overtaken) } else { Ok(()) }
    }
}

impl Drop for Latch<'_> {
    fn drop(&mut self) {
        // What stays is of no use after a while, and to the next deploy from here at once.
        if self.check().is_ok() {
            let _ = self.host.remove(&lock());
        }
    }
}
