//! The panel itself: beside the page where there is room, above it otherwise.

use leptos::ev::KeyboardEvent;
use leptos::html;
use leptos::prelude::*;
use wasm_bindgen::JsCast;

use super::lines_tab::LinesTab;
use super::log_tab::LogTab;
use super::policy_tab::PolicyTab;
use super::state_tab::StateTab;
use super::time_bar::TimeBar;
use crate::link::Target;
use crate::ui::broker_choice;
use crate::ui::broker_view::model::broken_lines;
use crate::ui::broker_view::settings::{GROUPS, lists_in_use};
use crate::ui::components::Icon;
use crate::ui::components::until::Clock;
use crate::ui::erased::erased;
use crate::ui::loading::locale::use_locale;
use crate::ui::state::broker_panel::{Tab, use_broker_panel};
use crate::ui::state::store::use_store;

/// What [`BrokerView`](super::BrokerView) shows while it is open.
#[component]
pub fn Panel() -> impl IntoView {
    let panel = use_broker_panel();
    let store = use_store();
    let locale = use_locale();
    Clock::provide();
    // What differs from an untouched broker shows at its tab, also while another one is open.
    let changed = Memo::new(move |_| {
        store.with_lab(|lab| {
            let policy = lab.in_tab().broker().policy();
            GROUPS.iter().map(|group| group.changed(policy)).sum::<usize>() + lists_in_use(policy)
        })
    });
    let broken = Memo::new(move |_| store.with_lab(broken_lines));
    let mark = move |tab| match tab {
        Tab::Policy => changed.get(),
        Tab::Lines => broken.get(),
        Tab::State | Tab::Log => 0,
    };
    let tabs = Tab::ALL.map(|tab| {
        view! {
            <button
                type="button"
                class="segmented__option"
                aria-pressed=erased(move || (panel.tab.get() == tab).to_string())
                on:click=move |_| panel.tab.set(tab)
            >
                {erased(move || tab.name(locale.strings()))}
                {erased(move || (mark(tab) > 0).then(|| view! { <span class="badge">{mark(tab)}</span> }))}
            </button>
        }
    });
    let close = move || {
        panel.set_open(false);
        focus_opener();
    };
    let close_by_key = move |event: KeyboardEvent| {
        if event.key() == "Escape" && !event.default_prevented() {
            event.prevent_default();
            close();
        }
    };
    let heading = NodeRef::<html::H2>::new();
    // Whoever opened it finds it with the keyboard.
    Effect::new(move || {
        if let Some(heading) = heading.get() {
            let _ = heading.focus();
        }
    });
    view! {
        <aside
            class="broker-view"
            id="inside"
            aria-label=erased(move || locale.strings().inside())
            on:keydown=close_by_key
        >
            <header class="broker-view__head">
                <div class="broker-view__title">
                    <h2 tabindex="-1" node_ref=heading>{erased(move || locale.strings().inside())}</h2>
                    <button
                        type="button"
                        class="button button--quiet button--icon"
                        aria-label=erased(move || locale.strings().close())
                        title=erased(move || locale.strings().close())
                        on:click=move |_| close()
                    >
                        <Icon name="close"/>
                    </button>
                </div>
                <p class="broker-view__note">{erased(move || locale.strings().inside_note())}</p>
                <Elsewhere/>
                <TimeBar/>
                <div
                    class="segmented broker-view__tabs"
                    role="group"
                    aria-label=erased(move || locale.strings().inside_tabs())
                >
                    {tabs}
                </div>
            </header>
            <div class="broker-view__body">
                {erased(move || match panel.tab.get() {
                    Tab::State => view! { <StateTab/> }.into_any(),
                    Tab::Log => view! { <LogTab/> }.into_any(),
                    Tab::Policy => view! { <PolicyTab/> }.into_any(),
                    Tab::Lines => view! { <LinesTab/> }.into_any(),
                })}
            </div>
        </aside>
    }
}

/// Puts the focus back to where the panel is opened from, as far as that can be seen.
fn focus_opener() {
    for selector in ["[aria-controls=inside]", "[popovertarget=broker]"] {
        let found = document().query_selector(selector).ok().flatten();
        let opener = found.and_then(|found| found.dyn_into::<web_sys::HtmlElement>().ok());
        if let Some(opener) = opener.filter(|opener| opener.offset_parent().is_some()) {
            let _ = opener.focus();
            return;
        }
    }
}

/// Says so where the next connection goes to another broker.
#[component]
fn Elsewhere() -> impl IntoView {
    let store = use_store();
    let locale = use_locale();
    move || {
        let target = store.target();
        (target != Target::InTab).then(|| {
            let strings = locale.strings();
            let name = broker_choice::name(&target, strings);
            view! {
                <div class="notice" data-state="info">
                    <Icon name="info"/>
                    <p class="broker-view__elsewhere">{strings.inside_elsewhere(name)}</p>
                    <div class="notice__body">
                        <button
                            type="button"
                            class="button button--small"
                            on:click=move |_| store.set_target(Target::InTab)
                        >
                            {strings.inside_use_it()}
                        </button>
                    </div>
                </div>
            }
        })
    }
}
