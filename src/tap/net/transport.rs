//! Ways for bytes: TCP, TLS and WebSocket, as two halves each.

use std::fmt;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::path::Path;
use std::sync::Arc;

use bytes::{Bytes, BytesMut};
use futures_util::stream::{SplitSink, SplitStream};
use futures_util::{SinkExt, StreamExt};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::rustls::pki_types::pem::PemObject;
use tokio_rustls::rustls::pki_types::{CertificateDer, ServerName};
use tokio_rustls::rustls::{ClientConfig, RootCertStore};
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::handshake::server::{ErrorResponse, Request, Response};
use tokio_tungstenite::tungstenite::http::{HeaderValue, header};
use tokio_tungstenite::tungstenite::protocol::{CloseFrame, WebSocketConfig};
use tokio_tungstenite::tungstenite::{Error, Message};
use tokio_tungstenite::{WebSocketStream, accept_hdr_async_with_config, client_async_with_config};

/// A stream of bytes, with or without TLS.
pub trait Stream: AsyncRead + AsyncWrite + Send + Unpin {}
impl<T: AsyncRead + AsyncWrite + Send + Unpin> Stream for T {}

type Web = WebSocketStream<Box<dyn Stream>>;

/// What comes from one side.
pub enum Chunk {
    Bytes(Bytes),
    /// A WebSocket text message, which is no MQTT.
    Text(String),
    /// The side sends nothing more; over WebSocket it says why.
    End(Option<CloseFrame>),
}

/// Where bytes come from.
pub enum Reader {
    Stream(Box<dyn AsyncRead + Send + Unpin>, BytesMut),
    Web(SplitStream<Web>),
}

/// Where bytes go.
pub enum Writer {
    Stream(Box<dyn AsyncWrite + Send + Unpin>),
    Web(SplitSink<Web, Message>),
}

/// Bytes that are taken from a side at once, at most.
const CHUNK: usize = 64 << 10;

/// The buffer of one side is used up to this rest. What has been taken keeps the whole buffer in memory for as long as
/// it waits somewhere: a buffer for each small packet would be much more than what is counted.
const LEAST: usize = 4 << 10;

impl Reader {
    /// Can be given up without losing anything.
    pub async fn next(&mut self) -> io::Result<Chunk> {
        match self {
            Reader::Stream(stream, buffer) => {
                if buffer.capacity() < LEAST {
                    buffer.reserve(CHUNK);
                }
                match stream.read_buf(buffer).await? {
                    0 => Ok(Chunk::End(None)),
                    _ => Ok(Chunk::Bytes(buffer.split().freeze())),
                }
            }
            Reader::Web(stream) => loop {
                match stream.next().await {
                    Some(Ok(Message::Binary(bytes))) => return Ok(Chunk::Bytes(bytes)),
                    Some(Ok(Message::Text(text))) => return Ok(Chunk::Text(text.to_string())),
                    Some(Ok(Message::Close(frame))) => return Ok(Chunk::End(frame)),
                    // Answered where they arrive.
                    Some(Ok(Message::Ping(_) | Message::Pong(_) | Message::Frame(_))) => {}
                    Some(Err(error)) => return Err(of_web(error)),
                    None => return Ok(Chunk::End(None)),
                }
            },
        }
    }
}

impl Writer {
    /// Passes bytes on. `passed` is told of them once they are on their way, in pieces where the other side takes
    /// pieces.
    pub async fn write(&mut self, bytes: Bytes, passed: &mut impl FnMut(Bytes)) -> io::Result<()> {
        match self {
            Writer::Stream(stream) => {
                let mut rest = bytes;
                while !rest.is_empty() {
                    let taken = stream.write(&rest).await?;
                    if taken == 0 {
                        return Err(io::ErrorKind::WriteZero.into());
                    }
                    passed(rest.split_to(taken));
                }
                stream.flush().await
            }
            Writer::Web(sink) => {
                sink.feed(Message::Binary(bytes.clone())).await.map_err(of_web)?;
                passed(bytes);
                sink.flush().await.map_err(of_web)
            }
        }
    }

    /// Passes a text message on, where there is such a thing.
    pub async fn text(&mut self, text: String) -> io::Result<()> {
        match self {
            Writer::Stream(_) => {
                Err(io::Error::other("a WebSocket text message, which is no MQTT"))
            }
            Writer::Web(sink) => sink.send(Message::Text(text.into())).await.map_err(of_web),
        }
    }

    /// Says that nothing more comes.
    pub async fn end(&mut self, frame: Option<CloseFrame>) -> io::Result<()> {
        match self {
            Writer::Stream(stream) => stream.shutdown().await,
            Writer::Web(sink) => match sink.send(Message::Close(frame)).await {
                Err(Error::ConnectionClosed) => Ok(()),
                sent => sent.map_err(of_web),
            },
        }
    }
}

fn of_web(error: Error) -> io::Error {
    match error {
        Error::Io(error) => error,
        other => io::Error::other(other.to_string()),
    }
}

fn halves(
    reader: impl AsyncRead + Send + Unpin + 'static,
    writer: impl AsyncWrite + Send + Unpin + 'static,
) -> (Reader, Writer) {
    (Reader::Stream(Box::new(reader), BytesMut::new()), Writer::Stream(Box::new(writer)))
}

fn web_halves(web: Web) -> (Reader, Writer) {
    let (sink, stream) = web.split();
    (Reader::Web(stream), Writer::Web(sink))
}

/// Every message goes out at once, and none is too large.
fn config() -> WebSocketConfig {
    WebSocketConfig::default().max_message_size(None).max_frame_size(None).write_buffer_size(0)
}

/// The halves of an application's connection, and the subprotocol it was given.
///
/// # Errors
///
/// Where it is no WebSocket handshake.
pub async fn accept(
    stream: TcpStream,
    is_web: bool,
) -> io::Result<(Reader, Writer, Option<String>)> {
    stream.set_nodelay(true)?;
    if !is_web {
        let (reader, writer) = stream.into_split();
        let (reader, writer) = halves(reader, writer);
        return Ok((reader, writer, None));
    }
    let mut subprotocol = None;
    // The size of the error is the WebSocket library's choice.
    #[allow(clippy::result_large_err)]
    let choose = |request: &Request, mut response: Response| -> Result<Response, ErrorResponse> {
        let offered = request.headers().get_all(header::SEC_WEBSOCKET_PROTOCOL).iter();
        let names: Vec<String> = offered
            .filter_map(|value| value.to_str().ok())
            .flat_map(|value| value.split(',').map(|name| name.trim().to_owned()))
            .collect();
        // What brokers know comes first; otherwise the broker decides whether it will do.
        let known = names.iter().find(|name| ["mqtt", "mqttv3.1"].contains(&name.as_str()));
        if let Some(name) = known.or(names.first())
            && let Ok(value) = HeaderValue::from_str(name)
        {
            response.headers_mut().insert(header::SEC_WEBSOCKET_PROTOCOL, value);
            subprotocol = Some(name.clone());
        }
        Ok(response)
    };
    let stream: Box<dyn Stream> = Box::new(stream);
    let web = accept_hdr_async_with_config(stream, choose, Some(config())).await.map_err(of_web)?;
    let (reader, writer) = web_halves(web);
    Ok((reader, writer, subprotocol))
}

/// Where to forward to.
#[derive(Clone)]
pub struct Broker {
    scheme: Scheme,
    host: String,
    port: u16,
    /// Of a WebSocket.
    path: String,
    tls: Option<Arc<ClientConfig>>,
}

impl fmt::Debug for Broker {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Scheme {
    Mqtt,
    Mqtts,
    Ws,
    Wss,
}

impl Scheme {
    const ALL: [Scheme; 4] = [Scheme::Mqtt, Scheme::Mqtts, Scheme::Ws, Scheme::Wss];

    fn name(self) -> &'static str {
        match self {
            Scheme::Mqtt => "mqtt",
            Scheme::Mqtts => "mqtts",
            Scheme::Ws => "ws",
            Scheme::Wss => "wss",
        }
    }

    fn default_port(self) -> u16 {
        match self {
            Scheme::Mqtt => 1883,
            Scheme::Mqtts => 8883,
            Scheme::Ws => 80,
            Scheme::Wss => 443,
        }
    }

    fn is_web(self) -> bool {
        matches!(self, Scheme::Ws | Scheme::Wss)
    }
}

/// Why nothing can be forwarded there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum BrokerError {
    Scheme,
    Host,
    Port(String),
    /// A file of certificates that cannot be read, and why.
    Certificates(String),
}

impl fmt::Display for BrokerError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            BrokerError::Scheme => {
                f.write_str("an address begins with mqtt://, mqtts://, ws:// or wss://")
            }
            BrokerError::Host => f.write_str("the address has no host"),
            BrokerError::Port(text) => write!(f, "{text} is no port"),
            BrokerError::Certificates(why) => f.write_str(why),
        }
    }
}

impl Broker {
    /// Reads `mqtt://host`, `mqtts://host:8883`, `ws://host:9001/path` or `wss://host`. For TLS the certificates of the
    /// system are trusted, and those of a file in PEM.
    ///
    /// # Errors
    ///
    /// Which part is wrong.
    pub fn parse(text: &str, ca: Option<&Path>) -> Result<Broker, BrokerError> {
        let (scheme, rest) = text.split_once("://").ok_or(BrokerError::Scheme)?;
        let known = Scheme::ALL.into_iter().find(|known| known.name() == scheme);
        let scheme = known.ok_or(BrokerError::Scheme)?;
        let (authority, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
        let (host, port) = match authority.rsplit_once(':') {
            // The colons of an IPv6 address are within its brackets.
            Some((host, port)) if !port.ends_with(']') => {
                (host, port.parse().map_err(|_| BrokerError::Port(port.to_owned()))?)
            }
            _ => (authority, scheme.default_port()),
        };
        if host.is_empty() {
            return Err(BrokerError::Host);
        }
        let tls = matches!(scheme, Scheme::Mqtts | Scheme::Wss).then(|| trust(ca)).transpose()?;
        let path = if scheme.is_web() && path.is_empty() { "/" } else { path };
        Ok(Broker { scheme, host: host.to_owned(), port, path: path.to_owned(), tls })
    }

    /// Connects, in the way of the address.
    pub async fn connect(&self, subprotocol: Option<&str>) -> io::Result<(Reader, Writer)> {
        let host = self.host.trim_start_matches('[').trim_end_matches(']');
        let stream = TcpStream::connect((host, self.port)).await?;
        stream.set_nodelay(true)?;
        let stream: Box<dyn Stream> = match &self.tls {
            None if !self.scheme.is_web() => {
                let (reader, writer) = stream.into_split();
                return Ok(halves(reader, writer));
            }
            None => Box::new(stream),
            Some(config) => {
                let name = ServerName::try_from(host.to_owned()).map_err(io::Error::other)?;
                Box::new(TlsConnector::from(config.clone()).connect(name, stream).await?)
            }
        };
        if !self.scheme.is_web() {
            let (reader, writer) = tokio::io::split(stream);
            return Ok(halves(reader, writer));
        }
        let mut request = self.to_string().into_client_request().map_err(of_web)?;
        if let Some(value) = subprotocol.and_then(|name| HeaderValue::from_str(name).ok()) {
            request.headers_mut().insert(header::SEC_WEBSOCKET_PROTOCOL, value);
        }
        let (web, _) =
            client_async_with_config(request, stream, Some(config())).await.map_err(of_web)?;
        Ok(web_halves(web))
    }

    /// The subprotocol to ask for: that of the application. One over TCP has none, so that of MQTT is taken.
    pub fn subprotocol<'a>(&self, offered: Option<&'a str>) -> Option<&'a str> {
        offered.or_else(|| self.scheme.is_web().then_some("mqtt"))
    }
}

impl fmt::Display for Broker {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}://{}:{}{}", self.scheme.name(), self.host, self.port, self.path)
    }
}

fn trust(ca: Option<&Path>) -> Result<Arc<ClientConfig>, BrokerError> {
    let mut roots = RootCertStore::empty();
    roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
    if let Some(path) = ca {
        let wrong = |error: &dyn fmt::Display| {
            BrokerError::Certificates(format!("{}: {error}", path.display()))
        };
        let certificates = CertificateDer::pem_file_iter(path).map_err(|error| wrong(&error))?;
        for certificate in certificates {
            let certificate = certificate.map_err(|error| wrong(&error))?;
            roots.add(certificate).map_err(|error| wrong(&error))?;
        }
    }
    let config = ClientConfig::builder().with_root_certificates(roots).with_no_client_auth();
    Ok(Arc::new(config))
}

/// Where a connection comes from. A listener for both kinds of addresses sees those of IPv4 within IPv6.
pub fn peer_name(peer: SocketAddr) -> String {
    match peer.ip().to_canonical() {
        IpAddr::V4(ip) => format!("{ip}:{}", peer.port()),
        IpAddr::V6(_) => peer.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn small_pieces_do_not_keep_a_buffer_each() {
        let (mut sends, receives) = tokio::io::duplex(4);
        let sending = tokio::spawn(async move { sends.write_all(&[7; 4000]).await });
        let (mut reader, _writer) = halves(receives, tokio::io::sink());
        let mut pieces = Vec::new();
        while let Chunk::Bytes(bytes) = reader.next().await.expect("it is open") {
            pieces.push(bytes);
        }
        sending.await.expect("it goes on").expect("it is read");
        assert_eq!(pieces.concat(), [7; 4000]);
        assert!(pieces.len() >= 1000);
        for two in pieces.windows(2) {
            assert_eq!(two[0].as_ptr_range().end, two[1].as_ptr_range().start, "the same buffer");
        }
    }

    #[test]
    fn where_a_connection_comes_from_is_told_as_people_write_it() {
        for (peer, expect) in [
            ("127.0.0.1:5", "127.0.0.1:5"),
            ("[::ffff:127.0.0.1]:5", "127.0.0.1:5"),
            ("[::1]:5", "[::1]:5"),
        ] {
            assert_eq!(peer_name(peer.parse().expect("an address")), expect);
        }
    }

    #[test]
    fn addresses_of_brokers_are_read_in_their_four_ways() {
        for (text, expect) in [
            ("mqtt://localhost", Ok("mqtt://localhost:1883")),
            ("mqtt://[::1]:1999", Ok("mqtt://[::1]:1999")),
            ("mqtt://[::1]", Ok("mqtt://[::1]:1883")),
            ("mqtts://broker.example", Ok("mqtts://broker.example:8883")),
            ("ws://broker.example:9001", Ok("ws://broker.example:9001/")),
            ("wss://broker.example/mqtt?x=1", Ok("wss://broker.example:443/mqtt?x=1")),
            ("localhost:1883", Err(BrokerError::Scheme)),
            ("http://localhost", Err(BrokerError::Scheme)),
            ("mqtt://", Err(BrokerError::Host)),
            ("mqtt://host:mqtt", Err(BrokerError::Port("mqtt".to_owned()))),
        ] {
            let broker = Broker::parse(text, None).map(|broker| broker.to_string());
            assert_eq!(broker, expect.map(str::to_owned), "{text}");
        }
        let missing = Path::new("no such file");
        assert!(matches!(
            Broker::parse("mqtts://x", Some(missing)),
            Err(BrokerError::Certificates(_))
        ));
    }
}
