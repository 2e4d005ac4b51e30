use std::path::Path;
use std::process::ExitCode;

use clap::FromArgMatches;
use drydock_pull::cli::{Cli, command};
use drydock_pull::world::World;

fn main() -> ExitCode {
    let mut words = std::env::args_os();
    let name = words.next().unwrap_or_default();
    if Path::new(&name).file_stem().is_some_and(|stem| stem == "docker-credential-pull") {
        let arguments: Vec<_> = words.map(|word| word.to_string_lossy().into_owned()).collect();
        return drydock_pull::run_helper(&arguments, &mut World::real());
    }
    let arguments = command().get_matches();
    let cli = Cli::from_arg_matches(&arguments).unwrap_or_else(|error| error.exit());
    drydock_pull::run(cli, &mut World::real())
}
