//! Above the lanes: whose they are.

use leptos::prelude::*;

use super::Scene;
use crate::capture::ClientSlot;
use crate::link::Target;
use crate::ui::broker_choice;
use crate::ui::components::Icon;
use crate::ui::erased::erased;
use crate::ui::format::capped;
use crate::ui::ladder::lanes::End;
use crate::ui::loading::locale::use_locale;
use crate::ui::role_names::role_name;

/// Characters of a Client Identifier above a lane.
const NAME: usize = 24;

#[component]
pub fn Heads(scene: Scene) -> impl IntoView {
    let Scene { store, ladder, followed, lanes, replay, wire, .. } = scene;
    let locale = use_locale();
    let role = move |slot: ClientSlot| {
        let strings = locale.strings();
        store.with_lab(|lab| match lab.client(slot) {
            Some(client) => Some(role_name(client.role(), strings)),
            // In a capture from elsewhere nobody has a part.
            None => {
                let capture = lab.capture();
                let peer = || capture.peers().find(|(_, client, _)| *client == slot);
                let name = capture.client_id(slot).or_else(|| Some(peer()?.2));
                name.map(|name| capped(name, NAME))
            }
        })
    };
    // Several brokers are told apart by where they are.
    let broker = move |at: u8| {
        followed.track();
        let strings = locale.strings();
        ladder.with_value(|ladder| match ladder.brokers() {
            [] | [_] => strings.ladder_broker().to_owned(),
            brokers => {
                let address = brokers.get(usize::from(at)).map_or("", String::as_str);
                let target = Target::parse(address).ok();
                target.map_or_else(
                    || capped(address, NAME),
                    |target| broker_choice::name(&target, strings),
                )
            }
        })
    };
    let head = move |end: End| {
        let (x, edge) = lanes.with(|lanes| {
            let edge = match end {
                end if lanes.ends().first() == Some(&end) => Some("first"),
                end if lanes.ends().last() == Some(&end) => Some("last"),
                _ => None,
            };
            (lanes.x(end), edge)
        });
        let content = match end {
            End::Client(slot) => {
                let letter = slot.letter().to_string();
                view! {
                    <span class="client-letter" data-client=letter.clone()>{letter.clone()}</span>
                    <span class="ladder__name">{erased(move || role(slot))}</span>
                }
                .into_any()
            }
            End::Broker(at) => view! {
                <span class="ladder__broker"><Icon name="broker"/></span>
                <span class="ladder__name">{erased(move || broker(at))}</span>
            }
            .into_any(),
        };
        view! {
            <span class="ladder__head" data-edge=edge style:--x=x.to_string()>
                {content}
            </span>
        }
    };
    let lanes_between = move || (lanes.with(|lanes| lanes.ends().len()).max(2) - 1).to_string();
    view! {
        <div class="ladder__heads" style:--between=erased(lanes_between)>
            <button
                class="button button--quiet button--small ladder__start"
                aria-label=erased(move || locale.strings().ladder_replay())
                title=erased(move || locale.strings().ladder_replay_help())
                disabled=erased(move || replay.is_on())
                on:click=move |_| replay.start(wire.cursor.get_untracked())
            >
                <Icon name="play" small=true/>
                <span class="ladder__name">{erased(move || locale.strings().ladder_replay())}</span>
            </button>
            {erased(move || lanes.get().ends().iter().copied().map(head).collect_view())}
        </div>
    }
}
