//! Silence, and how connections end.

use super::*;

fn with_keep_alive(keep_alive: u16) -> Connect {
    Connect { keep_alive, ..connect() }
}

#[test]
fn silence() {
    check(&[
        (
            "keep_alive_overdue",
            Scene::new,
            |it| _ = it.greets(with_keep_alive(10), connack()).passes(15).client(Packet::PingReq),
            |it| _ = it.greets(with_keep_alive(10), connack()).passes(14).client(Packet::PingReq),
        ),
        // The Server closes when it is time.
        (
            "keep_alive_overdue",
            Scene::new,
            |it| {
                it.greets(with_keep_alive(10), connack()).passes(15).closes(Some(Sender::Server));
            },
            |it| {
                it.greets(with_keep_alive(10), connack()).passes(9).client(Packet::PingReq);
                it.passes(6).closes(Some(Sender::Server));
            },
        ),
        (
            "keep_alive_overdue",
            Scene::new,
            |it| {
                it.greets(with_keep_alive(10), connack()).millis(14_900);
                it.server(disconnect(ReasonCode::KeepAliveTimeout)).closes(Some(Sender::Client));
            },
            // The last packet may not have arrived: the client was not silent.
            |it| {
                it.greets(with_keep_alive(10), connack()).passes(14).client(Packet::PingReq);
                it.passes(1).server(disconnect(ReasonCode::KeepAliveTimeout));
                it.closes(Some(Sender::Client));
            },
        ),
        // The client was not silent: it is not known what it sent.
        (
            "keep_alive_overdue",
            Scene::new,
            |it| {
                it.greets(with_keep_alive(10), connack()).passes(8).hole(Sender::Server);
                it.passes(8).client(Packet::PingReq);
            },
            |it| {
                it.greets(with_keep_alive(10), connack()).passes(8).hole(Sender::Client);
                it.passes(8).client(Packet::PingReq);
            },
        ),
        // The Server's value holds.
        (
            "keep_alive_overdue",
            Scene::new,
            |it| _ = it.greets(with_keep_alive(10), connack()).passes(60).client(Packet::PingReq),
            |it| {
                let properties = [Property::ServerKeepAlive(60)].into();
                it.greets(with_keep_alive(10), ConnAck { properties, ..connack() });
                it.passes(60).client(Packet::PingReq);
            },
        ),
        (
            "keep_alive_late",
            Scene::of_3,
            |it| _ = it.greets(with_keep_alive(10), connack()).passes(12).client(Packet::PingReq),
            |it| {
                it.greets(with_keep_alive(10), connack()).millis(10_900).client(Packet::PingReq);
            },
        ),
        (
            "keep_alive_off",
            Scene::new,
            |it| _ = it.greets(with_keep_alive(0), connack()),
            |it| {
                let properties = [Property::ServerKeepAlive(60)].into();
                it.greets(with_keep_alive(0), ConnAck { properties, ..connack() });
            },
        ),
    ]);
}

#[test]
fn ends() {
    check(&[
        (
            "closed_without_word",
            Scene::greeted,
            |it| _ = it.closes(Some(Sender::Server)),
            |it| _ = it.server(disconnect(ReasonCode::ServerBusy)).closes(Some(Sender::Server)),
        ),
        (
            "closed_without_word",
            Scene::of_3,
            |it| _ = it.greets(connect(), connack()).closes(Some(Sender::Client)),
            |it| _ = it.greets(connect(), connack()).leaves(),
        ),
        // There was a word, though a wrong one.
        (
            "closed_without_word",
            Scene::greeted,
            |it| _ = it.bytes(Sender::Server, &[0xD1, 0x00]).closes(Some(Sender::Server)),
            |it| _ = it.bytes(Sender::Server, &[0xE1, 0x00]).closes(Some(Sender::Server)),
        ),
        // The word may be in the hole.
        (
            "closed_without_word",
            Scene::greeted,
            |it| _ = it.hole(Sender::Server).server(publish("t")).closes(None),
            |it| _ = it.hole(Sender::Server).closes(None),
        ),
        // CONNACK was the word.
        (
            "closed_without_word",
            Scene::new,
            |it| _ = it.greets(connect(), connack()).closes(Some(Sender::Server)),
            |it| _ = it.greets(connect(), refusal(ReasonCode::Banned)).closes(Some(Sender::Server)),
        ),
        (
            "never_opened",
            Scene::middle,
            |it| _ = it.put(Entry::Opening { address: "broker:1883".to_owned() }).fails(),
            |it| _ = it.put(Entry::Opening { address: "broker:1883".to_owned() }),
        ),
    ]);
}

fn connects(scene: &mut Scene, times: usize, lives: u64, rests: u64) {
    for _ in 0..times {
        scene.greets(connect(), connack()).passes(lives).closes(Some(Sender::Server));
        scene.passes(rests).opens();
    }
}

#[test]
fn loops() {
    check(&[
        ("reconnect_loop", Scene::new, |it| connects(it, 3, 2, 5), |it| connects(it, 2, 2, 5)),
        ("reconnect_loop", Scene::new, |it| connects(it, 5, 2, 5), |it| connects(it, 5, 40, 5)),
        ("reconnect_loop", Scene::new, |it| connects(it, 5, 2, 5), |it| connects(it, 5, 2, 300)),
        // Who does its work and says goodbye is in no loop.
        (
            "reconnect_loop",
            Scene::new,
            |it| connects(it, 4, 2, 5),
            |it| {
                for _ in 0..4 {
                    it.greets(connect(), connack()).passes(2).leaves().passes(5).opens();
                }
            },
        ),
    ]);
    let mut scene = Scene::new();
    connects(&mut scene, 7, 2, 5);
    assert_eq!(scene.find("reconnect_loop").map(|found| found.count), Some(7));
}
