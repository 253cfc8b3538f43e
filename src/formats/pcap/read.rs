//! Files → records.

use super::BROKER;
use super::connections::Connections;
use super::frames::{Segments, segments};
use super::stream::Stream;
use crate::capture::Capture;
use crate::formats::clock::{LAST, MOST};
use crate::formats::file::BOUNDS;
use crate::formats::{LoadError, Loaded, NotRead};
use crate::mqtt::ConnectionId;
use crate::time::Instant;

/// Reads the MQTT connections of a pcap or pcapng file; everything else in it is passed over.
///
/// Times count from the first segment of MQTT. Connections with one Client Identifier are one client.
pub fn read(bytes: &[u8]) -> Result<Loaded, LoadError> {
    let Segments { tcp, frames, stopped_at } = segments(bytes)?;
    // What a connection carries shows later than its beginning: so first all of them are looked at.
    let connections = Connections::of(&tcp);
    let skipped = connections.skipped();
    let mut of = vec![None; tcp.len()];
    for (number, connection) in connections.all.iter().enumerate() {
        if connection.is_read() {
            for (index, at) in &connection.segments {
                of[*index] = Some((number, *at));
            }
        }
    }
    let mut read =
        tcp.iter().zip(&of).filter_map(|(segment, of)| Some((segment, (*of)?))).peekable();
    let Some((first, _)) = read.peek() else {
        return Err(LoadError::NoMqtt { packets: frames, skipped });
    };
    let began = first.at;
    let slots = connections.slots();
    let mut capture = Capture::new(BOUNDS);
    // A later one comes from a damaged file.
    capture.set_began(Some(began).filter(|began| *began <= MOST));
    let mut streams: Vec<Option<Stream<'_>>> = connections.all.iter().map(|_| None).collect();
    let mut count = 0;
    let mut now = Instant::START;
    for (segment, (number, at)) in read {
        let connection = &connections.all[number];
        let stream = streams[number].get_or_insert_with(|| {
            count += 1;
            let (client, server) = (connection.ends[0], connection.ends[1]);
            // The addresses in our own files are made up.
            if server.ip() != BROKER {
                capture.set_peer(ConnectionId(count), slots[number], client.to_string());
            }
            let borders = connection.borders(&tcp);
            Stream::new(connection, slots[number], ConnectionId(count), borders)
        });
        // Interfaces may disagree on the time, but a capture goes forward.
        now = now.max(Instant::from_micros(segment.at.saturating_sub(began))).min(LAST);
        stream.segment(&mut capture, now, connection, segment, at);
    }
    let mut not_read = NotRead { skipped, stopped_at, ..NotRead::default() };
    for stream in streams.iter_mut().flatten() {
        let (missing, unread) = stream.finish(&mut capture, now);
        not_read.missing += missing;
        not_read.unread += unread;
    }
    if capture.is_empty() {
        return Err(LoadError::NoMqtt { packets: frames, skipped });
    }
    not_read.dropped = capture.dropped();
    capture.settle_versions();
    Ok(Loaded { capture, not_read })
}
