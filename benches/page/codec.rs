//! The codec as the page ships it, beside `mqtt-packet`, the codec of MQTT.js, and Rust codecs that are built as the page
//! is, all in the same page.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use mqtt5_playground::mqtt::encode_into;
use serde_json::json;
use thirtyfour::error::WebDriverResult;

use crate::browser::setting;
use crate::packets;
use crate::run::{call, in_one_browser, numbers};
use crate::table::{figure, heading, median, ratio, row};

pub async fn measure(quick: bool) -> WebDriverResult<()> {
    let rounds = if quick { 3 } else { 15 };
    let mut stream = Vec::new();
    for packet in packets::mixed() {
        encode_into(&packet, &mut stream).expect("it obeys the rules");
    }
    let url = format!("{}codec.html", setting("PEERS_URL"));
    let given = vec![json!(STANDARD.encode(stream)), json!(packets::MIXED), json!(rounds)];
    let times = in_one_browser(|page| async move {
        page.driver().goto(url).await?;
        call(&page, "timeCodecs", given).await
    })
    .await?;
    let peers = ["mqtt-packet", "mqtt-protocol-core", "mqtt-proto", "mqtt-bytes-v5"];
    heading(
        &[&["10 000 mixed packets in Chromium, ns a packet", "as shipped"], &peers[..]].concat(),
    );
    for work in ["decode, all at once", "decode, in pieces", "encode"] {
        let of = |codec: &str| median(numbers(&times[work][codec]));
        let ours = of("ours");
        let beside = |peer| match of(peer) {
            time if time.is_nan() => String::new(),
            time => format!("{} ({})", figure(time), ratio(time, ours)),
        };
        row(&[vec![work.to_owned(), figure(ours)], peers.map(beside).to_vec()].concat());
    }
    Ok(())
}
