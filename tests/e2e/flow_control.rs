//! Flow control by clicking: a window that fills, and acknowledgements let go in the picture.

use mqtt5_playground::language::Language;

use crate::browser::in_browser;
use crate::page::{Outcome, press};

#[tokio::test]
#[ignore = "needs the built page and a browser: `cargo xtask test --e2e`"]
async fn every_puback_let_go_brings_the_next_message_in_japanese() -> Outcome {
    in_browser(Language::Ja, |page| async move {
        page.open("exercise=hold-the-ack&broker=tab").await?;
        page.see_html(".picture__empty", page.strings().window_empty()).await?;
        page.press_control("fill", 1).await?;
        page.see("[data-client=A] .lamp[data-link=connected]").await?;
        page.press_control("fill", 2).await?;
        page.packet("SUBACK", 'A', "in").await?;
        page.press_control("fill", 3).await?;
        page.step("fill", "met").await?;
        page.see_html(".window__sum", &page.strings().window_sum(0, 0, 2, 2)).await?;
        page.see(".window__queue").await?;
        page.see(".window__slot + .window__slot .window__release:disabled").await?;

        for (finished, used) in [(1, 2), (2, 1), (3, 0)] {
            press(&page.see(".window__release:not(:disabled)").await?).await?;
            let sum = page.strings().window_sum(finished, 2 - used, 2, used);
            page.see_html(".window__sum", &sum).await?;
        }
        page.step("one", "met").await?;
        page.step("rest", "met").await?;
        page.gone(".window__release").await?;
        page.see(".lesson__done").await?;
        Ok(())
    })
    .await
}
