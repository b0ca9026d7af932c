//! Twin of the convolution: a cross-correlation with zero padding, and its three gradients.

/// Sizes of a convolution: `x [N, C, H, W]` * `weight [O, C, K, K]` → `y [N, O, P, Q]`.
#[derive(Clone, Copy, Debug)]
pub struct Conv {
    /// Images N.
    pub n: usize,
    /// Input channels C.
    pub c: usize,
    /// Input rows H.
    pub h: usize,
    /// Input columns W.
    pub w: usize,
    /// Output channels O.
    pub o: usize,
    /// Rows and columns of the kernel.
    pub kernel: usize,
    /// Pixels from one window to the next.
    pub stride: usize,
    /// Zeros on every side.
    pub padding: usize,
}

impl Conv {
    /// Output rows P.
    pub fn p(&self) -> usize {
        (self.h + 2 * self.padding - self.kernel) / self.stride + 1
    }

    /// Output columns Q.
    pub fn q(&self) -> usize {
        (self.w + 2 * self.padding - self.kernel) / self.stride + 1
    }

    /// Values in `x`.
    pub fn input_len(&self) -> usize {
        self.n * self.c * self.h * self.w
    }

    /// Values in `weight`.
    pub fn weight_len(&self) -> usize {
        self.o * self.c * self.kernel * self.kernel
    }

    /// Values in `y`.
    pub fn output_len(&self) -> usize {
        self.n * self.o * self.p() * self.q()
    }

    /// y[n,o,p,q] = bias[o] + Σ_{c,r,s} x[n, c, p·stride + r − padding, q·stride + s − padding] · weight[o,c,r,s]
    pub fn forward(&self, x: &[f64], weight: &[f64], bias: Option<&[f64]>) -> Vec<f64> {
        assert_eq!(
            (x.len(), weight.len()),
            (self.input_len(), self.weight_len())
        );
        let mut y = vec![0.0; self.output_len()];
        if let Some(bias) = bias {
            assert_eq!(bias.len(), self.o);
            for (i, y) in y.iter_mut().enumerate() {
                *y = bias[i / (self.p() * self.q()) % self.o];
            }
        }
        self.for_each_product(|x_at, weight_at, y_at| y[y_at] += x[x_at] * weight[weight_at]);
        y
    }

    /// ∂L/∂x: each output's gradient, back through the weights it was made with.
    pub fn grad_input(&self, weight: &[f64], grad_y: &[f64]) -> Vec<f64> {
        assert_eq!(
            (weight.len(), grad_y.len()),
            (self.weight_len(), self.output_len())
        );
        let mut grad_x = vec![0.0; self.input_len()];
        self.for_each_product(|x_at, weight_at, y_at| {
            grad_x[x_at] += grad_y[y_at] * weight[weight_at];
        });
        grad_x
    }

    /// ∂L/∂weight: each output's gradient times the input it was made from.
    pub fn grad_weight(&self, x: &[f64], grad_y: &[f64]) -> Vec<f64> {
        assert_eq!(
            (x.len(), grad_y.len()),
            (self.input_len(), self.output_len())
        );
        let mut grad_weight = vec![0.0; self.weight_len()];
        self.for_each_product(|x_at, weight_at, y_at| {
            grad_weight[weight_at] += grad_y[y_at] * x[x_at];
        });
        grad_weight
    }

    /// ∂L/∂bias[o] = Σ_{n,p,q} grad_y[n,o,p,q]
    pub fn grad_bias(&self, grad_y: &[f64]) -> Vec<f64> {
        assert_eq!(grad_y.len(), self.output_len());
        let mut grad_bias = vec![0.0; self.o];
        for (i, grad_y) in grad_y.iter().enumerate() {
            grad_bias[i / (self.p() * self.q()) % self.o] += grad_y;
        }
        grad_bias
    }

    /// Calls with the places in (x, weight, y) of every product the convolution is a sum of. The
    /// forward pass and all gradients are this one set of triples, summed over different axes.
    fn for_each_product(&self, mut product: impl FnMut(usize, usize, usize)) {
        let (rows, columns) = (self.p(), self.q());
        for n in 0..self.n {
            for o in 0..self.o {
                for p in 0..rows {
                    for q in 0..columns {
                        for c in 0..self.c {
                            for r in 0..self.kernel {
                                for s in 0..self.kernel {
                                    // Rows and columns of the padded image; the border holds zeros.
                                    let (i, j) = (p * self.stride + r, q * self.stride + s);
                                    let inside_rows =
                                        (self.padding..self.padding + self.h).contains(&i);
                                    let inside_columns =
                                        (self.padding..self.padding + self.w).contains(&j);
                                    if inside_rows && inside_columns {
                                        let (i, j) = (i - self.padding, j - self.padding);
                                        product(
                                            ((n * self.c + c) * self.h + i) * self.w + j,
                                            ((o * self.c + c) * self.kernel + r) * self.kernel + s,
                                            ((n * self.o + o) * rows + p) * columns + q,
                                        );
                                    }
                                }
                            }
                        }
                    }
                }
            }
        }
    }
}
