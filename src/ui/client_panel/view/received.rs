//! The messages that reached a client, newest first.

use leptos::html::Ol;
use leptos::prelude::*;

use super::message::MessageItem;
use crate::capture::ClientSlot;
use crate::lab::{BenchClient, Message};
use crate::ui::browser::focus_within;
use crate::ui::components::Icon;
use crate::ui::erased::erased;
use crate::ui::forms::BytesForm;
use crate::ui::loading::locale::use_locale;
use crate::ui::state::arrivals::Arrivals;
use crate::ui::state::calm::use_calm;
use crate::ui::state::store::use_store;

/// How many are shown at first, which is more than is in sight, and how many when asked for; the wire has the rest.
const AT_FIRST: usize = 12;
const SHOWN: usize = 50;

/// Nothing until the first message.
#[component]
pub fn Received(client: ClientSlot) -> impl IntoView {
    let store = use_store();
    let locale = use_locale();
    let count = message_count(client);
    let turn = use_calm(count, |count| *count);
    let most = RwSignal::new(AT_FIRST);
    Effect::new(move || {
        if count.get() == 0 {
            most.set(AT_FIRST);
        }
    });
    let list = NodeRef::<Ol>::new();
    let show_more = move |_| {
        most.set(SHOWN);
        // The button goes; the first of those that it has brought takes the focus.
        request_animation_frame(move || {
            let next = list.get_untracked().and_then(|list| list.children().item(AT_FIRST as u32));
            if let Some(next) = next {
                focus_within(&next, "button");
            }
        });
    };
    let arrivals = Arrivals::after(count.get_untracked());
    let messages = move || -> Vec<(u64, Message)> {
        turn.track();
        let most = most.get();
        store.peek(|lab| {
            let Some(client) = lab.client(client) else { return Vec::new() };
            // More may have come by now than it was time for.
            let count = count_of(client);
            arrivals.draw(count);
            let newest = client.messages().iter().rev().take(most).cloned();
            (0..count).rev().zip(newest).collect()
        })
    };
    let wanted = RwSignal::new(None::<BytesForm>);
    let more = move || (count.get().min(SHOWN as u64)).saturating_sub(most.get() as u64);
    let older = move || count.get().saturating_sub(SHOWN as u64);
    view! {
        <Show when=erased(move || { count.get() > 0 })>
            <section class="received" id=received_id(client)>
                <h4 class="received__head">
                    {erased(move || locale.strings().panel_received())}
                    <span class="badge">{erased(move || count.get())}</span>
                    <FormSwitch wanted/>
                </h4>
                <ol class="received__list" node_ref=list>
                    <For each=messages key=|(_, message)| message.record let((number, message))>
                        <MessageItem message wanted is_new=arrivals.is_new(number)/>
                    </For>
                    <Show when=erased(move || { more() > 0 })>
                        <li class="message">
                            <button
                                type="button"
                                class="button button--quiet button--small"
                                on:click=show_more
                            >
                                {erased(move || locale.strings().panel_received_more(more()))}
                            </button>
                        </li>
                    </Show>
                    <Show when=erased(move || { more() == 0 && older() > 0 })>
                        <li class="message field__hint">
                            {erased(move || locale.strings().panel_received_older(older()))}
                        </li>
                    </Show>
                </ol>
            </section>
        </Show>
    }
}

/// How many messages arrived, at the panel's head; leads to them.
#[component]
pub fn ReceivedCount(client: ClientSlot) -> impl IntoView {
    let locale = use_locale();
    let count = message_count(client);
    let label = move || locale.strings().panel_received_show(count.get());
    let show = move |_| {
        if let Some(section) = document().get_element_by_id(&received_id(client)) {
            section.scroll_into_view();
        }
    };
    view! {
        <Show when=erased(move || { count.get() > 0 })>
            <button
                type="button"
                class="button button--quiet button--small"
                aria-label=erased(label)
                title=erased(label)
                on:click=show
            >
                <Icon name="publish"/>
                <span class="badge">{erased(move || count.get())}</span>
            </button>
        </Show>
    }
}

/// All that arrived since the bench was set up, also what is no longer kept.
pub fn message_count(client: ClientSlot) -> Memo<u64> {
    let store = use_store();
    Memo::new(move |_| store.with_lab(|lab| lab.client(client).map_or(0, count_of)))
}

fn count_of(client: &BenchClient) -> u64 {
    client.messages().len() as u64 + client.messages_dropped()
}

fn received_id(client: ClientSlot) -> String {
    format!("client-{}-received", client.letter().to_ascii_lowercase())
}

/// How payloads are shown; none pressed leaves it to each payload.
#[component]
fn FormSwitch(wanted: RwSignal<Option<BytesForm>>) -> impl IntoView {
    let locale = use_locale();
    let word = move |option: Option<BytesForm>| match option {
        None => locale.strings().panel_payload_auto(),
        Some(BytesForm::Text) => locale.strings().form_as_text(),
        Some(BytesForm::Json) => "JSON",
        Some(BytesForm::Hex) => locale.strings().form_as_hex(),
    };
    let options = [None, Some(BytesForm::Text), Some(BytesForm::Json), Some(BytesForm::Hex)];
    let buttons = options.map(|option| {
        view! {
            <button
                type="button"
                class="segmented__option"
                aria-pressed=erased(move || (wanted.get() == option).to_string())
                on:click=move |_| wanted.set(option)
            >
                {erased(move || word(option))}
            </button>
        }
    });
    view! {
        <span class="button-row__end">
            <span
                class="segmented segmented--small"
                role="group"
                aria-label=erased(move || locale.strings().panel_payload_as())
            >
                {buttons.collect_view()}
            </span>
        </span>
    }
}
