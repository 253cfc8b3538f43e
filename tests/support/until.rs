//! Waiting for what nobody tells.

use std::thread;
use std::time::{Duration, Instant};

pub const PATIENCE: Duration = Duration::from_secs(30);

/// What comes of asking again and again.
pub fn until<T>(mut ask: impl FnMut() -> Option<T>) -> T {
    let give_up = Instant::now() + PATIENCE;
    loop {
        if let Some(answer) = ask() {
            return answer;
        }
        assert!(Instant::now() < give_up, "it has not come about in {PATIENCE:?}");
        thread::sleep(Duration::from_millis(10));
    }
}
