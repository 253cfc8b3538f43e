//! What the broker allows, offers and refuses, to be changed while it runs.

use leptos::prelude::*;

use super::access_lists::AccessLists;
use crate::broker::{Input, Policy};
use crate::ui::broker_view::settings::{GROUPS, Group, lists_in_use};
use crate::ui::components::controls::{Disclosure, SettingRow, SmallButton, hint, said};
use crate::ui::erased::erased;
use crate::ui::loading::locale::use_locale;
use crate::ui::settings::Setting;
use crate::ui::state::store::{Store, use_store};

/// Writes one change to the policy that is in force.
pub fn change(store: Store, change: impl FnOnce(&mut Policy)) {
    let mut policy = in_force(store);
    change(&mut policy);
    put(store, policy);
}

fn in_force(store: Store) -> Policy {
    store.peek(|lab| lab.in_tab().broker().policy().clone())
}

fn put(store: Store, policy: Policy) {
    store.operate(Input::SetPolicy(Box::new(policy)));
}

#[component]
pub fn PolicyTab() -> impl IntoView {
    let store = use_store();
    let locale = use_locale();
    let policy = Memo::new(move |_| store.with_lab(|lab| lab.in_tab().broker().policy().clone()));
    let changed = Memo::new(move |_| {
        policy.with(|policy| {
            GROUPS.iter().map(|group| group.changed(policy)).sum::<usize>() + lists_in_use(policy)
        })
    });
    let words = move || match changed.get() {
        0 => locale.strings().inside_policy_default().to_owned(),
        count => locale.strings().inside_policy_changed(count),
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
                disabled=Signal::derive(move || changed.get() == 0)
                on_press=Callback::new(reset)
            />
        </div>
        {groups}
        <Disclosure
            title=said(|s| s.inside_policy_access())
            told=told(Signal::derive(move || policy.with(lists_in_use)))
        >
            <AccessLists policy/>
        </Disclosure>
    }
}

#[component]
fn PolicyGroup(group: &'static Group, policy: Memo<Policy>) -> impl IntoView {
    let store = use_store();
    let row = |setting: &'static Setting<Policy>| {
        let value = Signal::derive(move || policy.with(setting.read));
        let changed = Signal::derive(move || {
            policy.with(|policy| !setting.agrees(policy, &Policy::default()))
        });
        let set = Callback::new(move |text: String| {
            let mut policy = in_force(store);
            setting.set(&mut policy, &text)?;
            put(store, policy);
            Ok(())
        });
        view! { <SettingRow setting id=format!("inside-{}", setting.id) value changed set/> }
    };
    let rows = group.settings.iter().map(row).collect::<Vec<_>>();
    let changed = Signal::derive(move || policy.with(|policy| group.changed(policy)));
    view! {
        <Disclosure
            title=said(group.title)
            told=told(changed)
            open=std::ptr::eq(group, &GROUPS[0])
        >
            <div class="fields">{rows}</div>
        </Disclosure>
    }
}

/// How many settings of a group differ from the default.
fn told(changed: Signal<usize>) -> Signal<Option<String>> {
    let locale = use_locale();
    Signal::derive(move || match changed.get() {
        0 => None,
        count => Some(locale.strings().inside_policy_changed(count)),
    })
}
