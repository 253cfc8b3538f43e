//! What a form refuses is told at the field, and nothing is sent.

use mqtt5_playground::language::Language;

use crate::browser::in_browser;
use crate::page::{Outcome, Page, press};

#[tokio::test]
#[ignore = "needs the built page and a browser: `cargo xtask test --e2e`"]
async fn a_wrong_connect_is_told_at_the_field() -> Outcome {
    in_browser(Language::En, |page| async move {
        page.open("exercise=first-connect&broker=tab").await?;
        let panel = page.panel('A');
        panel.unfold(page.strings().form_properties()).await?;
        for (label, wrong, rule, right) in [
            ("Keep Alive", "soon", "§3.1.2.10", "30"),
            ("Keep Alive", "65536", "§3.1.2.10", "0"),
            ("Receive Maximum", "0", "3.1.2.11.3", "1"),
            ("Maximum Packet Size", "0", "3.1.2.11.4", "100"),
        ] {
            is_refused(&page, "CONNECT", label, wrong, rule).await?;
            panel.fill(label, right).await?;
            is_right_again(&page, label).await?;
        }
        // Nothing of all that was sent: the first packet is the right one.
        assert_eq!(page.count(".packet-row").await?, 0, "something is on the wire");
        panel.connect().await?;
        page.packet("CONNACK", 'A', "in").await?;
        Ok(())
    })
    .await
}

#[tokio::test]
#[ignore = "needs the built page and a browser: `cargo xtask test --e2e`"]
async fn a_wrong_message_is_told_at_the_field() -> Outcome {
    in_browser(Language::Ja, |page| async move {
        page.open("exercise=first-connect&broker=tab").await?;
        let panel = page.panel('A');
        panel.connect().await?;

        panel.choose("PUBLISH").await?;
        panel.fill("Topic Name", "right").await?;
        for (label, wrong, rule, right) in [
            ("Topic Name", "sport/#", "MQTT-3.3.2-2", "sport/score"),
            ("Topic Name", "", "§3.3.2.1", "sport/score"),
        ] {
            is_refused(&page, "PUBLISH", label, wrong, rule).await?;
            panel.fill(label, right).await?;
            is_right_again(&page, label).await?;
        }
        // Bytes as hexadecimal digits come in pairs.
        press(&panel.button(page.strings().form_as_hex()).await?).await?;
        is_refused(&page, "PUBLISH", "Payload", "00f", "").await?;
        panel.fill("Payload", "00ff").await?;

        panel.choose("SUBSCRIBE").await?;
        for (wrong, rule) in
            [("a/#/b", "MQTT-4.7.1-1"), ("a+", "MQTT-4.7.1-2"), ("$share//a", "MQTT-4.8.2-1")]
        {
            is_refused(&page, "SUBSCRIBE", "Topic Filter", wrong, rule).await?;
        }
        panel.fill("Topic Filter", "sport/#").await?;
        panel.choose_qos(2).await?;
        panel.send("SUBSCRIBE").await?;
        page.packet("SUBACK", 'A', "in").await?;

        // The form of before still holds what was typed; it goes out now.
        panel.choose("PUBLISH").await?;
        panel.send("PUBLISH").await?;
        page.packet("PUBLISH", 'A', "in").await?;
        panel.mentions("sport/score").await?;
        let sent = page.count(".packet-row[data-direction=out]").await?;
        assert_eq!(sent, 3, "CONNECT, SUBSCRIBE and one PUBLISH, none of the wrong ones");
        Ok(())
    })
    .await
}

/// Sending is tried, and the field says what is wrong, which rule says so, and takes the focus.
async fn is_refused(page: &Page, packet: &str, label: &str, wrong: &str, rule: &str) -> Outcome {
    let panel = page.panel('A');
    panel.fill(label, wrong).await?;
    panel.send(packet).await?;
    let input = panel.field(label).await?;
    let id = input.attr("id").await?.unwrap_or_default();
    page.see(&format!("[id='{id}'][aria-invalid=true]:focus")).await?;
    let told = page.see(&format!("[id='{id}-problem']")).await?.text().await?;
    assert!(told.contains(rule) && !told.is_empty(), "{label} {wrong:?}: {told:?}");
    assert_eq!(input.attr("aria-describedby").await?, Some(format!("{id}-problem")));
    Ok(())
}

async fn is_right_again(page: &Page, label: &str) -> Outcome {
    let id = page.panel('A').field(label).await?.attr("id").await?.unwrap_or_default();
    page.gone(&format!("[id='{id}-problem']")).await?;
    page.gone(&format!("[id='{id}'][aria-invalid]")).await
}
