//! The page without a network, and its next version.

use std::io::{Read, Write};
use std::net::TcpStream;

use mqtt5_playground::language::Language;
use thirtyfour::By;
use thirtyfour::extensions::query::ElementQueryable;

use crate::accessibility::nothing_is_found;
use crate::browser::{in_browser, setting};
use crate::exercises::IN_TAB;
use crate::page::{Outcome, Page, press};

#[tokio::test]
#[ignore = "needs the built page and a browser: `cargo xtask test --e2e`"]
async fn a_page_that_was_visited_opens_without_a_network_until_a_new_version_is_taken() -> Outcome {
    in_browser(Language::Ja, |page| async move {
        open(&page, "lang=en").await?;
        page.driver().execute_async(IS_KEPT, Vec::new()).await?;

        // A chapter that was never opened, in the other language.
        command("off");
        open(&page, &format!("exercise=first-connect&broker={IN_TAB}&lang=ja")).await?;
        page.see("#step-connect").await?;
        let version = page.evaluate(VERSION).await?;

        command("on");
        command("new-version");
        page.evaluate("navigator.serviceWorker.ready.then((there) => there.update())").await?;
        let take = page.button(page.strings().new_version_take()).await?;
        assert_eq!(page.evaluate(VERSION).await?, version, "it is not forced on anybody");
        nothing_is_found(&page, "a new version").await?;
        press(&take).await?;
        page.driver().query(By::Css(LATER_VERSION)).first().await?;
        page.see("#step-connect").await?;
        Ok(())
    })
    .await
}

const VERSION: &str = "return document.querySelector('meta[name=version]').content";
const LATER_VERSION: &str = "meta[name=version][content=ffffffffffffffff]";
/// Ends once the worker has all files and answers for this page.
const IS_KEPT: &str = "const [done] = arguments;
    const workers = navigator.serviceWorker;
    const look = () => workers.controller && done();
    workers.addEventListener('controllerchange', look);
    look();";

async fn open(page: &Page, query: &str) -> Outcome {
    page.driver().goto(format!("{}?{query}", setting("KEPT_PAGE_URL"))).await?;
    page.gone("#loading").await?;
    page.see("#main").await?;
    Ok(())
}

/// Has the host do that.
fn command(name: &str) {
    let url = setting("KEPT_PAGE_URL");
    let host = url.trim_start_matches("http://").split('/').next().expect("an address");
    let mut host = TcpStream::connect(host).expect("the host is there");
    write!(host, "GET /control/{name} HTTP/1.1\r\n\r\n").expect("it reads");
    let mut answer = String::new();
    host.read_to_string(&mut answer).expect("it answers");
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
}
