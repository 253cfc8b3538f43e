//! Users, rules and banned Client Identifiers.

use leptos::prelude::*;

use super::policy_tab::change;
use super::rule_form::RuleForm;
use super::user_form::UserForm;
use crate::broker::{Policy, User};
use crate::ui::broker_view::access::example;
use crate::ui::components::controls::{SmallButton, TextBox, hint, said};
use crate::ui::erased::erased;
use crate::ui::state::store::use_store;

#[component]
pub fn AccessLists(policy: Memo<Policy>) -> impl IntoView {
    let store = use_store();
    let users = Memo::new(move |_| policy.with(|policy| policy.users.len()));
    let rules = Memo::new(move |_| policy.with(|policy| policy.rules.len()));
    let banned = Signal::derive(move || policy.with(|policy| policy.banned.join(" ")));
    let add_user = move |()| change(store, |policy| policy.users.push(User::default()));
    let add_rule = move |()| change(store, |policy| policy.rules.push(example()));
    let ban = move |typed: String| {
        let ids = typed.split_whitespace().map(str::to_owned).collect();
        change(store, |policy| policy.banned = ids);
    };
    // A form stands for a place in its list: only another length makes other forms.
    let rule_forms = move || {
        let form = |index| view! { <RuleForm index policy/> }.into_any();
        (0..rules.get()).map(form).collect::<Vec<_>>()
    };
    let user_forms = move || {
        let form = |index| view! { <UserForm index policy/> }.into_any();
        (0..users.get()).map(form).collect::<Vec<_>>()
    };
    view! {
        <section class="access">
            <h3 class="access__title">{said(|s| s.inside_rules())}</h3>
            {hint(|s| s.inside_rules_hint())}
            {erased(rule_forms)}
            <SmallButton
                icon=Some("plus")
                words=said(|s| s.inside_rule_add())
                on_press=Callback::new(add_rule)
            />
        </section>
        <section class="access">
            <h3 class="access__title">{said(|s| s.inside_users())}</h3>
            {hint(|s| s.inside_users_hint())}
            {erased(user_forms)}
            <SmallButton
                icon=Some("plus")
                words=said(|s| s.inside_user_add())
                on_press=Callback::new(add_user)
            />
        </section>
        <section class="access">
            <h3 class="access__title">{said(|s| s.inside_banned())}</h3>
            {hint(|s| s.inside_banned_hint())}
            <TextBox
                label=said(|s| s.inside_banned())
                value=banned
                on_change=Callback::new(ban)
            />
        </section>
    }
}
