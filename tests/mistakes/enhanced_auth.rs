//! Mistakes in the exercises of this chapter.

use mqtt5_playground::capture::ClientSlot;
use mqtt5_playground::course::{Cast, Move};
use mqtt5_playground::lab::Act;
use mqtt5_playground::mqtt::{Disconnect, Properties, Property, QoS, ReasonCode};

use super::{Mistake, found, properties, publish_packet};

const CLIENT: ClientSlot = ClientSlot(0);

/// The solution's moves from `from` to before `to`.
fn moves(exercise: &str, cast: &Cast, from: usize, to: usize) -> Vec<Move> {
    (found(exercise).solution)(cast)[from..to].to_vec()
}

fn act(exercise: &str, cast: &Cast, nth: usize) -> Act {
    match moves(exercise, cast, nth, nth + 1).remove(0) {
        Move::Act(act) => act,
        other => panic!("not an act: {other:?}"),
    }
}

fn leave() -> Move {
    Move::Act(Act::disconnect(CLIENT, Disconnect::new(ReasonCode::Success)))
}

/// The answer to a challenge that does not fit the password, and the one that does.
fn wrong_proof(cast: &Cast) -> Move {
    moves("wrong-proof", cast, 1, 2).remove(0)
}

fn right_proof(cast: &Cast) -> Move {
    moves("scram-login", cast, 1, 2).remove(0)
}

/// A CONNECT with these properties in the place of what the form holds.
fn connect_with(cast: &Cast, wanted: &[Property]) -> Move {
    let mut connect = act("bad-method", cast, 0);
    *properties(&mut connect) = Properties::default();
    wanted.iter().for_each(|property| properties(&mut connect).push(property.clone()));
    Move::Act(connect)
}

fn method(name: &str) -> Property {
    Property::AuthenticationMethod(name.into())
}

fn data(text: &'static str) -> Property {
    Property::AuthenticationData(text.into())
}

pub fn mistakes() -> Vec<Mistake> {
    let mut all = Vec::new();
    all.extend(not_really_auth());
    all.extend(bad_method());
    all.extend(scram_login());
    all.extend(wrong_proof_exercise());
    all.extend(re_authenticate());
    all
}

fn not_really_auth() -> Vec<Mistake> {
    const ID: &str = "not-really-auth";
    let others = |act: &mut Act| {
        let pairs = [Property::user("auth_version", "1.0"), Property::user("client_type", "x")];
        *properties(act) = pairs.into();
    };
    let again = |from| {
        move |cast: &Cast| {
            let mut all = vec![leave()];
            all.extend(moves(ID, cast, from, 3));
            all
        }
    };
    vec![
        Mistake::new(
            (ID, "labels", "absent"),
            move |cast| {
                let mut wrong = act(ID, cast, 0);
                others(&mut wrong);
                vec![Move::Act(wrong)]
            },
            again(0),
        ),
        Mistake::edited((ID, "labels", "real-method"), 0, |act| {
            properties(act).push(method("demo_auth"));
        }),
        // The same value again.
        Mistake::new(
            (ID, "anything", "one-label"),
            |cast| {
                let mut all = moves(ID, cast, 0, 2);
                all.extend(moves(ID, cast, 0, 1));
                all
            },
            again(2),
        ),
        Mistake::new(
            (ID, "anything", "absent"),
            move |cast| {
                let mut all = moves(ID, cast, 0, 2);
                let mut wrong = act(ID, cast, 2);
                others(&mut wrong);
                all.push(Move::Act(wrong));
                all
            },
            again(2),
        ),
    ]
}

fn bad_method() -> Vec<Mistake> {
    const ID: &str = "bad-method";
    let again = |cast: &Cast| {
        let mut all = vec![leave()];
        all.extend(moves(ID, cast, 0, 2));
        all
    };
    vec![
        // The name is in a User Property.
        Mistake::new(
            (ID, "ask", "absent"),
            |cast| vec![connect_with(cast, &[Property::user("auth_method", "demo_auth")])],
            again,
        ),
        Mistake::new(
            (ID, "ask", "offered"),
            |cast| vec![connect_with(cast, &[method("SCRAM-SHA-256")])],
            again,
        ),
        Mistake::new(
            (ID, "ask", "refused"),
            |cast| vec![connect_with(cast, &[method("SCRAM-SHA-256"), data("hello")])],
            |cast| moves(ID, cast, 0, 2),
        ),
        Mistake::before((ID, "without", "no-plain-connect"), 1),
    ]
}

fn scram_login() -> Vec<Mistake> {
    const ID: &str = "scram-login";
    let whole = |cast: &Cast| moves(ID, cast, 0, 3);
    vec![
        Mistake::new((ID, "begin", "absent"), |cast| vec![connect_with(cast, &[])], whole),
        // Sent as the form holds it.
        Mistake::new(
            (ID, "begin", "absent"),
            |cast| {
                let prepared = found(ID).clients[0].prepared;
                vec![Move::Act(prepared(cast).remove(0))]
            },
            whole,
        ),
        Mistake::new(
            (ID, "begin", "differs"),
            |cast| vec![connect_with(cast, &[method("SCRAM-SHA-1"), data("n,,n=robot-07,r=abc")])],
            whole,
        ),
        Mistake::new(
            (ID, "begin", "refused"),
            |cast| vec![connect_with(cast, &[method("SCRAM-SHA-256"), data("hello")])],
            whole,
        ),
        Mistake::before((ID, "prove", "no-challenge"), 0),
        Mistake::before((ID, "prove", "not-sent"), 1),
        Mistake::new(
            (ID, "prove", "wrong-proof"),
            |cast| {
                let mut all = moves(ID, cast, 0, 1);
                all.push(wrong_proof(cast));
                all
            },
            whole,
        ),
        // The login is left open until the server has had enough.
        Mistake::new(
            (ID, "prove", "no-challenge"),
            |cast| {
                let mut all = moves(ID, cast, 0, 1);
                all.push(Move::Wait(std::time::Duration::from_secs(700)));
                all
            },
            whole,
        ),
        Mistake::before((ID, "verify", "not-received"), 1),
        Mistake::before((ID, "verify", "not-opened"), 2),
    ]
}

fn wrong_proof_exercise() -> Vec<Mistake> {
    const ID: &str = "wrong-proof";
    let whole = |cast: &Cast| moves(ID, cast, 0, 4);
    vec![
        Mistake::new(
            (ID, "challenge", "absent"),
            |cast| vec![connect_with(cast, &[])],
            |cast| {
                let mut all = vec![leave()];
                all.extend(moves(ID, cast, 0, 4));
                all
            },
        ),
        Mistake::before((ID, "wrong", "no-challenge"), 0),
        Mistake::before((ID, "wrong", "not-sent"), 1),
        Mistake::new(
            (ID, "wrong", "right-proof"),
            |cast| {
                let mut all = moves(ID, cast, 0, 1);
                all.push(right_proof(cast));
                all
            },
            |cast| {
                let mut all = vec![leave()];
                all.extend(moves(ID, cast, 0, 4));
                all
            },
        ),
        Mistake::before((ID, "stranger", "no-other-name"), 2),
        // The known name once more.
        Mistake::new(
            (ID, "stranger", "no-other-name"),
            |cast| {
                let mut all = moves(ID, cast, 0, 2);
                all.extend(moves(ID, cast, 0, 2));
                all
            },
            |cast| moves(ID, cast, 2, 4),
        ),
        Mistake::before((ID, "nobody", "no-other-name"), 2),
        Mistake::before((ID, "nobody", "not-sent"), 3),
        // Left open until the server has had enough.
        Mistake::new(
            (ID, "nobody", "no-other-name"),
            |cast| {
                let mut all = moves(ID, cast, 0, 3);
                all.push(Move::Wait(std::time::Duration::from_secs(700)));
                all
            },
            whole,
        ),
    ]
}

fn re_authenticate() -> Vec<Mistake> {
    const ID: &str = "re-authenticate";
    vec![
        Mistake::before((ID, "login", "no-challenge"), 0),
        Mistake::before((ID, "login", "not-sent"), 1),
        Mistake::new(
            (ID, "login", "wrong-proof"),
            |cast| {
                let mut all = moves(ID, cast, 0, 1);
                all.push(wrong_proof(cast));
                all
            },
            |cast| moves(ID, cast, 0, 7),
        ),
        Mistake::before((ID, "again", "not-again"), 2),
        Mistake::before((ID, "meanwhile", "not-again"), 2),
        Mistake::before((ID, "meanwhile", "not-sent"), 3),
        Mistake::edited((ID, "meanwhile", "differs"), 3, |act| {
            publish_packet(act).qos = QoS::AtMostOnce;
        }),
        Mistake::new(
            (ID, "meanwhile", "too-late"),
            |cast| {
                let mut all = moves(ID, cast, 0, 3);
                all.extend(moves(ID, cast, 4, 5));
                all.extend(moves(ID, cast, 3, 4));
                all
            },
            |cast| moves(ID, cast, 2, 7),
        ),
        Mistake::before((ID, "renewed", "not-again"), 2),
        Mistake::before((ID, "renewed", "not-sent"), 4),
        Mistake::before((ID, "failed", "not-failed"), 5),
        // The server closes for another reason.
        Mistake::new(
            (ID, "failed", "not-failed"),
            |cast| {
                let mut all = moves(ID, cast, 0, 5);
                all.push(leave());
                all
            },
            |cast| {
                let mut all = moves(ID, cast, 0, 2);
                all.extend(moves(ID, cast, 5, 7));
                all
            },
        ),
        Mistake::new(
            (ID, "failed", "proved-again"),
            |cast| {
                let mut all = moves(ID, cast, 0, 6);
                all.extend(moves(ID, cast, 4, 5));
                all
            },
            |cast| moves(ID, cast, 5, 7),
        ),
    ]
}
