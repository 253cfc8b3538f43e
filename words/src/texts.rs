//! What the bundles hold. Texts are HTML rendered at build time where it says so. The page borrows them
//! from the bundle; what renders them owns them.

use serde::{Deserialize, Serialize};

/// What the page needs before anything is drawn.
#[derive(Debug, Serialize, Deserialize)]
pub struct Interface<T = &'static str> {
    /// The interface strings that the first program shows, in the order of their methods.
    pub strings: Vec<T>,
    pub chapters: Vec<ChapterTitle<T>>,
}

/// What the way through the course shows of a chapter.
#[derive(Debug, Serialize, Deserialize)]
pub struct ChapterTitle<T = &'static str> {
    pub id: T,
    pub title: T,
    /// One sentence, as inline HTML.
    pub goal: T,
    pub exercises: Vec<ExerciseTitle<T>>,
}

#[derive(Debug, Serialize, Deserialize)]
pub struct ExerciseTitle<T = &'static str> {
    pub id: T,
    pub title: T,
}

/// Everything explained, and the other interface strings.
#[derive(Debug, Serialize, Deserialize)]
pub struct Glossary<T = &'static str> {
    /// Those that are not in [`Interface`].
    pub strings: Vec<T>,
    /// Fields, properties, Reason Codes, packets, errors and terms. Like the other entries, sorted by key.
    pub terms: Vec<Entry<T>>,
    /// Why a connection failed before CONNACK.
    pub failures: Vec<Entry<T>>,
    /// Why something ended or was refused.
    pub causes: Vec<Entry<T>>,
    /// How to provoke a Reason Code.
    pub provocations: Vec<Entry<T>>,
}

/// One explanation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry<T = &'static str> {
    pub key: T,
    /// One sentence, as inline HTML.
    pub short: T,
    /// Further paragraphs, as HTML; may be empty.
    pub long: T,
}

/// A chapter with its exercises.
#[derive(Debug, Serialize, Deserialize)]
pub struct ChapterTexts<T = &'static str> {
    pub prose: ChapterProse<T>,
    pub exercises: Vec<ExerciseProse<T>>,
}

#[derive(Debug, Serialize, Deserialize)]
pub struct ChapterProse<T = &'static str> {
    pub title: T,
    /// One sentence, as inline HTML.
    pub goal: T,
    /// As HTML.
    pub text: T,
}

#[derive(Debug, Serialize, Deserialize)]
pub struct ExerciseProse<T = &'static str> {
    pub id: T,
    pub title: T,
    /// One sentence, as inline HTML.
    pub goal: T,
    /// As HTML.
    pub why: T,
    pub steps: Vec<StepProse<T>>,
    pub findings: Vec<FindingProse<T>>,
    /// As HTML: what a broker outside the tab does instead, where the exercise needs the one in the tab.
    pub elsewhere: T,
    /// What will be different in the learner's own system, as inline HTML.
    pub tomorrow: T,
}

#[derive(Debug, Serialize, Deserialize)]
pub struct StepProse<T = &'static str> {
    pub id: T,
    /// What to do, one sentence, as inline HTML.
    pub todo: T,
    /// As HTML.
    pub details: T,
    /// Labels of the step's buttons, in order; empty where the packet says enough.
    pub controls: Vec<T>,
    pub prediction: Option<PredictionProse<T>>,
    /// From gentle to concrete; those for the present finding go first.
    pub hints: Vec<HintProse<T>>,
    /// What the packets proved, as HTML.
    pub done: T,
}

#[derive(Debug, Serialize, Deserialize)]
pub struct PredictionProse<T = &'static str> {
    /// As inline HTML.
    pub question: T,
    /// As inline HTML.
    pub options: Vec<T>,
    /// Why it came as it did, for those who were right and those who were not; as HTML.
    pub outcome: T,
}

#[derive(Debug, Serialize, Deserialize)]
pub struct HintProse<T = &'static str> {
    /// The key of the finding it is about; `None` for one that always helps.
    pub when: Option<T>,
    /// As HTML.
    pub text: T,
}

/// The sentence of a finding that an exercise words itself.
#[derive(Debug, Serialize, Deserialize)]
pub struct FindingProse<T = &'static str> {
    /// The step that words it.
    pub step: T,
    pub key: T,
    /// With `{0}`, `{1}` … for the values of the finding.
    pub text: T,
}

impl ExerciseProse {
    pub fn step(&self, id: &str) -> Option<&StepProse> {
        self.steps.iter().find(|step| step.id == id)
    }

    /// The sentence of a finding that the exercise words itself: in the words of that step, or of another one
    /// where the step has none.
    pub fn finding(&self, step: &str, key: &str, values: &[String]) -> Option<String> {
        let mut worded = self.findings.iter().filter(|finding| finding.key == key).peekable();
        let any = *worded.peek()?;
        let text = worded.find(|finding| finding.step == step).unwrap_or(any).text;
        let fill = |text: String, (index, value): (usize, &String)| {
            text.replace(&format!("{{{index}}}"), value)
        };
        Some(values.iter().enumerate().fold(text.to_owned(), fill))
    }
}

impl StepProse {
    /// The hints in the order to show them while a check has this to say: those about it first, those
    /// about something else not at all.
    pub fn hints_for(&self, finding: Option<&str>) -> Vec<&'static str> {
        let special = self.hints.iter().filter(|hint| hint.when.is_some() && hint.when == finding);
        let general = self.hints.iter().filter(|hint| hint.when.is_none());
        special.chain(general).map(|hint| hint.text).collect()
    }
}

/// What the pages beside the chapters say.
#[derive(Debug, Serialize, Deserialize)]
pub struct Around<T = &'static str> {
    pub questions: Vec<QuestionProse<T>>,
    pub troubles: Vec<TroubleProse<T>>,
}

#[derive(Debug, Serialize, Deserialize)]
pub struct QuestionProse<T = &'static str> {
    pub id: T,
    /// As inline HTML.
    pub question: T,
    /// As inline HTML.
    pub options: Vec<T>,
    /// As HTML.
    pub because: T,
}

#[derive(Debug, Serialize, Deserialize)]
pub struct TroubleProse<T = &'static str> {
    pub id: T,
    /// As inline HTML.
    pub symptom: T,
    /// What to look for on the wire, what it means, what to try; as HTML.
    pub look: T,
}

/// What differs on Mosquitto.
#[derive(Debug, Serialize, Deserialize)]
pub struct Mosquitto<T = &'static str> {
    /// What holds in all exercises first.
    pub exercises: Vec<OnMosquitto<T>>,
}

/// An exercise of which something differs.
#[derive(Debug, Serialize, Deserialize)]
pub struct OnMosquitto<T = &'static str> {
    /// `None` for what holds in all of them.
    pub exercise: Option<T>,
    /// As HTML: what Mosquitto does instead, where the exercise needs the broker in the tab.
    pub elsewhere: T,
    pub differences: Vec<Deviation<T>>,
}

/// One thing that a broker sends and the other does not, or says otherwise.
#[derive(Debug, Serialize, Deserialize)]
pub struct Deviation<T = &'static str> {
    /// Who gets which packet, and how often: `2 × B ← PUBLISH`; the client alone for the end of its
    /// connection.
    pub what: T,
    /// What is in it, in the words of the specification; [`Deviation::NOTHING`] where nothing is.
    pub in_tab: T,
    pub on_mosquitto: T,
    /// Where the specification decides, or leaves the choice: `§3.3.4, [MQTT-3.3.4-9]`.
    pub sections: T,
    /// As inline HTML.
    pub why: T,
}

impl Deviation {
    pub const NOTHING: &str = "–";

    pub fn about(&self) -> About {
        let (times, what) = match self.what.split_once(" × ") {
            Some((times, what)) => (times.parse().ok(), what),
            None => (None, self.what),
        };
        match what.split_once(" ← ") {
            Some((client, packet)) => {
                About { times, client: client.chars().next(), packet: Some(packet) }
            }
            None if what.len() == 1 => About { times, client: what.chars().next(), packet: None },
            None => About { times, client: None, packet: Some(what) },
        }
    }

    pub fn sections(&self) -> impl Iterator<Item = &'static str> + use<> {
        self.sections.split(", ")
    }
}

/// What a [`Deviation`] is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct About {
    /// How often it is so, where it is more than once.
    pub times: Option<usize>,
    /// Its letter on the bench; `None` where it is so for all.
    pub client: Option<char>,
    /// `None` for the end of the client's connection.
    pub packet: Option<&'static str>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_it_is_about_is_read_from_the_table() {
        for (what, times, client, packet) in [
            ("B ← PUBLISH", None, Some('B'), Some("PUBLISH")),
            ("4 × A ← CONNACK", Some(4), Some('A'), Some("CONNACK")),
            ("A", None, Some('A'), None),
            ("CONNACK", None, None, Some("CONNACK")),
        ] {
            let deviation =
                Deviation { what, in_tab: "", on_mosquitto: "", sections: "§3.3, [X]", why: "" };
            assert_eq!(deviation.about(), About { times, client, packet }, "{what}");
            assert!(deviation.sections().eq(["§3.3", "[X]"]));
        }
    }
}
