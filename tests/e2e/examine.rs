//! A broker examined in the page, its report saved and opened again, and another one beside it.

use std::fs;
use std::path::PathBuf;

use mqtt5_playground::examine::{Outcome as Found, Report, probe};
use mqtt5_playground::language::Language;
use thirtyfour::prelude::*;

use crate::accessibility::nothing_is_found;
use crate::browser::{in_browser, setting};
use crate::captures::downloaded;
use crate::exercises::address;
use crate::page::{Outcome, Page, press};

#[tokio::test]
#[ignore = "needs the built page and a browser: `cargo xtask test --e2e`"]
async fn two_brokers_are_examined_compared_saved_and_opened_again() -> Outcome {
    in_browser(Language::En, |page| async move {
        let strings = page.strings();
        page.open("page=examine&broker=tab").await?;
        let (report, saved) = examine(&page, strings.examine_begin_tab(), 1).await?;
        assert_eq!(report.count(Found::Deviates), 0);
        assert!(report.count(Found::Conforms) > 200, "{}", report.count(Found::Conforms));

        page.open(&format!("page=examine&broker={}", setting("MQTT_WS_URL"))).await?;
        let input = page.driver().query(By::Css(".examine input[type=file]")).first().await?;
        input.send_keys(saved.to_string_lossy().as_ref()).await?;
        page.see("#probe-takeover-code[data-outcome=conforms]").await?;
        let begin = page.see(".examine__begin .button--primary").await?.text().await?;
        let (other, _) = examine(&page, &begin, 2).await?;
        assert!(other.count(Found::Deviates) > 5, "{}", other.count(Found::Deviates));

        // Each row opens the packets that show it.
        press(&page.see("[data-filter=deviates]").await?).await?;
        press(&page.see("#probe-takeover-code > button").await?).await?;
        page.see("#probe-takeover-code .packet-row").await?;
        page.see_html("#probe-takeover-code .inspector", "CONNACK").await?;
        nothing_is_found(&page, "a report").await?;
        assert_eq!(page.count(".examine__row[data-outcome=conforms]").await?, 0);
        press(&page.see("#probe-takeover-code > button").await?).await?;

        press(&page.button(strings.examine_compare()).await?).await?;
        let takeover = probe("takeover-code").expect("it exists");
        page.see_html(".examine__pair[data-different]", takeover.title[0]).await?;
        assert!(!page.shows(".examine__pair:not([data-different])").await?, "only what differs");
        nothing_is_found(&page, "two reports").await?;

        // An exercise knows the report.
        page.open(&address("takeover", &setting("MQTT_WS_URL"))).await?;
        press(&page.see(".your-broker summary").await?).await?;
        page.see_html(".your-broker", takeover.matters[0]).await
    })
    .await
}

/// Examines the chosen broker, which makes a report behind those that are there, and saves it.
async fn examine(page: &Page, begin: &str, reports: usize) -> WebDriverResult<(Report, PathBuf)> {
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(format!("examined-{reports}"));
    // From an earlier run.
    let _ = fs::remove_dir_all(&folder);
    page.download_to(&folder).await?;
    press(&page.button(begin).await?).await?;
    let it = format!(".captures__items > :nth-child({reports})");
    // A broker on the same machine takes longer than anything else does.
    let mut tries = 0;
    while page.see(&it).await.is_err() && tries < TRIES {
        tries += 1;
    }
    page.see(&it).await?;
    press(&page.button(page.strings().examine_json()).await?).await?;
    let json = downloaded(&folder, "json").await;
    let report = Report::from_json(&String::from_utf8_lossy(&json)).expect("a report was saved");
    let saved = folder.with_extension("json");
    fs::write(&saved, json).expect("the folder for tests can be written");
    Ok((report, saved))
}

const TRIES: usize = 5;
