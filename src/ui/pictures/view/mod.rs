//! The picture of an exercise, and what all pictures measure and watch.

pub mod measure;
pub mod sight;

use leptos::prelude::*;

use super::{
    alias_game, alias_ledger, codes, metadata, requests, scram, sessions, tracer, versions, window,
};
use crate::course::Picture;
use crate::ui::lesson::view::LessonSession;

/// A picture, live: of an exercise, or of what passes where there is none. Nothing for those that need an exercise.
pub fn draw(picture: Picture, session: Option<LessonSession>) -> AnyView {
    match (picture, session) {
        (Picture::Requests, _) => view! { <requests::view::RequestsPicture session/> }.into_any(),
        (Picture::Sessions, _) => sessions::view::SessionsPicture().into_any(),
        (Picture::Tracer, _) => view! { <tracer::view::TracerPicture session/> }.into_any(),
        (Picture::Window, _) => window::view::WindowPicture().into_any(),
        (Picture::Scram, _) => scram::view::ScramPicture().into_any(),
        (Picture::AliasLedger, _) => {
            view! { <alias_ledger::view::AliasLedger session/> }.into_any()
        }
        (Picture::Metadata, Some(session)) => {
            view! { <metadata::view::MetadataPicture session/> }.into_any()
        }
        (Picture::Versions, Some(_)) => versions::view::VersionsPicture().into_any(),
        (Picture::Codes, Some(session)) => {
            view! { <codes::view::CodesPicture session/> }.into_any()
        }
        (Picture::AliasGame, Some(session)) => {
            view! { <alias_game::view::AliasGame session/> }.into_any()
        }
        (Picture::Metadata | Picture::Versions | Picture::Codes | Picture::AliasGame, None) => {
            ().into_any()
        }
    }
}
