//! What is odd: in a capture that is opened, and on the live wire.

use mqtt5_playground::capture::Capture;
use mqtt5_playground::formats::json::records_to_json;
use mqtt5_playground::language::Language;
use mqtt5_playground::mqtt::Sender;

use crate::browser::in_browser;
use crate::captures::{connection, file, open_file};
use crate::page::{Outcome, press, type_over};
use crate::pictures::picture;

/// A SUBSCRIBE that is refused, and a PUBLISH of QoS 3.
fn odd() -> Capture {
    connection(&[
        (Sender::Client, &b"\x10\x0E\0\x04MQTT\x05\x02\0\x3C\0\0\x01c"[..]),
        (Sender::Server, b"\x20\x03\0\0\0"),
        (Sender::Client, b"\x82\x07\0\x01\0\0\x01t\0"),
        (Sender::Server, b"\x90\x04\0\x01\0\x87"),
        (Sender::Client, b"\x36\x06\0\x01t\0\x01\0"),
    ])
}

#[tokio::test]
#[ignore = "needs the built page and a browser: `cargo xtask test --e2e`"]
async fn what_is_odd_in_a_file_is_counted_and_leads_to_its_packets() -> Outcome {
    in_browser(Language::En, |page| async move {
        page.open("page=captures&broker=tab").await?;
        let strings = page.strings();
        let capture = odd();
        let json = records_to_json(&capture, capture.records());
        open_file(&page, &file("odd.json", json.as_bytes())).await?;
        // Said before anybody asks.
        page.see_html(".findings-line", &strings.find_line(2)).await?;
        press(&page.see(".findings-line").await?).await?;
        page.see_html(".finding[data-severity=broken]", "PUBLISH").await?;
        page.see_html(".finding[data-severity=lost]", "0x87 Not authorized").await?;
        picture(&page, "findings").await?;
        press(&page.see(".finding[data-kind=refused] .evidence:last-of-type").await?).await?;
        page.see_html(".captures .inspector", "SUBACK").await?;
        // Only what passes the filter.
        type_over(&page.see(".captures .wire-bar input").await?, "PUBLISH").await?;
        page.gone(".finding[data-kind=refused]").await?;
        page.see(".finding[data-kind=broken_bytes]").await?;
        Ok(())
    })
    .await
}

#[tokio::test]
#[ignore = "needs the built page and a browser: `cargo xtask test --e2e`"]
async fn the_live_wire_is_read_while_its_findings_are_open() -> Outcome {
    in_browser(Language::Ja, |page| async move {
        page.open("exercise=protocol-error&broker=tab").await?;
        let strings = page.strings();
        press(&page.see(".wire-bar__findings").await?).await?;
        page.see_html(".findings", strings.find_waiting()).await?;
        page.panel('A').connect().await?;
        page.see_html(".findings", strings.find_empty()).await?;
        // A second CONNECT.
        page.predict("again", 1).await?;
        page.press_control("again", 1).await?;
        page.see(".finding[data-kind=against]").await?;
        press(&page.see(".finding[data-kind=against] .evidence").await?).await?;
        page.see_html(".inspector", "CONNECT").await
    })
    .await
}
