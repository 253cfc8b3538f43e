//! SUBSCRIBE: one or more Topic Filters, each with its options.

use leptos::prelude::*;

use super::PropertyRow;
use super::add_filter::AddFilter;
use super::context::use_form;
use super::controls::{Check, ProblemLine, QosChoice, TextField};
use super::folded_pairs::FoldedPairs;
use super::lens::Lens;
use crate::mqtt::{FieldId, PropertyId, RetainHandling, Subscription};
use crate::ui::components::controls::{IconButton, Row, label_id};
use crate::ui::erased::erased;
use crate::ui::forms::subscribe::SubscribeDraft;
use crate::ui::forms::{Field, Part, RowKey};
use crate::ui::loading::locale::use_locale;

#[component]
pub fn SubscribeForm(draft: RwSignal<SubscribeDraft>) -> impl IntoView {
    let keys = Memo::new(move |_| draft.with(|d| d.subscriptions.keys()));
    let properties = Lens::of(draft, |d| &d.properties, |d| &mut d.properties);
    let pairs = properties.part(|all| &all.user, |all| &mut all.user);
    view! {
        <For each=move || keys.get() key=|key| *key let:key>
            <SubscriptionGroup draft key/>
        </For>
        <ProblemLine field=Signal::derive(move || {
            // Without a single filter there is no group that could say so.
            if keys.with(Vec::is_empty) { Field::TopicFilter(0) } else { Field::Packet }
        })/>
        <AddFilter on_press=Callback::new(move |()| draft.update(|draft| draft.add()))/>
        <PropertyRow properties id=PropertyId::SubscriptionIdentifier/>
        <FoldedPairs part=Part::Subscribe pairs/>
    }
}

/// One Topic Filter with its options.
#[component]
fn SubscriptionGroup(draft: RwSignal<SubscribeDraft>, key: RowKey) -> impl IntoView {
    let locale = use_locale();
    let form = use_form();
    let subscription = Lens::new(
        move || draft.with(|d| d.subscriptions.get(key).cloned().unwrap_or_default()),
        move |subscription: Subscription| {
            draft.update(|d| {
                if let Some(row) = d.subscriptions.get_mut(key) {
                    *row = subscription;
                }
            });
        },
    );
    let filter = Lens::new(
        move || subscription.with(|s| s.topic_filter.to_string()),
        move |filter: String| subscription.update(|s| s.topic_filter = filter.into()),
    );
    let qos = subscription.part(|s| &s.qos, |s| &mut s.qos);
    let no_local = subscription.part(|s| &s.no_local, |s| &mut s.no_local);
    let as_published =
        subscription.part(|s| &s.retain_as_published, |s| &mut s.retain_as_published);
    let handling = subscription.part(|s| &s.retain_handling, |s| &mut s.retain_handling);

    let row = Memo::new(move |_| draft.with(|d| d.subscriptions.position(key).unwrap_or(0)));
    let number = move || row.get() + 1;
    let remove_words = Signal::derive(move || locale.strings().form_filter_remove(number()));
    let is_only = move || draft.with(|d| d.subscriptions.len() < 2);
    let id = format!("{}-{key}", form.id());
    let qos_id = format!("{id}-qos");
    let handling_id = format!("{id}-retain-handling");
    let no_local_field = Signal::derive(move || Field::NoLocal(row.get()));
    let handling_words = move |option: RetainHandling| {
        let strings = locale.strings();
        match option {
            RetainHandling::Send => strings.form_retain_handling_0(),
            RetainHandling::SendIfNew => strings.form_retain_handling_1(),
            RetainHandling::DoNotSend => strings.form_retain_handling_2(),
        }
    };
    view! {
        <div class="form-group" role="group" aria-label=erased(move || locale.strings().form_filter(number()))>
            <div class="form-group__head">
                {erased(move || locale.strings().form_filter(number()))}
                <Show when=erased(move || !is_only())>
                    <IconButton
                        icon="remove"
                        words=remove_words
                        on_press=Callback::new(move |()| draft.update(|d| d.subscriptions.remove(key)))
                    />
                </Show>
            </div>
            <TextField field=Signal::derive(move || Field::TopicFilter(row.get())) text=filter/>
            <Row id=qos_id.clone() label=FieldId::SubscriptionQoS.name() group=true>
                    <QosChoice name=qos_id.clone() qos labelled_by=label_id(&qos_id)/>
                </Row>
            <div class="form-group__options">
                <Check
                    on=no_local
                    label=FieldId::NoLocal.name()
                    invalid=Signal::derive(move || form.problem(no_local_field.get()).is_some())
                    described_by=Signal::derive(move || {
                        Some(format!("{}-problem", form.element_id(no_local_field.get())))
                    })
                />
                <Check on=as_published label=FieldId::RetainAsPublished.name()/>
            </div>
            <ProblemLine field=no_local_field/>
            <Row id=handling_id.clone() label=FieldId::RetainHandling.name()>
                    <select
                        id=handling_id
                        prop:value=erased(move || handling.get().bits().to_string())
                        on:change=move |event| {
                            let chosen = event_target_value(&event).parse().ok();
                            if let Some(chosen) = chosen.and_then(RetainHandling::from_bits) {
                                handling.set(chosen);
                            }
                        }
                    >
                        {RetainHandling::ALL
                            .map(|option| {
                                view! {
                                    <option
                                        value=option.bits().to_string()
                                        selected=erased(move || handling.get() == option)
                                    >
                                        {erased(move || handling_words(option))}
                                    </option>
                                }
                            })
                            .collect_view()}
                    </select>
                </Row>
        </div>
    }
}
