//! The bytes of the packet: typed or pasted, and opened to the last bit.

use leptos::prelude::*;

use super::state::Composer;
use crate::language::Strings;
use crate::mqtt::{PacketType, Version};
use crate::ui::components::{CopyButton, Icon};
use crate::ui::composer::paste::{Around, PasteError};
use crate::ui::erased::erased;
use crate::ui::inspector::view::{Opened, Reading};
use crate::ui::inspector::{Aspect, Sheet};
use crate::ui::loading::locale::use_locale;

#[component]
pub fn BytesSide(composer: Composer) -> impl IntoView {
    let locale = use_locale();
    let error = move || {
        let error = composer.error()?;
        Some(view! {
            <p class="field__error" id="composer-bytes-error" role="alert">
                <Icon name="warning"/>
                <span>{error_words(error, locale.strings())}</span>
            </p>
        })
    };
    let is_wrong = Memo::new(move |_| composer.error().is_some());
    let note = move || {
        composer.is_unwritten().then(|| {
            view! {
                <p class="composer__note" role="status">
                    <Icon name="info"/>
                    <span>{locale.strings().composer_unwritten()}</span>
                </p>
            }
        })
    };
    let size = move || {
        let length = composer.with(|in_hand| in_hand.bytes.len());
        locale.strings().form_bytes(length)
    };
    let chosen = RwSignal::new(Aspect::Fields);
    let older = Memo::new(move |_| {
        let older = composer.with(|in_hand| in_hand.older());
        older.map(|(version, packet)| (version, packet.packet_type()))
    });
    // A CONNECT says itself in which version it is to be read; of other packets the learner does.
    let read_as = RwSignal::new(None::<Version>);
    let version = Memo::new(move |_| match (older.get(), read_as.get()) {
        (None, _) => Version::V5,
        (Some(_), Some(version)) => version,
        (Some((version, PacketType::Connect)), None) => version,
        (Some(_), None) => Version::V5,
    });
    let sheet = move || {
        let (bytes, sender) = composer.with(|in_hand| (in_hand.bytes.clone(), in_hand.sender));
        match bytes.is_empty() {
            true => view! {
                <div class="empty">
                    <Icon name="wire"/>
                    <p class="empty__how">{erased(move || locale.strings().composer_empty())}</p>
                </div>
            }
            .into_any(),
            false => {
                let sheet = Sheet::read_as(bytes, sender, version.get());
                view! { <Opened reading=Reading::new(sheet) chosen/> }.into_any()
            }
        }
    };
    view! {
        <section class="card composer__bytes" aria-labelledby="composer-bytes">
            <header class="card__head">
                <h2 class="card__title" id="composer-bytes">
                    {erased(move || locale.strings().composer_bytes())}
                    " "
                    <span class="field__unit">{erased(size)}</span>
                </h2>
                <CopyButton
                    label=Signal::derive(move || locale.strings().composer_copy())
                    text=Callback::new(move |()| untrack(|| composer.text()))
                />
            </header>
            {erased(note)}
            <div class="composer__hex">
                <textarea
                    class="input--bytes"
                    rows="3"
                    autocomplete="off"
                    autocapitalize="off"
                    spellcheck="false"
                    aria-label=erased(move || locale.strings().composer_hex())
                    aria-describedby="composer-hex-hint"
                    aria-invalid=erased(move || is_wrong.get().then_some("true"))
                    prop:value=erased(move || composer.text())
                    on:input=move |event| composer.type_bytes(event_target_value(&event))
                ></textarea>
                {erased(error)}
                <p class="field__hint" id="composer-hex-hint">
                    {erased(move || locale.strings().composer_hex_hint())}
                </p>
                <PiecesBar composer/>
            </div>
            <OlderNote composer older read_as version/>
            <div class="inspector composer__sheet">{erased(sheet)}</div>
        </section>
    }
}

/// That the bytes are sound in an older version: the choice how to read them, and the way to 5.0.
#[component]
fn OlderNote(
    composer: Composer,
    older: Memo<Option<(Version, PacketType)>>,
    read_as: RwSignal<Option<Version>>,
    /// In which they are shown.
    version: Memo<Version>,
) -> impl IntoView {
    let locale = use_locale();
    let choice = move |each: Version| {
        view! {
            <button
                type="button"
                class="segmented__option"
                aria-pressed=erased(move || (version.get() == each).to_string())
                on:click=move |_| read_as.set(Some(each))
            >
                {format!("MQTT {}", each.name())}
            </button>
        }
    };
    erased(move || {
        let (older, packet) = older.get()?;
        let words = move || locale.strings().composer_older(packet.name(), older.name());
        Some(view! {
            <div class="composer__note" role="status">
                <Icon name="info"/>
                <span>{erased(words)}</span>
                <div
                    class="segmented segmented--small"
                    role="group"
                    aria-label=erased(move || locale.strings().composer_read_as())
                >
                    {choice(older)}
                    {choice(Version::V5)}
                </div>
                <button
                    type="button"
                    class="button button--small"
                    on:click=move |_| composer.write_in_5()
                >
                    {erased(move || locale.strings().composer_write_in_5())}
                </button>
            </div>
        })
    })
}

/// What else was in the paste.
#[component]
fn PiecesBar(composer: Composer) -> impl IntoView {
    let locale = use_locale();
    move || {
        let strings = locale.strings();
        let pieces = composer.pieces();
        let around = pieces.around.map(|around| match around {
            Around::Tcp => strings.composer_around_tcp(),
            Around::WebSocket => strings.composer_around_websocket(),
        });
        let buttons = (pieces.packets.len() > 1).then(|| {
            let buttons = pieces.packets.iter().enumerate().map(|(index, bytes)| {
                let packet = PacketType::from_value(bytes[0] >> 4);
                let name = packet.map_or(strings.wire_no_packet(), PacketType::name);
                view! {
                    <button
                        type="button"
                        class="segmented__option"
                        aria-pressed=(pieces.chosen == index).to_string()
                        on:click=move |_| composer.choose_piece(index)
                    >
                        {index + 1}
                        " "
                        {name}
                    </button>
                }
            });
            let label = strings.composer_pieces(pieces.packets.len());
            view! {
                <p class="field__hint">{label.clone()}</p>
                <div class="segmented segmented--small composer__pieces" role="group" aria-label=label>
                    {buttons.collect_view()}
                </div>
            }
        });
        view! {
            {around.map(|words| view! { <p class="field__hint">{words}</p> })}
            {buttons}
        }
    }
}

fn error_words(error: PasteError, strings: &Strings) -> String {
    match error {
        PasteError::NotHex { character, line, column } => {
            strings.composer_not_hex(format!("{character:?}"), column, line)
        }
        PasteError::HalfByte { digits } => strings.composer_half_byte(digits),
        PasteError::TooLarge { number } => strings.composer_too_large(number),
    }
}
