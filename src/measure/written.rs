//! A run as JSON, for other programs.

use std::time::Duration;

use serde::Serialize;

use super::run::{Ended, Figures, Run};
use super::setup::{Kind, Receiver};

const FORMAT: &str = "mqtt5-playground-measurement";
const VERSION: u32 = 1;

/// Times are in milliseconds.
#[derive(Serialize)]
struct Written<'a> {
    format: &'static str,
    version: u32,
    broker: &'a str,
    address: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    began_micros_since_1970: Option<u64>,
    measured: &'static str,
    qos: u8,
    payload_bytes: usize,
    packet_bytes: usize,
    messages: usize,
    #[serde(skip_serializing_if = "Option::is_none")]
    pause: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    clients: Option<u8>,
    #[serde(skip_serializing_if = "Option::is_none")]
    window: Option<u16>,
    #[serde(skip_serializing_if = "Option::is_none")]
    receive_maximum: Option<u16>,
    #[serde(skip_serializing_if = "Option::is_none")]
    latency_in_the_tab: Option<f64>,
    ended: &'static str,
    answered: usize,
    unanswered: usize,
    refused: usize,
    took: f64,
    per_second: f64,
    program_worked: f64,
    #[serde(skip_serializing_if = "Option::is_none")]
    times: Option<WrittenFigures>,
    #[serde(skip_serializing_if = "Option::is_none")]
    acknowledgements: Option<WrittenFigures>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    alone: Vec<f64>,
    samples: Vec<WrittenSample>,
}

#[derive(Serialize)]
struct WrittenFigures {
    least: f64,
    p50: f64,
    p95: f64,
    p99: f64,
    most: f64,
}

#[derive(Serialize)]
struct WrittenSample {
    sent: f64,
    #[serde(skip_serializing_if = "Option::is_none")]
    delivered: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    received: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    acknowledged: Option<f64>,
}

fn millis(time: Duration) -> f64 {
    time.as_micros() as f64 / 1000.0
}

fn figures(figures: Figures) -> WrittenFigures {
    let Figures { least, p50, p95, p99, most, .. } = figures;
    let [least, p50, p95, p99, most] = [least, p50, p95, p99, most].map(millis);
    WrittenFigures { least, p50, p95, p99, most }
}

impl Run {
    /// With every sample.
    pub fn to_json(&self) -> String {
        let (measured, pause, clients, window) = match self.setup.kind {
            Kind::RoundTrip { pause, receiver } => {
                let clients = if receiver == Receiver::Same { 1 } else { 2 };
                ("round-trip", Some(millis(pause)), Some(clients), None)
            }
            Kind::Throughput { .. } => ("throughput", None, None, Some(self.window)),
        };
        let samples = self.samples.iter().map(|sample| WrittenSample {
            sent: millis(sample.sent),
            delivered: sample.delivered.map(millis),
            received: sample.received.map(millis),
            acknowledged: sample.acknowledged.map(millis),
        });
        let written = Written {
            format: FORMAT,
            version: VERSION,
            broker: &self.broker,
            address: &self.address,
            began_micros_since_1970: self.at,
            measured,
            qos: self.setup.qos.bits(),
            payload_bytes: self.setup.size,
            packet_bytes: self.packet_size,
            messages: self.setup.count,
            pause,
            clients,
            window,
            receive_maximum: self.receive_maximum,
            latency_in_the_tab: self.latency.map(millis),
            ended: match self.ended {
                Ended::Done => "done",
                Ended::Stopped => "stopped",
                Ended::Failed(_) => "failed",
            },
            answered: self.answered(),
            unanswered: self.unanswered(),
            refused: self.refused,
            took: millis(self.took()),
            per_second: (self.rate() * 10.0).round() / 10.0,
            program_worked: millis(self.worked),
            times: self.figures().map(figures),
            acknowledgements: self
                .acknowledged()
                .filter(|_| self.setup.is_round_trip())
                .map(figures),
            alone: self.alone.iter().copied().map(millis).collect(),
            samples: samples.collect(),
        };
        serde_json::to_string_pretty(&written).expect("plain numbers and texts can be written")
    }
}

#[cfg(test)]
mod tests {
    use super::super::run::tests::{round_trips, throughput};
    use crate::mqtt::QoS;

    #[test]
    fn every_sample_is_written() {
        let mut run = round_trips(QoS::AtMostOnce, &[1.0, 2.5]);
        run.samples[0].delivered = None;
        let json: serde_json::Value = serde_json::from_str(&run.to_json()).expect("it is JSON");
        assert_eq!(json["samples"][0], serde_json::json!({ "sent": 0.0 }));
        assert_eq!(json["samples"][1], serde_json::json!({ "sent": 1.0, "delivered": 2.5 }));
        assert_eq!((&json["unanswered"], &json["times"]["p99"]), (&1.into(), &2.5.into()));
        assert_eq!((&json["window"], &json["pause"]), (&serde_json::Value::Null, &0.0.into()));

        let json = throughput(20, 1000, 5.0, 5.0).to_json();
        let json: serde_json::Value = serde_json::from_str(&json).expect("it is JSON");
        assert_eq!((&json["window"], &json["per_second"]), (&20.into(), &4000.0.into()));
    }
}
