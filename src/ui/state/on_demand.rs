//! Things of which the app has one, made when a view first asks for them: the first program need not carry what only
//! later parts of the page ask for.

use leptos::prelude::*;
use leptos::reactive::owner::WeakOwner;

/// What lives as long as the app.
#[derive(Clone)]
struct OfApp(WeakOwner);

/// Called by the app: what is made on demand lives as long as it, for everything below it.
pub fn provide_owner() {
    let owner = Owner::current().expect("the app has an owner");
    provide_context(OfApp(owner.downgrade()));
}

/// The nearest one around, or that of the app, which `make` makes unless it is there.
pub fn use_or_make<T: Clone + Send + Sync + 'static>(make: fn() -> T) -> T {
    use_context().unwrap_or_else(|| {
        let OfApp(owner) = expect_context();
        let owner = owner.upgrade().expect("views go with the app");
        owner.with(|| {
            let made = untrack(make);
            provide_context(made.clone());
            made
        })
    })
}
