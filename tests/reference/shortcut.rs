//! Twin of the shortcut without parameters: every S-th pixel, and channels of zeros on both sides.

/// Sizes of a shortcut: `x [N, C, H, W]` → `y [N, O, P, Q]`.
#[derive(Clone, Copy, Debug)]
pub struct Shortcut {
    /// Images N.
    pub n: usize,
    /// Input channels C.
    pub c: usize,
    /// Input rows H.
    pub h: usize,
    /// Input columns W.
    pub w: usize,
    /// Output channels O, at least C.
    pub o: usize,
    /// Pixels from one to the next that is taken, S.
    pub stride: usize,
}

impl Shortcut {
    /// Output rows P.
    pub fn p(&self) -> usize {
        self.h.div_ceil(self.stride)
    }

    /// Output columns Q.
    pub fn q(&self) -> usize {
        self.w.div_ceil(self.stride)
    }

    /// y[n,c+f,p,q] = x[n,c,p·S,q·S] with f = ⌊(O − C) / 2⌋; zeros in all other channels. PyTorch's
    /// `F.pad(x[:, :, ::S, ::S], (0, 0, 0, 0, f, O - C - f))`.
    pub fn forward(&self, x: &[f64]) -> Vec<f64> {
        let mut y = vec![0.0; self.n * self.o * self.p() * self.q()];
        for (to, from) in self.pairs() {
            y[to] = x[from];
        }
        y
    }

    /// Each gradient goes where its value came from.
    pub fn backward(&self, grad_y: &[f64]) -> Vec<f64> {
        let mut grad_x = vec![0.0; self.n * self.c * self.h * self.w];
        for (to, from) in self.pairs() {
            grad_x[from] = grad_y[to];
        }
        grad_x
    }

    /// Places in y, and where in x each comes from.
    fn pairs(&self) -> Vec<(usize, usize)> {
        let mut pairs = Vec::new();
        let front = (self.o - self.c) / 2;
        for n in 0..self.n {
            for c in 0..self.c {
                for p in 0..self.p() {
                    for q in 0..self.q() {
                        let to = ((n * self.o + c + front) * self.p() + p) * self.q() + q;
                        let (i, j) = (p * self.stride, q * self.stride);
                        pairs.push((to, ((n * self.c + c) * self.h + i) * self.w + j));
                    }
                }
            }
        }
        pairs
    }
}
