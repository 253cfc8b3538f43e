//! Brokers used before, to be chosen again.

use leptos::prelude::*;

use crate::link::{BrokerAddress, Target};
use crate::ui::broker_choice::known::{Known, access_of, forget, remember};
use crate::ui::browser::storage::{self, Key};
use crate::ui::components::Icon;
use crate::ui::components::controls::IconButton;
use crate::ui::erased::erased;
use crate::ui::loading::locale::use_locale;
use crate::ui::state::store::{Store, use_store};

/// The list that this browser keeps. Copied freely.
#[derive(Clone, Copy)]
pub struct KnownBrokers {
    list: RwSignal<Vec<Known>>,
    store: Store,
    hide: Callback<()>,
}

impl KnownBrokers {
    /// `hide` closes the menu.
    pub fn new(hide: Callback<()>) -> KnownBrokers {
        let list = RwSignal::new(stored());
        storage::on_change(Key::Brokers, move || list.set(stored()));
        KnownBrokers { list, store: use_store(), hide }
    }

    /// Another tab may have written since.
    fn change(self, change: &dyn Fn(&mut Vec<Known>)) {
        let mut list = stored();
        change(&mut list);
        storage::save(Key::Brokers, &list);
        self.list.set(list);
    }

    /// Uses a broker, and remembers it.
    pub fn choose(self, address: BrokerAddress, known: &Known) {
        self.change(&|list| remember(list, known.clone()));
        let target = Target::At(address);
        let (subprotocol, user_name) = self.list.with_untracked(|list| access_of(list, &target));
        self.store.set_access(subprotocol, user_name);
        self.store.set_target(target);
        self.hide.run(());
    }

    /// How one connects to the broker at that address, if it is known. Tracked.
    pub fn access(self, address: &str) -> Option<(String, String)> {
        self.list.with(|list| Some(list.iter().find(|one| one.address == address)?.access()))
    }
}

pub fn stored() -> Vec<Known> {
    storage::load(Key::Brokers).unwrap_or_default()
}

#[component]
pub fn KnownRows(known: KnownBrokers) -> impl IntoView {
    let store = known.store;
    let locale = use_locale();
    let rows = move || {
        let rows: Vec<_> = known
            .list
            .get()
            .into_iter()
            .filter_map(|one| {
                let address = BrokerAddress::parse(&one.address).ok()?;
                let (title, text) = (one.title(), one.address.clone());
                let forget_label = {
                    let title = title.clone();
                    Signal::derive(move || locale.strings().broker_forget(&title))
                };
                let target = Target::At(address.clone());
                let is_chosen = move || (store.target() == target).then_some("true");
                let gone = text.clone();
                let again = Known::new("", &address);
                Some(
                    view! {
                        <li class="broker-menu__known">
                            <button
                                type="button"
                                class="menu__item"
                                aria-current=erased(is_chosen)
                                on:click=move |_| known.choose(address.clone(), &again)
                            >
                                <Icon name="broker"/>
                                <span>
                                    {title}
                                    <span class="broker-menu__address">{text}</span>
                                </span>
                            </button>
                            <IconButton
                                words=forget_label
                                icon="remove"
                                on_press=Callback::new(move |()| {
                                    known.change(&|list| forget(list, &gone));
                                })
                            />
                        </li>
                    }
                    .into_any(),
                )
            })
            .collect();
        (!rows.is_empty()).then(|| {
            let label = locale.strings().broker_known();
            view! { <ul class="broker-menu__list" aria-label=label>{rows}</ul> }
        })
    };
    erased(rows)
}
