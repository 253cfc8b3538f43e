//! The computation as a flow from what was sent to both proofs, and below it every value in full: what it is, how it
//! comes about, and where it is on the wire.

use leptos::html::Div;
use leptos::prelude::*;

use super::model::{
    COLUMNS, Flow, Node, Origin, Proof, Quantity, ROWS, Row, Sheet, flow, in_capture, sheet,
};
use crate::capture::RecordId;
use crate::course::support::scram::Exchange;
use crate::language::Strings;
use crate::ui::components::{Evidence, Icon};
use crate::ui::erased::erased;
use crate::ui::format::capped;
use crate::ui::loading::locale::use_locale;
use crate::ui::pictures::marks::view::{Frame, use_marks};
use crate::ui::pictures::view::sight;
use crate::ui::state::store::{Store, use_store};

#[component]
pub fn ScramPicture() -> impl IntoView {
    let (store, locale) = (use_store(), use_locale());
    let all = Memo::new(move |_| store.with_capture(in_capture));
    // A choice holds until another exchange begins.
    let chosen = RwSignal::new(None::<RecordId>);
    let latest = Memo::new(move |_| all.with(|all| all.last().map(|exchange| exchange.first.0)));
    Effect::new(move || {
        latest.track();
        chosen.set(None);
    });
    let shown = Memo::new(move |_| {
        let id = chosen.get().or_else(|| latest.get())?;
        all.with(|all| all.iter().find(|exchange| exchange.first.0 == id).cloned())
    });
    // Thousands of hashes: only when another packet of the exchange has passed.
    let values = Memo::new(move |_| shown.with(|shown| shown.as_ref().map(sheet)));
    let frame = NodeRef::<Div>::new();
    sight::follow(frame, move || values.track());
    let marks = use_marks(frame, move || values.track());

    let choices = move || {
        let all = all.get();
        let choice = |(index, exchange): (usize, &Exchange)| {
            let id = exchange.first.0;
            let is_shown =
                move || shown.with(|shown| shown.as_ref().is_some_and(|it| it.first.0 == id));
            let opening = if exchange.is_again { "AUTH 0x19" } else { "CONNECT" };
            view! {
                <button
                    class="segmented__option"
                    aria-pressed=erased(move || is_shown().to_string())
                    on:click=move |_| chosen.set(Some(id))
                >
                    {format!("{} · {opening}", index + 1)}
                </button>
            }
        };
        (all.len() > 1).then(|| {
            let label = locale.strings().scram_choice();
            view! {
                <div class="segmented segmented--small scram__choice" role="group" aria-label=label>
                    {all.iter().enumerate().map(choice).collect_view()}
                </div>
            }
        })
    };
    let body = move || {
        let strings = locale.strings();
        match values.get() {
            Some(sheet) => draw(&sheet, store, strings).into_any(),
            None => view! {
                <div class="empty">
                    <Icon name="authentication"/>
                    <p class="empty__how">{strings.scram_empty()}</p>
                </div>
            }
            .into_any(),
        }
    };
    view! {
        <section
            class="card picture"
            data-picture="scram"
            aria-label=erased(move || locale.strings().scram_title())
        >
            <header class="card__head">
                <h3 class="card__title">{erased(move || locale.strings().scram_title())}</h3>
            </header>
            <Frame marks class="card__body">
                {erased(choices)}
                {erased(body)}
            </Frame>
        </section>
    }
}

fn draw(sheet: &Sheet, store: Store, strings: &'static Strings) -> impl IntoView + use<> {
    let rows = sheet.rows.iter().map(|it| row(it, sheet, strings)).collect_view();
    view! {
        <div class="scram">
            {flow_view(&flow(sheet), sheet, store, strings)}
            <div role="status">
                <ul class="scram__proofs">
                    {verdict(sheet.client, client_words(sheet.client, strings))}
                    {verdict(sheet.server, server_words(sheet.server, strings))}
                </ul>
            </div>
            <div class="scram__table" role="table" aria-label=strings.scram_title()>
                <div class="scram__row scram__row--head" role="row">
                    <span role="columnheader">{strings.scram_what()}</span>
                    <span role="columnheader">{strings.scram_value()}</span>
                    <span role="columnheader">{strings.scram_where()}</span>
                </div>
                {rows}
            </div>
        </div>
    }
}

/// The table below says the same in words; what was sent opens its packet here too.
fn flow_view(flow: &Flow, sheet: &Sheet, store: Store, strings: &'static Strings) -> AnyView {
    let edges = flow.edges.iter().map(|edge| {
        view! { <path d=edge.path.clone() data-lit=edge.is_lit.then_some("")/> }
    });
    let nodes = flow.nodes.iter().map(|it| node(it, sheet, store, strings));
    view! {
        <div class="scram-flow" style:--columns=COLUMNS.to_string() style:--rows=ROWS.to_string()>
            <svg
                class="scram-flow__edges"
                viewBox="0 0 100 100"
                preserveAspectRatio="none"
                aria-hidden="true"
            >
                {edges.collect_view()}
            </svg>
            {nodes.collect_view()}
        </div>
    }
    .into_any()
}

fn node(node: &Node, sheet: &Sheet, store: Store, strings: &'static Strings) -> AnyView {
    let origin = node.quantity.origin();
    let group = origin_key(origin);
    let proof = match node.quantity {
        Quantity::ClientProof => sign(sheet.client),
        Quantity::ServerSignature => sign(sheet.server),
        _ => None,
    };
    let proof = proof.filter(|_| node.wire.is_some()).map(|(sign, state)| {
        view! { <b class="scram__sign" data-state=state>{sign} " "</b> }
    });
    let sent = node.wire.map(|id| format!("#{}", id.number()));
    let note = match (origin, node.quantity.is_stored()) {
        (Origin::Secret, _) => Some(strings.scram_secret()),
        (_, true) => Some(strings.scram_stored()),
        _ => None,
    };
    // Where there is something to say of it, the table has the value.
    let value = match (&node.value, note) {
        (None, _) => Some("–".to_owned()),
        (Some(value), None) => Some(capped(value, SHORT)),
        (Some(_), Some(_)) => None,
    };
    let value = value.map(|value| view! { <code>{value}</code> " " });
    let title = match origin {
        Origin::Computed(formula) => formula.to_owned(),
        _ => node.value.clone().unwrap_or_default(),
    };
    let content = view! {
        <span class="scram-flow__name">
            {proof}
            {name(node.quantity, strings)}
        </span>
        <span class="scram-flow__value">
            {value}
            // There is room for one of them.
            <small>{sent.or_else(|| note.map(str::to_owned))}</small>
        </span>
    };
    let area = format!("{} / {}", node.row + 1, node.column + 1);
    let known = node.value.is_some().then_some("");
    let is_proof = node.quantity.is_proof().then_some("");
    let latest = node.is_latest.then_some("");
    match node.wire {
        Some(id) => {
            let packet = store.record(id).and_then(|record| record.packet_type());
            let packet = packet.map_or("", |packet| packet.name());
            view! {
                <button
                    type="button"
                    class="scram-flow__node"
                    style:grid-area=area
                    tabindex="-1"
                    data-mark=id.0.to_string()
                    data-origin=group
                    data-known=known
                    data-proof=is_proof
                    data-latest=latest
                    title=title
                    on:click=move |_| store.open(id)
                >
                    {content}
                    <span class="visually-hidden">{packet}</span>
                </button>
            }
            .into_any()
        }
        None => view! {
            <div
                class="scram-flow__node"
                aria-hidden="true"
                style:grid-area=area
                data-origin=group
                data-known=known
                data-proof=is_proof
                data-latest=latest
                title=title
            >
                {content}
            </div>
        }
        .into_any(),
    }
}

/// Its name in the stylesheet.
fn origin_key(origin: Origin) -> &'static str {
    match origin {
        Origin::Sent => "sent",
        Origin::Secret => "secret",
        Origin::Computed(_) => "computed",
    }
}

/// Characters of a value in the flow.
const SHORT: usize = 9;

fn row(row: &Row, sheet: &Sheet, strings: &'static Strings) -> impl IntoView + use<> {
    let origin = row.quantity.origin();
    let formula = match origin {
        Origin::Computed(formula) => Some(view! { <code class="scram__formula">{formula}</code> }),
        Origin::Sent | Origin::Secret => None,
    };
    let stored = row.quantity.is_stored().then(|| {
        view! { <small class="scram__stored">{strings.scram_stored()}</small> }
    });
    let value = match &row.value {
        Some(value) => view! { <code>{value.clone()}</code> }.into_any(),
        None => view! { <span class="scram__missing">"–"</span> }.into_any(),
    };
    let proof = match row.quantity {
        Quantity::ClientProof => sign(sheet.client),
        Quantity::ServerSignature => sign(sheet.server),
        _ => None,
    };
    let place = match (&row.wire, origin) {
        (Some(wire), _) => {
            let text =
                wire.text.clone().map(|text| view! { <code class="scram__text">{text}</code> });
            let proof = proof.map(|(sign, state)| {
                view! { <b class="scram__sign" data-state=state aria-hidden="true">{sign}</b> }
            });
            view! {
                <Evidence id=wire.id/>
                <code class="scram__attribute">{wire.attribute}</code>
                {proof}
                {text}
            }
            .into_any()
        }
        (None, Origin::Secret) => view! { <b>{strings.scram_secret()}</b> }.into_any(),
        (None, Origin::Computed(_)) if !row.quantity.is_proof() => {
            view! { <span class="scram__missing">{strings.scram_computed()}</span> }.into_any()
        }
        (None, _) => {
            view! { <span class="scram__missing">{strings.scram_not_yet()}</span> }.into_any()
        }
    };
    let group = origin_key(origin);
    view! {
        <div class="scram__row" role="row" data-origin=group>
            <span role="rowheader" class="scram__what">
                <span class="scram__name">{name(row.quantity, strings)}</span>
                {stored}
                {formula}
            </span>
            <span role="cell" class="scram__value">{value}</span>
            <span role="cell" class="scram__where">{place}</span>
        </div>
    }
}

fn verdict(proof: Proof, words: &'static str) -> impl IntoView {
    let (sign, state) = sign(proof).unwrap_or(("…", "not-yet"));
    view! {
        <li>
            <b class="scram__sign" data-state=state aria-hidden="true">{sign}</b>
            <span>{words}</span>
        </li>
    }
}

fn sign(proof: Proof) -> Option<(&'static str, &'static str)> {
    match proof {
        Proof::Right => Some(("✓", "met")),
        Proof::Wrong => Some(("✗", "contradicted")),
        Proof::NoUser | Proof::Withheld => Some(("–", "not-yet")),
        Proof::Pending => None,
    }
}

fn client_words(proof: Proof, strings: &Strings) -> &'static str {
    match proof {
        Proof::Pending | Proof::Withheld => strings.scram_client_pending(),
        Proof::Right => strings.scram_client_right(),
        Proof::Wrong => strings.scram_client_wrong(),
        Proof::NoUser => strings.scram_client_no_user(),
    }
}

fn server_words(proof: Proof, strings: &Strings) -> &'static str {
    match proof {
        Proof::Pending | Proof::NoUser => strings.scram_server_pending(),
        Proof::Right => strings.scram_server_right(),
        Proof::Wrong => strings.scram_server_wrong(),
        Proof::Withheld => strings.scram_server_withheld(),
    }
}

fn name(quantity: Quantity, strings: &Strings) -> &'static str {
    match quantity {
        Quantity::UserName => strings.scram_user_name(),
        Quantity::ClientNonce => strings.scram_client_nonce(),
        Quantity::ServerNonce => strings.scram_server_nonce(),
        Quantity::Salt => strings.scram_salt(),
        Quantity::Iterations => strings.scram_iterations(),
        Quantity::Password => strings.scram_password(),
        other => other.name().unwrap_or_default(),
    }
}
