//! Who may use whom: the arrows of the map in the README, held.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

/// Each module with what it may name. `time` may be used by all of them.
const MAY_USE: &[(&str, &[&str])] = &[
    ("time", &[]),
    ("mqtt", &[]),
    ("delivery", &["mqtt"]),
    ("auth", &[]),
    ("client", &["delivery", "auth", "mqtt"]),
    ("broker", &["delivery", "auth", "mqtt"]),
    ("capture", &["mqtt"]),
    ("analysis", &["capture", "delivery", "mqtt"]),
    ("formats", &["capture", "mqtt"]),
    // Payloads are packed with gzip as files are.
    ("payload", &["formats"]),
    // A fault is that of one client, which has its letter from the capture.
    ("link", &["mqtt", "capture"]),
    ("lab", &["link", "client", "broker", "auth", "capture", "analysis", "mqtt"]),
    // The broker in the tab is one that can be examined.
    ("examine", &["capture", "mqtt", "link", "lab", "formats", "broker", "auth"]),
    // The broker in the tab is one that can be measured.
    ("measure", &["analysis", "mqtt", "client", "link", "capture", "lab", "broker", "auth"]),
    ("words", &[]),
    ("language", &["words"]),
    ("glossary", &["words", "language", "mqtt"]),
    // An exercise sets the policy of the broker in the tab, and reads what the messages of SCRAM say.
    (
        "course",
        &[
            "capture", "analysis", "delivery", "mqtt", "auth", "glossary", "words", "language",
            "lab", "broker", "link",
        ],
    ),
    ("other_clients", &["language", "link", "mqtt"]),
    ("tap", &["capture", "formats", "mqtt"]),
];

/// Words that only the page and the WebSocket link may know: the browser, a clock, randomness.
const OUTSIDE: &[&str] = &[
    "web_sys",
    "js_sys",
    "wasm_bindgen",
    "gloo_timers",
    "leptos",
    "std::time::Instant",
    "SystemTime::now",
    "std::net::Tcp",
    "std::thread",
    "Uuid::new_v4",
];

#[test]
fn arrows_point_downwards_only() {
    let mut wrong = Vec::new();
    for (module, allowed) in MAY_USE {
        for (path, code) in sources(module) {
            for (number, line) in code.lines().enumerate() {
                for used in modules_named_in(line) {
                    if used != *module && used != "time" && !allowed.contains(&used) {
                        wrong.push(format!("{}:{} uses {used}", path.display(), number + 1));
                    }
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn time_randomness_and_the_browser_come_in_from_outside() {
    let mut wrong = Vec::new();
    for (module, _) in MAY_USE {
        for (path, code) in sources(module) {
            // The sockets of the page and those of the tap.
            let is_outside = path.components().any(|part| part.as_os_str() == "net");
            if path.ends_with("link/websocket.rs") || module == &"tap" && is_outside {
                continue;
            }
            for (number, line) in code.lines().enumerate() {
                let named = OUTSIDE.iter().find(|word| line.contains(**word));
                if let Some(word) = named {
                    wrong.push(format!("{}:{} knows {word}", path.display(), number + 1));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// The page from the bottom up. What stands in none of these rows is a feature, between the last two.
const FLOORS: &[&[&str]] = &[
    &[
        "erased",
        "format",
        "lamp",
        "pace",
        "packet_family",
        "role_names",
        "settings",
        "visible",
        "browser",
    ],
    &["loading"],
    &["navigation"],
    &["state"],
    &["components", "windowed"],
    &["forms"],
    // The features.
    &[],
    &["pages"],
    &["app"],
];
const FEATURES: usize = 6;

#[test]
fn the_page_imports_downwards_only() {
    let floor =
        |name: &str| FLOORS.iter().position(|names| names.contains(&name)).unwrap_or(FEATURES);
    let imports = imports_of_the_page();
    assert!(imports.len() > 100, "the imports of the page are read");
    let wrong: Vec<_> = imports.iter().filter(|(own, used)| floor(used) > floor(own)).collect();
    assert!(wrong.is_empty(), "{wrong:?}");
}

#[test]
fn no_feature_of_the_page_needs_itself() {
    let imports = imports_of_the_page();
    let mut names: BTreeSet<&str> = imports.iter().map(|(own, _)| own.as_str()).collect();
    // What needs none of the others is settled; what is left at the end needs itself.
    loop {
        let settled: Vec<&str> = names
            .iter()
            .filter(|name| {
                !imports.iter().any(|(own, used)| own == *name && names.contains(used.as_str()))
            })
            .copied()
            .collect();
        if settled.is_empty() {
            break;
        }
        names.retain(|name| !settled.contains(name));
    }
    assert!(names.is_empty(), "a circle among {names:?}");
}

/// Which part of the page names which other.
fn imports_of_the_page() -> BTreeSet<(String, String)> {
    let mut imports = BTreeSet::new();
    for (path, code) in sources("ui") {
        let within = path.strip_prefix(source_folder().join("ui")).expect("below ui");
        let own = within.components().next().and_then(|first| first.as_os_str().to_str());
        let own = own.map(|name| name.trim_end_matches(".rs")).expect("a name");
        // Documentation may name anything.
        let lines = code.lines().filter(|line| !line.trim_start().starts_with("//"));
        for rest in lines.flat_map(|line| line.split("crate::ui::").skip(1)) {
            let end = rest.find(|c: char| !c.is_alphanumeric() && c != '_');
            let used = &rest[..end.unwrap_or(rest.len())];
            if own != "mod" && used != own {
                imports.insert((own.to_owned(), used.to_owned()));
            }
        }
    }
    imports
}

/// Folders of the page that exist in the browser only, beside every `view`.
const BROWSER_ONLY: &[&str] =
    &["app", "browser", "components", "loading", "other_clients", "pages", "state"];

#[test]
fn what_is_not_a_view_is_plain_rust() {
    let mut checked = 0;
    for (path, code) in sources("ui") {
        let within = path.strip_prefix(source_folder().join("ui")).expect("below ui");
        let parts: Vec<_> =
            within.components().filter_map(|part| part.as_os_str().to_str()).collect();
        let is_view = parts.iter().any(|part| matches!(*part, "view" | "view.rs"));
        let in_browser = parts.len() == 1 || BROWSER_ONLY.contains(&parts[0]);
        if is_view || in_browser || parts[0] == "navigation" && parts[1] != "address.rs" {
            continue;
        }
        checked += 1;
        for word in ["leptos", "web_sys", "wasm_bindgen", "js_sys", "target_arch"] {
            let named = code
                .lines()
                .any(|line| line.contains(word) && line != "#[cfg(target_arch = \"wasm32\")]");
            assert!(!named, "{} knows {word}", path.display());
        }
    }
    assert!(checked > 50, "the page has plain Rust");
}

#[test]
fn every_module_is_in_the_table() {
    let library = fs::read_to_string(source_folder().join("lib.rs")).expect("src/lib.rs");
    for module in library.lines().filter_map(|line| line.strip_prefix("pub mod ")) {
        let module = module.trim_end_matches(';');
        let known = module == "ui" || MAY_USE.iter().any(|(name, _)| *name == module);
        assert!(known, "say in this test what {module} may use");
    }
}

/// The modules that a line of code names as `crate::module`. Documentation may name anything.
fn modules_named_in(line: &str) -> Vec<&'static str> {
    if line.trim_start().starts_with("//") {
        return Vec::new();
    }
    line.split("crate::")
        .skip(1)
        .filter_map(|rest| {
            let end = rest.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(rest.len());
            let names = MAY_USE.iter().map(|(name, _)| *name).chain(["ui"]);
            names.into_iter().find(|name| *name == &rest[..end])
        })
        .collect()
}

/// The files of a module, without what only its tests use.
fn sources(module: &str) -> Vec<(PathBuf, String)> {
    let mut paths = Vec::new();
    let folder = source_folder().join(module);
    match folder.is_dir() {
        true => collect(&folder, &mut paths),
        false => paths.push(folder.with_extension("rs")),
    }
    let read = |path: PathBuf| {
        let text = fs::read_to_string(&path).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
        let code = text.split("\n#[cfg(test)]\nmod tests").next().unwrap_or_default().to_owned();
        (path, code)
    };
    paths.into_iter().map(read).collect()
}

fn collect(folder: &Path, into: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap_or_else(|e| panic!("{}: {e}", folder.display())) {
        let path = entry.expect("readable entry").path();
        match path.is_dir() {
            true => collect(&path, into),
            false if path.extension().is_some_and(|end| end == "rs") => into.push(path),
            false => {}
        }
    }
}

fn source_folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("src")
}
