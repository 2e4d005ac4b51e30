use std::process::ExitCode;

use clap::FromArgMatches;
use drydock_pull::cli::{Cli, command};
use drydock_pull::world::World;

fn main() -> ExitCode {
    let arguments = command().get_matches();
    let cli = Cli::from_arg_matches(&arguments).unwrap_or_else(|error| error.exit());
    drydock_pull::run(cli, &mut World::real())
}
