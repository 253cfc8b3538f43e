//! One's own traffic: a tap beside the page, an application through it, and what the page shows of it.

use std::env;
use std::io::{Read, Write};
use std::net::TcpStream;

use mqtt5_playground::language::Language;
use mqtt5_playground::mqtt::{Connect, Packet, Publish, encode};
use serde_json::json;

use crate::accessibility::nothing_is_found;
use crate::browser::{in_browser, setting};
use crate::connecting::OF_THE_BROWSER;
use crate::page::{Outcome, Page, press, type_over};
use crate::pictures::picture;
use crate::tap::Tap;

/// A tap before Mosquitto that leads to this page.
fn start(args: &[&str]) -> Tap {
    let page = setting("PAGE_URL");
    Tap::start(&setting("MQTT_WS_URL"), &[&["--page", &page], args].concat())
}

/// An application that connects, sends `count` messages, and stays.
fn application(tap: &Tap, client_id: &str, count: usize) -> TcpStream {
    let mut stream = TcpStream::connect(tap.tcp()).expect("it listens");
    let connect = Connect { client_id: client_id.into(), clean_start: true, ..Connect::default() };
    send(&mut stream, Packet::Connect(Box::new(connect)));
    stream.read_exact(&mut [0; 4]).expect("a CONNACK");
    for _ in 0..count {
        let publish = Publish { topic: "own/topic".into(), ..Publish::default() };
        send(&mut stream, Packet::Publish(publish));
    }
    stream
}

fn send(stream: &mut TcpStream, packet: Packet) {
    let bytes = encode(&packet).expect("it can be encoded");
    stream.write_all(&bytes).expect("it listens");
}

/// The packets in the list, in its order.
const NAMES: &str =
    "return [...document.querySelectorAll('.captures__wire [data-record] .packet-name')]
    .map((name) => name.textContent.trim())";

async fn follow(page: &Page, tap: &Tap) -> Outcome {
    type_over(&page.see(".traffic__address input").await?, &tap.observe).await?;
    press(&page.see(".traffic__address button").await?).await?;
    page.see(".traffic__state[data-state=open]").await.map(drop)
}

#[tokio::test]
#[ignore = "needs the built page and a browser: `cargo xtask test --e2e`"]
async fn every_packet_of_an_application_is_shown_as_it_passes() -> Outcome {
    let tap = start(&["--allow-faults"]);
    in_browser(Language::En, |page| async move {
        page.open("page=traffic&broker=tab").await?;
        let strings = page.strings();
        follow(&page, &tap).await?;
        let first = application(&tap, "first-application", 3);
        page.see_html(".traffic__lanes", "first-application").await?;
        // Each of its packets is there once, in order, behind the two rows of the link.
        page.see(".captures__wire [data-record='6']").await?;
        page.see_html(".captures__wire", "own/topic").await?;
        let names = page.evaluate(NAMES).await?;
        assert_eq!(names, json!(["CONNECT", "CONNACK", "PUBLISH", "PUBLISH", "PUBLISH"]));
        // Another one beside it; only that one is looked at.
        let _second = application(&tap, "second-application", 1);
        page.see_html(".traffic__lanes", "second-application").await?;
        picture(&page, "traffic").await?;
        nothing_is_found(&page, "traffic").await?;
        press(&page.see("[data-connection='2']").await?).await?;
        page.gone(".captures__wire [data-record='5']").await?;
        page.see_html(".captures__wire", "second-application").await?;
        // The first one is cut; the page says whose doing that was.
        press(&page.see("[data-connection='2']").await?).await?;
        press(&page.see("[data-connection='1']").await?).await?;
        press(&page.button(strings.fault_cut()).await?).await?;
        page.see(".captures__item[data-open=false]").await?;
        drop(first);
        Ok(())
    })
    .await
}

#[tokio::test]
#[ignore = "needs the built page and a browser: `cargo xtask test --e2e`"]
async fn a_tap_that_ends_is_told_and_found_again() -> Outcome {
    let token = env::temp_dir().join(format!("tap-token-{}", std::process::id()));
    let path = token.to_str().expect("a plain path").to_owned();
    let tap = start(&["--token-file", &path]);
    in_browser(Language::Ja, |page| async move {
        page.open("page=traffic&broker=tab").await?;
        let strings = page.strings();
        follow(&page, &tap).await?;
        // The token is not where it could be copied or kept.
        let address = page.evaluate("return location.href + JSON.stringify(localStorage)").await?;
        let secret = tap.observe.rsplit('/').next().unwrap_or_default().to_owned();
        assert!(!address.to_string().contains(&secret), "{address}");
        let _application = application(&tap, "before", 1);
        page.see_html(".traffic__lanes", "before").await?;
        let observe = tap
            .observe
            .rsplit_once('/')
            .and_then(|(host, _)| host.rsplit_once(':'))
            .map(|(_, port)| port.to_owned());
        drop(tap);
        page.see(".traffic__state[data-state=lost]").await?;
        let tap = start(&["--observe", &observe.unwrap_or_default(), "--token-file", &path]);
        page.see(".traffic__state[data-state=open]").await?;
        page.see_html(".captures__banner", &strings.traffic_restarted(1)).await?;
        let _application = application(&tap, "after", 1);
        page.see_html(".traffic__lanes", "after").await?;
        let _ = std::fs::remove_file(&path);
        page.expect_complaints(OF_THE_BROWSER).await
    })
    .await
}
