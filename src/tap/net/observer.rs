//! Serves those who observe: what the ring has, and then what comes.

use std::sync::Arc;

use bytes::BytesMut;
use futures_util::{SinkExt, StreamExt};
use tokio::net::{TcpListener, TcpStream};
use tokio_tungstenite::accept_hdr_async;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::handshake::server::{ErrorResponse, Request, Response};
use tokio_tungstenite::tungstenite::http::{HeaderMap, StatusCode, header};

use super::{Kept, Shared, next_connection};
use crate::tap::address::is_loopback;
use crate::tap::protocol::{Command, Hello, Item, SEEN, UNSEEN};

/// Who may observe.
pub struct Admission {
    pub token: String,
    pub origins: Vec<String>,
}

/// Why somebody may not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Refusal {
    Token,
    Origin,
}

/// What an observer has read already: of which run, and up to which event.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Read {
    run: String,
    next: u64,
}

impl Admission {
    fn admit(&self, path: &str, headers: &HeaderMap) -> Result<(), Refusal> {
        // Browsers say from which page they come; other programs have nothing to say.
        let origin = headers.get(header::ORIGIN);
        if !origin.is_none_or(|origin| origin.to_str().is_ok_and(|origin| self.knows(origin))) {
            return Err(Refusal::Origin);
        }
        match is_same(path.trim_start_matches('/'), &self.token) {
            true => Ok(()),
            false => Err(Refusal::Token),
        }
    }

    /// Pages of this machine, and those that were named.
    fn knows(&self, origin: &str) -> bool {
        let is_named = self.origins.iter().any(|known| known.trim_end_matches('/') == origin);
        let host =
            ["http://", "https://"].into_iter().find_map(|scheme| origin.strip_prefix(scheme));
        let is_here = host.is_some_and(|host| {
            let name = match host.rsplit_once(':') {
                Some((name, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => name,
                _ => host,
            };
            is_loopback(name)
        });
        is_named || is_here
    }
}

/// Takes the same time wherever they differ.
fn is_same(a: &str, b: &str) -> bool {
    a.len() == b.len() && a.bytes().zip(b.bytes()).fold(0, |all, (a, b)| all | (a ^ b)) == 0
}

impl Read {
    fn of_query(query: Option<&str>) -> Read {
        let mut read = Read::default();
        for (key, value) in
            query.unwrap_or_default().split('&').filter_map(|pair| pair.split_once('='))
        {
            match key {
                "run" => read.run = value.to_owned(),
                "next" => read.next = value.parse().unwrap_or_default(),
                _ => {}
            }
        }
        read
    }

    /// From where on it reads in this run.
    fn from(&self, hello: &Hello) -> u64 {
        if self.run == hello.run { self.next } else { 0 }
    }
}

pub async fn accept(
    listener: TcpListener,
    admission: Arc<Admission>,
    shared: Arc<Shared>,
    kept: Arc<Kept>,
) {
    loop {
        let (stream, _) = next_connection(&listener).await;
        tokio::spawn(observe(stream, admission.clone(), shared.clone(), kept.clone()));
    }
}

/// Serves one observer until it goes.
async fn observe(
    stream: TcpStream,
    admission: Arc<Admission>,
    shared: Arc<Shared>,
    kept: Arc<Kept>,
) -> Option<()> {
    let _ = stream.set_nodelay(true);
    let mut read = Read::default();
    // The size of the error is the WebSocket library's choice.
    #[allow(clippy::result_large_err)]
    let admit = |request: &Request, response: Response| -> Result<Response, ErrorResponse> {
        read = Read::of_query(request.uri().query());
        admission.admit(request.uri().path(), request.headers()).map_err(refuse)?;
        Ok(response)
    };
    let socket = accept_hdr_async(stream, admit).await.ok()?;
    let (mut sink, mut stream) = socket.split();
    let greeting = {
        let ring = kept.ring();
        let mut out = BytesMut::new();
        Item::Hello(Hello { next: ring.next(), ..kept.hello.clone() }).write(&mut out);
        for about in ring.abouts() {
            Item::About(about.clone()).write(&mut out);
        }
        out.freeze()
    };
    sink.send(Message::Binary(greeting)).await.ok()?;
    let (mut next, mut unseen, mut told) = (read.from(&kept.hello), 1, None);
    loop {
        // From here on none is missed.
        let news = shared.news.notified();
        let faults = shared.desk().map(|desk| desk.state());
        if faults != told
            && let Some(faults) = faults
        {
            sink.send(Message::Binary(Item::Faults(faults.clone()).to_bytes())).await.ok()?;
            unseen += 1;
            told = Some(faults);
        }
        let message = if unseen < UNSEEN { kept.ring().message(next, MESSAGE) } else { None };
        if let Some((message, behind)) = message {
            sink.send(Message::Binary(message)).await.ok()?;
            (next, unseen) = (behind, unseen + 1);
            // What others have to do comes in between.
            tokio::task::yield_now().await;
            continue;
        }
        tokio::select! {
            () = news => {}
            said = stream.next() => match said?.ok()? {
                Message::Close(_) => return None,
                message @ (Message::Text(_) | Message::Binary(_)) => {
                    let said = message.into_data();
                    if said == SEEN.as_bytes() {
                        unseen = unseen.saturating_sub(1);
                        continue;
                    }
                    let command = serde_json::from_slice::<Command>(&said).ok();
                    let done = command.and_then(|command| Some(shared.desk()?.command(command)));
                    if done.is_some_and(|done| done.is_ok()) {
                        shared.commanded.notify_waiters();
                        shared.news.notify_waiters();
                    }
                }
                _ => {}
            }
        }
    }
}

fn refuse(refusal: Refusal) -> ErrorResponse {
    let why = match refusal {
        Refusal::Token => "the address has another token than this tap",
        Refusal::Origin => "this tap does not know the page; start it with --origin",
    };
    let mut response = ErrorResponse::new(Some(why.to_owned()));
    *response.status_mut() = StatusCode::FORBIDDEN;
    response
}

/// Bytes of a message.
const MESSAGE: usize = 256 << 10;

#[cfg(test)]
mod tests {
    use tokio_tungstenite::tungstenite::http::HeaderValue;

    use super::*;

    #[test]
    fn who_observes_has_the_token_and_comes_from_a_known_page() {
        let origins = vec!["https://page.example/".to_owned()];
        let admission = Admission { token: "0a1b".to_owned(), origins };
        for (path, origin, expect) in [
            ("/0a1b", None, Ok(())),
            ("/0a1b", Some("http://127.0.0.1:8080"), Ok(())),
            ("/0a1b", Some("http://localhost"), Ok(())),
            ("/0a1b", Some("https://page.example"), Ok(())),
            ("/0a1b", Some("https://page.example.evil.example"), Err(Refusal::Origin)),
            ("/0a1b", Some("http://127.0.0.1.evil.example:80"), Err(Refusal::Origin)),
            ("/0a1b", Some("http://evil.example"), Err(Refusal::Origin)),
            ("/0a1b", Some("null"), Err(Refusal::Origin)),
            ("/0a1", None, Err(Refusal::Token)),
            ("/0a1c", Some("http://localhost"), Err(Refusal::Token)),
            ("/", None, Err(Refusal::Token)),
        ] {
            let mut headers = HeaderMap::new();
            if let Some(origin) = origin {
                headers.insert(header::ORIGIN, HeaderValue::from_static(origin));
            }
            assert_eq!(admission.admit(path, &headers), expect, "{path} {origin:?}");
        }
    }

    #[test]
    fn reading_goes_on_in_the_same_run_only() {
        let read = Read::of_query(Some("run=a&next=7"));
        let hello = |run: &str| Hello {
            format: 1,
            run: run.to_owned(),
            began: 0,
            to: String::new(),
            secrets: false,
            faults: false,
            next: 9,
        };
        assert_eq!((read.from(&hello("a")), read.from(&hello("b"))), (7, 0));
        assert_eq!(Read::of_query(None), Read::default());
    }
}
