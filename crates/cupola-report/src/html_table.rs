//! Tables of the page: every row as long as the head, numbers to the right, CSV on request.

use crate::svg::escaped;

/// A cell. The text of all but `Markup` is escaped when printed.
pub(crate) enum Cell {
    /// Name of the row.
    Head(String),
    /// Number, to the right.
    Number(String),
    /// Words.
    Text(String),
    /// Markup that is already safe, to the right, and the words that a CSV file gets.
    Markup(String, String),
    /// Words as safe markup, and what a CSV file gets.
    TextMarkup(String, String),
    /// Name of the row as markup, and its words.
    HeadMarkup(String, String),
}

impl Cell {
    /// A number with its interval, as in `1.2 (0.9–1.5)`: the interval below the number.
    pub(crate) fn stacked(text: &str) -> Self {
        let Some((number, range)) = text.split_once(" (") else {
            return Self::Number(text.to_owned());
        };
        let markup = format!(
            "{}<span class=\"range\">{}</span>",
            escaped(number),
            escaped(range.trim_end_matches(')'))
        );
        Self::Markup(markup, text.to_owned())
    }
}

/// A table.
pub(crate) struct Table {
    id: String,
    caption: String,
    class: &'static str,
    head: Vec<(String, bool)>,
    rows: Vec<Vec<Cell>>,
    foot: Option<Vec<Cell>>,
}

impl Table {
    /// A table with a caption (plain text); the id is unique on the page.
    pub(crate) fn new(id: impl Into<String>, caption: impl Into<String>) -> Self {
        Self {
            id: id.into(),
            caption: caption.into(),
            class: "",
            head: Vec::new(),
            rows: Vec::new(),
            foot: None,
        }
    }

    #[must_use]
    pub(crate) fn class(mut self, class: &'static str) -> Self {
        self.class = class;
        self
    }

    /// A column of words; its head is plain text.
    #[must_use]
    pub(crate) fn text_column(mut self, head: &str) -> Self {
        self.head.push((escaped(head), false));
        self
    }

    /// A column of numbers; its head is plain text.
    #[must_use]
    pub(crate) fn number_column(mut self, head: &str) -> Self {
        self.head.push((escaped(head), true));
        self
    }

    /// A column of numbers whose head is safe markup.
    #[must_use]
    pub(crate) fn markup_column(mut self, head: String) -> Self {
        self.head.push((head, true));
        self
    }

    pub(crate) fn row(&mut self, cells: Vec<Cell>) {
        debug_assert_eq!(cells.len(), self.head.len(), "a row is as long as the head");
        self.rows.push(cells);
    }

    pub(crate) fn foot(&mut self, cells: Vec<Cell>) {
        debug_assert_eq!(
            cells.len(),
            self.head.len(),
            "the foot is as long as the head"
        );
        self.foot = Some(cells);
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    pub(crate) fn finish(&self) -> String {
        let mut out = format!(
            "<div class=\"wide\"><table id=\"{}\" class=\"{}\"><caption>{}</caption><thead><tr>",
            escaped(&self.id),
            self.class,
            escaped(&self.caption)
        );
        for (head, number) in &self.head {
            let class = if *number { " class=\"num\"" } else { "" };
            push!(out, "<th scope=\"col\"{class}>{head}</th>");
        }
        out.push_str("</tr></thead><tbody>");
        for row in &self.rows {
            push_row(&mut out, row);
        }
        out.push_str("</tbody>");
        if let Some(foot) = &self.foot {
            out.push_str("<tfoot>");
            push_row(&mut out, foot);
            out.push_str("</tfoot>");
        }
        out.push_str("</table></div>\n");
        out
    }
}

fn push_row(out: &mut String, row: &[Cell]) {
    out.push_str("<tr>");
    for cell in row {
        let text = match cell {
            Cell::Head(text) => format!("<th scope=\"row\">{}</th>", escaped(text)),
            Cell::HeadMarkup(markup, words) => {
                format!(
                    "<th scope=\"row\" data-csv=\"{}\">{markup}</th>",
                    escaped(words)
                )
            }
            Cell::Number(text) => format!("<td class=\"num\">{}</td>", escaped(text)),
            Cell::Text(text) => format!("<td>{}</td>", escaped(text)),
            Cell::TextMarkup(markup, words) => {
                format!("<td data-csv=\"{}\">{markup}</td>", escaped(words))
            }
            Cell::Markup(markup, words) => {
                format!(
                    "<td class=\"num\" data-csv=\"{}\">{markup}</td>",
                    escaped(words)
                )
            }
        };
        out.push_str(&text);
    }
    out.push_str("</tr>");
}
