//! Mistakes in the exercises of this chapter.

use mqtt5_playground::capture::ClientSlot;
use mqtt5_playground::course::{Cast, Move};
use mqtt5_playground::lab::{Act, Action};
use mqtt5_playground::mqtt::{Property, PropertyId, QoS};

use super::{Mistake, connect_packet, found, properties, publish_packet};

pub fn mistakes() -> Vec<Mistake> {
    let mut all = cannot_connect();
    all.extend(properties_missing());
    all.extend(alias_broken());
    all.extend(session_gone());
    all.extend(dropped_why());
    all
}

/// The moves of the solution with these numbers.
fn of(exercise: &'static str, numbers: &'static [usize]) -> impl Fn(&Cast) -> Vec<Move> {
    move |cast| {
        let whole = (found(exercise).solution)(cast);
        numbers.iter().map(|number| whole[*number].clone()).collect()
    }
}

fn edited(mut next: Move, edit: impl Fn(&mut Act)) -> Move {
    if let Move::Act(act) = &mut next {
        edit(act);
    }
    next
}

/// Tries each client with the settings that it begins with.
fn cannot_connect() -> Vec<Mistake> {
    let id = "cannot-connect";
    vec![
        Mistake::skipped((id, "port", "never-opened"), 0, 1),
        Mistake::skipped((id, "path", "never-opened"), 2, 3),
        Mistake::skipped((id, "subprotocol", "never-opened"), 4, 5),
        Mistake::skipped((id, "version", "refused"), 6, 7),
    ]
}

fn properties_missing() -> Vec<Mistake> {
    let id = "properties-missing";
    let bypass = |cast: &Cast| {
        let mut moves = of("properties-missing", &[0, 1, 2, 3, 4, 5, 6, 7])(cast);
        let to_the_robot = edited(of("properties-missing", &[8])(cast).remove(0), |act| {
            act.client = ClientSlot(0);
        });
        moves.push(to_the_robot);
        moves
    };
    vec![
        // Nobody listens behind the bridge yet.
        Mistake::new(
            (id, "look", "not-received"),
            of(id, &[0, 1, 4, 5, 6]),
            of(id, &[2, 3, 5, 6, 7, 8]),
        ),
        // The button of the step before sends the order as it was.
        Mistake::new((id, "source", "absent"), of(id, &[0, 1, 2, 3, 4, 5, 6, 5]), of(id, &[7, 8])),
        Mistake::before((id, "mend", "not-forwarded"), 8),
        // From the publisher straight to the robot: the bridge is as broken as before.
        Mistake::new((id, "mend", "not-forwarded"), bypass, of(id, &[8])),
        // The bridge's button forwards as its code does.
        Mistake::new((id, "mend", "absent"), of(id, &[0, 1, 2, 3, 4, 5, 6, 7, 6]), of(id, &[8])),
        Mistake::edited((id, "mend", "differs"), 8, |act| {
            properties(act).0 = vec![Property::user("trace_id", "other")];
        }),
        Mistake::edited((id, "mend", "differs"), 8, |act| {
            publish_packet(act).payload = "order 4711".into();
        }),
    ]
}

fn alias_broken() -> Vec<Mistake> {
    let id = "alias-broken";
    vec![
        Mistake::before((id, "look", "not-sent-yet"), 3),
        // The program's PUBLISH with its topic: nobody drops that, and the fault has not been seen.
        Mistake::new((id, "look", "not-sent-yet"), of(id, &[0, 1, 2, 5]), |cast| {
            let leave = Act { client: ClientSlot(0), action: Action::Cut };
            let rest = of("alias-broken", &[2, 3, 4, 5, 6])(cast);
            [Move::Act(leave)].into_iter().chain(rest).collect()
        }),
        // With the alias set, the short PUBLISH is right.
        Mistake::new((id, "look", "still-connected"), of(id, &[0, 1, 2, 5, 6]), |cast| {
            let leave = Act { client: ClientSlot(0), action: Action::Cut };
            let rest = of("alias-broken", &[2, 3, 4, 5, 6])(cast);
            [Move::Act(leave)].into_iter().chain(rest).collect()
        }),
        // Once more as the program does, after connecting again: dropped again.
        Mistake::new((id, "set", "nothing-since"), of(id, &[0, 1, 2, 3, 4, 3]), of(id, &[4, 5, 6])),
        Mistake::edited((id, "set", "absent"), 5, |act| properties(act).0.clear()),
        Mistake::edited((id, "set", "differs"), 5, |act| {
            properties(act).0 = vec![Property::TopicAlias(2)];
        }),
        Mistake::edited((id, "set", "differs"), 5, |act| {
            publish_packet(act).topic = "factory/osaka/line-3".into();
        }),
        // The full topic each time works, and saves nothing.
        Mistake::new((id, "mend", "no-saving"), of(id, &[0, 1, 2, 3, 4, 5, 5]), of(id, &[6])),
        // Connected again after the alias was set.
        Mistake::new(
            (id, "mend", "dropped-again"),
            |cast| {
                let mut moves = of("alias-broken", &[0, 1, 2, 3, 4, 5])(cast);
                moves.push(Move::Act(Act { client: ClientSlot(0), action: Action::Cut }));
                moves.extend(of("alias-broken", &[4, 6])(cast));
                moves
            },
            of(id, &[4, 5, 6]),
        ),
        // After one more drop, a message with its topic arrives: not because of the alias.
        Mistake::new((id, "mend", "no-saving"), of(id, &[0, 1, 2, 3, 4, 3, 4, 5]), of(id, &[6])),
        Mistake::new((id, "mend", "not-received"), of(id, &[2, 3, 4, 5, 6]), of(id, &[0, 1, 6])),
    ]
}

fn session_gone() -> Vec<Mistake> {
    let id = "session-gone";
    // 0 as ported, 1 leave, 2 as ported, 3 leave, 4 mended, 5 subscribe, 6 leave, 7 publisher, 8 order, 9 back
    let interval = |act: &mut Act, wanted: Option<u32>| {
        let all = &mut properties(act).0;
        all.retain(|it| it.id() != PropertyId::SessionExpiryInterval);
        all.extend(wanted.map(Property::SessionExpiryInterval));
    };
    vec![
        Mistake::before((id, "look", "come-back"), 2),
        Mistake::before((id, "mend", "not-sent"), 3),
        Mistake::new(
            (id, "mend", "absent"),
            of(id, &[0, 1, 2, 3, 0]),
            of(id, &[3, 4, 5, 6, 7, 8, 9]),
        ),
        Mistake::new(
            (id, "mend", "differs"),
            move |cast| {
                let mut moves = of("session-gone", &[0, 1, 2, 3])(cast);
                let mended = of("session-gone", &[4])(cast).remove(0);
                moves.push(edited(mended, |act| interval(act, Some(0))));
                moves
            },
            of(id, &[3, 4, 5, 6, 7, 8, 9]),
        ),
        Mistake::new(
            (id, "mend", "differs"),
            |cast| {
                let mut moves = of("session-gone", &[0, 1, 2, 3])(cast);
                let mended = of("session-gone", &[4])(cast).remove(0);
                moves.push(edited(mended, |act| connect_packet(act).clean_start = true));
                moves
            },
            of(id, &[3, 4, 5, 6, 7, 8, 9]),
        ),
        // Nothing repaired: subscribed and published again after the return.
        Mistake::new(
            (id, "prove", ""),
            of(id, &[0, 1, 2, 3, 7, 8, 0, 5, 8]),
            of(id, &[3, 4, 5, 6, 8, 9]),
        ),
        Mistake::new(
            (id, "prove", "subscribed-again"),
            of(id, &[0, 1, 2, 3, 4, 6, 7, 8, 9, 5]),
            of(id, &[6, 8, 9]),
        ),
        // Repaired, but there is no subscription in the Session.
        Mistake::new(
            (id, "prove", "missed"),
            of(id, &[0, 1, 2, 3, 4, 6, 7, 8, 9]),
            of(id, &[5, 6, 8, 9]),
        ),
        Mistake::new(
            (id, "prove", "nothing-missed"),
            of(id, &[0, 1, 2, 3, 4, 5, 7, 8]),
            of(id, &[6, 8, 9]),
        ),
        // Before anything was repaired.
        Mistake::new((id, "prove", ""), of(id, &[0, 5, 1, 7, 8, 2]), of(id, &[3, 4, 5, 6, 8, 9])),
        Mistake::edited((id, "prove", "nothing-missed"), 8, |act| {
            publish_packet(act).qos = QoS::AtMostOnce;
        }),
    ]
}

fn dropped_why() -> Vec<Mistake> {
    let id = "dropped-why";
    vec![
        // Another name for the boiler at once: nothing is dropped.
        Mistake::new(
            (id, "look", "both-there"),
            |cast| {
                let moves = of("dropped-why", &[0, 1])(cast);
                let renamed = edited(moves[0].clone(), |act| {
                    connect_packet(act).client_id = "boiler".into();
                });
                vec![renamed, moves[1].clone()]
            },
            |cast| {
                let cut = Move::Act(Act { client: ClientSlot(0), action: Action::Cut });
                let rest = of("dropped-why", &[0, 2, 3, 4])(cast);
                // The boiler takes over the pump, which comes back under another name.
                let pump = edited(of("dropped-why", &[1])(cast).remove(0), |act| {
                    connect_packet(act).client_id = "pump".into();
                });
                let [boiler, _, ping_boiler, ping_pump] = &rest[..] else { return Vec::new() };
                vec![cut, boiler.clone(), pump, ping_boiler.clone(), ping_pump.clone()]
            },
        ),
        // The button of the first step: the boiler throws the pump out again.
        Mistake::new((id, "mend", "same-name"), of(id, &[0, 1, 0]), |cast| {
            let pump = edited(of("dropped-why", &[1])(cast).remove(0), |act| {
                connect_packet(act).client_id = "pump".into();
            });
            [pump].into_iter().chain(of("dropped-why", &[3, 4])(cast)).collect()
        }),
        Mistake::new(
            (id, "mend", "gone"),
            |cast| {
                let mut moves = of("dropped-why", &[0, 1, 2])(cast);
                moves.push(Move::Act(Act { client: ClientSlot(1), action: Action::Cut }));
                moves
            },
            of(id, &[1, 3, 4]),
        ),
        Mistake::before((id, "mend", "no-sign-of-life"), 4),
    ]
}
