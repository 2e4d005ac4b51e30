//! The binary `pull`: the core at a terminal.
//!
//! Flow: [`cli`] arguments -> one of [`commands`] -> `drydock_core` -> text or objects on standard output.
//!
//! Architecture invariant: only [`world`], [`input`] and [`save`] touch anything outside the process, and what a
//! file means is decided by the core alone. Commands that only read files start no runtime.

pub mod cli;
pub mod commands;
pub mod credentials;
pub mod docker_config;
pub mod ecr;
pub mod error;
pub mod helper;
pub mod human;
pub mod input;
pub mod kubelet;
pub mod save;
pub mod secret;
pub mod session;
pub mod token_cache;
pub mod world;

use std::io;
use std::process::ExitCode;

use cli::{Cli, Command};
use error::Error;
use session::Session;
use world::World;

/// Runs one command; says what went wrong outside the files on standard error.
pub fn run(cli: Cli, world: &mut World) -> ExitCode {
    let mut session = Session::new(&cli.global, world);
    let result = match &cli.command {
        Command::Check(check) => commands::check::run(check, &mut session),
        Command::Images(images) => commands::images::run(images, &mut session),
        Command::Explain(explain) => commands::explain::run(explain, &mut session),
        Command::Generate(generate) => commands::generate::run(generate, &mut session),
        Command::Login(login) => commands::login::run(login, &mut session),
        Command::DockerCredentialHelper { arguments } => commands::helper::run(arguments, session.world),
        Command::KubeletCredentialProvider(provider) => commands::kubelet::run(provider, &mut session),
        Command::Rule { code } => commands::rule::run(code.as_deref(), &mut session),
        Command::Completions { shell } => commands::shell::completions(*shell, &mut session),
        Command::Man => commands::shell::man(&mut session),
    };
    finish(result, &mut session)
}

/// Docker's protocol, under the name `docker-credential-pull`.
pub fn run_helper(arguments: &[String], world: &mut World) -> ExitCode {
    let result = commands::helper::run(arguments, world);
    finish(result, &mut Session::plain(world))
}

fn finish(result: Result<u8, Error>, session: &mut Session<'_>) -> ExitCode {
    let flushed = session.world.stdout.flush().map_err(Error::from);
    match result.and_then(|code| flushed.map(|()| code)) {
        Ok(code) => ExitCode::from(code),
        // The reader has seen enough, as with `pull images | head`.
        Err(Error::Output(error)) if error.kind() == io::ErrorKind::BrokenPipe => ExitCode::SUCCESS,
        Err(error) => {
            session.complain(&error);
            ExitCode::from(error.exit_code())
        }
    }
}
