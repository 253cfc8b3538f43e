//! What can be done with the list of packets as a whole: saved, shared, set aside, compared.

use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use leptos::html::Div;
use leptos::prelude::*;
use leptos::task::spawn_local;

use super::fold::fold;
use super::shelf::{LINK, use_capture_shelf};
use crate::capture::Record;
use crate::formats::{
    json::records_to_json,
    pcap::records_to_pcapng,
    records_to_text, secrets,
    share::{MAX_LETTERS, pack},
};
use crate::ui::browser::rescue::offer_rescue;
use crate::ui::browser::{address, copy, save, save_bytes};
use crate::ui::components::Icon;
use crate::ui::erased::erased;
use crate::ui::format::grouped;
use crate::ui::loading::locale::use_locale;
use crate::ui::navigation::address::{Page, Place};
use crate::ui::navigation::route::use_route;
use crate::ui::state::store::use_store;

/// How long the menu says that a link was copied.
const TELLS_FOR: Duration = Duration::from_millis(2400);

/// Two lists can stand in one document, each with its menu.
static MENUS: AtomicU32 = AtomicU32::new(0);

#[derive(Clone, Copy, PartialEq, Eq)]
enum Format {
    Json,
    Pcapng,
    Text,
}

/// What became of the wish for a link.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Link {
    Copied,
    NotCopied,
    /// It would have so many letters.
    TooLong(usize),
}

/// With the time of saving, so that one file is told from the next.
fn file_name(extension: &str) -> String {
    let now = js_sys::Date::new_0();
    format!(
        "mqtt5-capture-{}{:02}{:02}-{:02}{:02}{:02}.{extension}",
        now.get_full_year(),
        now.get_month() + 1,
        now.get_date(),
        now.get_hours(),
        now.get_minutes(),
        now.get_seconds(),
    )
}

#[component]
pub fn CaptureMenu(
    /// The records in the list.
    #[prop(into)]
    listed: Callback<(), Vec<Record>>,
    #[prop(into)] is_empty: Signal<bool>,
) -> impl IntoView {
    let (store, locale, shelf) = (use_store(), use_locale(), use_capture_shelf());
    let route = use_route();
    let menu = NodeRef::<Div>::new();
    let id = format!("capture-menu-{}", MENUS.fetch_add(1, Ordering::Relaxed));
    let hide = move || {
        if let Some(menu) = menu.get_untracked() {
            let _ = menu.hide_popover();
        }
    };
    // A full capture takes seconds to write out: the button says so first.
    let is_busy = RwSignal::new(false);
    let link = RwSignal::new(None::<Link>);
    // How many secrets there are, and whether they go along; asked for again each time.
    let found = RwSignal::new(0_usize);
    let with_secrets = RwSignal::new(false);
    let given = move || {
        let mut records = listed.run(());
        if !with_secrets.get_untracked() {
            secrets::hide(&mut records);
        }
        records
    };
    let opened = move |_| {
        link.set(None);
        with_secrets.set(false);
        let is_open =
            menu.get_untracked().is_some_and(|menu| menu.matches(":popover-open").unwrap_or(false));
        if is_open {
            found.set(secrets::count(listed.run(()).iter()));
        }
    };
    let write = move |format: Format| {
        let records = given();
        hide();
        is_busy.set(true);
        let write = move || {
            match format {
                Format::Json => {
                    let text = store.peek(|lab| records_to_json(lab.capture(), records.iter()));
                    save(&file_name("json"), "application/json", &text);
                }
                Format::Pcapng => {
                    let bytes = store.peek(|lab| records_to_pcapng(lab.capture(), records.iter()));
                    save_bytes(&file_name("pcapng"), "application/vnd.tcpdump.pcap", &bytes);
                }
                Format::Text => {
                    let text = store.peek(|lab| records_to_text(lab.capture(), records.iter()));
                    save(&file_name("txt"), "text/plain", &text);
                }
            }
            let _ = is_busy.try_set(false);
        };
        request_animation_frame(move || set_timeout(write, Duration::ZERO));
    };
    offer_rescue(move || {
        store.peek(|lab| {
            let mut records: Vec<_> = lab.capture().records().cloned().collect();
            secrets::hide(&mut records);
            let text = records_to_json(lab.capture(), records.iter());
            save(&file_name("json"), "application/json", &text);
        });
    });
    let share = move |_| {
        let records = given();
        let packed = store.peek(|lab| pack(lab.capture(), records.iter()));
        let page = untrack(|| Place::Page(Page::Captures).href(locale.language()));
        spawn_local(async move {
            let folded = fold(packed).await;
            if folded.len() > MAX_LETTERS {
                let _ = link.try_set(Some(Link::TooLong(folded.len())));
                return;
            }
            copy(format!("{}{page}{LINK}{folded}", address()), move |is_copied| {
                let outcome = if is_copied { Link::Copied } else { Link::NotCopied };
                if link.try_set(Some(outcome)).is_none() {
                    set_timeout(move || _ = link.try_set(None), TELLS_FOR);
                }
            });
        });
    };
    let to_captures = move || {
        hide();
        let page = untrack(|| Place::Page(Page::Captures).href(locale.language()));
        route.go(&page);
    };
    let keep = move |_| {
        let records = listed.run(());
        shelf.keep(store.peek(|lab| lab.capture().excerpt(records)));
        to_captures();
    };
    let outcome = move || {
        let strings = locale.strings();
        Some(match link.get()? {
            Link::Copied => ("met", strings.captures_link_copied().to_owned()),
            Link::NotCopied => ("warning", strings.wire_not_copied().to_owned()),
            Link::TooLong(letters) => {
                let (letters, most) = (grouped(letters as u64), grouped(MAX_LETTERS as u64));
                ("warning", strings.captures_link_too_long(letters, most))
            }
        })
    };
    // In the place of another line, so that the menu keeps its height and does not jump away.
    let told = move || match outcome() {
        None => view! {
            <span class="captures-menu__for">
                {locale.strings().captures_share_for(grouped(MAX_LETTERS as u64))}
            </span>
        }
        .into_any(),
        Some((state, words)) => view! {
            <span class="captures-menu__told" data-state=state>
                <Icon name=state/>
                <span>{words}</span>
            </span>
        }
        .into_any(),
    };
    let secrets_tick = move || {
        let count = found.get();
        (count > 0).then(|| {
            let about = move || {
                let strings = locale.strings();
                match with_secrets.get() {
                    true => strings.secrets_warning_capture().to_owned(),
                    false => strings.secrets_hidden(count),
                }
            };
            view! {
                <hr class="menu__rule"/>
                <div class="captures-menu__secrets">
                    <label class="check">
                        <input
                            type="checkbox"
                            prop:checked=with_secrets
                            on:change=move |event| with_secrets.set(event_target_checked(&event))
                        />
                        {erased(move || locale.strings().secrets_with())}
                    </label>
                    <p
                        class="status captures-menu__about"
                        role="status"
                        data-state=erased(move || if with_secrets.get() { "warning" } else { "info" })
                    >
                        <Icon name=Signal::derive(move || match with_secrets.get() {
                            true => "warning",
                            false => "info",
                        })/>
                        <span>{erased(about)}</span>
                    </p>
                </div>
            }
        })
    };
    let formats = [Format::Json, Format::Pcapng, Format::Text].map(|format| {
        let words = move || {
            let strings = locale.strings();
            match format {
                Format::Json => (strings.captures_save_json(), strings.captures_save_json_for()),
                Format::Pcapng => {
                    (strings.captures_save_pcapng(), strings.captures_save_pcapng_for())
                }
                Format::Text => (strings.captures_save_text(), strings.captures_save_text_for()),
            }
        };
        view! {
            <button
                type="button"
                class="menu__item captures-menu__item"
                disabled=erased(move || is_empty.get())
                on:click=move |_| write(format)
            >
                <Icon name="export"/>
                <span>
                    {erased(move || words().0)}
                    <span class="captures-menu__for">{erased(move || words().1)}</span>
                </span>
            </button>
        }
    });
    view! {
        <button
            type="button"
            class="button button--quiet button--icon button--small"
            aria-label=erased(move || locale.strings().captures_menu())
            title=erased(move || locale.strings().captures_menu())
            popovertarget=id.clone()
            data-busy=erased(move || is_busy.get().then_some(""))
        >
            <Icon name=Signal::derive(move || match is_busy.get() {
                true => "waiting",
                false => "export",
            })/>
        </button>
        <div
            class="menu menu--end captures-menu"
            popover="auto"
            id=id
            node_ref=menu
            on:toggle=opened
        >
            {formats}
            <hr class="menu__rule"/>
            <button
                type="button"
                class="menu__item captures-menu__item"
                disabled=erased(move || is_empty.get())
                on:click=share
            >
                <Icon name="link"/>
                <span>
                    {erased(move || locale.strings().captures_share())}
                    {erased(told)}
                </span>
            </button>
            <div class="visually-hidden" role="status">
                {erased(move || outcome().map(|(_, words)| words))}
            </div>
            {erased(secrets_tick)}
            <hr class="menu__rule"/>
            <button
                type="button"
                class="menu__item captures-menu__item"
                disabled=erased(move || is_empty.get() || !store.grows())
                on:click=keep
            >
                <Icon name="bench"/>
                <span>
                    {erased(move || locale.strings().captures_keep())}
                    <span class="captures-menu__for">
                        {erased(move || locale.strings().captures_keep_for())}
                    </span>
                </span>
            </button>
            <button type="button" class="menu__item captures-menu__item" on:click=move |_| to_captures()>
                <Icon name="file"/>
                <span>
                    {erased(move || locale.strings().captures_open())}
                    <span class="captures-menu__for">
                        {erased(move || locale.strings().captures_open_for())}
                    </span>
                </span>
            </button>
        </div>
    }
}
