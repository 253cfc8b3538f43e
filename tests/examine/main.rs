//! Brokers examined from outside: the one in the tab, and one that breaks a rule at a time.

mod shims;
mod wrong;

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::sync::LazyLock;

use bytes::Bytes;
use mqtt5_playground::broker::Policy;
use mqtt5_playground::examine::{
    Between, Chapter, Entry, Finding, InTabRun, Options, Outcome, Probe, Report, UNREACHED,
    compare, in_tab, in_tab_through, probe, probes,
};
use mqtt5_playground::link::{LinkEvent, Target};
use mqtt5_playground::mqtt::{ConnectionId, ErrorKind, PacketType, ReasonCode, Sender, decode};

const SEED: [u8; 32] = [7; 32];

fn options() -> Options {
    Options { with_seldom: true, ..Options::new(Target::InTab, TOKEN) }
}

/// In every name that an examination here uses.
const TOKEN: &str = "test";

/// What is found where nothing is broken.
static PLAIN: LazyLock<Vec<Finding>> = LazyLock::new(|| in_tab(options(), Policy::default(), SEED));

fn line(finding: &Finding) -> String {
    format!("{}: {} {}", finding.probe.id, finding.outcome.key(), finding.observed)
}

/// It speaks 5.0 only, and has no topics of its own.
const NOT_THERE: &[&str] = &["version-3-1-1", "sys-version"];

#[test]
fn the_broker_in_the_tab_conforms_in_all() {
    let findings = &*PLAIN;
    let is_right = |finding: &&Finding| match finding.outcome {
        Outcome::Conforms => true,
        Outcome::NotOffered => NOT_THERE.contains(&finding.probe.id),
        Outcome::Deviates | Outcome::NotExamined => false,
    };
    let not: Vec<_> = findings.iter().filter(|finding| !is_right(finding)).map(line).collect();
    assert!(not.is_empty(), "{}", not.join("\n"));
    assert!(findings.len() >= 120, "{}", findings.len());
    let shown = findings.iter().filter(|finding| finding.evidence.is_empty()).map(line);
    assert_eq!(shown.collect::<Vec<_>>(), [""; 0], "each is shown with packets");
}

/// `docs/examined/in-tab.md`. With `UPDATE_DOCS=1` it is written anew.
#[test]
fn the_report_of_the_broker_in_the_tab_is_up_to_date() {
    let name = "The broker in the tab".to_owned();
    let text = Report::new(name, "tab".into(), None, PLAIN.clone()).to_markdown(0);
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/examined/in-tab.md");
    if std::env::var_os("UPDATE_DOCS").is_some() {
        fs::write(&path, &text).expect("the report can be written");
    }
    let written = fs::read_to_string(&path).unwrap_or_default();
    assert!(written == text, "docs/examined/in-tab.md is out of date: run this with UPDATE_DOCS=1");
}

/// The table of `docs/examined.md` says what the reports do.
#[test]
fn the_table_of_reports_counts_as_the_reports_do() {
    let docs = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs");
    let table = fs::read_to_string(docs.join("examined.md")).expect("it can be read");
    let mut reports = 0;
    for row in table.lines().filter(|row| row.contains("](examined/")) {
        let cells: Vec<_> = row.split('|').map(str::trim).collect();
        let [_, _, conforms, deviates, not_offered, not_examined, link, _] = cells[..] else {
            panic!("not six cells: {row}");
        };
        let file = link.split(['(', ')']).nth(1).expect("a link has an address");
        let report = fs::read_to_string(docs.join(file)).unwrap_or_else(|e| panic!("{file}: {e}"));
        let counts = format!(
            "{deviates} deviates · {not_offered} not offered · {not_examined} not examined · {conforms} conforms"
        );
        assert!(report.lines().any(|line| line == counts), "{file} is not: {counts}");
        reports += 1;
    }
    assert_eq!(reports, 5);
}

/// What no probe asks, although a server is bound by it, and why.
const NOT_SEEN: &[(&str, &str)] = &[
    ("[MQTT-3.1.2-18]", "how clients write CONNECT"),
    ("[MQTT-3.1.3-1]", "how clients write CONNECT"),
    ("[MQTT-3.1.3-3]", "how clients write CONNECT"),
    ("[MQTT-3.15.2-2]", "AUTH comes only to a client that logs in with a method"),
    ("[MQTT-3.15.2-3]", "AUTH comes only to a client that logs in with a method"),
    ("[MQTT-4.12.1-2]", "to authenticate again, one has to log in with a method"),
    ("[MQTT-6.0.0-1]", "the links of the page and of the command line send binary frames only"),
    ("[MQTT-6.0.0-4]", "a browser refuses the connection before a packet passes"),
];

#[test]
fn every_statement_that_a_server_is_seen_to_keep_is_asked() {
    let asked: BTreeSet<&str> = probes().flat_map(|probe| probe.cites).copied().collect();
    let not_seen: BTreeSet<&str> = NOT_SEEN.iter().map(|(id, _)| *id).collect();
    let binding = include_str!("../../docs/normative.tsv").lines().skip(1).filter_map(|row| {
        let (id, rest) = row.split_once('\t')?;
        (!rest.starts_with("client\t")).then_some(id)
    });
    let without: BTreeSet<&str> = binding.filter(|id| !asked.contains(id)).collect();
    assert_eq!(without, not_seen);
}

/// A network that no connection gets through.
struct Nobody;

impl Between for Nobody {
    fn to_client(
        &mut self,
        connection: ConnectionId,
        event: LinkEvent,
    ) -> Vec<(ConnectionId, LinkEvent)> {
        match event {
            LinkEvent::Opened => {
                vec![(connection, LinkEvent::Closed { code: None, reason: String::new() })]
            }
            _ => Vec::new(),
        }
    }
}

#[test]
fn nothing_is_said_of_a_broker_that_cannot_be_reached() {
    // All of them, and all without the one that the others wait for.
    for first in [0, 1] {
        let only = probes().skip(first).map(|probe| probe.id).collect();
        let options = Options { only, ..options() };
        let findings = in_tab_through(options, Policy::default(), SEED, &mut Nobody);
        assert_eq!(findings.len(), probes().count() - first);
        let said = findings.iter().filter(|finding| {
            (finding.outcome, finding.observed.as_str()) != (Outcome::NotExamined, UNREACHED)
        });
        assert_eq!(said.map(line).collect::<Vec<_>>(), [""; 0]);
    }
}

/// What a broker announces holds in the place of what was asked for.
#[test]
fn another_keep_alive_is_not_held_against_the_broker() {
    let policy = Policy { server_keep_alive: Some(60), ..Policy::default() };
    let options = Options { only: vec!["keep-alive", "will-after-silence"], ..options() };
    for finding in in_tab(options, policy, SEED) {
        assert_eq!(
            (finding.outcome, finding.observed.as_str()),
            (Outcome::NotExamined, "Server Keep Alive 60"),
            "{}",
            finding.probe.id
        );
    }
}

/// A Server may grant less than was asked for (§3.8.4), and never more.
#[test]
fn a_lower_qos_may_be_granted() {
    use ReasonCode::{GrantedQoS1, GrantedQoS2, Success};
    for (codes, expect) in [
        ([Success, GrantedQoS1, GrantedQoS1], Outcome::Conforms),
        ([Success, Success, GrantedQoS2], Outcome::Conforms),
        ([Success, GrantedQoS2, GrantedQoS1], Outcome::Deviates),
        ([Success, GrantedQoS1, ReasonCode::UnspecifiedError], Outcome::Deviates),
    ] {
        let number = probes().position(|probe| probe.id == "suback-codes").expect("it exists");
        let options = Options { only: vec!["suback-codes"], ..options() };
        let mut between =
            wrong::Wrong::new(number, false, shims::codes(PacketType::SubAck, codes.to_vec()));
        let findings = in_tab_through(options, Policy::default(), SEED, &mut between);
        assert_eq!(findings[0].outcome, expect, "{codes:?}");
    }
}

#[test]
fn probes_leave_nothing_behind() {
    let options =
        Options { only: vec!["will-retain-1", "retained-wildcard", "queued-qos-1"], ..options() };
    let mut run = InTabRun::new(options, Policy::default(), SEED);
    while run.step_plainly() {}
    let snapshot = run.broker().snapshot();
    assert_eq!(snapshot.retained.len(), 0);
    assert_eq!(snapshot.sessions.len(), 0);
}

#[test]
fn a_second_run_finds_the_same() {
    let again = Options::new(Target::InTab, "other");
    let first = in_tab(Options::new(Target::InTab, TOKEN), Policy::default(), SEED);
    let second = in_tab(again, Policy::default(), [8; 32]);
    let lines = |findings: &[Finding]| findings.iter().map(line).collect::<Vec<_>>();
    assert_eq!(lines(&first), lines(&second));
}

#[test]
fn probes_have_ids_of_their_own_and_words_in_both_languages() {
    let mut ids = BTreeSet::new();
    for probe in probes() {
        assert!(ids.insert(probe.id), "{} twice", probe.id);
        assert!(
            probe
                .id
                .bytes()
                .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-' || b == b'x')
        );
        assert!(!probe.cites.is_empty(), "{}", probe.id);
        for text in probe.title.iter().chain(&probe.matters) {
            assert!(!text.is_empty(), "{}", probe.id);
        }
        assert_ne!(probe.title[0], probe.title[1], "{}", probe.id);
        assert!((1..=4).contains(&probe.clients()), "{}", probe.id);
    }
    for chapter in Chapter::ALL {
        assert!(probes().any(|probe| probe.chapter == chapter), "{chapter:?}");
    }
}

/// Without the first nothing else is asked; clients of the others have no name by which they could be told from
/// those of another probe.
const ALONE: &[&str] =
    &["speaks-5", "client-id-assigned", "client-ids-assigned-differ", "before-connect"];

/// Each is a rule broken toward the clients of one probe: that one notices, and none other of its chapter.
#[test]
fn a_broken_rule_is_caught_by_the_probe_that_is_meant_for_it() {
    let of = |findings: &[Finding], id: &str| {
        let finding = findings.iter().find(|finding| finding.probe.id == id);
        finding.map(|finding| (finding.outcome, finding.observed.clone()))
    };
    let mut wrong = Vec::new();
    for (number, asked) in probes().enumerate() {
        let is_alone = ALONE.contains(&asked.id);
        let is_neighbour = |other: &&Probe| {
            let is_in_sight = other.chapter == asked.chapter && !other.is_seldom() && !is_alone;
            other.id == asked.id || is_in_sight
        };
        let only: Vec<&'static str> = probes().filter(is_neighbour).map(|probe| probe.id).collect();
        let options = Options { only: only.clone(), ..options() };
        let mut between = wrong::Wrong::new(number, is_alone, shims::of(asked));
        let findings = in_tab_through(options, Policy::default(), SEED, &mut between);
        let caught: Vec<_> =
            only.into_iter().filter(|id| of(&PLAIN, id) != of(&findings, id)).collect();
        if caught != [asked.id] {
            wrong.push(format!(
                "{}: caught by {caught:?}, {:?}",
                asked.id,
                of(&findings, asked.id)
            ));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// How the broken packet that a probe sends cannot be read. Where in the packet depends on names.
fn kind_of(finding: &Finding) -> Option<ErrorKind> {
    let records = finding.capture.records();
    records.filter(|record| record.sender() == Some(Sender::Client)).find_map(|r| kind(r.bytes()))
}

fn kind(bytes: &[u8]) -> Option<ErrorKind> {
    let error = decode(&Bytes::copy_from_slice(bytes), Some(Sender::Client)).err();
    error.map(|error| error.kind)
}

/// A broker that lets one kind of malformed packet pass, whoever sends it: the probes that send such a packet notice,
/// and none other.
#[test]
fn a_malformed_packet_that_passes_is_noticed_by_those_that_send_it() {
    // Those that ask whether it passes.
    let matters = probe("second-connect").expect("it exists").matters;
    let kinds: Vec<_> = PLAIN
        .iter()
        .filter(|finding| finding.probe.matters == matters)
        .filter_map(|finding| Some((finding.probe.id, kind_of(finding)?)))
        .collect();
    let only: Vec<&'static str> = kinds.iter().map(|(id, _)| *id).collect();
    let mut by_one = 0;
    for (asked, broken) in kinds.iter().copied() {
        let shim = shims::blind(move |bytes| kind(bytes) == Some(broken));
        // What passes for a CONNECT has one name for all.
        let options = Options { only: only.clone(), at_once: 1, ..options() };
        let mut between = wrong::Wrong::toward_everyone(shim);
        let findings = in_tab_through(options, Policy::default(), SEED, &mut between);
        let deviating = findings.iter().filter(|finding| finding.outcome == Outcome::Deviates);
        let caught: Vec<_> = deviating.map(|finding| finding.probe.id).collect();
        let send_it: Vec<_> =
            kinds.iter().filter(|(_, other)| *other == broken).map(|(id, _)| *id).collect();
        assert_eq!(caught, send_it, "{asked}: {broken:?}");
        by_one += usize::from(caught.len() == 1);
    }
    assert!(kinds.len() >= 70, "{} are asked", kinds.len());
    assert!(by_one >= 50, "only {by_one} are of a kind of their own");
}

#[test]
fn a_report_is_read_as_it_was_written() {
    let options = Options { only: vec!["ping", "takeover-code", "type-0"], ..options() };
    let findings = in_tab(options, Policy::default(), SEED);
    let report = Report::new("broker | 1".into(), "tab".into(), Some(1_000_000), findings);
    let read = Report::from_json(&report.to_json()).expect("it was written so");
    assert_eq!((read.broker.as_str(), read.at), ("broker | 1", Some(1_000_000)));
    let lines = |report: &Report| {
        let line = |entry: &Entry| {
            let packets = entry.capture.as_ref().map(|capture| {
                entry
                    .evidence
                    .iter()
                    .filter_map(|id| capture.get(*id))
                    .map(|r| r.bytes().to_vec())
                    .collect::<Vec<_>>()
            });
            (entry.id.clone(), entry.outcome, entry.observed.clone(), packets)
        };
        report.entries.iter().map(line).collect::<Vec<_>>()
    };
    assert_eq!(lines(&read), lines(&report));
    assert!(compare(&read, &report).rows.iter().all(|row| !row.differs()));
    let short = Report::from_json(&report.to_short_json()).expect("it was written so");
    assert!(short.entries.iter().all(|entry| entry.capture.is_none()));
    for (text, is_one) in [("", false), ("{}", false), (report.to_json().as_str(), true)] {
        assert_eq!(Report::from_json(text).is_ok(), is_one, "{text:.20}");
    }
    let later = report.to_json().replace("\"version\":1", "\"version\":9");
    assert!(Report::from_json(&later).is_err(), "a later version may mean something else");
    for language in [0, 1] {
        let markdown = report.to_markdown(language);
        let title = probe("type-0").expect("it exists").title[language];
        assert!(markdown.contains(title), "{markdown}");
    }
}
