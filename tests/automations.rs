//! What clients on the bench do by themselves, on a virtual clock.

#[path = "support/bench.rs"]
mod bench;

use std::time::Duration;

use bytes::Bytes;
use mqtt5_playground::broker::{self, Policy, User};
use mqtt5_playground::capture::ClientSlot;
use mqtt5_playground::client::AcknowledgeByHand;
use mqtt5_playground::course::{Cast, exercise};
use mqtt5_playground::lab::{
    Act, Action, Automation, Behaves, BehaviourKind, Correlation, Lab, LinkState, Login,
    LoginState, Loss, Order, PeriodicPublisher, Problem, Reconnect, ReconnectState, Reconnecting,
    ResourceService, Responder, Retry, Route, Silence, SlowConsumer,
};
use mqtt5_playground::link::{Failure, LinkCommand, Target};
use mqtt5_playground::mqtt::{
    Connect, Disconnect, Packet, PacketType, Properties, Property, Publish, QoS, ReasonCode,
    Sender, Subscription,
};
use mqtt5_playground::time::Instant;

use bench::{A, B, Bench};

impl Bench {
    /// Two connected clients: A asks and publishes, B answers and consumes.
    fn new() -> Bench {
        let mut bench = Bench::offline(ROLES);
        bench.connect(A, []);
        bench.connect(B, []);
        bench
    }

    fn connect<const N: usize>(&mut self, client: ClientSlot, properties: [Property; N]) {
        let client_id = format!("client-{}", client.letter()).into();
        let connect = Connect { client_id, properties: properties.into(), ..Connect::default() };
        self.act(client, Action::Connect(Box::new(connect)));
        self.wait(10);
    }

    fn subscribe(&mut self, client: ClientSlot, topic_filter: &str) {
        let (topic_filter, qos) = (topic_filter.to_owned(), QoS::ExactlyOnce);
        let subscription =
            Subscription { topic_filter: topic_filter.into(), qos, ..Subscription::default() };
        self.act(client, Act::subscribe(client, Properties::NONE, [subscription]).action);
        self.wait(10);
    }

    fn automate(&mut self, client: ClientSlot, settings: impl Behaves) {
        self.act(client, Action::Automate(settings.into()));
    }

    /// A request with this Correlation Data.
    fn request(&mut self, topic: &str, correlation: &str, pairs: &[(&str, &str)], payload: &str) {
        let mut properties = Properties::from([
            Property::ResponseTopic("answers".into()),
            Property::CorrelationData(Bytes::from(correlation.to_owned())),
        ]);
        for (name, value) in pairs {
            properties.push(Property::user(*name, *value));
        }
        let publish = Publish {
            qos: QoS::AtLeastOnce,
            topic: topic.into(),
            properties,
            payload: Bytes::from(payload.to_owned()),
            ..Publish::default()
        };
        self.act(A, Action::Publish(publish));
    }

    fn automation(&self, slot: ClientSlot) -> &Automation {
        self.client(slot).automations().first().expect("it does something")
    }

    fn reconnecting(&self) -> &Reconnecting {
        self.automation(A).get::<Reconnect>().expect("a policy")
    }

    /// What A has received: Correlation Data, `status`, payload.
    fn answers(&self) -> Vec<(String, Option<String>, String)> {
        let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).expect("text");
        let read = |publish: &Publish| {
            let status = publish.properties.user_properties().find(|(name, _)| *name == "status");
            let correlation = publish.properties.correlation_data();
            let correlation = correlation.map(|bytes| text(bytes)).unwrap_or_default();
            (correlation, status.map(|(_, value)| value.to_owned()), text(&publish.payload))
        };
        self.client(A).messages().iter().map(|message| read(&message.publish)).collect()
    }

    fn sent(&self, client: ClientSlot, packet: PacketType) -> Vec<Instant> {
        self.packets(client, Sender::Client, packet).into_iter().map(|(at, _)| at).collect()
    }

    fn set_policy(&mut self, policy: Policy) {
        self.operate(broker::Input::SetPolicy(Box::new(policy)));
    }

    fn command(&mut self, command: broker::Command) {
        self.operate(broker::Input::Command(command));
        self.wait(10);
    }
}

const ROLES: [&str; 2] = ["requester", "responder"];

fn secs(since: Instant, times: &[Instant]) -> Vec<f64> {
    times.iter().map(|at| (at.since(since).as_secs_f64() * 10.0).round() / 10.0).collect()
}

#[test]
fn a_responder_copies_the_correlation_data_and_fills_in_its_words() {
    let mut bench = Bench::new();
    bench.subscribe(A, "answers");
    bench.subscribe(B, "ask/#");
    let user_properties = vec![("status".to_owned(), "healthy".to_owned())];
    let payload = "{n}: {payload} on {topic}".to_owned();
    let delay = Duration::from_secs(2);
    let responder = Responder { payload, user_properties, delay, ..Responder::default() };
    bench.automate(B, responder);
    bench.request("ask/a", "x", &[], "hello");
    bench.act(
        A,
        Action::Publish(Publish { topic: "ask/no-response-topic".into(), ..Publish::default() }),
    );
    bench.wait(1900);
    assert_eq!(bench.answers(), []);
    assert!(!bench.lab.is_settled(), "an answer is due");
    bench.wait(200);
    let healthy = Some("healthy".to_owned());
    assert_eq!(bench.answers(), [("x".into(), healthy, "1: hello on ask/a".into())]);
    assert!(bench.lab.is_settled());
    let Some(responding) = bench.automation(B).get::<Responder>() else { panic!("a responder") };
    assert_eq!((responding.requests, responding.answered, responding.not_requests), (1, 1, 1));
    // Its answer took the QoS of the request.
    assert_eq!(bench.client(A).messages()[0].publish.qos, QoS::AtLeastOnce);

    bench.act(B, Action::StopAutomation(BehaviourKind::Responder));
    bench.request("ask/a", "y", &[], "");
    bench.wait(5000);
    assert_eq!(bench.answers().len(), 1, "nobody answers any more");
}

#[test]
fn a_responder_can_be_silent_answer_in_reverse_or_answer_somebody_else() {
    for (responder, expect) in [
        (Responder { silence: Silence::First(2), ..Responder::default() }, &["3"][..]),
        (Responder { silence: Silence::All, ..Responder::default() }, &[]),
        (Responder { order: Order::Reversed(3), ..Responder::default() }, &["3", "2", "1"]),
        (Responder { order: Order::Reversed(2), ..Responder::default() }, &["2", "1"]),
        (
            Responder { correlation: Correlation::Foreign("?".into()), ..Responder::default() },
            &["?", "?", "?"],
        ),
        (Responder { correlation: Correlation::LeftOut, ..Responder::default() }, &["", "", ""]),
        (Responder { topic_filter: Some("other/#".into()), ..Responder::default() }, &[]),
    ] {
        let mut bench = Bench::new();
        bench.subscribe(A, "answers");
        bench.subscribe(B, "ask");
        bench.automate(B, responder.clone());
        for number in ["1", "2", "3"] {
            bench.request("ask", number, &[], "");
            bench.wait(10);
        }
        bench.wait(1000);
        let answers: Vec<_> = bench.answers().into_iter().map(|(number, ..)| number).collect();
        assert_eq!(answers, expect, "{responder:?}");
    }
}

#[test]
fn answers_wait_while_the_responder_has_no_connection() {
    let mut bench = Bench::new();
    bench.subscribe(A, "answers");
    bench.subscribe(B, "ask");
    let delay = Duration::from_secs(1);
    bench.automate(B, Responder { delay, ..Responder::default() });
    bench.request("ask", "late", &[], "");
    bench.wait(500);
    bench.act(B, Action::Cut);
    bench.wait(5000);
    assert_eq!(bench.answers(), []);
    assert!(bench.lab.is_settled(), "there is nobody to wait for");
    bench.connect(B, []);
    assert_eq!(bench.answers().len(), 1);
}

#[test]
fn a_resource_service_keeps_what_is_put_and_tells_what_is_wrong() {
    let mut bench = Bench::new();
    bench.subscribe(A, "answers");
    bench.subscribe(B, "test/mqtt5/api/#");
    let resources = [("devices/7".to_owned(), r#"{"on":true}"#.to_owned())].into();
    let service = ResourceService { resources, ..ResourceService::default() };
    bench.automate(B, service);
    for (method, path, payload, status, body) in [
        (Some("GET"), "devices/7", "", 200, r#"{"on":true}"#),
        (Some("GET"), "devices/8", "", 404, "no such resource"),
        (Some("PUT"), "devices/8", r#"{"on":false}"#, 201, r#"{"on":false}"#),
        (Some("PUT"), "devices/8", "[1, 2]", 200, "[1,2]"),
        (Some("PUT"), "devices/9", "{on}", 400, "not JSON"),
        (Some("PUT"), "devices", "{}", 400, "a list"),
        (Some("GET"), "devices", "", 200, r#"["7","8"]"#),
        (Some("DELETE"), "devices/7", "", 200, "devices/7"),
        (Some("DELETE"), "devices/7", "", 404, "no such resource"),
        (Some("PATCH"), "devices/8", "{}", 400, "none of GET, PUT, DELETE"),
        (None, "devices/8", "", 400, "is missing"),
        (Some("GET"), "devices//8", "", 400, "empty"),
    ] {
        let pairs: Vec<_> = method.map(|method| ("method", method)).into_iter().collect();
        bench.request(&format!("test/mqtt5/api/{path}"), path, &pairs, payload);
        bench.wait(100);
        let (correlation, code, answer) = bench.answers().pop().expect("it answers");
        assert_eq!((correlation.as_str(), code), (path, Some(status.to_string())), "{method:?}");
        assert!(answer.contains(body), "{method:?} {path}: {answer}");
    }
    let Some(serving) = bench.automation(B).get::<ResourceService>() else { panic!("a service") };
    assert_eq!(serving.store.keys().collect::<Vec<_>>(), ["devices/8"]);
    assert_eq!((serving.requests, serving.log.len()), (12, 12));
    let publish = &bench.client(A).messages()[0].publish;
    assert_eq!(publish.properties.content_type(), Some("application/json"));
    assert_eq!(publish.properties.payload_format_indicator(), Some(1));
}

#[test]
fn a_periodic_publisher_counts_and_rests_without_connection() {
    let mut bench = Bench::new();
    bench.subscribe(B, "tank/+");
    bench.act(B, Action::AcknowledgeByHand(AcknowledgeByHand::NONE));
    let publish =
        Publish { topic: "tank/{n}".into(), payload: "msg-{n}".into(), ..Publish::default() };
    let (interval, count) = (Duration::from_millis(500), Some(4));
    let periodic = PeriodicPublisher { publish, interval, count };
    let began = bench.now;
    bench.automate(A, periodic);
    assert_eq!(bench.sent(A, PacketType::Publish).len(), 1, "the first leaves at once");
    bench.wait(600);
    bench.act(A, Action::Cut);
    bench.wait(9400);
    assert_eq!(bench.automation(A).next_due(), None, "it rests");
    bench.connect(A, []);
    bench.wait(60_000);
    let sent = bench.sent(A, PacketType::Publish);
    assert_eq!(secs(began, &sent), [0.0, 0.5, 10.0, 10.5]);
    let texts = bench.client(B).messages().iter().map(|m| (m.topic.as_str(), &m.publish.payload));
    let texts: Vec<_> = texts.map(|(topic, payload)| (topic, &payload[..])).collect();
    let expect: [(&str, &[u8]); 4] =
        [("tank/1", b"msg-1"), ("tank/2", b"msg-2"), ("tank/3", b"msg-3"), ("tank/4", b"msg-4")];
    assert_eq!(texts, expect);
    let Some(publishing) = bench.automation(A).get::<PeriodicPublisher>() else { panic!("it") };
    assert!(publishing.is_done() && bench.lab.is_settled());
}

#[test]
fn a_slow_consumer_never_has_more_than_its_receive_maximum() {
    for (qos, packet) in
        [(QoS::AtLeastOnce, PacketType::PubAck), (QoS::ExactlyOnce, PacketType::PubRec)]
    {
        let mut bench = Bench::offline(ROLES);
        bench.connect(A, []);
        bench.connect(B, [Property::ReceiveMaximum(3)]);
        bench.subscribe(B, "factory/osaka/line-4/+");
        let takes = Duration::from_secs(2);
        bench.automate(B, SlowConsumer { takes });
        let default = PeriodicPublisher::default();
        let publish = Publish { qos, ..default.publish.clone() };
        let began = bench.now;
        bench.automate(A, PeriodicPublisher { publish, ..default });
        for _ in 0..250 {
            bench.wait(100);
            let Some(consuming) = bench.automation(B).get::<SlowConsumer>() else { panic!("it") };
            let in_hand = usize::from(consuming.working_on.is_some());
            assert!(in_hand + consuming.waiting <= 3, "[MQTT-3.3.4-9]");
        }
        let acknowledged = bench.sent(B, packet);
        let expect: Vec<f64> = (1..=10).map(|number| f64::from(number) * 2.0).collect();
        assert_eq!(secs(began, &acknowledged), expect, "{qos:?}, one at a time");
        assert!(bench.lab.is_settled());
    }
}

#[test]
fn a_consumer_that_is_stopped_lets_go_and_a_person_may_be_faster() {
    let mut bench = Bench::new();
    bench.subscribe(B, "tank");
    let takes = Duration::from_secs(10);
    bench.automate(B, SlowConsumer { takes });
    for _ in 0..3 {
        let publish = Publish { topic: "tank".into(), qos: QoS::AtLeastOnce, ..Publish::default() };
        bench.act(A, Action::Publish(publish));
    }
    bench.wait(1000);
    let held: Vec<_> = bench.client(B).client().held_back().map(|held| held.packet_id).collect();
    assert_eq!(held.len(), 3);
    bench.act(
        B,
        Action::Acknowledge {
            packet_id: held[0],
            reason_code: ReasonCode::Success,
            properties: Properties::NONE,
        },
    );
    assert_eq!(bench.sent(B, PacketType::PubAck).len(), 1);
    let due = bench.automation(B).next_due().expect("it goes on with the next one");
    assert_eq!(due.since(bench.now), takes);
    bench.act(B, Action::StopAutomation(BehaviourKind::SlowConsumer));
    assert_eq!(bench.sent(B, PacketType::PubAck).len(), 3);
    assert_eq!(bench.client(B).client().settings().acknowledge_by_hand, AcknowledgeByHand::NONE);
}

#[test]
fn after_a_loss_it_connects_again_with_growing_waits() {
    let mut bench = Bench::new();
    bench.automate(A, Reconnect { tries: 4, ..Reconnect::default() });
    let began = bench.now;
    bench.command(broker::Command::ShutDown);
    assert!(matches!(bench.reconnecting().state, ReconnectState::Waiting { number: 1, .. }));
    assert!(!bench.lab.is_settled());
    bench.wait(60_000);
    // 0x8B at first, then 0x88 each time: both pass with time.
    assert_eq!(secs(began, &bench.sent(A, PacketType::Connect)[1..]), [1.0, 3.0, 7.0, 15.0]);
    let reconnecting = bench.reconnecting();
    assert_eq!(reconnecting.state, ReconnectState::GivenUp);
    assert!(matches!(
        reconnecting.log.back(),
        Some((
            _,
            Loss::Told { reason_code: ReasonCode::ServerUnavailable, .. },
            Retry::TriesUsedUp
        ))
    ));
    bench.set_policy(Policy::default());
    bench.connect(A, []);
    assert_eq!(bench.reconnecting().tries, 0, "a person begins anew");
    // A cut is a loss; DISCONNECT is not.
    bench.act(A, Action::Cut);
    bench.wait(2000);
    assert!(bench.client(A).is_connected());
    let resumed = bench.lab.capture().packets(PacketType::Connect, Sender::Client).next_back();
    let Some(Packet::Connect(connect)) = resumed.and_then(|record| record.valid_packet()) else {
        panic!("a CONNECT")
    };
    assert!(!connect.clean_start && connect.client_id == "client-A");
    bench
        .lab
        .act(Act::disconnect(A, Disconnect::new(ReasonCode::Success)), bench.now)
        .expect("connected");
    bench.wait(60_000);
    assert_eq!(bench.client(A).link_state(), LinkState::Closed);
    assert_eq!(bench.reconnecting().state, ReconnectState::Watching);
}

#[test]
fn it_does_not_repeat_what_must_fail_again_and_tells_where_to_go() {
    let mut bench = Bench::new();
    bench.automate(A, Reconnect::default());
    // B takes the Session over.
    let connect = Connect { client_id: "client-A".into(), ..Connect::default() };
    bench.act(B, Action::Cut);
    bench.wait(10);
    bench.act(B, Action::Connect(Box::new(connect)));
    bench.wait(60_000);
    assert_eq!(bench.sent(A, PacketType::Connect).len(), 1);
    assert_eq!(bench.reconnecting().state, ReconnectState::GivenUp);
    let log = &bench.reconnecting().log;
    let taken_over = ReasonCode::SessionTakenOver;
    assert!(
        matches!(&log[0], (_, Loss::Told { reason_code, .. }, Retry::Pointless) if *reason_code == taken_over)
    );

    // Whoever decides otherwise wins the Session back, and is taken over by nobody.
    let retry_after = [taken_over].into();
    let stubborn = Reconnect { retry_after, ..Reconnect::default() };
    bench.connect(A, []);
    bench.automate(A, stubborn);
    let connect = Connect { client_id: "client-A".into(), ..Connect::default() };
    bench.act(B, Action::Connect(Box::new(connect)));
    bench.wait(3000);
    assert!(bench.client(A).is_connected());
}

#[test]
fn a_server_reference_is_told_and_not_followed() {
    let mut bench = Bench::new();
    let server_reference = Some("broker-2.example".into());
    bench.set_policy(Policy { server_reference, ..Policy::default() });
    bench.automate(A, Reconnect::default());
    let (client_id, reason_code) = ("client-A".into(), ReasonCode::UseAnotherServer);
    bench.command(broker::Command::Disconnect { client_id, reason_code });
    bench.wait(60_000);
    assert_eq!(bench.sent(A, PacketType::Connect).len(), 1);
    assert_eq!(bench.reconnecting().server_reference(), Some("broker-2.example"));
}

#[test]
fn each_client_has_its_own_route() {
    for (target, subprotocol, expect) in [
        (None, "mqtt", None),
        (Some("ws://in-tab.test:9001/mqtt"), "mqtt", None),
        (Some("ws://in-tab.test:1883/mqtt"), "mqtt", Some(Failure::Port1883)),
        (Some("ws://in-tab.test:8080/mqtt"), "mqtt", Some(Failure::Refused)),
        (Some("ws://in-tab.test:9001/"), "mqtt", Some(Failure::WrongPathOrSubprotocol)),
        (None, "mqttv3.1", Some(Failure::WrongPathOrSubprotocol)),
    ] {
        let mut bench = Bench::offline(ROLES);
        let route = Route {
            target: target.map(|text| Target::parse(text).expect("well-formed")),
            subprotocol: subprotocol.into(),
            ..Route::default()
        };
        bench.act(A, Action::SetRoute(route.clone()));
        bench.connect(A, []);
        bench.connect(B, []);
        assert!(bench.client(B).is_connected(), "the other one has its own");
        let found = match bench.client(A).problem() {
            Some(Problem::ConnectFailed { cause, answers_http: Some(_), .. }) => Some(*cause),
            None => None,
            other => panic!("{other:?}"),
        };
        assert_eq!(found, expect, "{route:?}");
        assert_eq!(bench.client(A).is_connected(), expect.is_none());
        assert_eq!(bench.lab.next_command(), None, "nothing leaves the tab");
        // Repaired.
        bench.act(A, Action::SetRoute(Route::default()));
        if expect.is_some() {
            bench.connect(A, []);
        }
        assert!(bench.client(A).is_connected());
    }
}

#[test]
fn a_route_elsewhere_is_opened_with_its_subprotocol() {
    let mut bench = Bench::offline(ROLES);
    let target = Some(Target::parse("ws://localhost:9001").expect("well-formed"));
    let route = Route { target: target.clone(), subprotocol: "amqp".into(), ..Route::default() };
    bench.act(A, Action::SetRoute(route));
    bench.connect(A, []);
    let Some(LinkCommand::Open { target: asked, subprotocol, .. }) = bench.lab.next_command()
    else {
        panic!("a link outside")
    };
    assert_eq!((Some(asked), subprotocol.as_str()), (target, "amqp"));
}

#[test]
fn the_wrong_protocol_version_is_refused_with_its_reason() {
    let mut bench = Bench::offline(ROLES);
    bench.act(A, Action::SetRoute(Route { protocol_version: 4, ..Route::default() }));
    bench.connect(A, [Property::ReceiveMaximum(3)]);
    let refused = ReasonCode::UnsupportedProtocolVersion;
    assert!(
        matches!(bench.client(A).problem(), Some(Problem::Refused { reason_code, .. }) if *reason_code == refused),
        "{:?} [MQTT-3.1.2-2]",
        bench.client(A).problem()
    );
}

#[test]
fn a_login_answers_the_challenge_and_checks_the_server() {
    for (password, user_name, expect) in [
        ("demo", "demo", LoginState::Verified),
        ("wrong", "demo", LoginState::Refused(ReasonCode::NotAuthorized)),
    ] {
        let mut bench = Bench::offline(ROLES);
        let users = vec![User { name: "demo".into(), password: "demo".into() }];
        bench.set_policy(Policy { users, ..Policy::default() });
        let login =
            Login { user_name: user_name.into(), password: password.into(), nonce: NONCE.into() };
        bench.automate(A, login.clone());
        bench.connect(A, login.opening().expect("a user name and a nonce"));
        bench.wait(100);
        let Some(logging_in) = bench.automation(A).get::<Login>() else { panic!("a login") };
        assert_eq!(logging_in.state, expect);
        assert_eq!(bench.client(A).is_connected(), expect == LoginState::Verified);
        if expect == LoginState::Verified {
            // Once more on the same connection, with a nonce of its own (§4.12.1).
            let again = Login { nonce: "another".into(), ..login };
            let properties = again.opening().expect("a user name and a nonce").into();
            bench.automate(A, again);
            bench.act(
                A,
                Action::Authenticate { reason_code: ReasonCode::ReAuthenticate, properties },
            );
            bench.wait(100);
            let Some(logging_in) = bench.automation(A).get::<Login>() else { panic!("a login") };
            assert_eq!(logging_in.state, LoginState::Verified);
        }
    }
}

#[test]
fn clients_come_and_go_and_the_others_keep_their_places() {
    let mut bench = Bench::new();
    bench.lab.rename_client(B, "worker");
    bench.lab.remove_client(A, bench.now);
    bench.wait(10);
    assert!(bench.lab.client(A).is_none());
    assert_eq!(bench.client(B).role(), "worker");
    assert!(bench.client(B).is_connected());
    assert_eq!(bench.lab.in_tab().broker().snapshot().connections.len(), 1, "A's is closed");
    assert_eq!(bench.lab.add_client("third"), Some(A), "the free place");
    let slots: Vec<_> = bench.lab.clients().iter().map(|client| client.slot()).collect();
    assert_eq!(slots, [A, B]);
    bench.connect(A, []);
    assert!(bench.client(A).is_connected());
}

const NONCE: &str = "rOprNGfwEbeRWgbNEkqO";

/// A played solution that lets time pass next need not wait for what only time brings about.
#[test]
fn what_only_time_brings_about_is_told_apart() {
    let mut bench = Bench::new();
    bench.subscribe(B, "news");
    assert!(bench.lab.is_settled() && bench.lab.waits_for_time());
    let publish = Publish { qos: QoS::AtLeastOnce, topic: "news".into(), ..Publish::default() };
    let interval = Duration::from_secs(5);
    let two = PeriodicPublisher { publish: publish.clone(), interval, count: Some(2) };
    bench.automate(A, two);
    bench.wait(10);
    assert!(!bench.lab.is_settled() && bench.lab.waits_for_time());
    bench.wait(10_000);
    assert!(bench.lab.is_settled());
    // What a person has sent is answered by others, and soon.
    bench.act(A, Action::Publish(publish));
    assert!(!bench.lab.waits_for_time());
}

/// Nobody but a person answers the challenge of a login that nothing automates.
#[test]
fn a_login_by_hand_waits_for_its_person() {
    let (_, exercise) = exercise("re-authenticate").expect("it is in the course");
    let cast = Cast::new(exercise.clients, "7f");
    let mut bench = Bench { lab: Lab::within_tab([7; 32]), now: Instant::START };
    bench.lab.set_up(["client"], bench.now);
    let policy = broker::Input::SetPolicy(Box::new((exercise.policy)()));
    bench.lab.operate_in_tab(policy, bench.now);
    let connect = (exercise.clients[0].prepared)(&cast).swap_remove(0);
    bench.lab.act(connect, bench.now).expect("it is prepared");
    assert!(!bench.client(A).owes_auth(), "the challenge has not come");
    bench.wait(1000);
    assert!(bench.client(A).owes_auth() && !bench.client(A).is_connected());
    assert!(bench.lab.is_settled(), "the Server has answered");
    bench.act(A, Action::Cut);
    assert!(!bench.client(A).owes_auth());
}
