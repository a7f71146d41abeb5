//! Days as integers, without a time zone: the record's dates are local dates as posted.

use std::fmt;

/// A calendar day of the Gregorian calendar, counted from 1970-01-01.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Day(pub i32);

impl Day {
    /// The day of a calendar date, or nothing when there is no such date.
    ///
    /// # Source
    /// Howard Hinnant, "chrono-compatible low-level date algorithms", `days_from_civil`.
    pub fn new(year: i32, month: u32, day: u32) -> Option<Self> {
        let found = Self::unchecked(year, month, day);
        ((1..=9999).contains(&year) && found.date() == (year, month, day)).then_some(found)
    }

    fn unchecked(year: i32, month: u32, day: u32) -> Self {
        let (m, d) = (month.min(99).cast_signed(), day.min(99).cast_signed());
        let y = if m <= 2 { year - 1 } else { year };
        let era = y.div_euclid(400);
        let year_of_era = y.rem_euclid(400);
        let day_of_year = (153 * (m + if m > 2 { -3 } else { 9 }) + 2) / 5 + d - 1;
        let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
        Self(era * 146_097 + day_of_era - 719_468)
    }

    /// Year, month and day of the month.
    pub fn date(self) -> (i32, u32, u32) {
        let z = self.0 + 719_468;
        let era = z.div_euclid(146_097);
        let doe = z.rem_euclid(146_097);
        let yoe = (doe - doe / 1460 + doe / 36_524 - doe / 146_096) / 365;
        let doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
        let mp = (5 * doy + 2) / 153;
        let day = doy - (153 * mp + 2) / 5 + 1;
        let month = if mp < 10 { mp + 3 } else { mp - 9 };
        let year = yoe + era * 400 + i32::from(month <= 2);
        (year, month as u32, day as u32)
    }

    /// The month the day lies in.
    pub fn month(self) -> Month {
        let (year, month, _) = self.date();
        Month(year * 12 + month.cast_signed() - 1)
    }

    /// Reads `YYYY-MM-DD`.
    pub fn parse(text: &str) -> Option<Self> {
        let mut parts = text.split('-');
        let (year, month, day) = (parts.next()?, parts.next()?, parts.next()?);
        if parts.next().is_some() || year.len() != 4 || month.len() > 2 || day.len() > 2 {
            return None;
        }
        Self::new(number(year)?.cast_signed(), number(month)?, number(day)?)
    }
}

impl fmt::Display for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (year, month, day) = self.date();
        write!(f, "{year:04}-{month:02}-{day:02}")
    }
}

/// A month, counted from January of the year 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Month(pub i32);

impl Month {
    /// Reads `YYYY-MM`.
    pub fn parse(text: &str) -> Option<Self> {
        let (year, month) = text.split_once('-')?;
        let month_number = number(month)?;
        if year.len() != 4 || month.len() != 2 || !(1..=12).contains(&month_number) {
            return None;
        }
        Some(Self(
            number(year)?.cast_signed() * 12 + month_number.cast_signed() - 1,
        ))
    }

    /// Its first day.
    pub fn first_day(self) -> Day {
        Day::unchecked(self.0.div_euclid(12), self.0.rem_euclid(12) as u32 + 1, 1)
    }

    /// Its last day.
    pub fn last_day(self) -> Day {
        Day(self.next().first_day().0 - 1)
    }

    /// The month after it.
    #[must_use]
    pub fn next(self) -> Self {
        Self(self.0 + 1)
    }
}

impl fmt::Display for Month {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (year, month) = (self.0.div_euclid(12), self.0.rem_euclid(12) + 1);
        write!(f, "{year:04}-{month:02}")
    }
}

/// Reads a whole number written in digits only.
pub(super) fn number(text: &str) -> Option<u32> {
    (!text.is_empty() && text.bytes().all(|b| b.is_ascii_digit()))
        .then(|| text.parse().ok())
        .flatten()
}

/// A moment as a day and seconds into it, from `DATE`, `DATE H:MM` or `DATE HH:MM:SS` with
/// whatever follows; the clock is missing when the text holds a date only.
pub(super) fn moment(text: &str) -> Option<(Day, Option<i64>)> {
    let text = text.trim();
    let (date, clock) = match text.split_once([' ', 'T']) {
        Some((date, clock)) => (date, Some(clock.trim())),
        None => (text, None),
    };
    let day = Day::parse(date)?;
    let Some(clock) = clock.filter(|clock| !clock.is_empty()) else {
        return Some((day, None));
    };
    let mut parts = clock.split(':');
    let hour = number(parts.next()?)?;
    let leading = |part: &str| {
        let digits: String = part.chars().take_while(char::is_ascii_digit).collect();
        number(&digits)
    };
    let minute = leading(parts.next()?)?;
    let second = parts.next().map_or(Some(0), leading)?;
    (hour < 24 && minute < 60 && second < 61).then(|| {
        let seconds = i64::from(hour) * 3600 + i64::from(minute) * 60 + i64::from(second);
        (day, Some(seconds))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_and_months_agree_with_the_calendar() {
        assert_eq!(Day::new(1970, 1, 1), Some(Day(0)));
        assert_eq!(Day::new(2000, 3, 1), Some(Day(11_017)));
        assert_eq!(Day::new(2023, 2, 29), None);
        assert_eq!(Day::new(2024, 13, 1), None);
        let mut day = Day::new(2022, 9, 1).unwrap();
        for _ in 0..1500 {
            let (y, m, d) = day.date();
            assert_eq!(Day::new(y, m, d), Some(day));
            assert!(day.month().first_day() <= day && day <= day.month().last_day());
            day = Day(day.0 + 1);
        }
        assert_eq!(
            Month::parse("2024-12").unwrap().last_day().to_string(),
            "2024-12-31"
        );
        assert_eq!(Month::parse("2024-13"), None);
        assert_eq!(
            Month::parse("2024-12").unwrap().next().to_string(),
            "2025-01"
        );
    }

    #[test]
    fn moments_are_read_with_and_without_a_clock() {
        let day = Day::new(2023, 5, 16).unwrap();
        assert_eq!(moment("2023-05-16"), Some((day, None)));
        assert_eq!(moment("2023-05-16 3:30"), Some((day, Some(12_600))));
        assert_eq!(
            moment("2023-05-16 16:36:22+00:00"),
            Some((day, Some(59_782)))
        );
        assert_eq!(moment("16.05.2023"), None);
        assert_eq!(moment("2023-05-16 25:00"), None);
    }
}
