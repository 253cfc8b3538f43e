//! For each probe the rule that is broken.

use bytes::Bytes;
use mqtt5_playground::examine::{Chapter, Probe};
use mqtt5_playground::mqtt::{
    Ack, ConnAck, Disconnect, Packet, PacketId, PacketType, Properties, Property, PropertyId,
    Publish, QoS, ReasonCode, Sender, decode, encode,
};

use crate::wrong::{Becomes, Memory, Shim};

fn out(change: impl Fn(Packet, &mut Memory) -> Becomes + 'static) -> Shim {
    Shim::Out(Box::new(change))
}

fn becomes(packets: impl IntoIterator<Item = Packet>) -> Becomes {
    Becomes::These(packets.into_iter().collect())
}

/// Packets of this type are not sent.
fn lost(wanted: PacketType) -> Shim {
    out(move |packet, _| becomes(Some(packet).filter(|packet| packet.packet_type() != wanted)))
}

/// Only so many of them are.
fn lost_after(wanted: PacketType, most: usize) -> Shim {
    out(move |packet, memory| {
        memory.count += usize::from(packet.packet_type() == wanted);
        let is_lost = packet.packet_type() == wanted && memory.count > most;
        becomes(Some(packet).filter(|_| !is_lost))
    })
}

fn twice(wanted: PacketType) -> Shim {
    out(move |packet, _| match packet.packet_type() == wanted {
        true => becomes([packet.clone(), packet]),
        false => becomes([packet]),
    })
}

fn publish(change: impl Fn(&mut Publish) + 'static) -> Shim {
    out(move |mut packet, _| {
        if let Packet::Publish(publish) = &mut packet {
            change(publish);
        }
        becomes([packet])
    })
}

fn without(id: PropertyId) -> Shim {
    publish(move |publish| publish.properties.0.retain(|property| property.id() != id))
}

fn with(property: Property) -> Shim {
    publish(move |publish| publish.properties.push(property.clone()))
}

fn qos(qos: QoS) -> Shim {
    publish(move |publish| {
        publish.qos = qos;
        publish.packet_id = match qos {
            QoS::AtMostOnce => None,
            _ => publish.packet_id.or(PacketId::new(99)),
        };
    })
}

fn connack(change: impl Fn(&mut ConnAck) + 'static) -> Shim {
    out(move |mut packet, _| {
        if let Packet::ConnAck(connack) = &mut packet {
            change(connack);
        }
        becomes([packet])
    })
}

fn announced(property: Property) -> Shim {
    connack(move |connack| {
        connack.properties.0.retain(|other| other.id() != property.id());
        connack.properties.push(property.clone());
    })
}

/// The connection is refused.
fn refused() -> Shim {
    out(|packet, _| match packet {
        Packet::ConnAck(_) => Becomes::End(vec![Packet::ConnAck(ConnAck {
            reason_code: ReasonCode::ClientIdentifierNotValid,
            session_present: false,
            properties: Properties::NONE,
        })]),
        packet => becomes([packet]),
    })
}

/// A message that nobody asked for comes behind the answer of this type; `topic` follows the prefix.
fn ghost(behind: PacketType, topic: &'static str, payload: &'static str) -> Shim {
    out(move |packet, memory| {
        let is_it = packet.packet_type() == behind;
        memory.count += usize::from(is_it);
        match is_it && memory.count == 1 {
            true => {
                let topic = format!("{}/{topic}", memory.prefix);
                let payload = Bytes::from_static(payload.as_bytes());
                let ghost = Publish { topic: topic.as_str().into(), payload, ..Publish::default() };
                becomes([packet, Packet::Publish(ghost)])
            }
            false => becomes([packet]),
        }
    })
}

pub fn codes(wanted: PacketType, codes: Vec<ReasonCode>) -> Shim {
    out(move |mut packet, _| {
        if packet.packet_type() == wanted {
            match &mut packet {
                Packet::SubAck(ack) => ack.reason_codes = codes.clone(),
                Packet::UnsubAck(ack) => ack.reason_codes = codes.clone(),
                Packet::PubAck(ack) | Packet::PubRel(ack) | Packet::PubComp(ack) => {
                    ack.reason_code = codes[0];
                }
                _ => {}
            }
        }
        becomes([packet])
    })
}

/// Every second message overtakes the one before it.
fn swapped() -> Shim {
    out(|packet, memory| match packet {
        Packet::Publish(_) if memory.held.is_empty() => {
            memory.held.push(packet);
            becomes([])
        }
        Packet::Publish(_) => {
            let before = memory.held.pop();
            becomes([packet].into_iter().chain(before))
        }
        packet => becomes([packet]),
    })
}

/// The broker does not notice this.
fn deaf(to: impl Fn(&[u8]) -> bool + 'static) -> Shim {
    Shim::In(Box::new(move |bytes, _| if to(&bytes) { Bytes::new() } else { bytes }))
}

const MENDED: Bytes = Bytes::from_static(b"\x10\x14\0\x04MQTT\x05\x02\0\x3C\0\0\x07mended1");

/// A first packet that breaks a rule is taken for a CONNECT that does not.
fn mended() -> Shim {
    Shim::In(Box::new(|bytes, memory| {
        memory.count += 1;
        match memory.count {
            1 => MENDED,
            _ => bytes,
        }
    }))
}

/// Of such packets the first on a connection is taken for a CONNECT that breaks no rule, others are not noticed.
pub fn blind(to: impl Fn(&[u8]) -> bool + 'static) -> Shim {
    Shim::In(Box::new(move |bytes, memory| {
        memory.count += 1;
        match (to(&bytes), memory.count) {
            (false, _) => bytes,
            (true, 1) => MENDED,
            (true, _) => Bytes::new(),
        }
    }))
}

fn is_broken(bytes: &[u8]) -> bool {
    decode(&Bytes::copy_from_slice(bytes), Some(Sender::Client)).is_err()
}

fn seconds_left(seconds: u32) -> Shim {
    publish(move |publish| {
        for property in &mut publish.properties.0 {
            if let Property::MessageExpiryInterval(left) = property {
                *left = seconds;
            }
        }
    })
}

fn session_present(is_present: bool) -> Shim {
    connack(move |connack| connack.session_present = is_present)
}

/// How the rule of a probe is broken.
pub fn of(probe: &Probe) -> Shim {
    use PacketType as T;
    match probe.id {
        "speaks-5" => refused(),
        "one-connack" => twice(T::ConnAck),
        "connack-first" => out(|packet, memory| match packet {
            Packet::ConnAck(ConnAck { session_present: true, .. }) => {
                memory.held.push(packet);
                becomes([])
            }
            packet => becomes([packet].into_iter().chain(memory.held.pop())),
        }),
        "client-id-23"
        | "client-id-long"
        | "client-id-utf-8"
        | "connect-user-properties"
        | "password-alone" => refused(),
        "client-id-assigned" | "response-information" => {
            connack(|connack| connack.properties.0.clear())
        }
        "client-ids-assigned-differ" => {
            announced(Property::AssignedClientIdentifier("everyone".into()))
        }
        "takeover-closes" | "keep-alive" => Shim::Holds,
        "takeover-code" => lost(T::Disconnect),
        "ping" => lost(T::PingResp),
        "keep-alive-0" => out(|packet, _| match packet {
            Packet::ConnAck(_) => Becomes::End(vec![packet]),
            packet => becomes([packet]),
        }),
        "server-keep-alive" => announced(Property::ServerKeepAlive(30)),
        "receive-maximum" => announced(Property::ReceiveMaximum(1)),
        "maximum-packet-size" => announced(Property::MaximumPacketSize(100)),
        "topic-alias-maximum" => announced(Property::TopicAliasMaximum(0)),
        "maximum-qos" => announced(Property::MaximumQoS(1)),
        "retain-available" => announced(Property::RetainAvailable(0)),
        "wildcards-available" => announced(Property::WildcardSubscriptionAvailable(0)),
        "subscription-identifiers-available" => {
            announced(Property::SubscriptionIdentifierAvailable(0))
        }
        "shared-subscriptions-available" => announced(Property::SharedSubscriptionAvailable(0)),
        "session-expiry-granted" => announced(Property::SessionExpiryInterval(10)),
        "response-information-unasked" => announced(Property::ResponseInformation("r".into())),
        "version-3-1-1" => Shim::In(Box::new(|bytes, _| match bytes[0] {
            0x10 => Bytes::from_static(b"\xC0\x00"),
            _ => bytes,
        })),
        "connect-in-pieces" => lost(T::ConnAck),
        "sys-version" => ghost(T::SubAck, "", "a broker 1.0"),

        "session-new"
        | "clean-start"
        | "session-ends-with-connection"
        | "session-expires"
        | "session-of-its-name"
        | "session-expiry-at-disconnect"
        | "session-expiry-raised" => session_present(true),
        "session-resumed" | "session-expiry-lengthened" | "session-taken-over" => {
            session_present(false)
        }
        "queued-qos-0" => ghost(T::Publish, "x", "maybe"),
        "retry-qos-1" => publish(|publish| publish.dup = false),
        "retry-qos-2" => lost(T::PubRel),
        "no-retry-while-connected"
        | "acknowledged-not-again"
        | "qos-2-across-connections"
        | "qos-2-repeated"
        | "subscription-replaced"
        | "shared-one-copy"
        | "shared-and-own"
        | "shared-groups"
        | "shared-refused-not-passed-on"
        | "retain-handling-1"
        | "retained-replaced" => twice(T::Publish),

        "payload-binary" => {
            publish(|publish| publish.payload = Bytes::from_static(b"\xEF\xBF\xBD"))
        }
        "topic-bom"
        | "topic-not-normalized"
        | "topic-case"
        | "topic-empty-levels"
        | "single-level"
        | "multi-level" => ghost(T::SubAck, "other", "no"),
        "wildcards-and-dollar" => ghost(T::SubAck, "x", "dollar"),
        "topic-as-published" => publish(|publish| publish.topic = "line".into()),
        "no-subscribers" => codes(T::PubAck, vec![ReasonCode::Success]),
        "qos-not-raised" => qos(QoS::ExactlyOnce),
        "qos-lowered-to-0" => qos(QoS::AtLeastOnce),
        "qos-lowered-to-1" => qos(QoS::AtMostOnce),
        "order-qos-0" | "order-qos-1" | "order-qos-2" => swapped(),
        "dup-not-passed-on" | "first-without-dup" => publish(|publish| publish.dup = true),

        "retained-kept" => publish(|publish| publish.retain = false),
        "retained-removed" | "retain-handling-2" | "retained-expires" | "shared-no-retained" => {
            ghost(T::SubAck, "x", "kept")
        }
        "retained-untouched" => publish(|publish| publish.payload = Bytes::from_static(b"passing")),
        "retained-removal-passed-on" | "retain-handling-0" | "retained-wildcard" => {
            lost_after(T::Publish, 1)
        }
        "retain-as-published-0" => publish(|publish| publish.retain = true),
        "retain-as-published-1" => publish(|publish| publish.retain = false),
        "retained-qos" | "overlapping-qos" | "will-qos" => qos(QoS::AtMostOnce),
        "retained-properties" | "properties-while-waiting" | "will-properties" => {
            without(PropertyId::UserProperty)
        }
        "retained-expiry-left" | "expiry-reduced" => seconds_left(100),

        "suback" => out(|mut packet, _| {
            if let Packet::SubAck(ack) = &mut packet {
                ack.packet_id = PacketId::new(1).expect("above zero");
            }
            becomes([packet])
        }),
        "suback-codes" => codes(
            T::SubAck,
            vec![ReasonCode::GrantedQoS2, ReasonCode::GrantedQoS1, ReasonCode::Success],
        ),
        "many-filters" => codes(T::SubAck, vec![ReasonCode::Success]),
        "subscription-identifier"
        | "subscription-identifier-largest"
        | "subscription-identifier-with-retained"
        | "shared-identifier"
        | "overlapping-copies" => without(PropertyId::SubscriptionIdentifier),
        "subscription-identifier-replaced" => with(Property::SubscriptionIdentifier(7)),
        "overlapping-identifiers-order" => publish(|publish| publish.properties.0.reverse()),
        "no-local" => ghost(T::SubAck, "x", "mine"),
        "unsuback" => codes(T::UnsubAck, vec![ReasonCode::Success, ReasonCode::Success]),
        "unsubscribed" | "shared-unsubscribe" => ghost(T::UnsubAck, "x", "after"),
        "unsubscribe-completes"
        | "expired-exchange-ends"
        | "pubrel-after-pubrec"
        | "shared-begun-completed" => lost(T::PubRel),
        "shared-ended-not-passed-on" => ghost(T::SubAck, "x", "work"),
        "shared-qos" => qos(QoS::AtMostOnce),

        "puback" => lost(T::PubAck),
        "qos-2-exchange" => lost(T::PubComp),
        "qos-1-identifier-again" | "qos-2-identifier-again" => lost_after(T::Publish, 1),
        // Held back until the exchange is over.
        "qos-2-moment" => Shim::In(Box::new(|bytes, memory| {
            if bytes[0] == 0x34 {
                memory.held.push(decode(&bytes, Some(Sender::Client)).expect("a PUBLISH"));
                return Bytes::new();
            }
            let held = memory.held.pop().filter(|_| bytes[0] == 0x62);
            let held = held.map(|packet| encode(&packet).expect("it was read"));
            [held.unwrap_or_default(), bytes].concat().into()
        })),
        "identifiers-of-the-server" => publish(|publish| publish.packet_id = PacketId::new(1)),
        "pubrec-refused" => out(|packet, memory| match &packet {
            Packet::PingResp if memory.letter == Some(b'b') => {
                let id = PacketId::new(1).expect("above zero");
                let pubrel = Packet::PubRel(Ack::success(id));
                becomes([pubrel, packet])
            }
            _ => becomes([packet]),
        }),
        "pubrel-unknown" => codes(T::PubComp, vec![ReasonCode::Success]),
        "pubrec-unknown" => codes(T::PubRel, vec![ReasonCode::Success]),
        "puback-unknown" => out(|packet, _| match packet {
            Packet::PingResp => Becomes::End(Vec::new()),
            packet => becomes([packet]),
        }),

        "receive-maximum-honoured" => ghost_messages("3"),
        "receive-maximum-qos-2" => ghost_messages("2"),
        "receive-maximum-released" => lost_after(T::Publish, 1),
        "receive-maximum-others-pass" => lost(T::UnsubAck),
        "receive-maximum-and-qos-0" => lost_after(T::Publish, 1),
        "receive-maximum-of-the-server" => lost(T::Disconnect),
        "packet-size-of-the-client" => ghost(T::Publish, "x", LONG),
        "packet-size-and-reasons" => out(|mut packet, _| {
            if let Packet::PubComp(ack) = &mut packet {
                ack.properties.push(Property::ReasonString(LONG.into()));
            }
            becomes([packet])
        }),
        "alias-used" | "alias-moved" => lost_after(T::Publish, 1),
        "alias-of-one-connection" | "alias-unknown" | "alias-above-maximum" => Shim::Holds,
        "alias-none-unasked" | "no-publisher-alias" => with(Property::TopicAlias(1)),
        "alias-within-maximum" => with_only_alias(7),
        "alias-from-the-server" => publish(|publish| {
            publish.properties.0.retain(|property| property.id() != PropertyId::TopicAlias);
            if publish.topic.is_empty() {
                publish.topic = "x".into();
            }
        }),
        "problem-information-0" => out(|mut packet, _| {
            if let Packet::PubAck(ack) = &mut packet {
                ack.properties.push(Property::ReasonString("why".into()));
            }
            becomes([packet])
        }),
        "reason-strings" => out(|mut packet, _| {
            if let Packet::Disconnect(disconnect) = &mut packet {
                disconnect.properties.0.clear();
            }
            becomes([packet])
        }),
        "queue-length" => lost_after(T::Publish, 100),

        "will-not-after-goodbye" | "will-delay-and-return" | "will-delayed" => {
            ghost(T::SubAck, "w", "will")
        }
        "will-retain-0" => out(|packet, memory| match &packet {
            Packet::SubAck(_) if memory.letter == Some(b'c') => {
                let topic = format!("{}/w", memory.prefix);
                let kept =
                    Publish { topic: topic.as_str().into(), retain: true, ..Publish::default() };
                becomes([packet, Packet::Publish(kept)])
            }
            _ => becomes([packet]),
        }),
        "will-above-maximum-qos" => announced(Property::MaximumQoS(1)),
        "will-retain-unavailable" => announced(Property::RetainAvailable(0)),
        "will-retain-1" => publish(|publish| publish.retain = false),

        "payload-format" => without(PropertyId::PayloadFormatIndicator),
        "content-type" => without(PropertyId::ContentType),
        "response-topic" => without(PropertyId::ResponseTopic),
        "correlation-data" => without(PropertyId::CorrelationData),
        "user-properties" => publish(|publish| drop(publish.properties.0.pop())),
        "user-properties-order" | "properties-order" => {
            publish(|publish| publish.properties.0.reverse())
        }
        "expiry-kept" => without(PropertyId::MessageExpiryInterval),
        "expiry-none" => with(Property::MessageExpiryInterval(1)),
        "expired-not-sent" => ghost(T::Publish, "x", "short"),

        "method-unknown" | "auth-out-of-place" | "refused-connack" => Shim::Holds,
        "disconnect-is-last" => twice(T::Disconnect),
        "connect-refused-not-by-disconnect" => out(|packet, _| match packet {
            Packet::ConnAck(_) => {
                Becomes::End(vec![Packet::Disconnect(Disconnect::new(ReasonCode::MalformedPacket))])
            }
            packet => becomes([packet]),
        }),
        "no-method-no-auth" => announced(Property::AuthenticationMethod("X".into())),
        "scram" => out(|mut packet, _| {
            if let Packet::Auth(auth) = &mut packet {
                auth.properties.0.clear();
            }
            becomes([packet])
        }),

        "after-refused-connect" => ghost(T::SubAck, "x", "sneaked in"),
        "publish-payload-not-utf-8" => out(|packet, _| match packet {
            Packet::PubAck(_) => Becomes::End(Vec::new()),
            packet => becomes([packet]),
        }),
        // The second of them: the first is right.
        "second-connect" => Shim::In(Box::new(|bytes, memory| {
            memory.count += usize::from(bytes[0] == 0x10);
            match bytes[0] == 0x10 && memory.count > 1 {
                true => Bytes::new(),
                false => bytes,
            }
        })),
        "publish-no-topic" | "auth-without-method" => {
            deaf(|bytes| bytes[0] == 0x30 || bytes[0] == 0xF0)
        }
        id if probe.chapter == Chapter::Malformed => {
            match id.starts_with("connect-")
                || matches!(id, "before-connect" | "protocol-name" | "protocol-version")
            {
                true => mended(),
                false => deaf(is_broken),
            }
        }
        // What is to arrive does not.
        _ => lost(T::Publish),
    }
}

const LONG: &str = "A text that is longer than any client that has little room would like to read, \
    and that goes on and on until it is certainly larger than what was allowed, and then a little more, \
    so that nobody can say afterwards that it might have fit.";

fn with_only_alias(alias: u16) -> Shim {
    publish(move |publish| {
        publish.properties.0.retain(|property| property.id() != PropertyId::TopicAlias);
        publish.properties.push(Property::TopicAlias(alias));
    })
}

/// Of QoS 1, on the client that listens.
fn ghost_messages(payload: &'static str) -> Shim {
    out(move |packet, memory| {
        memory.count += usize::from(packet.packet_type() == PacketType::Publish);
        let is_it = packet.packet_type() == PacketType::Publish && memory.count == 1;
        match &packet {
            Packet::Publish(publish) if is_it => {
                let ghost = Publish {
                    packet_id: PacketId::new(77),
                    payload: Bytes::from_static(payload.as_bytes()),
                    ..publish.clone()
                };
                becomes([packet, Packet::Publish(ghost)])
            }
            _ => becomes([packet]),
        }
    })
}
