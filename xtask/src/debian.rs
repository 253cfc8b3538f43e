//! Programs that come with the operating system: found, installed where that is possible, or named.

use std::path::PathBuf;
use std::process::Command;

use anyhow::{Result, bail};

use crate::process::{find_program, output, run};
use crate::say;

/// Something that is needed, the Debian package that brings it, and how to see that it is there.
pub struct Need {
    pub package: &'static str,
    present: fn() -> bool,
}

pub const MOSQUITTO: Need =
    Need { package: "mosquitto", present: || program("mosquitto").is_some() };
pub const MOSQUITTO_CLIENTS: Need =
    Need { package: "mosquitto-clients", present: || program("mosquitto_pub").is_some() };
pub const CHROMEDRIVER: Need =
    Need { package: "chromium-driver", present: || program("chromedriver").is_some() };
pub const CHROMIUM: Need = Need { package: "chromium", present: || chromium().is_some() };
pub const FIREFOX: Need = Need { package: "firefox-esr", present: || firefox().is_some() };
/// Without it, Japanese text is boxes in a screenshot. Where fonts cannot be listed, nothing can be said.
pub const JAPANESE_FONT: Need = Need {
    package: "fonts-noto-cjk",
    present: || {
        output(Command::new("fc-list").args([":lang=ja", "family"]))
            .is_none_or(|fonts| !fonts.is_empty())
    },
};

/// Servers lie in folders that are not on everybody's search path.
pub fn program(name: &str) -> Option<PathBuf> {
    find_program(name, &["/usr/sbin".into(), "/usr/local/sbin".into(), "/opt/homebrew/sbin".into()])
}

/// Chromium, or what is made of it.
pub fn chromium() -> Option<PathBuf> {
    ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome"]
        .into_iter()
        .find_map(program)
}

/// Firefox, or its release with extended support.
pub fn firefox() -> Option<PathBuf> {
    ["firefox-esr", "firefox"].into_iter().find_map(program)
}

/// Installs what is missing; fails, saying what to install, where that is not possible.
pub fn ensure(needs: &[&Need]) -> Result<()> {
    let missing = || -> Vec<&str> {
        needs.iter().filter(|need| !(need.present)()).map(|need| need.package).collect()
    };
    let packages = missing();
    if packages.is_empty() {
        return Ok(());
    }
    let advice =
        format!("install them yourself, e.g. `sudo apt-get install {}`", packages.join(" "));
    let Some(apt_get) = apt_get() else {
        bail!("missing here: {}; {advice}", packages.join(", "));
    };
    say(format!("installing with apt-get: {}", packages.join(" ")));
    if let Err(error) = run(apt_get.command().args(["-qq", "update"])) {
        say(format!("going on with the package lists that are there: {error:#}"));
    }
    let install = ["-qq", "install", "--yes", "--no-install-recommends"];
    if let Err(error) = run(apt_get.command().args(install).args(&packages)) {
        bail!("{error:#}; {advice}");
    }
    match missing().as_slice() {
        [] => Ok(()),
        still => bail!("still not found after installing: {}", still.join(", ")),
    }
}

/// `apt-get`, run by somebody who may install packages.
enum AptGet {
    AsRoot,
    WithSudo,
}

/// `None` where packages cannot be installed without asking somebody.
fn apt_get() -> Option<AptGet> {
    find_program("apt-get", &[])?;
    if output(Command::new("id").arg("-u"))?.trim() == "0" {
        return Some(AptGet::AsRoot);
    }
    output(Command::new("sudo").args(["--non-interactive", "true"])).map(|_| AptGet::WithSudo)
}

impl AptGet {
    fn command(&self) -> Command {
        let mut command = match self {
            AptGet::AsRoot => Command::new("env"),
            AptGet::WithSudo => {
                let mut sudo = Command::new("sudo");
                sudo.args(["--non-interactive", "env"]);
                sudo
            }
        };
        command.args(["DEBIAN_FRONTEND=noninteractive", "apt-get"]);
        command
    }
}
