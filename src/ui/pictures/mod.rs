//! The pictures of the chapters, one folder each: a plain `model.rs` over the capture and a view.

pub mod alias_game;
pub mod alias_ledger;
pub mod axis;
pub mod codes;
pub mod marks;
#[cfg(target_arch = "wasm32")]
mod measure;
pub mod metadata;
pub mod requests;
pub mod scram;
pub mod sessions;
#[cfg(target_arch = "wasm32")]
mod sight;
pub mod tracer;
pub mod versions;
pub mod window;

#[cfg(target_arch = "wasm32")]
use leptos::prelude::*;

#[cfg(target_arch = "wasm32")]
use super::lesson::LessonSession;
#[cfg(target_arch = "wasm32")]
use crate::course::Picture;

/// The picture of an exercise, live.
#[cfg(target_arch = "wasm32")]
pub fn draw(picture: Picture, session: LessonSession) -> AnyView {
    match picture {
        Picture::Requests => view! { <requests::RequestsPicture session/> }.into_any(),
        Picture::Sessions => sessions::SessionsPicture().into_any(),
        Picture::Tracer => view! { <tracer::TracerPicture session/> }.into_any(),
        Picture::Metadata => view! { <metadata::MetadataPicture session/> }.into_any(),
        Picture::Window => window::WindowPicture().into_any(),
        Picture::Scram => scram::ScramPicture().into_any(),
        Picture::Versions => versions::VersionsPicture().into_any(),
        Picture::Codes => view! { <codes::CodesPicture session/> }.into_any(),
        Picture::AliasLedger => view! { <alias_ledger::AliasLedger session/> }.into_any(),
        Picture::AliasGame => view! { <alias_game::AliasGame session/> }.into_any(),
    }
}
