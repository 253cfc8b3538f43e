//! Reason Codes: the grid says how a code is provoked, lights up when it is, and remembers it.

use mqtt5_playground::glossary;
use mqtt5_playground::language::Language;
use mqtt5_playground::mqtt::{PacketType, ReasonCode};

use crate::browser::in_browser;
use crate::exercises::{IN_TAB, address, is_done, untouched};
use crate::page::{Outcome, Page, press};

const ALL: usize = ReasonCode::ALL.len();

#[tokio::test]
#[ignore = "needs the built page and a browser: `cargo xtask test --e2e`"]
async fn a_refusal_lights_its_cell_in_english() -> Outcome {
    in_browser(Language::En, |page| async move {
        page.open(&address("not-authorized", IN_TAB)).await?;
        untouched(&page, &["refused", "silence"]).await?;
        counts(&page, 0, 0).await?;
        page.gone(".codes__table .seen-mark[data-seen]").await?;

        // A cell says how it is lit, and only for its own packet.
        press(&page.see(&cell("PUBACK", 0x87)).await?).await?;
        let how = |packet| {
            let words = glossary::provoke(ReasonCode::NotAuthorized, packet, page.language());
            words.expect("every cell has words")
        };
        page.see_html(".codes__how", how(PacketType::PubAck)).await?;
        page.see_html(".codes__how", page.strings().codes_never()).await?;
        let shown = page.see(".codes__how").await?.text().await?;
        assert!(!shown.contains(how(PacketType::SubAck)), "{shown}");

        page.write_by_hand("refused", false).await?;
        page.see(&lit("CONNACK", 0x00)).await?;
        page.panel('A').fill("Topic Name", "factory/osaka/forbidden/door-2").await?;
        page.panel('A').send("PUBLISH").await?;
        page.step("refused", "met").await?;
        page.see(&lit("PUBACK", 0x87)).await?;
        page.see_html(".codes__how", page.strings().codes_this_run()).await?;
        counts(&page, 2, 2).await?;

        // Silence lights nothing; the answer to the next message does.
        page.predict("silence", 3).await?;
        page.press_control("silence", 1).await?;
        page.press_control("silence", 2).await?;
        page.step("silence", "met").await?;
        page.marked("silence", "met").await?;
        page.see(&lit("PUBACK", 0x10)).await?;
        counts(&page, 3, 3).await?;
        assert_eq!(page.count(".codes__table .seen-mark[data-seen]").await?, 3);
        is_done(&page, "not-authorized", 4).await
    })
    .await
}

#[tokio::test]
#[ignore = "needs the built page and a browser: `cargo xtask test --e2e`"]
async fn ten_refusals_are_collected_and_remembered_in_japanese() -> Outcome {
    in_browser(Language::Ja, |page| async move {
        page.open(&address("collect-them-all", IN_TAB)).await?;
        for nth in 1..=10 {
            page.press_control("refused", nth).await?;
        }
        page.step("refused", "met").await?;
        counts(&page, 10, 10).await?;
        for code in [0x84, 0x85, 0x86, 0x88, 0x89, 0x8A, 0x8C, 0x9C, 0x9D, 0x9F] {
            page.see(&lit("CONNACK", code)).await?;
        }

        // Offline, a mistake keeps its name and waits; three messages leave before any answer comes.
        page.unfold_step("dropped").await?;
        let three = page.see("#step-dropped .step__control button:nth-child(4):disabled").await?;
        assert!(three.text().await?.starts_with("0x93"), "{}", three.text().await?);
        page.press_control("dropped", 1).await?;
        page.press_control("dropped", 4).await?;
        page.see(&lit("DISCONNECT", 0x93)).await?;

        // Whoever comes back begins anew, and still sees what there was.
        page.reload().await?;
        page.step("refused", "not-yet").await?;
        page.gone(".codes__table .seen-mark[data-seen='']").await?;
        page.see(&format!("{} .seen-mark[data-seen=earlier]", cell("CONNACK", 0x84))).await?;
        page.press_control("refused", 1).await?;
        page.see(&lit("CONNACK", 0x84)).await?;
        assert_eq!(page.count(".codes__table .seen-mark[data-seen='']").await?, 1);
        Ok(())
    })
    .await
}

/// Waits until the grid has counted so many codes in this run, and so many in all.
async fn counts(page: &Page, run: usize, ever: usize) -> Outcome {
    page.see_html(".codes__count", &page.strings().codes_count(ALL, run, ever)).await
}

fn cell(packet: &str, code: u8) -> String {
    format!(".codes__cell[aria-label^='{packet}, 0x{code:02X}']")
}

/// A cell that this run has lit.
fn lit(packet: &str, code: u8) -> String {
    format!("{} .seen-mark[data-seen='']", cell(packet, code))
}

/// What an operator does while nobody is connected shows nowhere on the wire, and says so.
#[tokio::test]
#[ignore = "needs the built page and a browser: `cargo xtask test --e2e`"]
async fn an_operator_alone_is_answered_too() -> Outcome {
    in_browser(Language::Ja, |page| async move {
        page.open(&address("collect-them-all", IN_TAB)).await?;
        page.press_control("from-outside", 3).await?;
        let words = page.strings().step_operated_alone();
        page.see_html("#step-from-outside .step__echo", words).await
    })
    .await
}
