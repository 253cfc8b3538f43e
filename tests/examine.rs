//! Brokers examined from outside: the one in the tab, and one that breaks a rule at a time.

use mqtt5_playground::broker::Policy;
use mqtt5_playground::examine::{Finding, Options, Outcome, in_tab};
use mqtt5_playground::link::Target;

const SEED: [u8; 32] = [7; 32];

fn options() -> Options {
    Options { with_seldom: true, ..Options::new(Target::InTab, "test") }
}

fn lines(findings: &[Finding]) -> Vec<String> {
    let line = |finding: &Finding| {
        format!("{}: {} {}", finding.probe.id, finding.outcome.key(), finding.observed)
    };
    findings.iter().map(line).collect()
}

/// It speaks 5.0 only, and has no topics of its own.
const NOT_THERE: &[&str] = &["version-3-1-1", "sys-version"];

#[test]
fn the_broker_in_the_tab_conforms_in_all() {
    let findings = in_tab(options(), Policy::default(), SEED);
    let not: Vec<_> = findings
        .iter()
        .filter(|finding| finding.outcome != Outcome::Conforms)
        .filter(|finding| {
            finding.outcome != Outcome::NotOffered || !NOT_THERE.contains(&finding.probe.id)
        })
        .cloned()
        .collect();
    assert!(not.is_empty(), "{}", lines(&not).join("\n"));
    assert!(findings.len() >= 120, "{}", findings.len());
}
