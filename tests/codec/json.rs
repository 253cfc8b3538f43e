//! The JSON form of packets and dissections, and the line protocol of `examples/dissect.rs`.

use std::io::Write;
use std::process::{Command, Stdio};

use mqtt5_playground::formats::json::{
    dissect_line, encode_line, packet_from_json, packet_to_json,
};
use mqtt5_playground::mqtt::decode;
use serde_json::{Value, json};

use crate::support::{bytes, read_canonical};

/// Bytes and the packet they are in JSON, both ways.
#[test]
fn packets_have_the_promised_shapes() {
    for (hex, expect) in [
        (
            "32 1C 0003 'a/b' 000A 12 02 0000012C 09 0002 00FF 0B 01 26 0001 'k' 0000 'hi'",
            json!({
                "type": "publish", "dup": false, "qos": 1, "retain": false, "topic": "a/b", "packet_id": 10,
                "properties": {
                    "message_expiry_interval": 300,
                    "correlation_data_hex": "00ff",
                    "subscription_identifier": [1],
                    "user_property": [["k", ""]],
                },
                "payload_hex": "6869",
            }),
        ),
        (
            "30 04 0001 't' 00",
            json!({
                "type": "publish", "dup": false, "qos": 0, "retain": false, "topic": "t", "properties": {},
                "payload_hex": "",
            }),
        ),
        (
            "10 20 0004 'MQTT' 05 CE 003C 03 21 0014 0001 'c' 02 01 01 0001 't' 0000 0001 'u' 0002 FF00",
            json!({
                "type": "connect", "protocol_name": "MQTT", "protocol_version": 5, "clean_start": true,
                "keep_alive": 60, "properties": { "receive_maximum": 20 }, "client_id": "c",
                "will": {
                    "qos": 1, "retain": false, "properties": { "payload_format_indicator": 1 },
                    "topic": "t", "payload_hex": "",
                },
                "username": "u", "password_hex": "ff00",
            }),
        ),
        (
            "20 05 00 00 02 24 01",
            json!({
                "type": "connack", "session_present": false, "reason_code": 0,
                "properties": { "maximum_qos": 1 },
            }),
        ),
        (
            "40 02 000A",
            json!({ "type": "puback", "packet_id": 10, "reason_code": 0, "properties": {} }),
        ),
        (
            "50 03 000A 10",
            json!({ "type": "pubrec", "packet_id": 10, "reason_code": 16, "properties": {} }),
        ),
        (
            "62 02 000A",
            json!({ "type": "pubrel", "packet_id": 10, "reason_code": 0, "properties": {} }),
        ),
        (
            "70 03 000A 92",
            json!({ "type": "pubcomp", "packet_id": 10, "reason_code": 146, "properties": {} }),
        ),
        (
            "82 09 000A 00 0003 'a/#' 2D",
            json!({
                "type": "subscribe", "packet_id": 10, "properties": {},
                "subscriptions": [{
                    "topic_filter": "a/#", "qos": 1, "no_local": true, "retain_as_published": true,
                    "retain_handling": 2,
                }],
            }),
        ),
        (
            "90 05 000A 00 00 87",
            json!({ "type": "suback", "packet_id": 10, "properties": {}, "reason_codes": [0, 135] }),
        ),
        (
            "A2 06 000A 00 0001 'a'",
            json!({ "type": "unsubscribe", "packet_id": 10, "properties": {}, "topic_filters": ["a"] }),
        ),
        (
            "B0 04 000A 00 11",
            json!({ "type": "unsuback", "packet_id": 10, "properties": {}, "reason_codes": [17] }),
        ),
        ("C0 00", json!({ "type": "pingreq" })),
        ("D0 00", json!({ "type": "pingresp" })),
        ("E0 00", json!({ "type": "disconnect", "reason_code": 0, "properties": {} })),
        (
            "F0 0A 18 08 15 0001 'm' 16 0001 00",
            json!({
                "type": "auth", "reason_code": 24,
                "properties": { "authentication_method": "m", "authentication_data_hex": "00" },
            }),
        ),
    ] {
        let frame = bytes(hex);
        let packet = read_canonical(&frame, None);
        assert_eq!(packet_to_json(&packet), expect, "{hex}");
        assert_eq!(packet_from_json(&expect).as_ref(), Ok(&packet), "{hex}");
        // Keys keep their order, `type` first.
        assert!(packet_to_json(&packet).to_string().starts_with(r#"{"type":"#), "{hex}");
    }
}

#[test]
fn what_may_be_left_out_is_false_zero_or_empty() {
    for (json, hex) in [
        (json!({ "type": "connect" }), "10 0D 0004 'MQTT' 05 00 0000 00 0000"),
        (
            json!({ "type": "connect", "will": null, "username": null }),
            "10 0D 0004 'MQTT' 05 00 0000 00 0000",
        ),
        (json!({ "type": "publish", "topic": "t" }), "30 04 0001 't' 00"),
        (json!({ "type": "pubrel", "packet_id": 1 }), "62 02 0001"),
        (
            json!({ "type": "subscribe", "packet_id": 1, "subscriptions": [{ "topic_filter": "a" }] }),
            "82 07 0001 00 0001 'a' 00",
        ),
        (json!({ "type": "disconnect" }), "E0 00"),
    ] {
        let packet = packet_from_json(&json).unwrap_or_else(|error| panic!("{json}: {error}"));
        assert_eq!(decode(&bytes(hex), None), Ok(packet), "{json}");
    }
}

#[test]
fn json_that_is_no_packet_is_told_where_and_what_was_expected() {
    for (json, path, expected) in [
        (json!([]), "", "a packet as an object"),
        (json!({}), "", "the key `type`"),
        (
            json!({ "type": "PUBLISH" }),
            "type",
            "the name of a packet in lower case, such as \"publish\"",
        ),
        (json!({ "type": 3 }), "type", "the name of a packet in lower case, such as \"publish\""),
        (json!({ "type": "pingreq", "x": 1 }), "x", "no such key here, but `type`"),
        (json!({ "type": "connect", "protocol_version": 4 }), "protocol_version", "5"),
        (json!({ "type": "connect", "protocol_name": "MQIsdp" }), "protocol_name", "\"MQTT\""),
        (
            json!({ "type": "connect", "keep_alive": 65536 }),
            "keep_alive",
            "an integer from 0 to 65535",
        ),
        (json!({ "type": "connect", "clean_start": 1 }), "clean_start", "true or false"),
        (json!({ "type": "connect", "client_id": 1 }), "client_id", "a string"),
        (json!({ "type": "connect", "will": {} }), "will", "the key `topic`"),
        (json!({ "type": "connect", "will": { "topic": "t", "qos": 3 } }), "will.qos", "0, 1 or 2"),
        (
            json!({ "type": "connect", "will": { "topic": "t", "properties": { "will_delay_interval": -1 } } }),
            "will.properties.will_delay_interval",
            "an integer from 0 to 4294967295",
        ),
        (json!({ "type": "publish" }), "", "the key `topic`"),
        (json!({ "type": "publish", "topic": "t", "qos": 1 }), "", "the key `packet_id`"),
        (
            json!({ "type": "publish", "topic": "t", "packet_id": 1 }),
            "packet_id",
            "no Packet Identifier with QoS 0 [MQTT-2.2.1-2]",
        ),
        (
            json!({ "type": "publish", "topic": "t", "payload_hex": "0" }),
            "payload_hex",
            "a string of hexadecimal digits, two a byte",
        ),
        (
            json!({ "type": "publish", "topic": "t", "payload_hex": "zz" }),
            "payload_hex",
            "a string of hexadecimal digits, two a byte",
        ),
        (
            json!({ "type": "publish", "topic": "t", "payload_hex": "é" }),
            "payload_hex",
            "a string of hexadecimal digits, two a byte",
        ),
        (
            json!({ "type": "publish", "topic": "t", "properties": [] }),
            "properties",
            "the properties as an object",
        ),
        (
            json!({ "type": "publish", "topic": "t", "properties": { "colour": 1 } }),
            "properties.colour",
            "a property's name in snake_case",
        ),
        (
            json!({ "type": "publish", "topic": "t", "properties": { "correlation_data": "00" } }),
            "properties.correlation_data",
            "a property's name in snake_case",
        ),
        (
            json!({ "type": "publish", "topic": "t", "properties": { "payload_format_indicator": 256 } }),
            "properties.payload_format_indicator",
            "an integer from 0 to 255",
        ),
        (
            json!({ "type": "publish", "topic": "t", "properties": { "subscription_identifier": 1 } }),
            "properties.subscription_identifier",
            "a list",
        ),
        (
            json!({ "type": "publish", "topic": "t", "properties": { "subscription_identifier": [268435456] } }),
            "properties.subscription_identifier[0]",
            "an integer from 0 to 268435455",
        ),
        (
            json!({ "type": "publish", "topic": "t", "properties": { "user_property": [["k", "v"], ["k"]] } }),
            "properties.user_property[1]",
            "a pair of strings, as in [\"name\", \"value\"]",
        ),
        (json!({ "type": "puback", "packet_id": 0 }), "packet_id", "an integer from 1 to 65535"),
        (
            json!({ "type": "puback", "packet_id": 1, "reason_code": 3 }),
            "reason_code",
            "a Reason Code of §2.4 as a number",
        ),
        (json!({ "type": "subscribe", "packet_id": 1 }), "", "the key `subscriptions`"),
        (
            json!({ "type": "subscribe", "packet_id": 1, "subscriptions": [1] }),
            "subscriptions[0]",
            "a subscription as an object",
        ),
        (
            json!({ "type": "subscribe", "packet_id": 1, "subscriptions": [{ "topic_filter": "a", "retain_handling": 3 }] }),
            "subscriptions[0].retain_handling",
            "0, 1 or 2",
        ),
        (
            json!({ "type": "suback", "packet_id": 1, "reason_codes": [0, "x"] }),
            "reason_codes[1]",
            "a Reason Code of §2.4 as a number",
        ),
        (
            json!({ "type": "unsubscribe", "packet_id": 1, "topic_filters": [null] }),
            "topic_filters[0]",
            "a string",
        ),
    ] {
        let error = packet_from_json(&json).expect_err(&json.to_string());
        assert_eq!((error.path.as_str(), error.expected.as_str()), (path, expected), "{json}");
    }
}

/// A repeat that breaks a rule is a list, so that nothing is hidden.
#[test]
fn forbidden_repeats_come_through_json() {
    let json = json!({ "type": "connack", "properties": { "receive_maximum": [1, 2] } });
    let packet = packet_from_json(&json).expect("each is a Receive Maximum");
    assert_eq!(packet_to_json(&packet)["properties"], json["properties"]);
    let error = encode_line(&json.to_string()).expect_err("it may stand only once");
    assert_eq!(error["error"]["kind"], "property_repeated");
}

#[test]
fn a_line_is_read_however_bytes_are_spaced() {
    let expect = dissect_line("300400017400");
    assert_eq!(expect["ok"], true);
    for line in [
        "30 04 00 01 74 00",
        "  3004 0001\t7400  ",
        "0x300400017400",
        "0x30 0X04 0x00 0x01 0x74 0x00",
        "30 0 4 000 174 00",
        "client 300400017400",
        "server\t30 04 0001 74 00",
        "300400017400\u{a0}",
    ] {
        assert_eq!(dissect_line(line), expect, "{line}");
    }
    assert_eq!(dissect_line("E00181"), dissect_line("e00181"));
}

#[test]
fn lines_that_hold_no_packet_are_answered_too() {
    for (line, at, kind) in [
        ("", 0, "incomplete"),
        ("   ", 0, "incomplete"),
        ("client", 0, "incomplete"),
        ("server ", 0, "incomplete"),
        ("30", 1, "incomplete"),
        ("c000c000", 2, "more_than_one_packet"),
        ("hello", 0, "not_hex"),
        ("30 0g", 4, "not_hex"),
        ("client 30 xx", 10, "not_hex"),
        ("日本", 0, "not_hex"),
        ("30日", 2, "not_hex"),
        ("clientc000", 1, "not_hex"), // `c` is a digit, `l` is not
        ("c00", 3, "not_hex"),
        ("0x", 0, "incomplete"),
        ("c0x00", 2, "not_hex"),
        ("Client c000", 1, "not_hex"),
    ] {
        let answer = dissect_line(line);
        assert_eq!(answer["ok"], false, "{line}");
        assert_eq!(answer["error"]["at"], at, "{line}");
        assert_eq!(answer["error"]["kind"], kind, "{line}");
        assert!(answer["error"]["message"].as_str().is_some_and(|text| !text.is_empty()), "{line}");
        assert!(answer["fields"].is_array(), "{line}");
    }
}

#[test]
fn the_sender_decides_what_may_be_said() {
    for (line, ok) in [
        ("client c000", true),
        ("server c000", false),
        ("c000", true),
        ("server e000", false),
        ("client e000", true),
        ("client 30 06 0001 61 02 0b01", false),
        ("server 30 06 0001 61 02 0b01", true),
    ] {
        assert_eq!(dissect_line(line)["ok"], ok, "{line}");
    }
}

#[test]
fn an_answer_lists_every_error_with_its_field_and_value() {
    let answer = dissect_line("client 32 0e 0003 612f62 0000 04 01 58 1f 00 6869");
    assert_eq!(answer["error"]["kind"], "packet_identifier_zero");
    let told = |error: &Value| {
        let of = |key: &str| error[key].clone();
        (of("kind"), of("at"), of("start"), of("end"), of("field"), of("value"))
    };
    let errors = answer["errors"].as_array().expect("a list");
    assert_eq!(
        errors.iter().map(told).collect::<Vec<_>>(),
        [
            (json!("packet_identifier_zero"), 7, 7, 9, json!("Packet Identifier"), json!(0)),
            (
                json!("property_not_zero_or_one"),
                11,
                11,
                12,
                json!("Payload Format Indicator"),
                json!(0x58)
            ),
            (json!("property_not_allowed"), 12, 12, 13, json!("Reason String"), Value::Null),
            (json!("truncated"), 14, 13, 14, json!("Reason String"), Value::Null),
        ]
        .map(|(kind, at, start, end, field, value)| {
            (kind, json!(at), json!(start), json!(end), field, value)
        })
    );
    let last = answer["fields"].as_array().and_then(|fields| fields.last());
    assert_eq!(last.map(|field| &field["value"]), Some(&json!("6869")), "the payload is read");
    for line in ["hello", "c000c000"] {
        let answer = dissect_line(line);
        assert_eq!(answer["errors"].as_array().map(Vec::len), Some(1), "{line}");
        assert_eq!(answer["errors"][0]["kind"], answer["error"]["kind"], "{line}");
    }
}

#[test]
fn an_answer_holds_error_and_fields_as_promised() {
    let answer = dissect_line("server 82 07 000a 00 0001 61 00");
    assert_eq!(
        answer["error"],
        json!({
            "at": 0, "kind": "packet_from_wrong_side", "statement": "§2.1.2", "reason_code": 130,
            "message": "SUBSCRIBE does not travel in this direction",
        })
    );
    let answer = dissect_line("20 03 01 00 00");
    assert_eq!(
        answer["fields"][2],
        json!({
            "name": "Connect Acknowledge Flags", "start": 2, "end": 3, "value": 1, "section": "3.2.2.1",
            "path": ["Variable Header"],
            "bits": [
                { "name": "Reserved", "high": 7, "low": 1, "value": 0, "section": "3.2.2.1" },
                { "name": "Session Present", "high": 0, "low": 0, "value": 1, "section": "3.2.2.1.1" },
            ],
        })
    );
    assert_eq!(
        answer["fields"][3],
        json!({
            "name": "Connect Reason Code", "start": 3, "end": 4, "value": 0, "meaning": "Success",
            "section": "3.2.2.2", "path": ["Variable Header"],
        })
    );
    let ends = answer["fields"].as_array().into_iter().flatten().map(|field| field["end"].clone());
    assert_eq!(ends.collect::<Vec<_>>(), [1, 2, 3, 4, 5]);
}

#[test]
fn encoding_a_line_gives_bytes_or_the_error_as_dissecting_does() {
    for (line, expect) in [
        (r#"{"type":"pingreq"}"#, Ok("c000")),
        (r#"client {"type":"pingreq"}"#, Ok("c000")),
        (r#"server {"type":"pingreq"}"#, Err((0, "packet_from_wrong_side"))),
        (r##"{"type":"publish","topic":"#"}"##, Err((4, "topic_name_wildcard"))),
        (r#"{"type":"publish","topic":"a\u0000"}"#, Err((5, "null_character"))),
        (r#"{"type":"publish","topic":"\ud800"}"#, Err((33, "not_json"))),
        (r#"{"type":"subscribe","packet_id":1,"subscriptions":[]}"#, Err((5, "subscribe_empty"))),
        (r#"{"type":"auth","reason_code":24}"#, Err((3, "authentication_method_missing"))),
        (r#"{"type":"publish"}"#, Err((0, "not_a_packet"))),
        ("", Err((0, "not_json"))),
        ("{", Err((0, "not_json"))),
        ("c000", Err((0, "not_json"))),
    ] {
        let found = encode_line(line);
        match (&found, expect) {
            (Ok(hex), Ok(expect)) => assert_eq!(hex, expect, "{line}"),
            (Err(error), Err((at, kind))) => {
                assert_eq!(error["ok"], false, "{line}");
                assert_eq!(error["error"]["kind"], kind, "{line}: {error}");
                if kind != "not_json" {
                    assert_eq!(error["error"]["at"], at, "{line}");
                }
            }
            _ => panic!("{line}: {found:?}"),
        }
    }
    let long = json!({ "type": "publish", "topic": "x".repeat(65536) }).to_string();
    let error = encode_line(&long).expect_err("the length has two bytes");
    assert_eq!(error["error"]["kind"], "too_long");
}

/// The program itself: one line out for each line in, also where a line is not even text.
#[test]
fn the_example_answers_line_by_line() {
    for (arguments, input, expect) in [
        (
            &[][..],
            &b"c000\n\nclient d000\r\n\xFF\xFE\nd000"[..],
            &[true, false, false, false, true][..],
        ),
        (&["--encode"], b"{\"type\":\"pingreq\"}\nx\n", &[true, false]),
    ] {
        let output = run_example(arguments, input);
        let lines: Vec<&str> = output.lines().collect();
        let ok = lines.iter().map(|line| match serde_json::from_str::<Value>(line) {
            Ok(answer) => answer["ok"] == true,
            Err(_) => *line == "c000",
        });
        assert_eq!(ok.collect::<Vec<_>>(), expect, "{output}");
    }
}

/// Builds the example, which `cargo test --test codec` alone would not, and runs it. Cargo puts it into
/// `examples` next to the `deps` that this test runs from.
fn run_example(arguments: &[&str], input: &[u8]) -> String {
    let profile: &[&str] = if cfg!(debug_assertions) { &[] } else { &["--release"] };
    let mut cargo = Command::new(env!("CARGO"));
    let built = cargo.args(["build", "--quiet", "--example", "dissect"]).args(profile).status();
    assert!(built.is_ok_and(|status| status.success()));
    let test = std::env::current_exe().expect("the test runs from a file");
    let target = test.ancestors().nth(2).expect("target, profile, deps");
    let path = target.join("examples").join(format!("dissect{}", std::env::consts::EXE_SUFFIX));
    let mut child = Command::new(&path)
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("the example starts");
    child.stdin.take().expect("it is piped").write_all(input).expect("the example reads");
    let output = child.wait_with_output().expect("the example ends");
    assert!(output.status.success());
    String::from_utf8(output.stdout).expect("answers are text")
}

#[test]
fn older_packets_have_the_shapes_of_their_version() {
    for (line, expect) in [
        (
            "3.1.1 client 10 0d 0004 4d515454 04 02 003c 0001 63",
            json!({
                "type": "connect", "protocol_name": "MQTT", "protocol_version": 4,
                "clean_session": true, "keep_alive": 60, "client_id": "c",
            }),
        ),
        (
            "3.1 10 0f 0006 4d5149736470 03 02 003c 0001 63",
            json!({
                "type": "connect", "protocol_name": "MQIsdp", "protocol_version": 3,
                "clean_session": true, "keep_alive": 60, "client_id": "c",
            }),
        ),
        (
            "3.1.1 server 20 02 00 05",
            json!({ "type": "connack", "session_present": false, "return_code": 5 }),
        ),
        (
            "3.1.1 82 06 000a 0001 61 01",
            json!({
                "type": "subscribe", "packet_id": 10,
                "subscriptions": [{ "topic_filter": "a", "qos": 1 }],
            }),
        ),
        (
            "3.1.1 90 04 000a 01 80",
            json!({ "type": "suback", "packet_id": 10, "return_codes": [1, 128] }),
        ),
        ("3.1.1 b0 02 000a", json!({ "type": "unsuback", "packet_id": 10 })),
        ("3.1.1 40 02 000a", json!({ "type": "puback", "packet_id": 10 })),
        ("3.1.1 e0 00", json!({ "type": "disconnect" })),
    ] {
        assert_eq!(dissect_line(line)["packet"], expect, "{line}");
    }
    let answer = dissect_line("3.1.1 20 02 00 06");
    assert_eq!(answer["error"]["kind"], "return_code_reserved");
    assert_eq!(answer["error"].get("reason_code"), None, "nothing is answered");
    assert_eq!(answer["fields"][3]["name"], "Connect Return code");
}
