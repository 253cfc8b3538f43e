//! Draws something large a piece in each task of the browser: whoever scrolls or types meanwhile waits for one piece and not
//! for all of them.

use std::collections::VecDeque;

use gloo_timers::future::TimeoutFuture;
use leptos::prelude::*;
use leptos::task::{spawn_local, tick};

use crate::ui::erased::erased;

/// The pieces that are not drawn yet, as what shows each; nothing once all have been drawn. Copied freely.
#[derive(Clone, Copy)]
struct Turns(StoredValue<Option<VecDeque<RwSignal<bool>>>>);

/// For every [`InTurn`] below the owner; `then` is awaited once all are drawn. Pieces in pieces are drawn after the others.
pub fn draw_in_turns(then: impl Future<Output = ()> + 'static) {
    let turns = StoredValue::new(Some(VecDeque::new()));
    provide_context(Turns(turns));
    spawn_local(async move {
        loop {
            match document().hidden() {
                false => TimeoutFuture::new(0).await,
                // Nobody waits, and timers of a tab that nobody sees come once a second.
                true => tick().await,
            }
            // What is drawn may be gone.
            let next = turns.try_update_value(|waiting| waiting.as_mut()?.pop_front());
            match next {
                None => return,
                Some(None) => break,
                Some(Some(piece)) => _ = piece.try_set(true),
            }
        }
        turns.try_set_value(None);
        then.await;
    });
}

/// A piece. Where nothing is drawn in turns it is there at once.
#[component]
pub fn InTurn(children: ChildrenFn) -> AnyView {
    let is_drawn = RwSignal::new(false);
    let waits = use_context::<Turns>().is_some_and(|turns| {
        let wait =
            |waiting: &mut Option<VecDeque<_>>| waiting.as_mut().map(|it| it.push_back(is_drawn));
        turns.0.try_update_value(wait).flatten().is_some()
    });
    match waits {
        true => view! { <Show when=erased(move || is_drawn.get())>{children()}</Show> }.into_any(),
        false => children(),
    }
}
