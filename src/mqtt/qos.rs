//! Quality of Service (§4.3).

/// How often a message may arrive (§4.3); ordered from weakest to strongest.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum QoS {
    /// At most once (§4.3.1): no answer, no second try.
    #[default]
    AtMostOnce = 0,
    /// At least once (§4.3.2): PUBLISH, PUBACK.
    AtLeastOnce = 1,
    /// Exactly once (§4.3.3): PUBLISH, PUBREC, PUBREL, PUBCOMP.
    ExactlyOnce = 2,
}

impl QoS {
    /// Every QoS, by value.
    pub const ALL: [QoS; 3] = [QoS::AtMostOnce, QoS::AtLeastOnce, QoS::ExactlyOnce];

    /// `None` for 3, which no field may carry, and for anything above.
    pub fn from_bits(bits: u8) -> Option<QoS> {
        QoS::ALL.get(usize::from(bits)).copied()
    }

    /// The value of the two-bit field, 0 to 2.
    pub fn bits(self) -> u8 {
        self as u8
    }

    /// The specification's name: "At most once".
    pub fn name(self) -> &'static str {
        match self {
            QoS::AtMostOnce => "At most once",
            QoS::AtLeastOnce => "At least once",
            QoS::ExactlyOnce => "Exactly once",
        }
    }
}
