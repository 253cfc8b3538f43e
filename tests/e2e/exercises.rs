//! Exercises done by hand, judged by the page from the packets.

use mqtt5_playground::course;
use mqtt5_playground::language::Language;

use crate::browser::{in_browser, setting};
use crate::page::{Outcome, Page, press};

pub const IN_TAB: &str = "tab";

#[tokio::test]
#[ignore = "needs the built page and a browser: `cargo xtask test --e2e`"]
async fn first_user_property_on_mosquitto_in_english() -> Outcome {
    in_browser(Language::En, |page| async move {
        first_user_property(&page, &setting("MQTT_WS_URL")).await
    })
    .await
}

#[tokio::test]
#[ignore = "needs the built page and a browser: `cargo xtask test --e2e`"]
async fn first_user_property_on_mosquitto_in_japanese() -> Outcome {
    in_browser(Language::Ja, |page| async move {
        first_user_property(&page, &setting("MQTT_WS_URL")).await
    })
    .await
}

#[tokio::test]
#[ignore = "needs the built page and a browser: `cargo xtask test --e2e`"]
async fn first_user_property_in_the_tab() -> Outcome {
    in_browser(Language::Ja, |page| async move { first_user_property(&page, IN_TAB).await }).await
}

#[tokio::test]
#[ignore = "needs the built page and a browser: `cargo xtask test --e2e`"]
async fn first_connect_in_the_tab() -> Outcome {
    in_browser(Language::En, |page| async move {
        page.open(&address("first-connect", IN_TAB)).await?;
        untouched(&page, &["connect", "accepted", "read-limits"]).await?;

        page.panel('A').connect().await?;
        page.step("connect", "met").await?;
        page.step("accepted", "met").await?;
        page.step("read-limits", "not-yet").await?;
        assert!(!page.shows(".lesson__done").await?, "the CONNACK has not been read yet");

        press(&page.packet("CONNACK", 'A', "in").await?).await?;
        page.step("read-limits", "met").await?;
        is_done(&page, "first-connect", 1).await
    })
    .await
}

#[tokio::test]
#[ignore = "needs the built page and a browser: `cargo xtask test --e2e`"]
async fn connect_properties_in_the_tab() -> Outcome {
    in_browser(Language::En, |page| async move {
        page.open(&address("connect-properties", IN_TAB)).await?;
        untouched(&page, &["limits", "accepted"]).await?;

        // Of the Receive Maximum in the CONNACK: another number than one's own.
        page.predict("limits", 2).await?;
        page.write_by_hand("limits", false).await?;
        let client = page.panel('A');
        for (label, value) in [
            ("Session Expiry Interval", "300"),
            ("Receive Maximum", "10"),
            ("Maximum Packet Size", "1048576"),
            ("Topic Alias Maximum", "10"),
        ] {
            client.fill(label, value).await?;
        }
        client.fill_pair(1, "client_type", "advanced_mqtt5_client").await?;
        client.fill_pair(2, "version", "1.0.0").await?;
        let capabilities = "user_properties,topic_alias,request_response";
        client.fill_pair(3, "capabilities", capabilities).await?;
        client.connect().await?;
        page.step("limits", "met").await?;
        page.marked("limits", "met").await?;
        page.step("accepted", "not-yet").await?;

        press(&page.packet("CONNACK", 'A', "in").await?).await?;
        page.step("accepted", "met").await?;
        is_done(&page, "connect-properties", 1).await
    })
    .await
}

/// Two clients, every form typed into, nothing sent as it was prepared.
async fn first_user_property(page: &Page, broker: &str) -> Outcome {
    // Tests share a Mosquitto, so each has a topic of its own.
    let topic = format!("test/mqtt5/{}", page.language().tag());
    page.open(&address("first-user-property", broker)).await?;
    untouched(page, &["subscribe", "granted", "publish", "delivered"]).await?;

    let subscriber = page.panel('B');
    subscriber.connect().await?;
    subscriber.fill("Topic Filter", &topic).await?;
    subscriber.fill("Subscription Identifier", "268435455").await?;
    subscriber.fill_pair(1, "subscriber_type", "e2e").await?;
    subscriber.send("SUBSCRIBE").await?;
    page.step("subscribe", "met").await?;
    page.step("granted", "not-yet").await?;
    press(&page.packet("SUBACK", 'B', "in").await?).await?;
    page.step("granted", "met").await?;
    page.step("publish", "not-yet").await?;

    // The pairs of the PUBLISH, and no others, reach the subscriber.
    page.predict("publish", 1).await?;
    let publisher = page.panel('A');
    publisher.connect().await?;
    publisher.fill("Topic Name", &topic).await?;
    publisher.fill("Payload", r#"{"温度": 21.5}"#).await?;
    for (number, name, value) in [
        (1, "sender", "手"),
        (2, "priority", "high"),
        (3, "category", "demo"),
        (4, "shift", "night"),
    ] {
        publisher.add_pair().await?;
        publisher.fill_pair(number, name, value).await?;
    }
    publisher.send("PUBLISH").await?;
    page.step("publish", "met").await?;
    page.marked("publish", "met").await?;
    page.step("delivered", "not-yet").await?;
    press(&page.packet("PUBLISH", 'B', "in").await?).await?;
    page.step("delivered", "met").await?;

    // What was typed is what arrived, with the identifier that the subscriber chose.
    for words in ["21.5", "手", "shift", "night", "268435455"] {
        subscriber.mentions(words).await?;
    }
    for (packet, client, way) in [
        ("CONNECT", 'B', "out"),
        ("SUBACK", 'B', "in"),
        ("PUBLISH", 'A', "out"),
        ("PUBLISH", 'B', "in"),
        ("PUBACK", 'B', "out"),
    ] {
        page.packet(packet, client, way).await?;
    }
    is_done(page, "first-user-property", 5).await
}

pub fn address(exercise: &str, broker: &str) -> String {
    format!("exercise={exercise}&broker={broker}")
}

/// Nothing is met before anything was done.
pub async fn untouched(page: &Page, steps: &[&str]) -> Outcome {
    for step in steps {
        page.step(step, "not-yet").await?;
    }
    assert_eq!(page.count("[data-state=met].step").await?, 0);
    assert!(!page.shows(".lesson__done").await?, "done before it began");
    Ok(())
}

/// The page says that it is done and counts the packets; after a reload it still knows.
pub async fn is_done(page: &Page, exercise: &str, packets: usize) -> Outcome {
    let strings = page.strings();
    let done = page.see(".lesson__done").await?.text().await?;
    for words in [strings.lesson_done().to_owned(), strings.lesson_packets_par(packets)] {
        assert!(done.contains(&words), "{words:?} in {done:?}");
    }

    page.reload().await?;
    press(&page.button(strings.course()).await?).await?;
    let link = format!(".course-nav__exercise[href*='exercise={exercise}&'][data-state=met]");
    page.see(&link).await?;
    page.open("").await?;
    // A chapter counts the exercises of the core.
    let (_, chapter) = course::chapter_of(exercise).expect("the course has it");
    let pips = strings.pips(usize::from(course::is_core(exercise)), chapter.core().count());
    page.see(&format!(".chapter .pips[aria-label={pips:?}]")).await?;
    Ok(())
}
