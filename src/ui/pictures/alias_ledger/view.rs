//! Every direction with its sum to choose from; one of them as bars and sums, beside what its aliases stand for.

use leptos::html::Div;
use leptos::prelude::*;

use super::model::{Alias, Bar, Carries, Chart, Ledger, Line, Message, chart};
use crate::language::Strings;
use crate::mqtt::{ConnectionId, Sender};
use crate::ui::components::{Evidence, Icon, PacketWay, Topic, direction};
use crate::ui::erased::erased;
use crate::ui::format::grouped;
use crate::ui::lesson::view::LessonSession;
use crate::ui::loading::locale::use_locale;
use crate::ui::pictures::marks::view::{Frame, use_marks};
use crate::ui::pictures::view::sight;
use crate::ui::role_names::role_name;
use crate::ui::state::store::{Store, use_store};

/// Lines of earlier connections than these are left to the packet list.
const LINES: usize = 6;

/// Live, from the capture alone.
#[component]
pub fn AliasLedger(
    /// The exercise, where there is one.
    session: Option<LessonSession>,
) -> impl IntoView {
    let locale = use_locale();
    let store = session.map_or_else(use_store, LessonSession::store);
    let ledger = StoredValue::new_local((0, Ledger::default()));
    // Counts changes, since the ledger itself may be large.
    let version = Memo::new(move |before: Option<&u64>| {
        let starts = session.map_or(0, LessonSession::starts);
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
    let in_hand = Memo::new(move |_| {
        version.get();
        ledger.with_value(|(_, ledger)| ledger.in_hand().map(Line::key))
    });
    // A choice holds until an alias is seen on another line.
    let chosen = RwSignal::new(None::<(ConnectionId, bool)>);
    Effect::new(move || {
        in_hand.track();
        chosen.set(None);
    });
    let shown = Memo::new(move |_| chosen.get().or_else(|| in_hand.get()));

    let lines = NodeRef::<Div>::new();
    sight::follow(lines, move || shown.get());
    let choices = move || {
        version.get();
        let strings = locale.strings();
        ledger.with_value(|(_, ledger)| {
            let lines = ledger.lines();
            let one = |line: &&Line| {
                let key = line.key();
                let press = Callback::new(move |()| chosen.set(Some(key)));
                choice(line, shown, press, store, strings)
            };
            lines.iter().take(LINES).map(one).collect_view()
        })
    };
    let page = move || {
        version.get();
        let strings = locale.strings();
        ledger.with_value(|(_, ledger)| {
            let lines = ledger.lines();
            let line = lines.iter().find(|line| Some(line.key()) == shown.get())?;
            let other =
                lines.iter().find(|o| o.connection == line.connection && o.sender != line.sender);
            Some(line_view(line, other.copied(), ordinal(line, &lines), store, strings))
        })
    };
    // Drawn only while it is open: in a flood it would be most of the work.
    let is_open = RwSignal::new(false);
    let of_shown = move |read: &dyn Fn(&Line) -> AnyView| {
        version.get();
        let key = shown.get();
        ledger.with_value(|(_, ledger)| {
            ledger.lines().into_iter().find(|line| Some(line.key()) == key).map(read)
        })
    };
    let table = move || is_open.get().then(|| of_shown(&|line| messages(line, locale.strings())));
    let table_title = move || {
        let strings = locale.strings();
        of_shown(&|line| match line.count == line.messages.len() {
            true => strings.alias_table().into_any(),
            false => strings.alias_table_latest(line.messages.len()).into_any(),
        })
    };
    let page_frame = NodeRef::<Div>::new();
    let marks = use_marks(page_frame, move || (version.get(), shown.get(), is_open.get()));
    let is_empty = Memo::new(move |_| shown.with(Option::is_none));
    let body = move || match is_empty.get() {
        true => {
            let strings = locale.strings();
            view! {
                <div class="empty">
                    <p class="empty__title">{strings.alias_empty()}</p>
                    <p class="empty__how">{strings.alias_empty_how()}</p>
                </div>
            }
            .into_any()
        }
        false => view! {
            <div
                class="alias-ledger__lines"
                role="group"
                aria-label=erased(move || locale.strings().alias_lines())
                node_ref=lines
            >
                {erased(choices)}
            </div>
            <Frame marks class="alias-ledger__page picture__scroll">
                {erased(page)}
                <details
                    class="disclosure alias-ledger__messages"
                    on:toggle=move |_| is_open.update(|is_open| *is_open = !*is_open)
                >
                    <summary class="disclosure__summary">
                        <Icon name="chevron"/>
                        {erased(table_title)}
                    </summary>
                    <div class="disclosure__body table-scroll">{erased(table)}</div>
                </details>
            </Frame>
        }
        .into_any(),
    };
    view! {
        <section
            class="card picture alias-ledger"
            data-picture="alias-ledger"
            aria-label=erased(move || locale.strings().alias_title())
        >
            <header class="card__head">
                <h3 class="card__title">{erased(move || locale.strings().alias_title())}</h3>
            </header>
            {erased(body)}
        </section>
    }
}

/// Which connection of its client the line belongs to, from 1 on.
fn ordinal(line: &Line, lines: &[&Line]) -> usize {
    let own = lines.iter().filter(|other| other.client == line.client);
    let mut earlier: Vec<_> = own.map(|other| other.connection).collect();
    earlier.sort_unstable();
    earlier.dedup();
    earlier.iter().position(|other| *other == line.connection).unwrap_or(0) + 1
}

fn way(line: &Line, store: Store, strings: &Strings) -> String {
    let name = store.peek(|lab| lab.client(line.client).map(|c| c.role().to_owned()));
    let role = role_name(&name.unwrap_or_default(), strings);
    match line.sender {
        Sender::Client => strings.alias_out(role),
        Sender::Server => strings.alias_in(role),
    }
}

/// How many of the aliases that are allowed stand for something.
fn used(line: &Line, strings: &Strings) -> String {
    match line.allowed {
        0 => strings.alias_none_allowed().to_owned(),
        allowed => strings.alias_of(allowed, line.aliases.len()),
    }
}

fn choice(
    line: &Line,
    shown: Memo<Option<(ConnectionId, bool)>>,
    press: Callback<()>,
    store: Store,
    strings: &Strings,
) -> AnyView {
    let sum = match (line.aliases.is_empty(), line.saved()) {
        (true, _) => format!("{} B", grouped(line.total_with() as u64)),
        (false, cost @ ..0) => format!("+{} B", grouped(cost.unsigned_abs())),
        (false, saved) => format!("{} B", signed(-saved)),
    };
    let title = format!("{}, {}", way(line, store, strings), used(line, strings));
    let name = title.clone();
    let key = line.key();
    let is_shown = move || shown.get() == Some(key);
    view! {
        <button
            class="alias-ledger__line"
            aria-pressed=erased(move || is_shown().to_string())
            data-latest=erased(move || is_shown().then_some(""))
            data-over=line.is_over.then_some("")
            data-direction=direction(Some(line.sender))
            title=title
            on:click=move |_| press.run(())
        >
            <PacketWay client=line.client sender=Some(line.sender)/>
            <span class="visually-hidden">{name}</span>
            <span class="alias-ledger__sum">{sum}</span>
        </button>
    }
    .into_any()
}

fn line_view(
    line: &Line,
    other: Option<&Line>,
    ordinal: usize,
    store: Store,
    strings: &'static Strings,
) -> AnyView {
    view! {
        <section
            class="alias-line"
            data-over=line.is_over.then_some("")
            data-direction=direction(Some(line.sender))
        >
            <header class="alias-line__head">
                <PacketWay client=line.client sender=Some(line.sender)/>
                <h4 class="alias-line__title">{way(line, store, strings)}</h4>
                {(line.count > 0).then(|| sum(line, strings))}
            </header>
            {invalid(line, strings)}
            <div class="alias-line__drawing">
                {chart(line).map(|chart| chart_view(&chart, line, store, strings))}
                {table(line, other, ordinal, store, strings)}
            </div>
        </section>
    }
    .into_any()
}

fn sum(line: &Line, strings: &Strings) -> AnyView {
    let paid = line.break_even.map(|even| {
        let words = strings.alias_even(even.aliased, even.message);
        view! { " " {words} " " <Evidence id=even.record/> }
    });
    let not_yet = (paid.is_none() && !line.aliases.is_empty()).then_some(strings.alias_not_even());
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
        _ if line.aliases.is_empty() => strings.alias_sum_none(with, line.count),
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

/// What the aliases of the connection stand for, this direction first: they are two tables [MQTT-3.3.2-7].
fn table(
    line: &Line,
    other: Option<&Line>,
    ordinal: usize,
    store: Store,
    strings: &'static Strings,
) -> AnyView {
    let parts = std::iter::once(line).chain(other);
    let parts = parts.map(|line| direction_rows(line, ordinal, store, strings)).collect_view();
    view! {
        <table class="table alias-table">
            <thead role="rowgroup">
                <tr role="row">
                    <th scope="col" role="columnheader" class="table__number">{strings.alias_col_alias()}</th>
                    <th scope="col" role="columnheader">{strings.alias_col_topic()}</th>
                    <th scope="col" role="columnheader">{strings.alias_col_set()}</th>
                    <th scope="col" role="columnheader" class="table__number">{strings.alias_col_uses()}</th>
                    <th scope="col" role="columnheader" class="table__number">{strings.alias_col_saved()}</th>
                </tr>
            </thead>
            {parts}
        </table>
    }
    .into_any()
}

fn direction_rows(line: &Line, ordinal: usize, store: Store, strings: &'static Strings) -> AnyView {
    let state = match line.is_over {
        true => strings.alias_over(),
        false => strings.alias_in_force(),
    };
    let (aliases, others) = line.latest_aliases();
    let rows = aliases.into_iter().map(|(number, alias)| row(number, alias, line, strings));
    let rows = rows.collect_view();
    let more = (others > 0).then(|| {
        let words = strings.alias_more(others);
        view! { <tr role="row"><td role="cell" class="alias-table__more" colspan="5">{words}</td></tr> }
    });
    view! {
        <tbody role="rowgroup" data-over=line.is_over.then_some("")>
            <tr role="row" class="alias-table__way" data-direction=direction(Some(line.sender))>
                <th scope="rowgroup" role="rowheader" colspan="5">
                    <PacketWay client=line.client sender=Some(line.sender)/>
                    " "
                    {way(line, store, strings)}
                    <span class="alias-line__note">
                        {strings.alias_connection(ordinal)} " · " {state} " · " {used(line, strings)}
                    </span>
                </th>
            </tr>
            {rows}
            {more}
        </tbody>
    }
    .into_any()
}

fn row(number: u16, alias: &Alias, line: &Line, strings: &'static Strings) -> AnyView {
    let replaced = (alias.replaced > 0).then(|| {
        let words = strings.alias_replaced(alias.replaced);
        view! { <span class="alias-table__note">{words}</span> }
    });
    let is_latest = line.messages.back().is_some_and(|m| m.weighed.alias == Some(number));
    view! {
        <tr role="row" class="alias-table__row" data-now=is_latest.then_some("")>
            <th scope="row" role="rowheader" class="table__number">{number}</th>
            <td role="cell" class="alias-table__topic"><Topic topic=alias.topic.clone()/>{replaced}</td>
            <td role="cell" class="alias-table__set" data-label=strings.alias_col_set()>
                <Evidence id=alias.set_by/>
            </td>
            <td role="cell" class="alias-table__uses table__number" data-label=strings.alias_col_uses()>
                {alias.uses}
            </td>
            <td role="cell" class="alias-table__saved table__number">{signed(alias.saved)} " B"</td>
        </tr>
    }
    .into_any()
}

fn chart_view(chart: &Chart, line: &Line, store: Store, strings: &'static Strings) -> AnyView {
    let size = |bytes: usize| grouped(bytes as u64);
    let (with, without) = (size(line.total_with()), size(line.total_without()));
    let words = strings.alias_chart(line.count, with.clone(), without.clone());
    let before = (chart.before > 0).then(|| {
        let words = strings.alias_before(grouped(chart.before as u64));
        view! { <span class="alias-figure__before">{words}</span> }
    });
    let room = chart.columns - chart.bars.len();
    // The values stand beside the ends of both lines, and never on one another.
    let has_aliases = !line.aliases.is_empty();
    let apart = (chart.end_with - chart.end_without).abs() > LABEL;
    let label_without = match (apart, chart.end_without <= chart.end_with) {
        (false, false) => chart.end_with + LABEL,
        _ => chart.end_without,
    };
    let label_with = match (apart, chart.end_without <= chart.end_with) {
        (false, true) => chart.end_without + LABEL,
        _ => chart.end_with,
    };
    let top = |share: f64| format!("{share:.1}%");
    let left = format!("{:.2}%", 100.0 * chart.bars.len() as f64 / chart.columns as f64);
    let even = chart.break_even.map(|column| {
        let left = format!("{:.2}%", 100.0 * column as f64 / chart.columns as f64);
        // Right of the line, while there are few bars, are the sums, which end there.
        let early = match chart.bars.len() > column + EARLY {
            true => "above",
            false => "below",
        };
        view! {
            <span
                class="alias-figure__even"
                data-early=(column < EARLY).then_some(early)
                style:inset-inline-start=left
            >
                <span>{strings.alias_legend_even()}</span>
            </span>
        }
    });
    let columns = chart.columns.to_string();
    let is_roomy = chart.columns <= ROOMY;
    let bars = chart.bars.iter().enumerate();
    let bars = bars.map(|(column, bar)| {
        let marked = chart.break_even == Some(column);
        column_view(bar, marked, is_roomy || marked, has_aliases, store, strings)
    });
    let legend = [
        ("alias", strings.alias_game_bar_alias()),
        ("both", strings.alias_game_bar_both()),
        ("topic", strings.alias_game_bar_topic()),
        ("without", strings.alias_legend_without()),
    ];
    let legend = legend.map(|(kind, words)| {
        view! { <li><span class="alias-legend__box" data-carries=kind></span>{words}</li> }
    });
    view! {
        <figure class="alias-figure" style:--columns=columns.to_string()>
            <div class="alias-figure__sums">
                <svg class="alias-chart" viewBox="0 0 100 100" preserveAspectRatio="none" role="img" aria-label=words>
                    <path class="alias-chart__area" d=chart.with.clone()/>
                    <path class="alias-chart__without" d=chart.without.clone()/>
                </svg>
                {before}
                {even}
                {has_aliases.then(|| view! {
                    <span
                        class="alias-figure__label"
                        style:inset-block-start=top(label_without)
                        style:inset-inline-start=left.clone()
                    >
                        {without}
                        " B"
                    </span>
                })}
                <span
                    class="alias-figure__label alias-figure__label--with"
                    style:inset-block-start=top(label_with)
                    style:inset-inline-start=left.clone()
                >
                    {with}
                    " B"
                </span>
            </div>
            <ol class="alias-figure__bars">
                {bars.collect_view()}
                {(0..room).map(|_| view! { <li class="alias-column" aria-hidden="true"></li> }).collect_view()}
            </ol>
            <ul class="alias-legend" aria-hidden="true">{legend.collect_view()}</ul>
        </figure>
    }
    .into_any()
}

/// One message: beside what it weighs what it would have weighed without alias.
fn column_view(
    bar: &Bar,
    is_even: bool,
    has_values: bool,
    has_aliases: bool,
    store: Store,
    strings: &'static Strings,
) -> AnyView {
    let id = bar.record;
    let height = |share: f64| format!("{share:.1}%");
    let name = strings.alias_column(id.number(), bar.number, bar.with, bar.without);
    let title = name.clone();
    let value = has_values.then(|| view! { <b class="alias-column__value">{bar.with}</b> });
    let without = has_aliases.then(|| {
        view! { <i class="alias-column__bar" data-carries="without" style:block-size=height(bar.height_without)></i> }
    });
    view! {
        <li class="alias-column" data-even=is_even.then_some("")>
            <button
                tabindex="-1"
                data-mark=id.0.to_string()
                title=title
                on:click=move |_| store.open(id)
            >
                <span class="alias-column__bars">
                    {without}
                    <i
                        class="alias-column__bar"
                        data-carries=carries_key(bar.carries)
                        style:block-size=height(bar.height_with)
                    >
                        {value}
                    </i>
                </span>
                <span class="alias-column__number">
                    {(has_values || bar.number.is_multiple_of(NUMBERED)).then_some(bar.number)}
                </span>
                <span class="visually-hidden">{name}</span>
            </button>
        </li>
    }
    .into_any()
}

/// Before this column there is no room for a label.
const EARLY: usize = 3;
/// Up to so many columns there is room for a number on each bar.
const ROOMY: usize = 12;
/// Where there is no room for all, every fifth message has its number.
const NUMBERED: usize = 5;
/// The height of a label, in percent of the sums.
const LABEL: f64 = 22.0;

/// Its name in the stylesheet.
fn carries_key(carries: Carries) -> &'static str {
    match carries {
        Carries::Topic => "topic",
        Carries::Both => "both",
        Carries::Alias => "alias",
    }
}

/// The latest messages with both weights: the chart in text.
fn messages(line: &Line, strings: &Strings) -> AnyView {
    let row = |message: &Message| {
        let weighed = &message.weighed;
        let carries = match (message.carries(), weighed.alias) {
            (Carries::Both, Some(alias)) => strings.alias_carries_both(alias),
            (Carries::Alias, Some(alias)) => strings.alias_carries_alias(alias),
            _ => strings.alias_carries_topic().to_owned(),
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
    let rows = line.messages.iter().map(row).collect_view();
    view! {
        <table class="table">
            <thead>
                <tr>
                    <th scope="col">"PUBLISH"</th>
                    <th scope="col">{strings.alias_col_carries()}</th>
                    <th scope="col" class="table__number">{strings.alias_col_with()}</th>
                    <th scope="col" class="table__number">{strings.alias_col_without()}</th>
                    <th scope="col" class="table__number">{strings.alias_col_total()}</th>
                </tr>
            </thead>
            <tbody>{rows}</tbody>
        </table>
    }
    .into_any()
}
