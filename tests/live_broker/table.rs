//! Tables of differences in `docs`, which tests read: what does not stand there fails them, and so does what stands
//! there and is gone.

use std::fmt::Debug;

/// The cells of each row of the only table in a text, without the quotes of code.
pub fn rows(text: &str) -> impl Iterator<Item = Vec<&str>> {
    let rows = text.lines().filter(|line| line.starts_with("| ")).skip(2);
    rows.map(|row| {
        row.trim_matches('|').split('|').map(|cell| cell.trim().trim_matches('`')).collect()
    })
}

/// `gone` only counts against the version that the table is about: another may have come closer.
pub fn holds(file: &str, text: &str, version: &str, unexpected: &[String], gone: &[impl Debug]) {
    assert!(unexpected.is_empty(), "not in {file}:\n{}", unexpected.join("\n"));
    if text.contains(version) {
        assert!(gone.is_empty(), "in {file}, and no longer different: {gone:#?}");
    }
}
