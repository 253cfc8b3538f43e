//! Two captures side by side: which packets belong together, which are in one only, and what differs.

use std::collections::BTreeMap;

use crate::capture::{Capture, ClientSlot, Entry, LinkClose, Record};
use crate::mqtt::{
    Dissection, Field, FieldId, Flaw, Label, Packet, PacketType, PropertyId, Sender, Value, hex,
};

/// Two captures, aligned.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Comparison {
    /// In the order of the left capture; what only the right one has follows what it came after.
    pub rows: Vec<Pair>,
}

/// Records that belong together, by their position in each capture, or one that has no partner.
#[derive(Clone, Debug, PartialEq)]
pub struct Pair {
    pub left: Option<usize>,
    pub right: Option<usize>,
    /// What the two say differently, in wire order; empty where there is only one.
    pub differences: Vec<Difference>,
}

/// One thing that two records say differently.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    pub what: What,
    /// Which one of its name, from 0: the second User Property is 1.
    pub nth: usize,
    /// `None` where that side does not have it.
    pub left: Option<String>,
    pub right: Option<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum What {
    Field(Label),
    /// The address of a Network Connection.
    Address,
    /// How a Network Connection ended.
    Close,
    /// What breaks a rule in it.
    Error,
    /// The same fields are written with other bytes, such as properties in another order.
    Bytes,
}

impl Difference {
    /// Whether this is different in every run, so that a difference means nothing.
    pub fn is_identifier(&self) -> bool {
        matches!(
            self.what,
            What::Field(
                Label::Field(FieldId::ClientIdentifier | FieldId::PacketIdentifier)
                    | Label::Property(PropertyId::AssignedClientIdentifier, _)
            )
        )
    }
}

impl Pair {
    pub fn is_in_both(&self) -> bool {
        self.left.is_some() && self.right.is_some()
    }

    /// Whether anything is different; identifiers only if they are asked for.
    pub fn differs(&self, with_identifiers: bool) -> bool {
        !self.is_in_both()
            || self.differences.iter().any(|found| with_identifiers || !found.is_identifier())
    }
}

/// How many pairs there are of each kind.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    pub same: usize,
    pub different: usize,
    pub only_left: usize,
    pub only_right: usize,
}

impl Comparison {
    pub fn counts(&self, with_identifiers: bool) -> Counts {
        let mut counts = Counts::default();
        for pair in &self.rows {
            *match (pair.left, pair.right) {
                (Some(_), None) => &mut counts.only_left,
                (None, _) => &mut counts.only_right,
                _ if pair.differs(with_identifiers) => &mut counts.different,
                _ => &mut counts.same,
            } += 1;
        }
        counts
    }
}

/// Aligns the packets of each client by direction and type, so that as many as possible find a
/// partner and those with the same topic find each other, and compares the partners field by field.
pub fn compare(left: &Capture, right: &Capture) -> Comparison {
    let lefts = by_client(left);
    let mut rights = by_client(right);
    let mut pairs: Vec<(Option<usize>, Option<usize>)> = Vec::new();
    for (client, lefts) in lefts {
        let rights = rights.remove(&client).unwrap_or_default();
        pairs.extend(align(&lefts, &rights));
    }
    for (_, rights) in rights {
        pairs.extend(rights.iter().map(|right| (None, Some(right.position))));
    }
    // Each client's pairs are in order; among clients, the left capture tells, and what is only in the
    // right one follows its neighbor.
    let mut anchor = None;
    let mut last_client = None;
    let mut anchored: Vec<_> = pairs
        .into_iter()
        .map(|(l, r)| {
            let record = l.and_then(|l| left.at(l)).or_else(|| r.and_then(|r| right.at(r)));
            let client = record.map(|record| record.client);
            if client != last_client {
                (anchor, last_client) = (None, client);
            }
            anchor = l.or(anchor);
            (anchor, l.is_none(), r, l)
        })
        .collect();
    anchored.sort_by_key(|(anchor, is_right_only, right, _)| (*anchor, *is_right_only, *right));
    let rows = anchored.into_iter().map(|(_, _, r, l)| {
        let both = l.and_then(|l| left.at(l)).zip(r.and_then(|r| right.at(r)));
        let differences = both.map(|(l, r)| differences(l, r)).unwrap_or_default();
        Pair { left: l, right: r, differences }
    });
    Comparison { rows: rows.collect() }
}

/// What matters of a record for finding its partner.
#[derive(Clone, Copy, Debug)]
struct Token {
    position: usize,
    kind: (u8, Option<Sender>, Option<PacketType>),
    /// Tells topics apart; 0 for records without one.
    topic: u64,
}

fn by_client(capture: &Capture) -> BTreeMap<ClientSlot, Vec<Token>> {
    let mut clients: BTreeMap<ClientSlot, Vec<Token>> = BTreeMap::new();
    for (position, record) in capture.records().enumerate() {
        let kind = match record.entry {
            Entry::Opening { .. } => 0,
            Entry::Opened => 1,
            Entry::Packet { .. } => 2,
            Entry::Broken { .. } => 3,
            Entry::Text { .. } => 4,
            Entry::Closed(_) => 5,
            Entry::Missing(_) => 6,
        };
        let kind = (kind, record.sender(), record.packet_type());
        let topic = topic_of(capture, record).map_or(0, |topic| fingerprint(&topic));
        clients.entry(record.client).or_default().push(Token { position, kind, topic });
    }
    clients
}

/// What a packet is about: a Topic Name, also behind an alias, or the Topic Filters.
fn topic_of(capture: &Capture, record: &Record) -> Option<String> {
    match record.packet_type()? {
        PacketType::Publish | PacketType::Subscribe | PacketType::Unsubscribe => {}
        _ => return None,
    }
    match record.packet()?.ok()? {
        Packet::Publish(publish) if publish.topic.is_empty() => {
            capture.aliased(record).map(|aliased| aliased.topic.to_owned())
        }
        Packet::Publish(publish) => Some(publish.topic.into()),
        Packet::Subscribe(subscribe) => {
            Some(subscribe.subscriptions.iter().flat_map(|s| [&*s.topic_filter, "\n"]).collect())
        }
        Packet::Unsubscribe(unsubscribe) => Some(unsubscribe.topic_filters.join("\n")),
        _ => None,
    }
}

/// FNV-1a.
fn fingerprint(text: &str) -> u64 {
    text.bytes()
        .fold(0xCBF2_9CE4_8422_2325, |hash, byte| {
            (hash ^ u64::from(byte)).wrapping_mul(0x100_0000_01B3)
        })
        .max(1)
}

/// How well two records go together; 0 if they do not.
fn affinity(left: &Token, right: &Token) -> u32 {
    match (left.kind == right.kind, left.topic == right.topic) {
        (false, _) => 0,
        (true, false) => 2,
        (true, true) => 3,
    }
}

/// Comparing every record with every other is bounded to windows of so many on each side; what lies
/// further apart than that does not find together.
const WINDOW: usize = 1500;

/// The order-preserving pairing with the greatest sum of affinities.
fn align(lefts: &[Token], rights: &[Token]) -> Vec<(Option<usize>, Option<usize>)> {
    let mut pairs = Vec::new();
    let (mut l, mut r) = (0, 0);
    loop {
        // What is the same from here on needs no search.
        while let (Some(left), Some(right)) = (lefts.get(l), rights.get(r))
            && affinity(left, right) == 3
        {
            pairs.push((Some(left.position), Some(right.position)));
            (l, r) = (l + 1, r + 1);
        }
        if l == lefts.len() || r == rights.len() {
            pairs.extend(lefts[l..].iter().map(|left| (Some(left.position), None)));
            pairs.extend(rights[r..].iter().map(|right| (None, Some(right.position))));
            return pairs;
        }
        let (left_end, right_end) = ((l + WINDOW).min(lefts.len()), (r + WINDOW).min(rights.len()));
        let mut found = align_window(&lefts[l..left_end], &rights[r..right_end]);
        if left_end < lefts.len() || right_end < rights.len() {
            // Behind the last couple of a window, the next window may know better.
            let couple = found.iter().rposition(|(left, right)| left.is_some() && right.is_some());
            if let Some(last) = couple {
                found.truncate(last + 1);
            }
        }
        l += found.iter().filter(|(left, _)| left.is_some()).count();
        r += found.iter().filter(|(_, right)| right.is_some()).count();
        pairs.extend(found);
    }
}

fn align_window(lefts: &[Token], rights: &[Token]) -> Vec<(Option<usize>, Option<usize>)> {
    // The best sum for what begins at (l, r), and whether those two are a couple in it.
    let width = rights.len() + 1;
    let mut best = vec![0_u32; (lefts.len() + 1) * width];
    for l in (0..lefts.len()).rev() {
        for r in (0..rights.len()).rev() {
            let together = match affinity(&lefts[l], &rights[r]) {
                0 => 0,
                affinity => affinity + best[(l + 1) * width + r + 1],
            };
            let apart = best[(l + 1) * width + r].max(best[l * width + r + 1]);
            best[l * width + r] = together.max(apart);
        }
    }
    let mut pairs = Vec::new();
    let (mut l, mut r) = (0, 0);
    while let (Some(left), Some(right)) = (lefts.get(l), rights.get(r)) {
        let here = best[l * width + r];
        let affinity = affinity(left, right);
        if affinity > 0 && here == affinity + best[(l + 1) * width + r + 1] {
            pairs.push((Some(left.position), Some(right.position)));
            (l, r) = (l + 1, r + 1);
        } else if here == best[(l + 1) * width + r] {
            pairs.push((Some(left.position), None));
            l += 1;
        } else {
            pairs.push((None, Some(right.position)));
            r += 1;
        }
    }
    pairs.extend(lefts[l..].iter().map(|left| (Some(left.position), None)));
    pairs.extend(rights[r..].iter().map(|right| (None, Some(right.position))));
    pairs
}

/// What two records say differently.
fn differences(left: &Record, right: &Record) -> Vec<Difference> {
    let event = |what, left: String, right: String| match left == right {
        true => Vec::new(),
        false => vec![Difference { what, nth: 0, left: Some(left), right: Some(right) }],
    };
    match (&left.entry, &right.entry) {
        (Entry::Opening { address: left }, Entry::Opening { address: right }) => {
            event(What::Address, left.clone(), right.clone())
        }
        (Entry::Closed(left), Entry::Closed(right)) => {
            let words = |close: &LinkClose| {
                let by = match close.by {
                    None => "–",
                    Some(Sender::Client) => "client",
                    Some(Sender::Server) => "broker",
                };
                let code = close.code.map(|code| format!(" {code}")).unwrap_or_default();
                format!("{by}{code} {}", close.reason).trim_end().to_owned()
            };
            event(What::Close, words(left), words(right))
        }
        _ if left.bytes() == right.bytes() => Vec::new(),
        _ => match left.dissect().zip(right.dissect()) {
            Some((l, r)) => {
                let found = fields_that_differ(&said(&l), &said(&r));
                match found.is_empty() {
                    true => event(What::Bytes, hex(left.bytes()), hex(right.bytes())),
                    false => found,
                }
            }
            None => Vec::new(),
        },
    }
}

/// One thing that a packet says.
struct Said {
    what: What,
    nth: usize,
    value: String,
}

/// Everything a packet says, without what follows from the rest, such as lengths.
fn said(dissection: &Dissection) -> Vec<Said> {
    let mut said = Vec::new();
    for field in &dissection.fields {
        collect(field, &mut said);
    }
    for (nth, Flaw { error, .. }) in dissection.flaws.iter().enumerate() {
        let value = format!("{} ({})", error.kind, error.kind.rule_in(dissection.version));
        said.push(Said { what: What::Error, nth, value });
    }
    said
}

fn collect(field: &Field, said: &mut Vec<Said>) {
    if let Label::Field(
        FieldId::RemainingLength
        | FieldId::PropertyLength
        | FieldId::PropertyIdentifier
        | FieldId::StringLength
        | FieldId::BinaryLength,
    ) = field.label
    {
        return;
    }
    let value = field.own_value();
    // A byte of flags says what its bits say.
    let has_bits = field.children.iter().any(|child| child.bits.is_some());
    if value == Value::None || has_bits {
        return field.children.iter().for_each(|child| collect(child, said));
    }
    let what = What::Field(field.label);
    let nth = said.iter().filter(|other| other.what == what).count();
    said.push(Said { what, nth, value: value.to_string() });
}

fn fields_that_differ(left: &[Said], right: &[Said]) -> Vec<Difference> {
    let partner = |said: &Said, others: &[Said]| {
        let found = others.iter().find(|other| (other.what, other.nth) == (said.what, said.nth));
        found.map(|found| found.value.clone())
    };
    let mut found = Vec::new();
    for said in left {
        let right = partner(said, right);
        if right.as_ref() != Some(&said.value) {
            let left = Some(said.value.clone());
            found.push(Difference { what: said.what, nth: said.nth, left, right });
        }
    }
    for said in right {
        if partner(said, left).is_none() {
            let right = Some(said.value.clone());
            found.push(Difference { what: said.what, nth: said.nth, left: None, right });
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;

    use super::*;
    use crate::capture::LinkClose;
    use crate::mqtt::{Connect, ConnectionId, Property, Publish, encode};
    use crate::time::Instant;

    fn publish(topic: &str, payload: &str, properties: Vec<Property>) -> Packet {
        Packet::Publish(Publish {
            topic: topic.into(),
            payload: Bytes::copy_from_slice(payload.as_bytes()),
            properties: properties.into(),
            ..Publish::default()
        })
    }

    fn connect(client_id: &str, keep_alive: u16) -> Packet {
        let client_id = client_id.into();
        Packet::Connect(Box::new(Connect { client_id, keep_alive, ..Connect::default() }))
    }

    fn capture(packets: &[(u16, Sender, Packet)]) -> Capture {
        let mut capture = Capture::default();
        for (client, sender, packet) in packets {
            let bytes = encode(packet).expect("it can be encoded");
            let slot = ClientSlot(*client);
            capture.push_packet(Instant::START, slot, ConnectionId(1), *sender, bytes);
        }
        capture
    }

    fn aligned(left: &Capture, right: &Capture) -> Vec<(Option<usize>, Option<usize>)> {
        compare(left, right).rows.iter().map(|pair| (pair.left, pair.right)).collect()
    }

    use Sender::{Client, Server};

    #[test]
    fn partners_are_found_by_client_direction_type_and_topic() {
        let p = |topic: &str| publish(topic, "x", vec![]);
        let ping = Packet::PingReq;
        let left = capture(&[
            (0, Client, connect("a", 60)),
            (0, Client, p("one")),
            (1, Client, p("one")),
            (0, Client, p("two")),
        ]);
        for (name, right, expect) in [
            (
                "the same, clients in another order",
                vec![
                    (1, Client, p("one")),
                    (0, Client, connect("a", 60)),
                    (0, Client, p("one")),
                    (0, Client, p("two")),
                ],
                vec![
                    (Some(0), Some(1)),
                    (Some(1), Some(2)),
                    (Some(2), Some(0)),
                    (Some(3), Some(3)),
                ],
            ),
            (
                "one less: the topic tells which",
                vec![(0, Client, connect("a", 60)), (0, Client, p("two")), (1, Client, p("one"))],
                vec![(Some(0), Some(0)), (Some(1), None), (Some(2), Some(2)), (Some(3), Some(1))],
            ),
            (
                "one more, of another type",
                vec![
                    (0, Client, connect("a", 60)),
                    (0, Client, ping),
                    (0, Client, p("one")),
                    (0, Client, p("two")),
                    (1, Client, p("one")),
                ],
                vec![
                    (Some(0), Some(0)),
                    (None, Some(1)),
                    (Some(1), Some(2)),
                    (Some(2), Some(4)),
                    (Some(3), Some(3)),
                ],
            ),
            (
                "the other direction is another packet, another client too",
                vec![(0, Server, p("one")), (2, Client, p("two"))],
                vec![
                    (None, Some(1)),
                    (Some(0), None),
                    (Some(1), None),
                    (Some(2), None),
                    (Some(3), None),
                    (None, Some(0)),
                ],
            ),
            (
                "nothing",
                vec![],
                vec![(Some(0), None), (Some(1), None), (Some(2), None), (Some(3), None)],
            ),
        ] {
            assert_eq!(aligned(&left, &capture(&right)), expect, "{name}");
        }
        assert_eq!(aligned(&Capture::default(), &Capture::default()), []);
    }

    #[test]
    fn differences_are_named_field_by_field() {
        let differences = |left: Packet, right: Packet| {
            let left = capture(&[(0, Client, left)]);
            let comparison = compare(&left, &capture(&[(0, Client, right)]));
            let pair = comparison.rows.into_iter().next().expect("there is one");
            assert!(pair.is_in_both());
            let found = pair.differences.into_iter().map(|d| {
                let name = match d.what {
                    What::Field(label) => label.name(),
                    What::Bytes => "bytes",
                    What::Error => "error",
                    What::Address | What::Close => "link",
                };
                let or_absent =
                    |value: Option<String>| value.unwrap_or_else(|| "absent".to_owned());
                format!("{name} {}: {} | {}", d.nth, or_absent(d.left), or_absent(d.right))
            });
            found.collect::<Vec<_>>()
        };
        let alias = Property::TopicAlias(3);
        let user = |value| Property::user("k", value);
        for (left, right, expect) in [
            (publish("a", "x", vec![]), publish("a", "x", vec![]), vec![]),
            (
                publish("a", "x", vec![]),
                publish("a", "yz", vec![]),
                vec!["Application Message 0: 78 | 797a"],
            ),
            (
                publish("a", "x", vec![alias.clone()]),
                publish("b", "x", vec![]),
                vec!["Topic Name 0: a | b", "Topic Alias 0: 3 | absent"],
            ),
            (
                publish("a", "x", vec![user("1")]),
                publish("a", "x", vec![user("1"), user("2")]),
                vec!["User Property 1: absent | k = 2"],
            ),
            (
                publish("a", "x", vec![alias.clone(), user("1")]),
                publish("a", "x", vec![user("1"), alias]),
                vec!["bytes 0: 300e00016108230003260001 | 300e00016108260001"],
            ),
            (
                connect("run-1", 60),
                connect("run-2", 30),
                vec!["Keep Alive 0: 60 | 30", "Client Identifier 0: run-1 | run-2"],
            ),
        ] {
            let found = differences(left, right);
            assert_eq!(found.len(), expect.len(), "{found:?}");
            for (found, expect) in found.iter().zip(expect) {
                match expect.strip_prefix("bytes") {
                    Some(_) => assert!(found.starts_with("bytes 0: 30"), "{found}"),
                    None => assert_eq!(found, expect),
                }
            }
        }
    }

    #[test]
    fn identifiers_count_only_when_asked_for() {
        let left = capture(&[(0, Client, connect("run-1", 60)), (0, Client, Packet::PingReq)]);
        let right = capture(&[(0, Client, connect("run-2", 60)), (0, Server, Packet::PingResp)]);
        let comparison = compare(&left, &right);
        let counts = Counts { same: 1, different: 0, only_left: 1, only_right: 1 };
        assert_eq!(comparison.counts(false), counts);
        assert_eq!(comparison.counts(true), Counts { same: 0, different: 1, ..counts });
    }

    #[test]
    fn link_events_are_compared_too() {
        let of = |address: &str, code| {
            let mut capture = Capture::default();
            let mut push =
                |entry| capture.push(Instant::START, ClientSlot(0), ConnectionId(1), entry);
            push(Entry::Opening { address: address.to_owned() });
            let reason = String::new();
            push(Entry::Closed(LinkClose { by: Some(Server), was_open: true, code, reason }));
            capture
        };
        let comparison = compare(&of("ws://a", None), &of("ws://b", Some(1001)));
        let whats: Vec<What> =
            comparison.rows.iter().flat_map(|pair| &pair.differences).map(|d| d.what).collect();
        assert_eq!(whats, [What::Address, What::Close]);
        assert_eq!(comparison.rows[1].differences[0].right.as_deref(), Some("broker 1001"));
    }

    #[test]
    fn long_captures_are_aligned_in_windows() {
        let of = |missing: usize| {
            let packets: Vec<_> = (0..4000)
                .filter(|n| *n != missing)
                .map(|n| (0, Client, publish(&format!("t/{}", n % 700), "x", vec![])))
                .collect();
            capture(&packets)
        };
        let comparison = compare(&of(100), &of(3500));
        let counts = comparison.counts(true);
        assert_eq!(counts, Counts { same: 3998, different: 0, only_left: 1, only_right: 1 });
    }
}
