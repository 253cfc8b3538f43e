//! The server tells where answers may go.

use super::{REQUESTER, correlation_data};
use crate::course::chapters::common::{connect_with, publish_with, subscribe};
use crate::course::subscriptions::granted;
use crate::course::{
    Broker, Cast, ClientSetup, Evidence, Exercise, Finding, Move, Step, Unmet, Verdict, check,
    judge,
};
use crate::lab::Act;
use crate::mqtt::{Packet, PacketType, Property, PropertyId, QoS};

pub static EXERCISE: Exercise = Exercise {
    id: "response-information",
    broker: Broker::InTab,
    spec: &["3.1.2.11.6", "3.2.2.3.14", "4.10"],
    clients: &[ClientSetup {
        role: "requester",
        prepared: |cast| vec![connect(cast)],
        ..ClientSetup::PLAIN
    }],
    steps: &[
        Step {
            id: "ask",
            controls: &[|cast| Move::Act(connect(cast))],
            check: asked_for_it,
            ..Step::PLAIN
        },
        Step { id: "told", check: was_told, ..Step::PLAIN },
        Step {
            id: "use",
            controls: &[|_| Move::React(listen), |_| Move::React(request)],
            check: used_it,
            ..Step::PLAIN
        },
    ],
    solution: |cast| vec![Move::Act(connect(cast)), Move::React(listen), Move::React(request)],
    par: 3,
    ..Exercise::PLAIN
};

fn connect(cast: &Cast) -> Act {
    connect_with(cast, REQUESTER, [Property::RequestResponseInformation(1)])
}

/// The Response Information of the CONNACK.
fn information(evidence: &Evidence) -> Option<String> {
    let mut connacks = evidence.received(REQUESTER, PacketType::ConnAck);
    connacks.find_map(|record| {
        let packet = record.valid_packet()?;
        packet.properties().response_information().map(str::to_owned)
    })
}

/// Below what the Server has told.
fn topic(cast: &Cast, evidence: &Evidence) -> Option<String> {
    Some(format!("{}{}", information(evidence)?, cast.client_id(REQUESTER)))
}

fn listen(cast: &Cast, evidence: &Evidence) -> Option<Act> {
    Some(subscribe(REQUESTER, &topic(cast, evidence)?, QoS::AtLeastOnce))
}

fn request(cast: &Cast, evidence: &Evidence) -> Option<Act> {
    let properties = [
        Property::ResponseTopic(topic(cast, evidence)?),
        Property::CorrelationData(correlation_data(cast, 1)),
    ];
    let qos = QoS::AtLeastOnce;
    Some(publish_with(REQUESTER, super::REQUESTS, qos, properties, b"{}"))
}

fn asked_for_it(evidence: &Evidence) -> Verdict {
    let nothing = Evidence::not_sent(REQUESTER, PacketType::Connect);
    judge(evidence.sent(REQUESTER, PacketType::Connect), nothing, |_, packet| {
        match packet.properties().request_response_information() {
            Some(1) => Ok(()),
            Some(_) => Err(Finding::differs(PropertyId::RequestResponseInformation.name(), 0, 1)),
            None => Err(Finding::absent(PropertyId::RequestResponseInformation.name())),
        }
    })
}

fn was_told(evidence: &Evidence) -> Verdict {
    let nothing = Evidence::not_received(REQUESTER, PacketType::ConnAck);
    judge(evidence.received(REQUESTER, PacketType::ConnAck), nothing, |_, packet| {
        match packet.properties().response_information() {
            Some(_) => Ok(()),
            None => Err(Finding::absent(PropertyId::ResponseInformation.name())),
        }
    })
}

/// Subscribed below it, and named as Response Topic in a request.
fn used_it(evidence: &Evidence) -> Verdict {
    let open = was_told(evidence);
    let Some(information) = information(evidence).filter(|_| open.is_ok()) else { return open };
    let grants = granted(evidence, REQUESTER);
    let fits = |topic: &str| topic.starts_with(&information);
    let Some(grant) = grants.iter().find(|one| fits(&one.subscription.topic_filter)) else {
        return match grants.first() {
            None => check::answered_well(evidence, REQUESTER, PacketType::SubAck),
            Some(other) => {
                let found = &other.subscription.topic_filter;
                let finding = Finding::differs("Topic Filter", found, format!("{information}…"));
                Err(Unmet::Contradicted { by: other.subscribe, finding })
            }
        };
    };
    let nothing = Evidence::not_sent(REQUESTER, PacketType::Publish);
    let sent = evidence.sent(REQUESTER, PacketType::Publish);
    let used = judge(sent, nothing, |_, packet| match packet {
        Packet::Publish(publish) => match publish.properties.response_topic() {
            Some(topic) if fits(topic) => Ok(()),
            Some(topic) => {
                let wanted = format!("{information}…");
                Err(Finding::differs(PropertyId::ResponseTopic.name(), topic, wanted))
            }
            None => Err(Finding::absent(PropertyId::ResponseTopic.name())),
        },
        _ => Ok(()),
    });
    match used {
        Ok(records) => Ok([&[grant.subscribe], &records[..]].concat()),
        unmet => unmet,
    }
}
