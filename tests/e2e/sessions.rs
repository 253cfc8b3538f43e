//! Sessions: left and taken up again, and the clock of the broker in the tab put forward in the picture.

use mqtt5_playground::language::Language;

use crate::browser::in_browser;
use crate::exercises::{IN_TAB, address, is_done, untouched};
use crate::page::{Outcome, Page, press};

#[tokio::test]
#[ignore = "needs the built page and a browser: `cargo xtask test --e2e`"]
async fn a_session_is_resumed_with_its_messages_in_japanese() -> Outcome {
    in_browser(Language::Ja, |page| async move {
        let strings = page.strings();
        page.open(&address("resume", IN_TAB)).await?;
        untouched(&page, &["away", "meanwhile", "back", "waiting"]).await?;
        page.see_html(".picture__empty", strings.sessions_empty()).await?;

        fill_and_leave(&page).await?;
        page.step("away", "met").await?;
        page.see(".sessions__name[data-state=waiting]").await?;
        page.see(".sessions__bar--left").await?;

        let publisher = page.panel('B');
        publisher.connect().await?;
        publisher.send("PUBLISH").await?;
        page.packet("PUBACK", 'B', "in").await?;
        publisher.fill("Topic Name", "factory/osaka/dispatch/alerts").await?;
        publisher.choose_qos(2).await?;
        publisher.fill("Payload", "火災警報").await?;
        publisher.send("PUBLISH").await?;
        page.step("meanwhile", "met").await?;
        let stored = strings.sessions_messages(0, 2);
        page.see_html(".sessions__name[data-state=waiting]", &stored).await?;

        page.predict("back", 2).await?;
        page.write_by_hand("back", false).await?;
        let subscriber = page.panel('A');
        press(&subscriber.field("Clean Start").await?).await?;
        subscriber.fill("Session Expiry Interval", "120").await?;
        subscriber.connect().await?;
        page.step("back", "met").await?;
        page.step("waiting", "met").await?;
        page.marked("back", "met").await?;
        subscriber.mentions("火災警報").await?;
        page.see(&flag(&strings.sessions_visit(0, 1))).await?;
        assert_eq!(page.count(".sessions__flag").await?, 3);
        page.see(".sessions__dot[data-fate=handed]").await?;
        is_done(&page, "resume", 11).await
    })
    .await
}

#[tokio::test]
#[ignore = "needs the built page and a browser: `cargo xtask test --e2e`"]
async fn a_session_runs_out_when_the_clock_is_put_forward() -> Outcome {
    in_browser(Language::En, |page| async move {
        let strings = page.strings();
        page.open(&address("create", IN_TAB)).await?;
        untouched(&page, &["begin", "fill", "leave"]).await?;
        page.write_by_hand("begin", false).await?;
        page.panel('A').fill("Session Expiry Interval", "60").await?;
        fill_and_leave(&page).await?;
        for step in ["begin", "fill", "leave"] {
            page.step(step, "met").await?;
        }
        for filter in ["factory/osaka/dispatch/messages", "factory/osaka/dispatch/alerts"] {
            page.see_html(".sessions__name[data-state=waiting]", filter).await?;
        }
        skip(&page, 1).await?;
        let state = ".sessions__name[data-state=waiting] .sessions__state";
        page.see_text(state, |words| (1..=50).contains(&number_in(words))).await?;
        skip(&page, 2).await?;
        page.see_html(".sessions__name[data-state=gone] .sessions__state", strings.sessions_gone())
            .await?;
        page.gone(".sessions__bar--left").await?;
        page.see(".sessions__jump").await?;
        is_done(&page, "create", 3).await
    })
    .await
}

#[tokio::test]
#[ignore = "needs the built page and a browser: `cargo xtask test --e2e`"]
async fn of_four_intervals_one_is_still_remembered() -> Outcome {
    in_browser(Language::Ja, |page| async move {
        let strings = page.strings();
        page.open(&address("compare-intervals", IN_TAB)).await?;
        page.write_by_hand("forever", false).await?;
        page.panel('D').fill("Session Expiry Interval", "4294967295").await?;
        page.panel('D').connect().await?;
        page.step("forever", "met").await?;
        page.press_control("leave", 1).await?;
        for client in ['A', 'B', 'C', 'D'] {
            page.see(&format!("[data-client={client}] .lamp[data-link=connected]")).await?;
        }
        page.press_control("leave", 2).await?;
        page.step("leave", "met").await?;
        let forever = strings.sessions_waits_forever();
        page.see_html(".sessions__name[data-state=waiting] .sessions__state", forever).await?;
        assert_eq!(page.count(".sessions__name[data-state=gone]").await?, 2, "absent and zero");

        page.predict_by_typing("return", "1").await?;
        page.press_control("return", 1).await?;
        page.press_control("return", 2).await?;
        page.step("return", "met").await?;
        page.marked("return", "met").await?;
        page.see(&flag(&strings.sessions_visit(0, 1))).await?;
        assert_eq!(page.count(".sessions__flag[data-present]").await?, 1);
        is_done(&page, "compare-intervals", 12).await
    })
    .await
}

/// Connects, subscribes and disconnects with the forms of the first client.
async fn fill_and_leave(page: &Page) -> Outcome {
    let client = page.panel('A');
    client.connect().await?;
    client.choose("SUBSCRIBE").await?;
    client.send("SUBSCRIBE").await?;
    page.packet("SUBACK", 'A', "in").await?;
    client.choose("DISCONNECT").await?;
    client.send("DISCONNECT").await?;
    client.says(page.strings().link_offline()).await
}

/// One of the buttons that put the clock forward, counted from 1: ten seconds, and a minute.
async fn skip(page: &Page, nth: usize) -> Outcome {
    press(&page.see(&format!("#picture .card__head button:nth-of-type({nth})")).await?).await
}

/// A return by what its CONNECT and CONNACK said.
fn flag(words: &str) -> String {
    format!(".sessions__flag[title$='{words}']")
}

/// The first number of a text; 0 where there is none.
fn number_in(words: &str) -> u32 {
    let digits = words.split(|c: char| !c.is_ascii_digit()).find(|digits| !digits.is_empty());
    digits.and_then(|digits| digits.parse().ok()).unwrap_or(0)
}
