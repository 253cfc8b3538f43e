//! CONNECT as typed.

use super::draft::Judge;
use super::problem::NumberRange;
use super::{BytesDraft, Draft, Field, Judged, Part, PropertiesDraft, WillDraft, number};
use crate::lab::Action;
use crate::mqtt::{Connect, ErrorKind, Packet, PropertyId, Text};

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConnectDraft {
    pub client_id: String,
    pub clean_start: bool,
    pub keep_alive: String,
    pub properties: PropertiesDraft,
    pub will: WillDraft,
    pub has_user_name: bool,
    pub user_name: String,
    pub has_password: bool,
    pub password: BytesDraft,
}

impl ConnectDraft {
    /// What the form holds when nothing is prepared: a fresh Session, Keep Alive 60 s.
    pub fn new(client_id: impl Into<String>) -> ConnectDraft {
        let client_id = client_id.into();
        ConnectDraft::from_connect(&Connect {
            clean_start: true,
            keep_alive: 60,
            client_id: client_id.into(),
            ..Connect::default()
        })
    }

    pub fn from_connect(connect: &Connect) -> ConnectDraft {
        ConnectDraft {
            client_id: connect.client_id.to_string(),
            clean_start: connect.clean_start,
            keep_alive: connect.keep_alive.to_string(),
            properties: PropertiesDraft::from_properties(Part::Connect, &connect.properties),
            will: connect.will.as_ref().map(WillDraft::from_will).unwrap_or_default(),
            has_user_name: connect.user_name.is_some(),
            user_name: connect.user_name.clone().unwrap_or_default().into(),
            has_password: connect.password.is_some(),
            password: connect
                .password
                .as_ref()
                .map(|password| BytesDraft::from_text_or_bytes(password))
                .unwrap_or_default(),
        }
    }

    /// Fills in the User Name that goes with a broker, where there is none or the one that was filled in
    /// before.
    pub fn suggest_user_name(&mut self, before: &str, user_name: &str) {
        if self.user_name.is_empty() || self.user_name == before {
            self.has_user_name = !user_name.is_empty();
            self.user_name = user_name.to_owned();
        }
    }

    /// How many of User Name and Password are set.
    pub fn credentials_count(&self) -> usize {
        usize::from(self.has_user_name) + usize::from(self.has_password)
    }
}

impl Draft for ConnectDraft {
    fn judged(&self) -> Judged {
        let mut judge = Judge::default();
        let mut probe = |field, connect| judge.probe(field, &Packet::Connect(Box::new(connect)));

        let client_id = self.client_id.clone();
        let alone = Connect { client_id: client_id.clone().into(), ..Connect::default() };
        probe(Field::ClientIdentifier, alone);

        let user_name = self.has_user_name.then(|| self.user_name.clone());
        let alone = Connect { user_name: user_name.clone().map(Text::from), ..Connect::default() };
        probe(Field::UserName, alone);

        let keep_alive = number::read(&self.keep_alive, KEEP_ALIVE);
        let keep_alive = judge.take(Field::KeepAlive, keep_alive).unwrap_or_default() as u16;

        let mut password = None;
        if self.has_password {
            password = judge.take(Field::Password, self.password.to_bytes());
            let alone = Connect { password: password.clone(), ..Connect::default() };
            judge.probe(Field::Password, &Packet::Connect(Box::new(alone)));
        }

        let connect = Connect {
            clean_start: self.clean_start,
            keep_alive,
            properties: self.properties.read(&mut judge),
            client_id: client_id.into(),
            will: self.will.read(&mut judge),
            user_name: user_name.map(Text::from),
            password,
        };
        judge.finish(Packet::Connect(Box::new(connect)), |kind| match kind {
            ErrorKind::AuthenticationDataWithoutMethod => {
                Field::Property(Part::Connect, PropertyId::AuthenticationMethod)
            }
            _ => Field::Packet,
        })
    }

    fn action(packet: Packet) -> Option<Action> {
        match packet {
            Packet::Connect(connect) => Some(Action::Connect(connect)),
            _ => None,
        }
    }
}

const KEEP_ALIVE: NumberRange =
    NumberRange { minimum: 0, maximum: u16::MAX as u32, section: "3.1.2.10" };

#[cfg(test)]
mod tests {
    use bytes::Bytes;

    use super::*;
    use crate::mqtt::{FieldId, Property, QoS, Will};
    use crate::ui::forms::FieldProblem;
    use crate::ui::forms::{BytesForm, PairDraft, PairPart, Problem, Size};

    #[test]
    fn the_user_name_of_a_broker_takes_the_place_of_none_and_of_that_of_another() {
        for (typed, before, suggested, expect) in [
            ("", "", "tanaka", Some("tanaka")),
            ("sato", "", "tanaka", Some("sato")),
            ("tanaka", "tanaka", "suzuki", Some("suzuki")),
            ("tanaka", "tanaka", "", None),
            ("sato", "tanaka", "", Some("sato")),
        ] {
            let user_name = (!typed.is_empty()).then(|| typed.into());
            let connect = Connect { user_name, ..Connect::default() };
            let mut draft = ConnectDraft::from_connect(&connect);
            draft.suggest_user_name(before, suggested);
            let set = draft.has_user_name.then_some(draft.user_name.as_str());
            assert_eq!(set, expect, "{typed:?}, {before:?} and {suggested:?}");
        }
    }

    #[test]
    fn a_full_connect_survives_the_form() {
        let connect = Connect {
            clean_start: false,
            keep_alive: 65_535,
            properties: [
                Property::SessionExpiryInterval(u32::MAX),
                Property::ReceiveMaximum(1),
                Property::MaximumPacketSize(1_048_576),
                Property::TopicAliasMaximum(0),
                Property::RequestResponseInformation(1),
                Property::RequestProblemInformation(0),
                Property::AuthenticationMethod("SCRAM-SHA-256".into()),
                Property::AuthenticationData(Bytes::from_static(&[0x00, 0xFF])),
                Property::user("a", "1"),
                Property::user("a", "2"),
                Property::user("", ""),
            ]
            .into(),
            client_id: "playground-7f3a".into(),
            will: Some(Will {
                qos: QoS::ExactlyOnce,
                retain: true,
                properties: [
                    Property::WillDelayInterval(5),
                    Property::PayloadFormatIndicator(1),
                    Property::MessageExpiryInterval(60),
                    Property::ContentType("text/plain".into()),
                    Property::ResponseTopic("will/answers".into()),
                    Property::CorrelationData(Bytes::from_static(b"\x01\x02")),
                    Property::user("why", "gone"),
                ]
                .into(),
                topic: "will/状態".into(),
                payload: Bytes::from_static("さようなら".as_bytes()),
            }),
            user_name: Some("roger".into()),
            password: Some(Bytes::from_static(&[0xDE, 0xAD])),
        };
        let draft = ConnectDraft::from_connect(&connect);
        assert_eq!(draft.to_packet(), Ok(Packet::Connect(Box::new(connect))));
    }

    #[test]
    fn every_wrong_field_is_told_and_nothing_is_lost() {
        let mut draft = ConnectDraft::new("c");
        draft.keep_alive = "65536".to_owned();
        draft.client_id = "a\0".to_owned();
        for (id, text) in [
            (PropertyId::ReceiveMaximum, "0"),
            (PropertyId::SessionExpiryInterval, "forever"),
            (PropertyId::RequestProblemInformation, "2"),
        ] {
            let row = draft.properties.get_mut(id).expect("CONNECT may carry it");
            (row.set, row.value.text) = (true, text.to_owned());
        }
        draft.has_password = true;
        draft.password = BytesDraft { form: BytesForm::Hex, text: "f".to_owned() };
        draft.will.set = true;
        draft.will.topic = "will/#".to_owned();
        draft.will.payload.text = "x".repeat(65_536);
        let before = draft.clone();

        let problems = draft.to_packet().expect_err("it breaks many rules");
        let told: Vec<_> = problems.iter().map(|p| (p.field, p.problem.rule())).collect();
        let rule = |rule: &str| Some(rule.to_owned());
        let connect = |id| Field::Property(Part::Connect, id);
        assert_eq!(
            told,
            [
                (Field::ClientIdentifier, rule("[MQTT-1.5.4-2]")),
                (Field::KeepAlive, rule("§3.1.2.10")),
                (Field::Password, None),
                (connect(PropertyId::SessionExpiryInterval), rule("§3.1.2.11.2")),
                (connect(PropertyId::ReceiveMaximum), rule("§3.1.2.11.3")),
                (connect(PropertyId::RequestProblemInformation), rule("§3.1.2.11.7")),
                (Field::WillTopic, rule("[MQTT-3.3.2-2]")),
                (Field::WillPayload, rule("§1.5.4")),
            ]
        );
        assert_eq!(draft, before);
        assert_eq!(draft.size(), Err(problems));
    }

    #[test]
    fn rules_that_join_fields_stand_at_one_of_them() {
        let mut draft = ConnectDraft::new("c");
        let row = draft.properties.get_mut(PropertyId::AuthenticationData).expect("in CONNECT");
        (row.set, row.value.text) = (true, "x".to_owned());
        let field = Field::Property(Part::Connect, PropertyId::AuthenticationMethod);
        let problem = Problem::Rule(ErrorKind::AuthenticationDataWithoutMethod);
        assert_eq!(draft.to_packet(), Err(vec![FieldProblem { field, problem }]));
    }

    #[test]
    fn a_pair_is_judged_by_its_ends() {
        let mut draft = ConnectDraft::new("c");
        let pair = |name: &str, value: String| PairDraft { name: name.to_owned(), value };
        draft.properties.user.push(pair("fine", String::new()));
        draft.properties.user.push(pair("long", "x".repeat(65_536)));
        let problems = draft.to_packet().expect_err("one value is too long");
        let fields: Vec<_> = problems.iter().map(|p| p.field).collect();
        assert_eq!(fields, [Field::UserProperty(Part::Connect, 1, PairPart::Value)]);
    }

    #[test]
    fn the_size_is_that_of_the_packet() {
        // Fixed Header 2, variable header 10 and an empty block of properties 1, Client Identifier 3.
        let mut draft = ConnectDraft::new("c");
        assert_eq!(draft.size(), Ok(Size { packet: 16, user_properties: 0 }));
        let pair = PairDraft { name: "k".to_owned(), value: "v".to_owned() };
        draft.properties.user.push(pair);
        assert_eq!(draft.size(), Ok(Size { packet: 23, user_properties: 7 }));
    }

    #[test]
    fn the_table_knows_the_section_of_keep_alive() {
        assert_eq!(KEEP_ALIVE.section, FieldId::KeepAlive.section());
    }
}
