//! Request and response: a question and its answer typed by hand, and answers that come wrongly, late or not at all.

use mqtt5_playground::language::Language;
use thirtyfour::error::WebDriverResult;

use crate::browser::{in_browser, setting};
use crate::exercises::{IN_TAB, address, is_done, untouched};
use crate::page::{Outcome, Page, Panel, press};

#[tokio::test]
#[ignore = "needs the built page and a browser: `cargo xtask test --e2e`"]
async fn first_request_in_the_tab_in_japanese() -> Outcome {
    in_browser(Language::Ja, |page| async move { first_request(&page, IN_TAB).await }).await
}

#[tokio::test]
#[ignore = "needs the built page and a browser: `cargo xtask test --e2e`"]
async fn first_request_on_mosquitto_in_english() -> Outcome {
    in_browser(
        Language::En,
        |page| async move { first_request(&page, &setting("MQTT_WS_URL")).await },
    )
    .await
}

/// Question and answer written into the forms: Correlation Data as bytes on one side, as text on the other.
async fn first_request(page: &Page, broker: &str) -> Outcome {
    let strings = page.strings();
    page.open(&address("first-request", broker)).await?;
    untouched(page, &["listen", "ask", "answer", "match"]).await?;
    page.see_html(".picture__empty", strings.requests_empty()).await?;

    let (requester, responder) = (page.panel('A'), page.panel('B'));
    requester.connect().await?;
    let response_topic = value(&requester, "Topic Filter").await?;
    assert!(response_topic.starts_with("response/"), "{response_topic}");
    requester.send("SUBSCRIBE").await?;
    responder.connect().await?;
    responder.send("SUBSCRIBE").await?;
    page.step("listen", "met").await?;

    // The answer is written before it is asked for, so that it comes in time.
    responder.choose("PUBLISH").await?;
    responder.fill("Topic Name", &response_topic).await?;
    responder.choose_qos(1).await?;
    responder.fill("Payload", r#"{"status":"healthy"}"#).await?;
    responder.unfold(strings.form_more_properties()).await?;
    responder.fill("Correlation Data", "e2e-1").await?;

    // The PUBLISH packets of a request and its answer: each out and in.
    page.predict_by_typing("ask", "4").await?;
    page.write_by_hand("ask", false).await?;
    requester.fill("Payload", r#"{"query":"温度"}"#).await?;
    requester.fill("Response Topic", &response_topic).await?;
    requester.as_hex("Correlation Data").await?;
    requester.fill("Correlation Data", "65 32 65 2D 31").await?;
    requester.send("PUBLISH").await?;
    page.step("ask", "met").await?;
    page.step("answer", "not-yet").await?;
    page.see_text(".requests__row[data-state=pending]", |it| it.contains("test/mqtt5/request"))
        .await?;
    page.see_html(".requests__row .requests__data", "6532652d 31 “e2e-1”").await?;
    responder.mentions("温度").await?;

    responder.send("PUBLISH").await?;
    page.step("answer", "met").await?;
    page.marked("ask", "met").await?;
    page.step("match", "not-yet").await?;
    press(&page.packet("PUBLISH", 'A', "in").await?).await?;
    page.step("match", "met").await?;
    requester.mentions("healthy").await?;
    page.see_html(".requests__row[data-state=answered] .requests__ways", "→").await?;
    page.see_html(".requests__figures", &strings.requests_figure("")).await?;
    assert!(!page.shows(".requests__aside").await?, "the answer was not matched");
    is_done(page, "first-request", 8).await
}

#[tokio::test]
#[ignore = "needs the built page and a browser: `cargo xtask test --e2e`"]
async fn an_answer_with_other_correlation_data_is_set_aside() -> Outcome {
    in_browser(Language::En, |page| async move {
        let strings = page.strings();
        page.open(&address("first-request", IN_TAB)).await?;
        page.press_control("listen", 1).await?;
        page.press_control("listen", 2).await?;
        page.step("listen", "met").await?;
        let (requester, responder) = (page.panel('A'), page.panel('B'));
        requester.choose("SUBSCRIBE").await?;
        let response_topic = value(&requester, "Topic Filter").await?;
        page.predict_by_typing("ask", "4").await?;
        page.write_by_hand("ask", true).await?;
        requester.send("PUBLISH").await?;
        page.step("ask", "met").await?;

        responder.choose("PUBLISH").await?;
        responder.fill("Topic Name", &response_topic).await?;
        responder.unfold(strings.form_more_properties()).await?;
        responder.fill("Correlation Data", "somebody else's").await?;
        responder.send("PUBLISH").await?;
        page.step("answer", "contradicted").await?;
        page.see_html(".requests__aside h4", &strings.requests_aside(1)).await?;
        page.see_html(".requests__stray", "“somebody else's”").await?;
        assert!(!page.shows(".requests__row .requests__ways .evidence:nth-of-type(2)").await?);

        page.press_control("answer", 1).await?;
        page.step("answer", "met").await?;
        page.press_control("match", 1).await?;
        page.step("match", "met").await?;
        page.see_html(".requests__row .requests__ways", "→").await?;
        page.see_html(".requests__aside h4", &strings.requests_aside(1)).await?;
        page.see(".lesson__done").await?;
        Ok(())
    })
    .await
}

#[tokio::test]
#[ignore = "needs the built page and a browser: `cargo xtask test --e2e`"]
async fn nobody_is_told_from_silence_and_a_late_answer() -> Outcome {
    in_browser(Language::Ja, |page| async move {
        let strings = page.strings();
        page.open(&address("timeout", IN_TAB)).await?;
        page.press_control("listen", 1).await?;
        page.step("listen", "met").await?;
        page.predict("nobody", 2).await?;
        page.write_by_hand("nobody", false).await?;
        page.panel('A').fill("Topic Name", "test/mqtt5/nobody/e2e").await?;
        page.panel('A').send("PUBLISH").await?;
        page.step("nobody", "met").await?;
        page.marked("nobody", "met").await?;
        page.see_html(".requests__row[data-state=nobody]", strings.requests_nobody()).await?;

        page.press_control("silent", 1).await?;
        page.packet("SUBACK", 'B', "in").await?;
        page.press_control("silent", 2).await?;
        page.step("silent", "met").await?;
        page.step("late", "not-yet").await?;
        press(&page.control("late", 1).await?).await?;
        page.step("late", "met").await?;
        page.see(".requests__row[data-state=late]").await?;
        page.see(".requests__arc[data-state=late] .requests__cross").await?;
        page.see_html(".requests__plot", strings.requests_set_aside()).await?;
        // The request that nobody heard is not waited for.
        assert!(!page.shows(".requests__arc[data-state=nobody] .requests__waits").await?);
        is_done(&page, "timeout", 9).await
    })
    .await
}

/// What stands in a field.
async fn value(panel: &Panel<'_>, label: &str) -> WebDriverResult<String> {
    Ok(panel.field(label).await?.prop("value").await?.unwrap_or_default())
}
