//! Users, rules and banned Client Identifiers.

use leptos::prelude::*;

use super::access::{
    ACTIONS, answer, example, filter_is_wrong, given, refusals, request, with_action,
};
use super::model::code_words;
use super::policy_tab::change;
use crate::broker::{Action, Policy, Rule, User};
use crate::mqtt::{QoS, ReasonCode};
use crate::ui::components::Icon;
use crate::ui::live::live;
use crate::ui::locale::use_locale;
use crate::ui::store::use_store;

#[component]
pub fn AccessLists(policy: Memo<Policy>) -> impl IntoView {
    let store = use_store();
    let locale = use_locale();
    let users = Memo::new(move |_| policy.with(|policy| policy.users.len()));
    let rules = Memo::new(move |_| policy.with(|policy| policy.rules.len()));
    let banned = move || policy.with(|policy| policy.banned.join(" "));
    let add_user = move |_| change(store, |policy| policy.users.push(User::default()));
    let add_rule = move |_| change(store, |policy| policy.rules.push(example()));
    let ban = move |event| {
        let typed = event_target_value(&event);
        let ids = typed.split_whitespace().map(str::to_owned).collect();
        change(store, |policy| policy.banned = ids);
    };
    view! {
        <section class="access">
            <h3 class="access__title">{live(move || locale.strings().inside_rules)}</h3>
            <p class="field__hint">{live(move || locale.strings().inside_rules_hint)}</p>
            <For each=move || 0..rules.get() key=|index| *index let:index>
                <RuleForm index policy/>
            </For>
            <button type="button" class="button button--small" on:click=add_rule>
                <Icon name="plus"/>
                {live(move || locale.strings().inside_rule_add)}
            </button>
        </section>
        <section class="access">
            <h3 class="access__title">{live(move || locale.strings().inside_users)}</h3>
            <p class="field__hint">{live(move || locale.strings().inside_users_hint)}</p>
            <For each=move || 0..users.get() key=|index| *index let:index>
                <UserForm index policy/>
            </For>
            <button type="button" class="button button--small" on:click=add_user>
                <Icon name="plus"/>
                {live(move || locale.strings().inside_user_add)}
            </button>
        </section>
        <section class="access">
            <h3 class="access__title" id="inside-banned">
                {live(move || locale.strings().inside_banned)}
            </h3>
            <p class="field__hint">{live(move || locale.strings().inside_banned_hint)}</p>
            <input
                type="text"
                class="input--bytes"
                aria-labelledby="inside-banned"
                autocomplete="off"
                autocapitalize="off"
                spellcheck="false"
                prop:value=live(banned)
                on:change=ban
            />
        </section>
    }
}

#[component]
fn UserForm(index: usize, policy: Memo<Policy>) -> impl IntoView {
    let store = use_store();
    let locale = use_locale();
    let user = Memo::new(move |_| {
        policy.with(|policy| policy.users.get(index).cloned().unwrap_or_default())
    });
    let edit = move |write: fn(&mut User, String), text: String| {
        change(store, |policy| {
            if let Some(user) = policy.users.get_mut(index) {
                write(user, text);
            }
        });
    };
    let number = index + 1;
    let remove_words = move || {
        let strings = locale.strings();
        strings.inside_remove(strings.inside_user_name(number))
    };
    let remove = move |_| {
        change(store, |policy| {
            if index < policy.users.len() {
                policy.users.remove(index);
            }
        });
    };
    view! {
        <div class="access__user">
            <input
                type="text"
                class="input--bytes"
                aria-label=live(move || locale.strings().inside_user_name(number))
                placeholder="User Name"
                autocomplete="off"
                autocapitalize="off"
                spellcheck="false"
                prop:value=live(move || user.get().name)
                on:change=move |event| edit(|user, text| user.name = text, event_target_value(&event))
            />
            <input
                type="text"
                class="input--bytes"
                aria-label=live(move || locale.strings().inside_user_password(number))
                placeholder="Password"
                autocomplete="off"
                autocapitalize="off"
                spellcheck="false"
                prop:value=live(move || user.get().password)
                on:change=move |event| {
                    edit(|user, text| user.password = text, event_target_value(&event))
                }
            />
            <button
                type="button"
                class="button button--quiet button--icon button--small"
                aria-label=live(remove_words)
                title=live(remove_words)
                on:click=remove
            >
                <Icon name="remove"/>
            </button>
        </div>
    }
}

#[component]
fn RuleForm(index: usize, policy: Memo<Policy>) -> impl IntoView {
    let store = use_store();
    let locale = use_locale();
    // The last one is taken away before its form is.
    let rule =
        Memo::new(move |_| policy.with(|p| p.rules.get(index).cloned().unwrap_or_else(example)));
    let edit = move |write: &dyn Fn(&mut Rule)| {
        change(store, |policy| {
            if let Some(rule) = policy.rules.get_mut(index) {
                write(rule);
            }
        });
    };
    let action = Memo::new(move |_| rule.with(|rule| rule.action));
    let number = index + 1;
    let id = move |part: &str| format!("inside-rule-{number}-{part}");
    let actions: Vec<_> = ACTIONS
        .iter()
        .enumerate()
        .map(|(at, one)| {
            view! {
                <option value=at prop:selected=live(move || action.get() == *one)>
                    {request(*one).name()}
                </option>
            }
        })
        .collect();
    let choose_action = move |event| {
        let at: usize = event_target_value(&event).parse().unwrap_or(0);
        edit(&|rule| *rule = with_action(rule, ACTIONS[at.min(ACTIONS.len() - 1)]));
    };
    let answers = move || {
        let action = action.get();
        let codes: Vec<_> = refusals(action)
            .map(|code| {
                let is_chosen = move || rule.with(|rule| rule.refuse_with == Some(code));
                view! {
                    <option value=code.value() prop:selected=live(is_chosen)>
                        {code_words(code, answer(action))}
                    </option>
                }
            })
            .collect();
        let allows = move || rule.with(|rule| rule.refuse_with.is_none());
        view! {
            <option value="" prop:selected=live(allows)>
                {live(move || locale.strings().inside_rule_allow)}
            </option>
            {codes}
        }
    };
    let choose_answer = move |event| {
        let code = event_target_value(&event).parse().ok().and_then(ReasonCode::from_value);
        edit(&|rule| rule.refuse_with = code);
    };
    let qos: Vec<_> = QoS::ALL
        .map(|qos| {
            let is_chosen = move || rule.with(|rule| rule.maximum_qos == Some(qos));
            view! {
                <option value=qos.bits() prop:selected=live(is_chosen)>{qos.bits()}</option>
            }
        })
        .into_iter()
        .collect();
    let choose_qos = move |event| {
        let qos = event_target_value(&event).parse().ok().and_then(QoS::from_bits);
        edit(&|rule| rule.maximum_qos = qos);
    };
    let has_topic = move || action.get() != Action::Connect;
    let grants =
        move || rule.with(|rule| rule.action == Action::Subscribe && rule.refuse_with.is_none());
    let is_wrong = move || rule.with(filter_is_wrong);
    let up = move |_| {
        change(store, |policy| {
            if index > 0 && index < policy.rules.len() {
                policy.rules.swap(index, index - 1);
            }
        });
    };
    let remove = move |_| {
        change(store, |policy| {
            if index < policy.rules.len() {
                policy.rules.remove(index);
            }
        });
    };
    let title = move || locale.strings().inside_rule(number);
    let remove_words = move || locale.strings().inside_remove(title());
    let up_words = move || locale.strings().inside_rule_up(number);
    let anybody = move || locale.strings().inside_rule_anybody;
    view! {
        <div class="form-group" role="group" aria-label=title>
            <div class="form-group__head">
                {live(title)}
                <button
                    type="button"
                    class="button button--quiet button--icon button--small"
                    aria-label=live(up_words)
                    title=live(up_words)
                    disabled=index == 0
                    on:click=up
                >
                    <Icon name="up"/>
                </button>
                <button
                    type="button"
                    class="button button--quiet button--icon button--small"
                    aria-label=live(remove_words)
                    title=live(remove_words)
                    on:click=remove
                >
                    <Icon name="remove"/>
                </button>
            </div>
            <div class="field">
                <label class="field__label" for=id("action")>
                    {live(move || locale.strings().inside_rule_action)}
                </label>
                <div class="field__control">
                    <select id=id("action") on:change=choose_action>{actions}</select>
                </div>
            </div>
            <div class="field" hidden=live(move || !has_topic())>
                <label class="field__label" for=id("topic")>
                    {live(move || locale.strings().inside_rule_topic)}
                </label>
                <div class="field__control">
                    <input
                        type="text"
                        class="input--bytes"
                        id=id("topic")
                        autocomplete="off"
                        autocapitalize="off"
                        spellcheck="false"
                        aria-invalid=live(move || is_wrong().then_some("true"))
                        aria-describedby=id("topic-hint")
                        prop:value=live(move || rule.get().topic_filter.unwrap_or_default())
                        on:change=move |event| {
                            let text = given(&event_target_value(&event));
                            edit(&|rule| rule.topic_filter = text.clone());
                        }
                    />
                </div>
                <p class="field__hint" id=id("topic-hint")>
                    {live(move || locale.strings().inside_rule_topic_hint)}
                </p>
                <Show when=is_wrong>
                    <p class="field__error" role="alert">
                        <Icon name="warning"/>
                        {live(move || locale.strings().inside_rule_filter_wrong)}
                    </p>
                </Show>
            </div>
            <div class="field">
                <label class="field__label" for=id("client")>
                    {live(move || locale.strings().inside_rule_client_id)}
                </label>
                <div class="field__control">
                    <input
                        type="text"
                        class="input--bytes"
                        id=id("client")
                        placeholder=live(anybody)
                        autocomplete="off"
                        autocapitalize="off"
                        spellcheck="false"
                        prop:value=live(move || rule.get().client_id.unwrap_or_default())
                        on:change=move |event| {
                            let text = given(&event_target_value(&event));
                            edit(&|rule| rule.client_id = text.clone());
                        }
                    />
                </div>
            </div>
            <div class="field">
                <label class="field__label" for=id("user")>
                    {live(move || locale.strings().inside_rule_user)}
                </label>
                <div class="field__control">
                    <input
                        type="text"
                        class="input--bytes"
                        id=id("user")
                        placeholder=live(anybody)
                        autocomplete="off"
                        autocapitalize="off"
                        spellcheck="false"
                        prop:value=live(move || rule.get().user.unwrap_or_default())
                        on:change=move |event| {
                            let text = given(&event_target_value(&event));
                            edit(&|rule| rule.user = text.clone());
                        }
                    />
                </div>
            </div>
            <div class="field">
                <label class="field__label" for=id("answer")>
                    {live(move || locale.strings().inside_rule_answer)}
                </label>
                <div class="field__control">
                    <select id=id("answer") on:change=choose_answer>{answers}</select>
                </div>
            </div>
            <div class="field" hidden=live(move || !grants())>
                <label class="field__label" for=id("qos")>
                    {live(move || locale.strings().inside_rule_maximum_qos)}
                </label>
                <div class="field__control">
                    <select id=id("qos") on:change=choose_qos>
                        <option value="" prop:selected=live(move || {
                            rule.with(|rule| rule.maximum_qos.is_none())
                        })>{live(move || locale.strings().inside_rule_qos_asked)}</option>
                        {qos}
                    </select>
                </div>
            </div>
        </div>
    }
}
