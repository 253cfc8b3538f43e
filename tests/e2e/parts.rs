//! What arrives later: the first picture does without it, and what does not arrive can be asked for again.

use mqtt5_playground::course::exercise_prose;
use mqtt5_playground::language::Language;
use serde_json::json;

use crate::browser::in_browser;
use crate::exercises::IN_TAB;
use crate::page::{Outcome, Page, press};

/// What Chromium and the page write into the console of files that did not come.
pub const NOT_ARRIVED: &[&str] = &["Failed to load resource", "Failed to fetch", "preload"];

#[tokio::test]
#[ignore = "needs the built page and a browser: `cargo xtask test --e2e`"]
async fn a_part_that_did_not_arrive_is_asked_for_again() -> Outcome {
    in_browser(Language::En, |page| async move {
        without(&page, &["*split_*", "*chunk_*", "*later-*", "*words/glossary*"]).await?;
        page.open(&format!("broker={IN_TAB}")).await?;
        page.button(page.strings().home_connect()).await?;
        press(&page.see(".home__actions a").await?).await?;
        page.see(".empty[role=alert]").await?;

        without(&page, &[]).await?;
        press(&page.button(page.strings().lazy_again()).await?).await?;
        page.panel('A').connect().await?;
        page.step("connect", "met").await?;
        page.expect_complaints(NOT_ARRIVED).await
    })
    .await
}

#[tokio::test]
#[ignore = "needs the built page and a browser: `cargo xtask test --e2e`"]
async fn an_exercise_is_read_before_its_bench_is_there_in_english() -> Outcome {
    in_browser(Language::En, |page| async move {
        page.with_size(1440, 900).await?;
        // Its titles have code in them, and its words no figures.
        read_before_the_bench(&page, "retain-handling").await
    })
    .await
}

#[tokio::test]
#[ignore = "needs the built page and a browser: `cargo xtask test --e2e`"]
async fn an_exercise_is_read_before_its_bench_is_there_in_japanese() -> Outcome {
    in_browser(Language::Ja, |page| async move {
        page.on_phone(390, 844).await?;
        read_before_the_bench(&page, "first-connect").await
    })
    .await
}

/// Nothing that was read moves when the bench comes; the place and the focus stay.
async fn read_before_the_bench(page: &Page, exercise: &str) -> Outcome {
    without(page, &["*split_*", "*chunk_*"]).await?;
    page.go(&format!("exercise={exercise}&broker={IN_TAB}")).await?;
    page.see(".exercise-page__arriving .empty[role=alert]").await?;
    let words = page.see("#pane-learn[data-reading]").await?.text().await?;
    let prose = exercise_prose(exercise, page.language()).expect("it has words");
    assert!(words.contains(prose.title), "{words}");
    assert_eq!(page.count(".step").await?, prose.steps.len());
    assert!(!words.contains("[["), "figures are left in {words}");
    assert_eq!(page.too_wide().await?, json!(0));
    let places = page.evaluate(PLACES).await?;
    let read =
        "const words = document.querySelector('#pane-learn'); words.focus(); words.scrollTop = 120";
    page.evaluate(read).await?;
    page.see("#pane-learn:focus").await?;

    without(page, &[]).await?;
    let again = page.button(page.strings().lazy_again()).await?;
    // Pressed without taking the focus.
    page.driver().execute("arguments[0].click()", vec![again.to_json()?]).await?;
    page.gone("#pane-learn[data-reading]").await?;
    page.see("#pane-learn:focus").await?;
    let read = page.evaluate("return document.querySelector('#pane-learn').scrollTop").await?;
    assert_eq!(read, json!(120), "the reader has lost the place");
    page.evaluate("document.querySelector('#pane-learn').scrollTop = 0").await?;
    assert_eq!(page.evaluate(PLACES).await?, places, "what was read has moved");
    page.expect_complaints(NOT_ARRIVED).await
}

/// Notes what there is when the code of an exercise is asked for, and what is in sight after it, in its order.
const NOTES: &str = "
    globalThis.notes = [];
    const note = (name) => { if (!notes.includes(name)) notes.push(name); };
    const original = fetch;
    globalThis.fetch = (what, ...more) => {
        if (/chunk_|split_/.test(what.url ?? what)) note('code');
        return original(what, ...more);
    };
    new MutationObserver(() => {
        if (document.querySelector('.exercise-page:not([hidden]) .exercise-page__work')) note('bench');
        else if (document.querySelector('#pane-learn[data-reading]')) note('words');
    }).observe(document, { subtree: true, childList: true, attributes: true });
";

/// Opened by a link, an exercise has its words before its code is asked for; opened from the home page, before its bench is
/// drawn.
#[tokio::test]
#[ignore = "needs the built page and a browser: `cargo xtask test --e2e`"]
async fn the_words_of_an_exercise_wait_for_nothing() -> Outcome {
    in_browser(Language::En, |page| async move {
        let script = json!({ "source": NOTES });
        page.driver().cdp().send_raw("Page.addScriptToEvaluateOnNewDocument", script).await?;
        page.open(&format!("exercise=first-connect&broker={IN_TAB}")).await?;
        page.panel('A').connect().await?;
        assert_eq!(page.evaluate("return notes").await?, json!(["words", "code", "bench"]));

        page.open(&format!("broker={IN_TAB}")).await?;
        // It may be on its way, or there.
        page.evaluate("if (!notes.includes('code')) notes.push('code')").await?;
        press(&page.see(".home__actions a").await?).await?;
        page.panel('A').connect().await?;
        assert_eq!(page.evaluate("return notes").await?, json!(["code", "words", "bench"]));
        Ok(())
    })
    .await
}

/// Where the words of an exercise are, in whole pixels.
const PLACES: &str = "
    const words = ['.task-strip__goal', '.task-strip__title', '.lesson__title', '.lesson .prose', '.step__toggle',
        '.step__toggle code', '.step__words'];
    return words.map((name) => {
        const place = document.querySelector(name)?.getBoundingClientRect();
        return place && [name, ...[place.left, place.top, place.width].map(Math.round)];
    });
";

#[tokio::test]
#[ignore = "needs the built page and a browser: `cargo xtask test --e2e`"]
async fn a_press_before_the_client_has_arrived_is_not_lost() -> Outcome {
    in_browser(Language::En, |page| async move {
        without(&page, &["*split_*", "*chunk_*"]).await?;
        page.open(&format!("broker={IN_TAB}")).await?;
        press(&page.button(page.strings().home_connect()).await?).await?;
        page.see(".live .empty[role=alert]").await?;

        without(&page, &[]).await?;
        press(&page.button(page.strings().lazy_again()).await?).await?;
        page.packet("CONNACK", 'A', "in").await?;
        press(&page.button(page.strings().home_ping()).await?).await?;
        page.packet("PINGRESP", 'A', "in").await?;
        page.expect_complaints(NOT_ARRIVED).await
    })
    .await
}

#[tokio::test]
#[ignore = "needs the built page and a browser: `cargo xtask test --e2e`"]
async fn a_language_that_did_not_arrive_is_asked_for_again() -> Outcome {
    in_browser(Language::En, |page| async move {
        page.open("").await?;
        without(&page, &["*.ja.txt*"]).await?;
        press(&page.see(".app-header a[lang=ja]").await?).await?;
        page.see(".toast[role=alert]").await?;
        page.see("html[lang=en]").await?;

        without(&page, &[]).await?;
        press(&page.button(page.strings().lazy_again()).await?).await?;
        page.see("html[lang=ja]").await?;
        page.gone(".toast").await?;
        page.expect_complaints(NOT_ARRIVED).await
    })
    .await
}

#[tokio::test]
#[ignore = "needs the built page and a browser: `cargo xtask test --e2e`"]
async fn a_page_without_words_says_that_it_could_not_start() -> Outcome {
    in_browser(Language::Ja, |page| async move {
        without(&page, &["*words/interface*"]).await?;
        page.go("").await?;
        page.see("#loading.failed button").await?;
        without(&page, &[]).await?;
        press(&page.see("#loading.failed button").await?).await?;
        page.see("#main").await?;
        page.expect_complaints(NOT_ARRIVED).await
    })
    .await
}

/// From now on the network brings nothing that fits one of the patterns.
pub async fn without(page: &Page, patterns: &[&str]) -> Outcome {
    let cdp = page.driver().cdp();
    cdp.send_raw("Network.enable", json!({})).await?;
    cdp.send_raw("Network.setCacheDisabled", json!({ "cacheDisabled": true })).await?;
    cdp.send_raw("Network.setBlockedURLs", json!({ "urls": patterns })).await?;
    Ok(())
}
