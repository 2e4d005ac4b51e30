//! The project's own commands; each does the set-up it needs.

mod bench;
mod build;
mod docs;
mod fuzz;
mod package;
mod page;
mod serve;
mod setup;
mod step;
mod suite;
mod workspace;

use anyhow::{Result, bail};
use lexopt::prelude::*;
use std::process::ExitCode;

const USAGE: &str = "\
usage: cargo xtask COMMAND

  serve [--port N] [--no-open] [--release]
                        opens the playground and rebuilds it when its source changes
  test [--only PART]    runs every check; PART is rust, browser or agree
  build                 leaves the site in dist/ and the page as one file in dist/drydock.html
  bench [--corpus DIR]  measures a check beside the bare YAML events; DIR holds real files to check as well
  bench page            measures the built page in a browser
  fuzz [TARGET] [--seconds N]
                        tries texts of chance on the core, 60 seconds for each target

Each command first sets up what it needs. Tools are kept in ~/.cache/drydock; DRYDOCK_CACHE names another folder.
";

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run() -> Result<()> {
    let mut args = lexopt::Parser::from_env();
    match args.next()? {
        Some(Value(command)) if command == "serve" => serve::run(&serve_options(&mut args)?),
        Some(Value(command)) if command == "test" => suite::run(only(&mut args)?),
        Some(Value(command)) if command == "build" => {
            if let Some(arg) = args.next()? {
                return Err(arg.unexpected().into());
            }
            build::run()
        }
        Some(Value(command)) if command == "modules" => page::modules::run(),
        Some(Value(command)) if command == "bench" => bench(&mut args),
        Some(Value(command)) if command == "fuzz" => fuzz::run(&fuzz_options(&mut args)?),
        Some(Short('h') | Long("help")) | None => {
            print!("{USAGE}");
            Ok(())
        }
        Some(Value(command)) => bail!("no command `{}`\n\n{USAGE}", command.to_string_lossy()),
        Some(arg) => Err(arg.unexpected().into()),
    }
}

fn serve_options(args: &mut lexopt::Parser) -> Result<serve::Options> {
    let mut options = serve::Options { port: 8080, open: true, release: false };
    while let Some(arg) = args.next()? {
        match arg {
            Long("port") => options.port = args.value()?.parse()?,
            Long("no-open") => options.open = false,
            Long("release") => options.release = true,
            _ => return Err(arg.unexpected().into()),
        }
    }
    Ok(options)
}

fn bench(args: &mut lexopt::Parser) -> Result<()> {
    let mut corpus = None;
    while let Some(arg) = args.next()? {
        match arg {
            Long("corpus") => corpus = Some(args.value()?),
            Value(what) if what == "page" => return bench::page(),
            _ => return Err(arg.unexpected().into()),
        }
    }
    bench::run(corpus)
}

fn fuzz_options(args: &mut lexopt::Parser) -> Result<fuzz::Options> {
    let mut options = fuzz::Options { target: None, seconds: 60 };
    while let Some(arg) = args.next()? {
        match arg {
            Long("seconds") => options.seconds = args.value()?.parse()?,
            Value(target) if options.target.is_none() => options.target = Some(target.string()?),
            _ => return Err(arg.unexpected().into()),
        }
    }
    Ok(options)
}

fn only(args: &mut lexopt::Parser) -> Result<Option<suite::Part>> {
    let mut part = None;
    while let Some(arg) = args.next()? {
        match arg {
            Long("only") => part = Some(args.value()?.parse()?),
            _ => return Err(arg.unexpected().into()),
        }
    }
    Ok(part)
}
