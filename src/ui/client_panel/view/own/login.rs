//! SCRAM-SHA-256 by user name and password (§4.12).

use leptos::prelude::*;

use crate::auth;
use crate::capture::ClientSlot;
use crate::lab::{Act, ActError, Action, Login};
use crate::language::Language;
use crate::mqtt::{Auth, Packet, PacketType, Property, ReasonCode, Sender};
use crate::ui::client_panel::refusal;
use crate::ui::client_panel::view::panel_forms::PanelForms;
use crate::ui::components::controls::{
    Disclosure, Row, ShowSecret, SmallButton, TextBox, hint, said,
};
use crate::ui::erased::erased;
use crate::ui::forms::view::{FormContext, PlainForm};
use crate::ui::forms::{Draft, PlainDraft};
use crate::ui::loading::locale::use_locale;
use crate::ui::state::store::use_store;

#[component]
pub fn LoginGroup(client: ClientSlot, forms: PanelForms) -> impl IntoView {
    let store = use_store();
    let locale = use_locale();
    let id = format!("client-{}-login", client.letter().to_ascii_lowercase());
    let (user, password) = (RwSignal::new(String::new()), RwSignal::new(String::new()));
    let is_shown = RwSignal::new(false);
    let told = RwSignal::new(None::<fn(Language) -> String>);
    let refused = RwSignal::new(None::<ActError>);
    let is_connected = move || {
        store.with_lab(|lab| lab.client(client).is_some_and(|client| client.is_connected()))
    };

    // Sets the client to log in, with a nonce of its own, and hands over the opening.
    let begin = move || -> Option<[Property; 2]> {
        refused.set(None);
        let login = Login {
            user_name: user.get_untracked(),
            password: password.get_untracked(),
            nonce: auth::nonce(uuid::Uuid::new_v4().as_bytes()),
        };
        let Ok(opening) = login.opening() else {
            told.set(Some(|language| language.strings().own_auth_no_user().to_owned()));
            return None;
        };
        let _ = store.act(Act::automate(client, login));
        Some(opening)
    };
    let put = move |()| {
        if let Some(opening) = begin() {
            forms.connect.update(|draft| draft.properties.set(&opening));
            told.set(Some(|language| language.strings().own_auth_used().to_owned()));
        }
    };
    let again = move |()| {
        let Some(opening) = begin() else { return };
        told.set(None);
        let (reason_code, properties) = (ReasonCode::ReAuthenticate, opening.into());
        let action = Action::Authenticate { reason_code, properties };
        refused.set(store.act(Act { client, action }).err());
    };
    let words = move || match (refused.get(), told.get()) {
        (Some(error), _) => Some(refusal::words(&error, locale.language())),
        (None, told) => told.map(|words| words(locale.language())),
    };
    let (user_id, password_id) = (format!("{id}-user"), format!("{id}-password"));
    view! {
        {hint(|s| s.own_auth_about())}
        <Row id=user_id.clone() label=said(|s| s.login_user())>
                <TextBox
                    id=user_id
                    value=user
                    on_change=Callback::new(move |text| user.set(text))
                />
            </Row>
        <Row id=password_id.clone() label=said(|s| s.login_password())>
                <TextBox
                    id=password_id
                    value=password
                    on_change=Callback::new(move |text| password.set(text))
                    secret=Signal::derive(move || !is_shown.get())
                />
                <ShowSecret shown=is_shown/>
            </Row>
        <div class="button-row">
            <SmallButton
                words=said(|s| s.own_auth_use())
                disabled=Signal::derive(is_connected)
                on_press=Callback::new(put)
            />
            <SmallButton
                words=said(|s| s.own_auth_again())
                disabled=Signal::derive(move || !is_connected())
                on_press=Callback::new(again)
            />
        </div>
        <p class="field__hint" role="status">{erased(words)}</p>
        <Disclosure title=said(|s| s.own_auth_by_hand())>
            <AuthForm client on_refused=Callback::new(move |error| refused.set(error))/>
        </Disclosure>
    }
}

/// Any AUTH that the client may send now, field by field.
#[component]
fn AuthForm(client: ClientSlot, on_refused: Callback<Option<ActError>>) -> impl IntoView {
    let store = use_store();
    let draft = RwSignal::new(PlainDraft::new(PacketType::Auth, Sender::Client));
    let form = FormContext::beside(client, PacketType::Auth, draft);
    provide_context(form);
    let send = move |()| match draft.with_untracked(PlainDraft::to_packet) {
        Ok(Packet::Auth(Auth { reason_code, properties })) => {
            let action = Action::Authenticate { reason_code, properties };
            on_refused.run(store.act(Act { client, action }).err());
            form.forget();
        }
        _ => form.show_all(),
    };
    view! {
        <div role="group" aria-label="AUTH" class="fields">
            <PlainForm draft/>
        </div>
        <div class="button-row">
            <SmallButton words=said(|s| s.own_auth_send()) on_press=Callback::new(send)/>
        </div>
    }
}
