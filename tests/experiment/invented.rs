//! Results of runs that were never made: the same each time, different between arms and seeds.

use bnonly::experiment::definition::{Experiment, Scale};
use bnonly::experiment::plan::{Plan, RunName};
use bnonly::experiment::report::{Missing, Report};
use bnonly::experiment::results::{
    Bins, LayerOff, Measure, Outcome, Provenance, Removed, RunResult,
};
use bnonly::experiment::shipped::shipped;

/// The day of all reports here.
pub const DAY: &str = "2026-11-29";

/// A plan and what came of it.
pub struct Invented {
    pub plan: Plan,
    pub results: Vec<RunResult>,
    pub missing: Vec<Missing>,
}

impl Invented {
    /// One at a scale, of so many seeds, of which all runs are there.
    pub fn of(experiment: &Experiment, scale: Scale, seeds: Option<u32>) -> Self {
        let plan = Plan::new(experiment, scale, seeds, &Default::default()).expect("a plan");
        let runs = plan.runs();
        let results = runs.iter().map(|run| result(&plan, run)).collect();
        Self {
            plan,
            results,
            missing: Vec::new(),
        }
    }

    /// The shipped one of this name, at `glance`.
    pub fn shipped(name: &str) -> Self {
        let experiment = shipped().into_iter().find(|one| one.name == name);
        Self::of(&experiment.expect("it is shipped"), Scale::Glance, None)
    }

    pub fn report(&self) -> Report<'_> {
        Report {
            plan: &self.plan,
            results: &self.results,
            missing: &self.missing,
            day: DAY,
        }
    }

    /// A file of its report.
    pub fn file(&self, name: &str) -> String {
        let files = self.report().texts().expect("a report");
        let found = files.into_iter().find(|(found, _)| found == name);
        found.unwrap_or_else(|| panic!("no {name}")).1
    }

    /// The run diverges.
    pub fn diverge(&mut self, at: usize) {
        let run = &mut self.results[at];
        run.outcome = Outcome::Diverged("the loss is no number at step 12".to_owned());
        run.measures.insert(Measure::Accuracy, 0.1);
        run.measures.remove(&Measure::TestLoss);
    }

    /// The last run is missing.
    pub fn lose_last(&mut self, why: Option<&str>) {
        let run = self.results.pop().expect("a run");
        self.missing.push(Missing {
            run: RunName {
                arm: run.arm,
                seed: run.seed,
            },
            why: why.map(str::to_owned),
        });
    }
}

/// A number from 0 to 1 that varies with what it is given.
fn vary(place: usize, seed: u64, salt: u64) -> f64 {
    let mixed = (place as u64 * 7 + seed * 13 + salt * 29 + 5) * 2_654_435_761 % 1000;
    mixed as f64 / 1000.0
}

fn result(plan: &Plan, run: &RunName) -> RunResult {
    let place = plan.arms.iter().position(|arm| arm.name == run.arm);
    let place = place.expect("an arm of the plan");
    let (arm, seed) = (&plan.arms[place], run.seed);
    let is_all = arm.name.starts_with("all");
    let accuracy = 0.35 + 0.045 * place as f64 + 0.02 * vary(place, seed, 1);
    let off = if is_all { 0.08 } else { 0.27 } + 0.03 * vary(place, seed, 2);
    let depth = arm
        .value
        .as_deref()
        .and_then(|value| value.strip_prefix("resnet-"));
    let norms: usize = depth.and_then(|depth| depth.parse().ok()).unwrap_or(8) - 1;
    let width = arm
        .value
        .as_deref()
        .and_then(|value| value.parse::<f64>().ok());
    let measures = [
        (Measure::Accuracy, accuracy),
        (Measure::TestLoss, 2.0 - accuracy),
        (Measure::Off, off),
        (Measure::OffAtStart, 0.01),
        (Measure::LossBelow, 0.004 + 0.002 * vary(place, seed, 3)),
        (Measure::LossRandom, 0.21 + 0.02 * vary(place, seed, 4)),
        (Measure::LossStrongest, 0.42),
        (
            Measure::TrainedParameters,
            if is_all { 78_042.0 } else { 688.0 },
        ),
        (Measure::Parameters, 78_042.0),
        (
            Measure::BatchNormParameters,
            98.0 * norms as f64 * width.unwrap_or(16.0) / 16.0,
        ),
        (
            Measure::TrainedShare,
            if is_all { 1.0 } else { 688.0 / 78_042.0 },
        ),
        (
            Measure::ResultBytes,
            if is_all { 312_400.0 } else { 4_312.0 },
        ),
        (Measure::MemoryBytes, 48e6 + 1e6 * place as f64),
        (Measure::Steps, 189.0),
        (Measure::Seconds, 12.0 + vary(place, seed, 5)),
        (Measure::StepSeconds, 0.05 + 0.01 * vary(place, seed, 5)),
    ];
    let layers = (0..norms).map(|layer| LayerOff {
        layer: format!("blocks.{}.bn{}", layer / 2, layer % 2 + 1),
        share: (off + 0.2 * (vary(layer, seed, 6) - 0.5)).clamp(0.0, 1.0),
    });
    RunResult {
        arm: run.arm.clone(),
        seed,
        outcome: Outcome::Finished,
        measures: measures.into(),
        layers: layers.collect(),
        course: (0..=3)
            .map(|epoch| {
                (
                    f64::from(epoch),
                    0.01 + (off - 0.01) * f64::from(epoch) / 3.0,
                )
            })
            .collect(),
        gammas: bins(place, seed),
        removal: if arm.removal {
            removal(accuracy, seed)
        } else {
            Vec::new()
        },
        provenance: Provenance {
            adapter: "llvmpipe".to_owned(),
            driver: "Mesa 26.1".to_owned(),
            version: "0.1.0".to_owned(),
            data: "digits".to_owned(),
            training_images: 4000,
            test_images: 1000,
            classes: 10,
        },
    }
}

fn bins(place: usize, seed: u64) -> Bins {
    let count = |bin: usize, salt| (20.0 * vary(bin + place, seed, salt)) as u64;
    // Seeds do not have the same ends.
    let low = -0.1 * (1 + seed % 2) as f64;
    Bins {
        low,
        high: 1.1,
        start: (0..60)
            .map(|bin| if bin > 10 { count(bin, 7) } else { 0 })
            .collect(),
        end: (0..60)
            .map(|bin| count(bin, 8) + if bin == 6 { 60 } else { 0 })
            .collect(),
    }
}

fn removal(accuracy: f64, seed: u64) -> Vec<Removed> {
    let at = |share: f64, with_beta: bool| {
        let more = if with_beta { 1.4 } else { 1.0 };
        let left = |loss: f64| (accuracy - more * loss * share).max(0.1);
        Removed {
            share,
            with_beta,
            weakest: left(0.1 + share * share),
            random: (0..5)
                .map(|draw| left(0.8 + 0.3 * vary(draw, seed, 9)))
                .collect(),
            strongest: left(2.0),
        }
    };
    let shares = [0.0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.8];
    let both = [false, true].into_iter();
    both.flat_map(|with_beta| shares.map(|share| at(share, with_beta)))
        .collect()
}

/// One with arms that its names and labels make hard to lay out.
pub fn crowded(arms: usize, label: &str) -> Experiment {
    let mut text = String::from(
        "name = \"crowded\"\ntitle = \"Many <arms> & more\"\nquestion = \"Is all in its place?\"\nabout = \"a\"\nmethod = \"m\"\n\
         [scales.glance]\nseeds = 3\nsettings = { data = \"digits\", model = \"resnet-8\", epochs = 1 }\n",
    );
    for arm in 0..arms {
        text += &format!(
            "[[arms]]\nname = \"a{arm}\"\nlabel = '''{label} {arm}'''\nsettings = {{ train = \"bn\", lr = 0.{:02} }}\nremoval = {}\n",
            arm + 1,
            arm == 0
        );
    }
    for kind in [
        "arms",
        "lines",
        "off-by-layer",
        "off-over-time",
        "gamma-histogram",
        "removal",
    ] {
        text += &format!("[[figures]]\nname = \"{kind}\"\ntitle = \"{kind}\"\nkind = \"{kind}\"\n");
    }
    Experiment::from_toml(&text).expect("it reads")
}
