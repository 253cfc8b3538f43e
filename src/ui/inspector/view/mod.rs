//! The inspector: the packet that the learner opened, to the last bit.

mod bits;
mod capability_card;
pub mod entry;
mod explanation;
mod field_tree;
mod hex;
mod limits_table;
mod reading;

pub use reading::Reading;

use std::time::Duration;

use leptos::ev::KeyboardEvent;
use leptos::prelude::*;

use super::aspect::Aspect;
use super::byte_diff::view::VersionDiff;
use super::model::Sheet;
use crate::analysis::{answer_to, answered_by, hole_for_answer, why::has_why};
use crate::capture::{Record, RecordId};
use crate::mqtt::Version;
use crate::ui::browser::{focus_within, zone_at};
use crate::ui::components::{CopyButton, Evidence, Icon, Lazy, PacketName, PacketWay, direction};
use crate::ui::erased::erased;
use crate::ui::format::{elapsed, grouped, moment};
use crate::ui::loading::locale::use_locale;
use crate::ui::other_clients::RecordTools;
use crate::ui::packet_family::PacketFamily;
use crate::ui::packet_list::view::use_wire;
use crate::ui::packet_list::{Line, date_and_time, who};
use crate::ui::payload::view::entry::payloads;
use crate::ui::state::store::{Store, use_store};
use crate::ui::why::view::WhyCard;
use explanation::Explanation;
use field_tree::FieldTree;
use hex::Hex;
use limits_table::LimitsTable;
use reading::Layout;

/// Shows the record that is selected in the store.
#[component]
pub fn Inspector(
    /// Whether it names the packet and has its buttons.
    #[prop(default = true)]
    head: bool,
) -> impl IntoView {
    let (store, locale) = (use_store(), use_locale());
    provide_context(Layout::unknown());
    let shown = use_shown(store);
    let is_open = Memo::new(move |_| shown.get().is_some());
    // A record that the capture has dropped meanwhile stays open; one dropped before cannot be opened.
    let record = Memo::new(move |_| store.record(shown.get()?));
    let aspects = Memo::new(move |_| {
        record.with(|record| {
            record
                .as_ref()
                .map_or_else(Vec::new, |record| store.peek(|lab| Aspect::of(record, lab.capture())))
        })
    });
    let chosen = RwSignal::new(Aspect::Fields);
    // From packet to packet the learner keeps the way of looking, where the next one has it too.
    let aspect = Memo::new(move |_| {
        let chosen = chosen.get();
        let has_it = aspects.with(|aspects| aspects.contains(&chosen));
        if has_it { chosen } else { Aspect::Fields }
    });
    let client = move || record.with(|r| r.as_ref().map(|r| r.client.letter().to_string()));
    let way = move || record.with(|r| r.as_ref().and_then(|r| direction(r.side())));
    let label = move || {
        let number = shown.get().map_or(0, |id| id.number());
        locale.strings().inspector_label(number)
    };
    let on_key = move |event: KeyboardEvent| {
        if event.key() == "Escape" && !event.default_prevented() {
            event.prevent_default();
            close(store);
        }
    };
    let body = move || {
        // Going from packet to packet with the keyboard stays in the same part of the inspector.
        let part = focused_part();
        let sheet = record.with(|record| {
            record.as_ref().and_then(|record| store.peek(|lab| Sheet::among(lab.capture(), record)))
        });
        if let Some(part) = part {
            request_animation_frame(move || {
                if let Some(body) = document().body() {
                    focus_within(&body, part);
                }
            });
        }
        let hole = record.with(|record| record.clone().filter(|record| record.hole().is_some()));
        if let Some(record) = hole {
            return view! { <Missing record chosen/> }.into_any();
        }
        let Some(sheet) = sheet else { return view! { <Unopened record/> }.into_any() };
        let Some(id) = shown.get_untracked() else { return ().into_any() };
        let whole = match aspect.get() {
            Aspect::Fields => {
                return view! { <Opened reading=Reading::new(sheet) chosen/> }.into_any();
            }
            Aspect::Payload => {
                view! { <Lazy part=payloads::part() view=erased(move || payloads::view(id))/> }
                    .into_any()
            }
            Aspect::Limits => view! { <LimitsTable id/> }.into_any(),
            Aspect::Versions(_) => view! { <VersionDiff id=Some(id)/> }.into_any(),
            Aspect::Why => view! { <WhyCard id/> }.into_any(),
        };
        // It scrolls, so the keyboard has to reach it.
        view! { <div class="inspector__aspect" tabindex="0">{whole}</div> }.into_any()
    };
    view! {
        <Show when=erased(move || is_open.get())>
            <section
                class="inspector"
                aria-label=erased(label)
                data-client=erased(client)
                data-direction=erased(way)
                on:keydown=on_key
            >
                {head.then(|| view! { <Head record aspects chosen aspect/> })}
                {erased(body)}
            </section>
        </Show>
    }
}

/// The record to show: the one selected, at once. Throttled: while an arrow key repeats, shows some of the
/// selected records, and always the last.
fn use_shown(store: Store) -> RwSignal<Option<RecordId>> {
    let shown = RwSignal::new(store.peek_selected());
    let is_resting = StoredValue::new(false);
    Effect::new(move || {
        let selected = store.selected();
        if selected == shown.get_untracked() {
            return;
        }
        let is_first = selected.is_none() || shown.get_untracked().is_none();
        if !is_first && is_resting.get_value() {
            return;
        }
        shown.set(selected);
        is_resting.set_value(true);
        rest(store, shown, is_resting);
    });
    shown
}

/// After a while it catches up, and goes on resting if there was something to catch up with.
fn rest(store: Store, shown: RwSignal<Option<RecordId>>, is_resting: StoredValue<bool>) {
    let wake = move || {
        let Some(before) = shown.try_get_untracked() else { return };
        let selected = store.peek_selected();
        let is_behind = before != selected;
        is_resting.set_value(is_behind);
        if is_behind {
            shown.set(selected);
            rest(store, shown, is_resting);
        }
    };
    set_timeout(wake, REST);
}

/// A tenth of a second seems immediate.
const REST: Duration = Duration::from_millis(100);

/// The choice between several ways to look at the packet.
#[component]
fn Aspects(
    aspects: Memo<Vec<Aspect>>,
    chosen: RwSignal<Aspect>,
    /// The one that is shown.
    aspect: Memo<Aspect>,
) -> impl IntoView {
    let locale = use_locale();
    let tab = move |each: Aspect| {
        view! {
            <button
                type="button"
                class="segmented__option"
                aria-pressed=erased(move || (aspect.get() == each).to_string())
                on:click=move |_| chosen.set(each)
            >
                {erased(move || each.name(locale.strings()))}
            </button>
        }
    };
    erased(move || {
        let aspects = aspects.get();
        (aspects.len() > 1).then(|| {
            let label = move || locale.strings().inspector_aspects();
            view! {
                <div class="segmented segmented--small" role="group" aria-label=erased(label)>
                    {aspects.into_iter().map(tab).collect_view()}
                </div>
            }
        })
    })
}

/// Bytes, fields and words of one packet.
#[component]
pub fn Opened(
    reading: Reading,
    /// The way of looking at the packet, for what leads to another one.
    chosen: RwSignal<Aspect>,
) -> impl IntoView {
    let on_key = move |event: KeyboardEvent| {
        if event.key() == "Escape" && reading.deselect() {
            event.prevent_default();
        }
    };
    let layout = use_context().unwrap_or_else(Layout::unknown);
    view! {
        <div class="inspector__body" data-scrolls="" on:keydown=on_key>
            <Hex reading layout/>
            <FieldTree reading layout/>
            <Explanation reading chosen/>
        </div>
    }
}

/// Bytes that a file lacks, and what it has of the packet in which they are missing.
#[component]
fn Missing(record: Record, chosen: RwSignal<Aspect>) -> impl IntoView {
    let locale = use_locale();
    let hole = record.hole().cloned()?;
    let is_start = hole.missing == 0;
    let begun = (!hole.begun.is_empty()).then(|| Sheet::read(hole.begun.clone(), hole.sender));
    let words = move || Line::of(&record, locale.language()).words();
    let meaning = move || match is_start {
        true => locale.strings().inspector_hole_start(),
        false => locale.strings().inspector_hole(),
    };
    Some(view! {
        <div class="inspector__aspect inspector__aspect--hole" tabindex="0">
            <p class="inspector__event">{erased(words)}</p>
            <p>{erased(meaning)}</p>
            {begun.is_some().then(|| view! {
                <p>{erased(move || locale.strings().inspector_hole_begun())}</p>
            })}
        </div>
        {begun.map(|sheet| view! { <Opened reading=Reading::new(sheet) chosen/> })}
    })
}

/// What there is to say where there are no bytes: an event of the link, or a record that is gone.
#[component]
fn Unopened(record: Memo<Option<Record>>) -> impl IntoView {
    let (store, locale) = (use_store(), use_locale());
    let words = move || {
        let language = locale.language();
        record.with(|record| match record {
            Some(record) => store.peek(|lab| Line::among(lab.capture(), record, language)).words(),
            None => language.strings().inspector_gone().to_owned(),
        })
    };
    let ended = Memo::new(move |_| {
        let id = record.with(|record| record.as_ref().map(|record| record.id))?;
        store.peek(|lab| has_why(lab.capture(), id)).then_some(id)
    });
    erased(move || match ended.get() {
        Some(id) => view! {
            <div class="inspector__aspect" tabindex="0">
                <p class="inspector__event">{erased(words)}</p>
                <WhyCard id/>
            </div>
        }
        .into_any(),
        None => view! {
            <div class="empty">
                <Icon name="wire"/>
                <p class="empty__how">{erased(words)}</p>
            </div>
        }
        .into_any(),
    })
}

#[component]
fn Head(
    record: Memo<Option<Record>>,
    aspects: Memo<Vec<Aspect>>,
    chosen: RwSignal<Aspect>,
    /// The one that is shown.
    aspect: Memo<Aspect>,
) -> impl IntoView {
    let (store, wire, locale) = (use_store(), use_wire(), use_locale());
    let id = move || record.with(|record| record.as_ref().map(|record| record.id));
    let has_bytes = Memo::new(move |_| {
        record.with(|record| record.as_ref().is_some_and(|record| !record.bytes().is_empty()))
    });
    let name = move || {
        let record = record.get()?;
        let packet_type = record.packet_type();
        let malformed = record.packet().is_some_and(|packet| packet.is_err());
        let name = packet_type.map_or(locale.strings().wire_no_packet(), |p| p.name());
        let family = packet_type.map(PacketFamily::of);
        Some(view! {
            {has_bytes.get().then(|| view! { <PacketName name family malformed/> })}
            <PacketWay
                client=record.client
                sender=record.side()
                who=store.peek(|lab| who(lab.capture(), &record))
            />
        })
    };
    let facts = move || {
        record.with(|record| {
            let record = record.as_ref()?;
            let (time, unit) = store.peek(|lab| moment(lab.capture().passed(record.at)));
            let clock = store.peek(|lab| lab.capture().clock(record.at));
            let clock = clock.map(|clock| date_and_time(clock, zone_at(clock)));
            // The hour is read at a glance; the date is there for those who look.
            let hour = clock.as_deref().map(|clock| format!(" · {}", &clock[11..23]));
            let size = match record.bytes().len() {
                0 => String::new(),
                size => format!(" · {} B", grouped(size as u64)),
            };
            let version = match record.version {
                Version::V5 => String::new(),
                older => format!(" · MQTT {}", older.name()),
            };
            let hour = hour.unwrap_or_default();
            // On the bench everybody is named beside the forms.
            let who = store.is_read_only().then(|| store.peek(|lab| who(lab.capture(), record)));
            let who = who.flatten().map(|who| format!(" · {who}")).unwrap_or_default();
            let number = record.id.number();
            let text = format!("#{number} · {time} {unit}{hour}{size}{version}{who}");
            Some(view! { <span title=clock>{text}</span> })
        })
    };
    let joined = Memo::new(move |_| {
        let id = id()?;
        store.with_capture(|capture| {
            let at = capture.get(id)?.at;
            let to = answered_by(capture, id).map(|record| (record.id, at.since(record.at)));
            let by = answer_to(capture, id).map(|record| (record.id, record.at.since(at)));
            let untold = match by {
                Some(_) => None,
                None => hole_for_answer(capture, id),
            };
            let untold = untold.and_then(|record| Some((record.id, record.hole()?.missing)));
            Some((to, by, untold))
        })
    });
    let exchange = move || {
        let (to, by, untold) = joined.get()?;
        let strings = locale.strings();
        let link = |words: &'static str, (id, passed): (RecordId, Duration)| {
            let time = elapsed(passed, strings);
            view! {
                {words}
                " "
                <Evidence id/>
                " "
                {strings.inspector_after(time)}
                " · "
            }
        };
        Some((
            to.map(|to| link(strings.inspector_answers(), to)),
            by.map(|by| link(strings.inspector_answered_by(), by)),
            untold.map(|(id, missing)| {
                view! {
                    {strings.inspector_answer_untold(grouped(missing))}
                    " "
                    <Evidence id/>
                    " · "
                }
            }),
        ))
    };
    // Which neighbours there are changes with the list, and with nothing else.
    let found = wire.found_memo();
    let neighbour = move |below: bool| {
        found.track();
        id().and_then(|id| wire.neighbour(id, below))
    };
    let hex = Callback::new(move |()| {
        record.with_untracked(|record| {
            let sheet = record.as_ref().and_then(Sheet::open);
            sheet.map(|sheet| sheet.hex(0..sheet.bytes.len())).unwrap_or_default()
        })
    });
    let step = move |below: bool| {
        let (icon, label) = match below {
            false => ("up", Signal::derive(move || locale.strings().inspector_previous())),
            true => ("down", Signal::derive(move || locale.strings().inspector_next())),
        };
        view! {
            <button
                class="button button--quiet button--icon button--small"
                aria-label=label
                title=label
                disabled=erased(move || neighbour(below).is_none())
                on:click=move |_| {
                    // Pressed again and again, this goes on from the packet asked for last.
                    let from = store.peek_selected();
                    if let Some(id) = from.and_then(|id| wire.neighbour(id, below)) {
                        store.open(id);
                    }
                }
            >
                <Icon name=icon/>
            </button>
        }
    };
    let followed = Memo::new(move |_| id().filter(|id| wire.can_follow(*id)));
    let follow = move || {
        let id = followed.get()?;
        let is_followed = move || wire.asked.with(|asked| asked.followed().contains(&id));
        Some(view! {
            <button
                class="button button--quiet button--icon button--small"
                aria-label=erased(move || locale.strings().follow_button())
                title=erased(move || locale.strings().follow_button())
                aria-keyshortcuts="f"
                aria-pressed=erased(move || is_followed().to_string())
                on:click=move |_| wire.follow(id)
            >
                <Icon name="follow"/>
            </button>
        })
    };
    view! {
        <header class="inspector__head">
            <button
                class="button button--quiet button--icon button--small inspector__back"
                aria-label=erased(move || locale.strings().inspector_back())
                on:click=move |_| close(store)
            >
                <Icon name="back"/>
            </button>
            {erased(name)}
            <span class="inspector__facts">{erased(exchange)} {erased(facts)}</span>
            <Aspects aspects chosen aspect/>
            <span class="inspector__tools">
                {erased(follow)}
                <RecordTools record/>
                {step(false)}
                {step(true)}
                <Show when=erased(move || has_bytes.get())>
                    <CopyButton
                        label=Signal::derive(move || locale.strings().inspector_copy())
                        text=hex
                    />
                </Show>
                <button
                    class="button button--quiet button--icon button--small inspector__close"
                    aria-label=erased(move || locale.strings().inspector_close())
                    title=erased(move || locale.strings().inspector_close())
                    on:click=move |_| close(store)
                >
                    <Icon name="close"/>
                </button>
            </span>
        </header>
    }
}

/// Closes the inspector and goes back to the row it was opened from.
fn close(store: Store) {
    let id = untrack(|| store.selected());
    store.close_inspector();
    request_animation_frame(move || {
        if let (Some(id), Some(body)) = (id, document().body()) {
            focus_within(
                &body,
                &format!(":is(.packet-row, .ladder-row)[data-record=\"{}\"] button", id.0),
            );
        }
    });
}

/// The part of the inspector that has the focus, as a selector.
fn focused_part() -> Option<&'static str> {
    let focused = document().active_element()?;
    [(".hex", ".hex"), (".field-tree", ".field-tree [tabindex=\"0\"]")]
        .into_iter()
        .find(|(part, _)| focused.closest(part).is_ok_and(|found| found.is_some()))
        .map(|(_, stop)| stop)
}
