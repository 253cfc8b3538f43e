//! A link over the browser's WebSocket: binary messages under a subprotocol (§6).

use bytes::Bytes;
use js_sys::{ArrayBuffer, JsString, Uint8Array};
use wasm_bindgen::JsCast;
use wasm_bindgen::closure::Closure;
use wasm_bindgen::prelude::*;
use web_sys::{BinaryType, CloseEvent, MessageEvent, WebSocket};

use std::collections::HashMap;

use super::{BrokerAddress, LinkCommand, LinkEvent, Target};
use crate::mqtt::ConnectionId;

/// The WebSockets of all connections to brokers outside the tab.
#[derive(Default)]
pub struct WebSocketLinks(HashMap<ConnectionId, WebSocketLink>);

impl WebSocketLinks {
    /// Carries out a command; what happens to a link is told. Whoever commands carries the broker in the tab itself.
    ///
    /// # Errors
    ///
    /// The connection and the words of the browser, where it refuses to open it at once: for instance `ws://` from a page
    /// that came over https.
    pub fn carry_out(
        &mut self,
        command: LinkCommand,
        tell: impl Fn(ConnectionId, LinkEvent) + Clone + 'static,
    ) -> Result<(), (ConnectionId, String)> {
        match command {
            LinkCommand::Open { connection, target: Target::At(address), subprotocol } => {
                let on_event = move |event| tell(connection, event);
                let link = WebSocketLink::open(&address, &subprotocol, on_event);
                self.0.insert(connection, link.map_err(|reason| (connection, reason))?);
            }
            LinkCommand::Open { target: Target::InTab, .. } => {}
            LinkCommand::Send { connection, bytes } => {
                if let Some(link) = self.0.get(&connection) {
                    link.send(&bytes);
                }
            }
            LinkCommand::Close { connection } => {
                if let Some(link) = self.0.get(&connection) {
                    link.close();
                }
            }
        }
        Ok(())
    }

    /// Lets go of one that is closed.
    pub fn remove(&mut self, connection: ConnectionId) {
        self.0.remove(&connection);
    }

    /// Closes and silences all of them.
    pub fn clear(&mut self) {
        self.0.clear();
    }
}

/// An open or opening WebSocket. Dropping it closes it and silences it.
pub struct WebSocketLink {
    socket: WebSocket,
    _on_open: Closure<dyn FnMut()>,
    _on_message: Closure<dyn FnMut(MessageEvent)>,
    _on_close: Closure<dyn FnMut(CloseEvent)>,
}

impl WebSocketLink {
    /// Begins to open. Everything that happens is passed to `on_event`, and [`LinkEvent::Closed`] is the
    /// last of it.
    ///
    /// # Errors
    ///
    /// The words of the browser, where it refuses the address at once.
    pub fn open(
        address: &BrokerAddress,
        subprotocol: &str,
        on_event: impl Fn(LinkEvent) + Clone + 'static,
    ) -> Result<WebSocketLink, String> {
        let url = address.to_string();
        let socket = match subprotocol {
            "" => WebSocket::new(&url),
            _ => WebSocket::new_with_str(&url, subprotocol),
        };
        let socket = socket.map_err(|error| describe(&error))?;
        socket.set_binary_type(BinaryType::Arraybuffer);

        let tell = on_event.clone();
        let on_open = Closure::<dyn FnMut()>::new(move || tell(LinkEvent::Opened));
        socket.set_onopen(Some(on_open.as_ref().unchecked_ref()));

        let tell = on_event.clone();
        let on_message = Closure::<dyn FnMut(MessageEvent)>::new(move |event: MessageEvent| {
            let data = event.data();
            tell(match data.dyn_ref::<ArrayBuffer>() {
                Some(buffer) => LinkEvent::Bytes(Bytes::from(Uint8Array::new(buffer).to_vec())),
                None => {
                    let length = data.dyn_ref::<JsString>().map_or(0, JsString::length);
                    LinkEvent::Text { length: length as usize }
                }
            });
        });
        socket.set_onmessage(Some(on_message.as_ref().unchecked_ref()));

        // There is no handler for the error event: the close event that follows says more.
        let on_close = Closure::<dyn FnMut(CloseEvent)>::new(move |event: CloseEvent| {
            on_event(LinkEvent::Closed { code: Some(event.code()), reason: event.reason() });
        });
        socket.set_onclose(Some(on_close.as_ref().unchecked_ref()));

        Ok(WebSocketLink {
            socket,
            _on_open: on_open,
            _on_message: on_message,
            _on_close: on_close,
        })
    }

    /// Sends the bytes as one binary message. On a link that is closing they are lost, as on any closing
    /// connection; the close event follows.
    pub fn send(&self, bytes: &[u8]) {
        let _ = self.socket.send_with_u8_array(bytes);
    }

    /// Begins to close; the close event follows.
    pub fn close(&self) {
        let _ = self.socket.close();
    }
}

impl Drop for WebSocketLink {
    fn drop(&mut self) {
        self.socket.set_onopen(None);
        self.socket.set_onmessage(None);
        self.socket.set_onclose(None);
        let _ = self.socket.close();
    }
}

fn describe(error: &JsValue) -> String {
    error
        .dyn_ref::<js_sys::Error>()
        .map(|error| String::from(error.message()))
        .unwrap_or_else(|| format!("{error:?}"))
}
