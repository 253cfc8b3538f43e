//! Packets and dissections → JSON.

use serde_json::{Map, Value, json};

use crate::mqtt::{
    DecodeError, Dissection, Field, Flaw, Packet, Properties, PropertyId, PropertyKind,
    PropertyValue, ReasonCode, Subscription, Text, Value as FieldValue, Version, hex,
};

/// A packet in the shapes the module promises.
pub fn packet_to_json(packet: &Packet) -> Value {
    let mut out = Map::new();
    let mut put = |key: &str, value: Value| {
        out.insert(key.to_owned(), value);
    };
    put("type", packet.packet_type().key().into());
    match packet {
        Packet::Connect(p) => {
            put("protocol_name", "MQTT".into());
            put("protocol_version", 5.into());
            put("clean_start", p.clean_start.into());
            put("keep_alive", p.keep_alive.into());
            put("properties", properties(&p.properties));
            put("client_id", p.client_id.as_str().into());
            if let Some(will) = &p.will {
                put(
                    "will",
                    json!({
                        "qos": will.qos.bits(),
                        "retain": will.retain,
                        "properties": properties(&will.properties),
                        "topic": will.topic,
                        "payload_hex": hex(&will.payload),
                    }),
                );
            }
            if let Some(user_name) = &p.user_name {
                put("username", user_name.as_str().into());
            }
            if let Some(password) = &p.password {
                put("password_hex", hex(password).into());
            }
        }
        Packet::ConnAck(p) => {
            put("session_present", p.session_present.into());
            put("reason_code", p.reason_code.value().into());
            put("properties", properties(&p.properties));
        }
        Packet::Publish(p) => {
            put("dup", p.dup.into());
            put("qos", p.qos.bits().into());
            put("retain", p.retain.into());
            put("topic", p.topic.as_str().into());
            if let Some(packet_id) = p.packet_id {
                put("packet_id", packet_id.get().into());
            }
            put("properties", properties(&p.properties));
            put("payload_hex", hex(&p.payload).into());
        }
        Packet::PubAck(p) | Packet::PubRec(p) | Packet::PubRel(p) | Packet::PubComp(p) => {
            put("packet_id", p.packet_id.get().into());
            put("reason_code", p.reason_code.value().into());
            put("properties", properties(&p.properties));
        }
        Packet::Subscribe(p) => {
            put("packet_id", p.packet_id.get().into());
            put("properties", properties(&p.properties));
            put("subscriptions", p.subscriptions.iter().map(subscription).collect());
        }
        Packet::SubAck(p) => {
            put("packet_id", p.packet_id.get().into());
            put("properties", properties(&p.properties));
            put("reason_codes", reason_codes(&p.reason_codes));
        }
        Packet::Unsubscribe(p) => {
            put("packet_id", p.packet_id.get().into());
            put("properties", properties(&p.properties));
            put("topic_filters", p.topic_filters.iter().map(Text::as_str).collect());
        }
        Packet::UnsubAck(p) => {
            put("packet_id", p.packet_id.get().into());
            put("properties", properties(&p.properties));
            put("reason_codes", reason_codes(&p.reason_codes));
        }
        Packet::PingReq | Packet::PingResp => {}
        Packet::Disconnect(p) => {
            put("reason_code", p.reason_code.value().into());
            put("properties", properties(&p.properties));
        }
        Packet::Auth(p) => {
            put("reason_code", p.reason_code.value().into());
            put("properties", properties(&p.properties));
        }
    }
    Value::Object(out)
}

/// The same for a packet of any version. Before 5.0 without what only 5.0 has, with `clean_session`, and with
/// return codes.
pub fn packet_to_json_as(packet: &Packet, version: Version) -> Value {
    let mut json = packet_to_json(packet);
    if version.is_5() {
        return json;
    }
    let Value::Object(out) = &mut json else { return json };
    for only_in_5 in ["properties", "reason_code", "reason_codes"] {
        out.remove(only_in_5);
    }
    let return_code = |code: &ReasonCode| {
        code.return_code(packet.packet_type()).map_or(Value::Null, |(value, _)| value.into())
    };
    match packet {
        Packet::Connect(p) => {
            out.insert("protocol_name".into(), version.protocol_name().into());
            out.insert("protocol_version".into(), version.level().into());
            out.remove("clean_start");
            out.insert("clean_session".into(), p.clean_start.into());
            if let Some(Value::Object(will)) = out.get_mut("will") {
                will.remove("properties");
            }
        }
        Packet::ConnAck(p) => {
            out.insert("return_code".into(), return_code(&p.reason_code));
        }
        Packet::SubAck(p) => {
            out.insert("return_codes".into(), p.reason_codes.iter().map(return_code).collect());
        }
        Packet::Subscribe(p) => {
            let requested = |it: &Subscription| json!({ "topic_filter": it.topic_filter, "qos": it.qos.bits() });
            out.insert("subscriptions".into(), p.subscriptions.iter().map(requested).collect());
        }
        _ => {}
    }
    json
}

/// `{"ok":true,"packet":…,"fields":[…]}`, or `{"ok":false,"error":…,"errors":[…],"fields":[…]}`: `error` is the
/// first of `errors`, at which a receiver stops.
///
/// An error has the byte `at` which the rule is broken, and from `start` to `end` the bytes at fault; `field` and
/// `value` are there where these bytes belong to a field.
///
/// `fields` holds the leaves in wire order: each begins where the one before it ends. `path` names the
/// groups around a leaf, outermost first; `bits` lists the bit fields of a byte that has them, from bit 7
/// down; `meaning` is there where a number means a name.
pub fn dissection_to_json(dissection: &Dissection) -> Value {
    let version = dissection.version;
    let mut fields = Vec::new();
    for field in &dissection.fields {
        field.leaves(&mut Vec::new(), &mut |path, leaf| {
            fields.push(leaf_to_json(path, leaf, version));
        });
    }
    match &dissection.outcome {
        Ok(packet) => {
            let packet = packet_to_json_as(packet, version);
            json!({ "ok": true, "packet": packet, "fields": fields })
        }
        Err(error) => json!({
            "ok": false,
            "error": error_to_json(error, version),
            "errors": flaws_to_json(dissection),
            "fields": fields,
        }),
    }
}

/// Every broken rule.
pub(super) fn flaws_to_json(dissection: &Dissection) -> Value {
    dissection.flaws.iter().map(|flaw| flaw_to_json(flaw, dissection.version)).collect()
}

fn flaw_to_json(flaw: &Flaw, version: Version) -> Value {
    let mut json = error_to_json(&flaw.error, version);
    json["start"] = flaw.range.start.into();
    json["end"] = flaw.range.end.into();
    if let Some(label) = flaw.label {
        json["field"] = label.name_in(version).into();
    }
    let (value, meaning) = value_to_json(&flaw.value);
    if !value.is_null() {
        json["value"] = value;
    }
    if let Some(meaning) = meaning {
        json["meaning"] = meaning.into();
    }
    json
}

/// The key of a property in JSON.
pub(super) fn property_key(id: PropertyId) -> String {
    match id.kind() {
        PropertyKind::BinaryData => format!("{}_hex", id.key()),
        _ => id.key().to_owned(),
    }
}

/// Properties that stay a list even when there is only one.
pub(super) fn always_a_list(id: PropertyId) -> bool {
    matches!(id, PropertyId::SubscriptionIdentifier | PropertyId::UserProperty)
}

fn properties(properties: &Properties) -> Value {
    let mut out = Map::new();
    for property in properties {
        let value = match property.value() {
            PropertyValue::Byte(v) => v.into(),
            PropertyValue::TwoByteInteger(v) => v.into(),
            PropertyValue::FourByteInteger(v) | PropertyValue::VariableByteInteger(v) => v.into(),
            PropertyValue::Utf8String(v) => v.into(),
            PropertyValue::BinaryData(v) => hex(v).into(),
            PropertyValue::StringPair(name, value) => json!([name, value]),
        };
        let list = always_a_list(property.id());
        match out.get_mut(&property_key(property.id())) {
            Some(Value::Array(values)) => values.push(value),
            Some(single) => *single = Value::Array(vec![single.take(), value]),
            None => {
                let value = if list { Value::Array(vec![value]) } else { value };
                out.insert(property_key(property.id()), value);
            }
        }
    }
    Value::Object(out)
}

fn subscription(subscription: &Subscription) -> Value {
    json!({
        "topic_filter": subscription.topic_filter,
        "qos": subscription.qos.bits(),
        "no_local": subscription.no_local,
        "retain_as_published": subscription.retain_as_published,
        "retain_handling": subscription.retain_handling.bits(),
    })
}

fn reason_codes(codes: &[ReasonCode]) -> Value {
    codes.iter().map(|code| code.value()).collect()
}

fn error_to_json(error: &DecodeError, version: Version) -> Value {
    let mut json = json!({
        "at": error.at,
        "kind": error.kind.key(),
        "statement": error.kind.rule_in(version),
        "message": error.kind.to_string(),
    });
    // Before 5.0 nothing is answered.
    if version.is_5() {
        json["reason_code"] = error.kind.reason_code().value().into();
    }
    json
}

fn leaf_to_json(path: &[&Field], leaf: &Field, version: Version) -> Value {
    let mut out = Map::new();
    out.insert("name".into(), leaf.label.name_in(version).into());
    out.insert("start".into(), leaf.range.start.into());
    out.insert("end".into(), leaf.range.end.into());
    put_value(&mut out, leaf);
    out.insert("section".into(), leaf.label.section_in(version).into());
    out.insert("path".into(), path.iter().map(|group| group.label.name_in(version)).collect());
    if !leaf.children.is_empty() {
        out.insert(
            "bits".into(),
            leaf.children.iter().map(|bits| bits_to_json(bits, version)).collect(),
        );
    }
    Value::Object(out)
}

fn bits_to_json(field: &Field, version: Version) -> Value {
    let mut out = Map::new();
    out.insert("name".into(), field.label.name_in(version).into());
    if let Some(bits) = field.bits {
        out.insert("high".into(), bits.high.into());
        out.insert("low".into(), bits.low.into());
    }
    put_value(&mut out, field);
    out.insert("section".into(), field.label.section_in(version).into());
    Value::Object(out)
}

fn put_value(out: &mut Map<String, Value>, field: &Field) {
    let (value, meaning) = value_to_json(&field.value);
    out.insert("value".into(), value);
    if let Some(meaning) = meaning {
        out.insert("meaning".into(), meaning.into());
    }
}

/// The value, and what it means where it is a number that means a name.
fn value_to_json(value: &FieldValue) -> (Value, Option<&'static str>) {
    match value {
        FieldValue::None => (Value::Null, None),
        FieldValue::Flag(flag) => (u8::from(*flag).into(), None),
        FieldValue::Number(number) => ((*number).into(), None),
        FieldValue::Text(text) => (text.as_str().into(), None),
        FieldValue::Bytes(bytes) => (hex(bytes).into(), None),
        FieldValue::Named(number, name) => ((*number).into(), Some(*name)),
        FieldValue::ReasonCode(code, name) => (code.value().into(), Some(*name)),
        FieldValue::Pair(name, value) => (json!([name, value]), None),
    }
}
