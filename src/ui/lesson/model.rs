//! Verdicts and progress in words, as plain text.

use crate::capture::ClientSlot;
use crate::course::{ExerciseProse, Finding, Move, Unmet, Verdict, chapter_of, chapter_title};
use crate::lab::Action;
use crate::language::{Language, Strings};
use crate::mqtt::Sender;

/// What was looked for and what was found instead, as one sentence. `words` are those of the exercise,
/// which may word the finding of a step itself; `role` names a client.
pub fn finding(
    finding: &Finding,
    step: &str,
    words: Option<&ExerciseProse>,
    strings: &Strings,
    role: impl Fn(ClientSlot) -> String,
) -> String {
    match finding {
        Finding::NoPacket { packet, sender: Sender::Client, client } => {
            strings.finding_not_sent(packet.name(), role(*client))
        }
        Finding::NoPacket { packet, sender: Sender::Server, client } => {
            strings.finding_not_received(packet.name(), role(*client))
        }
        Finding::Absent { subject } => strings.finding_absent(subject),
        Finding::Differs { subject, found, wanted } => {
            strings.finding_differs(found, subject, wanted)
        }
        Finding::Refused { packet, code } => {
            let code = code.in_words(*packet);
            strings.finding_refused(code, packet.name())
        }
        Finding::Broken(error) => strings.finding_broken(error.at, error.kind.rule()),
        Finding::NotOpened { packet } => strings.finding_not_opened(packet.name()),
        Finding::Waiting => String::new(),
        Finding::Told { key, values } => {
            let told = words.and_then(|words| words.finding(step, key, values));
            told.unwrap_or_else(|| format!("{key}: {}", values.join(", ")))
        }
    }
}

/// The number and the title of the chapter that an exercise is in.
pub fn chapter_line(exercise: &str, language: Language) -> Option<String> {
    let (number, chapter) = chapter_of(exercise)?;
    let words = chapter_title(chapter.id, language)?;
    Some(format!("{number} · {}", words.title))
}

/// A verdict's place in the style: `met`, `not-yet` or `contradicted`.
pub fn state(verdict: &Verdict) -> &'static str {
    match verdict {
        Ok(_) => "met",
        Err(Unmet::NotYet(_)) => "not-yet",
        Err(Unmet::Contradicted { .. }) => "contradicted",
    }
}

pub fn state_word(verdict: &Verdict, strings: &Strings) -> &'static str {
    match verdict {
        Ok(_) => strings.verdict_met(),
        Err(Unmet::NotYet(_)) => strings.verdict_not_yet(),
        Err(Unmet::Contradicted { .. }) => strings.verdict_contradicted(),
    }
}

/// The packet that an action sends, by the specification's name.
pub fn action_name(action: &Action) -> &'static str {
    match action {
        Action::Connect(_) | Action::ConnectBytes(_) => "CONNECT",
        Action::Publish(_) => "PUBLISH",
        Action::Subscribe { .. } => "SUBSCRIBE",
        Action::Unsubscribe { .. } => "UNSUBSCRIBE",
        Action::Disconnect(_) => "DISCONNECT",
        Action::Ping => "PINGREQ",
        Action::Authenticate { .. } => "AUTH",
        // What a released acknowledgement is depends on its exchange.
        Action::Acknowledge { .. }
        | Action::AcknowledgeByHand(_)
        | Action::Cut
        | Action::Fault(_)
        | Action::SendBytes(_)
        | Action::SetRoute(_)
        | Action::Automate(_)
        | Action::StopAutomation(_) => "",
    }
}

/// What a step's button says where the words give it no label.
pub fn move_label(next: &Move, strings: &Strings, role: impl Fn(ClientSlot) -> String) -> String {
    match next {
        Move::Act(act) => match &act.action {
            Action::Cut => strings.step_cut(role(act.client)),
            action => strings.step_send(action_name(action), role(act.client)),
        },
        Move::Wait(time) => strings.step_wait(time.as_secs_f64()),
        Move::Open(_, packet) => strings.step_open(packet.name()),
        Move::Acts(_) | Move::React(_) | Move::Operate(_) | Move::Filter(_) => String::new(),
    }
}

/// An order of `count` options that depends on the seed alone.
pub fn shuffled(count: usize, seed: u32) -> Vec<usize> {
    let mut order: Vec<usize> = (0..count).collect();
    let mut state = seed | 1;
    for last in (1..count).rev() {
        // Xorshift: enough to shuffle three or four answers.
        state ^= state << 13;
        state ^= state >> 17;
        state ^= state << 5;
        order.swap(last, state as usize % (last + 1));
    }
    order
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::course::FindingProse;
    use crate::language::Language;
    use crate::mqtt::{PacketType, ReasonCode};

    #[test]
    fn findings_name_what_was_looked_for_and_what_was_found() {
        let role = |_: ClientSlot| "subscriber".to_owned();
        let client = ClientSlot(1);
        for (found, expect) in [
            (
                Finding::NoPacket { packet: PacketType::Subscribe, sender: Sender::Client, client },
                "Waiting for SUBSCRIBE from “subscriber”.",
            ),
            (
                Finding::NoPacket { packet: PacketType::SubAck, sender: Sender::Server, client },
                "Waiting for SUBACK to “subscriber”.",
            ),
            (Finding::absent("Receive Maximum"), "Receive Maximum is missing."),
            (
                Finding::differs("Session Expiry Interval", 0, 300),
                "Session Expiry Interval is 0; expected: 300.",
            ),
            (
                Finding::Refused { packet: PacketType::SubAck, code: ReasonCode::NotAuthorized },
                "SUBACK refuses: 0x87 Not authorized.",
            ),
        ] {
            assert_eq!(finding(&found, "", None, Language::En.strings(), role), expect);
            assert!(!finding(&found, "", None, Language::Ja.strings(), role).is_empty());
        }
    }

    #[test]
    fn options_come_in_every_order_and_each_once() {
        let mut seen = std::collections::BTreeSet::new();
        for seed in 0..200 {
            let order = shuffled(3, seed * 7919);
            let mut sorted = order.clone();
            sorted.sort_unstable();
            assert_eq!(sorted, [0, 1, 2]);
            seen.insert(order);
        }
        assert_eq!(seen.len(), 6);
        assert_eq!(shuffled(0, 5), [0_usize; 0]);
        assert_eq!(shuffled(1, 5), [0]);
    }

    #[test]
    fn an_exercise_words_its_own_findings() {
        let words = ExerciseProse {
            id: "",
            title: "",
            goal: "",
            why: "",
            steps: Vec::new(),
            findings: vec![
                FindingProse { step: "first", key: "too-many", text: "{0} instead of {1}." },
                FindingProse {
                    step: "second",
                    key: "too-many",
                    text: "{0} are on their way, {1} are allowed.",
                },
            ],
            elsewhere: "",
            tomorrow: "",
        };
        let told = Finding::told("too-many", [&4, &3]);
        let role = |_: ClientSlot| String::new();
        let strings = Language::En.strings();
        let sentence = |step| finding(&told, step, Some(&words), strings, role);
        assert_eq!(sentence("second"), "4 are on their way, 3 are allowed.");
        assert_eq!(sentence("first"), "4 instead of 3.");
        assert_eq!(sentence("third"), "4 instead of 3.", "a step without words borrows them");
    }
}
