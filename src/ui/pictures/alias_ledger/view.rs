//! One section for each direction of each connection: account, table, chart, and all of it as text.

use leptos::prelude::*;

use super::model::{Chart, HEIGHT, Ledger, Line, Message, WIDTH, chart};
use crate::language::Strings;
use crate::mqtt::Sender;
use crate::ui::components::{Evidence, Icon, PacketWay, direction};
use crate::ui::format::grouped;
use crate::ui::lesson::LessonSession;
use crate::ui::lesson::model::role_name;
use crate::ui::live::live;
use crate::ui::locale::use_locale;

/// Earlier connections than this many lines ago are left to the packet list.
const LINES: usize = 6;
/// The latest messages, as a table.
const MESSAGES: usize = 40;

/// Live, from the capture alone.
#[component]
pub fn AliasLedger(session: LessonSession) -> impl IntoView {
    let locale = use_locale();
    let store = session.store();
    let ledger = StoredValue::new_local((0, Ledger::default()));
    // Counts changes, since the ledger itself may be large.
    let version = Memo::new(move |before: Option<&u64>| {
        let starts = session.starts();
        let changed = store.with_capture(|capture| {
            ledger.try_update_value(|(of, ledger)| {
                let is_new = *of != starts;
                if is_new {
                    (*of, *ledger) = (starts, Ledger::default());
                }
                ledger.take_in(capture) | is_new
            })
        });
        before.copied().unwrap_or(0) + u64::from(changed == Some(true))
    });
    let body = move || {
        version.get();
        let strings = locale.strings();
        let role = |line: &Line| {
            let name = store.peek(|lab| lab.client(line.client).map(|c| c.role().to_owned()));
            role_name(&name.unwrap_or_default(), strings).to_owned()
        };
        ledger.with_value(|(_, ledger)| {
            let lines = ledger.lines();
            if lines.is_empty() {
                return view! {
                    <div class="empty">
                        <p class="empty__title">{strings.alias_empty}</p>
                        <p class="empty__how">{strings.alias_empty_how}</p>
                    </div>
                }
                .into_any();
            }
            let ordinal = |line: &Line| {
                let own = lines.iter().filter(|other| other.client == line.client);
                let mut earlier: Vec<_> = own.map(|other| other.connection).collect();
                earlier.sort_unstable();
                earlier.dedup();
                earlier.iter().position(|other| *other == line.connection).unwrap_or(0) + 1
            };
            lines
                .iter()
                .take(LINES)
                .map(|line| line_view(line, ordinal(line), role(line), strings))
                .collect_view()
                .into_any()
        })
    };
    view! {
        <section class="card picture alias-ledger" data-picture="alias-ledger" aria-label=live(move || locale.strings().alias_title)>
            <header class="card__head">
                <h3 class="card__title">{live(move || locale.strings().alias_title)}</h3>
            </header>
            <div class="alias-ledger__lines">{live(body)}</div>
        </section>
    }
}

fn line_view(line: &Line, ordinal: usize, role: String, strings: &Strings) -> AnyView {
    let way = match line.sender {
        Sender::Client => strings.alias_out(role),
        Sender::Server => strings.alias_in(role),
    };
    let state = match line.is_over {
        true => strings.alias_over,
        false => strings.alias_in_force,
    };
    let used = match line.allowed {
        0 => strings.alias_none_allowed.to_owned(),
        allowed => strings.alias_of(allowed, line.aliases.len()),
    };
    view! {
        <section
            class="alias-line"
            data-over=line.is_over.then_some("")
            data-direction=direction(Some(line.sender))
        >
            <header class="alias-line__head">
                <PacketWay client=line.client sender=Some(line.sender)/>
                <h4 class="alias-line__title">{way}</h4>
                <span class="alias-line__note">{strings.alias_connection(ordinal)} " · " {state} " · " {used}</span>
            </header>
            {(!line.messages.is_empty()).then(|| sum(line, strings))}
            {invalid(line, strings)}
            {table(line, strings)}
            {(!line.aliases.is_empty()).then(|| chart(line).map(|c| chart_view(&c, line, strings)))}
            {(!line.aliases.is_empty()).then(|| messages(line, strings))}
        </section>
    }
    .into_any()
}

fn sum(line: &Line, strings: &Strings) -> AnyView {
    let even = line.break_even();
    let paid = even.map(|(messages, record)| {
        view! { " " {strings.alias_even(messages)} " " <Evidence id=record/> }
    });
    let not_yet = (even.is_none() && !line.aliases.is_empty()).then_some(strings.alias_not_even);
    view! {
        <p class="alias-line__sum">
            <strong>{account(line, strings)}</strong>
            {paid}
            " "
            {not_yet}
        </p>
    }
    .into_any()
}

/// What the aliases of a line have come to, in one sentence.
fn account(line: &Line, strings: &Strings) -> String {
    let size = |bytes: usize| grouped(bytes as u64);
    let (with, without) = (size(line.total_with()), size(line.total_without()));
    match line.saved() {
        _ if line.aliases.is_empty() => strings.alias_sum_none(with, line.messages.len()),
        saved @ 1.. => {
            strings.alias_sum(line.saved_percent(), grouped(saved as u64), with, without)
        }
        cost => strings.alias_sum_cost(grouped(cost.unsigned_abs()), with, without),
    }
}

/// With a sign that takes as much room as the digits.
pub fn signed(number: i64) -> String {
    match number {
        ..0 => format!("−{}", grouped(number.unsigned_abs())),
        _ => grouped(number.unsigned_abs()),
    }
}

fn invalid(line: &Line, strings: &Strings) -> Option<AnyView> {
    if line.invalid.is_empty() {
        return None;
    }
    let items = line.invalid.iter().map(|invalid| {
        let words = match invalid.is_out_of_range {
            true => strings.alias_invalid_range(invalid.alias, line.allowed),
            false => strings.alias_invalid_unknown(invalid.alias),
        };
        view! {
            <li class="status" data-state="contradicted">
                <Icon name="contradicted"/>
                {words}
                <Evidence id=invalid.record/>
            </li>
        }
    });
    let items = items.collect_view();
    Some(view! { <ul class="alias-line__invalid">{items}</ul> }.into_any())
}

fn table(line: &Line, strings: &Strings) -> Option<AnyView> {
    if line.aliases.is_empty() {
        return None;
    }
    let rows = line.aliases.iter().map(|(number, alias)| {
        let replaced = (alias.replaced > 0).then(|| {
            let words = strings.alias_replaced(alias.replaced);
            view! { <span class="alias-table__note">{words}</span> }
        });
        view! {
            <tr>
                <th scope="row" class="table__number">{*number}</th>
                <td class="alias-table__topic"><code>{alias.topic.clone()}</code>{replaced}</td>
                <td><Evidence id=alias.set_by/></td>
                <td class="table__number">{alias.uses}</td>
                <td class="table__number">{signed(alias.saved)} " B"</td>
            </tr>
        }
    });
    let rows = rows.collect_view();
    Some(
        view! {
            <div class="table-scroll">
                <table class="table alias-table">
                    <thead>
                        <tr>
                            <th scope="col" class="table__number">{strings.alias_col_alias}</th>
                            <th scope="col">{strings.alias_col_topic}</th>
                            <th scope="col">{strings.alias_col_set}</th>
                            <th scope="col" class="table__number">{strings.alias_col_uses}</th>
                            <th scope="col" class="table__number">{strings.alias_col_saved}</th>
                        </tr>
                    </thead>
                    <tbody>{rows}</tbody>
                </table>
            </div>
        }
        .into_any(),
    )
}

fn chart_view(chart: &Chart, line: &Line, strings: &Strings) -> AnyView {
    let size = |bytes: usize| grouped(bytes as u64);
    let (with, without) = (size(line.total_with()), size(line.total_without()));
    let words = strings.alias_chart(line.messages.len(), with.clone(), without.clone());
    let even = chart.break_even.map(|(x, y)| {
        view! {
            <g class="alias-chart__even">
                <line x1=x x2=x y1=y y2=HEIGHT - 10.0/>
                <circle cx=x cy=y r="4"/>
            </g>
        }
    });
    view! {
        <svg
            class="alias-chart"
            viewBox=format!("0 0 {WIDTH} {HEIGHT}")
            role="img"
            aria-label=words
        >
            <line class="alias-chart__axis" x1="4" x2=WIDTH - 76.0 y1=HEIGHT - 10.0 y2=HEIGHT - 10.0/>
            <path class="alias-chart__between" d=chart.between.clone()/>
            <path class="alias-chart__without" d=chart.without.clone()/>
            <path class="alias-chart__with" d=chart.with.clone()/>
            {even}
            <text class="alias-chart__label" x=chart.end_without.0 y=chart.end_without.1 + 4.0>
                {without} " B"
            </text>
            <text class="alias-chart__label alias-chart__label--with" x=chart.end_with.0 y=chart.end_with.1 + 4.0>
                {with} " B"
            </text>
        </svg>
        <ul class="alias-legend" aria-hidden="true">
            <li><span class="alias-legend__line"></span>{strings.alias_legend_with}</li>
            <li><span class="alias-legend__line" data-dashed=""></span>{strings.alias_legend_without}</li>
            {chart
                .break_even
                .map(|_| view! { <li><span class="alias-legend__dot"></span>{strings.alias_legend_even}</li> })}
        </ul>
    }
    .into_any()
}

/// Every message with both weights: the chart in text.
fn messages(line: &Line, strings: &Strings) -> AnyView {
    let first = line.messages.len().saturating_sub(MESSAGES);
    let row = |message: &Message| {
        let weighed = &message.weighed;
        let carries = match (weighed.alias, weighed.has_topic) {
            (None, _) => strings.alias_carries_topic.to_owned(),
            (Some(alias), true) => strings.alias_carries_both(alias),
            (Some(alias), false) => strings.alias_carries_alias(alias),
        };
        let total = message.total_without as i64 - message.total_with as i64;
        view! {
            <tr>
                <td><Evidence id=message.record/></td>
                <td>{carries}</td>
                <td class="table__number">{weighed.with} " B"</td>
                <td class="table__number">{weighed.without} " B"</td>
                <td class="table__number">{signed(total)} " B"</td>
            </tr>
        }
    };
    let rows = line.messages[first..].iter().map(row).collect_view();
    let title = match first {
        0 => strings.alias_table.to_owned(),
        _ => strings.alias_table_latest(MESSAGES),
    };
    view! {
        <details class="disclosure">
            <summary class="disclosure__summary"><Icon name="chevron"/>{title}</summary>
            <div class="disclosure__body table-scroll">
                <table class="table">
                    <thead>
                        <tr>
                            <th scope="col">"PUBLISH"</th>
                            <th scope="col">{strings.alias_col_carries}</th>
                            <th scope="col" class="table__number">{strings.alias_col_with}</th>
                            <th scope="col" class="table__number">{strings.alias_col_without}</th>
                            <th scope="col" class="table__number">{strings.alias_col_total}</th>
                        </tr>
                    </thead>
                    <tbody>{rows}</tbody>
                </table>
            </div>
        </details>
    }
    .into_any()
}
