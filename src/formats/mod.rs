//! Captures written and read: JSON, pcap and pcapng, text, and the letters of a link.

pub mod clock;
mod file;
mod gzip;
pub mod json;
pub mod pcap;
pub mod secrets;
pub mod share;
mod text;

pub use file::{LoadError, Loaded, MAX_FILE, NotRead, Skipped, Wrong, read_file};
pub use text::records_to_text;
