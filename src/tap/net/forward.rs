//! Carries the bytes of each connection, both ways.

use std::collections::VecDeque;
use std::io;
use std::ops::ControlFlow;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use bytes::Bytes;
use tokio::net::{TcpListener, TcpStream};
use tokio::time::{Instant, sleep_until};
use tokio_tungstenite::tungstenite::protocol::CloseFrame;

use super::queue::Telling;
use super::transport::{self, Chunk, Reader, Writer};
use super::{Shared, next_connection, words};
use crate::capture::Touch;
use crate::mqtt::Sender;
use crate::tap::faults::{Part, Way};
use crate::tap::recorder::Passed;

/// Takes applications in, for as long as the tap runs.
pub async fn accept(listener: TcpListener, name: String, is_web: bool, shared: Arc<Shared>) {
    loop {
        let (stream, peer) = next_connection(&listener).await;
        let (peer, name) = (transport::peer_name(peer), name.clone());
        tokio::spawn(serve(stream, peer, name, is_web, shared.clone()));
    }
}

async fn serve(
    stream: TcpStream,
    peer: String,
    listener: String,
    is_web: bool,
    shared: Arc<Shared>,
) {
    let connection = shared.number_connection();
    let tell = |passed| shared.queue.tell(shared.now(), connection, passed);
    tell(Passed::Opening { peer, listener });
    let closed = |by, touch, reason| Passed::Closed { by, touch, reason };
    let accepted = transport::accept(stream, is_web).await;
    let (mut from_application, mut to_application, subprotocol) = match accepted {
        Ok(halves) => halves,
        Err(error) => return tell(closed(None, None, format!("no WebSocket: {error}"))),
    };
    let wanted = shared.broker.subprotocol(subprotocol.as_deref());
    let (mut from_broker, mut to_broker) = match shared.broker.connect(wanted).await {
        Ok(halves) => halves,
        Err(error) => {
            let reason = format!("the broker cannot be reached: {error}");
            let frame = CloseFrame { code: 1014.into(), reason: reason.clone().into() };
            // It may have gone.
            let _ = to_application.end(Some(frame)).await;
            return tell(closed(None, None, reason));
        }
    };
    tell(Passed::Opened);
    if let Some(mut desk) = shared.desk() {
        desk.opened(connection);
    }
    let first_end = OnceLock::new();
    let pass = |sender| Pass {
        telling: Telling::new(shared.queue.clone(), connection, sender),
        way: shared.desk.is_some().then(|| Way::new(connection, sender)),
        shared: &shared,
        connection,
        sender,
        first_end: &first_end,
    };
    let (mut up, mut down) = (pass(Sender::Client), pass(Sender::Server));
    let outcome = tokio::select! {
        both = async {
            tokio::try_join!(
                up.carry(&mut from_application, &mut to_broker),
                down.carry(&mut from_broker, &mut to_application),
            )
        } => Some(both),
        () = cut(&shared, connection) => None,
    };
    up.telling.end(shared.now());
    down.telling.end(shared.now());
    if let Some(mut desk) = shared.desk() {
        for (sender, bytes) in desk.closed(connection) {
            tell(Passed::Touched { sender, bytes, touch: Touch::Dropped });
        }
    }
    tell(match outcome {
        None => closed(None, Some(Touch::Cut), "cut by the tap".to_owned()),
        Some(Ok(_)) => closed(first_end.get().copied(), None, String::new()),
        Some(Err((side, error))) => {
            closed(Some(*first_end.get_or_init(|| side)), None, words(&error))
        }
    });
}

/// Resolves when an observer wants the connection to end.
async fn cut(shared: &Shared, connection: u32) {
    if shared.desk.is_none() {
        return std::future::pending().await;
    }
    loop {
        let commanded = shared.commanded.notified();
        if shared.desk().is_some_and(|desk| desk.is_cut(connection)) {
            return;
        }
        commanded.await;
    }
}

/// One direction.
struct Pass<'a> {
    telling: Telling,
    /// There only where faults are allowed.
    way: Option<Way>,
    shared: &'a Shared,
    connection: u32,
    sender: Sender,
    /// The side that has ended first.
    first_end: &'a OnceLock<Sender>,
}

/// Which side failed, and how.
type Failed = (Sender, io::Error);

impl Pass<'_> {
    /// Until the side that sends has ended. The other side is told so, and may go on sending itself.
    async fn carry(&mut self, reader: &mut Reader, writer: &mut Writer) -> Result<(), Failed> {
        let (sender, receiver) = (self.sender, self.sender.other());
        let read = |error| (sender, error);
        let wrote = |error| (receiver, error);
        let frame = match self.way.is_some() {
            true => self.carry_through_desk(reader, writer).await?,
            false => loop {
                match reader.next().await.map_err(read)? {
                    Chunk::Bytes(bytes) => self.on(bytes, None, writer).await.map_err(wrote)?,
                    Chunk::Text(text) => self.text(text, writer).await.map_err(wrote)?,
                    Chunk::End(frame) => break frame,
                }
            },
        };
        // Only the first of the two counts.
        let _ = self.first_end.set(sender);
        // It may have ended too, and be gone.
        let _ = writer.end(frame).await;
        Ok(())
    }

    /// The bytes go on first, and are told then.
    async fn on(
        &mut self,
        bytes: Bytes,
        touch: Option<Touch>,
        writer: &mut Writer,
    ) -> io::Result<()> {
        let Pass { telling, shared, .. } = self;
        writer.write(bytes, &mut |bytes| telling.bytes(shared.now(), bytes, touch)).await
    }

    async fn text(&mut self, text: String, writer: &mut Writer) -> io::Result<()> {
        let length = u32::try_from(text.len()).unwrap_or(u32::MAX);
        let sent = writer.text(text).await;
        self.shared.queue.tell(self.shared.now(), self.connection, Passed::Text { length });
        sent
    }

    /// The same where an observer may do something to the packets.
    async fn carry_through_desk(
        &mut self,
        reader: &mut Reader,
        writer: &mut Writer,
    ) -> Result<Option<CloseFrame>, Failed> {
        let (sender, receiver) = (self.sender, self.sender.other());
        let read = |error| (sender, error);
        let wrote = |error| (receiver, error);
        let shared = self.shared;
        // What is late, and when it is due.
        let mut late: VecDeque<(Instant, Chunk)> = VecDeque::new();
        let (mut waiting, mut was_paused) = (0, false);
        loop {
            // From here on none is missed.
            let commanded = shared.commanded.notified();
            let (is_paused, parts) = match (shared.desk(), &mut self.way) {
                (Some(mut desk), Some(way)) => match desk.is_paused(self.connection) {
                    true => (true, Vec::new()),
                    false => (false, way.idle(&mut desk)),
                },
                _ => (false, Vec::new()),
            };
            self.send(parts, None, writer).await.map_err(wrote)?;
            was_paused |= is_paused;
            let due = late.front().map(|(due, _)| *due);
            tokio::select! {
                // A command comes before what arrived with it.
                biased;
                () = commanded => {}
                () = sleep_until(due.unwrap_or_else(Instant::now)), if due.is_some() && !is_paused => {
                    let Some((_, chunk)) = late.pop_front() else { continue };
                    if let Chunk::Bytes(bytes) = &chunk {
                        waiting -= bytes.len();
                    }
                    let passed = self.through(chunk, Some(Touch::Delayed), writer).await;
                    if let ControlFlow::Break(frame) = passed.map_err(wrote)? {
                        return Ok(frame);
                    }
                }
                chunk = reader.next(), if !is_paused && waiting < MOST_LATE && !ends(&late) => {
                    let chunk = chunk.map_err(read)?;
                    // A command may have come while it was awaited.
                    let (is_paused, delay) = self.held_up();
                    if late.is_empty() && delay.is_none() && !is_paused {
                        let touch = std::mem::take(&mut was_paused).then_some(Touch::Delayed);
                        let passed = self.through(chunk, touch, writer).await.map_err(wrote)?;
                        if let ControlFlow::Break(frame) = passed {
                            return Ok(frame);
                        }
                    } else {
                        if let Chunk::Bytes(bytes) = &chunk {
                            waiting += bytes.len();
                        }
                        // What comes later is never earlier there.
                        let wanted = Instant::now() + delay.unwrap_or_default();
                        let due = late.back().map_or(wanted, |(due, _)| wanted.max(*due));
                        late.push_back((due, chunk));
                    }
                }
            }
        }
    }

    /// Whether the connection is paused at this moment, and by how much it is delayed.
    fn held_up(&self) -> (bool, Option<Duration>) {
        self.shared.desk().map_or((false, None), |desk| {
            (desk.is_paused(self.connection), desk.delay(self.connection))
        })
    }

    /// Carries one chunk out; tells how the side ended where it did.
    async fn through(
        &mut self,
        chunk: Chunk,
        touch: Option<Touch>,
        writer: &mut Writer,
    ) -> io::Result<ControlFlow<Option<CloseFrame>>> {
        let parts = match chunk {
            Chunk::Bytes(bytes) => match (self.shared.desk(), &mut self.way) {
                (Some(mut desk), Some(way)) => way.pass(bytes, &mut desk),
                _ => vec![Part::On(bytes)],
            },
            Chunk::Text(text) => {
                self.text(text, writer).await?;
                return Ok(ControlFlow::Continue(()));
            }
            Chunk::End(frame) => {
                let rest = self.way.as_mut().and_then(Way::end);
                self.send(rest.map(Part::On).into_iter().collect(), touch, writer).await?;
                return Ok(ControlFlow::Break(frame));
            }
        };
        self.send(parts, touch, writer).await?;
        Ok(ControlFlow::Continue(()))
    }

    async fn send(
        &mut self,
        parts: Vec<Part>,
        touch: Option<Touch>,
        writer: &mut Writer,
    ) -> io::Result<()> {
        let is_news = parts.iter().any(|part| !matches!(part, Part::On(_)));
        for part in parts {
            match part {
                Part::On(bytes) => self.on(bytes, touch, writer).await?,
                Part::Touched(bytes, touch) => {
                    if touch != Touch::Dropped {
                        writer.write(bytes.clone(), &mut drop).await?;
                    }
                    self.telling.touched(self.shared.now(), bytes, touch);
                }
                Part::Off => {}
            }
        }
        if is_news {
            self.shared.news.notify_waiters();
        }
        Ok(())
    }
}

/// Whether the side has ended behind what is late.
fn ends(late: &VecDeque<(Instant, Chunk)>) -> bool {
    matches!(late.back(), Some((_, Chunk::End(_))))
}

/// Bytes that may be late at once; behind them the sender waits, as on any slow connection.
const MOST_LATE: usize = 1 << 20;
