//! What a learner can do by now, ticked by the packets of exercises done by hand.

use leptos::prelude::*;

use crate::course::around::{CHECKLIST, ChecklistItem};
use crate::course::{Kept, exercise_title};
use crate::language::{Language, Strings};
use crate::ui::components::{CopyButton, Icon};
use crate::ui::erased::erased;
use crate::ui::loading::locale::use_locale;
use crate::ui::navigation::address::Place;
use crate::ui::packet_family::PacketFamily;
use crate::ui::state::progress::use_progress;

#[component]
pub fn ChecklistPage() -> impl IntoView {
    let locale = use_locale();
    let progress = use_progress();
    let ticked = move || {
        progress.with(|progress| {
            CHECKLIST.iter().filter(|item| item.ticked_by(progress).is_some()).count()
        })
    };
    let items = CHECKLIST.iter().map(|item| view! { <Item item/> }).collect_view();
    view! {
        <main id="main" class="page page--words around">
            <header class="around__head">
                <h1 class="lesson__title">{erased(move || locale.strings().page_checklist())}</h1>
                <p class="around__lead">{erased(move || locale.strings().checklist_lead())}</p>
                <p class="status" role="status">
                    {erased(move || locale.strings().checklist_ticked(ticked(), CHECKLIST.len()))}
                </p>
            </header>
            <ol class="checklist">{items}</ol>
        </main>
    }
}

#[component]
fn Item(item: &'static ChecklistItem) -> impl IntoView {
    let locale = use_locale();
    let progress = use_progress();
    let by = Memo::new(move |_| progress.with(|progress| item.ticked_by(progress)));
    let state = move || if by.with(Option::is_some) { "met" } else { "not-yet" };
    let body = move || {
        let language = locale.language();
        match by.get() {
            Some(exercises) => {
                let one = |id: &'static str| {
                    let kept = progress.with(|progress| progress.evidence(id).to_vec());
                    let packets =
                        kept.into_iter().map(|kept| packet(kept, language)).collect_view();
                    view! { <li>{link(id, language)}<ul class="checklist__packets">{packets}</ul></li> }
                };
                view! { <ul class="checklist__by">{exercises.into_iter().map(one).collect_view()}</ul> }
                    .into_any()
            }
            None => {
                let open = progress.with(|progress| {
                    let is_open = |any: &Vec<&str>| {
                        !any.iter().any(|id| progress.done(id).is_some_and(|d| !d.by_solution))
                    };
                    item.asks().into_iter().filter(is_open).collect::<Vec<_>>()
                });
                // Of many things asked, the next one is enough to go on with.
                let strings = language.strings();
                let how = match open.len() {
                    0 | 1 => strings.checklist_how().to_owned(),
                    chapters => strings.checklist_how_chapters(chapters),
                };
                let next = open.into_iter().next().unwrap_or_default();
                let links = next.into_iter().filter(|id| exercise_title(id, language).is_some());
                view! {
                    <p class="checklist__how">{how}</p>
                    <ul class="checklist__open">
                        {links.map(|id| view! { <li>{link(id, language)}</li> }).collect_view()}
                    </ul>
                }
                .into_any()
            }
        }
    };
    view! {
        <li class="checklist__item" data-state=erased(state) id=item.id>
            <Icon name=Signal::derive(state)/>
            <div>
                <h2 class="checklist__title">{erased(move || words(item.id, locale.strings()))}</h2>
                {erased(body)}
            </div>
        </li>
    }
}

/// A packet that decided, whole.
fn packet(kept: Kept, language: Language) -> impl IntoView {
    let packet_type = kept.packet_type();
    let name = packet_type.map_or("", |packet| packet.name());
    let icon = packet_type.map_or("malformed", |packet| PacketFamily::of(packet).key());
    let strings = language.strings();
    let way = if kept.sent { strings.checklist_sent() } else { strings.checklist_received() };
    let bytes = spaced(&kept.hex);
    let copied = bytes.clone();
    view! {
        <li class="checklist__packet">
            <details>
                <summary>
                    <span class="client-letter" data-client=kept.client.to_string()>
                        {kept.client.to_string()}
                    </span>
                    <Icon name=icon small=true/>
                    {name}
                    " "
                    <span class="checklist__way">{way}</span>
                </summary>
                <code class="bytes">{bytes}</code>
                <CopyButton label=Signal::stored(strings.checklist_copy()) text=Callback::new(move |()| copied.clone())/>
            </details>
        </li>
    }
}

fn link(id: &'static str, language: Language) -> impl IntoView {
    let title = exercise_title(id, language).unwrap_or(id);
    view! { <a href=Place::Exercise(id.to_owned()).href(language)>{title}</a> }
}

fn words(id: &str, strings: &'static Strings) -> &'static str {
    match id {
        "features" => strings.checklist_features(),
        "user-properties" => strings.checklist_user_properties(),
        "request-response" => strings.checklist_request_response(),
        "alias-saving" => strings.checklist_alias_saving(),
        "session" => strings.checklist_session(),
        "flow-control" => strings.checklist_flow_control(),
        "enhanced-auth" => strings.checklist_enhanced_auth(),
        _ => strings.checklist_reason_codes(),
    }
}

fn spaced(hex: &str) -> String {
    let pairs: Vec<&str> = (0..hex.len()).step_by(2).filter_map(|at| hex.get(at..at + 2)).collect();
    pairs.join(" ")
}
