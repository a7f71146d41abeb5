//! Scenario and catalogue files of cupola: format, validation with spans, embedded examples, JSON Schema.
