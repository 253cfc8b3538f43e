//! A tap between any application and any broker, whose packets the page shows: `cargo xtask tap`.
//!
//! ```text
//! cargo run --profile tap --example tap --features net -- --to mqtt://127.0.0.1:1883
//! ```
//!
//! Standard output says where it listens, where it forwards to, and the address with which the page observes it. The
//! tap itself is `src/tap`.

use std::path::PathBuf;
use std::process::ExitCode;

use mqtt5_playground::tap::net::{Broker, Options, ROOM, random_letters, start};

const USAGE: &str = "\
usage: tap [SWITCHES]
  --listen ADDRESS:PORT  takes in applications over TCP (127.0.0.1:1884 where nothing is said)
  --ws ADDRESS:PORT      takes in applications over WebSocket
  --to ADDRESS           the broker: mqtt://, mqtts://, ws:// or wss:// (mqtt://127.0.0.1:1883)
  --ca FILE              certificates to trust beside those of the system, in PEM
  --pcapng FILE          writes what passes, for Wireshark; can be read while it grows
  --observe PORT         where the page connects, on this machine only (8497)
  --token-file FILE      keeps the token, so that the page finds the tap again after a restart
  --page ADDRESS         the page that is printed, and may observe (http://127.0.0.1:8080/)
  --origin ORIGIN        another page that may observe, https://page.example for instance
  --keep MIB             packets that are kept for the page (64)
  --show-secrets         shows passwords and Authentication Data
  --allow-faults         lets the page cut, pause and delay connections, and change packets";

/// One thread carries all bytes: what passes on two connections is told in that order.
#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    match run().await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("tap: {error}");
            ExitCode::FAILURE
        }
    }
}

async fn run() -> Result<(), String> {
    let Some(arguments) = Arguments::read(std::env::args().skip(1))? else {
        println!("{USAGE}");
        return Ok(());
    };
    let (page, options) = arguments.options()?;
    let broker = options.broker.to_string();
    let (shows_secrets, allows_faults) = (options.shows_secrets, options.allows_faults);
    let tap = start(options).await?;
    for listener in &tap.listeners {
        println!("listening on  {listener}");
    }
    println!("forwarding to {broker}");
    if shows_secrets {
        println!("Passwords and Authentication Data are shown.");
    }
    if allows_faults {
        println!("The page may cut, pause and delay connections, and change packets.");
    }
    println!("open          {page}?page=traffic{}", tap.observer.fragment());
    println!("or paste      {}", tap.observer.url());
    tokio::signal::ctrl_c().await.map_err(|error| error.to_string())?;
    match tap.missed() {
        0 => {}
        missed => eprintln!("tap: {missed} bytes passed that could not be recorded"),
    }
    Ok(())
}

/// What the command line says.
struct Arguments {
    tcp: Vec<String>,
    ws: Vec<String>,
    to: String,
    ca: Option<PathBuf>,
    pcapng: Option<PathBuf>,
    observe: u16,
    token_file: Option<PathBuf>,
    page: String,
    origins: Vec<String>,
    keep: usize,
    shows_secrets: bool,
    allows_faults: bool,
}

impl Arguments {
    /// `None` where help is wanted.
    fn read(mut args: impl Iterator<Item = String>) -> Result<Option<Arguments>, String> {
        let mut read = Arguments {
            tcp: Vec::new(),
            ws: Vec::new(),
            to: "mqtt://127.0.0.1:1883".to_owned(),
            ca: None,
            pcapng: None,
            observe: 8497,
            token_file: None,
            page: "http://127.0.0.1:8080/".to_owned(),
            origins: Vec::new(),
            keep: ROOM.bytes >> 20,
            shows_secrets: false,
            allows_faults: false,
        };
        while let Some(arg) = args.next() {
            let mut value = || args.next().ok_or(format!("{arg} needs a value"));
            let number =
                |text: String| text.parse().map_err(|_| format!("{text} is no number here"));
            match arg.as_str() {
                "--listen" => read.tcp.push(value()?),
                "--ws" => read.ws.push(value()?),
                "--to" => read.to = value()?,
                "--ca" => read.ca = Some(value()?.into()),
                "--pcapng" => read.pcapng = Some(value()?.into()),
                "--observe" => read.observe = number(value()?)?,
                "--token-file" => read.token_file = Some(value()?.into()),
                "--page" => read.page = value()?,
                "--origin" => read.origins.push(value()?),
                "--keep" => read.keep = number(value()?)?.into(),
                "--show-secrets" => read.shows_secrets = true,
                "--allow-faults" => read.allows_faults = true,
                "--help" | "-h" => return Ok(None),
                _ => return Err(format!("what is {arg}?\n{USAGE}")),
            }
        }
        if read.tcp.is_empty() && read.ws.is_empty() {
            read.tcp.push("127.0.0.1:1884".to_owned());
        }
        Ok(Some(read))
    }

    /// The address of the page, and what the tap is to do.
    fn options(self) -> Result<(String, Options), String> {
        let broker = Broker::parse(&self.to, self.ca.as_deref());
        let broker = broker.map_err(|error| format!("{}: {error}", self.to))?;
        let token = match &self.token_file {
            Some(file) => kept_token(file)?,
            None => random_letters()?,
        };
        let mut origins = self.origins;
        origins.extend(origin(&self.page));
        let options = Options {
            tcp: self.tcp,
            ws: self.ws,
            broker,
            observe: ([127, 0, 0, 1], self.observe).into(),
            token,
            origins,
            pcapng: self.pcapng,
            shows_secrets: self.shows_secrets,
            allows_faults: self.allows_faults,
            room: mqtt5_playground::tap::ring::Room { bytes: self.keep << 20, ..ROOM },
        };
        Ok((self.page, options))
    }
}

/// Where a page comes from, as browsers say it.
fn origin(page: &str) -> Option<String> {
    let (scheme, rest) = page.split_once("://")?;
    let host = rest.split('/').next()?;
    Some(format!("{scheme}://{host}"))
}

/// The token of an earlier run, or a new one that a later run finds.
fn kept_token(file: &std::path::Path) -> Result<String, String> {
    let wrong = |error: std::io::Error| format!("{}: {error}", file.display());
    if let Ok(token) = std::fs::read_to_string(file)
        && token.len() == 32
        && token.bytes().all(|byte| byte.is_ascii_alphanumeric())
    {
        return Ok(token);
    }
    let token = random_letters()?;
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create(true).truncate(true);
    // Nobody else on this machine reads it.
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut kept = options.open(file).map_err(wrong)?;
    std::io::Write::write_all(&mut kept, token.as_bytes()).map_err(wrong)?;
    Ok(token)
}
