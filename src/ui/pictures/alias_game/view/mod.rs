//! Choose or tune a policy, see its forecast beside the others, send the day with it.

mod chart;
mod forecast;
mod knobs;
mod policy;
mod round;
mod send_day;
mod table;

use leptos::prelude::*;

use super::model::{chart, policies};
use crate::capture::{Capture, ClientSlot};
use crate::course::ALIAS_SAVING;
use crate::course::support::alias_policy::{AliasPolicy, Tuning};
use crate::course::support::fleet::{self, Account};
use crate::delivery::Accepts;
use crate::mqtt::{PacketType, Sender};
use crate::ui::components::controls::{Disclosure, said};
use crate::ui::erased::erased;
use crate::ui::lesson::view::LessonSession;
use crate::ui::loading::locale::use_locale;
use crate::ui::pictures::alias_ledger::view::AliasLedger;
use crate::ui::state::progress::use_progress;
use chart::chart_view;
use forecast::{BestDay, ForecastLine};
use knobs::Knobs;
use policy::PolicyChoice;
use round::round_view;
use send_day::SendDay;
use table::table_view;

const GATEWAY: ClientSlot = ClientSlot(0);
/// The learner's own policy among [`policies`].
const OWN: usize = 4;

/// The days sent so far, as far as the page shows them.
#[derive(Clone, Debug, Default, PartialEq)]
struct Sent {
    /// The latest, complete or under way.
    latest: Option<Account>,
    /// The most that a complete day has saved.
    best: Option<i64>,
}

#[component]
pub fn AliasGame(session: LessonSession) -> impl IntoView {
    let locale = use_locale();
    let progress = use_progress();
    let store = session.store();
    let chosen = RwSignal::new(OWN);
    let tuning = RwSignal::new(Tuning::START);
    let aliases = Memo::new(move |_| store.with_capture(aliases_allowed));
    let fixed = Memo::new(move |_| -> Vec<Account> {
        let fixed = &policies(Tuning::START)[..OWN];
        fixed.iter().map(|policy| fleet::forecast(*policy, aliases.get())).collect()
    });
    let accounts = Memo::new(move |_| {
        let mut accounts = fixed.get();
        accounts.push(fleet::forecast(AliasPolicy::Tuned(tuning.get()), aliases.get()));
        accounts
    });
    let sent = Memo::new(move |_| {
        session.starts();
        store.with_capture(|capture| {
            let days = session.with_evidence(|e| fleet::days(capture, e.since, GATEWAY));
            let complete = days.iter().filter(|day| day.is_complete);
            let best = complete.map(|day| day.account.saved()).max();
            Sent { latest: days.into_iter().next_back().map(|day| day.account), best }
        })
    });
    Effect::new(move || {
        let best = sent.with(|sent| sent.best).and_then(|best| u64::try_from(best).ok());
        if let Some(best) = best.filter(|_| !session.was_played()) {
            progress.record_best(ALIAS_SAVING, best);
        }
    });

    let picture = move || {
        let strings = locale.strings();
        let chosen = chosen.get();
        sent.with(|sent| {
            accounts.with(|accounts| {
                let chart = chart(accounts, chosen, sent.latest.as_ref());
                chart_view(&chart, chosen, strings)
            })
        })
    };
    let table = move || {
        let strings = locale.strings();
        accounts.with(|accounts| sent.with(|sent| table_view(accounts, sent, strings)))
    };
    view! {
        <section
            class="card picture alias-game"
            data-picture="alias-game"
            aria-label=erased(move || locale.strings().alias_game_title())
        >
            <header class="card__head">
                <h3 class="card__title">{erased(move || locale.strings().alias_game_title())}</h3>
            </header>
            <div class="card__body alias-game__body">
                <PolicyChoice chosen/>
                <Show when=erased(move || chosen.get() == OWN)>
                    <Knobs tuning/>
                </Show>
                <ForecastLine accounts chosen/>
                <figure class="alias-game__figure">{erased(picture)}</figure>
                <SendDay session chosen tuning aliases/>
                <BestDay/>
                <Disclosure title=said(|s| s.alias_game_table())>
                    <div class="table-scroll">{erased(table)}</div>
                </Disclosure>
                <Disclosure title=said(|s| s.alias_game_round())>
                    {erased(move || round_view(locale.strings()))}
                </Disclosure>
            </div>
        </section>
        <AliasLedger session=Some(session)/>
    }
}

/// What the Server allows on the latest connection, as far as the game goes.
fn aliases_allowed(capture: &Capture) -> u16 {
    let mut connacks = capture.packets(PacketType::ConnAck, Sender::Server).rev();
    let connack = connacks.find(|record| record.client == GATEWAY);
    let maximum = connack
        .and_then(|record| Accepts::stated_in(&record.valid_packet()?))
        .map(|accepts| accepts.topic_alias_maximum);
    maximum.unwrap_or(fleet::ALIASES).min(fleet::ALIASES)
}
