//! The list of everything that passed on the wire. Only rows in sight stand in the document.

mod filter_field;
mod filter_menu;
mod following;
mod moving;
mod packet_row;
mod view_choice;
mod wire_bar;
mod wire_count;
mod wire_notes;
mod wire_state;

pub use following::{NewerButton, use_following};
pub use moving::use_moving;
pub use packet_row::{line_view, time_view};
pub use wire_bar::WireBar;
pub use wire_state::{WireState, WireView, use_wire};

use leptos::html::Div;
use leptos::prelude::*;

use super::times::Times;
use crate::capture::RecordId;
use crate::ui::browser::focus_within;
use crate::ui::components::Icon;
use crate::ui::erased::erased;
use crate::ui::format::grouped;
use crate::ui::loading::locale::use_locale;
use crate::ui::state::arrivals::Arrivals;
use crate::ui::state::store::{Store, use_store};
use crate::ui::windowed::view::use_windowed;
use packet_row::PacketRow;

#[component]
pub fn PacketList(
    /// Whether the columns have heads.
    #[prop(default = true)]
    head: bool,
) -> impl IntoView {
    let (store, wire) = (use_store(), use_wire());
    let is_empty = Memo::new(move |_| wire.found().rows == 0);
    move || match is_empty.get() {
        true => view! { <EmptyWire store wire/> }.into_any(),
        false => view! { <Rows store wire head/> }.into_any(),
    }
}

/// What stands where the list will be.
#[component]
pub fn EmptyWire(store: Store, wire: WireState) -> impl IntoView {
    let locale = use_locale();
    let content = move || {
        let (strings, found) = (locale.strings(), wire.found());
        if !found.is_complete {
            return view! {
                <span class="waiting">
                    <Icon name="waiting" class="spinner"/>
                    {strings.wire_searching()}
                </span>
            }
            .into_any();
        }
        if !found.is_filtered {
            let title = match found.records {
                0 => strings.wire_empty_title(),
                _ => strings.wire_nothing_new(),
            };
            return view! {
                <Icon name="wire"/>
                <p class="empty__title">{title}</p>
                <p class="empty__how">{strings.wire_empty_how()}</p>
            }
            .into_any();
        }
        view! {
            <Icon name="search"/>
            <p class="empty__title">{strings.wire_none_title()}</p>
            <p class="empty__how">
                {strings.wire_none_how(grouped(found.records as u64), wire.filter.get())}
            </p>
            <button class="button button--small" on:click=move |_| wire.filter.set(String::new())>
                {strings.wire_none_clear()}
            </button>
        }
        .into_any()
    };
    view! {
        <div class="wire-empty empty">
            {erased(content)}
            <PutAway store wire/>
        </div>
    }
}

/// Tells of rows that are not shown, and brings them back.
#[component]
fn PutAway(store: Store, wire: WireState) -> impl IntoView {
    let locale = use_locale();
    let hidden = move || {
        let since = wire.since.get();
        store.with_capture(|capture| {
            let first = capture.at(0)?.id;
            let hidden = since.0.min(capture.next_id().0).saturating_sub(first.0);
            (hidden > 0).then_some(hidden)
        })
    };
    move || {
        hidden().map(|hidden| {
            view! {
                <p class="packet-list__note">
                    {locale.strings().wire_hidden(grouped(hidden))}
                    <button
                        class="button button--quiet button--small"
                        on:click=move |_| wire.since.set(RecordId(0))
                    >
                        {locale.strings().wire_show_again()}
                    </button>
                </p>
            }
        })
    }
}

/// Tells what a list does not show: records that had to go, and those put away.
#[component]
pub fn LeftOut(store: Store, wire: WireState) -> impl IntoView {
    let (locale, found) = (use_locale(), wire.found_memo());
    let dropped = move || {
        let dropped = found.get().dropped;
        (dropped > 0).then(|| {
            view! {
                <p class="packet-list__note">{locale.strings().wire_dropped(grouped(dropped))}</p>
            }
        })
    };
    view! {
        {erased(dropped)}
        <PutAway store wire/>
    }
}

#[component]
fn Rows(store: Store, wire: WireState, head: bool) -> impl IntoView {
    let locale = use_locale();
    let root = NodeRef::<Div>::new();
    let windowed = use_windowed(root);
    let found = wire.found_memo();

    let range = Memo::new(move |_| windowed.sight().rows(found.get().rows));
    let rows = Memo::new(move |_| {
        // The range alone would not tell that a filter has put other records there.
        found.track();
        let range = range.get();
        let ids: Vec<RecordId> =
            wire.with_matches(|matches| range.filter_map(|at| matches.at(at)).collect());
        ids
    });
    Effect::new(move || {
        if !rows.with(Vec::is_empty) && windowed.sight().row_height == 0.0 {
            windowed.measure();
        }
    });

    let following = use_following(windowed, wire, move || found.get().gone as f64);
    let on_list_key = use_moving(store, wire, windowed, false, move |id, focus| {
        let position = wire.with_matches(|matches| matches.position(id));
        following.leave_for(position as f64, position as f64 + 1.0);
        windowed.reveal(position, id.0, move |row| {
            if focus {
                focus_within(row, ".packet-row__button");
            }
        });
    });

    let cursor_is_drawn = Memo::new(move |_| {
        wire.cursor.get().is_some_and(|cursor| rows.with(|rows| rows.contains(&cursor)))
    });
    let arrivals = Arrivals::after(found.get_untracked().next.0);
    let drawn = move || {
        windowed.hold_focus();
        arrivals.draw(found.get_untracked().next.0);
        rows.get()
    };
    let row = move |id: RecordId| {
        let record = store.record(id)?;
        let is_new = arrivals.is_new(id.0) && following.follows();
        Some(view! {
            <PacketRow
                record
                selected=Signal::derive(move || store.selected() == Some(id))
                at_cursor=Signal::derive(move || wire.cursor.get() == Some(id))
                is_new
                on_open=Callback::new(move |id| {
                    wire.cursor.set(Some(id));
                    store.open(id);
                })
            />
        })
    };
    view! {
        <div
            class="packet-list"
            node_ref=root
            tabindex=erased(move || if cursor_is_drawn.get() { "-1" } else { "0" })
            data-narrow=erased(move || windowed.is_narrow().then_some(""))
            on:scroll=move |_| following.looked()
            on:keydown=on_list_key
        >
            {head.then(|| view! { <Heads/> })}
            <LeftOut store wire/>
            <ol
                class="packet-list__rows"
                data-rows=""
                aria-label=erased(move || locale.strings().wire_list())
                style:--count=erased(move || found.get().rows.to_string())
                style:--first=erased(move || range.get().start.to_string())
            >
                <For each=drawn key=|id| *id children=row/>
            </ol>
            <NewerButton following/>
        </div>
    }
}

#[component]
fn Heads() -> impl IntoView {
    let (locale, wire) = (use_locale(), use_wire());
    let time = move || match wire.times.get() {
        Times::Passed => locale.strings().wire_head_time(),
        Times::Clock => locale.strings().wire_head_clock(),
        Times::Between => locale.strings().wire_head_between(),
    };
    view! {
        <div class="packet-list__head">
            <button
                type="button"
                class="packet-list__times"
                title=erased(move || locale.strings().wire_times_next())
                on:click=move |_| wire.times.update(|times| *times = times.next())
            >
                {erased(time)}
            </button>
            <span aria-hidden="true">{erased(move || locale.strings().wire_head_way())}</span>
            <span aria-hidden="true">{erased(move || locale.strings().wire_head_packet())}</span>
            <span aria-hidden="true">{erased(move || locale.strings().wire_head_facts())}</span>
            <span aria-hidden="true">{erased(move || locale.strings().wire_head_size())}</span>
        </div>
    }
}
