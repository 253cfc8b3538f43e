//! The wire as a ladder: what it draws, how it is read and steered, and that it is there again next time.

use mqtt5_playground::language::Language;
use thirtyfour::prelude::*;
use thirtyfour::{Key, TypingData};

use crate::browser::in_browser;
use crate::exercises::{IN_TAB, address};
use crate::page::{Outcome, Page, press};
use crate::pictures::picture;

#[tokio::test]
#[ignore = "needs the built page and a browser: `cargo xtask test --e2e`"]
async fn a_message_is_followed_through_the_broker() -> Outcome {
    in_browser(Language::En, |page| async move {
        a_message_travels(&page).await?;
        let strings = page.strings();
        press(&page.button(strings.wire_view_ladder()).await?).await?;
        // One lane for each client, one for the broker between them.
        page.see(".ladder__head .client-letter[data-client=B]").await?;
        assert_eq!(page.count(".ladder__lane").await?, 3);
        // The exchange is one line, the answer says what it answers.
        page.see(".ladder__chain[data-kind=exchange][data-begins][data-ends]").await?;
        let words = text_of(&page, "PUBACK to client A").await?;
        assert!(words.contains("The broker sends PUBACK to client A: 0x00 Success"), "{words}");
        assert!(words.contains("It answers #"), "{words}");

        // An arrow opens the inspector; the list shows the same packet in hand.
        press(&page.packet("PUBLISH", 'B', "in").await?).await?;
        page.see(".inspector .hex").await?;
        page.see(".ladder-row[data-client=B][aria-current=true]").await?;
        page.see(".ladder__chain[data-lit]").await?;
        press(&page.button(strings.wire_view_list()).await?).await?;
        page.see(".packet-row[data-client=B][aria-current=true]").await?;
        // Another one chosen there is in sight in the ladder.
        press(&page.packet("CONNECT", 'A', "out").await?).await?;
        press(&page.button(strings.wire_view_ladder()).await?).await?;
        page.see(".ladder-row[data-client=A][aria-current=true]").await?;

        // The keys of the list work here too.
        type_keys(&page, "j").await?;
        let words = page.see(".ladder-row[aria-current=true]").await?.text().await?;
        assert!(words.contains("CONNACK"), "{words}");
        type_keys(&page, Key::Escape + "").await?;
        page.gone(".inspector").await?;
        page.see(".ladder-row__button:focus").await?;
        type_keys(&page, Key::Enter + "").await?;
        page.see(".inspector .hex").await?;

        // The wire alone, and back.
        page.see("#pane-bench").await?;
        type_keys(&page, "e").await?;
        page.gone("#pane-bench").await?;
        picture(&page, "ladder").await?;
        type_keys(&page, "gb").await?;
        page.see("#pane-bench:focus").await?;

        page.reload().await?;
        page.panel('A').connect().await?;
        page.see(".ladder-row").await?;
        Ok(())
    })
    .await
}

#[tokio::test]
#[ignore = "needs the built page and a browser: `cargo xtask test --e2e`"]
async fn what_has_happened_is_replayed_packet_by_packet() -> Outcome {
    in_browser(Language::Ja, |page| async move {
        a_message_travels(&page).await?;
        let strings = page.strings();
        press(&page.button(strings.wire_view_ladder()).await?).await?;
        // Only the rows in sight are drawn; the bar counts all.
        let count = page.see(".wire-bar__count").await?.text().await?;
        let digits: String = count.chars().filter(char::is_ascii_digit).collect();
        let packets: usize = digits.parse().expect("a number of packets");
        page.see(".ladder__start").await?.click().await?;
        page.see(".ladder__replay").await?;
        // It goes on by itself, and ends by itself.
        page.see(".ladder-row--travels").await?;
        page.gone(".ladder__replay").await?;
        assert_eq!(page.count(".ladder-row--ahead").await?, 0);

        // Where nothing may move, the learner goes on by hand.
        page.prefer_stillness().await?;
        page.see(".ladder__start").await?.click().await?;
        page.see(".ladder__replay").await?;
        let next = page.button(strings.ladder_replay_next()).await?;
        let mut steps = 0;
        while page.shows(".ladder__replay").await? {
            assert!(steps <= packets, "the replay does not end");
            next.click().await?;
            steps += 1;
        }
        assert_eq!(page.count(".ladder-row--ahead").await?, 0);
        Ok(())
    })
    .await
}

#[tokio::test]
#[ignore = "needs the built page and a browser: `cargo xtask test --e2e`"]
async fn the_ladder_fits_a_phone() -> Outcome {
    in_browser(Language::En, |page| async move {
        page.on_phone(390, 844).await?;
        page.open("exercise=first-user-property&broker=tab").await?;
        press(&page.button(page.strings().pane_bench()).await?).await?;
        page.panel('A').connect().await?;
        press(&page.button(page.strings().pane_wire()).await?).await?;
        press(&page.button(page.strings().wire_view_ladder()).await?).await?;
        page.packet("CONNACK", 'A', "in").await?;
        let too_wide = page
            .evaluate(
                "const ladder = document.querySelector('.ladder');
                 return ladder.scrollWidth - ladder.clientWidth",
            )
            .await?;
        assert_eq!(too_wide, 0, "the ladder is wider than its room");
        assert_eq!(page.too_wide().await?, 0, "the ladder is wider than the phone");
        assert!(!page.shows(".ladder__head > .ladder__name").await?);
        // The open packet takes the whole pane, and gives it back.
        page.packet("CONNACK", 'A', "in").await?.click().await?;
        page.see(".inspector .hex").await?;
        page.gone(".ladder").await?;
        page.see(".inspector__back").await?.click().await?;
        page.see(".ladder-row__button:focus").await?;
        Ok(())
    })
    .await
}

/// Where the ladder is the picture, the wire beside it is the list: it has the keys, and what is opened in one is told
/// apart in both.
#[tokio::test]
#[ignore = "needs the built page and a browser: `cargo xtask test --e2e`"]
async fn the_ladder_on_the_stage_leaves_the_keys_to_the_list() -> Outcome {
    in_browser(Language::En, |page| async move {
        page.with_size(1440, 900).await?;
        page.open(&address("first-connect", IN_TAB)).await?;
        let strings = page.strings();
        page.see("#pane-wire .wire-bar").await?;
        let views = page.count("#pane-wire .wire-bar .segmented__option").await?;
        assert_eq!(views, 2, "the list and the findings");
        page.panel('A').connect().await?;
        page.see("#picture .ladder-row").await?;
        page.see("#pane-wire .packet-row").await?;
        type_keys(&page, Key::Escape + "").await?;
        page.see("#card-a[aria-expanded=false]").await?;

        type_keys(&page, "k").await?;
        page.see(".packet-row__button:focus").await?;
        let newest = page.evaluate(FOCUSED_ROW).await?;
        type_keys(&page, "k").await?;
        page.see(".packet-row__button:focus").await?;
        let before = page.evaluate(FOCUSED_ROW).await?;
        let step = newest.as_u64().zip(before.as_u64()).map(|(newest, before)| newest - before);
        assert_eq!(step, Some(1), "one key is one row");
        type_keys(&page, Key::Enter + "").await?;
        page.see(".inspector .hex").await?;
        page.see(".packet-row[aria-current=true]").await?;
        page.see("#picture .ladder-row[aria-current=true]").await?;
        type_keys(&page, Key::Escape + "").await?;
        page.gone(".inspector").await?;

        // With the stage out of sight the wire has both views again.
        type_keys(&page, "e").await?;
        page.gone("#picture").await?;
        press(&page.button(strings.wire_view_ladder()).await?).await?;
        page.see("#pane-wire .ladder-row").await?;
        type_keys(&page, "e").await?;
        page.see("#picture .ladder-row").await?;
        page.see("#pane-wire .packet-row").await?;

        // On a phone only one of them is in sight, and has the keys.
        page.on_phone(390, 844).await?;
        page.see(".pane-tabs__tab[aria-controls=pane-bench]").await?.click().await?;
        page.see("#picture .ladder-row").await?;
        type_keys(&page, "k").await?;
        page.see("#picture .ladder-row__button:focus").await?;
        Ok(())
    })
    .await
}

const FOCUSED_ROW: &str =
    "return Number(document.activeElement.closest('[data-row]')?.dataset.row)";

/// Both clients connect, one subscribes, the other publishes with QoS 1.
async fn a_message_travels(page: &Page) -> Outcome {
    page.open("exercise=first-user-property&broker=tab").await?;
    let (publisher, subscriber) = (page.panel('A'), page.panel('B'));
    subscriber.connect().await?;
    subscriber.choose("SUBSCRIBE").await?;
    subscriber.fill("Topic Filter", "factory/#").await?;
    subscriber.send("SUBSCRIBE").await?;
    page.packet("SUBACK", 'B', "in").await?;
    publisher.connect().await?;
    publisher.choose("PUBLISH").await?;
    publisher.fill("Topic Name", "factory/line/3").await?;
    publisher.choose_qos(1).await?;
    publisher.send("PUBLISH").await?;
    page.packet("PUBACK", 'A', "in").await?;
    page.packet("PUBLISH", 'B', "in").await?;
    Ok(())
}

/// The first row's sentence that holds these words.
async fn text_of(page: &Page, words: &str) -> WebDriverResult<String> {
    let script = format!(
        "return [...document.querySelectorAll('.ladder-row .visually-hidden')]
             .map(row => row.textContent).find(row => row.includes({words:?})) ?? ''"
    );
    Ok(page.evaluate(&script).await?.as_str().unwrap_or_default().to_owned())
}

async fn type_keys(page: &Page, keys: impl Into<TypingData>) -> Outcome {
    page.driver().action_chain().send_keys(keys).perform().await
}
