//! Starts a training as an actor, follows what it tells, and pauses it in between, as another front end would.
//!
//!     cargo run --release --example follow_events

use std::error::Error;

use bnonly::session::{Command, Event, NewFolder, Origin, Phase, Request, Session, open_gpu};
use bnonly::train::metric::Metric;
use bnonly::train::settings::Settings;

/// Made-up images, and few of them.
const SETTINGS: &str = r#"
data = "shapes"
model = "resnet-8"
width = 4
limit-train = 64
limit-test = 32
batch-size = 16
max-steps = 6
"#;

/// Trains, and prints what the session tells.
pub fn main() -> Result<(), Box<dyn Error>> {
    let steps = follow()?;
    println!("{steps} steps");
    Ok(())
}

/// Returns how many steps the session told of.
pub fn follow() -> Result<u64, Box<dyn Error>> {
    let folder = tempfile::tempdir()?;
    // The second argument is called with each event, from the session's thread: it may wake a window.
    let session = Session::spawn(open_gpu(), |_| {})?;
    session.send(Command::Start(Box::new(Request {
        origin: Origin::New {
            settings: Box::new(Settings::from_toml(SETTINGS)?),
            folder: NewFolder::At(folder.path().join("run")),
        },
        adapter: Default::default(),
        paused: true,
        watched: false,
    })));
    let mut steps = 0;
    loop {
        match session.next()? {
            Event::Opened(opened) => {
                println!("on {}, into {}", opened.adapter, opened.folder.display())
            }
            Event::Phase(Phase::Paused) => {
                println!("paused; going on");
                session.send(Command::Resume);
            }
            Event::Metric(Metric::Step { step, loss, .. }) => {
                println!("step {step}  loss {loss:.4}");
                steps = step;
            }
            Event::Metric(Metric::Eval { accuracy, .. }) => println!("accuracy {accuracy:.3}"),
            Event::Saved { step } => println!("saved after step {step}"),
            Event::Ended(ending) => {
                println!("{:?}", ending?);
                return Ok(steps);
            }
            _ => {}
        }
    }
}
