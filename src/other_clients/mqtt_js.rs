//! MQTT.js, 5.x, on Node.js.

use super::place::Place;
use super::quote::{javascript, javascript_bytes};
use super::{Note, Notes, Task, others};
use crate::mqtt::{
    Connect, Disconnect, Packet, Properties, Property, PropertyId, PropertyKind, PropertyValue,
    Publish, ReasonCode, RetainHandling, Subscribe, Unsubscribe,
};

pub(super) fn write(task: &Task, place: &Place, notes: &mut Notes) -> String {
    let mut options = connect(&task.connect, notes);
    options.push(("reconnectPeriod", Js::word("0")));
    let url = match place {
        Place::Tcp { host, port } if host.contains(':') => format!("mqtt://[{host}]:{port}"),
        Place::Tcp { host, port } => format!("mqtt://{host}:{port}"),
        Place::WebSocket { url, .. } => url.clone(),
    };
    let mut out = String::from(
        "// npm install mqtt\nimport { once } from \"node:events\";\nimport mqtt from \"mqtt\";\n\n",
    );
    let options = Js::object(options).write(0);
    out.push_str(&format!("const client = mqtt.connect({}, {options});\n", javascript(&url)));
    if matches!(task.action, Packet::Connect(_) | Packet::Subscribe(_)) {
        out.push_str(
            "client.on(\"message\", (topic, payload, packet) => \
             console.log(topic, payload.toString(), packet.properties));\n",
        );
    }
    // Before CONNACK it knows no Topic Alias Maximum and sends none; an error ends the program here.
    out.push_str("const [connack] = await once(client, \"connect\");\n");
    out.push_str("console.log(\"CONNACK:\", connack);\n");
    out.push_str("client.on(\"error\", (error) => console.error(error.message));\n");
    out.push_str(&match &task.action {
        Packet::Publish(packet) => publish(packet, notes),
        Packet::Subscribe(packet) => subscribe(packet, notes),
        Packet::Unsubscribe(packet) => unsubscribe(packet, notes),
        Packet::Disconnect(packet) => disconnect(packet, notes),
        _ => String::new(),
    });
    out
}

/// What JavaScript writes as a literal.
enum Js {
    /// Written already.
    Word(String),
    /// Keys are written already too.
    Object(Vec<(String, Js)>),
    List(Vec<String>),
}

impl Js {
    fn word(word: impl Into<String>) -> Js {
        Js::Word(word.into())
    }

    fn object(members: Vec<(&str, Js)>) -> Js {
        Js::Object(members.into_iter().map(|(key, value)| (key.to_owned(), value)).collect())
    }

    fn write(&self, depth: usize) -> String {
        let margin = "  ".repeat(depth);
        match self {
            Js::Word(word) => word.clone(),
            Js::List(items) => format!("[{}]", items.join(", ")),
            Js::Object(members) => {
                let lines: Vec<_> = members
                    .iter()
                    .map(|(key, value)| format!("{margin}  {key}: {},\n", value.write(depth + 1)))
                    .collect();
                format!("{{\n{}{margin}}}", lines.concat())
            }
        }
    }
}

fn connect(connect: &Connect, notes: &mut Notes) -> Vec<(&'static str, Js)> {
    let mut options = vec![
        ("protocolVersion", Js::word("5")),
        ("clientId", Js::word(javascript(&connect.client_id))),
        ("clean", Js::word((connect.clean_start || connect.client_id.is_empty()).to_string())),
        ("keepalive", Js::word(connect.keep_alive.to_string())),
    ];
    notes.add_if(!connect.clean_start && connect.client_id.is_empty(), Note::EmptyIdKeepsNoSession);
    if let Some(user_name) = &connect.user_name {
        options.push(("username", Js::word(javascript(user_name))));
    }
    match (&connect.user_name, &connect.password) {
        (Some(_), Some(password)) => {
            options.push(("password", Js::word(text_or_bytes(password))));
        }
        (None, Some(_)) => notes.add(Note::PasswordWithoutUserName),
        (_, None) => {}
    }
    if let Some(will) = &connect.will {
        let mut members = vec![
            ("topic", Js::word(javascript(&will.topic))),
            ("payload", Js::word(text_or_bytes(&will.payload))),
            ("qos", Js::word(will.qos.bits().to_string())),
            ("retain", Js::word(will.retain.to_string())),
        ];
        members.extend(properties(&will.properties, notes));
        options.push(("will", Js::object(members)));
    }
    options.extend(properties(&connect.properties, notes));
    options
}

fn publish(publish: &Publish, notes: &mut Notes) -> String {
    let mut options = vec![
        ("qos", Js::word(publish.qos.bits().to_string())),
        ("retain", Js::word(publish.retain.to_string())),
    ];
    options.extend(properties(&publish.properties, notes));
    let topic = javascript(&publish.topic);
    let payload = text_or_bytes(&publish.payload);
    let options = Js::object(options).write(0);
    format!(
        "\nawait client.publishAsync({topic}, {payload}, {options});\nawait client.endAsync();\n"
    )
}

fn subscribe(subscribe: &Subscribe, notes: &mut Notes) -> String {
    let filters = subscribe
        .subscriptions
        .iter()
        .map(|subscription| {
            let mut options = vec![("qos", Js::word(subscription.qos.bits().to_string()))];
            if subscription.no_local {
                options.push(("nl", Js::word("true")));
            }
            if subscription.retain_as_published {
                options.push(("rap", Js::word("true")));
            }
            if subscription.retain_handling != RetainHandling::Send {
                let handling = subscription.retain_handling.bits().to_string();
                options.push(("rh", Js::word(handling)));
            }
            (key(&subscription.topic_filter), Js::object(options))
        })
        .collect();
    let mut arguments = vec![Js::Object(filters).write(0)];
    if let Some((name, properties)) = properties(&subscribe.properties, notes) {
        arguments.push(Js::object(vec![(name, properties)]).write(0));
    }
    format!("\nconsole.log(\"SUBACK:\", await client.subscribeAsync({}));\n", arguments.join(", "))
}

fn unsubscribe(unsubscribe: &Unsubscribe, notes: &mut Notes) -> String {
    let filters: Vec<_> =
        unsubscribe.topic_filters.iter().map(|filter| javascript(filter)).collect();
    let mut arguments = vec![Js::List(filters).write(0)];
    if let Some((name, properties)) = properties(&unsubscribe.properties, notes) {
        arguments.push(Js::object(vec![(name, properties)]).write(0));
    }
    format!(
        "\nconsole.log(\"UNSUBACK:\", await client.unsubscribeAsync({}));\nawait client.endAsync();\n",
        arguments.join(", ")
    )
}

fn disconnect(disconnect: &Disconnect, notes: &mut Notes) -> String {
    let mut options = Vec::new();
    if disconnect.reason_code != ReasonCode::Success {
        let code = format!("0x{:02x}", disconnect.reason_code.value());
        options.push(("reasonCode", Js::word(code)));
    }
    options.extend(properties(&disconnect.properties, notes));
    let arguments = match options.is_empty() {
        true => String::new(),
        false => format!("false, {}", Js::object(options).write(0)),
    };
    format!("\nawait client.endAsync({arguments});\n")
}

fn properties(properties: &Properties, notes: &mut Notes) -> Option<(&'static str, Js)> {
    if properties.is_empty() {
        return None;
    }
    let mut members: Vec<(String, Js)> = others(properties)
        .map(|property| (camel_case(property.id()), Js::Word(value(property))))
        .collect();
    let mut pairs: Vec<(String, Vec<String>)> = Vec::new();
    let mut order: Vec<&str> = Vec::new();
    for (name, value) in properties.user_properties() {
        let known = pairs.iter_mut().find(|(key, _)| key == name);
        // An object keeps no order between the values of one name and those of others.
        let moves = known.is_some() && order.last() != Some(&name);
        let is_index = !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_digit());
        notes.add_if(moves || (is_index && !order.is_empty()), Note::UserPropertiesReordered);
        match known {
            Some((_, values)) => values.push(javascript(value)),
            None => pairs.push((name.to_owned(), vec![javascript(value)])),
        }
        order.push(name);
    }
    if !pairs.is_empty() {
        let member = |(name, mut values): (String, Vec<String>)| {
            let value = match values.len() {
                1 => Js::Word(values.remove(0)),
                _ => Js::List(values),
            };
            (key(&name), value)
        };
        let pairs = pairs.into_iter().map(member).collect();
        members.push(("userProperties".to_owned(), Js::Object(pairs)));
    }
    Some(("properties", Js::Object(members)))
}

/// A name in a literal object; one name would set the object's prototype instead.
fn key(name: &str) -> String {
    match name {
        "__proto__" => "[\"__proto__\"]".to_owned(),
        _ => javascript(name),
    }
}

fn camel_case(id: PropertyId) -> String {
    // Written otherwise there than in the specification.
    if id == PropertyId::MaximumQoS {
        return "maximumQoS".to_owned();
    }
    let mut out = String::new();
    for (index, word) in id.key().split('_').enumerate() {
        let mut letters = word.chars();
        match letters.next() {
            Some(first) if index > 0 => out.push(first.to_ascii_uppercase()),
            Some(first) => out.push(first),
            None => {}
        }
        out.push_str(letters.as_str());
    }
    out
}

fn value(property: &Property) -> String {
    match property.value() {
        PropertyValue::Byte(value) if property.id().kind() == PropertyKind::Byte => {
            (value == 1).to_string()
        }
        PropertyValue::Byte(value) => value.to_string(),
        PropertyValue::TwoByteInteger(value) => value.to_string(),
        PropertyValue::FourByteInteger(value) | PropertyValue::VariableByteInteger(value) => {
            value.to_string()
        }
        PropertyValue::Utf8String(text) => javascript(text),
        PropertyValue::BinaryData(bytes) => javascript_bytes(bytes),
        PropertyValue::StringPair(_, value) => javascript(value),
    }
}

fn text_or_bytes(bytes: &[u8]) -> String {
    std::str::from_utf8(bytes).map_or_else(|_| javascript_bytes(bytes), javascript)
}
