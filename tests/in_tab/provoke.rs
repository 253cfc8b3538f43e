//! Every cell of the Reason Code grid is lit by what its words say: each is played on a bench of its own.
//!
//! What the words leave to the forms is done through the client, which refuses what it may not send; what they
//! give to the composer is sent as bytes.

use std::collections::BTreeSet;

use bytes::Bytes;
use mqtt5_playground::broker::{self, Availability, Command, Input, Policy, Refusal, Rule, User};
use mqtt5_playground::lab::{Act, Action, Login};
use mqtt5_playground::link::Fault;
use mqtt5_playground::mqtt::{
    Connect, Disconnect, Packet, PacketId, PacketType, Property, Publish, QoS, ReasonCode, Sender,
    Subscribe, Subscription, Will, encode,
};

use crate::bench::{A, B, Bench};
use crate::named;
use PacketType::{
    Auth, ConnAck, Disconnect as Disconnected, PubAck, PubComp, PubRec, PubRel, SubAck, UnsubAck,
};
use ReasonCode as R;

/// Does what the words say, to be told this code in this packet.
type Way = fn(&mut Bench, PacketType, R);

/// As the words group the packets.
const WAYS: &[(R, &[PacketType], Way)] = &[
    (R::Success, &[ConnAck], |bench, _, _| bench.connect(A, named("a", []))),
    (R::Success, &[PubAck, PubRec], |bench, packet, _| {
        listens(bench);
        ask_for(bench, packet);
    }),
    (R::Success, &[PubRel, PubComp], |bench, _, _| {
        listens(bench);
        ask_for(bench, PubRec);
    }),
    (R::Success, &[SubAck], |bench, _, _| subscribe(bench, TOPIC, QoS::AtMostOnce)),
    (R::Success, &[UnsubAck], |bench, _, _| {
        subscribe(bench, TOPIC, QoS::AtMostOnce);
        unsubscribe(bench, TOPIC);
    }),
    (R::Success, &[Disconnected], leave),
    (R::Success, &[Auth], |bench, _, _| log_in_again(bench)),
    (R::GrantedQoS1, &[SubAck], |bench, _, _| subscribe(bench, TOPIC, QoS::AtLeastOnce)),
    (R::GrantedQoS2, &[SubAck], |bench, _, _| subscribe(bench, TOPIC, QoS::ExactlyOnce)),
    (R::DisconnectWithWillMessage, &[Disconnected], leave),
    (R::NoMatchingSubscribers, &[PubAck, PubRec], |bench, packet, _| ask_for(bench, packet)),
    (R::NoSubscriptionExisted, &[UnsubAck], |bench, _, _| unsubscribe(bench, TOPIC)),
    (R::ContinueAuthentication, &[Auth], |bench, _, _| log_in(bench)),
    (R::ReAuthenticate, &[Auth], |bench, _, _| log_in_again(bench)),
    (R::UnspecifiedError, &[ConnAck, PubAck, PubRec, SubAck, UnsubAck], rule),
    (R::UnspecifiedError, &[Disconnected], leave),
    (R::UnspecifiedError, &[Disconnected], operator),
    (R::MalformedPacket, &[Disconnected], |bench, _, _| {
        bench.connect(A, named("a", []));
        compose_bytes(bench, &[0x36, 0x04, 0x00, 0x01, b'a', 0x00]);
    }),
    (R::MalformedPacket, &[ConnAck], |bench, _, _| {
        connect_bytes(bench, b"\x10\x0D\0\x04MQTT\x05\x03\0\x3C\0\0\0");
    }),
    (R::ProtocolError, &[Disconnected], |bench, _, _| {
        bench.connect(A, named("a", []));
        compose(bench, &Packet::Connect(Box::new(named("a", []))));
    }),
    (R::ProtocolError, &[ConnAck], |bench, _, _| {
        connect_bytes(bench, b"\x10\x10\0\x04MQTT\x05\x02\0\x3C\x03\x21\0\0\0\0");
    }),
    (R::ImplementationSpecificError, &[ConnAck, PubAck, PubRec, SubAck, UnsubAck], rule),
    (R::ImplementationSpecificError, &[Disconnected], operator),
    (R::UnsupportedProtocolVersion, &[ConnAck], |bench, _, _| {
        connect_bytes(bench, b"\x10\x0C\0\x04MQTT\x04\x02\0\x3C\0\0");
    }),
    (R::ClientIdentifierNotValid, &[ConnAck], |bench, _, _| {
        policy(bench, |policy| policy.maximum_client_id_length = 23);
        bench.connect(A, named(&"a".repeat(24), []));
    }),
    (R::BadUserNameOrPassword, &[ConnAck], |bench, _, _| {
        policy(bench, |policy| policy.users = vec![ada()]);
        let password = Some(Bytes::from_static(b"guess"));
        bench
            .connect(A, Connect { user_name: Some(ada().name.into()), password, ..named("a", []) });
    }),
    (R::NotAuthorized, &[PubAck, PubRec, SubAck, UnsubAck], rule),
    (R::NotAuthorized, &[ConnAck], |bench, _, _| {
        policy(bench, |policy| policy.anonymous = false);
        bench.connect(A, named("a", []));
    }),
    (R::NotAuthorized, &[Disconnected], |bench, _, code| {
        policy(bench, |policy| policy.refusal = Refusal::Disconnect);
        rule(bench, PubAck, code);
    }),
    (R::ServerUnavailable, &[ConnAck], availability),
    (R::ServerUnavailable, &[ConnAck], |bench, _, _| {
        operate(bench, Input::Command(Command::ShutDown));
        bench.connect(A, named("a", []));
    }),
    (R::ServerBusy, &[ConnAck], availability),
    (R::ServerBusy, &[Disconnected], operator),
    (R::Banned, &[ConnAck], |bench, _, _| {
        policy(bench, |policy| policy.banned = vec!["a".to_owned()]);
        bench.connect(A, named("a", []));
    }),
    (R::ServerShuttingDown, &[Disconnected], |bench, _, _| {
        bench.connect(A, named("a", []));
        operate(bench, Input::Command(Command::ShutDown));
    }),
    (R::BadAuthenticationMethod, &[ConnAck], |bench, _, _| {
        bench.connect(A, named("a", [Property::AuthenticationMethod("GS2-UNHEARD-OF".into())]));
    }),
    (R::BadAuthenticationMethod, &[Disconnected], operator),
    (R::KeepAliveTimeout, &[Disconnected], |bench, _, _| {
        bench.connect(A, Connect { keep_alive: 10, ..named("a", []) });
        bench.fault(A, Fault::Pause(Sender::Client));
        bench.skip(16);
    }),
    (R::SessionTakenOver, &[Disconnected], |bench, _, _| {
        bench.connect(A, named("a", []));
        bench.connect(B, named("a", []));
    }),
    (R::TopicFilterInvalid, &[SubAck], |bench, _, _| {
        policy(bench, |policy| policy.maximum_topic_levels = Some(1));
        subscribe(bench, TOPIC, QoS::AtMostOnce);
    }),
    (R::TopicFilterInvalid, &[UnsubAck], rule),
    (R::TopicFilterInvalid, &[Disconnected], |bench, _, _| {
        policy(bench, |policy| {
            policy.maximum_topic_levels = Some(1);
            policy.refusal = Refusal::Disconnect;
        });
        subscribe(bench, TOPIC, QoS::AtMostOnce);
    }),
    (R::TopicNameInvalid, &[PubAck, PubRec, ConnAck], |bench, packet, _| {
        policy(bench, |policy| policy.maximum_topic_levels = Some(1));
        ask_for(bench, packet);
    }),
    (R::TopicNameInvalid, &[Disconnected], |bench, _, _| {
        policy(bench, |policy| {
            policy.maximum_topic_levels = Some(1);
            policy.refusal = Refusal::Disconnect;
        });
        ask_for(bench, PubAck);
    }),
    (R::PacketIdentifierInUse, &[PubAck, SubAck, UnsubAck], |bench, packet, _| {
        bench.connect(A, named("a", []));
        bench.fault(A, Fault::Pause(Sender::Server));
        compose(bench, &publish(QoS::ExactlyOnce, 7));
        compose(bench, &with_identifier(packet, 7));
        bench.fault(A, Fault::Resume(Sender::Server));
    }),
    (R::PacketIdentifierInUse, &[PubRec], rule),
    (R::PacketIdentifierNotFound, &[PubComp], |bench, _, _| {
        bench.connect(A, named("a", []));
        compose_bytes(bench, &[0x62, 0x02, 0x00, 0x63]);
    }),
    (R::PacketIdentifierNotFound, &[PubRel], |bench, _, _| {
        bench.connect(A, named("a", []));
        compose_bytes(bench, &[0x50, 0x02, 0x00, 0x63]);
    }),
    (R::ReceiveMaximumExceeded, &[Disconnected], |bench, _, _| {
        policy(bench, |policy| policy.receive_maximum = 2);
        bench.connect(A, named("a", []));
        bench.fault(A, Fault::Pause(Sender::Server));
        for packet_id in [7, 8, 9] {
            compose(bench, &publish(QoS::ExactlyOnce, packet_id));
        }
        bench.fault(A, Fault::Resume(Sender::Server));
    }),
    (R::TopicAliasInvalid, &[Disconnected], |bench, _, _| {
        bench.connect(A, named("a", []));
        let properties = [Property::TopicAlias(11)].into();
        compose(bench, &Packet::Publish(Publish { properties, ..message(QoS::AtMostOnce) }));
    }),
    (R::PacketTooLarge, &[Disconnected], |bench, _, _| {
        policy(bench, |policy| policy.maximum_packet_size = Some(64));
        bench.connect(A, named("a", []));
        let payload = vec![b'.'; 64].into();
        compose(bench, &Packet::Publish(Publish { payload, ..message(QoS::AtMostOnce) }));
    }),
    (R::PacketTooLarge, &[ConnAck], |bench, _, _| {
        policy(bench, |policy| policy.maximum_packet_size = Some(64));
        bench.connect(A, named(&"a".repeat(64), []));
    }),
    (R::MessageRateTooHigh, &[Disconnected], |bench, _, _| {
        policy(bench, |policy| policy.messages_per_second = Some(2));
        bench.connect(A, named("a", []));
        for _ in 0..3 {
            bench.play(A, Action::Publish(message(QoS::AtMostOnce)));
        }
    }),
    (R::QuotaExceeded, &[ConnAck], |bench, _, _| {
        policy(bench, |policy| policy.maximum_connections = Some(1));
        bench.connect(A, named("a", []));
        bench.connect(B, named("b", []));
    }),
    (R::QuotaExceeded, &[PubAck, PubRec], |bench, packet, _| {
        policy(bench, |policy| policy.maximum_retained_messages = Some(0));
        bench.connect(A, named("a", []));
        let qos = if packet == PubRec { QoS::ExactlyOnce } else { QoS::AtLeastOnce };
        bench.play(A, Action::Publish(Publish { retain: true, ..message(qos) }));
    }),
    (R::QuotaExceeded, &[SubAck], |bench, _, _| {
        policy(bench, |policy| policy.maximum_subscriptions = Some(1));
        subscribe(bench, TOPIC, QoS::AtMostOnce);
        bench.subscribe(A, "another");
    }),
    (R::QuotaExceeded, &[Disconnected], |bench, _, _| {
        policy(bench, |policy| {
            policy.maximum_subscriptions = Some(0);
            policy.refusal = Refusal::Disconnect;
        });
        subscribe(bench, TOPIC, QoS::AtMostOnce);
    }),
    (R::AdministrativeAction, &[Disconnected], operator),
    (R::PayloadFormatInvalid, &[PubAck, PubRec, ConnAck], |bench, packet, _| {
        policy(bench, |policy| policy.check_payload_format = true);
        ask_for(bench, packet);
    }),
    (R::PayloadFormatInvalid, &[Disconnected], |bench, _, _| {
        policy(bench, |policy| {
            policy.check_payload_format = true;
            policy.refusal = Refusal::Disconnect;
        });
        ask_for(bench, PubAck);
    }),
    (R::RetainNotSupported, &[Disconnected], |bench, _, _| {
        policy(bench, |policy| policy.retain_available = false);
        bench.connect(A, named("a", []));
        let retained = Publish { retain: true, ..message(QoS::AtMostOnce) };
        compose(bench, &Packet::Publish(retained));
    }),
    (R::RetainNotSupported, &[ConnAck], |bench, _, _| {
        policy(bench, |policy| policy.retain_available = false);
        bench.connect(A, with_will(Will { retain: true, ..will() }));
    }),
    (R::QoSNotSupported, &[Disconnected], |bench, _, _| {
        policy(bench, |policy| policy.maximum_qos = QoS::AtMostOnce);
        bench.connect(A, named("a", []));
        compose(bench, &publish(QoS::AtLeastOnce, 7));
    }),
    (R::QoSNotSupported, &[ConnAck], |bench, _, _| {
        policy(bench, |policy| policy.maximum_qos = QoS::AtMostOnce);
        bench.connect(A, with_will(Will { qos: QoS::AtLeastOnce, ..will() }));
    }),
    (R::UseAnotherServer, &[ConnAck], availability),
    (R::UseAnotherServer, &[Disconnected], operator),
    (R::ServerMoved, &[ConnAck], availability),
    (R::ServerMoved, &[Disconnected], operator),
    (R::SharedSubscriptionsNotSupported, &[SubAck], rule),
    (R::SharedSubscriptionsNotSupported, &[Disconnected], |bench, _, _| {
        policy(bench, |policy| policy.shared_subscription_available = false);
        compose_subscribe(bench, "$share/group/jobs", []);
    }),
    (R::ConnectionRateExceeded, &[ConnAck], |bench, _, _| {
        policy(bench, |policy| policy.connections_per_second = Some(1));
        bench.connect(A, named("a", []));
        bench.connect(B, named("b", []));
    }),
    (R::ConnectionRateExceeded, &[Disconnected], operator),
    (R::MaximumConnectTime, &[Disconnected], |bench, _, _| {
        policy(bench, |policy| policy.maximum_connect_time = Some(30));
        bench.connect(A, named("a", []));
        bench.skip(31);
    }),
    (R::SubscriptionIdentifiersNotSupported, &[SubAck], rule),
    (R::SubscriptionIdentifiersNotSupported, &[Disconnected], |bench, _, _| {
        policy(bench, |policy| policy.subscription_identifier_available = false);
        compose_subscribe(bench, TOPIC, [Property::SubscriptionIdentifier(1)]);
    }),
    (R::WildcardSubscriptionsNotSupported, &[SubAck], rule),
    (R::WildcardSubscriptionsNotSupported, &[Disconnected], |bench, _, _| {
        policy(bench, |policy| policy.wildcard_subscription_available = false);
        compose_subscribe(bench, "tank/#", []);
    }),
];

#[test]
fn every_cell_is_lit_by_what_its_words_say() {
    let mut lit = BTreeSet::new();
    for &(code, packets, way) in WAYS {
        for &packet in packets {
            let mut bench = Bench::new();
            way(&mut bench, packet, code);
            bench.wait(1000);
            let mut records = bench.lab.capture().records().filter_map(|it| it.valid_packet());
            let is_there =
                records.any(|it| it.packet_type() == packet && it.reason_codes().contains(&code));
            let cell = format!("0x{:02X} in {}", code.value(), packet.name());
            assert!(is_there, "{cell}: {:?}", bench.notes());
            lit.insert((code, packet));
        }
    }
    for code in R::ALL {
        for packet in code.packets() {
            assert!(lit.contains(&(*code, *packet)), "nobody provokes {code:?} in {packet:?}");
        }
    }
}

/// What the composer is for: the client itself keeps to the rules.
#[test]
fn a_form_sends_nothing_that_the_server_has_excluded() {
    type Excludes = fn(&mut Policy);
    let retained = Publish { retain: true, ..message(QoS::AtMostOnce) };
    let aliased =
        Publish { properties: [Property::TopicAlias(11)].into(), ..message(QoS::AtMostOnce) };
    let large = Publish { payload: vec![b'.'; 64].into(), ..message(QoS::AtMostOnce) };
    let rows: [(Excludes, Action); 5] = [
        (|policy| policy.retain_available = false, Action::Publish(retained)),
        (|policy| policy.maximum_qos = QoS::AtMostOnce, Action::Publish(message(QoS::AtLeastOnce))),
        (|policy| policy.maximum_packet_size = Some(64), Action::Publish(large)),
        (|_| (), Action::Publish(aliased)),
        (
            |policy| policy.wildcard_subscription_available = false,
            Act::subscribe(A, [], [asked("tank/#", QoS::AtMostOnce)]).action,
        ),
    ];
    for (excludes, action) in rows {
        let mut bench = Bench::new();
        policy(&mut bench, excludes);
        bench.connect(A, named("a", []));
        let refused = bench.lab.act(Act { client: A, action: action.clone() }, bench.now);
        assert!(refused.is_err(), "{action:?}");
    }
}

/// A rule refuses what the packet answers with this code.
fn rule(bench: &mut Bench, packet: PacketType, code: R) {
    let (action, topic_filter) = match packet {
        ConnAck => (broker::Action::Connect, None),
        SubAck => (broker::Action::Subscribe, Some(TOPIC)),
        UnsubAck => (broker::Action::Unsubscribe, Some(TOPIC)),
        _ => (broker::Action::Publish, Some(TOPIC)),
    };
    let topic_filter = topic_filter.map(str::to_owned);
    let rule = Rule { topic_filter, ..Rule::refuse(action, TOPIC, code) };
    policy(bench, |policy| policy.rules.push(rule));
    ask_for(bench, packet);
}

/// Does what the packet answers: levels enough to be too deep, and a payload that is no UTF-8.
fn ask_for(bench: &mut Bench, packet: PacketType) {
    if packet == ConnAck {
        return bench.connect(A, with_will(will()));
    }
    match packet {
        SubAck => subscribe(bench, TOPIC, QoS::AtMostOnce),
        UnsubAck => unsubscribe(bench, TOPIC),
        _ => {
            let qos = if packet == PubRec { QoS::ExactlyOnce } else { QoS::AtLeastOnce };
            bench.connect(A, named("a", []));
            bench.play(A, Action::Publish(message(qos)));
        }
    }
}

fn operator(bench: &mut Bench, _: PacketType, reason_code: R) {
    bench.connect(A, named("a", []));
    operate(bench, Input::Command(Command::Disconnect { client_id: "a".into(), reason_code }));
}

/// The client says it itself.
fn leave(bench: &mut Bench, _: PacketType, code: R) {
    bench.connect(A, named("a", []));
    bench.play(A, Action::Disconnect(Disconnect::new(code)));
}

fn availability(bench: &mut Bench, _: PacketType, code: R) {
    policy(bench, |policy| {
        policy.availability = match code {
            R::ServerUnavailable => Availability::Unavailable,
            R::ServerBusy => Availability::Busy,
            R::UseAnotherServer => Availability::UseAnotherServer,
            _ => Availability::ServerMoved,
        };
    });
    bench.connect(A, named("a", []));
}

fn log_in(bench: &mut Bench) {
    policy(bench, |policy| policy.users = vec![ada()]);
    bench.play(A, Action::Automate(login().into()));
    bench.connect(A, named("a", login().opening().expect("the name can be sent")));
}

fn log_in_again(bench: &mut Bench) {
    log_in(bench);
    let properties = login().opening().expect("the name can be sent").to_vec().into();
    bench.play(A, Action::Authenticate { reason_code: R::ReAuthenticate, properties });
}

fn login() -> Login {
    let User { name, password } = ada();
    Login { user_name: name, password, nonce: "fyko+d2lbbFgONRv9qkxdawL".into() }
}

fn ada() -> User {
    User { name: "ada".into(), password: "pencil".into() }
}

/// Changes the policy that stands.
fn policy(bench: &mut Bench, change: impl FnOnce(&mut Policy)) {
    let mut policy = bench.lab.in_tab().broker().policy().clone();
    change(&mut policy);
    operate(bench, Input::SetPolicy(Box::new(policy)));
}

fn operate(bench: &mut Bench, input: Input) {
    bench.operate(input);
    bench.wait(100);
}

/// Somebody else receives what is published.
fn listens(bench: &mut Bench) {
    bench.connect(B, named("b", []));
    bench.subscribe(B, TOPIC);
}

fn subscribe(bench: &mut Bench, topic_filter: &str, qos: QoS) {
    bench.connect(A, named("a", []));
    bench.play(A, Act::subscribe(A, [], [asked(topic_filter, qos)]).action);
}

fn unsubscribe(bench: &mut Bench, topic_filter: &str) {
    if bench.count(A, Sender::Client, PacketType::Connect) == 0 {
        bench.connect(A, named("a", []));
    }
    let topic_filters = vec![topic_filter.into()];
    bench.play(A, Action::Unsubscribe { properties: [].into(), topic_filters });
}

fn compose_subscribe(bench: &mut Bench, filter: &str, properties: impl Into<Vec<Property>>) {
    bench.connect(A, named("a", []));
    compose(
        bench,
        &Packet::Subscribe(Subscribe {
            packet_id: identifier(7),
            properties: properties.into().into(),
            subscriptions: vec![asked(filter, QoS::AtMostOnce)],
        }),
    );
}

fn compose(bench: &mut Bench, packet: &Packet) {
    compose_bytes(bench, &encode(packet).expect("it can be encoded"));
}

fn compose_bytes(bench: &mut Bench, bytes: &[u8]) {
    bench.play(A, Action::SendBytes(Bytes::copy_from_slice(bytes)));
}

fn connect_bytes(bench: &mut Bench, bytes: &'static [u8]) {
    bench.play(A, Action::ConnectBytes(Bytes::from_static(bytes)));
}

/// The packet that is answered by this one, with that identifier.
fn with_identifier(answer: PacketType, packet_id: u16) -> Packet {
    match answer {
        SubAck => Packet::Subscribe(Subscribe {
            packet_id: identifier(packet_id),
            properties: [].into(),
            subscriptions: vec![asked(TOPIC, QoS::AtMostOnce)],
        }),
        UnsubAck => Packet::Unsubscribe(mqtt5_playground::mqtt::Unsubscribe {
            packet_id: identifier(packet_id),
            properties: [].into(),
            topic_filters: vec![TOPIC.into()],
        }),
        _ => publish(QoS::AtLeastOnce, packet_id),
    }
}

fn publish(qos: QoS, packet_id: u16) -> Packet {
    Packet::Publish(Publish { packet_id: Some(identifier(packet_id)), ..message(qos) })
}

/// No UTF-8, though it says so.
fn message(qos: QoS) -> Publish {
    let properties = [Property::PayloadFormatIndicator(1)].into();
    let payload = Bytes::from_static(&[0xFF]);
    Publish { qos, topic: TOPIC.into(), properties, payload, ..Publish::default() }
}

fn with_will(will: Will) -> Connect {
    Connect { will: Some(will), ..named("a", []) }
}

fn will() -> Will {
    let properties = [Property::PayloadFormatIndicator(1)].into();
    Will {
        topic: TOPIC.into(),
        payload: Bytes::from_static(&[0xFF]),
        properties,
        ..Will::default()
    }
}

fn asked(topic_filter: &str, qos: QoS) -> Subscription {
    Subscription { topic_filter: topic_filter.into(), qos, ..Subscription::default() }
}

fn identifier(packet_id: u16) -> PacketId {
    PacketId::new(packet_id).expect("it is not 0")
}

const TOPIC: &str = "tank/level";
