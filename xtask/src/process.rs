//! Starting other programs, and ending those that were started: all of them, and no others.

use std::env;
use std::ffi::OsString;
use std::io::{BufRead, BufReader};
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc;
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
    /// Whether it leads a process group of its own.
    is_family: bool,
}

impl Running {
    pub fn start(command: &mut Command) -> Result<Running> {
        let name = command.get_program().to_string_lossy().into_owned();
        let child = command.spawn().with_context(|| format!("cannot start `{name}`"))?;
        Ok(Running { name, child, is_family: false })
    }

    /// The same for a program that leaves behind what it started: all of it is ended too, where that is possible.
    pub fn start_family(command: &mut Command) -> Result<Running> {
        #[cfg(unix)]
        std::os::unix::process::CommandExt::process_group(command, 0);
        let mut family = Running::start(command)?;
        family.is_family = cfg!(unix);
        Ok(family)
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

    /// The port that the program says it listens on, right behind these words; its standard output must be piped.
    pub fn announced_port(&mut self, words: &'static str) -> Result<u16> {
        let said = self.child.stdout.take().expect("its standard output is piped");
        let (announce, announced) = mpsc::channel();
        thread::spawn(move || {
            // To the end: a program stands still when nobody reads what it says.
            for line in BufReader::new(said).lines().map_while(Result::ok) {
                if let Some(port) = port_behind(words, &line) {
                    let _ = announce.send(port);
                }
            }
        });
        match announced.recv_timeout(Duration::from_secs(20)) {
            Ok(port) => Ok(port),
            Err(_) => bail!("`{}` did not start; try it with a port of 0 to see why", self.name),
        }
    }

    /// Asks the program to end itself, and ends it if it does not.
    fn end(&mut self) {
        if self.is_family {
            return self.end_family();
        }
        if !matches!(self.ended(), Ok(None)) {
            return;
        }
        // The child has not been waited for, so its number still means it.
        let pid = self.child.id().to_string();
        if cfg!(unix) && signal("-TERM", &pid) && self.ended_within(Duration::from_secs(3)) {
            return;
        }
        let _ = self.child.kill();
        let _ = self.child.wait();
    }

    /// Processes of the group may outlive the program, and keep the number of the group as long as they do.
    fn end_family(&mut self) {
        let group = format!("-{}", self.child.id());
        signal("-TERM", &group);
        let give_up = Instant::now() + Duration::from_secs(5);
        while Instant::now() < give_up {
            // One that has ended is there until it is waited for.
            let _ = self.ended();
            if !signal("-0", &group) {
                return;
            }
            thread::sleep(POLL);
        }
        signal("-KILL", &group);
        let _ = self.child.wait();
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.end();
    }
}

/// Whether a process, or a group with a minus before its number, has been sent this signal.
fn signal(signal: &str, to: &str) -> bool {
    let sent = Command::new("kill").args([signal, "--", to]).stderr(Stdio::null()).status();
    sent.is_ok_and(|status| status.success())
}

fn port_behind(words: &str, line: &str) -> Option<u16> {
    let (_, port) = line.split_once(words)?;
    port.trim_end_matches('.').parse().ok()
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

#[cfg(test)]
mod tests {
    use std::io::Read;

    use super::*;

    #[test]
    fn the_port_is_read_from_the_announcement_alone() {
        for (words, line, expect) in [
            (
                "successfully on port ",
                "ChromeDriver was started successfully on port 39561.",
                Some(39561),
            ),
            ("successfully on port ", "Starting ChromeDriver 156.0.8078.79 on port 0", None),
            ("successfully on port ", "Only local connections are allowed.", None),
            (
                "Listening on 127.0.0.1:",
                "1795878998831\tgeckodriver\tINFO\tListening on 127.0.0.1:41223",
                Some(41223),
            ),
        ] {
            assert_eq!(port_behind(words, line), expect, "{line}");
        }
    }

    #[cfg(unix)]
    #[test]
    fn what_a_program_of_a_family_left_behind_ends_with_it() {
        let mut shell = Command::new("sh");
        shell.args(["-c", "sleep 100 &"]).stdout(Stdio::piped());
        let mut family = Running::start_family(&mut shell).expect("there is a shell");
        let mut said = family.child().stdout.take().expect("its standard output is piped");
        assert!(family.ended_within(Duration::from_secs(20)), "the shell does not wait");
        let began = Instant::now();
        drop(family);
        // The pipe ends with the last process that could write into it.
        said.read_to_end(&mut Vec::new()).expect("it can be read");
        assert!(began.elapsed() < Duration::from_secs(50), "its child has slept to the end");
    }
}
