//! Every value of a Reason Code in every packet from either side, against a table written by hand from
//! §2.4 and the sections of the packets, apart from the one in the library.

use bytes::Bytes;
use mqtt5_playground::mqtt::{Holder, PacketType, ReasonCode, Sender};

use crate::support::{CLIENT, SERVER, packet_with, read, refused};

/// In the order of the columns below, each with the statement that binds it to its list.
const PACKETS: [(Holder, &str); 9] = [
    (Holder::ConnAck, "[MQTT-3.2.2-8]"),
    (Holder::PubAck, "[MQTT-3.4.2-1]"),
    (Holder::PubRec, "[MQTT-3.5.2-1]"),
    (Holder::PubRel, "[MQTT-3.6.2-1]"),
    (Holder::PubComp, "[MQTT-3.7.2-1]"),
    (Holder::SubAck, "[MQTT-3.9.3-2]"),
    (Holder::UnsubAck, "[MQTT-3.11.3-2]"),
    (Holder::Disconnect, "[MQTT-3.14.2-1]"),
    (Holder::Auth, "[MQTT-3.15.2-1]"),
];

/// `+` either side may send it, `c` only the Client, `s` only the Server, `.` the packet never holds it.
///
/// §2.4 gives 0x8C to DISCONNECT, but §3.14.2.1 names no side for it, so either may send it.
#[rustfmt::skip]
const TABLE: [(u8, &str, &str); 43] = [
    //                                              CONNACK  SUBACK
    //                                              | PUBACK…| UNSUBACK
    //                                              | ARLC   | | DISCONNECT, AUTH
    (0x00, "Success",                                "s ++++ s s c s"),
    (0x01, "Granted QoS 1",                          ". .... s . . ."),
    (0x02, "Granted QoS 2",                          ". .... s . . ."),
    (0x04, "Disconnect with Will Message",           ". .... . . c ."),
    (0x10, "No matching subscribers",                ". ++.. . . . ."),
    (0x11, "No subscription existed",                ". .... . s . ."),
    (0x18, "Continue authentication",                ". .... . . . +"),
    (0x19, "Re-authenticate",                        ". .... . . . c"),
    (0x80, "Unspecified error",                      "s ++.. s s + ."),
    (0x81, "Malformed Packet",                       "s .... . . + ."),
    (0x82, "Protocol Error",                         "s .... . . + ."),
    (0x83, "Implementation specific error",          "s ++.. s s + ."),
    (0x84, "Unsupported Protocol Version",           "s .... . . . ."),
    (0x85, "Client Identifier not valid",            "s .... . . . ."),
    (0x86, "Bad User Name or Password",              "s .... . . . ."),
    (0x87, "Not authorized",                         "s ++.. s s s ."),
    (0x88, "Server unavailable",                     "s .... . . . ."),
    (0x89, "Server busy",                            "s .... . . s ."),
    (0x8A, "Banned",                                 "s .... . . . ."),
    (0x8B, "Server shutting down",                   ". .... . . s ."),
    (0x8C, "Bad authentication method",              "s .... . . + ."),
    (0x8D, "Keep Alive timeout",                     ". .... . . s ."),
    (0x8E, "Session taken over",                     ". .... . . s ."),
    (0x8F, "Topic Filter invalid",                   ". .... s s s ."),
    (0x90, "Topic Name invalid",                     "s ++.. . . + ."),
    (0x91, "Packet Identifier in use",               ". ++.. s s . ."),
    (0x92, "Packet Identifier not found",            ". ..++ . . . ."),
    (0x93, "Receive Maximum exceeded",               ". .... . . + ."),
    (0x94, "Topic Alias invalid",                    ". .... . . + ."),
    (0x95, "Packet too large",                       "s .... . . + ."),
    (0x96, "Message rate too high",                  ". .... . . + ."),
    (0x97, "Quota exceeded",                         "s ++.. s . + ."),
    (0x98, "Administrative action",                  ". .... . . + ."),
    (0x99, "Payload format invalid",                 "s ++.. . . + ."),
    (0x9A, "Retain not supported",                   "s .... . . s ."),
    (0x9B, "QoS not supported",                      "s .... . . s ."),
    (0x9C, "Use another server",                     "s .... . . s ."),
    (0x9D, "Server moved",                           "s .... . . s ."),
    (0x9E, "Shared Subscriptions not supported",     ". .... s . s ."),
    (0x9F, "Connection rate exceeded",               "s .... . . s ."),
    (0xA0, "Maximum connect time",                   ". .... . . s ."),
    (0xA1, "Subscription Identifiers not supported", ". .... s . s ."),
    (0xA2, "Wildcard Subscriptions not supported",   ". .... s . s ."),
];

/// A packet with that Reason Code, and where it stands.
fn packet(holder: Holder, code: u8) -> (Bytes, usize) {
    let block: &[u8] = if holder == Holder::Auth { &[0x15, 0, 1, b'm'] } else { &[] };
    let (frame, start) = packet_with(holder, block);
    let at = match holder {
        Holder::ConnAck => 3,
        Holder::SubAck | Holder::UnsubAck => frame.len() - 1,
        _ => start - 2, // before the Property Length
    };
    let mut frame = frame.to_vec();
    frame[at] = code;
    (frame.into(), at)
}

fn mark(code: u8, column: usize) -> Option<char> {
    let (_, _, marks) = TABLE.iter().find(|(value, ..)| *value == code)?;
    marks.chars().filter(|mark| *mark != ' ').nth(column)
}

#[test]
fn names_are_those_of_the_specification() {
    assert_eq!(ReasonCode::ALL.len(), TABLE.len());
    for (&code, (value, name, _)) in ReasonCode::ALL.iter().zip(TABLE) {
        assert_eq!((code.value(), code.name()), (value, name));
        assert_eq!(code.is_error(), value >= 0x80, "{name}");
    }
    for (code, packet, name) in [
        (ReasonCode::Success, PacketType::ConnAck, "Success"),
        (ReasonCode::Success, PacketType::SubAck, "Granted QoS 0"),
        (ReasonCode::Success, PacketType::Disconnect, "Normal disconnection"),
    ] {
        assert_eq!(code.name_in(packet), name);
    }
}

#[test]
fn every_value_in_every_packet_from_every_side() {
    for (column, (holder, rule)) in PACKETS.into_iter().enumerate() {
        let packet_type = holder.packet();
        for code in 0..=0xFF {
            for sender in [None, CLIENT, SERVER] {
                let (frame, at) = packet(holder, code);
                let row = format!("0x{code:02X} in {} from {sender:?}", packet_type.name());
                let wrong_side = |mark| {
                    matches!(
                        (mark, sender),
                        ('c', Some(Sender::Server)) | ('s', Some(Sender::Client))
                    )
                };
                let expect = match mark(code, column) {
                    _ if sender.is_some_and(|sender| !packet_type.sent_by(sender)) => {
                        Err((0, "packet_from_wrong_side", "§2.1.2"))
                    }
                    None => Err((at, "reason_code_unknown", rule)),
                    Some('.') => Err((at, "reason_code_not_allowed", rule)),
                    Some(mark) if wrong_side(mark) => {
                        Err((at, "reason_code_from_wrong_side", rule))
                    }
                    Some(_) => Ok(()),
                };
                match (expect, read(&frame, sender)) {
                    (Ok(()), Ok(packet)) => {
                        let values: Vec<u8> =
                            packet.reason_codes().iter().map(|c| c.value()).collect();
                        assert_eq!(values, [code], "{row}");
                    }
                    (Err(expect), Err(error)) => {
                        assert_eq!(
                            (error.at, error.kind.key(), error.kind.rule()),
                            expect,
                            "{row}"
                        );
                        assert_eq!(error.kind.reason_code(), ReasonCode::ProtocolError, "{row}");
                    }
                    (expect, found) => panic!("{row}: expected {expect:?}, found {found:?}"),
                }
            }
        }
    }
}

/// A packet that ends before its Reason Code says Success, which the side must be allowed to say.
#[test]
fn omitted_codes_are_judged_as_success() {
    for (frame, wrong, right) in [([0xE0, 0x00], SERVER, CLIENT), ([0xF0, 0x00], CLIENT, SERVER)] {
        let frame = Bytes::copy_from_slice(&frame);
        let packet = read(&frame, right).expect("from the right side");
        assert_eq!(packet.reason_codes(), [ReasonCode::Success]);
        let error = refused(&frame, wrong);
        assert_eq!((error.at, error.kind.key()), (2, "reason_code_from_wrong_side"));
    }
}

#[test]
fn session_present_goes_with_success_only() {
    for &code in ReasonCode::ALL.iter().filter(|code| code.packets().contains(&PacketType::ConnAck))
    {
        let (frame, _) = packet(Holder::ConnAck, code.value());
        let mut frame = frame.to_vec();
        frame[2] = 1;
        let outcome =
            read(&frame.into(), SERVER).map(drop).map_err(|error| (error.at, error.kind.rule()));
        let expect = if code == ReasonCode::Success { Ok(()) } else { Err((2, "[MQTT-3.2.2-6]")) };
        assert_eq!(outcome, expect, "{}", code.name());
    }
}
