//! One rule: for whom and what it is, and what the broker does then.

use leptos::prelude::*;

use super::policy_tab::change;
use crate::broker::{Action, Policy, Rule};
use crate::language::Strings;
use crate::mqtt::{QoS, ReasonCode};
use crate::ui::broker_view::access::{
    ACTIONS, answer, example, filter_is_wrong, given, refusals, request, with_action,
};
use crate::ui::components::controls::{IconButton, Row, Select, TextBox, said};
use crate::ui::erased::erased;
use crate::ui::loading::locale::use_locale;
use crate::ui::state::store::{Store, use_store};

#[component]
pub fn RuleForm(index: usize, policy: Memo<Policy>) -> impl IntoView {
    let locale = use_locale();
    let place = RulePlace { index, policy, store: use_store() };
    let action = place.text(
        "action",
        |rule| Some(rule.action as usize).map(|at| at.to_string()),
        |rule, value| {
            let at: usize = value.parse().unwrap_or(0);
            *rule = with_action(rule, ACTIONS[at.min(ACTIONS.len() - 1)]);
        },
    );
    let topic = place.text(
        "topic",
        |rule| rule.topic_filter,
        |rule, value| rule.topic_filter = given(value),
    );
    let client =
        place.text("client", |rule| rule.client_id, |rule, value| rule.client_id = given(value));
    let user = place.text("user", |rule| rule.user, |rule, value| rule.user = given(value));
    let refusal = place.text(
        "answer",
        |rule| rule.refuse_with.map(|code| code.value().to_string()),
        |rule, value| rule.refuse_with = value.parse().ok().and_then(ReasonCode::from_value),
    );
    let qos = place.text(
        "qos",
        |rule| rule.maximum_qos.map(|qos| qos.bits().to_string()),
        |rule, value| rule.maximum_qos = value.parse().ok().and_then(QoS::from_bits),
    );
    let is_about = move |action| place.rule().action == action;
    let has_no_topic = move || is_about(Action::Connect);
    let grants_nothing = move || !is_about(Action::Subscribe) || place.rule().refuse_with.is_some();
    let is_wrong = Signal::derive(move || filter_is_wrong(&place.rule()));
    let wrong_words = said(|s| s.inside_rule_filter_wrong());
    let problem = Signal::derive(move || is_wrong.get().then(|| wrong_words.get()));
    let anybody = said(|s| s.inside_rule_anybody());
    let answers = move || answers(place.rule().action, locale.strings());
    view! {
        <div
            class="form-group"
            role="group"
            aria-label=erased(move || locale.strings().inside_rule(index + 1))
        >
            <RuleHead place/>
            <Row id=action.id.clone() label=said(|s| s.inside_rule_action())>
                <Select
                    id=action.id
                    options=Signal::derive(actions)
                    value=action.value
                    on_change=action.write
                />
            </Row>
            <div hidden=erased(has_no_topic)>
                <Row
                    id=topic.id.clone()
                    label=said(|s| s.inside_rule_topic())
                    hint=said(|s| s.inside_rule_topic_hint())
                    problem
                >
                    <TextBox id=topic.id value=topic.value wrong=is_wrong on_change=topic.write/>
                </Row>
            </div>
            <Row id=client.id.clone() label=said(|s| s.inside_rule_client_id())>
                <TextBox
                    id=client.id
                    placeholder=anybody
                    value=client.value
                    on_change=client.write
                />
            </Row>
            <Row id=user.id.clone() label=said(|s| s.inside_rule_user())>
                <TextBox id=user.id placeholder=anybody value=user.value on_change=user.write/>
            </Row>
            <Row id=refusal.id.clone() label=said(|s| s.inside_rule_answer())>
                <Select
                    id=refusal.id
                    options=Signal::derive(answers)
                    value=refusal.value
                    on_change=refusal.write
                />
            </Row>
            <div hidden=erased(grants_nothing)>
                <Row id=qos.id.clone() label=said(|s| s.inside_rule_maximum_qos())>
                    <Select
                        id=qos.id
                        options=Signal::derive(move || grants(locale.strings()))
                        value=qos.value
                        on_change=qos.write
                    />
                </Row>
            </div>
        </div>
    }
}

/// Which rule it is, and the buttons that move it up and take it away.
#[component]
fn RuleHead(place: RulePlace) -> impl IntoView {
    let locale = use_locale();
    let number = place.index + 1;
    let title = Signal::derive(move || locale.strings().inside_rule(number));
    let remove_words = Signal::derive(move || locale.strings().inside_remove(title.get()));
    let up_words = Signal::derive(move || locale.strings().inside_rule_up(number));
    view! {
        <div class="form-group__head">
            {title}
            <IconButton
                icon="up"
                words=up_words
                disabled={place.index == 0}
                on_press=Callback::new(move |()| place.move_up())
            />
            <IconButton
                icon="remove"
                words=remove_words
                on_press=Callback::new(move |()| place.remove())
            />
        </div>
    }
}

/// The place of a rule in the list. Copied freely.
#[derive(Clone, Copy)]
struct RulePlace {
    index: usize,
    policy: Memo<Policy>,
    store: Store,
}

/// One value of a rule, as a control shows it.
struct RuleText {
    id: String,
    value: Signal<String>,
    write: Callback<String>,
}

impl RulePlace {
    /// The last one is taken away before its form is. Tracked.
    fn rule(self) -> Rule {
        self.policy.with(|policy| policy.rules.get(self.index).cloned().unwrap_or_else(example))
    }

    fn text(
        self,
        label: &str,
        read: fn(Rule) -> Option<String>,
        write: fn(&mut Rule, &str),
    ) -> RuleText {
        let edit = move |value: String| {
            change(self.store, |policy| {
                if let Some(rule) = policy.rules.get_mut(self.index) {
                    write(rule, &value);
                }
            });
        };
        RuleText {
            id: format!("inside-rule-{}-{label}", self.index + 1),
            value: Signal::derive(move || read(self.rule()).unwrap_or_default()),
            write: Callback::new(edit),
        }
    }

    fn move_up(self) {
        let index = self.index;
        change(self.store, |policy| {
            if index > 0 && index < policy.rules.len() {
                policy.rules.swap(index, index - 1);
            }
        });
    }

    fn remove(self) {
        change(self.store, |policy| {
            if self.index < policy.rules.len() {
                policy.rules.remove(self.index);
            }
        });
    }
}

fn actions() -> Vec<(String, String)> {
    let option =
        |action: &Action| ((*action as usize).to_string(), request(*action).name().to_owned());
    ACTIONS.iter().map(option).collect()
}

fn answers(action: Action, strings: &Strings) -> Vec<(String, String)> {
    let allow = (String::new(), strings.inside_rule_allow().to_owned());
    let codes =
        refusals(action).map(|code| (code.value().to_string(), code.in_words(answer(action))));
    std::iter::once(allow).chain(codes).collect()
}

fn grants(strings: &Strings) -> Vec<(String, String)> {
    let asked = (String::new(), strings.inside_rule_qos_asked().to_owned());
    let all = QoS::ALL.map(|qos| (qos.bits().to_string(), qos.bits().to_string()));
    std::iter::once(asked).chain(all).collect()
}
