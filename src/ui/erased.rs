//! Boxes the closures a view re-runs, so each is not compiled separately.

/// Erases the type of a closure that a view calls again whenever what it reads has changed.
///
/// Every closure is a type of its own, and the framework's code around it would be compiled once for
/// each: some three kilobytes a piece, which made up most of the page.
///
/// A closure that reads a memo and one that is derived from it must read the base first. Otherwise
/// reactive_graph 0.2 misses a change of the base that leaves the derived one as it was: the check of the
/// derived memo brings the base up to date, and nothing is left that would tell the closure.
pub fn erased<T>(read: impl Fn() -> T + Send + Sync + 'static) -> Box<dyn Fn() -> T + Send + Sync> {
    Box::new(read)
}
