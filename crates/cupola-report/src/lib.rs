//! Tables, charts, maps and the report of cupola, as bytes.
