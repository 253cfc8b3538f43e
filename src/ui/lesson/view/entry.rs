//! What of an exercise arrives later than the exercise.

use leptos::prelude::*;

use super::OnMosquitto;
use crate::ui::loading::part::parts;

parts! {
    /// What differs on Mosquitto in an exercise.
    around: fn on_mosquitto(exercise: &'static str) {
        view! { <OnMosquitto exercise/> }.into_any()
    }
}
