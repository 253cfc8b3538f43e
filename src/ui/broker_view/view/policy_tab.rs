//! What the broker allows, offers and refuses, to be changed while it runs.

use leptos::prelude::*;

use super::access_lists::AccessLists;
use super::controls::{SmallButton, hint, said};
use super::setting_row::SettingRow;
use crate::broker::{Input, Policy};
use crate::language::Strings;
use crate::ui::broker_view::settings::{GROUPS, Group, lists_in_use};
use crate::ui::components::Icon;
use crate::ui::erased::erased;
use crate::ui::loading::locale::use_locale;
use crate::ui::state::store::{Store, use_store};

/// Writes one change to the policy that is in force.
pub fn change(store: Store, change: impl FnOnce(&mut Policy)) {
    let mut policy = store.peek(|lab| lab.in_tab().broker().policy().clone());
    change(&mut policy);
    store.operate(Input::SetPolicy(Box::new(policy)));
}

#[component]
pub fn PolicyTab() -> impl IntoView {
    let store = use_store();
    let locale = use_locale();
    let policy = Memo::new(move |_| store.with_lab(|lab| lab.in_tab().broker().policy().clone()));
    let is_default = Memo::new(move |_| policy.with(|policy| *policy == Policy::default()));
    let words = move || {
        let strings = locale.strings();
        match is_default.get() {
            true => strings.inside_policy_default().to_owned(),
            false => {
                let changed = policy.with(|policy| {
                    GROUPS.iter().map(|group| group.changed(policy)).sum::<usize>()
                        + lists_in_use(policy)
                });
                strings.inside_policy_changed(changed)
            }
        }
    };
    let reset = move |()| change(store, |policy| *policy = Policy::default());
    let groups =
        GROUPS.iter().map(|group| view! { <PolicyGroup group policy/> }).collect::<Vec<_>>();
    view! {
        {hint(|s| s.inside_policy_hint())}
        <div class="broker-policy__state">
            <span role="status">{erased(words)}</span>
            <SmallButton
                icon=Some("reset")
                words=said(|s| s.inside_policy_reset())
                disabled=Signal::derive(move || is_default.get())
                on_press=Callback::new(reset)
            />
        </div>
        {groups}
        <Folded
            title=|strings| strings.inside_policy_access()
            changed=Signal::derive(move || policy.with(lists_in_use))
            open=false
        >
            <AccessLists policy/>
        </Folded>
    }
}

#[component]
fn PolicyGroup(group: &'static Group, policy: Memo<Policy>) -> impl IntoView {
    let rows = group
        .settings
        .iter()
        .map(|setting| view! { <SettingRow setting policy/> })
        .collect::<Vec<_>>();
    let changed = Signal::derive(move || policy.with(|policy| group.changed(policy)));
    let open = std::ptr::eq(group, &GROUPS[0]);
    view! {
        <Folded title=group.title changed open>
            <div class="fields">{rows}</div>
        </Folded>
    }
}

/// A group of settings that folds away, with how many of them differ from the default.
#[component]
fn Folded(
    title: fn(&Strings) -> &'static str,
    changed: Signal<usize>,
    open: bool,
    children: Children,
) -> impl IntoView {
    let locale = use_locale();
    let dot = move || {
        let count = changed.get();
        (count > 0).then(|| {
            view! {
                <span class="set-dot">{erased(move || locale.strings().inside_policy_changed(count))}</span>
            }
        })
    };
    view! {
        <details class="disclosure" open=open>
            <summary class="disclosure__summary">
                <Icon name="chevron"/>
                {said(title)}
                {dot}
            </summary>
            <div class="disclosure__body">{children()}</div>
        </details>
    }
}
