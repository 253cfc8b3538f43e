//! SCRAM-SHA-256 (RFC 5802, RFC 7677) for MQTT's enhanced authentication (§4.12), as explicit steps
//! whose every intermediate value can be shown.
//!
//! | MQTT packet            | message      | client                      | server                    |
//! |------------------------|--------------|-----------------------------|---------------------------|
//! | CONNECT or AUTH 0x19   | client-first | [`ClientFirst::new`]        | [`ClientFirst::parse`]    |
//! | AUTH 0x18 to the client| server-first | [`ServerFirst::parse`]      | [`ServerFirst::new`]      |
//! | AUTH 0x18 to the server| client-final | [`ClientFinal::new`]        | [`verify`]                |
//! | CONNACK or AUTH 0x00   | server-final | [`ClientFinal::check`]      | [`Verified::server_final`]|
//!
//! It promises that no message from outside panics, and that a peer cannot ask for unbounded work: the
//! iteration count has limits. Nonces and salts come in as arguments; there is no randomness in here,
//! and nothing of packets or connections.
//!
//! User names and passwords are used as they are given. SASLprep (RFC 4013) leaves printable ASCII
//! alone, which is what the course uses; beyond it both sides must write a text the same way.

mod client;
mod error;
mod keys;
mod message;
mod server;

pub use client::ClientFinal;
pub use error::ScramError;
pub use keys::{KEY_LENGTH, Key, Keys, hmac_sha256};
pub use message::{ClientFirst, ServerFirst};
pub use server::{Credentials, Verified, verify};

/// The Authentication Method's name on the wire.
pub const SCRAM_SHA_256: &str = "SCRAM-SHA-256";

/// RFC 7677 asks for at least this many iterations.
pub const MINIMUM_ITERATIONS: u32 = 4096;

/// More than this would let a server keep a browser tab busy for seconds.
pub const MAXIMUM_ITERATIONS: u32 = 200_000;

/// The nonce text for these random bytes: base64 is printable and holds no comma.
pub fn nonce(entropy: &[u8]) -> String {
    message::to_base64(entropy)
}

#[cfg(test)]
mod tests {
    use super::*;

    // The exchange of RFC 7677, section 3.
    const CLIENT_NONCE: &str = "rOprNGfwEbeRWgbNEkqO";
    const SERVER_NONCE: &str = "%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0";
    const CLIENT_FIRST: &str = "n,,n=user,r=rOprNGfwEbeRWgbNEkqO";
    const SERVER_FIRST: &str = "r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,\
        s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096";
    const CLIENT_FINAL: &str = "c=biws,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,\
        p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=";
    const SERVER_FINAL: &str = "v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=";

    fn salt() -> Vec<u8> {
        message::from_base64("W22ZaJ0SNY7soEsUEjb6gQ==", 's').expect("valid base64")
    }

    fn exchange() -> (ClientFirst, ServerFirst, Credentials) {
        let first = ClientFirst::new("user", CLIENT_NONCE).expect("a valid nonce");
        let credentials = Credentials::derive("pencil", &salt(), 4096);
        let challenge = ServerFirst::new(&first, SERVER_NONCE, &credentials).expect("a nonce");
        (first, challenge, credentials)
    }

    #[test]
    fn both_sides_reproduce_the_exchange_of_rfc_7677() {
        let (first, challenge, credentials) = exchange();
        assert_eq!(first.message(), CLIENT_FIRST);
        assert_eq!(ClientFirst::parse(CLIENT_FIRST.as_bytes()), Ok(first.clone()));
        assert_eq!(challenge.message(), SERVER_FIRST);
        assert_eq!(ServerFirst::parse(SERVER_FIRST.as_bytes(), &first), Ok(challenge.clone()));
        let answer = ClientFinal::new(&first, &challenge, "pencil").expect("4096 is within limits");
        assert_eq!(answer.message(), CLIENT_FINAL);
        let verified = verify(&first, &challenge, &credentials, CLIENT_FINAL.as_bytes());
        let verified = verified.expect("the proof is right");
        assert_eq!(verified.server_final(), SERVER_FINAL);
        assert_eq!(answer.check(SERVER_FINAL.as_bytes()), Ok(()));
    }

    #[test]
    fn the_values_of_both_sides_agree() {
        let (first, challenge, credentials) = exchange();
        let client = ClientFinal::new(&first, &challenge, "pencil").expect("within limits");
        let server = verify(&first, &challenge, &credentials, client.message().as_bytes());
        let server = server.expect("the proof is right");
        assert_eq!(client.auth_message, server.auth_message);
        assert_eq!(client.client_signature, server.client_signature);
        assert_eq!(client.client_proof, server.client_proof);
        assert_eq!(client.keys.client_key, server.client_key);
        assert_eq!(client.keys.stored_key, credentials.stored_key);
        assert_eq!(client.keys.server_key, credentials.server_key);
        assert_eq!(client.server_signature, server.server_signature);
    }

    #[test]
    fn a_wrong_password_gives_a_wrong_proof() {
        let (first, challenge, credentials) = exchange();
        let client = ClientFinal::new(&first, &challenge, "pencils").expect("within limits");
        let outcome = verify(&first, &challenge, &credentials, client.message().as_bytes());
        assert_eq!(outcome, Err(ScramError::ProofWrong));
    }

    #[test]
    fn a_server_that_does_not_know_the_keys_is_found_out() {
        let (first, challenge, _) = exchange();
        let client = ClientFinal::new(&first, &challenge, "pencil").expect("within limits");
        for (message, expect) in [
            (
                format!("v={}", message::to_base64(&[0; KEY_LENGTH])),
                ScramError::ServerSignatureWrong,
            ),
            ("v=AAAA".into(), ScramError::ServerSignatureWrong),
            ("v=%".into(), ScramError::NotBase64('v')),
            ("".into(), ScramError::AttributeMissing('v')),
            ("e=other-error".into(), ScramError::ServerRefused("other-error".into())),
        ] {
            assert_eq!(client.check(message.as_bytes()), Err(expect), "{message}");
        }
    }

    #[test]
    fn a_user_name_escapes_comma_and_equals_sign() {
        let first = ClientFirst::new("a,b=c", "n").expect("a valid nonce");
        assert_eq!(first.message(), "n,,n=a=2Cb=3Dc,r=n");
        assert_eq!(ClientFirst::parse(first.message().as_bytes()), Ok(first));
    }

    #[test]
    fn a_bad_client_first_message_is_told_apart() {
        for (message, expect) in [
            (&b"\xff"[..], ScramError::NotUtf8),
            (b"", ScramError::Gs2Header),
            (b"n,", ScramError::Gs2Header),
            (b"x,,n=user,r=n", ScramError::Gs2Header),
            (b"p=tls-unique,,n=user,r=n", ScramError::ChannelBindingNotSupported),
            (b"n,a=admin,n=user,r=n", ScramError::AuthorizationIdentity),
            (b"n,,m=x,n=user,r=n", ScramError::MandatoryExtension),
            (b"n,,r=n", ScramError::AttributeMissing('n')),
            (b"n,,n=user", ScramError::AttributeMissing('r')),
            (b"n,,n=,r=n", ScramError::UserName),
            (b"n,,n=a=2D,r=n", ScramError::UserName),
            (b"n,,n=a=,r=n", ScramError::UserName),
            (b"n,,n=user,r=", ScramError::Nonce),
            (b"n,,n=user,r=a b", ScramError::Nonce),
        ] {
            let shown = String::from_utf8_lossy(message);
            assert_eq!(ClientFirst::parse(message), Err(expect), "{shown}");
        }
    }

    #[test]
    fn a_bad_server_first_message_is_told_apart() {
        let (first, ..) = exchange();
        for (message, expect) in [
            ("", ScramError::AttributeMissing('r')),
            ("r=other,s=AAAA,i=4096", ScramError::NonceMismatch),
            ("r=rOprNGfwEbeRWgbNEkqO,s=AAAA,i=4096", ScramError::NonceMismatch), // adds nothing
            ("r=rOprNGfwEbeRWgbNEkqOx,i=4096", ScramError::AttributeMissing('s')),
            ("r=rOprNGfwEbeRWgbNEkqOx,s=*,i=4096", ScramError::NotBase64('s')),
            ("r=rOprNGfwEbeRWgbNEkqOx,s=AAAA", ScramError::AttributeMissing('i')),
            ("r=rOprNGfwEbeRWgbNEkqOx,s=AAAA,i=x", ScramError::IterationCount),
            ("r=rOprNGfwEbeRWgbNEkqOx,s=AAAA,i=1", ScramError::IterationCount),
            ("r=rOprNGfwEbeRWgbNEkqOx,s=AAAA,i=4294967295", ScramError::IterationCount),
            ("m=x,r=rOprNGfwEbeRWgbNEkqOx,s=AAAA,i=4096", ScramError::MandatoryExtension),
        ] {
            assert_eq!(ServerFirst::parse(message.as_bytes(), &first), Err(expect), "{message}");
        }
    }

    #[test]
    fn a_bad_client_final_message_is_told_apart() {
        let (first, challenge, credentials) = exchange();
        let nonce = &challenge.nonce;
        for (message, expect) in [
            (String::new(), ScramError::AttributeMissing('c')),
            (format!("c=eSws,r={nonce},p=AAAA"), ScramError::ChannelBindingMismatch),
            (format!("c=*,r={nonce},p=AAAA"), ScramError::NotBase64('c')),
            ("c=biws,p=AAAA".into(), ScramError::AttributeMissing('r')),
            ("c=biws,r=other,p=AAAA".into(), ScramError::NonceMismatch),
            (format!("c=biws,r={nonce}"), ScramError::AttributeMissing('p')),
            (format!("c=biws,r={nonce},p=*"), ScramError::NotBase64('p')),
            (format!("c=biws,r={nonce},p=AAAA"), ScramError::ProofWrong),
            (
                format!("c=biws,r={nonce},p={}", message::to_base64(&[0; 32])),
                ScramError::ProofWrong,
            ),
        ] {
            let outcome = verify(&first, &challenge, &credentials, message.as_bytes());
            assert_eq!(outcome, Err(expect), "{message}");
        }
    }
}
