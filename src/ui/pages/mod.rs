//! The pages, one a file.

mod exercise;
mod home;
mod not_found;

pub use exercise::ExercisePage;
pub use home::HomePage;
pub use not_found::NotFoundPage;
