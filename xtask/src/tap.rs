//! The tap between an application and a broker, built and started.

use std::ffi::OsString;
use std::fs;

use anyhow::Result;

use crate::process::{Running, interrupted};
use crate::{say, tools};

/// Everything behind `tap` is for the tap itself, which says what it understands.
pub fn tap(args: &[String]) -> Result<()> {
    say("building the tap; the first time this takes some minutes");
    let mut tap = tools::cargo();
    tap.args(["run", "--quiet", "--profile", "tap", "--package", "mqtt5-playground"]);
    tap.args(["--example", "tap", "--features", "net", "--"]).args(in_full(args)?);
    let status = Running::start(&mut tap)?.wait()?;
    if !status.success() && !interrupted() {
        anyhow::bail!("the tap has ended: {status}");
    }
    Ok(())
}

/// A token that stays the same lets the page find the tap again after a restart.
fn in_full(args: &[String]) -> Result<Vec<OsString>> {
    let mut all: Vec<OsString> = args.iter().map(Into::into).collect();
    if !args.iter().any(|arg| arg == "--token-file") {
        let folder = tools::work_dir()?;
        fs::create_dir_all(&folder)?;
        all.extend(["--token-file".into(), folder.join("tap-token").into()]);
    }
    // Where it was called, not where it is built.
    let mut next_is_file = false;
    let here = std::env::current_dir()?;
    for arg in &mut all {
        if std::mem::take(&mut next_is_file) {
            *arg = here.join(&*arg).into();
        }
        next_is_file = ["--pcapng", "--ca", "--token-file"].iter().any(|file| *arg == **file);
    }
    Ok(all)
}
