//! `mosquitto_pub` and `mosquitto_sub`, as they come with Mosquitto 2.0, from a shell or from PowerShell.
//!
//! Windows PowerShell 5.1 and PowerShell 7 hand quotes and empty arguments to programs in ways of their own.
//! `Start-Process` is alike in both: its arguments become the command line as they are.

use super::place::Place;
use super::{Note, Notes, Task, others, quote};
use crate::mqtt::{
    Connect, FieldId, Holder, Packet, Properties, Property, PropertyValue, Publish, QoS,
    ReasonCode, RetainHandling, Subscription,
};

/// What reads the command.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Shell {
    Posix,
    PowerShell,
}

pub(super) fn write(task: &Task, place: &Place, shell: Shell, notes: &mut Notes) -> String {
    let publishes = matches!(task.action, Packet::Publish(_));
    let tool = if publishes { "mosquitto_pub" } else { "mosquitto_sub" };
    let mut command = Command { tool, shell, lines: Vec::new(), payload: None, notes };
    command.open(place);
    command.connect(&task.connect);
    match &task.action {
        Packet::Publish(publish) => command.publish(publish),
        Packet::Subscribe(subscribe) => {
            command.subscribe(&subscribe.subscriptions);
            command.properties(Holder::Subscribe, &subscribe.properties);
            command.line("-v");
        }
        Packet::Unsubscribe(unsubscribe) => {
            command.notes.add(Note::UnsubscribeNeedsSubscription);
            command.notes.add_if(unsubscribe.topic_filters.len() > 1, Note::OneFilterAPacket);
            for filter in &unsubscribe.topic_filters {
                let filter = command.text(FieldId::UnsubscribeFilter.name(), filter);
                command.line(format!("-t {filter} -U {filter}"));
            }
            command.properties(Holder::Unsubscribe, &unsubscribe.properties);
            command.line("-E");
        }
        Packet::Disconnect(disconnect) => {
            command.notes.add(Note::NeedsSubscription);
            // Of the two ways in which it leaves by itself, giving up after a time asks for the Will.
            let leave = match disconnect.reason_code {
                ReasonCode::DisconnectWithWillMessage => "-W 1",
                _ => "-E",
            };
            let harmless = command.text(FieldId::TopicFilter.name(), HARMLESS);
            command.line(format!("-t {harmless} {leave}"));
            command.properties(Holder::Disconnect, &disconnect.properties);
            let leaves_so = matches!(
                disconnect.reason_code,
                ReasonCode::Success | ReasonCode::DisconnectWithWillMessage
            );
            command.notes.add_if(!leaves_so, Note::DisconnectReasonCode);
        }
        _ => {
            command.notes.add(Note::NeedsSubscription);
            let harmless = command.text(FieldId::TopicFilter.name(), HARMLESS);
            command.line(format!("-t {harmless}"));
        }
    }
    command.finish()
}

/// What every Mosquitto publishes once and nobody minds being asked for.
const HARMLESS: &str = "$SYS/broker/version";

struct Command<'a> {
    tool: &'static str,
    shell: Shell,
    /// What the command line says, for the eye line by line.
    lines: Vec<String>,
    /// What makes the payload that no argument can hold.
    payload: Option<String>,
    notes: &'a mut Notes,
}

impl Command<'_> {
    fn line(&mut self, line: impl Into<String>) {
        self.lines.push(line.into());
    }

    fn open(&mut self, place: &Place) {
        let (Place::Tcp { host, port } | Place::WebSocket { host, port, .. }) = place;
        let host = self.word(host.as_bytes()).unwrap_or_default();
        self.line(format!("-V mqttv5 -h {host} -p {port}"));
    }

    fn connect(&mut self, connect: &Connect) {
        let mut words = Vec::new();
        if !connect.client_id.is_empty() {
            let id = self.text(FieldId::ClientIdentifier.name(), &connect.client_id);
            words.push(format!("-i {id}"));
        }
        match connect.keep_alive {
            0..5 => self.notes.add(Note::KeepAliveAtLeast5),
            seconds => words.push(format!("-k {seconds}")),
        }
        let expiry = connect.properties.session_expiry_interval();
        let keeps = !connect.clean_start && !connect.client_id.is_empty();
        self.notes.add_if(!connect.clean_start && !keeps, Note::EmptyIdKeepsNoSession);
        if keeps {
            // Alone it would ask for a Session that never expires.
            words.push(format!("-c -x {}", expiry.unwrap_or(0)));
        } else if let Some(seconds) = expiry {
            words.push(format!("-x {seconds}"));
        }
        if !words.is_empty() {
            self.line(words.join(" "));
        }

        let mut words = Vec::new();
        if let Some(user_name) = &connect.user_name {
            words.push(format!("-u {}", self.text(FieldId::UserName.name(), user_name)));
        }
        if let Some(password) = &connect.password
            && let Some(password) = self.bytes(FieldId::Password.name(), password)
        {
            words.push(format!("-P {password}"));
        }
        if !words.is_empty() {
            self.line(words.join(" "));
        }
        self.notes.add_if(connect.properties.receive_maximum().is_none(), Note::ReceiveMaximum20);
        self.properties(Holder::Connect, &connect.properties);

        if let Some(will) = &connect.will {
            let topic = self.text(FieldId::WillTopic.name(), &will.topic);
            let mut words = vec![format!("--will-topic {topic}")];
            if !will.payload.is_empty()
                && let Some(payload) = self.bytes(FieldId::WillPayload.name(), &will.payload)
            {
                words.push(format!("--will-payload {payload}"));
            }
            if will.qos > QoS::AtMostOnce {
                words.push(format!("--will-qos {}", will.qos.bits()));
            }
            if will.retain {
                words.push("--will-retain".to_owned());
            }
            self.line(words.join(" "));
            self.properties(Holder::Will, &will.properties);
        }
    }

    fn publish(&mut self, publish: &Publish) {
        let mut words =
            vec![format!("-t {}", self.text(FieldId::TopicName.name(), &publish.topic))];
        if publish.qos > QoS::AtMostOnce {
            words.push(format!("-q {}", publish.qos.bits()));
        }
        if publish.retain {
            words.push("-r".to_owned());
        }
        self.line(words.join(" "));
        self.properties(Holder::Publish, &publish.properties);
        if publish.payload.is_empty() {
            self.line("-n");
        } else if let Some(word) = self.payload_word(&publish.payload) {
            self.line(format!("-m {word}"));
        } else {
            self.payload = Some(match (self.shell, std::str::from_utf8(&publish.payload)) {
                (Shell::Posix, _) => format!("{} | ", quote::printf(&publish.payload)),
                (Shell::PowerShell, Ok(text)) => {
                    format!("[IO.File]::WriteAllText($payload, {})\n", quote::powershell(text))
                }
                (Shell::PowerShell, Err(_)) => {
                    let bytes = quote::powershell_bytes(&publish.payload);
                    format!("[IO.File]::WriteAllBytes($payload, {bytes})\n")
                }
            });
        }
    }

    /// The payload as an argument, where it can be read in one and arrives as it is.
    fn payload_word(&self, payload: &[u8]) -> Option<String> {
        let word = self.word(payload)?;
        let arrives = match self.shell {
            Shell::Posix => !word.starts_with('"') && word.len() < LONGEST_ARGUMENT,
            Shell::PowerShell => {
                let is_shown = |byte: &u8| (b' '..=b'~').contains(byte);
                payload.iter().all(is_shown) && word.len() < LONGEST_ON_WINDOWS
            }
        };
        arrives.then_some(word)
    }

    fn subscribe(&mut self, subscriptions: &[Subscription]) {
        for subscription in subscriptions {
            let filter = self.text(FieldId::TopicFilter.name(), &subscription.topic_filter);
            self.line(format!("-t {filter}"));
        }
        let Some((first, rest)) = subscriptions.split_first() else { return };
        let options =
            |s: &Subscription| (s.qos, s.no_local, s.retain_as_published, s.retain_handling);
        let differ = rest.iter().any(|other| options(other) != options(first));
        self.notes.add_if(differ, Note::SameForAllFilters);
        self.notes.add_if(subscriptions.iter().any(|s| s.no_local), Note::NoLocal);
        let mut words = Vec::new();
        if first.qos > QoS::AtMostOnce {
            words.push(format!("-q {}", first.qos.bits()));
        }
        if first.retain_as_published {
            words.push("--retain-as-published".to_owned());
        }
        match first.retain_handling {
            RetainHandling::Send => {}
            RetainHandling::SendIfNew => self.notes.add(Note::RetainHandling1),
            RetainHandling::DoNotSend => {
                self.notes.add_if(first.retain_as_published, Note::HidesLiveRetained);
                words.push("-R".to_owned());
            }
        }
        if !words.is_empty() {
            self.line(words.join(" "));
        }
    }

    /// A `-D` for each, but for what has an option of its own.
    fn properties(&mut self, holder: Holder, properties: &Properties) {
        let packet = match holder {
            Holder::Will => "will",
            _ => holder.packet().key(),
        };
        for property in others(properties) {
            let id = property.id();
            let value = match property.value() {
                _ if matches!(property, Property::SessionExpiryInterval(_))
                    && holder == Holder::Connect =>
                {
                    continue;
                }
                PropertyValue::Byte(value) => Some(value.to_string()),
                PropertyValue::TwoByteInteger(value) => Some(value.to_string()),
                PropertyValue::FourByteInteger(value)
                | PropertyValue::VariableByteInteger(value) => Some(value.to_string()),
                PropertyValue::Utf8String(text) => Some(self.text(id.name(), text)),
                PropertyValue::BinaryData(bytes) => self.bytes(id.name(), bytes),
                PropertyValue::StringPair(..) => None,
            };
            if let Some(value) = value {
                self.line(format!("-D {packet} {} {value}", id.key().replace('_', "-")));
            }
        }
        for (name, value) in properties.user_properties() {
            let (name, value) = (self.text(USER_PROPERTY, name), self.text(USER_PROPERTY, value));
            self.line(format!("-D {packet} user-property {name} {value}"));
        }
    }

    /// A UTF-8 Encoded String, which holds no U+0000; an empty word where none can hold it.
    fn text(&mut self, name: &'static str, text: &str) -> String {
        let is_refused = |c: char| c.is_control() || u32::from(c) & 0xFFFE == 0xFFFE;
        self.notes.add_if(text.chars().any(is_refused), Note::ControlCharacter(name));
        self.bytes(name, text.as_bytes()).unwrap_or_else(|| match self.shell {
            Shell::Posix => "''".to_owned(),
            Shell::PowerShell => "\"\"".to_owned(),
        })
    }

    fn bytes(&mut self, name: &'static str, bytes: &[u8]) -> Option<String> {
        let word = self.word(bytes);
        self.notes.add_if(word.is_none(), Note::NotInArgument(name));
        if self.shell == Shell::PowerShell && word.is_some() {
            self.notes.add_if(!bytes.is_ascii(), Note::CodePage(name));
        }
        word
    }

    fn word(&self, bytes: &[u8]) -> Option<String> {
        match self.shell {
            Shell::Posix => quote::shell(bytes),
            Shell::PowerShell => quote::windows(std::str::from_utf8(bytes).ok()?),
        }
    }

    fn finish(mut self) -> String {
        let has_payload = self.payload.is_some();
        let payload = self.payload.take().unwrap_or_default();
        match self.shell {
            Shell::Posix => {
                if has_payload {
                    self.line("-s");
                }
                format!("{payload}{} {}\n", self.tool, self.lines.join(" \\\n  "))
            }
            Shell::PowerShell => {
                let mut lines: Vec<_> =
                    self.lines.iter().map(|line| quote::powershell(line)).collect();
                if has_payload {
                    lines.push("\"-f `\"$payload`\"\"".to_owned());
                }
                let file = match has_payload {
                    true => "$payload = [IO.Path]::GetTempFileName()\n",
                    false => "",
                };
                format!(
                    "{FIND_ON_WINDOWS}{file}{payload}\
                     Start-Process {} -NoNewWindow -Wait -ArgumentList @(\n  {}\n)\n",
                    self.tool,
                    lines.join("\n  "),
                )
            }
        }
    }
}

/// The installer leaves the path as it is.
const FIND_ON_WINDOWS: &str = "$env:Path += ';C:\\Program Files\\mosquitto'\n";

const USER_PROPERTY: &str = "User Property";

/// Systems limit the length of one argument; Linux takes 128 KiB.
const LONGEST_ARGUMENT: usize = 100_000;

/// Windows takes 32767 characters in the whole command line.
const LONGEST_ON_WINDOWS: usize = 10_000;
