//! Packets as bars on one scale; one of them opened into what it holds and who can read it.

use leptos::prelude::*;

use super::model::{Access, Item, Part, Place, Reader, Sheet, comparison, sheets};
use crate::capture::RecordId;
use crate::language::Strings;
use crate::ui::components::{Evidence, Icon, PacketWay, direction};
use crate::ui::format::{capped, grouped};
use crate::ui::live::live;
use crate::ui::locale::use_locale;
use crate::ui::store::use_store;

/// Characters of a value that a row shows.
const TEXT: usize = 80;

#[component]
pub fn MetadataPicture() -> impl IntoView {
    let (store, locale) = (use_store(), use_locale());
    let all = Memo::new(move |_| store.with_capture(sheets));
    // A choice holds until another packet comes.
    let chosen = RwSignal::new(None::<RecordId>);
    let latest = Memo::new(move |_| all.with(|all| all.last().map(|sheet| sheet.id)));
    Effect::new(move || {
        latest.track();
        chosen.set(None);
    });
    let shown = Memo::new(move |_| chosen.get().or_else(|| latest.get()));

    let bars = move || {
        let strings = locale.strings();
        let longest = all.with(|all| all.iter().map(Sheet::total).max().unwrap_or(1));
        all.get().iter().map(|sheet| bar(sheet, longest, shown, chosen, strings)).collect_view()
    };
    let sum = move || {
        let found = all.with(|all| comparison(all))?;
        let strings = locale.strings();
        let bytes = found.more.unsigned_abs();
        let words = match found.more {
            0 => strings.metadata_as_long.to_owned(),
            1.. => strings.metadata_longer(bytes),
            _ => strings.metadata_shorter(bytes),
        };
        Some(view! {
            <p class="metadata-view__sum">
                {words} " " <Evidence id=found.inside/> " " <Evidence id=found.beside/>
            </p>
        })
    };
    let table = move || {
        let strings = locale.strings();
        let sheet = all.with(|all| all.iter().find(|s| Some(s.id) == shown.get()).cloned())?;
        Some(items(&sheet, strings))
    };
    let body = move || {
        match all.with(Vec::is_empty) {
        true => view! {
            <div class="empty">
                <Icon name="publish"/>
                <p class="empty__how">{locale.strings().metadata_empty}</p>
            </div>
        }
        .into_any(),
        false => view! {
            <div class="metadata-view">
                <div class="metadata-view__key" aria-hidden="true">{live(move || key(locale.strings()))}</div>
                <div
                    class="metadata-view__packets"
                    role="group"
                    aria-label=live(move || locale.strings().metadata_packets)
                >
                    {live(bars)}
                </div>
                {live(sum)}
                {live(table)}
            </div>
        }
        .into_any(),
    }
    };
    view! {
        <section class="card" data-picture="metadata" aria-label=live(move || locale.strings().metadata_title)>
            <header class="card__head">
                <h3 class="card__title">{live(move || locale.strings().metadata_title)}</h3>
            </header>
            <div class="card__body">{live(body)}</div>
        </section>
    }
}

/// One packet: whose it is, its parts to scale, its length.
fn bar(
    sheet: &Sheet,
    longest: usize,
    shown: Memo<Option<RecordId>>,
    chosen: RwSignal<Option<RecordId>>,
    strings: &Strings,
) -> impl IntoView + use<> {
    let id = sheet.id;
    let in_words: Vec<String> = sheet
        .parts
        .iter()
        .map(|(part, bytes)| format!("{} {bytes} B", part_name(*part, strings)))
        .collect();
    let parts = sheet
        .parts
        .iter()
        .filter(|(_, bytes)| *bytes > 0)
        .map(|(part, bytes)| {
            let share = format!("{:.2}%", 100.0 * *bytes as f64 / longest.max(1) as f64);
            view! {
                <span class="metadata-view__part" data-part=part.key() style:inline-size=share>
                    <span>{*bytes}</span>
                </span>
            }
        })
        .collect_view();
    view! {
        <button
            class="metadata-view__packet"
            data-direction=direction(Some(sheet.sender))
            aria-pressed=live(move || (shown.get() == Some(id)).to_string())
            title=in_words.join(" · ")
            on:click=move |_| chosen.set(Some(id))
        >
            <PacketWay client=sheet.client sender=Some(sheet.sender)/>
            <span class="metadata-view__id">{format!("#{}", id.number())}</span>
            <span class="metadata-view__bar" aria-hidden="true">{parts}</span>
            <span class="visually-hidden">{in_words.join(", ")}</span>
            <span class="metadata-view__total">{format!("{} B", grouped(sheet.total() as u64))}</span>
        </button>
    }
}

fn key(strings: &Strings) -> impl IntoView + use<> {
    [Part::Header, Part::Topic, Part::Properties, Part::Payload]
        .map(|part| {
            view! {
                <span class="metadata-view__key-entry">
                    <span class="metadata-view__swatch" data-part=part.key()></span>
                    {part_name(part, strings)}
                </span>
            }
        })
        .collect_view()
}

/// What the packet holds: name, value, bytes, and what it takes each reader to get at it.
fn items(sheet: &Sheet, strings: &Strings) -> impl IntoView + use<> {
    let head = Reader::ALL.map(|reader| {
        view! { <span role="columnheader" class="metadata-view__reader">{reader_name(reader, strings)}</span> }
    });
    let rows = sheet.items.iter().map(|item| row(item, strings)).collect_view();
    let nothing = sheet
        .items
        .is_empty()
        .then(|| view! { <p class="metadata-view__nothing">{strings.metadata_nothing}</p> });
    let legend = Access::ALL.map(|access| {
        view! {
            <li>
                <span class="metadata-view__sign" data-access=access.key() aria-hidden="true">
                    {access.sign()}
                </span>
                {access_words(access, strings)}
            </li>
        }
    });
    view! {
        <div class="metadata-view__table" role="table" aria-label=strings.metadata_table(sheet.id.number())>
            <div class="metadata-view__row metadata-view__row--head" role="row">
                <span role="columnheader">{strings.metadata_item}</span>
                <span role="columnheader" class="metadata-view__bytes">"B"</span>
                {head.collect_view()}
            </div>
            {rows}
        </div>
        {nothing}
        <ul class="metadata-view__legend">{legend.collect_view()}</ul>
    }
}

fn row(item: &Item, strings: &Strings) -> impl IntoView + use<> {
    let part = match item.place {
        Place::Property(_) => Part::Properties,
        Place::Member | Place::Whole => Part::Payload,
    };
    let name = match item.place {
        Place::Whole => strings.metadata_payload.to_owned(),
        _ => capped(&item.name, TEXT),
    };
    let cells = Reader::ALL.map(|reader| {
        let access = item.access(reader);
        let words = access_words(access, strings);
        view! {
            <span
                role="cell"
                class="metadata-view__reader metadata-view__sign"
                data-access=access.key()
                title=words
            >
                <span aria-hidden="true">{access.sign()}</span>
                <span class="visually-hidden">{words}</span>
            </span>
        }
    });
    view! {
        <div class="metadata-view__row" role="row">
            <span role="cell" class="metadata-view__item">
                <span class="metadata-view__swatch" data-part=part.key() title=part_name(part, strings)></span>
                <span class="metadata-view__name">{name}</span>
                <span class="metadata-view__value">{capped(&item.value, TEXT)}</span>
            </span>
            <span role="cell" class="metadata-view__bytes">{item.bytes}</span>
            {cells.collect_view()}
        </div>
    }
}

fn part_name(part: Part, strings: &Strings) -> &'static str {
    match part {
        Part::Header => strings.metadata_header,
        Part::Topic => strings.metadata_topic,
        Part::Properties => strings.metadata_properties,
        Part::Payload => strings.metadata_payload,
    }
}

fn reader_name(reader: Reader, strings: &Strings) -> &'static str {
    match reader {
        Reader::Server => strings.metadata_server,
        Reader::Gateway => strings.metadata_gateway,
        Reader::Receiver => strings.metadata_receiver,
    }
}

fn access_words(access: Access, strings: &Strings) -> &'static str {
    match access {
        Access::Acts => strings.metadata_acts,
        Access::Reads => strings.metadata_reads,
        Access::Parses => strings.metadata_parses,
        Access::Bytes => strings.metadata_bytes,
    }
}
