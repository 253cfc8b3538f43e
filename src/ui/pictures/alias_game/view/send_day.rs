//! The way onto the wire.

use leptos::prelude::*;

use super::GATEWAY;
use super::policy::names;
use crate::course::Move;
use crate::course::support::alias_policy::Tuning;
use crate::course::support::fleet;
use crate::lab::{Action, BenchClient, LinkState};
use crate::ui::client_panel::refusal;
use crate::ui::components::Icon;
use crate::ui::erased::erased;
use crate::ui::lesson::view::{LessonSession, make_move};
use crate::ui::loading::locale::use_locale;
use crate::ui::pictures::alias_game::model::policies;

/// Sends the whole day with the chosen policy; connects first where that is still to be done.
#[component]
pub fn SendDay(
    session: LessonSession,
    chosen: RwSignal<usize>,
    tuning: RwSignal<Tuning>,
    #[prop(into)] aliases: Signal<u16>,
) -> impl IntoView {
    let locale = use_locale();
    let store = session.store();
    let failed = RwSignal::new(None::<String>);
    let client = move |read: fn(&BenchClient) -> bool| {
        store.with_lab(|lab| lab.client(GATEWAY).is_some_and(read))
    };
    let is_connected = move || client(BenchClient::is_connected);
    let is_busy =
        move || client(|client| client.link_state() != LinkState::Closed && !client.is_connected());
    let press = move |_| {
        let result = match untrack(is_connected) {
            true => {
                let policy = policies(tuning.get_untracked())[chosen.get_untracked()];
                let acts = fleet::acts(GATEWAY, policy, aliases.get_untracked());
                let cast = untrack(|| session.cast());
                make_move(session, &cast, &Move::Acts(acts)).map(drop)
            }
            false => {
                let mut prepared = untrack(|| store.prepared(GATEWAY)).into_iter();
                let connect = prepared.find(|act| matches!(act.action, Action::Connect(_)));
                connect.map_or(Ok(()), |act| store.act(act))
            }
        };
        failed.set(result.err().map(|error| refusal::words(&error, locale.language())));
    };
    let label = move || match is_connected() {
        true => {
            let name = names(locale.strings())[chosen.get()];
            locale.strings().alias_game_send(name)
        }
        false => locale.strings().alias_game_connect().to_owned(),
    };
    view! {
        <div class="alias-game__send">
            <button
                class="button button--primary"
                disabled=erased(move || is_busy() || session.is_playing())
                on:click=press
            >
                <Icon name="publish"/>
                {erased(label)}
            </button>
            <Show when=erased(move || aliases.get() < fleet::ALIASES)>
                <p class="field__hint">{erased(move || locale.strings().alias_game_fewer(aliases.get()))}</p>
            </Show>
            <Show when=erased(move || failed.with(Option::is_some))>
                <p class="field__error" role="alert">
                    <Icon name="warning"/>
                    <span inner_html=erased(move || failed.get())></span>
                </p>
            </Show>
        </div>
    }
}
