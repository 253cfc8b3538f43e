//! The pictures of the chapters.

/// What an exercise shows below its clients. Each is drawn by the page, from the capture alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Picture {
    /// A CONNECT or PUBLISH of 5.0 beside what 3.1.1 would have written.
    Versions,
}
