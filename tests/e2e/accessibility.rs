//! What axe-core finds wrong with the page for people who see, hear or move differently, by WCAG 2.2 up to AA and by
//! what is good practice: nothing.

use std::fs;

use mqtt5_playground::course::CHAPTERS;
use mqtt5_playground::formats::json::records_to_json;
use mqtt5_playground::language::Language;
use thirtyfour::Key;

use crate::browser::{in_browser, setting};
use crate::captures::{file, open_file};
use crate::connecting::OF_THE_BROWSER;
use crate::exercises::{IN_TAB, address};
use crate::hostile::capture;
use crate::page::{Outcome, Page, press, press_key, type_over};
use crate::stage::is_played;

#[tokio::test]
#[ignore = "needs the built page, a browser and axe-core: `cargo xtask test --e2e`"]
async fn axe_finds_nothing_in_the_light() -> Outcome {
    in_browser(Language::En, |page| async move { finds_nothing(&page, "light").await }).await
}

#[tokio::test]
#[ignore = "needs the built page, a browser and axe-core: `cargo xtask test --e2e`"]
async fn axe_finds_nothing_in_the_dark() -> Outcome {
    in_browser(Language::Ja, |page| async move { finds_nothing(&page, "dark").await }).await
}

/// One exercise for each picture, played to its end, with its steps unfolded.
#[tokio::test]
#[ignore = "needs the built page, a browser and axe-core: `cargo xtask test --e2e`"]
async fn axe_finds_nothing_in_the_pictures() -> Outcome {
    for (language, scheme) in [(Language::En, "dark"), (Language::Ja, "light")] {
        in_browser(language, move |page| async move {
            page.prefer(scheme).await?;
            let mut found = Vec::new();
            let mut pictures = Vec::new();
            for exercise in CHAPTERS.iter().flat_map(|chapter| chapter.exercises) {
                if pictures.contains(&exercise.picture) {
                    continue;
                }
                pictures.push(exercise.picture);
                page.open(&address(exercise.id, IN_TAB)).await?;
                press(&page.button(page.strings().lesson_play_solution()).await?).await?;
                is_played(&page).await?;
                for step in exercise.steps {
                    page.unfold_step(step.id).await?;
                }
                // What is fading away is not to be read any more.
                page.gone(".hop").await?;
                found.extend(examine(&page, exercise.id).await?);
            }
            assert!(found.is_empty(), "in {scheme}: {found:#?}");
            Ok(())
        })
        .await?;
    }
    Ok(())
}

/// Where something is open, wrong or empty, also as narrow as a page at 400% is (WCAG 1.4.10): 320 pixels.
#[tokio::test]
#[ignore = "needs the built page, a browser and axe-core: `cargo xtask test --e2e`"]
async fn axe_finds_nothing_where_something_is_open_or_wrong() -> Outcome {
    for (language, scheme, width) in [(Language::En, "dark", 320), (Language::Ja, "light", 1280)] {
        in_browser(language, move |page| async move {
            page.prefer(scheme).await?;
            page.with_size(width, 700).await?;
            let mut found = Vec::new();
            open_or_wrong(&page, &mut found).await?;
            assert!(found.is_empty(), "in {scheme}, {width} pixels wide: {found:#?}");
            page.expect_complaints(OF_THE_BROWSER).await
        })
        .await?;
    }
    Ok(())
}

async fn open_or_wrong(page: &Page, found: &mut Vec<String>) -> Outcome {
    let strings = page.strings();
    page.open("page=nowhere").await?;
    look(page, "an unknown address", found).await?;

    // A capture of texts that mean harm.
    page.open("page=captures&broker=tab").await?;
    open_file(page, &file("nothing.json", b"{}")).await?;
    page.see(".captures .notice").await?;
    look(page, "a file that is no capture", found).await?;
    let capture = capture();
    let json = records_to_json(&capture, capture.records());
    open_file(page, &file("hostile.json", json.as_bytes())).await?;
    page.see(".packet-row[data-direction]").await?;
    look(page, "a capture", found).await?;
    for menu in ["capture-menu", "filter-menu"] {
        press(&page.see(&format!(".wire-bar [popovertarget^={menu}]")).await?).await?;
        page.see(&format!("[id^={menu}]:popover-open")).await?;
        look(page, menu, found).await?;
        press_key(page, Key::Escape).await?;
        page.gone(&format!("[id^={menu}]:popover-open")).await?;
    }
    let filter = page.see(".captures .wire-bar input").await?;
    type_over(&filter, "nonsense:x").await?;
    page.see(".wire-note").await?;
    look(page, "a filter that is wrong", found).await?;
    type_over(&filter, "").await?;
    press(&page.see(".findings-line").await?).await?;
    page.see(".finding").await?;
    look(page, "findings", found).await?;
    press(&page.see(".finding .evidence").await?).await?;
    page.see(".captures .inspector").await?;
    look(page, "a packet", found).await?;

    // Nothing measured yet, and something that cannot be.
    page.open("page=measure&broker=tab").await?;
    look(page, "nothing measured", found).await?;
    type_over(&page.see("#measure-size").await?, "3").await?;
    press_key(page, Key::Tab).await?;
    page.see("#measure-size[aria-invalid=true]").await?;
    look(page, "a size that is too small", found).await?;
    type_over(&page.see("#measure-size").await?, "16").await?;
    press_key(page, Key::Tab).await?;
    page.gone("[aria-invalid=true]").await?;
    press(&page.see(".measure__button").await?).await?;
    page.see(".measure__facts").await?;
    press(&page.see(".measure__table summary").await?).await?;
    look(page, "a measurement", found).await?;

    // Nobody listens there.
    page.open("exercise=first-connect&broker=ws%3A%2F%2F127.0.0.1%3A9").await?;
    if page.shows(".pane-tabs__tab").await? {
        press(&page.see(".pane-tabs__tab[aria-controls=pane-bench]").await?).await?;
    }
    let panel = page.panel('A');
    panel.send("CONNECT").await?;
    page.see(".client-panel .notice").await?;
    look(page, "a connection that failed", found).await?;
    press(&page.see(".client-panel [popovertarget]").await?).await?;
    page.see("[popover]:popover-open").await?;
    look(page, "the menu of a client", found).await?;
    press_key(page, Key::Escape).await?;
    page.gone("[popover]:popover-open").await?;
    press(&page.see("[popovertarget=broker]").await?).await?;
    page.see("#broker:popover-open").await?;
    look(page, strings.broker_in_tab(), found).await
}

/// For tests that have brought the page there: nothing is found, in neither theme. Asked in Chromium, which can be told the
/// theme.
pub async fn nothing_is_found(page: &Page, place: &str) -> Outcome {
    if page.is_in_firefox() {
        return Ok(());
    }
    let mut found = Vec::new();
    for scheme in ["dark", "light"] {
        page.prefer(scheme).await?;
        look(page, &format!("{place}, {scheme}"), &mut found).await?;
    }
    assert!(found.is_empty(), "{found:#?}");
    Ok(())
}

/// What axe finds, and whether the page scrolls sideways.
async fn look(page: &Page, place: &str, found: &mut Vec<String>) -> Outcome {
    // What is fading in has less contrast for a moment.
    let faded = "const done = arguments[0];
        const ends = document.getAnimations().filter(it => it.effect.getComputedTiming().endTime < Infinity);
        Promise.allSettled(ends.map(it => it.finished)).then(() => done());";
    page.driver().execute_async(faded, Vec::new()).await?;
    found.extend(examine(page, place).await?);
    if page.too_wide().await? != 0 {
        found.push(format!("{place}: too wide"));
    }
    Ok(())
}

async fn finds_nothing(page: &Page, scheme: &str) -> Outcome {
    page.prefer(scheme).await?;
    page.open("broker=tab").await?;
    let mut found = examine(page, "home").await?;

    page.open("exercise=first-user-property&broker=tab").await?;
    found.extend(examine(page, "exercise").await?);
    // With everything that an exercise has to show: messages, packets, evidence, an open packet, a problem.
    let (publisher, subscriber) = (page.panel('A'), page.panel('B'));
    subscriber.connect().await?;
    subscriber.send("SUBSCRIBE").await?;
    press(&page.packet("SUBACK", 'B', "in").await?).await?;
    page.step("granted", "met").await?;
    page.predict("publish", 1).await?;
    page.write_by_hand("publish", true).await?;
    publisher.send("PUBLISH").await?;
    press(&page.packet("PUBLISH", 'B', "in").await?).await?;
    page.step("delivered", "met").await?;
    page.see(".inspector").await?;
    publisher.fill("Topic Name", "a/#").await?;
    publisher.send("PUBLISH").await?;
    page.see("[aria-invalid=true]").await?;
    found.extend(examine(page, "exercise, done").await?);

    // The broker's inside stands beside it.
    press_key(page, Key::Escape).await?;
    press(&page.see("[popovertarget=broker]").await?).await?;
    press(&page.button(page.strings().inside_open()).await?).await?;
    for tab in [
        page.strings().inside_tab_state(),
        page.strings().inside_tab_log(),
        page.strings().inside_tab_policy(),
        page.strings().inside_tab_lines(),
    ] {
        press(&page.button(tab).await?).await?;
        found.extend(examine(page, tab).await?);
    }

    // A client with all its own settings unfolded, one that acts by itself, and the menu of set-ups.
    page.open("page=bench&broker=tab").await?;
    let strings = page.strings();
    press(&page.button(strings.bench_set_ups()).await?).await?;
    press(&page.button(strings.bench_set_up_slow()).await?).await?;
    let panel = page.panel('B');
    panel.unfold(strings.own_title()).await?;
    for group in [
        strings.does_title(),
        strings.own_acks(),
        strings.own_route(),
        strings.own_auth(),
        strings.own_auth_by_hand(),
        strings.own_faults(),
    ] {
        panel.unfold(group).await?;
    }
    press(&page.button(strings.bench_set_ups()).await?).await?;
    found.extend(examine(page, "bench").await?);

    // A packet that is broken, and the same for other clients.
    page.open("page=composer&broker=tab").await?;
    press(&page.see("[data-breakage=qos_3]").await?).await?;
    page.see(".composer__sheet .explanation[data-state=malformed]").await?;
    found.extend(examine(page, "composer").await?);
    press(&page.see("[data-breakage=qos_3]").await?).await?;
    press(&page.see(".composer__send .elsewhere-button button").await?).await?;
    page.see(".elsewhere__code").await?;
    found.extend(examine(page, "elsewhere").await?);
    assert!(found.is_empty(), "in {scheme}: {found:#?}");
    Ok(())
}

/// What is wrong, each with the elements that are.
async fn examine(page: &Page, place: &str) -> thirtyfour::error::WebDriverResult<Vec<String>> {
    let axe = fs::read_to_string(setting("AXE_SCRIPT")).expect("the test command installed it");
    page.evaluate(&axe).await?;
    let violations = page.evaluate(EXAMINE).await?;
    let violations = violations.as_array().cloned().unwrap_or_default();
    Ok(violations.iter().filter_map(|it| Some(format!("{place}: {}", it.as_str()?))).collect())
}

const EXAMINE: &str = r#"
    const tags = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];
    const options = {
        resultTypes: ['violations'],
        runOnly: { type: 'tag', values: tags },
        rules: { 'target-size': { enabled: true } },
    };
    // What is half behind the foot of a panel now comes out when it is scrolled.
    const isScrolled = ({ any, all, none }) =>
        [...any, ...all, ...none].some(({ message }) => /partially obscured/.test(message));
    return axe.run(document, options).then(({ violations }) => violations
        .map(it => ({ ...it, nodes: it.nodes.filter(node => it.id !== 'target-size' || !isScrolled(node)) }))
        .filter(({ nodes }) => nodes.length > 0)
        .map(({ id, help, nodes }) =>
            `${id}: ${help}\n` + nodes.map(n => `${n.target.join(' ')}: ${n.any.concat(n.all, n.none)
                .map(check => check.message).join('; ')}`).join('\n')));
"#;
