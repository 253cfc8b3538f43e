//! The ladder in words: one sentence a row, for everybody who does not see the picture.

use std::fmt::Write as _;
use std::time::Duration;

use super::model::{ChainKind, Join, Ladder};
use crate::capture::{Capture, Record};
use crate::language::Language;
use crate::mqtt::Sender;
use crate::ui::format::{elapsed, moment};
use crate::ui::packet_list::Line;

/// What happened, in a sentence or two: who sent what to whom, and what it answers.
pub fn sentence(
    record: &Record,
    line: &Line,
    join: Option<Join>,
    wait: Option<Duration>,
    language: Language,
) -> String {
    let strings = language.strings();
    let client = record.client.letter();
    let facts = line.words();
    let name = line.name(strings).unwrap_or_default();
    let packet = match line.is_malformed() {
        true => strings.ladder_malformed(name),
        false => name.to_owned(),
    };
    let happened = match (record.sender(), facts.as_str()) {
        (None, words) => strings.ladder_connection(client, words),
        (Some(Sender::Client), "") => strings.ladder_out(client, packet),
        (Some(Sender::Client), facts) => strings.ladder_out_facts(client, facts, packet),
        (Some(Sender::Server), "") => strings.ladder_in(client, packet),
        (Some(Sender::Server), facts) => strings.ladder_in_facts(client, facts, packet),
    };
    let before = wait.map(|wait| strings.ladder_after(elapsed(wait, strings)));
    let joined = join.map(|join| {
        let (number, time) = (join.to.number(), elapsed(join.after, strings));
        match join.kind {
            ChainKind::Exchange => strings.ladder_answers(number, time),
            ChainKind::Reply => strings.ladder_replies(number, time),
        }
    });
    let parts: Vec<String> = before.into_iter().chain([happened]).chain(joined).collect();
    parts.join(" ")
}

/// All rows of the ladder as numbered sentences with their moments.
pub fn as_text(capture: &Capture, ladder: &Ladder, language: Language) -> String {
    let mut text = String::new();
    let records = (0..ladder.len()).filter_map(|position| capture.get(ladder.at(position)?));
    for record in records {
        let line = Line::among(capture, record, language);
        let join = ladder.join(capture, record);
        let (time, unit) = moment(capture.passed(record.at));
        let sentence = sentence(record, &line, join, None, language);
        writeln!(text, "#{}  {time} {unit}  {sentence}", record.id.number())
            .expect("writing to a String succeeds");
    }
    text
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;

    use super::*;
    use crate::capture::{ClientSlot, Entry, RecordId};
    use crate::mqtt::ConnectionId;
    use crate::time::Instant;
    use crate::ui::packet_list::{Filter, Matches};

    #[test]
    fn every_row_is_a_sentence() {
        let mut capture = Capture::default();
        let mut push = |millis, client, entry| {
            let at = Instant::from_millis(millis);
            capture.push(at, ClientSlot(client), ConnectionId(1), entry);
        };
        let out = |bytes: &'static [u8]| Entry::Packet {
            sender: Sender::Client,
            bytes: Bytes::from_static(bytes),
        };
        push(0, 0, Entry::Opened);
        push(1, 0, out(&[0x32, 0x06, 0, 1, b'a', 0, 10, 0]));
        let puback = Bytes::from_static(&[0x40, 0x02, 0, 10]);
        push(13, 0, Entry::Packet { sender: Sender::Server, bytes: puback });
        push(14, 1, out(&[0xC0, 0x00]));
        push(15, 1, out(&[0xC0, 0x01, 0]));
        let mut matches = Matches::new(Filter::default(), Language::En, RecordId(0));
        matches.extend(&capture, || true);
        let mut ladder = Ladder::default();
        ladder.follow(&capture, &matches);
        let text = as_text(&capture, &ladder, Language::En);
        let lines: Vec<&str> = text.lines().collect();
        assert_eq!(
            lines[..4],
            [
                "#1  0.0 ms  Connection of client A: Network Connection open.",
                "#2  1.0 ms  Client A sends PUBLISH to the broker: a · QoS 1 · id 10.",
                "#3  13.0 ms  The broker sends PUBACK to client A: 0x00 Success · id 10. \
                 It answers #2 after 12 ms.",
                "#4  14.0 ms  Client B sends PINGREQ to the broker.",
            ]
        );
        assert!(lines[4].contains("Client B sends a malformed PINGREQ"), "{}", lines[4]);
        let record = capture.get(RecordId(3)).expect("it is there");
        let line = Line::among(&capture, record, Language::Ja);
        let wait = Some(Duration::from_secs(2));
        assert_eq!(
            sentence(record, &line, None, wait, Language::Ja),
            "2.0 s後： クライアントBがブローカーへPINGREQを送信。"
        );
    }
}
