//! Numbers as people read them, in the terminal and in the app.

/// A whole number with commas: `175,258`.
pub fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// So many things, by their name in the singular: `1 file`, `1,234 files`.
pub fn counted(count: u64, thing: &str) -> String {
    let plural = if count == 1 { "" } else { "s" };
    format!("{} {thing}{plural}", grouped(count))
}

/// A share from 0 to 1 with one decimal, as wide as its neighbours in a list: `27.1 %`.
pub fn percent(share: f64) -> String {
    format!("{:.1} %", 100.0 * share)
}

/// A share from 0 to 1 that may be small, with as many decimals as it takes: `0.64 %`, `27.1 %`, `100 %`.
pub fn percent_closely(share: f64) -> String {
    match 100.0 * share {
        percent if percent == 0.0 || percent >= 99.95 => format!("{percent:.0} %"),
        percent if percent < 10.0 => format!("{percent:.2} %"),
        percent => format!("{percent:.1} %"),
    }
}

/// Bytes in powers of ten, three digits: `4.21 kB`, `42.1 MB`.
pub fn bytes(count: u64) -> String {
    const UNITS: [&str; 5] = ["B", "kB", "MB", "GB", "TB"];
    let mut value = count as f64;
    let mut unit = 0;
    while value >= 999.5 && unit + 1 < UNITS.len() {
        value /= 1000.0;
        unit += 1;
    }
    let decimals = match value {
        _ if unit == 0 => 0,
        value if value < 9.995 => 2,
        value if value < 99.95 => 1,
        _ => 0,
    };
    format!("{value:.decimals$} {}", UNITS[unit])
}

/// Seconds in the two units that matter: `4 s`, `2 min 5 s`, `3 h 20 min`, `5 days`.
pub fn duration(seconds: f64) -> String {
    let seconds = seconds.max(0.0).round() as u64;
    let (minutes, hours) = (seconds / 60, seconds / 3600);
    match (hours, minutes) {
        (0, 0) => format!("{seconds} s"),
        (0, _) => format!("{minutes} min {} s", seconds % 60),
        (1..=47, _) => format!("{hours} h {} min", minutes % 60),
        _ => format!("{} days", hours / 24),
    }
}

/// A value with four digits after the point, or as a power of ten where these would be zeros; with
/// a true minus sign.
pub fn signed(value: f32) -> String {
    let small = value != 0.0 && value.abs() < 0.000_5;
    let text = if small || value.abs() >= 10_000.0 {
        format!("{value:.1e}")
    } else {
        format!("{value:.4}")
    };
    text.replace('-', "−")
}

/// A value with three digits that count and no zeros behind them: `0.01`.
pub fn rounded(value: f32) -> String {
    let short = format!("{value:.2e}").parse::<f32>().unwrap_or(value);
    short.to_string()
}

/// A number as people type it: with spaces, with a true minus sign, with commas between thousands as
/// [`grouped`] writes them, or with a comma for the point. None of what is no finite number, or where commas
/// could mean either thing: `1,00,0`.
pub fn read(text: &str) -> Option<f64> {
    let text: String = text
        .chars()
        .filter(|letter| !letter.is_whitespace())
        .map(|letter| if letter == '−' { '-' } else { letter })
        .collect();
    let plain = match text.matches(',').count() {
        0 => text,
        _ if are_thousands(&text) => text.replace(',', ""),
        1 if !text.contains('.') => text.replace(',', "."),
        _ => return None,
    };
    plain.parse().ok().filter(|value: &f64| value.is_finite())
}

/// Whether all commas stand between thousands: `1,000`, `−12,345.6`, but not `0,050`.
fn are_thousands(text: &str) -> bool {
    let whole = text.split('.').next().unwrap_or(text);
    let mut groups = whole.trim_start_matches(['-', '+']).split(',');
    let is_number = |group: &str| group.bytes().all(|letter| letter.is_ascii_digit());
    let first = groups.next().unwrap_or_default();
    let rest = text.matches(',').count() + 1 == whole.split(',').count();
    rest && (1..=3).contains(&first.len())
        && !first.starts_with('0')
        && is_number(first)
        && groups.all(|group| group.len() == 3 && is_number(group))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digits_stand_in_threes() {
        let said = [0, 999, 1_000, 175_258, 1_234_567].map(grouped);
        assert_eq!(said, ["0", "999", "1,000", "175,258", "1,234,567"]);
    }

    #[test]
    fn a_comma_is_a_point_or_stands_between_thousands() {
        let numbers = [
            ("0,05", Some(0.05)),
            ("0.05", Some(0.05)),
            ("−1,5e-3", Some(-0.0015)),
            ("0,050", Some(0.05)),
            ("1,000", Some(1000.0)),
            ("-12,345.5", Some(-12_345.5)),
            ("1 234 567", Some(1_234_567.0)),
            ("1,234,567", Some(1_234_567.0)),
            ("12,34,567", None),
            ("1.234,5", None),
            ("abc", None),
            ("1e999", None),
            ("nan", None),
            ("", None),
        ];
        for (text, number) in numbers {
            assert_eq!(read(text), number, "{text}");
        }
    }

    #[test]
    fn a_small_share_keeps_its_digits() {
        assert_eq!(
            [0.0, 0.006_4, 1.0].map(percent),
            ["0.0 %", "0.6 %", "100.0 %"]
        );
        let said = [0.0, 0.006_4, 0.271, 0.999_9].map(percent_closely);
        assert_eq!(said, ["0 %", "0.64 %", "27.1 %", "100 %"]);
    }

    #[test]
    fn bytes_have_three_digits() {
        let said = [0, 999, 1_000, 42_130, 999_499_999, 999_500_000, u64::MAX].map(bytes);
        let expected = [
            "0 B",
            "999 B",
            "1.00 kB",
            "42.1 kB",
            "999 MB",
            "1.00 GB",
            "18446744 TB",
        ];
        assert_eq!(said, expected);
    }

    #[test]
    fn durations_have_two_units() {
        let said = [-1.0, 4.4, 125.0, 12_000.0, 500_000.0].map(duration);
        assert_eq!(said, ["0 s", "4 s", "2 min 5 s", "3 h 20 min", "5 days"]);
    }

    #[test]
    fn values_are_rounded_to_what_counts() {
        let said = [-0.002, 0.0, 0.000_123, 1.0].map(signed);
        assert_eq!(said, ["−0.0020", "0.0000", "1.2e−4", "1.0000"]);
        assert_eq!(
            [0.01, 0.012_345, 0.5].map(rounded),
            ["0.01", "0.0123", "0.5"]
        );
    }
}
