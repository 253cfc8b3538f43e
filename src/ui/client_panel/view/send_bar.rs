//! The foot of a panel: what sending does, what was sent last, and the button.

use leptos::prelude::*;

use super::panel_forms::PanelForms;
use crate::capture::{ClientSlot, RecordId};
use crate::mqtt::PacketType;
use crate::ui::client_panel::model::Exchange;
use crate::ui::components::{Evidence, Icon};
use crate::ui::erased::erased;
use crate::ui::forms::FormKind;
use crate::ui::lamp::Lamp;
use crate::ui::loading::locale::use_locale;
use crate::ui::other_clients::OtherClientsButton;
use crate::ui::state::store::use_store;

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
    /// Why the last try was not sent: said beside the button that was pressed.
    refusal: Box<dyn Fn() -> Option<AnyView> + Send + Sync>,
) -> impl IntoView {
    let locale = use_locale();
    let context = move || forms.context(kind.get());
    let forbidden = Memo::new(move |_| lamp.get().forbids(kind.get(), locale.strings()));
    let is_busy = move || {
        // Before what is derived from it, see `erased`.
        matches!(lamp.get(), Lamp::Connecting | Lamp::Closing) && kind.get() == FormKind::Connect
    };
    let size = move || {
        context().size().map(|size| {
            view! { <span class="button__size">{locale.strings().form_bytes(size.packet)}</span> }
        })
    };
    let why_id = format!("client-{}-why-not", client.letter().to_ascii_lowercase());
    let described_by = {
        let why_id = why_id.clone();
        move || forbidden.get().map(|_| why_id.clone())
    };
    // What User Properties cost, until the packet itself can be opened.
    let cost = move || {
        let is_sent = sent.get().is_some_and(|sent| sent.packet == kind.get().packet());
        let size = context().size().filter(|size| !is_sent && size.user_properties > 0)?;
        let words = locale.strings().panel_cost(size.packet, size.user_properties);
        Some(view! { <p>{words}</p> })
    };
    view! {
        <footer class="client-panel__send">
            {refusal}
            <div class="client-panel__preview">
                <p id=why_id>{erased(move || forbidden.get())}</p>
                {erased(cost)}
                <SentLine client=client sent/>
            </div>
            <OtherClientsButton task=Callback::new(move |()| forms.task(kind.get_untracked()))/>
            <button
                type="submit"
                form=erased(move || context().id())
                class="button button--primary"
                aria-disabled=erased(move || forbidden.get().is_some().then_some("true"))
                aria-describedby=described_by
                data-busy=erased(move || is_busy().then_some(""))
            >
                {erased(move || is_busy().then(|| view! { <Icon name="waiting"/> }))}
                {erased(move || locale.strings().panel_send(kind.get().packet().name()))}
                {erased(size)}
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
        let words = match answer.is_error() {
            true => view! {
                <span class="status" data-state="contradicted">
                    <Icon name="contradicted"/>
                    {answer.words()}
                </span>
            }
            .into_any(),
            false => answer.words().into_any(),
        };
        Some(view! { " → " <Evidence id=answer.record/> " " {words} })
    };
    view! {
        <p role="status">
            {erased(move || {
                exchange
                    .get()
                    .map(|exchange| {
                        view! {
                            {locale.strings().panel_sent()}
                            " "
                            <Evidence id=exchange.sent/>
                            {erased(answer)}
                        }
                    })
            })}
        </p>
    }
}
