//! How long a message takes to a broker and back, and how many are acknowledged: the client of the product, MQTT.js, and
//! the least possible JavaScript, each in a page of its own.

use serde_json::{Value, json};
use thirtyfour::error::WebDriverResult;

use crate::browser::setting;
use crate::plain::Pinger;
use crate::run::{call, in_one_browser, numbers};
use crate::table::{figure, heading, median, ratio, row};

const ECHOES: usize = 1000;
/// Messages of QoS 1, and how many of them are under way at a time.
const MESSAGES: usize = 5000;
const WINDOW: usize = 20;

struct Figures {
    /// In milliseconds: half of the echoes, and 99 of 100, took no longer.
    qos0: [f64; 2],
    qos1: [f64; 2],
    acknowledged_a_second: f64,
}

pub async fn measure(quick: bool) -> WebDriverResult<()> {
    let rounds = if quick { 1 } else { 5 };
    let contestants =
        [("the page's client", ""), ("MQTT.js", "mqtt_js.html"), ("least possible", "floor.html")];
    let mut figures = contestants.map(|_| Vec::new());
    for _ in 0..rounds {
        for ((_, file), figures) in contestants.iter().zip(&mut figures) {
            figures.push(one(file).await?);
        }
    }
    heading(&[
        &format!("{ECHOES} echoes over Mosquitto, ms; QoS 1 with {WINDOW} under way"),
        "QoS 0, p50",
        "p99",
        "QoS 1, p50",
        "p99",
        "acknowledged a second",
        "beside the most",
    ]);
    let of =
        |figures: &[Figures], pick: fn(&Figures) -> f64| median(figures.iter().map(pick).collect());
    let rates: Vec<f64> = figures.iter().map(|it| of(it, |it| it.acknowledged_a_second)).collect();
    let most = rates.iter().copied().fold(0.0, f64::max);
    for (((name, _), figures), rate) in contestants.iter().zip(&figures).zip(rates) {
        row(&[
            (*name).to_owned(),
            figure(of(figures, |it| it.qos0[0])),
            figure(of(figures, |it| it.qos0[1])),
            figure(of(figures, |it| it.qos1[0])),
            figure(of(figures, |it| it.qos1[1])),
            figure(rate),
            ratio(rate, most),
        ]);
    }
    Ok(())
}

async fn one(file: &str) -> WebDriverResult<Figures> {
    let _pinger = Pinger::start();
    let url = format!("{}{file}", setting("PEERS_URL"));
    let given = vec![json!(setting("MQTT_WS_URL")), json!(ECHOES), json!(MESSAGES), json!(WINDOW)];
    let told = in_one_browser(|page| async move {
        page.driver().goto(url).await?;
        page.driver().execute(include_str!("round_trips.js"), Vec::new()).await?;
        call(&page, "timeRoundTrips", given).await
    })
    .await?;
    Ok(Figures {
        qos0: percentiles(&told["qos0"]),
        qos1: percentiles(&told["qos1"]),
        acknowledged_a_second: told["acknowledged"].as_f64().expect("a rate"),
    })
}

fn percentiles(times: &Value) -> [f64; 2] {
    let mut times = numbers(times);
    assert_eq!(times.len(), ECHOES, "every message comes back");
    times.sort_by(f64::total_cmp);
    [0.5, 0.99].map(|share| times[(times.len() as f64 * share) as usize])
}
