//! The Reason Code decides whether to try again, and a back-off decides when.

use std::collections::BTreeSet;
use std::time::Duration;

use crate::broker::{self, Policy, Rule};
use crate::capture::{ClientSlot, RecordId};
use crate::course::chapters::common::{codes_of, connect, connect_with};
use crate::course::support::connections::{Connection, connections};
use crate::course::{
    Asks, Broker, Cast, ClientSetup, Evidence, Exercise, Finding, Move, Picture, Prediction, Step,
    Unmet, Verdict,
};
use crate::lab::{Act, Action, Reconnect};
use crate::mqtt::{PacketType, Property, ReasonCode};
use crate::time::Instant;

pub static EXERCISE: Exercise = Exercise {
    id: "retry-or-not",
    broker: Broker::Any,
    spec: &["3.2.2.2", "4.13.2"],
    clients: &[
        ClientSetup {
            role: "patient",
            prepared: |cast| vec![guest(cast)],
            beginning: |cast| vec![try_again(PATIENT, after(cast))],
        },
        ClientSetup {
            role: "sensible",
            prepared: |cast| vec![mistaken(cast, SENSIBLE)],
            beginning: |_| vec![try_again(SENSIBLE, Reconnect::PASSING.into())],
        },
        ClientSetup {
            role: "device",
            prepared: |cast| vec![as_device(cast, "over-quota")],
            beginning: |_| vec![try_again(DEVICE, after_everything())],
        },
    ],
    policy: refusals,
    picture: Some(Picture::Codes),
    steps: &[
        Step {
            id: "later",
            controls: &[|cast| Move::Act(guest(cast)), |_| Move::Wait(TIME)],
            prediction: Some(Prediction { asks: Asks::Options(3), outcome: |_, _| Some(1) }),
            check: tries_later,
            values: what_it_did,
            ..Step::PLAIN
        },
        Step {
            id: "never",
            controls: &[
                |cast| Move::Acts(vec![mistaken(cast, SENSIBLE), guest(cast)]),
                |_| Move::Wait(TIME),
            ],
            prediction: Some(Prediction { asks: Asks::Options(3), outcome: |_, _| Some(2) }),
            check: stays_away,
            ..Step::PLAIN
        },
        Step {
            id: "policy",
            controls: &[
                |cast| Move::Acts(vec![as_device(cast, "forgetful"), guest(cast)]),
                |cast| Move::Acts(vec![as_device(cast, "over-quota"), guest(cast)]),
                |cast| Move::Acts(vec![as_device(cast, "elsewhere"), guest(cast)]),
                |cast| Move::Acts(vec![as_device(cast, "hasty"), guest(cast)]),
                |_| Move::Wait(TIME),
            ],
            check: acts_on_codes,
            ..Step::PLAIN
        },
    ],
    solution,
    par: 19,
    ..Exercise::PLAIN
};

fn solution(cast: &Cast) -> Vec<Move> {
    let device = |name| as_device(cast, name);
    vec![
        Move::Acts(vec![mistaken(cast, SENSIBLE), guest(cast)]),
        Move::Act(try_again(DEVICE, Reconnect::PASSING.into())),
        Move::Act(device("forgetful")),
        Move::Act(device("elsewhere")),
        Move::Act(device("over-quota")),
        Move::Wait(TIME),
        Move::Acts(vec![device("hasty"), guest(cast)]),
        Move::Wait(TIME),
    ]
}

/// How the broker in the tab refuses the device, by its User Name.
const REFUSALS: [(&str, ReasonCode); 4] = [
    ("forgetful", ReasonCode::BadUserNameOrPassword),
    ("over-quota", ReasonCode::QuotaExceeded),
    ("elsewhere", ReasonCode::ServerMoved),
    ("hasty", ReasonCode::ConnectionRateExceeded),
];

fn refusals() -> Policy {
    let refused = |(user, code): (&str, ReasonCode)| Rule {
        action: broker::Action::Connect,
        user: Some(user.to_owned()),
        client_id: None,
        topic_filter: None,
        refuse_with: Some(code),
        maximum_qos: None,
    };
    let busy = (GUEST, ReasonCode::ServerBusy);
    let server_reference = Some("mqtt.example.com".to_owned());
    let rules = REFUSALS.into_iter().chain([busy]).map(refused).collect();
    Policy { rules, server_reference, ..Policy::default() }
}

/// Half a second, one, two, and then no more.
fn try_again(client: ClientSlot, retry_after: BTreeSet<ReasonCode>) -> Act {
    let reconnect = Reconnect {
        first_wait: Duration::from_millis(500),
        tries: 3,
        retry_after,
        resume: false,
        ..Reconnect::default()
    };
    Act::automate(client, reconnect)
}

/// No other broker can be made busy: there the patient one insists on what it should let be.
fn after(cast: &Cast) -> BTreeSet<ReasonCode> {
    let passing = Reconnect::PASSING.into_iter();
    let elsewhere = (!cast.is_in_tab()).then_some(ReasonCode::BadAuthenticationMethod);
    passing.chain(elsewhere).collect()
}

/// What a client does that takes no notice of the code.
fn after_everything() -> BTreeSet<ReasonCode> {
    let refuses =
        |code: &&ReasonCode| code.is_error() && code.packets().contains(&PacketType::ConnAck);
    ReasonCode::ALL.iter().filter(refuses).copied().collect()
}

fn guest(cast: &Cast) -> Act {
    match cast.is_in_tab() {
        true => with_user(connect(cast, PATIENT), GUEST),
        false => mistaken(cast, PATIENT),
    }
}

/// The device, refused by the name that it comes with. No other broker has these rules: there the name is
/// a method that nobody has.
fn as_device(cast: &Cast, name: &str) -> Act {
    match cast.is_in_tab() {
        true => with_user(connect(cast, DEVICE), name),
        false => connect_with(cast, DEVICE, [Property::AuthenticationMethod(name.into())]),
    }
}

fn with_user(mut act: Act, name: &str) -> Act {
    if let Action::Connect(connect) = &mut act.action {
        connect.user_name = Some(name.into());
    }
    act
}

/// Asks for an Authentication Method that nobody has.
fn mistaken(cast: &Cast, slot: ClientSlot) -> Act {
    connect_with(cast, slot, [Property::AuthenticationMethod("GS2-UNHEARD-OF".into())])
}

/// Three CONNECTs in a row, the first two refused, with a longer pause before the third.
fn tries_later(evidence: &Evidence) -> Verdict {
    let all = connections(evidence, PATIENT);
    if all.is_empty() {
        return Err(Evidence::not_sent(PATIENT, PacketType::Connect).into());
    }
    let mut unmet = Finding::told("too-few", [&all.len()]).into();
    for three in all.windows(3) {
        if three.iter().take(2).any(|it| refused_with(it).is_none()) {
            continue;
        }
        let [Some(before), Some(after)] = [0, 1].map(|n| pause(evidence, &three[n], &three[n + 1]))
        else {
            continue;
        };
        if after > before && before >= SHORTEST {
            return Ok(three.iter().map(|it| it.connect.0).collect());
        }
        let (before, after) = (before.as_millis(), after.as_millis());
        let finding = Finding::told("does-not-grow", [&before, &after]);
        unmet = Unmet::by(three[2].connect.0, finding);
    }
    Err(unmet)
}

/// The code of the first refusal, and the pauses after the first and the second.
fn what_it_did(evidence: &Evidence, records: &[RecordId]) -> Vec<(&'static str, String)> {
    let all = connections(evidence, PATIENT);
    let first = all.iter().find(|it| it.connect.0 == records[0]);
    let connack = first.and_then(|it| it.connack.as_ref());
    let code = connack.map_or_else(String::new, |(connack, _)| codes_of(evidence, *connack));
    let times = records.iter().filter_map(|id| evidence.capture.get(*id)).map(|record| record.at);
    let times: Vec<Instant> = times.collect();
    let attempts = times.len().to_string();
    let pauses = times.windows(2).map(|pair| format!("{:.1} s", (pair[1] - pair[0]).as_secs_f64()));
    let pauses = pauses.collect::<Vec<_>>().join(", ");
    vec![("code", code), ("attempts", attempts), ("pauses", pauses)]
}

/// Refused for something that does not pass, and no CONNECT since, though the other one has gone on.
fn stays_away(evidence: &Evidence) -> Verdict {
    let all = connections(evidence, SENSIBLE);
    let last = all.last().ok_or(Evidence::not_sent(SENSIBLE, PacketType::Connect))?;
    let nothing = Evidence::not_received(SENSIBLE, PacketType::ConnAck);
    let (connack, _) = last.connack.as_ref().ok_or(nothing)?;
    if refused_with(last).is_none_or(|code| Reconnect::PASSING.contains(&code)) {
        return Err(Unmet::by(*connack, Finding::told("passes", [])));
    }
    let others = connections(evidence, PATIENT);
    let mut later = others.iter().map(|other| other.connect.0);
    let later = later.find(|later| is_long_after(evidence, *connack, *later));
    let later = later.ok_or(Finding::told("not-waited", []))?;
    Ok(vec![last.connect.0, *connack, later])
}

/// The device has been refused in each of the ways, and did what the code asks for.
fn acts_on_codes(evidence: &Evidence) -> Verdict {
    let all = connections(evidence, DEVICE);
    let mut records = Vec::new();
    for (name, code) in REFUSALS {
        let tries: Vec<_> = all.iter().filter(|it| name_of(it) == Some(name)).collect();
        if tries.is_empty() {
            let code = code.in_words(PacketType::ConnAck);
            return Err(Finding::told("not-tried", [&code]).into());
        }
        records.extend(acts_on_the_code(evidence, &tries)?);
    }
    Ok(records)
}

/// Comes again with growing pauses if the reason passes, and otherwise not, as far as its latest tries tell.
fn acts_on_the_code(evidence: &Evidence, tries: &[&Connection]) -> Verdict {
    let [.., last] = tries else { return Ok(Vec::new()) };
    let nothing = Evidence::not_received(DEVICE, PacketType::ConnAck);
    let (connack, _) = last.connack.as_ref().ok_or(nothing)?;
    let told = |key, code: ReasonCode| Finding::told(key, [&code.in_words(PacketType::ConnAck)]);
    let Some(code) = refused_with(last) else {
        let code = codes_of(evidence, *connack);
        return Err(Unmet::by(*connack, Finding::told("accepted", [&code])));
    };
    // By itself it comes back within two seconds.
    let in_a_row = tries.windows(2).rev().map(|pair| pause(evidence, pair[0], pair[1]));
    let in_a_row: Vec<_> = in_a_row.map_while(|it| it.filter(|pause| *pause <= SOON)).collect();
    if !Reconnect::PASSING.contains(&code) {
        if !in_a_row.is_empty() {
            return Err(Unmet::by(last.connect.0, told("came-back", code)));
        }
        let mut later = evidence.capture.records().rev().map(|record| record.id);
        return match later.any(|later| is_long_after(evidence, *connack, later)) {
            true => Ok(vec![last.connect.0, *connack]),
            false => Err(told("not-waited", code).into()),
        };
    }
    match in_a_row[..] {
        [after, before, ..] if after > before => Ok(vec![last.connect.0]),
        _ => Err(told("stayed-away", code).into()),
    }
}

/// What the device came with.
fn name_of(connection: &Connection) -> Option<&str> {
    let (_, connect) = &connection.connect;
    connect.user_name.as_deref().or(connect.properties.authentication_method())
}

fn refused_with(connection: &Connection) -> Option<ReasonCode> {
    connection.connack.as_ref().map(|(_, connack)| connack.reason_code).filter(|it| it.is_error())
}

/// Between the CONNECTs of two connections.
fn pause(evidence: &Evidence, before: &Connection, after: &Connection) -> Option<Duration> {
    let at = |it: &Connection| evidence.capture.get(it.connect.0).map(|record| record.at);
    Some(at(after)?.since(at(before)?))
}

fn is_long_after(evidence: &Evidence, since: RecordId, later: RecordId) -> bool {
    let at = |id| evidence.capture.get(id).map(|record| record.at);
    let times = at(later).zip(at(since));
    times.is_some_and(|(later, since)| later > since && later.since(since) >= LONG_ENOUGH)
}

const PATIENT: ClientSlot = ClientSlot(0);
const SENSIBLE: ClientSlot = ClientSlot(1);
const DEVICE: ClientSlot = ClientSlot(2);
const GUEST: &str = "guest";
/// For all three tries.
const TIME: Duration = Duration::from_secs(4);
const SHORTEST: Duration = Duration::from_millis(300);
const LONG_ENOUGH: Duration = Duration::from_secs(1);
const SOON: Duration = Duration::from_secs(3);
