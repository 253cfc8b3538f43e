//! The free bench: clients that come and go, act by themselves, and are kept and shared.

use mqtt5_playground::language::Language;
use thirtyfour::Key;
use thirtyfour::prelude::*;

use crate::browser::in_browser;
use crate::page::{Outcome, Page, press, type_over};
use crate::pictures::picture;

#[tokio::test]
#[ignore = "needs the built page and a browser: `cargo xtask test --e2e`"]
async fn a_responder_answers_by_itself() -> Outcome {
    in_browser(Language::En, |page| async move {
        open(&page).await?;
        let strings = page.strings();
        set_up(&page, strings.bench_set_up_request()).await?;
        press(&page.button(strings.bench_start_all()).await?).await?;
        page.packet("SUBACK", 'A', "in").await?;
        page.packet("SUBACK", 'B', "in").await?;
        let requester = page.panel('A');
        requester.choose("PUBLISH").await?;
        requester.send("PUBLISH").await?;
        requester.mentions(r#""request": 1"#).await?;
        page.panel('B').mentions(&strings.does_answered(1, 1)).await?;
        page.evaluate("document.getElementById('pane-bench').scrollTo(0, 0)").await?;
        picture(&page, "bench").await
    })
    .await
}

#[tokio::test]
#[ignore = "needs the built page and a browser: `cargo xtask test --e2e`"]
async fn a_slow_consumer_holds_what_it_works_on() -> Outcome {
    in_browser(Language::Ja, |page| async move {
        open(&page).await?;
        let strings = page.strings();
        set_up(&page, strings.bench_set_up_slow()).await?;
        page.panel('B').connect().await?;
        page.panel('B').choose("SUBSCRIBE").await?;
        page.panel('B').send("SUBSCRIBE").await?;
        page.packet("SUBACK", 'B', "in").await?;
        page.panel('A').connect().await?;
        page.panel('B').mentions(&strings.own_held(3)).await?;
        page.packet("PUBACK", 'B', "out").await?;

        // Stopped, it lets go of everything.
        let stop = page.see("[data-client=B] [data-automation=slow] button").await?;
        press(&stop).await?;
        page.gone("[data-client=B] .automation").await
    })
    .await
}

#[tokio::test]
#[ignore = "needs the built page and a browser: `cargo xtask test --e2e`"]
async fn clients_come_go_and_are_renamed_and_the_whole_is_kept_and_shared() -> Outcome {
    in_browser(Language::En, |page| async move {
        open(&page).await?;
        let strings = page.strings();
        press(&page.button(strings.bench_add_client()).await?).await?;
        menu(&page, 'C', strings.own_rename()).await?;
        let name = page.see(".client-panel__rename").await?;
        type_over(&name, "gateway").await?;
        name.send_keys(Key::Enter + "").await?;
        page.see_html(".client-panel[data-client=C] .client-panel__name", "gateway").await?;
        menu(&page, 'A', strings.own_remove()).await?;
        page.gone(".client-panel[data-client=A]").await?;

        press(&page.button(strings.bench_set_ups()).await?).await?;
        let name = page.see("#set-up-name").await?;
        type_over(&name, "mine").await?;
        name.send_keys(Key::Enter + "").await?;
        page.see_html(".bench__kept", "mine").await?;
        page.driver().action_chain().send_keys(Key::Escape + "").perform().await?;

        page.reload().await?;
        page.see(".client-panel[data-client=A]").await?;
        set_up(&page, "mine").await?;
        page.gone(".client-panel[data-client=C]").await?;
        page.see_html(".client-panel[data-client=B] .client-panel__name", "gateway").await?;

        // A link to the set-up of three workers, and one that was cut.
        let link = mqtt5_playground::ui::bench::model::BuiltIn::ThreeWorkers.set_up().to_text();
        page.evaluate(&format!("location.hash = 'bench={link}'")).await?;
        page.see(".client-panel[data-client=D]").await?;
        page.evaluate(&format!("location.hash = 'bench={}'", &link[..50])).await?;
        page.see_html(".bench__notice", strings.bench_error_text()).await?;
        page.see(".client-panel[data-client=D]").await?;
        Ok(())
    })
    .await
}

#[tokio::test]
#[ignore = "needs the built page and a browser: `cargo xtask test --e2e`"]
async fn each_client_has_its_own_way_and_acknowledges_by_hand() -> Outcome {
    in_browser(Language::En, |page| async move {
        open(&page).await?;
        let strings = page.strings();
        let panel = page.panel('B');
        panel.unfold(strings.own_title()).await?;
        panel.unfold(strings.own_route()).await?;
        let broker = panel.field(strings.own_broker()).await?;
        type_over(&broker, "ws://in-tab.test:9001/wrong").await?;
        broker.send_keys(Key::Tab + "").await?;
        panel.send("CONNECT").await?;
        panel.says(strings.link_failed()).await?;
        type_over(&broker, "").await?;
        broker.send_keys(Key::Tab + "").await?;
        panel.connect().await?;

        panel.unfold(strings.own_acks()).await?;
        let hold = strings.own_acks_hold("PUBACK");
        press(
            &page
                .see(".client-panel[data-client=B] .client-panel__own .form-group__options label")
                .await?,
        )
        .await?;
        panel.mentions(&hold).await?;
        panel.choose("SUBSCRIBE").await?;
        panel.send("SUBSCRIBE").await?;
        page.packet("SUBACK", 'B', "in").await?;
        page.panel('A').connect().await?;
        page.panel('A').send("PUBLISH").await?;
        panel.mentions(&strings.own_held(1)).await?;
        press(&panel.button(&strings.own_acks_release(1, "PUBACK")).await?).await?;
        page.packet("PUBACK", 'B', "out").await?;
        Ok(())
    })
    .await
}

#[tokio::test]
#[ignore = "needs the built page and a browser: `cargo xtask test --e2e`"]
async fn the_bench_fits_a_phone() -> Outcome {
    in_browser(Language::Ja, |page| async move {
        page.on_phone(390, 844).await?;
        open(&page).await?;
        let strings = page.strings();
        set_up(&page, strings.bench_set_up_slow()).await?;
        let panel = page.panel('B');
        panel.unfold(strings.own_title()).await?;
        for group in
            [strings.does_title(), strings.own_acks(), strings.own_route(), strings.own_auth()]
        {
            panel.unfold(group).await?;
        }
        panel.unfold(strings.own_faults()).await?;
        assert_eq!(page.too_wide().await?, 0, "too wide, by pixels");
        Ok(())
    })
    .await
}

async fn open(page: &Page) -> Outcome {
    page.open("page=bench&broker=tab").await?;
    page.see(".client-panel[data-client=B]").await?;
    Ok(())
}

/// Puts a set-up on the bench, by its name.
async fn set_up(page: &Page, name: &str) -> Outcome {
    press(&page.button(page.strings().bench_set_ups()).await?).await?;
    let found = format!("//*[@id='set-ups']//button[normalize-space(.)='{name}']");
    press(&page.driver().query(By::XPath(found)).and_displayed().first().await?).await
}

/// Chooses from the menu of a client.
async fn menu(page: &Page, client: char, item: &str) -> Outcome {
    let panel = format!(".client-panel[data-client={client}]");
    press(&page.see(&format!("{panel} .client-panel__head [popovertarget]")).await?).await?;
    let found = format!(
        "//section[@data-client='{client}']//*[contains(@class, 'menu__item')][normalize-space(.)='{item}']"
    );
    press(&page.driver().query(By::XPath(found)).and_displayed().first().await?).await
}
