//! The same in text.

use leptos::prelude::*;

use super::Sent;
use super::policy::names;
use crate::course::support::fleet::Account;
use crate::language::Strings;
use crate::ui::format::grouped;
use crate::ui::pictures::alias_ledger::view::signed;

/// The curves in text: what each policy comes to, and what was sent last.
pub fn table_view(accounts: &[Account], sent: &Sent, strings: &Strings) -> AnyView {
    let names = names(strings);
    let rows = names.iter().copied().zip(accounts.iter());
    let wire = sent.latest.as_ref().map(|account| (strings.alias_game_wire(), account));
    let row = |(name, account): (&'static str, &Account)| {
        view! {
            <tr>
                <th scope="row">{name}</th>
                <td class="table__number">{grouped(account.total_with() as u64)} " B"</td>
                <td class="table__number">{signed(account.saved())} " B"</td>
                <td class="table__number">{account.uses}</td>
                <td class="table__number">{account.sets}</td>
                <td class="table__number">{account.replaced}</td>
            </tr>
        }
    };
    view! {
        <table class="table">
            <thead>
                <tr>
                    <th scope="col">{strings.alias_game_policy()}</th>
                    <th scope="col" class="table__number">{strings.alias_col_with()}</th>
                    <th scope="col" class="table__number">{strings.alias_col_saved()}</th>
                    <th scope="col" class="table__number">{strings.alias_game_bar_alias()}</th>
                    <th scope="col" class="table__number">{strings.alias_game_bar_both()}</th>
                    <th scope="col" class="table__number">{strings.alias_game_col_replaced()}</th>
                </tr>
            </thead>
            <tbody>{rows.chain(wire).map(row).collect_view()}</tbody>
        </table>
    }
    .into_any()
}
