//! The pcapng file that grows.

use std::io::Write;
use std::path::Path;

use crate::capture::{Bounds, Capture, RecordId};
use crate::formats::pcap::Writer;
use crate::tap::feed::Feed;
use crate::tap::protocol::{About, Happened, Hello, Item};

/// Each record is in the file as soon as it has been seen; what an analyser reads meanwhile is whole.
pub struct File {
    file: std::fs::File,
    writer: Writer,
    feed: Feed,
    /// The latest records only.
    capture: Capture,
    written: RecordId,
}

impl File {
    /// # Errors
    ///
    /// Why it cannot be created.
    pub fn create(path: &Path, hello: &Hello) -> Result<File, String> {
        let wrong = |error: std::io::Error| format!("{}: {error}", path.display());
        let file = std::fs::File::create(path).map_err(wrong)?;
        let (mut feed, mut capture) =
            (Feed::default(), Capture::new(Bounds { records: 64, bytes: 1 << 20 }));
        feed.take(Item::Hello(hello.clone()), &mut capture);
        let writer = Writer::new(hello.began);
        let mut file = File { file, writer, feed, capture, written: RecordId(0) };
        file.write().map_err(wrong)?;
        Ok(file)
    }

    pub fn note(&mut self, about: Option<&About>, happened: &Happened) {
        if let Some(about) = about {
            self.feed.take(Item::About(about.clone()), &mut self.capture);
        }
        self.feed.take(Item::Happened(happened.clone()), &mut self.capture);
        while let Some(record) = self.capture.get(self.written) {
            let identifier = self.capture.client_id(record.client).unwrap_or_default();
            self.writer.record(record, identifier, self.capture.touched(record.id));
            self.written = RecordId(self.written.0 + 1);
        }
    }

    /// # Errors
    ///
    /// As when the disk is full.
    pub fn write(&mut self) -> std::io::Result<()> {
        self.writer.forget_closed();
        self.file.write_all(&self.writer.take())
    }
}
