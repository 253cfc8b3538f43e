//! What the clients of the course are called.

use crate::language::Strings;
use crate::ui::format::quoted;

/// A client's part, translated; a name of the learner's own as it stands, or of whoever shared a set-up.
pub fn role_name(role: &str, strings: &Strings) -> String {
    known_role(role, strings).map_or_else(|| quoted(role), str::to_owned)
}

/// The parts that the course gives out.
fn known_role(role: &str, strings: &Strings) -> Option<&'static str> {
    Some(match role {
        "absent" => strings.role_absent(),
        "alice" => strings.role_alice(),
        "bob" => strings.role_bob(),
        "boiler" => strings.role_boiler(),
        "bridge" => strings.role_bridge(),
        "brief" => strings.role_brief(),
        "client" => strings.role_client(),
        "collector" => strings.role_collector(),
        "composer" => strings.role_composer(),
        "curious" => strings.role_curious(),
        "device" => strings.role_device(),
        "display" => strings.role_display(),
        "first" => strings.role_first(),
        "five" => strings.role_five(),
        "forever" => strings.role_forever(),
        "logger" => strings.role_logger(),
        "observer" => strings.role_observer(),
        "path" => strings.role_path(),
        "patient" => strings.role_patient(),
        "port" => strings.role_port(),
        "publisher" => strings.role_publisher(),
        "pump" => strings.role_pump(),
        "requester" => strings.role_requester(),
        "responder" => strings.role_responder(),
        "second" => strings.role_second(),
        "sensible" => strings.role_sensible(),
        "service" => strings.role_service(),
        "stranger" => strings.role_stranger(),
        "subprotocol" => strings.role_subprotocol(),
        "subscriber" => strings.role_subscriber(),
        "twin" => strings.role_twin(),
        "version" => strings.role_version(),
        "worker" => strings.role_worker(),
        "zero" => strings.role_zero(),
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::course::CHAPTERS;
    use crate::language::Language;

    #[test]
    fn every_part_in_the_course_has_words() {
        let exercises = CHAPTERS.iter().flat_map(|chapter| chapter.exercises);
        for exercise in exercises {
            for client in exercise.clients {
                for language in [Language::En, Language::Ja] {
                    let words = known_role(client.role, language.strings());
                    assert!(words.is_some(), "{} in {}", client.role, exercise.id);
                }
            }
        }
    }
}
