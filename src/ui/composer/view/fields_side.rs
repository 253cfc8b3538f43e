//! The fields of the packet, in the form of its type.

use leptos::prelude::*;

use super::packet_choice::SenderChoice;
use super::state::Composer;
use crate::mqtt::{FieldId, PacketType};
use crate::ui::components::Icon;
use crate::ui::components::controls::TextKind;
use crate::ui::composer::model::{Fields, FieldsDraft};
use crate::ui::erased::erased;
use crate::ui::forms::Field;
use crate::ui::forms::view::{
    Check, ConnectForm, DisconnectForm, FormContext, Lens, PlainForm, ProblemLine, PublishForm,
    SubscribeForm, TextField, UnsubscribeForm,
};
use crate::ui::loading::locale::use_locale;

#[component]
pub fn FieldsSide(composer: Composer) -> impl IntoView {
    let locale = use_locale();
    let form = move || view! { <FieldsForm composer fields=composer.filled()/> };
    // What is there to see is older than the bytes, or does not show all of them.
    let note = move || {
        let strings = locale.strings();
        let words = match (composer.is_unread(), composer.says_more()) {
            (true, _) => strings.composer_unread(),
            (false, true) => strings.composer_says_more(),
            (false, false) => return None,
        };
        Some(view! {
            <p class="composer__note" role="status">
                <Icon name="info"/>
                <span>{words}</span>
            </p>
        })
    };
    view! {
        <section class="card composer__fields" aria-labelledby="composer-fields">
            <header class="card__head">
                <h2 class="card__title" id="composer-fields">
                    {erased(move || locale.strings().composer_fields())}
                </h2>
                <SenderChoice composer/>
            </header>
            {erased(note)}
            <form
                class="fields composer__form"
                novalidate
                on:submit=|event| event.prevent_default()
            >
                {erased(form)}
            </form>
        </section>
    }
}

/// One filling of the form: its values are the learner's from then on.
#[component]
fn FieldsForm(composer: Composer, fields: Fields) -> impl IntoView {
    let locale = use_locale();
    let Fields { packet, sender, packet_id, dup, draft } = fields;
    provide_context(FormContext::alone(packet, move || composer.outcome()));
    let packet_id = RwSignal::new(packet_id);
    let dup = RwSignal::new(dup);
    let (form, read) = form_of(draft);
    let now = move || Fields {
        packet,
        sender,
        packet_id: packet_id.get(),
        dup: dup.get(),
        draft: read.run(()),
    };
    let has_packet_id = Memo::new(move |_| now().has_packet_id());
    Effect::new(move |before: Option<()>| {
        let fields = now();
        if before.is_some() {
            untrack(|| composer.change_fields(fields));
        }
    });
    let whole = |signal: RwSignal<String>| Lens::of(signal, |text| text, |text| text);
    let dup = Lens::of(dup, |dup| dup, |dup| dup);
    // Those forms tell by themselves what is wrong with the packet as a whole.
    let tells = !matches!(packet, PacketType::Subscribe | PacketType::Unsubscribe);
    view! {
        {erased(move || {
            has_packet_id
                .get()
                .then(|| {
                    view! {
                        <TextField
                            field=Field::PacketIdentifier
                            text=whole(packet_id)
                            kind=TextKind::Number
                        />
                    }
                })
        })}
        {(packet == PacketType::Publish)
            .then(|| {
                view! {
                    <div class="field">
                        <span class="field__label">
                            {erased(move || locale.strings().composer_flags())}
                        </span>
                        <div class="field__control">
                            <Check on=dup label=FieldId::Dup.name()/>
                        </div>
                    </div>
                }
            })}
        {form}
        {tells.then(|| view! { <ProblemLine field=Field::Packet/> })}
    }
}

/// The form, and what reads it.
fn form_of(draft: FieldsDraft) -> (AnyView, Callback<(), FieldsDraft>) {
    match draft {
        FieldsDraft::Connect(draft) => {
            let draft = RwSignal::new(*draft);
            let renew = move |()| {
                let id = uuid::Uuid::new_v4().simple().to_string();
                draft.update(|draft| draft.client_id = format!("composer-{}", &id[..8]));
            };
            (
                view! { <ConnectForm draft on_new_client_id=Callback::new(renew)/> }.into_any(),
                Callback::new(move |()| FieldsDraft::Connect(Box::new(draft.get()))),
            )
        }
        FieldsDraft::Publish(draft) => {
            let draft = RwSignal::new(*draft);
            (
                view! { <PublishForm draft/> }.into_any(),
                Callback::new(move |()| FieldsDraft::Publish(Box::new(draft.get()))),
            )
        }
        FieldsDraft::Subscribe(draft) => {
            let draft = RwSignal::new(*draft);
            (
                view! { <SubscribeForm draft/> }.into_any(),
                Callback::new(move |()| FieldsDraft::Subscribe(Box::new(draft.get()))),
            )
        }
        FieldsDraft::Unsubscribe(draft) => {
            let draft = RwSignal::new(*draft);
            (
                view! { <UnsubscribeForm draft/> }.into_any(),
                Callback::new(move |()| FieldsDraft::Unsubscribe(Box::new(draft.get()))),
            )
        }
        FieldsDraft::Disconnect(draft) => {
            let draft = RwSignal::new(*draft);
            (
                view! { <DisconnectForm draft/> }.into_any(),
                Callback::new(move |()| FieldsDraft::Disconnect(Box::new(draft.get()))),
            )
        }
        FieldsDraft::Plain(draft) => {
            let draft = RwSignal::new(*draft);
            (
                view! { <PlainForm draft/> }.into_any(),
                Callback::new(move |()| FieldsDraft::Plain(Box::new(draft.get()))),
            )
        }
    }
}
