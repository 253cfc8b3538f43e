//! The pairs as an editable list.

use leptos::html;
use leptos::prelude::*;
use wasm_bindgen::JsCast;

use super::context::use_form;
use super::controls::{ProblemLine, TextInput};
use super::lens::Lens;
use crate::mqtt::PropertyId;
use crate::ui::components::{Icon, SpecRef};
use crate::ui::erased::erased;
use crate::ui::forms::user_properties::PairDraft;
use crate::ui::forms::{Field, PairPart, Part, RowKey, UserPropertiesDraft};
use crate::ui::loading::locale::use_locale;

/// Pairs can be added, removed and moved; their order and repeats are sent as they are.
#[component]
pub fn PairsEditor(part: Part, pairs: Lens<UserPropertiesDraft>) -> impl IntoView {
    let locale = use_locale();
    let keys = Memo::new(move |_| pairs.with(UserPropertiesDraft::keys));
    let added = RwSignal::new(None::<RowKey>);
    let add = move |_| {
        pairs.update(|pairs| added.set(Some(pairs.push(PairDraft::default()))));
    };
    let add_button = NodeRef::<html::Button>::new();
    let remove = move |key| {
        pairs.update(|pairs| pairs.remove(key));
        // The row had the focus; the list goes on here.
        if let Some(button) = add_button.get_untracked() {
            let _ = button.focus();
        }
    };
    let section = part.label(PropertyId::UserProperty).section();
    view! {
        <div class="pairs">
            <div class="pairs__head">
                {PropertyId::UserProperty.name()}
                <SpecRef section/>
            </div>
            <ol class="pairs">
                <For each=move || keys.get() key=|key| *key let:key>
                    <PairRow
                        part
                        pairs
                        key
                        focus=move || added.get_untracked() == Some(key)
                        on_remove=Callback::new(move |()| remove(key))
                    />
                </For>
            </ol>
            <button
                type="button"
                class="button button--quiet button--small pairs__add"
                node_ref=add_button
                on:click=add
            >
                <Icon name="plus" small=true/>
                {erased(move || locale.strings().form_pair_add())}
            </button>
        </div>
    }
}

#[component]
fn PairRow<F: Fn() -> bool + 'static>(
    part: Part,
    pairs: Lens<UserPropertiesDraft>,
    key: RowKey,
    /// Whether the learner has just added it and goes on typing in it.
    focus: F,
    on_remove: Callback<()>,
) -> impl IntoView {
    let locale = use_locale();
    let form = use_form();
    let pair = Lens::new(
        move || pairs.with(|pairs| pairs.get(key).cloned().unwrap_or_default()),
        move |pair| {
            pairs.update(|pairs| {
                if let Some(row) = pairs.get_mut(key) {
                    *row = pair;
                }
            });
        },
    );
    let row = Memo::new(move |_| pairs.with(|pairs| pairs.position(key).unwrap_or(0)));
    let count = Memo::new(move |_| pairs.with(|pairs| pairs.len()));
    let number = move || row.get() + 1;
    let name = pair.part(|pair| &pair.name, |pair| &mut pair.name);
    let value = pair.part(|pair| &pair.value, |pair| &mut pair.value);
    let at = move |end| Signal::derive(move || Field::UserProperty(part, row.get(), end));
    let (name_field, value_field) = (at(PairPart::Name), at(PairPart::Value));

    let item = NodeRef::<html::Li>::new();
    item.on_load(move |item| {
        if focus() {
            focus_inside(&item, "input");
        }
    });
    // A row that moves loses the focus on the way.
    let moved = move || {
        request_animation_frame(move || {
            if let Some(item) = item.get_untracked() {
                focus_inside(&item, ".pair__tools > button");
            }
        });
    };
    let move_up = move |_| {
        pairs.update(|pairs| pairs.move_up(key));
        moved();
    };
    let move_down = move |_| {
        pairs.update(|pairs| pairs.move_down(key));
        moved();
    };
    let menu = {
        let id = form.element_id(Field::UserProperty(part, 0, PairPart::Name));
        format!("{id}-menu-{key}")
    };
    view! {
        <li class="pair" node_ref=item>
            <span class="pair__number" aria-hidden="true">{erased(number)}</span>
            <TextInput
                field=name_field
                text=name
                label=Signal::derive(move || locale.strings().form_pair_name(number()))
            />
            <span class="pair__is" aria-hidden="true">"="</span>
            <TextInput
                field=value_field
                text=value
                label=Signal::derive(move || locale.strings().form_pair_value(number()))
            />
            <span class="pair__tools">
                <button
                    type="button"
                    class="button button--quiet button--icon button--small"
                    popovertarget=menu.clone()
                    aria-label=erased(move || locale.strings().form_pair_more(number()))
                >
                    <Icon name="more"/>
                </button>
                <div class="menu menu--end" popover="auto" id=menu>
                    <button
                        type="button"
                        class="menu__item"
                        disabled=erased(move || row.get() == 0)
                        on:click=move_up
                    >
                        <Icon name="up"/>
                        {erased(move || locale.strings().form_move_up())}
                    </button>
                    <button
                        type="button"
                        class="menu__item"
                        disabled=erased(move || row.get() + 1 == count.get())
                        on:click=move_down
                    >
                        <Icon name="down"/>
                        {erased(move || locale.strings().form_move_down())}
                    </button>
                    <button
                        type="button"
                        class="menu__item"
                        on:click=move |_| on_remove.run(())
                    >
                        <Icon name="remove"/>
                        {erased(move || locale.strings().form_remove())}
                    </button>
                </div>
            </span>
            <ProblemLine field=name_field/>
            <ProblemLine field=value_field/>
        </li>
    }
}

fn focus_inside(item: &web_sys::Element, selector: &str) {
    let found = item.query_selector(selector).ok().flatten();
    if let Some(element) = found.and_then(|found| found.dyn_into::<web_sys::HtmlElement>().ok()) {
        let _ = element.focus();
    }
}
