//! Flows on a virtual clock: whole conversations, packet by packet, without network or waiting.

mod broker;
mod client;
mod cut;
