//! Sending: what a Server will make of it, the button, and what it made of it.

use leptos::prelude::*;

use super::state::Composer;
use crate::capture::{ClientSlot, RecordId};
use crate::lab::{Act, Action, Problem};
use crate::language::Language;
use crate::mqtt::{Connect, PacketType};
use crate::ui::client_panel::view::ProblemNotice;
use crate::ui::client_panel::{Lamp, refusal_words};
use crate::ui::components::{Evidence, Icon, SpecRef};
use crate::ui::composer::model::{Answer, Compared, Foretold, answers, compare};
use crate::ui::erased::erased;
use crate::ui::loading::locale::use_locale;
use crate::ui::other_clients::OtherClientsButton;
use crate::ui::state::store::use_store;

/// What was sent last.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Sent {
    since: RecordId,
    foretold: Foretold,
}

#[component]
pub fn Send(
    composer: Composer,
    client: ClientSlot,
    #[prop(into)] client_id: String,
) -> impl IntoView {
    let store = use_store();
    let locale = use_locale();
    let lamp = Memo::new(move |_| {
        store.with_lab(|lab| lab.client(client).map_or(Lamp::Offline, Lamp::of))
    });
    let is_connected = Memo::new(move |_| lamp.get() == Lamp::Connected);
    let is_offline = move || matches!(lamp.get(), Lamp::Offline | Lamp::Failed);
    let foretold =
        Memo::new(move |_| composer.with(|in_hand| in_hand.foretold(is_connected.get())));
    let is_connect = Memo::new(move |_| {
        composer.with(|in_hand| in_hand.packet_type() == Some(PacketType::Connect))
    });
    let can_send = Memo::new(move |_| {
        let has_bytes = composer.with(|in_hand| !in_hand.bytes.is_empty());
        has_bytes && (is_connected.get() || is_connect.get() && is_offline())
    });
    let sent = RwSignal::new(None::<Sent>);
    // What was sent last ends in the middle of a packet, and the connection still stands.
    let still_waits = Memo::new(move |_| {
        let ends_midway =
            sent.with(|sent| matches!(sent, Some(s) if s.foretold == Foretold::Waits));
        ends_midway && is_connected.get()
    });
    let refused = RwSignal::new(None::<String>);
    let act = move |action: Action, language: Language| {
        let since = store.peek(|lab| lab.capture().next_id());
        match store.act(Act { client, action }) {
            Ok(()) => {
                refused.set(None);
                Some(since)
            }
            Err(error) => {
                refused.set(Some(refusal_words(&error, language)));
                None
            }
        }
    };
    let client_id = StoredValue::new(client_id);
    let connect = move |_| {
        let connect = Connect {
            clean_start: true,
            keep_alive: 60,
            client_id: client_id.get_value(),
            ..Connect::default()
        };
        sent.set(None);
        act(Action::Connect(Box::new(connect)), untrack(|| locale.language()));
    };
    let send = move |_| {
        if !can_send.get_untracked() {
            return;
        }
        let bytes = untrack(|| composer.in_hand()).bytes;
        // As the rest of what was sent before they are read in another way.
        let foretold = match still_waits.get_untracked() {
            true => Foretold::Waits,
            false => foretold.get_untracked(),
        };
        let action = match is_connected.get_untracked() {
            true => Action::SendBytes(bytes),
            false => Action::ConnectBytes(bytes),
        };
        let since = act(action, untrack(|| locale.language()));
        sent.set(since.map(|since| Sent { since, foretold }));
    };
    // A broker that refuses these bytes answers below; one that cannot be reached is a problem.
    let failed = move || {
        store.with_lab(|lab| {
            let problem = lab.client(client).and_then(|client| client.problem());
            matches!(problem, Some(Problem::ConnectFailed { .. }))
        })
    };
    let size = move || locale.strings().form_bytes(composer.with(|in_hand| in_hand.bytes.len()));
    let why_not = move || {
        let strings = locale.strings();
        // Before what is derived from it, see `erased`.
        match (lamp.get(), can_send.get()) {
            (_, true) => None,
            (Lamp::Connecting | Lamp::Closing, false) => Some(strings.panel_awaiting_connack()),
            (_, false) if is_connected.get() => Some(strings.composer_empty()),
            (_, false) => Some(strings.composer_connect_first()),
        }
    };
    let name = move || {
        let packet = composer.with(|in_hand| in_hand.packet_type());
        let name = packet.map_or(locale.strings().composer_these_bytes(), PacketType::name);
        locale.strings().panel_send(name)
    };
    let task = Callback::new(move |()| {
        let packet = untrack(|| composer.in_hand()).packet().ok()?;
        let connect = Connect {
            clean_start: true,
            keep_alive: 60,
            client_id: client_id.get_value(),
            ..Connect::default()
        };
        crate::other_clients::Task::new(connect, packet)
    });
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
                    {erased(move || match still_waits.get() {
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
                    })}
                </div>
                <p class="field__hint" id="composer-why-not">{erased(why_not)}</p>
                <div class="button-row">
                    <button
                        type="button"
                        class="button composer__connect"
                        disabled=erased(move || !is_offline())
                        on:click=connect
                    >
                        <Icon name="connection"/>
                        {erased(move || locale.strings().panel_send("CONNECT"))}
                    </button>
                    <button
                        type="button"
                        class="button button--primary composer__go"
                        aria-disabled=erased(move || (!can_send.get()).then_some("true"))
                        aria-describedby="composer-why-not"
                        on:click=send
                    >
                        {erased(name)}
                        <span class="button__size">{erased(size)}</span>
                    </button>
                    <OtherClientsButton task/>
                </div>
                {erased(move || {
                    refused
                        .get()
                        .map(|words| {
                            view! {
                                <p class="field__error" role="alert">
                                    <Icon name="warning"/>
                                    <span inner_html=words></span>
                                </p>
                            }
                        })
                })}
                <Show when=erased(failed)>
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

/// What came back, and whether it is what was foretold.
#[component]
fn Answers(client: ClientSlot, #[prop(into)] sent: Signal<Option<Sent>>) -> impl IntoView {
    let store = use_store();
    let locale = use_locale();
    let found = Memo::new(move |_| {
        let sent = sent.get()?;
        Some((sent, store.with_capture(|capture| answers(capture, client, sent.since))))
    });
    let line = move |answer: &Answer| {
        let strings = locale.strings();
        let words = match answer.packet {
            None => strings.composer_closed().to_owned(),
            Some(packet) => {
                let code = |code: &crate::mqtt::ReasonCode| code.in_words(packet);
                let codes: Vec<_> = answer.reason_codes.iter().map(code).collect();
                format!("{} {}", packet.name(), codes.join(", "))
            }
        };
        let is_error = answer.reason_codes.iter().any(|code| code.is_error());
        let id = answer.record;
        view! {
            <li class="answer" data-state=is_error.then_some("contradicted")>
                <Evidence id/>
                " "
                {words}
            </li>
        }
    };
    move || {
        let (sent, found) = found.get()?;
        let strings = locale.strings();
        let verdict = compare(sent.foretold, &found).map(|compared| {
            let (state, words) = match compared {
                Compared::AsForetold => ("met", strings.composer_as_foretold()),
                Compared::OtherCode => ("info", strings.composer_other_code()),
                Compared::WithoutAWord => ("info", strings.composer_without_a_word()),
            };
            view! {
                <p class="status composer__verdict" data-state=state>
                    <Icon name=state/>
                    <span>{words}</span>
                </p>
            }
        });
        let list = match (found.is_empty(), sent.foretold) {
            (true, Foretold::Waits) => {
                view! { <p class="field__hint">{strings.composer_it_waits()}</p> }.into_any()
            }
            (true, _) => {
                view! { <p class="field__hint">{strings.composer_no_answer()}</p> }.into_any()
            }
            (false, _) => {
                view! { <ol class="answers">{found.iter().map(line).collect_view()}</ol> }
                    .into_any()
            }
        };
        Some(view! {
            <div class="composer__answers" role="status">
                <h3 class="overline">{strings.composer_answers()}</h3>
                {list}
                {verdict}
            </div>
        })
    }
}
