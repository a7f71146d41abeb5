//! Finding the place in a text that belongs to a path such as `fire_units[2].system`.

use std::ops::Range;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

/// One step of a path: a key or a position in a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Step {
    Key(String),
    Index(usize),
}

/// Splits `a.b[2].c` into steps; a number after a dot counts as a position too.
pub(crate) fn steps(path: &str) -> Vec<Step> {
    path.replace('[', ".")
        .replace(']', "")
        .split('.')
        .filter(|part| !part.is_empty())
        .map(|part| {
            part.parse()
                .map_or_else(|_| Step::Key(part.to_owned()), Step::Index)
        })
        .collect()
}

/// Byte range of the value at a path, or of the deepest part of the path that exists.
pub(crate) fn locate(table: &Spanned<DeTable<'_>>, path: &str) -> Range<usize> {
    let mut span = 0..0;
    let mut steps = steps(path).into_iter();
    let mut value = match steps.next() {
        Some(Step::Key(key)) => table.get_ref().get(key.as_str()),
        _ => None,
    };
    while let Some(found) = value {
        span = found.span();
        value = match (found.get_ref(), steps.next()) {
            (DeValue::Table(table), Some(Step::Key(key))) => table.get(key.as_str()),
            (DeValue::Array(items), Some(Step::Index(i))) => items.get(i),
            _ => None,
        };
    }
    span
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_finds_its_text() {
        let text = "[[units]]\nsystem = \"x\"\n[[units]]\nsystem = \"yy\"\n";
        let table = DeTable::parse(text).unwrap();
        assert_eq!(text.get(locate(&table, "units[1].system")), Some("\"yy\""));
        assert_eq!(
            text.get(locate(&table, "units[0].system.deeper")),
            Some("\"x\"")
        );
        assert_eq!(locate(&table, "nothing"), 0..0);
    }
}
