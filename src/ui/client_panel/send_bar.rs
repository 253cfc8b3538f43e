//! The foot of a panel: what sending does, what was sent last, and the button.

use leptos::prelude::*;

use super::model::{Exchange, Lamp};
use super::panel_forms::PanelForms;
use crate::capture::{ClientSlot, RecordId};
use crate::mqtt::PacketType;
use crate::ui::components::{Evidence, Icon};
use crate::ui::forms::FormKind;
use crate::ui::locale::use_locale;
use crate::ui::store::use_store;

/// What the learner sent last: the packet is the first of that type from that record on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sent {
    pub packet: PacketType,
    pub since: RecordId,
}

#[component]
pub fn SendBar(
    client: ClientSlot,
    forms: PanelForms,
    #[prop(into)] kind: Signal<FormKind>,
    #[prop(into)] lamp: Signal<Lamp>,
    #[prop(into)] sent: Signal<Option<Sent>>,
) -> impl IntoView {
    let locale = use_locale();
    let context = move || forms.context(kind.get());
    let forbidden = Memo::new(move |_| lamp.get().forbids(kind.get(), locale.strings()));
    let is_busy = move || {
        kind.get() == FormKind::Connect && matches!(lamp.get(), Lamp::Connecting | Lamp::Closing)
    };
    let size = move || {
        context().size().map(|size| {
            view! { <span class="button__size">{locale.strings().form_bytes(size)}</span> }
        })
    };
    let why_id = format!("client-{}-why-not", client.letter().to_ascii_lowercase());
    let described_by = {
        let why_id = why_id.clone();
        move || forbidden.get().map(|_| why_id.clone())
    };
    let add_filter = move |_| match kind.get_untracked() {
        FormKind::Unsubscribe => forms.unsubscribe.update(|draft| draft.add()),
        _ => forms.subscribe.update(|draft| draft.add()),
    };
    view! {
        <footer class="client-panel__send">
            <span class="client-panel__preview">
                <span id=why_id>{move || forbidden.get()}</span>
                <SentLine client=client sent/>
            </span>
            <Show when=move || matches!(kind.get(), FormKind::Subscribe | FormKind::Unsubscribe)>
                <button type="button" class="button" on:click=add_filter>
                    <Icon name="plus" small=true/>
                    {move || locale.strings().form_filter_add}
                </button>
            </Show>
            <button
                type="submit"
                form=move || context().id()
                class="button button--primary"
                aria-disabled=move || forbidden.get().is_some().then_some("true")
                aria-describedby=described_by
                data-busy=move || is_busy().then_some("")
            >
                {move || is_busy().then(|| view! { <Icon name="waiting"/> })}
                {move || locale.strings().panel_send(kind.get().packet().name())}
                {size}
            </button>
        </footer>
    }
}

/// What was sent last, as a link to its packet, and the answer.
#[component]
fn SentLine(client: ClientSlot, #[prop(into)] sent: Signal<Option<Sent>>) -> impl IntoView {
    let locale = use_locale();
    let store = use_store();
    let exchange = Memo::new(move |_| {
        let sent = sent.get()?;
        store.with_capture(|capture| Exchange::find(capture, client, sent.packet, sent.since))
    });
    let answer = move || {
        let answer = exchange.get()?.answer?;
        let words = answer.words();
        let is_error = answer.is_error();
        Some(view! {
            " → "
            <Evidence id=answer.record/>
            " "
            <span data-state=is_error.then_some("contradicted")>{words}</span>
        })
    };
    view! {
        <span role="status">
            {move || {
                exchange
                    .get()
                    .map(|exchange| {
                        view! {
                            {locale.strings().panel_sent}
                            " "
                            <Evidence id=exchange.sent/>
                            {answer}
                        }
                    })
            }}
        </span>
    }
}
