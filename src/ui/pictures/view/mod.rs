//! The picture of an exercise, and what all pictures measure and watch.

pub mod measure;
pub mod sight;

use leptos::prelude::*;

use super::{
    alias_game, alias_ledger, codes, metadata, requests, scram, sessions, tracer, versions, window,
};
use crate::course::Picture;
use crate::ui::lesson::view::LessonSession;

/// The picture of an exercise, live.
pub fn draw(picture: Picture, session: LessonSession) -> AnyView {
    match picture {
        Picture::Requests => {
            view! { <requests::view::RequestsPicture session=Some(session)/> }.into_any()
        }
        Picture::Sessions => sessions::view::SessionsPicture().into_any(),
        Picture::Tracer => {
            view! { <tracer::view::TracerPicture session=Some(session)/> }.into_any()
        }
        Picture::Metadata => view! { <metadata::view::MetadataPicture session/> }.into_any(),
        Picture::Window => window::view::WindowPicture().into_any(),
        Picture::Scram => scram::view::ScramPicture().into_any(),
        Picture::Versions => versions::view::VersionsPicture().into_any(),
        Picture::Codes => view! { <codes::view::CodesPicture session/> }.into_any(),
        Picture::AliasLedger => {
            view! { <alias_ledger::view::AliasLedger session=Some(session)/> }.into_any()
        }
        Picture::AliasGame => view! { <alias_game::view::AliasGame session/> }.into_any(),
    }
}

/// The same of what passes where there is no exercise; `None` for those that need one.
pub fn draw_alone(picture: Picture) -> Option<AnyView> {
    Some(match picture {
        Picture::Requests => view! { <requests::view::RequestsPicture session=None/> }.into_any(),
        Picture::Sessions => sessions::view::SessionsPicture().into_any(),
        Picture::Tracer => view! { <tracer::view::TracerPicture session=None/> }.into_any(),
        Picture::Window => window::view::WindowPicture().into_any(),
        Picture::Scram => scram::view::ScramPicture().into_any(),
        Picture::AliasLedger => {
            view! { <alias_ledger::view::AliasLedger session=None/> }.into_any()
        }
        Picture::Metadata | Picture::Versions | Picture::Codes | Picture::AliasGame => return None,
    })
}
