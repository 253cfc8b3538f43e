//! What is seen before the program runs: the header and the top of the home page, in the document itself.

use mqtt5_playground::language::Language;
use serde_json::json;

use crate::browser::in_browser;
use crate::page::Outcome;
use crate::parts::{NOT_ARRIVED, without};

/// What the server sends of the first picture in one language, beside what the program has drawn there: a line an
/// element, with what it says. What opens above the page is not in the picture, and what a button needs the program
/// for has a mark there.
const BOTH: &str = r#"
    const done = arguments[arguments.length - 1];
    const line = (element) => {
      const own = [...element.childNodes].filter((node) => node.nodeType === Node.TEXT_NODE);
      const text = own.map((node) => node.data.trim()).join("");
      const told = ["class", "href", "lang", "aria-label", "data-link"];
      const attributes = told.map((name) => element.getAttribute(name)?.trim() ?? "");
      return [element.localName, ...attributes, text].join("|");
    };
    const lines = (root) => [".app-header", ".home__top"].flatMap((part) =>
      [...root.querySelectorAll(`${part}, ${part} *`)]
        .filter((element) => !element.closest("[popover]"))
        .map(line));
    fetch(location.pathname).then((answer) => answer.text()).then((html) => {
      const page = new DOMParser().parseFromString(html, "text/html");
      const language = document.documentElement.lang;
      done([lines(page.querySelector(`#first > [lang=${language}]`)), lines(document.body)]);
    });
"#;

/// How much has moved since the page was opened, as Chromium counts it.
const MOVED: &str = r#"
    const done = arguments[arguments.length - 1];
    let moved = 0;
    new PerformanceObserver((list) => {
      for (const entry of list.getEntries()) moved += entry.value;
    }).observe({ type: "layout-shift", buffered: true });
    setTimeout(() => done(moved), 500);
"#;

#[tokio::test]
#[ignore = "needs the built page and a browser: `cargo xtask test --e2e`"]
async fn the_first_picture_is_there_without_the_program() -> Outcome {
    for language in Language::ALL {
        in_browser(language, |page| async move {
            without(&page, &["*.wasm*"]).await?;
            page.go("").await?;
            let strings = page.strings();
            assert_eq!(page.see(".home__lead").await?.text().await?, strings.home_lead());
            assert_eq!(page.count("#first .home__lead").await?, Language::ALL.len());
            page.button(strings.home_begin()).await?;
            page.button(strings.home_connect()).await?;
            // It did not come, which is told without taking the picture away.
            page.see("#loading.failed button").await?;
            assert!(page.shows(".home__lead").await?);

            // Elsewhere there is only what every page has.
            page.go("exercise=first-connect").await?;
            page.see("#first .app-header").await?;
            assert!(!page.shows(".home__lead").await?);
            page.expect_complaints(NOT_ARRIVED).await
        })
        .await?;
    }
    Ok(())
}

#[tokio::test]
#[ignore = "needs the built page and a browser: `cargo xtask test --e2e`"]
async fn the_program_takes_the_first_picture_over_unchanged() -> Outcome {
    for language in Language::ALL {
        in_browser(language, |page| async move {
            page.open("").await?;
            assert_eq!(page.count("main").await?, 1);
            assert_eq!(page.count("#first").await?, 0);
            let both = page.driver().execute_async(BOTH, Vec::new()).await?;
            let both: [Vec<String>; 2] = both.convert()?;
            assert_eq!(both[0], both[1]);
            let moved: f64 = page.driver().execute_async(MOVED, Vec::new()).await?.convert()?;
            assert!(moved < 0.001, "something has moved: {moved}");
            Ok(())
        })
        .await?;
    }
    Ok(())
}

#[tokio::test]
#[ignore = "needs the built page and a browser: `cargo xtask test --e2e`"]
async fn the_first_picture_goes_on_where_the_reader_was() -> Outcome {
    in_browser(Language::Ja, |page| async move {
        page.open("exercise=save-bytes").await?;
        without(&page, &["*.wasm*"]).await?;
        page.go("").await?;
        let begin = page.see(".home__actions a").await?;
        assert!(begin.attr("href").await?.is_some_and(|href| href.contains("exercise=save-bytes")));
        let label = begin.text().await?;
        let beginning = page.strings().home_go_on("");
        assert!(label.starts_with(&beginning), "{label}");
        page.expect_complaints(NOT_ARRIVED).await
    })
    .await
}

/// The program does not run before `goOn()` has been called.
const HELD_BACK: &str = "
    const wait = new Promise((goOn) => { globalThis.goOn = goOn; });
    for (const name of ['instantiate', 'instantiateStreaming']) {
        const original = WebAssembly[name];
        WebAssembly[name] = async (...given) => {
            await wait;
            return original.apply(WebAssembly, given);
        };
    }
";

/// Whoever is about to follow a link when the program takes over is still about to follow it.
#[tokio::test]
#[ignore = "needs the built page and a browser: `cargo xtask test --e2e`"]
async fn the_focus_stays_on_its_link() -> Outcome {
    in_browser(Language::En, |page| async move {
        let script = json!({ "source": HELD_BACK });
        page.driver().cdp().send_raw("Page.addScriptToEvaluateOnNewDocument", script).await?;
        for link in [".home__actions a", ".app-header a[lang]"] {
            page.go("").await?;
            page.see(&format!("#first {link}")).await?;
            page.evaluate(&format!(
                "[...document.querySelectorAll('#first {link}')].find(a => a.checkVisibility()).focus()"
            ))
            .await?;
            page.see(&format!("#first {link}:focus")).await?;
            page.evaluate("goOn()").await?;
            page.see(&format!(".app:not(#first *) {link}:focus")).await?;
            assert_eq!(page.count("#first").await?, 0);
        }
        Ok(())
    })
    .await
}
