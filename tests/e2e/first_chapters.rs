//! Chapters 1 and 2: both ways to say goodbye, and an exercise with names of the learner's own.

use mqtt5_playground::language::Language;

use crate::browser::in_browser;
use crate::exercises::{IN_TAB, address, is_done, untouched};
use crate::page::{Outcome, Page, press, type_over};

#[tokio::test]
#[ignore = "needs the built page and a browser: `cargo xtask test --e2e`"]
async fn goodbye_with_a_reason_and_with_the_will_in_the_tab() -> Outcome {
    in_browser(Language::En, |page| async move {
        page.open(&address("goodbye", IN_TAB)).await?;
        untouched(&page, &["watch", "will", "with-reason", "with-will"]).await?;

        // The same button connects the client first.
        page.press_labelled("watch", "Subscribe to the Will").await?;
        page.step("watch", "met").await?;
        page.press_labelled("will", "Connect with a Will").await?;
        page.step("will", "met").await?;

        // No goodbye before the prediction.
        let button = page.see("#step-with-reason .step__control > button").await?;
        assert!(!button.is_enabled().await?, "the prediction can be skipped");
        page.predict("with-reason", 2).await?;
        page.write_by_hand("with-reason", false).await?;
        let client = page.panel('A');
        client.fill("Reason String", "typed by hand").await?;
        client.add_pair().await?;
        client.fill_pair(1, "disconnect_reason", "e2e").await?;
        client.send("DISCONNECT").await?;
        page.step("with-reason", "met").await?;
        page.marked("with-reason", "contradicted").await?;
        page.step("with-will", "not-yet").await?;

        client.connect().await?;
        client.choose("DISCONNECT").await?;
        client.choose_code("0x04").await?;
        client.send("DISCONNECT").await?;
        page.step("with-will", "met").await?;
        page.panel('B').mentions("gone").await?;
        is_done(&page, "goodbye", 6).await
    })
    .await
}

#[tokio::test]
#[ignore = "needs the built page and a browser: `cargo xtask test --e2e`"]
async fn your_own_schema_with_names_of_ones_own_in_the_tab() -> Outcome {
    in_browser(Language::Ja, |page| async move {
        page.open(&address("your-own-schema", IN_TAB)).await?;
        untouched(&page, &["subscribe", "design", "three", "filter"]).await?;

        let subscriber = page.panel('B');
        subscriber.connect().await?;
        subscriber.send("SUBSCRIBE").await?;
        page.step("subscribe", "met").await?;

        let publisher = page.panel('A');
        publisher.connect().await?;
        for _ in 0..3 {
            publisher.add_pair().await?;
        }
        send(&page, ["依頼", "部署", "版"], "req-001").await?;
        page.step("design", "met").await?;
        // One name written differently is another name.
        send(&page, ["依頼", "部署名", "版"], "req-002").await?;
        page.step("three", "contradicted").await?;
        for request in ["req-003", "req-004"] {
            send(&page, ["依頼", "部署", "版"], request).await?;
        }
        page.step("three", "met").await?;
        page.see(".metadata-view__packet").await?;

        let filter = page.see(".wire-bar input").await?;
        type_over(&filter, "設備保全").await?;
        page.step("filter", "not-yet").await?;
        type_over(&filter, "req-003").await?;
        page.step("filter", "met").await?;
        assert_eq!(page.count(".packet-row__button").await?, 2, "sent and delivered");
        page.see(".lesson__done").await?;
        Ok(())
    })
    .await
}

#[tokio::test]
#[ignore = "needs the built page and a browser: `cargo xtask test --e2e`"]
async fn the_metadata_view_compares_payload_and_properties() -> Outcome {
    in_browser(Language::En, |page| async move {
        page.open(&address("payload-or-property", IN_TAB)).await?;
        page.see_html(".exercise-page__bench .empty", page.strings().metadata_empty()).await?;
        page.press_labelled("inside", "Send metadata in the payload").await?;
        page.step("inside", "met").await?;
        page.predict("beside", 1).await?;
        page.write_by_hand("beside", false).await?;
        let publisher = page.panel('A');
        for (number, name, value) in
            [(1, "trace", "4bf92f35"), (2, "tenant", "acme"), (3, "schema", "2")]
        {
            publisher.add_pair().await?;
            publisher.fill_pair(number, name, value).await?;
        }
        publisher.send("PUBLISH").await?;
        page.step("beside", "met").await?;
        page.marked("beside", "met").await?;
        let sum = page.see(".metadata-view__sum").await?.text().await?;
        assert!(sum.starts_with(&page.strings().metadata_shorter(3)), "{sum}");

        // The latest is open: three User Properties and one member; the other has four members.
        assert_eq!(page.count(".metadata-view__item [data-part=properties]").await?, 3);
        press(&page.see(".metadata-view__packet").await?).await?;
        page.gone(".metadata-view__item [data-part=properties]").await?;
        assert_eq!(page.count(".metadata-view__item [data-part=payload]").await?, 4);
        Ok(())
    })
    .await
}

/// Sends what stands in the publisher's form, with these names.
async fn send(page: &Page, names: [&str; 3], request: &str) -> Outcome {
    let publisher = page.panel('A');
    for ((number, name), value) in (1..).zip(names).zip([request, "設備保全", "第1版"]) {
        publisher.fill_pair(number, name, value).await?;
    }
    publisher.send("PUBLISH").await
}
