//! Chapter 9: enhanced authentication.

mod bad_method;
mod not_really_auth;
mod re_authenticate;
mod scram_login;
mod wrong_proof;

use super::Chapter;
use super::common::connect_with;
use crate::auth::{ClientFirst, SCRAM_SHA_256, hmac_sha256, nonce};
use crate::broker::{Policy, User};
use crate::capture::ClientSlot;
use crate::course::support::scram::{PASSWORD, USER, exchanges_of};
use crate::course::{Cast, Evidence};
use crate::lab::{Act, Action};
use crate::mqtt::{Property, ReasonCode};

pub(super) const CHAPTER: Chapter = Chapter {
    id: "enhanced-auth",
    exercises: &[
        &not_really_auth::EXERCISE,
        &bad_method::EXERCISE,
        &scram_login::EXERCISE,
        &wrong_proof::EXERCISE,
        &re_authenticate::EXERCISE,
    ],
};

/// A broker that lets in one user, and nobody without a proof or a password. It waits for somebody who
/// reads before answering.
fn one_user() -> Policy {
    let user = User { name: USER.to_owned(), password: PASSWORD.to_owned() };
    Policy { anonymous: false, users: vec![user], connect_timeout: 600, ..Policy::default() }
}

/// CONNECT with the client-first message.
fn open(cast: &Cast, user: &str, before: usize) -> Act {
    connect_with(cast, CLIENT, client_first(cast, user, before))
}

/// The same with a nonce that no exchange before has used.
fn begin(cast: &Cast, evidence: &Evidence) -> Option<Act> {
    Some(open(cast, USER, exchanges_of(evidence, CLIENT).len()))
}

/// AUTH 0x18 with the client-final message to the challenge that is open; `None` without one.
fn prove(evidence: &Evidence, password: &str) -> Option<Act> {
    let latest = exchanges_of(evidence, CLIENT).pop()?;
    let is_open = latest.answer.is_none() && latest.end.is_none() && !latest.is_over;
    let answer = is_open.then(|| latest.computed(password)).flatten()?;
    Some(authenticate(ReasonCode::ContinueAuthentication, properties(answer.message())))
}

fn authenticate(reason_code: ReasonCode, properties: [Property; 2]) -> Act {
    let action = Action::Authenticate { reason_code, properties: properties.into() };
    Act { client: CLIENT, action }
}

/// Authentication Method, and the client-first message as Authentication Data. `before` counts the
/// exchanges of this run so far, so that no nonce comes twice.
fn client_first(cast: &Cast, user: &str, before: usize) -> [Property; 2] {
    let drawn = hmac_sha256(cast.nonce().as_bytes(), format!("client nonce {before}").as_bytes());
    let first = ClientFirst::new(user, &nonce(&drawn[..NONCE_LENGTH]));
    properties(first.map(|first| first.message()).unwrap_or_default())
}

fn properties(message: String) -> [Property; 2] {
    [
        Property::AuthenticationMethod(SCRAM_SHA_256.into()),
        Property::AuthenticationData(message.into()),
    ]
}

const CLIENT: ClientSlot = ClientSlot(0);
/// In bytes; a multiple of three needs no padding in base64.
const NONCE_LENGTH: usize = 18;
