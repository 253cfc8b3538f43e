//! The packets of one's own applications, live from a tap.

mod connections;
mod faults;
mod line;
mod refused;
mod seen;
mod setup;
mod task;

use leptos::ev::{SubmitEvent, hashchange};
use leptos::prelude::*;

use crate::tap::address::{NoTap, TapAddress, in_fragment};
use crate::ui::browser::forget_fragment;
use crate::ui::components::controls::{SmallButton, said};
use crate::ui::components::{Back, ClosableNotice, Icon};
use crate::ui::erased::erased;
use crate::ui::format::grouped;
use crate::ui::loading::locale::use_locale;
use connections::Connections;
use faults::FaultDesk;
use line::{Line, State};
use refused::Refused;
use seen::Seen;
use setup::Setup;

#[component]
pub fn TrafficPage() -> impl IntoView {
    let line = Line::provide();
    follow_address(line);
    let has_packets = Memo::new(move |_| line.with(|traffic| traffic.feed().hello().is_some()));
    let is_idle = Memo::new(move |_| line.state() == State::Idle);
    // Another choice of connections is another bench to look at.
    let seen = move || {
        line.track_choice();
        view! { <Seen line/> }
    };
    let content = move || match has_packets.get() {
        true => view! { <Connections line/> <FaultDesk line/> {erased(seen)} }.into_any(),
        false => view! { <Setup/> }.into_any(),
    };
    view! {
        <main id="main" class="captures traffic">
            <header class="captures__head">
                <h1 class="captures__title">{said(|s| s.page_traffic())}</h1>
                <Address line/>
                <Show when=erased(move || has_packets.get())>
                    <Controls line/>
                </Show>
                <Back/>
            </header>
            <Told line/>
            <Show when=erased(move || !is_idle.get() || has_packets.get())>
                <StateLine line/>
            </Show>
            {erased(content)}
        </main>
    }
}

/// A followed address brings the tap behind its `#`; it does not stay there, where it could be copied or kept.
fn follow_address(line: Line) {
    let take = move || {
        let hash = window().location().hash().unwrap_or_default();
        if in_fragment(&hash).is_some() {
            forget_fragment();
            line.connect(TapAddress::parse(&hash));
        }
    };
    take();
    let handle = window_event_listener(hashchange, move |_| take());
    on_cleanup(move || handle.remove());
}

/// Where the address is pasted.
#[component]
fn Address(line: Line) -> impl IntoView {
    let locale = use_locale();
    let typed = RwSignal::new(String::new());
    let go = move |event: SubmitEvent| {
        event.prevent_default();
        line.connect(TapAddress::parse(&typed.get_untracked()));
        if line.problem().is_none() {
            typed.set(String::new());
        }
    };
    let is_following = move || line.state() != State::Idle;
    let form = move || {
        view! {
            <form class="traffic__address" on:submit=go>
                <input
                    type="text"
                    class="input--bytes"
                    autocomplete="off"
                    autocapitalize="off"
                    spellcheck="false"
                    placeholder="ws://127.0.0.1:8497/…"
                    aria-label=locale.strings().traffic_address()
                    aria-invalid=erased(move || line.problem_now().is_some().then_some("true"))
                    prop:value=typed
                    on:input=move |event| typed.set(event_target_value(&event))
                />
                <button type="submit" class="button button--primary">
                    <Icon name="play"/>
                    {locale.strings().traffic_connect()}
                </button>
            </form>
        }
    };
    erased(move || (!is_following()).then(form))
}

/// Stops, goes on, forgets, leaves.
#[component]
fn Controls(line: Line) -> impl IntoView {
    let locale = use_locale();
    let is_paused = Memo::new(move |_| line.with(|traffic| traffic.is_paused()));
    let pause = Signal::derive(move || {
        let strings = locale.strings();
        if is_paused.get() { strings.traffic_go_on() } else { strings.traffic_pause() }.to_owned()
    });
    let is_idle = move || line.state() == State::Idle;
    view! {
        <SmallButton
            words=pause
            icon=Some("pause")
            pressed=Some(is_paused.into())
            on_press=Callback::new(move |()| line.pause(!is_paused.get_untracked()))
        />
        <SmallButton
            words=said(|s| s.traffic_clear())
            icon=Some("clear")
            on_press=Callback::new(move |()| line.clear())
        />
        <SmallButton
            words=said(|s| s.traffic_leave())
            icon=Some("close")
            disabled=Signal::derive(is_idle)
            on_press=Callback::new(move |()| line.leave())
        />
    }
}

/// What is wrong with a pasted address, and what the tap could not keep.
#[component]
fn Told(line: Line) -> impl IntoView {
    let locale = use_locale();
    let problem = move || {
        line.problem_now().map(|problem| {
            let strings = locale.strings();
            let words = match problem {
                NoTap::Form => strings.traffic_no_tap_form(),
                NoTap::Elsewhere => strings.traffic_no_tap_elsewhere(),
                NoTap::Token => strings.traffic_no_tap_token(),
            };
            let title = view! { <p class="notice__title">{words}</p> };
            view! {
                <ClosableNotice
                    state="error"
                    title=title.into_any()
                    on_close=Callback::new(move |()| line.forget_problem())
                />
            }
        })
    };
    let told = Memo::new(move |_| {
        line.with(|traffic| (traffic.feed().dropped(), traffic.feed().restarts()))
    });
    let events = move || {
        let (strings, (dropped, restarts)) = (locale.strings(), told.get());
        let mut words = Vec::new();
        if restarts > 0 {
            words.push(strings.traffic_restarted(restarts as usize));
        }
        if dropped > 0 {
            words.push(strings.traffic_dropped(grouped(dropped)));
        }
        (!words.is_empty()).then(|| {
            view! {
                <p class="captures__banner" role="status">
                    <Icon name="warning"/>
                    <span>{words.join(" ")}</span>
                </p>
            }
        })
    };
    view! {
        {erased(problem)}
        {erased(events)}
    }
}

/// How it stands with the tap.
#[component]
fn StateLine(line: Line) -> impl IntoView {
    let locale = use_locale();
    let words = Memo::new(move |_| {
        let strings = locale.strings();
        let address = line.address().unwrap_or_default();
        let (icon, kind, words) = match line.state() {
            State::Idle => ("info", "idle", strings.traffic_left().to_owned()),
            State::Connecting => ("waiting", "connecting", strings.traffic_connecting(&address)),
            State::Open => {
                let to = line.with(|traffic| traffic.feed().hello().map(|hello| hello.to.clone()));
                let words = strings.traffic_open(&address, to.unwrap_or_default());
                let words = match line.with(|traffic| traffic.waiting()) {
                    0 => words,
                    waiting => format!("{words} {}", strings.traffic_waiting(waiting)),
                };
                ("met", "open", words)
            }
            State::Lost { .. } => ("warning", "lost", strings.traffic_lost(&address)),
        };
        (icon, kind, words)
    });
    let has_never_opened =
        Memo::new(move |_| matches!(line.state(), State::Lost { was_open: false }));
    view! {
        <p class="traffic__state" role="status" data-state=erased(move || words.get().1)>
            <Icon name=Signal::derive(move || words.get().0) small=true/>
            <span>{erased(move || words.get().2)}</span>
        </p>
        <Show when=erased(move || has_never_opened.get())>
            <Refused/>
        </Show>
    }
}
