//! Why the first come beats the least recently used here: a round of topics.

use leptos::prelude::*;

use crate::course::support::alias_policy::{AliasPolicy, Choice};
use crate::course::support::fleet;
use crate::language::Strings;
use crate::ui::pictures::alias_game::model::{ROUND, ROUNDS, round};
use crate::ui::pictures::alias_ledger::view::signed;

/// Eleven topics in turn on ten aliases, message by message.
pub fn round_view(strings: &Strings) -> AnyView {
    let rows = [
        (strings.alias_policy_first(), AliasPolicy::FirstCome),
        (strings.alias_policy_lru(), AliasPolicy::LeastRecentlyUsed),
    ];
    let row = |(name, policy): (&'static str, AliasPolicy)| {
        let round = round(policy);
        let cell = |choice: &Choice| {
            let carries = match choice {
                Choice::Use(_) => "alias",
                Choice::Set(_) => "both",
                Choice::Full => "topic",
            };
            view! { <span class="alias-round__cell" data-carries=carries></span> }
        };
        let cells = round.choices.iter().map(cell).collect_view();
        let result = strings.alias_game_round_result(
            round.choices.len(),
            signed(round.account.saved()),
            round.account.uses,
        );
        view! {
            <div class="alias-round">
                <span class="alias-round__name">{name}</span>
                <span class="alias-round__cells" aria-hidden="true">{cells}</span>
                <span class="alias-round__result">{result}</span>
            </div>
        }
    };
    view! {
        <p class="field__hint">{strings.alias_game_round_text(fleet::ALIASES, ROUNDS, ROUND)}</p>
        {rows.map(row).into_iter().collect_view()}
    }
    .into_any()
}
