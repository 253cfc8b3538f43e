//! What arrives with the first program and what later.

use std::path::{Path, PathBuf};

use serde::Deserialize;

use super::read;

/// The one list of it, below the folder of the workspace.
pub const FILE: &str = "src/ui/app/parts.json";
const UI: &str = "src/ui";

#[derive(Deserialize)]
pub struct Parts {
    pub first: First,
    /// The files that hold the code of what arrives later.
    pub later: Vec<String>,
}

/// The first program.
#[derive(Deserialize)]
pub struct First {
    /// Its code, below [`UI`].
    code: Vec<PathBuf>,
    /// Stylesheets in the folder `style`.
    pub styles: Vec<String>,
}

impl Parts {
    /// # Panics
    ///
    /// If the file is not there or not as expected: nothing can be built then.
    pub fn read(root: &Path) -> Parts {
        let path = root.join(FILE);
        serde_json::from_str(&read(&path)).unwrap_or_else(|e| panic!("{}: {e}", path.display()))
    }

    /// The code of the first program, below the folder of the workspace.
    pub fn code(&self) -> impl Iterator<Item = PathBuf> {
        self.first.code.iter().map(|file| Path::new(UI).join(file))
    }
}
