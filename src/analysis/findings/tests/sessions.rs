//! Sessions and Wills.

use super::*;
use ReasonCode as R;

fn other() -> Connect {
    Connect { client_id: "other".into(), ..connect() }
}

#[test]
fn takeovers() {
    check(&[
        (
            "taken_over",
            Scene::greeted,
            |it| _ = it.by(1).opens().greets(connect(), connack()),
            |it| _ = it.by(1).opens().greets(other(), connack()),
        ),
        (
            "taken_over",
            Scene::greeted,
            |it| _ = it.by(1).opens().greets(connect(), connack()),
            |it| _ = it.leaves().by(1).opens().greets(connect(), connack()),
        ),
        // It was refused, so it took nothing over.
        (
            "taken_over",
            Scene::greeted,
            |it| _ = it.by(1).opens().greets(connect(), connack()),
            |it| _ = it.by(1).opens().greets(connect(), refusal(R::NotAuthorized)),
        ),
        // The end of the older one may be in the hole.
        (
            "taken_over",
            Scene::greeted,
            |it| {
                _ = it
                    .hole(Sender::Client)
                    .client(Packet::PingReq)
                    .opens()
                    .greets(connect(), connack())
            },
            |it| {
                _ = it
                    .client(Packet::PingReq)
                    .hole(Sender::Client)
                    .opens()
                    .greets(connect(), connack())
            },
        ),
        // At another Server it is another Session.
        (
            "taken_over",
            Scene::greeted,
            |it| _ = it.by(1).opens().greets(connect(), connack()),
            |it| {
                it.by(1).on(2).put(Entry::Opening { address: "elsewhere:1883".to_owned() });
                it.greets(connect(), connack());
            },
        ),
        (
            "taken_over",
            Scene::of_3,
            |it| _ = it.greets(connect(), connack()).opens().greets(connect(), connack()),
            |it| {
                it.greets(connect(), connack()).closes(Some(Sender::Server));
                it.opens().greets(connect(), connack());
            },
        ),
        // A CONNECT that led to nothing took nothing over.
        (
            "taken_over_elsewhere",
            Scene::greeted,
            |it| {
                it.by(1).opens().client(Packet::Connect(Box::new(connect()))).closes(None);
                it.by(0).on(1).server(disconnect(R::SessionTakenOver));
            },
            |it| {
                it.by(1).opens().client(Packet::Connect(Box::new(connect())));
                it.by(0).on(1).server(disconnect(R::SessionTakenOver));
            },
        ),
        (
            "taken_over_elsewhere",
            Scene::greeted,
            |it| _ = it.server(disconnect(R::SessionTakenOver)),
            |it| {
                it.by(1).opens().client(Packet::Connect(Box::new(connect())));
                it.by(0).on(1).server(disconnect(R::SessionTakenOver));
            },
        ),
    ]);
}

#[test]
fn one_takeover_is_told_once() {
    // DISCONNECT comes before the other CONNACK, and the other way round.
    for server_is_quick in [false, true] {
        let mut scene = Scene::greeted();
        scene.by(1).opens().client(Packet::Connect(Box::new(connect())));
        let end = |scene: &mut Scene| {
            scene.by(0).on(1).server(disconnect(R::SessionTakenOver));
            scene.closes(Some(Sender::Server)).by(1).on(2);
        };
        if server_is_quick {
            end(&mut scene);
        }
        scene.server(Packet::ConnAck(connack()));
        if !server_is_quick {
            end(&mut scene);
        }
        let keys = scene.keys();
        assert!(keys.contains("taken_over"), "{server_is_quick}: {keys:?}");
        assert_eq!(scene.find("taken_over").map(|it| it.count), Some(1));
        assert!(!keys.contains("closed_without_word") && !keys.contains("taken_over_elsewhere"));
    }
}

#[test]
fn lost_sessions() {
    check(&[
        (
            "session_lost",
            Scene::new,
            |it| {
                it.greets(resuming(900), connack()).leaves().passes(60);
                it.opens().greets(resuming(900), connack());
            },
            |it| {
                it.greets(resuming(900), connack()).leaves().passes(60);
                it.opens().greets(resuming(900), present());
            },
        ),
        // The client wants a new one.
        (
            "session_lost",
            Scene::new,
            |it| {
                it.greets(resuming(900), connack()).leaves();
                it.opens().greets(resuming(900), connack());
            },
            |it| {
                _ = it
                    .greets(resuming(900), connack())
                    .leaves()
                    .opens()
                    .greets(connect(), connack())
            },
        ),
        // What was before is not in the capture.
        (
            "session_lost",
            Scene::new,
            |it| {
                it.greets(resuming(900), connack()).leaves();
                it.opens().greets(resuming(900), connack());
            },
            |it| _ = it.greets(resuming(900), connack()),
        ),
        // A DISCONNECT that ends the Session may be in the hole.
        (
            "session_lost",
            Scene::new,
            |it| {
                it.greets(resuming(900), connack()).hole(Sender::Server).closes(None);
                it.opens().greets(resuming(900), connack());
            },
            |it| {
                it.greets(resuming(900), connack()).hole(Sender::Client).closes(None);
                it.opens().greets(resuming(900), connack());
            },
        ),
        // The same, where the older connection is not closed in the capture.
        (
            "session_lost",
            Scene::new,
            |it| {
                it.greets(resuming(900), connack()).opens().greets(resuming(900), connack());
            },
            |it| {
                it.greets(resuming(900), connack()).hole(Sender::Client);
                it.opens().greets(resuming(900), connack());
            },
        ),
        (
            "session_lost",
            Scene::of_3,
            |it| {
                it.greets(resuming(0), connack()).leaves().opens().greets(resuming(0), connack());
            },
            |it| {
                it.greets(connect(), connack()).leaves().opens().greets(resuming(0), connack());
            },
        ),
        (
            "session_expired",
            Scene::new,
            |it| {
                it.greets(resuming(900), connack()).leaves().passes(901);
                it.opens().greets(resuming(900), connack());
            },
            |it| {
                it.greets(resuming(900), connack()).leaves().passes(897);
                it.opens().greets(resuming(900), connack());
            },
        ),
        // DISCONNECT says 0.
        (
            "session_ended",
            Scene::new,
            |it| {
                it.greets(resuming(900), connack());
                let properties = [Property::SessionExpiryInterval(0)].into();
                let goodbye = Disconnect { properties, ..Disconnect::new(R::Success) };
                it.client(Packet::Disconnect(goodbye)).closes(Some(Sender::Client));
                it.opens().greets(resuming(900), connack());
            },
            |it| {
                it.greets(resuming(900), connack()).leaves();
                it.opens().greets(resuming(900), connack());
            },
        ),
        (
            "no_session_kept",
            Scene::new,
            |it| _ = it.greets(resuming(900), connack()),
            |it| _ = it.greets(resuming(900), present()),
        ),
        (
            "session_present_after_clean",
            Scene::new,
            |it| _ = it.greets(connect(), present()),
            |it| _ = it.greets(resuming(900), present()),
        ),
    ]);
}

#[test]
fn sessions_that_are_kept_for_long() {
    fn clean(expiry: u32) -> Connect {
        Connect { clean_start: true, ..resuming(expiry) }
    }
    check(&[
        (
            "expiry_never",
            Scene::new,
            |it| _ = it.greets(resuming(u32::MAX), connack()),
            |it| _ = it.greets(resuming(u32::MAX - 1), connack()),
        ),
        // The Server says what holds.
        (
            "expiry_never",
            Scene::new,
            |it| _ = it.greets(resuming(u32::MAX), connack()),
            |it| {
                let properties = [Property::SessionExpiryInterval(60)].into();
                it.greets(resuming(u32::MAX), ConnAck { properties, ..connack() });
            },
        ),
        (
            "clean_start_keeps",
            Scene::new,
            |it| _ = it.greets(clean(86_400), connack()),
            |it| _ = it.greets(clean(60), connack()),
        ),
        (
            "clean_start_keeps",
            Scene::new,
            |it| _ = it.greets(clean(86_400), connack()),
            |it| _ = it.greets(resuming(86_400), connack()),
        ),
    ]);
}

#[test]
fn wills() {
    check(&[
        (
            "will_missing",
            Scene::new,
            |it| {
                it.greets(connect(), connack());
                it.client(disconnect(R::DisconnectWithWillMessage));
            },
            |it| {
                it.greets(with_will(connect(), 0), connack());
                it.client(disconnect(R::DisconnectWithWillMessage));
            },
        ),
        // The CONNECT is not in the capture.
        (
            "will_missing",
            Scene::middle,
            |it| {
                it.opens().greets(connect(), connack());
                it.client(disconnect(R::DisconnectWithWillMessage));
            },
            |it| _ = it.client(disconnect(R::DisconnectWithWillMessage)),
        ),
        (
            "will_delay_cut",
            Scene::new,
            |it| _ = it.greets(with_will(resuming(60), 61), connack()),
            |it| _ = it.greets(with_will(resuming(60), 60), connack()),
        ),
    ]);
}
