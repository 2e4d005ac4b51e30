//! `pull completions`, `pull man`: made from the definitions of the command line.

use crate::cli;
use crate::error::Error;
use crate::session::Session;

pub fn completions(shell: clap_complete::Shell, session: &mut Session<'_>) -> Result<u8, Error> {
    clap_complete::generate(shell, &mut cli::command(), "pull", &mut session.world.stdout);
    Ok(0)
}

pub fn man(session: &mut Session<'_>) -> Result<u8, Error> {
    clap_mangen::Man::new(cli::command()).render(&mut session.world.stdout)?;
    Ok(0)
}
