//! The bar above the free bench: set-ups, links, one more client.

use leptos::ev::SubmitEvent;
use leptos::prelude::*;
use wasm_bindgen::JsValue;

use super::session::BenchSession;
use crate::language::Language;
use crate::ui::bench::model::{BuiltIn, Kept, MOST_CLIENTS, MOST_LETTERS, SetUpError};
use crate::ui::browser;
use crate::ui::browser::focus_element;
use crate::ui::browser::storage::NotKept;
use crate::ui::client_panel::model::LONGEST_NAME;
use crate::ui::components::controls::{IconButton, SmallButton, said};
use crate::ui::components::{ClosableNotice, Icon};
use crate::ui::erased::erased;
use crate::ui::format::{grouped, letters};
use crate::ui::loading::locale::use_locale;
use crate::ui::state::store::use_store;

/// What became of the wish for a link.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Told {
    /// Without so many secrets.
    Copied(usize),
    NotCopied,
    /// It would have so many letters.
    TooLong(usize),
}

#[component]
pub fn BenchBar(session: BenchSession) -> impl IntoView {
    let store = use_store();
    let locale = use_locale();
    let count = move || store.with_lab(|lab| lab.clients().len());
    let told = RwSignal::new(None::<Told>);
    let with_secrets = RwSignal::new(false);
    // The question comes up with the first secret, and stays.
    let has_secrets = RwSignal::new(false);
    let copy = move |_| match session.link(with_secrets.get_untracked()) {
        Ok((link, left_out)) => {
            if left_out > 0 {
                has_secrets.set(true);
            }
            browser::copy(link, move |copied| {
                // The page may be gone by then.
                _ = told.try_set(Some(if copied {
                    Told::Copied(left_out)
                } else {
                    Told::NotCopied
                }));
            });
        }
        Err(letters) => told.set(Some(Told::TooLong(letters))),
    };
    let words = move || {
        let strings = locale.strings();
        told.get().map(|told| match told {
            Told::Copied(0) => strings.wire_copied().to_owned(),
            Told::Copied(left_out) => strings.bench_copied_without(left_out),
            Told::NotCopied => strings.wire_not_copied().to_owned(),
            Told::TooLong(letters) => strings.bench_too_long(letters, MOST_LETTERS),
        })
    };
    let is_full = Memo::new(move |_| count() >= MOST_CLIENTS);
    let secrets_tick = move || {
        has_secrets.get().then(|| {
            view! {
                <label class="check bench__secrets">
                    <input
                        type="checkbox"
                        prop:checked=with_secrets
                        on:change=move |event| {
                            with_secrets.set(event_target_checked(&event));
                            told.set(None);
                        }
                    />
                    {said(|s| s.secrets_with())}
                </label>
                <Show when=erased(move || with_secrets.get())>
                    <p class="status bench__told" data-state="warning" role="status">
                        <Icon name="warning"/>
                        <span>{said(|s| s.secrets_warning_link())}</span>
                    </p>
                </Show>
            }
        })
    };
    view! {
        <div class="bench__bar">
            <p class="bench__title wide-only">{said(|s| s.bench_lead())}</p>
            <button type="button" class="button button--small" popovertarget="set-ups">
                <Icon name="bench" small=true/>
                {said(|s| s.bench_set_ups())}
                <Icon name="down" small=true/>
            </button>
            <button
                type="button"
                class="button button--small"
                disabled=erased(move || count() == 0)
                on:click=move |_| session.start_all()
            >
                <Icon name="play" small=true/>
                {said(|s| s.bench_start_all())}
            </button>
            <button
                type="button"
                class="button button--small"
                disabled=erased(move || is_full.get())
                on:click=move |_| session.add_client()
            >
                <Icon name="plus" small=true/>
                {said(|s| s.bench_add_client())}
            </button>
            <button type="button" class="button button--small" on:click=copy>
                <Icon name="copy" small=true/>
                {said(|s| s.bench_copy_link())}
            </button>
            {erased(secrets_tick)}
            <span class="bench__told" role="status">{erased(words)}</span>
            <span class="bench__told" role="status">
                {erased(move || is_full.get().then(|| locale.strings().bench_full(MOST_CLIENTS)))}
            </span>
        </div>
        <SetUps session/>
        <LinkError session/>
        <OfferNotice session/>
        <Returned session/>
        <LeftBehind session/>
    }
}

/// A bench whose tab has crashed: it can be brought back, once.
#[component]
fn LeftBehind(session: BenchSession) -> impl IntoView {
    let locale = use_locale();
    let keeping = session.keeping();
    let notice = move || {
        let bench = keeping.left_behind()?;
        let strings = locale.strings();
        let packets = grouped(bench.packets() as u64);
        let title = strings.bench_left(time_of(bench.at, locale.language()));
        let title = view! { <h2 class="notice__title">{title}</h2> };
        Some(view! {
            <ClosableNotice
                state="info"
                class="bench__notice"
                title=title.into_any()
                on_close=Callback::new(move |()| keeping.forget_left_behind())
            >
                <p class="notice__why">{strings.bench_left_how(bench.left.slots.len(), packets)}</p>
                <div class="button-row">
                    <SmallButton
                        words=said(|s| s.bench_left_back())
                        on_press=Callback::new(move |()| session.bring_back())
                    />
                    <SmallButton
                        words=said(|s| s.bench_left_leave())
                        on_press=Callback::new(move |()| keeping.forget_left_behind())
                    />
                </div>
            </ClosableNotice>
        })
    };
    view! {
        {erased(notice)}
        <Show when=erased(move || session.is_returning())>
            <p class="bench__told" role="status">{said(|s| s.bench_returning())}</p>
        </Show>
    }
}

/// As a clock shows it; of another day with the date.
fn time_of(millis: u64, language: Language) -> String {
    let at = js_sys::Date::new(&JsValue::from_f64(millis as f64));
    let time = format!("{:02}:{:02}", at.get_hours(), at.get_minutes());
    let date =
        |date: &js_sys::Date| date.to_locale_date_string(language.tag(), &JsValue::UNDEFINED);
    match date(&at) == date(&js_sys::Date::new_0()) {
        true => time,
        false => format!("{} {time}", String::from(date(&at))),
    }
}

/// What a set-up costs and brings, before it is loaded.
#[component]
fn OfferNotice(session: BenchSession) -> impl IntoView {
    let store = use_store();
    let locale = use_locale();
    // Chosen from a menu or opened by a link: the question is where the keyboard goes on.
    Effect::new(move || {
        if session.offered().is_some() {
            request_animation_frame(|| focus_element("bench-offer"));
        }
    });
    let notice = move || {
        let offer = session.offered()?;
        let strings = locale.strings();
        let mut lines = Vec::new();
        if offer.connections > 0 {
            lines.push(strings.bench_offer_connections(offer.connections));
        }
        if offer.records > 0 {
            lines.push(strings.bench_offer_records(offer.records));
        }
        if let Some(around) = &offer.brings {
            store.target();
            lines.extend(around.words(&session.around(), strings));
        }
        if !offer.faulty.is_empty() {
            lines.push(strings.bench_brings_faults(letters(&offer.faulty)));
        }
        let title = match offer.name.as_str() {
            "" => strings.bench_offer().to_owned(),
            name => strings.bench_offer_name(name),
        };
        let only_clients = offer.reaches_further().then(|| {
            let offer = offer.clone();
            view! {
                <button
                    type="button"
                    class="button button--small"
                    on:click=move |_| session.accept(offer.clone(), false)
                >
                    {strings.bench_offer_clients()}
                </button>
            }
        });
        let all = match offer.reaches_further() {
            true => strings.bench_offer_all(),
            false => strings.bench_offer_load(),
        };
        let lines = lines.into_iter().map(|line| view! { <li>{line}</li> }.into_any());
        Some(view! {
            <div
                class="notice bench__notice"
                data-state="warning"
                role="alertdialog"
                aria-labelledby="bench-offer-title"
                id="bench-offer"
                tabindex="-1"
            >
                <Icon name="warning"/>
                <h2 class="notice__title" id="bench-offer-title">{title}</h2>
                <div class="notice__body">
                    <ul class="bench__brings">{lines.collect_view()}</ul>
                    <div class="button-row">
                        <button
                            type="button"
                            class="button button--primary button--small"
                            on:click=move |_| session.accept(offer.clone(), true)
                        >
                            {all}
                        </button>
                        {only_clients}
                        <button
                            type="button"
                            class="button button--small"
                            on:click=move |_| session.decline()
                        >
                            {strings.bench_offer_leave()}
                        </button>
                    </div>
                </div>
            </div>
        })
    };
    erased(notice)
}

/// What has come back with a bench that had been left, and what has not.
#[component]
fn Returned(session: BenchSession) -> impl IntoView {
    let locale = use_locale();
    let returned = session.returned();
    let notice = move || {
        let (back, lost) = returned.get()?;
        let strings = locale.strings();
        let lost = (lost > 0).then(|| format!(" {}", strings.bench_returned_lost(lost)));
        let title = view! { <p class="notice__title">{strings.bench_returned(back)} {lost}</p> };
        Some(view! {
            <ClosableNotice
                state="info"
                class="bench__notice"
                title=title.into_any()
                on_close=Callback::new(move |()| returned.set(None))
            />
        })
    };
    erased(notice)
}

/// What can be put on the bench, and keeping what stands there.
#[component]
fn SetUps(session: BenchSession) -> impl IntoView {
    let locale = use_locale();
    let built_in = BuiltIn::ALL.map(|set_up| {
        view! {
            <button
                type="button"
                class="menu__item"
                popovertarget="set-ups"
                popovertargetaction="hide"
                on:click=move |_| session.offer(set_up.set_up(), String::new())
            >
                <Icon name="play"/>
                {erased(move || set_up.name(locale.strings()))}
            </button>
        }
        .into_any()
    });
    let told = RwSignal::new(None::<Result<usize, NotKept>>);
    let kept = move || {
        let row = |kept: Kept| {
            let name = kept.name.clone();
            let label = {
                let name = name.clone();
                Signal::derive(move || locale.strings().bench_delete_name(&name))
            };
            let delete = {
                let name = name.clone();
                move |()| told.set(session.delete(&name).err().map(Err))
            };
            view! {
                <div class="bench__kept">
                    <button
                        type="button"
                        class="menu__item"
                        popovertarget="set-ups"
                        popovertargetaction="hide"
                        on:click=move |_| session.load_kept(&kept)
                    >
                        <Icon name="play"/>
                        {name}
                    </button>
                    <IconButton words=label icon="remove" on_press=Callback::new(delete)/>
                </div>
            }
            .into_any()
        };
        let rows: Vec<_> = session.kept().into_iter().map(row).collect();
        match rows.is_empty() {
            true => {
                view! { <p class="field__hint bench__note">{locale.strings().bench_kept_none()}</p> }
                    .into_any()
            }
            false => rows.into_any(),
        }
    };
    let name = session.name();
    let keep = move |event: SubmitEvent| {
        event.prevent_default();
        let name = name.get_untracked();
        if !name.trim().is_empty() {
            told.set(Some(session.keep(&name)));
        }
    };
    let outcome = move || {
        let strings = locale.strings();
        let (state, icon, words) = match told.get()? {
            Ok(0) => ("met", "met", strings.bench_kept_now().to_owned()),
            Ok(left_out) => ("met", "met", strings.bench_kept_without(left_out)),
            Err(NotKept::Full) => ("warning", "warning", strings.bench_not_kept_full().to_owned()),
            Err(NotKept::Forbidden) => {
                ("warning", "warning", strings.bench_not_kept_forbidden().to_owned())
            }
        };
        Some(view! {
            <p class="status bench__outcome" data-state=state>
                <Icon name=icon/>
                <span>{words}</span>
            </p>
        })
    };
    view! {
        <div
            class="menu bench__set-ups"
            popover="auto"
            id="set-ups"
            on:toggle=move |_| told.set(None)
            aria-label=said(|s| s.bench_set_ups())
        >
            {built_in.collect_view()}
            <hr class="menu__rule"/>
            <h2 class="bench__subtitle">{said(|s| s.bench_kept())}</h2>
            {erased(kept)}
            <form class="bench__keep" on:submit=keep>
                <input
                    type="text"
                    id="set-up-name"
                    maxlength=LONGEST_NAME
                    autocomplete="off"
                    aria-label=said(|s| s.bench_name())
                    placeholder=said(|s| s.bench_name())
                    prop:value=name
                    on:input=move |event| name.set(event_target_value(&event))
                />
                <button
                    type="submit"
                    class="button button--small"
                    disabled=erased(move || name.with(|name| name.trim().is_empty()))
                >
                    {said(|s| s.bench_keep())}
                </button>
            </form>
            <div role="status">{erased(outcome)}</div>
        </div>
    }
}

/// What is wrong with the link that led here.
#[component]
fn LinkError(session: BenchSession) -> impl IntoView {
    let locale = use_locale();
    let error = session.error();
    let notice = move || {
        let strings = locale.strings();
        error.get().map(|wrong: SetUpError| {
            let title = view! { <h2 class="notice__title">{strings.bench_error_title()}</h2> };
            view! {
                <ClosableNotice
                    state="error"
                    class="bench__notice"
                    title=title.into_any()
                    on_close=Callback::new(move |()| error.set(None))
                >
                    <p class="notice__why">{wrong.words(strings)} " " {strings.bench_error_how()}</p>
                </ClosableNotice>
            }
        })
    };
    erased(notice)
}
