//! Simple checks of markup and of JSON against a schema: enough for what this crate writes.

use std::collections::BTreeSet;

use serde_json::Value;

const VOID: [&str; 3] = ["meta", "wbr", "!DOCTYPE"];

/// Nesting, unique ids, links to ids that exist, rows as long as their head, nothing loaded, no
/// number that is none.
pub(crate) fn check(page: &str) -> Result<(), String> {
    let mut walk = Walk::default();
    let mut rest = page;
    while let Some((text, after)) = rest.split_once('<') {
        // Scripts and styles hold no tags: skip to the one that ends them.
        if walk
            .open
            .last()
            .is_none_or(|t| t != "script" && t != "style")
        {
            no_strange_numbers(text)?;
        }
        let (tag, after) = after.split_once('>').ok_or("a tag is not closed")?;
        walk.tag(tag)?;
        rest = after;
    }
    if !walk.open.is_empty() {
        return Err(format!("left open: {:?}", walk.open));
    }
    let missing: Vec<_> = walk.links.difference(&walk.ids).collect();
    if !missing.is_empty() {
        return Err(format!("links to nothing: {missing:?}"));
    }
    for outside in ["http://", "https://", "@import", "src=", "<link", "url(//"] {
        if page.contains(outside) {
            return Err(format!("the page holds {outside}"));
        }
    }
    Ok(())
}

#[derive(Default)]
struct Walk {
    open: Vec<String>,
    ids: BTreeSet<String>,
    links: BTreeSet<String>,
    head_cells: usize,
    row_cells: usize,
}

impl Walk {
    fn tag(&mut self, tag: &str) -> Result<(), String> {
        if let Some(name) = tag.strip_prefix('/') {
            return match self.open.pop() {
                Some(open) if open == name => self.closed(name),
                other => Err(format!("</{name}> closes {other:?}")),
            };
        }
        let name = tag.split([' ', '/']).next().unwrap_or_default();
        self.attributes(tag)?;
        match name {
            "thead" => self.head_cells = 0,
            "tr" => self.row_cells = 0,
            "th" | "td" => self.row_cells += 1,
            _ => {}
        }
        if !VOID.contains(&name) && !tag.ends_with('/') {
            self.open.push(name.to_owned());
        }
        Ok(())
    }

    fn closed(&mut self, name: &str) -> Result<(), String> {
        if name != "tr" {
            return Ok(());
        }
        if self.open.last().is_some_and(|t| t == "thead") {
            self.head_cells = self.row_cells;
        }
        if self.row_cells == self.head_cells {
            Ok(())
        } else {
            Err(format!(
                "{} cells under {} heads",
                self.row_cells, self.head_cells
            ))
        }
    }

    fn attributes(&mut self, tag: &str) -> Result<(), String> {
        let quotes = tag.matches('"').count();
        if !quotes.is_multiple_of(2) {
            return Err(format!("odd quotes in <{tag}>"));
        }
        if tag.contains("NaN") || tag.contains("=\"inf") {
            return Err(format!("no number in <{tag}>"));
        }
        if let Some(id) = attribute(tag, "id")
            && !self.ids.insert(id.to_owned())
        {
            return Err(format!("id {id} twice"));
        }
        if let Some(target) = attribute(tag, "href") {
            match target.strip_prefix('#') {
                Some(id) => _ = self.links.insert(id.to_owned()),
                None if target.starts_with("data:image/png;base64,") => {}
                None => return Err(format!("link to {target}")),
            }
        }
        let picture = tag.starts_with("svg") && !tag.contains("aria-hidden");
        if picture && attribute(tag, "aria-label").is_none_or(str::is_empty) {
            return Err("a figure without a text for those who do not see it".to_owned());
        }
        Ok(())
    }
}

fn no_strange_numbers(text: &str) -> Result<(), String> {
    for word in text.split(|c: char| !c.is_ascii_alphabetic()) {
        if ["NaN", "inf", "Infinity", "undefined"].contains(&word) {
            return Err(format!("`{word}` in `{text}`"));
        }
    }
    Ok(())
}

fn attribute<'a>(tag: &'a str, name: &str) -> Option<&'a str> {
    let (_, after) = tag.split_once(&format!(" {name}=\""))?;
    after.split('"').next()
}

/// Whether a value fits a schema made of `type`, `required`, `properties`, `items`, `enum`,
/// `const` and `anyOf`; and whether every property is described.
pub(crate) fn admits(schema: &Value, value: &Value, path: &str) -> Result<(), String> {
    if let Some(wanted) = schema.get("const")
        && wanted != value
    {
        return Err(format!("{path}: {value} is not {wanted}"));
    }
    if let Some(values) = schema.get("enum").and_then(Value::as_array)
        && !values.contains(value)
    {
        return Err(format!("{path}: {value} is none of {values:?}"));
    }
    if let Some(schemas) = schema.get("anyOf").and_then(Value::as_array) {
        return if schemas.iter().any(|s| admits(s, value, path).is_ok()) {
            Ok(())
        } else {
            Err(format!("{path}: {value} fits nothing"))
        };
    }
    type_fits(schema, value, path)?;
    if let Some(object) = value.as_object() {
        for key in schema["required"].as_array().into_iter().flatten() {
            if !object.contains_key(key.as_str().unwrap_or_default()) {
                return Err(format!("{path}: {key} is missing"));
            }
        }
        for (key, inner) in object {
            let described = schema["properties"].get(key);
            let described = described.ok_or_else(|| format!("{path}.{key} is not described"))?;
            admits(described, inner, &format!("{path}.{key}"))?;
        }
    }
    for (i, inner) in value.as_array().into_iter().flatten().enumerate() {
        admits(&schema["items"], inner, &format!("{path}[{i}]"))?;
    }
    Ok(())
}

fn type_fits(schema: &Value, value: &Value, path: &str) -> Result<(), String> {
    let kinds: Vec<&str> = match &schema["type"] {
        Value::String(kind) => vec![kind],
        Value::Array(kinds) => kinds.iter().filter_map(Value::as_str).collect(),
        _ => return Ok(()),
    };
    let fits = |kind: &&str| match *kind {
        "object" => value.is_object(),
        "array" => value.is_array(),
        "string" => value.is_string(),
        "integer" => value.is_u64(),
        "number" => value.is_number(),
        "null" => value.is_null(),
        _ => false,
    };
    if kinds.iter().any(fits) {
        Ok(())
    } else {
        Err(format!("{path}: {value} is not {kinds:?}"))
    }
}
