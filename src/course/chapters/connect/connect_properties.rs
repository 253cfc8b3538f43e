//! One CONNECT that says what this client can take and who it is.

use super::first_connect::accepted;
use crate::capture::ClientSlot;
use crate::course::{
    Broker, Cast, ClientSetup, Evidence, Exercise, Finding, Move, Step, Verdict, judge,
};
use crate::lab::Act;
use crate::mqtt::{Connect, Packet, PacketType, Property, PropertyId};

pub static EXERCISE: Exercise = Exercise {
    id: "connect-properties",
    broker: Broker::Any,
    spec: &["3.1.2.11"],
    clients: &[ClientSetup { role: "client", prepared: |cast| vec![connect(cast)] }],
    steps: &[
        Step { id: "session-expiry", control: Some(connect), check: asks_for_a_session },
        Step { id: "limits", control: None, check: states_limits },
        Step { id: "user-properties", control: None, check: names_itself },
        Step { id: "accepted", control: None, check: all_accepted },
    ],
    solution: |cast| vec![Move::Act(connect(cast))],
    par: 1,
};

fn connect(cast: &Cast) -> Act {
    let connect = Connect {
        clean_start: true,
        keep_alive: 60,
        client_id: cast.client_id(CLIENT).to_owned(),
        properties: [
            Property::SessionExpiryInterval(300),
            Property::ReceiveMaximum(10),
            Property::MaximumPacketSize(1_048_576),
            Property::TopicAliasMaximum(10),
            Property::user("client_type", "advanced_mqtt5_client"),
            Property::user("version", "1.0.0"),
            Property::user("capabilities", "user_properties,topic_alias,request_response"),
        ]
        .into(),
        ..Connect::default()
    };
    Act::connect(CLIENT, connect)
}

fn asks_for_a_session(evidence: &Evidence) -> Verdict {
    judge_connects(evidence, |connect| match connect.properties.session_expiry_interval() {
        None => Err(Finding::absent(PropertyId::SessionExpiryInterval.name())),
        Some(0) => Err(Finding::differs(PropertyId::SessionExpiryInterval.name(), 0, "300")),
        Some(_) => Ok(()),
    })
}

fn states_limits(evidence: &Evidence) -> Verdict {
    judge_connects(evidence, |connect| {
        [PropertyId::ReceiveMaximum, PropertyId::MaximumPacketSize, PropertyId::TopicAliasMaximum]
            .into_iter()
            .find(|id| !connect.properties.contains(*id))
            .map_or(Ok(()), |missing| Err(Finding::absent(missing.name())))
    })
}

fn names_itself(evidence: &Evidence) -> Verdict {
    judge_connects(evidence, |connect| {
        ["client_type", "version", "capabilities"]
            .into_iter()
            .find(|name| connect.properties.user_properties().all(|(n, _)| n != *name))
            .map_or(Ok(()), |missing| Err(Finding::no_user_property(missing)))
    })
}

/// The CONNACK that answers the CONNECT with everything in it.
fn all_accepted(evidence: &Evidence) -> Verdict {
    for part in [asks_for_a_session, states_limits, names_itself] {
        if let unmet @ (Verdict::NotYet(_) | Verdict::Contradicted { .. }) = part(evidence) {
            return unmet;
        }
    }
    accepted(evidence)
}

fn judge_connects(evidence: &Evidence, test: impl Fn(&Connect) -> Result<(), Finding>) -> Verdict {
    let nothing = Evidence::not_sent(CLIENT, PacketType::Connect);
    judge(evidence.sent(CLIENT, PacketType::Connect), nothing, |_, packet| match packet {
        Packet::Connect(connect) => test(connect),
        _ => Ok(()),
    })
}

const CLIENT: ClientSlot = ClientSlot(0);
