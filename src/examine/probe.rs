//! A probe: what is asked of a broker, and what the answer means.

use std::time::Duration;

use super::probes::ALL;
use super::script::{Client, Names, Script};
use super::seen::{Seen, Verdict};
use crate::mqtt::Properties;

/// One question to a broker, independent of all others.
#[derive(Debug)]
pub struct Probe {
    /// Never changes: reports are compared by it.
    pub id: &'static str,
    pub chapter: Chapter,
    /// The statements and sections that decide.
    pub cites: &'static [&'static str],
    /// What is asked, as the rule that holds; in English and in Japanese.
    pub title: [&'static str; 2],
    /// What it means for an application where the broker does otherwise.
    pub matters: [&'static str; 2],
    /// What the broker has to offer for this to be asked.
    pub needs: &'static [Need],
    /// After this it is given up.
    pub limit: Duration,
    /// Waits for seconds to pass.
    pub is_slow: bool,
    /// Sends so much that others may notice.
    pub is_heavy: bool,
    /// Whether the specification leaves the answer to the Server: it is shown, and compared.
    pub is_choice: bool,
    pub script: fn(&mut Script),
    pub judge: fn(&Seen<'_>) -> Verdict,
}

/// With what most of them have.
pub(super) const PROBE: Probe = Probe {
    id: "",
    chapter: Chapter::Connecting,
    cites: &[],
    title: ["", ""],
    matters: ["", ""],
    needs: &[],
    limit: Duration::from_secs(20),
    is_slow: false,
    is_heavy: false,
    is_choice: false,
    script: |_| {},
    judge: |_| Verdict::not_examined(String::new(), Vec::new()),
};

impl Probe {
    /// How many clients take part.
    pub fn clients(&self) -> usize {
        let mut script = Script::new(Names::new("count", 0), None, None);
        (self.script)(&mut script);
        Client::ALL.into_iter().filter(|client| script.uses(*client)).count()
    }

    /// Asked only on request.
    pub fn is_seldom(&self) -> bool {
        self.is_slow || self.is_heavy
    }
}

/// What a probe is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Chapter {
    Connecting,
    Sessions,
    Publishing,
    Retained,
    Subscribing,
    Shared,
    Delivery,
    Limits,
    Wills,
    Properties,
    Authentication,
    Malformed,
}

impl Chapter {
    pub const ALL: [Chapter; 12] = [
        Chapter::Connecting,
        Chapter::Sessions,
        Chapter::Publishing,
        Chapter::Retained,
        Chapter::Subscribing,
        Chapter::Shared,
        Chapter::Delivery,
        Chapter::Limits,
        Chapter::Wills,
        Chapter::Properties,
        Chapter::Authentication,
        Chapter::Malformed,
    ];

    /// In English and in Japanese.
    pub fn title(self) -> [&'static str; 2] {
        match self {
            Chapter::Connecting => ["Connecting", "接続"],
            Chapter::Sessions => ["Sessions", "Session"],
            Chapter::Publishing => ["Publishing", "送信"],
            Chapter::Retained => ["Retained messages", "Retainメッセージ"],
            Chapter::Subscribing => ["Subscribing", "購読"],
            Chapter::Shared => ["Shared Subscriptions", "Shared Subscription"],
            Chapter::Delivery => ["QoS 1 and 2", "QoS 1と2"],
            Chapter::Limits => ["Limits and flow control", "上限とフロー制御"],
            Chapter::Wills => ["Wills", "Will"],
            Chapter::Properties => ["Properties", "プロパティ"],
            Chapter::Authentication => ["Enhanced authentication", "拡張認証"],
            Chapter::Malformed => ["Packets that break a rule", "規則に反するパケット"],
        }
    }
}

/// What a broker may say in CONNACK that it does not offer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Need {
    QoS1,
    QoS2,
    Retain,
    Wildcards,
    SubscriptionIdentifiers,
    Shared,
    Aliases,
}

impl Need {
    /// What of these properties of a CONNACK says so.
    pub(super) fn lacking(self, says: &Properties) -> Option<&'static str> {
        let (lacks, words) = match self {
            Need::QoS1 => (says.maximum_qos() == Some(0), "Maximum QoS 0"),
            Need::QoS2 => (says.maximum_qos().is_some(), "Maximum QoS below 2"),
            Need::Retain => (says.retain_available() == Some(0), "Retain Available 0"),
            Need::Wildcards => {
                let available = says.wildcard_subscription_available();
                (available == Some(0), "Wildcard Subscription Available 0")
            }
            Need::SubscriptionIdentifiers => {
                let available = says.subscription_identifier_available();
                (available == Some(0), "Subscription Identifier Available 0")
            }
            Need::Shared => {
                let available = says.shared_subscription_available();
                (available == Some(0), "Shared Subscription Available 0")
            }
            Need::Aliases => {
                (says.topic_alias_maximum().unwrap_or(0) == 0, "Topic Alias Maximum 0")
            }
        };
        lacks.then_some(words)
    }
}

/// All of them, by chapter. The first tells whether the broker speaks 5.0 at all.
pub fn probes() -> impl Iterator<Item = &'static Probe> {
    ALL.iter().copied().flatten()
}

pub fn probe(id: &str) -> Option<&'static Probe> {
    probes().find(|probe| probe.id == id)
}
