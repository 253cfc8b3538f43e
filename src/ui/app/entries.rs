//! What of the frame arrives later.

use leptos::prelude::*;

use super::course_nav::CourseNav;
use super::keys_dialog::KeysDialog;
use crate::ui::loading::part::parts;
use crate::ui::navigation::address::Place;

parts! {
    /// The way through the course.
    home: fn course_nav(place: Signal<Place>) {
        view! { <CourseNav place/> }.into_any()
    }
    /// The keys of the page.
    home: fn keys_dialog(open: RwSignal<bool>) {
        view! { <KeysDialog open/> }.into_any()
    }
}
