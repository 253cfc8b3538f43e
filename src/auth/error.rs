//! What can be wrong with a message of the exchange.

use std::fmt;

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ScramError {
    NotUtf8,
    /// The client-first message does not begin with `n,,` or `y,,`.
    Gs2Header,
    ChannelBindingNotSupported,
    /// Acting for somebody else (`a=`) is not offered.
    AuthorizationIdentity,
    /// `m=` asks for an extension that nobody has defined yet.
    MandatoryExtension,
    /// An attribute that must stand here does not.
    AttributeMissing(char),
    NotBase64(char),
    /// Empty, or with a wrong escape: only `=2C` and `=3D` exist.
    UserName,
    /// Empty, or with a character that is not printable ASCII.
    Nonce,
    /// A nonce that does not go on from the one sent before.
    NonceMismatch,
    /// No number, or outside [`super::MINIMUM_ITERATIONS`]`..=`[`super::MAXIMUM_ITERATIONS`].
    IterationCount,
    /// The client-final message repeats another header than the client-first one had.
    ChannelBindingMismatch,
    /// The client does not know the password.
    ProofWrong,
    /// The server does not know the client's keys: it may not be the one it claims to be.
    ServerSignatureWrong,
    /// The server-final message tells of an error.
    ServerRefused(String),
}

impl fmt::Display for ScramError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        use ScramError as E;
        match self {
            E::NotUtf8 => f.write_str("the message is not UTF-8"),
            E::Gs2Header => f.write_str("a client-first message begins with n,, or y,,"),
            E::ChannelBindingNotSupported => f.write_str("channel binding is not supported"),
            E::AuthorizationIdentity => f.write_str("acting for another user is not supported"),
            E::MandatoryExtension => f.write_str("the mandatory extension is not known"),
            E::AttributeMissing(name) => write!(f, "the attribute {name}= is missing"),
            E::NotBase64(name) => write!(f, "the attribute {name}= is not base64"),
            E::UserName => f.write_str("the user name is empty or wrongly escaped"),
            E::Nonce => f.write_str("a nonce is printable ASCII without a comma, and not empty"),
            E::NonceMismatch => f.write_str("the nonce does not continue the one sent before"),
            E::IterationCount => write!(
                f,
                "the iteration count is not between {} and {}",
                super::MINIMUM_ITERATIONS,
                super::MAXIMUM_ITERATIONS
            ),
            E::ChannelBindingMismatch => {
                f.write_str("c= does not repeat the header of the client-first message")
            }
            E::ProofWrong => f.write_str("the client's proof is wrong"),
            E::ServerSignatureWrong => f.write_str("the server's signature is wrong"),
            E::ServerRefused(why) => write!(f, "the server refused: {why}"),
        }
    }
}

impl std::error::Error for ScramError {}
