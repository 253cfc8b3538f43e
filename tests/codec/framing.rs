//! The Deframer: packets out of a stream that is split and merged at will.

use bytes::Bytes;
use mqtt5_playground::mqtt::{
    Deframer, ErrorKind, FrameHeader, MAX_REMAINING_LENGTH, PacketType, ReasonCode,
};

use crate::support::{bytes, variable_byte_integer};

/// Some packets of one to three length bytes.
fn packets() -> Vec<Bytes> {
    let long = |payload: usize| {
        let mut frame =
            [&[0x30][..], &variable_byte_integer(payload + 4), &bytes("0001 'a' 00")].concat();
        frame.resize(frame.len() + payload, 0xFF);
        Bytes::from(frame)
    };
    vec![
        bytes("C0 00"),
        bytes("30 06 0001 'a' 00 'hi'"),
        long(200),
        bytes("40 02 000A"),
        long(17_000),
        bytes("E0 00"),
    ]
}

fn all_frames(deframer: &mut Deframer) -> Vec<Bytes> {
    std::iter::from_fn(|| deframer.next_frame().expect("a good stream")).collect()
}

#[test]
fn merged_packets_come_out_one_by_one() {
    let mut deframer = Deframer::new();
    deframer.push(&packets().concat());
    assert_eq!(all_frames(&mut deframer), packets());
    assert_eq!(deframer.pending(), b"");
}

#[test]
fn a_stream_split_at_any_two_places_gives_the_same_packets() {
    let expect =
        vec![bytes("C0 00"), bytes("30 06 0001 'a' 00 'hi'"), bytes("40 02 000A"), bytes("E0 00")];
    let stream = expect.concat();
    for first in 0..=stream.len() {
        for second in first..=stream.len() {
            let mut deframer = Deframer::new();
            let mut found = Vec::new();
            for part in [&stream[..first], &stream[first..second], &stream[second..]] {
                deframer.push(part);
                found.extend(all_frames(&mut deframer));
            }
            assert_eq!(found, expect, "split at {first} and {second}");
        }
    }
}

#[test]
fn bytes_that_come_one_by_one_make_the_same_packets() {
    let mut deframer = Deframer::new();
    let mut found = Vec::new();
    for byte in packets().concat() {
        deframer.push(&[byte]);
        found.extend(all_frames(&mut deframer));
    }
    assert_eq!(found, packets());
}

#[test]
fn what_is_no_whole_packet_stays_pending_and_can_be_taken_out() {
    let mut deframer = Deframer::new();
    deframer.push(&bytes("C0 00 30 06 0001"));
    assert_eq!(all_frames(&mut deframer), [bytes("C0 00")]);
    assert_eq!(deframer.pending(), bytes("30 06 0001"));
    assert_eq!(deframer.take_pending(), bytes("30 06 0001"));
    assert_eq!(deframer.pending(), b"");
    deframer.push(&bytes("D0 00"));
    assert_eq!(all_frames(&mut deframer), [bytes("D0 00")]);
}

/// Each length at which the Remaining Length takes one byte more (§1.5.5).
#[test]
fn headers_of_every_width_are_read_and_one_byte_less_is_not_enough() {
    for (hex, remaining) in [
        ("30 00", 0),
        ("30 7F", 127),
        ("30 8001", 128),
        ("30 FF7F", 16_383),
        ("30 808001", 16_384),
        ("30 FFFF7F", 2_097_151),
        ("30 80808001", 2_097_152),
        ("30 FFFFFF7F", MAX_REMAINING_LENGTH),
    ] {
        let header = bytes(hex);
        let expect =
            FrameHeader { packet_type: PacketType::Publish, length: header.len() + remaining };
        assert_eq!(FrameHeader::read(&header), Ok(Some(expect)), "{hex}");
        for end in 0..header.len() {
            assert_eq!(FrameHeader::read(&header[..end]), Ok(None), "{end} bytes of {hex}");
        }
    }
    assert_eq!(MAX_REMAINING_LENGTH, 268_435_455);
}

#[test]
fn what_cannot_begin_a_packet_is_an_error_at_once() {
    for (hex, at, key) in [
        ("00", 0, "packet_type_reserved"),
        ("36", 0, "qos_3"),
        ("38", 0, "dup_on_qos_0"),
        ("82 FFFFFFFF", 4, "variable_byte_integer_too_long"), // a fifth byte would follow
        ("82 8080808001", 4, "variable_byte_integer_too_long"),
        ("80", 0, "fixed_header_flags"),
        ("C0 8000", 2, "variable_byte_integer_not_minimal"),
        ("'GET / HTTP/1.1'", 0, "fixed_header_flags"), // 0x47 looks like PUBACK
        ("16 0301 0200 0100", 0, "fixed_header_flags"), // a TLS ClientHello looks like CONNECT
    ] {
        let mut deframer = Deframer::new();
        deframer.push(&bytes(hex));
        let error = deframer.next_frame().expect_err(hex);
        assert_eq!((error.at, error.kind.key()), (at, key), "{hex}");
        // It stays so: the stream has no packet boundaries any more.
        deframer.push(&bytes("C0 00"));
        assert_eq!(deframer.next_frame(), Err(error), "{hex}");
    }
}

#[test]
fn packets_before_a_broken_one_come_out_first() {
    let mut deframer = Deframer::new();
    deframer.push(&bytes("C0 00 D0 00 F1 00"));
    assert_eq!(deframer.next_frame(), Ok(Some(bytes("C0 00"))));
    assert_eq!(deframer.next_frame(), Ok(Some(bytes("D0 00"))));
    let error = deframer.next_frame().expect_err("AUTH has no flags");
    assert_eq!(error.kind, ErrorKind::FixedHeaderFlags(PacketType::Auth));
    assert_eq!(deframer.take_pending(), bytes("F1 00"));
}

#[test]
fn a_packet_above_the_maximum_is_refused_before_its_bytes_come() {
    let mut deframer = Deframer::new();
    for (maximum, hex, refused) in [
        (None, "30 FFFFFF7F", false),
        (Some(6), "30 04", false), // the Fixed Header counts (§2.1.4)
        (Some(5), "30 04", true),
        (Some(5), "C0 00 30 04", true),
        (Some(1), "C0 00", true),
        (Some(u32::MAX), "30 FFFFFF7F", false),
        (Some(268_435_459), "30 FFFFFF7F", true),
        (Some(268_435_460), "30 FFFFFF7F", false),
    ] {
        deframer.take_pending();
        deframer.set_maximum_packet_size(maximum);
        deframer.push(&bytes(hex));
        let mut outcome = deframer.next_frame();
        while let Ok(Some(_)) = outcome {
            outcome = deframer.next_frame();
        }
        match (refused, outcome) {
            (false, Ok(None)) => {}
            (true, Err(error)) => {
                assert_eq!(error.kind.key(), "packet_too_large", "{hex}");
                assert_eq!(error.kind.reason_code(), ReasonCode::PacketTooLarge, "{hex}");
            }
            (_, outcome) => panic!("{hex} with {maximum:?}: {outcome:?}"),
        }
    }
}

/// 256 MiB are announced; what is held is what has arrived.
#[test]
fn an_announced_length_holds_no_memory() {
    let mut deframers: Vec<Deframer> = (0..10_000).map(|_| Deframer::new()).collect();
    for deframer in &mut deframers {
        deframer.push(&bytes("30 FFFFFF7F 0001 'a'"));
        assert_eq!(deframer.next_frame(), Ok(None));
        assert_eq!(deframer.pending().len(), 8);
    }
    // 10 000 × 256 MiB do not exist, so reaching this line tells that none were asked for.
    assert_eq!(deframers.iter().map(|deframer| deframer.pending().len()).sum::<usize>(), 80_000);
}

#[test]
fn the_largest_packet_is_cut_out_whole() {
    let length = 5 + MAX_REMAINING_LENGTH;
    let mut deframer = Deframer::new();
    deframer.push(&bytes("30 FFFFFF7F 0001 'a' 00"));
    let part = vec![b'x'; 1 << 20];
    let mut missing = length - 9;
    while missing > 0 {
        assert_eq!(deframer.next_frame(), Ok(None));
        let size = missing.min(part.len());
        deframer.push(&part[..size]);
        missing -= size;
    }
    let frame = deframer.next_frame().expect("a good stream").expect("a whole packet");
    assert_eq!(frame.len(), length);
    let packet = mqtt5_playground::mqtt::decode(&frame, None).expect("a good packet");
    let mqtt5_playground::mqtt::Packet::Publish(publish) = packet else { panic!("a PUBLISH") };
    assert_eq!(publish.payload.len(), MAX_REMAINING_LENGTH - 4);
}
