//! What all commands share: the global flags put together with the world.

use std::fmt::Display;
use std::io::Write;
use std::path::PathBuf;

use clap::builder::styling::{AnsiColor, Style};
use drydock_core::Checked;
use drydock_core::image::catalogue::Catalogue;
use drydock_core::plan::Options;
use drydock_core::problem::Problem;

use crate::cli::{Color, Global};
use crate::error::Error;
use crate::input::{self, Input};
use crate::world::World;

/// Largest metadata in bytes; that of 2025 has some 12 megabytes.
const MOST_METADATA: usize = 128 << 20;

/// Runs a command that needs the network, until it ends or the person interrupts it.
pub fn block_on<T>(work: impl Future<Output = Result<T, Error>>) -> Result<T, Error> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let result = runtime.block_on(async {
        tokio::select! {
            result = work => result,
            _ = tokio::signal::ctrl_c() => Err(Error::Interrupted),
        }
    });
    // A lookup of a name that hangs is not waited for.
    runtime.shutdown_background();
    result
}

pub struct Session<'w> {
    pub world: &'w mut World,
    pub options: Options,
    /// Colours on standard output.
    pub color: bool,
    pub quiet: bool,
    pub verbose: bool,
}

impl<'w> Session<'w> {
    pub fn new(global: &Global, world: &'w mut World) -> Self {
        let color = match global.color {
            Color::Always => true,
            Color::Never => false,
            Color::Auto => {
                world.stdout_is_terminal && world.env("NO_COLOR").is_none() && world.env("TERM") != Some("dumb")
            }
        };
        Self {
            options: global.options(Catalogue::default()),
            color,
            quiet: global.quiet,
            verbose: global.verbose,
            world,
        }
    }

    /// Takes versions and images from the file of `--metadata`.
    pub fn read_metadata(&mut self, global: &Global) -> Result<(), Error> {
        let Some(path) = &global.metadata else { return Ok(()) };
        let text = match input::read_up_to(MOST_METADATA, path, self.world) {
            Err(Error::Read { path, source }) => {
                return Err(Error::Usage(format!("cannot read the metadata {}: {source}", path.display())));
            }
            read => read?.text,
        };
        let catalogue = Catalogue::read(&text).map_err(|source| Error::Metadata { path: path.clone(), source })?;
        self.options = global.options(catalogue);
        Ok(())
    }

    /// Without flags, and without colours.
    pub fn plain(world: &'w mut World) -> Self {
        Self { options: Options::default(), color: false, quiet: false, verbose: false, world }
    }

    /// The files named, or rke's default; what cannot be read is said at once.
    pub fn read_all(&mut self, files: &[PathBuf]) -> (Vec<Input>, Vec<Error>) {
        let default = [input::default_path(self.world)];
        let files = if files.is_empty() { &default } else { files };
        let (mut inputs, mut unreadable) = (Vec::new(), Vec::new());
        for file in files {
            match input::read(file, self.world) {
                Ok(read) => inputs.push(read),
                Err(error) => {
                    self.complain(&error);
                    unreadable.push(error);
                }
            }
        }
        (inputs, unreadable)
    }

    pub fn read_one(&mut self, file: Option<&PathBuf>) -> Result<Input, Error> {
        let path = file.cloned().unwrap_or_else(|| input::default_path(self.world));
        input::read(&path, self.world)
    }

    /// What the core says of a file that is to be acted on.
    pub fn check(&self, input: &Input) -> Result<Checked, Error> {
        let checked = drydock_core::check(&input.text, &self.options);
        self.misplaced(input, &checked).map_or(Ok(checked), Err)
    }

    /// The error of a state file or of another program's, which would count as an empty cluster.yml.
    pub fn misplaced(&self, input: &Input, checked: &Checked) -> Option<Error> {
        checked.problems.iter().find_map(|problem| match problem {
            Problem::StateFile { .. } => {
                // rke puts it beside `NAME.yml` as `NAME.rkestate` (cluster/state.go).
                let beside = ["yml", "yaml"].map(|ending| input.path.with_extension(ending));
                let there = beside.into_iter().find(|path| self.world.path(path).is_file() && *path != input.path);
                let belongs = there.unwrap_or_else(|| input.path.with_file_name("cluster.yml"));
                Some(Error::StateFile { path: input.path.clone(), belongs })
            }
            Problem::OtherFile { what, .. } => Some(Error::OtherFile { path: input.path.clone(), what: what.clone() }),
            _ => None,
        })
    }

    pub fn line(&mut self, line: impl Display) -> Result<(), Error> {
        Ok(writeln!(self.world.stdout, "{line}")?)
    }

    pub fn json(&mut self, value: &impl serde::Serialize, pretty: bool) -> Result<(), Error> {
        let text = if pretty { serde_json::to_string_pretty(value) } else { serde_json::to_string(value) };
        let mut text = text.map_err(std::io::Error::from)?;
        // Some readers of lines take these for their end; they stand in texts only.
        for (separator, escaped) in [('\u{85}', "\\u0085"), ('\u{2028}', "\\u2028"), ('\u{2029}', "\\u2029")] {
            if text.contains(separator) {
                text = text.replace(separator, escaped);
            }
        }
        self.line(text)
    }

    /// A remark on standard error, where nobody parses it. That it cannot be written is no reason to stop.
    pub fn remark(&mut self, text: impl Display) {
        if !self.quiet {
            self.fault(text);
        }
    }

    /// What failed, on standard error, also when nothing else is to be said.
    pub fn fault(&mut self, text: impl Display) {
        // Both may be one terminal: what was said first stands first. A failure is met again at the end.
        let _ = self.world.stdout.flush();
        let _ = writeln!(self.world.stderr, "{text}");
    }

    pub fn complain(&mut self, error: &Error) {
        self.fault(format_args!("error: {error}"));
        if let Some(hint) = error.hint() {
            self.fault(format_args!("help: {hint}"));
        }
    }

    pub fn paint(&self, color: AnsiColor, text: &str) -> String {
        let style = if self.color { Style::new().fg_color(Some(color.into())) } else { Style::new() };
        format!("{style}{text}{style:#}")
    }
}
