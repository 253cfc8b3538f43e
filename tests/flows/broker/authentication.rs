//! Enhanced authentication with SCRAM-SHA-256 (§4.12), and passwords.

use mqtt5_playground::auth::{ClientFinal, ClientFirst, SCRAM_SHA_256, ServerFirst};
use mqtt5_playground::broker::User;
use mqtt5_playground::mqtt::Auth;

use super::*;

/// A policy under which only ada may come.
fn ada_only() -> Policy {
    Policy {
        anonymous: false,
        users: vec![User { name: "ada".into(), password: "pencil".into() }],
        ..Policy::default()
    }
}

fn auth(reason_code: ReasonCode, method: &str, data: impl Into<Vec<u8>>) -> Packet {
    let properties = [
        Property::AuthenticationMethod(method.into()),
        Property::AuthenticationData(data.into().into()),
    ];
    Packet::Auth(Auth { reason_code, properties: properties.into() })
}

/// A CONNECT with the client-first message.
fn scram_connect(client_id: &str, first: &ClientFirst) -> Connect {
    let properties = [
        Property::AuthenticationMethod(SCRAM_SHA_256.into()),
        Property::AuthenticationData(first.message().into()),
    ];
    with(connect(client_id), properties)
}

/// The Client's side of a whole exchange; the first packet is out already. Returns its last step, with
/// which it checks the Server's proof.
fn prove(bench: &mut Bench, a: ConnectionId, first: &ClientFirst, password: &str) -> ClientFinal {
    let challenge = bench.next_packet(a).expect("a challenge");
    assert_eq!(challenge.reason_codes(), [ReasonCode::ContinueAuthentication], "[MQTT-4.12.0-2]");
    assert_eq!(challenge.properties().len(), 2, "method and data, whatever the size it may have");
    let data = challenge.properties().authentication_data().expect("a challenge has data");
    let challenge = ServerFirst::parse(data, first).expect("a valid challenge");
    let answer = ClientFinal::new(first, &challenge, password).expect("within the limits");
    bench.send(a, auth(ReasonCode::ContinueAuthentication, SCRAM_SHA_256, answer.message()));
    answer
}

/// Logs ada in and re-authenticates her; the last packet is AUTH 0x00.
pub fn re_authenticates(bench: &mut Bench) -> ConnectionId {
    let ada = first("ada");
    let a = bench.connecting(scram_connect("a", &ada));
    prove(bench, a, &ada, "pencil");
    assert!(bench.next(a).starts_with("CONNACK 00"));
    bench.send(a, auth(ReasonCode::ReAuthenticate, SCRAM_SHA_256, ada.message()));
    prove(bench, a, &ada, "pencil");
    a
}

fn first(user: &str) -> ClientFirst {
    ClientFirst::new(user, "abcdefghij").expect("a valid nonce")
}

/// [MQTT-4.12.0-2], [MQTT-4.12.0-3], [MQTT-4.12.0-5], [MQTT-3.15.2-2], [MQTT-3.15.2-3]
#[test]
fn both_sides_prove_that_they_know_the_password() {
    let mut bench = Bench::with(ada_only());
    let ada = first("ada");
    let a = bench.connecting(scram_connect("a", &ada));
    let answer = prove(&mut bench, a, &ada, "pencil");
    let connack = bench.next_packet(a).expect("a CONNACK");
    assert_eq!(connack.reason_codes(), [ReasonCode::Success]);
    let proof = connack.properties().authentication_data().expect("the Server's proof");
    assert_eq!(answer.check(proof), Ok(()));
    assert_eq!(bench.snapshot().sessions[0].user.as_deref(), Some("ada"));
    let shown = bench.notes.iter().find_map(|note| match &note.event {
        Event::Authenticated { values, .. } => Some(values),
        _ => None,
    });
    assert_eq!(shown.map(|values| values.client_proof), Some(answer.client_proof));
}

/// [MQTT-4.12.0-1], [MQTT-4.12.0-4], [MQTT-3.1.2-30]
#[test]
fn whoever_cannot_prove_it_stays_outside() {
    let ada = first("ada");
    let method = |method: &str| with(connect("a"), [Property::AuthenticationMethod(method.into())]);
    let garbage = with(method(SCRAM_SHA_256), [Property::AuthenticationData("n,,nonsense".into())]);
    type Then = fn(&mut Bench, ConnectionId);
    let nothing: Then = |_, _| {};
    let wrong: Then = |bench, a| drop(prove(bench, a, &first("ada"), "pen"));
    let other_packet: Then = |bench, a| {
        bench.next(a);
        bench.send(a, Packet::PingReq);
    };
    let other_code: Then = |bench, a| {
        bench.next(a);
        bench.send(a, auth(ReasonCode::ReAuthenticate, SCRAM_SHA_256, "x"));
    };
    let other_method: Then = |bench, a| {
        bench.next(a);
        bench.send(a, auth(ReasonCode::ContinueAuthentication, "OTHER", "x"));
    };
    for (name, connect, then, expect) in [
        ("another method", method("GS2-KRB5"), nothing, "CONNACK 8C"),
        ("no client-first message", garbage, nothing, "CONNACK 87"),
        ("a wrong password", scram_connect("a", &ada), wrong, "CONNACK 87"),
        ("an unknown user", scram_connect("a", &first("eve")), wrong, "CONNACK 87"),
        ("PINGREQ in between", scram_connect("a", &ada), other_packet, "CONNACK 82"),
        ("AUTH 0x19 in between", scram_connect("a", &ada), other_code, "CONNACK 82"),
        ("another method in between", scram_connect("a", &ada), other_method, "CONNACK 8C"),
    ] {
        let mut bench = Bench::with(ada_only());
        let a = bench.connecting(connect);
        then(&mut bench, a);
        assert_eq!(bench.all(a), [expect], "{name}");
        assert!(bench.is_closed(a), "{name}");
        assert!(bench.snapshot().sessions.is_empty(), "{name}");
    }
}

/// [MQTT-4.12.0-6], §4.12
#[test]
fn the_client_may_leave_the_first_word_to_the_server() {
    let mut bench = Bench::with(ada_only());
    let a = bench
        .connecting(with(connect("a"), [Property::AuthenticationMethod(SCRAM_SHA_256.into())]));
    let opening = bench.next_packet(a).expect("AUTH");
    assert_eq!(opening.properties().authentication_data(), None);
    let ada = first("ada");
    bench.send(a, auth(ReasonCode::ContinueAuthentication, SCRAM_SHA_256, ada.message()));
    prove(&mut bench, a, &ada, "pencil");
    assert!(bench.next(a).starts_with("CONNACK 00"));
}

/// §4.12
#[test]
fn a_client_may_leave_in_the_middle_of_an_exchange() {
    let mut bench = Bench::with(ada_only());
    let a = bench.connecting(scram_connect("a", &first("ada")));
    bench.next(a);
    bench.leave(a);
    let a = bench.connecting(scram_connect("a", &first("ada")));
    bench.next(a);
    bench.secs(31);
    assert!(bench.is_closed(a), "nor may it take for ever");
    let left = bench.snapshot();
    assert!(left.connections.is_empty() && left.timers.is_empty());
}

/// [MQTT-4.12.1-1], [MQTT-4.12.1-2], [MQTT-4.12.0-7]
#[test]
fn re_authentication_ends_well_or_ends_the_connection() {
    let ada = first("ada");
    let connected = |bench: &mut Bench| {
        let a = bench.connecting(scram_connect("a", &ada));
        prove(bench, a, &ada, "pencil");
        bench.next(a);
        a
    };
    for (user, password, expect) in [
        ("ada", "pencil", "AUTH 00"),
        ("ada", "pen", "DISCONNECT 87"),
        ("bob", "b", "DISCONNECT 87"),
    ] {
        let mut policy = ada_only();
        policy.users.push(User { name: "bob".into(), password: "b".into() });
        let mut bench = Bench::with(policy);
        let a = connected(&mut bench);
        let again = first(user);
        bench.send(a, auth(ReasonCode::ReAuthenticate, SCRAM_SHA_256, again.message()));
        // Everything else goes on meanwhile (§4.12.1).
        bench.send(a, Packet::PingReq);
        let answer = prove(&mut bench, a, &again, password);
        assert_eq!(bench.next(a), "PINGRESP");
        let last = bench.next_packet(a).expect("an answer");
        assert!(show(&last).starts_with(expect), "{user} {password}: {last:?}");
        match last.properties().authentication_data() {
            Some(proof) => assert_eq!(answer.check(proof), Ok(())),
            None => assert!(bench.is_closed(a), "{user} {password}"),
        }
    }
    for (packet, expect) in [
        (auth(ReasonCode::ReAuthenticate, "OTHER", "x"), "DISCONNECT 8C"),
        (auth(ReasonCode::ContinueAuthentication, SCRAM_SHA_256, "x"), "DISCONNECT 82"),
        (auth(ReasonCode::ReAuthenticate, SCRAM_SHA_256, "x"), "DISCONNECT 87"),
    ] {
        let mut bench = Bench::with(ada_only());
        let a = connected(&mut bench);
        bench.send(a, packet.clone());
        assert_eq!(bench.all(a), [expect], "{packet:?}");
    }
    let mut bench = Bench::new();
    let a = bench.client("a");
    bench.send(a, auth(ReasonCode::ReAuthenticate, SCRAM_SHA_256, "x"));
    assert_eq!(bench.all(a), ["DISCONNECT 82"], "CONNECT named no method");
}
