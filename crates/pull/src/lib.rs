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
    let result = match &cli.command {
        Command::Check(check) => commands::check::run(check, &mut session),
        Command::Images(images) => commands::images::run(images, &mut session),
        Command::Explain(explain) => commands::explain::run(explain, &mut session),
        Command::Generate(generate) => commands::generate::run(generate, &mut session),
        Command::Login(login) => commands::login::run(login, &mut session),
        Command::Node(node) => commands::node::run(node, &mut session),
        Command::Doctor(doctor) => commands::doctor::run(doctor, &mut session),
        Command::DockerCredentialHelper { arguments } => commands::helper::run(arguments, session.world),
        Command::KubeletCredentialProvider(provider) => commands::kubelet::run(provider, &mut session),
        Command::Save(save) => commands::save::run(save, &mut session),
        Command::Load(load) => commands::load::run(load, &mut session),
        Command::Push(push) => commands::push::run(push, &mut session),
        Command::Mirror(mirror) => commands::mirror::run(mirror, &mut session),
        Command::Verify(verify) => commands::verify::run(verify, &mut session),
        Command::Serve(serve) => commands::serve::run(serve, &mut session),
        Command::Rule { code } => commands::rule::run(code.as_deref(), &mut session),
        Command::Schema => commands::schema::run(&mut session),
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
