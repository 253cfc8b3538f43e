//! "Do this elsewhere": what was done on the bench, as commands and code for other MQTT clients.
//!
//! A [`Task`] is one connection and one packet on it. Each file here is the fixed template of one tool; texts
//! and bytes are written as that tool's language quotes them. What a tool cannot say is not left out
//! silently: a comment says so. Knows nothing of the page.

mod hivemq;
mod mosquitto;
mod mqtt_js;
mod note;
mod paho;
mod paho_go;
mod place;
mod quote;
mod rumqttc;

pub use quote::is_shown;

use crate::language::Language;
use crate::link::Target;
use crate::mqtt::{Connect, Packet, Properties, Property, PropertyId};

use mosquitto::Shell;
use note::Note;
use place::Place;

/// A connection, and what is done on it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Task {
    connect: Connect,
    action: Packet,
}

impl Task {
    /// `connect` opens the connection that `action` needs; where the action is CONNECT itself, it does not
    /// count. `None` for packets that a program does not send of its own will.
    pub fn new(connect: Connect, action: Packet) -> Option<Task> {
        match action {
            Packet::Connect(connect) => {
                Some(Task { connect: (*connect).clone(), action: Packet::Connect(connect) })
            }
            // Only a Server puts Subscription Identifiers into PUBLISH [MQTT-3.3.4-6].
            Packet::Publish(mut publish) => {
                let from_server = |p: &Property| p.id() == PropertyId::SubscriptionIdentifier;
                publish.properties.0.retain(|property| !from_server(property));
                Some(Task { connect, action: Packet::Publish(publish) })
            }
            Packet::Subscribe(_) | Packet::Unsubscribe(_) | Packet::Disconnect(_) => {
                Some(Task { connect, action })
            }
            _ => None,
        }
    }

    /// The same with a Client Identifier that leaves the client on the bench its connection: of two with the same
    /// the Server closes the older one [MQTT-3.1.4-3]. Where a Session is to be continued it stays, since the
    /// Session belongs to it; a PUBLISH needs none.
    fn beside_the_bench(&self, notes: &mut Notes) -> Task {
        let mut task = self.clone();
        let id = &mut task.connect.client_id;
        if id.is_empty() {
            return task;
        }
        let needs_session = !task.connect.clean_start && !matches!(task.action, Packet::Publish(_));
        let fits = id.len() + OTHER_CLIENT.len() <= usize::from(u16::MAX);
        if fits && !needs_session {
            *id += OTHER_CLIENT;
            notes.add(Note::OtherClientIdentifier);
        } else {
            notes.add(Note::TakesOver);
        }
        task
    }
}

/// What the Client Identifier in the code has more than that of the bench.
pub const OTHER_CLIENT: &str = "-copy";

/// Somebody else's client.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Tool {
    /// `mosquitto_pub` and `mosquitto_sub`.
    #[default]
    Mosquitto,
    /// The same two from PowerShell.
    PowerShell,
    Paho,
    MqttJs,
    PahoGo,
    HiveMq,
    Rumqttc,
}

impl Tool {
    pub const ALL: [Tool; 7] = [
        Tool::Mosquitto,
        Tool::PowerShell,
        Tool::Paho,
        Tool::MqttJs,
        Tool::PahoGo,
        Tool::HiveMq,
        Tool::Rumqttc,
    ];

    /// What people call it.
    pub fn name(self) -> &'static str {
        match self {
            Tool::Mosquitto => "mosquitto_pub/sub",
            Tool::PowerShell => "PowerShell",
            Tool::Paho => "Paho Python",
            Tool::MqttJs => "MQTT.js",
            Tool::PahoGo => "Paho Go",
            Tool::HiveMq => "HiveMQ Java",
            Tool::Rumqttc => "rumqttc",
        }
    }

    /// A stable name, fit for an element's id.
    pub fn key(self) -> &'static str {
        match self {
            Tool::Mosquitto => "mosquitto",
            Tool::PowerShell => "powershell",
            Tool::Paho => "paho",
            Tool::MqttJs => "mqtt-js",
            Tool::PahoGo => "paho-go",
            Tool::HiveMq => "hivemq",
            Tool::Rumqttc => "rumqttc",
        }
    }

    /// That of the key.
    pub fn from_key(key: &str) -> Option<Tool> {
        Tool::ALL.into_iter().find(|tool| tool.key() == key)
    }

    /// The task for this tool, with comments in that language.
    pub fn write(self, task: &Task, target: &Target, language: Language) -> String {
        let mut notes = Notes::default();
        let place = Place::of(target, self, &mut notes);
        let task = &task.beside_the_bench(&mut notes);
        if let Packet::Publish(publish) = &task.action
            && publish.topic.is_empty()
        {
            notes.add(Note::TopicBehindAlias);
        }
        let code = match self {
            Tool::Mosquitto => mosquitto::write(task, &place, Shell::Posix, &mut notes),
            Tool::PowerShell => mosquitto::write(task, &place, Shell::PowerShell, &mut notes),
            Tool::Paho => paho::write(task, &place, &mut notes),
            Tool::MqttJs => mqtt_js::write(task, &place, &mut notes),
            Tool::PahoGo => paho_go::write(task, &place, &mut notes),
            Tool::HiveMq => hivemq::write(task, &place, &mut notes),
            Tool::Rumqttc => rumqttc::write(task, &place, &mut notes),
        };
        let sign = match self {
            Tool::Mosquitto | Tool::PowerShell | Tool::Paho => "#",
            Tool::MqttJs | Tool::PahoGo | Tool::HiveMq | Tool::Rumqttc => "//",
        };
        let mut out = String::new();
        for note in notes.0 {
            out.push_str(&format!("{sign} {}\n", note.words(language.strings())));
        }
        out + &code
    }
}

/// A line of a program behind its margin; an empty line has none.
fn push_line(body: &mut String, margin: &str, line: &str) {
    if !line.is_empty() {
        body.push_str(margin);
        body.push_str(line);
    }
    body.push('\n');
}

/// What is to be said before the code, each thing once.
#[derive(Default)]
struct Notes(Vec<Note>);

impl Notes {
    fn add(&mut self, note: Note) {
        if !self.0.contains(&note) {
            self.0.push(note);
        }
    }

    fn add_if(&mut self, holds: bool, note: Note) {
        if holds {
            self.add(note);
        }
    }
}

/// The properties but User Properties, which every tool writes in its own way.
fn others(properties: &Properties) -> impl Iterator<Item = &Property> {
    properties.iter().filter(|property| !matches!(property, Property::UserProperty(_)))
}

#[cfg(test)]
mod tests;
