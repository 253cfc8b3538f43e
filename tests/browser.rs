//! What only a browser can show, in Chromium: `cargo xtask test --browser`.
#![cfg(target_arch = "wasm32")]

use js_sys::{Promise, Uint8Array};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;
use wasm_bindgen_test::{wasm_bindgen_test, wasm_bindgen_test_configure};
use web_sys::{BinaryType, MessageEvent, Response, WebSocket};

wasm_bindgen_test_configure!(run_in_browser);

/// Where Mosquitto listens; the test command leaves it in a file that the tests' own server serves.
async fn mosquitto_url() -> String {
    let window = web_sys::window().expect("tests run in a page");
    let response = JsFuture::from(window.fetch_with_str("/target/xtask/mosquitto-url.txt")).await;
    let response: Response = response.expect("the tests' server answers").unchecked_into();
    assert!(response.ok(), "no Mosquitto was started: use `cargo xtask test --browser`");
    let text = JsFuture::from(response.text().expect("it is read once")).await;
    text.expect("the file is text").as_string().expect("text is a string")
}

/// The first thing the socket does, be it that it fails.
fn first_event(socket: &WebSocket) -> Promise {
    Promise::new(&mut |resolve, reject| {
        socket.set_onmessage(Some(&resolve));
        socket.set_onclose(Some(&reject));
    })
}

#[wasm_bindgen_test]
async fn mosquitto_answers_a_connect_with_a_connack() {
    // CONNECT: protocol name and version 5, Clean Start, Keep Alive 60, no properties, Client Identifier `t`.
    const CONNECT: [u8; 16] = [
        0x10, 0x0e, 0x00, 0x04, b'M', b'Q', b'T', b'T', 0x05, 0x02, 0x00, 0x3c, 0x00, 0x00, 0x01,
        b't',
    ];
    let socket =
        WebSocket::new_with_str(&mosquitto_url().await, "mqtt").expect("the address is valid");
    socket.set_binary_type(BinaryType::Arraybuffer);
    let opened = Promise::new(&mut |resolve, reject| {
        socket.set_onopen(Some(&resolve));
        socket.set_onerror(Some(&reject));
    });
    JsFuture::from(opened).await.expect("Mosquitto takes the connection");
    assert_eq!(socket.protocol(), "mqtt");

    let answer = first_event(&socket);
    socket.send_with_u8_array(&CONNECT).expect("the socket is open");
    let message: MessageEvent =
        JsFuture::from(answer).await.expect("Mosquitto answers").unchecked_into();
    let bytes = Uint8Array::new(&message.data()).to_vec();
    assert_eq!((bytes[0], bytes[3]), (0x20, 0x00), "CONNACK with Success in {bytes:02x?}");
    socket.close().expect("no code is no wrong code");
}
