//! Texts of somebody who means harm: markup, a script, characters that cannot be seen or that turn the direction, texts
//! without an end. Everything is shown as text, what cannot be seen is written out, and nothing is wider than a phone.

use std::fs;

use bytes::Bytes;
use mqtt5_playground::capture::{Capture, ClientSlot, Entry, LinkClose};
use mqtt5_playground::formats::json::records_to_json;
use mqtt5_playground::formats::share::{Folded, pack};
use mqtt5_playground::language::Language;
use mqtt5_playground::mqtt::{
    ConnAck, Connect, ConnectionId, Disconnect, Packet, PacketId, Property, Publish, QoS,
    ReasonCode, Sender, SubAck, Subscribe, Subscription, Text, Will, encode,
};
use mqtt5_playground::time::Instant;
use thirtyfour::By;
use thirtyfour::extensions::query::ElementQueryable;

use crate::browser::{in_browser, setting};
use crate::captures::{file, open_file};
use crate::page::{Outcome, Page, press};

const MARKUP: &str =
    r#"<img src=x onerror="window.ran=1"><script>window.ran=1</script><b class=injected>"#;
/// A zero-width space, and an override of the direction.
const UNSEEN: &str = "le\u{200B}vel\u{202E}gnp.exe";

/// Text as hostile as its field allows.
fn text(about: &str) -> Text {
    format!("{about}{MARKUP}{UNSEEN}").into()
}

fn long() -> String {
    "x".repeat(65_535)
}

fn pair() -> Property {
    Property::UserProperty((text("name"), text("value")))
}

/// Every text that MQTT has, in packets of one connection.
pub fn capture() -> Capture {
    let mut capture = Capture::default();
    let mut push = |entry| {
        capture.push(Instant::from_millis(1), ClientSlot(0), ConnectionId(1), entry);
    };
    push(Entry::Opening { address: text("ws://").to_string() });
    push(Entry::Opened);
    let publish = |topic: Text, payload: &str, properties: Vec<Property>| {
        let properties = properties.into();
        let payload = Bytes::copy_from_slice(payload.as_bytes());
        Packet::Publish(Publish { topic, payload, properties, ..Publish::default() })
    };
    let id = PacketId::MIN;
    let subscription = |filter: Text| Subscription {
        topic_filter: filter,
        qos: QoS::AtLeastOnce,
        ..Subscription::default()
    };
    let json = serde_json::json!({ text("key"): [text("item"), long()] }).to_string();
    let packets = [
        (
            Sender::Client,
            Packet::Connect(Box::new(Connect {
                client_id: text("client"),
                user_name: Some(text("user")),
                will: Some(Will {
                    topic: text("will"),
                    properties: [Property::ContentType(text("type"))].into(),
                    ..Will::default()
                }),
                properties: [Property::AuthenticationMethod(text("method")), pair()].into(),
                ..Connect::default()
            })),
        ),
        (
            Sender::Server,
            Packet::ConnAck(ConnAck {
                session_present: false,
                reason_code: ReasonCode::Success,
                properties: [
                    Property::ReasonString(text("reason")),
                    Property::ResponseInformation(text("information")),
                    Property::ServerReference(text("server")),
                    pair(),
                ]
                .into(),
            }),
        ),
        (
            Sender::Client,
            Packet::Subscribe(Subscribe {
                packet_id: id,
                properties: [pair()].into(),
                subscriptions: vec![subscription(text("a/")), subscription(text("b/"))],
            }),
        ),
        (
            Sender::Server,
            Packet::SubAck(SubAck {
                packet_id: id,
                properties: [Property::ReasonString(text("reason"))].into(),
                reason_codes: vec![ReasonCode::NotAuthorized, ReasonCode::UnspecifiedError],
            }),
        ),
        (Sender::Server, publish("tank/level".into(), "1", vec![])),
        (Sender::Server, publish("tank/le\u{200B}vel".into(), "1", vec![])),
        (
            Sender::Server,
            publish(
                text("topic/"),
                &text("payload"),
                vec![
                    Property::ContentType(text("type")),
                    Property::ResponseTopic(text("response/")),
                    Property::PayloadFormatIndicator(1),
                    pair(),
                ],
            ),
        ),
        (
            Sender::Server,
            publish(
                long().into(),
                &json,
                vec![Property::UserProperty((long().into(), long().into()))],
            ),
        ),
        (
            Sender::Server,
            Packet::Disconnect(Disconnect {
                properties: [
                    Property::ReasonString(text(&long()[..60_000])),
                    Property::ServerReference(text("server")),
                ]
                .into(),
                ..Disconnect::new(ReasonCode::UseAnotherServer)
            }),
        ),
    ];
    for (sender, packet) in packets {
        let bytes = encode(&packet).expect("it can be written");
        push(Entry::Packet { sender, bytes });
    }
    let (by, reason) = (Some(Sender::Server), text("closed"));
    push(Entry::Closed(LinkClose {
        by,
        was_open: true,
        code: Some(1008),
        reason: reason.to_string(),
    }));
    capture
}

/// Nothing ran, nothing was put in, nothing is unseen, nothing is too wide.
async fn is_harmless(page: &Page, place: &str) -> Outcome {
    let found = page.evaluate(HARM).await?;
    assert_eq!(found, serde_json::json!([]), "at {place}");
    Ok(())
}

const HARM: &str = r#"
    const found = [];
    if (window.ran) found.push('a script ran');
    if (document.querySelector('img[src=x], [onerror], .injected')) found.push('an element was put in');
    const { scrollWidth, clientWidth } = document.documentElement;
    if (scrollWidth > clientWidth) found.push(`${scrollWidth - clientWidth} pixels too wide`);
    const unseen = /[\u200B\u202E]/;
    const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    while (texts.nextNode()) {
        const { parentElement, data } = texts.currentNode;
        if (unseen.test(data) && !parentElement.closest('script, style, textarea'))
            found.push(`unseen in ${parentElement.outerHTML.slice(0, 100)}`);
    }
    for (const name of ['title', 'aria-label'])
        for (const element of document.querySelectorAll(`[${name}]`))
            if (unseen.test(element.getAttribute(name)))
                found.push(`unseen in ${name} of ${element.outerHTML.slice(0, 100)}`);
    return found.slice(0, 10);
"#;

#[tokio::test]
#[ignore = "needs the built page and a browser: `cargo xtask test --e2e`"]
async fn texts_of_a_capture_are_text() -> Outcome {
    in_browser(Language::En, |page| async move {
        page.on_phone(390, 844).await?;
        page.open("page=captures&broker=tab").await?;
        let capture = capture();
        let json = records_to_json(&capture, capture.records());
        let name = "<b class=injected>\u{202E}gnp.json";
        open_file(&page, &file(name, json.as_bytes())).await?;
        page.see(".packet-row[data-direction]").await?;
        is_harmless(&page, "the list").await?;
        // Two topics that would look equal.
        page.see_html(".packet-row", "tank/level").await?;
        page.see_html(".packet-row", "tank/le⟨U+200B⟩vel").await?;

        const ROWS: &str = "document.querySelectorAll('.packet-row[data-direction] button')";
        let rows = page.count(".packet-row[data-direction] button").await?;
        assert_eq!(rows, 9);
        for row in 0..rows {
            let script = format!(
                "const row = {ROWS}[{row}];
                const number = row.querySelector('.packet-row__number').textContent.trim();
                row.click();
                return number;"
            );
            let number = page.evaluate(&script).await?;
            let number = number.as_str().expect("each row has a number");
            page.see_html(".captures .inspector__facts", number).await?;
            is_harmless(&page, number).await?;
        }
        press(&page.see(".captures .inspector__back").await?).await?;
        press(&page.see(".findings-line").await?).await?;
        page.see(".finding").await?;
        is_harmless(&page, "findings").await?;

        // The same through a link, which names the place in the same breath.
        let bytes = pack(&capture, capture.records());
        let link = Folded { bytes, is_compressed: false }.to_text();
        let place = "%3Cimg%20src=x%20onerror=%22window.ran=1%22%3E%E2%80%AE";
        page.driver().goto("about:blank").await?;
        let address = format!("{}?page={place}&find={place}#capture={link}", setting("PAGE_URL"));
        page.driver().goto(address).await?;
        page.see(".packet-row[data-direction]").await?;
        is_harmless(&page, "a link").await
    })
    .await
}

#[tokio::test]
#[ignore = "needs the built page and a browser: `cargo xtask test --e2e`"]
async fn what_the_address_says_is_text_and_a_bad_import_says_where() -> Outcome {
    in_browser(Language::Ja, |page| async move {
        page.on_phone(390, 844).await?;
        let harm = "%3Cimg%20src=x%20onerror=%22window.ran=1%22%3E%E2%80%AE";
        for query in [
            format!("page={harm}"),
            format!("exercise={harm}"),
            format!("chapter={harm}"),
            format!("exercise=first-connect&broker={harm}"),
            format!("page=reference&entry={harm}"),
        ] {
            page.open(&query).await?;
            page.next_frame().await?;
            is_harmless(&page, &query).await?;
        }
        page.open("page=finish").await?;
        let progress = file("progress.json", br#"{"v":1,"done":{"x":"<b class=injected>"}}"#);
        let input = page.driver().query(By::Css("input[type=file]")).first().await?;
        input.send_keys(progress.to_string_lossy().as_ref()).await?;
        page.see_text("[data-state=contradicted]", |words| words.contains("line 1 column")).await?;
        is_harmless(&page, "an import").await?;
        let _ = fs::remove_file(progress);
        Ok(())
    })
    .await
}
