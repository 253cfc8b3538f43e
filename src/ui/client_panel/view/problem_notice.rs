//! What went wrong with a client's connection, and what to try.

use leptos::prelude::*;

use crate::analysis::why::{Cause, why};
use crate::capture::{ClientSlot, RecordId};
use crate::lab::Problem;
use crate::link::Target;
use crate::ui::broker_choice;
use crate::ui::client_panel::model::is_connect_failure;
use crate::ui::client_panel::notice::Notice;
use crate::ui::components::{ClosableNotice, Evidence};
use crate::ui::erased::erased;
use crate::ui::loading::locale::use_locale;
use crate::ui::state::remembered_broker;
use crate::ui::state::store::{Store, use_store};
use crate::ui::why::end_of;
use crate::ui::why::view::WhyCard;

/// Nothing while nothing is wrong. It can be closed; what goes wrong next opens it again.
#[component]
pub fn ProblemNotice(client: ClientSlot) -> impl IntoView {
    let store = use_store();
    let locale = use_locale();
    let problem = Memo::new(move |_| {
        store.with_lab(|lab| lab.client(client).and_then(|client| client.problem().cloned()))
    });
    let closed = RwSignal::new(None::<Problem>);
    let shown = move || {
        problem.get().filter(|problem| closed.with(|closed| closed.as_ref() != Some(problem)))
    };
    // Where nobody answers, another broker is one thing to try.
    let others = move || {
        let Some(Problem::ConnectFailed { address, .. }) = problem.get() else { return Vec::new() };
        let mut others = vec![Target::InTab, Target::At(remembered_broker::usual_address())];
        let chosen = store.target();
        others.retain(|other| *other != chosen && other.address() != Some(&address));
        others
    };
    let use_other = move || {
        let buttons = others()
            .into_iter()
            .map(|target| {
                let name = broker_choice::name(&target, locale.strings());
                view! {
                    <button
                        type="button"
                        class="button button--small"
                        on:click=move |_| store.set_target(target.clone())
                    >
                        {locale.strings().panel_use_broker(name)}
                    </button>
                }
            })
            .collect::<Vec<_>>();
        (!buttons.is_empty()).then(|| view! { <div class="button-row">{buttons}</div> })
    };
    // The close often comes after what announces it.
    let end = Memo::new(move |_| {
        let problem = problem.get()?;
        let known = Notice::of(&problem, locale.language()).record;
        let end = store.with_capture(|capture| end_of(capture, client, known))?;
        is_explained(store, end, &problem).then_some(end)
    });
    move || {
        let problem = shown()?;
        let end = end.get();
        let notice = Notice::of(&problem, locale.language());
        let notice = match end {
            Some(_) => Notice {
                why: String::new(),
                more: String::new(),
                quote: notice.quote.filter(|_| matches!(problem, Problem::Violation { .. })),
                rule: None,
                record: None,
                ..notice
            },
            None => notice,
        };
        let more = (!notice.more.is_empty()).then(|| {
            // What to try stands open where there is something to try.
            view! {
                <details open=is_connect_failure(&problem)>
                    <summary>{locale.strings().panel_more_about_it()}</summary>
                    <div class="notice__more" inner_html=notice.more.clone()></div>
                </details>
            }
        });
        let is_packet = |id: &_| store.record(*id).is_some_and(|r| r.packet_type().is_some());
        let evidence = notice.record.filter(is_packet).map(|id| view! { <Evidence id/> });
        let title = view! { <h4 class="notice__title">{notice.title}</h4> };
        Some(view! {
            <ClosableNotice
                state="error"
                title=title.into_any()
                on_close=Callback::new(move |()| closed.set(problem.clone().into()))
            >
                {end.is_none().then(|| view! {
                    <p class="notice__why">
                        <span inner_html=notice.why></span>
                        {notice.rule.map(|rule| format!(" {rule}"))}
                    </p>
                })}
                {notice.quote.map(|quote| view! { <p class="notice__why">{quote}</p> })}
                {notice.close.map(|close| view! { <p class="notice__why">{close}</p> })}
                {end.map(|id| view! { <WhyCard id folded=true/> })}
                {evidence}
                {erased(use_other)}
                {more}
            </ClosableNotice>
        })
    }
}

/// Whether the packets tell more than the browser's own words about a failed connection.
fn is_explained(store: Store, end: RecordId, problem: &Problem) -> bool {
    let cause = store.peek(|lab| why(lab.capture(), end)).map(|why| why.cause);
    let is_attempt = matches!(
        cause,
        Some(
            Cause::NeverOpened
                | Cause::ClosedBeforeConnect
                | Cause::ClosedWithoutConnAck
                | Cause::NoConnAck
                | Cause::TextMessage
        )
    );
    cause.is_some() && !(is_attempt && is_connect_failure(problem))
}
