//! What came back after something was sent.

use leptos::prelude::*;

use super::sending::Sent;
use crate::capture::ClientSlot;
use crate::mqtt::ReasonCode;
use crate::ui::components::{Evidence, Icon};
use crate::ui::composer::model::{Answer, Compared, Foretold, answers, compare};
use crate::ui::loading::locale::use_locale;
use crate::ui::state::store::use_store;

/// What came back, and whether it is what was foretold.
#[component]
pub fn Answers(client: ClientSlot, #[prop(into)] sent: Signal<Option<Sent>>) -> impl IntoView {
    let store = use_store();
    let locale = use_locale();
    let found = Memo::new(move |_| {
        let sent = sent.get()?;
        Some((sent, store.with_capture(|capture| answers(capture, client, sent.since))))
    });
    let line = move |answer: &Answer| {
        let strings = locale.strings();
        let words = match answer.packet {
            None => strings.composer_closed().to_owned(),
            Some(packet) => {
                let code = |code: &ReasonCode| code.in_words(packet);
                let codes: Vec<_> = answer.reason_codes.iter().map(code).collect();
                format!("{} {}", packet.name(), codes.join(", "))
            }
        };
        let is_error = answer.reason_codes.iter().any(|code| code.is_error());
        let id = answer.record;
        view! {
            <li class="answer" data-state=is_error.then_some("contradicted")>
                <Evidence id/>
                " "
                {words}
            </li>
        }
    };
    move || {
        let (sent, found) = found.get()?;
        let strings = locale.strings();
        let verdict = compare(sent.foretold, &found).map(|compared| {
            let (state, words) = match compared {
                Compared::AsForetold => ("met", strings.composer_as_foretold()),
                Compared::OtherCode => ("info", strings.composer_other_code()),
                Compared::WithoutAWord => ("info", strings.composer_without_a_word()),
            };
            view! {
                <p class="status composer__verdict" data-state=state>
                    <Icon name=state/>
                    <span>{words}</span>
                </p>
            }
        });
        let list = match (found.is_empty(), sent.foretold) {
            (true, Foretold::Waits) => {
                view! { <p class="field__hint">{strings.composer_it_waits()}</p> }.into_any()
            }
            (true, _) => {
                view! { <p class="field__hint">{strings.composer_no_answer()}</p> }.into_any()
            }
            (false, _) => {
                view! { <ol class="answers">{found.iter().map(line).collect_view()}</ol> }
                    .into_any()
            }
        };
        Some(view! {
            <div class="composer__answers" role="status">
                <h3 class="overline">{strings.composer_answers()}</h3>
                {list}
                {verdict}
            </div>
        })
    }
}
