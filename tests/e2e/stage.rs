//! The stage: the picture is in sight, whole or nearly so, and every exercise begins at its top.

use mqtt5_playground::course::{Asks, CHAPTERS};
use mqtt5_playground::language::Language;
use serde_json::Value;
use thirtyfour::Key;

use crate::browser::in_browser;
use crate::exercises::{IN_TAB, address};
use crate::page::{Outcome, Page, press};

#[tokio::test]
#[ignore = "needs the built page and a browser: `cargo xtask test --e2e`"]
async fn pictures_are_in_sight_to_the_end_on_a_small_laptop() -> Outcome {
    in_browser(Language::En, |page| async move { play_all(&page, 1280, 800).await }).await
}

#[tokio::test]
#[ignore = "needs the built page and a browser: `cargo xtask test --e2e`"]
async fn pictures_are_in_sight_to_the_end_on_a_laptop() -> Outcome {
    in_browser(Language::Ja, |page| async move { play_all(&page, 1440, 900).await }).await
}

/// Plays the solution of every exercise, and looks at the page at its beginning and at its end.
async fn play_all(page: &Page, width: u32, height: u32) -> Outcome {
    page.with_size(width, height).await?;
    let exercises = CHAPTERS.iter().flat_map(|chapter| chapter.exercises);
    let mut wrong = Vec::new();
    for exercise in exercises {
        let id = exercise.id;
        page.open(&address(id, IN_TAB)).await?;
        page.see("[data-picture]").await?;
        let tops = page
            .evaluate(
                "return ['pane-learn', 'pane-bench', 'picture']
                    .map(id => document.getElementById(id).scrollTop)",
            )
            .await?;
        if tops != serde_json::json!([0, 0, 0]) {
            wrong.push(format!("{id} begins at {tops}"));
        }
        press(&page.button(page.strings().lesson_play_solution()).await?).await?;
        is_played(page).await?;
        // The part of the picture that is in sight, its height, and what lies over it.
        let seen = page
            .evaluate(
                "const picture = document.querySelector('[data-picture]');
                const area = picture.getBoundingClientRect();
                const across = Math.min(area.right, innerWidth) - Math.max(area.left, 0);
                const down = Math.min(area.bottom, innerHeight) - Math.max(area.top, 0);
                const points = [0.1, 0.3, 0.5, 0.7, 0.9].flatMap(x => [0.1, 0.5, 0.9].map(y => [x, y]));
                const covered = points.filter(([x, y]) => !picture.contains(document.elementFromPoint(
                    area.left + x * area.width, area.top + y * area.height)));
                return [across * down / (area.width * area.height), down, covered.length]",
            )
            .await?;
        let [share, height, covered] = [0, 1, 2].map(|at| seen[at].as_f64().unwrap_or_default());
        if share < 0.8 || height < 280.0 || covered > 0.0 {
            wrong.push(format!(
                "{id}: {:.0}% in sight, {height} px, {covered} covered",
                share * 100.0
            ));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
    Ok(())
}

/// Waits until a solution was played; the longest has more than fifty moves.
pub async fn is_played(page: &Page) -> Outcome {
    for _ in 0..5 {
        if page.see(".lesson__done").await.is_ok() {
            return Ok(());
        }
    }
    page.see(".lesson__done").await?;
    Ok(())
}

/// The next exercise begins at its top, wherever the last one was left.
#[tokio::test]
#[ignore = "needs the built page and a browser: `cargo xtask test --e2e`"]
async fn the_next_exercise_begins_at_its_top() -> Outcome {
    in_browser(Language::En, |page| async move {
        page.with_size(1440, 900).await?;
        page.open(&address("save-bytes", IN_TAB)).await?;
        let next = page.see(".lesson__foot-next").await?;
        page.evaluate("document.getElementById('pane-learn').scrollTop = 9999").await?;
        press(&next).await?;
        page.see("[data-picture]").await?;
        page.see("#step-forget, .step").await?;
        let top = page.evaluate("return document.getElementById('pane-learn').scrollTop").await?;
        assert_eq!(top, Value::from(0));
        Ok(())
    })
    .await
}

/// Each step that is met brings the next one into sight, all of it where it fits.
#[tokio::test]
#[ignore = "needs the built page and a browser: `cargo xtask test --e2e`"]
async fn the_step_in_hand_comes_into_sight() -> Outcome {
    in_browser(Language::En, |page| async move {
        for (width, height) in [(1280, 800), (390, 844)] {
            page.with_size(width, height).await?;
            page.open(&address("goodbye", IN_TAB)).await?;
            for (step, next) in [("watch", "will"), ("will", "with-reason")] {
                page.press_control(step, 1).await?;
                page.step(step, "met").await?;
                is_in_sight(&page, next).await?;
            }
        }
        Ok(())
    })
    .await
}

/// Waits until a step that was scrolled to is whole in sight.
async fn is_in_sight(page: &Page, step: &str) -> Outcome {
    let script = format!(
        "const pane = document.getElementById('pane-learn').getBoundingClientRect();
        const step = document.getElementById('step-{step}').getBoundingClientRect();
        return [step.top - pane.top, pane.bottom - step.bottom]"
    );
    let mut room = Value::Null;
    for _ in 0..1000 {
        room = page.evaluate(&script).await?;
        if [0, 1].iter().all(|&at| room[at].as_f64().is_some_and(|pixels| pixels >= 0.0)) {
            return Ok(());
        }
        page.next_frame().await?;
    }
    panic!("above and below {step} there are {room} pixels");
}

/// What has to be connected first is connected by the same press, and both packets are seen.
#[tokio::test]
#[ignore = "needs the built page and a browser: `cargo xtask test --e2e`"]
async fn one_press_connects_and_acts() -> Outcome {
    in_browser(Language::En, |page| async move {
        page.open(&address("save-bytes", IN_TAB)).await?;
        page.press_control("subscribe", 1).await?;
        page.step("subscribe", "met").await?;
        page.packet("CONNECT", 'B', "out").await?;
        page.packet("SUBSCRIBE", 'B', "out").await?;
        assert_eq!(page.count("#card-b .lamp[data-link=connected]").await?, 1);
        Ok(())
    })
    .await
}

/// In every kind of picture: what stands for a packet, and the exercise whose solution leaves some of them.
const MARKS: [(&str, &str); 11] = [
    ("resume", ".sessions__flag"),
    ("resume", ".mark:not(.sessions__flag)"),
    ("will-delay", ".mark:not(.sessions__flag)[title*=CONNECT]"),
    ("out-of-order", ".requests__drawing .mark"),
    ("out-of-order", ".requests__spread .mark"),
    ("save-bytes", ".alias-column button"),
    ("receive-maximum", ".window__tick"),
    ("qos-2-window", ".window__slot .evidence"),
    ("overlap", ".tracer__copy .evidence"),
    ("first-user-property", ".strands .evidence"),
    ("scram-login", "button.scram-flow__node"),
];

/// Every mark opens its packet, by a press and with the keyboard; Tab stops once, and arrow keys go on from there.
#[tokio::test]
#[ignore = "needs the built page and a browser: `cargo xtask test --e2e`"]
async fn marks_open_their_packets() -> Outcome {
    in_browser(Language::En, |page| async move {
        page.with_size(1440, 900).await?;
        let mut played = "";
        for (id, css) in MARKS {
            if id != played {
                played = id;
                page.open(&address(id, IN_TAB)).await?;
                press(&page.button(page.strings().lesson_play_solution()).await?).await?;
                is_played(&page).await?;
            }
            page.see(&format!("[data-picture] {css}")).await?;
            // Marks of the same moment may lie on one another: one that can be pressed is enough.
            let script = format!(
                "for (const mark of document.querySelectorAll('[data-picture] {css}')) {{
                    const box = mark.getBoundingClientRect();
                    const top = document.elementFromPoint(
                        box.x + box.width / 2, box.y + box.height / 2);
                    if (mark.contains(top)) return mark.dataset.mark;
                }}"
            );
            let free = page.evaluate(&script).await?;
            let free = free.as_str().map_or(String::new(), |it| format!("[data-mark='{it}']"));
            let mark = page.see(&format!("[data-picture] {css}{free}")).await?;
            let record = mark.attr("data-mark").await?.expect("it is a mark");
            let name = match mark.attr("aria-label").await? {
                Some(name) => name,
                None => mark.prop("textContent").await?.unwrap_or_default(),
            };
            let number = record.parse::<u64>().expect("a record") + 1;
            assert!(name.contains(&format!("#{number}")), "{id} {css}: {name}");
            press(&mark).await?;
            opened(&page, &record).await?;
            page.see(&format!("[data-picture] {css}[data-mark='{record}'][aria-current=true]"))
                .await?;
            let stops = page
                .evaluate(
                    "return [...document.querySelectorAll('[data-picture]')].map(picture =>
                        [...picture.querySelectorAll('[data-mark]')]
                            .filter(mark => mark.checkVisibility() && mark.tabIndex === 0).length)",
                )
                .await?;
            assert!(
                stops.as_array().is_some_and(|stops| stops.iter().all(|stops| *stops == 1)),
                "{id} {css}: {stops} places to stop"
            );

            page.evaluate(
                "document.querySelector('[data-picture] [data-mark][tabindex=\"0\"]').focus()",
            )
            .await?;
            let keys = page.driver().action_chain();
            keys.send_keys(Key::Home).send_keys(Key::Right).send_keys(Key::Enter).perform().await?;
            let there = "return document.activeElement.dataset.mark ?? ''";
            let there = page.evaluate(there).await?.as_str().unwrap_or_default().to_owned();
            opened(&page, &there).await?;
        }
        Ok(())
    })
    .await
}

async fn opened(page: &Page, record: &str) -> Outcome {
    page.see(".inspector").await?;
    page.see(&format!(".packet-row[data-record='{record}'][aria-current=true]")).await?;
    Ok(())
}

/// Packets pass along the lines of the cast and lead to the inspector; nothing moves where that is not wanted.
#[tokio::test]
#[ignore = "needs the built page and a browser: `cargo xtask test --e2e`"]
async fn packets_travel_and_can_be_opened() -> Outcome {
    in_browser(Language::En, |page| async move {
        page.open(&address("first-connect", IN_TAB)).await?;
        page.panel('A').send("CONNECT").await?;
        page.see(".hop[data-way=rightwards]").await?;
        page.evaluate("document.querySelector('.hop[data-way=rightwards]').click()").await?;
        page.see(".inspector").await?;
        page.prefer_stillness().await?;
        page.panel('A').choose("DISCONNECT").await?;
        page.panel('A').send("DISCONNECT").await?;
        page.packet("DISCONNECT", 'A', "out").await?;
        assert!(!page.shows(".hop").await?, "chips move although nothing shall");
        Ok(())
    })
    .await
}

/// Each act by hand has its form opened with the cursor in the field that the step names, and the client connected.
#[tokio::test]
#[ignore = "needs the built page and a browser: `cargo xtask test --e2e`"]
async fn acts_by_hand_open_at_their_field() -> Outcome {
    in_browser(Language::En, |page| async move {
        page.with_size(1440, 900).await?;
        let mut wrong = Vec::new();
        for exercise in CHAPTERS.iter().flat_map(|chapter| chapter.exercises) {
            for step in exercise.steps {
                let Some(by_hand) = &step.by_hand else { continue };
                page.open(&address(exercise.id, IN_TAB)).await?;
                if let Some(prediction) = &step.prediction {
                    match prediction.asks {
                        Asks::Options(_) => page.predict(step.id, 1).await?,
                        Asks::Number | Asks::Byte => page.predict_by_typing(step.id, "1").await?,
                    }
                }
                page.write_by_hand(step.id, false).await?;
                let script = format!(
                    "let at = document.activeElement;
                    while (at && !(at.matches('.field, .pairs, .check, details') && at.textContent.trim().startsWith({:?})))
                        at = at.parentElement;
                    return at !== null && at.closest('.client-panel') !== null",
                    by_hand.field
                );
                let mut is_there = false;
                for _ in 0..1000 {
                    is_there = page.evaluate(&script).await? == true;
                    if is_there {
                        break;
                    }
                    page.next_frame().await?;
                }
                if !is_there {
                    wrong.push(format!("{} {}: {}", exercise.id, step.id, by_hand.field));
                }
            }
        }
        assert!(wrong.is_empty(), "{wrong:#?}");
        Ok(())
    })
    .await
}
