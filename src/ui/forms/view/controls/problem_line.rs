//! What is wrong with one field, under it.

use leptos::prelude::*;

use crate::ui::components::Icon;
use crate::ui::forms::Field;
use crate::ui::forms::view::context::use_form;
use crate::ui::loading::locale::use_locale;

/// Nothing while the field is right, or not left yet.
#[component]
pub fn ProblemLine(#[prop(into)] field: Signal<Field>) -> impl IntoView {
    let form = use_form();
    let locale = use_locale();
    move || {
        let field = field.get();
        let problem = form.problem(field)?;
        let words = problem.words(locale.language());
        let rule = problem.rule().map(|rule| format!(" {rule}"));
        Some(view! {
            <p class="field__error" id=format!("{}-problem", form.element_id(field))>
                <Icon name="warning"/>
                <span>
                    <span inner_html=words></span>
                    {rule}
                </span>
            </p>
        })
    }
}
