//! A page whose program has stopped by a fault of its own.

use mqtt5_playground::language::Language;

use crate::accessibility::nothing_is_found;
use crate::browser::in_browser;
use crate::exercises::IN_TAB;
use crate::page::{Outcome, press};

#[tokio::test]
#[ignore = "needs the built page and a browser: `cargo xtask test --e2e`"]
async fn a_panic_is_explained_and_neither_packets_nor_progress_are_lost() -> Outcome {
    in_browser(Language::En, |page| async move {
        page.open(&format!("exercise=first-connect&broker={IN_TAB}")).await?;
        page.panel('A').connect().await?;
        page.step("connect", "met").await?;

        page.evaluate(FAIL).await?;
        page.see_text("#stopped[open] code", |text| text.contains("on purpose")).await?;
        for language in ["en", "ja"] {
            page.see(&format!("#stopped [lang={language}] h1")).await?;
        }
        nothing_is_found(&page, "a panic").await?;
        press(&page.see("#stopped [data-press=save]").await?).await?;
        let saved = page.driver().execute_async(SAVED, Vec::new()).await?.json().clone();
        let saved = saved.as_str().unwrap_or_default().to_owned();
        assert!(saved.contains(r#""type":"connack""#), "{saved}");
        assert!(!page.shows("#stopped .lost").await?);

        press(&page.see("#stopped [data-press=reload]").await?).await?;
        page.step("connect", "met").await?;
        page.expect_complaints(&["on purpose", "unreachable"]).await
    })
    .await
}

/// Outside of this script, as an event would. What is saved then is put aside.
const FAIL: &str = "const make = URL.createObjectURL;
    URL.createObjectURL = (blob) => { window.saved = blob; return make.call(URL, blob); };
    setTimeout(wasmBindings.panic_on_purpose);";
const SAVED: &str = "const [done] = arguments; saved.text().then(done, done)";
