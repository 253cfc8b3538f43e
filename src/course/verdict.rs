//! What a check concludes, and what it found instead when it cannot say yes.

use std::borrow::Cow;

use crate::capture::{ClientSlot, Record, RecordId};
use crate::mqtt::{DecodeError, Packet, PacketType, ReasonCode, Sender};

#[derive(Clone, Debug, PartialEq)]
pub enum Verdict {
    /// These records, in the order they passed, show that it was done.
    Met(Vec<RecordId>),
    /// Nothing has been seen that could meet it.
    NotYet(Finding),
    /// Something was seen that is not what the step asks for.
    Contradicted { by: RecordId, finding: Finding },
}

impl Verdict {
    pub fn is_met(&self) -> bool {
        matches!(self, Verdict::Met(_))
    }

    /// What is missing or wrong.
    pub fn finding(&self) -> Option<&Finding> {
        match self {
            Verdict::Met(_) => None,
            Verdict::NotYet(finding) | Verdict::Contradicted { finding, .. } => Some(finding),
        }
    }
}

/// What was looked for and what was found instead. The page puts it into words.
#[derive(Clone, Debug, PartialEq)]
pub enum Finding {
    /// No such packet has passed at that client.
    NoPacket { packet: PacketType, sender: Sender, client: ClientSlot },
    /// The packet lacks a field or property, given by the specification's name.
    Absent { subject: Cow<'static, str> },
    /// It says something else.
    Differs { subject: Cow<'static, str>, found: String, wanted: String },
    /// The answer refuses.
    Refused { packet: PacketType, code: ReasonCode },
    /// The packet breaks a rule.
    Broken(DecodeError),
    /// It is there, but has not been opened in the inspector.
    NotOpened { packet: PacketType },
    /// What the exercise's own words say under `### finding: <key>`, with these values.
    Told { key: &'static str, values: Vec<String> },
}

impl Finding {
    /// Names the kind of finding, for hints that are about it: `### hint: refused`.
    pub fn key(&self) -> &'static str {
        match self {
            Finding::NoPacket { sender: Sender::Client, .. } => "not-sent",
            Finding::NoPacket { sender: Sender::Server, .. } => "not-received",
            Finding::Absent { .. } => "absent",
            Finding::Differs { .. } => "differs",
            Finding::Refused { .. } => "refused",
            Finding::Broken(_) => "broken",
            Finding::NotOpened { .. } => "not-opened",
            Finding::Told { key, .. } => key,
        }
    }

    /// A finding that the exercise words itself.
    pub fn told<const N: usize>(key: &'static str, values: [&dyn ToString; N]) -> Finding {
        Finding::Told { key, values: values.iter().map(|value| value.to_string()).collect() }
    }

    pub fn absent(subject: &'static str) -> Finding {
        Finding::Absent { subject: subject.into() }
    }

    pub fn differs(subject: &'static str, found: impl ToString, wanted: impl ToString) -> Finding {
        let (found, wanted) = (found.to_string(), wanted.to_string());
        Finding::Differs { subject: subject.into(), found, wanted }
    }

    /// A User Property of that name is missing.
    pub fn no_user_property(name: &str) -> Finding {
        Finding::Absent { subject: format!("User Property {name}").into() }
    }
}

/// Looks through candidates, oldest first: met by the first that passes `test`; otherwise the latest
/// one contradicts, with what `test` found in it; without candidates, `nothing` is the finding.
pub fn judge<'a>(
    candidates: impl Iterator<Item = &'a Record>,
    nothing: Finding,
    test: impl Fn(&'a Record, &Packet) -> Result<(), Finding>,
) -> Verdict {
    let mut verdict = Verdict::NotYet(nothing);
    for record in candidates {
        let result = match record.packet() {
            Some(Ok(packet)) => test(record, &packet),
            Some(Err(error)) => Err(Finding::Broken(error)),
            None => continue,
        };
        match result {
            Ok(()) => return Verdict::Met(vec![record.id]),
            Err(finding) => verdict = Verdict::Contradicted { by: record.id, finding },
        }
    }
    verdict
}
