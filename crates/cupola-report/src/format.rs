//! How numbers are printed: one rounding rule, thin spaces, a real minus sign.

use cupola_scenario::Class;

/// Narrow no-break space: groups thousands and stands between number and unit.
pub(crate) const THIN: char = '\u{202f}';

/// What is printed where there is no number.
pub(crate) const NONE: &str = "–";

/// The last decimal place that is printed: 2 means hundredths, −1 means tens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Places(i32);

impl Places {
    /// Two significant digits of the interval's width; three of the number where there is none.
    pub(crate) fn of_interval(low: f64, high: f64, value: f64) -> Self {
        let width = (high - low).abs();
        if width.is_finite() && width > 1e-12 {
            Self(significant(width, 2))
        } else {
            Self(significant(value.abs(), 3).clamp(0, 3))
        }
    }

    /// The finer of the two: a column of numbers is printed by its narrowest interval.
    pub(crate) fn finer(self, other: Self) -> Self {
        Self(self.0.max(other.0))
    }

    /// These places, or none at all if every number is whole: ends of counts need no `.0`.
    pub(crate) fn unless_whole(self, values: &[f64]) -> Self {
        if values.iter().all(|v| (v - v.round()).abs() < 1e-9) {
            self.at_most(0)
        } else {
            self
        }
    }

    /// At most this many decimals.
    pub(crate) fn at_most(self, decimals: i32) -> Self {
        Self(self.0.min(decimals))
    }

    /// At least this many: 0 keeps whole numbers whole.
    pub(crate) fn at_least(self, decimals: i32) -> Self {
        Self(self.0.max(decimals))
    }

    /// The number, rounded and grouped; a dash if it is not finite.
    pub(crate) fn print(self, value: f64) -> String {
        if !value.is_finite() {
            return NONE.to_owned();
        }
        let text = if self.0 >= 0 {
            format!("{:.*}", self.0 as usize, value.abs())
        } else {
            let step = (0..-self.0).fold(1.0, |s, _| s * 10.0);
            format!("{:.0}", (value.abs() / step).round() * step)
        };
        let zero = text.chars().all(|c| c == '0' || c == '.');
        let sign = if value < 0.0 && !zero { "−" } else { "" };
        format!("{sign}{}", grouped(&text))
    }

    /// The same with a plus sign where it is above zero.
    pub(crate) fn print_signed(self, value: f64) -> String {
        let text = self.print(value);
        let plain = text.starts_with('−') || text == NONE;
        if plain || text.chars().all(|c| c == '0' || c == '.') {
            text
        } else {
            format!("+{text}")
        }
    }
}

/// Decimal places that leave `digits` significant digits of a positive number.
fn significant(value: f64, digits: i32) -> i32 {
    if !value.is_finite() || value <= 1e-12 {
        return 0;
    }
    let mut exponent = 0;
    let mut scaled = value;
    while scaled >= 10.0 {
        scaled /= 10.0;
        exponent += 1;
    }
    while scaled < 1.0 {
        scaled *= 10.0;
        exponent -= 1;
    }
    digits - 1 - exponent
}

fn grouped(text: &str) -> String {
    let (whole, rest) = text
        .split_once('.')
        .map_or((text, None), |(w, r)| (w, Some(r)));
    let mut out = String::new();
    for (i, digit) in whole.chars().enumerate() {
        if i > 0 && (whole.len() - i).is_multiple_of(3) {
            out.push(THIN);
        }
        out.push(digit);
    }
    if let Some(rest) = rest {
        out.push('.');
        out.push_str(rest);
    }
    out
}

/// The name of a country in running text, by its alpha-2 code; the code where it has no other.
pub(crate) fn country(iso2: &str) -> String {
    let found = cupola_world::countries::find(iso2);
    match found.map(|country| country.name) {
        Ok(name @ ("United States" | "United Kingdom" | "Netherlands")) => format!("the {name}"),
        Ok(name) => name.to_owned(),
        Err(_) => iso2.to_owned(),
    }
}

/// A count that is exact: `1 024`.
pub(crate) fn count(n: usize) -> String {
    grouped(&n.to_string())
}

/// A number without an interval, to three significant digits, without zeros that say nothing.
pub(crate) fn plain(value: f64) -> String {
    let text = Places(significant(value.abs(), 3).max(0)).print(value);
    if text.contains('.') {
        text.trim_end_matches('0').trim_end_matches('.').to_owned()
    } else {
        text
    }
}

/// A share in whole percent, held between none and all.
pub(crate) fn percent(share: f64) -> String {
    if !share.is_finite() {
        return NONE.to_owned();
    }
    format!("{:.0}{THIN}%", share.clamp(0.0, 1.0) * 100.0)
}

/// A mean number of threats: one decimal, none from a hundred on.
pub(crate) fn mean_count(value: f64) -> String {
    Places(i32::from(value.abs() < 99.95)).print(value)
}

/// A number as it stands in an input, shortest form.
pub(crate) fn exact(value: f64) -> String {
    if !value.is_finite() {
        return NONE.to_owned();
    }
    let text = format!("{}", value.abs());
    let sign = if value < 0.0 { "−" } else { "" };
    format!("{sign}{}", grouped(&text))
}

/// `4–21`, or `−2.1 to −0.4` where a sign would blur the dash.
pub(crate) fn range(low: &str, high: &str) -> String {
    if low.starts_with(['−', '+']) || high.starts_with(['−', '+']) {
        format!("{low} to {high}")
    } else {
        format!("{low}–{high}")
    }
}

/// `A`, `B`, …, `Z`, `27`, … for the options, in order.
pub(crate) fn letter(option: usize) -> String {
    match u8::try_from(option) {
        Ok(i) if i < 26 => char::from(b'A' + i).to_string(),
        _ => (option + 1).to_string(),
    }
}

/// `a`, `a and b`, `a, b and c`.
pub(crate) fn listed(items: &[String]) -> String {
    match items {
        [] => String::new(),
        [one] => one.clone(),
        [rest @ .., last] => format!("{} and {last}", rest.join(", ")),
    }
}

/// A height: `100 m`, `1 km`, `10 km`.
pub(crate) fn height(metres: f64) -> String {
    if metres >= 1000.0 {
        format!("{}{THIN}km", plain(metres / 1000.0))
    } else {
        format!("{}{THIN}m", plain(metres))
    }
}

/// A class of threats in words.
pub(crate) fn class_name(class: Class) -> &'static str {
    match class {
        Class::Drone => "drones",
        Class::Decoy => "decoy drones",
        Class::Cruise => "cruise missiles",
        Class::Guided => "guided missiles",
        Class::Ballistic => "ballistic missiles",
        Class::Heavy => "heavy missiles (Kh-22 type)",
        Class::S300 => "S-300 fired at the ground",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(low: f64, value: f64, high: f64, expect: &str) {
        let places = Places::of_interval(low, high, value);
        assert_eq!(places.print(value).replace(THIN, " "), expect);
    }

    #[test]
    fn two_significant_digits_of_the_interval() {
        check(4.0, 12.34, 21.0, "12");
        check(0.0, 1.234, 3.0, "1.2");
        check(0.1, 0.1234, 0.134, "0.123");
        check(900.0, 1234.0, 2000.0, "1 200");
        check(10_000.0, 123_456.0, 400_000.0, "120 000");
        check(-2.1, -0.01, 2.0, "0.0");
    }

    #[test]
    fn a_number_without_interval_keeps_three_digits() {
        check(236.0, 236.0, 236.0, "236");
        check(0.0, 0.0, 0.0, "0");
        check(f64::NAN, 12.345, f64::NAN, "12.3");
        check(f64::NAN, f64::INFINITY, f64::NAN, "–");
    }

    #[test]
    fn differences_carry_their_sign() {
        let places = Places::of_interval(-2.1, -0.4, -1.2);
        assert_eq!(places.print_signed(-1.23), "−1.2");
        assert_eq!(places.print_signed(1.23), "+1.2");
        assert_eq!(places.print_signed(0.0), "0.0");
        assert_eq!(range("−2.1", "−0.4"), "−2.1 to −0.4");
        assert_eq!(range("4", "21"), "4–21");
    }

    #[test]
    fn letters_go_on_after_z() {
        assert_eq!([letter(0), letter(25), letter(26)], ["A", "Z", "27"]);
    }
}
