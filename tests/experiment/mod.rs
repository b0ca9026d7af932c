//! Experiments without an adapter: their files, their runs, their statistics, their verdicts and
//! their reports.

mod definition;
mod folder;
mod invented;
mod plan;
mod report;
mod results_table;
mod statistics;
mod verdict;

use std::collections::BTreeMap;

use bnonly::experiment::definition::Experiment;
use bnonly::experiment::results::{Bins, Measure, Outcome, Provenance, RunResult};

/// An experiment with an arm that has several values, one that begins after it, and one alone.
const FILE: &str = r#"
name = "made-up"
title = "Made up"
question = "Is it?"
about = "Nothing is behind it."
method = "Nothing is done."

[settings]
data = "digits"
epochs = 2

[scales.glance]
seeds = 3
settings = { batch-size = 32 }
each = { model = ["resnet-8", "resnet-14"], width = [4, 8] }

[scales.paper]
seeds = 5
each = { model = ["resnet-14"], width = [16] }

[[arms]]
name = "bn"
label = "BatchNorm"
settings = { train = "bn" }
each = "model"
paper = { resnet-14 = 47.9 }

[[arms]]
name = "probe"
label = "probe"
settings = { train = "output" }
each = "model"
after = "bn"

[[arms]]
name = "alone"
label = "alone"
settings = { train = "all", model = "resnet-20", batch-size = 16 }
paper = { resnet-20 = 91.0 }

[[arms]]
name = "wide"
label = "wider"
each = "width"

[[figures]]
name = "accuracy"
title = "Accuracy"
kind = "arms"
arms = ["bn", "alone"]

[[rules]]
says = "Everything reaches more."
more = { arm = "alone" }
less = { arm = "bn" }

[[rules]]
says = "Depth is steeper."
steeper = "bn"
flatter = "wide"
"#;

fn made_up() -> Experiment {
    Experiment::from_toml(FILE).expect("it reads")
}

fn result(arm: &str, seed: u64, measures: &[(Measure, f64)]) -> RunResult {
    RunResult {
        arm: arm.to_owned(),
        seed,
        outcome: Outcome::Finished,
        measures: measures.iter().copied().collect::<BTreeMap<_, _>>(),
        layers: Vec::new(),
        course: Vec::new(),
        gammas: Bins::default(),
        removal: Vec::new(),
        provenance: Provenance::default(),
    }
}
