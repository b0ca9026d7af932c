//! Twin of the output layer: `x [N, C]`, `weight [O, C]`, `bias [O]` → `y [N, O]`.

/// Sizes of a linear layer.
#[derive(Clone, Copy, Debug)]
pub struct Linear {
    /// Images N.
    pub n: usize,
    /// Inputs C.
    pub c: usize,
    /// Outputs O.
    pub o: usize,
}

impl Linear {
    /// y[n,o] = bias[o] + Σ_c x[n,c] · weight[o,c]
    pub fn forward(&self, x: &[f64], weight: &[f64], bias: &[f64]) -> Vec<f64> {
        assert_eq!(
            (x.len(), weight.len(), bias.len()),
            (self.n * self.c, self.o * self.c, self.o)
        );
        let mut y = vec![0.0; self.n * self.o];
        for n in 0..self.n {
            for o in 0..self.o {
                y[n * self.o + o] = bias[o];
                for c in 0..self.c {
                    y[n * self.o + o] += x[n * self.c + c] * weight[o * self.c + c];
                }
            }
        }
        y
    }

    /// grad_x[n,c] = Σ_o grad_y[n,o] · weight[o,c]
    pub fn grad_input(&self, weight: &[f64], grad_y: &[f64]) -> Vec<f64> {
        let mut grad_x = vec![0.0; self.n * self.c];
        for n in 0..self.n {
            for c in 0..self.c {
                for o in 0..self.o {
                    grad_x[n * self.c + c] += grad_y[n * self.o + o] * weight[o * self.c + c];
                }
            }
        }
        grad_x
    }

    /// grad_weight[o,c] = Σ_n grad_y[n,o] · x[n,c]
    pub fn grad_weight(&self, x: &[f64], grad_y: &[f64]) -> Vec<f64> {
        let mut grad_weight = vec![0.0; self.o * self.c];
        for o in 0..self.o {
            for c in 0..self.c {
                for n in 0..self.n {
                    grad_weight[o * self.c + c] += grad_y[n * self.o + o] * x[n * self.c + c];
                }
            }
        }
        grad_weight
    }

    /// grad_bias[o] = Σ_n grad_y[n,o]
    pub fn grad_bias(&self, grad_y: &[f64]) -> Vec<f64> {
        let mut grad_bias = vec![0.0; self.o];
        for n in 0..self.n {
            for o in 0..self.o {
                grad_bias[o] += grad_y[n * self.o + o];
            }
        }
        grad_bias
    }
}
