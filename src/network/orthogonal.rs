//! Orthogonal matrices of any shape, each equally likely.
//!
//! A matrix A of normal numbers is A = R·Q with a lower triangle R of positive diagonal and
//! orthonormal rows Q, in one way only, and Q is then uniform among all of them (Mezzadri, arXiv
//! math-ph/0609050). R is the Cholesky factor of A·Aᵀ. That is half of a QR decomposition's
//! arithmetic, and nearly all of it in two products of matrices. Sums have one order, and no product
//! is fused with a sum, so every platform has the same bits.

/// What the largest number on R's diagonal may be of the smallest, so that Q is orthonormal to some
/// 13 digits; else what was found is made orthonormal once more.
const SPREAD: f64 = 10.0;
/// Times that it is made orthonormal at most; two are usual for square matrices, one for others.
const PASSES: usize = 8;
/// What is left of a row's square at least, when the rows before it are taken away: more than rounding.
const LEAST: f64 = 1e-14;
/// Columns whose products are summed at once, so that some rows of them stay in the cache.
const SUMMED: usize = 256;
/// Columns that are solved for at once.
const SOLVED: usize = 32;

/// The orthogonal matrix that belongs to `normal`, a row-major matrix of `rows` by `columns`: its rows
/// are orthonormal, or its columns unless there are more of them. With independent normal numbers it is
/// uniform among all of these, and what `torch.nn.init.orthogonal_` makes of the same numbers.
pub fn orthogonal(normal: &[f64], rows: usize, columns: usize) -> Vec<f64> {
    if rows < columns {
        let mut matrix = normal.to_vec();
        make_rows_orthonormal(&mut matrix, rows);
        return matrix;
    }
    let mut matrix = transposed(normal, rows, columns);
    make_rows_orthonormal(&mut matrix, columns);
    transposed(&matrix, columns, rows)
}

fn transposed(matrix: &[f64], rows: usize, columns: usize) -> Vec<f64> {
    let places = (0..columns).flat_map(|column| (0..rows).map(move |row| (row, column)));
    places
        .map(|(row, column)| matrix[row * columns + column])
        .collect()
}

/// Puts R⁻¹·A in the place of A, which has at most as many rows as columns.
fn make_rows_orthonormal(matrix: &mut [f64], rows: usize) {
    for _ in 0..PASSES {
        let triangle = cholesky(products(matrix, rows), rows);
        let diagonal = (0..rows).map(|row| triangle[row * rows + row]);
        let (least, most) = diagonal.fold((f64::INFINITY, 0.0_f64), |(least, most), value| {
            (least.min(value), most.max(value))
        });
        multiply(matrix, rows, &inverse(&triangle, rows));
        if most < SPREAD * least {
            break;
        }
    }
}

/// A·Aᵀ, of which only the lower triangle is whole.
fn products(matrix: &[f64], rows: usize) -> Vec<f64> {
    let columns = matrix.len() / rows;
    let mut products = vec![0.0; rows * rows];
    for start in (0..columns).step_by(SUMMED) {
        let length = SUMMED.min(columns - start);
        let value = |row: usize, at: usize| matrix[row * columns + start + at];
        let (fours, pairs) = (
            bundles::<4>(rows, length, value),
            bundles::<2>(rows, length, value),
        );
        for (i, four) in fours.chunks(length).enumerate() {
            for (j, pair) in pairs.chunks(length).enumerate().take(2 * i + 2) {
                for (row, sums) in (4 * i..rows).zip(tile(four, pair)) {
                    for (column, sum) in (2 * j..rows).zip(sums) {
                        products[row * rows + column] += sum;
                    }
                }
            }
        }
    }
    products
}

/// Puts `triangle`·A in the place of A.
fn multiply(matrix: &mut [f64], rows: usize, triangle: &[f64]) {
    let columns = matrix.len() / rows;
    let fours = bundles::<4>(rows, rows, |row, at| triangle[row * rows + at]);
    for start in (0..columns).step_by(SOLVED) {
        let end = columns.min(start + SOLVED);
        let value = |column: usize, at: usize| matrix[at * columns + start + column];
        let pairs = bundles::<2>(end - start, rows, value);
        for (i, four) in fours.chunks(rows).enumerate() {
            // Beyond it the triangle is zero.
            let length = rows.min(4 * i + 4);
            for (j, pair) in pairs.chunks(rows).enumerate() {
                for (row, sums) in (4 * i..rows).zip(tile(&four[..length], &pair[..length])) {
                    for (column, sum) in (start + 2 * j..end).zip(sums) {
                        matrix[row * columns + column] = sum;
                    }
                }
            }
        }
    }
}

/// `count` lists of `length` numbers, `N` of them side by side: list `n` is lane `n % N` of bundle
/// `n / N`. Lanes beyond the last list are zero.
fn bundles<const N: usize>(
    count: usize,
    length: usize,
    value: impl Fn(usize, usize) -> f64,
) -> Vec<[f64; N]> {
    let mut bundles = vec![[0.0; N]; count.div_ceil(N) * length];
    for (bundle, places) in bundles.chunks_mut(length).enumerate() {
        for (lane, list) in (bundle * N..count).take(N).enumerate() {
            for (at, place) in places.iter_mut().enumerate() {
                place[lane] = value(list, at);
            }
        }
    }
    bundles
}

/// Products of four lists with two. Written out, because builds for debugging and for the page unroll
/// no loops, and nearly all time is spent here.
fn tile(fours: &[[f64; 4]], pairs: &[[f64; 2]]) -> [[f64; 2]; 4] {
    let mut sums = [[0.0; 2]; 4];
    for (&[a, b, c, d], &[x, y]) in fours.iter().zip(pairs) {
        sums[0][0] += a * x;
        sums[0][1] += a * y;
        sums[1][0] += b * x;
        sums[1][1] += b * y;
        sums[2][0] += c * x;
        sums[2][1] += c * y;
        sums[3][0] += d * x;
        sums[3][1] += d * y;
    }
    sums
}

/// The lower triangle R with R·Rᵀ = `products`; what was above its diagonal is left there.
fn cholesky(mut products: Vec<f64>, rows: usize) -> Vec<f64> {
    for row in 0..rows {
        let (above, this) = products.split_at_mut(row * rows);
        for column in 0..row {
            let other = &above[column * rows..][..=column];
            let rest = this[column] - dot(&this[..column], &other[..column]);
            this[column] = rest / other[column];
        }
        let square = this[row];
        let rest = square - dot(&this[..row], &this[..row]);
        // Rows that depend on each other up to rounding leave nothing; the next pass has what is here.
        this[row] = rest.max(square * LEAST).max(f64::MIN_POSITIVE).sqrt();
    }
    products
}

fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

/// A lower triangle's inverse, with zeros above the diagonal.
fn inverse(triangle: &[f64], rows: usize) -> Vec<f64> {
    let mut inverse = vec![0.0; rows * rows];
    for row in 0..rows {
        let (above, this) = inverse.split_at_mut(row * rows);
        let factors = &triangle[row * rows..][..=row];
        for (other, factor) in factors[..row].iter().enumerate() {
            let known = &above[other * rows..][..=other];
            for (value, known) in this.iter_mut().zip(known) {
                *value -= factor * known;
            }
        }
        this[row] = 1.0;
        for value in &mut this[..=row] {
            *value /= factors[row];
        }
    }
    inverse
}
