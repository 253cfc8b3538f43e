//! The built page as a learner meets it: `cargo xtask test --e2e` builds and serves it, and drives it in Chromium, then
//! in Firefox. There, the tests are left out that `xtask/src/test.rs` names.
//!
//! Everything is done by clicking and typing, and found by what the page shows: labels, buttons, states. Nothing
//! sleeps; whatever takes time is waited for.
#![cfg(not(target_arch = "wasm32"))]

mod accessibility;
mod around;
mod bench;
mod bidi;
mod browser;
mod captures;
mod composer;
mod connecting;
mod enhanced_auth;
mod examine;
#[path = "../support/example.rs"]
mod example;
mod exercises;
mod findings;
mod finish;
mod first_chapters;
mod first_picture;
mod flood;
mod flow_control;
mod follow;
mod forms;
mod hostile;
mod inside;
mod inspector;
mod keyboard;
mod ladder;
mod letters;
mod measure;
mod narrow;
mod offline;
mod on_mosquitto;
mod page;
mod parts;
mod pictures;
mod reason_codes;
mod reference;
mod repair;
mod request_response;
#[path = "../support/running.rs"]
mod running;
mod sessions;
mod stage;
mod stopped;
mod subscriptions;
#[path = "../support/tap.rs"]
mod tap;
mod topic_alias;
mod traffic;
#[path = "../support/websocket.rs"]
mod websocket;
