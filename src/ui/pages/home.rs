//! The way through the course, and a live connection with one button.

use leptos::prelude::*;

use crate::capture::ClientSlot;
use crate::course::{
    ChapterOutline, OUTLINE, chapter_of, chapter_title, exercise_title, minutes_of,
};
use crate::lab::{Act, LinkState};
use crate::language::Strings;
use crate::mqtt::{Connect, PacketType, Sender};
use crate::ui::address::Place;
use crate::ui::behind::use_behind;
use crate::ui::broker_choice;
use crate::ui::components::{Icon, Pips};
use crate::ui::lazy::Lazy;
use crate::ui::live::live;
use crate::ui::locale::use_locale;
use crate::ui::parts::live_wire;
use crate::ui::progress::use_progress;
use crate::ui::store::use_store;

#[component]
pub fn HomePage() -> impl IntoView {
    let locale = use_locale();
    let behind = use_behind();
    let progress = use_progress();
    let first = OUTLINE[0].exercises[0];
    let last = move || {
        let last = progress.with(|progress| progress.last().map(str::to_owned));
        last.filter(|id| chapter_of(id).is_some())
    };
    let start = move || last().unwrap_or_else(|| first.to_owned());
    let title = move || {
        let id = start();
        exercise_title(&id, locale.language()).unwrap_or_default()
    };
    let start_label = move || {
        let strings = locale.strings();
        match last() {
            Some(_) => strings.home_resume(title()),
            None => strings.home_start(title()),
        }
    };
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
            view! {
                <li>
                    <a class="chapter" href=live(href)>
                        <span class="chapter__number">{index + 1}</span>
                        <span>
                            <h3 class="chapter__title">{live(move || prose().map_or("", |p| p.title))}</h3>
                            <span
                                class="chapter__about"
                                inner_html=live(move || prose().map_or("", |p| p.goal))
                            ></span>
                        </span>
                        <Pips done=Signal::derive(done) of=chapter.core().count()/>
                        <span class="chapter__minutes">
                            {live(move || locale.strings().minutes(minutes_of(chapter.core())))}
                        </span>
                    </a>
                </li>
            }
        })
        .collect_view();
    let groups = GROUPS.iter().map(|group| {
        let href = move || Place::Chapter(group.chapter.to_owned()).href(locale.language());
        view! {
            <li>
                <a href=live(href)>{live(move || (group.title)(locale.strings()))}</a>
                <span>{live(move || (group.brings)(locale.strings()))}</span>
            </li>
        }
    });
    view! {
        <main id=live(move || behind.main_id()) hidden=live(move || behind.is_covered()) class="page home">
            <section class="home__top">
                <div>
                    <h1 class="home__title">{live(move || locale.strings().home_title)}</h1>
                    <p class="home__lead">{live(move || locale.strings().home_lead)}</p>
                    <div class="home__actions">
                        <a
                            class="button button--primary"
                            href=live(move || Place::Exercise(start()).href(locale.language()))
                        >
                            {live(start_label)}
                            <Icon name="next"/>
                        </a>
                        <span class="home__note">{live(move || locale.strings().home_note)}</span>
                    </div>
                </div>
                <LiveBench/>
            </section>
            <section>
                <div class="chapters__head">
                    <h2 class="chapters__title">{live(move || locale.strings().home_chapters)}</h2>
                    <span class="home__note">{live(move || minutes())}</span>
                </div>
                <ol class="chapters">{chapters}</ol>
            </section>
            <section>
                <h2 class="chapters__title">{live(move || locale.strings().home_groups)}</h2>
                <ul class="home__groups">{groups.collect_view()}</ul>
            </section>
        </main>
    }
}

/// Something that 5.0 added, with the chapter about it.
struct Group {
    chapter: &'static str,
    title: fn(&Strings) -> &'static str,
    brings: fn(&Strings) -> &'static str,
}

static GROUPS: [Group; 8] = [
    Group {
        chapter: "enhanced-auth",
        title: |strings| strings.home_group_auth_title,
        brings: |strings| strings.home_group_auth_brings,
    },
    Group {
        chapter: "user-properties",
        title: |strings| strings.home_group_user_properties_title,
        brings: |strings| strings.home_group_user_properties_brings,
    },
    Group {
        chapter: "topic-alias",
        title: |strings| strings.home_group_topic_alias_title,
        brings: |strings| strings.home_group_topic_alias_brings,
    },
    Group {
        chapter: "request-response",
        title: |strings| strings.home_group_request_response_title,
        brings: |strings| strings.home_group_request_response_brings,
    },
    Group {
        chapter: "flow-control",
        title: |strings| strings.home_group_flow_control_title,
        brings: |strings| strings.home_group_flow_control_brings,
    },
    Group {
        chapter: "sessions",
        title: |strings| strings.home_group_sessions_title,
        brings: |strings| strings.home_group_sessions_brings,
    },
    Group {
        chapter: "reason-codes",
        title: |strings| strings.home_group_errors_title,
        brings: |strings| strings.home_group_errors_brings,
    },
    Group {
        chapter: "subscriptions",
        title: |strings| strings.home_group_subscriptions_title,
        brings: |strings| strings.home_group_subscriptions_brings,
    },
];

/// One client, one button: a real CONNECT and CONNACK, ready to be opened.
#[component]
fn LiveBench() -> impl IntoView {
    let store = use_store();
    let locale = use_locale();
    store.set_up(vec![("client", vec![connect()])]);
    let client = move |read: fn(&crate::lab::BenchClient) -> bool| {
        store.with_lab(|lab| lab.client(CLIENT).is_some_and(read))
    };
    let is_connected = move || client(|client| client.is_connected());
    let is_busy =
        move || client(|client| client.link_state() != LinkState::Closed) && !is_connected();
    let has_something = move || {
        store.with_capture(|capture| !capture.is_empty())
            || client(|client| client.problem().is_some())
    };
    let press = move |_| {
        let act = match untrack(is_connected) {
            true => Act { client: CLIENT, action: crate::lab::Action::Ping },
            false => connect(),
        };
        // The button is only there while the act is allowed.
        let _ = store.act(act);
    };
    // The first CONNACK opens by itself: there is something to look at before anybody has clicked twice.
    let connack = Memo::new(move |_| {
        store.with_capture(|capture| {
            capture.packets(PacketType::ConnAck, Sender::Server).next_back().map(|record| record.id)
        })
    });
    Effect::new(move || {
        if let Some(id) = connack.get() {
            store.open(id);
        }
    });
    let label = move || {
        let strings = locale.strings();
        match is_connected() {
            true => strings.home_ping,
            false => strings.home_connect,
        }
    };
    view! {
        <section class="live" aria-label=live(move || locale.strings().home_live)>
            <div class="live__head" data-client="A">
                <span class="client-letter" data-client="A">"A"</span>
                <span>{live(move || locale.strings().home_to(broker_choice::name(&store.target(), locale.strings())))}</span>
                <button
                    class="button"
                    class:button--primary=live(move || !is_connected())
                    disabled=live(is_busy)
                    data-busy=live(move || is_busy().then_some(""))
                    on:click=press
                >
                    <Icon name=Signal::derive(move || if is_busy() { "waiting" } else { "play" })/>
                    {live(label)}
                </button>
            </div>
            <Show
                when=live(has_something)
                fallback=move || {
                    view! {
                        <div class="empty">
                            <Icon name="wire"/>
                            <p class="empty__title">{live(move || locale.strings().wire_empty_title)}</p>
                            <p class="empty__how">{live(move || locale.strings().home_empty)}</p>
                        </div>
                    }
                }
            >
                <Lazy part=live_wire::part() view=live(|| live_wire::view(CLIENT))/>
            </Show>
        </section>
    }
}

fn connect() -> Act {
    Act::connect(CLIENT, Connect { clean_start: true, keep_alive: 60, ..Connect::default() })
}

const CLIENT: ClientSlot = ClientSlot(0);
