//! A flood of small messages: what one costs the main thread of the built page, of MQTT.js, and of the least possible
//! JavaScript.
//!
//! The page gets it at its bench, as a learner would, and everything must be in its list; the client that the page consists
//! of, but for its views, must have captured everything; peers count messages.

use std::io::Write;
use std::thread;
use std::time::{Duration, SystemTime};

use bytes::Bytes;
use mqtt5_playground::mqtt::{Disconnect, Packet, PacketId, Publish, QoS, ReasonCode, encode_into};
use serde_json::json;
use thirtyfour::error::WebDriverResult;

use crate::browser::setting;
use crate::page::{Outcome, Page};
use crate::plain::{self, Pinger};
use crate::run::{call, in_one_browser, numbers};
use crate::sender::CannedSender;
use crate::table::{figure, heading, median, ratio, row};

const MESSAGES: usize = 50_000;
const TOPIC: &str = "bench/flood";

/// Where the flood comes from.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Source {
    /// Published to Mosquitto, which sends each packet in a WebSocket message of its own.
    Mosquitto,
    /// Sent as it lies there, in messages of 16 KiB. One PUBLISH of QoS 1 ends it.
    Canned,
}

/// Who is flooded.
#[derive(Clone)]
enum Flooded {
    /// The built page at that address.
    Page(String),
    /// A page that has `window.bench`, at that address, and an expression for what its `handle` has counted.
    Peer(String, &'static str),
}

/// What one flood came to.
struct Figures {
    /// What the main thread took, in microseconds a message: all tasks, and those parts of them.
    tasks: f64,
    script: f64,
    layout: f64,
    style: f64,
    /// Tasks of more than 50 ms: how many there were, and the longest in milliseconds.
    long_tasks: f64,
    longest: f64,
    /// From the first byte sent until all was listed or counted.
    messages_a_second: f64,
    /// The same until the last message was acknowledged; only where that is asked for.
    acknowledged_a_second: f64,
}

pub async fn measure(quick: bool, wall: bool, bench_page: bool) -> WebDriverResult<()> {
    let rounds = if quick { 1 } else { 5 };
    let peers = setting("PEERS_URL");
    let mut contestants: Vec<(String, Flooded)> = setting("PAGE_URLS")
        .split_whitespace()
        .enumerate()
        .map(|(at, url)| (format!("the page{}", letter(at)), Flooded::Page(url.to_owned())))
        .collect();
    let peer = |file: &str, count| Flooded::Peer(format!("{peers}{file}"), count);
    if bench_page {
        contestants.push(("its client without views".to_owned(), peer("", "handle.captured()")));
    }
    contestants.push(("MQTT.js".to_owned(), peer("mqtt_js.html", RECEIVED)));
    contestants.push(("least possible".to_owned(), peer("floor.html", RECEIVED)));
    for source in [Source::Mosquitto, Source::Canned] {
        let mut figures: Vec<Vec<Figures>> = contestants.iter().map(|_| Vec::new()).collect();
        for _ in 0..rounds {
            for ((_, flooded), figures) in contestants.iter().zip(&mut figures) {
                figures.push(flood(flooded.clone(), source, wall).await?);
            }
        }
        let names = contestants.iter().map(|(name, _)| name.as_str());
        print(source, wall, &names.zip(&figures).collect::<Vec<_>>());
    }
    Ok(())
}

/// Tells several pages apart: nothing for the first, then ` B`, ` C` …
fn letter(at: usize) -> String {
    match at {
        0 => String::new(),
        at => format!(" {}", char::from(b'A' + (at % 26) as u8)),
    }
}

fn print(source: Source, wall: bool, figures: &[(&str, &Vec<Figures>)]) {
    let what = match source {
        Source::Mosquitto => "from Mosquitto, a packet a WebSocket message",
        Source::Canned => "from a canned sender, 16 KiB a WebSocket message",
    };
    heading(&[
        &format!("{MESSAGES} × 64 B {what}"),
        if wall {
            "main thread, µs a message, as time passes"
        } else {
            "main thread, µs a message"
        },
        "beside the least",
        "script",
        "layout",
        "style",
        "long tasks",
        "longest, ms",
        "listed, messages a second",
        "acknowledged, messages a second",
    ]);
    let of =
        |figures: &[Figures], pick: fn(&Figures) -> f64| median(figures.iter().map(pick).collect());
    let least = figures.last().map_or(f64::NAN, |(_, figures)| of(figures, |it| it.tasks));
    for (name, figures) in figures {
        let tasks = of(figures, |it| it.tasks);
        let acknowledged = of(figures, |it| it.acknowledged_a_second);
        row(&[
            (*name).to_owned(),
            figure(tasks),
            ratio(tasks, least),
            figure(of(figures, |it| it.script)),
            figure(of(figures, |it| it.layout)),
            figure(of(figures, |it| it.style)),
            figure(of(figures, |it| it.long_tasks)),
            figure(of(figures, |it| it.longest)),
            figure(of(figures, |it| it.messages_a_second)),
            if acknowledged.is_nan() { String::new() } else { figure(acknowledged) },
        ]);
    }
}

/// In a browser of its own.
async fn flood(flooded: Flooded, source: Source, wall: bool) -> WebDriverResult<Figures> {
    in_one_browser(|page| async move { flood_in(&page, &flooded, source, wall).await }).await
}

async fn flood_in(
    page: &Page,
    flooded: &Flooded,
    source: Source,
    wall: bool,
) -> WebDriverResult<Figures> {
    let stream = stream(source);
    let sender = (source == Source::Canned).then(|| CannedSender::start(stream.clone()));
    let _pinger = sender.is_none().then(Pinger::start);
    let broker = sender.as_ref().map_or_else(|| setting("MQTT_WS_URL"), |it| it.url.clone());
    let driver = page.driver();
    let clock = if wall { "timeTicks" } else { "threadTicks" };
    driver.cdp().send_raw("Performance.enable", json!({ "timeDomain": clock })).await?;
    let count = match flooded {
        Flooded::Page(url) => {
            subscribe_in_page(page, url, &broker).await?;
            LISTED
        }
        Flooded::Peer(url, count) => {
            subscribe_in_peer(page, url, &broker).await?;
            count
        }
    };
    // What was begun before is done, and what is measured begins.
    thread::sleep(Duration::from_millis(300));
    let before = driver.execute(format!("return {count}"), Vec::new()).await?;
    let before = before.json().as_u64().expect("a count");
    let expected = before + expected(flooded, source);
    let asked = SystemTime::now();
    let clock = driver.execute(watch(count, expected), Vec::new()).await?;
    let clock = clock.json().as_f64().expect("a time");
    let ahead = clock - (millis(asked) + millis(SystemTime::now())) / 2.0;
    let at_first = metrics(page).await?;
    let began = SystemTime::now();
    match &sender {
        Some(sender) => sender.go(),
        None => publish(stream),
    }
    let until = "window.flood.done.then(arguments[0])";
    let ended = driver.execute_async(until, Vec::new()).await?.json().clone();
    let ended = ended.as_f64().expect("a time") - ahead;
    // What is drawn last belongs to it: a second view waits for up to a second.
    thread::sleep(Duration::from_millis(1500));
    let at_last = metrics(page).await?;
    let found = driver.execute(format!("return [{count}, window.flood.tasks]"), Vec::new()).await?;
    let found = found.json().clone();
    assert_eq!(found[0].as_u64(), Some(expected), "everything is there, once");
    let long = numbers(&found[1]);
    let acknowledged =
        sender.map_or(f64::NAN, |sender| rate(millis(sender.acknowledged()) - millis(began)));
    let each =
        |pick: fn(&Metrics) -> f64| (pick(&at_last) - pick(&at_first)) * 1e6 / MESSAGES as f64;
    Ok(Figures {
        tasks: each(|it| it.tasks),
        script: each(|it| it.script),
        layout: each(|it| it.layout),
        style: each(|it| it.style),
        long_tasks: long.len() as f64,
        longest: long.iter().copied().fold(0.0, f64::max),
        messages_a_second: rate(ended - millis(began)),
        acknowledged_a_second: acknowledged,
    })
}

fn rate(milliseconds: f64) -> f64 {
    MESSAGES as f64 / milliseconds * 1000.0
}

fn millis(time: SystemTime) -> f64 {
    let since = time.duration_since(SystemTime::UNIX_EPOCH).expect("it is later than 1970");
    since.as_secs_f64() * 1000.0
}

/// How many more packets are listed, or messages counted, once all has come.
fn expected(flooded: &Flooded, source: Source) -> u64 {
    let more = match (source, flooded) {
        (Source::Mosquitto, _) => 0,
        // The PUBLISH of QoS 1, and the PUBACK where packets are counted.
        (Source::Canned, Flooded::Peer(_, RECEIVED)) => 1,
        (Source::Canned, _) => 2,
    };
    (MESSAGES + more) as u64
}

/// All that is sent.
fn stream(source: Source) -> Bytes {
    let mut stream = Vec::new();
    let mut add = |number: usize, qos: QoS, packet_id: Option<PacketId>| {
        let payload = format!("{number:064}").into();
        let publish =
            Publish { qos, packet_id, topic: TOPIC.into(), payload, ..Publish::default() };
        encode_into(&Packet::Publish(publish), &mut stream).expect("it obeys the rules");
    };
    for number in 0..MESSAGES {
        add(number, QoS::AtMostOnce, None);
    }
    if source == Source::Canned {
        add(MESSAGES, QoS::AtLeastOnce, Some(PacketId::MIN));
    }
    stream.into()
}

/// Has Mosquitto send it on, as fast as it takes it.
fn publish(stream: Bytes) {
    thread::spawn(move || {
        let mut publisher = plain::connect("publisher");
        publisher.write_all(&stream).expect("Mosquitto takes it");
        let disconnect = Disconnect::new(ReasonCode::Success);
        plain::send(&mut publisher, &Packet::Disconnect(disconnect));
    });
}

/// As a learner does: at the bench, client A connects and subscribes.
async fn subscribe_in_page(page: &Page, url: &str, broker: &str) -> Outcome {
    page.driver().goto(format!("{url}?page=bench&broker={broker}&lang=en")).await?;
    page.gone("#loading").await?;
    let panel = page.panel('A');
    panel.connect().await?;
    panel.choose("SUBSCRIBE").await?;
    panel.fill("Topic Filter", TOPIC).await?;
    panel.send("SUBSCRIBE").await?;
    page.packet("SUBACK", 'A', "in").await?;
    Ok(())
}

async fn subscribe_in_peer(page: &Page, url: &str, broker: &str) -> Outcome {
    page.driver().goto(url).await?;
    let script = "window.subscribed = async (url, filter) => {
        await bench.ready;
        window.handle = await bench.connect({ url, clientId: 'flooded', receiveMaximum: 65535 });
        await handle.subscribe(filter, 1);
    }";
    page.driver().execute(script, Vec::new()).await?;
    call(page, "subscribed", vec![json!(broker), json!(TOPIC)]).await?;
    Ok(())
}

/// How many messages a peer has taken.
const RECEIVED: &str = "handle.received()";

/// How many packets the page says that its list has.
const LISTED: &str =
    "Number(document.querySelector('.wire-bar__count').textContent.replace(/\\D/g, ''))";

/// Looks from now on whether all is there, and for long tasks; returns the time by the page's clock.
fn watch(count: &str, expected: u64) -> String {
    format!(
        "const tasks = [], now = () => performance.timeOrigin + performance.now();
        const note = (list) => tasks.push(...list.getEntries().map((entry) => entry.duration));
        new PerformanceObserver(note).observe({{ type: 'longtask' }});
        const done = new Promise((resolve) => {{
            const look = setInterval(() => {{
                if ({count} < {expected}) return;
                clearInterval(look);
                resolve(now());
            }}, 5);
        }});
        window.flood = {{ tasks, done }};
        return now();"
    )
}

/// Seconds of the main thread so far.
struct Metrics {
    tasks: f64,
    script: f64,
    layout: f64,
    style: f64,
}

async fn metrics(page: &Page) -> WebDriverResult<Metrics> {
    let all = page.driver().cdp().send_raw("Performance.getMetrics", json!({})).await?;
    let metric = |name: &str| {
        let mut metrics = all["metrics"].as_array().into_iter().flatten();
        let metric = metrics.find(|metric| metric["name"] == name);
        metric.and_then(|metric| metric["value"].as_f64()).expect("Chromium measures it")
    };
    Ok(Metrics {
        tasks: metric("TaskDuration"),
        script: metric("ScriptDuration"),
        layout: metric("LayoutDuration"),
        style: metric("RecalcStyleDuration"),
    })
}
