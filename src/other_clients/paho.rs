//! Paho for Python, 2.x.

use super::place::Place;
use super::quote::{python, python_bytes};
use super::{Note, Notes, Task, others};
use crate::mqtt::{
    Connect, Disconnect, Packet, Properties, Property, PropertyId, PropertyValue, Publish, QoS,
    ReasonCode, RetainHandling, Subscribe, Unsubscribe, Will,
};

pub(super) fn write(task: &Task, place: &Place, notes: &mut Notes) -> String {
    let mut script = Script::default();
    script.connect(&task.connect, place, notes);
    match &task.action {
        Packet::Publish(publish) => script.publish(publish),
        Packet::Subscribe(subscribe) => script.subscribe(subscribe),
        Packet::Unsubscribe(unsubscribe) => script.unsubscribe(unsubscribe),
        Packet::Disconnect(_) => {}
        _ => {
            script.imports_time = true;
            script.line("time.sleep(60)");
            script.line("");
        }
    }
    script.leave(match &task.action {
        Packet::Disconnect(disconnect) => Some(disconnect),
        _ => None,
    });
    script.finish()
}

#[derive(Default)]
struct Script {
    body: String,
    imports_time: bool,
    uses_properties: bool,
    uses_packet_types: bool,
    uses_reason_code: bool,
    uses_subscribe_options: bool,
}

impl Script {
    fn line(&mut self, line: impl AsRef<str>) {
        self.body.push_str(line.as_ref());
        self.body.push('\n');
    }

    fn connect(&mut self, connect: &Connect, place: &Place, notes: &mut Notes) {
        self.line("answered = threading.Event()");
        self.line("\n");
        self.line("def on_connect(client, userdata, flags, reason_code, properties):");
        self.line("    print(\"CONNACK:\", reason_code, properties)");
        self.line("    answered.set()");
        self.line("\n");
        self.line("client = mqtt.Client(");
        self.line("    mqtt.CallbackAPIVersion.VERSION2,");
        self.line(format!("    client_id={},", python(&connect.client_id)));
        self.line("    protocol=mqtt.MQTTv5,");
        if matches!(place, Place::WebSocket { .. }) {
            self.line("    transport=\"websockets\",");
        }
        self.line(")");
        self.line("client.on_connect = on_connect");
        if let Place::WebSocket { path, secure, .. } = place {
            self.line(format!("client.ws_set_options(path={})", python(path)));
            if *secure {
                self.line("client.tls_set()");
            }
        }
        match (&connect.user_name, &connect.password) {
            (Some(user_name), Some(password)) => self.line(format!(
                "client.username_pw_set({}, {})",
                python(user_name),
                text_or_bytes(password)
            )),
            (Some(user_name), None) => {
                self.line(format!("client.username_pw_set({})", python(user_name)));
            }
            (None, Some(_)) => notes.add(Note::PasswordWithoutUserName),
            (None, None) => {}
        }
        if let Some(will) = &connect.will {
            self.will(will);
        }
        let properties = self.properties("connect", "CONNECT", &connect.properties);
        let (Place::Tcp { host, port } | Place::WebSocket { host, port, .. }) = place;
        self.line("client.connect(");
        self.line(format!("    {},", python(host)));
        self.line(format!("    {port},"));
        self.line(format!("    keepalive={},", connect.keep_alive));
        self.line(format!("    clean_start={},", boolean(connect.clean_start)));
        if properties {
            self.line("    properties=connect,");
        }
        self.line(")");
        self.line("client.loop_start()");
        self.line("answered.wait(10)");
        self.line("");
    }

    fn will(&mut self, will: &Will) {
        let properties = self.properties("will", "WILLMESSAGE", &will.properties);
        self.line("client.will_set(");
        self.line(format!("    {},", python(&will.topic)));
        self.line(format!("    {},", text_or_bytes(&will.payload)));
        if will.qos > QoS::AtMostOnce {
            self.line(format!("    qos={},", will.qos.bits()));
        }
        if will.retain {
            self.line("    retain=True,");
        }
        if properties {
            self.line("    properties=will,");
        }
        self.line(")");
    }

    fn publish(&mut self, publish: &Publish) {
        let properties = self.properties("publish", "PUBLISH", &publish.properties);
        self.line("info = client.publish(");
        self.line(format!("    {},", python(&publish.topic)));
        self.line(format!("    {},", text_or_bytes(&publish.payload)));
        if publish.qos > QoS::AtMostOnce {
            self.line(format!("    qos={},", publish.qos.bits()));
        }
        if publish.retain {
            self.line("    retain=True,");
        }
        if properties {
            self.line("    properties=publish,");
        }
        self.line(")");
        self.line("info.wait_for_publish(10)");
        self.line("");
    }

    fn subscribe(&mut self, subscribe: &Subscribe) {
        self.imports_time = true;
        self.uses_subscribe_options = true;
        self.line("");
        self.line("def on_subscribe(client, userdata, mid, reason_codes, properties):");
        self.line("    print(\"SUBACK:\", *reason_codes)");
        self.line("\n");
        self.line("def on_message(client, userdata, message):");
        self.line("    print(message.topic, message.payload, message.properties)");
        self.line("\n");
        self.line("client.on_subscribe = on_subscribe");
        self.line("client.on_message = on_message");
        let properties = self.properties("subscribe", "SUBSCRIBE", &subscribe.properties);
        self.line("client.subscribe(");
        self.line("    [");
        for subscription in &subscribe.subscriptions {
            let mut options = vec![format!("qos={}", subscription.qos.bits())];
            if subscription.no_local {
                options.push("noLocal=True".to_owned());
            }
            if subscription.retain_as_published {
                options.push("retainAsPublished=True".to_owned());
            }
            if subscription.retain_handling != RetainHandling::Send {
                options.push(format!("retainHandling={}", subscription.retain_handling.bits()));
            }
            let filter = python(&subscription.topic_filter);
            self.line(format!("        ({filter}, SubscribeOptions({})),", options.join(", ")));
        }
        self.line("    ],");
        if properties {
            self.line("    properties=subscribe,");
        }
        self.line(")");
        self.line("time.sleep(60)");
        self.line("");
    }

    fn unsubscribe(&mut self, unsubscribe: &Unsubscribe) {
        self.line("gone = threading.Event()");
        self.line("\n");
        self.line("def on_unsubscribe(client, userdata, mid, reason_codes, properties):");
        self.line("    print(\"UNSUBACK:\", *reason_codes)");
        self.line("    gone.set()");
        self.line("\n");
        self.line("client.on_unsubscribe = on_unsubscribe");
        let properties = self.properties("unsubscribe", "UNSUBSCRIBE", &unsubscribe.properties);
        let filters: Vec<_> = unsubscribe.topic_filters.iter().map(|f| python(f)).collect();
        let properties = if properties { ", properties=unsubscribe" } else { "" };
        self.line(format!("client.unsubscribe([{}]{properties})", filters.join(", ")));
        self.line("gone.wait(10)");
        self.line("");
    }

    fn leave(&mut self, disconnect: Option<&Disconnect>) {
        let mut arguments = Vec::new();
        if let Some(disconnect) = disconnect {
            let properties = self.properties("disconnect", "DISCONNECT", &disconnect.properties);
            if disconnect.reason_code != ReasonCode::Success || properties {
                self.uses_reason_code = true;
                self.uses_packet_types = true;
                let code = disconnect.reason_code.value();
                arguments.push(format!(
                    "reasoncode=ReasonCode(PacketTypes.DISCONNECT, identifier=0x{code:02X})"
                ));
            }
            if properties {
                arguments.push("properties=disconnect".to_owned());
            }
        }
        self.line(format!("client.disconnect({})", arguments.join(", ")));
        self.line("client.loop_stop()");
    }

    /// Writes the properties under that name; returns whether there are any.
    fn properties(&mut self, name: &str, packet: &str, properties: &Properties) -> bool {
        if properties.is_empty() {
            return false;
        }
        self.uses_properties = true;
        self.uses_packet_types = true;
        if !self.body.ends_with("\n\n") {
            self.line("");
        }
        self.line(format!("{name} = Properties(PacketTypes.{packet})"));
        for property in others(properties) {
            let attribute = attribute(property.id());
            self.line(format!("{name}.{attribute} = {}", value(property)));
        }
        let pairs: Vec<_> = properties
            .user_properties()
            .map(|(name, value)| format!("({}, {})", python(name), python(value)))
            .collect();
        if !pairs.is_empty() {
            self.line(format!("{name}.UserProperty = [{}]", pairs.join(", ")));
        }
        true
    }

    fn finish(self) -> String {
        let imports = [
            (true, "import threading"),
            (self.imports_time, "import time"),
            (true, ""),
            (true, "import paho.mqtt.client as mqtt"),
            (self.uses_packet_types, "from paho.mqtt.packettypes import PacketTypes"),
            (self.uses_properties, "from paho.mqtt.properties import Properties"),
            (self.uses_reason_code, "from paho.mqtt.reasoncodes import ReasonCode"),
            (
                self.uses_subscribe_options,
                "from paho.mqtt.subscribeoptions import SubscribeOptions",
            ),
            (true, ""),
        ];
        let mut out = String::from("# pip install \"paho-mqtt>=2\"\n");
        for (_, line) in imports.iter().filter(|(is_used, _)| *is_used) {
            out.push_str(line);
            out.push('\n');
        }
        out + &self.body
    }
}

/// Paho writes the specification's names without the spaces between their words.
fn attribute(id: PropertyId) -> String {
    id.name().replace(' ', "")
}

fn value(property: &Property) -> String {
    match property.value() {
        PropertyValue::Byte(value) => value.to_string(),
        PropertyValue::TwoByteInteger(value) => value.to_string(),
        PropertyValue::FourByteInteger(value) | PropertyValue::VariableByteInteger(value) => {
            value.to_string()
        }
        PropertyValue::Utf8String(text) => python(text),
        PropertyValue::BinaryData(bytes) => python_bytes(bytes),
        PropertyValue::StringPair(name, value) => format!("({}, {})", python(name), python(value)),
    }
}

fn text_or_bytes(bytes: &[u8]) -> String {
    std::str::from_utf8(bytes).map_or_else(|_| python_bytes(bytes), python)
}

fn boolean(value: bool) -> &'static str {
    if value { "True" } else { "False" }
}
