//! The settings of every behaviour as one table: how each is called, and how it is read and written as
//! text. Forms, saved benches and links read it.

use std::collections::BTreeMap;
use std::time::Duration;

use bytes::Bytes;
use serde_json::Value;

use crate::lab::{
    Behaviour, BehaviourKind, Correlation, Login, Order, PeriodicPublisher, Reconnect,
    ResourceService, Responder, Silence, SlowConsumer,
};
use crate::language::Strings;
use crate::mqtt::{Properties, Property, QoS, ReasonCode, check_topic_filter, check_topic_name};
use crate::ui::settings::{Control, Offer, Range, Setting, Wrong, put, put_optional, shown};

/// Its name in saved benches and ids.
pub fn key(kind: BehaviourKind) -> &'static str {
    match kind {
        BehaviourKind::Responder => "responder",
        BehaviourKind::ResourceService => "resources",
        BehaviourKind::PeriodicPublisher => "periodic",
        BehaviourKind::SlowConsumer => "slow",
        BehaviourKind::Reconnect => "reconnect",
        BehaviourKind::Login => "login",
    }
}

pub fn name(kind: BehaviourKind, strings: &Strings) -> &'static str {
    match kind {
        BehaviourKind::Responder => strings.does_responder(),
        BehaviourKind::ResourceService => strings.does_resources(),
        BehaviourKind::PeriodicPublisher => strings.does_periodic(),
        BehaviourKind::SlowConsumer => strings.does_slow(),
        BehaviourKind::Reconnect => strings.does_reconnect(),
        BehaviourKind::Login => strings.does_login(),
    }
}

/// What it does, in a sentence.
pub fn about(kind: BehaviourKind, strings: &Strings) -> &'static str {
    match kind {
        BehaviourKind::Responder => strings.does_responder_about(),
        BehaviourKind::ResourceService => strings.does_resources_about(),
        BehaviourKind::PeriodicPublisher => strings.does_periodic_about(),
        BehaviourKind::SlowConsumer => strings.does_slow_about(),
        BehaviourKind::Reconnect => strings.does_reconnect_about(),
        BehaviourKind::Login => strings.login_about(),
    }
}

/// As it stands when nobody has touched it.
pub fn default(kind: BehaviourKind) -> Behaviour {
    match kind {
        BehaviourKind::Responder => Responder::default().into(),
        BehaviourKind::ResourceService => ResourceService {
            resources: [("devices/7".to_owned(), r#"{"name":"lamp","on":true}"#.to_owned())].into(),
            ..ResourceService::default()
        }
        .into(),
        BehaviourKind::PeriodicPublisher => PeriodicPublisher::default().into(),
        BehaviourKind::SlowConsumer => SlowConsumer::default().into(),
        BehaviourKind::Reconnect => Reconnect { jitter: 25, ..Reconnect::default() }.into(),
        BehaviourKind::Login => Login::default().into(),
    }
}

pub fn settings(kind: BehaviourKind) -> &'static [Setting<Behaviour>] {
    match kind {
        BehaviourKind::Responder => RESPONDER,
        BehaviourKind::ResourceService => RESOURCES,
        BehaviourKind::PeriodicPublisher => PERIODIC,
        BehaviourKind::SlowConsumer => SLOW,
        BehaviourKind::Reconnect => RECONNECT,
        // Who logs in is nothing to be saved or shared: it has a form of its own.
        BehaviourKind::Login => &[],
    }
}

macro_rules! setting {
    ($settings:ident, $id:literal, $label:ident, $control:expr,
     |$r:ident| $read:expr, |$w:ident, $text:ident| $write:expr) => {
        Setting {
            id: $id,
            label: |strings| strings.$label(),
            section: None,
            hint: None,
            control: $control,
            read: |behaviour| behaviour.get::<$settings>().map_or_else(String::new, |$r| $read),
            write: |behaviour, $text| {
                if let Some(settings) = behaviour.get::<$settings>() {
                    let mut changed = settings.clone();
                    let $w = &mut changed;
                    $write;
                    *behaviour = changed.into();
                }
                Ok(())
            },
        }
    };
}

const RESPONDER: &[Setting<Behaviour>] = &[
    setting!(
        Responder,
        "filter",
        does_filter,
        Control::Text,
        |r| r.topic_filter.clone().unwrap_or_default(),
        |w, text| {
            if !text.is_empty() {
                check_topic_filter(text).map_err(|_| Wrong::TopicFilter)?;
            }
            w.topic_filter = given(text);
        }
    ),
    setting!(
        Responder,
        "payload",
        does_payload,
        Control::Text,
        |r| r.payload.clone(),
        |w, text| w.payload = text.to_owned()
    ),
    setting!(
        Responder,
        "content_type",
        does_content_type,
        Control::Text,
        |r| r.content_type.clone().unwrap_or_default(),
        |w, text| w.content_type = given(text)
    ),
    setting!(
        Responder,
        "pairs",
        does_pairs,
        Control::Text,
        |r| write_pairs(&r.user_properties),
        |w, text| w.user_properties = read_pairs(text)?
    ),
    setting!(
        Responder,
        "qos",
        does_qos,
        Control::Choice(ANSWER_QOS),
        |r| write_qos(r.qos),
        |w, text| { w.qos = read_qos(text)? }
    ),
    setting!(
        Responder,
        "delay",
        does_delay,
        Control::Number(SECONDS),
        |r| write_seconds(r.delay),
        |w, text| w.delay = read_seconds(text)?
    ),
    setting!(
        Responder,
        "silence",
        does_silence,
        Control::Choice(SILENCE),
        |r| write_silence(r.silence),
        |w, text| w.silence = read_silence(text)?
    ),
    setting!(
        Responder,
        "order",
        does_order,
        Control::Choice(ORDER),
        |r| match r.order {
            Order::AsTheyCome => "1".to_owned(),
            Order::Reversed(count) => count.to_string(),
        },
        |w, text| {
            w.order = match Range::whole(1, 100, "").read_whole(text)? {
                1 => Order::AsTheyCome,
                count => Order::Reversed(count),
            }
        }
    ),
    setting!(
        Responder,
        "correlation",
        does_correlation,
        Control::Choice(CORRELATION),
        |r| match &r.correlation {
            Correlation::Copied => "copied".to_owned(),
            Correlation::Foreign(_) => "foreign".to_owned(),
            Correlation::LeftOut => "none".to_owned(),
        },
        |w, text| {
            w.correlation = match text {
                "copied" => Correlation::Copied,
                "foreign" => Correlation::Foreign("somebody-else".to_owned()),
                "none" => Correlation::LeftOut,
                _ => return Err(Wrong::Choice),
            }
        }
    ),
];

const RESOURCES: &[Setting<Behaviour>] = &[
    setting!(
        ResourceService,
        "prefix",
        does_prefix,
        Control::Text,
        |r| r.prefix.clone(),
        |w, text| {
            check_topic_name(text).map_err(|_| Wrong::Topic)?;
            let slash = if text.ends_with('/') { "" } else { "/" };
            w.prefix = format!("{text}{slash}");
        }
    ),
    setting!(
        ResourceService,
        "resources",
        does_store,
        Control::Text,
        |r| write_resources(&r.resources),
        |w, text| w.resources = read_resources(text)?
    ),
    setting!(
        ResourceService,
        "qos",
        does_qos,
        Control::Choice(ANSWER_QOS),
        |r| write_qos(r.qos),
        |w, text| w.qos = read_qos(text)?
    ),
    setting!(
        ResourceService,
        "delay",
        does_delay,
        Control::Number(SECONDS),
        |r| write_seconds(r.delay),
        |w, text| w.delay = read_seconds(text)?
    ),
    setting!(
        ResourceService,
        "silence",
        does_silence,
        Control::Choice(SILENCE),
        |r| write_silence(r.silence),
        |w, text| w.silence = read_silence(text)?
    ),
];

const PERIODIC: &[Setting<Behaviour>] = &[
    setting!(
        PeriodicPublisher,
        "topic",
        does_topic,
        Control::Text,
        |r| r.publish.topic.to_string(),
        |w, text| {
            check_topic_name(text).map_err(|_| Wrong::Topic)?;
            w.publish.topic = text.into();
        }
    ),
    setting!(
        PeriodicPublisher,
        "payload",
        does_payload_n,
        Control::Text,
        |r| String::from_utf8_lossy(&r.publish.payload).into_owned(),
        |w, text| w.publish.payload = Bytes::from(text.to_owned())
    ),
    setting!(
        PeriodicPublisher,
        "qos",
        does_qos_own,
        Control::Choice(QOS),
        |r| write_qos(Some(r.publish.qos)),
        |w, text| w.publish.qos = read_qos(text)?.ok_or(Wrong::Choice)?
    ),
    setting!(
        PeriodicPublisher,
        "retain",
        does_retain,
        Control::Switch,
        |r| r.publish.retain.to_string(),
        |w, text| w.publish.retain = text == "true"
    ),
    setting!(
        PeriodicPublisher,
        "pairs",
        does_pairs,
        Control::Text,
        |r| {
            let pairs = r.publish.properties.user_properties();
            let pairs: Vec<_> = pairs.map(|(n, v)| (n.to_owned(), v.to_owned())).collect();
            write_pairs(&pairs)
        },
        |w, text| {
            let pairs = read_pairs(text)?;
            let others =
                w.publish.properties.iter().filter(|p| !matches!(p, Property::UserProperty(_)));
            let pairs = pairs.into_iter().map(|(name, value)| Property::user(name, value));
            w.publish.properties = others.cloned().chain(pairs).collect::<Properties>();
        }
    ),
    setting!(
        PeriodicPublisher,
        "interval",
        does_interval,
        Control::Number(SECONDS),
        |r| write_seconds(r.interval),
        |w, text| w.interval = read_seconds(text)?
    ),
    setting!(
        PeriodicPublisher,
        "count",
        does_count,
        Control::Number(Range::whole(1, 100_000, "").optional()),
        |r| shown(&r.count),
        |w, text| put_optional(&mut w.count, text)?
    ),
];

const SLOW: &[Setting<Behaviour>] = &[setting!(
    SlowConsumer,
    "takes",
    does_takes,
    Control::Number(SECONDS),
    |r| write_seconds(r.takes),
    |w, text| w.takes = read_seconds(text)?
)];

const RECONNECT: &[Setting<Behaviour>] = &[
    setting!(
        Reconnect,
        "first",
        does_first_wait,
        Control::Number(SECONDS),
        |r| write_seconds(r.first_wait),
        |w, text| w.first_wait = read_seconds(text)?
    ),
    setting!(
        Reconnect,
        "factor",
        does_factor,
        Control::Number(Range::whole(1, 10, "×")),
        |r| r.factor.to_string(),
        |w, text| put(&mut w.factor, text)?
    ),
    setting!(
        Reconnect,
        "longest",
        does_longest_wait,
        Control::Number(SECONDS),
        |r| write_seconds(r.longest_wait),
        |w, text| w.longest_wait = read_seconds(text)?
    ),
    setting!(
        Reconnect,
        "jitter",
        does_jitter,
        Control::Number(Range::whole(0, 100, "%")),
        |r| r.jitter.to_string(),
        |w, text| put(&mut w.jitter, text)?
    ),
    setting!(
        Reconnect,
        "tries",
        does_tries,
        Control::Number(Range::whole(0, 1000, "")),
        |r| r.tries.to_string(),
        |w, text| put(&mut w.tries, text)?
    ),
    setting!(
        Reconnect,
        "resume",
        does_resume,
        Control::Switch,
        |r| r.resume.to_string(),
        |w, text| w.resume = text == "true"
    ),
    setting!(
        Reconnect,
        "lost",
        does_retry_lost,
        Control::Switch,
        |r| r.retry_without_code.to_string(),
        |w, text| w.retry_without_code = text == "true"
    ),
    setting!(
        Reconnect,
        "codes",
        does_retry_codes,
        Control::Codes,
        |r| {
            let codes = r.retry_after.iter().map(|code| format!("{:02X}", code.value()));
            codes.collect::<Vec<_>>().join(" ")
        },
        |w, text| {
            let code = |word: &str| ReasonCode::from_value(u8::from_str_radix(word, 16).ok()?);
            let codes = text.split_whitespace().map(|word| code(word).ok_or(Wrong::Choice));
            w.retry_after = codes.collect::<Result<_, _>>()?;
        }
    ),
];

const QOS: &[Offer] = &[("0", |_| "QoS 0"), ("1", |_| "QoS 1"), ("2", |_| "QoS 2")];

const ANSWER_QOS: &[Offer] =
    &[("", |s| s.does_qos_same()), ("0", |_| "QoS 0"), ("1", |_| "QoS 1"), ("2", |_| "QoS 2")];

const SILENCE: &[Offer] = &[
    ("0", |s| s.does_silence_none()),
    ("1", |s| s.does_silence_first()),
    ("all", |s| s.does_silence_all()),
];

const ORDER: &[Offer] = &[
    ("1", |s| s.does_order_given()),
    ("2", |s| s.does_order_2()),
    ("3", |s| s.does_order_3()),
    ("5", |s| s.does_order_5()),
];

const CORRELATION: &[Offer] = &[
    ("copied", |s| s.does_correlation_copied()),
    ("foreign", |s| s.does_correlation_foreign()),
    ("none", |s| s.does_correlation_none()),
];

fn given(text: &str) -> Option<String> {
    (!text.is_empty()).then(|| text.to_owned())
}

fn write_seconds(time: Duration) -> String {
    time.as_secs_f64().to_string()
}

fn read_seconds(text: &str) -> Result<Duration, Wrong> {
    SECONDS.read_fraction(text).map(Duration::from_secs_f64)
}

fn write_qos(qos: Option<QoS>) -> String {
    qos.map(|qos| qos.bits().to_string()).unwrap_or_default()
}

fn read_qos(text: &str) -> Result<Option<QoS>, Wrong> {
    match text {
        "" => Ok(None),
        text => {
            let bits = text.parse().map_err(|_| Wrong::Choice)?;
            QoS::from_bits(bits).map(Some).ok_or(Wrong::Choice)
        }
    }
}

fn write_silence(silence: Silence) -> String {
    match silence {
        Silence::None => "0".to_owned(),
        Silence::First(count) => count.to_string(),
        Silence::All => "all".to_owned(),
    }
}

fn read_silence(text: &str) -> Result<Silence, Wrong> {
    match text {
        "all" => Ok(Silence::All),
        text => Ok(match Range::whole(0, 1000, "").read_whole(text)? {
            0 => Silence::None,
            count => Silence::First(count),
        }),
    }
}

/// `status=healthy, version=2`: neither names nor values hold a comma there.
fn write_pairs(pairs: &[(String, String)]) -> String {
    pairs.iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join(", ")
}

fn read_pairs(text: &str) -> Result<Vec<(String, String)>, Wrong> {
    let words = text.split(',').map(str::trim).filter(|pair| !pair.is_empty());
    let read = |pair: &str| {
        let (name, value) = pair.split_once('=').ok_or(Wrong::Pairs)?;
        Ok((name.trim().to_owned(), value.trim().to_owned()))
    };
    words.map(read).collect()
}

/// One JSON object with the paths as names.
fn write_resources(resources: &BTreeMap<String, String>) -> String {
    let value = |text: &String| {
        serde_json::from_str::<Value>(text).unwrap_or_else(|_| Value::String(text.clone()))
    };
    let object = resources.iter().map(|(path, text)| (path.clone(), value(text))).collect();
    Value::Object(object).to_string()
}

fn read_resources(text: &str) -> Result<BTreeMap<String, String>, Wrong> {
    if text.trim().is_empty() {
        return Ok(BTreeMap::new());
    }
    let object: serde_json::Map<String, Value> =
        serde_json::from_str(text).map_err(|_| Wrong::Json)?;
    Ok(object.into_iter().map(|(path, value)| (path, value.to_string())).collect())
}

/// An hour is longer than any patience.
const SECONDS: Range = Range::fraction(0, 3600, "s");

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_setting_reads_back_what_it_wrote() {
        for kind in BehaviourKind::ALL {
            for setting in settings(kind) {
                let mut behaviour = default(kind);
                let text = (setting.read)(&behaviour);
                let outcome = setting.set(&mut behaviour, &text);
                assert_eq!(outcome, Ok(()), "{} {}", key(kind), setting.id);
                assert_eq!(behaviour, default(kind), "{} {}", key(kind), setting.id);
                if let Control::Choice(options) = setting.control {
                    for (option, _) in options {
                        setting.set(&mut behaviour, option).expect("it is offered");
                        assert_eq!((setting.read)(&behaviour), *option, "{}", setting.id);
                    }
                }
            }
        }
    }

    #[test]
    fn wrong_texts_change_nothing_and_say_why() {
        let number = Wrong::OutOfRange { minimum: 0, maximum: 3600 };
        for (kind, id, text, expect) in [
            (BehaviourKind::Responder, "delay", "soon", number),
            (BehaviourKind::Responder, "delay", "-1", number),
            (BehaviourKind::Responder, "delay", "NaN", number),
            (BehaviourKind::Responder, "filter", "a/#/b", Wrong::TopicFilter),
            (BehaviourKind::Responder, "pairs", "a=1, b", Wrong::Pairs),
            (BehaviourKind::Responder, "qos", "3", Wrong::Choice),
            (BehaviourKind::ResourceService, "resources", "[1]", Wrong::Json),
            (BehaviourKind::PeriodicPublisher, "topic", "a/+", Wrong::Topic),
            (
                BehaviourKind::PeriodicPublisher,
                "count",
                "0",
                Wrong::OutOfRange { minimum: 1, maximum: 100_000 },
            ),
            (BehaviourKind::Reconnect, "codes", "88 zz", Wrong::Choice),
        ] {
            let setting = settings(kind).iter().find(|setting| setting.id == id).expect(id);
            let mut behaviour = default(kind);
            assert_eq!(setting.set(&mut behaviour, text), Err(expect), "{id} {text}");
            assert_eq!(behaviour, default(kind), "{id} {text}");
        }
        let mut behaviour = default(BehaviourKind::Responder);
        let pairs = RESPONDER.iter().find(|setting| setting.id == "pairs").expect("pairs");
        (pairs.write)(&mut behaviour, " status = healthy,version=2 ").expect("two pairs");
        assert_eq!((pairs.read)(&behaviour), "status=healthy, version=2");
    }
}
