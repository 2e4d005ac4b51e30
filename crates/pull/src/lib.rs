//! The binary `pull`: the core at a terminal.
//!
//! Flow: [`cli`] arguments -> one of [`commands`] -> `drydock_core` -> text or objects on standard output.
//!
//! On the network: [`commands`] -> [`credentials`] -> [`client`] or [`engine`] -> events -> [`progress`].
//!
//! Architecture invariant: what a file means is decided by the core alone, and commands that only read files start no
//! runtime. Only [`ecr`] names AWS, only [`engine`] the Docker Engine's library.

pub mod archive;
pub mod auth;
pub mod cli;
pub mod client;
pub mod commands;
pub mod credentials;
pub mod deliver;
pub mod digest;
pub mod docker_config;
pub mod doctor;
pub mod ecr;
pub mod engine;
pub mod error;
pub mod fetch;
pub mod helper;
pub mod human;
pub mod input;
pub mod kubelet;
pub mod manifest;
pub mod network;
pub mod pack;
pub mod part;
pub mod progress;
pub mod reply;
pub mod retry;
pub mod save;
pub mod schedule;
pub mod secret;
pub mod serve;
pub mod session;
pub mod store;
pub mod token_cache;
pub mod transport;
pub mod upload;
pub mod volume;
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
    let result = session.read_metadata(&cli.global).and_then(|()| run_command(&cli.command, &mut session));
    finish(result, &mut session)
}

fn run_command(command: &Command, session: &mut Session<'_>) -> Result<u8, Error> {
    match command {
        Command::Check(check) => commands::check::run(check, session),
        Command::Images(images) => commands::images::run(images, session),
        Command::Explain(explain) => commands::explain::run(explain, session),
        Command::Generate(generate) => commands::generate::run(generate, session),
        Command::Login(login) => commands::login::run(login, session),
        Command::Node(node) => commands::node::run(node, session),
        Command::Doctor(doctor) => commands::doctor::run(doctor, session),
        Command::DockerCredentialHelper { arguments } => commands::helper::run(arguments, session.world),
        Command::KubeletCredentialProvider(provider) => commands::kubelet::run(provider, session),
        Command::Save(save) => commands::save::run(save, session),
        Command::Load(load) => commands::load::run(load, session),
        Command::Push(push) => commands::push::run(push, session),
        Command::Mirror(mirror) => commands::mirror::run(mirror, session),
        Command::Verify(verify) => commands::verify::run(verify, session),
        Command::Serve(serve) => commands::serve::run(serve, session),
        Command::Rule { code } => commands::rule::run(code.as_deref(), session),
        Command::Lsp { .. } => commands::lsp::run(session),
        Command::Schema => commands::schema::run(session),
        Command::Completions { shell } => commands::shell::completions(*shell, session),
        Command::Man => commands::shell::man(session),
    }
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
