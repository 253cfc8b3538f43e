//! The Will's part of the CONNECT form.

use leptos::prelude::*;

use super::PropertiesEditor;
use super::context::use_form;
use super::controls::{BytesField, Check, QosChoice, TextField};
use super::lens::Lens;
use crate::mqtt::FieldId;
use crate::ui::components::controls::{Row, label_id};
use crate::ui::erased::erased;
use crate::ui::forms::Field;
use crate::ui::forms::will::WillDraft;
use crate::ui::loading::locale::use_locale;

/// A tick puts the Will into CONNECT; what was typed stays without it.
#[component]
pub fn WillFields(will: Lens<WillDraft>) -> impl IntoView {
    let locale = use_locale();
    let form = use_form();
    let set = will.part(|will| &will.set, |will| &mut will.set);
    let topic = will.part(|will| &will.topic, |will| &mut will.topic);
    let qos = will.part(|will| &will.qos, |will| &mut will.qos);
    let retain = will.part(|will| &will.retain, |will| &mut will.retain);
    let payload = will.part(|will| &will.payload, |will| &mut will.payload);
    let properties = will.part(|will| &will.properties, |will| &mut will.properties);
    let qos_id = StoredValue::new(format!("{}-will-qos", form.id()));
    view! {
        <Check on=set label=Signal::derive(move || locale.strings().form_will_set().to_owned())/>
        <Show when=erased(move || set.get())>
            <div class="fields">
                <TextField field=Field::WillTopic text=topic/>
                <Row id=qos_id.get_value() label=FieldId::WillQoS.name() group=true>
                    <QosChoice name=qos_id.get_value() qos labelled_by=label_id(&qos_id.get_value())/>
                    <Check on=retain label=FieldId::WillRetain.name()/>
                </Row>
                <BytesField field=Field::WillPayload bytes=payload/>
                <PropertiesEditor properties/>
            </div>
        </Show>
    }
}
