//! Our bytes meet a foreign broker: `cargo xtask test --live` starts a Mosquitto and says where it listens.
#![cfg(not(target_arch = "wasm32"))]

use std::env;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use tungstenite::Message;
use tungstenite::client::IntoClientRequest;
use tungstenite::http::HeaderValue;

/// CONNECT: protocol name and version 5, Clean Start, Keep Alive 60, no properties, Client Identifier `t`.
const CONNECT: [u8; 16] = [
    0x10, 0x0e, 0x00, 0x04, b'M', b'Q', b'T', b'T', 0x05, 0x02, 0x00, 0x3c, 0x00, 0x00, 0x01, b't',
];

fn address(variable: &str) -> String {
    env::var(variable)
        .unwrap_or_else(|_| panic!("{variable} is not set: use `cargo xtask test --live`"))
}

fn tcp(address: &str) -> TcpStream {
    let (_, host_and_port) = address.split_once("://").expect("an address has a scheme");
    let stream = TcpStream::connect(host_and_port).expect("Mosquitto takes the connection");
    stream.set_read_timeout(Some(Duration::from_secs(10))).expect("ten seconds are not zero");
    stream
}

#[test]
#[ignore = "needs a Mosquitto: `cargo xtask test --live`"]
fn connect_is_accepted_over_tcp() {
    let mut stream = tcp(&address("MQTT_TCP_URL"));
    stream.write_all(&CONNECT).expect("the connection is open");
    let mut head = [0; 4];
    stream.read_exact(&mut head).expect("Mosquitto answers");
    assert_eq!((head[0], head[3]), (0x20, 0x00), "CONNACK with Success in {head:02x?}");
}

#[test]
#[ignore = "needs a Mosquitto: `cargo xtask test --live`"]
fn connect_is_accepted_over_a_websocket() {
    let url = address("MQTT_WS_URL");
    let mut request = url.as_str().into_client_request().expect("the address is valid");
    request.headers_mut().insert("Sec-WebSocket-Protocol", HeaderValue::from_static("mqtt"));
    let (mut socket, response) =
        tungstenite::client(request, tcp(&url)).expect("Mosquitto speaks WebSocket");
    assert_eq!(response.headers()["Sec-WebSocket-Protocol"], "mqtt");
    socket.send(Message::binary(CONNECT.to_vec())).expect("the connection is open");
    let answer = socket.read().expect("Mosquitto answers").into_data();
    assert_eq!((answer[0], answer[3]), (0x20, 0x00), "CONNACK with Success in {answer:02x?}");
}
