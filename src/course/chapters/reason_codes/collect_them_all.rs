//! All 43, one group after the other.

use std::time::Duration;

use bytes::Bytes;

use crate::broker::{self, Command, Input, Policy, Rule, User};
use crate::capture::ClientSlot;
use crate::course::chapters::common::{connect, connect_with, publish, publish_with};
use crate::course::{
    Broker, ByHand, Cast, ClientSetup, Evidence, Exercise, Figure, Finding, Move, Picture, Step,
    Verdict,
};
use crate::lab::{Act, Action, Login};
use crate::link::Fault;
use crate::mqtt::{
    Connect, Disconnect, Packet, PacketId, PacketType, Property, Publish, QoS, ReasonCode, Sender,
    Subscription, Will, encode,
};
use ReasonCode as R;

pub static EXERCISE: Exercise = Exercise {
    id: "collect-them-all",
    broker: Broker::InTab,
    spec: &["2.4", "4.13"],
    clients: &[
        ClientSetup {
            role: "collector",
            prepared: |cast| vec![connect_with_will(cast), many_filters()],
            beginning: |_| vec![Act::automate(A, login())],
        },
        ClientSetup {
            role: "twin",
            prepared: |cast| vec![connect(cast, TWIN)],
            ..ClientSetup::PLAIN
        },
    ],
    policy: particular,
    picture: Some(Picture::Codes),
    figures: &[Figure { name: "codes", value: |_| R::ALL.len().to_string() }],
    steps: &[
        Step {
            id: "one-suback",
            controls: &[|cast| Move::Act(connect_with_will(cast)), |_| Move::Act(many_filters())],
            check: |evidence| collected(evidence, &IN_ONE_SUBACK),
            ..Step::PLAIN
        },
        Step {
            id: "acknowledged",
            controls: &[|_| Move::Acts(to_be_acknowledged()), |_| Move::Act(leave())],
            check: |evidence| collected(evidence, &ACKNOWLEDGED),
            ..Step::PLAIN
        },
        Step {
            id: "refused",
            controls: &[
                |_| Move::Act(version_4()),
                |_| Move::Act(named(&"x".repeat(50))),
                |cast| Move::Act(stranger(cast)),
                |_| Move::Act(named("unavailable")),
                |_| Move::Act(named("busy")),
                |_| Move::Act(named("banned")),
                |cast| Move::Act(unheard_of(cast)),
                |_| Move::Act(named("elsewhere")),
                |_| Move::Act(named("moved")),
                |_| Move::Act(named("hasty")),
            ],
            check: |evidence| collected(evidence, &REFUSED),
            ..Step::PLAIN
        },
        Step {
            id: "authenticated",
            controls: &[|cast| Move::Act(log_in(cast)), |_| Move::Act(log_in_again())],
            check: |evidence| collected(evidence, &AUTHENTICATED),
            ..Step::PLAIN
        },
        Step {
            id: "dropped",
            controls: &[
                |cast| Move::Act(connect(cast, A)),
                |_| Move::Act(bytes(&[0xC0, 0x01, 0x00])),
                |cast| Move::Act(connect_again(cast)),
                |_| Move::Acts(too_many_in_flight()),
                |_| Move::Act(alias_out_of_range()),
                |_| Move::Act(too_large()),
                |_| Move::Acts(too_fast()),
                |_| Move::Act(retained()),
            ],
            check: |evidence| collected(evidence, &DROPPED),
            ..Step::PLAIN
        },
        Step {
            id: "taken-over",
            controls: &[|cast| Move::Act(connect(cast, A))],
            by_hand: Some(ByHand { act: twin, field: "Client Identifier" }),
            check: thrown_out,
            ..Step::PLAIN
        },
        Step {
            id: "from-outside",
            controls: &[
                |cast| Move::Act(connect(cast, A)),
                end_by_hand,
                |_| Move::Operate(strict),
                |_| Move::Act(qos_1()),
                |cast| Move::Act(connect_alert(cast)),
                |_| Move::Act(silence(Fault::Pause(Sender::Client))),
                |_| Move::Wait(Duration::from_secs(10)),
                |_| Move::Act(silence(Fault::Mend)),
                |_| Move::Wait(Duration::from_secs(LONGEST)),
            ],
            check: |evidence| collected(evidence, &FROM_OUTSIDE),
            ..Step::PLAIN
        },
        Step {
            id: "shut-down",
            check: |evidence| collected(evidence, &[R::ServerShuttingDown]),
            ..Step::PLAIN
        },
    ],
    solution,
    par: 50,
    ..Exercise::PLAIN
};

const IN_ONE_SUBACK: [R; 12] = [
    R::Success,
    R::GrantedQoS1,
    R::GrantedQoS2,
    R::UnspecifiedError,
    R::ImplementationSpecificError,
    R::NotAuthorized,
    R::TopicFilterInvalid,
    R::PacketIdentifierInUse,
    R::QuotaExceeded,
    R::SharedSubscriptionsNotSupported,
    R::SubscriptionIdentifiersNotSupported,
    R::WildcardSubscriptionsNotSupported,
];
const ACKNOWLEDGED: [R; 6] = [
    R::DisconnectWithWillMessage,
    R::NoMatchingSubscribers,
    R::NoSubscriptionExisted,
    R::TopicNameInvalid,
    R::PacketIdentifierNotFound,
    R::PayloadFormatInvalid,
];
const REFUSED: [R; 10] = [
    R::UnsupportedProtocolVersion,
    R::ClientIdentifierNotValid,
    R::BadUserNameOrPassword,
    R::ServerUnavailable,
    R::ServerBusy,
    R::Banned,
    R::BadAuthenticationMethod,
    R::UseAnotherServer,
    R::ServerMoved,
    R::ConnectionRateExceeded,
];
const AUTHENTICATED: [R; 2] = [R::ContinueAuthentication, R::ReAuthenticate];
const DROPPED: [R; 7] = [
    R::MalformedPacket,
    R::ProtocolError,
    R::ReceiveMaximumExceeded,
    R::TopicAliasInvalid,
    R::PacketTooLarge,
    R::MessageRateTooHigh,
    R::RetainNotSupported,
];
const FROM_OUTSIDE: [R; 4] =
    [R::KeepAliveTimeout, R::AdministrativeAction, R::QoSNotSupported, R::MaximumConnectTime];
/// What a client is expected to send itself. Any other code in a packet of its own says nothing about the
/// server.
const OWN: [R; 4] =
    [R::Success, R::DisconnectWithWillMessage, R::ContinueAuthentication, R::ReAuthenticate];

/// Each code has been in some packet that obeys the rules, from the server unless it is one's own to send.
fn collected(evidence: &Evidence, codes: &[ReasonCode]) -> Verdict {
    let mut first = vec![None; codes.len()];
    for record in evidence.capture.records().filter(|record| record.id >= evidence.since) {
        let Some(packet) = record.valid_packet() else { continue };
        let by_server = record.sender() == Some(Sender::Server);
        for (code, found) in codes.iter().zip(&mut first) {
            let counts = by_server || OWN.contains(code);
            if found.is_none() && counts && packet.reason_codes().contains(code) {
                *found = Some(record.id);
            }
        }
    }
    let missing = codes.iter().zip(&first).filter(|(_, found)| found.is_none());
    let missing: Vec<_> = missing.map(|(code, _)| format!("0x{:02X}", code.value())).collect();
    if !missing.is_empty() {
        let there = codes.len() - missing.len();
        let finding = Finding::told("missing", [&there, &codes.len(), &missing.join(", ")]);
        return Err(finding.into());
    }
    let mut records: Vec<_> = first.into_iter().flatten().collect();
    records.sort_unstable();
    records.dedup();
    Ok(records)
}

/// The collector, and not the twin, was told that somebody else has its Session.
fn thrown_out(evidence: &Evidence) -> Verdict {
    let mut told = evidence.received(A, PacketType::Disconnect);
    let code = R::SessionTakenOver;
    let told = told.find(|record| {
        record.valid_packet().is_some_and(|packet| packet.reason_codes().contains(&code))
    });
    let nothing = Finding::told("missing", [&0, &1, &format!("0x{:02X}", code.value())]);
    Ok(vec![told.ok_or(nothing)?.id])
}

/// Refuses by the name of the client or of the topic.
fn particular() -> Policy {
    let subscribing = FILTERS.iter().filter_map(|(filter, _, code)| {
        code.map(|code| Rule::refuse(broker::Action::Subscribe, filter, code))
    });
    let connecting = NAMES.iter().map(|(name, code)| Rule {
        topic_filter: None,
        client_id: Some((*name).to_owned()),
        ..Rule::refuse(broker::Action::Connect, "", *code)
    });
    Policy {
        rules: subscribing.chain(connecting).collect(),
        users: vec![User { name: "ada".to_owned(), password: "pencil".to_owned() }],
        banned: vec!["banned".to_owned()],
        server_reference: Some("mqtt.example.com".to_owned()),
        maximum_client_id_length: 45,
        maximum_topic_levels: Some(6),
        check_payload_format: true,
        retain_available: false,
        receive_maximum: 2,
        maximum_packet_size: Some(1024),
        messages_per_second: Some(5),
        ..Policy::default()
    }
}

/// Stricter still: QoS 0 only, and two minutes at most.
fn strict(_: &Cast) -> Input {
    let longest = u32::try_from(LONGEST).ok();
    let maximum_qos = QoS::AtMostOnce;
    let policy = Policy { maximum_qos, maximum_connect_time: longest, ..particular() };
    Input::SetPolicy(Box::new(policy))
}

const FILTERS: [(&str, QoS, Option<R>); 12] = [
    ("codes/plain", QoS::AtMostOnce, None),
    ("codes/once", QoS::AtLeastOnce, None),
    ("codes/exactly", QoS::ExactlyOnce, None),
    ("codes/unspecified", QoS::AtMostOnce, Some(R::UnspecifiedError)),
    ("codes/specific", QoS::AtMostOnce, Some(R::ImplementationSpecificError)),
    ("codes/forbidden", QoS::AtMostOnce, Some(R::NotAuthorized)),
    ("codes/seven/levels/are/one/too/many", QoS::AtMostOnce, None),
    ("codes/in-use", QoS::AtMostOnce, Some(R::PacketIdentifierInUse)),
    ("codes/quota", QoS::AtMostOnce, Some(R::QuotaExceeded)),
    ("codes/shared", QoS::AtMostOnce, Some(R::SharedSubscriptionsNotSupported)),
    ("codes/identified", QoS::AtMostOnce, Some(R::SubscriptionIdentifiersNotSupported)),
    ("codes/wild/#", QoS::AtMostOnce, Some(R::WildcardSubscriptionsNotSupported)),
];
const NAMES: [(&str, R); 5] = [
    ("unavailable", R::ServerUnavailable),
    ("busy", R::ServerBusy),
    ("elsewhere", R::UseAnotherServer),
    ("moved", R::ServerMoved),
    ("hasty", R::ConnectionRateExceeded),
];

/// With a Will for 0x04.
fn connect_with_will(cast: &Cast) -> Act {
    let mut act = connect(cast, A);
    if let Action::Connect(connect) = &mut act.action {
        let will = Will { topic: "codes/gone".into(), ..Will::default() };
        connect.will = Some(will);
    }
    act
}

fn many_filters() -> Act {
    let subscriptions = FILTERS.map(|(filter, qos, _)| Subscription {
        topic_filter: filter.into(),
        qos,
        ..Subscription::default()
    });
    Act::subscribe(A, [], subscriptions)
}

/// For 0x10, 0x90, 0x99, 0x11 and 0x92.
fn to_be_acknowledged() -> Vec<Act> {
    let unsubscribe = Action::Unsubscribe {
        properties: [].into(),
        topic_filters: vec!["codes/never-asked-for".into()],
    };
    vec![
        publish(A, "codes/nobody", QoS::AtLeastOnce, "is anybody there?"),
        publish(A, "codes/seven/levels/are/one/too/many", QoS::AtLeastOnce, "too deep"),
        publish_with(
            A,
            "codes/not-text",
            QoS::AtLeastOnce,
            [Property::PayloadFormatIndicator(1)],
            &[0xFF],
        ),
        Act { client: A, action: unsubscribe },
        // PUBREL of a message that was never sent.
        bytes(&[0x62, 0x02, 0x00, 0x63]),
    ]
}

fn leave() -> Act {
    Act::disconnect(A, Disconnect::new(R::DisconnectWithWillMessage))
}

fn bytes(bytes: &[u8]) -> Act {
    Act { client: A, action: Action::SendBytes(Bytes::copy_from_slice(bytes)) }
}

fn packet(packet: &Packet) -> Act {
    bytes(&encode(packet).unwrap_or_default())
}

/// The CONNECT of 3.1.1.
fn version_4() -> Act {
    let bytes = Bytes::from_static(b"\x10\x0C\0\x04MQTT\x04\x02\0\x3C\0\0");
    Act { client: A, action: Action::ConnectBytes(bytes) }
}

fn named(client_id: &str) -> Act {
    let client_id = client_id.into();
    Act::connect(A, Connect { clean_start: true, keep_alive: 60, client_id, ..Connect::default() })
}

fn stranger(cast: &Cast) -> Act {
    let mut act = connect(cast, A);
    if let Action::Connect(connect) = &mut act.action {
        connect.user_name = Some("eve".into());
        connect.password = Some(Bytes::from_static(b"guess"));
    }
    act
}

fn unheard_of(cast: &Cast) -> Act {
    connect_with(cast, A, [Property::AuthenticationMethod("GS2-UNHEARD-OF".into())])
}

fn login() -> Login {
    Login {
        user_name: "ada".to_owned(),
        password: "pencil".to_owned(),
        nonce: "fyko+d2lbbFgONRv9qkxdawL".to_owned(),
    }
}

fn log_in(cast: &Cast) -> Act {
    connect_with(cast, A, opening())
}

fn log_in_again() -> Act {
    let properties = opening().into();
    Act { client: A, action: Action::Authenticate { reason_code: R::ReAuthenticate, properties } }
}

/// Without it, should it ever fail, the server would answer 0x8C.
fn opening() -> Vec<Property> {
    let method = Property::AuthenticationMethod("SCRAM-SHA-256".into());
    login().opening().map_or(vec![method], Vec::from)
}

fn connect_again(cast: &Cast) -> Act {
    match connect(cast, A).action {
        Action::Connect(connect) => packet(&Packet::Connect(connect)),
        action => Act { client: A, action },
    }
}

/// Three with Receive Maximum 2.
fn too_many_in_flight() -> Vec<Act> {
    let message = |number| Publish {
        qos: QoS::ExactlyOnce,
        packet_id: PacketId::new(number),
        topic: "codes/flood".into(),
        ..Publish::default()
    };
    (101..=103).map(|number| packet(&Packet::Publish(message(number)))).collect()
}

fn alias_out_of_range() -> Act {
    packet(&Packet::Publish(Publish {
        topic: "codes/alias".into(),
        properties: [Property::TopicAlias(11)].into(),
        ..Publish::default()
    }))
}

fn too_large() -> Act {
    packet(&Packet::Publish(Publish {
        topic: "codes/large".into(),
        payload: Bytes::from(vec![b'.'; 1024]),
        ..Publish::default()
    }))
}

/// Six where five a second are taken.
fn too_fast() -> Vec<Act> {
    let message = |number: u8| publish(A, "codes/fast", QoS::AtMostOnce, &number.to_string());
    (1..=6).map(message).collect()
}

fn retained() -> Act {
    packet(&Packet::Publish(Publish {
        topic: "codes/kept".into(),
        retain: true,
        ..Publish::default()
    }))
}

fn end_by_hand(_: &Cast) -> Move {
    Move::Operate(|cast| {
        let client_id = cast.client_id(A).into();
        Input::Command(Command::Disconnect { client_id, reason_code: R::AdministrativeAction })
    })
}

/// Connects under the collector's name.
fn twin(cast: &Cast) -> Act {
    Act { client: TWIN, ..connect(cast, A) }
}

fn qos_1() -> Act {
    packet(&Packet::Publish(Publish {
        qos: QoS::AtLeastOnce,
        packet_id: PacketId::new(104),
        topic: "codes/qos".into(),
        ..Publish::default()
    }))
}

/// With a Keep Alive short enough for the server to notice first.
fn connect_alert(cast: &Cast) -> Act {
    let mut act = connect(cast, A);
    if let Action::Connect(connect) = &mut act.action {
        connect.keep_alive = 4;
    }
    act
}

fn silence(fault: Fault) -> Act {
    Act { client: A, action: Action::Fault(fault) }
}

fn solution(cast: &Cast) -> Vec<Move> {
    let connected = |then: Move| [Move::Act(connect(cast, A)), then];
    let begin = [
        Move::Act(connect_with_will(cast)),
        Move::Act(many_filters()),
        Move::Acts(to_be_acknowledged()),
        Move::Act(leave()),
    ];
    let refused = [
        version_4(),
        named(&"x".repeat(50)),
        stranger(cast),
        named("unavailable"),
        named("busy"),
        named("banned"),
        unheard_of(cast),
        named("elsewhere"),
        named("moved"),
        named("hasty"),
        log_in(cast),
        log_in_again(),
    ];
    // The connection that has logged in is the first to be dropped.
    let malformed = [Move::Act(bytes(&[0xC0, 0x01, 0x00]))];
    let dropped = [
        Move::Act(connect_again(cast)),
        Move::Acts(too_many_in_flight()),
        Move::Act(alias_out_of_range()),
        Move::Act(too_large()),
        Move::Acts(too_fast()),
        Move::Act(retained()),
        Move::Act(twin(cast)),
    ];
    // It is the twin, under the collector's name, that the administrator finds.
    let outside = [
        end_by_hand(cast),
        Move::Operate(strict),
        Move::Act(connect(cast, A)),
        Move::Act(qos_1()),
        Move::Act(connect_alert(cast)),
        Move::Act(silence(Fault::Pause(Sender::Client))),
        Move::Wait(Duration::from_secs(10)),
        Move::Act(silence(Fault::Mend)),
        Move::Act(connect(cast, A)),
        Move::Wait(Duration::from_secs(LONGEST)),
        Move::Act(connect(cast, A)),
        Move::Operate(|_| Input::Command(Command::ShutDown)),
    ];
    let refused = refused.map(Move::Act);
    begin
        .into_iter()
        .chain(refused)
        .chain(malformed)
        .chain(dropped.into_iter().flat_map(connected))
        .chain(outside)
        .collect()
}

const A: ClientSlot = ClientSlot(0);
const TWIN: ClientSlot = ClientSlot(1);
/// How long a connection may last under the stricter policy, in seconds.
const LONGEST: u64 = 120;
