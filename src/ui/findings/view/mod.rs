//! The findings of a wire, as a list whose packets open in the inspector.

pub mod entry;
mod line;
mod row;
mod state;

pub use line::FindingsLine;
pub use state::FindingsState;

use leptos::html::Div;
use leptos::prelude::*;

use super::words::{as_text, icon, severity};
use crate::analysis::findings::{Finding, Identity, Kind, Severity};
use crate::language::Strings;
use crate::ui::components::Icon;
use crate::ui::erased::erased;
use crate::ui::loading::locale::use_locale;
use crate::ui::packet_list::Filter;
use crate::ui::packet_list::view::{WireState, use_wire};
use crate::ui::state::store::{Store, use_store};
use row::Row;

/// What is odd in the records that pass the filter. Needs a `WireState` above it.
#[component]
pub fn FindingsView() -> impl IntoView {
    let (store, wire, locale) = (use_store(), use_wire(), use_locale());
    let root = NodeRef::<Div>::new();
    // Where the line above has begun to read already, this goes on with it.
    let known = use_context::<FindingsState>();
    let has_line = known.is_some();
    let state = known.unwrap_or_else(|| FindingsState::follow(store));
    state.is_seen_in(root);
    let found = state.found();
    let shown =
        Memo::new(move |_| found.with(|found| found.as_ref().map(|all| filtered(wire, all))));
    offer_text(store, wire, shown);
    let ids = move || {
        let all = shown.get().unwrap_or_default();
        all.iter().map(Finding::identity).collect::<Vec<Identity>>()
    };
    let row = move |id: Identity| {
        let finding = Memo::new(move |before: Option<&Option<Finding>>| {
            let now = shown.with(|all| {
                let all = all.as_ref()?;
                all.iter().find(|finding| finding.identity() == id).cloned()
            });
            // While the row goes, it shows what it showed.
            now.or_else(|| before.cloned().flatten())
        });
        view! { <Row finding/> }
    };
    let is_empty = Memo::new(move |_| shown.with(|all| all.as_ref().is_none_or(Vec::is_empty)));
    let head = move || {
        let all = shown.get().unwrap_or_default();
        let is_said = has_line && wire.asked.with(Filter::is_empty);
        (!all.is_empty() && !is_said).then(|| summary(&all, locale.strings()))
    };
    view! {
        <div class="findings" node_ref=root tabindex="0">
            <div class="findings__head" role="status">{erased(head)}</div>
            <Show when=erased(move || is_empty.get())>
                <Nothing state wire/>
            </Show>
            <Holes/>
            <ol class="findings__rows" aria-label=erased(move || locale.strings().find_list())>
                <For each=ids key=|id| *id children=row/>
            </ol>
        </div>
    }
}

/// Those with a packet that the filter lets pass. Tracked.
fn filtered(wire: WireState, all: &[Finding]) -> Vec<Finding> {
    let found = wire.found();
    let mut all = all.to_vec();
    if found.is_filtered || found.rows < found.records {
        wire.with_matches(|matches| {
            all.retain(|finding| finding.records.iter().any(|id| matches.contains(*id)));
        });
    }
    all
}

/// While the findings are there, the wire is copied as they are listed.
fn offer_text(store: Store, wire: WireState, shown: Memo<Option<Vec<Finding>>>) {
    let locale = use_locale();
    let text = Callback::new(move |()| {
        let language = untrack(|| locale.language());
        let all = untrack(|| shown.get()).unwrap_or_default();
        store.peek(|lab| as_text(lab.capture(), &all, language))
    });
    wire.text.set_value(Some(text));
    on_cleanup(move || _ = wire.text.try_set_value(None));
}

/// How many there are of each severity.
fn summary(all: &[Finding], strings: &'static Strings) -> impl IntoView + use<> {
    let parts = [Severity::Broken, Severity::Lost, Severity::Notice].map(|wanted| {
        let count = all.iter().filter(|finding| finding.severity() == wanted).count();
        (count > 0).then(|| {
            view! {
                <span class="findings__sum" data-severity=key(wanted)>
                    <Icon name=icon(wanted) small=true/>
                    {severity(wanted, strings)}
                    " "
                    <span class="findings__number">{count}</span>
                </span>
            }
        })
    });
    view! {
        <strong class="findings__count">{strings.find_line(all.len())}</strong>
        {parts.into_iter().flatten().collect_view()}
    }
}

/// For the style sheet.
fn key(severity: Severity) -> &'static str {
    match severity {
        Severity::Broken => "broken",
        Severity::Lost => "lost",
        Severity::Notice => "notice",
    }
}

/// What stands where the findings would be.
#[component]
fn Nothing(state: FindingsState, wire: WireState) -> impl IntoView {
    let (store, locale) = (use_store(), use_locale());
    let content = move || {
        let strings = locale.strings();
        let is_empty = store.with_capture(|capture| capture.is_empty());
        let (icon, title, how) = match state.found().with(|all| all.as_ref().map(Vec::len)) {
            None => ("waiting", strings.find_reading(), String::new()),
            _ if is_empty => {
                ("wire", strings.wire_empty_title(), strings.find_waiting().to_owned())
            }
            Some(0) => ("met", strings.find_empty(), strings.find_empty_how(Kind::KEYS.len())),
            Some(_) => ("search", strings.wire_none_title(), strings.find_filtered().to_owned()),
        };
        let is_filtered = icon == "search" && !wire.filter.get().is_empty();
        view! {
            <Icon name=icon/>
            <p class="empty__title">{title}</p>
            <p class="empty__how">{how}</p>
            {is_filtered.then(|| view! {
                <button
                    class="button button--small"
                    on:click=move |_| wire.filter.set(String::new())
                >
                    {strings.wire_none_clear()}
                </button>
            })}
        }
    };
    view! { <div class="wire-empty empty">{erased(content)}</div> }
}

/// Says what a capture with holes keeps back.
#[component]
fn Holes() -> impl IntoView {
    let (store, locale) = (use_store(), use_locale());
    // Only files have holes, and they do not change.
    let has_holes = store.is_read_only()
        && store.peek(|lab| lab.capture().records().any(|record| record.hole().is_some()));
    has_holes.then(|| {
        view! {
            <p class="findings__note">
                <Icon name="info" small=true/>
                {erased(move || locale.strings().find_holes())}
            </p>
        }
    })
}
