//! The values of a batch, column after column.

use crate::table::build::Builder;
use crate::table::error::{Place, TableError};
use arrow_array::cast::AsArray;
use arrow_array::types::{
    Float32Type, Float64Type, Int8Type, Int16Type, Int32Type, Int64Type, UInt8Type, UInt16Type,
    UInt32Type, UInt64Type,
};
use arrow_array::{Array, RecordBatch};
use arrow_schema::DataType;

/// Whether columns of that type are read.
pub(super) fn is_taken(kind: &DataType) -> bool {
    use DataType as D;
    match kind {
        D::Null | D::Boolean | D::Float32 | D::Float64 | D::Utf8 | D::LargeUtf8 => true,
        D::Dictionary(_, values) => matches!(**values, D::Utf8 | D::LargeUtf8),
        other => other.is_integer(),
    }
}

/// Appends the rows of `batch`, of which so many came `before`.
pub(super) fn push(
    builder: &mut Builder<'_>,
    batch: &RecordBatch,
    before: usize,
) -> Result<(), TableError> {
    for _ in 0..batch.num_rows() {
        builder.begin_row(None)?;
    }
    let mut columns = batch.columns().iter().enumerate();
    columns.try_for_each(|(column, array)| {
        let mut filling = Filling { builder, column, before };
        filling.fill(array.as_ref())
    })
}

/// A column that gets the values of one batch.
struct Filling<'a, 'b> {
    builder: &'a mut Builder<'b>,
    column: usize,
    before: usize,
}

impl Filling<'_, '_> {
    #[expect(clippy::cast_precision_loss, reason = "the nearest number, as JSON has it")]
    fn fill(&mut self, array: &dyn Array) -> Result<(), TableError> {
        use DataType as D;
        macro_rules! numbers {
            ($type:ty, $number:expr) => {
                self.numbers(array.as_primitive::<$type>().iter().map(|it| it.map($number)))
            };
        }
        match array.data_type() {
            D::Float64 => numbers!(Float64Type, |it| it),
            D::Float32 => numbers!(Float32Type, f64::from),
            D::Int8 => numbers!(Int8Type, f64::from),
            D::Int16 => numbers!(Int16Type, f64::from),
            D::Int32 => numbers!(Int32Type, f64::from),
            D::Int64 => numbers!(Int64Type, |it| it as f64),
            D::UInt8 => numbers!(UInt8Type, f64::from),
            D::UInt16 => numbers!(UInt16Type, f64::from),
            D::UInt32 => numbers!(UInt32Type, f64::from),
            D::UInt64 => numbers!(UInt64Type, |it| it as f64),
            D::Boolean => {
                let values = array.as_boolean().iter();
                self.numbers(values.map(|it| it.map(|it| f64::from(u8::from(it)))))
            }
            D::Utf8 => self.texts(array.as_string::<i32>().iter()),
            D::LargeUtf8 => self.texts(array.as_string::<i64>().iter()),
            D::Dictionary(_, _) => self.dictionary(array),
            // Of the kinds that are taken, there is only that of nothing but missing values left.
            _ => {
                (0..array.len()).for_each(|_| self.builder.missing(self.column));
                Ok(())
            }
        }
    }

    fn numbers(&mut self, numbers: impl Iterator<Item = Option<f64>>) -> Result<(), TableError> {
        for (number, row) in numbers.zip(self.before..) {
            let number = number.unwrap_or(f64::NAN);
            self.builder.number(Place { row, line: None }, self.column, number)?;
        }
        Ok(())
    }

    fn texts<'t>(
        &mut self,
        texts: impl Iterator<Item = Option<&'t str>>,
    ) -> Result<(), TableError> {
        for (text, row) in texts.zip(self.before..) {
            match text {
                Some(text) => self.builder.text(Place { row, line: None }, self.column, text)?,
                None => self.builder.missing(self.column),
            }
        }
        Ok(())
    }

    fn dictionary(&mut self, array: &dyn Array) -> Result<(), TableError> {
        let dictionary = array.as_any_dictionary();
        let values = dictionary.values();
        let has_values = !values.is_empty();
        let keys = if has_values { dictionary.normalized_keys() } else { vec![0; array.len()] };
        // A key that is there has a value: the reader has checked that.
        let is_there = |row: usize, key: usize| {
            has_values && dictionary.keys().is_valid(row) && values.is_valid(key)
        };
        let keys = keys.into_iter().enumerate();
        let keys = keys.map(|(row, key)| is_there(row, key).then_some(key));
        match values.data_type() {
            DataType::LargeUtf8 => {
                let values = values.as_string::<i64>();
                self.texts(keys.map(|key| key.map(|key| values.value(key))))
            }
            _ => {
                let values = values.as_string::<i32>();
                self.texts(keys.map(|key| key.map(|key| values.value(key))))
            }
        }
    }
}
