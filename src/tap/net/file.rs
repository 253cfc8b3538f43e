//! The pcapng file that grows.

use std::io::Write;
use std::path::Path;

use crate::capture::{Bounds, Capture};
use crate::formats::pcap::Writer;
use crate::tap::feed::Feed;
use crate::tap::protocol::{About, Happened, Hello, Item};

/// Each record is in the file as soon as it has been seen; what an analyser reads meanwhile is whole.
pub struct File {
    file: std::fs::File,
    writer: Writer,
    feed: Feed,
    /// What comes of one event; empty between two.
    capture: Capture,
}

impl File {
    /// # Errors
    ///
    /// Why it cannot be created.
    pub fn create(path: &Path, hello: &Hello) -> Result<File, String> {
        let wrong = |error: std::io::Error| format!("{}: {error}", path.display());
        let file = std::fs::File::create(path).map_err(wrong)?;
        // An event is written whole, however large it is.
        let bounds = Bounds { records: usize::MAX, bytes: usize::MAX };
        let (mut feed, mut capture) = (Feed::default(), Capture::new(bounds));
        feed.take(Item::Hello(hello.clone()), &mut capture);
        let writer = Writer::new(hello.began);
        let mut file = File { file, writer, feed, capture };
        file.write().map_err(wrong)?;
        Ok(file)
    }

    pub fn note(&mut self, about: Option<&About>, happened: &Happened) {
        if let Some(about) = about {
            self.feed.take(Item::About(about.clone()), &mut self.capture);
        }
        self.feed.take(Item::Happened(happened.clone()), &mut self.capture);
        for record in self.capture.records() {
            let identifier = self.capture.client_id(record.client).unwrap_or_default();
            self.writer.record(record, identifier, self.capture.touched(record.id));
        }
        self.capture.clear();
    }

    /// # Errors
    ///
    /// As when the disk is full.
    pub fn write(&mut self) -> std::io::Result<()> {
        self.writer.forget_closed();
        self.file.write_all(&self.writer.take())
    }
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;

    use super::*;
    use crate::formats::pcap;
    use crate::mqtt::{Connect, Packet, Properties, Property, Sender, encode};
    use crate::tap::protocol::{Event, FORMAT};

    #[test]
    fn a_large_packet_at_the_beginning_is_in_the_file_and_does_not_end_it() {
        let folder = tempfile::tempdir().expect("a folder can be made");
        let path = folder.path().join("tap.pcapng");
        let hello = Hello {
            format: FORMAT,
            run: "a".to_owned(),
            began: 1_000_000,
            to: "mqtt://broker:1883".to_owned(),
            secrets: false,
            faults: false,
            next: 0,
        };
        let mut file = File::create(&path, &hello).expect("it can be made");
        let about = About { connection: 1, peer: "127.0.0.1:9".to_owned(), ..About::default() };
        let packet = |bytes: &Bytes| {
            let bytes = bytes.clone();
            Event::Packet { sender: Sender::Client, touch: None, is_broken: false, bytes }
        };
        let word = "x".repeat(60_000);
        let properties = (0..40).map(|_| Property::user("k", &word)).collect();
        let connect = Connect { properties: Properties(properties), ..Connect::default() };
        let connect = encode(&Packet::Connect(Box::new(connect))).expect("it can be encoded");
        let ping = Bytes::from_static(&[0xC0, 0]);
        let passed = [Event::Opening, Event::Opened, packet(&connect), packet(&ping)];
        for (seq, event) in (0..).zip(passed) {
            let happened = Happened { seq, at: seq, connection: 1, event };
            file.note((seq == 0).then_some(&about), &happened);
        }
        file.write().expect("there is room");
        let loaded = pcap::read(&std::fs::read(&path).expect("it is there")).expect("it is read");
        let packets = loaded.capture.records().filter(|record| record.packet_type().is_some());
        let lengths: Vec<usize> = packets.map(|record| record.bytes().len()).collect();
        assert_eq!(lengths, [connect.len(), ping.len()]);
    }
}
