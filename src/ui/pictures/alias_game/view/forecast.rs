//! What the chosen policy comes to, and what was reached so far.

use leptos::prelude::*;

use crate::course::ALIAS_SAVING;
use crate::course::support::fleet::{Account, GOAL};
use crate::ui::components::Icon;
use crate::ui::erased::erased;
use crate::ui::format::grouped;
use crate::ui::loading::locale::use_locale;
use crate::ui::pictures::alias_ledger::view::signed;
use crate::ui::state::progress::use_progress;

/// The saving of the chosen policy, and whether it reaches the goal.
#[component]
pub fn ForecastLine(accounts: Memo<Vec<Account>>, chosen: RwSignal<usize>) -> impl IntoView {
    let locale = use_locale();
    let forecast = move || {
        let strings = locale.strings();
        accounts.with(|accounts| {
            let account = &accounts[chosen.get()];
            let (saved, without) = (account.saved(), account.total_without());
            let percent = (saved as f64 * 1000.0 / without.max(1) as f64).round() / 10.0;
            let percent = format!("{percent:.1}");
            let all = grouped(without as u64);
            let short = GOAL as i64 - saved;
            let goal = grouped(GOAL as u64);
            let (state, words) = match short {
                ..=0 => ("met", strings.alias_game_reached(goal)),
                _ => ("not-yet", strings.alias_game_short(goal, grouped(short as u64))),
            };
            view! {
                <strong>{strings.alias_game_forecast(percent, signed(saved), all)}</strong>
                <span class="status" data-state=state><Icon name=state small=true/>{words}</span>
            }
        })
    };
    view! { <p class="alias-game__forecast" aria-live="polite">{erased(forecast)}</p> }
}

/// The most that a day on the wire has saved.
#[component]
pub fn BestDay() -> impl IntoView {
    let (locale, progress) = (use_locale(), use_progress());
    let best = move || {
        let strings = locale.strings();
        match progress.with(|progress| progress.best(ALIAS_SAVING)) {
            Some(best) => strings.alias_game_best(grouped(best)),
            None => strings.alias_game_no_best().to_owned(),
        }
    };
    view! { <p class="alias-game__best"><Icon name="mark"/>{erased(best)}</p> }
}
