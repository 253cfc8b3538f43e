//! Break it on purpose: every way in which the packet can be broken, with the rule and the answer before it is sent.

use leptos::prelude::*;

use super::state::Composer;
use crate::analysis::Broken;
use crate::ui::components::{Icon, SpecRef};
use crate::ui::composer::words::breakage_words;
use crate::ui::erased::erased;
use crate::ui::loading::locale::use_locale;

#[component]
pub fn Ways(composer: Composer) -> impl IntoView {
    let locale = use_locale();
    let ways = Memo::new(move |_| composer.with(|in_hand| in_hand.ways()));
    let chosen = Memo::new(move |_| composer.with(|in_hand| in_hand.breakage));
    let can_mend = Memo::new(move |_| {
        composer.with(|in_hand| in_hand.packet().is_err() && in_hand.mended().is_some())
    });
    let row = move |way: Broken| {
        let breakage = way.breakage;
        let code = way.reason_code();
        let answer = move || match code {
            Some(code) => format!("0x{:02X} {}", code.value(), code.name()),
            None => locale.strings().composer_waits_short().to_owned(),
        };
        let is_chosen = move || chosen.get() == Some(breakage);
        view! {
            <li class="way" data-chosen=erased(move || is_chosen().then_some(""))>
                <button
                    type="button"
                    class="way__button"
                    aria-pressed=erased(move || is_chosen().to_string())
                    data-breakage=breakage.key()
                    on:click=move |_| composer.break_by(breakage)
                >
                    <span class="way__name">
                        {erased(move || breakage_words(breakage, locale.strings()))}
                    </span>
                    <span class="way__answer">{erased(answer)}</span>
                </button>
                <SpecRef section=way.error.kind.rule() aside=true/>
            </li>
        }
    };
    let list = move || {
        let ways = ways.get();
        match ways.is_empty() {
            true => view! {
                <p class="field__hint composer__pad">
                    {erased(move || locale.strings().composer_ways_none())}
                </p>
            }
            .into_any(),
            false => view! { <ul class="ways">{ways.into_iter().map(row).collect_view()}</ul> }
                .into_any(),
        }
    };
    view! {
        <section class="card composer__ways" aria-labelledby="composer-ways">
            <header class="card__head">
                <h2 class="card__title" id="composer-ways">
                    {erased(move || locale.strings().composer_ways())}
                </h2>
                <button
                    type="button"
                    class="button button--quiet button--small"
                    disabled=erased(move || !can_mend.get())
                    on:click=move |_| composer.mend()
                >
                    <Icon name="reset" small=true/>
                    {erased(move || locale.strings().composer_mend())}
                </button>
            </header>
            {erased(list)}
        </section>
    }
}
