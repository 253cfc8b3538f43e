//! Around the chapters: the questions, the checklist that fills, and the way from a symptom to its exercise.

use mqtt5_playground::course::around::{CHECKLIST, QUESTIONS, question_prose, trouble_prose};
use mqtt5_playground::course::exercise_title;
use mqtt5_playground::language::Language;
use thirtyfour::prelude::*;

use crate::browser::in_browser;
use crate::exercises::untouched;
use crate::page::{Outcome, Page, press};

#[tokio::test]
#[ignore = "needs the built page and a browser: `cargo xtask test --e2e`"]
async fn a_question_is_answered_explained_and_proved_in_japanese() -> Outcome {
    in_browser(Language::Ja, |page| async move {
        let strings = page.strings();
        let question = &QUESTIONS[0];
        let words = question_prose(question.id, page.language()).expect("it has words");
        let right = |count| strings.questions_right(count, QUESTIONS.len());
        page.open("page=questions").await?;
        page.see_html(".around__head", &right(0)).await?;
        let place = format!("#{}", question.id);
        page.gone(&format!("{place} .prose")).await?;

        choose(&page, &place, question.correct + 1).await?;
        page.see(&format!("{place}[data-state=contradicted]")).await?;
        page.see_html(&format!("{place} .prediction__options"), strings.questions_is_wrong())
            .await?;
        // The right one is named too.
        page.see_html(&format!("{place} [data-answer]"), words.options[question.correct]).await?;
        page.see_html(&format!("{place} .prose"), words.because).await?;
        page.see_html(".around__head", &right(0)).await?;

        choose(&page, &place, question.correct).await?;
        page.see(&format!("{place}[data-state=met]")).await?;
        page.see_html(".around__head", &right(1)).await?;
        page.reload().await?;
        page.see(&format!("{place}[data-state=met]")).await?;
        page.see_html(".around__head", &right(1)).await?;

        leads_to(&page, &place, question.exercise).await
    })
    .await
}

#[tokio::test]
#[ignore = "needs the built page and a browser: `cargo xtask test --e2e`"]
async fn the_checklist_fills_by_what_is_done_by_hand() -> Outcome {
    in_browser(Language::En, |page| async move {
        let ticked = |count| page.strings().checklist_ticked(count, CHECKLIST.len());
        page.open("page=checklist&broker=tab").await?;
        page.see_html(".around__head", &ticked(0)).await?;
        assert_eq!(page.count(".checklist__item[data-state=not-yet]").await?, CHECKLIST.len());
        page.gone(".checklist__packet").await?;

        // What is open links the exercise that gives the tick.
        leads_to(&page, "#reason-codes", "suback-mix").await?;
        page.predict("ask", 2).await?;
        page.write_by_hand("ask", true).await?;
        page.panel('A').send("SUBSCRIBE").await?;
        page.step("ask", "met").await?;
        page.press_control("proof", 1).await?;
        page.press_control("proof", 2).await?;
        page.see(".lesson__done").await?;

        press(&page.button(page.strings().course()).await?).await?;
        press(&page.see("a[href*='page=checklist']").await?).await?;
        is_ticked(&page, &ticked(1)).await?;
        page.reload().await?;
        is_ticked(&page, &ticked(1)).await?;

        // The SUBACK is there to be read, byte by byte.
        let suback = "//li[@id='reason-codes']//summary[contains(., 'SUBACK')]";
        press(&page.driver().query(By::XPath(suback)).first().await?).await?;
        let bytes = page.see("#reason-codes details[open] .bytes").await?.text().await?;
        let codes = ["01", "01", "87"];
        let bytes: Vec<&str> = bytes.split_whitespace().collect();
        assert_eq!(bytes.first(), Some(&"90"));
        assert!(bytes.ends_with(&codes), "{bytes:?}");
        Ok(())
    })
    .await
}

#[tokio::test]
#[ignore = "needs the built page and a browser: `cargo xtask test --e2e`"]
async fn a_symptom_leads_to_its_exercise() -> Outcome {
    in_browser(Language::Ja, |page| async move {
        let words = trouble_prose("session-not-restored", page.language()).expect("it has words");
        page.open("page=troubleshooting&broker=tab").await?;
        page.see_html("#session-not-restored h2", words.symptom).await?;
        page.see_html("#session-not-restored table", "Clean Start 1").await?;
        leads_to(&page, "#session-not-restored", "session-gone").await?;
        untouched(&page, &["look", "mend", "prove"]).await
    })
    .await
}

/// Chooses an answer to a question; what comes after the last one is the first.
async fn choose(page: &Page, place: &str, option: usize) -> Outcome {
    let option = option % page.count(&format!("{place} .prediction__option")).await?;
    let answer = format!("{place} .prediction__option:nth-child({})", option + 1);
    press(&page.see(&answer).await?).await
}

/// The link to this exercise opens it.
async fn leads_to(page: &Page, place: &str, exercise: &str) -> Outcome {
    press(&page.see(&format!("{place} a[href*='exercise={exercise}&']")).await?).await?;
    let title = exercise_title(exercise, page.language()).expect("it has a title");
    page.see_html(".lesson__title", title).await
}

async fn is_ticked(page: &Page, count: &str) -> Outcome {
    page.see_html(".around__head", count).await?;
    page.see("#reason-codes[data-state=met]").await?;
    assert_eq!(page.count(".checklist__item[data-state=met]").await?, 1);
    // Sent and received, of which the tick is made.
    for packet in ["SUBSCRIBE", "SUBACK"] {
        page.see_html("#reason-codes .checklist__packets", packet).await?;
    }
    page.see_html("#reason-codes", "suback-mix").await
}
