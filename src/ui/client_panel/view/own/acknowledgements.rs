//! Which acknowledgements wait for a person, and those that do.

use leptos::prelude::*;

use crate::capture::ClientSlot;
use crate::client::{AckKind, AcknowledgeByHand};
use crate::lab::{Act, Action, BenchClient};
use crate::mqtt::{PacketId, PacketType, Properties, Property, ReasonCode, Sender};
use crate::ui::components::controls::{Row, Select, SmallButton, TextBox, hint, said};
use crate::ui::erased::erased;
use crate::ui::loading::locale::use_locale;
use crate::ui::state::store::use_store;

#[component]
pub fn Acknowledgements(client: ClientSlot) -> impl IntoView {
    let store = use_store();
    let locale = use_locale();
    let id = format!("client-{}-acks", client.letter().to_ascii_lowercase());
    let by_hand = Memo::new(move |_| {
        store
            .with_lab(|lab| lab.client(client).map(BenchClient::held_by_person).unwrap_or_default())
    });
    let held = Memo::new(move |_| {
        store.with_lab(|lab| {
            lab.client(client).map_or_else(Vec::new, |one| {
                one.client().held_back().map(|held| (held.kind, held.packet_id)).collect::<Vec<_>>()
            })
        })
    });
    let code = RwSignal::new(ReasonCode::Success);
    let reason = RwSignal::new(String::new());
    let release = move |kind: AckKind, packet_id: PacketId| {
        // PUBCOMP says less than PUBACK and PUBREC do.
        let packet = kind.packet_type();
        let reason_code = Some(code.get_untracked())
            .filter(|code| code.allowed_in(packet, Some(Sender::Client)))
            .unwrap_or(ReasonCode::Success);
        let words = reason.get_untracked();
        let properties: Properties =
            (!words.is_empty()).then(|| Property::ReasonString(words.into())).into_iter().collect();
        let action = Action::Acknowledge { packet_id, reason_code, properties };
        store.act(Act { client, action }).is_ok()
    };
    let release_all = move |()| {
        for (kind, packet_id) in held.get_untracked() {
            release(kind, packet_id);
        }
    };
    let ticks = [
        (PacketType::PubAck, (|h: &AcknowledgeByHand| h.puback) as fn(&AcknowledgeByHand) -> bool),
        (PacketType::PubRec, |h| h.pubrec),
        (PacketType::PubComp, |h| h.pubcomp),
    ];
    let ticks = ticks.map(|(packet, is_held)| {
        let toggle = move |event| {
            let on = event_target_checked(&event);
            let mut held = by_hand.get_untracked();
            match packet {
                PacketType::PubAck => held.puback = on,
                PacketType::PubRec => held.pubrec = on,
                _ => held.pubcomp = on,
            }
            let _ = store.act(Act { client, action: Action::AcknowledgeByHand(held) });
        };
        view! {
            <label class="check">
                <input
                    type="checkbox"
                    prop:checked=erased(move || by_hand.with(is_held))
                    on:change=toggle
                />
                {erased(move || locale.strings().own_acks_hold(packet.name()))}
            </label>
        }
        .into_any()
    });
    let codes = move || {
        let allowed =
            |code: &&ReasonCode| code.allowed_in(PacketType::PubAck, Some(Sender::Client));
        let words =
            |code: &ReasonCode| (code.value().to_string(), code.in_words(PacketType::PubAck));
        ReasonCode::ALL.iter().filter(allowed).map(words).collect()
    };
    let choose = move |text: String| {
        if let Some(chosen) = text.parse().ok().and_then(ReasonCode::from_value) {
            code.set(chosen);
        }
    };
    let buttons = move || {
        let button = |(kind, packet_id): (AckKind, PacketId)| {
            let name = kind.packet_type().name();
            let words = Signal::derive(move || locale.strings().own_acks_release(packet_id, name));
            let press = move |()| _ = release(kind, packet_id);
            view! { <SmallButton words on_press=Callback::new(press)/> }.into_any()
        };
        held.get().into_iter().map(button).collect::<Vec<_>>()
    };
    let (code_id, reason_id) = (format!("{id}-code"), format!("{id}-reason"));
    let held_view = move || match held.with(Vec::is_empty) {
        true => hint(|s| s.own_acks_none()),
        false => view! {
            <div class="button-row">
                {erased(buttons)}
                <SmallButton words=said(|s| s.own_acks_all()) on_press=Callback::new(release_all)/>
            </div>
        }
        .into_any(),
    };
    view! {
        <div class="form-group__options">{ticks.collect_view()}</div>
        <Row id=code_id.clone() label=said(|s| s.own_acks_code())>
                <Select
                    id=code_id
                    options=Signal::derive(codes)
                    value=Signal::derive(move || code.get().value().to_string())
                    on_change=Callback::new(choose)
                />
            </Row>
        <Row id=reason_id.clone() label=said(|s| s.own_acks_reason())>
                <TextBox
                    id=reason_id
                    value=reason
                    on_change=Callback::new(move |text| reason.set(text))
                />
            </Row>
        {erased(held_view)}
    }
}
