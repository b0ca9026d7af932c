//! The report of an experiment: written into its folder, opened in a browser, or saved where the reader says.

use std::path::{Path, PathBuf};

use egui::Context;
use web_time::SystemTime;

use super::Shell;
use super::files::{Done, Part, Purpose, Read, Told};
use crate::app::dialog::Kind;
use crate::experiment::plan::Plan;
use crate::experiment::report::{Missing, Report};
use crate::experiment::results::RunResult;
use crate::train::atomic_file::write_atomically;
use crate::train::run_folder::day;

impl Shell {
    /// Writes the whole report into the experiment's folder.
    pub(super) fn write_report(&self, ctx: &Context, opens: bool) {
        let Some(laid) = self.shared.experiments.laid() else {
            return;
        };
        let (plan, folder) = (laid.plan.clone(), laid.folder.clone());
        let (results, missing) = (laid.results.clone(), laid.missing.clone());
        self.on_a_task(ctx, move || async move {
            let day = day(SystemTime::now());
            let report = Report {
                plan: &plan,
                results: &results,
                missing: &missing,
                day: &day,
            };
            report
                .write(folder.path())
                .map_err(|error| error.to_string())?;
            Ok(match opens {
                true => Done::Experiment(Told::Reported(folder.path().join("report.html"))),
                false => Done::Nothing,
            })
        });
    }

    pub(super) fn ask_part(&mut self, part: Part) {
        let Some(laid) = self.shared.experiments.laid() else {
            return;
        };
        let name = format!(
            "{}-{}-{}",
            laid.plan.experiment.name,
            laid.plan.scale,
            part.file()
        );
        let title = match part {
            Part::Report => "The report",
            Part::Table => "The table of all runs",
        };
        self.ask(Purpose::Part(part), title, Kind::Save(name));
    }

    /// Writes a part of the report where the reader said.
    pub(super) fn write_part(&self, ctx: &Context, part: Part, path: PathBuf) {
        let Some(laid) = self.shared.experiments.laid() else {
            return;
        };
        let (plan, results) = (laid.plan.clone(), laid.results.clone());
        let missing = laid.missing.clone();
        self.on_a_thread(ctx, move || written(part, path, &plan, &results, &missing));
    }
}

fn written(
    part: Part,
    path: PathBuf,
    plan: &Plan,
    results: &[RunResult],
    missing: &[Missing],
) -> Read {
    let day = day(SystemTime::now());
    let report = Report {
        plan,
        results,
        missing,
        day: &day,
    };
    let texts = report.texts().map_err(|error| error.to_string())?;
    let found = texts.into_iter().find(|(name, _)| name == part.file());
    let text = found.map(|(_, text)| text).unwrap_or_default();
    write_atomically(&path, |out| out.write_all(text.as_bytes())).map_err(|error| {
        format!(
            "{} could not be written: {error}. Choose a folder that can be written to and has room",
            path.display()
        )
    })?;
    Ok(Done::Exported(path))
}

/// A file's address for a browser.
pub(super) fn file_url(path: &Path) -> String {
    use std::fmt::Write as _;
    let text = path.to_string_lossy().replace('\\', "/");
    let mut url = String::from(if text.starts_with('/') {
        "file://"
    } else {
        "file:///"
    });
    for byte in text.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'/' | b'-' | b'_' | b'.' | b'~' | b':' => {
                url.push(char::from(byte));
            }
            // A `String` takes whatever is written to it.
            _ => {
                let _ = write!(url, "%{byte:02X}");
            }
        }
    }
    url
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_has_an_address_that_a_browser_takes() {
        let url = file_url(Path::new("/home/ä b/report.html"));
        assert_eq!(url, "file:///home/%C3%A4%20b/report.html");
        assert_eq!(file_url(Path::new(r"C:\a\b.html")), "file:///C:/a/b.html");
    }
}
