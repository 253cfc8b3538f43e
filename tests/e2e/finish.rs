//! What the learner has seen and achieved.

use mqtt5_playground::language::Language;

use crate::browser::in_browser;
use crate::exercises::{IN_TAB, address};
use crate::page::{Outcome, Page, press};

#[tokio::test]
#[ignore = "needs the built page and a browser: `cargo xtask test --e2e`"]
async fn savings_round_trips_and_what_is_missing_are_told() -> Outcome {
    in_browser(Language::En, |page| async move {
        let strings = page.strings();
        page.open("page=finish&broker=tab").await?;
        page.see_html(".bests__row:nth-child(1)", strings.finish_none_yet()).await?;
        assert_eq!(page.count(".bests__none").await?, 4);

        // By its own link to the first exercise that measures something.
        press(&page.see(".bests a[href*='exercise=save-bytes&']").await?).await?;
        page.press_control("subscribe", 1).await?;
        page.step("subscribe", "met").await?;
        page.press_control("plain", 1).await?;
        for (step, answer) in [("first-use", "3"), ("repeat", "17")] {
            page.predict_by_typing(step, answer).await?;
            page.write_by_hand(step, true).await?;
            page.panel('A').send("PUBLISH").await?;
            page.step(step, "met").await?;
        }
        page.press_control("pays-off", 1).await?;
        page.step("pays-off", "met").await?;
        page.press_control("delivered", 1).await?;
        page.step("delivered", "met").await?;
        page.see_html(".alias-line__sum", &strings.alias_sum(56, 237, 183, 420)).await?;
        page.see(".lesson__done").await?;

        page.open(&address("first-request", IN_TAB)).await?;
        page.press_control("listen", 1).await?;
        page.press_control("listen", 2).await?;
        page.step("listen", "met").await?;
        page.predict_by_typing("ask", "4").await?;
        page.write_by_hand("ask", true).await?;
        page.panel('A').send("PUBLISH").await?;
        page.step("ask", "met").await?;
        page.press_control("answer", 1).await?;
        page.step("answer", "met").await?;
        page.press_control("match", 1).await?;
        page.see(".lesson__done").await?;

        // It is kept beyond the captures that it comes from.
        page.open("page=finish&broker=tab").await?;
        has_results(&page).await?;
        page.reload().await?;
        has_results(&page).await?;

        // What is missing is a link, and so is the number above it.
        press(&page.see(".tally:nth-child(3) summary").await?).await?;
        press(&page.see(".tally:nth-child(3) a[href*='entry=reason_0x97']").await?).await?;
        page.see_html(".reference-detail__name", "Quota exceeded").await?;
        page.driver().back().await?;
        press(&page.see(".tally:nth-child(1) .tally__number").await?).await?;
        page.see_html(".reference-detail__seen", strings.reference_not_seen()).await
    })
    .await
}

async fn has_results(page: &Page) -> Outcome {
    let saved = page.strings().finish_saved(237);
    page.see_html(".bests__row:nth-child(1) .bests__result", &saved).await?;
    page.see_text(".bests__row:nth-child(3) .bests__result", |text| text.ends_with('s')).await?;
    assert_eq!(page.count(".bests__none").await?, 2);
    // CONNECT, CONNACK, SUBSCRIBE, SUBACK, PUBLISH, PUBACK.
    page.see_html(".tally:nth-child(1) strong", "6").await
}
