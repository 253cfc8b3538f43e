//! A broken set-up, mended by its settings.

use mqtt5_playground::language::Language;

use crate::browser::in_browser;
use crate::exercises::{IN_TAB, address, untouched};
use crate::page::Outcome;

#[tokio::test]
#[ignore = "needs the built page and a browser: `cargo xtask test --e2e`"]
async fn a_session_is_kept_once_its_interval_is_set_in_the_form() -> Outcome {
    in_browser(Language::En, |page| async move {
        let strings = page.strings();
        page.open(&address("session-gone", IN_TAB)).await?;
        untouched(&page, &["look", "mend", "prove"]).await?;

        let subscriber = page.panel('A');
        page.press_control("look", 1).await?;
        subscriber.says(strings.link_connected()).await?;
        page.press_control("look", 2).await?;
        page.packet("SUBACK", 'A', "in").await?;
        page.press_control("look", 3).await?;
        subscriber.says(strings.link_offline()).await?;
        page.press_control("look", 4).await?;
        page.step("look", "met").await?;
        // Came back with Clean Start 0, and found nothing.
        let nothing = strings.sessions_visit(0, 0);
        page.see(&format!(".sessions__flag[title$='{nothing}']")).await?;
        page.gone(".sessions__flag[data-present]").await?;

        subscriber.choose("DISCONNECT").await?;
        subscriber.send("DISCONNECT").await?;
        subscriber.says(strings.link_offline()).await?;
        page.write_by_hand("mend", false).await?;
        subscriber.fill("Session Expiry Interval", "60").await?;
        subscriber.connect().await?;
        page.step("mend", "met").await?;
        subscriber.choose("SUBSCRIBE").await?;
        subscriber.send("SUBSCRIBE").await?;
        page.see_html(".sessions", "factory/osaka/shipping/orders").await?;
        subscriber.choose("DISCONNECT").await?;
        subscriber.send("DISCONNECT").await?;
        subscriber.says(strings.link_offline()).await?;
        page.step("prove", "not-yet").await?;

        page.press_control("prove", 3).await?;
        page.packet("PUBACK", 'B', "in").await?;
        // One message waits with the Session.
        page.see_html(".sessions", &strings.sessions_messages(0, 1)).await?;
        subscriber.choose("CONNECT").await?;
        subscriber.connect().await?;
        page.step("prove", "met").await?;
        subscriber.mentions("order 4711").await?;
        page.see(".sessions__flag[data-present]").await?;
        page.see(".lesson__done").await?;
        Ok(())
    })
    .await
}
