//! What a run tells while it works: bars on a terminal, plain lines otherwise, objects with `--json`.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use serde_json::{Value, json};
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};

use crate::error::Error;
use crate::session::Session;

#[derive(Debug)]
pub enum Event {
    /// What will be done, once it is known.
    Plan {
        images: usize,
        blobs: usize,
        bytes: u64,
    },
    Retry {
        what: String,
        reason: String,
        pause: Duration,
    },
    Image(Image),
    /// What a dry run would do; digest and bytes where its registry says them.
    Would {
        image: String,
        known: Option<(String, u64)>,
    },
    Remark(String),
}

/// What became of one image.
#[derive(Debug)]
pub struct Image {
    /// As it was asked for.
    pub name: String,
    pub result: Result<Done, Error>,
}

#[derive(Debug)]
pub struct Done {
    pub digest: String,
    /// Nothing had to be done.
    pub already: bool,
}

/// The working side. Telling never waits and never fails.
#[derive(Clone)]
pub struct Events {
    sender: UnboundedSender<Event>,
    bytes: Arc<AtomicU64>,
}

impl Events {
    pub fn send(&self, event: Event) {
        // Nobody listening is no reason to stop working.
        let _ = self.sender.send(event);
    }

    pub fn bytes(&self, count: u64) {
        self.bytes.fetch_add(count, Ordering::Relaxed);
    }

    pub fn image(&self, name: &str, result: Result<Done, Error>) {
        self.send(Event::Image(Image { name: name.to_owned(), result }));
    }
}

/// The telling side.
pub struct Reports {
    receiver: UnboundedReceiver<Event>,
    bytes: Arc<AtomicU64>,
    json: bool,
    bar: Option<ProgressBar>,
    start: Instant,
    planned: u64,
    told: u64,
    pub summary: Summary,
}

/// What the run came to.
#[derive(Debug, Default)]
pub struct Summary {
    pub done: usize,
    pub already: usize,
    pub failed: Vec<(String, Error)>,
}

impl Summary {
    /// Of the contract: the kind of failure where all fail alike, 1 where some do.
    pub fn exit_code(&self) -> u8 {
        let mut codes = self.failed.iter().map(|(_, error)| error.exit_code());
        match codes.next() {
            None => 0,
            Some(first) if self.done == 0 && codes.all(|code| code == first) => first,
            Some(_) => 1,
        }
    }
}

pub fn channel(json: bool, bars: bool) -> (Events, Reports) {
    let (sender, receiver) = unbounded_channel();
    let bytes = Arc::new(AtomicU64::new(0));
    let bar = (bars && !json).then(|| ProgressBar::with_draw_target(Some(0), ProgressDrawTarget::stderr_with_hz(10)));
    let bar = bar.filter(|bar| !bar.is_hidden());
    if let (Some(bar), Ok(style)) =
        (&bar, ProgressStyle::with_template("{wide_bar} {bytes}/{total_bytes} {bytes_per_sec} {eta} {msg}"))
    {
        bar.set_style(style);
    }
    let reports = Reports {
        receiver,
        bytes: Arc::clone(&bytes),
        json,
        bar,
        start: Instant::now(),
        planned: 0,
        told: 0,
        summary: Summary::default(),
    };
    (Events { sender, bytes }, reports)
}

impl Reports {
    /// Tells what happens until the work is done, and what is still to be told then.
    pub async fn during<T>(&mut self, work: impl Future<Output = T>, session: &mut Session<'_>) -> Result<T, Error> {
        let mut work = std::pin::pin!(work);
        let mut tick = tokio::time::interval(Duration::from_millis(100));
        let result = loop {
            tokio::select! {
                biased;
                result = &mut work => break result,
                Some(event) = self.receiver.recv() => self.tell(event, session)?,
                _ = tick.tick() => self.tick(session)?,
            }
        };
        while let Ok(event) = self.receiver.try_recv() {
            self.tell(event, session)?;
        }
        Ok(result)
    }

    fn tick(&mut self, session: &mut Session<'_>) -> Result<(), Error> {
        let bytes = self.bytes.load(Ordering::Relaxed);
        if let Some(bar) = &self.bar {
            bar.set_position(bytes.min(self.planned));
        }
        let seconds = self.start.elapsed().as_secs();
        if self.json && bytes > 0 && seconds > self.told {
            self.told = seconds;
            self.object(json!({"event": "progress", "bytes": bytes, "of": self.planned}), session)?;
        }
        Ok(())
    }

    fn tell(&mut self, event: Event, session: &mut Session<'_>) -> Result<(), Error> {
        match event {
            Event::Plan { images, blobs, bytes } => {
                self.planned = bytes;
                if let Some(bar) = &self.bar {
                    bar.set_length(bytes);
                }
                if self.json {
                    return self
                        .object(json!({"event": "start", "images": images, "blobs": blobs, "bytes": bytes}), session);
                }
                self.line(&format!("{images} images, {blobs} blobs, {}", size(bytes)), session);
            }
            Event::Retry { what, reason, pause } => {
                if self.json {
                    let event = json!({"event": "retry", "what": what, "reason": reason,
                        "wait_seconds": pause.as_secs_f64()});
                    return self.object(event, session);
                }
                self.line(&format!("again in {:.1} s: {what}: {reason}", pause.as_secs_f64()), session);
            }
            Event::Remark(text) if self.json => {
                return self.object(json!({"event": "remark", "text": text}), session);
            }
            Event::Remark(text) => self.line(&text, session),
            Event::Would { image, known } if self.json => {
                let (digest, bytes) = known.unzip();
                let event = json!({"event": "would", "image": image, "digest": digest, "bytes": bytes});
                return self.object(event, session);
            }
            Event::Would { image, known: None } => return session.line(image),
            Event::Would { image, known: Some((digest, bytes)) } => {
                return session.line(format_args!("{image}  {digest}  {}", size(bytes)));
            }
            Event::Image(image) => return self.image(image, session),
        }
        Ok(())
    }

    pub fn image(&mut self, image: Image, session: &mut Session<'_>) -> Result<(), Error> {
        let Image { name, result } = image;
        if self.json {
            let mut object = json!({"event": "image", "image": name});
            match &result {
                Ok(done) => {
                    object["result"] = if done.already { "already".into() } else { "done".into() };
                    object["digest"] = done.digest.as_str().into();
                }
                Err(error) => {
                    object["result"] = "failed".into();
                    object["error"] = error.to_string().into();
                    object["hint"] = error.hint().into();
                    object["exit_code"] = error.exit_code().into();
                }
            }
            self.object(object, session)?;
        } else {
            let word = match &result {
                Ok(done) if done.already => "there",
                Ok(_) => "done",
                Err(_) => "FAILED",
            };
            self.line(&format!("{word} {name}"), session);
        }
        match result {
            Ok(done) => {
                self.summary.done += 1;
                self.summary.already += usize::from(done.already);
            }
            Err(error) => self.summary.failed.push((name, error)),
        }
        if let Some(bar) = &self.bar {
            bar.set_message(format!("{} images", self.summary.done));
        }
        Ok(())
    }

    /// The last word: a table of what failed, and the exit code.
    pub fn end(&mut self, session: &mut Session<'_>) -> Result<u8, Error> {
        if let Some(bar) = self.bar.take() {
            bar.finish_and_clear();
        }
        let (summary, seconds) = (&self.summary, self.start.elapsed().as_secs_f64());
        let code = summary.exit_code();
        if self.json {
            let end = json!({"event": "end", "done": summary.done, "already": summary.already,
                "failed": summary.failed.len(), "bytes": self.bytes.load(Ordering::Relaxed),
                "seconds": seconds, "exit_code": code});
            self.object(end, session)?;
            return Ok(code);
        }
        let already =
            if summary.already > 0 { format!(", {} of them already there", summary.already) } else { String::new() };
        session.remark(format_args!("{} images in {seconds:.1} s{already}", summary.done));
        if !summary.failed.is_empty() {
            session.fault(format_args!("{} images failed:", summary.failed.len()));
            let width = summary.failed.iter().map(|(name, _)| name.chars().count()).max().unwrap_or(0);
            for (name, error) in &summary.failed {
                session.fault(format_args!("  {name:width$}  {error}"));
            }
            let mut hints: Vec<_> = summary.failed.iter().filter_map(|(_, error)| error.hint()).collect();
            hints.sort();
            hints.dedup();
            for hint in hints {
                session.fault(format_args!("help: {hint}"));
            }
        }
        Ok(code)
    }

    fn object(&self, object: Value, session: &mut Session<'_>) -> Result<(), Error> {
        session.json(&object, false)?;
        Ok(session.world.stdout.flush()?)
    }

    fn line(&self, text: &str, session: &mut Session<'_>) {
        match &self.bar {
            Some(bar) => bar.println(text),
            None => session.remark(text),
        }
    }
}

/// Bytes for people.
pub fn size(bytes: u64) -> String {
    match bytes {
        0..=99_999 => format!("{bytes} bytes"),
        100_000..=999_999_999 => format!("{:.1} MB", bytes as f64 / 1e6),
        _ => format!("{:.2} GB", bytes as f64 / 1e9),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_exit_code_tells_all_from_some() {
        let missing = || Error::NotFound { what: "a".to_owned(), answer: String::new() };
        let mut summary = Summary::default();
        assert_eq!(summary.exit_code(), 0);
        summary.failed.push(("a".to_owned(), missing()));
        assert_eq!(summary.exit_code(), 4);
        summary.failed.push(("b".to_owned(), Error::Interrupted));
        assert_eq!(summary.exit_code(), 1);
        summary.failed.pop();
        summary.done = 1;
        assert_eq!(summary.exit_code(), 1);
    }
}
