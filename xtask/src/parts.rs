//! What arrives with the first picture and what later: `src/ui/app/parts.json`, the one list of it.

use std::fs;

use anyhow::{Context, Result};
use serde::Deserialize;

use crate::tools;

const FILE: &str = "src/ui/app/parts.json";

#[derive(Deserialize)]
pub struct Parts {
    pub first: First,
    /// The files that hold the code of what arrives later.
    pub later: Vec<String>,
}

#[derive(Deserialize)]
pub struct First {
    /// Stylesheets in the folder `style`.
    pub styles: Vec<String>,
}

impl Parts {
    pub fn read() -> Result<Parts> {
        let file = tools::root().join(FILE);
        let text = fs::read_to_string(&file).with_context(|| format!("cannot read {FILE}"))?;
        serde_json::from_str(&text).with_context(|| format!("{FILE} is not as expected"))
    }
}
