use serde::de::{DeserializeSeed, Deserializer, Error, SeqAccess, Visitor};
use std::fmt;
use utoipa::openapi::schema::{Array, ArrayBuilder, ObjectBuilder, SchemaType, Type};

/// Rows of numbers, parsed straight into one flat vector: a vector for each row would cost an
/// allocation each, and a copy of everything afterwards.
#[derive(Debug, PartialEq, Default)]
pub(crate) struct Rows {
    /// Values per row; 0 only where there are no rows.
    pub(crate) columns: usize,
    /// Row after row.
    pub(crate) values: Vec<f64>,
}

impl<'de> serde::Deserialize<'de> for Rows {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_seq(RowsVisitor)
    }
}

/// How rows are described: at least one, of at least one number each. That all have the same
/// length a schema cannot say.
pub(crate) fn rows_schema() -> Array {
    let types = SchemaType::from_iter([Type::Number, Type::Null]);
    let number = ObjectBuilder::new().schema_type(types);
    let row = ArrayBuilder::new().items(number).min_items(Some(1));
    ArrayBuilder::new()
        .items(row)
        .min_items(Some(1))
        .description(Some("Rows of numbers, all of the same length; null is a missing value."))
        .examples([serde_json::json!([[1.0, 2.0], [1.1, 2.1], [9.0, 9.0]])])
        .build()
}

struct RowsVisitor;

impl<'de> Visitor<'de> for RowsVisitor {
    type Value = Rows;

    fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("rows of numbers")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut rows: A) -> Result<Rows, A::Error> {
        let mut read = Rows::default();
        while rows.next_element_seed(Row(&mut read))?.is_some() {}
        Ok(read)
    }
}

/// Appends one row. Checks its length itself, so that the error belongs to this row.
struct Row<'a>(&'a mut Rows);

impl<'de> DeserializeSeed<'de> for Row<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_seq(self)
    }
}

impl<'de> Visitor<'de> for Row<'_> {
    type Value = ();

    fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("a row of numbers")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut row: A) -> Result<(), A::Error> {
        let Rows { columns, values } = self.0;
        let start = values.len();
        // A missing value is a NaN.
        while let Some(value) = row.next_element::<Option<f64>>()? {
            values.push(value.unwrap_or(f64::NAN));
        }
        let width = values.len() - start;
        if start == 0 {
            *columns = width;
        }
        match (width, *columns) {
            (0, _) => Err(A::Error::custom("the row has no values")),
            (width, columns) if width != columns => Err(A::Error::custom(format!(
                "the row has {width} values where row 0 has {columns}"
            ))),
            _ => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows(json: &str) -> Result<Rows, String> {
        serde_json::from_str(json).map_err(|error| error.to_string())
    }

    #[test]
    fn rows_become_one_flat_vector() {
        let read = rows("[[1, 2.5], [-3e2, 0.1]]").unwrap();
        assert_eq!(read, Rows { columns: 2, values: vec![1.0, 2.5, -300.0, 0.1] });
        assert_eq!(rows("[]").unwrap(), Rows::default());
        assert!(rows("[[1, null]]").unwrap().values[1].is_nan());
    }

    #[test]
    fn rows_that_are_none_are_refused() {
        let cases = [
            ("[[1, 2], [3]]", "the row has 1 values where row 0 has 2"),
            ("[[]]", "the row has no values"),
            ("[[1], []]", "the row has no values"),
            ("[1]", "invalid type: integer `1`, expected a row of numbers"),
            ("[[\"1\"]]", "invalid type: string \"1\", expected f64"),
            ("[[1e999]]", "number out of range"),
            ("{}", "invalid type: map, expected rows of numbers"),
        ];
        for (json, message) in cases {
            let error = rows(json).unwrap_err();
            assert!(error.starts_with(message), "{json}: {error}");
        }
    }
}
