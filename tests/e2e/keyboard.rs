//! The page without a mouse.

use mqtt5_playground::formats::json::records_to_json;
use mqtt5_playground::language::Language;
use mqtt5_playground::mqtt::Sender;
use thirtyfour::Key;
use thirtyfour::prelude::*;

use crate::browser::in_browser;
use crate::captures::{connection, file, open_file};
use crate::page::{Outcome, Page, press_key};
use crate::stage::is_played;

#[tokio::test]
#[ignore = "needs the built page and a browser: `cargo xtask test --e2e`"]
async fn first_connect_with_the_keyboard_alone() -> Outcome {
    in_browser(Language::En, |page| async move {
        page.open("broker=tab").await?;
        // Past the header at once.
        let strings = page.strings();
        tab_to(&page, strings.app_skip()).await?;
        press_key(&page, Key::Enter).await?;
        page.see("#main:focus").await?;
        // The course begins with the first button after it.
        let link = "a[href*='exercise=first-connect']:focus";
        press_key(&page, Key::Tab).await?;
        page.see(link).await?;
        press_key(&page, Key::Enter).await?;
        page.see("#step-connect").await?;

        type_keys(&page, "gb").await?;
        page.see("#pane-bench:focus").await?;
        // The card opens the client's panel.
        press_key(&page, Key::Tab).await?;
        page.see("#card-a:focus").await?;
        press_key(&page, Key::Enter).await?;
        page.see("#card-a[aria-expanded=true]").await?;
        tab_to(&page, &strings.panel_send("CONNECT")).await?;
        press_key(&page, Key::Enter).await?;
        page.step("accepted", "met").await?;
        page.packet("CONNACK", 'A', "in").await?;

        // From the wire, down to the CONNACK.
        type_keys(&page, "gw").await?;
        page.see("#pane-wire:focus").await?;
        let mut steps = 0;
        while !page.shows(".packet-row__button:focus .packet-name").await?
            || !focused_text(&page).await?.contains("CONNACK")
        {
            assert!(steps < 10, "`j` does not reach the CONNACK");
            type_keys(&page, "j").await?;
            page.next_frame().await?;
            steps += 1;
        }
        press_key(&page, Key::Enter).await?;
        page.step("read-limits", "met").await?;
        page.see(".lesson__done").await?;

        // Escape closes what is open, `?` tells all keys.
        page.see(".inspector").await?;
        press_key(&page, Key::Escape).await?;
        page.gone(".inspector").await?;
        type_keys(&page, "?").await?;
        page.see("dialog[open]").await?;
        press_key(&page, Key::Escape).await?;
        page.gone("dialog[open]").await
    })
    .await
}

#[tokio::test]
#[ignore = "needs the built page and a browser: `cargo xtask test --e2e`"]
async fn every_focus_can_be_seen() -> Outcome {
    in_browser(Language::En, |page| async move {
        page.open("exercise=connect-properties&broker=tab").await?;
        page.see("#step-accepted").await?;
        // Round the page once: every stop has an outline or a ring, and nothing lies over it.
        for _ in 0..150 {
            press_key(&page, Key::Tab).await?;
            let wrong = page.evaluate(FOCUS).await?;
            if wrong == "around" {
                return Ok(());
            }
            assert_eq!(wrong, "", "the focus cannot be seen");
        }
        panic!("the focus never comes round");
    })
    .await
}

/// Nothing, or what is wrong with the focus; `around` when it has left the page.
const FOCUS: &str = r#"
    const element = document.activeElement;
    if (!element || element === document.body) return 'around';
    const box = element.getBoundingClientRect();
    const name = element.outerHTML.slice(0, 120);
    const style = getComputedStyle(element);
    // A control may leave the ring to what it is drawn by.
    const ringed = [element, ...element.querySelectorAll('*'), element.parentElement, element.nextElementSibling]
        .some(e => e && (getComputedStyle(e).outlineStyle !== 'none' || getComputedStyle(e).boxShadow !== 'none'
            || ['::before', '::after'].some(p => getComputedStyle(e, p).outlineStyle !== 'none')));
    if (!ringed) return 'no ring: ' + name;
    const x = box.x + Math.min(box.width / 2, 40), y = box.y + box.height / 2;
    if (x < 0 || y < 0 || x > innerWidth || y > innerHeight) return 'out of sight: ' + name;
    const top = document.elementFromPoint(x, y);
    if (top && !element.contains(top) && !top.contains(element) && !top.closest('label')?.contains(element))
        return 'behind ' + top.outerHTML.slice(0, 80) + ': ' + name;
    return '';
"#;

/// Presses Tab until the focus is on something that begins with these words.
async fn tab_to(page: &Page, words: &str) -> Outcome {
    for _ in 0..40 {
        press_key(page, Key::Tab).await?;
        if focused_text(page).await?.starts_with(words) {
            return Ok(());
        }
    }
    panic!("Tab does not reach {words:?}");
}

async fn focused_text(page: &Page) -> WebDriverResult<String> {
    let text = page.evaluate("return document.activeElement?.innerText ?? ''").await?;
    Ok(text.as_str().unwrap_or_default().trim().to_owned())
}

/// To whatever has the focus.
async fn type_keys(page: &Page, keys: &str) -> Outcome {
    page.driver().action_chain().send_keys(keys).perform().await
}

/// What has the focus may go away by its own press: the focus goes to what is nearest, never to the beginning.
#[tokio::test]
#[ignore = "needs the built page and a browser: `cargo xtask test --e2e`"]
async fn the_focus_is_never_lost() -> Outcome {
    in_browser(Language::En, |page| async move {
        let strings = page.strings();
        page.open("page=captures&broker=tab").await?;
        let capture = connection(&[
            (Sender::Client, &b"\x10\x0D\0\x04MQTT\x04\x02\0\x3C\0\x01c"[..]),
            (Sender::Server, b"\x20\x02\0\0"),
        ]);
        let json = records_to_json(&capture, capture.records());
        for name in ["one.json", "two.json"] {
            open_file(&page, &file(name, json.as_bytes())).await?;
            page.see_html(".captures__shelf", name).await?;
        }
        // Renaming ends with Escape, and the field is gone; then the whole entry goes.
        for (button, then) in [("Rename", true), ("Remove", false), ("Remove", false)] {
            let css = format!(".captures__item button[aria-label^={button}]");
            page.evaluate(&format!("document.querySelector('{css}').focus()")).await?;
            press_key(&page, Key::Enter).await?;
            if then {
                page.see(".captures__item input").await?;
                press_key(&page, Key::Escape).await?;
                page.gone(".captures__item input").await?;
            }
            has_focus(&page, &format!("{button} in the captures")).await?;
        }
        // A step's button becomes another one, or none.
        page.open("exercise=first-connect&broker=tab").await?;
        let play = page.button(strings.lesson_play_solution()).await?;
        play.focus().await?;
        press_key(&page, Key::Enter).await?;
        is_played(&page).await?;
        has_focus(&page, "a solution").await?;
        Ok(())
    })
    .await
}

/// Waits until something within the page has the focus.
async fn has_focus(page: &Page, after: &str) -> Outcome {
    let script = "const done = arguments[0]; const look = tries => {
        const held = document.activeElement;
        if (held && held !== document.body) done(true);
        else if (tries === 0) done(false);
        else requestAnimationFrame(() => look(tries - 1));
    }; look(100)";
    let found = page.driver().execute_async(script, Vec::new()).await?.json().clone();
    assert_eq!(found, serde_json::json!(true), "the focus is lost after {after}");
    Ok(())
}
