//! Medians, and tables as Markdown writes them.

/// The one in the middle; the upper of the two where there are two. `NaN` of none.
pub fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or(f64::NAN)
}

/// The line above a table: the names of its columns.
pub fn heading(columns: &[&str]) {
    println!("\n| {} |\n|{}", columns.join(" | "), "---|".repeat(columns.len()));
}

pub fn row(cells: &[String]) {
    println!("| {} |", cells.join(" | "));
}

/// A figure with as many digits as say something.
pub fn figure(value: f64) -> String {
    match value {
        value if value.abs() >= 100.0 => grouped(value.round() as i64),
        value if value.abs() >= 10.0 => format!("{value:.1}"),
        value => format!("{value:.2}"),
    }
}

/// How many times as much as the other.
pub fn ratio(value: f64, of: f64) -> String {
    format!("{} ×", figure(value / of))
}

fn grouped(value: i64) -> String {
    match value {
        value if value.abs() < 10_000 => value.to_string(),
        value => format!("{} {:03}", grouped(value / 1000), value.abs() % 1000),
    }
}
