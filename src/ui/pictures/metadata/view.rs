//! The latest messages to choose from, and one of them as strands from its sender by the Server to a receiver.

use leptos::html::Div;
use leptos::prelude::*;

use super::model::{
    Access, Comparison, Fate, Journey, Journeys, Leg, Part, Place, Reader, Sight, Strand,
    comparison,
};
use crate::capture::{ClientSlot, RecordId};
use crate::language::Strings;
use crate::mqtt::{PacketType, PropertyId};
use crate::ui::components::{Evidence, Icon, Topic};
use crate::ui::erased::erased;
use crate::ui::format::{capped, grouped};
use crate::ui::lesson::view::LessonSession;
use crate::ui::loading::locale::use_locale;
use crate::ui::packet_family::PacketFamily;
use crate::ui::pictures::marks::view::{Frame, use_marks};
use crate::ui::pictures::view::sight;
use crate::ui::role_names::role_name;
use crate::ui::state::store::{Store, use_store};

/// Characters of a value that a strand shows.
const TEXT: usize = 80;

/// What the picture shows of the capture.
#[derive(Clone, PartialEq)]
struct Shown {
    journeys: Vec<Journey>,
    gone: usize,
    comparison: Option<Comparison>,
}

#[component]
pub fn MetadataPicture(session: LessonSession) -> impl IntoView {
    let (store, locale) = (use_store(), use_locale());
    let journeys = StoredValue::new_local(Journeys::default());
    let is_alone = Memo::new(move |_| {
        let exercise = session.exercise;
        let found = |id| exercise.steps.iter().position(|step| step.id == id);
        let until = exercise.messages_alone_until.and_then(found);
        until.is_some_and(|step| session.verdict(step).is_none_or(|verdict| verdict.is_err()))
    });
    let all = Memo::new(move |_| {
        let is_alone = is_alone.get();
        let read = store.with_capture(|capture| {
            journeys.try_update_value(|journeys| {
                journeys.take_in(capture);
                let latest = journeys.latest();
                Shown {
                    journeys: match is_alone {
                        true => latest.filter_map(Journey::alone).collect(),
                        false => latest.cloned().collect(),
                    },
                    gone: journeys.gone(),
                    comparison: comparison(journeys.latest().collect::<Vec<_>>().into_iter()),
                }
            })
        });
        read.unwrap_or_else(|| Shown { journeys: Vec::new(), gone: 0, comparison: None })
    });
    // A choice holds until another message moves.
    let chosen = RwSignal::new(None::<RecordId>);
    let receiver = RwSignal::new(None::<usize>);
    let latest = Memo::new(move |_| {
        let touched = |journey: &&Journey| journey.touched();
        all.with(|all| all.journeys.iter().max_by_key(touched).map(|j| (j.id(), j.touched())))
    });
    Effect::new(move || {
        latest.track();
        chosen.set(None);
        receiver.set(None);
    });
    let shown = Memo::new(move |_| {
        let id = chosen.get().or_else(|| latest.get().map(|(id, _)| id))?;
        all.with(|all| all.journeys.iter().find(|journey| journey.id() == id).cloned())
    });

    let chips = NodeRef::<Div>::new();
    sight::follow(chips, move || latest.get());
    let page = NodeRef::<Div>::new();
    sight::follow(page, move || latest.get());
    let marks = use_marks(page, move || (shown.track(), receiver.get()));
    let choices = move || {
        let strings = locale.strings();
        let longest = |all: &Shown| {
            all.journeys.iter().filter_map(|j| j.first()).map(Sight::total).max().unwrap_or(1)
        };
        all.with(|all| {
            let before = (all.gone > 0).then(|| {
                let words = strings.metadata_before(grouped(all.gone as u64));
                view! { <span class="metadata-view__before">{words}</span> }
            });
            let last = all.journeys.last().map(Journey::id);
            let choice = |journey: &Journey| {
                let press = Callback::new(move |id| {
                    receiver.set(None);
                    chosen.set(Some(id));
                });
                chip(
                    journey,
                    longest(all),
                    last == Some(journey.id()),
                    shown,
                    press,
                    store,
                    strings,
                )
            };
            view! {
                {before}
                {all.journeys.iter().map(choice).collect_view()}
            }
        })
    };
    let sum = move || {
        let found = all.with(|all| all.comparison)?;
        let strings = locale.strings();
        let bytes = found.more.unsigned_abs();
        let words = match found.more {
            0 => strings.metadata_as_long().to_owned(),
            1.. => strings.metadata_longer(bytes),
            _ => strings.metadata_shorter(bytes),
        };
        Some(view! {
            <p class="metadata-view__sum">
                {words} " " <Evidence id=found.inside/> " " <Evidence id=found.beside/>
            </p>
        })
    };
    let nth = move |journey: &Journey| {
        let last = journey.arrived.len().saturating_sub(1);
        receiver.get().unwrap_or(last).min(last)
    };
    let receivers = move || {
        let strings = locale.strings();
        let journey = shown.get().filter(|journey| journey.arrived.len() > 1)?;
        let one = |(index, sight): (usize, &Sight)| {
            let letter = sight.client.letter().to_string();
            let is_shown = move || shown.with(|it| it.as_ref().is_some_and(|it| nth(it) == index));
            view! {
                <button
                    class="segmented__option"
                    aria-pressed=erased(move || is_shown().to_string())
                    on:click=move |_| receiver.set(Some(index))
                >
                    <span class="client-letter" data-client=letter.clone()>{letter.clone()}</span>
                    {format!("#{}", sight.id.number())}
                </button>
            }
        };
        Some(view! {
            <div
                class="segmented segmented--small metadata-view__receivers"
                role="group"
                aria-label=strings.metadata_receivers()
            >
                {journey.arrived.iter().enumerate().map(one).collect_view()}
            </div>
        })
    };
    let drawing = move || {
        let strings = locale.strings();
        let journey = shown.get()?;
        Some(draw(&journey, nth(&journey), store, strings))
    };
    let body = move || match all.with(|all| all.journeys.is_empty()) {
        true => view! {
            <div class="empty">
                <Icon name="publish"/>
                <p class="empty__how">{locale.strings().metadata_empty()}</p>
            </div>
        }
        .into_any(),
        false => view! {
            <div
                class="metadata-view__packets"
                role="group"
                node_ref=chips
                aria-label=erased(move || locale.strings().metadata_packets())
            >
                {erased(choices)}
            </div>
            <Frame marks class="metadata-view picture__scroll">
                {erased(sum)}
                {erased(receivers)}
                {erased(drawing)}
                {erased(move || legend(locale.strings()))}
            </Frame>
        }
        .into_any(),
    };
    view! {
        <section
            class="card picture"
            data-picture="metadata"
            aria-label=erased(move || locale.strings().metadata_title())
        >
            <header class="card__head">
                <h3 class="card__title">{erased(move || locale.strings().metadata_title())}</h3>
            </header>
            {erased(body)}
        </section>
    }
}

/// One message to choose: whose it is, its parts to scale, its length.
fn chip(
    journey: &Journey,
    longest: usize,
    is_last: bool,
    shown: Memo<Option<Journey>>,
    press: Callback<RecordId>,
    store: Store,
    strings: &Strings,
) -> AnyView {
    let Some(sight) = journey.first() else { return ().into_any() };
    let id = journey.id();
    let in_words: Vec<String> = sight
        .parts
        .iter()
        .filter(|(_, bytes)| *bytes > 0)
        .map(|(part, bytes)| format!("{} {bytes} B", part_name(*part, strings)))
        .collect();
    let parts = sight
        .parts
        .iter()
        .filter(|(_, bytes)| *bytes > 0)
        .map(|(part, bytes)| {
            let share = format!("{:.2}%", 100.0 * *bytes as f64 / longest.max(1) as f64);
            view! {
                <span class="metadata-view__part" data-part=part.key() style:inline-size=share></span>
            }
        })
        .collect_view();
    let is_shown = move || shown.with(|shown| shown.as_ref().is_some_and(|it| it.id() == id));
    let packets: Vec<RecordId> =
        journey.sent.iter().chain(&journey.arrived).map(|sight| sight.id).collect();
    let is_open = move || store.selected().is_some_and(|open| packets.contains(&open));
    let letter = sight.client.letter().to_string();
    let from = match journey.sent {
        Some(_) => view! {
            <span class="client-letter" data-client=letter.clone()>{letter.clone()}</span>
        }
        .into_any(),
        None => view! { <Icon name="broker"/> }.into_any(),
    };
    view! {
        <button
            class="metadata-view__packet"
            aria-pressed=erased(move || is_shown().to_string())
            aria-current=erased(move || is_open().then_some("true"))
            data-latest=is_last.then_some("")
            title=in_words.join(" · ")
            on:click=move |_| press.run(id)
        >
            {from}
            <span class="metadata-view__type">{sight.packet.name()}</span>
            <span class="metadata-view__id">{format!("#{}", id.number())}</span>
            <span class="metadata-view__bar" aria-hidden="true">{parts}</span>
            <span class="metadata-view__total">{format!("{} B", grouped(sight.total() as u64))}</span>
            <span class="visually-hidden">{in_words.join(", ")}</span>
        </button>
    }
    .into_any()
}

fn draw(journey: &Journey, nth: usize, store: Store, strings: &'static Strings) -> AnyView {
    let strands = journey.strands(nth);
    let is_will = journey.sent.as_ref().is_some_and(|sent| sent.packet == PacketType::Connect);
    let rows = strands.iter().map(|strand| row(strand, is_will, strings)).collect_view();
    let sender = match &journey.sent {
        Some(sight) => station(sight, store, strings),
        None => view! { <span class="strands__nobody">{strings.metadata_from_server()}</span> }
            .into_any(),
    };
    let arrived = match journey.arrived.get(nth) {
        Some(sight) => station(sight, store, strings),
        None => {
            view! { <span class="strands__nobody">{strings.metadata_fate_open()}</span> }.into_any()
        }
    };
    view! {
        <div class="strands" role="group" aria-label=strings.metadata_strands(journey.id().number())>
            <div class="strands__stations" data-latest="">
                <div class="strands__station">{sender}</div>
                <div class="strands__station strands__station--server">
                    <Icon name="broker"/>
                    {strings.metadata_server()}
                </div>
                <div class="strands__station strands__station--end">{arrived}</div>
            </div>
            <ol class="strands__list">{rows}</ol>
        </div>
    }
    .into_any()
}

/// A client at its end of the way, with its packet.
fn station(sight: &Sight, store: Store, strings: &Strings) -> AnyView {
    let letter = sight.client.letter().to_string();
    view! {
        <span class="client-letter" data-client=letter.clone()>{letter.clone()}</span>
        <span class="strands__role">{role(sight.client, store, strings)}</span>
        <Evidence id=sight.id/>
        <span class="strands__size">{format!("{} B", grouped(sight.total() as u64))}</span>
    }
    .into_any()
}

fn role(client: ClientSlot, store: Store, strings: &Strings) -> String {
    let name = store.peek(|lab| lab.client(client).map(|c| c.role().to_owned()));
    role_name(&name.unwrap_or_default(), strings).to_owned()
}

fn row(strand: &Strand, is_will: bool, strings: &'static Strings) -> AnyView {
    let part = strand.part();
    let kind = kind(strand.place, is_will, strings);
    let name = (!strand.name.is_empty()).then(|| {
        view! { <b class="strand__name">{capped(&strand.name, TEXT)}</b> }
    });
    let packet = strand.packet.map(|(id, packet)| {
        view! {
            <span class="strand__packet" data-family=PacketFamily::of(packet).key()>{packet.name()}</span>
            <Evidence id/>
        }
    });
    let value = |value: &Option<String>| {
        value.as_ref().map(|value| match strand.place {
            Place::Topic => {
                view! { <Topic topic=capped(value, TEXT) class="strand__value"/> }.into_any()
            }
            _ => view! { <code class="strand__value">{capped(value, TEXT)}</code> }.into_any(),
        })
    };
    let fate = fate(strand, strings);
    // What arrived as it was sent needs no words beside it.
    let is_plain = strand.fate == Fate::Through;
    let note = (!is_plain).then(|| {
        view! { <span class="strand__fate" data-fate=fate_key(strand.fate)>{fate}</span> }
    });
    let in_words = is_plain.then(|| view! { <span class="visually-hidden">{fate}</span> });
    let server = strand.access(Reader::Server);
    let receiver = strand.access(Reader::Receiver);
    let end = match (strand.second, receiver) {
        (Leg::Open, _) => Some(("open", "?", strings.metadata_fate_open())),
        (_, Some(access)) => Some((access.key(), access.sign(), access_words(access, strings))),
        _ => None,
    };
    let end = end.map(|(key, sign, words)| {
        view! { <i class="strand__node" data-access=key title=words>{sign}</i> }
    });
    let server = server.map(|access| {
        let words = access_words(access, strings);
        view! { <i class="strand__node" data-access=access.key() title=words>{access.sign()}</i> }
    });
    view! {
        <li class="strand" data-part=part.key() data-fate=fate_key(strand.fate)>
            <span class="strand__what">
                <span class="metadata-view__item">
                    <span class="metadata-view__swatch" data-part=part.key() title=part_name(part, strings)></span>
                </span>
                {packet}
                <span class="strand__kind">{kind}</span>
                {name}
                {value(&strand.value)}
            </span>
            <span class="strand__way" aria-hidden="true">
                <i class="strand__leg" data-leg=strand.first.key()></i>
                {server}
                <i class="strand__leg" data-leg=strand.second.key()></i>
                {end}
            </span>
            <span class="strand__arrived">{value(&strand.arrived)} {note} {in_words}</span>
        </li>
    }
    .into_any()
}

/// What it is, beside its name where it has one of its own.
fn kind(place: Place, is_will: bool, strings: &Strings) -> String {
    let words = match place {
        Place::Topic => strings.metadata_topic(),
        Place::Property(id) => id.name(),
        Place::Member | Place::Whole => strings.metadata_payload(),
        Place::Code => "Reason Code",
    };
    let of_will = match place {
        Place::Topic | Place::Member | Place::Whole => is_will,
        Place::Property(id) => is_will && id == PropertyId::WillDelayInterval,
        Place::Code => false,
    };
    match of_will {
        true => format!("Will: {words}"),
        false => words.to_owned(),
    }
}

fn legend(strings: &Strings) -> impl IntoView + use<> {
    let access = Access::ALL.map(|access| {
        view! {
            <li>
                <span class="strand__node" data-access=access.key() aria-hidden="true">{access.sign()}</span>
                {access_words(access, strings)}
            </li>
        }
    });
    let parts = Part::ALL.map(|part| {
        view! {
            <li>
                <span class="metadata-view__swatch" data-part=part.key()></span>
                {part_name(part, strings)}
            </li>
        }
    });
    view! {
        <ul class="metadata-view__legend" aria-hidden="true">
            {access.collect_view()}
            {parts.collect_view()}
        </ul>
    }
}

fn part_name(part: Part, strings: &Strings) -> &'static str {
    match part {
        Part::Header => strings.metadata_header(),
        Part::Topic => strings.metadata_topic(),
        Part::Properties => strings.metadata_properties(),
        Part::Payload => strings.metadata_payload(),
    }
}

fn access_words(access: Access, strings: &Strings) -> &'static str {
    match access {
        Access::Acts => strings.metadata_acts(),
        Access::Reads => strings.metadata_reads(),
        Access::Parses => strings.metadata_parses(),
        Access::Bytes => strings.metadata_bytes(),
    }
}

fn fate(strand: &Strand, strings: &Strings) -> &'static str {
    match strand.fate {
        Fate::Open => strings.metadata_fate_open(),
        Fate::Through => strings.metadata_fate_through(),
        Fate::Reduced => strings.metadata_fate_reduced(),
        Fate::Changed => strings.metadata_fate_changed(),
        Fate::Lost => strings.metadata_fate_lost(),
        Fate::Ends => strings.metadata_fate_ends(),
        Fate::Added => strings.metadata_fate_added(),
        Fate::Answered => strings.metadata_fate_answered(),
    }
}

/// Its name in the stylesheet.
fn fate_key(fate: Fate) -> &'static str {
    match fate {
        Fate::Open => "open",
        Fate::Through => "through",
        Fate::Reduced => "reduced",
        Fate::Changed => "changed",
        Fate::Lost => "lost",
        Fate::Ends => "ends",
        Fate::Added => "added",
        Fate::Answered => "answered",
    }
}
