//! The bar above every page: where one is, the broker, language, theme, keys.

use leptos::prelude::*;

use crate::course::{chapter_of, chapter_title, exercise_title};
use crate::language::Language;
use crate::ui::broker_choice::view::BrokerMenu;
use crate::ui::components::Icon;
use crate::ui::erased::erased;
use crate::ui::loading::locale::use_locale;
use crate::ui::navigation::address::{LANGUAGE, Page, Place};
use crate::ui::navigation::route::use_route;
use crate::ui::state::broker_panel::use_broker_panel;
use crate::ui::state::theme::Theme;

#[component]
pub fn Header(
    #[prop(into)] place: Signal<Place>,
    theme: Theme,
    #[prop(into)] on_keys: Callback<()>,
) -> impl IntoView {
    let locale = use_locale();
    let inside = use_broker_panel();
    let crumbs = move || {
        let language = locale.language();
        let id = match place.get() {
            Place::Home => return ().into_any(),
            Place::Exercise(id) => id,
            Place::Chapter(id) => {
                let title = chapter_title(&id, language).map(|words| words.title);
                return view! { <span class="crumbs__item" aria-current="page">{title}</span> }
                    .into_any();
            }
            Place::Page(page) => {
                let title = page.name(language.strings());
                return view! { <span class="crumbs__item" aria-current="page">{title}</span> }
                    .into_any();
            }
        };
        let Some((number, chapter)) = chapter_of(&id) else { return ().into_any() };
        let to_chapter = Place::Chapter(chapter.id.to_owned()).href(language);
        let chapter = chapter_title(chapter.id, language).map_or(chapter.id, |words| words.title);
        let title = exercise_title(&id, language);
        view! {
            <a class="crumbs__item wide-only" href=to_chapter>{format!("{number} {chapter}")}</a>
            <span class="crumbs__item" aria-current="page">{title}</span>
        }
        .into_any()
    };
    view! {
        <header class="app-header">
            <a class="app-header__home" href=erased(move || Place::Home.href(locale.language()))>
                <Icon name="mark" class="app-header__mark"/>
                <span class="wide-label">{erased(move || locale.strings().app_name())}</span>
            </a>
            <div class="app-header__where">
                <button class="button button--quiet" popovertarget="course">
                    <Icon name="learn"/>
                    <span class="wide-label">{erased(move || locale.strings().course())}</span>
                    <Icon name="down" small=true class="wide-only"/>
                </button>
                <Show when=erased(move || place.get() != Place::Page(Page::Bench))>
                    <a
                        class="button button--quiet wide-only"
                        href=erased(move || Place::Page(Page::Bench).href(locale.language()))
                    >
                        <Icon name="bench"/>
                        <span class="wide-label">{erased(move || locale.strings().page_bench())}</span>
                    </a>
                </Show>
                <Tools place/>
                <nav class="crumbs" aria-label=erased(move || locale.strings().app_where())>{erased(crumbs)}</nav>
            </div>
            <div class="app-header__tools">
                <BrokerMenu/>
                <button
                    class="button button--quiet button--icon wide-only"
                    aria-label=erased(move || locale.strings().inside_open())
                    title=erased(move || locale.strings().inside_open())
                    aria-expanded=erased(move || inside.is_open().to_string())
                    aria-controls="inside"
                    on:click=move |_| inside.toggle()
                >
                    <Icon name="broker"/>
                </button>
                <LanguageLink/>
                <button
                    class="button button--quiet button--icon"
                    aria-label=erased(move || locale.strings().app_theme())
                    title=erased(move || locale.strings().app_theme())
                    on:click=move |_| theme.toggle()
                >
                    <Icon name="theme"/>
                </button>
                <button
                    class="button button--quiet button--icon wide-only"
                    aria-label=erased(move || locale.strings().app_keys())
                    title=erased(move || locale.strings().app_keys())
                    on:click=move |_| on_keys.run(())
                >
                    <Icon name="keys"/>
                </button>
            </div>
        </header>
    }
}

/// What there is beside the course.
#[component]
fn Tools(place: Signal<Place>) -> impl IntoView {
    let locale = use_locale();
    let items = Page::TOOLS.map(|page| {
        let is_here = move || (place.get() == Place::Page(page)).then_some("page");
        view! {
            <a
                class="menu__item"
                href=erased(move || Place::Page(page).href(locale.language()))
                aria-current=erased(is_here)
            >
                <Icon name=page.icon()/>
                {erased(move || page.name(locale.strings()))}
            </a>
        }
        .into_any()
    });
    let menu = NodeRef::<leptos::html::Div>::new();
    // The menu closes once a link in it has been followed.
    Effect::new(move || {
        place.track();
        if let Some(menu) = menu.get_untracked() {
            let _ = menu.hide_popover();
        }
    });
    view! {
        <button class="button button--quiet wide-only" popovertarget="tools">
            <Icon name="bench"/>
            <span class="wide-label">{erased(move || locale.strings().app_tools())}</span>
            <Icon name="down" small=true/>
        </button>
        <div class="menu" popover="auto" id="tools" node_ref=menu>
            {items.collect_view()}
        </div>
    }
}

/// The same place in the other language.
#[component]
fn LanguageLink() -> impl IntoView {
    let locale = use_locale();
    let route = use_route();
    let other = move || match locale.language() {
        Language::En => Language::Ja,
        Language::Ja => Language::En,
    };
    // Whatever else the address says stays.
    let href = move || route.with(LANGUAGE, other().tag());
    view! {
        <a
            class="button button--quiet"
            href=erased(href)
            lang=erased(move || other().tag())
            title=erased(move || other().name())
        >
            <span class="wide-only">{erased(move || other().name())}</span>
            <span class="narrow-only">
                {erased(move || match other() {
                    Language::En => "EN",
                    Language::Ja => Language::Ja.name(),
                })}
            </span>
        </a>
    }
}
