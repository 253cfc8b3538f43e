//! CONNECT: who the client is and what it can take.

use leptos::prelude::*;

use super::told;

use super::PropertiesEditor;
use super::WillFields;
use super::context::use_form;
use super::controls::{BytesInput, Check, FieldRow, TextField, TextInput};
use super::lens::Lens;
use crate::mqtt::FieldId;
use crate::ui::components::Icon;
use crate::ui::components::controls::{Disclosure, Row, ShowSecret, TextKind};
use crate::ui::erased::erased;
use crate::ui::forms::connect::ConnectDraft;
use crate::ui::forms::{Field, Part};
use crate::ui::loading::locale::use_locale;

#[component]
pub fn ConnectForm(
    draft: RwSignal<ConnectDraft>,
    /// Asks for a fresh Client Identifier.
    #[prop(into)]
    on_new_client_id: Callback<()>,
) -> impl IntoView {
    let locale = use_locale();
    let form = use_form();
    let client_id = Lens::of(draft, |d| &d.client_id, |d| &mut d.client_id);
    let clean_start = Lens::of(draft, |d| &d.clean_start, |d| &mut d.clean_start);
    let keep_alive = Lens::of(draft, |d| &d.keep_alive, |d| &mut d.keep_alive);
    let properties = Lens::of(draft, |d| &d.properties, |d| &mut d.properties);
    let will = Lens::of(draft, |d| &d.will, |d| &mut d.will);
    let has_user_name = Lens::of(draft, |d| &d.has_user_name, |d| &mut d.has_user_name);
    let user_name = Lens::of(draft, |d| &d.user_name, |d| &mut d.user_name);
    let has_password = Lens::of(draft, |d| &d.has_password, |d| &mut d.has_password);
    let password = Lens::of(draft, |d| &d.password, |d| &mut d.password);
    // Typing sets what is typed.
    let typed_user_name = Lens::new(
        move || user_name.get(),
        move |text| draft.update(|d| (d.has_user_name, d.user_name) = (true, text)),
    );
    let typed_password = Lens::new(
        move || password.get(),
        move |bytes| draft.update(|d| (d.has_password, d.password) = (true, bytes)),
    );

    let is_shown = RwSignal::new(false);

    let strings = move || locale.strings();
    let property_count = move || properties.with(|all| all.set_count() + all.user.len());
    let will_count = move || will.with(|will| if will.set { 1 + will.set_count() } else { 0 });
    let credential_count = move || draft.with(ConnectDraft::credentials_count);
    let in_properties = |field| {
        matches!(field, Field::Property(Part::Connect, _) | Field::UserProperty(Part::Connect, ..))
    };
    let in_will = |field| {
        matches!(
            field,
            Field::WillTopic
                | Field::WillPayload
                | Field::Property(Part::Will, _)
                | Field::UserProperty(Part::Will, ..)
        )
    };
    let clean_start_id = format!("{}-clean-start", form.id());
    let not_sent = move |set: Lens<bool>| {
        Signal::derive(move || (!set.get()).then(|| locale.strings().form_not_sent().to_owned()))
    };
    let client_id_hint = move || {
        let is_empty = client_id.with(|id| id.is_empty());
        is_empty.then(|| strings().form_hint_client_identifier().to_owned())
    };
    let keep_alive_hint = move || {
        let is_off = keep_alive.with(|text| text.trim() == "0");
        is_off.then(|| strings().form_hint_keep_alive().to_owned())
    };
    view! {
        <TextField
            field=Field::ClientIdentifier
            text=client_id
            hint=Signal::derive(client_id_hint)
        >
            <button
                type="button"
                class="button button--icon"
                aria-label=erased(move || strings().form_new_client_id())
                title=erased(move || strings().form_new_client_id())
                on:click=move |_| on_new_client_id.run(())
            >
                <Icon name="reset"/>
            </button>
        </TextField>
        <Row id=clean_start_id.clone() label=FieldId::CleanStart.name()>
                <Check
                    on=clean_start
                    id=clean_start_id
                    label=Signal::derive(move || strings().form_clean_start().to_owned())
                />
            </Row>
        <TextField
            field=Field::KeepAlive
            text=keep_alive
            kind=TextKind::Number
            unit=Signal::derive(move || Some(strings().form_unit_seconds().to_owned()))
            hint=Signal::derive(keep_alive_hint)
        />
        <Disclosure
            title=Signal::derive(move || strings().form_properties().to_owned())
            told=told(property_count)
            has_problem=Signal::derive(move || form.has_problem(in_properties))
            open={untrack(property_count) > 0}
        >
            <PropertiesEditor properties/>
        </Disclosure>
        <Disclosure
            title=Signal::derive(move || strings().form_will().to_owned())
            told=told(will_count)
            has_problem=Signal::derive(move || form.has_problem(in_will))
            open={untrack(will_count) > 0}
        >
            <WillFields will/>
        </Disclosure>
        <Disclosure
            title=Signal::derive(move || strings().form_credentials().to_owned())
            told=told(credential_count)
            has_problem=Signal::derive(move || {
                form.has_problem(|field| matches!(field, Field::UserName | Field::Password))
            })
            open={untrack(credential_count) > 0}
        >
            <Optional set=has_user_name name=FieldId::UserName.name()>
                <FieldRow field=Field::UserName spec=true>
                    <TextInput
                        field=Field::UserName
                        text=typed_user_name
                        placeholder=not_sent(has_user_name)
                    />
                </FieldRow>
            </Optional>
            <Optional set=has_password name=FieldId::Password.name()>
                <FieldRow
                    field=Field::Password
                    spec=true
                    hint=Signal::derive(move || {
                        has_password.get().then(|| strings().form_hint_password().to_owned())
                    })
                >
                    <BytesInput
                        field=Field::Password
                        bytes=typed_password
                        placeholder=not_sent(has_password)
                        secret=Signal::derive(move || !is_shown.get())
                    />
                    <ShowSecret shown=is_shown/>
                </FieldRow>
            </Optional>
        </Disclosure>
    }
}

/// A row that is absent until it is set.
#[component]
fn Optional(set: Lens<bool>, name: &'static str, children: Children) -> impl IntoView {
    let locale = use_locale();
    view! {
        <div class="property" data-set=erased(move || set.get().then_some(""))>
            <input
                type="checkbox"
                class="property__set"
                aria-label=erased(move || locale.strings().form_set_property(name))
                prop:checked=erased(move || set.get())
                on:change=move |event| set.set(event_target_checked(&event))
            />
            {children()}
        </div>
    }
}
