//! Where marks stand on an axis, how numbers on it are written, and how much of it is shown: the same
//! in the app and in pictures.

/// Points between marks of a horizontal axis that have a label, at least.
pub const X_APART: f64 = 70.0;
/// The same of a vertical axis.
pub const Y_APART: f64 = 30.0;

/// Three sizes of steps between marks, from fine to coarse, of which the second is the smallest of 1, 2
/// and 5 times a power of ten that is no less than `apart`, which is positive. Each divides the next.
pub fn sizes(apart: f64) -> [f64; 3] {
    let size = round_up(apart);
    let power = 10_f64.powf((size.log10() + 1e-9).floor());
    let finer = if size > 1.5 * power && size < 3.0 * power {
        size / 4.0
    } else {
        size / 5.0
    };
    [finer, size, 10.0 * power]
}

/// The next of 1, 2 and 5 times a power of ten.
pub fn round_up(size: f64) -> f64 {
    let power = 10_f64.powf(size.log10().floor());
    let factors = [1.0, 2.0, 5.0, 10.0];
    let factor = factors.into_iter().find(|factor| factor * power >= size);
    factor.unwrap_or(10.0) * power
}

/// A mark of an axis.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Mark {
    /// Where it stands.
    pub value: f64,
    /// How far marks of its kind are apart.
    pub apart: f64,
}

/// Marks from `low` to `high` that are no less than `apart` from each other.
pub fn marks((low, high): (f64, f64), apart: f64) -> Vec<Mark> {
    let is_axis = low < high && low.is_finite() && high.is_finite();
    if !is_axis || !apart.is_normal() || apart < 1e-3 * (high - low) {
        return Vec::new();
    }
    let [_, size, coarser] = sizes(apart);
    let (first, last) = ((low / size - 1e-9).ceil(), (high / size + 1e-9).floor());
    let mark = |place: f64| {
        let value = place * size;
        let is_coarse = ((value / coarser) - (value / coarser).round()).abs() < 1e-6;
        Mark {
            value,
            apart: if is_coarse { coarser } else { size },
        }
    };
    let count = (last - first).max(-1.0) as usize + usize::from(last >= first);
    (0..count).map(|at| mark(first + at as f64)).collect()
}

/// A number with as many decimals as tell it from its neighbour.
pub fn number(value: f64, apart: f64) -> String {
    if value == 0.0 {
        return "0".to_owned();
    }
    if value.abs() < 1e-4 || value.abs() >= 1e6 {
        let digits = value.abs().log10().floor() - (apart.log10() + 1e-9).floor();
        return format!("{value:.*e}", digits.clamp(0.0, 9.0) as usize);
    }
    let decimals = (-apart.log10() - 1e-9).ceil().clamp(0.0, 9.0) as usize;
    format!("{value:.decimals$}")
}

/// A little more than `range`, and something where it is a single place.
pub fn roomy((low, high): (f64, f64), share: f64) -> (f64, f64) {
    let width = high - low;
    if width > 1e-9 * low.abs().max(high.abs()) {
        return (low - share * width, high + share * width);
    }
    let room = if low == 0.0 { 1.0 } else { 0.1 * low.abs() };
    (low - room, high + room)
}

/// The part of the vertical axis to show for lines and a band, where there is anything: all of the
/// lines' points, each `[x, y]`, and most of the band's, each `[x, low, high]`. What is not finite
/// counts as nothing. A single outlier shall not press all else flat, so that a fiftieth of the band
/// may leave the picture at either side.
pub fn extent(
    lines: impl Iterator<Item = [f64; 2]>,
    band: impl Iterator<Item = [f64; 3]>,
    x: (f64, f64),
) -> Option<(f64, f64)> {
    let is_seen = |at: f64| (x.0..=x.1).contains(&at);
    let (mut low, mut high) = (f64::INFINITY, f64::NEG_INFINITY);
    for [_, y] in lines.filter(|[x, y]| is_seen(*x) && y.is_finite()) {
        (low, high) = (low.min(y), high.max(y));
    }
    let (mut lows, mut highs) = (Vec::new(), Vec::new());
    for [_, least, greatest] in band.filter(|[x, ..]| is_seen(*x)) {
        lows.extend(Some(least).filter(|edge| edge.is_finite()));
        highs.extend(Some(greatest).filter(|edge| edge.is_finite()));
    }
    if !lows.is_empty() {
        let at = lows.len() / 50;
        low = low.min(*lows.select_nth_unstable_by(at, f64::total_cmp).1);
    }
    if !highs.is_empty() {
        let at = highs.len() - 1 - highs.len() / 50;
        high = high.max(*highs.select_nth_unstable_by(at, f64::total_cmp).1);
    }
    (low <= high).then_some((low, high))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_are_round_numbers_written_as_short_as_they_can_be_told_apart() {
        let texts = |range, apart| -> Vec<String> {
            let marks = marks(range, apart).into_iter();
            marks.map(|mark| number(mark.value, mark.apart)).collect()
        };
        assert_eq!(texts((0.4, 2.6), 0.3), ["0.5", "1", "1.5", "2", "2.5"]);
        assert_eq!(
            texts((0.0, 0.1), 0.015),
            ["0", "0.02", "0.04", "0.06", "0.08", "0.1"]
        );
        assert_eq!(texts((-3.0, 3.0), 2.0), ["-2", "0", "2"]);
        assert!(texts((1.0, 1.0), 1.0).is_empty() && texts((0.0, f64::NAN), 1.0).is_empty());
        assert_eq!(number(0.15, 0.05), "0.15");
        assert_eq!(number(0.00003, 0.00001), "3e-5");
        assert_eq!(number(0.000015, 0.000005), "1.5e-5");
        assert_eq!(number(20.0, 10.0), "20");
    }

    #[test]
    fn an_outlier_of_the_band_leaves_the_picture_and_none_of_the_line_does() {
        let band = (0..100).map(|at| [f64::from(at), 1.0, if at == 7 { 1e9 } else { 2.0 }]);
        let line = [[3.0, 1.5], [5.0, f64::NAN], [6.0, 2.5]];
        assert_eq!(
            extent(line.into_iter(), band, (0.0, 99.0)),
            Some((1.0, 2.5))
        );
    }
}
