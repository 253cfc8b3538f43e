//! One user whom the broker knows.

use leptos::prelude::*;

use super::policy_tab::change;
use crate::broker::{Policy, User};
use crate::ui::components::controls::{IconButton, TextBox};
use crate::ui::loading::locale::use_locale;
use crate::ui::state::store::use_store;

#[component]
pub fn UserForm(index: usize, policy: Memo<Policy>) -> impl IntoView {
    let store = use_store();
    let locale = use_locale();
    let read = move |read: fn(&User) -> &String| {
        policy.with(|policy| policy.users.get(index).map(read).cloned().unwrap_or_default())
    };
    let edit = move |write: fn(&mut User, String), text: String| {
        change(store, |policy| {
            if let Some(user) = policy.users.get_mut(index) {
                write(user, text);
            }
        });
    };
    let number = index + 1;
    let name = Signal::derive(move || locale.strings().inside_user_name(number));
    let password = Signal::derive(move || locale.strings().inside_user_password(number));
    let remove_words = Signal::derive(move || locale.strings().inside_remove(name.get()));
    let remove = move |()| {
        change(store, |policy| {
            if index < policy.users.len() {
                policy.users.remove(index);
            }
        });
    };
    view! {
        <div class="access__user">
            <TextBox
                label=name
                placeholder="User Name".to_owned()
                value=Signal::derive(move || read(|user| &user.name))
                on_change=Callback::new(move |text| edit(|user, text| user.name = text, text))
            />
            <TextBox
                label=password
                placeholder="Password".to_owned()
                value=Signal::derive(move || read(|user| &user.password))
                on_change=Callback::new(move |text| edit(|user, text| user.password = text, text))
            />
            <IconButton icon="remove" words=remove_words on_press=Callback::new(remove)/>
        </div>
    }
}
