//! Numbers of several runs, and how they are shown.

use serde_json::{Value, json};

/// The middle of some numbers, the least and the greatest.
pub struct Spread {
    pub median: f64,
    least: f64,
    most: f64,
}

impl Spread {
    /// Of none there is no spread, nor where one of them is not known.
    pub fn of(numbers: impl IntoIterator<Item = Option<f64>>) -> Option<Self> {
        let mut numbers: Vec<f64> = numbers.into_iter().collect::<Option<_>>()?;
        numbers.sort_by(f64::total_cmp);
        let (least, most) = (*numbers.first()?, *numbers.last()?);
        let at = numbers.len() / 2;
        let even = numbers.len().is_multiple_of(2);
        let median = if even { (numbers[at - 1] + numbers[at]) / 2.0 } else { numbers[at] };
        Some(Self { median, least, most })
    }

    pub fn json(spread: Option<&Self>) -> Value {
        spread.map_or(Value::Null, |one| json!({ "median": one.median, "min": one.least, "max": one.most }))
    }
}

/// How a number is shown.
#[derive(Clone, Copy)]
pub enum Unit {
    Seconds,
    Milliseconds,
    Megabytes,
    Kilobytes,
    Times,
    Count,
}

impl Unit {
    fn show(self, number: f64) -> String {
        match self {
            Self::Seconds => format!("{number:.3} s"),
            Self::Milliseconds => format!("{number:.0} ms"),
            Self::Megabytes => format!("{:.0} MB", number / 1e6),
            Self::Kilobytes => format!("{} kB", grouped((number / 1e3).ceil() as u64)),
            Self::Times => format!("{number:.2}"),
            Self::Count => grouped(number.round() as u64),
        }
    }
}

/// The median, with the range where there is one.
pub fn shown(spread: Option<&Spread>, unit: Unit) -> String {
    match spread {
        None => "–".into(),
        Some(spread) => {
            let [median, least, most] = [spread.median, spread.least, spread.most].map(|n| unit.show(n));
            let unit = least.rfind(' ').map_or(least.len(), |at| at);
            if least == most { median } else { format!("{median} ({}–{most})", &least[..unit]) }
        }
    }
}

/// The median alone.
pub fn middle(spread: Option<&Spread>, unit: Unit) -> String {
    spread.map_or_else(|| "–".into(), |spread| unit.show(spread.median))
}

/// `10,000`
pub fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut grouped = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped
}
