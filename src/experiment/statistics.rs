//! Means with their intervals, and comparisons of them: Student's t and Welch's, at 95 %.

use statrs::distribution::{ContinuousCDF, StudentsT};

/// How sure an interval is.
pub const CONFIDENCE: f64 = 0.95;

/// A mean over runs.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Estimate {
    /// The mean.
    pub mean: f64,
    /// Half the width of its 95 % interval: t · s / √n. `None` for fewer than two values.
    pub half_width: Option<f64>,
    /// Values.
    pub count: usize,
}

impl Estimate {
    /// That of some values; `None` where there are none.
    pub fn of(values: &[f64]) -> Option<Self> {
        let sample = Sample::of(values)?;
        let half_width = (sample.count >= 2)
            .then(|| quantile(sample.count as f64 - 1.0) * sample.squared_error().sqrt());
        Some(Self {
            mean: sample.mean,
            half_width,
            count: sample.count,
        })
    }
}

/// How far one quantity is above another.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Difference {
    /// The difference.
    pub value: f64,
    /// The lower end of its 95 % interval.
    pub low: f64,
    /// The upper end.
    pub high: f64,
    /// Degrees of freedom.
    pub degrees: f64,
    /// How likely so large a difference, of either sign, is where there is none.
    pub p: f64,
}

/// Mean, variance and number.
struct Sample {
    mean: f64,
    variance: f64,
    count: usize,
}

impl Sample {
    fn of(values: &[f64]) -> Option<Self> {
        if values.is_empty() {
            return None;
        }
        let count = values.len();
        let mean = values.iter().sum::<f64>() / count as f64;
        let squares: f64 = values.iter().map(|value| (value - mean).powi(2)).sum();
        let variance = if count > 1 {
            squares / (count as f64 - 1.0)
        } else {
            0.0
        };
        Some(Self {
            mean,
            variance,
            count,
        })
    }

    /// The square of the mean's standard error.
    fn squared_error(&self) -> f64 {
        self.variance / self.count as f64
    }
}

/// By Welch's t: of two means of samples whose variances may differ. `None` for fewer than two values of either.
///
/// Source: B. L. Welch, "The generalization of 'Student's' problem when several different population variances are
/// involved", Biometrika 34 (1947).
pub fn difference(more: &[f64], less: &[f64]) -> Option<Difference> {
    if more.len() < 2 || less.len() < 2 {
        return None;
    }
    let (more, less) = (Sample::of(more)?, Sample::of(less)?);
    let parts = [&more, &less].map(|sample| (sample.squared_error(), sample.count as f64 - 1.0));
    Some(compared(more.mean - less.mean, parts))
}

/// The slope of a line through points, by least squares.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Slope {
    /// The slope.
    pub value: f64,
    /// Its standard error.
    pub error: f64,
    /// Degrees of freedom: points less two.
    pub degrees: f64,
}

impl Slope {
    /// That of points (x, y); `None` for fewer than three, or where all have one x.
    pub fn of(points: &[(f64, f64)]) -> Option<Self> {
        let count = points.len() as f64;
        if points.len() < 3 {
            return None;
        }
        let mean = |of: fn(&(f64, f64)) -> f64| points.iter().map(of).sum::<f64>() / count;
        let (mean_x, mean_y) = (mean(|point| point.0), mean(|point| point.1));
        let spread: f64 = points.iter().map(|(x, _)| (x - mean_x).powi(2)).sum();
        if spread <= 0.0 {
            return None;
        }
        let together: f64 = points
            .iter()
            .map(|(x, y)| (x - mean_x) * (y - mean_y))
            .sum();
        let value = together / spread;
        let left = points
            .iter()
            .map(|(x, y)| y - mean_y - value * (x - mean_x));
        let degrees = count - 2.0;
        let error = (left.map(|left| left * left).sum::<f64>() / degrees / spread).sqrt();
        Some(Self {
            value,
            error,
            degrees,
        })
    }

    /// How much steeper it is than another.
    pub fn difference(&self, flatter: &Self) -> Difference {
        let parts = [self, flatter].map(|slope| (slope.error.powi(2), slope.degrees));
        compared(self.value - flatter.value, parts)
    }
}

/// A difference of two quantities, each with the square of its standard error and its degrees of freedom, which
/// Welch and Satterthwaite join.
fn compared(value: f64, parts: [(f64, f64); 2]) -> Difference {
    let squared: f64 = parts.iter().map(|(squared, _)| squared).sum();
    let below: f64 = parts
        .iter()
        .map(|(squared, degrees)| squared * squared / degrees)
        .sum();
    // Without any spread the difference is what it is.
    let degrees = match below > 0.0 {
        true => squared * squared / below,
        false => parts.iter().map(|(_, degrees)| degrees).sum(),
    };
    let error = squared.sqrt();
    let reach = quantile(degrees) * error;
    let p = match (error > 0.0, value == 0.0) {
        (true, _) => 2.0 * student(degrees).sf((value / error).abs()),
        (false, true) => 1.0,
        (false, false) => 0.0,
    };
    Difference {
        value,
        low: value - reach,
        high: value + reach,
        degrees,
        p,
    }
}

/// How many standard errors an interval reaches to each side.
fn quantile(degrees: f64) -> f64 {
    student(degrees).inverse_cdf(f64::midpoint(1.0, CONFIDENCE))
}

fn student(degrees: f64) -> StudentsT {
    StudentsT::new(0.0, 1.0, degrees).expect("degrees of freedom above 0")
}
