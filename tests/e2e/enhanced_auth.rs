//! Enhanced authentication: a login by SCRAM, with every value of it in the picture.

use mqtt5_playground::language::Language;

use crate::browser::in_browser;
use crate::exercises::{IN_TAB, address, is_done, untouched};
use crate::page::{Outcome, Page, press};

#[tokio::test]
#[ignore = "needs the built page and a browser: `cargo xtask test --e2e`"]
async fn a_login_proves_both_sides_in_japanese() -> Outcome {
    in_browser(Language::Ja, |page| async move {
        let strings = page.strings();
        page.open(&address("scram-login", IN_TAB)).await?;
        untouched(&page, &["begin", "prove", "verify"]).await?;
        page.see_html("#picture .empty", strings.scram_empty()).await?;

        // The challenge gives everything that can be computed; nothing is proved.
        page.write_by_hand("begin", false).await?;
        page.panel('A').fill("Authentication Method", "SCRAM-SHA-256").await?;
        page.panel('A').send("CONNECT").await?;
        page.step("begin", "met").await?;
        page.packet("AUTH", 'A', "in").await?;
        for words in [strings.scram_client_pending(), strings.scram_server_pending()] {
            page.see_html(".scram__proofs", words).await?;
        }
        for value in ["robot-07", "4096", "PBKDF2(password, salt, i)"] {
            page.see_html(".scram__table", value).await?;
        }
        page.see_html("[data-origin=secret]", strings.scram_secret()).await?;
        page.gone(".scram__sign[data-state=met]").await?;
        assert_eq!(page.count(".scram__missing").await?, 6 + 2, "computed, and not yet sent");

        page.predict("prove", 2).await?;
        page.press_control("prove", 1).await?;
        page.step("prove", "met").await?;
        page.marked("prove", "met").await?;
        page.packet("AUTH", 'A', "out").await?;
        page.packet("CONNACK", 'A', "in").await?;
        for words in [strings.scram_client_right(), strings.scram_server_right()] {
            page.see_html(".scram__proofs", words).await?;
        }
        // Beside each proof on the wire, in the sentence about it, and in the drawing.
        for place in [".scram__table", ".scram__proofs", ".scram-flow"] {
            let right = format!("{place} .scram__sign[data-state=met]");
            assert_eq!(page.count(&right).await?, 2, "{place}");
        }
        page.step("verify", "not-yet").await?;

        // The signature in the picture leads to the CONNACK that holds it.
        press(&page.see(".scram__row:last-child .evidence").await?).await?;
        page.step("verify", "met").await?;
        holds_the_signature(&page).await?;
        is_done(&page, "scram-login", 2).await
    })
    .await
}

/// A step taken before the login says at once what is missing.
#[tokio::test]
#[ignore = "needs the built page and a browser: `cargo xtask test --e2e`"]
async fn a_message_before_the_login_is_told_what_it_waits_for() -> Outcome {
    in_browser(Language::En, |page| async move {
        page.open(&address("re-authenticate", IN_TAB)).await?;
        page.predict("meanwhile", 1).await?;
        page.write_by_hand("meanwhile", false).await?;
        page.see_html("#step-meanwhile .field__error", page.strings().step_owes_auth()).await?;
        page.packet("AUTH", 'A', "in").await?;
        Ok(())
    })
    .await
}

#[tokio::test]
#[ignore = "needs the built page and a browser: `cargo xtask test --e2e`"]
async fn a_wrong_proof_and_an_unknown_name_look_alike() -> Outcome {
    in_browser(Language::En, |page| async move {
        let strings = page.strings();
        page.open(&address("wrong-proof", IN_TAB)).await?;
        page.press_control("challenge", 1).await?;
        page.step("challenge", "met").await?;
        page.predict("wrong", 1).await?;
        page.press_control("wrong", 1).await?;
        page.step("wrong", "met").await?;
        for words in [strings.scram_client_wrong(), strings.scram_server_withheld()] {
            page.see_html(".scram__proofs", words).await?;
        }
        page.see(".scram__row .scram__sign[data-state=contradicted]").await?;

        // A stranger is challenged like anybody.
        page.predict("stranger", 3).await?;
        page.write_by_hand("stranger", false).await?;
        let client = page.panel('A');
        client.fill("Authentication Data", "n,,n=robot-99,r=typed-by-hand").await?;
        client.send("CONNECT").await?;
        page.step("stranger", "met").await?;
        page.marked("stranger", "met").await?;
        page.see_html(".scram__table", "robot-99").await?;

        page.predict_by_typing("nobody", "87").await?;
        page.press_control("nobody", 1).await?;
        page.step("nobody", "met").await?;
        page.marked("nobody", "met").await?;
        page.see_html(".scram__proofs", strings.scram_client_no_user()).await?;
        page.see(".lesson__done").await?;
        Ok(())
    })
    .await
}

/// The text behind `v=` in the picture stands in the bytes of the packet that is open.
async fn holds_the_signature(page: &Page) -> Outcome {
    let signature = page.see(".scram__row:last-child .scram__text").await?.text().await?;
    page.see(".inspector .hex__char").await?;
    let script = "return [...document.querySelectorAll('.inspector .hex__char')]
        .map(char => char.textContent).join('')";
    let characters = page.evaluate(script).await?;
    let characters = characters.as_str().unwrap_or_default().to_owned();
    assert!(!signature.is_empty());
    assert!(characters.contains(&format!("v={signature}")), "{signature} in {characters}");
    Ok(())
}
