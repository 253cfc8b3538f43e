//! The inside of the broker in the tab: what it shows, and what its operator does.

use mqtt5_playground::language::Language;
use thirtyfour::Key;
use thirtyfour::prelude::*;

use crate::browser::in_browser;
use crate::page::{Outcome, Page, press, press_key, type_over};

#[tokio::test]
#[ignore = "needs the built page and a browser: `cargo xtask test --e2e`"]
async fn a_changed_policy_binds_the_next_connection() -> Outcome {
    in_browser(Language::En, |page| async move {
        open_inside(&page).await?;
        let strings = page.strings();
        press(&page.button(strings.inside_tab_policy()).await?).await?;
        let field = page.see("#inside-receive-maximum").await?;
        type_over(&field, "3").await?;
        field.send_keys(Key::Enter + "").await?;
        page.see_html(".broker-policy__state", &strings.inside_policy_changed(1)).await?;
        page.panel('A').connect().await?;
        page.see_html(".packet-row__facts", "Receive Maximum 3").await?;
        press(&page.see("#inside-retain-available").await?).await?;
        page.see_html(".broker-policy__state", &strings.inside_policy_changed(2)).await?;
        press(&page.button(strings.inside_policy_reset()).await?).await?;
        page.see_html(".broker-policy__state", strings.inside_policy_default()).await?;

        type_over(&field, "0").await?;
        field.send_keys(Key::Tab + "").await?;
        page.see_html("#inside-receive-maximum-problem", "65,535").await?;
        // Another change leaves what is wrong as it was typed.
        press(&page.see("#inside-retain-available").await?).await?;
        page.see_html(".broker-policy__state", &strings.inside_policy_changed(1)).await?;
        page.see_html("#inside-receive-maximum-problem", "65,535").await
    })
    .await
}

#[tokio::test]
#[ignore = "needs the built page and a browser: `cargo xtask test --e2e`"]
async fn an_hour_passes_and_a_silent_client_is_closed() -> Outcome {
    in_browser(Language::Ja, |page| async move {
        open_inside(&page).await?;
        let strings = page.strings();
        let panel = page.panel('A');
        panel.connect().await?;
        page.see("#inside .broker-card [data-client=A]").await?;
        let hour = strings.inside_skip_forward(strings.duration_hours(1));
        press(&page.button(&hour).await?).await?;
        page.packet("PINGRESP", 'A', "in").await?;
        panel.says(strings.link_connected()).await?;

        press(&page.button(strings.inside_tab_lines()).await?).await?;
        press(&page.button(strings.inside_way_pause()).await?).await?;
        press(&page.button(&hour).await?).await?;
        panel.says(strings.link_failed()).await?;
        press(&page.button(strings.inside_line_mend()).await?).await?;
        press(&page.button(strings.inside_tab_log()).await?).await?;
        // The client gave up first, but the broker could not hear of it.
        let timeout = strings.inside_event_disconnected("0x8D Keep Alive timeout");
        page.see_html(".broker-log__words", &timeout).await
    })
    .await
}

#[tokio::test]
#[ignore = "needs the built page and a browser: `cargo xtask test --e2e`"]
async fn the_operator_shuts_down_and_opens_again() -> Outcome {
    in_browser(Language::En, |page| async move {
        open_inside(&page).await?;
        let strings = page.strings();
        let panel = page.panel('A');
        panel.connect().await?;
        press(&page.button(strings.inside_shut_down()).await?).await?;
        page.packet("DISCONNECT", 'A', "in").await?;
        panel.says(strings.link_failed()).await?;
        panel.send("CONNECT").await?;
        panel.mentions("0x88 Server unavailable").await?;
        press(&page.button(strings.inside_reopen()).await?).await?;
        panel.connect().await?;

        // Escape leads back to where the panel was opened from.
        page.see("#inside").await?.find(By::Css("h2")).await?.click().await?;
        page.see("#inside select").await?.focus().await?;
        press_key(&page, Key::Escape).await?;
        page.gone("#inside").await?;
        page.see("[aria-controls=inside]:focus").await?;
        Ok(())
    })
    .await
}

/// Opens an exercise, and the broker beside it with the keys for that.
async fn open_inside(page: &Page) -> Outcome {
    page.open("exercise=first-connect&broker=tab").await?;
    page.driver().action_chain().send_keys("gi").perform().await?;
    page.see("#inside").await?;
    Ok(())
}
