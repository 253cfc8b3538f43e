//! What this is, a live connection with one button, what 5.0 added, the way through the course, the tools.
//!
//! `xtask/src/first_picture/picture.html` shows the header and the top of this page before the program runs; an
//! end-to-end test holds that both are the same.

use leptos::prelude::*;

use super::entries::live_wire;
use crate::course::{ChapterOutline, OUTLINE, Start, chapter_title, exercise_title, minutes_of};
use crate::language::{Language, Strings};
use crate::ui::broker_choice;
use crate::ui::browser::focus_keeper::keep_focus;
use crate::ui::components::{Arrived, Arriving, Icon, Pips, State};
use crate::ui::erased::erased;
use crate::ui::loading::locale::use_locale;
use crate::ui::navigation::address::{Page, Place};
use crate::ui::navigation::kept_page::use_behind;
use crate::ui::state::broker::use_broker;
use crate::ui::state::progress::{ProgressStore, use_progress};
use crate::ui::state::store::Store;

#[component]
pub fn HomePage() -> impl IntoView {
    let locale = use_locale();
    let behind = use_behind();
    let progress = use_progress();
    let begin = Memo::new(move |_| begin(progress, locale.language()));
    let core = || OUTLINE.iter().flat_map(ChapterOutline::core);
    let minutes = move || {
        let strings = locale.strings();
        let all = minutes_of(core());
        let left =
            progress.with(|progress| minutes_of(core().filter(|id| progress.done(id).is_none())));
        let core = match left == all {
            true => strings.home_core(all),
            false => strings.home_core_left(left, all),
        };
        let further = minutes_of(OUTLINE.iter().flat_map(ChapterOutline::further));
        format!("{core} · {}", strings.home_further(further))
    };
    let chapters = OUTLINE
        .iter()
        .enumerate()
        .map(|(index, chapter)| {
            let prose = move || chapter_title(chapter.id, locale.language());
            // A chapter opens where it goes on.
            let href = move || {
                let next = progress.with(|progress| chapter.next(progress));
                let next = next.unwrap_or(chapter.exercises[0]);
                Place::Exercise(next.to_owned()).href(locale.language())
            };
            let done = move || progress.with(|progress| chapter.done(progress));
            let further = move || {
                let further = minutes_of(chapter.further());
                (further > 0).then(|| locale.strings().home_chapter_further(further))
            };
            view! {
                <li>
                    <a class="chapter" href=erased(href)>
                        <span class="chapter__number">{index + 1}</span>
                        <span>
                            <h3 class="chapter__title">{erased(move || prose().map_or("", |p| p.title))}</h3>
                            <span
                                class="chapter__about"
                                inner_html=erased(move || prose().map_or("", |p| p.goal))
                            ></span>
                        </span>
                        <Pips done=Signal::derive(done) of=chapter.core().count()/>
                        <span class="chapter__minutes">
                            {erased(move || locale.strings().minutes(minutes_of(chapter.core())))}
                            <span class="chapter__further">{erased(further)}</span>
                        </span>
                    </a>
                </li>
            }
        })
        .collect_view();
    let groups = GROUPS.iter().map(|group| {
        let href = move || Place::Chapter(group.chapter.to_owned()).href(locale.language());
        view! {
            <li class="group">
                <h3 class="group__title">
                    <a href=erased(href)>{erased(move || (group.title)(locale.strings()))}</a>
                </h3>
                <p class="group__figure">
                    <strong>{group.figure}</strong>
                    {erased(move || (group.means)(locale.strings()))}
                </p>
                <p class="group__brings">{erased(move || (group.brings)(locale.strings()))}</p>
            </li>
        }
    });
    let tools = TOOLS.iter().map(|tool| {
        view! {
            <li>
                <a class="tool" href=erased(move || Place::Page(tool.page).href(locale.language()))>
                    <svg
                        class="tool__picture"
                        viewBox="0 0 96 40"
                        aria-hidden="true"
                        inner_html=tool.picture
                    ></svg>
                    <span class="tool__name">{erased(move || tool.page.name(locale.strings()))}</span>
                    <span class="tool__about">{erased(move || (tool.about)(locale.strings()))}</span>
                </a>
            </li>
        }
    });
    view! {
        <main id=erased(move || behind.main_id()) hidden=erased(move || behind.is_covered()) class="page home">
            <section class="home__top">
                <div>
                    <h1 class="home__title">{erased(move || locale.strings().home_title())}</h1>
                    <p class="home__lead">{erased(move || locale.strings().home_lead())}</p>
                    <div class="home__actions">
                        <a
                            class="button button--primary"
                            href=erased(move || begin.get().0)
                        >
                            {erased(move || begin.get().1)}
                            <Icon name="next"/>
                        </a>
                        <span class="home__note">{erased(move || locale.strings().home_note())}</span>
                    </div>
                </div>
                <LiveBench/>
            </section>
            <section>
                <h2 class="chapters__title">{erased(move || locale.strings().home_groups())}</h2>
                <ul class="groups">{groups.collect_view()}</ul>
            </section>
            <section>
                <div class="chapters__head">
                    <h2 class="chapters__title">{erased(move || locale.strings().home_chapters())}</h2>
                    <span class="home__note">{erased(minutes)}</span>
                </div>
                <ol class="chapters">{chapters}</ol>
            </section>
            <section>
                <h2 class="chapters__title">{erased(move || locale.strings().home_tools())}</h2>
                <ul class="tools">{tools.collect_view()}</ul>
            </section>
        </main>
    }
}

/// Where the first button leads, and what it says: on with what is open, never to what is met already.
pub fn begin(progress: ProgressStore, language: Language) -> (String, String) {
    let strings = language.strings();
    let (place, label) = match progress.with(Start::of) {
        Start::Begin(id) => (Place::Exercise(id.to_owned()), strings.home_begin().to_owned()),
        Start::GoOn(id) => {
            let title = exercise_title(id, language).unwrap_or(id);
            (Place::Exercise(id.to_owned()), strings.home_go_on(title))
        }
        Start::Through => (Place::Page(Page::Finish), strings.page_finish().to_owned()),
    };
    (place.href(language), label)
}

/// Something that 5.0 added, with the chapter about it.
struct Group {
    chapter: &'static str,
    title: fn(&Strings) -> &'static str,
    /// What it is in numbers; `means` says of what.
    figure: &'static str,
    means: fn(&Strings) -> &'static str,
    brings: fn(&Strings) -> &'static str,
}

static GROUPS: [Group; 8] = [
    Group {
        chapter: "enhanced-auth",
        title: |strings| strings.home_group_auth_title(),
        figure: "0 B",
        means: |strings| strings.home_group_auth_means(),
        brings: |strings| strings.home_group_auth_brings(),
    },
    Group {
        chapter: "user-properties",
        title: |strings| strings.home_group_user_properties_title(),
        figure: "5 B",
        means: |strings| strings.home_group_user_properties_means(),
        brings: |strings| strings.home_group_user_properties_brings(),
    },
    Group {
        chapter: "topic-alias",
        title: |strings| strings.home_group_topic_alias_title(),
        figure: "3 B",
        means: |strings| strings.home_group_topic_alias_means(),
        brings: |strings| strings.home_group_topic_alias_brings(),
    },
    Group {
        chapter: "request-response",
        title: |strings| strings.home_group_request_response_title(),
        figure: "2",
        means: |strings| strings.home_group_request_response_means(),
        brings: |strings| strings.home_group_request_response_brings(),
    },
    Group {
        chapter: "flow-control",
        title: |strings| strings.home_group_flow_control_title(),
        figure: "65,535",
        means: |strings| strings.home_group_flow_control_means(),
        brings: |strings| strings.home_group_flow_control_brings(),
    },
    Group {
        chapter: "sessions",
        title: |strings| strings.home_group_sessions_title(),
        figure: "2",
        means: |strings| strings.home_group_sessions_means(),
        brings: |strings| strings.home_group_sessions_brings(),
    },
    Group {
        chapter: "reason-codes",
        title: |strings| strings.home_group_errors_title(),
        figure: "43",
        means: |strings| strings.home_group_errors_means(),
        brings: |strings| strings.home_group_errors_brings(),
    },
    Group {
        chapter: "subscriptions",
        title: |strings| strings.home_group_subscriptions_title(),
        figure: "4",
        means: |strings| strings.home_group_subscriptions_means(),
        brings: |strings| strings.home_group_subscriptions_brings(),
    },
];

/// A page for any traffic, not only for the course.
struct Tool {
    page: Page,
    about: fn(&Strings) -> &'static str,
    /// What it looks like, in 96 × 40.
    picture: &'static str,
}

static TOOLS: [Tool; 9] = [
    Tool {
        page: Page::Bench,
        about: |strings| strings.home_tool_bench(),
        picture: r#"<path d="M28 20h13M55 20h13M61 15l7 5-7 5"/><rect x="4" y="11" width="24" height="18" rx="3"/><circle class="lit" cx="48" cy="20" r="7"/><rect x="68" y="11" width="24" height="18" rx="3"/>"#,
    },
    Tool {
        page: Page::Composer,
        about: |strings| strings.home_tool_composer(),
        picture: r#"<path d="M4 13h88v14H4zM18.7 13v14M33.3 13v14M62.7 13v14M77.3 13v14"/><path class="lit" d="M33.3 9h29.4v22H33.3zM48 9v22"/>"#,
    },
    Tool {
        page: Page::Traffic,
        about: |strings| strings.home_tool_traffic(),
        picture: r#"<path d="M4 20h24M68 20h24"/><rect x="28" y="10" width="40" height="20" rx="3"/><path class="lit" d="M35 20h26M41 15v10M48 15v10M55 15v10M48 30v7"/>"#,
    },
    Tool {
        page: Page::Captures,
        about: |strings| strings.home_tool_captures(),
        picture: r#"<path d="M18 8h74M18 20h52M18 32h62M4 8h8M9 5l3 3-3 3M4 32h8M9 29l3 3-3 3"/><path class="lit" d="M12 20H4M7 17l-3 3 3 3"/>"#,
    },
    Tool {
        page: Page::Examine,
        about: |strings| strings.home_tool_examine(),
        picture: r#"<path d="M4 8h52M4 20h40M4 32h52"/><circle class="lit" cx="70" cy="18" r="11"/><path class="lit" d="m78 26 10 10M65 18l4 4 7-8"/>"#,
    },
    Tool {
        page: Page::Measure,
        about: |strings| strings.home_tool_measure(),
        picture: r#"<path d="M4 35h88M12 35v-6M22 35V17M32 35V6M42 35V12M52 35v-9M62 35v-4M72 35v-2"/><path class="lit" d="M37 3v32M82 35v-8"/>"#,
    },
    Tool {
        page: Page::Reference,
        about: |strings| strings.home_tool_reference(),
        picture: r#"<path d="M12 4h72v32H12zM12 14.7h72M12 25.3h72M36 4v32M60 4v32"/><path class="lit" d="M36 14.7h24v10.6H36z"/>"#,
    },
    Tool {
        page: Page::Troubleshooting,
        about: |strings| strings.home_tool_troubleshooting(),
        picture: r#"<path d="M4 20h12l5-12 8 24 6-12h9M66 20h26"/><path class="lit" d="m49 14 12 12M61 14 49 26"/>"#,
    },
    Tool {
        page: Page::Mosquitto,
        about: |strings| strings.home_tool_mosquitto(),
        picture: r#"<rect x="6" y="5" width="32" height="30" rx="3"/><rect x="58" y="5" width="32" height="30" rx="3"/><path d="M12 13h20M12 20h20M12 27h14M64 13h20M64 27h20"/><path class="lit" d="M64 20h9M43 17h10M43 23h10M51 12l-6 16"/>"#,
    },
];

/// One client, one button: a real CONNECT and CONNACK, ready to be opened. The client itself is one of the parts that
/// are fetched while the page is at rest, or when somebody comes near its button; who has pressed before it is there
/// finds it connecting then.
#[component]
fn LiveBench() -> impl IntoView {
    let (broker, locale) = (use_broker(), use_locale());
    let live = LiveClient::new();
    let arriving = Arriving::new(live_wire::part(), None);
    // Where there is a bench it may hold what another page has left, which the client clears away.
    let is_wanted_at_once = arriving.is_there() || use_context::<Store>().is_some();
    if is_wanted_at_once {
        arriving.fetch();
    }
    let is_wanted = move || is_wanted_at_once || live.presses() > 0;
    // Meanwhile the empty picture stays.
    let is_drawn = move || is_wanted() && arriving.state() != State::Fetching;
    let has_failed = move || is_wanted() && arriving.state() == State::Failed;
    let is_connected = move || live.state() == LiveState::Connected;
    let is_busy = move || match live.state() {
        LiveState::Waiting => live.presses() > 0,
        state => state == LiveState::Busy,
    };
    // What did not come is told below, where it can be asked for again.
    let is_under_way = move || is_busy() && !has_failed();
    let has_something = move || live.has_something() || has_failed();
    let label = move || {
        let strings = locale.strings();
        match is_connected() {
            true => strings.home_ping(),
            false => strings.home_connect(),
        }
    };
    view! {
        <section class="live" aria-label=erased(move || locale.strings().home_live())>
            <div class="live__head" data-client="A">
                <span class="client-letter" data-client="A">"A"</span>
                <span>{erased(move || locale.strings().home_to(broker_choice::name(&broker.target(), locale.strings())))}</span>
                <button
                    class="button"
                    class:button--primary=erased(move || !is_connected())
                    disabled=erased(is_busy)
                    data-busy=erased(move || is_under_way().then_some(""))
                    on:pointerenter=move |_| arriving.fetch()
                    on:focus=move |_| arriving.fetch()
                    on:click=move |_| {
                        arriving.fetch();
                        // The button is about to be disabled.
                        keep_focus();
                        live.press();
                    }
                >
                    <Icon name=Signal::derive(move || if is_under_way() { "waiting" } else { "play" })/>
                    {erased(label)}
                </button>
            </div>
            <Show when=erased(move || !has_something())>
                <div class="empty">
                    <Icon name="wire"/>
                    <p class="empty__title">{erased(move || locale.strings().wire_empty_title())}</p>
                    <p class="empty__how">{erased(move || locale.strings().home_empty())}</p>
                </div>
            </Show>
            <Show when=erased(is_drawn)>
                <Arrived arriving view=erased(move || live_wire::view(live))/>
            </Show>
        </section>
    }
}

/// What the button knows of its client, and the client of the button.
#[derive(Clone, Copy)]
pub struct LiveClient {
    presses: RwSignal<u32>,
    state: RwSignal<(LiveState, bool)>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub enum LiveState {
    /// There is no client yet.
    Waiting,
    Closed,
    Busy,
    Connected,
}

impl LiveClient {
    fn new() -> LiveClient {
        LiveClient { presses: RwSignal::new(0), state: RwSignal::new((LiveState::Waiting, false)) }
    }

    fn press(self) {
        self.presses.update(|presses| *presses += 1);
    }

    /// How often the button has been pressed. Tracked.
    pub fn presses(self) -> u32 {
        self.presses.get()
    }

    /// Tells how the client stands, and whether there is something to look at.
    pub fn tell(self, state: LiveState, has_something: bool) {
        let now = (state, has_something);
        if self.state.get_untracked() != now {
            self.state.set(now);
        }
    }

    fn state(self) -> LiveState {
        self.state.get().0
    }

    fn has_something(self) -> bool {
        self.state.get().1
    }
}
