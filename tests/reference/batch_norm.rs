//! Twin of BatchNorm: forward in training and in evaluation, backward through the batch's statistics
//! and past frozen ones.
//!
//! Per channel, with M = N·H·W values: x̂ = (x − μ) / √(σ² + ε), y = γ·x̂ + β. Training takes μ and the
//! biased σ² from the batch, and moves the running statistics towards μ and the unbiased variance
//! (Ioffe and Szegedy 2015, as PyTorch has it).

/// Sizes of an input `[N, C, H, W]`, and BatchNorm's two constants.
#[derive(Clone, Copy, Debug)]
pub struct BatchNorm {
    /// Images N.
    pub n: usize,
    /// Channels C.
    pub c: usize,
    /// Rows times columns H·W.
    pub area: usize,
    /// ε, added to the variance.
    pub epsilon: f64,
    /// The share of the new value in a running statistic.
    pub momentum: f64,
}

/// What a training forward pass gives.
#[derive(Clone, Debug)]
pub struct Forward {
    /// y `[N, C, H, W]`.
    pub y: Vec<f64>,
    /// The batch's mean μ `[C]`.
    pub mean: Vec<f64>,
    /// The batch's biased variance σ² `[C]`.
    pub variance: Vec<f64>,
    /// The running mean after this batch `[C]`.
    pub running_mean: Vec<f64>,
    /// The running variance after this batch `[C]`, which takes the batch's unbiased variance.
    pub running_variance: Vec<f64>,
}

/// What a backward pass gives.
#[derive(Clone, Debug)]
pub struct Backward {
    /// ∂L/∂x `[N, C, H, W]`.
    pub grad_x: Vec<f64>,
    /// ∂L/∂γ `[C]`.
    pub grad_gamma: Vec<f64>,
    /// ∂L/∂β `[C]`.
    pub grad_beta: Vec<f64>,
}

impl BatchNorm {
    /// With PyTorch's constants: ε 1e-5, momentum 0.1.
    pub fn new(n: usize, c: usize, area: usize) -> Self {
        Self {
            n,
            c,
            area,
            epsilon: 1e-5,
            momentum: 0.1,
        }
    }

    /// Normalises by the batch's own statistics. With M = 1 there is no unbiased variance, and the
    /// running one becomes NaN (PyTorch refuses such a batch).
    pub fn forward(
        &self,
        x: &[f64],
        gamma: &[f64],
        beta: &[f64],
        running_mean: &[f64],
        running_variance: &[f64],
    ) -> Forward {
        let m = (self.n * self.area) as f64;
        let mut mean = vec![0.0; self.c];
        for (c, mean) in mean.iter_mut().enumerate() {
            *mean = self.channel(c).map(|i| x[i]).sum::<f64>() / m;
        }
        let mut variance = vec![0.0; self.c];
        for (c, variance) in variance.iter_mut().enumerate() {
            *variance = self
                .channel(c)
                .map(|i| (x[i] - mean[c]).powi(2))
                .sum::<f64>()
                / m;
        }
        let moved = |old: &[f64], new: &[f64], scale: f64| {
            let step = |(old, new): (&f64, &f64)| {
                (1.0 - self.momentum) * old + self.momentum * scale * new
            };
            old.iter().zip(new).map(step).collect()
        };
        Forward {
            y: self.forward_eval(x, gamma, beta, &mean, &variance),
            running_mean: moved(running_mean, &mean, 1.0),
            running_variance: moved(running_variance, &variance, m / (m - 1.0)),
            mean,
            variance,
        }
    }

    /// Normalises by given statistics.
    pub fn forward_eval(
        &self,
        x: &[f64],
        gamma: &[f64],
        beta: &[f64],
        mean: &[f64],
        variance: &[f64],
    ) -> Vec<f64> {
        assert_eq!(x.len(), self.n * self.c * self.area);
        let mut y = vec![0.0; x.len()];
        for c in 0..self.c {
            for i in self.channel(c) {
                y[i] = gamma[c] * self.normalised(x[i], mean[c], variance[c]) + beta[c];
            }
        }
        y
    }

    /// Back through the normalisation and through the batch's mean and biased variance:
    /// grad_x = γ/√(σ²+ε) · (grad_y − ⟨grad_y⟩ − x̂·⟨grad_y·x̂⟩), ⟨·⟩ the mean over a channel.
    pub fn backward(
        &self,
        x: &[f64],
        gamma: &[f64],
        mean: &[f64],
        variance: &[f64],
        grad_y: &[f64],
    ) -> Backward {
        let m = (self.n * self.area) as f64;
        let mut backward = self.backward_frozen(x, gamma, mean, variance, grad_y);
        for c in 0..self.c {
            let scale = gamma[c] / (variance[c] + self.epsilon).sqrt();
            let (mean_grad, mean_product) = (backward.grad_beta[c] / m, backward.grad_gamma[c] / m);
            for i in self.channel(c) {
                let normalised = self.normalised(x[i], mean[c], variance[c]);
                backward.grad_x[i] = scale * (grad_y[i] - mean_grad - normalised * mean_product);
            }
        }
        backward
    }

    /// Back through the normalisation alone, the statistics being constants:
    /// grad_x = γ/√(σ²+ε) · grad_y.
    pub fn backward_frozen(
        &self,
        x: &[f64],
        gamma: &[f64],
        mean: &[f64],
        variance: &[f64],
        grad_y: &[f64],
    ) -> Backward {
        assert_eq!(
            (x.len(), grad_y.len()),
            (self.n * self.c * self.area, x.len())
        );
        let mut grad_x = vec![0.0; x.len()];
        let (mut grad_gamma, mut grad_beta) = (vec![0.0; self.c], vec![0.0; self.c]);
        for c in 0..self.c {
            for i in self.channel(c) {
                grad_x[i] = gamma[c] / (variance[c] + self.epsilon).sqrt() * grad_y[i];
                grad_gamma[c] += grad_y[i] * self.normalised(x[i], mean[c], variance[c]);
                grad_beta[c] += grad_y[i];
            }
        }
        Backward {
            grad_x,
            grad_gamma,
            grad_beta,
        }
    }

    /// x̂
    fn normalised(&self, x: f64, mean: f64, variance: f64) -> f64 {
        (x - mean) / (variance + self.epsilon).sqrt()
    }

    /// The places of channel `c` in `[N, C, H·W]`.
    fn channel(&self, c: usize) -> impl Iterator<Item = usize> + use<> {
        let Self {
            n,
            c: channels,
            area,
            ..
        } = *self;
        (0..n).flat_map(move |n| (0..area).map(move |i| (n * channels + c) * area + i))
    }
}
