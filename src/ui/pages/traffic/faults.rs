//! What is done to the packets of one connection, on a tap that allows it.

use leptos::prelude::*;

use super::line::{Line, State};
use crate::language::Strings;
use crate::mqtt::PacketType;
use crate::tap::protocol::{Command, Disturbed, From, Held, Stop, Then};
use crate::ui::components::Icon;
use crate::ui::components::controls::{Select, SmallButton, TextBox, TextKind, said};
use crate::ui::erased::erased;
use crate::ui::loading::locale::use_locale;
use crate::ui::traffic::name;

/// What can be stopped, those first that are worth it most.
const STOPPED: [PacketType; 14] = [
    PacketType::PubAck,
    PacketType::PubRec,
    PacketType::PubRel,
    PacketType::PubComp,
    PacketType::SubAck,
    PacketType::UnsubAck,
    PacketType::ConnAck,
    PacketType::PingResp,
    PacketType::Publish,
    PacketType::Connect,
    PacketType::Subscribe,
    PacketType::Unsubscribe,
    PacketType::PingReq,
    PacketType::Disconnect,
];

/// What may become of a packet, with its key in the form.
const FATES: [(Then, &str); 3] =
    [(Then::Hold, "hold"), (Then::Drop, "drop"), (Then::Repeat, "repeat")];

/// There only while the tap is there and allows it.
#[component]
pub fn FaultDesk(line: Line) -> impl IntoView {
    let is_allowed = Memo::new(move |_| {
        line.state() == State::Open
            && line.with(|traffic| traffic.feed().hello().is_some_and(|hello| hello.faults))
    });
    view! {
        <Show when=erased(move || is_allowed.get())>
            <section class="traffic__faults" aria-label=said(|s| s.fault_title())>
                <OnConnection line/>
                <Waiting line/>
            </section>
        </Show>
    }
}

/// For the one connection that is looked at.
#[component]
fn OnConnection(line: Line) -> impl IntoView {
    let locale = use_locale();
    // Its number on the tap, its name, and what is done to it.
    let one = Memo::new(move |_| {
        line.with(|traffic| {
            let lane = traffic.only().filter(|lane| lane.is_open)?;
            let number = lane.about.connection;
            let faults = traffic.feed().faults();
            let now = faults.connections.iter().find(|one| one.connection == number);
            Some((number, name(lane).to_owned(), now.cloned().unwrap_or_default()))
        })
    });
    let number = Memo::new(move |_| one.with(|one| one.as_ref().map(|one| one.0)));
    let now = Memo::new(move |_| {
        one.with(|one| one.as_ref().map(|one| one.2.clone()).unwrap_or_default())
    });
    let ask = move |command: &dyn Fn(u32) -> Command| {
        if let Some(number) = number.get_untracked() {
            line.command(&command(number));
        }
    };
    let delay = RwSignal::new("500".to_owned());
    let set_delay = move |ms: u32| ask(&|connection| Command::Delay { connection, ms });
    let packet = RwSignal::new("PUBACK".to_owned());
    let then = RwSignal::new("hold".to_owned());
    let side = RwSignal::new("broker".to_owned());
    let stop = move |()| {
        let chosen = FATES.iter().find(|(_, key)| then.with_untracked(|then| then == key));
        let then = chosen.map_or(Then::Hold, |(then, _)| *then);
        let from = match side.get_untracked().as_str() {
            "application" => From::Application,
            _ => From::Broker,
        };
        ask(&|connection| {
            let stop = Stop { from, packet: packet.get_untracked(), then };
            Command::Stop { connection, stop }
        });
    };
    let packets = Signal::derive(|| {
        STOPPED.map(|packet| (packet.name().to_owned(), packet.name().to_owned())).to_vec()
    });
    let sides = Signal::derive(move || {
        let strings = locale.strings();
        vec![
            ("broker".to_owned(), strings.fault_from_broker().to_owned()),
            ("application".to_owned(), strings.fault_from_application().to_owned()),
        ]
    });
    let fates = Signal::derive(move || {
        let strings = locale.strings();
        FATES.map(|(then, key)| (key.to_owned(), fate(then, strings).to_owned())).to_vec()
    });
    let is_paused = Memo::new(move |_| now.with(|now| now.paused));
    let pause = Signal::derive(move || {
        let strings = locale.strings();
        if is_paused.get() { strings.fault_resume() } else { strings.fault_pause() }.to_owned()
    });
    let controls = move || {
        let title = one.with(|one| one.as_ref().map(|one| one.1.clone()));
        view! {
            <div class="traffic__fault-row">
                <strong>{erased(move || locale.strings().fault_on(title.clone().unwrap_or_default()))}</strong>
                <SmallButton
                    words=said(|s| s.fault_cut())
                    icon=Some("close")
                    on_press=Callback::new(move |()| ask(&|connection| Command::Cut { connection }))
                />
                <SmallButton
                    words=pause
                    icon=Some("pause")
                    pressed=Some(is_paused.into())
                    on_press=Callback::new(move |()| {
                        let on = !is_paused.get_untracked();
                        ask(&|connection| Command::Pause { connection, on });
                    })
                />
                <span class="traffic__fault-group">
                    <TextBox
                        label=said(|s| s.fault_delay_label())
                        kind=TextKind::Number
                        value=delay
                        on_change=Callback::new(move |text| delay.set(text))
                    />
                    <SmallButton
                        words=said(|s| s.fault_delay())
                        icon=Some("clock")
                        on_press=Callback::new(move |()| {
                            set_delay(delay.get_untracked().trim().parse().unwrap_or(0))
                        })
                    />
                </span>
                <span class="traffic__fault-group">
                    <Select
                        label=Some(said(|s| s.fault_fate()))
                        options=fates
                        value=then.into()
                        on_change=Callback::new(move |key| then.set(key))
                    />
                    <Select
                        label=Some(said(|s| s.fault_packet()))
                        options=packets
                        value=packet.into()
                        on_change=Callback::new(move |key| packet.set(key))
                    />
                    <Select
                        label=Some(said(|s| s.fault_from()))
                        options=sides
                        value=side.into()
                        on_change=Callback::new(move |key| side.set(key))
                    />
                    <SmallButton
                        words=said(|s| s.fault_stop())
                        icon=Some("play")
                        on_press=Callback::new(stop)
                    />
                </span>
            </div>
            <Done now set_delay=Callback::new(set_delay) unstop=Callback::new(move |()| {
                ask(&|connection| Command::Unstop { connection })
            })/>
        }
        .into_any()
    };
    let hint = move || view! { <p class="field__hint">{said(|s| s.fault_choose())}</p> }.into_any();
    // Only another connection makes other controls.
    erased(move || if number.get().is_some() { controls() } else { hint() })
}

/// What is done at the moment, and ends of it.
#[component]
fn Done(now: Memo<Disturbed>, set_delay: Callback<u32>, unstop: Callback<()>) -> impl IntoView {
    let locale = use_locale();
    let delayed = move || {
        let delay = now.with(|now| now.delay);
        (delay > 0).then(|| {
            view! {
                <span class="traffic__fault-group">
                    <Icon name="clock" small=true/>
                    {locale.strings().fault_delayed(delay)}
                    <SmallButton
                        words=said(|s| s.fault_end())
                        on_press=Callback::new(move |()| set_delay.run(0))
                    />
                </span>
            }
        })
    };
    let stops = move || {
        let words = now.with(|now| {
            let strings = locale.strings();
            let stop = |stop: &Stop| format!("{} ({})", stop.packet, fate(stop.then, strings));
            now.stops.iter().map(stop).collect::<Vec<_>>().join(", ")
        });
        (!words.is_empty()).then(|| {
            view! {
                <span class="traffic__fault-group">
                    <Icon name="waiting" small=true/>
                    {locale.strings().fault_next(words)}
                    <SmallButton words=said(|s| s.fault_end()) on_press=unstop/>
                </span>
            }
        })
    };
    view! {
        <div class="traffic__fault-row" role="status">
            {erased(delayed)}
            {erased(stops)}
        </div>
    }
}

fn fate(then: Then, strings: &Strings) -> &'static str {
    match then {
        Then::Hold => strings.fault_hold(),
        Then::Drop => strings.fault_drop(),
        Then::Repeat => strings.fault_repeat(),
    }
}

/// Packets that wait for a decision, of all connections.
#[component]
fn Waiting(line: Line) -> impl IntoView {
    let held = Memo::new(move |_| line.with(|traffic| traffic.feed().faults().held.clone()));
    view! {
        <ul class="traffic__held" aria-label=said(|s| s.fault_held())>
            <For each=move || held.get() key=|held| held.held children=move |held| {
                view! { <OneHeld held line/> }
            }/>
        </ul>
    }
}

#[component]
fn OneHeld(held: Held, line: Line) -> impl IntoView {
    let locale = use_locale();
    let number = held.held;
    let first = held.bytes.get(..2).and_then(|byte| u8::from_str_radix(byte, 16).ok());
    let packet =
        first.and_then(|byte| PacketType::from_value(byte >> 4)).map_or("?", PacketType::name);
    let whose = move || {
        line.with(|traffic| {
            let lane = traffic.feed().lane_on_tap(held.connection);
            lane.map(|lane| name(lane).to_owned()).unwrap_or_default()
        })
    };
    let original = held.bytes.clone();
    let bytes = RwSignal::new(held.bytes);
    let pass_on = move |()| {
        let bytes = bytes.get_untracked();
        line.command(&match bytes == original {
            true => Command::Release { held: number },
            false => Command::Edit { held: number, bytes },
        });
    };
    view! {
        <li class="traffic__fault-row">
            <strong>{erased(move || locale.strings().fault_waits(packet, whose()))}</strong>
            <TextBox
                label=said(|s| s.fault_bytes())
                value=bytes
                on_change=Callback::new(move |text| bytes.set(text))
            />
            <SmallButton words=said(|s| s.fault_release()) icon=Some("play") on_press=Callback::new(pass_on)/>
            <SmallButton
                words=said(|s| s.fault_twice())
                icon=Some("plus")
                on_press=Callback::new(move |()| line.command(&Command::Repeat { held: number }))
            />
            <SmallButton
                words=said(|s| s.fault_forget())
                icon=Some("remove")
                on_press=Callback::new(move |()| line.command(&Command::Drop { held: number }))
            />
        </li>
    }
}
