//! Examines a broker and says where it deviates from MQTT 5.0:
//!
//! ```text
//! cargo run --release --example examine --features net -- mqtt://127.0.0.1:1883 --json report.json
//! ```
//!
//! The address is `mqtt://HOST:PORT` or `ws://HOST:PORT/PATH`, with TLS `mqtts://` or `wss://`, or `tab` for the broker of
//! the playground itself.
//! `--json FILE` and `--markdown FILE` write the report, `--ja` in Japanese; `--name NAME` says in it what the broker
//! is; `--user` and `--password` log in; `--all` asks also what takes long or sends much; `--only ID` asks one probe,
//! and may be repeated. `--compare FILE` lists what is different from an earlier report.
//!
//! The exit status is 0 where nothing deviates, 1 where something does, and 2 where the broker could not be
//! examined.
//!
//! The probes are in `src/examine`. Here is only what they must not know: sockets, a clock, files.

use std::collections::HashMap;
use std::io;
use std::process::ExitCode;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use bytes::Bytes;
use mqtt5_playground::broker::Policy;
use mqtt5_playground::examine::{
    Examination, Finding, Options, Outcome, Report, compare, in_tab, probe,
};
use mqtt5_playground::link::{LinkCommand, LinkEvent, SUBPROTOCOL, Target};
use mqtt5_playground::mqtt::ConnectionId;
use mqtt5_playground::tap::net::{Broker, Chunk};
use mqtt5_playground::time::Instant;
use tokio::sync::mpsc;

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    match run().await {
        Ok(code) => code,
        Err(error) => {
            eprintln!("examine: {error}");
            ExitCode::from(CANNOT)
        }
    }
}

/// The broker could not be examined.
const CANNOT: u8 = 2;

async fn run() -> Result<ExitCode, String> {
    let asked = Asked::read(std::env::args().skip(1))?;
    let findings = match &asked.broker {
        None => in_tab(asked.options.clone(), Policy::default(), [7; 32]),
        Some(broker) => examine(asked.options.clone(), broker).await,
    };
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    let at = asked.is_dated.then(|| u64::try_from(now.as_micros()).unwrap_or(0));
    let report = Report::new(asked.name.clone(), asked.address.clone(), at, findings);
    print(&report);
    if let Some(file) = &asked.json {
        write(file, &report.to_json())?;
    }
    if let Some(file) = &asked.markdown {
        write(file, &report.to_markdown(usize::from(asked.is_japanese)))?;
    }
    if let Some(file) = &asked.earlier {
        let text = std::fs::read_to_string(file).map_err(|error| format!("{file}: {error}"))?;
        let earlier = Report::from_json(&text).map_err(|error| format!("{file}: {error}"))?;
        print_comparison(&earlier, &report);
    }
    let is_examined = report.count(Outcome::Conforms) + report.count(Outcome::Deviates) > 0;
    Ok(match (is_examined, report.count(Outcome::Deviates)) {
        (false, _) => ExitCode::from(CANNOT),
        (true, 0) => ExitCode::SUCCESS,
        (true, _) => ExitCode::FAILURE,
    })
}

fn write(file: &str, text: &str) -> Result<(), String> {
    std::fs::write(file, text).map_err(|error| format!("{file}: {error}"))
}

fn print(report: &Report) {
    for entry in &report.entries {
        let Some(probe) = entry.probe() else { continue };
        if entry.outcome != Outcome::Conforms {
            let [outcome, _] = entry.outcome.words();
            println!("{outcome:<13} {}: {} [{}]", entry.id, probe.title[0], entry.observed);
        }
    }
    let counts = Outcome::ALL.map(|outcome| {
        let [words, _] = outcome.words();
        format!("{} {words}", report.count(outcome))
    });
    println!("{}", counts.join(", "));
}

fn print_comparison(earlier: &Report, now: &Report) {
    let rows = compare(earlier, now).rows;
    let different: Vec<_> = rows.iter().filter(|row| row.differs()).collect();
    println!("{} different from {}", different.len(), earlier.broker);
    for row in different {
        if let (Some(left), Some(right)) = (&row.left, &row.right) {
            let ([before, _], [after, _]) = (left.outcome.words(), right.outcome.words());
            let id = row.probe.id;
            println!("{id}: {before} [{}] → {after} [{}]", left.observed, right.observed);
        }
    }
}

/// What the command line says.
struct Asked {
    /// `None` for the one of the playground itself.
    broker: Option<Broker>,
    address: String,
    options: Options,
    name: String,
    json: Option<String>,
    markdown: Option<String>,
    earlier: Option<String>,
    is_japanese: bool,
    is_dated: bool,
}

const USAGE: &str = "usage: examine mqtt[s]://HOST:PORT | ws[s]://HOST:PORT/PATH | tab [--json FILE] \
    [--markdown FILE] [--ja] [--name NAME] [--user NAME] [--password PASSWORD] [--all] [--only ID]… \
    [--compare FILE] [--undated]";

impl Asked {
    fn read(mut args: impl Iterator<Item = String>) -> Result<Asked, String> {
        let address = args.next().ok_or(USAGE)?;
        let broker = match address.as_str() {
            "tab" => None,
            address => {
                let broker = Broker::parse(address, None);
                Some(broker.map_err(|error| format!("{address}: {error}. {USAGE}"))?)
            }
        };
        let token = broker.as_ref().map_or("tab".to_owned(), |_| token());
        // The links are made here: where they go does not matter to the probes.
        let options = Options::new(Target::InTab, &token);
        let mut asked = Asked {
            broker,
            address,
            options,
            name: String::new(),
            json: None,
            markdown: None,
            earlier: None,
            is_japanese: false,
            is_dated: true,
        };
        while let Some(arg) = args.next() {
            let mut value = || args.next().ok_or(format!("{arg} needs a value"));
            match arg.as_str() {
                "--json" => asked.json = Some(value()?),
                "--markdown" => asked.markdown = Some(value()?),
                "--compare" => asked.earlier = Some(value()?),
                "--name" => asked.name = value()?,
                "--user" => asked.options.user_name = Some(value()?),
                "--password" => asked.options.password = Some(Bytes::from(value()?)),
                "--only" => {
                    let id = value()?;
                    let known = probe(&id).ok_or(format!("there is no probe {id}"))?;
                    asked.options.only.push(known.id);
                }
                "--all" => asked.options.with_seldom = true,
                "--ja" => asked.is_japanese = true,
                "--undated" => asked.is_dated = false,
                _ => return Err(format!("what is {arg}? {USAGE}")),
            }
        }
        Ok(asked)
    }
}

/// New in every examination.
fn token() -> String {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    format!("{:07x}", now.as_millis() & 0xFFF_FFFF)
}

type Told = (ConnectionId, LinkEvent);

async fn examine(options: Options, broker: &Broker) -> Vec<Finding> {
    let began = std::time::Instant::now();
    let now =
        || Instant::from_micros(u64::try_from(began.elapsed().as_micros()).unwrap_or(u64::MAX));
    let (tell, mut told) = mpsc::unbounded_channel::<Told>();
    let mut links: HashMap<ConnectionId, mpsc::UnboundedSender<Bytes>> = HashMap::new();
    let mut examination = Examination::new(options, now());
    let mut shown = 0;
    while !examination.is_over() {
        while let Some(command) = examination.next_command() {
            match command {
                LinkCommand::Open { connection, .. } => {
                    let (send, sent) = mpsc::unbounded_channel();
                    links.insert(connection, send);
                    tokio::spawn(carry(broker.clone(), connection, sent, tell.clone()));
                }
                LinkCommand::Send { connection, bytes } => {
                    if let Some(link) = links.get(&connection) {
                        // It may have been closed by the other side.
                        let _ = link.send(bytes);
                    }
                }
                // Its end closes the connection behind what was sent.
                LinkCommand::Close { connection } => drop(links.remove(&connection)),
            }
        }
        let wait = examination.next_timeout().map_or(LONG, |due| due.since(now()));
        tokio::select! {
            Some((connection, event)) = told.recv() => {
                examination.link_event(connection, event, now());
            }
            () = tokio::time::sleep(wait) => examination.advance(now()),
        }
        let done = examination.progress().done;
        if done / 10 > shown {
            shown = done / 10;
            eprintln!("{done} of {}", examination.progress().all);
        }
    }
    examination.into_findings()
}

const LONG: Duration = Duration::from_millis(100);

/// One connection, until either side ends it.
async fn carry(
    broker: Broker,
    connection: ConnectionId,
    mut sent: mpsc::UnboundedReceiver<Bytes>,
    tell: mpsc::UnboundedSender<Told>,
) {
    // After the end nobody listens any more.
    let event = |event| drop(tell.send((connection, event)));
    let (code, reason) = match pass(&broker, &mut sent, &event).await {
        Ok(code) => (code, String::new()),
        Err(error) => (None, error.to_string()),
    };
    event(LinkEvent::Closed { code, reason });
}

/// Ends with the code of the broker, where it gives one.
async fn pass(
    broker: &Broker,
    sent: &mut mpsc::UnboundedReceiver<Bytes>,
    event: &impl Fn(LinkEvent),
) -> io::Result<Option<u16>> {
    let (mut reader, mut writer) = broker.connect(Some(SUBPROTOCOL)).await?;
    event(LinkEvent::Opened);
    loop {
        tokio::select! {
            bytes = sent.recv() => match bytes {
                Some(bytes) => writer.write(bytes, &mut |_| {}).await?,
                None => {
                    let _ = writer.end(None).await;
                    return Ok(None);
                }
            },
            chunk = reader.next() => match chunk? {
                Chunk::Bytes(bytes) => event(LinkEvent::Bytes(bytes)),
                Chunk::Text(text) => event(LinkEvent::Text { length: text.len() }),
                Chunk::End(frame) => return Ok(frame.map(|frame| frame.code.into())),
            },
        }
    }
}
