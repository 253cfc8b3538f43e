//! Topic Alias (§3.3.2.3.4): numbers in the place of Topic Names, valid for one connection and direction
//! [MQTT-3.3.2-7].

use std::fmt;

use litemap::LiteMap;

use crate::mqtt::{Publish, ReasonCode, Text};

/// The Topic Names of the peer's aliases, up to the maximum that was announced to it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct IncomingAliases {
    maximum: u16,
    topics: LiteMap<u16, Text>,
}

/// The Topic Names of the aliases that this side has set, up to the maximum that the peer announced.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct OutgoingAliases {
    maximum: u16,
    topics: LiteMap<u16, Text>,
    /// By Topic Name, since a Server looks up the alias of a topic for every message.
    aliases: Vec<(Text, u16)>,
}

/// A Topic Alias that cannot be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AliasError {
    /// 0, which is never an alias [MQTT-3.3.2-8].
    Zero,
    /// Above the receiver's Topic Alias Maximum.
    AboveMaximum {
        /// The alias that was used.
        alias: u16,
        /// The receiver's Topic Alias Maximum.
        maximum: u16,
    },
    /// An empty Topic Name with an alias that has not been set on this connection.
    Unknown {
        /// The alias that was used.
        alias: u16,
    },
    /// An empty Topic Name and no alias.
    Missing,
}

impl IncomingAliases {
    /// `maximum` is the Topic Alias Maximum announced to the peer; 0 if none was.
    pub fn new(maximum: u16) -> IncomingAliases {
        IncomingAliases { maximum, topics: LiteMap::new() }
    }

    /// The Topic Name of a PUBLISH, through its alias if it has none itself. Stores a mapping that the
    /// packet sets or replaces.
    ///
    /// # Errors
    ///
    /// If the alias is 0, above the maximum or not set yet, or if there is neither a Topic Name nor an
    /// alias.
    pub fn resolve(&mut self, publish: &Publish) -> Result<Text, AliasError> {
        let Some(alias) = publish.properties.topic_alias() else {
            return match publish.topic.is_empty() {
                true => Err(AliasError::Missing),
                false => Ok(publish.topic.clone()),
            };
        };
        check(alias, self.maximum)?;
        if publish.topic.is_empty() {
            return self.topics.get(&alias).cloned().ok_or(AliasError::Unknown { alias });
        }
        // It stays as long as the connection, which what came with it need not.
        self.topics.insert(alias, publish.topic.detached());
        Ok(publish.topic.clone())
    }

    /// The Topic Alias Maximum of this connection and direction.
    pub fn maximum(&self) -> u16 {
        self.maximum
    }

    /// Alias and Topic Name, by alias.
    pub fn iter(&self) -> impl Iterator<Item = (u16, &str)> {
        self.topics.iter().map(|(alias, topic)| (*alias, topic.as_str()))
    }
}

impl OutgoingAliases {
    /// `maximum` is the peer's Topic Alias Maximum; 0 if it sent none.
    pub fn new(maximum: u16) -> OutgoingAliases {
        OutgoingAliases { maximum, ..OutgoingAliases::default() }
    }

    /// Checks that the peer accepts this alias.
    ///
    /// # Errors
    ///
    /// If it is 0 or above the maximum.
    pub fn check(&self, alias: u16) -> Result<(), AliasError> {
        check(alias, self.maximum)
    }

    /// The Topic Name that the peer has for the alias; `None` where it is not set.
    pub fn topic(&self, alias: u16) -> Option<&str> {
        self.topics.get(&alias).map(Text::as_str)
    }

    /// Whether `alias` is set to `topic` already, so that the Topic Name may be omitted.
    pub fn stands_for(&self, alias: u16, topic: &str) -> bool {
        self.topic(alias) == Some(topic)
    }

    /// The lowest alias that is set to `topic`.
    pub fn alias_of(&self, topic: &str) -> Option<u16> {
        let at = self.aliases.partition_point(|(other, _)| other.as_str() < topic);
        let (found, alias) = self.aliases.get(at)?;
        (found == topic).then_some(*alias)
    }

    /// The lowest alias that is not set; `None` when all are.
    pub fn unused(&self) -> Option<u16> {
        match self.topics.last() {
            None => (self.maximum > 0).then_some(1),
            // Without a gap the next one follows the last.
            Some((last, _)) if usize::from(*last) == self.topics.len() => {
                last.checked_add(1).filter(|alias| *alias <= self.maximum)
            }
            Some(_) => (1..=self.maximum).find(|alias| !self.topics.contains_key(alias)),
        }
    }

    /// Records that a PUBLISH with this alias and Topic Name is being sent.
    ///
    /// # Errors
    ///
    /// If the alias is 0 or above the maximum; then nothing is recorded.
    pub fn set(&mut self, alias: u16, topic: &str) -> Result<(), AliasError> {
        self.check(alias)?;
        let topic: Text = topic.into();
        if let Some(before) = self.topics.insert(alias, topic.clone())
            && let Ok(at) = self.aliases.binary_search(&(before, alias))
        {
            self.aliases.remove(at);
        }
        let pair = (topic, alias);
        if let Err(at) = self.aliases.binary_search(&pair) {
            self.aliases.insert(at, pair);
        }
        Ok(())
    }

    /// The Topic Alias Maximum of this connection and direction.
    pub fn maximum(&self) -> u16 {
        self.maximum
    }

    /// Alias and Topic Name, by alias.
    pub fn iter(&self) -> impl Iterator<Item = (u16, &str)> {
        self.topics.iter().map(|(alias, topic)| (*alias, topic.as_str()))
    }
}

impl AliasError {
    /// The Reason Code of the DISCONNECT with which a receiver answers (§3.3.2.3.4).
    pub fn reason_code(self) -> ReasonCode {
        match self {
            AliasError::Zero | AliasError::AboveMaximum { .. } => ReasonCode::TopicAliasInvalid,
            AliasError::Unknown { .. } | AliasError::Missing => ReasonCode::ProtocolError,
        }
    }

    /// The normative statement, or the section where no statement has a number.
    pub fn rule(self) -> &'static str {
        match self {
            AliasError::Zero => "[MQTT-3.3.2-8]",
            AliasError::AboveMaximum { .. } | AliasError::Unknown { .. } => "§3.3.2.3.4",
            AliasError::Missing => "§3.3.2.1",
        }
    }
}

impl fmt::Display for AliasError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            AliasError::Zero => f.write_str("Topic Alias is not zero"),
            AliasError::AboveMaximum { alias, maximum: 0 } => {
                write!(f, "Topic Alias {alias}, but the receiver takes none")
            }
            AliasError::AboveMaximum { alias, maximum } => {
                write!(f, "Topic Alias {alias}, but the receiver takes at most {maximum}")
            }
            AliasError::Unknown { alias } => {
                write!(f, "no Topic Name, and Topic Alias {alias} stands for none yet")
            }
            AliasError::Missing => f.write_str("neither a Topic Name nor a Topic Alias"),
        }
    }
}

impl std::error::Error for AliasError {}

fn check(alias: u16, maximum: u16) -> Result<(), AliasError> {
    match alias {
        0 => Err(AliasError::Zero),
        _ if alias > maximum => Err(AliasError::AboveMaximum { alias, maximum }),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mqtt::Property;

    fn publish(topic: &str, alias: Option<u16>) -> Publish {
        Publish {
            topic: topic.into(),
            properties: alias.map(Property::TopicAlias).into_iter().collect(),
            ..Publish::default()
        }
    }

    /// [MQTT-3.3.2-8], [MQTT-3.3.2-10], §3.3.2.3.4
    #[test]
    fn incoming_aliases_are_set_used_replaced_and_refused() {
        let mut aliases = IncomingAliases::new(2);
        for (topic, alias, expect) in [
            ("", Some(1), Err(AliasError::Unknown { alias: 1 })),
            ("a", Some(1), Ok("a")),
            ("", Some(1), Ok("a")),
            ("b", Some(2), Ok("b")), // every alias up to the maximum
            ("c", Some(1), Ok("c")), // a new meaning
            ("", Some(1), Ok("c")),
            ("d", None, Ok("d")),
            ("", Some(0), Err(AliasError::Zero)),
            ("e", Some(3), Err(AliasError::AboveMaximum { alias: 3, maximum: 2 })),
            ("", None, Err(AliasError::Missing)),
        ] {
            let topic_meant = aliases.resolve(&publish(topic, alias));
            assert_eq!(topic_meant, expect.map(Text::from), "{topic:?} {alias:?}");
        }
        assert_eq!(aliases.iter().collect::<Vec<_>>(), [(1, "c"), (2, "b")]);
    }

    #[test]
    fn errors_map_to_the_reason_codes_of_the_section() {
        for (error, code) in [
            (AliasError::Zero, ReasonCode::TopicAliasInvalid),
            (AliasError::AboveMaximum { alias: 1, maximum: 0 }, ReasonCode::TopicAliasInvalid),
            (AliasError::Unknown { alias: 1 }, ReasonCode::ProtocolError),
            (AliasError::Missing, ReasonCode::ProtocolError),
        ] {
            assert_eq!(error.reason_code(), code, "{error}");
        }
    }

    /// [MQTT-3.2.2-17], [MQTT-3.2.2-18], [MQTT-3.1.2-26], [MQTT-3.1.2-27]
    #[test]
    fn outgoing_aliases_stay_within_what_the_peer_takes() {
        let mut none = OutgoingAliases::new(0);
        assert_eq!(none.set(1, "a"), Err(AliasError::AboveMaximum { alias: 1, maximum: 0 }));
        assert_eq!(none.unused(), None);

        let mut two = OutgoingAliases::new(2);
        assert_eq!(two.set(0, "a"), Err(AliasError::Zero));
        assert_eq!(two.unused(), Some(1));
        two.set(1, "a").unwrap();
        assert_eq!((two.unused(), two.alias_of("a"), two.alias_of("b")), (Some(2), Some(1), None));
        two.set(2, "b").unwrap();
        assert_eq!(two.unused(), None);
        two.set(1, "c").unwrap();
        assert!(two.stands_for(1, "c") && !two.stands_for(1, "a"));
        assert_eq!((two.alias_of("a"), two.alias_of("c")), (None, Some(1)));
        assert_eq!(two.iter().collect::<Vec<_>>(), [(1, "c"), (2, "b")]);

        let mut gap = OutgoingAliases::new(3);
        gap.set(2, "a").unwrap();
        gap.set(3, "a").unwrap();
        assert_eq!((gap.unused(), gap.alias_of("a")), (Some(1), Some(2)));
    }
}
