//! Where the time of the tests goes: seconds a stage, and the slowest tests.

use std::env;
use std::process::Command;
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Result, bail};

use crate::command::watch;

/// How many of the slowest tests are named.
const SLOWEST: usize = 20;

/// What took how long.
#[derive(Default)]
pub struct Times {
    stages: Vec<(&'static str, Duration)>,
    tests: Vec<(String, Duration)>,
}

impl Times {
    /// Does something that counts as a stage, even where it fails.
    ///
    /// # Errors
    /// As what is done.
    pub fn stage(
        &mut self,
        name: &'static str,
        run: impl FnOnce(&mut Self) -> Result<()>,
    ) -> Result<()> {
        let start = Instant::now();
        let result = run(self);
        self.stages.push((name, start.elapsed()));
        result
    }

    /// Runs test programs of Rust, so many tests at once, and notes how long each test took. Shows `print` each
    /// line.
    ///
    /// # Errors
    /// If a test fails.
    pub fn cargo_test(
        &mut self,
        mut command: Command,
        threads: usize,
        mut print: impl FnMut(&str),
    ) -> Result<()> {
        command.env("RUST_TEST_THREADS", threads.to_string());
        let mut program = TestProgram::starts(Instant::now());
        let mut tests = Vec::new();
        let result = watch(command, |line| {
            print(line);
            let now = Instant::now();
            if line.starts_with("running ") && line.contains(" test") {
                tests.extend(program.durations(threads));
                program = TestProgram::starts(now);
            } else if let Some(name) = ended(line) {
                program.ended.push((name.to_owned(), now));
            }
        });
        tests.extend(program.durations(threads));
        self.tests.extend(tests);
        result
    }

    /// Runs the tests of Node.js, which say themselves how long each took.
    ///
    /// # Errors
    /// If a test fails.
    pub fn node_test(&mut self, command: Command) -> Result<()> {
        watch(command, |line| {
            println!("{line}");
            self.tests.extend(ended_in_node(line));
        })
    }

    /// Does two things at once; returns what the first comes to, or the second, if that alone fails.
    ///
    /// # Errors
    /// If one of them fails.
    pub fn beside(
        &mut self,
        first: impl FnOnce(&mut Self) -> Result<()>,
        second: impl FnOnce(&mut Self) -> Result<()> + Send,
    ) -> Result<()> {
        let mut times = Self::default();
        let (first, second) = thread::scope(|scope| {
            let second = scope.spawn(|| second(&mut times));
            let first = first(self);
            (first, second.join())
        });
        self.stages.append(&mut times.stages);
        self.tests.append(&mut times.tests);
        first?;
        second.unwrap_or_else(|_| bail!("a thread of the tests ended by a defect"))
    }

    /// Prints the stages in their order, and the slowest tests.
    pub fn print(mut self) {
        println!("=== seconds a stage of the tests");
        for (name, duration) in &self.stages {
            println!("{:8.1} s  {name}", duration.as_secs_f64());
        }
        self.tests
            .sort_by_key(|(_, duration)| std::cmp::Reverse(*duration));
        println!("=== the slowest of {} tests", self.tests.len());
        for (name, duration) in self.tests.iter().take(SLOWEST) {
            println!("{:8.1} s  {name}", duration.as_secs_f64());
        }
    }
}

/// How many tests run at once where nobody says so.
pub fn threads() -> usize {
    let named = env::var("RUST_TEST_THREADS").ok();
    let named = named.and_then(|threads| threads.parse().ok());
    named.unwrap_or_else(|| thread::available_parallelism().map_or(1, usize::from))
}

/// A program of tests, which tells only when a test has ended.
struct TestProgram {
    start: Instant,
    ended: Vec<(String, Instant)>,
}

impl TestProgram {
    fn starts(start: Instant) -> Self {
        Self {
            start,
            ended: Vec::new(),
        }
    }

    /// How long each test took. The first `threads` of them, in the order of their names, start at once, and
    /// each of the others when one has ended. One at a time they may come in any order, as in a browser.
    fn durations(&self, threads: usize) -> Vec<(String, Duration)> {
        let first = std::iter::repeat_n(self.start, threads);
        let starts = first.chain(self.ended.iter().map(|(_, end)| *end));
        let mut by_name: Vec<_> = self.ended.iter().collect();
        if threads > 1 {
            by_name.sort();
        }
        by_name
            .into_iter()
            .zip(starts)
            .map(|((name, end), start)| (name.clone(), end.saturating_duration_since(start)))
            .collect()
    }
}

/// The name of the test that has ended, by a line of its program: `test NAME ... ok`.
fn ended(line: &str) -> Option<&str> {
    let (name, outcome) = line.strip_prefix("test ")?.rsplit_once(" ... ")?;
    let outcomes = ["ok", "FAILED", "ignored", "FAIL"];
    let is_outcome = outcomes.iter().any(|known| outcome.starts_with(known));
    is_outcome.then_some(name)
}

/// Name and duration of a test by a line of Node.js: `✔ NAME (12.3ms)`.
fn ended_in_node(line: &str) -> Option<(String, Duration)> {
    let test = line.trim().strip_prefix(['✔', '✖'])?;
    let (name, duration) = test.trim().rsplit_once(" (")?;
    let milliseconds: f64 = duration.strip_suffix("ms)")?.parse().ok()?;
    Some((name.to_owned(), Duration::from_secs_f64(milliseconds / 1e3)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_test_starts_when_one_of_those_before_it_has_ended() {
        let start = Instant::now();
        let at = |seconds| start + Duration::from_secs(seconds);
        let mut program = TestProgram::starts(start);
        // Two at once: a and b start, c after b, d after a. One at a time: each after the one before.
        for (name, end) in [("b", 2), ("a", 5), ("d", 6), ("c", 9)] {
            program.ended.push((name.to_owned(), at(end)));
        }
        let seconds = |threads| {
            let durations = program.durations(threads).into_iter();
            let seconds = durations.map(|(name, duration)| (name, duration.as_secs()));
            seconds.collect::<Vec<_>>()
        };
        let named = |list: [(&str, u64); 4]| list.map(|(name, seconds)| (name.to_owned(), seconds));
        assert_eq!(seconds(2), named([("a", 5), ("b", 2), ("c", 7), ("d", 1)]));
        assert_eq!(seconds(1), named([("b", 2), ("a", 3), ("d", 1), ("c", 3)]));
    }

    #[test]
    fn lines_of_tests_are_told_from_others() {
        assert_eq!(ended("test a::b ... ok"), Some("a::b"));
        assert_eq!(ended("test a::b ... ignored, for GPUs"), Some("a::b"));
        assert_eq!(ended("test result: ok. 3 passed"), None);
        let millisecond = Duration::from_millis(1500);
        assert_eq!(
            ended_in_node("✔ it opens (1500.0ms)"),
            Some(("it opens".to_owned(), millisecond))
        );
        assert_eq!(ended_in_node("ℹ duration_ms 1500"), None);
    }
}
