//! One message from its publisher to its subscribers, and what it carries.

use mqtt5_playground::language::Language;
use thirtyfour::Key;
use thirtyfour::error::WebDriverResult;
use thirtyfour::prelude::*;

use crate::browser::in_browser;
use crate::page::{Outcome, Page, press, press_key, type_over};
use crate::pictures::{picture, picture_of};

#[tokio::test]
#[ignore = "needs the built page and a browser: `cargo xtask test --e2e`"]
async fn a_message_is_followed_to_two_subscribers_and_to_nobody_else() -> Outcome {
    in_browser(Language::En, |page| async move {
        let strings = page.strings();
        page.open("page=bench&broker=tab").await?;
        page.see(".client-panel[data-client=B]").await?;
        for _ in ['C', 'D'] {
            press(&page.button(strings.bench_add_client()).await?).await?;
        }
        page.see(".client-panel[data-client=D]").await?;
        for (client, filter) in [('B', "plant/#"), ('C', "plant/+"), ('D', "elsewhere")] {
            let panel = page.panel(client);
            panel.choose("CONNECT").await?;
            panel.connect().await?;
            panel.choose("SUBSCRIBE").await?;
            panel.fill("Topic Filter", filter).await?;
            panel.send("SUBSCRIBE").await?;
            page.packet("SUBACK", client, "in").await?;
        }
        let publisher = page.panel('A');
        publisher.connect().await?;
        publisher.choose("PUBLISH").await?;
        publisher.fill("Topic Name", "plant/press").await?;
        publisher.fill("Payload", r#"{"bar": [4.5, {"at": "noon"}]}"#).await?;
        publisher.choose_qos(1).await?;
        publisher.send("PUBLISH").await?;
        page.packet("PUBACK", 'A', "in").await?;
        // Another message, which is none of these.
        publisher.fill("Topic Name", "plant/saw").await?;
        publisher.send("PUBLISH").await?;

        press(&topic_row(&page, "plant/press", 'A').await?).await?;
        page.see(".inspector .hex").await?;
        page.driver().action_chain().send_keys("f").perform().await?;
        page.see(".wire-note--followed").await?;
        page.see_text(".wire-note__facts", |facts| {
            facts.contains("published by A")
                && facts.contains("2 copies: to B, C")
                && facts.contains("acknowledged by B")
                && facts.contains("nothing for D: no matching subscription")
        })
        .await?;
        let rows = "return [...document.querySelectorAll('.packet-row')].map(row =>
            row.dataset.client + ' ' + row.dataset.direction + ' '
            + row.querySelector('.packet-name').textContent.trim()).sort()";
        let rows = page.evaluate(rows).await?;
        let expect = [
            "A in PUBACK",
            "A out PUBLISH",
            "B in PUBLISH",
            "B out PUBACK",
            // It subscribes with QoS 0.
            "C in PUBLISH",
        ];
        assert_eq!(rows, serde_json::json!(expect));
        picture(&page, "follow").await?;

        // The payload as a tree, and the path of a value in it.
        look_at_payload(&page).await?;
        let rows = page.driver().find_all(By::Css(".payload-row")).await?;
        press(&rows[4]).await?;
        page.see_html(".payload-view__path", "$.bar[1].at").await?;
        press_key(&page, Key::Up).await?;
        page.see_html(".payload-view__path", "$.bar[1]").await?;
        picture_of(&page, "payload", ".inspector").await?;

        // What was shown before comes back.
        press(&page.see(".wire-note--followed > .button--icon").await?).await?;
        page.gone(".wire-note--followed").await?;
        page.see_text(".wire-bar__count", |count| !count.contains(" of ")).await?;

        // A word that is no word of the filter is told.
        let filter = page.see(".wire-bar__filter input").await?;
        type_over(&filter, "clinet:A").await?;
        page.see_html(".wire-note--problem", "clinet:").await?;
        type_over(&filter, "code:<0x80 client:D").await?;
        page.gone(".wire-note--problem").await?;
        page.packet("CONNACK", 'D', "in").await?;
        Ok(())
    })
    .await
}

#[tokio::test]
#[ignore = "needs the built page and a browser: `cargo xtask test --e2e`"]
async fn cbor_is_read_and_another_view_can_be_chosen() -> Outcome {
    in_browser(Language::Ja, |page| async move {
        page.open("page=bench&broker=tab").await?;
        let publisher = page.panel('A');
        publisher.connect().await?;
        publisher.choose("PUBLISH").await?;
        press(&publisher.button(page.strings().form_as_hex()).await?).await?;
        publisher.fill("Payload", "bf6346756ef563416d7421ff").await?;
        publisher.send("PUBLISH").await?;
        press(&page.packet("PUBLISH", 'A', "out").await?).await?;
        look_at_payload(&page).await?;
        page.see_html(".payload-view__line", r#"{_ "Fun": true, "Amt": -2}"#).await?;
        page.see_html(".payload-view__why", page.strings().payload_by_bytes()).await?;
        let hex = page.see(".payload-view__views option:nth-child(2)").await?;
        hex.click().await?;
        page.see_html(".payload-view__plain", "bf 63 46 75").await?;
        Ok(())
    })
    .await
}

/// The PUBLISH of a client on a topic, as a button.
async fn topic_row(page: &Page, topic: &str, client: char) -> WebDriverResult<WebElement> {
    let found = format!(
        "//li[@data-client='{client}'][@data-direction='out']//button[contains(., '{topic}')]"
    );
    page.driver().query(By::XPath(found)).and_displayed().first().await
}

async fn look_at_payload(page: &Page) -> Outcome {
    press(&page.button(page.strings().inspector_payload()).await?).await?;
    page.see(".payload-row, .payload-view__plain").await?;
    Ok(())
}
