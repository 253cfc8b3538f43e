//! Sending: what a Server will make of it, the button, and what it made of it.

use leptos::prelude::*;

use super::answers::Answers;
use super::sending::Sending;
use super::state::Composer;
use crate::capture::ClientSlot;
use crate::language::Language;
use crate::mqtt::PacketType;
use crate::ui::client_panel::view::ProblemNotice;
use crate::ui::components::{Icon, SpecRef};
use crate::ui::composer::model::Foretold;
use crate::ui::erased::erased;
use crate::ui::loading::locale::use_locale;
use crate::ui::other_clients::OtherClientsButton;

#[component]
pub fn Send(
    composer: Composer,
    client: ClientSlot,
    #[prop(into)] client_id: String,
) -> impl IntoView {
    let locale = use_locale();
    let sending = Sending::new(composer, client, client_id);
    let Sending { lamp, foretold, can_send, sent, still_waits, refused, .. } = sending;
    let size = move || locale.strings().form_bytes(composer.with(|in_hand| in_hand.bytes.len()));
    let name = move || {
        let packet = composer.with(|in_hand| in_hand.packet_type());
        let name = packet.map_or(locale.strings().composer_these_bytes(), PacketType::name);
        locale.strings().panel_send(name)
    };
    let told = move || match still_waits.get() {
        true => view! {
            <p class="status" data-state="info">
                <Icon name="info"/>
                <span>{locale.strings().composer_still_waits()}</span>
            </p>
        }
        .into_any(),
        false => {
            let is_older = composer.with(|in_hand| in_hand.older().is_some());
            foretold_view(foretold.get(), is_older, locale.language()).into_any()
        }
    };
    let not_sent = move || {
        refused.get().map(|words| {
            view! {
                <p class="field__error" role="alert">
                    <Icon name="warning"/>
                    <span inner_html=words></span>
                </p>
            }
        })
    };
    view! {
        <section class="card composer__send" aria-labelledby="composer-send" data-client=client.letter().to_string()>
            <header class="card__head">
                <h2 class="card__title" id="composer-send">
                    {erased(move || locale.strings().composer_send())}
                </h2>
                <span class="status" role="status">
                    <span class="client-letter" data-client=client.letter().to_string()>
                        {client.letter().to_string()}
                    </span>
                    <span class="lamp" data-link=erased(move || lamp.get().key())></span>
                    {erased(move || lamp.get().word(locale.strings()))}
                </span>
            </header>
            <div class="composer__pad composer__sending">
                <div class="composer__foretold" aria-live="polite">
                    {erased(told)}
                </div>
                <p class="field__hint" id="composer-why-not">{erased(move || sending.why_not(locale.strings()))}</p>
                <div class="button-row">
                    <button
                        type="button"
                        class="button composer__connect"
                        disabled=erased(move || !sending.is_offline())
                        on:click=move |_| sending.connect()
                    >
                        <Icon name="connection"/>
                        {erased(move || locale.strings().panel_send("CONNECT"))}
                    </button>
                    <button
                        type="button"
                        class="button button--primary composer__go"
                        aria-disabled=erased(move || (!can_send.get()).then_some("true"))
                        aria-describedby="composer-why-not"
                        on:click=move |_| sending.send()
                    >
                        {erased(name)}
                        <span class="button__size">{erased(size)}</span>
                    </button>
                    <OtherClientsButton task=Callback::new(move |()| sending.task())/>
                </div>
                {erased(not_sent)}
                <Show when=erased(move || sending.has_failed())>
                    <ProblemNotice client/>
                </Show>
                <Answers client sent/>
            </div>
        </section>
    }
}

fn foretold_view(foretold: Foretold, is_older: bool, language: Language) -> impl IntoView {
    let strings = language.strings();
    let (state, words, rule) = match foretold {
        Foretold::Sound => ("met", strings.composer_sound().to_owned(), None),
        Foretold::Waits => ("warning", strings.composer_waits().to_owned(), Some("§2.1.4")),
        Foretold::Refused { rule, reason_code, by } => {
            let code = format!("0x{:02X} {}", reason_code.value(), reason_code.name());
            let words = match is_older {
                true => strings.composer_foretold_by_5(code, by.name()),
                false => strings.composer_foretold(code, by.name()),
            };
            ("malformed", words, Some(rule))
        }
    };
    view! {
        <p class="status" data-state=state>
            <Icon name=if state == "met" { "met" } else { state }/>
            <span>
                {words}
                {rule.map(|rule| view! { " " <SpecRef section=rule/> })}
            </span>
        </p>
    }
}
