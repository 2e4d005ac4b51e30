//! `pull generate`: files made from the plan.

use std::fs;
use std::path::Path;

use drydock_core::artifacts::answers::{Answers, Kind, QUESTIONS};
use drydock_core::artifacts::{Artifact, GENERATORS, Generator, find};
use drydock_core::credentials::Secrets;
use drydock_core::plan::Plan;

use crate::cli::Generate;
use crate::error::Error;
use crate::save;
use crate::session::Session;

pub fn run(generate: &Generate, session: &mut Session<'_>) -> Result<u8, Error> {
    if generate.list {
        return list(session);
    }
    let answers = answers(generate)?;
    // With --all there is no ID, so a lone argument is the file.
    let file = if generate.all {
        generate.file.clone().or(generate.id.clone().map(Into::into))
    } else {
        generate.file.clone()
    };
    let wanted = if generate.all { None } else { generate.id.as_deref().map(named).transpose()? };
    let input = session.read_one(file.as_ref())?;
    let plan = session.check(&input)?.plan;
    match (wanted, &generate.output) {
        (Some(generator), _) => write_one(generator, &plan, &answers, session)?,
        (None, Some(folder)) => write_all(&plan, &answers, folder, session)?,
        (None, None) => return Err(Error::Usage("name what to generate; `pull generate --list` lists it".to_owned())),
    }
    Ok(0)
}

fn list(session: &mut Session<'_>) -> Result<u8, Error> {
    for generator in GENERATORS {
        let keys: Vec<_> = generator.questions.iter().map(|question| question.key).collect();
        let keys = if keys.is_empty() { String::new() } else { format!("; --set {}", keys.join(", ")) };
        session.line(format_args!("{}  {} ({}{keys})", generator.id, generator.title, generator.file))?;
    }
    if session.verbose {
        session.line("\nanswers for --set KEY=VALUE:")?;
        for question in QUESTIONS {
            let choices = match question.kind {
                Kind::Bool => " (yes, no)".to_owned(),
                Kind::Choice(choices) => format!(" ({})", choices.join(", ")),
                Kind::Text(_) => String::new(),
            };
            session.line(format_args!("{}  {}{choices}", question.key, question.question))?;
        }
    }
    Ok(0)
}

fn answers(generate: &Generate) -> Result<Answers, Error> {
    let mut answers = Answers::default();
    if generate.show_secrets {
        answers.secrets = Secrets::Shown;
    }
    for answer in &generate.set {
        let (key, value) =
            answer.split_once('=').ok_or_else(|| Error::Usage(format!("`{answer}` is no answer: give KEY=VALUE")))?;
        answers.set(key, value).map_err(|error| Error::Usage(error.to_string()))?;
    }
    Ok(answers)
}

fn named(id: &str) -> Result<&'static Generator, Error> {
    find(id).ok_or_else(|| {
        let ids: Vec<_> = GENERATORS.iter().map(|generator| generator.id).collect();
        Error::Usage(format!("nothing called `{id}` can be generated; there are: {}", ids.join(", ")))
    })
}

fn write_one(generator: &Generator, plan: &Plan, answers: &Answers, session: &mut Session<'_>) -> Result<(), Error> {
    let artifact = generator
        .artifact(plan, answers)
        .map_err(|reason| Error::Usage(format!("{} cannot be written: {reason}", generator.id)))?;
    session.line(artifact.text.trim_end_matches('\n'))?;
    remarks(generator, &artifact, session);
    Ok(())
}

fn remarks(generator: &Generator, artifact: &Artifact, session: &mut Session<'_>) {
    for need in &artifact.needs {
        session.remark(format_args!("{} needs: {need}", generator.file));
    }
    if session.verbose {
        session.remark(format_args!("why: {}", artifact.why));
    }
}

fn write_all(plan: &Plan, answers: &Answers, folder: &Path, session: &mut Session<'_>) -> Result<(), Error> {
    let folder = session.world.path(folder);
    fs::create_dir_all(&folder).map_err(|source| Error::Write { path: folder.clone(), source })?;
    for generator in GENERATORS {
        match generator.artifact(plan, answers) {
            Ok(artifact) => {
                let path = folder.join(generator.file);
                save::create(&path, artifact.text.as_bytes())
                    .map_err(|source| Error::Write { path: path.clone(), source })?;
                session.line(path.display())?;
                remarks(generator, &artifact, session);
            }
            Err(reason) => session.remark(format_args!("{} is left out: {reason}", generator.id)),
        }
    }
    Ok(())
}
