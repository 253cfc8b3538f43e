//! Choose or tune a policy, see its forecast beside the others, send the day with it.

use leptos::prelude::*;

use super::model::{
    BARS, CURVES, Chart, HALF_LIVES, HEIGHT, MARGIN_STEP, MOST_SIGHTINGS, ROUND, ROUNDS,
    WIDEST_MARGIN, WIDTH, chart, policies, round,
};
use crate::capture::{Capture, ClientSlot};
use crate::course::support::alias_policy::{AliasPolicy, Choice, Tuning};
use crate::course::support::fleet::{self, Account, GOAL};
use crate::course::{ALIAS_SAVING, Move};
use crate::delivery::Accepts;
use crate::lab::{Action, BenchClient, LinkState};
use crate::language::Strings;
use crate::mqtt::{PacketType, Sender};
use crate::ui::client_panel::refusal;
use crate::ui::components::Icon;
use crate::ui::components::controls::{Disclosure, said};
use crate::ui::erased::erased;
use crate::ui::format::grouped;
use crate::ui::lesson::view::{LessonSession, make_move};
use crate::ui::loading::locale::use_locale;
use crate::ui::pictures::alias_ledger::view::{AliasLedger, signed};
use crate::ui::state::progress::use_progress;

const GATEWAY: ClientSlot = ClientSlot(0);
/// The learner's own policy among [`policies`].
const OWN: usize = 4;

/// The days sent so far, as far as the page shows them.
#[derive(Clone, Debug, Default, PartialEq)]
struct Sent {
    /// The latest, complete or under way.
    latest: Option<Account>,
    /// The most that a complete day has saved.
    best: Option<i64>,
}

#[component]
pub fn AliasGame(session: LessonSession) -> impl IntoView {
    let locale = use_locale();
    let progress = use_progress();
    let store = session.store();
    let chosen = RwSignal::new(OWN);
    let tuning = RwSignal::new(Tuning::START);
    let aliases = Memo::new(move |_| store.with_capture(aliases_allowed));
    let fixed = Memo::new(move |_| -> Vec<Account> {
        let fixed = &policies(Tuning::START)[..OWN];
        fixed.iter().map(|policy| fleet::forecast(*policy, aliases.get())).collect()
    });
    let accounts = Memo::new(move |_| {
        let mut accounts = fixed.get();
        accounts.push(fleet::forecast(AliasPolicy::Tuned(tuning.get()), aliases.get()));
        accounts
    });
    let sent = Memo::new(move |_| {
        session.starts();
        store.with_capture(|capture| {
            let days = session.with_evidence(|e| fleet::days(capture, e.since, GATEWAY));
            let complete = days.iter().filter(|day| day.is_complete);
            let best = complete.map(|day| day.account.saved()).max();
            Sent { latest: days.into_iter().next_back().map(|day| day.account), best }
        })
    });
    Effect::new(move || {
        let best = sent.with(|sent| sent.best).and_then(|best| u64::try_from(best).ok());
        if let Some(best) = best.filter(|_| !session.was_played()) {
            progress.record_best(ALIAS_SAVING, best);
        }
    });

    let picture = move || {
        let strings = locale.strings();
        let chosen = chosen.get();
        sent.with(|sent| {
            accounts.with(|accounts| {
                let chart = chart(accounts, chosen, sent.latest.as_ref());
                chart_view(&chart, chosen, strings)
            })
        })
    };
    let forecast = move || {
        let strings = locale.strings();
        accounts.with(|accounts| {
            let account = &accounts[chosen.get()];
            let (saved, without) = (account.saved(), account.total_without());
            let percent = (saved as f64 * 1000.0 / without.max(1) as f64).round() / 10.0;
            let percent = format!("{percent:.1}");
            let all = grouped(without as u64);
            let short = GOAL as i64 - saved;
            let goal = grouped(GOAL as u64);
            let (state, words) = match short {
                ..=0 => ("met", strings.alias_game_reached(goal)),
                _ => ("not-yet", strings.alias_game_short(goal, grouped(short as u64))),
            };
            view! {
                <strong>{strings.alias_game_forecast(percent, signed(saved), all)}</strong>
                <span class="status" data-state=state><Icon name=state small=true/>{words}</span>
            }
        })
    };
    let best = move || {
        let strings = locale.strings();
        match progress.with(|progress| progress.best(ALIAS_SAVING)) {
            Some(best) => strings.alias_game_best(grouped(best)),
            None => strings.alias_game_no_best().to_owned(),
        }
    };
    let table = move || {
        let strings = locale.strings();
        accounts.with(|accounts| sent.with(|sent| table_view(accounts, sent, strings)))
    };
    view! {
        <section
            class="card picture alias-game"
            data-picture="alias-game"
            aria-label=erased(move || locale.strings().alias_game_title())
        >
            <header class="card__head">
                <h3 class="card__title">{erased(move || locale.strings().alias_game_title())}</h3>
            </header>
            <div class="card__body alias-game__body">
                <PolicyChoice chosen/>
                <Show when=erased(move || chosen.get() == OWN)>
                    <Knobs tuning/>
                </Show>
                <p class="alias-game__forecast" aria-live="polite">{erased(forecast)}</p>
                <figure class="alias-game__figure">{erased(picture)}</figure>
                <SendDay session chosen tuning aliases/>
                <p class="alias-game__best"><Icon name="mark"/>{erased(best)}</p>
                <Disclosure title=said(|s| s.alias_game_table())>
                    <div class="table-scroll">{erased(table)}</div>
                </Disclosure>
                <Disclosure title=said(|s| s.alias_game_round())>
                    {erased(move || round_view(locale.strings()))}
                </Disclosure>
            </div>
        </section>
        <AliasLedger session/>
    }
}

/// What the Server allows on the latest connection, as far as the game goes.
fn aliases_allowed(capture: &Capture) -> u16 {
    let mut connacks = capture.packets(PacketType::ConnAck, Sender::Server).rev();
    let connack = connacks.find(|record| record.client == GATEWAY);
    let maximum = connack
        .and_then(|record| Accepts::stated_in(&record.valid_packet()?))
        .map(|accepts| accepts.topic_alias_maximum);
    maximum.unwrap_or(fleet::ALIASES).min(fleet::ALIASES)
}

fn names(strings: &Strings) -> [&'static str; 5] {
    [
        strings.alias_policy_none(),
        strings.alias_policy_first(),
        strings.alias_policy_lru(),
        strings.alias_policy_frequent(),
        strings.alias_policy_own(),
    ]
}

#[component]
fn PolicyChoice(chosen: RwSignal<usize>) -> impl IntoView {
    let locale = use_locale();
    let option = move |index: usize| {
        view! {
            <label class="segmented__option">
                <input
                    type="radio"
                    name="alias-policy"
                    prop:checked=erased(move || chosen.get() == index)
                    on:change=move |_| chosen.set(index)
                />
                {erased(move || names(locale.strings())[index])}
            </label>
        }
    };
    view! {
        <div
            class="segmented alias-game__policies"
            role="radiogroup"
            aria-label=erased(move || locale.strings().alias_game_policy())
        >
            {(0..=OWN).map(option).collect_view()}
        </div>
    }
}

/// One number of the learner's policy.
#[derive(Clone, Copy)]
struct Knob {
    id: &'static str,
    name: fn(&Strings) -> &'static str,
    highest: u32,
    /// From the slider's position and back.
    set: fn(&mut Tuning, u32),
    at: fn(Tuning) -> u32,
    words: fn(Tuning, &Strings) -> String,
}

const KNOBS: [Knob; 3] = [
    Knob {
        id: "alias-half-life",
        name: |strings| strings.alias_game_half_life(),
        highest: HALF_LIVES.len() as u32 - 1,
        set: |tuning, at| tuning.half_life = HALF_LIVES[at as usize % HALF_LIVES.len()],
        at: |tuning| {
            let at = HALF_LIVES.iter().position(|stop| *stop == tuning.half_life);
            at.unwrap_or(0) as u32
        },
        words: |tuning, strings| match tuning.half_life {
            0 => strings.alias_game_never().to_owned(),
            messages => strings.alias_game_messages(messages),
        },
    },
    Knob {
        id: "alias-sightings",
        name: |strings| strings.alias_game_sightings(),
        highest: MOST_SIGHTINGS - 1,
        set: |tuning, at| tuning.sightings = at + 1,
        at: |tuning| tuning.sightings - 1,
        words: |tuning, strings| strings.alias_game_from_sighting(tuning.sightings),
    },
    Knob {
        id: "alias-margin",
        name: |strings| strings.alias_game_margin(),
        highest: WIDEST_MARGIN / MARGIN_STEP,
        set: |tuning, at| tuning.margin = at * MARGIN_STEP,
        at: |tuning| tuning.margin / MARGIN_STEP,
        words: |tuning, _| format!("{}%", tuning.margin),
    },
];

#[component]
fn Knobs(tuning: RwSignal<Tuning>) -> impl IntoView {
    let locale = use_locale();
    let knob = move |knob: Knob| {
        let turn = move |event| {
            if let Ok(at) = event_target_value(&event).parse() {
                tuning.update(|tuning| (knob.set)(tuning, at));
            }
        };
        let words = move || (knob.words)(tuning.get(), locale.strings());
        view! {
            <div class="alias-knob">
                <label class="field__label" for=knob.id>
                    {erased(move || (knob.name)(locale.strings()))}
                </label>
                <input
                    id=knob.id
                    type="range"
                    min="0"
                    max=knob.highest
                    prop:value=erased(move || (knob.at)(tuning.get()))
                    aria-valuetext=erased(words)
                    on:input=turn
                />
                <output class="alias-knob__value" for=knob.id>{erased(words)}</output>
            </div>
        }
    };
    view! { <div class="alias-game__knobs">{KNOBS.into_iter().map(knob).collect_view()}</div> }
}

/// Sends the whole day with the chosen policy; connects first where that is still to be done.
#[component]
fn SendDay(
    session: LessonSession,
    chosen: RwSignal<usize>,
    tuning: RwSignal<Tuning>,
    #[prop(into)] aliases: Signal<u16>,
) -> impl IntoView {
    let locale = use_locale();
    let store = session.store();
    let failed = RwSignal::new(None::<String>);
    let client = move |read: fn(&BenchClient) -> bool| {
        store.with_lab(|lab| lab.client(GATEWAY).is_some_and(read))
    };
    let is_connected = move || client(BenchClient::is_connected);
    let is_busy =
        move || client(|client| client.link_state() != LinkState::Closed && !client.is_connected());
    let press = move |_| {
        let result = match untrack(is_connected) {
            true => {
                let policy = policies(tuning.get_untracked())[chosen.get_untracked()];
                let acts = fleet::acts(GATEWAY, policy, aliases.get_untracked());
                let cast = untrack(|| session.cast());
                make_move(session, &cast, &Move::Acts(acts)).map(drop)
            }
            false => {
                let mut prepared = untrack(|| store.prepared(GATEWAY)).into_iter();
                let connect = prepared.find(|act| matches!(act.action, Action::Connect(_)));
                connect.map_or(Ok(()), |act| store.act(act))
            }
        };
        failed.set(result.err().map(|error| refusal::words(&error, locale.language())));
    };
    let label = move || match is_connected() {
        true => {
            let name = names(locale.strings())[chosen.get()];
            locale.strings().alias_game_send(name)
        }
        false => locale.strings().alias_game_connect().to_owned(),
    };
    view! {
        <div class="alias-game__send">
            <button
                class="button button--primary"
                disabled=erased(move || is_busy() || session.is_playing())
                on:click=press
            >
                <Icon name="publish"/>
                {erased(label)}
            </button>
            <Show when=erased(move || aliases.get() < fleet::ALIASES)>
                <p class="field__hint">{erased(move || locale.strings().alias_game_fewer(aliases.get()))}</p>
            </Show>
            <Show when=erased(move || failed.with(Option::is_some))>
                <p class="field__error" role="alert">
                    <Icon name="warning"/>
                    <span inner_html=erased(move || failed.get())></span>
                </p>
            </Show>
        </div>
    }
}

fn chart_view(chart: &Chart, chosen: usize, strings: &Strings) -> AnyView {
    let right = WIDTH - 118.0;
    let curve = |(index, name): (usize, &'static str)| {
        let curve = &chart.curves[index];
        let own = (index == chosen).then_some("");
        view! {
            <path class="alias-curve" data-policy=index.to_string() data-chosen=own d=curve.path.clone()/>
            <text class="alias-curve__label" data-chosen=own x=curve.label.0 y=curve.label.1 + 4.0>{name}</text>
        }
    };
    // The chosen one lies on top.
    let mut order: Vec<(usize, &'static str)> = names(strings).into_iter().enumerate().collect();
    order.sort_by_key(|(index, _)| *index == chosen);
    let curves = order.into_iter().map(curve).collect_view();
    let dots = chart.wire.iter().map(|(x, y)| view! { <circle cx=*x cy=*y r="2.6"/> });
    let bars = chart.bars.iter().zip(["alias", "both", "topic"]);
    let bars = bars.map(|(path, kind)| {
        view! { <path class="alias-bar" data-carries=kind d=path.clone()/> }
    });
    let legend = [
        ("alias", strings.alias_game_bar_alias()),
        ("both", strings.alias_game_bar_both()),
        ("topic", strings.alias_game_bar_topic()),
    ];
    let legend = legend.map(|(kind, words)| {
        view! { <li><span class="alias-legend__box" data-carries=kind></span>{words}</li> }
    });
    let goal = grouped(GOAL as u64);
    let (words, goal) = (strings.alias_game_chart(&goal), strings.alias_game_goal(&goal));
    view! {
        <svg
            class="alias-chart"
            viewBox=format!("0 0 {WIDTH} {HEIGHT}")
            role="img"
            aria-label=words
        >
            <line class="alias-chart__axis" x1="4" x2=right y1=chart.zero y2=chart.zero/>
            <line class="alias-chart__noon" x1=chart.noon x2=chart.noon y1="8" y2=BARS/>
            <text class="alias-chart__label" x=chart.noon + 4.0 y="14">{strings.alias_game_noon()}</text>
            <line class="alias-chart__goal" x1="4" x2=right y1=chart.goal y2=chart.goal/>
            <text class="alias-chart__label" x="6" y=chart.goal - 4.0>{goal}</text>
            {curves}
            <g class="alias-chart__wire">{dots.collect_view()}</g>
            <line class="alias-chart__axis" x1="4" x2=right y1=BARS y2=BARS/>
            <text class="alias-chart__label" x=right + 6.0 y=(CURVES + BARS) / 2.0 + 10.0>{strings.alias_game_bars()}</text>
            {bars.collect_view()}
        </svg>
        <ul class="alias-legend" aria-hidden="true">
            <li><span class="alias-legend__dot" data-wire=""></span>{strings.alias_game_wire()}</li>
            {legend.into_iter().collect_view()}
        </ul>
    }
    .into_any()
}

/// The curves in text: what each policy comes to, and what was sent last.
fn table_view(accounts: &[Account], sent: &Sent, strings: &Strings) -> AnyView {
    let names = names(strings);
    let rows = names.iter().copied().zip(accounts.iter());
    let wire = sent.latest.as_ref().map(|account| (strings.alias_game_wire(), account));
    let row = |(name, account): (&'static str, &Account)| {
        view! {
            <tr>
                <th scope="row">{name}</th>
                <td class="table__number">{grouped(account.total_with() as u64)} " B"</td>
                <td class="table__number">{signed(account.saved())} " B"</td>
                <td class="table__number">{account.uses}</td>
                <td class="table__number">{account.sets}</td>
                <td class="table__number">{account.replaced}</td>
            </tr>
        }
    };
    view! {
        <table class="table">
            <thead>
                <tr>
                    <th scope="col">{strings.alias_game_policy()}</th>
                    <th scope="col" class="table__number">{strings.alias_col_with()}</th>
                    <th scope="col" class="table__number">{strings.alias_col_saved()}</th>
                    <th scope="col" class="table__number">{strings.alias_game_bar_alias()}</th>
                    <th scope="col" class="table__number">{strings.alias_game_bar_both()}</th>
                    <th scope="col" class="table__number">{strings.alias_game_col_replaced()}</th>
                </tr>
            </thead>
            <tbody>{rows.chain(wire).map(row).collect_view()}</tbody>
        </table>
    }
    .into_any()
}

/// Eleven topics in turn on ten aliases, message by message.
fn round_view(strings: &Strings) -> AnyView {
    let rows = [
        (strings.alias_policy_first(), AliasPolicy::FirstCome),
        (strings.alias_policy_lru(), AliasPolicy::LeastRecentlyUsed),
    ];
    let row = |(name, policy): (&'static str, AliasPolicy)| {
        let round = round(policy);
        let cell = |choice: &Choice| {
            let carries = match choice {
                Choice::Use(_) => "alias",
                Choice::Set(_) => "both",
                Choice::Full => "topic",
            };
            view! { <span class="alias-round__cell" data-carries=carries></span> }
        };
        let cells = round.choices.iter().map(cell).collect_view();
        let result = strings.alias_game_round_result(
            round.choices.len(),
            signed(round.account.saved()),
            round.account.uses,
        );
        view! {
            <div class="alias-round">
                <span class="alias-round__name">{name}</span>
                <span class="alias-round__cells" aria-hidden="true">{cells}</span>
                <span class="alias-round__result">{result}</span>
            </div>
        }
    };
    view! {
        <p class="field__hint">{strings.alias_game_round_text(fleet::ALIASES, ROUNDS, ROUND)}</p>
        {rows.map(row).into_iter().collect_view()}
    }
    .into_any()
}
