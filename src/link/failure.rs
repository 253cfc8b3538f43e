//! Why a connection may have failed before CONNACK. A browser tells a page almost nothing, but that and the
//! address leave few likely causes.

use super::address::{BrokerAddress, Scheme};

/// The likely cause; the glossary explains each, and what to try.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Failure {
    /// The text is not a `ws://` or `wss://` address.
    BadAddress,
    /// The port is that of MQTT over TCP, without WebSocket.
    Port1883,
    /// `ws://` from a page that was loaded over `https`.
    MixedContent,
    /// Nothing listens there, or no WebSocket server does.
    Refused,
    /// Something answers there, but not with the WebSocket subprotocol `mqtt` at that path.
    WrongPathOrSubprotocol,
    /// The WebSocket opened, CONNECT was sent, and the Server closed without CONNACK.
    ClosedWithoutAnswer,
    /// The WebSocket opened and closed before CONNECT could be sent.
    ClosedBeforeConnect,
    /// There was no answer in time.
    Timeout,
    /// The Server sent a text message [MQTT-6.0.0-1].
    TextMessage,
}

/// What is known of an attempt that did not reach CONNACK.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attempt<'a> {
    /// Where it went.
    pub address: &'a BrokerAddress,
    /// Whether the page itself was loaded over TLS.
    pub page_is_secure: bool,
    /// Whether the WebSocket had been open.
    pub was_open: bool,
    /// Whether CONNECT was sent.
    pub connect_sent: bool,
    /// Whether the wait for CONNACK timed out.
    pub timed_out: bool,
    /// Whether a text message arrived.
    pub text_message: bool,
    /// Whether anything answers HTTP at host and port; `None` where that is not known.
    pub answers_http: Option<bool>,
}

impl Attempt<'_> {
    /// The most probable cause.
    pub fn likely_cause(&self) -> Failure {
        match self {
            Attempt { text_message: true, .. } => Failure::TextMessage,
            Attempt { timed_out: true, .. } => Failure::Timeout,
            Attempt { was_open: true, connect_sent: true, .. } => Failure::ClosedWithoutAnswer,
            Attempt { was_open: true, .. } => Failure::ClosedBeforeConnect,
            _ if self.is_mixed_content() => Failure::MixedContent,
            _ if matches!(self.address.port(), 1883 | 8883) => Failure::Port1883,
            Attempt { answers_http: Some(true), .. } => Failure::WrongPathOrSubprotocol,
            _ => Failure::Refused,
        }
    }

    fn is_mixed_content(&self) -> bool {
        self.page_is_secure && self.address.scheme() == Scheme::Ws && !self.address.is_loopback()
    }
}

impl Failure {
    /// Every cause, for pages and tests that list them.
    pub const ALL: [Failure; 9] = [
        Failure::BadAddress,
        Failure::Port1883,
        Failure::MixedContent,
        Failure::Refused,
        Failure::WrongPathOrSubprotocol,
        Failure::ClosedWithoutAnswer,
        Failure::ClosedBeforeConnect,
        Failure::Timeout,
        Failure::TextMessage,
    ];

    /// The glossary's key.
    pub fn key(self) -> &'static str {
        match self {
            Failure::BadAddress => "bad_address",
            Failure::Port1883 => "port_1883",
            Failure::MixedContent => "mixed_content",
            Failure::Refused => "refused",
            Failure::WrongPathOrSubprotocol => "wrong_path_or_subprotocol",
            Failure::ClosedWithoutAnswer => "closed_without_answer",
            Failure::ClosedBeforeConnect => "closed_before_connack",
            Failure::Timeout => "timeout",
            Failure::TextMessage => "text_message",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_likely_cause_follows_from_what_is_known() {
        let local = BrokerAddress::parse("ws://localhost:9001").expect("well-formed");
        let remote = BrokerAddress::parse("ws://broker.example:9001").expect("well-formed");
        let secure = BrokerAddress::parse("wss://broker.example").expect("well-formed");
        let tcp = BrokerAddress::parse("ws://localhost:1883").expect("well-formed");
        let attempt = |address| Attempt {
            address,
            page_is_secure: false,
            was_open: false,
            connect_sent: false,
            timed_out: false,
            text_message: false,
            answers_http: None,
        };
        for (attempt, expect) in [
            (attempt(&local), Failure::Refused),
            (attempt(&tcp), Failure::Port1883),
            (Attempt { page_is_secure: true, ..attempt(&remote) }, Failure::MixedContent),
            // Browsers let an https page connect to its own machine.
            (Attempt { page_is_secure: true, ..attempt(&local) }, Failure::Refused),
            (Attempt { page_is_secure: true, ..attempt(&secure) }, Failure::Refused),
            (
                Attempt { answers_http: Some(true), ..attempt(&local) },
                Failure::WrongPathOrSubprotocol,
            ),
            (Attempt { answers_http: Some(false), ..attempt(&local) }, Failure::Refused),
            (Attempt { was_open: true, ..attempt(&local) }, Failure::ClosedBeforeConnect),
            (
                Attempt { was_open: true, connect_sent: true, ..attempt(&tcp) },
                Failure::ClosedWithoutAnswer,
            ),
            (Attempt { was_open: true, timed_out: true, ..attempt(&local) }, Failure::Timeout),
            (Attempt { timed_out: true, ..attempt(&local) }, Failure::Timeout),
            (
                Attempt { was_open: true, text_message: true, ..attempt(&local) },
                Failure::TextMessage,
            ),
        ] {
            assert_eq!(attempt.likely_cause(), expect, "{attempt:?}");
        }
    }
}
