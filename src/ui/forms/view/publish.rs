//! PUBLISH: an Application Message and what is said about it.

use leptos::prelude::*;

use super::told;

use super::PairsEditor;
use super::PropertiesEditor;
use super::context::use_form;
use super::controls::{BytesField, Check, QosChoice, TextField};
use super::lens::Lens;
use crate::mqtt::{FieldId, PropertyId};
use crate::ui::components::controls::{Disclosure, Row, label_id};
use crate::ui::forms::publish::PublishDraft;
use crate::ui::forms::{Field, Part};
use crate::ui::loading::locale::use_locale;

#[component]
pub fn PublishForm(draft: RwSignal<PublishDraft>) -> impl IntoView {
    let locale = use_locale();
    let form = use_form();
    let topic = Lens::of(draft, |d| &d.topic, |d| &mut d.topic);
    let qos = Lens::of(draft, |d| &d.qos, |d| &mut d.qos);
    let retain = Lens::of(draft, |d| &d.retain, |d| &mut d.retain);
    let payload = Lens::of(draft, |d| &d.payload, |d| &mut d.payload);
    let properties = Lens::of(draft, |d| &d.properties, |d| &mut d.properties);
    let pairs = properties.part(|all| &all.user, |all| &mut all.user);

    let qos_id = format!("{}-qos", form.id());
    let count = move || properties.with(|all| all.set_count());
    let topic_hint = move || {
        let by_alias = topic.with(|topic| topic.is_empty())
            && properties.with(|all| all.is_set(PropertyId::TopicAlias));
        by_alias.then(|| locale.strings().form_hint_topic_by_alias().to_owned())
    };
    view! {
        <TextField field=Field::TopicName text=topic hint=Signal::derive(topic_hint)/>
        <Row id=qos_id.clone() label=FieldId::PublishQoS.name() group=true>
                <QosChoice name=qos_id.clone() qos labelled_by=label_id(&qos_id)/>
                <Check on=retain label=FieldId::Retain.name()/>
            </Row>
        <BytesField field=Field::Payload bytes=payload/>
        <PairsEditor part=Part::Publish pairs/>
        <Disclosure
            title=Signal::derive(move || locale.strings().form_more_properties().to_owned())
            told=told(count)
            has_problem=Signal::derive(move || {
                form.has_problem(|field| matches!(field, Field::Property(..)))
            })
            open={untrack(count) > 0}
        >
            <PropertiesEditor properties pairs=false/>
        </Disclosure>
    }
}
