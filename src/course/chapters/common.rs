//! Acts that the exercises of many chapters begin with.

use crate::capture::ClientSlot;
use crate::course::Cast;
use crate::lab::Act;
use crate::mqtt::{Connect, Properties, Publish, QoS, Subscription};

/// CONNECT with Clean Start and Keep Alive 60 s, no properties.
pub fn connect(cast: &Cast, slot: ClientSlot) -> Act {
    connect_with(cast, slot, [])
}

/// The same with properties.
pub fn connect_with(cast: &Cast, slot: ClientSlot, properties: impl Into<Properties>) -> Act {
    let connect = Connect {
        clean_start: true,
        keep_alive: 60,
        client_id: cast.client_id(slot).to_owned(),
        properties: properties.into(),
        ..Connect::default()
    };
    Act::connect(slot, connect)
}

/// SUBSCRIBE with one Topic Filter and no options but its maximum QoS.
pub fn subscribe(slot: ClientSlot, topic_filter: &str, qos: QoS) -> Act {
    let topic_filter = topic_filter.to_owned();
    Act::subscribe(slot, [], [Subscription { topic_filter, qos, ..Subscription::default() }])
}

/// PUBLISH without properties.
pub fn publish(slot: ClientSlot, topic: &str, qos: QoS, payload: &str) -> Act {
    let payload = bytes::Bytes::copy_from_slice(payload.as_bytes());
    Act::publish(slot, Publish { topic: topic.to_owned(), qos, payload, ..Publish::default() })
}
