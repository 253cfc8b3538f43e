//! What a run says, in the language of the page.

use std::time::Duration;

use crate::client::CommandError;
use crate::language::Strings;
use crate::measure::{Bound, Ended, Failure, Figures, Kind, Limit, Reached, Receiver, Run, limits};
use crate::mqtt::{PacketType, ReasonCode};
use crate::ui::client_panel::refusal;
use crate::ui::format::{elapsed, grouped, quoted};

/// With hundredths of a millisecond where they count.
pub fn time(time: Duration, strings: &Strings) -> String {
    let micros = time.as_micros();
    match micros {
        0..1000 => format!("{:.2} ms", micros as f64 / 1000.0),
        _ => elapsed(time, strings),
    }
}

/// A time on an axis: round, with its unit.
pub fn tick(millis: f64) -> String {
    match millis {
        _ if millis >= 1000.0 => format!("{} s", plain(millis / 1000.0)),
        _ => format!("{} ms", plain(millis)),
    }
}

/// A number without zeros that say nothing.
fn plain(value: f64) -> String {
    let text = format!("{value:.2}");
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

/// `12,346`, or `0.4` where that is needed.
pub fn rate(per_second: f64) -> String {
    match per_second {
        _ if per_second >= 100.0 => grouped(per_second.round() as u64),
        _ => plain((per_second * 10.0).round() / 10.0),
    }
}

fn percent(share: f64) -> String {
    let percent = share * 100.0;
    if percent < 10.0 { format!("{percent:.1}") } else { format!("{percent:.0}") }
}

/// What was measured: `Round trip, QoS 1, 64 B`.
pub fn title(run: &Run, strings: &Strings) -> String {
    let (qos, size) = (run.setup.qos.bits(), grouped(run.setup.size as u64));
    match run.setup.kind {
        Kind::RoundTrip { receiver: Receiver::Same, .. } => {
            strings.measure_title_round_trip(qos, size)
        }
        Kind::RoundTrip { receiver: Receiver::Second, .. } => {
            strings.measure_title_round_trip_second(qos, size)
        }
        Kind::Throughput { .. } => strings.measure_title_throughput(qos, size, run.window),
    }
}

/// The one figure of a run.
pub fn short(run: &Run, strings: &Strings) -> String {
    match (run.figures(), run.setup.is_round_trip()) {
        (Some(figures), true) => strings.measure_short_round_trip(time(figures.p50, strings)),
        (Some(_), false) => throughput(run, strings),
        (None, _) => "–".to_owned(),
    }
}

/// Answered messages a second, where any time has passed.
fn throughput(run: &Run, strings: &Strings) -> String {
    match run.took().is_zero() {
        true => "–".to_owned(),
        false => strings.measure_per_second(rate(run.rate())),
    }
}

/// Names and values of a run, one below the other.
pub fn facts(run: &Run, strings: &Strings) -> Vec<(&'static str, String)> {
    let Some(figures) = run.figures() else { return Vec::new() };
    let told = |duration| time(duration, strings);
    let mut facts = vec![(strings.measure_fact_answered(), answered(run, strings))];
    if !run.setup.is_round_trip() {
        facts.push((strings.measure_fact_rate(), throughput(run, strings)));
    }
    let Figures { least, p50, p95, p99, most, .. } = figures;
    facts.extend([
        (strings.measure_fact_least(), told(least)),
        (strings.measure_fact_p50(), told(p50)),
        (strings.measure_fact_p95(), told(p95)),
        (strings.measure_fact_p99(), told(p99)),
        (strings.measure_fact_most(), told(most)),
    ]);
    if let Some(acknowledged) = run.acknowledged().filter(|_| run.setup.is_round_trip()) {
        facts.push((strings.measure_fact_acknowledged(), told(acknowledged.p50)));
    }
    facts.push((strings.measure_fact_took(), told(run.took())));
    facts
}

fn answered(run: &Run, strings: &Strings) -> String {
    let [answered, all] = [run.answered(), run.setup.count].map(|n| grouped(n as u64));
    let mut words = strings.measure_of(all, answered);
    if run.unanswered() > 0 {
        words = format!("{words}; {}", strings.measure_unanswered(run.unanswered()));
    }
    words
}

/// Why it is not whole: a title, and what to try.
pub fn ended(run: &Run, strings: &Strings) -> Option<(String, &'static str)> {
    match &run.ended {
        Ended::Done => None,
        Ended::Stopped => {
            Some((strings.measure_stopped().to_owned(), strings.measure_stopped_try()))
        }
        Ended::Failed(failure) => Some(failed(failure, strings)),
    }
}

/// Why there is nothing to show of a run without answers: a title, and what to try.
pub fn nothing(run: &Run, strings: &Strings) -> (String, &'static str) {
    match (&run.ended, refusals(run, strings)) {
        (Ended::Failed(failure), _) => failed(failure, strings),
        (_, Some(refusals)) => (refusals, strings.measure_refused_all_try()),
        // Too few to be given up before the end.
        (Ended::Done, None) => failed(&Failure::NoAnswer, strings),
        (Ended::Stopped, None) => {
            (strings.measure_stopped().to_owned(), strings.measure_stopped_nothing())
        }
    }
}

fn failed(failure: &Failure, strings: &Strings) -> (String, &'static str) {
    let with = |words: &str, reason: &str| match reason {
        "" => words.to_owned(),
        reason => format!("{words} ({})", quoted(reason)),
    };
    match failure {
        Failure::Unreached(reason) => {
            (with(strings.measure_unreached(), reason), strings.measure_unreached_try())
        }
        Failure::NoConnAck => {
            (strings.measure_no_connack().to_owned(), strings.measure_no_connack_try())
        }
        Failure::Refused(code) => {
            let how = match code {
                ReasonCode::BadUserNameOrPassword | ReasonCode::NotAuthorized => {
                    strings.measure_refused_try()
                }
                _ => strings.measure_lost_try(),
            };
            (strings.measure_refused(code.in_words(PacketType::ConnAck)), how)
        }
        Failure::NotSubscribed(code) => {
            let code = code.in_words(PacketType::SubAck);
            (strings.measure_not_subscribed(code), strings.measure_not_subscribed_try())
        }
        Failure::CannotSend(error) => {
            // What a measurement sends can be written.
            let words = refusal::command(error, strings).unwrap_or_else(|| error.to_string());
            let words = format!("{words} {}", error.rule());
            match error {
                CommandError::MaximumQoSExceeded { .. } | CommandError::PacketTooLarge { .. } => {
                    (strings.measure_cannot_send(words), strings.measure_cannot_send_try())
                }
                _ => (strings.measure_not_sent(words), strings.measure_not_sent_try()),
            }
        }
        Failure::NoAnswer => {
            (strings.measure_no_answer().to_owned(), strings.measure_no_answer_try())
        }
        Failure::Disconnected(code) => {
            let code = code.in_words(PacketType::Disconnect);
            (strings.measure_disconnected(code), strings.measure_lost_try())
        }
        Failure::Lost(reason) => (with(strings.measure_lost(), reason), strings.measure_lost_try()),
        Failure::Violation(rule) => (strings.measure_violation(rule), strings.measure_lost_try()),
    }
}

/// Messages that the Server refused.
pub fn refusals(run: &Run, strings: &Strings) -> Option<String> {
    let code = run.refusal?.in_words(PacketType::PubAck);
    Some(match run.setup.is_round_trip() {
        true => strings.measure_refusals(code, run.refused),
        false => strings.measure_refusals_throughput(code, run.refused),
    })
}

/// One sentence of what limits it.
pub fn limit(limit: &Limit, strings: &Strings) -> String {
    let told = |duration| time(duration, strings);
    match *limit {
        Limit::Window { window, bound, alone, product, measured, reached, loaded } => {
            let sum = strings.measure_limit_window_sum(
                told(alone),
                rate(measured),
                rate(product),
                window,
            );
            let so = match reached {
                Reached::Nearly => match bound {
                    Bound::Asked => strings.measure_limit_window().to_owned(),
                    Bound::ReceiveMaximum { asked } => {
                        strings.measure_limit_receive_maximum(asked, window)
                    }
                },
                Reached::Less => strings.measure_limit_less(told(alone), told(loaded)),
                Reached::More => strings.measure_limit_more(told(alone), told(loaded)),
            };
            format!("{sum} {so}")
        }
        Limit::Pings { window } => strings.measure_limit_pings(window),
        Limit::Period { period, share } => {
            strings.measure_limit_period(told(period), percent(share))
        }
        Limit::Stragglers { count, period, median } => {
            strings.measure_limit_stragglers(told(median), count, told(period))
        }
        Limit::Ways { latency, ways } => strings.measure_limit_ways(told(latency), ways),
        Limit::TwoTrips { received, completed } => {
            strings.measure_limit_two_trips(told(completed), told(received))
        }
        Limit::Granted { asked, granted } => {
            strings.measure_limit_granted(asked.bits(), granted.bits())
        }
        Limit::Payload { payload, packet, rate: bytes } => {
            let share = percent(payload as f64 / packet as f64);
            let [payload, packet] = [payload, packet].map(|bytes| grouped(bytes as u64));
            strings.measure_limit_payload(packet, payload, rate(bytes / 1000.0), share)
        }
        Limit::Worked { each, share, is_on_paper } => match is_on_paper {
            true => strings.measure_limit_worked_tab(micros(each)),
            false if share >= 0.5 => {
                strings.measure_limit_worked_most(micros(each), percent(share))
            }
            false => strings.measure_limit_worked(micros(each), percent(share)),
        },
        Limit::Late { asked, median } => strings.measure_limit_late(told(asked), told(median)),
        Limit::Clock { step } => strings.measure_limit_clock(tick(step.as_secs_f64() * 1000.0)),
    }
}

fn micros(time: Duration) -> String {
    format!("{} µs", grouped(time.as_micros() as u64))
}

/// How the second of two runs is beside the first: a name, both values, and how many times the first it is.
pub fn compared(
    left: &Run,
    right: &Run,
    strings: &Strings,
) -> Vec<(&'static str, String, String, String)> {
    let (Some(one), Some(other)) = (left.figures(), right.figures()) else { return Vec::new() };
    let told = |duration| time(duration, strings);
    let row = |name, left: Duration, right: Duration| {
        let times = times(left.as_secs_f64(), right.as_secs_f64());
        (name, told(left), told(right), times)
    };
    let mut rows = vec![
        row(strings.measure_fact_p50(), one.p50, other.p50),
        row(strings.measure_fact_p95(), one.p95, other.p95),
        row(strings.measure_fact_p99(), one.p99, other.p99),
        row(strings.measure_fact_most(), one.most, other.most),
    ];
    // Throughput counts from there in any case.
    let is_more = left.setup.is_round_trip() || right.setup.is_round_trip();
    if let (Some(left), Some(right), true) = (left.acknowledged(), right.acknowledged(), is_more) {
        rows.push(row(strings.measure_fact_acknowledged(), left.p50, right.p50));
    }
    let rates = [left.rate(), right.rate()];
    let [left_rate, right_rate] = [left, right].map(|run| throughput(run, strings));
    rows.push((strings.measure_fact_rate(), left_rate, right_rate, times(rates[0], rates[1])));
    rows
}

fn times(left: f64, right: f64) -> String {
    if left == 0.0 { "–".to_owned() } else { format!("{} ×", plain(right / left)) }
}

/// Everything that was measured, as a text to send to someone.
pub fn text(run: &Run, strings: &Strings) -> String {
    let mut lines = vec![title(run, strings), format!("{} {}", run.broker, run.address)];
    if let Some(at) = run.at {
        lines.push(crate::formats::clock::utc(at));
    }
    lines.extend(facts(run, strings).into_iter().map(|(name, value)| format!("{name}: {value}")));
    lines.extend(ended(run, strings).map(|(title, _)| title));
    lines.extend(refusals(run, strings));
    lines.extend(limits(run).iter().map(|one| format!("- {}", limit(one, strings))));
    lines.push(String::new());
    lines.join("\n")
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::language::Language;
    use crate::measure::Setup;
    use crate::measure::made::{self, ms};
    use crate::mqtt::{QoS, ReasonCode};

    /// One after the other.
    pub fn round_trips(times: &[f64]) -> Run {
        dated(Run { granted: None, ..made::round_trips(QoS::AtLeastOnce, times) })
    }

    /// `window` at a time, each of which takes so long.
    pub fn throughput(window: u16, count: usize, each: f64) -> Run {
        dated(made::throughput(window, count, each, each))
    }

    fn dated(run: Run) -> Run {
        Run { setup: Setup { size: 64, ..run.setup }, at: Some(0), packet_size: 96, ..run }
    }

    #[test]
    fn numbers_are_as_precise_as_they_say_something() {
        let strings = Language::En.strings();
        for (micros, expect) in [(350, "0.35 ms"), (1_040, "1.0 ms"), (99_600, "100 ms")] {
            assert_eq!(time(Duration::from_micros(micros), strings), expect);
        }
        for (millis, expect) in [(0.0, "0 ms"), (2.5, "2.5 ms"), (1500.0, "1.5 s")] {
            assert_eq!(tick(millis), expect);
        }
        for (value, expect) in [(12_345.6, "12,346"), (9.87, "9.9"), (0.0, "0")] {
            assert_eq!(rate(value), expect);
        }
        assert_eq!(times(2.0, 5.0), "2.5 ×");
    }

    #[test]
    fn the_window_is_told_with_its_sum() {
        let run = throughput(20, 1000, 5.0);
        let text = text(&run, Language::En.strings());
        for piece in ["20", "5.0 ms", "4000"] {
            assert!(text.contains(piece), "{piece}: {text}");
        }
    }

    #[test]
    fn every_end_and_every_limit_is_told_in_both_languages() {
        let failures = [
            Failure::Unreached("x".into()),
            Failure::NoConnAck,
            Failure::Refused(ReasonCode::NotAuthorized),
            Failure::NotSubscribed(ReasonCode::NotAuthorized),
            Failure::CannotSend(CommandError::PacketTooLarge { size: 9, maximum: 8 }),
            Failure::CannotSend(CommandError::RetainNotAvailable),
            Failure::CannotSend(CommandError::PacketIdsExhausted),
            Failure::NoAnswer,
            Failure::Disconnected(ReasonCode::ServerBusy),
            Failure::Lost(String::new()),
            Failure::Violation("[MQTT-3.1.0-1]".into()),
        ];
        let (alone, loaded, latency) = (ms(5.0), ms(6.0), ms(0.5));
        let window = |bound, reached| Limit::Window {
            window: 20,
            bound,
            alone,
            product: 4000.0,
            measured: 3000.0,
            reached,
            loaded,
        };
        let worked = |share, is_on_paper| Limit::Worked { each: ms(0.05), share, is_on_paper };
        let all = [
            window(Bound::Asked, Reached::Nearly),
            window(Bound::ReceiveMaximum { asked: 100 }, Reached::Nearly),
            window(Bound::Asked, Reached::Less),
            window(Bound::Asked, Reached::More),
            Limit::Pings { window: 20 },
            Limit::Period { period: ms(100.0), share: 0.9 },
            Limit::Stragglers { count: 2, period: ms(100.0), median: alone },
            Limit::Ways { latency, ways: 2 },
            Limit::TwoTrips { received: alone, completed: ms(10.0) },
            Limit::Granted { asked: QoS::ExactlyOnce, granted: QoS::AtLeastOnce },
            Limit::Payload { payload: 64, packet: 96, rate: 1000.0 },
            worked(0.2, false),
            worked(0.7, false),
            worked(0.0, true),
            Limit::Late { asked: alone, median: ms(1.0) },
            Limit::Clock { step: ms(0.1) },
        ];
        let told = Language::ALL.map(|language| {
            let strings = language.strings();
            let mut told: Vec<String> = all.iter().map(|one| limit(one, strings)).collect();
            for failure in &failures {
                let run = Run { ended: Ended::Failed(failure.clone()), ..round_trips(&[5.0]) };
                told.extend(ended(&run, strings).map(|(title, _)| title));
            }
            assert_eq!(told.len(), all.len() + failures.len());
            for (at, words) in told.iter().enumerate() {
                assert!(!words.is_empty() && !told[..at].contains(words), "{words}");
            }
            told
        });
        let [one, other] = &told;
        let same: Vec<_> = one.iter().filter(|words| other.contains(words)).collect();
        assert!(same.is_empty(), "in one language only: {same:?}");
    }

    #[test]
    fn a_run_without_answers_says_why() {
        let strings = Language::En.strings();
        let run = round_trips(&[]);
        let refusal = Some(ReasonCode::NotAuthorized);
        let failed = Ended::Failed(Failure::NoAnswer);
        for (run, expect) in [
            (
                Run { refused: 2, refusal, ..run.clone() },
                "2 messages were refused: 0x87 Not authorized",
            ),
            (Run { ended: Ended::Stopped, ..run.clone() }, strings.measure_stopped()),
            (Run { ended: failed, ..run.clone() }, strings.measure_no_answer()),
        ] {
            assert_eq!(nothing(&run, strings).0, expect);
        }
    }

    #[test]
    fn two_runs_are_told_as_how_many_times() {
        let (one, other) = (round_trips(&[5.0, 5.0]), round_trips(&[10.0, 20.0]));
        let rows = compared(&one, &other, Language::En.strings());
        assert_eq!((rows[0].1.as_str(), rows[0].3.as_str()), ("5.0 ms", "2 ×"));
        assert_eq!(rows[3].3, "4 ×");
        assert!(compared(&one, &round_trips(&[]), Language::En.strings()).is_empty());
    }
}
