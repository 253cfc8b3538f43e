//! Plays what talks to a broker by itself over plain TCP: an idle Mosquitto serves its WebSocket listener seldom.

use std::collections::HashMap;
use std::env;
use std::io::{Read as _, Write as _};
use std::net::{Shutdown, TcpStream};
use std::sync::mpsc;
use std::thread;

use bytes::Bytes;
use mqtt5_playground::examine::Examination;
use mqtt5_playground::link::{LinkCommand, LinkEvent};
use mqtt5_playground::measure::Measurement;
use mqtt5_playground::mqtt::ConnectionId;
use mqtt5_playground::time::Instant;

/// What is played.
pub trait Played {
    fn is_over(&self) -> bool;
    fn next_command(&mut self) -> Option<LinkCommand>;
    fn next_timeout(&self) -> Option<Instant>;
    fn link_event(&mut self, connection: ConnectionId, event: LinkEvent, now: Instant);
    fn advance(&mut self, now: Instant);
}

macro_rules! played {
    ($($type:ty),*) => {$(
        impl Played for $type {
            fn is_over(&self) -> bool {
                <$type>::is_over(self)
            }

            fn next_command(&mut self) -> Option<LinkCommand> {
                <$type>::next_command(self)
            }

            fn next_timeout(&self) -> Option<Instant> {
                <$type>::next_timeout(self)
            }

            fn link_event(&mut self, connection: ConnectionId, event: LinkEvent, now: Instant) {
                <$type>::link_event(self, connection, event, now);
            }

            fn advance(&mut self, now: Instant) {
                <$type>::advance(self, now);
            }
        }
    )*};
}
played!(Examination, Measurement);

/// Plays what `begin` makes until it is over. The links are made here, to Mosquitto, wherever it says that they go; that of
/// the sending with the number `cut_at`, counted from 1, is cut before it.
pub fn play<P: Played>(begin: impl FnOnce(Instant) -> P, cut_at: Option<usize>) -> P {
    let url = env::var("MQTT_TCP_URL").expect("`cargo xtask test --live` sets it");
    let address = url.trim_start_matches("mqtt://");
    let began = std::time::Instant::now();
    let now = || Instant::START + began.elapsed();
    let (tell, told) = mpsc::channel();
    let mut links: HashMap<ConnectionId, TcpStream> = HashMap::new();
    let mut sendings = 0;
    let mut played = begin(now());
    loop {
        while let Some(command) = played.next_command() {
            match command {
                LinkCommand::Open { connection, .. } => {
                    let link = TcpStream::connect(address).expect("Mosquitto takes it");
                    link.set_nodelay(true).expect("it is a socket");
                    let reader = link.try_clone().expect("a socket can be shared");
                    links.insert(connection, link);
                    let tell = tell.clone();
                    thread::spawn(move || read(reader, connection, &tell));
                }
                LinkCommand::Send { connection, bytes } => {
                    let link = links.get_mut(&connection).expect("it was opened");
                    sendings += 1;
                    if Some(sendings) == cut_at {
                        let _ = link.shutdown(Shutdown::Both);
                    }
                    // It may be cut, or Mosquitto may have closed it.
                    let _ = link.write_all(&bytes);
                }
                LinkCommand::Close { connection } => {
                    let link = links.get_mut(&connection).expect("it was opened");
                    let _ = link.shutdown(Shutdown::Both);
                }
            }
        }
        if played.is_over() {
            return played;
        }
        let due = played.next_timeout().expect("what is not over waits for something");
        match told.recv_timeout(due.since(now())) {
            Ok((connection, event)) => played.link_event(connection, event, now()),
            Err(_) => played.advance(now()),
        }
    }
}

fn read(
    mut link: TcpStream,
    connection: ConnectionId,
    tell: &mpsc::Sender<(ConnectionId, LinkEvent)>,
) {
    // After the end nobody listens any more.
    let tell = |event| drop(tell.send((connection, event)));
    tell(LinkEvent::Opened);
    let mut buffer = [0; 4096];
    while let Ok(length @ 1..) = link.read(&mut buffer) {
        tell(LinkEvent::Bytes(Bytes::copy_from_slice(&buffer[..length])));
    }
    tell(LinkEvent::Closed { code: None, reason: String::new() });
}
