//! One received message.

use leptos::prelude::*;

use crate::lab::Message;
use crate::mqtt::{Property, PropertyValue, Publish};
use crate::ui::client_panel::payload;
use crate::ui::components::Evidence;
use crate::ui::erased::erased;
use crate::ui::format::{capped, grouped};
use crate::ui::forms::BytesForm;
use crate::ui::loading::locale::use_locale;
use crate::ui::visible::{visible, visible_lines};

/// Characters of a topic that are shown at first; it may have 65 535.
const TOPIC: usize = 240;

/// Topic, payload, properties, and a link to the packet.
#[component]
pub fn MessageItem(
    message: Message,
    /// The form in which the payload is to be shown, if a certain one.
    #[prop(into)]
    wanted: Signal<Option<BytesForm>>,
    /// Whether it is marked as new: not where many came at once.
    is_new: bool,
) -> impl IntoView {
    let locale = use_locale();
    let Message { record, topic, publish } = message;
    let Publish { qos, retain, dup, properties, payload, .. } = publish;
    let others: Vec<Property> =
        properties.iter().filter(|p| !matches!(p, Property::UserProperty(_))).cloned().collect();
    let pairs: Vec<(String, String)> = properties
        .user_properties()
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .collect();
    let beyond = topic.chars().count().saturating_sub(TOPIC);
    let is_whole = RwSignal::new(beyond == 0);
    let topic = StoredValue::new(topic);
    let shown_topic = move || match is_whole.get() {
        true => topic.with_value(|topic| visible(topic).into_owned()),
        false => topic.with_value(|topic| capped(topic, TOPIC)),
    };
    let has_properties = !others.is_empty() || !pairs.is_empty();
    let payload_view = move || {
        if payload.is_empty() {
            return view! { <p class="field__hint">{locale.strings().panel_payload_empty()}</p> }
                .into_any();
        }
        let shown = payload::show(&payload, wanted.get());
        let more = (shown.more > 0).then(|| {
            let words = locale.strings().panel_payload_more(shown.more);
            view! { <p class="field__hint">{words}</p> }
        });
        view! { <pre class="message__payload">{visible_lines(&shown.text).into_owned()}</pre> {more} }.into_any()
    };
    let chip = |name: &str, value: String| {
        let name = name.to_owned();
        view! {
            <span class="user-property">
                <span class="user-property__name">{visible(&name).into_owned()}</span>
                <span class="user-property__value">{visible(&value).into_owned()}</span>
            </span>
        }
    };
    view! {
        <li class="message" class:message--new=is_new>
            <div class="message__head">
                <span class="message__topic">
                    {erased(shown_topic)}
                    <Show when=erased(move || !is_whole.get())>
                        " "
                        <button
                            type="button"
                            class="button button--quiet button--small"
                            on:click=move |_| is_whole.set(true)
                        >
                            {erased(move || locale.strings().panel_topic_more(grouped(beyond as u64)))}
                        </button>
                    </Show>
                </span>
                <span class="badge">{format!("QoS {}", qos.bits())}</span>
                {retain.then(|| view! { <span class="badge">"RETAIN"</span> })}
                {dup.then(|| view! { <span class="badge">"DUP"</span> })}
                <Evidence id=record/>
            </div>
            {erased(payload_view)}
            {has_properties
                .then(|| {
                    view! {
                        <div class="message__properties">
                            {others
                                .iter()
                                .map(|property| chip(property.id().name(), in_words(property)))
                                .collect_view()}
                            {pairs
                                .into_iter()
                                .map(|(name, value)| chip(&name, value))
                                .collect_view()}
                        </div>
                    }
                })}
        </li>
    }
}

fn in_words(property: &Property) -> String {
    match property.value() {
        PropertyValue::Byte(value) => value.to_string(),
        PropertyValue::TwoByteInteger(value) => value.to_string(),
        PropertyValue::FourByteInteger(value) | PropertyValue::VariableByteInteger(value) => {
            value.to_string()
        }
        PropertyValue::Utf8String(value) => value.to_owned(),
        PropertyValue::BinaryData(bytes) => payload::show(bytes, None).text,
        PropertyValue::StringPair(name, value) => format!("{name} = {value}"),
    }
}
