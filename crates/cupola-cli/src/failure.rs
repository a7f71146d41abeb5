//! What went wrong, as the user reads it, and the exit code that belongs to it.

use cupola_io::IoError;
use cupola_scenario::{Rejected, SetError};
use cupola_world::WorldError;
use miette::{Diagnostic, GraphicalReportHandler, GraphicalTheme, LabeledSpan, NamedSource};
use std::io::IsTerminal as _;

/// Why the program ends without an answer.
#[derive(Debug)]
pub(crate) enum Failure {
    /// A file is wrong, with everything wrong in it.
    Rejected(Box<Rejected>),
    /// Something else in the input is wrong: message and help.
    Input(String, Option<String>),
    /// It failed while running: message and help.
    Running(String, Option<String>),
    /// The user stopped it.
    Interrupted,
}

impl Failure {
    /// Exit code of the failure.
    pub(crate) fn exit_code(&self) -> u8 {
        match self {
            Self::Rejected(_) | Self::Input(..) => 2,
            Self::Running(..) => 1,
            Self::Interrupted => 130,
        }
    }

    /// The whole message.
    pub(crate) fn text(&self) -> String {
        match self {
            Self::Rejected(rejected) => draw(rejected),
            Self::Input(message, help) | Self::Running(message, help) => {
                let hint = help
                    .as_ref()
                    .map_or(String::new(), |help| format!("\nhint: {help}"));
                format!("error: {message}{hint}")
            }
            Self::Interrupted => {
                "stopped on request; nothing half-written was left behind".to_owned()
            }
        }
    }
}

impl From<Rejected> for Failure {
    fn from(rejected: Rejected) -> Self {
        Self::Rejected(Box::new(rejected))
    }
}

impl From<SetError> for Failure {
    fn from(error: SetError) -> Self {
        Self::Input(error.to_string(), None)
    }
}

impl From<WorldError> for Failure {
    fn from(error: WorldError) -> Self {
        Self::Input(error.to_string(), None)
    }
}

impl From<IoError> for Failure {
    fn from(error: IoError) -> Self {
        let help = error.help();
        let help = (!help.is_empty()).then(|| help.to_string());
        match &error {
            IoError::Interrupted { .. } => Self::Interrupted,
            // What cannot be read was named by the user.
            IoError::Os { action, .. } if *action != "read" => {
                Self::Running(error.to_string(), help)
            }
            _ => Self::Input(error.to_string(), help),
        }
    }
}

/// Every problem drawn with the place it is at.
fn draw(rejected: &Rejected) -> String {
    let theme = if std::io::stderr().is_terminal() {
        GraphicalTheme::unicode()
    } else {
        GraphicalTheme::unicode_nocolor()
    };
    let handler = GraphicalReportHandler::new_themed(theme).with_width(100);
    let mut text = String::new();
    for problem in &rejected.problems {
        let (line, column) = rejected.line_column(problem.span.start);
        let drawn = Drawn {
            message: format!("{}:{line}:{column}: {}", rejected.name, problem.message),
            code: problem.code,
            help: problem.help.clone(),
            source: NamedSource::new(&rejected.name, rejected.text.clone()),
            label: (!problem.span.is_empty()).then(|| {
                LabeledSpan::new_with_span(Some(problem.label.clone()), problem.span.clone())
            }),
        };
        if handler.render_report(&mut text, &drawn).is_err() {
            text.push_str(&drawn.message);
        }
    }
    let count = rejected.problems.len();
    let things = if count == 1 {
        "1 problem".to_owned()
    } else {
        format!("{count} problems")
    };
    text + &format!("error: {things} in {}", rejected.name)
}

/// A problem in the form that `miette` draws.
#[derive(Debug)]
struct Drawn {
    message: String,
    code: &'static str,
    help: Option<String>,
    source: NamedSource<String>,
    label: Option<LabeledSpan>,
}

impl std::fmt::Display for Drawn {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Drawn {}

impl Diagnostic for Drawn {
    fn code<'a>(&'a self) -> Option<Box<dyn std::fmt::Display + 'a>> {
        Some(Box::new(self.code))
    }

    fn help<'a>(&'a self) -> Option<Box<dyn std::fmt::Display + 'a>> {
        self.help
            .as_ref()
            .map(|help| Box::new(help) as Box<dyn std::fmt::Display>)
    }

    fn source_code(&self) -> Option<&dyn miette::SourceCode> {
        self.label
            .as_ref()
            .map(|_| &self.source as &dyn miette::SourceCode)
    }

    fn labels(&self) -> Option<Box<dyn Iterator<Item = LabeledSpan> + '_>> {
        Some(Box::new(self.label.clone().into_iter()))
    }
}
