//! Users, rules and banned Client Identifiers.

use leptos::prelude::*;

use super::policy_tab::change;
use crate::broker::{Action, Policy, Rule, User};
use crate::mqtt::{QoS, ReasonCode};
use crate::ui::broker_view::access::{
    ACTIONS, answer, example, filter_is_wrong, given, refusals, request, with_action,
};
use crate::ui::components::controls::{IconButton, Row, Select, SmallButton, TextBox, hint, said};
use crate::ui::erased::erased;
use crate::ui::loading::locale::use_locale;
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

#[component]
fn UserForm(index: usize, policy: Memo<Policy>) -> impl IntoView {
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

#[component]
fn RuleForm(index: usize, policy: Memo<Policy>) -> impl IntoView {
    let store = use_store();
    let locale = use_locale();
    // The last one is taken away before its form is.
    let rule =
        move || policy.with(|policy| policy.rules.get(index).cloned().unwrap_or_else(example));
    let edit = move |write: fn(&mut Rule, &str), value: &str| {
        change(store, |policy| {
            if let Some(rule) = policy.rules.get_mut(index) {
                write(rule, value);
            }
        });
    };
    let text = move |label, read: fn(Rule) -> Option<String>, write: fn(&mut Rule, &str)| {
        let number = index + 1;
        (
            format!("inside-rule-{number}-{label}"),
            Signal::derive(move || read(rule()).unwrap_or_default()),
            Callback::new(move |value: String| edit(write, &value)),
        )
    };
    let (action_id, action, write_action) = text(
        "action",
        |rule| Some(rule.action as usize).map(|at| at.to_string()),
        |rule, value| {
            let at: usize = value.parse().unwrap_or(0);
            *rule = with_action(rule, ACTIONS[at.min(ACTIONS.len() - 1)]);
        },
    );
    let (topic_id, topic, write_topic) =
        text("topic", |rule| rule.topic_filter, |rule, value| rule.topic_filter = given(value));
    let (client_id, client, write_client) =
        text("client", |rule| rule.client_id, |rule, value| rule.client_id = given(value));
    let (user_id, user, write_user) =
        text("user", |rule| rule.user, |rule, value| rule.user = given(value));
    let (answer_id, refusal, write_answer) = text(
        "answer",
        |rule| rule.refuse_with.map(|code| code.value().to_string()),
        |rule, value| rule.refuse_with = value.parse().ok().and_then(ReasonCode::from_value),
    );
    let (qos_id, qos, write_qos) = text(
        "qos",
        |rule| rule.maximum_qos.map(|qos| qos.bits().to_string()),
        |rule, value| rule.maximum_qos = value.parse().ok().and_then(QoS::from_bits),
    );
    let actions = move || {
        let option =
            |action: &Action| ((*action as usize).to_string(), request(*action).name().to_owned());
        ACTIONS.iter().map(option).collect()
    };
    let answers = move || {
        let action = rule().action;
        let allow = (String::new(), locale.strings().inside_rule_allow().to_owned());
        let codes =
            refusals(action).map(|code| (code.value().to_string(), code.in_words(answer(action))));
        std::iter::once(allow).chain(codes).collect()
    };
    let grants = move || {
        let asked = (String::new(), locale.strings().inside_rule_qos_asked().to_owned());
        let all = QoS::ALL.map(|qos| (qos.bits().to_string(), qos.bits().to_string()));
        std::iter::once(asked).chain(all).collect()
    };
    let has_no_topic = move || rule().action == Action::Connect;
    let grants_nothing = move || rule().action != Action::Subscribe || rule().refuse_with.is_some();
    let is_wrong = Signal::derive(move || filter_is_wrong(&rule()));
    let wrong_words = said(|s| s.inside_rule_filter_wrong());
    let problem = Signal::derive(move || is_wrong.get().then(|| wrong_words.get()));
    let up = move |()| {
        change(store, |policy| {
            if index > 0 && index < policy.rules.len() {
                policy.rules.swap(index, index - 1);
            }
        });
    };
    let remove = move |()| {
        change(store, |policy| {
            if index < policy.rules.len() {
                policy.rules.remove(index);
            }
        });
    };
    let title = Signal::derive(move || locale.strings().inside_rule(index + 1));
    let remove_words = Signal::derive(move || locale.strings().inside_remove(title.get()));
    let up_words = Signal::derive(move || locale.strings().inside_rule_up(index + 1));
    let anybody = said(|s| s.inside_rule_anybody());
    view! {
        <div class="form-group" role="group" aria-label=title>
            <div class="form-group__head">
                {title}
                <IconButton
                    icon="up"
                    words=up_words
                    disabled=index == 0
                    on_press=Callback::new(up)
                />
                <IconButton icon="remove" words=remove_words on_press=Callback::new(remove)/>
            </div>
            <Row id=action_id.clone() label=said(|s| s.inside_rule_action())>
                <Select
                    id=action_id
                    options=Signal::derive(actions)
                    value=action
                    on_change=write_action
                />
            </Row>
            <div hidden=erased(has_no_topic)>
                <Row
                    id=topic_id.clone()
                    label=said(|s| s.inside_rule_topic())
                    hint=said(|s| s.inside_rule_topic_hint())
                    problem
                >
                    <TextBox id=topic_id value=topic wrong=is_wrong on_change=write_topic/>
                </Row>
            </div>
            <Row id=client_id.clone() label=said(|s| s.inside_rule_client_id())>
                <TextBox
                    id=client_id
                    placeholder=anybody
                    value=client
                    on_change=write_client
                />
            </Row>
            <Row id=user_id.clone() label=said(|s| s.inside_rule_user())>
                <TextBox id=user_id placeholder=anybody value=user on_change=write_user/>
            </Row>
            <Row id=answer_id.clone() label=said(|s| s.inside_rule_answer())>
                <Select
                    id=answer_id
                    options=Signal::derive(answers)
                    value=refusal
                    on_change=write_answer
                />
            </Row>
            <div hidden=erased(grants_nothing)>
                <Row id=qos_id.clone() label=said(|s| s.inside_rule_maximum_qos())>
                    <Select
                        id=qos_id
                        options=Signal::derive(grants)
                        value=qos
                        on_change=write_qos
                    />
                </Row>
            </div>
        </div>
    }
}
