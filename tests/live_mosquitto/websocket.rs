//! The native twin of the page's WebSocket link.

use std::net::TcpStream;
use std::thread;

use bytes::Bytes;
use mqtt5_playground::link::{BrokerAddress, LinkEvent};
use tungstenite::client::IntoClientRequest;
use tungstenite::http::HeaderValue;
use tungstenite::protocol::Role;
use tungstenite::{Message, WebSocket};

/// Reads in a thread of its own and writes in that of its owner, each with its half of the socket.
pub struct NativeLink {
    writer: WebSocket<TcpStream>,
}

impl NativeLink {
    /// Opens a WebSocket with the subprotocol `mqtt`; everything that happens is told to `on_event`.
    pub fn open(
        address: &BrokerAddress,
        on_event: impl Fn(LinkEvent) + Send + 'static,
    ) -> NativeLink {
        let mut request = address.to_string().into_client_request().expect("the address is valid");
        request.headers_mut().insert("Sec-WebSocket-Protocol", HeaderValue::from_static("mqtt"));
        let stream = TcpStream::connect((address.host(), address.port()))
            .expect("Mosquitto takes the connection");
        let (mut reader, response) =
            tungstenite::client(request, stream).expect("Mosquitto speaks WebSocket");
        assert_eq!(response.headers()["Sec-WebSocket-Protocol"], "mqtt");
        let half = reader.get_ref().try_clone().expect("a socket can be shared");
        on_event(LinkEvent::Opened);
        thread::spawn(move || {
            loop {
                on_event(match reader.read() {
                    Ok(Message::Binary(bytes)) => LinkEvent::Bytes(bytes),
                    Ok(Message::Text(text)) => LinkEvent::Text { length: text.len() },
                    Ok(Message::Close(frame)) => {
                        let code = frame.as_ref().map(|frame| frame.code.into());
                        let reason = frame.map(|frame| frame.reason.to_string());
                        return on_event(LinkEvent::Closed {
                            code,
                            reason: reason.unwrap_or_default(),
                        });
                    }
                    Ok(_) => continue,
                    Err(_) => {
                        let reason = String::new();
                        return on_event(LinkEvent::Closed { code: None, reason });
                    }
                });
            }
        });
        NativeLink { writer: WebSocket::from_raw_socket(half, Role::Client, None) }
    }

    /// On a link that is closing the bytes are lost, as in the page.
    pub fn send(&mut self, bytes: Bytes) {
        let _ = self.writer.send(Message::Binary(bytes));
    }

    pub fn close(&mut self) {
        let _ = self.writer.close(None);
        let _ = self.writer.flush();
    }
}
