//! Topic Alias: bytes saved by clicking through, and the fleet beaten with the learner's own policy.

use mqtt5_playground::language::Language;
use thirtyfour::prelude::*;

use crate::browser::{in_browser, setting};
use crate::page::{Outcome, press};

#[tokio::test]
#[ignore = "needs the built page and a browser: `cargo xtask test --e2e`"]
async fn an_alias_saves_bytes_in_english() -> Outcome {
    in_browser(Language::En, |page| async move {
        page.open("exercise=save-bytes&broker=tab").await?;
        page.see_html(".alias-ledger", page.strings().alias_empty()).await?;

        // Each first press connects the client, the next one sends.
        for step in ["subscribe", "plain"] {
            page.press_control(step, 1).await?;
            page.step(step, "met").await?;
        }
        page.see_html(".alias-line__sum", "60 B").await?;

        page.predict_by_typing("first-use", "3").await?;
        page.write_by_hand("first-use", false).await?;
        let publisher = page.panel('A');
        publisher.fill("Topic Alias", "1").await?;
        publisher.send("PUBLISH").await?;
        page.step("first-use", "met").await?;
        page.marked("first-use", "met").await?;
        page.see_html(".alias-line__sum", page.strings().alias_not_even()).await?;

        // Wrong on purpose: the wire says so, and the step is met all the same.
        page.predict_by_typing("repeat", "60").await?;
        page.write_by_hand("repeat", false).await?;
        publisher.fill("Topic Name", "").await?;
        publisher.send("PUBLISH").await?;
        page.step("repeat", "met").await?;
        page.marked("repeat", "contradicted").await?;
        page.step("pays-off", "not-yet").await?;

        page.press_control("pays-off", 1).await?;
        page.step("pays-off", "met").await?;
        page.step("delivered", "not-yet").await?;
        page.press_control("delivered", 1).await?;
        page.step("delivered", "met").await?;
        let sum = page.strings().alias_sum(56, 237, 183, 420);
        page.see_html(".alias-line__sum", &sum).await?;
        page.see(".alias-line .alias-chart").await?;
        page.see(".lesson__done").await?;
        Ok(())
    })
    .await
}

#[tokio::test]
#[ignore = "needs the built page and a browser: `cargo xtask test --e2e`"]
async fn a_policy_is_tuned_and_sent_to_mosquitto_in_japanese() -> Outcome {
    in_browser(Language::Ja, |page| async move {
        let exercise = format!("exercise=auto-alias&broker={}", setting("MQTT_WS_URL"));
        page.open(&exercise).await?;
        page.see_html(".alias-game__best", page.strings().alias_game_no_best()).await?;

        for (knob, presses) in [("#alias-half-life", 5), ("#alias-margin", 8)] {
            let knob = page.see(knob).await?;
            for _ in 0..presses {
                knob.send_keys(Key::Right + "").await?;
            }
        }
        let reached = page.strings().alias_game_reached(7400);
        page.see_html(".alias-game__forecast", &reached).await?;

        press(&page.see(".alias-game__send button").await?).await?;
        page.see("[data-client=A] .lamp[data-link=connected]").await?;
        press(&page.see(".alias-game__send button").await?).await?;
        page.step("tune", "met").await?;
        // It is neither of the other two days.
        page.step("first-come", "contradicted").await?;
        page.step("least-recently-used", "not-yet").await?;
        let best = page.strings().alias_game_best(7844);
        page.see_html(".alias-game__best", &best).await?;

        page.reload().await?;
        page.see_html(".alias-game__best", &best).await
    })
    .await
}
