//! Rules for single files: length, left-overs, and names of places that only one machine has.

use super::{Finding, TextFile};

const LINES_MAX: usize = 600;
/// A file of tests with wide tables says so in one of its first lines.
const TABLE_MARK: &str = "// tidy: table";

/// Left-overs, written apart so that this file does not find itself.
const LEFT_OVERS: [&str; 2] = [concat!("todo", "!("), concat!("dbg", "!(")];

/// Folders that exist on somebody's machine and not on the reader's.
const PLACES: [&str; 3] = [
    concat!("/wo", "rk/"),
    concat!("/ho", "me/"),
    concat!("/ro", "ot/"),
];
const TEMPORARY: &str = concat!("/tm", "p/");

/// Signs of a package registry other than the public one.
const REGISTRY_SIGNS: [&str; 5] = [
    concat!("arti", "factory"),
    concat!("--extra-", "index-url"),
    concat!("--index", "-url"),
    concat!("replace", "-with"),
    concat!(".inter", "nal/"),
];
const PUBLIC_SOURCE: &str = "registry+https://github.com/rust-lang/crates.io-index";

pub(crate) fn check(files: &[TextFile]) -> Vec<Finding> {
    files
        .iter()
        .flat_map(|file| {
            let mut findings = places(file);
            if has_extension(file, "rs") {
                findings.extend(length(file));
                findings.extend(left_overs(file));
            }
            if file.path.ends_with("Cargo.lock") {
                findings.extend(lock_sources(file));
            }
            findings
        })
        .collect()
}

fn has_extension(file: &TextFile, extension: &str) -> bool {
    file.path
        .rsplit_once('.')
        .is_some_and(|(_, found)| found == extension)
}

fn length(file: &TextFile) -> Option<Finding> {
    let lines = file.text.lines().count();
    let is_table = file
        .text
        .lines()
        .take(3)
        .any(|line| line.trim() == TABLE_MARK);
    (lines > LINES_MAX && !is_table).then(|| {
        let message = format!("{lines} lines, {LINES_MAX} at most: give each idea its own module");
        Finding::new(&file.path, message)
    })
}

fn left_overs(file: &TextFile) -> Vec<Finding> {
    find(file, |line| {
        LEFT_OVERS
            .iter()
            .find(|mark| line.contains(**mark))
            .copied()
    })
    .into_iter()
    .map(|(place, mark)| Finding::new(place, format!("`{mark}…)` was left in")))
    .collect()
}

fn places(file: &TextFile) -> Vec<Finding> {
    let mut findings: Vec<Finding> = find(file, machine_place)
        .into_iter()
        .map(|(place, found)| {
            Finding::new(
                place,
                format!("names `{found}`, a folder of one machine only"),
            )
        })
        .collect();
    let signs = find(file, |line| {
        REGISTRY_SIGNS.iter().find(|s| line.contains(**s)).copied()
    });
    findings.extend(signs.into_iter().map(|(place, sign)| {
        Finding::new(
            place,
            format!("`{sign}` points at a registry that others cannot reach"),
        )
    }));
    findings
}

/// The folder of one machine that a line names, if it names one as an absolute path.
///
/// `example.org/home/page` is part of an address, not a path: a path starts where no name ends.
fn machine_place(line: &str) -> Option<&'static str> {
    let starts_path = |at: usize| {
        let before = line.get(..at).and_then(|text| text.chars().next_back());
        !before.is_some_and(|c| c.is_alphanumeric() || "._-~}$".contains(c))
    };
    let named = |place: &str| line.match_indices(place).any(|(at, _)| starts_path(at));
    let below_temporary = line.match_indices(TEMPORARY).any(|(at, found)| {
        let next = line
            .get(at + found.len()..)
            .and_then(|text| text.chars().next());
        starts_path(at) && next.is_some_and(|c| c.is_ascii_lowercase())
    });
    let place = PLACES.iter().find(|place| named(place)).copied();
    place.or(below_temporary.then_some(TEMPORARY))
}

fn lock_sources(file: &TextFile) -> Vec<Finding> {
    let foreign = |line: &str| {
        let source = line.strip_prefix("source = ")?.trim_matches('"');
        (source != PUBLIC_SOURCE).then(|| source.to_owned())
    };
    find(file, foreign)
        .into_iter()
        .map(|(place, source)| {
            Finding::new(
                place,
                format!("locked to `{source}`, not the public registry"),
            )
        })
        .collect()
}

/// Places where `look` finds something, with what it found.
fn find<'a, T>(file: &'a TextFile, look: impl Fn(&'a str) -> Option<T>) -> Vec<(String, T)> {
    file.text
        .lines()
        .enumerate()
        .filter_map(|(index, line)| {
            look(line).map(|found| (format!("{}:{}", file.path, index + 1), found))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn findings(path: &str, text: &str) -> Vec<String> {
        let file = TextFile {
            path: path.to_owned(),
            text: text.to_owned(),
        };
        check(&[file]).iter().map(ToString::to_string).collect()
    }

    #[test]
    fn long_files_are_found_unless_they_are_tables() {
        let long = "// a line\n".repeat(601);
        assert_eq!(findings("a.rs", &long).len(), 1);
        assert_eq!(findings("a.md", &long).len(), 0);
        assert_eq!(findings("a.rs", &"// a line\n".repeat(600)).len(), 0);
        assert_eq!(findings("a.rs", &format!("{TABLE_MARK}\n{long}")).len(), 0);
    }

    #[test]
    fn left_overs_are_found_with_their_line() {
        let text = format!("fn f() {{\n    {}x);\n}}\n", LEFT_OVERS[1]);
        let found = findings("a.rs", &text);
        assert_eq!(found.len(), 1);
        assert!(found.iter().all(|line| line.starts_with("a.rs:2: ")));
    }

    #[test]
    fn absolute_paths_of_one_machine_are_found() {
        for place in PLACES {
            assert_eq!(findings("a.md", &format!("see `{place}data`\n")).len(), 1);
        }
        assert_eq!(
            findings("a.md", &format!("open {TEMPORARY}report.html")).len(),
            1
        );
    }

    #[test]
    fn addresses_and_relative_paths_are_not_taken_for_paths() {
        assert!(findings("a.md", &format!("https://example.org{}page", PLACES[1])).is_empty());
        assert!(findings("a.md", &format!("../frame{}", PLACES[0])).is_empty());
        assert!(findings("a.md", &format!("${{HOME}}{}", PLACES[0])).is_empty());
    }

    #[test]
    fn other_registries_are_found() {
        for sign in REGISTRY_SIGNS {
            assert_eq!(
                findings("a.toml", &format!("x = \"{sign}\"\n")).len(),
                1,
                "{sign}"
            );
        }
    }

    #[test]
    fn the_lock_file_names_the_public_registry_only() {
        assert!(findings("Cargo.lock", &format!("source = \"{PUBLIC_SOURCE}\"\n")).is_empty());
        assert_eq!(
            findings(
                "Cargo.lock",
                "source = \"registry+https://mirror.example\"\n"
            )
            .len(),
            1
        );
    }
}
