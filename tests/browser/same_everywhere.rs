//! WebAssembly has 32 bits where the machines of developers have 64; a packet reads the same on both.

use mqtt5_playground::formats::json::{dissect_line, encode_line};
#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

/// A line for the dissector, and what it must say of the packet or of what is wrong with it, with the number of fields.
const PACKETS: &[(&str, &str, usize)] = &[
    (
        "client 10 1f 0004 4d515454 05 c2 003c 0b 11 ffffffff 21 000a 22 000a 0001 61 0001 75 0001 70",
        r#"{"type":"connect","protocol_name":"MQTT","protocol_version":5,"clean_start":true,"keep_alive":60,"properties":{"session_expiry_interval":4294967295,"receive_maximum":10,"topic_alias_maximum":10},"client_id":"a","username":"u","password_hex":"70"}"#,
        20,
    ),
    (
        "client 32 17 0003 612f62 000a 0c 02 0000012c 26 0001 6b 0001 76 e6b8a9",
        r#"{"type":"publish","dup":false,"qos":1,"retain":false,"topic":"a/b","packet_id":10,"properties":{"message_expiry_interval":300,"user_property":[["k","v"]]},"payload_hex":"e6b8a9"}"#,
        14,
    ),
    (
        "server 90 04 0001 00 01",
        r#"{"type":"suback","packet_id":1,"properties":{},"reason_codes":[1]}"#,
        5,
    ),
    // Every property of CONNECT, and a Will with its own: two blocks.
    (
        "client 10a10100044d515454052e003c3f110000000715000d534352414d2d5348412d32353616000200ff17001901210014220005260006726567696f6e00056f73616b612600016b000027000100000007726f626f742d374218000000050101020000000903000a746578742f706c61696e080003612f7209000201022600037768790016706f77657220697320676f6e6520666f7220676f6f640006612f676f6e65000100",
        r#"{"type":"connect","protocol_name":"MQTT","protocol_version":5,"clean_start":true,"keep_alive":60,"properties":{"session_expiry_interval":7,"authentication_method":"SCRAM-SHA-256","authentication_data_hex":"00ff","request_problem_information":0,"request_response_information":1,"receive_maximum":20,"topic_alias_maximum":5,"user_property":[["region","osaka"],["k",""]],"maximum_packet_size":65536},"client_id":"robot-7","will":{"qos":1,"retain":true,"properties":{"will_delay_interval":5,"payload_format_indicator":1,"message_expiry_interval":9,"content_type":"text/plain","response_topic":"a/r","correlation_data_hex":"0102","user_property":[["why","power is gone for good"]]},"topic":"a/gone","payload_hex":"00"}}"#,
        63,
    ),
    // The second block alone.
    (
        "client 101800044d515454050400000000000518000000010001770000",
        r#"{"type":"connect","protocol_name":"MQTT","protocol_version":5,"clean_start":false,"keep_alive":0,"properties":{},"client_id":"","will":{"qos":0,"retain":false,"properties":{"will_delay_interval":1},"topic":"w","payload_hex":""}}"#,
        17,
    ),
    // A block whose length takes two bytes, with an integer that does.
    (
        "server 30980100017492010bac022600116e616d65206f66207369787465656e20620046303132333435363738393031323334353637383930313233343536373839303132333435363738393031323334353637383930313233343536373839303132333435363738392600067365636f6e6400283031323334353637383930313233343536373839303132333435363738393031323334353637383931",
        r#"{"type":"publish","dup":false,"qos":0,"retain":false,"topic":"t","properties":{"subscription_identifier":[300],"user_property":[["name of sixteen b","0123456789012345678901234567890123456789012345678901234567890123456789"],["second","0123456789012345678901234567890123456789"]]},"payload_hex":"31"}"#,
        18,
    ),
    // The largest Remaining Length there is, with nothing behind it.
    ("client 30 ff ff ff 7f", "incomplete", 2),
    // One that needs five bytes.
    ("client 30 ff ff ff ff 7f", "variable_byte_integer_too_long", 3),
    ("client 82 07 0001 00 0001 74 40", "subscription_options_reserved", 7),
];

#[test]
fn packets_read_the_same() {
    for &(line, expect, fields) in PACKETS {
        let answer = dissect_line(line);
        let said = match answer["ok"].as_bool() {
            Some(true) => answer["packet"].to_string(),
            _ => answer["error"]["kind"].as_str().unwrap_or_default().to_owned(),
        };
        assert_eq!(said, expect, "{line}");
        assert_eq!(answer["fields"].as_array().map_or(0, Vec::len), fields, "{line}");
    }
}

#[test]
fn packets_are_written_the_same() {
    let packets = PACKETS.iter().filter(|(_, expect, _)| expect.starts_with('{'));
    for (line, packet, _) in packets {
        let bytes: String = line.split_whitespace().skip(1).collect();
        assert_eq!(encode_line(packet).as_deref(), Ok(&*bytes), "{packet}");
    }
}
