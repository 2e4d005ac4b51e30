//! One step of work: a line that says what is done and how long it took.

use anyhow::{Context, Result, bail};
use std::io::{BufRead, BufReader, IsTerminal, Read, Write, stderr};
use std::process::{Command, Stdio};
use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::thread;
use std::time::{Duration, Instant};

/// How many lines of a failed command are shown.
const SHOWN: usize = 40;

/// Runs a command that may take long. Its output is shown only when it fails; until then its last line is.
pub fn run(what: &str, command: &mut Command) -> Result<()> {
    let shown = shown(command);
    let start = Instant::now();
    let mut child = command
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .with_context(|| format!("cannot start `{shown}`"))?;
    let (sender, lines) = channel();
    forward(child.stdout.take().expect("piped"), sender.clone());
    forward(child.stderr.take().expect("piped"), sender);

    let mut progress = Progress::new(what, start);
    let mut log = Vec::new();
    loop {
        match lines.recv_timeout(Duration::from_millis(200)) {
            Ok(line) => log.push(line),
            Err(RecvTimeoutError::Timeout) => {}
            Err(RecvTimeoutError::Disconnected) => break,
        }
        progress.tick(log.last().map_or("", |line| line.trim()));
    }
    let status = child.wait()?;
    progress.clear();
    if !status.success() {
        for line in &log[log.len().saturating_sub(SHOWN)..] {
            eprintln!("    {line}");
        }
        bail!("`{shown}` failed ({status}) after {}", duration(start.elapsed()));
    }
    eprintln!("{what}: {}", duration(start.elapsed()));
    Ok(())
}

/// A command as a person would type it, without its environment.
pub fn shown(command: &Command) -> String {
    let words: Vec<_> = std::iter::once(command.get_program())
        .chain(command.get_args())
        .map(|word| word.to_string_lossy().into_owned())
        .collect();
    words.join(" ")
}

/// As `0.4 s`, `12 s`, `3 min 40 s`.
pub fn duration(time: Duration) -> String {
    match time.as_secs() {
        0..10 => format!("{:.1} s", time.as_secs_f64()),
        seconds @ 10..60 => format!("{seconds} s"),
        seconds => format!("{} min {} s", seconds / 60, seconds % 60),
    }
}

fn forward(from: impl Read + Send + 'static, to: Sender<String>) {
    thread::spawn(move || {
        for line in BufReader::new(from).split(b'\n').map_while(Result::ok) {
            if to.send(String::from_utf8_lossy(&line).trim_end().to_owned()).is_err() {
                return;
            }
        }
    });
}

/// A line that is written over on a terminal; elsewhere one more line every half minute.
struct Progress<'w> {
    what: &'w str,
    start: Instant,
    terminal: bool,
    next: Instant,
}

impl<'w> Progress<'w> {
    fn new(what: &'w str, start: Instant) -> Self {
        let terminal = stderr().is_terminal();
        let next = start + if terminal { Duration::from_millis(300) } else { Duration::from_secs(30) };
        Self { what, start, terminal, next }
    }

    fn tick(&mut self, last: &str) {
        let now = Instant::now();
        if now < self.next {
            return;
        }
        let passed = duration(now - self.start);
        if self.terminal {
            let last: String = last.chars().take(50).collect();
            eprint!("\r\x1b[2K{} … {passed}  {last}", self.what);
            let _ = stderr().flush();
            self.next = now + Duration::from_millis(300);
        } else {
            eprintln!("{} … {passed}", self.what);
            self.next = now + Duration::from_secs(30);
        }
    }

    fn clear(&self) {
        if self.terminal {
            eprint!("\r\x1b[2K");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failed_command_is_named() {
        let error = run("nothing", Command::new("sh").args(["-c", "exit 3"])).unwrap_err().to_string();
        assert!(error.starts_with("`sh -c exit 3` failed (exit status: 3)"), "{error}");
    }

    #[test]
    fn durations_read_well() {
        assert_eq!(duration(Duration::from_millis(440)), "0.4 s");
        assert_eq!(duration(Duration::from_secs(12)), "12 s");
        assert_eq!(duration(Duration::from_secs(220)), "3 min 40 s");
    }
}
