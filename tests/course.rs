//! Every exercise, played on the broker in the tab on a virtual clock.

use std::collections::BTreeSet;

mod mistakes;
mod numbers;
mod table;

use table::{Table, assert_worded, exercises, solution};

use mqtt5_playground::analysis::findings::{Severity, findings};
use mqtt5_playground::broker::Input;
use mqtt5_playground::capture::RecordId;
use mqtt5_playground::course::around::{QUESTIONS, TROUBLES, question_prose, trouble_prose};
use mqtt5_playground::course::{
    ALIAS_SAVING_BY_HAND, Asks, Broker, CHAPTERS, Cast, Exercise, Move, PredictionProse, Step,
    Unmet, chapter_prose, exercise_prose, on_mosquitto,
};
use mqtt5_playground::lab::Action;
use mqtt5_playground::language::Language;
use mqtt5_playground::mqtt::{PacketType, Sender};
use mqtt5_playground::ui::lesson::model;

#[test]
fn every_step_is_open_at_the_start() {
    for exercise in exercises() {
        let table = Table::new(exercise);
        assert_eq!(table.unmet().len(), exercise.steps.len(), "{}", exercise.id);
        assert!(table.run.outcomes().iter().all(Option::is_none), "{} is foretold", exercise.id);
        assert_worded(exercise, &table.run);
    }
}

#[test]
fn every_solution_meets_every_step_at_par() {
    for exercise in exercises() {
        let table = Table::played(exercise);
        assert_eq!(table.unmet(), [], "{}", exercise.id);
        assert_eq!(table.packets_sent(), exercise.par, "par of {}", exercise.id);
        for (step, outcome) in exercise.steps.iter().zip(table.run.outcomes()) {
            let Some(prediction) = &step.prediction else { continue };
            let outcome =
                outcome.unwrap_or_else(|| panic!("{} {} stays open", exercise.id, step.id));
            assert!(
                prediction.asks.options() == 0 || outcome < prediction.asks.options(),
                "{} {}",
                exercise.id,
                step.id
            );
        }
    }
}

/// What is found to be wrong in a capture of an exercise is what the exercise does wrong on purpose.
#[test]
fn only_exercises_that_break_rules_have_findings_of_broken_rules() {
    let mut broken = BTreeSet::new();
    for exercise in exercises() {
        let table = Table::played(exercise);
        let capture = table.lab().capture();
        for finding in findings(capture) {
            let is_there = |id: &RecordId| capture.get(*id).is_some();
            assert!(finding.records.iter().all(is_there), "{}: {finding:?}", exercise.id);
            if finding.severity() == Severity::Broken {
                broken.insert(exercise.id);
            }
        }
    }
    assert_eq!(broken, BTreeSet::from(BREAK_RULES));
}

const BREAK_RULES: [&str; 9] = [
    "alias-broken",
    "alias-lifetime",
    "alias-out-of-range",
    "collect-them-all",
    "expiry-at-disconnect",
    "malformed",
    "maximum-packet-size",
    "overrun",
    "protocol-error",
];

/// Every mistake that somebody foresaw is made: it is told, it meets nothing, and it can be made good.
/// Half of what a step asks for is not a mistake.
#[test]
fn no_move_of_a_solution_contradicts_the_step_in_hand() {
    let mut wrong = Vec::new();
    for exercise in exercises() {
        let mut table = Table::new(exercise);
        for (index, next) in solution(exercise).into_iter().enumerate() {
            table.play([next]);
            if let Some((step, Unmet::Contradicted { finding, .. })) = table.unmet().first() {
                wrong.push(format!("{} {step} after move {index}: {finding:?}", exercise.id));
            }
        }
    }
    assert_eq!(wrong, [""; 0], "steps contradicted by what they ask for");
}

#[test]
fn foreseen_mistakes_are_told_and_can_be_made_good() {
    for mistake in mistakes::all() {
        mistake.play();
    }
}

/// Each hint about a finding has a script that leads to it: a hint that cannot show helps nobody, and one
/// whose mistake cannot be made good leaves the learner stuck.
#[test]
fn every_hint_about_a_finding_has_its_mistake() {
    let made: BTreeSet<_> =
        mistakes::all().iter().map(|it| (it.exercise, it.step, it.finding)).collect();
    let mut missing = Vec::new();
    for exercise in exercises() {
        let words = exercise_prose(exercise.id, Language::En).expect("there are words");
        for step in &words.steps {
            for key in step.hints.iter().filter_map(|hint| hint.when) {
                if !made.contains(&(exercise.id, step.id, key)) {
                    missing.push(format!("{} {}: {key}", exercise.id, step.id));
                }
            }
        }
    }
    assert_eq!(missing, [""; 0], "hints without a mistake that leads to them");
}

/// What stands beside a step's act, and is not it, does not meet the step.
#[test]
fn every_step_has_a_wrong_act_beside_it() {
    let made: BTreeSet<_> = mistakes::all().iter().map(|it| (it.exercise, it.step)).collect();
    let missing: Vec<_> = exercises()
        .flat_map(|exercise| exercise.steps.iter().map(|step| (exercise.id, step.id)))
        .filter(|step| !made.contains(step))
        .collect();
    assert_eq!(missing, []);
}

/// What the words name in double brackets is there, in both languages.
#[test]
fn figures_and_values_in_the_words_are_filled_in() {
    for exercise in exercises() {
        let table = Table::played(exercise);
        for language in Language::ALL {
            for (place, text) in table.words(language) {
                assert!(!text.contains("[["), "{} {place} in {language:?}: {text}", exercise.id);
            }
        }
    }
}

/// Figures of packets come from the encoder: what is quoted in bytes is in a packet of the solution's run,
/// or comes from a figure.
#[test]
fn bytes_quoted_in_the_words_are_on_the_wire() {
    let mut wrong = Vec::new();
    for exercise in exercises() {
        let table = Table::played(exercise);
        let frames = table.frames();
        for language in Language::ALL {
            for (place, text) in table.raw_words(language) {
                for quoted in table::quoted_bytes(text) {
                    if !frames.iter().any(|frame| frame.contains(&quoted)) {
                        wrong.push(format!("{} {place} {language:?}: {quoted}", exercise.id));
                    }
                }
            }
        }
    }
    assert_eq!(wrong, [""; 0], "bytes that no packet of the run holds");
}

/// A number of bytes in the words is a payload's length or a limit in a packet of the run, or comes from a
/// figure; never the size of a packet, typed by hand.
#[test]
fn sizes_in_the_words_come_from_the_encoder() {
    let mut wrong = Vec::new();
    for exercise in exercises() {
        let table = Table::played(exercise);
        let told = numbers_told(&table);
        for (place, text) in Language::ALL.into_iter().flat_map(|it| every_word(&table, it)) {
            for typed in numbers::typed(text).into_iter().filter(|typed| typed.is_size) {
                if !told.contains(&typed.number) {
                    wrong.push(format!("{} {place}: {} bytes", exercise.id, typed.number));
                }
            }
        }
    }
    assert_eq!(wrong, [""; 0], "sizes that no field of the run says");
}

/// What is claimed of a step that is met is said by a packet of the run.
#[test]
fn numbers_of_outcomes_are_on_the_wire() {
    let mut wrong = Vec::new();
    for exercise in exercises() {
        let table = Table::played(exercise);
        let told = numbers_told(&table);
        let frames = table.frames();
        for (place, text) in Language::ALL.into_iter().flat_map(|it| claims(&table, it)) {
            let numbers = numbers::typed(text).into_iter().map(|typed| typed.number);
            let missing = numbers.filter(|number| !told.contains(number));
            let bytes = numbers::single_bytes(text).into_iter();
            let bytes = bytes.filter(|byte| {
                !told.contains(byte) && !frames.iter().any(|frame| frame.contains(byte))
            });
            wrong.extend(missing.chain(bytes).map(|it| format!("{} {place}: {it}", exercise.id)));
        }
    }
    assert_eq!(wrong, [""; 0], "numbers that no packet of the run says");
}

/// A learner may choose other values than the solution: whatever meets the step, the words about it are
/// still true. What depends on the choice is filled in from the packets.
#[test]
fn numbers_of_outcomes_hold_for_other_values_too() {
    let mut wrong = BTreeSet::new();
    for exercise in exercises() {
        let table = Table::played(exercise);
        let told_at = |table: &Table, step: usize| match &table.run.verdicts()[step] {
            Ok(records) => Some(table.told_by(records)),
            Err(_) => None,
        };
        let mut claimed = Vec::new();
        for (index, step) in exercise.steps.iter().enumerate() {
            let told = told_at(&table, index).expect("the solution meets it");
            for (place, text) in Language::ALL.into_iter().flat_map(|it| claims(&table, it)) {
                let is_of_step = place.starts_with(&format!("{} ", step.id));
                let numbers = numbers::typed(text).into_iter().map(|typed| typed.number);
                let is_fixed = |number: &str| {
                    let mut fixed = numbers::OF_THE_PROTOCOL.iter();
                    fixed.any(|(id, fixed, _)| *id == exercise.id && *fixed == number)
                };
                let claims = numbers
                    .filter(|number| is_of_step && told.contains(number) && !is_fixed(number));
                claimed.extend(claims.map(|number| (index, place.clone(), number)));
            }
        }
        if claimed.is_empty() {
            continue;
        }
        for moves in numbers::varied_moves(&solution(exercise)) {
            let mut varied = Table::new(exercise);
            varied.play(moves);
            for (step, place, number) in &claimed {
                if told_at(&varied, *step).is_some_and(|told| !told.contains(number)) {
                    wrong.insert(format!("{} {place}: {number}", exercise.id));
                }
            }
        }
    }
    assert_eq!(wrong, BTreeSet::new(), "numbers that are another learner's");
}

/// What packets of the run say in numbers, and what is known from elsewhere.
fn numbers_told(table: &Table) -> BTreeSet<String> {
    let (mut told, id) = (table.told(), table.exercise.id);
    for (_, number, _) in numbers::FROM_ELSEWHERE.iter().filter(|(of, ..)| *of == id) {
        assert!(told.insert((*number).to_owned()), "{id}: {number} is in a packet");
    }
    told
}

/// The words about steps that are met.
fn claims(table: &Table, language: Language) -> impl Iterator<Item = (String, &'static str)> {
    let is_claim = |place: &str| place.ends_with(" done") || place.ends_with(" outcome");
    table.raw_words(language).into_iter().filter(move |(place, _)| is_claim(place))
}

/// Everything that is written about an exercise, each text with its place.
fn every_word(table: &Table, language: Language) -> Vec<(String, &'static str)> {
    let mut all = table.raw_words(language);
    let words = exercise_prose(table.exercise.id, language).expect("there are words");
    all.extend(words.findings.iter().map(|it| (format!("finding {}", it.key), it.text)));
    all.extend([
        ("elsewhere".to_owned(), words.elsewhere),
        ("tomorrow".to_owned(), words.tomorrow),
    ]);
    for step in &words.steps {
        let mut more = vec![("control", &step.controls)];
        if let Some(asked) = &step.prediction {
            more.push(("option", &asked.options));
            all.push((format!("{} predict", step.id), asked.question));
        }
        for (part, texts) in more {
            all.extend(texts.iter().map(|text| (format!("{} {part}", step.id), *text)));
        }
    }
    all
}

/// Doing, not pressing: something in every exercise is left to the learner, and the last step of a chapter has
/// no help but its hints.
#[test]
fn acts_of_the_lesson_are_done_by_hand() {
    for exercise in exercises() {
        let cast = Cast::new(exercise.clients, "12345678");
        let by_itself =
            exercise.steps.iter().filter(|step| step.by_hand.is_some() || step.controls.is_empty());
        // There the client's settings are changed by hand, and the buttons try them.
        let is_in_settings = ["retry-or-not", "cannot-connect"].contains(&exercise.id);
        let has_some = by_itself.count() > 0;
        assert!(has_some || is_in_settings, "{}: every step has its button", exercise.id);
        for step in exercise.steps {
            // A button beside the form may let time pass, or prepare another client.
            let Some(by_hand) = &step.by_hand else { continue };
            let client = (by_hand.act)(&cast).client;
            for control in step.controls {
                let is_other = match control(&cast) {
                    Move::Act(act) => act.client != client,
                    other => matches!(other, Move::Wait(_)),
                };
                assert!(is_other, "{} {}: two ways to do one thing", exercise.id, step.id);
            }
        }
    }
    for chapter in CHAPTERS {
        let exercise = chapter.exercises.last().expect("a chapter has exercises");
        let last = exercise.steps.last().expect("an exercise has steps");
        assert!(last.by_hand.is_none() && last.controls.is_empty(), "{} {}", exercise.id, last.id);
    }
}

/// What a prediction asks for is nowhere to be read before the wire has answered.
#[test]
fn predictions_are_not_answered_before_their_time() {
    let mut told = Vec::new();
    for exercise in exercises() {
        let untouched = Table::new(exercise);
        let played = Table::played(exercise);
        for (index, step) in exercise.steps.iter().enumerate() {
            let Some(prediction) = &step.prediction else { continue };
            let answer = played.run.outcomes()[index].expect("the solution answers it");
            for language in Language::ALL {
                let prose = exercise_prose(exercise.id, language).expect("there are words");
                let asked = prose.step(step.id).and_then(|words| words.prediction.as_ref());
                let asked = asked.expect("the prediction has words");
                let before = untouched.words(language);
                let is_before = |place: &str| {
                    let of_step = format!("{} details", step.id);
                    let todo = format!("{} todo", step.id);
                    place == "why" || place == "goal" || place == of_step || place == todo
                };
                for (place, text) in before.iter().filter(|(place, _)| is_before(place)) {
                    // Sentences of the explanation.
                    for sentence in asked.outcome.split_inclusive(['.', '。']) {
                        let sentence = sentence.trim();
                        if sentence.chars().count() > 12 && text.contains(sentence) {
                            told.push(format!("{} {} {place}: {sentence}", exercise.id, step.id));
                        }
                    }
                    // A byte in code.
                    if prediction.asks == Asks::Byte {
                        let code = format!("<code>{}</code>", prediction.asks.write(answer));
                        let named = format!("0x{}", prediction.asks.write(answer));
                        if text.contains(&code) || text.contains(&named) {
                            told.push(format!("{} {} {place}: {named}", exercise.id, step.id));
                        }
                    }
                }
            }
        }
    }
    assert_eq!(told, [""; 0], "answers in sight before they are asked for");
}

#[test]
fn what_is_worth_beating_can_be_measured() {
    let mut names = BTreeSet::new();
    for exercise in exercises() {
        let Some(best) = &exercise.best else { continue };
        assert!(names.insert(best.name), "{} twice", best.name);
        let mut table = Table::new(exercise);
        assert_eq!((best.result)(&table.evidence()).unwrap_or(0), 0, "{}", exercise.id);
        table.play(solution(exercise));
        assert!((best.result)(&table.evidence()).is_some_and(|n| n > 0), "{}", exercise.id);
    }
    assert!(names.contains(ALIAS_SAVING_BY_HAND));
}

#[test]
fn no_move_of_a_solution_can_be_left_out() {
    for exercise in exercises() {
        let whole = solution(exercise);
        for left_out in 0..whole.len() {
            let mut moves = whole.clone();
            moves.remove(left_out);
            let mut table = Table::new(exercise);
            table.play(moves);
            assert!(!table.run.is_done(), "{} without move {left_out}", exercise.id);
            assert_worded(exercise, &table.run);
        }
    }
}

#[test]
fn met_steps_name_the_records_that_met_them() {
    for exercise in exercises() {
        let table = Table::played(exercise);
        for (step, verdict) in exercise.steps.iter().zip(table.run.verdicts()) {
            let Ok(records) = verdict else { panic!("{} {}", exercise.id, step.id) };
            assert!(!records.is_empty(), "{} {}", exercise.id, step.id);
            for id in records {
                assert!(table.lab().capture().get(*id).is_some(), "{} {}", exercise.id, step.id);
            }
        }
    }
}

/// The same acts without the properties they are about: seen, and not enough.
#[test]
fn packets_without_what_a_step_asks_for_contradict_it() {
    for id in ["connect-properties", "first-user-property"] {
        let (_, exercise) = mqtt5_playground::course::exercise(id).expect("it exists");
        let bare = solution(exercise).into_iter().map(|next| match next {
            Move::Act(mut act) => {
                match &mut act.action {
                    Action::Connect(connect) => connect.properties = Default::default(),
                    Action::Publish(publish) => publish.properties = Default::default(),
                    Action::Subscribe { properties, .. } => *properties = Default::default(),
                    _ => {}
                }
                Move::Act(act)
            }
            other => other,
        });
        let mut table = Table::new(exercise);
        table.play(bare);
        let contradicted =
            table.unmet().iter().any(|(_, v)| matches!(v, Unmet::Contradicted { .. }));
        assert!(contradicted, "{id}");
    }
}

#[test]
fn every_word_is_there_in_both_languages() {
    for language in Language::ALL {
        let tag = language.tag();
        for chapter in CHAPTERS {
            let words = chapter_prose(chapter.id, language);
            let words = words.unwrap_or_else(|| panic!("{} in {tag}", chapter.id));
            assert!(!words.title.is_empty() && !words.goal.is_empty(), "{} in {tag}", chapter.id);
        }
        for exercise in exercises() {
            let id = exercise.id;
            let words = exercise_prose(id, language).unwrap_or_else(|| panic!("{id} in {tag}"));
            assert!(!words.title.is_empty(), "{id} in {tag}: title");
            assert!(!words.goal.is_empty(), "{id} in {tag}: goal");
            assert!(!words.why.is_empty(), "{id} in {tag}: why");
            assert!(!words.tomorrow.is_empty(), "{id} in {tag}: tomorrow");
            let told: Vec<_> = words.steps.iter().map(|step| step.id).collect();
            let steps: Vec<_> = exercise.steps.iter().map(|step| step.id).collect();
            assert_eq!(told, steps, "{id} in {tag}: headings are the steps, in order");
            let needs_tab = exercise.broker == Broker::InTab;
            assert_eq!(!words.elsewhere.is_empty(), needs_tab, "{id} in {tag}: elsewhere");
            for (step, told) in exercise.steps.iter().zip(&words.steps) {
                let asked = step.prediction.as_ref().map(|prediction| prediction.asks.options());
                let answers = told.prediction.as_ref().map(|prediction| prediction.options.len());
                assert_eq!(answers, asked, "{id} {} in {tag}: the answers offered", step.id);
                let is_worded =
                    |p: &PredictionProse| !p.question.is_empty() && !p.outcome.is_empty();
                assert!(
                    told.prediction.as_ref().is_none_or(is_worded),
                    "{id} {} in {tag}",
                    step.id
                );
                let labelled = told.controls.len();
                assert!(
                    labelled == step.controls.len()
                        || (labelled == 0 && names_itself(exercise, step)),
                    "{id} {} in {tag}: {labelled} labels for its buttons",
                    step.id
                );
            }
            for step in &words.steps {
                assert!(!step.todo.is_empty(), "{id} {} in {tag}: what to do", step.id);
                assert!(!step.done.is_empty(), "{id} {} in {tag}: what it proved", step.id);
                assert!(step.hints.len() >= 2, "{id} {} in {tag}: hints in stages", step.id);
            }
        }
    }
}

/// Whether the buttons of a step say by themselves what they do, each something else.
fn names_itself(exercise: &Exercise, step: &Step) -> bool {
    let cast = Cast::new(exercise.clients, "7f3a51c2");
    let mut labels = BTreeSet::new();
    step.controls.iter().all(|control| {
        let label =
            model::move_label(&control(&cast), Language::En.strings(), |slot| format!("{slot:?}"));
        !label.is_empty() && labels.insert(label)
    })
}

/// Wider ones would be cut on a phone: as they are shown, with everything filled in.
#[test]
fn figures_have_46_columns_at_most() {
    let mut wide = Vec::new();
    for exercise in exercises() {
        let table = Table::played(exercise);
        for (place, text) in Language::ALL.into_iter().flat_map(|it| table.words(it)) {
            for line in text.split("<pre>").skip(1).flat_map(figure_lines) {
                let columns: usize = line.chars().map(|c| if c < '\u{2E80}' { 1 } else { 2 }).sum();
                if columns > 46 {
                    wide.push(format!("{} {place}: {columns} columns: {line}", exercise.id));
                }
            }
        }
    }
    assert_eq!(wide, [""; 0], "figures that are too wide");
}

/// What stands before `</code>`, as it is read.
fn figure_lines(html: &str) -> Vec<String> {
    let figure = html.split("</code>").next().unwrap_or_default();
    let figure = figure.rsplit_once("<code>").map_or(figure, |(_, figure)| figure);
    let entities = [("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&amp;", "&")];
    let plain =
        entities.iter().fold(figure.to_owned(), |text, (entity, c)| text.replace(entity, c));
    plain.lines().map(str::to_owned).collect()
}

#[test]
fn ids_are_unique() {
    let mut seen = BTreeSet::new();
    for exercise in exercises() {
        assert!(seen.insert(exercise.id), "{} twice", exercise.id);
    }
}

/// A step without a packet of its own would be judged on nothing.
#[test]
fn steps_with_a_control_act_on_a_client_that_is_there() {
    for exercise in exercises() {
        let cast = Cast::new(exercise.clients, "7f3a51c2");
        for control in exercise.steps.iter().flat_map(|step| step.controls) {
            let acts = match control(&cast) {
                Move::Act(act) => vec![act],
                Move::Acts(acts) => acts,
                _ => Vec::new(),
            };
            for act in acts {
                assert!(usize::from(act.client.0) < exercise.clients.len(), "{}", exercise.id);
            }
        }
    }
}

#[test]
fn a_refused_connection_contradicts_accepted() {
    use mqtt5_playground::broker::{Availability, Policy};

    let (_, exercise) = mqtt5_playground::course::exercise("first-connect").expect("it exists");
    let mut table = Table::new(exercise);
    let policy = Policy { availability: Availability::Busy, ..Policy::default() };
    table.operate(Input::SetPolicy(Box::new(policy)));
    table.play(solution(exercise));
    let refused = table.lab().capture().packets(PacketType::ConnAck, Sender::Server).next();
    let refused = refused.expect("CONNACK with a Reason Code").id;
    let accepted = &table.run.verdicts()[1];
    assert!(
        matches!(accepted, Err(Unmet::Contradicted { by, .. }) if *by == refused),
        "{accepted:?}"
    );
}

#[test]
fn what_differs_on_mosquitto_is_explained_in_both_languages() {
    let [en, ja] = Language::ALL.map(|language| on_mosquitto(language).expect("they are built in"));
    assert_eq!(en.len(), ja.len());
    let mut told = BTreeSet::new();
    for (en, ja) in en.iter().zip(ja) {
        let Some(id) = en.exercise else {
            assert!(!en.differences.is_empty(), "nothing holds everywhere");
            continue;
        };
        let (_, exercise) = mqtt5_playground::course::exercise(id)
            .unwrap_or_else(|| panic!("no exercise {id}, which docs/mosquitto.md names"));
        assert!(told.insert(id), "{id} stands in two places");
        assert_eq!(!en.elsewhere.is_empty(), exercise.broker == Broker::InTab, "{id}: elsewhere");
        assert!(!en.differences.is_empty() || !en.elsewhere.is_empty(), "{id}: nothing differs");
        assert_eq!(en.elsewhere.is_empty(), ja.elsewhere.is_empty(), "{id}: elsewhere");
        assert_eq!(en.differences.len(), ja.differences.len(), "{id}");
        for (en, ja) in en.differences.iter().zip(&ja.differences) {
            assert_eq!((en.what, en.sections), (ja.what, ja.sections), "{id}");
            assert_ne!(en.in_tab, en.on_mosquitto, "{id}: {}", en.what);
            // "QoS 1" does not break at its space.
            let en_why = en.why.replace('\u{A0}', " ");
            assert!(en_why.is_ascii() && !ja.why.is_ascii(), "{id}: {}", en.what);
            for section in en.sections() {
                assert!(section.starts_with(['§', '[']), "{id}: {section}");
            }
        }
    }
    let in_tab = exercises().filter(|exercise| exercise.broker == Broker::InTab);
    for exercise in in_tab {
        assert!(told.contains(exercise.id), "{} needs the broker in the tab", exercise.id);
    }
}

#[test]
fn questions_and_symptoms_have_words_and_exercises() {
    for language in Language::ALL {
        let tag = language.tag();
        for question in QUESTIONS {
            let words = question_prose(question.id, language);
            let words = words.unwrap_or_else(|| panic!("{} in {tag}", question.id));
            assert!(question.correct < words.options.len(), "{} in {tag}", question.id);
            assert!(words.options.len() >= 3, "{} in {tag}", question.id);
            assert!(!words.question.is_empty() && !words.because.is_empty(), "{}", question.id);
        }
        for trouble in TROUBLES {
            let words = trouble_prose(trouble.id, language);
            let words = words.unwrap_or_else(|| panic!("{} in {tag}", trouble.id));
            assert!(!words.symptom.is_empty() && words.look.contains("<table>"), "{}", trouble.id);
        }
    }
    assert!(QUESTIONS.len() >= 15, "the course promises fifteen");
}
