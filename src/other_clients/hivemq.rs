//! The HiveMQ client for Java, 1.3, as a single file that JBang runs.

use super::place::Place;
use super::quote::{java, java_bytes};
use super::{Note, Notes, Task, others, push_line};
use crate::mqtt::{
    Connect, Disconnect, Packet, Properties, Property, PropertyId, PropertyValue, Publish, QoS,
    RetainHandling, Subscribe, Subscription, Unsubscribe, Will,
};

pub(super) fn write(task: &Task, place: &Place, notes: &mut Notes) -> String {
    let mut program = Program { body: String::new(), notes };
    program.open(&task.connect, place);
    program.connect(task);
    match &task.action {
        Packet::Publish(publish) => {
            let publish = program.publish(publish).write(2);
            program.line(format!("System.out.println(client.publish({publish}));"));
            program.line("client.disconnect();");
        }
        Packet::Subscribe(subscribe) => program.subscribe(subscribe),
        Packet::Unsubscribe(unsubscribe) => program.unsubscribe(unsubscribe),
        Packet::Disconnect(disconnect) => program.disconnect(disconnect),
        _ => {
            program.line("Thread.sleep(60_000);");
            program.line("client.disconnect();");
        }
    }
    program.finish(place)
}

/// A builder: what makes it, and what is called on it.
struct Built {
    of: &'static str,
    calls: Vec<(&'static str, Argument)>,
    end: &'static str,
}

enum Argument {
    /// Written already.
    Word(String),
    Built(Built),
}

impl Built {
    fn new(of: &'static str) -> Built {
        Built { of, calls: Vec::new(), end: "build" }
    }

    fn call(&mut self, name: &'static str, argument: impl Into<String>) {
        self.calls.push((name, Argument::Word(argument.into())));
    }

    fn call_with(&mut self, name: &'static str, argument: Built) {
        self.calls.push((name, Argument::Built(argument)));
    }

    /// `depth` is that of the line it begins in.
    fn write(&self, depth: usize) -> String {
        let depth = depth + 2;
        let margin = "    ".repeat(depth);
        let mut out = format!("{}.builder()", self.of);
        for (name, argument) in &self.calls {
            let argument = match argument {
                Argument::Word(word) => word.clone(),
                Argument::Built(built) => built.write(depth),
            };
            out.push_str(&format!("\n{margin}.{name}({argument})"));
        }
        out.push_str(&format!("\n{margin}.{}()", self.end));
        out
    }
}

struct Program<'a> {
    body: String,
    notes: &'a mut Notes,
}

impl Program<'_> {
    fn line(&mut self, line: impl AsRef<str>) {
        push_line(&mut self.body, "        ", line.as_ref());
    }

    fn open(&mut self, connect: &Connect, place: &Place) {
        let mut client = Built::new("Mqtt5Client");
        client.end = "buildBlocking";
        if !connect.client_id.is_empty() {
            client.call("identifier", java(&connect.client_id));
        }
        let (Place::Tcp { host, port } | Place::WebSocket { host, port, .. }) = place;
        client.call("serverHost", java(host));
        client.call("serverPort", port.to_string());
        if let Place::WebSocket { path, secure, .. } = place {
            let (path, query) = path.split_once('?').unwrap_or((path, ""));
            let mut config = Built::new("MqttWebSocketConfig");
            config.call("serverPath", java(path.trim_start_matches('/')));
            if !query.is_empty() {
                config.call("queryString", java(query));
            }
            client.call_with("webSocketConfig", config);
            if *secure {
                client.call("sslWithDefaultConfig", "");
            }
        }
        self.line(format!("Mqtt5BlockingClient client = {};", client.write(2)));
        self.line("");
    }

    fn connect(&mut self, task: &Task) {
        let connect = &task.connect;
        let mut built = Built::new("Mqtt5Connect");
        built.call("cleanStart", connect.clean_start.to_string());
        built.call("keepAlive", connect.keep_alive.to_string());
        if connect.user_name.is_some() || connect.password.is_some() {
            let mut auth = Built::new("Mqtt5SimpleAuth");
            if let Some(user_name) = &connect.user_name {
                auth.call("username", java(user_name));
            }
            if let Some(password) = &connect.password {
                auth.call("password", java_bytes(password));
            }
            built.call_with("simpleAuth", auth);
        }
        let mut restrictions = Built::new("Mqtt5ConnectRestrictions");
        for property in others(&connect.properties) {
            let target = match property {
                Property::SessionExpiryInterval(_) => &mut built,
                _ => &mut restrictions,
            };
            if let Some((name, value)) = self.connect_property(property) {
                target.call(name, value);
            }
        }
        if let Packet::Publish(publish) = &task.action {
            match publish.properties.topic_alias() {
                Some(_) => self.notes.add(Note::ChoosesTopicAlias),
                None => restrictions.call("sendTopicAliasMaximum", "0"),
            }
        }
        if !restrictions.calls.is_empty() {
            built.call_with("restrictions", restrictions);
        }
        user_properties(&connect.properties, &mut built);
        if let Some(will) = &connect.will {
            let will = self.will(will);
            built.call_with("willPublish", will);
        }
        self.line(format!("System.out.println(client.connect({}));", built.write(2)));
        self.line("");
    }

    /// How it is called, and its value; nothing for what the library does not send, since it is so without it.
    fn connect_property(&mut self, property: &Property) -> Option<(&'static str, String)> {
        let (name, value) = match property {
            Property::SessionExpiryInterval(seconds) => {
                ("sessionExpiryInterval", (*seconds > 0).then(|| long(*seconds)))
            }
            Property::ReceiveMaximum(most) => {
                ("receiveMaximum", (*most < u16::MAX).then(|| most.to_string()))
            }
            Property::MaximumPacketSize(size) => {
                ("maximumPacketSize", (*size < LARGEST_PACKET).then(|| size.to_string()))
            }
            Property::TopicAliasMaximum(most) => {
                ("topicAliasMaximum", (*most > 0).then(|| most.to_string()))
            }
            Property::RequestProblemInformation(value) => {
                ("requestProblemInformation", (*value == 0).then(|| "false".to_owned()))
            }
            Property::RequestResponseInformation(value) => {
                ("requestResponseInformation", (*value == 1).then(|| "true".to_owned()))
            }
            _ => {
                self.notes.add(Note::AuthenticationNeedsClass);
                return None;
            }
        };
        self.notes.add_if(value.is_none(), Note::NotSent(property.id().name()));
        Some((name, value?))
    }

    fn will(&mut self, will: &Will) -> Built {
        let mut built = Built::new("Mqtt5WillPublish");
        message(&will.topic, &will.payload, will.qos, will.retain, &mut built);
        for property in others(&will.properties) {
            self.message_property(property, &mut built);
        }
        user_properties(&will.properties, &mut built);
        built
    }

    fn publish(&mut self, publish: &Publish) -> Built {
        let mut built = Built::new("Mqtt5Publish");
        message(&publish.topic, &publish.payload, publish.qos, publish.retain, &mut built);
        for property in others(&publish.properties) {
            self.message_property(property, &mut built);
        }
        user_properties(&publish.properties, &mut built);
        built
    }

    fn message_property(&mut self, property: &Property, built: &mut Built) {
        match (property.id(), property.value()) {
            (PropertyId::PayloadFormatIndicator, PropertyValue::Byte(value)) => {
                let value = if value == 1 { "UTF_8" } else { "UNSPECIFIED" };
                built
                    .call("payloadFormatIndicator", format!("Mqtt5PayloadFormatIndicator.{value}"));
            }
            (PropertyId::MessageExpiryInterval, PropertyValue::FourByteInteger(seconds)) => {
                built.call("messageExpiryInterval", long(seconds));
            }
            (id @ PropertyId::WillDelayInterval, PropertyValue::FourByteInteger(seconds)) => {
                self.notes.add_if(seconds == 0, Note::NotSent(id.name()));
                built.call("delayInterval", long(seconds));
            }
            (PropertyId::ContentType, PropertyValue::Utf8String(text)) => {
                built.call("contentType", java(text));
            }
            (PropertyId::ResponseTopic, PropertyValue::Utf8String(text)) => {
                built.call("responseTopic", java(text));
            }
            (PropertyId::CorrelationData, PropertyValue::BinaryData(bytes)) => {
                built.call("correlationData", java_bytes(bytes));
            }
            // A Topic Alias, which is the library's own affair.
            _ => {}
        }
    }

    fn subscribe(&mut self, subscribe: &Subscribe) {
        self.notes.add(Note::ChoosesSubscriptionIdentifier);
        let mut built = Built::new("Mqtt5Subscribe");
        for subscription in &subscribe.subscriptions {
            built.call_with("addSubscription", self::subscription(subscription));
        }
        user_properties(&subscribe.properties, &mut built);
        self.line("try (var messages = client.publishes(MqttGlobalPublishFilter.ALL)) {");
        self.line(format!("    System.out.println(client.subscribe({}));", built.write(3)));
        self.line("    while (true) {");
        self.line("        Mqtt5Publish message = messages.receive();");
        self.line("        String payload = new String(message.getPayloadAsBytes(), StandardCharsets.UTF_8);");
        self.line("        System.out.println(message.getTopic() + \" \" + payload);");
        self.line("    }");
        self.line("}");
    }

    fn unsubscribe(&mut self, unsubscribe: &Unsubscribe) {
        let mut built = Built::new("Mqtt5Unsubscribe");
        for filter in &unsubscribe.topic_filters {
            built.call("addTopicFilter", java(filter));
        }
        user_properties(&unsubscribe.properties, &mut built);
        self.line(format!("System.out.println(client.unsubscribe({}));", built.write(2)));
        self.line("client.disconnect();");
    }

    fn disconnect(&mut self, disconnect: &Disconnect) {
        let mut built = Built::new("Mqtt5Disconnect");
        let code = disconnect.reason_code.value();
        built.call("reasonCode", format!("Mqtt5DisconnectReasonCode.fromCode(0x{code:02x})"));
        for property in others(&disconnect.properties) {
            match property {
                Property::SessionExpiryInterval(seconds) => {
                    built.call("sessionExpiryInterval", long(*seconds));
                }
                Property::ReasonString(text) => built.call("reasonString", java(text)),
                Property::ServerReference(text) => built.call("serverReference", java(text)),
                // No client sends others in DISCONNECT.
                _ => {}
            }
        }
        user_properties(&disconnect.properties, &mut built);
        self.line(format!("client.disconnect({});", built.write(2)));
    }

    fn finish(self, place: &Place) -> String {
        let mut out =
            String::from("// jbang Main.java\n//DEPS com.hivemq:hivemq-mqtt-client:1.3.15\n");
        if matches!(place, Place::WebSocket { .. }) {
            out.push_str("//DEPS io.netty:netty-codec-http:4.1.135.Final\n");
        }
        let is_part = |c: char| c.is_ascii_alphanumeric();
        for class in CLASSES {
            let name = class.rsplit('.').next().unwrap_or_default();
            // One too many in a text of the learner's does no harm.
            if self.body.split(|c| !is_part(c)).any(|word| word == name) {
                out.push_str(&format!("import {class};\n"));
            }
        }
        out.push_str(
            "\npublic class Main {\n    public static void main(String[] args) throws Exception {\n",
        );
        out + &self.body + "    }\n}\n"
    }
}

/// Everything that may be named.
const CLASSES: &[&str] = &[
    "com.hivemq.client.mqtt.MqttGlobalPublishFilter",
    "com.hivemq.client.mqtt.MqttWebSocketConfig",
    "com.hivemq.client.mqtt.datatypes.MqttQos",
    "com.hivemq.client.mqtt.mqtt5.Mqtt5BlockingClient",
    "com.hivemq.client.mqtt.mqtt5.Mqtt5Client",
    "com.hivemq.client.mqtt.mqtt5.datatypes.Mqtt5UserProperties",
    "com.hivemq.client.mqtt.mqtt5.datatypes.Mqtt5UserProperty",
    "com.hivemq.client.mqtt.mqtt5.message.auth.Mqtt5SimpleAuth",
    "com.hivemq.client.mqtt.mqtt5.message.connect.Mqtt5Connect",
    "com.hivemq.client.mqtt.mqtt5.message.connect.Mqtt5ConnectRestrictions",
    "com.hivemq.client.mqtt.mqtt5.message.disconnect.Mqtt5Disconnect",
    "com.hivemq.client.mqtt.mqtt5.message.disconnect.Mqtt5DisconnectReasonCode",
    "com.hivemq.client.mqtt.mqtt5.message.publish.Mqtt5PayloadFormatIndicator",
    "com.hivemq.client.mqtt.mqtt5.message.publish.Mqtt5Publish",
    "com.hivemq.client.mqtt.mqtt5.message.publish.Mqtt5WillPublish",
    "com.hivemq.client.mqtt.mqtt5.message.subscribe.Mqtt5RetainHandling",
    "com.hivemq.client.mqtt.mqtt5.message.subscribe.Mqtt5Subscribe",
    "com.hivemq.client.mqtt.mqtt5.message.subscribe.Mqtt5Subscription",
    "com.hivemq.client.mqtt.mqtt5.message.unsubscribe.Mqtt5Unsubscribe",
    "java.nio.charset.StandardCharsets",
    "java.util.HexFormat",
];

/// It takes none larger, and does not send this one, since no packet of MQTT is larger.
const LARGEST_PACKET: u32 = 268_435_460;

fn message(topic: &str, payload: &[u8], qos: QoS, retain: bool, built: &mut Built) {
    built.call("topic", java(topic));
    if !payload.is_empty() {
        built.call("payload", java_bytes(payload));
    }
    built.call("qos", self::qos(qos));
    built.call("retain", retain.to_string());
}

fn subscription(subscription: &Subscription) -> Built {
    let mut built = Built::new("Mqtt5Subscription");
    built.call("topicFilter", java(&subscription.topic_filter));
    // It would ask for QoS 2 by itself.
    built.call("qos", qos(subscription.qos));
    if subscription.no_local {
        built.call("noLocal", "true");
    }
    if subscription.retain_as_published {
        built.call("retainAsPublished", "true");
    }
    let handling = match subscription.retain_handling {
        RetainHandling::Send => "SEND",
        RetainHandling::SendIfNew => "SEND_IF_SUBSCRIPTION_DOES_NOT_EXIST",
        RetainHandling::DoNotSend => "DO_NOT_SEND",
    };
    built.call("retainHandling", format!("Mqtt5RetainHandling.{handling}"));
    built
}

fn user_properties(properties: &Properties, built: &mut Built) {
    let pairs: Vec<_> = properties
        .user_properties()
        .map(|(name, value)| format!("Mqtt5UserProperty.of({}, {})", java(name), java(value)))
        .collect();
    if !pairs.is_empty() {
        built.call("userProperties", format!("Mqtt5UserProperties.of({})", pairs.join(", ")));
    }
}

fn qos(qos: QoS) -> &'static str {
    match qos {
        QoS::AtMostOnce => "MqttQos.AT_MOST_ONCE",
        QoS::AtLeastOnce => "MqttQos.AT_LEAST_ONCE",
        QoS::ExactlyOnce => "MqttQos.EXACTLY_ONCE",
    }
}

/// What is larger than an `int` needs a sign.
fn long(value: u32) -> String {
    match i32::try_from(value) {
        Ok(value) => value.to_string(),
        Err(_) => format!("{value}L"),
    }
}
