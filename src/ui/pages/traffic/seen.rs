//! The packets of the connections that are looked at, on a bench where nothing happens but what the tap tells.

use leptos::prelude::*;

use super::line::Line;
use super::task::Task;
use crate::course::Picture;
use crate::language::Strings;
use crate::ui::components::Lazy;
use crate::ui::components::controls::{Select, said};
use crate::ui::erased::erased;
use crate::ui::findings::view::FindingsLine;
use crate::ui::loading::locale::use_locale;
use crate::ui::packet_list::view::WireState;
use crate::ui::pages::entries::picture;
use crate::ui::state::store::Store;
use crate::ui::wire::Wire;

/// A picture and its name.
type Named = (Picture, fn(&Strings) -> &'static str);

/// The pictures that show any traffic.
const PICTURES: [Named; 5] = [
    (Picture::Sessions, |strings| strings.traffic_picture_sessions()),
    (Picture::Window, |strings| strings.traffic_picture_window()),
    (Picture::Requests, |strings| strings.traffic_picture_requests()),
    (Picture::AliasLedger, |strings| strings.traffic_picture_aliases()),
    (Picture::Tracer, |strings| strings.traffic_picture_tracer()),
];

/// The store and the wire below it are its own: nothing here reaches the live bench.
#[component]
pub fn Seen(line: Line) -> impl IntoView {
    line.shows(Store::provide_fed);
    WireState::provide();
    view! {
        <Task/>
        <FindingsLine/>
        <Pictures line/>
        <section class="exercise-page__wire captures__wire" aria-label=said(|s| s.pane_wire())>
            <Wire/>
        </section>
    }
}

/// One picture of what passes, where one is wanted.
#[component]
fn Pictures(line: Line) -> impl IntoView {
    let locale = use_locale();
    let options = Signal::derive(move || {
        let strings = locale.strings();
        let mut options = vec![(String::new(), strings.traffic_picture_none().to_owned())];
        let one = |(at, (_, words)): (usize, &Named)| (at.to_string(), words(strings).to_owned());
        options.extend(PICTURES.iter().enumerate().map(one));
        options
    });
    let drawing = move || {
        let (of, _) = PICTURES.get(line.picture().get().parse::<usize>().ok()?)?;
        let of = *of;
        Some(view! {
            <div class="traffic__picture">
                <h2 class="visually-hidden">{said(|s| s.traffic_picture())}</h2>
                <Lazy part=picture::part() view=erased(move || picture::view(of, None))/>
            </div>
        })
    };
    view! {
        <div class="traffic__pictures">
            <Select
                label=Some(said(|s| s.traffic_picture()))
                options
                value=line.picture().into()
                on_change=Callback::new(move |key| line.picture().set(key))
            />
        </div>
        {erased(drawing)}
    }
}
