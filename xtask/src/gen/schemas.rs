//! `schemas/`: JSON Schemas as the program prints them.

use serde_json::Value;

use super::{Generated, Program};
use crate::failure::{Doing as _, Result};

/// What `cupola schema` knows.
const NAMES: [&str; 4] = ["scenario", "summary", "catalogue", "claim"];

pub(crate) fn generate(program: &Program) -> Result<Vec<Generated>> {
    NAMES
        .iter()
        .map(|name| schema(name, &program.says(&["schema", name])?))
        .collect()
}

fn schema(name: &str, printed: &str) -> Result<Generated> {
    // Parsed only to be sure that it is JSON: the committed file is what the program prints.
    let _: Value =
        serde_json::from_str(printed).doing(|| format!("`cupola schema {name}` is no JSON"))?;
    let text = format!("{}\n", printed.trim_end());
    Ok(Generated {
        path: format!("schemas/{name}.schema.json"),
        text,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_schema_is_json_and_ends_in_one_newline() {
        let made = schema("scenario", "{\"type\": \"object\"}\n\n").unwrap();
        assert_eq!(made.path, "schemas/scenario.schema.json");
        assert_eq!(made.text, "{\"type\": \"object\"}\n");
        assert!(schema("scenario", "usage: cupola").is_err());
    }
}
