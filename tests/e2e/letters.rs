//! Letters are whole, and have the room that is theirs.

use mqtt5_playground::language::Language;

use crate::browser::in_browser;
use crate::exercises::{IN_TAB, address};
use crate::page::{Outcome, Page, press};
use crate::stage::is_played;

#[tokio::test]
#[ignore = "needs the built page and a browser: `cargo xtask test --e2e`"]
async fn no_descender_is_clipped() -> Outcome {
    in_browser(Language::En, |page| async move {
        let mut clipped = Vec::new();
        for (width, height) in [(1440, 900), (390, 844)] {
            page.with_size(width, height).await?;
            page.open("broker=tab").await?;
            clipped.extend(look(&page, "home").await?);
            // Folded steps, the cast, the open packet and its fields have lines that end in an ellipsis.
            page.open(&address("first-user-property", IN_TAB)).await?;
            press(&page.button(page.strings().lesson_play_solution()).await?).await?;
            is_played(&page).await?;
            clipped.extend(look(&page, "exercise").await?);
            page.open("page=bench&broker=tab").await?;
            page.see("#pane-bench").await?;
            clipped.extend(look(&page, "bench").await?);
        }
        assert!(clipped.is_empty(), "{clipped:#?}");
        Ok(())
    })
    .await
}

/// Japanese punctuation is as wide as a character, which kerning would halve in Firefox.
#[tokio::test]
#[ignore = "needs the built page and a browser: `cargo xtask test --e2e`"]
async fn japanese_punctuation_is_full_width() -> Outcome {
    in_browser(Language::Ja, |page| async move {
        page.open("broker=tab").await?;
        page.see(".home__lead").await?;
        let widths = page
            .evaluate(
                "const words = document.createElement('span');
                words.textContent = 'です。値、';
                words.style = 'position: absolute; white-space: nowrap';
                document.querySelector('.home__lead').append(words);
                return [words.getBoundingClientRect().width, 5 * parseFloat(getComputedStyle(words).fontSize)]",
            )
            .await?;
        let [found, expected] = [0, 1].map(|at| widths[at].as_f64().unwrap_or_default());
        assert!(found > 0.95 * expected, "{found} pixels instead of {expected}");
        Ok(())
    })
    .await
}

async fn look(page: &Page, place: &str) -> thirtyfour::error::WebDriverResult<Vec<String>> {
    let found = page.evaluate(CLIPPED).await?;
    let found = found.as_array().expect("a list").iter();
    Ok(found.map(|it| format!("{place}: {}", it.as_str().unwrap_or_default())).collect())
}

/// The lines within a box that cuts them off, of whose longest letters more than half a pixel is lost below.
const CLIPPED: &str = "
    const ruler = document.createElement('canvas').getContext('2d');
    const clipped = new Set();
    for (const box of document.querySelectorAll('body *')) {
        const style = getComputedStyle(box);
        if (style.textOverflow !== 'ellipsis' || !/hidden|clip/.test(style.overflowY)) continue;
        const edge = box.getBoundingClientRect().bottom - parseFloat(style.borderBottomWidth);
        const texts = document.createTreeWalker(box, NodeFilter.SHOW_TEXT);
        for (let text = texts.nextNode(); text; text = texts.nextNode()) {
            const range = document.createRange();
            range.selectNodeContents(text);
            const line = range.getClientRects()[0];
            if (!line || !text.data.trim()) continue;
            const { fontStyle, fontWeight, fontSize, fontFamily } = getComputedStyle(text.parentElement);
            ruler.font = `${fontStyle} ${fontWeight} ${fontSize} ${fontFamily}`;
            const { fontBoundingBoxAscent, fontBoundingBoxDescent, actualBoundingBoxDescent } =
                ruler.measureText('gjpqy');
            const leading = line.height - fontBoundingBoxAscent - fontBoundingBoxDescent;
            const baseline = line.bottom - leading / 2 - fontBoundingBoxDescent;
            const lost = baseline + actualBoundingBoxDescent - edge;
            if (lost > 0.5) clipped.add(`${box.className} loses ${lost} pixels of ${text.data}`);
        }
    }
    return [...clipped]
";
