//! What a client is doing by itself, in sight without opening anything.

use leptos::prelude::*;

use crate::capture::ClientSlot;
use crate::lab::{Act, Action, Automation};
use crate::language::Strings;
use crate::ui::client_panel::automation::model::{details, doing, is_stuck};
use crate::ui::client_panel::automation::settings::{key, name};
use crate::ui::components::controls::{SmallButton, said};
use crate::ui::components::until::{Clock, Until};
use crate::ui::erased::erased;
use crate::ui::loading::locale::use_locale;
use crate::ui::state::store::use_store;

/// One line for each behaviour, and what waits in the client. Nothing while there is nothing.
#[component]
pub fn AutomationStrip(client: ClientSlot) -> impl IntoView {
    let store = use_store();
    let locale = use_locale();
    Clock::provide();
    let running = Memo::new(move |_| {
        store.with_lab(|lab| {
            lab.client(client).map_or_else(Vec::new, |one| one.automations().to_vec())
        })
    });
    let waiting = Memo::new(move |_| {
        store.with_lab(|lab| {
            lab.client(client)
                .map_or((0, 0), |one| (one.client().queued(), one.client().held_back().count()))
        })
    });
    let lines = move || {
        let strings = locale.strings();
        running.with(|all| all.iter().map(|one| line(client, one, strings)).collect::<Vec<_>>())
    };
    let notes = move || {
        let strings = locale.strings();
        let (queued, held) = waiting.get();
        let queued = (queued > 0).then(|| strings.own_queued(queued));
        let held = (held > 0).then(|| strings.own_held(held));
        let note = |words| view! { <li class="automation__line">{words}</li> }.into_any();
        queued.into_iter().chain(held).map(note).collect::<Vec<_>>()
    };
    let is_empty = move || running.with(Vec::is_empty) && waiting.get() == (0, 0);
    view! {
        <Show when=erased(move || !is_empty())>
            <ul class="automation">{erased(lines)} {erased(notes)}</ul>
        </Show>
    }
}

fn line(client: ClientSlot, automation: &Automation, strings: &'static Strings) -> AnyView {
    let store = use_store();
    let kind = automation.kind();
    let stop = move |()| {
        // Stopping is always allowed.
        let _ = store.act(Act { client, action: Action::StopAutomation(kind) });
    };
    let state = is_stuck(automation).then_some("warning");
    let due = automation.next_due().map(|at| {
        view! { " · " {strings.does_next()} " " <Until at/> }
    });
    let more = details(automation, strings);
    let more = (!more.is_empty()).then(|| {
        let lines: Vec<_> = more.into_iter().map(|line| view! { <li>{line}</li> }).collect();
        view! { <ul class="automation__details">{lines}</ul> }
    });
    view! {
        <li class="automation__line" data-state=state data-automation=key(kind)>
            <strong class="automation__name">{name(kind, strings)}</strong>
            <span class="automation__doing">{doing(automation, strings)} {due}</span>
            <SmallButton words=said(|s| s.does_stop()) on_press=Callback::new(stop)/>
            {more}
        </li>
    }
    .into_any()
}
