//! What differs on Mosquitto: `docs/mosquitto.md`, where the live tests write it down, rendered at build time.

use std::sync::OnceLock;

use crate::language::Language;
use crate::words::{self, LANGUAGES, Reader, Shelf};

/// An exercise of which something differs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OnMosquitto {
    /// `None` for what holds in all of them.
    pub exercise: Option<&'static str>,
    /// As HTML: what Mosquitto does instead, where the exercise needs the broker in the tab.
    pub elsewhere: &'static str,
    pub differences: &'static [Deviation],
}

/// One thing that a broker sends and the other does not, or says otherwise.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Deviation {
    /// Who gets which packet, and how often: `2 × B ← PUBLISH`; the client alone for the end of its connection.
    pub what: &'static str,
    /// What stands in it, in the words of the specification; [`Deviation::NOTHING`] where nothing does.
    pub in_tab: &'static str,
    pub on_mosquitto: &'static str,
    /// Where the specification decides, or leaves the choice: `§3.3.4, [MQTT-3.3.4-9]`.
    pub sections: &'static str,
    /// As inline HTML.
    pub why: &'static str,
}

impl Deviation {
    pub const NOTHING: &str = "–";

    pub fn about(&self) -> About {
        let (times, what) = match self.what.split_once(" × ") {
            Some((times, what)) => (times.parse().ok(), what),
            None => (None, self.what),
        };
        match what.split_once(" ← ") {
            Some((client, packet)) => {
                About { times, client: client.chars().next(), packet: Some(packet) }
            }
            None if what.len() == 1 => About { times, client: what.chars().next(), packet: None },
            None => About { times, client: None, packet: Some(what) },
        }
    }

    pub fn sections(&self) -> impl Iterator<Item = &'static str> + use<> {
        self.sections.split(", ")
    }
}

/// What a [`Deviation`] is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct About {
    /// How often it is so, where it is more than once.
    pub times: Option<usize>,
    /// Its letter on the bench; `None` where it is so for all.
    pub client: Option<char>,
    /// `None` for the end of the client's connection.
    pub packet: Option<&'static str>,
}

/// Everything that differs, what holds in all exercises first; `None` while its shelf is not there.
pub fn on_mosquitto(language: Language) -> Option<&'static [OnMosquitto]> {
    static ALL: [OnceLock<Vec<OnMosquitto>>; LANGUAGES] = [const { OnceLock::new() }; LANGUAGES];
    let all = &ALL[language.index()];
    if all.get().is_none() {
        let mut shelf = words::read(Shelf::MOSQUITTO, language.index(), 0)?;
        let _ = all.set(shelf.list(read));
    }
    all.get().map(Vec::as_slice)
}

fn read(words: &mut Reader) -> OnMosquitto {
    OnMosquitto {
        exercise: Some(words.text()).filter(|exercise| *exercise != "*"),
        elsewhere: words.text(),
        differences: words.leaked_list(|words| Deviation {
            what: words.text(),
            in_tab: words.text(),
            on_mosquitto: words.text(),
            sections: words.text(),
            why: words.text(),
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_it_is_about_is_read_from_the_table() {
        for (what, times, client, packet) in [
            ("B ← PUBLISH", None, Some('B'), Some("PUBLISH")),
            ("4 × A ← CONNACK", Some(4), Some('A'), Some("CONNACK")),
            ("A", None, Some('A'), None),
            ("CONNACK", None, None, Some("CONNACK")),
        ] {
            let deviation =
                Deviation { what, in_tab: "", on_mosquitto: "", sections: "§3.3, [X]", why: "" };
            assert_eq!(deviation.about(), About { times, client, packet }, "{what}");
            assert!(deviation.sections().eq(["§3.3", "[X]"]));
        }
    }
}
