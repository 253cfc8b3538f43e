//! What differs on Mosquitto: `docs/mosquitto.md`, where the live tests write it down.

use crate::language::Language;
use crate::words::mosquitto;

pub use crate::words::{About, Deviation, OnMosquitto};

/// Everything that differs, what holds in all exercises first; `None` while its bundle is not there.
pub fn on_mosquitto(language: Language) -> Option<&'static [OnMosquitto]> {
    Some(&mosquitto(language)?.exercises)
}
