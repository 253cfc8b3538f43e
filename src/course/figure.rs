//! What the words quote of packets: sizes and bytes, taken from the encoder, so that no listing can be
//! wrong; and what a prediction keeps hidden until the wire has answered.
//!
//! In the prose `[[name]]` is a figure of the exercise or a value of a step, and `[[?step: text]]` shows `?`
//! until the prediction of that step is answered.

use super::exercise::Cast;
use crate::lab::{Act, Action};
use crate::mqtt::{Auth, Packet, PacketId, Subscribe, Unsubscribe, encode};

/// A named quotation.
pub struct Figure {
    pub name: &'static str,
    pub value: fn(&Cast) -> String,
}

/// The size of the packet that an act sends, in bytes.
pub fn size(act: &Act) -> String {
    packet(act).map_or_else(String::new, |packet| size_of(&packet))
}

/// The bytes of the packet that an act sends, in hexadecimal. A Packet Identifier, which the client gives,
/// is that of a connection's first: 1.
pub fn bytes(act: &Act) -> String {
    packet(act).map_or_else(String::new, |packet| bytes_of(&packet))
}

/// The size of a packet, in bytes.
pub fn size_of(packet: &Packet) -> String {
    encode(packet).map_or_else(|_| String::new(), |bytes| bytes.len().to_string())
}

/// The bytes of a packet in hexadecimal, with a space between.
pub fn bytes_of(packet: &Packet) -> String {
    let bytes = encode(packet).unwrap_or_default();
    let digits: Vec<String> = bytes.iter().map(|byte| format!("{byte:02X}")).collect();
    digits.join(" ")
}

/// The packet that an act sends; `None` for those that send none, or bytes of their own.
pub fn packet(act: &Act) -> Option<Packet> {
    const FIRST: PacketId = PacketId::MIN;
    Some(match act.action.clone() {
        Action::Connect(connect) => Packet::Connect(connect),
        Action::Publish(mut publish) => {
            publish.packet_id = (publish.qos != crate::mqtt::QoS::AtMostOnce).then_some(FIRST);
            Packet::Publish(publish)
        }
        Action::Subscribe { properties, subscriptions } => {
            Packet::Subscribe(Subscribe { packet_id: FIRST, properties, subscriptions })
        }
        Action::Unsubscribe { properties, topic_filters } => {
            Packet::Unsubscribe(Unsubscribe { packet_id: FIRST, properties, topic_filters })
        }
        Action::Disconnect(disconnect) => Packet::Disconnect(disconnect),
        Action::Authenticate { reason_code, properties } => {
            Packet::Auth(Auth { reason_code, properties })
        }
        _ => return None,
    })
}

/// A value as text in HTML: it may be the payload of anybody's message.
fn escaped(value: String) -> String {
    value.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

/// Fills in the constructs of the prose, which is HTML. `value` knows figures and values by name; `is_answered` whether
/// the prediction of a step has been answered.
pub fn fill(
    text: &str,
    value: &dyn Fn(&str) -> Option<String>,
    is_answered: &dyn Fn(&str) -> bool,
) -> String {
    let Some((before, construct, after)) = first_construct(text) else { return text.to_owned() };
    let filled = match construct.strip_prefix('?') {
        Some(hidden) => match hidden.split_once(':') {
            Some((step, _)) if !is_answered(step.trim()) => "?".to_owned(),
            Some((_, shown)) => fill(shown.trim(), value, is_answered),
            None => format!("[[{construct}]]"),
        },
        None => value(construct.trim()).map(escaped).unwrap_or_else(|| format!("[[{construct}]]")),
    };
    format!("{before}{filled}{}", fill(after, value, is_answered))
}

/// The text before the first construct, what is between its brackets, and the text behind.
fn first_construct(text: &str) -> Option<(&str, &str, &str)> {
    let start = text.find("[[")?;
    let inner = &text[start + 2..];
    let mut depth = 1;
    let mut at = 0;
    while depth > 0 {
        let rest = &inner[at..];
        if rest.starts_with("]]") {
            depth -= 1;
            at += 2;
        } else if rest.starts_with("[[") {
            depth += 1;
            at += 2;
        } else {
            at += rest.chars().next()?.len_utf8();
        }
    }
    Some((&text[..start], &inner[..at - 2], &inner[at..]))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::capture::ClientSlot;
    use crate::mqtt::{Publish, QoS};

    #[test]
    fn constructs_are_filled_in_and_kept_back() {
        let value = |name: &str| (name == "after").then(|| "12".to_owned());
        for (text, answered, expect) in [
            ("[[after]] bytes", false, "12 bytes"),
            ("left: [[?repeat: [[after]]]] of 60", false, "left: ? of 60"),
            ("left: [[?repeat: [[after]]]] of 60", true, "left: 12 of 60"),
            ("[[?repeat: nothing: really]]", true, "nothing: really"),
            ("温度は[[after]]バイト", false, "温度は12バイト"),
            ("[[unknown]]", false, "[[unknown]]"), // a test finds it in the words
            ("a [[ that never ends", false, "a [[ that never ends"),
            ("none", false, "none"),
        ] {
            assert_eq!(fill(text, &value, &|step| answered && step == "repeat"), expect, "{text}");
        }
    }

    #[test]
    fn values_are_text() {
        let value = |_: &str| Some("<img src=x> & more".to_owned());
        let filled = fill("<code>[[payload]]</code>", &value, &|_| true);
        assert_eq!(filled, "<code>&lt;img src=x&gt; &amp; more</code>");
    }

    #[test]
    fn quotations_are_the_packet_that_goes_out() {
        let publish = Publish { qos: QoS::AtLeastOnce, topic: "a".into(), ..Publish::default() };
        let act = Act::publish(ClientSlot(0), publish);
        assert_eq!(bytes(&act), "32 06 00 01 61 00 01 00");
        assert_eq!(size(&act), "8");
    }
}
