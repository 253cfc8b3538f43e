//! The server's side of a WebSocket that a page opens.

use std::net::{Ipv4Addr, TcpListener, TcpStream};

use tungstenite::handshake::server::{ErrorResponse, Request, Response};
use tungstenite::http::HeaderValue;
use tungstenite::{WebSocket, accept_hdr};

/// On a free port, with its address.
pub fn listen() -> (TcpListener, String) {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("there is a free port");
    let address = listener.local_addr().expect("it is bound");
    (listener, format!("ws://{address}"))
}

/// The next one, with the subprotocol of MQTT.
pub fn accept(listener: &TcpListener) -> WebSocket<TcpStream> {
    let (stream, _) = listener.accept().expect("the page connects");
    stream.set_nodelay(true).expect("it is a socket");
    #[expect(clippy::result_large_err, reason = "tungstenite asks for this type")]
    let choose = |_: &Request, mut response: Response| -> Result<Response, ErrorResponse> {
        let mqtt = HeaderValue::from_static("mqtt");
        response.headers_mut().insert("Sec-WebSocket-Protocol", mqtt);
        Ok(response)
    };
    accept_hdr(stream, choose).expect("a browser opens WebSockets well")
}
