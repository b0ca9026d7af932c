//! Twin of the input kernel: bytes to normalised, mirrored and moved images.

/// ImageNet's mean of red, green and blue, of values in 0..1; the paper's code takes it for CIFAR too.
pub const MEAN: [f64; 3] = [0.485, 0.456, 0.406];
/// ImageNet's deviation.
pub const DEVIATION: [f64; 3] = [0.229, 0.224, 0.225];

/// How one image is moved.
#[derive(Clone, Copy, Debug, Default)]
pub struct Move {
    /// Mirror left to right, first.
    pub flip: bool,
    /// Then pixels down; what comes in is zero.
    pub down: isize,
    /// And pixels right.
    pub right: isize,
}

/// y[n,c,i,j] = (x[n,c,i−down,j−right (or its mirror)] / 255 − mean[c]) / deviation[c] inside the
/// image, and 0 outside: images are normalised before they are moved, so zero is the mean colour.
///
/// `x` is `[N, C, H, W]`, `moves` `[N]`, `mean` and `deviation` `[C]`.
pub fn prepare(
    x: &[u8],
    (h, w): (usize, usize),
    mean: &[f64],
    deviation: &[f64],
    moves: &[Move],
) -> Vec<f64> {
    let channels = mean.len();
    assert_eq!(x.len(), moves.len() * channels * h * w);
    let mut y = vec![0.0; x.len()];
    for (n, by) in moves.iter().enumerate() {
        for c in 0..channels {
            for i in 0..h {
                for j in 0..w {
                    let from = i
                        .checked_add_signed(-by.down)
                        .zip(j.checked_add_signed(-by.right));
                    if let Some((from_i, from_j)) = from.filter(|&(i, j)| i < h && j < w) {
                        let from_j = if by.flip { w - 1 - from_j } else { from_j };
                        let pixel = f64::from(x[((n * channels + c) * h + from_i) * w + from_j]);
                        y[((n * channels + c) * h + i) * w + j] =
                            (pixel / 255.0 - mean[c]) / deviation[c];
                    }
                }
            }
        }
    }
    y
}
