//! MQTT 5.0, understood on the wire.
//!
//! The modules follow the path of one packet, in reading order: [`mqtt`] turns bytes into packets and
//! annotated fields, [`delivery`] holds what both roles need for QoS 1 and 2, [`auth`] computes what AUTH
//! packets carry, [`client`] is the client role and [`broker`] the server role, [`capture`] keeps what
//! passed, [`analysis`] says what it means and [`formats`] writes and reads it, [`payload`] takes apart
//! what it carries, [`link`] carries bytes,
//! [`lab`] is the bench, [`examine`] asks any broker what it does, [`measure`] how fast it is, [`course`] the
//! exercises on the bench, [`words`], [`language`] and [`glossary`] what the page says, [`other_clients`] writes the same for other clients, [`tap`] lets
//! the page see any application's packets, [`ui`] is the page. Each uses only what
//! comes before it, and [`time`].

// What marks the parts of the split page expands to unsafe code.
#![cfg_attr(not(feature = "split"), forbid(unsafe_code))]

pub mod time;

#[deny(missing_docs)]
pub mod mqtt;

#[deny(missing_docs)]
pub mod delivery;

pub mod auth;

#[deny(missing_docs)]
pub mod client;

#[deny(missing_docs)]
pub mod broker;

pub mod capture;

pub mod analysis;

pub mod formats;

pub mod payload;

#[deny(missing_docs)]
pub mod link;

pub mod lab;

pub mod examine;

pub mod measure;

pub mod words;

pub mod language;

pub mod glossary;

pub mod course;

pub mod other_clients;

pub mod tap;

pub mod ui;
