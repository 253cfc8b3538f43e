//! What differs on Mosquitto: in an exercise, and as a whole.

use mqtt5_playground::course::{Deviation, OnMosquitto, exercise_title, on_mosquitto};
use mqtt5_playground::language::Language;
use thirtyfour::Key;

use crate::browser::{in_browser, setting};
use crate::exercises::{IN_TAB, address};
use crate::page::{Outcome, Page, press};

#[tokio::test]
#[ignore = "needs the built page and a browser: `cargo xtask test --e2e`"]
async fn an_exercise_tells_what_differs_and_the_whole_table_is_near() -> Outcome {
    in_browser(Language::En, |page| async move {
        let strings = page.strings();
        let overlap = of(&page, Some("overlap"));
        page.open(&address("overlap", IN_TAB)).await?;
        // Out of the way behind the steps, and with nothing in it before it is opened.
        let summary = page.see(".steps ~ .on-mosquitto summary").await?;
        assert!(!page.shows(".deviation").await?, "nobody has opened it");
        summary.focus().await?;
        summary.send_keys(Key::Enter).await?;
        tells(&page, ".on-mosquitto", overlap).await?;
        tells(&page, ".on-mosquitto", of(&page, None)).await?;

        press(&page.see(".on-mosquitto__all").await?).await?;
        page.see_html("h1", strings.page_mosquitto()).await?;
        tells(&page, "#overlap", overlap).await?;
        // One that Mosquitto cannot show says what it does instead.
        let scram = of(&page, Some("scram-login"));
        page.see_html("#scram-login .on-mosquitto__elsewhere", scram.elsewhere).await?;
        tells(&page, "#scram-login", scram).await?;
        page.see_html("#scram-login", strings.mosquitto_closed()).await?;

        press(&page.see("#takeover h3 a").await?).await?;
        let title = exercise_title("takeover", page.language()).expect("it has a title");
        page.see_html(".lesson__title", title).await
    })
    .await
}

#[tokio::test]
#[ignore = "needs the built page and a browser: `cargo xtask test --e2e`"]
async fn on_mosquitto_it_stands_before_the_steps() -> Outcome {
    in_browser(Language::Ja, |page| async move {
        let strings = page.strings();
        page.open(&address("first-connect", &setting("MQTT_WS_URL"))).await?;
        page.see(".on-mosquitto ~ .steps").await?;
        press(&page.see(".on-mosquitto summary").await?).await?;
        page.see_html(".on-mosquitto", strings.mosquitto_same()).await?;
        tells(&page, ".on-mosquitto", of(&page, None)).await?;

        page.open(&address("alias-out-of-range", &setting("MQTT_WS_URL"))).await?;
        press(&page.see(".on-mosquitto summary").await?).await?;
        tells(&page, ".on-mosquitto", of(&page, Some("alias-out-of-range"))).await?;
        assert!(!page.shows(".steps ~ .on-mosquitto").await?, "once is enough");
        Ok(())
    })
    .await
}

fn of(page: &Page, exercise: Option<&str>) -> &'static OnMosquitto {
    let found = on_mosquitto(page.language()).expect("the words are built in");
    found.iter().find(|one| one.exercise == exercise).expect("something differs there")
}

/// Every difference stands in that place, with the reason and a link to the specification.
async fn tells(page: &Page, place: &str, what: &OnMosquitto) -> Outcome {
    for deviation in &what.differences {
        for said in [deviation.in_tab, deviation.on_mosquitto] {
            if deviation.about().packet.is_some() && said != Deviation::NOTHING {
                page.see_html(&format!("{place} .deviation__side code"), said).await?;
            }
        }
        page.see_html(&format!("{place} .deviations__why"), deviation.why).await?;
        for section in deviation.sections() {
            page.see_html(&format!("{place} .deviations__why .spec-ref"), section).await?;
        }
    }
    Ok(())
}
