//! WebSockets of the browser to a real Mosquitto.

use mqtt5_playground::capture::{ClientSlot, Entry};
use mqtt5_playground::lab::{Act, Action, LinkState, Problem};
use mqtt5_playground::link::websocket::WebSocketLink;
use mqtt5_playground::link::{BrokerAddress, Failure, LinkEvent, Target};
use mqtt5_playground::mqtt::{
    Connect, ConnectionId, Disconnect, PacketType, Property, Publish, QoS, ReasonCode, Sender,
    Subscription,
};
use wasm_bindgen_test::wasm_bindgen_test;

use crate::bench::{Bench, Events, mosquitto};

const PUBLISHER: ClientSlot = ClientSlot(0);
const SUBSCRIBER: ClientSlot = ClientSlot(1);

#[wasm_bindgen_test]
async fn messages_of_every_qos_arrive() {
    let mut bench = Bench::new(mosquitto().await, ["publisher", "subscriber"]);
    bench.connect(PUBLISHER).await;
    bench.connect(SUBSCRIBER).await;
    let subscription = Subscription {
        topic_filter: "browser/qos/+".into(),
        qos: QoS::ExactlyOnce,
        ..Subscription::default()
    };
    let identifier = [Property::SubscriptionIdentifier(7)];
    bench.act(Act::subscribe(SUBSCRIBER, identifier, [subscription])).await;

    for (already, qos) in QoS::ALL.into_iter().enumerate() {
        let publish = Publish {
            topic: format!("browser/qos/{}", qos.bits()).into(),
            qos,
            payload: "温度 21.5".into(),
            properties: [Property::user("b", "1"), Property::user("a", "2")].into(),
            ..Publish::default()
        };
        bench.act(Act::publish(PUBLISHER, publish.clone())).await;
        bench
            .wait_until(|lab| {
                let subscriber = lab.client(SUBSCRIBER).expect("it stands there");
                subscriber.messages().len() > already && lab.is_settled()
            })
            .await;
        let messages = bench.lab.client(SUBSCRIBER).expect("it stands there").messages();
        let message = &messages[already];
        assert_eq!((&message.topic, message.publish.qos), (&publish.topic, qos));
        assert_eq!(message.publish.payload, publish.payload);
        let pairs: Vec<_> = message.publish.properties.user_properties().collect();
        assert_eq!(pairs, [("b", "1"), ("a", "2")]);
        assert_eq!(message.publish.properties.subscription_identifier(), Some(7));
    }
    bench
        .wait_until(|lab| lab.capture().packets(PacketType::PubComp, Sender::Client).count() > 0)
        .await;
    // Each QoS with the acknowledgements of its own, both ways.
    for (client, packet, sender, expect) in [
        (PUBLISHER, PacketType::PubAck, Sender::Server, 1),
        (PUBLISHER, PacketType::PubRec, Sender::Server, 1),
        (PUBLISHER, PacketType::PubRel, Sender::Client, 1),
        (PUBLISHER, PacketType::PubComp, Sender::Server, 1),
        (SUBSCRIBER, PacketType::Publish, Sender::Server, 3),
        (SUBSCRIBER, PacketType::PubAck, Sender::Client, 1),
        (SUBSCRIBER, PacketType::PubRec, Sender::Client, 1),
        (SUBSCRIBER, PacketType::PubComp, Sender::Client, 1),
    ] {
        assert_eq!(bench.count(client, packet, sender), expect, "{packet:?} by {sender:?}");
    }
}

#[wasm_bindgen_test]
async fn disconnect_and_cut_close_the_link() {
    let mut bench = Bench::new(mosquitto().await, ["client"]);
    let ends = [Action::Disconnect(Disconnect::new(ReasonCode::Success)), Action::Cut];
    for end in ends {
        bench.connect(PUBLISHER).await;
        assert!(bench.lab.client(PUBLISHER).is_some_and(|client| client.is_connected()));
        bench.act(Act { client: PUBLISHER, action: end.clone() }).await;
        bench
            .wait_until(|lab| {
                lab.client(PUBLISHER).is_some_and(|c| c.link_state() == LinkState::Closed)
            })
            .await;
        let closed = bench.lab.capture().records().last().map(|record| record.entry.clone());
        assert!(matches!(closed, Some(Entry::Closed(_))), "{end:?}: {closed:?}");
    }
}

#[wasm_bindgen_test]
async fn mosquitto_refuses_and_the_code_is_known() {
    let mut bench = Bench::new(mosquitto().await, ["client"]);
    let connect = Connect {
        client_id: "browser-refused".into(),
        clean_start: true,
        properties: [Property::AuthenticationMethod("none".into())].into(),
        ..Connect::default()
    };
    bench.act(Act::connect(PUBLISHER, connect)).await;
    bench
        .wait_until(|lab| {
            let problem = lab.client(PUBLISHER).and_then(|client| client.problem());
            matches!(
                problem,
                Some(Problem::Refused { reason_code: ReasonCode::BadAuthenticationMethod, .. })
            )
        })
        .await;
}

#[wasm_bindgen_test]
async fn a_link_that_never_opens_tells_its_close_code() {
    // Port 9 belongs to a service that nobody runs any more, and browsers do not even try it.
    for address in ["ws://127.0.0.1:1", "ws://127.0.0.1:9"] {
        let address = BrokerAddress::parse(address).expect("it is well-formed");
        let mut bench = Bench::new(Target::At(address.clone()), ["client"]);
        let events = Events::default();
        let tell = events.clone();
        let opened =
            WebSocketLink::open(&address, "mqtt", move |event| tell.tell(ConnectionId(1), event));
        if opened.is_ok() {
            let (_, event) = events.next().await;
            assert_eq!(event, LinkEvent::Closed { code: Some(1006), reason: String::new() });

            bench.connect(PUBLISHER).await;
            bench
                .wait_until(|lab| lab.client(PUBLISHER).is_some_and(|c| c.problem().is_some()))
                .await;
            let problem = bench.lab.client(PUBLISHER).and_then(|client| client.problem());
            let Some(Problem::ConnectFailed { cause, close, .. }) = problem else {
                panic!("{address}: {problem:?}")
            };
            assert_eq!((*cause, close.code, close.was_open), (Failure::Refused, Some(1006), false));
        }
    }
}
