//! The client of the playground on TCP: subscribes and prints what comes, or publishes once.
//!
//! ```text
//! cargo run --example client -- 127.0.0.1:1883 subscribe 'sensor/#'
//! cargo run --example client -- 127.0.0.1:1883 publish sensor/1 21.5
//! ```
//!
//! The role itself is `src/client`. Here is only what it must not know: a socket and a clock.

use std::io::{ErrorKind, Read, Write};
use std::net::TcpStream;
use std::process::ExitCode;
use std::time::Duration;

use mqtt5_playground::client::{Client, Command, Event, Input, Output};
use mqtt5_playground::mqtt::{
    Connect, Disconnect, PacketStream, Properties, QoS, ReasonCode, RetainHandling, Sender,
    Subscription, encode,
};
use mqtt5_playground::time::Instant;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let outcome = match arguments[..] {
        [address, "subscribe", filter] => run(address, subscribe(filter)),
        [address, "publish", topic, payload] => run(address, publish(topic, payload)),
        _ => Err("usage: client ADDRESS:PORT subscribe FILTER | publish TOPIC PAYLOAD".into()),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("client: {error}");
            ExitCode::FAILURE
        }
    }
}

fn subscribe(filter: &str) -> Command {
    let subscription = Subscription {
        topic_filter: filter.into(),
        qos: QoS::AtLeastOnce,
        no_local: false,
        retain_as_published: false,
        retain_handling: RetainHandling::Send,
    };
    Command::Subscribe { properties: Properties::NONE, subscriptions: vec![subscription] }
}

fn publish(topic: &str, payload: &str) -> Command {
    Command::Publish {
        qos: QoS::AtLeastOnce,
        retain: false,
        topic: topic.into(),
        properties: Properties::NONE,
        payload: payload.to_owned().into(),
    }
}

/// Connects, does one thing, and goes on until it is done or the Server ends the connection.
fn run(address: &str, wish: Command) -> Result<(), Box<dyn std::error::Error>> {
    let started = std::time::Instant::now();
    let now = || Instant::START + started.elapsed();
    let mut socket = TcpStream::connect(address)?;
    let (mut client, mut packets) = (Client::default(), PacketStream::new());
    let mut wish = Some(wish);
    let connect = Connect { clean_start: true, keep_alive: 60, ..Connect::default() };
    client.command(Command::Connect(Box::new(connect)), now())?;
    client.handle(Input::LinkUp, now());
    let mut buffer = [0; 4096];
    loop {
        while let Some(output) = client.poll() {
            match output {
                Output::Send(packet) => socket.write_all(&encode(&packet)?)?,
                Output::Close => return Ok(()),
                Output::Event(Event::Connected { .. }) => {
                    if let Some(wish) = wish.take() {
                        client.command(wish, now())?;
                    }
                }
                Output::Event(Event::Message(message)) => {
                    let payload = String::from_utf8_lossy(&message.publish.payload);
                    println!("{} {payload}", message.topic);
                }
                Output::Event(Event::PublishFinished { reason_code, .. }) => {
                    println!("{}", reason_code.name());
                    let disconnect = Disconnect::new(ReasonCode::Success);
                    client.command(Command::Disconnect(disconnect), now())?;
                }
                Output::Event(Event::LinkDown { reason }) => return Err(reason.into()),
                Output::Event(event) => eprintln!("{event:?}"),
            }
        }
        if let Some(incoming) = packets.next(Sender::Server) {
            client.handle(Input::Received(incoming.outcome), now());
            continue;
        }
        let wait = client.next_timeout().map(|due| due.since(now()).max(Duration::from_millis(1)));
        socket.set_read_timeout(wait)?;
        match socket.read(&mut buffer) {
            Ok(0) => client.handle(Input::LinkDown("the Server has closed".into()), now()),
            Ok(length) => packets.push(&buffer[..length]),
            Err(error) if matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut) => {
                client.handle(Input::Tick, now());
            }
            Err(error) => client.handle(Input::LinkDown(error.to_string()), now()),
        }
    }
}
