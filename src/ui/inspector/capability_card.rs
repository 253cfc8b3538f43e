//! The limits that a CONNACK sets, stated or by default.

use leptos::prelude::*;

use super::limits::rows;
use crate::capture::{RecordId, answered_by};
use crate::client::Limits;
use crate::mqtt::{Packet, ReasonCode};
use crate::ui::components::SpecRef;
use crate::ui::live::live;
use crate::ui::locale::use_locale;
use crate::ui::store::use_store;

/// Nothing for a record that is no CONNACK 0x00, or whose CONNECT is no longer there.
#[component]
pub fn CapabilityCard(id: RecordId) -> impl IntoView {
    let store = use_store();
    let locale = use_locale();
    let limits = store.peek(|lab| {
        let capture = lab.capture();
        let answer = capture.get(id)?.valid_packet()?;
        let question = answered_by(capture, id)?.valid_packet()?;
        match (question, answer) {
            (Packet::Connect(connect), Packet::ConnAck(connack))
                if connack.reason_code == ReasonCode::Success =>
            {
                Some(Limits::new(&connect, &connack))
            }
            _ => None,
        }
    })?;
    let facts = move || {
        let strings = locale.strings();
        rows(&limits, strings)
            .into_iter()
            .map(|row| {
                let class = match row.sent {
                    true => "facts__value",
                    false => "facts__value facts__value--default",
                };
                let note = if row.sent { strings.limit_sent } else { strings.limit_default };
                let section = row.section();
                view! {
                    <div class="facts__row">
                        <dt class="facts__key">{row.property.name()}</dt>
                        <dd class=class>{row.value}</dd>
                        <dd class="facts__note">{note} " " <SpecRef section/></dd>
                    </div>
                }
            })
            .collect_view()
    };
    Some(view! {
        <section class="card">
            <header class="card__head">
                <h3 class="card__title">{live(move || locale.strings().limit_title)}</h3>
            </header>
            <dl class="facts">{live(facts)}</dl>
        </section>
    })
}
