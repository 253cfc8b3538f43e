//! Connections that fail before CONNACK: the panel says why, and what to try.

use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::thread;

use mqtt5_playground::glossary;
use mqtt5_playground::language::Language;
use mqtt5_playground::link::Failure;
use tungstenite::protocol::CloseFrame;
use tungstenite::protocol::frame::coding::CloseCode;
use tungstenite::{Message, WebSocket};

use crate::browser::{in_browser, setting};
use crate::page::{Outcome, Page, press};
use crate::websocket::{accept, listen};

/// The browser itself writes every WebSocket that fails or ends without a word into the console, Chromium also what the
/// page looks up afterwards.
pub const OF_THE_BROWSER: &[&str] = &[
    "WebSocket connection to",
    "Failed to load resource",
    "can’t establish a connection",
    "was interrupted while the page was loading",
];

#[tokio::test]
#[ignore = "needs the built page and a browser: `cargo xtask test --e2e`"]
async fn nobody_listens() -> Outcome {
    in_browser(Language::En, |page| async move {
        let address = format!("ws://127.0.0.1:{}", free_port());
        fails(&page, &address, Failure::Refused).await?;

        // The notice offers the broker in the tab, and that one is there.
        let panel = page.panel('A');
        let strings = page.strings();
        press(&panel.button(&strings.panel_use_broker(strings.broker_in_tab())).await?).await?;
        panel.connect().await?;
        page.gone(".notice").await?;
        page.step("accepted", "met").await
    })
    .await
}

#[tokio::test]
#[ignore = "needs the built page and a browser: `cargo xtask test --e2e`"]
async fn the_port_or_path_is_not_that_of_a_websocket() -> Outcome {
    in_browser(Language::Ja, |page| async move {
        fails(&page, "ws://127.0.0.1:1883", Failure::Port1883).await?;
        // A web server is there, the very one that the page comes from, but it speaks no WebSocket.
        let address = setting("PAGE_URL").replace("http://", "ws://");
        fails(&page, &format!("{address}mqtt"), Failure::WrongPathOrSubprotocol).await
    })
    .await
}

#[tokio::test]
#[ignore = "needs the built page and a browser: `cargo xtask test --e2e`"]
async fn the_server_closes_without_an_answer() -> Outcome {
    in_browser(Language::En, |page| async move {
        let address = serve(|mut socket| {
            let _connect = socket.read();
            let reason = "no room".into();
            let _ = socket.close(Some(CloseFrame { code: CloseCode::Policy, reason }));
            while socket.read().is_ok() {}
        });
        fails(&page, &address, Failure::ClosedWithoutAnswer).await?;
        // Code and reason stand as the server gave them.
        page.panel('A').mentions(&page.strings().panel_close_code(1008)).await?;
        page.panel('A').mentions("no room").await
    })
    .await
}

#[tokio::test]
#[ignore = "needs the built page and a browser: `cargo xtask test --e2e`"]
async fn the_server_sends_a_text_message() -> Outcome {
    in_browser(Language::En, |page| async move {
        let address = serve(|mut socket| {
            let _connect = socket.read();
            let _ = socket.send(Message::text("CONNACK"));
            while socket.read().is_ok() {}
        });
        fails(&page, &address, Failure::TextMessage).await
    })
    .await
}

/// The connection is lost twice. A client that was told to connects again by itself, says when, and can be stopped.
#[tokio::test]
#[ignore = "needs the built page and a browser: `cargo xtask test --e2e`"]
async fn a_lost_connection_is_told_and_taken_up_again_until_that_is_stopped() -> Outcome {
    in_browser(Language::En, |page| async move {
        // Accepts each connection and drops it without a word.
        let address = serve_each(|mut socket| {
            let _connect = socket.read();
            let _ = socket.send(Message::binary(&[0x20, 3, 0, 0, 0][..]));
        });
        page.open(&format!("page=bench&broker={address}")).await?;
        let strings = page.strings();
        let panel = page.panel('A');
        panel.unfold(strings.own_title()).await?;
        panel.unfold(strings.does_title()).await?;
        page.see("#client-a-does").await?;
        let choose = "const select = document.getElementById('client-a-does');
            select.value = 'reconnect';
            select.dispatchEvent(new Event('change', { bubbles: true }));";
        page.evaluate(choose).await?;
        page.see_html(".client-panel[data-client=A]", strings.does_jitter()).await?;
        press(&panel.button(strings.does_add()).await?).await?;
        panel.mentions(strings.does_watching()).await?;
        panel.send("CONNECT").await?;
        let strip = "[data-client=A] [data-automation=reconnect]";
        panel.mentions(strings.panel_dropped()).await?;
        page.see_html(strip, &strings.does_try_next(2, 8)).await?;
        page.see_html(strip, strings.does_next()).await?;
        press(&page.see(&format!("{strip} button")).await?).await?;
        page.gone(strip).await?;
        page.expect_complaints(OF_THE_BROWSER).await
    })
    .await
}

/// Connects to that address, in vain, and finds the cause told.
async fn fails(page: &Page, address: &str, cause: Failure) -> Outcome {
    page.open(&format!("exercise=first-connect&broker={address}")).await?;
    let panel = page.panel('A');
    panel.send("CONNECT").await?;
    panel.says(page.strings().link_failed()).await?;
    let address = address.trim_end_matches('/');
    panel.mentions(&page.strings().panel_connect_failed(address)).await?;
    let told = glossary::failure(cause.key(), page.language()).expect("every cause is explained");
    page.see_html(".notice", told.short).await?;
    page.step("accepted", "not-yet").await?;
    page.expect_complaints(OF_THE_BROWSER).await
}

/// A port that nobody listened on a moment ago.
pub fn free_port() -> u16 {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("there is a free port");
    listener.local_addr().expect("it is bound").port()
}

/// A WebSocket server that takes one connection with the subprotocol `mqtt`, and its address.
pub fn serve(talk: impl FnOnce(WebSocket<TcpStream>) + Send + 'static) -> String {
    let (listener, address) = listen();
    thread::spawn(move || talk(accept(&listener)));
    address
}

/// The same for one connection after the other.
fn serve_each(talk: impl Fn(WebSocket<TcpStream>) + Send + 'static) -> String {
    let (listener, address) = listen();
    thread::spawn(move || {
        loop {
            talk(accept(&listener));
        }
    });
    address
}
