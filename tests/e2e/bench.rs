//! The free bench: clients that come and go, act by themselves, and are kept and shared.

use mqtt5_playground::language::Language;
use mqtt5_playground::ui::bench::model::SetUp;
use thirtyfour::Key;
use thirtyfour::prelude::*;

use crate::browser::in_browser;
use crate::page::{Outcome, Page, press, press_key, type_over};
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
        press_key(&page, Key::Escape).await?;

        page.reload().await?;
        page.see(".client-panel[data-client=C]").await?;
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

#[tokio::test]
#[ignore = "needs the built page and a browser: `cargo xtask test --e2e`"]
async fn the_bench_stays_behind_every_page() -> Outcome {
    in_browser(Language::En, |page| async move {
        open(&page).await?;
        let strings = page.strings();
        page.panel('A').connect().await?;
        page.panel('B').connect().await?;
        page.panel('B').choose("SUBSCRIBE").await?;
        page.panel('B').send("SUBSCRIBE").await?;
        page.packet("SUBACK", 'B', "in").await?;
        for place in [
            "page=troubleshooting",
            "page=questions",
            "page=checklist",
            "page=finish",
            "page=composer",
            "page=reference",
            "chapter=sessions",
        ] {
            follow(&page, place).await?;
            page.see("main#main:not(.bench-page) h1").await?;
            page.gone(".bench-page").await?;
            page.evaluate("history.back()").await?;
            page.see(".bench-page#main").await?;
            page.panel('A').says(strings.link_connected()).await?;
            page.packet("SUBACK", 'B', "in").await?;
        }

        // What the composer publishes reaches the subscriber, and its client goes with it.
        follow(&page, "page=composer").await?;
        page.see_html(".composer__seat", &strings.composer_on_the_bench('C')).await?;
        press(&page.see(".composer__connect").await?).await?;
        type_over(&page.see("#composer-publish-topic_name").await?, "bench/composed").await?;
        press(&page.see(".composer__go:not([aria-disabled])").await?).await?;
        page.packet("PUBACK", 'C', "in").await?;
        follow(&page, "page=bench").await?;
        page.packet("PUBLISH", 'B', "in").await?;
        page.panel('B').mentions("bench/composed").await?;
        page.gone(".client-panel[data-client=C]").await
    })
    .await
}

#[tokio::test]
#[ignore = "needs the built page and a browser: `cargo xtask test --e2e`"]
async fn the_composer_does_not_disturb_an_exercise() -> Outcome {
    in_browser(Language::En, |page| async move {
        page.open("exercise=first-connect&broker=tab").await?;
        page.panel('A').connect().await?;
        follow(&page, "page=composer").await?;
        page.see_html(".composer__seat", page.strings().composer_beside()).await?;
        press(&page.see(".composer__connect").await?).await?;
        press(&page.see(".composer__go:not([aria-disabled])").await?).await?;
        page.see(".composer .answer").await?;
        page.evaluate("history.back()").await?;
        page.see(".exercise-page#main").await?;
        page.panel('A').says(page.strings().link_connected()).await?;
        assert_eq!(page.count(".exercise-page .packet-row[data-direction]").await?, 2);
        Ok(())
    })
    .await
}

#[tokio::test]
#[ignore = "needs the built page and a browser: `cargo xtask test --e2e`"]
async fn secrets_stay_out_of_links_memory_and_files() -> Outcome {
    in_browser(Language::En, |page| async move {
        open(&page).await?;
        page.allow_clipboard().await?;
        let strings = page.strings();
        let panel = page.panel('A');
        panel.unfold(strings.form_credentials()).await?;
        panel.fill("User Name", "tanaka").await?;
        panel.fill("Password", "S3cret!").await?;
        page.see(".client-panel[data-client=A] input[type=password]").await?;
        let show = format!("[aria-pressed=false][aria-label='{}']", strings.form_show_secret());
        press(&page.see(&format!(".client-panel[data-client=A] {show}")).await?).await?;
        page.gone(".client-panel[data-client=A] input[type=password]").await?;

        press(&page.button(strings.bench_copy_link()).await?).await?;
        page.see_html(".bench__told", &strings.bench_copied_without(1)).await?;
        let link = copied(&page).await?;
        assert!(link.contains("tanaka") && !link.contains("S3cret!"), "{link}");
        press(&page.see(".bench__secrets input").await?).await?;
        page.see_html(".bench__bar", strings.secrets_warning_link()).await?;
        press(&page.button(strings.bench_copy_link()).await?).await?;
        page.see_html(".bench__told", strings.wire_copied()).await?;
        assert!(copied(&page).await?.contains("S3cret!"), "asked for, it goes along");

        press(&page.button(strings.bench_set_ups()).await?).await?;
        let name = page.see("#set-up-name").await?;
        type_over(&name, "mine").await?;
        name.send_keys(Key::Enter + "").await?;
        page.see_html(".bench__outcome", &strings.bench_kept_without(1)).await?;
        press_key(&page, Key::Escape).await?;
        let kept = page
            .evaluate("return JSON.parse(localStorage['mqtt5-playground.benches'])[0].text")
            .await?;
        let kept = in_words(kept.as_str().unwrap_or_default());
        assert!(kept.contains("tanaka") && !kept.contains("S3cret!"), "{kept}");

        panel.connect().await?;
        press(&page.see(".wire-bar [popovertarget^=capture-menu]").await?).await?;
        page.see_html(".captures-menu__secrets", &strings.secrets_hidden(1)).await?;
        press(&page.see(".captures-menu__item:has([href='#icon-link'])").await?).await?;
        page.see(".captures-menu__told[data-state=met]").await?;
        let read = "navigator.clipboard.readText().then(arguments[arguments.length - 1]);";
        let link = page.driver().execute_async(read, Vec::new()).await?.json().clone();
        page.driver().goto("about:blank").await?;
        page.driver().goto(link.as_str().expect("the clipboard holds text")).await?;
        press(&page.packet("CONNECT", 'A', "out").await?).await?;
        page.see_text(".inspector", |text| text.contains("*******") && !text.contains("S3cret!"))
            .await
    })
    .await
}

#[tokio::test]
#[ignore = "needs the built page and a browser: `cargo xtask test --e2e`"]
async fn two_tabs_keep_what_the_other_has_kept() -> Outcome {
    in_browser(Language::En, |page| async move {
        open(&page).await?;
        let strings = page.strings();
        let first = page.driver().window().await?;
        let second = page.driver().new_tab().await?;
        page.driver().switch_to_window(second).await?;
        open(&page).await?;
        let keep = async |name: &str| -> Outcome {
            press(&page.button(strings.bench_set_ups()).await?).await?;
            let input = page.see("#set-up-name").await?;
            type_over(&input, name).await?;
            input.send_keys(Key::Enter + "").await?;
            page.see_html(".bench__outcome", strings.bench_kept_now()).await?;
            press_key(&page, Key::Escape).await
        };
        keep("from tab two").await?;
        page.panel('B').connect().await?;
        page.panel('B').choose("SUBSCRIBE").await?;
        page.panel('B').send("SUBSCRIBE").await?;
        page.packet("SUBACK", 'B', "in").await?;
        page.next_frame().await?;

        page.driver().switch_to_window(first.clone()).await?;
        keep("from tab one").await?;
        page.panel('A').connect().await?;
        page.panel('A').send("PUBLISH").await?;
        page.packet("PUBACK", 'A', "in").await?;
        page.next_frame().await?;
        let seen = page.evaluate("return localStorage['mqtt5-playground.progress']").await?;
        let seen = seen.as_str().unwrap_or_default();
        assert!(seen.contains("suback") && seen.contains("puback"), "{seen}");
        let kept = page
            .evaluate(
                "return JSON.parse(localStorage['mqtt5-playground.benches']).map(kept => kept.name)",
            )
            .await?;
        assert_eq!(kept, serde_json::json!(["from tab two", "from tab one"]));

        // Where nothing can be kept, that is said.
        page.evaluate(
            "Storage.prototype.setItem = () => { throw new DOMException('', 'QuotaExceededError') }",
        )
        .await?;
        press(&page.button(strings.bench_set_ups()).await?).await?;
        let input = page.see("#set-up-name").await?;
        type_over(&input, "too much").await?;
        input.send_keys(Key::Enter + "").await?;
        page.see_html(".bench__outcome", strings.bench_not_kept_full()).await?;
        assert_eq!(page.count(".bench__kept").await?, 2);
        Ok(())
    })
    .await
}

#[tokio::test]
#[ignore = "needs the built page and a browser: `cargo xtask test --e2e`"]
async fn the_bench_comes_back_after_a_reload_and_asks_before_it_goes() -> Outcome {
    in_browser(Language::En, |page| async move {
        open(&page).await?;
        let strings = page.strings();
        page.panel('A').connect().await?;
        page.panel('A').fill("Topic Name", "left/behind").await?;
        page.reload().await?;
        page.see_html(".bench__notice", &strings.bench_returned(4)).await?;
        page.packet("CONNACK", 'A', "in").await?;
        page.panel('A').says(strings.link_offline()).await?;
        page.panel('A').choose("PUBLISH").await?;
        let topic = page.panel('A').field("Topic Name").await?;
        assert_eq!(topic.prop("value").await?.as_deref(), Some("left/behind"));
        page.panel('A').choose("CONNECT").await?;
        page.panel('A').connect().await?;

        // Another set-up would end the connection: it asks.
        set_up(&page, strings.bench_set_up_workers()).await?;
        page.see_html("#bench-offer", &strings.bench_offer_connections(1)).await?;
        press(&page.button(strings.bench_offer_leave()).await?).await?;
        page.panel('A').says(strings.link_connected()).await?;
        set_up(&page, strings.bench_set_up_workers()).await?;
        press(&page.button(strings.bench_offer_load()).await?).await?;
        page.see(".client-panel[data-client=D]").await?;
        assert_eq!(page.count(".packet-row[data-direction]").await?, 0);
        Ok(())
    })
    .await
}

/// Clients are renamed and removed on the free bench alone, also by who comes to an exercise from there.
#[tokio::test]
#[ignore = "needs the built page and a browser: `cargo xtask test --e2e`"]
async fn the_free_bench_keeps_its_menus_to_itself() -> Outcome {
    in_browser(Language::En, |page| async move {
        open(&page).await?;
        // The second time, both pages are there at once.
        for _ in 0..2 {
            follow(&page, "exercise=first-connect&broker=tab").await?;
            page.see(".exercise-page:not(.bench-page) #card-a").await?;
            page.panel('A').open().await?;
            page.see(".exercise-page:not(.bench-page) .client-panel[data-client=A]").await?;
            assert_eq!(page.count("[data-client=A] .menu__item").await?, 3);
            follow(&page, "page=bench&broker=tab").await?;
            page.see(".bench-page .client-panel[data-client=A]").await?;
            assert_eq!(page.count("[data-client=A] .menu__item").await?, 5);
        }
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

/// Follows a link within the page.
async fn follow(page: &Page, place: &str) -> Outcome {
    let script = format!(
        "const link = document.createElement('a');
        link.href = '?{place}&lang=en';
        document.body.append(link);
        link.click();
        link.remove();"
    );
    page.evaluate(&script).await?;
    Ok(())
}

/// What the set-up link in the clipboard says.
async fn copied(page: &Page) -> WebDriverResult<String> {
    let read = "navigator.clipboard.readText().then(arguments[arguments.length - 1]);";
    let link = page.driver().execute_async(read, Vec::new()).await?.json().clone();
    let link = link.as_str().expect("the clipboard holds text").to_owned();
    Ok(in_words(link.split("#bench=").nth(1).expect("a link to a set-up")))
}

/// The forms of a set-up's text, with their bytes as characters.
fn in_words(text: &str) -> String {
    let set_up = SetUp::from_text(text).expect("a set-up");
    format!("{set_up:?}")
}
