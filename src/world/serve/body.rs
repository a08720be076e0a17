//! Bodies of answers: bytes, the part of a file, a stream of events.

use std::convert::Infallible;
use std::fs::File;
use std::io::{Read, Seek, SeekFrom};
use std::pin::Pin;
use std::task::{Context, Poll};

use hyper::body::{Body, Bytes, Frame, SizeHint};
use tokio::sync::mpsc::{Receiver, channel};

/// Bytes of a file that are in memory at once.
const PIECE: usize = 64 * 1024;

pub enum Answer {
    Bytes(Option<Bytes>),
    Stream(Receiver<Bytes>),
}

impl Answer {
    pub fn empty() -> Self {
        Self::Bytes(None)
    }

    /// So many bytes of a file. Where it has fewer by now, the connection ends early.
    pub fn file(mut file: File, from: u64, length: u64) -> Self {
        let (sender, receiver) = channel(2);
        tokio::task::spawn_blocking(move || {
            if file.seek(SeekFrom::Start(from)).is_err() {
                return;
            }
            let mut rest = file.take(length);
            loop {
                let mut piece = vec![0; PIECE];
                match rest.read(&mut piece) {
                    Ok(read) if read > 0 => piece.truncate(read),
                    _ => return,
                }
                if sender.blocking_send(piece.into()).is_err() {
                    return;
                }
            }
        });
        Self::Stream(receiver)
    }
}

impl Body for Answer {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        let next = match self.get_mut() {
            Self::Bytes(bytes) => bytes.take(),
            Self::Stream(stream) => match stream.poll_recv(context) {
                Poll::Ready(next) => next,
                Poll::Pending => return Poll::Pending,
            },
        };
        Poll::Ready(next.map(|bytes| Ok(Frame::data(bytes))))
    }

    fn is_end_stream(&self) -> bool {
        matches!(self, Self::Bytes(None))
    }

    fn size_hint(&self) -> SizeHint {
        match self {
            Self::Bytes(bytes) => SizeHint::with_exact(bytes.as_ref().map_or(0, |bytes| bytes.len() as u64)),
            Self::Stream(_) => SizeHint::default(),
        }
    }
}

/// What a request asks of something of this length.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    Whole,
    /// From the first byte to the last, both included.
    Range(u64, u64),
    Beyond,
}

/// Reads a `Range`. One range is understood; whatever else is asked for gets the whole.
pub fn part(range: Option<&str>, length: u64) -> Part {
    let number = |text: &str| {
        (!text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit()))
            .then(|| text.parse().unwrap_or(u64::MAX))
    };
    let Some((first, last)) = range.and_then(|range| range.strip_prefix("bytes=")?.split_once('-')) else {
        return Part::Whole;
    };
    match (number(first), number(last)) {
        (None, Some(0)) if first.is_empty() => Part::Beyond,
        (None, Some(_)) if first.is_empty() && length == 0 => Part::Beyond,
        (None, Some(count)) if first.is_empty() => Part::Range(length.saturating_sub(count), length - 1),
        (Some(from), Some(to)) if from > to => Part::Whole,
        (Some(from), _) if (last.is_empty() || number(last).is_some()) && from >= length => Part::Beyond,
        (Some(from), None) if last.is_empty() => Part::Range(from, length - 1),
        (Some(from), Some(to)) => Part::Range(from, to.min(length - 1)),
        _ => Part::Whole,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_range_is_understood() {
        for (asked, expected) in [
            ("bytes=0-0", Part::Range(0, 0)),
            ("bytes=2-", Part::Range(2, 9)),
            ("bytes=-3", Part::Range(7, 9)),
            ("bytes=-30", Part::Range(0, 9)),
            ("bytes=4-99999999999999999999999", Part::Range(4, 9)),
            ("bytes=10-", Part::Beyond),
            ("bytes=99-100", Part::Beyond),
            ("bytes=-0", Part::Beyond),
            ("bytes=5-4", Part::Whole),
            ("bytes=0-1,3-4", Part::Whole),
            ("bytes=-", Part::Whole),
            ("bytes=a-b", Part::Whole),
            ("bytes= 1-2", Part::Whole),
            ("lines=1-2", Part::Whole),
        ] {
            assert_eq!(part(Some(asked), 10), expected, "{asked}");
        }
        assert_eq!(part(Some("bytes=0-"), 0), Part::Beyond);
        assert_eq!(part(None, 0), Part::Whole);
    }
}
