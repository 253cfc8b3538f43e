//! Subscriptions, limits and expiry.

use super::*;

fn subscribes(scene: &mut Scene, filter: &str) {
    scene.client(subscribe(filter)).server(suback(ReasonCode::Success));
}

#[test]
fn subscriptions() {
    check(&[
        (
            "never_matched",
            Scene::greeted,
            |it| {
                subscribes(it, "a/+");
                it.server(publish("a/b/c")).and_later();
            },
            |it| {
                subscribes(it, "a/+");
                it.server(publish("a/b")).and_later();
            },
        ),
        // Refused, there is none.
        (
            "never_matched",
            Scene::greeted,
            |it| {
                subscribes(it, "a");
                it.and_later();
            },
            |it| {
                it.client(subscribe("a")).server(suback(ReasonCode::NotAuthorized)).and_later();
            },
        ),
        // It has just begun; or what came may be in the hole.
        (
            "never_matched",
            Scene::greeted,
            |it| {
                subscribes(it, "a");
                it.passes(10).client(Packet::PingReq);
            },
            |it| {
                subscribes(it, "a");
                it.passes(9).client(Packet::PingReq);
            },
        ),
        (
            "never_matched",
            Scene::greeted,
            |it| {
                it.hole(Sender::Server).passes(1);
                subscribes(it, "a");
                it.and_later();
            },
            |it| {
                subscribes(it, "a");
                it.hole(Sender::Server).and_later();
            },
        ),
        // A Shared Subscription is matched by what stands behind its name.
        (
            "never_matched",
            Scene::greeted,
            |it| {
                subscribes(it, "$share/g/a/+");
                it.and_later();
            },
            |it| {
                subscribes(it, "$share/g/a/+");
                it.server(publish("a/b")).and_later();
            },
        ),
        (
            "shared_misspelled",
            Scene::greeted,
            |it| subscribes(it, "$shared/g/a"),
            |it| subscribes(it, "$share/g/a"),
        ),
        // Some Servers have a `$queue` of their own.
        (
            "shared_misspelled",
            Scene::greeted,
            |it| {
                subscribes(it, "$queue/a");
                it.by(1).on(2).client(publish("a"));
            },
            |it| {
                subscribes(it, "$queue/a");
                it.server(publish("a"));
            },
        ),
        (
            "near_miss",
            Scene::greeted,
            |it| {
                subscribes(it, "/a/b");
                it.by(1).on(2).client(publish("a/b"));
            },
            |it| {
                subscribes(it, "/a/b");
                it.by(1).on(2).client(publish("a/b")).client(publish("/a/b"));
            },
        ),
        (
            "near_miss",
            Scene::greeted,
            |it| {
                subscribes(it, "/plant/#");
                it.by(1).on(2).client(publish("plant/a"));
            },
            |it| {
                subscribes(it, "/plant/#");
                it.by(1).on(2).client(publish("planet/a"));
            },
        ),
        (
            "near_miss",
            Scene::greeted,
            |it| {
                subscribes(it, "Plant");
                it.by(1).on(2).client(publish("plant"));
            },
            |it| {
                subscribes(it, "Plant");
                it.by(1).on(2).client(publish("plants"));
            },
        ),
    ]);
}

fn with(property: Property) -> Connect {
    Connect { properties: [property].into(), ..connect() }
}

/// Messages of QoS 1 towards the client, so many in flight at once.
fn flows(scene: &mut Scene, messages: u16, in_flight: u16) {
    for first in (1..=messages).step_by(in_flight.into()) {
        let ids = || (first..first + in_flight).map(id);
        ids().for_each(|id| _ = scene.server(publish_1("t", id)));
        ids().for_each(|id| _ = scene.client(puback(id)));
    }
}

#[test]
fn limits() {
    check(&[
        (
            "receive_maximum_unused",
            Scene::new,
            |it| {
                it.greets(with(Property::ReceiveMaximum(10)), connack());
                flows(it, 20, 5);
            },
            |it| {
                it.greets(with(Property::ReceiveMaximum(10)), connack());
                flows(it, 24, 6);
            },
        ),
        // Too few to tell; or not announced; or some are missing.
        (
            "receive_maximum_unused",
            Scene::new,
            |it| {
                it.greets(with(Property::ReceiveMaximum(10)), connack());
                flows(it, 20, 1);
            },
            |it| {
                it.greets(with(Property::ReceiveMaximum(10)), connack());
                flows(it, 19, 1);
            },
        ),
        (
            "receive_maximum_unused",
            Scene::new,
            |it| {
                it.greets(with(Property::ReceiveMaximum(10)), connack());
                flows(it, 20, 1);
            },
            |it| {
                it.greets(connect(), connack());
                flows(it, 20, 1);
            },
        ),
        (
            "receive_maximum_unused",
            Scene::new,
            |it| {
                it.greets(with(Property::ReceiveMaximum(10)), connack());
                flows(it, 20, 1);
            },
            |it| {
                it.greets(with(Property::ReceiveMaximum(10)), connack());
                flows(it, 20, 1);
                it.hole(Sender::Server);
            },
        ),
        (
            "alias_unused",
            Scene::new,
            |it| {
                it.greets(connect(), with_aliases(1));
                repeats(it, 21);
            },
            |it| {
                it.greets(connect(), with_aliases(1));
                repeats(it, 20);
            },
        ),
        // No alias is offered.
        (
            "alias_unused",
            Scene::new,
            |it| {
                it.greets(connect(), with_aliases(1));
                repeats(it, 30);
            },
            |it| {
                it.greets(connect(), connack());
                repeats(it, 30);
            },
        ),
        // The topics do not repeat.
        (
            "alias_unused",
            Scene::new,
            |it| {
                it.greets(connect(), with_aliases(1));
                repeats(it, 30);
            },
            |it| {
                it.greets(connect(), with_aliases(1));
                for number in 0..30 {
                    it.client(publish(&format!("plant/osaka/line-3/{number}")));
                }
            },
        ),
        (
            "message_expiry_zero",
            Scene::greeted,
            |it| _ = it.server(expiring(0)),
            |it| _ = it.server(expiring(1)),
        ),
    ]);
}

fn with_aliases(maximum: u16) -> ConnAck {
    ConnAck { properties: [Property::TopicAliasMaximum(maximum)].into(), ..connack() }
}

fn repeats(scene: &mut Scene, times: usize) {
    (0..times).for_each(|_| _ = scene.client(publish("plant/osaka/line-3")));
}

fn expiring(secs: u32) -> Packet {
    let properties = [Property::MessageExpiryInterval(secs)].into();
    Packet::Publish(Publish { properties, ..message("t") })
}

/// What is said to be spared is what the encoder would spare.
#[test]
fn the_sum_of_an_unused_alias_is_exact() {
    use crate::mqtt::encode;
    let mut scene = Scene::new();
    scene.greets(connect(), with_aliases(1));
    repeats(&mut scene, 30);
    let size = |topic: &str, alias: bool| {
        let properties = alias.then_some(Property::TopicAlias(1)).into_iter().collect();
        let publish = Publish { properties, ..message(topic) };
        encode(&Packet::Publish(publish)).expect("it obeys the rules").len() as u64
    };
    let plain = size("plant/osaka/line-3", false);
    let aliased = size("plant/osaka/line-3", true) + 29 * size("", true);
    let (by, maximum, of) = (Sender::Client, 1, 30 * plain);
    let expect = Kind::AliasUnused { by, maximum, saves: of - aliased, of };
    assert_eq!(scene.find("alias_unused").map(|found| found.kind), Some(expect));
}
