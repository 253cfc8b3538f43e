//! The reference: tables and a search on one side, one entry on the other.

use leptos::prelude::*;

use crate::course::Sight;
use crate::ui::components::Icon;
use crate::ui::erased::erased;
use crate::ui::loading::locale::use_locale;
use crate::ui::navigation::route::use_route;
use crate::ui::reference::view::{CodesGrid, Detail, EntryList, PropertiesGrid, Uses};
use crate::ui::reference::{Entry, Part, search};
use crate::ui::state::progress::use_progress;

#[component]
pub fn ReferencePage() -> impl IntoView {
    let (locale, progress) = (use_locale(), use_progress());
    let route = use_route();
    let uses = Uses::begin();
    let chosen = Memo::new(move |_| route.value("entry").as_deref().and_then(Entry::from_key));
    let text = RwSignal::new(String::new());
    let part = RwSignal::new(untrack(|| chosen.get()).map_or(Part::Packets, Entry::part));
    let found = Memo::new(move |_| text.with(|text| search(text, locale.language())));
    let is_searching = Memo::new(move |_| text.with(|text| !text.trim().is_empty()));
    // On a narrow screen the entry stands above the tables, out of sight of whoever chose it there.
    Effect::new(move |before: Option<Option<Entry>>| {
        let chosen = chosen.get();
        if before.is_some() && before != Some(chosen) && chosen.is_some() {
            request_animation_frame(|| {
                if let Some(entry) = document().get_element_by_id("entry") {
                    let options = web_sys::ScrollIntoViewOptions::new();
                    options.set_block(web_sys::ScrollLogicalPosition::Nearest);
                    entry.scroll_into_view_with_scroll_into_view_options(&options);
                }
            });
        }
        chosen
    });
    let all = Sight::all().count();
    let seen = move || {
        let seen = progress.with(|progress| progress.seen().len());
        locale.strings().reference_seen_count(all, seen)
    };
    let tables = move || match (is_searching.get(), part.get()) {
        (true, _) => view! { <Found text found chosen/> }.into_any(),
        (false, Part::Properties) => view! { <PropertiesGrid chosen/> }.into_any(),
        (false, Part::ReasonCodes) => view! { <CodesGrid chosen/> }.into_any(),
        (false, of) => {
            let entries: Vec<Entry> = Entry::all().filter(|entry| entry.part() == of).collect();
            view! { <EntryList entries=Signal::stored(entries) chosen/> }.into_any()
        }
    };
    let tabs = Part::ALL.map(|tab| {
        view! {
            <button
                class="segmented__option"
                aria-pressed=erased(move || (!is_searching.get() && part.get() == tab).to_string())
                on:click=move |_| {
                    text.set(String::new());
                    part.set(tab);
                }
            >
                {erased(move || tab.name(locale.strings()))}
            </button>
        }
    });
    view! {
        <main id="main" class="reference">
            <header class="reference__head">
                <div>
                    <h1 class="reference__title">{erased(move || locale.strings().page_reference())}</h1>
                    <p class="reference__lead">
                        {erased(move || locale.strings().reference_lead())} " "
                        <span class="reference__count">{erased(seen)}</span>
                    </p>
                </div>
                <div class="reference__bar">
                    <label class="wire-bar__filter reference__search">
                        <Icon name="search" small=true/>
                        <input
                            type="search"
                            placeholder=erased(move || locale.strings().reference_search())
                            aria-label=erased(move || locale.strings().reference_search())
                            autocomplete="off"
                            spellcheck="false"
                            prop:value=erased(move || text.get())
                            on:input=move |event| text.set(event_target_value(&event))
                        />
                    </label>
                    <div class="segmented" role="group" aria-label=erased(move || locale.strings().page_reference())>
                        {tabs}
                    </div>
                </div>
            </header>
            <section class="reference__tables" aria-label=erased(move || locale.strings().page_reference())>
                {erased(tables)}
            </section>
            <div class="reference__entry">
                {erased(move || match chosen.get() {
                    Some(entry) => view! { <Detail entry uses/> }.into_any(),
                    None => view! {
                        <div class="empty">
                            <Icon name="book"/>
                            <p class="empty__title">{locale.strings().reference_choose()}</p>
                            <p class="empty__how">{locale.strings().reference_choose_how()}</p>
                        </div>
                    }
                    .into_any(),
                })}
            </div>
        </main>
    }
}

/// What a search has found.
#[component]
fn Found(
    text: RwSignal<String>,
    found: Memo<Vec<Entry>>,
    chosen: Memo<Option<Entry>>,
) -> impl IntoView {
    let locale = use_locale();
    let count = move || found.with(Vec::len);
    view! {
        <p class="reference__legend" role="status">
            {erased(move || locale.strings().reference_found(count()))}
        </p>
        <Show
            when=erased(move || count() > 0)
            fallback=move || view! {
                <div class="empty">
                    <Icon name="search"/>
                    <p class="empty__title">{erased(move || locale.strings().reference_none(text.get()))}</p>
                    <p class="empty__how">{erased(move || locale.strings().reference_none_how())}</p>
                </div>
            }
        >
            <EntryList entries=found chosen/>
        </Show>
    }
}
