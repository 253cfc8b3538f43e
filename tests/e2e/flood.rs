//! A hundred thousand packets: the list and the ladder stay fluid, and say so in numbers.
//!
//! `cargo xtask test --e2e -- flood --nocapture` prints the figures.

use std::net::TcpStream;
use std::time::Instant;

use bytes::{Bytes, BytesMut};
use mqtt5_playground::language::Language;
use mqtt5_playground::mqtt::{
    ConnAck, Packet, PacketId, Properties, Property, Publish, QoS, ReasonCode, encode,
};
use serde_json::{Value, json};
use thirtyfour::error::WebDriverResult;
use thirtyfour::{Key, TypingData};
use tungstenite::{Message, WebSocket};

use crate::browser::in_browser;
use crate::connecting::serve;
use crate::page::{Outcome, Page, press};

/// PUBLISH packets from the broker; every tenth has QoS 1, which the client acknowledges.
const PUBLISHED: usize = 91_000;
const PACKETS: usize = PUBLISHED + PUBLISHED.div_ceil(10);
/// PUBLISH packets in one WebSocket message.
const AT_ONCE: usize = 250;

#[tokio::test]
#[ignore = "needs the built page and a browser: `cargo xtask test --e2e`"]
async fn a_hundred_thousand_packets_stay_fluid() -> Outcome {
    in_browser(Language::En, |page| async move {
        let enable = json!({ "timeDomain": "threadTicks" });
        page.driver().cdp().send_raw("Performance.enable", enable).await?;
        let script = json!({ "source": KEEP_MEMORY });
        page.driver().cdp().send_raw("Page.addScriptToEvaluateOnNewDocument", script).await?;
        page.open(&format!("page=bench&broker={}", serve(flood))).await?;
        let strings = page.strings();
        let before = memory(&page).await?;
        page.evaluate(COUNT_LIT).await?;
        page.panel('A').send("CONNECT").await?;
        let began = Instant::now();
        let flood = measure(&page, UNTIL_ALL, json!(PACKETS)).await?;
        tell("flood", &flood, &format!("{PACKETS} packets in {} ms", began.elapsed().as_millis()));
        let list = memory(&page).await?;
        // The panel is drawn less often than the list.
        page.see_text(".message", |text| text.contains(&(PUBLISHED - 1).to_string())).await?;
        let lit = page.evaluate("return window.lit").await?;
        assert_eq!(lit, json!(0), "messages are animated in a flood");
        assert_eq!(page.count(".message").await?, 12 + 1, "more are drawn than are in sight");
        press(&page.see(".received__list > :last-child button").await?).await?;
        page.see(".message:nth-child(13) button:focus").await?;
        assert_eq!(page.count(".message").await?, 50 + 1, "and where the others are");

        for (name, view, row, key) in [
            ("list", strings.wire_view_list(), "packet-row", ".packet-list"),
            ("ladder", strings.wire_view_ladder(), "ladder-row", ".ladder"),
        ] {
            let began = Instant::now();
            press(&page.button(view).await?).await?;
            page.see(&format!(".{row}")).await?;
            eprintln!("{name}: there after {} ms", began.elapsed().as_millis());
            for (what, script) in [("jumps", JUMP), ("scrolls", SCROLL)] {
                let frames = measure(&page, script, json!(key)).await?;
                tell(&format!("{name}, {what}"), &frames, "");
            }
            let frames = measure(&page, FILTER, json!("topic-17")).await?;
            let found = page.see(".wire-bar__count").await?.text().await?;
            tell(&format!("{name}, filter"), &frames, &found);
            assert!(found.starts_with(&format!("{} of", PUBLISHED / 50)), "{found}");
            measure(&page, FILTER, json!("")).await?;
            // From packet to packet with the inspector open.
            type_keys(&page, "k").await?;
            page.see(&format!(".{row} button:focus, .{row}__button:focus")).await?;
            type_keys(&page, Key::Enter + "").await?;
            page.see(".inspector .hex").await?;
            let frames = measure(&page, SELECT, Value::Null).await?;
            tell(&format!("{name}, select"), &frames, "");
            assert!(page.count(&format!(".{row}")).await? < 100, "only rows in sight are drawn");
            type_keys(&page, Key::Escape + "").await?;
            page.gone(".inspector").await?;
        }
        let ladder = memory(&page).await?;
        eprintln!("memory of the program: {before} MiB at first, {list} MiB with the list, {ladder} MiB with the ladder");
        Ok(())
    })
    .await
}

async fn type_keys(page: &Page, keys: impl Into<TypingData>) -> Outcome {
    page.driver().action_chain().send_keys(keys).perform().await
}

/// What a broker does that publishes without a pause.
fn flood(mut socket: WebSocket<TcpStream>) {
    // The CONNECT; what it asks for does not matter here.
    let Ok(Message::Binary(_)) = socket.read() else { return };
    let connack = Packet::ConnAck(ConnAck {
        session_present: false,
        reason_code: ReasonCode::Success,
        properties: Properties::NONE,
    });
    let mut batch = BytesMut::from(&encode(&connack).expect("it obeys the rules")[..]);
    for number in 0..PUBLISHED {
        let qos = if number % 10 == 0 { QoS::AtLeastOnce } else { QoS::AtMostOnce };
        let packet_id = PacketId::new((number / 10 % 60_000 + 1) as u16);
        let publish = Packet::Publish(Publish {
            qos,
            topic: format!("flood/topic-{}/{}", number % 50, number % 7).into(),
            packet_id: packet_id.filter(|_| qos == QoS::AtLeastOnce),
            properties: [Property::user("number", number.to_string())].into(),
            payload: Bytes::from(format!("{{\"value\": {number}}}")),
            ..Publish::default()
        });
        batch.extend_from_slice(&encode(&publish).expect("it obeys the rules"));
        if number % AT_ONCE == AT_ONCE - 1 {
            let message = Message::Binary(batch.split().freeze());
            if socket.send(message).is_err() {
                return;
            }
        }
    }
    // Until the page goes.
    while socket.read().is_ok() {}
}

/// What the frames took while something was done, in milliseconds.
struct Frames {
    /// From one to the next, the shortest first.
    lengths: Vec<f64>,
    /// In which the page's thread ran, all together.
    work: f64,
}

/// Runs a script and times its frames: `frame()` waits for the next one, `given` is what it is given.
async fn measure(page: &Page, script: &str, given: Value) -> WebDriverResult<Frames> {
    let script = format!("{FRAMES} (async () => {{ {script} }})().then(() => end(lengths));");
    let before = work(page).await?;
    let lengths = page.driver().execute_async(script, vec![given]).await?;
    let work = work(page).await? - before;
    let mut lengths: Vec<f64> = serde_json::from_value(lengths.json().clone())?;
    lengths.sort_by(f64::total_cmp);
    Ok(Frames { lengths, work })
}

/// How long the page's thread has run, in milliseconds.
async fn work(page: &Page) -> WebDriverResult<f64> {
    let all = page.driver().cdp().send_raw("Performance.getMetrics", json!({})).await?;
    let metrics = all["metrics"].as_array().cloned().unwrap_or_default();
    let tasks = metrics.iter().find(|metric| metric["name"] == "TaskDuration");
    Ok(tasks.and_then(|metric| metric["value"].as_f64()).unwrap_or_default() * 1000.0)
}

const FRAMES: &str = "
    const [given, end] = arguments, lengths = [];
    let last = performance.now();
    const frame = () => new Promise(requestAnimationFrame).then(() => {
        const now = performance.now();
        lengths.push(now - last);
        last = now;
    });
";

const UNTIL_ALL: &str = "
    const count = () => Number(document.querySelector('.wire-bar__count').textContent.replace(/\\D/g, ''));
    while (count() < given) await frame();
";

/// Counts the messages in the panel that are marked as new.
const COUNT_LIT: &str = "
    window.lit = 0;
    const added = (changes) => changes.forEach((change) => change.addedNodes.forEach((node) => {
        if (node.matches?.('.message--new')) window.lit += 1;
        window.lit += node.querySelectorAll?.('.message--new').length ?? 0;
    }));
    new MutationObserver(added).observe(document.body, { childList: true, subtree: true });
";

/// From end to end in sixty steps: every frame draws other rows.
const JUMP: &str = "
    const list = document.querySelector(given), all = list.scrollHeight - list.clientHeight;
    for (let step = 0; step <= 60; step++) { list.scrollTop = all * (1 - step / 60); await frame(); }
";

/// As a wheel scrolls.
const SCROLL: &str = "
    const list = document.querySelector(given);
    for (let step = 0; step < 120; step++) { list.scrollTop += 60; await frame(); }
";

/// Types a filter and waits until everything has been searched.
const FILTER: &str = "
    const field = document.querySelector('.wire-bar__filter input');
    field.value = given;
    field.dispatchEvent(new Event('input', { bubbles: true }));
    do { await frame(); } while (document.querySelector('.wire-bar__count .waiting'));
    await frame();
";

/// A packet a frame with the key for it.
const SELECT: &str = "
    for (let step = 0; step < 60; step++) {
        document.body.dispatchEvent(new KeyboardEvent('keydown', { key: 'k', bubbles: true, cancelable: true }));
        await frame();
    }
";

/// Notes the memory of the program where it starts.
const KEEP_MEMORY: &str = "
    for (const name of ['instantiate', 'instantiateStreaming']) {
        const original = WebAssembly[name];
        WebAssembly[name] = async (...given) => {
            const made = await original.apply(WebAssembly, given);
            const memory = (made.instance ?? made).exports.memory;
            if (memory) globalThis.programMemory = memory;
            return made;
        };
    }
";

/// What the program has taken, in MiB.
async fn memory(page: &Page) -> WebDriverResult<u64> {
    let bytes = page.evaluate("return globalThis.programMemory?.buffer.byteLength ?? 0").await?;
    Ok(bytes.as_u64().unwrap_or_default() >> 20)
}

fn tell(what: &str, frames: &Frames, more: &str) {
    let at = |share: f64| frames.lengths[((frames.lengths.len() - 1) as f64 * share) as usize];
    eprintln!(
        "{what}: {} frames of {:.1} ms work, from one to the next {:.1} ms (95 % {:.1}, longest {:.1})  {more}",
        frames.lengths.len(),
        frames.work_each(),
        at(0.5),
        at(0.95),
        at(1.0),
    );
}

impl Frames {
    fn work_each(&self) -> f64 {
        self.work / self.lengths.len() as f64
    }
}
