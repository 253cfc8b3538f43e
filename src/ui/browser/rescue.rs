//! What can still be saved when the page itself has failed; `#stopped` in `index.html` asks for it.

use std::cell::{Cell, RefCell};

use leptos::prelude::{document, on_cleanup};

type Save = Box<dyn Fn()>;

thread_local! {
    static OFFERS: RefCell<Vec<(u32, Save)>> = const { RefCell::new(Vec::new()) };
    static NEXT: Cell<u32> = const { Cell::new(0) };
}

/// Says how to save what this part of the page shows, for as long as it is there. The latest counts.
pub fn offer_rescue(save: impl Fn() + 'static) {
    let number = NEXT.replace(NEXT.get() + 1);
    OFFERS.with_borrow_mut(|offers| offers.push((number, Box::new(save))));
    on_cleanup(move || {
        OFFERS.with_borrow_mut(|offers| offers.retain(|(other, _)| *other != number))
    });
}

/// Saves it as a file, and tells whether there was anything. A panic may have left the page in any state:
/// this may fail in turn.
pub fn save_what_is_left() -> bool {
    OFFERS.with_borrow(|offers| {
        if let Some((_, save)) = offers.last() {
            save();
        }
        !offers.is_empty()
    })
}

/// Has panics told in the console and, where the document has a place for that, to the reader.
pub fn tell_panics() {
    std::panic::set_hook(Box::new(|panic| {
        if let Ok(Some(why)) = document().query_selector("#stopped code") {
            why.set_text_content(Some(&panic.to_string()));
        }
        console_error_panic_hook::hook(panic);
    }));
}
