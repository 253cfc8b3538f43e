//! The inspector: flags and defaults, 3.1.1 beside 5.0, limits beside limits, and why something ended.

use mqtt5_playground::language::Language;
use thirtyfour::Key;
use thirtyfour::prelude::*;
use tungstenite::Message;

use crate::browser::in_browser;
use crate::connecting::serve;
use crate::page::{Outcome, Page, press};
use crate::pictures::picture_of;

#[tokio::test]
#[ignore = "needs the built page and a browser: `cargo xtask test --e2e`"]
async fn flags_light_up_with_the_tree_and_defaults_stand_beside_what_is_sent() -> Outcome {
    in_browser(Language::En, |page| async move {
        page.open("exercise=connect-properties&broker=tab").await?;
        page.panel('A').connect().await?;
        page.packet("CONNECT", 'A', "out").await?.click().await?;
        let strings = page.strings();

        // By pointer: the box of a bit chooses its row.
        let clean_start = "Clean Start 1";
        let bit = page.see(&format!(".bits__field[title^='{clean_start}']")).await?;
        press(&bit).await?;
        page.see_html(".explanation__name", "Clean Start").await?;
        page.see(".field-row[data-lit=selected]").await?;
        show(&page, "inspector").await?;
        // By keyboard: the next one.
        bit.send_keys(Key::Right + "").await?;
        page.see(".bits__field[title^=Reserved]:focus").await?;
        page.see_html(".explanation__name", "Reserved").await?;

        // What holds where CONNECT says nothing, at the end of the tree.
        page.see(".field-tree [tabindex='0']").await?.send_keys(Key::End + "").await?;
        page.see_html(".field-row[data-absent]", strings.inspector_absent()).await?;
        let absent = strings.inspector_absent_problem_information();
        page.see_html(".field-row__meaning", absent).await?;
        page.see_html(".inspector__facts", strings.inspector_answered_by()).await?;
        Ok(())
    })
    .await
}

#[tokio::test]
#[ignore = "needs the built page and a browser: `cargo xtask test --e2e`"]
async fn a_connect_stands_beside_its_3_1_1_form() -> Outcome {
    in_browser(Language::Ja, |page| async move {
        page.open("exercise=connect-properties&broker=tab").await?;
        page.panel('A').connect().await?;
        page.packet("CONNECT", 'A', "out").await?.click().await?;
        let strings = page.strings();
        look_at(&page, &strings.inspector_versions("3.1.1")).await?;
        page.see_html(".byte-diff__row[data-fate=differs] .byte-diff__name", "Protocol Version")
            .await?;
        page.see_html(".byte-diff__row[data-fate=right] .byte-diff__name", "Property Length")
            .await?;
        page.see_html(".byte-diff__row[data-fate=same] .byte-diff__name", "Client Identifier")
            .await?;
        show(&page, "versions").await?;

        // The way of looking stays where the next packet has it too, and goes where it has not.
        page.packet("CONNACK", 'A', "in").await?.click().await?;
        page.see(".inspector .hex").await?;
        page.packet("CONNECT", 'A', "out").await?.click().await?;
        page.see(".byte-diff").await?;
        Ok(())
    })
    .await
}

#[tokio::test]
#[ignore = "needs the built page and a browser: `cargo xtask test --e2e`"]
async fn the_limits_of_two_brokers_are_compared() -> Outcome {
    in_browser(Language::En, |page| async move {
        page.open("exercise=first-user-property&broker=tab").await?;
        page.panel('A').choose("CONNECT").await?;
        page.panel('A').connect().await?;
        page.driver().action_chain().send_keys("gi").perform().await?;
        page.see("#inside").await?;
        let strings = page.strings();
        // The broker changes its mind: to the next client it is another one.
        press(&page.button(strings.inside_tab_policy()).await?).await?;
        let field = page.see("#inside-receive-maximum").await?;
        crate::page::type_over(&field, "3").await?;
        field.send_keys(Key::Enter + "").await?;
        field.send_keys(Key::Escape + "").await?;
        page.gone("#inside").await?;
        page.panel('B').choose("CONNECT").await?;
        page.panel('B').connect().await?;

        page.packet("CONNACK", 'B', "in").await?.click().await?;
        look_at(&page, strings.inspector_limits()).await?;
        // Beside the defaults: what this broker states.
        page.see_html(".limits__row[data-differs] .limits__name", "Receive Maximum").await?;
        page.see_html(".limits__means", "At most 3").await?;
        // Beside the other CONNACK: the one difference.
        let other = page.see(".limits select option:nth-child(2)").await?;
        other.click().await?;
        page.see_html(".limits__sum", strings.limit_one_difference()).await?;
        page.see_html(".limits__row[data-differs] .limits__value", "20").await?;
        show(&page, "limits").await
    })
    .await
}

#[tokio::test]
#[ignore = "needs the built page and a browser: `cargo xtask test --e2e`"]
async fn a_client_that_is_taken_over_is_told_why() -> Outcome {
    for language in Language::ALL {
        in_browser(language, move |page| async move {
            page.open("exercise=first-user-property&broker=tab").await?;
            let strings = page.strings();
            for client in ['A', 'B'] {
                let panel = page.panel(client);
                panel.choose("CONNECT").await?;
                panel.fill("Client Identifier", "twin").await?;
                panel.connect().await?;
            }
            let panel = page.panel('A');
            panel.says(strings.link_failed()).await?;
            // At the panel: the rule, and one thing to try.
            panel.mentions("0x8E Session taken over").await?;
            panel.mentions("[MQTT-3.1.4-3]").await?;
            panel.mentions(strings.why_try()).await?;

            // In the list: the close opens.
            press(&page.see(".packet-row__why").await?).await?;
            page.see(".inspector .why").await?;
            assert_eq!(page.count(".inspector__head .segmented").await?, 0, "it has no fields");
            page.see_html(".inspector .why__steps li[data-culprit]", "twin").await?;
            let name = match page.language() {
                Language::En => "why",
                Language::Ja => "why-ja",
            };
            show(&page, name).await?;

            // In the inspector of the DISCONNECT, and from there to the packet that did it.
            page.packet("DISCONNECT", 'A', "in").await?.click().await?;
            look_at(&page, strings.inspector_why()).await?;
            press(&page.see(".inspector li[data-culprit] .why__step").await?).await?;
            page.see(".inspector[data-client=B] .inspector__head").await?;
            Ok(())
        })
        .await?;
    }
    Ok(())
}

/// A PUBLISH whose Topic Name is no UTF-8 from its third byte on: `C3` asks for a byte that `28` is not.
const BROKEN_PUBLISH: &[u8] = b"\x30\x0F\x00\x09hi\xC3\x28/room\x00hot";
const CONNACK: &[u8] = &[0x20, 0x03, 0x00, 0x00, 0x00];

#[tokio::test]
#[ignore = "needs the built page and a browser: `cargo xtask test --e2e`"]
async fn a_malformed_packet_shows_the_byte_that_breaks_it_and_what_the_receiver_may_do() -> Outcome
{
    for language in Language::ALL {
        in_browser(language, move |page| async move {
            let address = serve(|mut socket| {
                let _connect = socket.read();
                for bytes in [CONNACK, BROKEN_PUBLISH] {
                    let _ = socket.send(Message::binary(bytes));
                }
                while socket.read().is_ok() {}
            });
            page.open(&format!("exercise=first-connect&broker={address}")).await?;
            page.panel('A').send("CONNECT").await?;
            // The client refuses it as the specification demands, and says why.
            page.packet("DISCONNECT", 'A', "out").await?;
            page.see_html(".packet-row[data-state=malformed]", "PUBLISH").await?;
            page.packet("PUBLISH", 'A', "in").await?.click().await?;
            let strings = page.strings();

            // The byte alone: what follows it is read.
            let at_fault = page.see(".inspector .hex__byte[data-error]").await?;
            assert_eq!(at_fault.text().await?, "c3");
            assert_eq!(at_fault.attr("data-at").await?.as_deref(), Some("6"));
            assert_eq!(page.count(".inspector .hex__byte[data-error]").await?, 1);
            assert_eq!(page.count(".inspector .hex__byte[data-unread]").await?, 0);
            page.see_html(".inspector .field-row", "hot").await?;

            // The rule with its statement, what the receiver is allowed to do, and what it did.
            let class = strings.inspector_malformed_packet();
            let title = strings.inspector_error_title(class, strings.inspector_at(6));
            let words = ".inspector .explanation[data-state=malformed]";
            page.see_html(words, &title).await?;
            page.see_html(words, "[MQTT-1.5.4-1]").await?;
            let may = strings.inspector_error_may_close("0x81 Malformed Packet", "DISCONNECT");
            page.see_html(words, &may).await?;
            page.see_html(words, "§4.13.1").await?;
            let client = strings.inspector_receiver_client();
            page.see_html(words, &strings.inspector_reaction_closed(client)).await?;
            if page.language() == Language::En {
                show(&page, "malformed").await?;
            }

            // A sound field has its own words; the whole packet is the broken one again.
            page.see(".inspector .hex__byte[data-at='1']").await?.click().await?;
            page.see_html(".inspector .explanation__name", "Remaining Length").await?;
            page.gone(words).await?;
            page.see(".inspector .hex").await?.send_keys(Key::Escape + "").await?;
            page.see_html(words, &title).await?;
            Ok(())
        })
        .await?;
    }
    Ok(())
}

/// Takes a picture of the inspector with all the room there is.
async fn show(page: &Page, name: &str) -> Outcome {
    let strings = page.strings();
    let resize = |label: &str| format!(".wire-bar [aria-label='{label}']");
    page.see(&resize(strings.wire_enlarge())).await?.click().await?;
    page.gone("#pane-bench").await?;
    picture_of(page, name, ".inspector").await?;
    page.see(&resize(strings.wire_reduce())).await?.click().await?;
    page.see("#pane-bench").await?;
    Ok(())
}

/// Chooses a way to look at the open packet.
async fn look_at(page: &Page, aspect: &str) -> Outcome {
    let path =
        format!("//section[contains(@class,'inspector')]//button[@aria-pressed][.='{aspect}']");
    press(&page.driver().query(By::XPath(path)).and_displayed().first().await?).await
}
