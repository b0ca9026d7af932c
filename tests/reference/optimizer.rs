//! Twins of the optimisers, as PyTorch has them (`torch.optim.{SGD, Adam, AdamW}`, defaults elsewhere).

/// SGD with momentum, Nesterov's or not.
#[derive(Clone, Debug)]
pub struct Sgd {
    /// m: the share of the velocity that stays.
    pub momentum: f64,
    /// Whether to look one step ahead.
    pub nesterov: bool,
    /// Added to the gradient, times the weight.
    pub weight_decay: f64,
    velocity: Vec<f64>,
}

impl Sgd {
    /// For `len` weights, at rest.
    pub fn new(len: usize, momentum: f64, nesterov: bool, weight_decay: f64) -> Self {
        Self {
            momentum,
            nesterov,
            weight_decay,
            velocity: vec![0.0; len],
        }
    }

    /// g ← g + wd·w; v ← m·v + g; w ← w − lr·v (Nesterov: w − lr·(g + m·v)).
    pub fn step(&mut self, w: &mut [f64], grad_w: &[f64], learning_rate: f64) {
        for i in 0..w.len() {
            let g = grad_w[i] + self.weight_decay * w[i];
            self.velocity[i] = self.momentum * self.velocity[i] + g;
            let direction = if self.nesterov {
                g + self.momentum * self.velocity[i]
            } else {
                self.velocity[i]
            };
            w[i] -= learning_rate * direction;
        }
    }
}

/// Adam (Kingma and Ba 2015), with L2 or with decoupled weight decay (AdamW).
#[derive(Clone, Debug)]
pub struct Adam {
    /// β₁: the share of the mean gradient that stays.
    pub beta1: f64,
    /// β₂: the share of the mean squared gradient that stays.
    pub beta2: f64,
    /// ε, added to the root.
    pub epsilon: f64,
    /// As part of the gradient, or when decoupled straight off the weight.
    pub weight_decay: f64,
    /// AdamW.
    pub decoupled: bool,
    mean: Vec<f64>,
    mean_square: Vec<f64>,
    steps: i32,
}

impl Adam {
    /// For `len` weights, with PyTorch's β₁ 0.9, β₂ 0.999, ε 1e-8.
    pub fn new(len: usize, decoupled: bool, weight_decay: f64) -> Self {
        Self {
            beta1: 0.9,
            beta2: 0.999,
            epsilon: 1e-8,
            weight_decay,
            decoupled,
            mean: vec![0.0; len],
            mean_square: vec![0.0; len],
            steps: 0,
        }
    }

    /// m ← β₁·m + (1−β₁)·g; s ← β₂·s + (1−β₂)·g²;
    /// w ← w − lr · (m / (1−β₁ᵗ)) / (√(s / (1−β₂ᵗ)) + ε), t counted from 1. Weight decay comes first:
    /// Adam g ← g + wd·w, AdamW w ← w·(1 − lr·wd).
    pub fn step(&mut self, w: &mut [f64], grad_w: &[f64], learning_rate: f64) {
        self.steps += 1;
        let mean_correction = 1.0 - self.beta1.powi(self.steps);
        let square_correction = 1.0 - self.beta2.powi(self.steps);
        for i in 0..w.len() {
            let mut g = grad_w[i];
            if self.decoupled {
                w[i] *= 1.0 - learning_rate * self.weight_decay;
            } else {
                g += self.weight_decay * w[i];
            }
            self.mean[i] = self.beta1 * self.mean[i] + (1.0 - self.beta1) * g;
            self.mean_square[i] = self.beta2 * self.mean_square[i] + (1.0 - self.beta2) * g * g;
            let root = (self.mean_square[i] / square_correction).sqrt();
            w[i] -= learning_rate * (self.mean[i] / mean_correction) / (root + self.epsilon);
        }
    }
}
