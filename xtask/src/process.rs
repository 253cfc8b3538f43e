//! Starting other programs, and ending those that were started: all of them, and no others.

use std::env;
use std::ffi::OsString;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use tempfile::TempDir;

/// Set by Ctrl-C and by a request to terminate; [`Running::wait`] looks at it.
static INTERRUPTED: AtomicBool = AtomicBool::new(false);

/// From now on an interrupt ends the program that is waited for, so that every guard is dropped in its turn.
pub fn end_children_on_interrupt() -> Result<()> {
    ctrlc::set_handler(|| INTERRUPTED.store(true, Ordering::Relaxed))
        .context("cannot listen for Ctrl-C")
}

pub fn interrupted() -> bool {
    INTERRUPTED.load(Ordering::Relaxed)
}

/// A program that was started here and is ended when this is dropped.
pub struct Running {
    name: String,
    child: Child,
}

impl Running {
    pub fn start(command: &mut Command) -> Result<Running> {
        let name = command.get_program().to_string_lossy().into_owned();
        let child = command.spawn().with_context(|| format!("cannot start `{name}`"))?;
        Ok(Running { name, child })
    }

    pub fn child(&mut self) -> &mut Child {
        &mut self.child
    }

    /// Waits for the end of the program, or ends it when the user interrupts.
    pub fn wait(&mut self) -> Result<ExitStatus> {
        loop {
            if let Some(status) = self.ended()? {
                return Ok(status);
            }
            if interrupted() {
                self.end();
                bail!("interrupted");
            }
            thread::sleep(POLL);
        }
    }

    /// Whether the program has ended within that time.
    pub fn ended_within(&mut self, patience: Duration) -> bool {
        let give_up = Instant::now() + patience;
        while Instant::now() < give_up {
            if !matches!(self.ended(), Ok(None)) {
                return true;
            }
            thread::sleep(POLL);
        }
        false
    }

    fn ended(&mut self) -> Result<Option<ExitStatus>> {
        self.child.try_wait().with_context(|| format!("cannot wait for `{}`", self.name))
    }

    /// Asks the program to end itself, and ends it if it does not.
    fn end(&mut self) {
        if !matches!(self.ended(), Ok(None)) {
            return;
        }
        if cfg!(unix) {
            // The child has not been waited for, so its number still means it.
            let pid = self.child.id().to_string();
            let asked = Command::new("kill").args(["-TERM", &pid]).stderr(Stdio::null()).status();
            if asked.is_ok_and(|status| status.success())
                && self.ended_within(Duration::from_secs(3))
            {
                return;
            }
        }
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.end();
    }
}

/// Runs a program to its end; anything but success is an error.
pub fn run(command: &mut Command) -> Result<()> {
    let status = Running::start(command)?.wait()?;
    if !status.success() {
        bail!("`{}` failed ({status})", line(command));
    }
    Ok(())
}

/// What a program prints, or `None` if it cannot be started or fails.
pub fn output(command: &mut Command) -> Option<String> {
    let output = command.stdin(Stdio::null()).stderr(Stdio::null()).output().ok()?;
    output.status.success().then(|| String::from_utf8_lossy(&output.stdout).into_owned())
}

/// The command as one would type it.
fn line(command: &Command) -> String {
    let program = Path::new(command.get_program()).file_name().unwrap_or(command.get_program());
    let mut line = program.to_string_lossy().into_owned();
    for arg in command.get_args() {
        line.push(' ');
        line.push_str(&arg.to_string_lossy());
    }
    line
}

/// Looks a program up on the search path and in `more`.
pub fn find_program(name: &str, more: &[PathBuf]) -> Option<PathBuf> {
    let path = env::var_os("PATH").unwrap_or_default();
    env::split_paths(&path)
        .chain(more.iter().cloned())
        .map(|folder| folder.join(format!("{name}{}", env::consts::EXE_SUFFIX)))
        .find(|file| file.is_file())
}

/// The search path with `more` at its end.
pub fn search_path(more: &[PathBuf]) -> Result<OsString> {
    let path = env::var_os("PATH").unwrap_or_default();
    env::join_paths(env::split_paths(&path).chain(more.iter().cloned()))
        .context("cannot extend the search path")
}

/// A folder of our own, removed when this is dropped.
pub fn temporary_folder() -> Result<TempDir> {
    tempfile::Builder::new().prefix("mqtt5-").tempdir().context("cannot create a temporary folder")
}

/// Whether nobody listens on that port of the loopback address.
pub fn is_free(port: u16) -> bool {
    TcpListener::bind(("127.0.0.1", port)).is_ok()
}

/// A port on the loopback address that is free right now.
pub fn free_port() -> Result<u16> {
    let listener = TcpListener::bind(("127.0.0.1", 0)).context("no free port on 127.0.0.1")?;
    Ok(listener.local_addr()?.port())
}

const POLL: Duration = Duration::from_millis(20);
