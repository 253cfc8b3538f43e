//! The sockets of the tap: it listens, forwards, and tells observers and a file what passed.
//!
//! Two threads. The first carries bytes and nothing else: they go on as they came, and only then a second thread gets
//! them, which cuts them into packets, keeps them, writes the file and serves observers. Between the two is a queue of
//! bounded size. When it is full the first thread goes on and counts what the second will not see; so nothing that
//! happens to an observer or to the disk can slow an application.

mod file;
mod forward;
mod observer;
mod queue;
mod transport;

use std::io;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Notify;
use tokio_rustls::rustls::crypto::ring::default_provider;

use self::file::File;
use self::queue::{Queue, Tidings};
pub use self::transport::{Broker, BrokerError, Chunk};
use super::address::TapAddress;
use super::faults::Desk;
use super::protocol::{FORMAT, Hello};
use super::recorder::Recorder;
use super::ring::{Ring, Room};

/// What a tap is asked to do.
#[derive(Clone, Debug)]
pub struct Options {
    /// Addresses to listen on for MQTT over TCP.
    pub tcp: Vec<String>,
    /// Addresses to listen on for MQTT over WebSocket.
    pub ws: Vec<String>,
    pub broker: Broker,
    /// Where observers connect.
    pub observe: SocketAddr,
    /// What observers have to know.
    pub token: String,
    /// Pages from other places than this machine that may observe, as browsers name them.
    pub origins: Vec<String>,
    pub pcapng: Option<PathBuf>,
    pub shows_secrets: bool,
    pub allows_faults: bool,
    pub room: Room,
}

/// What a tap keeps where nothing else is said: as much as the page.
pub const ROOM: Room = Room { events: 120_000, bytes: 64 << 20 };

/// A running tap.
pub struct Tap {
    /// Where it listens, with the scheme.
    pub listeners: Vec<String>,
    /// Where it can be observed.
    pub observer: TapAddress,
    shared: Arc<Shared>,
}

/// What both threads know.
struct Shared {
    broker: Broker,
    queue: Queue,
    began: std::time::Instant,
    next_connection: AtomicU32,
    /// There only where faults are allowed.
    desk: Option<Mutex<Desk>>,
    /// Told when somebody has given a command.
    commanded: Notify,
    /// Told when there is something new for observers.
    news: Notify,
}

/// What the second thread keeps.
struct Kept {
    ring: Mutex<Ring>,
    hello: Hello,
}

impl Shared {
    fn now(&self) -> u64 {
        u64::try_from(self.began.elapsed().as_micros()).unwrap_or(u64::MAX)
    }

    fn number_connection(&self) -> u32 {
        self.next_connection.fetch_add(1, Ordering::Relaxed)
    }

    fn desk(&self) -> Option<MutexGuard<'_, Desk>> {
        self.desk.as_ref().map(|desk| desk.lock().expect("nothing panics while it holds the desk"))
    }
}

impl Kept {
    fn ring(&self) -> MutexGuard<'_, Ring> {
        self.ring.lock().expect("nothing panics while it holds the ring")
    }
}

/// Begins to listen. The tap ends with the runtime on which this is called.
///
/// # Errors
///
/// What could not be opened, in words.
pub async fn start(options: Options) -> Result<Tap, String> {
    if !options.observe.ip().is_loopback() {
        return Err(format!("{}: observers connect from this machine only", options.observe));
    }
    let now = std::time::SystemTime::now().duration_since(std::time::SystemTime::UNIX_EPOCH);
    let began = now.map_or(0, |now| u64::try_from(now.as_micros()).unwrap_or(u64::MAX));
    let hello = Hello {
        format: FORMAT,
        run: random_letters()?,
        began,
        to: options.broker.to_string(),
        secrets: options.shows_secrets,
        faults: options.allows_faults,
        next: 0,
    };
    let (queue, tidings) = queue::queue();
    let shared = Arc::new(Shared {
        broker: options.broker,
        queue,
        began: std::time::Instant::now(),
        next_connection: AtomicU32::new(1),
        desk: options.allows_faults.then(|| Mutex::new(Desk::new(options.shows_secrets))),
        commanded: Notify::new(),
        news: Notify::new(),
    });
    let observe = listen(&options.observe.to_string()).await?;
    let port = observe.local_addr().map_err(|error| error.to_string())?;
    let host = if port.is_ipv6() { "[::1]" } else { "127.0.0.1" };
    let observer = TapAddress::new(host, port.port(), &options.token);
    let file = options.pcapng.as_deref().map(|path| File::create(path, &hello)).transpose()?;
    let kept = Arc::new(Kept { ring: Mutex::new(Ring::new(options.room)), hello });
    let watch = Watch {
        shared: shared.clone(),
        kept,
        recorder: Recorder::new(!options.shows_secrets),
        file,
        admission: Arc::new(observer::Admission { token: options.token, origins: options.origins }),
    };
    let observe = observe.into_std().map_err(|error| error.to_string())?;
    std::thread::Builder::new()
        .name("observe".to_owned())
        .spawn(move || watch.run(tidings, observe))
        .map_err(|error| error.to_string())?;
    let mut listeners = Vec::new();
    for (addresses, is_web) in [(options.tcp, false), (options.ws, true)] {
        for address in addresses {
            let listener = listen(&address).await?;
            let local = listener.local_addr().map_err(|error| error.to_string())?;
            let name = format!("{}://{local}", if is_web { "ws" } else { "mqtt" });
            listeners.push(name.clone());
            tokio::spawn(forward::accept(listener, name, is_web, shared.clone()));
        }
    }
    Ok(Tap { listeners, observer, shared })
}

impl Tap {
    /// How many bytes have passed that nobody had room for.
    pub fn missed(&self) -> u64 {
        self.shared.queue.missed()
    }
}

/// The second thread.
struct Watch {
    shared: Arc<Shared>,
    kept: Arc<Kept>,
    recorder: Recorder,
    file: Option<File>,
    admission: Arc<observer::Admission>,
}

impl Watch {
    fn run(self, tidings: Tidings, listener: std::net::TcpListener) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        match runtime {
            Ok(runtime) => runtime.block_on(self.serve(tidings, listener)),
            Err(error) => eprintln!("tap: nothing can be observed: {error}"),
        }
    }

    async fn serve(mut self, mut tidings: Tidings, listener: std::net::TcpListener) {
        match TcpListener::from_std(listener) {
            Ok(listener) => {
                let admission = self.admission.clone();
                let serve =
                    observer::accept(listener, admission, self.shared.clone(), self.kept.clone());
                tokio::spawn(serve);
            }
            Err(error) => eprintln!("tap: nothing can be observed: {error}"),
        }
        while tidings.wait().await {
            self.take_in(&mut tidings);
            if let Some(file) = &mut self.file
                && let Err(error) = file.write()
            {
                eprintln!("tap: the file ends here: {error}");
                self.file = None;
            }
            self.shared.news.notify_waiters();
            // Observers have their turn too.
            tokio::task::yield_now().await;
        }
    }

    /// What has come, up to some number.
    fn take_in(&mut self, tidings: &mut Tidings) {
        let mut ring = self.kept.ring();
        for _ in 0..AT_ONCE {
            let Some((at, connection, passed)) = tidings.next() else { break };
            self.recorder.take(at, connection, passed, &mut |about, happened| {
                if let Some(file) = &mut self.file {
                    file.note(about.as_ref(), &happened);
                }
                ring.push(about, happened);
            });
        }
    }
}

/// Messages that are taken in before observers have their turn.
const AT_ONCE: usize = 512;

async fn listen(address: &str) -> Result<TcpListener, String> {
    TcpListener::bind(address).await.map_err(|error| format!("{address}: {error}"))
}

/// The next one that connects, also where taking it in fails for a while.
async fn next_connection(listener: &TcpListener) -> (TcpStream, SocketAddr) {
    loop {
        match listener.accept().await {
            Ok(accepted) => return accepted,
            // Out of file descriptors, for instance: others may close.
            Err(_) => tokio::time::sleep(Duration::from_millis(50)).await,
        }
    }
}

/// Letters that nobody can guess: 128 bits.
///
/// # Errors
///
/// Where the system has no randomness.
pub fn random_letters() -> Result<String, String> {
    let mut bytes = [0; 16];
    let random = default_provider().secure_random;
    random.fill(&mut bytes).map_err(|_| "this system gives no random numbers".to_owned())?;
    Ok(crate::mqtt::hex(&bytes))
}

/// What is said of a connection that broke.
fn words(error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::ConnectionReset => "reset".to_owned(),
        io::ErrorKind::BrokenPipe => "gone".to_owned(),
        _ => error.to_string(),
    }
}
