//! `cargo xtask …`: sets the project up, serves it, tests it, measures it and builds it for a web server.
//!
//! Whatever is missing is installed first, in the versions this project was built with.

mod bench;
mod chromedriver;
mod content_policy;
mod debian;
mod dist;
mod first_picture;
mod geckodriver;
mod headers;
mod lighthouse;
mod loader;
mod mosquitto;
mod offline;
mod process;
mod serve;
mod size;
mod split;
mod static_server;
mod style;
#[cfg(test)]
mod supply;
mod tap;
mod test;
mod tools;

use std::process::ExitCode;

use anyhow::{Result, bail};

const USAGE: &str = "\
cargo xtask serve [--port N] [--no-open] [--no-mosquitto] [--release]
    builds the page, opens it, and rebuilds it whenever a file changes
cargo xtask tap [--listen ADDRESS] [--ws ADDRESS] [--to BROKER] [--pcapng FILE] [--allow-faults] [--help]
    forwards an application to a broker, and lets the page show every packet
cargo xtask test [--native] [--browser] [--live] [--e2e] [-- FILTER]
    runs the tests: all of them, or the named parts
cargo xtask bench [--quick] [--native] [--codec] [--round-trips] [--flood] [--broker] [--first-load] [--lighthouse] [--wall] [--dist FOLDER]
    measures everything, or the named parts, beside peers, as docs/bench.md says
cargo xtask bench -- [ARGUMENTS OF cargo bench]
    runs the benchmarks of the library alone
cargo xtask dist [--public-url PATH]
    builds the page for a web server into dist/ and prints what its first load weighs";

fn main() -> ExitCode {
    if let Err(error) = process::end_children_on_interrupt().and_then(|()| command()) {
        eprintln!("xtask: {error:#}");
        return ExitCode::FAILURE;
    }
    ExitCode::SUCCESS
}

fn command() -> Result<()> {
    let mut args = std::env::args().skip(1);
    let command = args.next();
    let args: Vec<String> = args.collect();
    match command.as_deref() {
        Some("serve") => serve::serve(&serve::Options::parse(&args)?),
        Some("tap") => tap::tap(&args),
        Some("test") => test::test(&test::Options::parse(&args)?),
        Some("bench") => bench::bench(&bench::Options::parse(&args)?),
        Some("dist") => dist::dist(&dist::Options::parse(&args)?),
        Some("help" | "--help" | "-h") => {
            println!("{USAGE}");
            Ok(())
        }
        Some(other) => bail!("there is no command `{other}`\n\n{USAGE}"),
        None => bail!("which command?\n\n{USAGE}"),
    }
}

/// One short line about what is being done.
fn say(line: impl std::fmt::Display) {
    println!("xtask: {line}");
}
