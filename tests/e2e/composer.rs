//! Packets built, broken, sent and read in the composer; and the same packet for other clients.

use mqtt5_playground::language::Language;
use serde_json::json;
use thirtyfour::prelude::*;

use crate::browser::{in_browser, setting};
use crate::page::{Outcome, Page, press};
use crate::pictures::{high_picture, picture};

/// Puts a text into the bytes as a paste would.
async fn paste(page: &Page, text: &str) -> Outcome {
    page.see(".composer__hex textarea").await?;
    let script = format!(
        "const area = document.querySelector('.composer__hex textarea');
         area.value = {};
         area.dispatchEvent(new Event('input', {{ bubbles: true }}));",
        json!(text)
    );
    page.evaluate(&script).await?;
    Ok(())
}

async fn bytes(page: &Page) -> WebDriverResult<String> {
    let value =
        page.evaluate("return document.querySelector('.composer__hex textarea').value").await?;
    Ok(value.as_str().unwrap_or_default().split_whitespace().collect())
}

async fn break_by(page: &Page, breakage: &str) -> Outcome {
    press(&page.see(&format!("[data-breakage={breakage}]")).await?).await
}

async fn choose(page: &Page, number: u8) -> Outcome {
    press(&page.see(&format!(".composer__packet:nth-child({number})")).await?).await
}

#[tokio::test]
#[ignore = "needs the built page and a browser: `cargo xtask test --e2e`"]
async fn fields_and_bytes_follow_each_other() -> Outcome {
    in_browser(Language::En, |page| async move {
        page.open("page=composer&broker=tab").await?;
        let topic = page.see("#composer-publish-topic_name").await?;
        assert!(bytes(&page).await?.starts_with("3217000d"));
        topic.send_keys("s").await?;
        page.see_html(".composer__bytes .card__title", "26").await?;
        assert!(bytes(&page).await?.starts_with("3218000e"), "the bytes follow the field");

        // A rule broken in a field stands at the field, at the byte, and is written all the same.
        topic.send_keys("/#").await?;
        page.see_html(".composer__form .field__error", "MQTT-3.3.2-2").await?;
        page.see_html(".composer__sheet .explanation[data-state=malformed]", "MQTT-3.3.2-2")
            .await?;
        assert!(bytes(&page).await?.starts_with("321a0010"));

        // The fields follow the bytes; wrong bytes stay as they were typed.
        paste(&page, "30 04 00 01 74 00").await?;
        let topic = page.see("#composer-publish-topic_name").await?;
        assert_eq!(topic.value().await?.as_deref(), Some("t"));
        paste(&page, "30 04 00 01 74 0g").await?;
        page.see_html(".composer__hex .field__error", "'g'").await?;
        assert_eq!(bytes(&page).await?, "30040001740g");

        // Every packet has fields, or says that it has none.
        for number in 1..=15 {
            choose(&page, number).await?;
            page.see(".composer__form .field, .composer__form .field__hint").await?;
            page.see(&format!(".composer__packet:nth-child({number})[aria-pressed=true]")).await?;
            assert_eq!(page.count(".composer__sheet .explanation[data-state=malformed]").await?, 0);
        }
        Ok(())
    })
    .await
}

#[tokio::test]
#[ignore = "needs the built page and a browser: `cargo xtask test --e2e`"]
async fn a_packet_broken_on_purpose_is_answered_as_foretold() -> Outcome {
    in_browser(Language::En, |page| async move {
        page.open("page=composer&broker=tab").await?;
        break_by(&page, "topic_alias_zero").await?;
        page.see_html(".composer__foretold", "0x94 Topic Alias invalid").await?;
        page.see_html(".composer__foretold", "MQTT-3.3.2-8").await?;
        press(&page.see(".composer__connect").await?).await?;
        press(&page.see(".composer__go:not([aria-disabled])").await?).await?;
        page.see_html(".answers", "DISCONNECT 0x94 Topic Alias invalid").await?;
        page.see_html(".composer__verdict", page.strings().composer_as_foretold()).await?;
        page.packet("DISCONNECT", 'A', "in").await?;
        page.evaluate("scrollTo(0, 0)").await?;
        high_picture(&page, "composer").await?;
        // On the wire it is marked as what it is, for which a Server must close (§4.13).
        press(&page.packet("PUBLISH", 'A', "out").await?).await?;
        page.see_html(".composer__opened .explanation[data-state=malformed]", "MQTT-4.13.1-1")
            .await?;

        // A first packet that is broken needs no connection before.
        choose(&page, 1).await?;
        break_by(&page, "protocol_version").await?;
        press(&page.see(".composer__go:not([aria-disabled])").await?).await?;
        page.see_html(".answers", "CONNACK 0x84 Unsupported Protocol Version").await?;
        page.see_html(".composer__verdict", page.strings().composer_as_foretold()).await?;
        Ok(())
    })
    .await
}

#[tokio::test]
#[ignore = "needs the built page and a browser: `cargo xtask test --e2e`"]
async fn a_foreign_broker_answers_broken_bytes_too() -> Outcome {
    in_browser(Language::En, |page| async move {
        page.open(&format!("page=composer&broker={}", setting("MQTT_WS_URL"))).await?;
        choose(&page, 8).await?;
        break_by(&page, "subscription_options_reserved").await?;
        press(&page.see(".composer__connect").await?).await?;
        press(&page.see(".composer__go:not([aria-disabled])").await?).await?;
        page.see_html(".answers", "DISCONNECT 0x81 Malformed Packet").await
    })
    .await
}

#[tokio::test]
#[ignore = "needs the built page and a browser: `cargo xtask test --e2e`"]
async fn bytes_of_3_1_1_are_read_as_such_and_written_in_5_0() -> Outcome {
    in_browser(Language::En, |page| async move {
        page.open("page=composer&broker=tab").await?;
        let strings = page.strings();
        let note = ".composer__bytes .composer__note";
        paste(&page, "10 0d 00 04 4d 51 54 54 04 02 00 3c 00 01 63").await?;
        page.see_html(note, &strings.composer_older("CONNECT", "3.1.1")).await?;
        page.see_html(".composer__sheet .field-row__label", "Protocol Level").await?;
        page.see_html(".composer__foretold", "0x84 Unsupported Protocol Version").await?;
        press(&page.see(&format!("{note} > .button")).await?).await?;
        page.see_html(".composer__foretold", strings.composer_sound()).await?;
        assert_eq!(bytes(&page).await?, "100e00044d5154540502003c00000163");
        assert_eq!(page.count(note).await?, 0);

        // What may be of either version is shown as one of 5.0 until the learner says otherwise.
        paste(&page, "30 05 00 01 74 68 69").await?;
        page.see(".composer__sheet .explanation[data-state=malformed]").await?;
        press(&page.see(&format!("{note} .segmented__option:first-child")).await?).await?;
        page.see_html(".composer__sheet .explanation", &strings.inspector_version_older("3.1.1"))
            .await?;
        assert_eq!(page.count(".composer__sheet .explanation[data-state=malformed]").await?, 0);
        Ok(())
    })
    .await
}

#[tokio::test]
#[ignore = "needs the built page and a browser: `cargo xtask test --e2e`"]
async fn a_dump_is_read_and_cut_into_packets() -> Outcome {
    in_browser(Language::Ja, |page| async move {
        page.open("page=composer&broker=tab").await?;
        paste(&page, "0000  c0 00 82 07 00 01 00 00 01 61 00 e0 00        .......a...\n").await?;
        for (number, name) in [(1, "PINGREQ"), (2, "SUBSCRIBE"), (3, "DISCONNECT")] {
            let piece = format!(".composer__pieces button:nth-child({number})");
            page.see_html(&piece, name).await?;
            press(&page.see(&piece).await?).await?;
            page.see_html(".composer__sheet .explanation__name", name).await?;
        }
        // What passed can be taken apart here.
        page.open("exercise=first-connect&broker=tab").await?;
        page.panel('A').connect().await?;
        page.packet("CONNACK", 'A', "in").await?.click().await?;
        press(&page.see(".inspector__tools a").await?).await?;
        page.see_html(".composer__sheet .explanation__name", "CONNACK").await
    })
    .await
}

#[tokio::test]
#[ignore = "needs the built page and a browser: `cargo xtask test --e2e`"]
async fn a_packet_is_written_for_other_clients() -> Outcome {
    in_browser(Language::En, |page| async move {
        page.open("exercise=first-connect&broker=tab").await?;
        let panel = page.panel('A');
        panel.connect().await?;
        panel.choose("PUBLISH").await?;
        panel.fill("Topic Name", "it's/hot").await?;
        press(&page.see(".client-panel .elsewhere-button button").await?).await?;
        page.see_html(".elsewhere__code", r"-t 'it'\''s/hot'").await?;
        for (tool, code) in [
            ("powershell", "Start-Process mosquitto_pub"),
            ("paho", "client.publish("),
            ("mqtt-js", "client.publishAsync("),
            ("paho-go", "paho.Publish{"),
            ("hivemq", "Mqtt5Publish.builder()"),
            ("rumqttc", ".publish("),
        ] {
            press(&page.see(&format!("[data-tool={tool}]")).await?).await?;
            page.see_html(".elsewhere__code", code).await?;
        }
        press(&page.see("[data-tool=paho]").await?).await?;
        picture(&page, "elsewhere").await?;
        page.evaluate("document.querySelector('dialog.elsewhere').close()").await?;
        page.gone("dialog.elsewhere").await?;

        // What is wrong is told at the field, and nothing is written.
        panel.fill("Topic Name", "a/#").await?;
        press(&page.see(".client-panel .elsewhere-button button").await?).await?;
        page.see_html(".client-panel .field__error", "MQTT-3.3.2-2").await?;
        let nothing = page.strings().other_clients_nothing();
        page.see_html(".client-panel .elsewhere-button__told", nothing).await?;
        assert_eq!(page.count("dialog.elsewhere").await?, 0);

        // A packet that has passed, too.
        page.packet("CONNECT", 'A', "out").await?.click().await?;
        press(&page.see(".inspector .elsewhere-button button").await?).await?;
        // For the same client as the last time.
        page.see_html(".elsewhere__code", "clean_start=True").await?;
        press(&page.see("[data-tool=mosquitto]").await?).await?;
        page.see_html(".elsewhere__code", "mosquitto_sub -V mqttv5").await
    })
    .await
}
