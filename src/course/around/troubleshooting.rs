//! From a symptom to what the capture shows, and to the exercise that lets one practice it.

pub struct Trouble {
    /// Fixed: addresses hold it.
    pub id: &'static str,
    /// The repair exercise first.
    pub exercises: &'static [&'static str],
}

/// The most frequent first.
pub static TROUBLES: &[Trouble] = &[
    Trouble { id: "connection-fails", exercises: &["cannot-connect", "first-connect"] },
    Trouble { id: "properties-missing", exercises: &["properties-missing", "first-user-property"] },
    Trouble { id: "alias-not-working", exercises: &["alias-broken", "alias-handshake"] },
    Trouble { id: "session-not-restored", exercises: &["session-gone", "resume"] },
    Trouble { id: "messages-missing", exercises: &["no-matching-subscribers", "suback-mix"] },
    Trouble { id: "dropped", exercises: &["dropped-why", "protocol-error"] },
];
