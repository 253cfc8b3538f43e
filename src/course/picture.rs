//! The pictures of the chapters.

/// What an exercise shows on the stage. Each is drawn by the page, from the capture alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Picture {
    /// What each alias stands for, on each connection and in each direction, and what it has saved.
    AliasLedger,
    /// Policies for handing out aliases, compared on one day of a fleet, with the ledger below.
    AliasGame,
    /// A CONNECT or PUBLISH of 5.0 beside what 3.1.1 would have written.
    Versions,
    /// Requests, pending and answered, with round-trip times.
    Requests,
    /// What client and broker remember, and how long still.
    Sessions,
    /// For every message: how far it follows each filter, the copies that left, and the option that decided.
    Tracer,
    /// How far each part of a message goes, what of it arrived, and who can read it on the way.
    Metadata,
    /// Slots, quota and queue of each direction, with the acknowledgements that are held.
    Window,
    /// Every Reason Code by packet, lit once it has been seen.
    Codes,
    /// Every value of a SCRAM-SHA-256 exchange, and both proofs checked.
    Scram,
}

impl Picture {
    /// Its name in the page.
    pub fn key(self) -> &'static str {
        match self {
            Picture::AliasLedger => "alias-ledger",
            Picture::AliasGame => "alias-game",
            Picture::Versions => "versions",
            Picture::Requests => "requests",
            Picture::Sessions => "sessions",
            Picture::Tracer => "tracer",
            Picture::Metadata => "metadata",
            Picture::Window => "window",
            Picture::Codes => "codes",
            Picture::Scram => "scram",
        }
    }
}
