//! The catalogue as files: loading, checking, overlaying, and the JSON Schemas.

use crate::catalogue::{Catalogue, Pk, System, Threat};
use crate::check::Checker;
use crate::diagnostic::{Diagnostic, Rejected};
use crate::holdings::Holding;
use crate::model::ScenarioFile;
use include_dir::{Dir, include_dir};
use schemars::{JsonSchema, SchemaGenerator};
use serde::de::DeserializeOwned;
use std::collections::BTreeMap;
use toml::de::DeTable;

static CATALOGUE: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/catalogue");

/// JSON Schema of a scenario file.
pub fn schema_scenario() -> serde_json::Value {
    schema_of::<ScenarioFile>()
}

/// JSON Schemas of the kinds of catalogue file, by kind.
pub fn schema_catalogue() -> serde_json::Value {
    serde_json::json!({
        "system": schema_of::<System>(),
        "threat": schema_of::<Threat>(),
        "holding": schema_of::<Holding>(),
        "pk": schema_of::<Pk>(),
    })
}

pub(crate) fn schema_of<T: JsonSchema>() -> serde_json::Value {
    SchemaGenerator::default()
        .into_root_schema_for::<T>()
        .to_value()
}

/// Checks a text against the schema of `T` and reads it; reports everything wrong.
pub(crate) fn read<T: DeserializeOwned + JsonSchema>(
    text: &str,
    name: &str,
    needs_sources: bool,
) -> Result<T, Rejected> {
    let reject = |problems| Rejected {
        name: name.to_owned(),
        text: text.to_owned(),
        problems,
    };
    let table = DeTable::parse(text).map_err(|error| reject(vec![syntax(&error, text)]))?;
    let schema = schema_of::<T>();
    let problems = Checker::new(&schema, needs_sources).check(&table);
    if !problems.is_empty() {
        return Err(reject(problems));
    }
    toml::from_str(text).map_err(|error| reject(vec![syntax(&error, text)]))
}

/// Reads a text whose free tables no schema describes; the first thing wrong is reported.
pub(crate) fn read_plain<T: DeserializeOwned>(text: &str, name: &str) -> Result<T, Rejected> {
    toml::from_str(text).map_err(|error| Rejected {
        name: name.to_owned(),
        text: text.to_owned(),
        problems: vec![syntax(&error, text)],
    })
}

fn syntax(error: &toml::de::Error, text: &str) -> Diagnostic {
    let mut span = error.span().unwrap_or(0..0);
    // At the end of a line nothing can be marked but what stands before it.
    if span.is_empty() {
        let before = text
            .get(..span.start)
            .and_then(|head| head.chars().next_back());
        span.start -= before.map_or(0, char::len_utf8);
    }
    Diagnostic {
        code: "toml",
        message: error.message().to_owned(),
        span,
        label: "here".to_owned(),
        help: None,
    }
}

/// The catalogue with the text of each of its entries, so that a lock file can hold them.
#[derive(Clone, Debug)]
pub struct CatalogueFiles {
    /// The entries.
    pub catalogue: Catalogue,
    pub(crate) raw_systems: BTreeMap<String, toml::Table>,
    pub(crate) raw_threats: BTreeMap<String, toml::Table>,
    pub(crate) raw_holdings: BTreeMap<String, toml::Table>,
    pub(crate) raw_pk: toml::Table,
}

impl CatalogueFiles {
    /// The catalogue that travels inside the program.
    ///
    /// # Errors
    /// Everything wrong in the first file that is wrong; the tests see to it that none is.
    pub fn embedded() -> Result<Self, Rejected> {
        let mut paths: Vec<_> = ["systems", "threats", "holdings"]
            .iter()
            .filter_map(|folder| CATALOGUE.get_dir(folder))
            .flat_map(Dir::files)
            .collect();
        paths.sort_unstable_by_key(|file| file.path());
        let pk_text = CATALOGUE
            .get_file("pk.toml")
            .and_then(|f| f.contents_utf8())
            .unwrap_or("");
        let mut files = Self {
            catalogue: Catalogue {
                systems: BTreeMap::new(),
                threats: BTreeMap::new(),
                holdings: BTreeMap::new(),
                pk: read::<Pk>(pk_text, "pk.toml", false)?,
            },
            raw_systems: BTreeMap::new(),
            raw_threats: BTreeMap::new(),
            raw_holdings: BTreeMap::new(),
            raw_pk: raw(pk_text),
        };
        for file in paths {
            let name = file.path().to_string_lossy().replace('\\', "/");
            files.overlay(&name, file.contents_utf8().unwrap_or(""))?;
        }
        Ok(files)
    }

    /// Adds or replaces an entry: `systems/ID.toml`, `threats/ID.toml`, `holdings/ID.toml`, `pk.toml`.
    ///
    /// # Errors
    /// Everything that is wrong in the text; or a path that names no kind of entry.
    pub fn overlay(&mut self, path: &str, text: &str) -> Result<(), Rejected> {
        let stem = path
            .rsplit('/')
            .next()
            .unwrap_or(path)
            .trim_end_matches(".toml")
            .to_owned();
        let id = if path.starts_with("systems/") {
            let system = read::<System>(text, path, true)?;
            let id = system.id.clone();
            self.raw_systems.insert(id.clone(), raw(text));
            self.catalogue.systems.insert(id.clone(), system);
            id
        } else if path.starts_with("threats/") {
            let threat = read::<Threat>(text, path, true)?;
            let id = threat.id.clone();
            self.raw_threats.insert(id.clone(), raw(text));
            self.catalogue.threats.insert(id.clone(), threat);
            id
        } else if path.starts_with("holdings/") {
            let holding = read::<Holding>(text, path, true)?;
            let id = holding.id.clone();
            self.raw_holdings.insert(id.clone(), raw(text));
            self.catalogue.holdings.insert(id.clone(), holding);
            id
        } else if path == "pk.toml" {
            self.catalogue.pk = read::<Pk>(text, path, false)?;
            self.raw_pk = raw(text);
            stem.clone()
        } else {
            return Err(Rejected::whole(
                path,
                text,
                "catalogue-path",
                format!("`{path}` is no catalogue file"),
                "put it at systems/ID.toml, threats/ID.toml, holdings/ID.toml or pk.toml",
            ));
        };
        if id != stem {
            return Err(Rejected::whole(
                path,
                text,
                "id-differs",
                format!("the id `{id}` differs from the file's name `{stem}`"),
                &format!("name the file {id}.toml, or write id = \"{stem}\""),
            ));
        }
        Ok(())
    }
}

impl Rejected {
    /// A file rejected as a whole.
    pub fn whole(name: &str, text: &str, code: &'static str, message: String, help: &str) -> Self {
        let help = Some(help.to_owned());
        let problem = Diagnostic {
            code,
            message,
            span: 0..0,
            label: String::new(),
            help,
        };
        Self {
            name: name.to_owned(),
            text: text.to_owned(),
            problems: vec![problem],
        }
    }
}

/// The plain table of a text that was already read without error.
pub(crate) fn raw(text: &str) -> toml::Table {
    text.parse().unwrap_or_default()
}

impl CatalogueFiles {
    /// The written table of an entry by id, or of the kill probabilities as `pk`.
    pub fn table(&self, id: &str) -> Option<&toml::Table> {
        if id == "pk" {
            return Some(&self.raw_pk);
        }
        self.raw_systems
            .get(id)
            .or_else(|| self.raw_threats.get(id))
            .or_else(|| self.raw_holdings.get(id))
    }
}
