//! Why something ended or was refused, as a card.

use leptos::prelude::*;

use super::model::told;
use crate::analysis::why::{Why, why};
use crate::capture::RecordId;
use crate::language::Language;
use crate::ui::components::{Icon, PacketName, PacketWay, SpecRef, direction};
use crate::ui::erased::erased;
use crate::ui::format::{moment, quoted};
use crate::ui::loading::locale::use_locale;
use crate::ui::packet_list::Line;
use crate::ui::state::store::{Store, use_store};

/// Nothing for a record that ended nothing.
#[component]
pub fn WhyCard(
    /// The packet that says no, or the close.
    id: RecordId,
    /// Where there is little room the packets that led to it wait to be unfolded.
    #[prop(optional)]
    folded: bool,
) -> impl IntoView {
    let (store, locale) = (use_store(), use_locale());
    let why = StoredValue::new(store.peek(|lab| why(lab.capture(), id))?);
    let words = move || why.with_value(|why| words(store, why, locale.language()));
    let steps = move || why.with_value(|why| led_to(store, why, locale.language()));
    let has_steps = why.with_value(|why| !why.led_to.is_empty());
    let head = erased(move || locale.strings().why_led_to());
    let steps = erased(steps);
    let led_to = has_steps.then(|| match folded {
        true => view! {
            <details class="why__part">
                <summary>{head}</summary>
                <ol class="why__steps">{steps}</ol>
            </details>
        }
        .into_any(),
        false => view! {
            <div class="why__part">
                <h4 class="why__head">{head}</h4>
                <ol class="why__steps">{steps}</ol>
            </div>
        }
        .into_any(),
    });
    Some(view! {
        <div class="why">
            <div class="why__body">
                <div class="why__words">{erased(words)}</div>
                {led_to}
            </div>
        </div>
    })
}

fn words(store: Store, why: &Why, language: Language) -> impl IntoView + use<> {
    let strings = language.strings();
    let story = store.peek(|lab| told(lab.capture(), why, language));
    let refused = (!story.refused.is_empty()).then(|| {
        let rows = story.refused.into_iter().map(|(filter, code)| {
            view! {
                <li>
                    <code>{quoted(&filter)}</code>
                    " "
                    {code}
                </li>
            }
        });
        view! { <ul class="why__refused">{rows.collect_view()}</ul> }
    });
    let fault = (!story.fault.is_empty()).then(|| view! { <p inner_html=story.fault></p> });
    let line = |label: &'static str, text: String| {
        view! {
            <p>
                {label}
                <code>{quoted(&text)}</code>
            </p>
        }
    };
    view! {
        <div class="why__part">
            {why.is_suspicion.then(|| view! {
                <p class="why__suspicion">
                    <Icon name="hint" small=true/>
                    {strings.why_suspicion()}
                </p>
            })}
            {fault}
            <p>
                <span inner_html=story.rule></span>
                " "
                <SpecRef section=why.cause.rule()/>
            </p>
            {story.figure.map(|figure| view! { <p class="why__figure">{figure}</p> })}
            {story.about.map(|about| line(strings.why_about(), about))}
            {refused}
            {story.quote.map(|quote| line(strings.why_quote(), quote))}
            {story.elsewhere.map(|place| line(strings.why_elsewhere(), place))}
        </div>
        <div class="why__part">
            <h4 class="why__head">{strings.why_try()}</h4>
            <div class="why__try" inner_html=story.try_this></div>
        </div>
    }
}

/// The last packets, each a button that opens it.
fn led_to(store: Store, why: &Why, language: Language) -> impl IntoView + use<> {
    let strings = language.strings();
    let step = |id: RecordId| {
        let record = store.record(id)?;
        let line = store.peek(|lab| Line::among(lab.capture(), &record, language));
        let name = line.name(strings).unwrap_or_default();
        let family = line.family();
        let (time, unit) = store.peek(|lab| moment(lab.capture().passed(record.at)));
        let is_culprit = why.culprit == Some(id);
        let malformed = line.is_malformed();
        let words = line.words();
        Some(view! {
            <li data-direction=direction(record.side()) data-culprit=is_culprit.then_some("")>
                <button type="button" class="why__step" on:click=move |_| store.open(id)>
                    <span class="why__time">{time} " " {unit}</span>
                    <PacketWay client=record.client sender=record.side()/>
                    <PacketName name family malformed/>
                    <span class="why__facts" title=words.clone()>{words.clone()}</span>
                    {is_culprit.then(|| view! {
                        <span class="badge" data-state="error">
                            <Icon name="warning" small=true/>
                            {strings.why_culprit()}
                        </span>
                    })}
                </button>
            </li>
        })
    };
    why.led_to.iter().copied().filter_map(step).collect_view()
}
