//! The packet in hand: the same thing as bytes and as fields, sound or broken, and what a Server makes of it.

use bytes::Bytes;

use crate::analysis::{Breakage, Broken};
use crate::capture::{Capture, ClientSlot, Entry, RecordId};
use crate::mqtt::{
    Class, DecodeError, Packet, PacketId, PacketType, ReasonCode, Sender, Version, decode,
    decode_as, encode, meant_in_5,
};
use crate::ui::forms::{
    ConnectDraft, DisconnectDraft, Draft, Judged, PlainDraft, PublishDraft, SubscribeDraft,
    UnsubscribeDraft, complete,
};

/// Bytes, which may be broken, and the last sound packet before them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InHand {
    pub bytes: Bytes,
    /// The side that sends such a packet.
    pub sender: Sender,
    sound: Bytes,
    /// The one that was asked for; bytes may be broken in other ways too.
    pub breakage: Option<Breakage>,
}

impl InHand {
    /// `None` for a packet that has no bytes.
    pub fn new(packet: &Packet, sender: Sender) -> Option<InHand> {
        let bytes = encode(packet).ok()?;
        Some(InHand { sound: bytes.clone(), bytes, sender, breakage: None })
    }

    /// Other bytes in its place; where they are broken, what was sound before stays known.
    pub fn with_bytes(&self, bytes: Bytes, sender: Sender) -> InHand {
        let is_sound = decode(&bytes, Some(sender)).is_ok();
        let same_type =
            bytes.first().map(|byte| byte >> 4) == self.sound.first().map(|byte| byte >> 4);
        let sound = match (is_sound, same_type) {
            (true, _) => bytes.clone(),
            (false, true) => self.sound.clone(),
            // Nothing is known of a sound packet of that type.
            (false, false) => Bytes::new(),
        };
        InHand { bytes, sender, sound, breakage: None }
    }

    /// The sound packet, broken in this way; the same way again mends it.
    pub fn broken_by(&self, breakage: Breakage) -> InHand {
        let sound = self.sound.clone();
        let broken = match self.breakage == Some(breakage) {
            true => None,
            false => breakage.of(&sound, self.sender),
        };
        InHand {
            bytes: broken.as_ref().map_or_else(|| sound.clone(), |broken| broken.bytes.clone()),
            sender: self.sender,
            breakage: broken.map(|broken| broken.breakage),
            sound,
        }
    }

    /// The last sound packet, if there was one.
    pub fn mended(&self) -> Option<InHand> {
        let sound = self.sound.clone();
        (!sound.is_empty()).then(|| InHand {
            bytes: sound.clone(),
            sender: self.sender,
            sound,
            breakage: None,
        })
    }

    /// As far as the first byte tells it.
    pub fn packet_type(&self) -> Option<PacketType> {
        self.bytes.first().and_then(|byte| PacketType::from_value(byte >> 4))
    }

    pub fn packet(&self) -> Result<Packet, DecodeError> {
        decode(&self.bytes, Some(self.sender))
    }

    /// The older version in which these bytes are a sound packet, and that packet. `None` where they are one of 5.0,
    /// and where a packet of 5.0 has been broken on purpose.
    pub fn older(&self) -> Option<(Version, Packet)> {
        if self.breakage.is_some() || self.packet().is_ok() {
            return None;
        }
        let named = Version::of_connect(&self.bytes).filter(|version| !version.is_5());
        let version = named.unwrap_or(Version::V3_1_1);
        let packet = decode_as(&self.bytes, Some(self.sender), version).ok()?;
        Some((version, packet))
    }

    /// What 5.0 writes to mean the same as these bytes of an older version.
    pub fn written_in_5(&self) -> Option<InHand> {
        let (_, packet) = self.older()?;
        InHand::new(&meant_in_5(packet, 1), self.sender)
    }

    /// Every way in which the sound packet can be broken.
    pub fn ways(&self) -> Vec<Broken> {
        Breakage::all_of(&self.sound, self.sender)
    }

    /// What a Server makes of these bytes when a Client sends them.
    pub fn foretold(&self, is_connected: bool) -> Foretold {
        let is_connect = self.packet_type() == Some(PacketType::Connect);
        match decode(&self.bytes, Some(Sender::Client)) {
            Ok(_) if is_connect && is_connected => Foretold::Refused {
                rule: "[MQTT-3.1.0-2]",
                reason_code: ReasonCode::ProtocolError,
                by: PacketType::Disconnect,
            },
            Ok(_) => Foretold::Sound,
            Err(error) if error.kind.class() == Class::Framing => Foretold::Waits,
            Err(error) => Foretold::Refused {
                rule: error.kind.rule(),
                reason_code: error.kind.reason_code(),
                by: match is_connect && !is_connected {
                    true => PacketType::ConnAck,
                    false => PacketType::Disconnect,
                },
            },
        }
    }
}

/// What a Server does with the bytes, known before they are sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Foretold {
    /// Nothing is wrong with them; what the Server answers depends on what it may and can.
    Sound,
    /// They are not whole: it waits for the rest.
    Waits,
    /// It closes the Network Connection, and may say why first (§4.13).
    Refused { rule: &'static str, reason_code: ReasonCode, by: PacketType },
}

/// What has come back since.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    pub record: RecordId,
    /// `None` where the Network Connection ended.
    pub packet: Option<PacketType>,
    pub reason_codes: Vec<ReasonCode>,
}

/// Everything that the Server has sent to the client from that record on, and the end of the
/// connection; the first of it, where there is much.
pub fn answers(capture: &Capture, client: ClientSlot, since: RecordId) -> Vec<Answer> {
    const MOST: usize = 20;
    let Some(start) = capture.position(since) else { return Vec::new() };
    (start..capture.len())
        .filter_map(|position| capture.at(position))
        .filter(|record| record.client == client)
        .filter_map(|record| {
            let is_end = matches!(record.entry, Entry::Closed(_));
            (is_end || record.sender() == Some(Sender::Server)).then(|| Answer {
                record: record.id,
                packet: record.packet_type().filter(|_| !is_end),
                reason_codes: record
                    .valid_packet()
                    .map(|packet| packet.reason_codes().to_vec())
                    .unwrap_or_default(),
            })
        })
        .take(MOST)
        .collect()
}

/// How the answers compare with what was foretold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Compared {
    /// The Reason Code is the one.
    AsForetold,
    /// Another one, which this Server chose.
    OtherCode,
    /// It closed the connection without a word, which §4.13 allows.
    WithoutAWord,
}

/// `None` where nothing was foretold, or nothing has come yet.
pub fn compare(foretold: Foretold, answers: &[Answer]) -> Option<Compared> {
    let Foretold::Refused { reason_code, by, .. } = foretold else { return None };
    let told = answers.iter().find(|answer| answer.packet == Some(by));
    match told {
        Some(answer) if answer.reason_codes == [reason_code] => Some(Compared::AsForetold),
        Some(_) => Some(Compared::OtherCode),
        None => answers.iter().any(|a| a.packet.is_none()).then_some(Compared::WithoutAWord),
    }
}

/// Which form shows a packet's fields.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    Connect,
    Publish,
    Subscribe,
    Unsubscribe,
    Disconnect,
    Plain,
}

impl Form {
    pub fn of(packet: PacketType, sender: Sender) -> Form {
        match (packet, sender) {
            (PacketType::Connect, _) => Form::Connect,
            (PacketType::Publish, _) => Form::Publish,
            (PacketType::Subscribe, _) => Form::Subscribe,
            (PacketType::Unsubscribe, _) => Form::Unsubscribe,
            (PacketType::Disconnect, Sender::Client) => Form::Disconnect,
            _ => Form::Plain,
        }
    }
}

/// What the fields say.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fields {
    pub packet: PacketType,
    pub sender: Sender,
    /// Of PUBLISH, SUBSCRIBE and UNSUBSCRIBE, whose forms leave it to the client.
    pub packet_id: String,
    pub dup: bool,
    pub draft: FieldsDraft,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FieldsDraft {
    Connect(Box<ConnectDraft>),
    Publish(Box<PublishDraft>),
    Subscribe(Box<SubscribeDraft>),
    Unsubscribe(Box<UnsubscribeDraft>),
    Disconnect(Box<DisconnectDraft>),
    Plain(Box<PlainDraft>),
}

impl Fields {
    pub fn of(packet: &Packet, sender: Sender) -> Fields {
        use crate::ui::forms::{Part, PropertiesDraft};
        let draft = match packet {
            Packet::Connect(connect) => {
                FieldsDraft::Connect(Box::new(ConnectDraft::from_connect(connect)))
            }
            Packet::Publish(publish) => {
                let mut draft = PublishDraft::from_publish(publish);
                if sender == Sender::Server {
                    let part = Part::PublishFromServer;
                    draft.properties = PropertiesDraft::from_properties(part, &publish.properties);
                }
                FieldsDraft::Publish(Box::new(draft))
            }
            Packet::Subscribe(subscribe) => {
                let (properties, entries) = (&subscribe.properties, &subscribe.subscriptions);
                FieldsDraft::Subscribe(Box::new(SubscribeDraft::from_parts(properties, entries)))
            }
            Packet::Unsubscribe(unsubscribe) => {
                let (properties, filters) = (&unsubscribe.properties, &unsubscribe.topic_filters);
                FieldsDraft::Unsubscribe(Box::new(UnsubscribeDraft::from_parts(
                    properties, filters,
                )))
            }
            Packet::Disconnect(disconnect) if sender == Sender::Client => {
                FieldsDraft::Disconnect(Box::new(DisconnectDraft::from_disconnect(disconnect)))
            }
            other => FieldsDraft::Plain(Box::new(PlainDraft::from_packet(other, sender))),
        };
        let dup = matches!(packet, Packet::Publish(publish) if publish.dup);
        let packet_id = packet.packet_id().map_or_else(|| "1".to_owned(), |id| id.to_string());
        Fields { packet: packet.packet_type(), sender, packet_id, dup, draft }
    }

    /// Whether the Packet Identifier stands beside the form.
    pub fn has_packet_id(&self) -> bool {
        match &self.draft {
            FieldsDraft::Publish(draft) => draft.qos.bits() > 0,
            FieldsDraft::Subscribe(_) | FieldsDraft::Unsubscribe(_) => true,
            _ => false,
        }
    }

    pub fn judged(&self) -> Judged {
        let judged = match &self.draft {
            FieldsDraft::Connect(draft) => draft.judged(),
            FieldsDraft::Publish(draft) => draft.judged(),
            FieldsDraft::Subscribe(draft) => draft.judged(),
            FieldsDraft::Unsubscribe(draft) => draft.judged(),
            FieldsDraft::Disconnect(draft) => draft.judged(),
            FieldsDraft::Plain(draft) => draft.judged(),
        };
        match &self.draft {
            FieldsDraft::Publish(_) | FieldsDraft::Subscribe(_) | FieldsDraft::Unsubscribe(_) => {
                let text = self.has_packet_id().then_some(self.packet_id.as_str());
                complete(judged, text, self.dup, self.sender)
            }
            _ => judged,
        }
    }

    /// Whether the fields can say everything that stands in the packet, in this order.
    pub fn say_all_of(&self, packet: &Packet) -> bool {
        self.judged().packet.as_ref() == Some(packet)
    }
}

/// The packet with which a form begins: the smallest that makes sense to send.
pub fn sample(packet: PacketType, sender: Sender, client_id: &str) -> Packet {
    use crate::mqtt::{
        Auth, Connect, Disconnect, Properties, Property, Publish, QoS, Subscribe, Subscription,
        Unsubscribe,
    };
    const ID: PacketId = PacketId::MIN;
    match packet {
        PacketType::Connect => Packet::Connect(Box::new(Connect {
            clean_start: true,
            keep_alive: 60,
            client_id: client_id.into(),
            ..Connect::default()
        })),
        PacketType::Publish => Packet::Publish(Publish {
            qos: QoS::AtLeastOnce,
            topic: "composer/test".into(),
            packet_id: Some(ID),
            properties: Properties::NONE,
            payload: Bytes::from_static(b"hello"),
            ..Publish::default()
        }),
        PacketType::Subscribe => Packet::Subscribe(Subscribe {
            packet_id: ID,
            properties: Properties::NONE,
            subscriptions: vec![Subscription {
                topic_filter: "composer/#".into(),
                qos: QoS::AtLeastOnce,
                ..Subscription::default()
            }],
        }),
        PacketType::Unsubscribe => Packet::Unsubscribe(Unsubscribe {
            packet_id: ID,
            properties: Properties::NONE,
            topic_filters: vec!["composer/#".into()],
        }),
        PacketType::Disconnect if sender == Sender::Client => {
            Packet::Disconnect(Disconnect::new(ReasonCode::Success))
        }
        PacketType::Auth => Packet::Auth(Auth {
            reason_code: ReasonCode::ContinueAuthentication,
            properties: [Property::AuthenticationMethod("SCRAM-SHA-256".into())].into(),
        }),
        other => {
            let draft = PlainDraft::new(other, sender);
            draft.to_packet().unwrap_or(Packet::PingReq)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lab::{Act, Action, Lab};
    use crate::link::Target;
    use crate::mqtt::encode_as;
    use crate::mqtt::{Connect, Property, Publish};
    use crate::time::Instant;
    use crate::ui::composer::paste::sender_of;

    fn senders(packet: PacketType) -> impl Iterator<Item = Sender> {
        [Sender::Client, Sender::Server].into_iter().filter(move |sender| packet.sent_by(*sender))
    }

    #[test]
    fn every_packet_begins_sound_and_survives_its_fields() {
        for packet_type in PacketType::ALL {
            for sender in senders(packet_type) {
                let packet = sample(packet_type, sender, "c");
                let in_hand = InHand::new(&packet, sender).expect("it is small");
                assert_eq!(in_hand.packet(), Ok(packet.clone()));
                assert_eq!(sender_of(&in_hand.bytes, sender), sender);
                let fields = Fields::of(&packet, sender);
                assert!(fields.say_all_of(&packet), "{packet:?}");
                assert!(!in_hand.ways().is_empty(), "{packet:?}");
            }
        }
    }

    #[test]
    fn a_rule_broken_in_a_field_is_written_all_the_same() {
        let mut fields =
            Fields::of(&sample(PacketType::Publish, Sender::Client, "c"), Sender::Client);
        let FieldsDraft::Publish(draft) = &mut fields.draft else { panic!("it is a PUBLISH") };
        draft.topic = "a/#".to_owned();
        let judged = fields.judged();
        assert_eq!(judged.problems.len(), 1);
        let packet = judged.packet.expect("it can be written");
        let in_hand = InHand::new(&packet, Sender::Client).expect("it can be written");
        let error = in_hand.packet().expect_err("a Topic Name holds no wildcards");
        assert_eq!((error.at, error.kind.rule()), (6, "[MQTT-3.3.2-2]"));

        fields.packet_id = "x".to_owned();
        assert_eq!(fields.judged().packet, None, "no number, no bytes");
    }

    #[test]
    fn a_number_out_of_its_range_is_written_where_there_is_room_for_it() {
        use crate::mqtt::PropertyId;
        let mut fields =
            Fields::of(&sample(PacketType::Publish, Sender::Client, "c"), Sender::Client);
        for (text, expect) in [
            ("0", Some(Property::TopicAlias(0))),
            ("65535", Some(Property::TopicAlias(65_535))),
            ("65536", None),
        ] {
            let FieldsDraft::Publish(draft) = &mut fields.draft else { panic!("it is a PUBLISH") };
            let row = draft.properties.get_mut(PropertyId::TopicAlias).expect("in PUBLISH");
            (row.set, row.value.text) = (true, text.to_owned());
            let judged = fields.judged();
            let found = judged.packet.map(|packet| packet.properties().0.clone());
            assert_eq!(found, expect.clone().map(|property| vec![property]), "{text}");
            assert_eq!(judged.problems.is_empty(), text == "65535", "{text}");
        }
    }

    #[test]
    fn what_the_fields_cannot_say_is_known() {
        let twice = [Property::SubscriptionIdentifier(1), Property::SubscriptionIdentifier(2)];
        let publish = Publish { topic: "t".into(), properties: twice.into(), ..Publish::default() };
        let packet = Packet::Publish(publish);
        assert!(!Fields::of(&packet, Sender::Server).say_all_of(&packet));
    }

    #[test]
    fn breaking_is_undone_by_the_same_press() {
        let packet = sample(PacketType::Publish, Sender::Client, "c");
        let sound = InHand::new(&packet, Sender::Client).expect("it is small");
        let broken = sound.broken_by(Breakage::TopicNameWildcard);
        assert!(broken.packet().is_err());
        // Another one breaks the sound packet, not the broken one.
        let other = broken.broken_by(Breakage::QoS3);
        assert_eq!(other.breakage, Some(Breakage::QoS3));
        assert_eq!(other.bytes.len(), sound.bytes.len());
        assert_eq!(other.broken_by(Breakage::QoS3), sound);
        assert_eq!(broken.mended(), Some(sound.clone()));
        let by_hand = sound.with_bytes(Bytes::from_static(&[0x36, 0x00]), Sender::Client);
        assert_eq!(by_hand.mended(), Some(sound));
    }

    #[test]
    fn what_is_foretold_comes_true() {
        let mut lab = Lab::new(Target::InTab, false, [7; 32]);
        lab.set_up(["client"], Instant::START);
        let client = ClientSlot(0);
        let mut now = Instant::START;
        let mut act = |lab: &mut Lab, action| {
            let since = lab.capture().next_id();
            lab.act(Act { client, action }, now).expect("the bench allows it");
            now = now + std::time::Duration::from_millis(100);
            lab.advance(now);
            answers(lab.capture(), client, since)
        };
        for packet_type in PacketType::ALL {
            // What only a Server sends is refused for that alone.
            if !packet_type.sent_by(Sender::Client) {
                continue;
            }
            let sound = InHand::new(&sample(packet_type, Sender::Client, "c"), Sender::Client);
            let sound = sound.expect("it is small");
            for way in sound.ways() {
                let broken = sound.broken_by(way.breakage);
                let is_connect = broken.packet_type() == Some(PacketType::Connect);
                if !is_connect {
                    let connect = Connect { clean_start: true, ..Connect::default() };
                    act(&mut lab, Action::Connect(Box::new(connect)));
                }
                let foretold = broken.foretold(!is_connect);
                let found = act(
                    &mut lab,
                    match is_connect {
                        true => Action::ConnectBytes(broken.bytes.clone()),
                        false => Action::SendBytes(broken.bytes.clone()),
                    },
                );
                let name = format!("{} {}", packet_type.name(), way.breakage.key());
                match foretold {
                    Foretold::Waits => assert_eq!(found, [], "{name}"),
                    _ => {
                        // Nobody knows what a first packet of no type was meant to be.
                        let compared = compare(foretold, &found);
                        assert_eq!(compared, Some(Compared::AsForetold), "{name}: {found:?}");
                    }
                }
                let is_open = lab.client(client).is_some_and(|client| client.target().is_some());
                if is_open {
                    act(&mut lab, Action::Cut);
                }
            }
        }
    }

    #[test]
    fn bytes_of_an_older_version_are_told_and_can_be_written_in_5_0() {
        let sample = |packet| sample(packet, Sender::Client, "c");
        let in_hand = InHand::new(&sample(PacketType::Publish), Sender::Client).expect("small");
        assert_eq!(in_hand.older(), None);
        for packet in PacketType::ALL {
            let Ok(old) = encode_as(&sample(packet), Version::V3_1_1) else { continue };
            let taken = in_hand.with_bytes(old.clone(), Sender::Client);
            let is_same = decode(&old, Some(Sender::Client)).is_ok();
            match taken.older() {
                Some((version, read)) => {
                    assert_eq!((version, read.packet_type()), (Version::V3_1_1, packet));
                    let written = taken.written_in_5().expect("5.0 can say it");
                    assert_eq!(written.packet(), Ok(sample(packet)), "{}", packet.name());
                }
                None => assert!(is_same || !packet.sent_by(Sender::Client), "{}", packet.name()),
            }
        }
        let old = encode_as(&sample(PacketType::Connect), Version::V3_1).expect("it can be said");
        let taken = in_hand.with_bytes(old, Sender::Client);
        assert_eq!(taken.older().map(|(version, _)| version), Some(Version::V3_1));
        // A packet that is broken on purpose stays one of 5.0.
        for way in in_hand.ways() {
            assert_eq!(in_hand.broken_by(way.breakage).older(), None);
        }
    }
}
