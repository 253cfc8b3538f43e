//! What a check concludes, and what it found instead when it cannot say yes.

use std::borrow::Cow;

use crate::capture::{ClientSlot, Record, RecordId};
use crate::mqtt::{DecodeError, Packet, PacketType, ReasonCode, Sender};

/// What a check says: the records that show that it was done, in the order they passed, or what is
/// missing. A check is written with `?`, from the first thing it asks for to the last.
pub type Verdict = Result<Vec<RecordId>, Unmet>;

/// Why a step is not met.
#[derive(Clone, Debug, PartialEq)]
pub enum Unmet {
    /// Nothing has been seen that could meet it.
    NotYet(Finding),
    /// Something was seen that is not what the step asks for.
    Contradicted { by: RecordId, finding: Finding },
}

impl Unmet {
    /// What is missing or wrong.
    pub fn finding(&self) -> &Finding {
        match self {
            Unmet::NotYet(finding) | Unmet::Contradicted { finding, .. } => finding,
        }
    }

    /// This record says something else than the step asks for.
    pub fn by(record: RecordId, finding: Finding) -> Unmet {
        Unmet::Contradicted { by: record, finding }
    }
}

impl From<Finding> for Unmet {
    fn from(finding: Finding) -> Unmet {
        Unmet::NotYet(finding)
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
    /// Nothing has been done about this step yet; what passed before it came up does not count against it.
    Waiting,
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
            Finding::Waiting => "waiting",
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

    /// Compares what a packet says with the value that is the lesson.
    pub fn unless_equal<T: PartialEq + ToString>(
        subject: &'static str,
        found: T,
        wanted: T,
    ) -> Result<(), Finding> {
        match found == wanted {
            true => Ok(()),
            false => Err(Finding::differs(subject, found, wanted)),
        }
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
    let mut unmet = Unmet::NotYet(nothing);
    for record in candidates {
        let result = match record.packet_for_5() {
            Some(Ok(packet)) => test(record, &packet),
            Some(Err(error)) => Err(Finding::Broken(error)),
            None => continue,
        };
        match result {
            Ok(()) => return Ok(vec![record.id]),
            Err(finding) => unmet = Unmet::by(record.id, finding),
        }
    }
    Err(unmet)
}
