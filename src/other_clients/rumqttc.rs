//! rumqttc, 0.25, for Rust.

use super::place::Place;
use super::quote::{rust, rust_bytes};
use super::{Note, Notes, Task, others, push_line};
use crate::mqtt::{
    Connect, Packet, Properties, Property, PropertyId, PropertyValue, Publish, QoS, RetainHandling,
    Subscribe, Unsubscribe, Will,
};

pub(super) fn write(task: &Task, place: &Place, notes: &mut Notes) -> String {
    let mut program = Program { body: String::new(), types: Vec::new(), uses_qos: false, notes };
    program.connect(&task.connect, place);
    program.line("");
    let client = match task.action {
        // Nothing is asked of it, but while it lives the connection does.
        Packet::Connect(_) => "_client",
        _ => "client",
    };
    program.line(format!("let ({client}, mut events) = AsyncClient::new(options, 10);"));
    match &task.action {
        Packet::Publish(publish) => program.publish(publish),
        Packet::Subscribe(subscribe) => program.subscribe(subscribe),
        Packet::Unsubscribe(unsubscribe) => program.unsubscribe(unsubscribe),
        Packet::Disconnect(disconnect) => {
            let says_more = disconnect.reason_code.value() != 0;
            program.notes.add_if(says_more, Note::DisconnectReasonCode);
            program.notes.add_if(!disconnect.properties.is_empty(), Note::DisconnectProperties);
            program.line("client.disconnect().await?;");
        }
        _ => {}
    }
    program.line("");
    program.line("// Everything is sent and received in here, until the connection ends.");
    program.line("loop {");
    program.line("    println!(\"{:?}\", events.poll().await?);");
    program.line("}");
    program.finish(place)
}

struct Program<'a> {
    body: String,
    /// Imported from `rumqttc::v5::mqttbytes::v5`.
    types: Vec<&'static str>,
    uses_qos: bool,
    notes: &'a mut Notes,
}

impl Program<'_> {
    fn line(&mut self, line: impl AsRef<str>) {
        push_line(&mut self.body, "    ", line.as_ref());
    }

    fn qos(&mut self, qos: QoS) -> &'static str {
        self.uses_qos = true;
        match qos {
            QoS::AtMostOnce => "QoS::AtMostOnce",
            QoS::AtLeastOnce => "QoS::AtLeastOnce",
            QoS::ExactlyOnce => "QoS::ExactlyOnce",
        }
    }

    fn connect(&mut self, connect: &Connect, place: &Place) {
        let (host, port) = match place {
            Place::Tcp { host, port } => (host, port),
            Place::WebSocket { url, port, .. } => (url, port),
        };
        self.line(format!(
            "let mut options = MqttOptions::new({}, {}, {port});",
            rust(&connect.client_id),
            rust(host)
        ));
        match place {
            Place::WebSocket { secure: false, .. } => {
                self.line("options.set_transport(Transport::Ws);");
            }
            Place::WebSocket { secure: true, .. } => {
                self.line("options.set_transport(Transport::wss_with_default_config());");
            }
            Place::Tcp { .. } => {}
        }
        self.line(format!("options.set_clean_start({});", connect.clean_start));
        match connect.keep_alive {
            0..5 => self.notes.add(Note::KeepAliveAtLeast5),
            seconds => {
                self.line(format!("options.set_keep_alive(Duration::from_secs({seconds}));"));
            }
        }
        if connect.user_name.is_some() || connect.password.is_some() {
            let user_name = connect.user_name.as_deref().unwrap_or_default();
            self.notes.add_if(connect.user_name.as_deref() == Some(""), Note::EmptyUserName);
            let password = match connect.password.as_deref().map(std::str::from_utf8) {
                Some(Ok(password)) => password,
                Some(Err(_)) => {
                    self.notes.add(Note::PasswordNotText);
                    ""
                }
                None => "",
            };
            self.line(format!("options.set_credentials({}, {});", rust(user_name), rust(password)));
        }
        let properties = properties(&connect.properties);
        if !properties.is_empty() {
            self.types.push("ConnectProperties");
            self.line("let mut properties = ConnectProperties::new();");
            for (name, value) in properties {
                self.line(format!("properties.{name} = {value};"));
            }
            self.line("options.set_connect_properties(properties);");
        }
        if let Some(will) = &connect.will {
            self.will(will);
        }
    }

    fn will(&mut self, will: &Will) {
        self.types.push("LastWill");
        let qos = self.qos(will.qos);
        let properties = self.properties("LastWillProperties", &will.properties);
        self.line("options.set_last_will(LastWill::new(");
        self.line(format!("    {},", rust(&will.topic)));
        self.line(format!("    {}.to_vec(),", rust_bytes(&will.payload)));
        self.line(format!("    {qos},"));
        self.line(format!("    {},", will.retain));
        self.line(match properties {
            true => "    Some(properties),",
            false => "    None,",
        });
        self.line("));");
    }

    fn publish(&mut self, publish: &Publish) {
        let qos = self.qos(publish.qos);
        let has_properties = self.properties("PublishProperties", &publish.properties);
        let method = if has_properties { "publish_with_properties" } else { "publish" };
        self.line("client");
        self.line(format!("    .{method}("));
        self.line(format!("        {},", rust(&publish.topic)));
        self.line(format!("        {qos},"));
        self.line(format!("        {},", publish.retain));
        self.line(match std::str::from_utf8(&publish.payload) {
            Ok(text) => format!("        {},", rust(text)),
            Err(_) => format!("        {}.to_vec(),", rust_bytes(&publish.payload)),
        });
        if has_properties {
            self.line("        properties,");
        }
        self.line("    )");
        self.line("    .await?;");
    }

    fn subscribe(&mut self, subscribe: &Subscribe) {
        self.types.push("Filter");
        let uses_rule = |s: &crate::mqtt::Subscription| s.retain_handling != RetainHandling::Send;
        if subscribe.subscriptions.iter().any(uses_rule) {
            self.types.push("RetainForwardRule");
        }
        let has_properties = self.properties("SubscribeProperties", &subscribe.properties);
        self.line("let filters = [");
        for subscription in &subscribe.subscriptions {
            let mut members = vec![
                format!("path: {}.into()", rust(&subscription.topic_filter)),
                format!("qos: {}", self.qos(subscription.qos)),
            ];
            if subscription.no_local {
                members.push("nolocal: true".to_owned());
            }
            if subscription.retain_as_published {
                members.push("preserve_retain: true".to_owned());
            }
            match subscription.retain_handling {
                RetainHandling::Send => {}
                RetainHandling::SendIfNew => members
                    .push("retain_forward_rule: RetainForwardRule::OnNewSubscribe".to_owned()),
                RetainHandling::DoNotSend => {
                    members.push("retain_forward_rule: RetainForwardRule::Never".to_owned());
                }
            }
            if members.len() < 5 {
                members.push("..Filter::default()".to_owned());
            }
            self.line("    Filter {");
            for member in members {
                let comma = if member.starts_with("..") { "" } else { "," };
                self.line(format!("        {member}{comma}"));
            }
            self.line("    },");
        }
        self.line("];");
        self.line(match has_properties {
            true => "client.subscribe_many_with_properties(filters, properties).await?;",
            false => "client.subscribe_many(filters).await?;",
        });
    }

    fn unsubscribe(&mut self, unsubscribe: &Unsubscribe) {
        self.notes.add_if(unsubscribe.topic_filters.len() > 1, Note::OneFilterAPacket);
        let has_properties = self.properties("UnsubscribeProperties", &unsubscribe.properties);
        for filter in &unsubscribe.topic_filters {
            let filter = rust(filter);
            self.line(match has_properties {
                true => format!(
                    "client.unsubscribe_with_properties({filter}, properties.clone()).await?;"
                ),
                false => format!("client.unsubscribe({filter}).await?;"),
            });
        }
    }

    /// Writes `properties` of that type; returns whether there are any.
    fn properties(&mut self, type_name: &'static str, all: &Properties) -> bool {
        let mut members = properties(all);
        if members.is_empty() {
            return false;
        }
        // Where a type has no default, what is absent is named too.
        let absent = match type_name {
            "LastWillProperties" => WILL_MEMBERS,
            "SubscribeProperties" => SUBSCRIBE_MEMBERS,
            _ => &[],
        };
        for (name, value) in absent {
            if members.iter().all(|(there, _)| there != name) {
                members.push((name, (*value).to_owned()));
            }
        }
        self.types.push(type_name);
        self.line(format!("let properties = {type_name} {{"));
        for (name, value) in members {
            self.line(format!("    {name}: {value},"));
        }
        if type_name == "PublishProperties" {
            self.line("    ..PublishProperties::default()");
        }
        self.line("};");
        true
    }

    fn finish(mut self, place: &Place) -> String {
        self.types.sort_unstable();
        self.types.dedup();
        let feature = match place {
            Place::Tcp { .. } => "",
            Place::WebSocket { .. } => " --features websocket",
        };
        let mut out =
            format!("// cargo add rumqttc@0.25{feature}\n// cargo add tokio --features full\n");
        if self.body.contains("Duration::") {
            out.push_str("use std::time::Duration;\n\n");
        }
        if matches!(place, Place::WebSocket { .. }) {
            out.push_str("use rumqttc::Transport;\n");
        }
        if self.uses_qos {
            out.push_str("use rumqttc::v5::mqttbytes::QoS;\n");
        }
        match &self.types[..] {
            [] => {}
            [one] => out.push_str(&format!("use rumqttc::v5::mqttbytes::v5::{one};\n")),
            many => {
                let many = many.join(", ");
                out.push_str(&format!("use rumqttc::v5::mqttbytes::v5::{{{many}}};\n"));
            }
        }
        out.push_str("use rumqttc::v5::{AsyncClient, MqttOptions};\n\n");
        out.push_str(
            "#[tokio::main]\nasync fn main() -> Result<(), Box<dyn std::error::Error>> {\n",
        );
        out + &self.body + "}\n"
    }
}

/// Every member of `LastWillProperties`, and how it is absent.
const WILL_MEMBERS: &[(&str, &str)] = &[
    ("delay_interval", "None"),
    ("payload_format_indicator", "None"),
    ("message_expiry_interval", "None"),
    ("content_type", "None"),
    ("response_topic", "None"),
    ("correlation_data", "None"),
    ("user_properties", "vec![]"),
];

/// The same of `SubscribeProperties`.
const SUBSCRIBE_MEMBERS: &[(&str, &str)] = &[("id", "None"), ("user_properties", "vec![]")];

/// The members of rumqttc's struct, in wire order.
fn properties(properties: &Properties) -> Vec<(&'static str, String)> {
    let mut members: Vec<_> = others(properties)
        .map(|property| {
            let value = format!("Some({})", value(property));
            (member(property.id()), value)
        })
        .collect();
    let pairs: Vec<_> = properties
        .user_properties()
        .map(|(name, value)| format!("({}.into(), {}.into())", rust(name), rust(value)))
        .collect();
    if !pairs.is_empty() {
        members.push(("user_properties", format!("vec![{}]", pairs.join(", "))));
    }
    members
}

/// The names that differ from the specification's.
fn member(id: PropertyId) -> &'static str {
    match id {
        PropertyId::MaximumPacketSize => "max_packet_size",
        PropertyId::TopicAliasMaximum => "topic_alias_max",
        PropertyId::RequestResponseInformation => "request_response_info",
        PropertyId::RequestProblemInformation => "request_problem_info",
        PropertyId::WillDelayInterval => "delay_interval",
        PropertyId::SubscriptionIdentifier => "id",
        _ => id.key(),
    }
}

fn value(property: &Property) -> String {
    match property.value() {
        PropertyValue::Byte(value) => value.to_string(),
        PropertyValue::TwoByteInteger(value) => value.to_string(),
        PropertyValue::FourByteInteger(value) | PropertyValue::VariableByteInteger(value) => {
            value.to_string()
        }
        PropertyValue::Utf8String(text) => format!("{}.into()", rust(text)),
        PropertyValue::BinaryData(bytes) => format!("{}.to_vec().into()", rust_bytes(bytes)),
        PropertyValue::StringPair(name, value) => format!("({}, {})", rust(name), rust(value)),
    }
}
