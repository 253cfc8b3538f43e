//! What the carrying thread tells the other, in bounded memory and without ever waiting.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};

use bytes::Bytes;
use tokio::sync::mpsc;

use crate::capture::Touch;
use crate::mqtt::Sender;
use crate::tap::boundary::Boundaries;
use crate::tap::recorder::Passed;

/// Bytes that may wait.
const MOST: usize = 64 << 20;

/// What one message takes beside its bytes.
const EACH: usize = 128;

pub type Tiding = (u64, u32, Passed);

#[derive(Clone)]
pub struct Queue {
    sender: mpsc::UnboundedSender<Tiding>,
    waiting: Arc<AtomicUsize>,
    missed: Arc<AtomicU64>,
}

/// The other end.
pub struct Tidings {
    receiver: mpsc::UnboundedReceiver<Tiding>,
    first: Option<Tiding>,
    waiting: Arc<AtomicUsize>,
}

pub fn queue() -> (Queue, Tidings) {
    let (sender, receiver) = mpsc::unbounded_channel();
    let waiting = Arc::new(AtomicUsize::new(0));
    let queue = Queue { sender, waiting: waiting.clone(), missed: Arc::default() };
    (queue, Tidings { receiver, first: None, waiting })
}

impl Queue {
    /// Tells what has no size of its own; there are few of these.
    pub fn tell(&self, at: u64, connection: u32, passed: Passed) {
        self.waiting.fetch_add(weight(&passed), Ordering::Relaxed);
        // The other thread ends only with the process.
        let _ = self.sender.send((at, connection, passed));
    }

    fn has_room(&self) -> bool {
        self.waiting.load(Ordering::Relaxed) < MOST
    }

    /// How many bytes could not be told.
    pub fn missed(&self) -> u64 {
        self.missed.load(Ordering::Relaxed)
    }
}

impl Tidings {
    /// Waits until there is something; `false` when nothing more can come.
    pub async fn wait(&mut self) -> bool {
        if self.first.is_none() {
            self.first = self.receiver.recv().await;
        }
        self.first.is_some()
    }

    /// The next one that is there already.
    pub fn next(&mut self) -> Option<Tiding> {
        let next = self.first.take().or_else(|| self.receiver.try_recv().ok())?;
        self.waiting.fetch_sub(weight(&next.2), Ordering::Relaxed);
        Some(next)
    }
}

fn weight(passed: &Passed) -> usize {
    EACH + match passed {
        Passed::Bytes { bytes, .. } | Passed::Touched { bytes, .. } => bytes.len(),
        _ => 0,
    }
}

/// Tells about one direction of a connection. What there is no room for is left out up to the end of a packet, so that
/// the next one can be read.
pub struct Telling {
    queue: Queue,
    connection: u32,
    sender: Sender,
    boundaries: Boundaries,
    missing: u64,
}

impl Telling {
    pub fn new(queue: Queue, connection: u32, sender: Sender) -> Telling {
        Telling { queue, connection, sender, boundaries: Boundaries::default(), missing: 0 }
    }

    pub fn bytes(&mut self, at: u64, mut bytes: Bytes, touch: Option<Touch>) {
        if !self.queue.has_room() {
            self.boundaries.skip(&bytes);
            return self.miss(bytes.len());
        }
        if self.missing > 0 && !self.boundaries.is_between() {
            let rest = self.boundaries.next(&bytes);
            self.miss(rest);
            bytes = bytes.slice(rest..);
        }
        if self.missing > 0 {
            if !self.boundaries.is_between() {
                return;
            }
            self.tell_missing(at);
        }
        if !bytes.is_empty() {
            self.boundaries.skip(&bytes);
            self.queue.tell(
                at,
                self.connection,
                Passed::Bytes { sender: self.sender, bytes, touch },
            );
        }
    }

    /// A whole packet, between two others.
    pub fn touched(&mut self, at: u64, bytes: Bytes, touch: Touch) {
        match self.missing > 0 || !self.queue.has_room() {
            true => self.miss(bytes.len()),
            false => self.queue.tell(
                at,
                self.connection,
                Passed::Touched { sender: self.sender, bytes, touch },
            ),
        }
    }

    /// The connection has ended.
    pub fn end(&mut self, at: u64) {
        if self.missing > 0 {
            self.tell_missing(at);
        }
    }

    fn miss(&mut self, length: usize) {
        self.missing += length as u64;
        self.queue.missed.fetch_add(length as u64, Ordering::Relaxed);
    }

    fn tell_missing(&mut self, at: u64) {
        let missing = std::mem::take(&mut self.missing);
        self.queue.tell(at, self.connection, Passed::Missing { sender: self.sender, missing });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PING: &[u8] = &[0xC0, 0];

    fn told(tidings: &mut Tidings) -> Vec<Passed> {
        std::iter::from_fn(|| tidings.next().map(|(_, _, passed)| passed)).collect()
    }

    #[test]
    fn nothing_waits_and_what_is_left_out_ends_with_a_packet() {
        let (queue, mut tidings) = queue();
        let mut telling = Telling::new(queue.clone(), 1, Sender::Client);
        let mut tell = |bytes: &[u8]| telling.bytes(0, Bytes::copy_from_slice(bytes), None);
        tell(PING);
        assert_eq!(told(&mut tidings).len(), 1);
        // No room for as long as this waits.
        queue.waiting.fetch_add(MOST, Ordering::Relaxed);
        tell(&[PING, &[0xC0]].concat());
        assert_eq!(told(&mut tidings), []);
        queue.waiting.fetch_sub(MOST, Ordering::Relaxed);
        tell(&[&[0][..], PING].concat());
        let ping =
            Passed::Bytes { sender: Sender::Client, bytes: Bytes::from_static(PING), touch: None };
        let missing = Passed::Missing { sender: Sender::Client, missing: 4 };
        assert_eq!(told(&mut tidings), [missing, ping]);
        assert_eq!(queue.missed(), 4);
        assert_eq!(queue.waiting.load(Ordering::Relaxed), 0);
    }
}
