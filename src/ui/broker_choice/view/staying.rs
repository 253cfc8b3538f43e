//! Who stays where they are: a choice made here moves nobody who is connected.

use leptos::prelude::*;

use crate::capture::ClientSlot;
use crate::link::Target;
use crate::ui::broker_choice;
use crate::ui::components::Icon;
use crate::ui::erased::erased;
use crate::ui::format::letters;
use crate::ui::loading::locale::use_locale;
use crate::ui::state::store::use_store;

#[component]
pub fn Staying() -> impl IntoView {
    let store = use_store();
    let locale = use_locale();
    let staying = Memo::new(move |_| store.with_lab(broker_choice::staying));
    let notice = move || {
        let strings = locale.strings();
        let line = |(target, clients): (Target, Vec<ClientSlot>)| {
            let letters = letters(&clients);
            let words = match target {
                Target::InTab => strings.broker_stays_in_tab(letters),
                Target::At(_) => {
                    strings.broker_stays_at(broker_choice::name(&target, strings), letters)
                }
            };
            view! { <p class="notice__title">{words}</p> }
        };
        let lines: Vec<_> = staying.get().into_iter().map(line).collect();
        (!lines.is_empty()).then(|| {
            view! {
                <div class="notice" data-state="info" role="status">
                    <Icon name="info"/>
                    <div>{lines}</div>
                </div>
            }
        })
    };
    erased(notice)
}
