//! The reference: found, linked, and marked with what the learner has seen.

use mqtt5_playground::language::Language;
use thirtyfour::Key;

use crate::browser::in_browser;
use crate::page::{Outcome, press, press_key, type_over};
use crate::pictures::picture;

#[tokio::test]
#[ignore = "needs the built page and a browser: `cargo xtask test --e2e`"]
async fn entries_are_linked_and_found_by_name_code_and_section() -> Outcome {
    in_browser(Language::En, |page| async move {
        let strings = page.strings();
        page.open("page=reference&entry=topic_alias").await?;
        page.see_html(".reference-detail__name", "Topic Alias").await?;
        page.see(".reference-grid [aria-current=true]").await?;
        for (text, first) in
            [("0x87", "Not authorized"), ("3.14", "DISCONNECT"), ("receive max", "Receive Maximum")]
        {
            type_over(&page.see(".reference__search input").await?, text).await?;
            page.see_html(".reference-list li:first-child", first).await?;
        }
        type_over(&page.see(".reference__search input").await?, "0x87").await?;
        page.see_html(".reference-list li:first-child", "Not authorized").await?;
        press(&page.see(".reference-list li:first-child a").await?).await?;
        page.see_html(".reference-detail__name", "Not authorized").await?;
        let address = page.driver().current_url().await?;
        assert!(address.query().is_some_and(|query| query.contains("entry=reason_0x87")));
        type_over(&page.see(".reference__search input").await?, "nothing of the kind").await?;
        page.see_html(".reference__tables .empty", strings.reference_none_how()).await?;

        page.open("page=reference&entry=packet_connect").await?;
        page.see_html(".reference-layout", "Keep Alive").await?;
        page.see_html(".reference-layout", "Will Delay Interval").await?;
        page.see(".reference-exercises a").await?;
        picture(&page, "reference-packet").await
    })
    .await
}

#[tokio::test]
#[ignore = "needs the built page and a browser: `cargo xtask test --e2e`"]
async fn what_passed_on_the_wire_is_marked_and_the_bench_waits() -> Outcome {
    in_browser(Language::Ja, |page| async move {
        let strings = page.strings();
        page.open("page=reference&entry=packet_connack").await?;
        page.see_html(".reference-detail__seen", strings.reference_not_seen()).await?;
        page.open("exercise=first-connect&broker=tab").await?;
        page.panel('A').connect().await?;
        page.packet("CONNACK", 'A', "in").await?.click().await?;
        press(&page.see(".inspector .explanation .term").await?).await?;
        page.see_html(".reference-detail__name", "CONNACK").await?;
        page.see_html(".reference-detail__seen", strings.reference_seen()).await?;
        page.see(".reference-places [data-seen]").await?;
        // With the keyboard, and kept over a reload.
        page.driver().back().await?;
        page.panel('A').says(strings.link_connected()).await?;
        page.see("#pane-learn h1").await?.click().await?;
        page.driver().action_chain().send_keys("g").send_keys("r").perform().await?;
        page.see(".reference").await?;
        press(&page.button(strings.reference_properties()).await?).await?;
        page.see(".reference-grid td [data-seen]").await?;
        picture(&page, "reference-properties").await?;
        page.reload().await?;
        press(&page.button(strings.reference_codes()).await?).await?;
        page.see(".reference-grid td [data-seen]").await?;
        press_key(&page, Key::Tab).await
    })
    .await
}

#[tokio::test]
#[ignore = "needs the built page and a browser: `cargo xtask test --e2e`"]
async fn the_reference_fits_a_phone() -> Outcome {
    in_browser(Language::Ja, |page| async move {
        page.on_phone(390, 844).await?;
        page.open("page=reference&entry=user_property").await?;
        let strings = page.strings();
        for part in [
            strings.reference_packets(),
            strings.reference_properties(),
            strings.reference_codes(),
            strings.reference_fields(),
        ] {
            press(&page.button(part).await?).await?;
            assert_eq!(page.too_wide().await?, 0, "{part} is too wide, by pixels");
        }
        Ok(())
    })
    .await
}
