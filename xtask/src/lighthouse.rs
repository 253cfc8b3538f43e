//! What Lighthouse says about the built page on a phone: the home page, and an exercise that is opened by a link. The page is
//! served as a good host does it, and pages take turns.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};
use serde_json::Value;

use crate::bench::base;
use crate::debian::{self, CHROMIUM, ensure};
use crate::process::{run, temporary_folder};
use crate::static_server::StaticServer;
use crate::{say, tools};

/// What is opened: a name, and the query of its address.
const PLACES: [(&str, &str); 2] = [
    ("home", "?lang=en"),
    ("an exercise by its link", "?lang=en&exercise=first-connect&broker=tab"),
];

/// How Lighthouse calls its categories, and how the table does.
const CATEGORIES: [(&str, &str); 4] = [
    ("performance", "performance"),
    ("accessibility", "accessibility"),
    ("best-practices", "best practices"),
    ("seo", "SEO"),
];

/// How Lighthouse calls what it measures; how the table does, what it divides by, and how many digits follow the point.
const METRICS: [(&str, &str, f64, usize); 4] = [
    ("first-contentful-paint", "first contentful paint, s", 1000.0, 2),
    ("largest-contentful-paint", "largest contentful paint, s", 1000.0, 2),
    ("total-blocking-time", "total blocking time, ms", 1.0, 0),
    ("cumulative-layout-shift", "cumulative layout shift", 1.0, 3),
];

/// Prints the medians of three visits to each page, or with `quick` of one.
pub fn measure(dists: &[PathBuf], quick: bool) -> Result<()> {
    ensure(&[&CHROMIUM])?;
    let lighthouse = tools::ensure_lighthouse().context("Lighthouse is needed to measure with")?;
    say("packing what is served");
    let serve = |dist: &PathBuf| StaticServer::start_as_host(dist.clone(), &base(dist)?);
    let servers = dists.iter().map(serve).collect::<Result<Vec<_>>>()?;
    let mut visited: Vec<(String, String, Vec<Report>)> = Vec::new();
    for (page, server) in ('A'..).zip(&servers) {
        let page = if page == 'A' { "the page".to_owned() } else { format!("the page {page}") };
        let places = PLACES.iter().map(|(place, query)| {
            (format!("{page}, {place}"), format!("{}{query}", server.url()), Vec::new())
        });
        visited.extend(places);
    }
    for _ in 0..if quick { 1 } else { 3 } {
        for (name, url, reports) in &mut visited {
            say(format!("Lighthouse visits {name}"));
            reports.push(visit(&lighthouse, url)?);
        }
    }
    print(&visited);
    Ok(())
}

fn visit(lighthouse: &Path, url: &str) -> Result<Report> {
    let chromium = debian::chromium().context("Chromium is not installed")?;
    let folder = temporary_folder()?;
    let file = folder.path().join("report.json");
    run(Command::new(lighthouse)
        .args([url, "--quiet", "--form-factor=mobile", "--output=json", "--output-path"])
        .arg(&file)
        // It would wait for an answer.
        .arg("--no-enable-error-reporting")
        .arg("--chrome-flags=--headless=new --no-sandbox --disable-gpu --disable-background-networking")
        .env("CHROME_PATH", chromium)
        .env("TMPDIR", folder.path()))?;
    let report = fs::read_to_string(&file).context("Lighthouse has written no report")?;
    Report::read(&serde_json::from_str(&report).context("the report is no JSON")?)
}

/// One visit.
#[derive(Debug, PartialEq)]
struct Report {
    /// Of a hundred, one for each of [`CATEGORIES`].
    points: [f64; 4],
    /// What costs points there, dearest first.
    costs: [Vec<String>; 4],
    /// One for each of [`METRICS`], as the table shows it.
    metrics: [f64; 4],
}

impl Report {
    fn read(report: &Value) -> Result<Report> {
        if let Some(problem) = report["runtimeError"]["message"].as_str() {
            bail!("Lighthouse could not measure: {problem}");
        }
        let mut read = Report { points: [0.0; 4], costs: Default::default(), metrics: [0.0; 4] };
        for (at, (id, _)) in CATEGORIES.iter().enumerate() {
            let category = &report["categories"][id];
            let score = category["score"].as_f64();
            read.points[at] = 100.0 * score.with_context(|| format!("`{id}` has no score"))?;
            read.costs[at] = costs(category, &report["audits"]);
        }
        for (at, (id, _, divisor, _)) in METRICS.iter().enumerate() {
            let value = report["audits"][id]["numericValue"].as_f64();
            read.metrics[at] = value.with_context(|| format!("`{id}` was not measured"))? / divisor;
        }
        Ok(read)
    }
}

/// The audits that keep a category from a hundred: what they found, and how many points that costs.
fn costs(category: &Value, audits: &Value) -> Vec<String> {
    let weighed = category["auditRefs"].as_array().into_iter().flatten();
    let weighed: Vec<(f64, &Value)> = weighed
        .filter_map(|one| Some((one["weight"].as_f64()?, &audits[one["id"].as_str()?])))
        .collect();
    let in_all: f64 = weighed.iter().map(|(weight, _)| weight).sum();
    let mut costs: Vec<(f64, String)> = weighed
        .iter()
        .filter_map(|(weight, audit)| {
            let points = 100.0 * weight / in_all * (1.0 - audit["score"].as_f64()?);
            let found = [&audit["title"], &audit["displayValue"]];
            let found: Vec<&str> = found.into_iter().filter_map(Value::as_str).collect();
            // Lighthouse does not let a value break from its unit.
            let found = found.join(": ").replace('\u{a0}', " ");
            (points > 0.0).then(|| (points, format!("{found} (−{points:.1})")))
        })
        .collect();
    costs.sort_by(|(one, _), (other, _)| other.total_cmp(one));
    costs.into_iter().map(|(_, cost)| cost).collect()
}

fn print(visited: &[(String, String, Vec<Report>)]) {
    let columns = CATEGORIES.map(|it| it.1).into_iter().chain(METRICS.map(|it| it.1));
    let columns: Vec<&str> = std::iter::once("Lighthouse 12, mobile").chain(columns).collect();
    println!("\n| {} |\n|{}", columns.join(" | "), "---|".repeat(columns.len()));
    for (name, _, reports) in visited {
        println!("| {name} | {} |", figures(reports).join(" | "));
    }
    for (name, _, reports) in visited {
        for (at, (_, category)) in CATEGORIES.iter().enumerate() {
            for cost in costs_in_the_middle(reports, at) {
                println!("- {name}, {category}: {cost}");
            }
        }
    }
}

/// The cells of a row.
fn figures(reports: &[Report]) -> Vec<String> {
    let points = (0..CATEGORIES.len())
        .map(|at| format!("{:.0}", in_the_middle(reports, |it| it.points[at])));
    let metrics = METRICS.iter().enumerate().map(|(at, (_, _, _, digits))| {
        format!("{:.*}", digits, in_the_middle(reports, |it| it.metrics[at]))
    });
    points.chain(metrics).collect()
}

/// What costs points in the visit that has the median of a category.
fn costs_in_the_middle(reports: &[Report], category: usize) -> &[String] {
    let points = in_the_middle(reports, |it| it.points[category]);
    let report = reports.iter().find(|it| it.points[category] == points);
    report.map_or(&[], |it| &it.costs[category])
}

/// The upper of two where there are two. `NaN` of none.
fn in_the_middle(reports: &[Report], of: impl Fn(&Report) -> f64) -> f64 {
    let mut values: Vec<f64> = reports.iter().map(of).collect();
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or(f64::NAN)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    /// As Lighthouse 12 writes it, with what is read here.
    fn report(performance: f64, blocking: f64) -> Value {
        let full = json!({ "score": 1, "auditRefs": [] });
        json!({
            "categories": {
                "performance": { "score": performance, "auditRefs": [
                    { "id": "first-contentful-paint", "weight": 10 },
                    { "id": "largest-contentful-paint", "weight": 25 },
                    { "id": "total-blocking-time", "weight": 30 },
                    { "id": "cumulative-layout-shift", "weight": 35 },
                    { "id": "network-requests", "weight": 0 },
                ] },
                "accessibility": full,
                "best-practices": full,
                "seo": { "score": 0.5, "auditRefs": [
                    { "id": "document-title", "weight": 1 },
                    { "id": "robots-txt", "weight": 1 },
                ] },
            },
            "audits": {
                "first-contentful-paint": { "score": 1, "numericValue": 709.05 },
                "largest-contentful-paint": { "title": "Largest Contentful Paint", "score": 0.9,
                    "numericValue": 2449.9, "displayValue": "2.4\u{a0}s" },
                "total-blocking-time": { "title": "Total Blocking Time", "score": 0.5,
                    "numericValue": blocking, "displayValue": "600\u{a0}ms" },
                "cumulative-layout-shift": { "score": 1, "numericValue": 0.0004 },
                "network-requests": { "title": "Network Requests", "score": null },
                "document-title": { "title": "Document has a title", "score": 1 },
                "robots-txt": { "title": "robots.txt is not valid", "score": 0 },
            },
        })
    }

    #[test]
    fn a_row_has_the_medians_and_what_costs_points() {
        let read =
            |performance, blocking| Report::read(&report(performance, blocking)).expect("a report");
        let reports = [read(0.82, 610.4), read(0.99, 20.0), read(0.6, 900.0)];
        let row = ["82", "100", "100", "50", "0.71", "2.45", "610", "0.000"];
        assert_eq!(figures(&reports), row);
        let performance =
            ["Total Blocking Time: 600 ms (−15.0)", "Largest Contentful Paint: 2.4 s (−2.5)"];
        assert_eq!(costs_in_the_middle(&reports, 0), performance);
        assert!(costs_in_the_middle(&reports, 1).is_empty());
        assert_eq!(costs_in_the_middle(&reports, 3), ["robots.txt is not valid (−50.0)"]);
    }

    #[test]
    fn what_was_not_measured_is_no_figure() {
        let without = |pointer: &str| {
            let mut report = report(1.0, 0.0);
            *report.pointer_mut(pointer).expect(pointer) = Value::Null;
            Report::read(&report).expect_err(pointer).to_string()
        };
        assert_eq!(without("/categories/seo/score"), "`seo` has no score");
        let blocking = without("/audits/total-blocking-time/numericValue");
        assert_eq!(blocking, "`total-blocking-time` was not measured");
        let failed = json!({ "runtimeError": { "code": "NO_FCP", "message": "nothing is drawn" } });
        let told = Report::read(&failed).expect_err("it failed").to_string();
        assert_eq!(told, "Lighthouse could not measure: nothing is drawn");
    }
}
