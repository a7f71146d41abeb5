//! What `--over` says: a path and its values, as a list or as a range with a step.

use crate::failure::Failure;
use cupola_campaign::sweep::Axis;

/// Most points of one sweep: each is a campaign of its own.
const POINTS_MAX: usize = 200;

/// Reads the fields to sweep; one, or two for a grid.
///
/// # Errors
/// [`Failure`] for a field without values, a range that goes nowhere, or too many points.
pub(crate) fn axes(over: &[String]) -> Result<Vec<Axis>, Failure> {
    if over.len() > 2 {
        return Err(input(
            format!("{} fields are swept; a grid has two at most", over.len()),
            "give --over once or twice",
        ));
    }
    let axes: Vec<Axis> = over
        .iter()
        .map(|text| axis(text))
        .collect::<Result<_, _>>()?;
    if let [first, second] = axes.as_slice()
        && first.path == second.path
    {
        return Err(input(
            format!("`{}` is swept twice", first.path),
            "give each field one --over, with all its values",
        ));
    }
    let points = axes.iter().map(|axis| axis.values.len()).product::<usize>();
    if points > POINTS_MAX {
        return Err(input(
            format!("{points} points are more than are played: {POINTS_MAX} at most"),
            "take fewer values, or a larger step",
        ));
    }
    Ok(axes)
}

fn input(message: String, help: &str) -> Failure {
    Failure::Input(message, Some(help.to_owned()))
}

fn axis(text: &str) -> Result<Axis, Failure> {
    const HOW: &str = "write PATH=v1,v2,… or PATH=from:to:step, for instance \
                       rules.belt-70.belt_km=0:100:10";
    let Some((path, values)) = text.split_once('=') else {
        return Err(input(format!("`{text}` has no `=`"), HOW));
    };
    let (path, values) = (path.trim(), values.trim());
    if path.is_empty() {
        return Err(input(
            format!("`{text}` names no field before its `=`"),
            HOW,
        ));
    }
    let values = match range(values) {
        Some(values) => values.map_err(|message| input(format!("`{text}`: {message}"), HOW))?,
        None => list(values),
    };
    if values.iter().any(String::is_empty) {
        return Err(input(format!("`{text}` has an empty value"), HOW));
    }
    if values.len() < 2 {
        return Err(input(
            format!("`{text}` has one value only: nothing is swept"),
            HOW,
        ));
    }
    if let Some(twice) = (1..values.len()).find(|&i| values[..i].contains(&values[i])) {
        let message = format!("`{text}` has the value {} twice", values[twice]);
        return Err(input(message, "write each value once"));
    }
    Ok(Axis {
        path: path.to_owned(),
        values,
    })
}

/// `from:to:step` as numbers; `None` when it is no such text.
fn range(text: &str) -> Option<Result<Vec<String>, String>> {
    let parts: Vec<&str> = text.split(':').map(str::trim).collect();
    let [from, to, step] = parts.as_slice() else {
        return None;
    };
    let [from, to, step] = [from, to, step].map(|part| part.parse::<f64>().ok());
    let (from, to, step) = (from?, to?, step?);
    if !(from.is_finite() && to.is_finite() && step.is_finite()) {
        return Some(Err("a range needs finite numbers".to_owned()));
    }
    let steps = (to - from) / step;
    if step == 0.0 || steps < 0.0 {
        return Some(Err(format!(
            "a step of {step} never gets from {from} to {to}"
        )));
    }
    let count = (steps + 1e-9).floor().min(POINTS_MAX as f64) as usize;
    let value = |i: usize| {
        // Twelve digits, so that 0.1 + 0.2 reads as 0.3.
        let value = from + step * i as f64;
        let rounded: f64 = format!("{value:.12e}").parse().unwrap_or(value);
        format!("{rounded}")
    };
    Some(Ok((0..=count).map(value).collect()))
}

/// Splits at commas outside quotes and brackets.
fn list(text: &str) -> Vec<String> {
    let (mut values, mut value) = (Vec::new(), String::new());
    let (mut depth, mut quoted) = (0, false);
    for c in text.chars() {
        match c {
            '"' => quoted = !quoted,
            '[' | '{' if !quoted => depth += 1,
            ']' | '}' if !quoted => depth -= 1,
            ',' if !quoted && depth == 0 => {
                values.push(value.trim().to_owned());
                value.clear();
                continue;
            }
            _ => {}
        }
        value.push(c);
    }
    values.push(value.trim().to_owned());
    values
}

/// The values of every point, the last field changing fastest.
pub(crate) fn points(axes: &[Axis]) -> Vec<Vec<String>> {
    let mut points = vec![Vec::new()];
    for axis in axes {
        points = points
            .iter()
            .flat_map(|point: &Vec<String>| {
                axis.values.iter().map(|value| {
                    let mut longer = point.clone();
                    longer.push(value.clone());
                    longer
                })
            })
            .collect();
    }
    points
}

#[cfg(test)]
mod tests {
    use super::*;

    fn values(text: &str) -> Vec<String> {
        axis(text).unwrap().values
    }

    #[test]
    fn lists_and_ranges_are_read() {
        assert_eq!(values("a.b=1, 2,30"), ["1", "2", "30"]);
        assert_eq!(values("a=0:0.3:0.1"), ["0", "0.1", "0.2", "0.3"]);
        assert_eq!(values("a=700:0:-350"), ["700", "350", "0"]);
        assert_eq!(
            values("a={ low = 1, high = 2 },\"x,y\""),
            ["{ low = 1, high = 2 }", "\"x,y\""]
        );
    }

    #[test]
    fn what_cannot_be_swept_says_so() {
        for bad in [
            "a",
            "=1,2",
            "a=1",
            "a=1,,2",
            "a=0:10:-1",
            "a=0:1:0",
            "a=1,1",
        ] {
            assert!(axis(bad).is_err(), "{bad}");
        }
        let three = ["a=1,2", "b=1,2", "c=1,2"].map(str::to_owned);
        assert!(axes(&three).is_err());
        assert!(axes(&["a=1,2".to_owned(), "a=3,4".to_owned()]).is_err());
        assert!(axes(&["a=0:1000:1".to_owned()]).is_err());
    }

    #[test]
    fn a_grid_has_every_pair() {
        let axes = axes(&["a=1,2".to_owned(), "b=x,y".to_owned()]).unwrap();
        assert_eq!(
            points(&axes),
            [["1", "x"], ["1", "y"], ["2", "x"], ["2", "y"]]
        );
    }
}
