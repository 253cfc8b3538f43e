//! What the project takes from others: under which licences, and what for. `deny.toml` and `docs/dependencies.md` say so.

use std::collections::BTreeSet;
use std::fs;

use serde_json::Value;
use spdx::{Expression, LicenseReq, ParseMode};

use crate::process::output;
use crate::tools;

fn metadata() -> Value {
    let mut metadata = tools::cargo();
    metadata.args(["metadata", "--format-version", "1", "--all-features", "--locked"]);
    let metadata = output(&mut metadata).expect("cargo tells what the project is made of");
    serde_json::from_str(&metadata).expect("it is JSON")
}

fn read(name: &str) -> String {
    fs::read_to_string(tools::root().join(name)).expect(name)
}

#[test]
fn every_licence_is_one_that_is_allowed() {
    let deny: toml::Table = read("deny.toml").parse().expect("deny.toml is TOML");
    let allowed: BTreeSet<&str> = deny["licenses"]["allow"]
        .as_array()
        .expect("a list")
        .iter()
        .flat_map(toml::Value::as_str)
        .collect();
    let is_allowed = |wanted: &LicenseReq| allowed.contains(wanted.to_string().as_str());
    let metadata = metadata();
    let mut wrong = Vec::new();
    for package in metadata["packages"].as_array().expect("packages") {
        let licence = package["license"].as_str().unwrap_or_default();
        let expression = Expression::parse_mode(licence, ParseMode::LAX);
        if !expression.is_ok_and(|expression| expression.evaluate(is_allowed)) {
            wrong.push(format!("{}: {licence}", package["name"]));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn every_dependency_has_its_reason() {
    let reasons = read("docs/dependencies.md");
    let told: BTreeSet<&str> =
        reasons.lines().filter_map(|line| line.strip_prefix("| `")?.split('`').next()).collect();
    let metadata = metadata();
    let members = metadata["workspace_members"].as_array().expect("members");
    let packages = metadata["packages"].as_array().expect("packages");
    let ours: Vec<&Value> = packages.iter().filter(|one| members.contains(&one["id"])).collect();
    let is_ours = |name: &&str| ours.iter().any(|package| package["name"] == *name);
    let used: BTreeSet<&str> = ours
        .iter()
        .flat_map(|package| package["dependencies"].as_array().expect("dependencies"))
        .filter_map(|dependency| dependency["name"].as_str())
        .filter(|name| !is_ours(name))
        .collect();
    assert_eq!(told, used, "docs/dependencies.md and the Cargo.toml files name the same crates");
}
