//! Twin of the pools: the largest value of each window, and the mean of a whole channel.

/// Sizes of a max pool: `x [N, C, H, W]` → `y [N, C, P, Q]`.
#[derive(Clone, Copy, Debug)]
pub struct MaxPool {
    /// Images times channels N·C: each is pooled alone.
    pub planes: usize,
    /// Input rows H.
    pub h: usize,
    /// Input columns W.
    pub w: usize,
    /// Rows and columns of the window.
    pub kernel: usize,
    /// Pixels from one window to the next.
    pub stride: usize,
    /// Border of −∞ on every side, at most half the window.
    pub padding: usize,
}

impl MaxPool {
    /// Output rows P.
    pub fn p(&self) -> usize {
        (self.h + 2 * self.padding - self.kernel) / self.stride + 1
    }

    /// Output columns Q.
    pub fn q(&self) -> usize {
        (self.w + 2 * self.padding - self.kernel) / self.stride + 1
    }

    /// y[·,p,q] = the largest x of its window.
    pub fn forward(&self, x: &[f64]) -> Vec<f64> {
        self.largest(x).into_iter().map(|i| x[i]).collect()
    }

    /// The whole gradient of an output goes to the first of the largest values of its window, in
    /// row-major order, as in PyTorch.
    pub fn backward(&self, x: &[f64], grad_y: &[f64]) -> Vec<f64> {
        let mut grad_x = vec![0.0; x.len()];
        for (i, grad_y) in self.largest(x).into_iter().zip(grad_y) {
            grad_x[i] += grad_y;
        }
        grad_x
    }

    /// For each output, the place in `x` it comes from.
    fn largest(&self, x: &[f64]) -> Vec<usize> {
        assert_eq!(x.len(), self.planes * self.h * self.w);
        let mut places = Vec::new();
        for plane in 0..self.planes {
            for p in 0..self.p() {
                for q in 0..self.q() {
                    let mut largest: Option<usize> = None;
                    for r in 0..self.kernel {
                        for s in 0..self.kernel {
                            // Rows and columns of the padded image.
                            let (i, j) = (p * self.stride + r, q * self.stride + s);
                            let inside_rows = (self.padding..self.padding + self.h).contains(&i);
                            let inside_columns = (self.padding..self.padding + self.w).contains(&j);
                            if inside_rows && inside_columns {
                                let at =
                                    (plane * self.h + i - self.padding) * self.w + j - self.padding;
                                if largest.is_none_or(|largest| x[at] > x[largest]) {
                                    largest = Some(at);
                                }
                            }
                        }
                    }
                    places.push(
                        largest.expect(
                            "every window covers a pixel when padding is at most half of it",
                        ),
                    );
                }
            }
        }
        places
    }
}

/// y[n,c] = the mean of x over rows and columns; `area` is H·W.
pub fn global_average(x: &[f64], area: usize) -> Vec<f64> {
    x.chunks_exact(area)
        .map(|plane| plane.iter().sum::<f64>() / area as f64)
        .collect()
}

/// grad_x[n,c,·,·] = grad_y[n,c] / (H·W)
pub fn global_average_backward(grad_y: &[f64], area: usize) -> Vec<f64> {
    grad_y
        .iter()
        .flat_map(|grad_y| vec![grad_y / area as f64; area])
        .collect()
}
