//! A broker measured in the page: in the tab, on Mosquitto, stopped in the middle, and where nobody listens.

use mqtt5_playground::language::Language;
use serde_json::Value;
use thirtyfour::Key;

use crate::accessibility::nothing_is_found;
use crate::browser::{in_browser, setting};
use crate::connecting::{OF_THE_BROWSER, free_port};
use crate::page::{Outcome, Page, press, press_key, type_over};

const BUTTON: &str = ".measure__button";

#[tokio::test]
#[ignore = "needs the built page and a browser: `cargo xtask test --e2e`"]
async fn in_the_tab_every_time_follows_from_the_latency() -> Outcome {
    in_browser(Language::En, |page| async move {
        let strings = page.strings();
        page.allow_clipboard().await?;
        page.open("page=measure&broker=tab").await?;
        page.see_html(".measure .empty", strings.measure_empty()).await?;
        press(&page.button(strings.measure_begin_tab()).await?).await?;
        // Half a millisecond each way.
        page.see_html(".measure__facts", "1.0 ms").await?;
        page.see_html("[data-limit=ways]", "0.50 ms").await?;
        page.see(".measure__picture svg .measure__column").await?;
        nothing_is_found(&page, "a round trip").await?;
        let copied = copy_json(&page).await?;
        assert_eq!(copied["measured"], "round-trip");
        let samples = copied["samples"].as_array().expect("there are samples");
        assert_eq!(samples.len(), 100);
        assert!(samples.iter().all(|sample| sample["delivered"] == 1.0), "{samples:?}");

        // Ten in each millisecond.
        press(&page.button(strings.measure_throughput()).await?).await?;
        // One press does it while the field still has the focus, though what the field says moves the button.
        type_over(&page.see("#measure-window").await?, "0").await?;
        press(&page.see(BUTTON).await?).await?;
        page.see("#measure-window[aria-invalid=true]:focus").await?;
        type_over(&page.see("#measure-window").await?, "10").await?;
        press(&page.see(BUTTON).await?).await?;
        page.see_html("[data-limit=window]", "10,000").await?;
        page.see_html(".measure__facts", &strings.measure_per_second("10,000")).await?;
        page.see(".measure__picture .measure__steps").await?;
        nothing_is_found(&page, "throughput").await?;

        press(&page.button(strings.measure_compare()).await?).await?;
        page.see_html(".measure__compared", strings.measure_fact_p99()).await?;
        assert_eq!(page.count(".measure__side").await?, 2);
        nothing_is_found(&page, "two measurements").await?;
        page.on_phone(390, 844).await?;
        page.next_frame().await?;
        assert_eq!(page.too_wide().await?, 0, "two measurements on a phone");

        // They are still there after another page.
        page.with_size(1280, 800).await?;
        press_key(&page, Key::Escape).await?;
        page.driver().action_chain().send_keys("gq").perform().await?;
        page.see(".around").await?;
        page.driver().action_chain().send_keys("gs").perform().await?;
        page.see(".captures__items > :nth-child(2)").await?;
        Ok(())
    })
    .await
}

#[tokio::test]
#[ignore = "needs the built page and a browser: `cargo xtask test --e2e`"]
async fn on_mosquitto_receive_maximum_bounds_the_window_and_stop_keeps_what_there_is() -> Outcome {
    in_browser(Language::Ja, |page| async move {
        let strings = page.strings();
        page.open(&format!("page=measure&broker={}", setting("MQTT_WS_URL"))).await?;
        press(&page.button(strings.measure_throughput()).await?).await?;
        type_over(&page.see("#measure-window").await?, "100").await?;
        // What does not fit is said, and the button leads back to it.
        type_over(&page.see("#measure-messages").await?, "0").await?;
        press_key(&page, Key::Tab).await?;
        page.see("#measure-messages[aria-invalid=true]").await?;
        press(&page.see(BUTTON).await?).await?;
        page.see("#measure-messages:focus").await?;
        assert!(!page.shows(".measure__facts, .measure__running").await?, "nothing is measured");
        type_over(&page.see("#measure-messages").await?, "500").await?;
        press_key(&page, Key::Tab).await?;
        page.gone("[aria-invalid=true]").await?;
        press(&page.see(BUTTON).await?).await?;
        page.see_html(".measure__what", &strings.measure_title_throughput(1, 64, 20)).await?;
        let copied = copy_json(&page).await?;
        assert_eq!((&copied["answered"], &copied["receive_maximum"]), (&500.into(), &20.into()));

        // The same button stops it, with Enter, where the focus is.
        type_over(&page.see("#measure-messages").await?, "100000").await?;
        let button = page.see(BUTTON).await?;
        press(&button).await?;
        page.see(".measure__running progress").await?;
        let counts = |text: &str| text.contains("100,000") && !text.contains("中0");
        page.see_text(".measure__running span", counts).await?;
        button.send_keys(Key::Enter + "").await?;
        page.gone(".measure__running").await?;
        page.see_html(".measure__note", strings.measure_stopped()).await?;
        let copied = copy_json(&page).await?;
        assert_eq!(copied["ended"], "stopped");
        assert!(copied["answered"].as_u64().is_some_and(|answered| answered > 0), "{copied}");
        Ok(())
    })
    .await
}

#[tokio::test]
#[ignore = "needs the built page and a browser: `cargo xtask test --e2e`"]
async fn where_nobody_listens_it_says_what_to_try() -> Outcome {
    in_browser(Language::En, |page| async move {
        let strings = page.strings();
        page.open(&format!("page=measure&broker=ws://127.0.0.1:{}", free_port())).await?;
        press(&page.see(BUTTON).await?).await?;
        page.see_html(".measure .notice", strings.measure_unreached()).await?;
        page.see_html(".measure .notice", strings.measure_unreached_try()).await?;
        page.see_html(BUTTON, "127.0.0.1").await?;
        assert_eq!(page.count(".captures__item").await?, 0, "nothing was measured");
        nothing_is_found(&page, "a broker that is not there").await?;
        page.expect_complaints(OF_THE_BROWSER).await
    })
    .await
}

/// What the page copies of the measurement that is shown.
async fn copy_json(page: &Page) -> thirtyfour::error::WebDriverResult<Value> {
    page.allow_clipboard().await?;
    let words = page.strings().measure_copy_json();
    press(&page.see(&format!(".measure__copies button[aria-label='{words}']")).await?).await?;
    page.see_html(".measure__copies [aria-live]", page.strings().wire_copied()).await?;
    let read = "navigator.clipboard.readText().then(arguments[arguments.length - 1]);";
    let copied = page.driver().execute_async(read, Vec::new()).await?.json().clone();
    let text = copied.as_str().expect("the clipboard holds text");
    Ok(serde_json::from_str(text).expect("the page has written JSON"))
}
