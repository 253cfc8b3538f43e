//! The ladder, which arrives later.

use leptos::prelude::*;

use super::LadderView;
use crate::ui::loading::part::parts;

parts! {
    /// The wire as a sequence diagram.
    around: fn ladder(is_picture: bool) {
        view! { <LadderView is_picture/> }.into_any()
    }
}
