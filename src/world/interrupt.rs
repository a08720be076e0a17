//! The request to end, from the keyboard or from another program.

use std::future::poll_fn;
use std::io;
use std::task::Poll;

/// Status of a process that was ended from the keyboard.
const INTERRUPTED: i32 = 130;

/// Calls `asked` when the process is asked to end. Asked again, it ends at once: what it writes is
/// sound at any instant. Where signals can't be had, the system ends it at the first.
pub fn on_interrupt(asked: impl FnOnce() + Send + 'static) {
    std::thread::spawn(move || {
        let Ok(runtime) = tokio::runtime::Builder::new_current_thread().enable_io().build() else { return };
        let waited = runtime.block_on(async {
            let mut requests = Requests::new()?;
            requests.next().await;
            asked();
            requests.next().await;
            io::Result::Ok(())
        });
        if waited.is_ok() {
            std::process::exit(INTERRUPTED);
        }
    });
}

#[cfg(unix)]
struct Requests([tokio::signal::unix::Signal; 2]);

#[cfg(unix)]
impl Requests {
    fn new() -> io::Result<Self> {
        use tokio::signal::unix::{SignalKind, signal};
        Ok(Self([signal(SignalKind::interrupt())?, signal(SignalKind::terminate())?]))
    }

    async fn next(&mut self) {
        poll_fn(|context| {
            let any = self.0.iter_mut().any(|signal| signal.poll_recv(context).is_ready());
            if any { Poll::Ready(()) } else { Poll::Pending }
        })
        .await;
    }
}

#[cfg(windows)]
struct Requests(tokio::signal::windows::CtrlC);

#[cfg(windows)]
impl Requests {
    fn new() -> io::Result<Self> {
        tokio::signal::windows::ctrl_c().map(Self)
    }

    async fn next(&mut self) {
        poll_fn(|context| self.0.poll_recv(context)).await;
    }
}
