//! WebDriver BiDi, as far as it is needed: Firefox tells its console and takes a size of its page in no other way.

use std::net::TcpStream;

use serde_json::{Value, json};
use tungstenite::stream::MaybeTlsStream;
use tungstenite::{Message, WebSocket};

/// A second connection to the browser of a session, beside the one of its driver.
pub struct BiDi {
    socket: WebSocket<MaybeTlsStream<TcpStream>>,
    commands: u64,
    /// What the browser has told without being asked.
    events: Vec<Value>,
}

impl BiDi {
    /// At the address that a session names if its capabilities ask for one.
    pub fn connect(address: &str) -> BiDi {
        let (socket, _) = tungstenite::connect(address).expect("the browser listens there");
        BiDi { socket, commands: 0, events: Vec::new() }
    }

    /// Has it tell events of this kind from now on.
    pub fn subscribe(&mut self, event: &str) {
        self.send("session.subscribe", json!({ "events": [event] }));
    }

    /// What it has told since it was last asked.
    pub fn events(&mut self) -> Vec<Value> {
        // What was told before the answer has been read with it.
        self.send("session.status", json!({}));
        std::mem::take(&mut self.events)
    }

    /// Sends a command and waits for its answer.
    pub fn send(&mut self, method: &str, params: Value) -> Value {
        self.commands += 1;
        let command = json!({ "id": self.commands, "method": method, "params": params });
        self.socket.send(Message::text(command.to_string())).expect("the browser is there");
        loop {
            let message = self.socket.read().expect("the browser answers");
            let Message::Text(text) = message else { continue };
            let message: Value = serde_json::from_str(&text).expect("BiDi is JSON");
            if message["type"] == "event" {
                self.events.push(message["params"].clone());
            } else if message["id"] == self.commands {
                assert_eq!(message["type"], "success", "{method}: {message}");
                return message["result"].clone();
            }
        }
    }

    /// The tab that the session began with.
    pub fn tab(&mut self) -> Value {
        self.send("browsingContext.getTree", json!({}))["contexts"][0]["context"].clone()
    }
}
