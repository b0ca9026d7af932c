//! The update of what is trained, and that nothing else moves.

use bnonly::kernels::StepUniform;
use bnonly::kernels::optimizer::{Rule, update};

use crate::everywhere;
use crate::kernels::bench::{bits, run_step, words};
use crate::kernels::random::Random;
use crate::reference::optimizer::{Adam, Sgd};
use crate::reference::{assert_close, narrow, widen};

/// Single layers, relative in norm.
const RELATIVE: f64 = 1e-5;

/// An optimiser on the adapter: parameters, and the places of what trains of them.
pub struct Optimizer {
    rule: Rule,
    weight_decay: f64,
    trained: Vec<[u32; 2]>,
    moments: Vec<Vec<f32>>,
    steps: u64,
    pub parameters: Vec<f32>,
}

impl Optimizer {
    /// `trained` holds pairs of places, in the parameters and in the gradients.
    pub fn new(
        rule: Rule,
        weight_decay: f64,
        parameters: Vec<f32>,
        trained: Vec<[u32; 2]>,
    ) -> Self {
        let moments = vec![vec![0.0; trained.len()]; rule.moments()];
        Self {
            rule,
            weight_decay,
            trained,
            moments,
            steps: 0,
            parameters,
        }
    }

    pub async fn step(&mut self, gradients: &[f32], learning_rate: f64) {
        self.steps += 1;
        let [first, second] = self.rule.corrections(self.steps);
        let step = StepUniform {
            batch: 1,
            learning_rate: learning_rate as f32,
            first_correction: first as f32,
            second_correction: second as f32,
        };
        let mut operands = vec![
            self.parameters.clone(),
            gradients.to_vec(),
            words(self.trained.as_flattened()),
        ];
        operands.extend(self.moments.clone());
        let kernel = update(self.rule, self.weight_decay, self.trained.len() as u32);
        let mut results = run_step(&kernel, step, &operands).await.into_iter();
        self.parameters = results.next().expect("it writes the parameters");
        self.moments = results.collect();
    }
}

/// One of the twins.
pub enum Twin {
    Sgd(Sgd),
    Adam(Adam),
}

impl Twin {
    pub fn new(rule: Rule, weight_decay: f64, len: usize) -> Self {
        match rule {
            Rule::Sgd { momentum, nesterov } => {
                Self::Sgd(Sgd::new(len, momentum, nesterov, weight_decay))
            }
            Rule::Adam => Self::Adam(Adam::new(len, false, weight_decay)),
            Rule::AdamW => Self::Adam(Adam::new(len, true, weight_decay)),
        }
    }

    fn step(&mut self, w: &mut [f64], grad_w: &[f64], learning_rate: f64) {
        match self {
            Self::Sgd(sgd) => sgd.step(w, grad_w, learning_rate),
            Self::Adam(adam) => adam.step(w, grad_w, learning_rate),
        }
    }
}

/// The rules, each with a weight decay.
fn rules() -> [(Rule, f64); 6] {
    let sgd = |momentum, nesterov| Rule::Sgd { momentum, nesterov };
    [
        (sgd(0.9, false), 1e-4),
        (sgd(0.0, false), 0.0),
        (sgd(0.9, true), 1e-2),
        (Rule::Adam, 1e-2),
        (Rule::Adam, 0.0),
        (Rule::AdamW, 1e-1),
    ]
}

#[everywhere::test]
async fn what_is_trained_moves_as_its_twin_and_the_rest_stays_bit_identical() {
    // 300 of 1000 parameters in an order of their own; no multiple of a workgroup's 64.
    let trained: Vec<[u32; 2]> = (0..300)
        .map(|i| [4 + i * 7 % 996, (i * 11 + 3) % 500])
        .collect();
    for (rule, weight_decay) in rules() {
        let random = &mut Random::new(17);
        let mut before = narrow(&random.normal(1000));
        // Denormals, −0 and NaN stay as they are, too, each beside a value that is trained.
        before[5] = f32::from_bits(1);
        before[12] = -0.0;
        before[19] = f32::NAN;
        let mut optimizer = Optimizer::new(rule, weight_decay, before.clone(), trained.clone());
        let of_trained = |values: &[f32]| -> Vec<f32> {
            trained
                .iter()
                .map(|[place, _]| values[*place as usize])
                .collect()
        };
        let mut w = widen(&of_trained(&before));
        let mut twin = Twin::new(rule, weight_decay, w.len());
        for (step, learning_rate) in [0.1, 0.1, 0.05, 0.003, 0.0].into_iter().enumerate() {
            let gradients = random.normal(500);
            let of_twin: Vec<_> = trained
                .iter()
                .map(|[_, from]| gradients[*from as usize])
                .collect();
            twin.step(&mut w, &of_twin, learning_rate);
            optimizer.step(&narrow(&gradients), learning_rate).await;
            let actual = of_trained(&optimizer.parameters);
            assert_close(&format!("{rule:?} step {step}"), &actual, &w, RELATIVE);
        }
        for (place, (after, before)) in bits(&optimizer.parameters)
            .iter()
            .zip(bits(&before))
            .enumerate()
        {
            let is_trained = trained
                .iter()
                .any(|[trained, _]| *trained as usize == place);
            assert!(
                is_trained || after == before,
                "{rule:?} moved {place}, which is frozen"
            );
        }
    }
}
