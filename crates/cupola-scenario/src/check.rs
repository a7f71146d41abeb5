//! Checks a TOML tree against the JSON Schema of the file types, and reports everything wrong.
//!
//! The schema comes from the Rust types, so the types are the only description of the format.
//! Units and limits come from the end of a key: `_share` lies between 0 and 1, `_km` is not
//! negative, and so on.

use crate::diagnostic::{Diagnostic, nearest};
use serde_json::Value;
use std::ops::Range;
use std::sync::LazyLock;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

/// Units by the end of a key, with the smallest and largest value that makes sense.
const SUFFIXES: &[(&str, &str, f64, f64)] = &[
    ("lat_deg", "degrees north", -90.0, 90.0),
    ("lon_deg", "degrees east", -180.0, 180.0),
    ("_share", "shares of one", 0.0, 1.0),
    ("pd_ref", "probabilities", 0.0, 1.0),
    ("raid_rho", "correlations", 0.0, 0.99),
    ("_km_h", "km/h", 0.0, 40_000.0),
    ("_m_s", "m/s", 0.0, 12_000.0),
    ("_km", "km", 0.0, 20_100.0),
    ("_m2", "m²", 0.0, 1e6),
    ("ground_m", "m above sea", -450.0, 9_000.0),
    ("_min_m", "m", 0.0, 1e6),
    ("_m", "m", 0.0, 1e6),
    ("_s", "s", 0.0, 1e6),
    ("start_min", "min", -100_000.0, 100_000.0),
    ("_min", "min", 0.0, 1e6),
    ("_h", "h", 0.0, 1e5),
    (
        "elevation_min_deg",
        "degrees above the horizontal",
        -90.0,
        90.0,
    ),
    (
        "elevation_max_deg",
        "degrees above the horizontal",
        -90.0,
        90.0,
    ),
    ("_deg", "degrees", 0.0, 360.0),
    ("_weeks", "weeks", 0.0, 520.0),
    ("_musd", "million US dollars", 0.0, 1e6),
    ("_kg", "kg", 0.0, 1e6),
    ("count", "threats", 0.0, 5_000.0),
    ("_per_drone_hour", "losses per drone and hour", 0.0, 1e4),
    ("_per_1000_km2", "teams per 1,000 km²", 0.0, 1e6),
    ("_per_year", "missiles a year", 0.0, 1e7),
    ("_per_month", "raids a month", 0.0, 1e3),
    ("rounds", "engagements", 0.0, 1e6),
    ("looks_max", "salvos", 1.0, 1e4),
    ("waiting_max", "threats", 0.0, 1e4),
    ("weight", "relative weights", 0.0, 1e9),
];

/// Keys whose value is a day.
const DAYS: [&str; 4] = ["as_of", "start", "manned_from", "when"];

static EMPTY: LazyLock<serde_json::Map<String, Value>> = LazyLock::new(serde_json::Map::new);

/// Checks values against a schema made by `schemars`.
pub(crate) struct Checker<'a> {
    schema: &'a Value,
    needs_sources: bool,
    problems: Vec<Diagnostic>,
}

impl<'a> Checker<'a> {
    /// A checker; with `needs_sources` a bare number is an error (catalogue files).
    pub(crate) fn new(schema: &'a Value, needs_sources: bool) -> Self {
        Self {
            schema,
            needs_sources,
            problems: Vec::new(),
        }
    }

    /// Everything wrong in the table.
    pub(crate) fn check(mut self, table: &Spanned<DeTable<'_>>) -> Vec<Diagnostic> {
        let root = self.schema;
        self.table(table.get_ref(), root, table.span(), "");
        self.problems
    }

    fn report(&mut self, code: &'static str, span: Range<usize>, message: String, label: &str) {
        self.problems.push(Diagnostic {
            code,
            message,
            span,
            label: label.to_owned(),
            help: None,
        });
    }

    fn help(&mut self, help: String) {
        if let Some(last) = self.problems.last_mut() {
            last.help = Some(help);
        }
    }

    /// Follows `$ref` and the single non-null branch of an optional value.
    fn resolve(&self, schema: &'a Value) -> &'a Value {
        if let Some(path) = schema.get("$ref").and_then(Value::as_str) {
            let pointer = path.trim_start_matches('#');
            return self
                .schema
                .pointer(pointer)
                .map_or(schema, |found| self.resolve(found));
        }
        if let Some([first, second]) = schema
            .get("anyOf")
            .and_then(Value::as_array)
            .map(Vec::as_slice)
            && second.get("type").and_then(Value::as_str) == Some("null")
        {
            return self.resolve(first);
        }
        match schema
            .get("allOf")
            .and_then(Value::as_array)
            .map(Vec::as_slice)
        {
            Some([only]) => self.resolve(only),
            _ => schema,
        }
    }

    fn table(&mut self, table: &DeTable<'_>, schema: &'a Value, span: Range<usize>, path: &str) {
        let properties = schema
            .get("properties")
            .and_then(Value::as_object)
            .unwrap_or(&EMPTY);
        let extra = schema
            .get("additionalProperties")
            .filter(|extra| extra.is_object());
        for (key, value) in table {
            let name = key.get_ref().as_ref();
            let here = if path.is_empty() {
                name.to_owned()
            } else {
                format!("{path}.{name}")
            };
            if let Some(found) = properties.get(name) {
                self.value(value, found, name, &here);
            } else if let Some(extra) = extra {
                self.map_key(schema, name, key.span());
                self.value(value, extra, name, &here);
            } else {
                self.unknown_key(name, key.span(), properties, path);
            }
        }
        let required = schema.get("required").and_then(Value::as_array);
        for key in required.into_iter().flatten().filter_map(Value::as_str) {
            if !table
                .iter()
                .any(|(found, _)| found.get_ref().as_ref() == key)
            {
                let place = if path.is_empty() {
                    "the file".to_owned()
                } else {
                    format!("`{path}`")
                };
                self.report(
                    "missing-key",
                    span.clone(),
                    format!("{place} needs `{key}`"),
                    "here",
                );
                let text = properties.get(key).and_then(|p| p.get("description"));
                if let Some(text) = text.and_then(Value::as_str) {
                    self.help(format!("`{key}`: {}", text.trim_end_matches('.')));
                }
            }
        }
    }

    fn map_key(&mut self, schema: &'a Value, name: &str, span: Range<usize>) {
        let Some(names) = schema.get("propertyNames").map(|names| self.resolve(names)) else {
            return;
        };
        let known = enum_names(names);
        if !known.is_empty() && !known.contains(&name) {
            self.report(
                "unknown-name",
                span,
                format!("`{name}` is not known here"),
                "unknown",
            );
            self.help(format!("one of {}", known.join(", ")));
        }
    }

    fn unknown_key(
        &mut self,
        name: &str,
        span: Range<usize>,
        properties: &serde_json::Map<String, Value>,
        path: &str,
    ) {
        let place = if path.is_empty() {
            "the file".to_owned()
        } else {
            format!("`{path}`")
        };
        self.report(
            "unknown-key",
            span,
            format!("{place} has no key `{name}`"),
            "unknown key",
        );
        if let Some(other) = same_but_unit(name, properties.keys().map(String::as_str)) {
            let unit = unit_of(other).map_or("", |unit| unit.1);
            self.help(format!(
                "the unit stands in the key: write `{other}`, in {unit}"
            ));
        } else if let Some(near) = nearest(name, properties.keys().map(String::as_str)) {
            self.help(format!("did you mean `{near}`?"));
        } else {
            let keys: Vec<_> = properties.keys().map(String::as_str).collect();
            self.help(format!("keys here: {}", keys.join(", ")));
        }
    }

    fn value(&mut self, value: &Spanned<DeValue<'_>>, schema: &'a Value, key: &str, path: &str) {
        if schema
            .get("$ref")
            .and_then(Value::as_str)
            .is_some_and(|r| r.ends_with("/Number"))
            || self.resolve(schema).get("title").and_then(Value::as_str)
                == Some("An uncertain number")
        {
            return self.number(value, key, path);
        }
        let schema = self.resolve(schema);
        let wanted = wanted_type(schema);
        let names = enum_names(schema);
        if wanted == "string" && DAYS.contains(&key) {
            return self.day(value, key, path);
        }
        match (value.get_ref(), wanted) {
            (DeValue::Table(table), "object") => self.table(table, schema, value.span(), path),
            (DeValue::Array(items), "array") => {
                let Some(item) = schema.get("items") else {
                    return;
                };
                for (i, element) in items.iter().enumerate() {
                    self.value(element, item, key, &format!("{path}[{i}]"));
                }
                let fixed = schema.get("minItems").and_then(Value::as_u64);
                if let Some(count) = fixed.filter(|&count| items.len() as u64 != count) {
                    let message = format!("`{path}` needs {count} numbers, not {}", items.len());
                    self.report("wrong-length", value.span(), message, "here");
                    self.help("write [low, mode, high]".to_owned());
                }
            }
            (DeValue::String(text), "string") => {
                if !names.is_empty() && !names.contains(&text.as_ref()) {
                    let message = format!("`{path}` cannot be \"{text}\"");
                    self.report(
                        "unknown-name",
                        value.span(),
                        message,
                        "not one of the names known",
                    );
                    self.help(format!("one of {}", names.join(", ")));
                }
            }
            (DeValue::Boolean(_), "boolean") => {}
            (DeValue::Integer(_), "integer" | "number") | (DeValue::Float(_), "number") => {
                self.limits(as_number(value.get_ref()), value.span(), key, path, wanted);
            }
            (found, _) => {
                let message = format!(
                    "`{path}` must be {}, not {}",
                    article(wanted),
                    describe(found)
                );
                self.report("wrong-type", value.span(), message, "wrong type");
            }
        }
    }

    /// A TOML date; a bare time of day is none.
    fn day(&mut self, value: &Spanned<DeValue<'_>>, key: &str, path: &str) {
        match value.get_ref() {
            DeValue::Datetime(found) if found.date.is_some() => {}
            found => {
                let message = format!("`{path}` must be a date, not {}", describe(found));
                self.report("wrong-type", value.span(), message, "no date");
                self.help(format!("write {key} = 2024-12-31, without quotes"));
            }
        }
    }

    fn limits(
        &mut self,
        number: Option<f64>,
        span: Range<usize>,
        key: &str,
        path: &str,
        wanted: &str,
    ) {
        let Some(number) = number.filter(|number| number.is_finite()) else {
            let (message, label) = match wanted {
                "integer" => (format!("`{path}` is too large"), "too large"),
                _ => (format!("`{path}` must be a finite number"), "not finite"),
            };
            return self.report("not-finite", span, message, label);
        };
        if wanted == "integer" && number < 0.0 {
            let message = format!("`{path}` is {number}, and cannot be negative");
            return self.report("out-of-range", span, message, "negative");
        }
        if let Some((_, unit, low, high)) = unit_of(key)
            && !(*low..=*high).contains(&number)
        {
            let message = format!("`{path}` is {number}, outside {low} to {high}");
            self.report("out-of-range", span, message, "out of range");
            self.help(match *unit {
                "degrees north" if number.abs() <= 180.0 => {
                    "`lat_deg` is degrees north; were latitude and longitude swapped?".to_owned()
                }
                "shares of one" | "probabilities" if number > 1.0 && number <= 100.0 => {
                    format!("`{key}` is a share of one: write 0.17 for 17 %")
                }
                unit => format!("`{key}` is in {unit}, {low} to {high}"),
            });
        }
    }

    /// A `Num`: a bare number, or a table with value or range, and source or reason.
    fn number(&mut self, value: &Spanned<DeValue<'_>>, key: &str, path: &str) {
        match value.get_ref() {
            DeValue::Integer(_) | DeValue::Float(_) => {
                self.limits(
                    as_number(value.get_ref()),
                    value.span(),
                    key,
                    path,
                    "number",
                );
                if self.needs_sources {
                    let message = format!("`{path}` has no source");
                    self.report("no-source", value.span(), message, "a bare number");
                    self.help(
                        "write { value = …, source = \"…\", date = …, confidence = \"…\" }, or \
                         { low = …, high = …, confidence = \"assumed\", reason = \"…\" }"
                            .to_owned(),
                    );
                }
            }
            DeValue::Table(table) => self.number_table(table, value.span(), key, path),
            found => {
                let message = format!(
                    "`{path}` must be a number or a range, not {}",
                    describe(found)
                );
                self.report("wrong-type", value.span(), message, "wrong type");
                self.help(format!(
                    "write `{key} = 3` or `{key} = {{ low = 2, high = 4 }}`"
                ));
            }
        }
    }

    /// One field of a number's table.
    fn number_field(&mut self, field: &str, value: &Spanned<DeValue<'_>>, key: &str, path: &str) {
        let names: &[&str] = match field {
            "dist" => &["log"],
            "confidence" => &["high", "medium", "low", "assumed"],
            _ => &[],
        };
        let wanted = match (field, value.get_ref()) {
            ("value" | "low" | "mode" | "high", DeValue::Integer(_) | DeValue::Float(_)) => {
                let number = as_number(value.get_ref());
                return self.limits(number, value.span(), key, path, "number");
            }
            ("value" | "low" | "mode" | "high", _) => "a number",
            ("date", _) => return self.day(value, "date", path),
            ("dist" | "confidence", DeValue::String(text)) if !names.contains(&text.as_ref()) => {
                let message = format!("`{path}` cannot be \"{text}\"");
                self.report("unknown-name", value.span(), message, "not known here");
                return self.help(format!("one of {}", names.join(", ")));
            }
            (_, DeValue::String(_)) => return,
            ("source" | "reason" | "dist" | "confidence", _) => "a text",
            _ => return,
        };
        let message = format!(
            "`{path}` must be {wanted}, not {}",
            describe(value.get_ref())
        );
        self.report("wrong-type", value.span(), message, "wrong type");
    }

    fn number_table(&mut self, table: &DeTable<'_>, span: Range<usize>, key: &str, path: &str) {
        let known = [
            "value",
            "low",
            "mode",
            "high",
            "dist",
            "source",
            "date",
            "confidence",
            "reason",
        ];
        for (name, value) in table {
            let name_text = name.get_ref().as_ref();
            if !known.contains(&name_text) {
                let message = format!("`{path}` has no key `{name_text}`");
                self.report("unknown-key", name.span(), message, "unknown key");
                self.help(format!("keys here: {}", known.join(", ")));
            }
            self.number_field(name_text, value, key, &format!("{path}.{name_text}"));
        }
        let get = |name: &str| table.get(name).map(Spanned::get_ref).and_then(as_number);
        let text = |name: &str| table.get(name).and_then(|v| v.get_ref().as_str());
        let (low, mode, high) = (get("low"), get("mode"), get("high"));
        if get("value").is_none() && (low.is_none() || high.is_none()) {
            let message = format!("`{path}` needs `value`, or `low` and `high`");
            self.report("missing-key", span.clone(), message, "here");
        }
        let pairs = [
            ("low", low, "high", high),
            ("low", low, "mode", mode),
            ("mode", mode, "high", high),
        ];
        let reversed = pairs
            .iter()
            .find(|(_, a, _, b)| a.zip(*b).is_some_and(|(a, b)| a > b));
        if let Some((a_name, a, b_name, b)) = reversed {
            let (a, b) = (a.unwrap_or(0.0), b.unwrap_or(0.0));
            let message = format!("`{path}`: {a_name} ({a}) is above {b_name} ({b})");
            self.report("range-reversed", span.clone(), message, "range reversed");
            self.help("low ≤ mode ≤ high".to_owned());
        }
        if text("dist") == Some("log") && low.is_some_and(|low| low <= 0.0) {
            let message = format!("`{path}`: a log range must start above zero");
            self.report("out-of-range", span.clone(), message, "here");
        }
        let assumed = text("confidence") == Some("assumed");
        if assumed && text("reason").is_none() {
            let message = format!("`{path}` is assumed, and needs a reason");
            self.report("no-source", span.clone(), message, "no `reason`");
            self.help("add reason = \"…\"".to_owned());
        }
        if self.needs_sources && !assumed && text("source").is_none() {
            let message = format!("`{path}` has no source");
            self.report("no-source", span, message, "no `source`");
            self.help("add source = \"…\", or confidence = \"assumed\" and a reason".to_owned());
        }
    }
}

fn unit_of(key: &str) -> Option<&'static (&'static str, &'static str, f64, f64)> {
    SUFFIXES.iter().find(|(suffix, ..)| key.ends_with(suffix))
}

/// A key that differs from `name` only by its unit.
fn same_but_unit<'k>(name: &str, keys: impl Iterator<Item = &'k str>) -> Option<&'k str> {
    let units = [
        "km_h", "m_s", "km", "m2", "m", "s", "min", "h", "deg", "weeks", "days", "musd", "eur",
        "usd", "kg", "share", "percent", "pct", "nm", "ft", "mach", "kn", "mph",
    ];
    let stem = |key: &str| {
        let found = units
            .iter()
            .find_map(|unit| key.strip_suffix(&format!("_{unit}")));
        found.unwrap_or(key).to_owned()
    };
    let wanted = stem(name);
    let mut keys = keys;
    keys.find(|key| *key != name && stem(key) == wanted && unit_of(key).is_some())
}

fn enum_names(schema: &Value) -> Vec<&str> {
    let direct = schema
        .get("enum")
        .and_then(Value::as_array)
        .into_iter()
        .flatten();
    let branches = schema
        .get("oneOf")
        .and_then(Value::as_array)
        .into_iter()
        .flatten();
    direct
        .filter_map(Value::as_str)
        .chain(branches.filter_map(|branch| branch.get("const").and_then(Value::as_str)))
        .collect()
}

fn wanted_type(schema: &Value) -> &str {
    match schema.get("type") {
        Some(Value::String(name)) => name,
        Some(Value::Array(names)) => names
            .iter()
            .filter_map(Value::as_str)
            .find(|name| *name != "null")
            .unwrap_or("string"),
        _ => "string",
    }
}

fn as_number(value: &DeValue<'_>) -> Option<f64> {
    match value {
        DeValue::Integer(number) => {
            i64::from_str_radix(&number.as_str().replace('_', ""), number.radix())
                .ok()
                .map(|n| n as f64)
        }
        DeValue::Float(number) => number.as_str().replace('_', "").parse().ok(),
        _ => None,
    }
}

fn describe(value: &DeValue<'_>) -> String {
    match value {
        DeValue::String(text) => format!("the text \"{text}\""),
        DeValue::Integer(number) => format!("the number {}", number.as_str()),
        DeValue::Float(number) => format!("the number {}", number.as_str()),
        DeValue::Boolean(value) => format!("{value}"),
        DeValue::Datetime(date) if date.date.is_none() => format!("the time {date}"),
        DeValue::Datetime(date) => format!("the date {date}"),
        DeValue::Array(_) => "a list".to_owned(),
        DeValue::Table(_) => "a table".to_owned(),
    }
}

fn article(wanted: &str) -> &'static str {
    match wanted {
        "object" => "a table",
        "array" => "a list",
        "integer" => "a whole number",
        "number" => "a number",
        "boolean" => "true or false",
        _ => "a text",
    }
}
