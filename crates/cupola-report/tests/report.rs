//! The report's text on a fixture, and what must hold of the page whatever the outcome.

mod fixture;

use cupola_report::{answer_sentences, summary_json, terminal_table};

#[test]
fn terminal_table_fits_a_hundred_columns() {
    let table = terminal_table(&fixture::outcome(), 100);
    assert!(table.lines().all(|l| l.chars().count() <= 100));
    insta::assert_snapshot!(table);
}

#[test]
fn answer_is_five_sentences_from_the_numbers() {
    let sentences = answer_sentences(&fixture::outcome());
    insta::assert_snapshot!(sentences.join("\n\n"));
}
