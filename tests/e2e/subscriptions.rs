//! Subscriptions: which of them matched, and how many copies came, as the tracer says.

use mqtt5_playground::language::Language;

use crate::browser::{in_browser, setting};
use crate::exercises::{IN_TAB, address, is_done, untouched};
use crate::page::{Outcome, Page};

#[tokio::test]
#[ignore = "needs the built page and a browser: `cargo xtask test --e2e`"]
async fn overlapping_subscriptions_get_one_copy_in_the_tab_in_japanese() -> Outcome {
    in_browser(Language::Ja, |page| async move {
        overlap(&page, IN_TAB).await?;
        page.marked("copies", "met").await?;
        let strings = page.strings();
        page.see_html(".tracer__copies", strings.tracer_one_copy()).await?;
        page.see_html(".tracer__copy", &strings.tracer_number("10, 20")).await?;
        page.see_html(".tracer__why", strings.tracer_one_for_all()).await?;
        is_done(&page, "overlap", 6).await
    })
    .await
}

#[tokio::test]
#[ignore = "needs the built page and a browser: `cargo xtask test --e2e`"]
async fn overlapping_subscriptions_get_two_copies_from_mosquitto_in_english() -> Outcome {
    in_browser(Language::En, |page| async move {
        overlap(&page, &setting("MQTT_WS_URL")).await?;
        page.marked("copies", "contradicted").await?;
        let strings = page.strings();
        page.see_html(".tracer__copies", &strings.tracer_copies(2)).await?;
        for number in [10, 20] {
            page.see_html(".tracer__copy", &strings.tracer_number(number)).await?;
        }
        page.see_html(".tracer__why", strings.tracer_one_each()).await?;
        is_done(&page, "overlap", 6).await
    })
    .await
}

/// Both subscriptions from the same form, and a prediction of one copy.
async fn overlap(page: &Page, broker: &str) -> Outcome {
    page.open(&address("overlap", broker)).await?;
    untouched(page, &["everything", "subscribe", "copies"]).await?;
    page.see_html(".picture__empty", page.strings().tracer_empty()).await?;

    let subscriber = page.panel('B');
    subscriber.connect().await?;
    subscriber.send("SUBSCRIBE").await?;
    page.packet("SUBACK", 'B', "in").await?;
    page.step("everything", "met").await?;
    page.step("subscribe", "not-yet").await?;
    subscriber.fill("Topic Filter", "factory/osaka/building-2/+/temperature").await?;
    subscriber.choose_qos(1).await?;
    subscriber.fill("Subscription Identifier", "20").await?;
    subscriber.send("SUBSCRIBE").await?;
    page.step("subscribe", "met").await?;

    page.predict("copies", 1).await?;
    let publisher = page.panel('A');
    publisher.connect().await?;
    publisher.fill("Payload", "19.5").await?;
    publisher.send("PUBLISH").await?;
    page.step("copies", "met").await?;
    subscriber.mentions("19.5").await?;

    // One message, one client, both filters.
    page.see(".tracer__row[data-came] + .tracer__row[data-came]").await?;
    for filter in ["factory/osaka/building-2/#", "factory/osaka/building-2/+/temperature"] {
        page.see_html(".tracer__row", filter).await?;
    }
    assert_eq!(page.count(".tracer__message").await?, 1);
    assert_eq!(page.count(".tracer__row").await?, 2);
    Ok(())
}

#[tokio::test]
#[ignore = "needs the built page and a browser: `cargo xtask test --e2e`"]
async fn of_three_workers_one_has_the_job_in_the_tab() -> Outcome {
    in_browser(Language::En, |page| async move {
        page.open(&address("shared-subscription", IN_TAB)).await?;
        page.write_by_hand("share", false).await?;
        let worker = page.panel('B');
        worker.fill("Topic Filter", "$share/workers/factory/osaka/jobs/#").await?;
        worker.send("SUBSCRIBE").await?;
        page.step("share", "met").await?;
        for nth in [1, 2] {
            page.press_control("join", nth).await?;
        }
        page.step("join", "met").await?;
        page.predict("jobs", 3).await?;
        // The next job connects the publisher too, although what it is depends on the jobs before.
        page.press_control("jobs", 1).await?;
        for job in 2..=6 {
            page.see_html(".tracer__topic", &format!("factory/osaka/jobs/{}", job - 1)).await?;
            page.press_control("jobs", 1).await?;
        }
        page.step("jobs", "met").await?;
        page.marked("jobs", "met").await?;
        assert_eq!(page.count(".tracer__message").await?, 6);
        assert_eq!(page.count(".tracer__dot[data-came]").await?, 6, "each job has come once");
        page.see_html(".tracer__row:not([data-came])", page.strings().tracer_another_member())
            .await?;
        is_done(&page, "shared-subscription", 19).await
    })
    .await
}
