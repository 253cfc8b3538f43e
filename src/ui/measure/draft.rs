//! What is to be measured, as the form holds it.

use std::time::Duration;

use crate::measure::{Kind, Receiver, Setup};
use crate::mqtt::QoS;
use crate::ui::settings::{Control, Range, Setting, Wrong, put};

/// Both kinds keep what was typed for them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Draft {
    pub is_throughput: bool,
    pub qos: QoS,
    pub size: u32,
    pub round_trips: u32,
    pub pause: u32,
    pub with_second: bool,
    pub messages: u32,
    pub window: u16,
}

impl Default for Draft {
    fn default() -> Draft {
        Draft {
            is_throughput: false,
            qos: QoS::AtLeastOnce,
            size: 64,
            round_trips: 100,
            pause: 0,
            with_second: false,
            messages: 2000,
            window: 20,
        }
    }
}

impl Draft {
    pub fn setup(&self) -> Setup {
        let (kind, count) = match self.is_throughput {
            true => (Kind::Throughput { window: self.window }, self.messages),
            false => {
                let pause = Duration::from_millis(self.pause.into());
                let receiver = if self.with_second { Receiver::Second } else { Receiver::Same };
                (Kind::RoundTrip { pause, receiver }, self.round_trips)
            }
        };
        Setup { kind, qos: self.qos, size: self.size as usize, count: count as usize }
    }

    /// Its settings, in the order of the form.
    pub fn settings(is_throughput: bool) -> &'static [Setting<Draft>] {
        if is_throughput { THROUGHPUT } else { ROUND_TRIP }
    }
}

const fn number(minimum: u32, maximum: u32, unit: &'static str) -> Control {
    Control::Number(Range::whole(minimum, maximum, unit))
}

const COUNT: Control = number(*Setup::COUNTS.start() as u32, *Setup::COUNTS.end() as u32, "");

const QOS: Setting<Draft> = Setting {
    id: "qos",
    label: |_| "QoS",
    section: Some("4.3"),
    hint: None,
    control: Control::Choice(&[("0", |_| "0"), ("1", |_| "1"), ("2", |_| "2")]),
    read: |d| d.qos.bits().to_string(),
    write: |d, text| {
        let bits = text.parse().map_err(|_| Wrong::Choice)?;
        d.qos = QoS::from_bits(bits).ok_or(Wrong::Choice)?;
        Ok(())
    },
};

const SIZE: Setting<Draft> = Setting {
    id: "size",
    label: |s| s.measure_size(),
    section: None,
    hint: None,
    control: number(*Setup::SIZES.start() as u32, *Setup::SIZES.end() as u32, "B"),
    read: |d| d.size.to_string(),
    write: |d, text| put(&mut d.size, text),
};

static ROUND_TRIP: &[Setting<Draft>] = &[
    QOS,
    SIZE,
    Setting {
        id: "round-trips",
        label: |s| s.measure_count(),
        section: None,
        hint: None,
        control: COUNT,
        read: |d| d.round_trips.to_string(),
        write: |d, text| put(&mut d.round_trips, text),
    },
    Setting {
        id: "pause",
        label: |s| s.measure_pause(),
        section: None,
        hint: None,
        control: number(*Setup::PAUSES.start() as u32, *Setup::PAUSES.end() as u32, "ms"),
        read: |d| d.pause.to_string(),
        write: |d, text| put(&mut d.pause, text),
    },
    Setting {
        id: "receiver",
        label: |s| s.measure_receiver(),
        section: None,
        hint: None,
        control: Control::Choice(&[
            ("same", |s| s.measure_receiver_same()),
            ("second", |s| s.measure_receiver_second()),
        ]),
        read: |d| if d.with_second { "second" } else { "same" }.to_owned(),
        write: |d, text| {
            d.with_second = text == "second";
            Ok(())
        },
    },
];

static THROUGHPUT: &[Setting<Draft>] = &[
    QOS,
    SIZE,
    Setting {
        id: "messages",
        label: |s| s.measure_count(),
        section: None,
        hint: None,
        control: COUNT,
        read: |d| d.messages.to_string(),
        write: |d, text| put(&mut d.messages, text),
    },
    Setting {
        id: "window",
        label: |s| s.measure_window(),
        section: Some("4.9"),
        hint: Some(|s| s.measure_window_hint()),
        control: number(*Setup::WINDOWS.start() as u32, *Setup::WINDOWS.end() as u32, ""),
        read: |d| d.window.to_string(),
        write: |d, text| put(&mut d.window, text),
    },
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_typed_is_what_is_measured() {
        let mut draft = Draft::default();
        for (throughput, id, text, is_taken) in [
            (false, "qos", "2", true),
            (false, "size", "3", false), // the number of the message needs four bytes
            (false, "size", "1000", true),
            (false, "round-trips", "7", true),
            (false, "pause", "10001", false),
            (false, "pause", "250", true),
            (false, "receiver", "second", true),
            (true, "messages", "0", false),
            (true, "messages", "100000", true),
            (true, "window", "65536", false),
            (true, "window", "9", true),
        ] {
            let setting = Draft::settings(throughput).iter().find(|it| it.id == id);
            let setting = setting.expect("it is in the table");
            assert_eq!(setting.set(&mut draft, text).is_ok(), is_taken, "{id} {text}");
            assert_eq!((setting.read)(&draft) == text, is_taken, "{id} {text}");
        }
        let pause = Duration::from_millis(250);
        let kind = Kind::RoundTrip { pause, receiver: Receiver::Second };
        assert_eq!(draft.setup(), Setup { kind, qos: QoS::ExactlyOnce, size: 1000, count: 7 });
        draft.is_throughput = true;
        let kind = Kind::Throughput { window: 9 };
        assert_eq!(
            draft.setup(),
            Setup { kind, qos: QoS::ExactlyOnce, size: 1000, count: 100_000 }
        );
    }
}
