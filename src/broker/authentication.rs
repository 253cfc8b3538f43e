//! Who may connect: User Name and Password (§3.1.3.5, §3.1.3.6), or SCRAM-SHA-256 (§4.12).

use super::entropy::Entropy;
use super::policy::Policy;
use crate::auth::{
    ClientFirst, Credentials, SCRAM_SHA_256, ScramError, ServerFirst, Verified, nonce, verify,
};
use crate::delivery::Violation;
use crate::mqtt::{Connect, ReasonCode};

/// How far a SCRAM-SHA-256 exchange is (§4.12).
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Exchange {
    /// The Client has named the method, and has still to send its first message.
    AwaitingFirst,
    /// The challenge has been sent; the proof of the Client is due.
    Challenged(Box<Challenge>),
}

/// What the Client was asked, and what its answer is checked against.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Challenge {
    /// The first message of the Client.
    pub first: ClientFirst,
    /// The Server's challenge: nonce, salt and iteration count.
    pub challenge: ServerFirst,
    /// Those of the user; random ones where there is no such user.
    pub credentials: Credentials,
}

/// The answer to a step of the Client.
pub(super) enum Step {
    /// AUTH 0x18 with this Authentication Data.
    Continue(Exchange, Option<String>),
    /// The proof of the Client is right; `server_final` is the Server's own.
    Proved { user: String, credentials: Credentials, values: Box<Verified>, server_final: String },
}

impl Exchange {
    /// The first step: with or without Authentication Data in CONNECT or AUTH 0x19.
    pub(super) fn begin(
        data: Option<&[u8]>,
        policy: &Policy,
        entropy: &mut Entropy,
    ) -> Result<Step, Violation> {
        match data {
            None => Ok(Step::Continue(Exchange::AwaitingFirst, None)),
            Some(data) => challenge(data, policy, entropy),
        }
    }

    /// The next step: AUTH 0x18 from the Client.
    pub(super) fn proceed(
        &self,
        data: &[u8],
        policy: &Policy,
        entropy: &mut Entropy,
    ) -> Result<Step, Violation> {
        match self {
            Exchange::AwaitingFirst => challenge(data, policy, entropy),
            Exchange::Challenged(challenge) => {
                let Challenge { first, challenge, credentials } = &**challenge;
                let values = verify(first, challenge, credentials, data).map_err(refused)?;
                Ok(Step::Proved {
                    user: first.user_name.clone(),
                    credentials: credentials.clone(),
                    server_final: values.server_final(),
                    values: Box::new(values),
                })
            }
        }
    }
}

/// Checks the Authentication Method of a CONNECT [MQTT-4.12.0-1].
pub(super) fn check_method(method: &str, policy: &Policy) -> Result<(), Violation> {
    match policy.scram && method == SCRAM_SHA_256 {
        true => Ok(()),
        false => Err(Violation::new(
            ReasonCode::BadAuthenticationMethod,
            "[MQTT-4.12.0-1]",
            format!("the Authentication Method {method} is not offered"),
        )),
    }
}

/// Checks User Name and Password of a CONNECT without Authentication Method.
pub(super) fn check_password(connect: &Connect, policy: &Policy) -> Result<(), Violation> {
    let Some(name) = &connect.user_name else {
        return match policy.anonymous {
            true => Ok(()),
            false => Err(Violation::new(
                ReasonCode::NotAuthorized,
                "[MQTT-3.1.4-2]",
                "a User Name and Password is needed",
            )),
        };
    };
    // Without a list of users a name is just a name.
    if policy.users.is_empty() && policy.anonymous {
        return Ok(());
    }
    let password = connect.password.as_deref().unwrap_or_default();
    match policy.user(name) {
        Some(user) if user.password.as_bytes() == password => Ok(()),
        _ => Err(Violation::new(
            ReasonCode::BadUserNameOrPassword,
            "[MQTT-3.1.4-2]",
            "no such User Name and Password",
        )),
    }
}

/// Answers a client-first message. Unknown users get an unsatisfiable challenge too, so that user names
/// cannot be probed.
fn challenge(data: &[u8], policy: &Policy, entropy: &mut Entropy) -> Result<Step, Violation> {
    if data.len() > MOST_OF_A_MESSAGE {
        let text = "the client-first message is too long";
        return Err(Violation::new(ReasonCode::NotAuthorized, "[MQTT-4.12.0-4]", text));
    }
    let first = ClientFirst::parse(data).map_err(refused)?;
    let salt = entropy.bound_to(&first.user_name);
    let iterations = policy
        .scram_iterations
        .clamp(crate::auth::MINIMUM_ITERATIONS, crate::auth::MAXIMUM_ITERATIONS);
    let credentials = match policy.user(&first.user_name) {
        Some(user) => Credentials::derive(&user.password, &salt[..SALT_LENGTH], iterations),
        None => Credentials {
            salt: salt[..SALT_LENGTH].into(),
            iterations,
            stored_key: entropy.draw(),
            server_key: entropy.draw(),
        },
    };
    let server_nonce = nonce(&entropy.draw()[..NONCE_LENGTH]);
    let challenge = ServerFirst::new(&first, &server_nonce, &credentials).map_err(refused)?;
    let message = challenge.message().to_owned();
    let challenge = Challenge { first, challenge, credentials };
    Ok(Step::Continue(Exchange::Challenged(Box::new(challenge)), Some(message)))
}

fn refused(error: ScramError) -> Violation {
    Violation::new(ReasonCode::NotAuthorized, "[MQTT-4.12.0-4]", error.to_string())
}

/// In bytes; a multiple of three needs no padding in base64.
const NONCE_LENGTH: usize = 18;
const SALT_LENGTH: usize = 16;
/// Of a client-first message, in bytes. The answer holds its nonce, and has to fit into Authentication Data.
const MOST_OF_A_MESSAGE: usize = 16 << 10;
