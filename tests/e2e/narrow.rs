//! The page on a phone, 390 pixels wide.

use mqtt5_playground::language::Language;

use crate::browser::in_browser;
use crate::page::{Outcome, Page, press};

#[tokio::test]
#[ignore = "needs the built page and a browser: `cargo xtask test --e2e`"]
async fn an_exercise_on_a_phone() -> Outcome {
    in_browser(Language::Ja, |page| async move {
        page.on_phone(390, 844).await?;
        page.open("broker=tab").await?;
        fits(&page).await?;
        for exercise in ["connect-properties", "first-user-property", "first-connect"] {
            page.open(&format!("exercise={exercise}&broker=tab")).await?;
            for pane in ["bench", "wire", "learn"] {
                choose(&page, pane).await?;
                fits(&page).await?;
                let headings = "return [...document.querySelectorAll('h1')]
                    .filter(heading => heading.checkVisibility()).length";
                assert_eq!(page.evaluate(headings).await?, 1, "headings of {exercise} at {pane}");
            }
        }

        choose(&page, "bench").await?;
        page.panel('A').connect().await?;
        fits(&page).await?;
        choose(&page, "wire").await?;
        press(&page.packet("CONNACK", 'A', "in").await?).await?;
        page.see(".inspector").await?;
        fits(&page).await?;

        // The ladder on the stage and what has met a step lead to the inspector, too.
        // The sheet has closed by itself, since a step has been met.
        choose(&page, "bench").await?;
        page.gone(".panels__grab").await?;
        press(&page.see("#picture button.ladder-row__button").await?).await?;
        page.see("#pane-wire .inspector").await?;
        choose(&page, "learn").await?;
        press(&page.see(".step .evidence").await?).await?;
        page.see("#pane-wire .inspector").await?;

        choose(&page, "learn").await?;
        page.step("read-limits", "met").await?;
        press(&page.see(".lesson__done").await?).await?;
        fits(&page).await
    })
    .await
}

/// One of the three tabs at the foot: its pane is seen, the others are not.
async fn choose(page: &Page, pane: &str) -> Outcome {
    page.see(&format!(".pane-tabs__tab[aria-controls=pane-{pane}]")).await?.click().await?;
    page.see(&format!(".pane-tabs__tab[aria-controls=pane-{pane}][aria-selected=true]")).await?;
    for other in ["learn", "bench", "wire"] {
        match other == pane {
            true => drop(page.see(&format!("#pane-{other}")).await?),
            false => page.gone(&format!("#pane-{other}")).await?,
        }
    }
    Ok(())
}

/// Nothing is wider than the phone, so the page does not scroll sideways.
async fn fits(page: &Page) -> Outcome {
    let address = page.driver().current_url().await?;
    assert_eq!(page.too_wide().await?, 0, "{address} is too wide, by pixels");
    Ok(())
}
