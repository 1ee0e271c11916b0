//! Message after message.

use super::columns::{is_taken, push};
use super::{arrow, syntax};
use crate::limits::Limits;
use crate::table::build::{Builder, Wanted};
use crate::table::error::TableError;
use arrow_array::{ArrayRef, RecordBatch};
use arrow_buffer::Buffer;
use arrow_ipc::convert::try_fb_to_schema;
use arrow_ipc::reader::{read_dictionary, read_record_batch};
use arrow_ipc::{Endianness, MessageHeader, RecordBatch as BatchHead, root_as_message};
use arrow_schema::SchemaRef;
use pynomaly_core::table::Table;
use std::collections::{HashMap, HashSet};
use std::sync::Arc;

/// Before a length where the stream is not of before 2019.
const CONTINUATION: [u8; 4] = [0xff; 4];

pub(super) struct Stream<'a> {
    rest: &'a [u8],
    limits: &'a Limits,
    messages: usize,
    dictionaries: HashMap<i64, ArrayRef>,
}

/// One message: its flatbuffer, and the bytes that belong to it.
struct Frame {
    head: Buffer,
    body: Buffer,
}

impl<'a> Stream<'a> {
    pub(super) fn new(bytes: &'a [u8], limits: &'a Limits) -> Self {
        Self { rest: bytes, limits, messages: 0, dictionaries: HashMap::new() }
    }

    pub(super) fn read(mut self, wanted: Wanted<'_>) -> Result<Table, TableError> {
        let schema = self.schema()?;
        let names: Vec<_> = schema.fields().iter().map(|field| field.name().clone()).collect();
        let columns = names.len();
        let mut builder = Builder::new(self.limits, wanted, Some(names), columns)?;
        let mut rows = 0;
        while let Some(frame) = self.next_frame()? {
            if let Some(batch) = self.batch(&frame, &schema, self.limits.rows_max - rows)? {
                push(&mut builder, &batch, rows)?;
                rows += batch.num_rows();
            }
        }
        builder.finish()
    }

    /// The first message, whose columns are of kinds that are taken.
    fn schema(&mut self) -> Result<SchemaRef, TableError> {
        let frame = self.next_frame()?.ok_or(TableError::NoRows)?;
        let message = root_as_message(&frame.head).map_err(|error| syntax(&error.to_string()))?;
        let schema = message.header_as_schema();
        let schema = schema.ok_or_else(|| syntax("it does not begin with a schema"))?;
        if schema.fields().is_some_and(|fields| fields.len() > self.limits.columns_max) {
            return Err(TableError::TooManyColumns { limit: self.limits.columns_max });
        }
        if schema.endianness() != Endianness::Little {
            return Err(syntax("its numbers are big-endian"));
        }
        let mut dictionaries = HashSet::new();
        let own = schema.fields().into_iter().flatten().filter_map(|field| field.dictionary());
        if !own.into_iter().all(|dictionary| dictionaries.insert(dictionary.id())) {
            // Each batch checks the dictionary of each column; many columns with a large one in
            // common would make a short body a long time.
            return Err(syntax("two columns have the same dictionary"));
        }
        let schema = try_fb_to_schema(schema).map_err(|error| arrow(&error))?;
        for (column, field) in schema.fields().iter().enumerate() {
            if !is_taken(field.data_type()) {
                let (name, found) = (format!("{:?}", field.name()), field.data_type().to_string());
                return Err(TableError::Type { column, name, found });
            }
        }
        Ok(Arc::new(schema))
    }

    /// The next message, if there is one; none after the end marker or the last byte.
    fn next_frame(&mut self) -> Result<Option<Frame>, TableError> {
        if self.rest.is_empty() {
            return Ok(None);
        }
        let mut length = self.take_word()?;
        if length == CONTINUATION {
            length = self.take_word()?;
        }
        let length = u32::from_le_bytes(length);
        if length == 0 {
            let is_end = self.rest.is_empty();
            return if is_end { Ok(None) } else { Err(syntax("there are bytes behind its end")) };
        }
        self.messages += 1;
        if self.messages > self.limits.arrow_messages_max {
            return Err(TableError::TooManyMessages { limit: self.limits.arrow_messages_max });
        }
        let head = self.take(i64::from(length))?;
        let message = root_as_message(&head).map_err(|error| syntax(&error.to_string()))?;
        let body = self.take(message.bodyLength())?;
        Ok(Some(Frame { head, body }))
    }

    /// The batch of `frame`, of at most `rows` rows; `None` for a dictionary, which is kept.
    fn batch(
        &mut self,
        frame: &Frame,
        schema: &SchemaRef,
        rows: usize,
    ) -> Result<Option<RecordBatch>, TableError> {
        let message = root_as_message(&frame.head).map_err(|error| syntax(&error.to_string()))?;
        let version = message.version();
        if let Some(dictionary) = message.header_as_dictionary_batch() {
            let values = dictionary.data().ok_or_else(|| syntax("a dictionary has no values"))?;
            // Each value has an offset of at least four bytes.
            check_claims(&values, frame.body.len(), frame.body.len() / 4 + 1)?;
            let kept = &mut self.dictionaries;
            read_dictionary(&frame.body, dictionary, schema, kept, &version)
                .map_err(|error| arrow(&error))?;
            return Ok(None);
        }
        let Some(batch) = message.header_as_record_batch() else {
            return match message.header_type() {
                MessageHeader::Schema => Err(syntax("it has two schemas")),
                _ => Err(syntax("a message is neither batch nor dictionary")),
            };
        };
        if usize::try_from(batch.length()).is_ok_and(|length| length > rows) {
            return Err(TableError::TooManyRows { limit: self.limits.rows_max });
        }
        check_claims(&batch, frame.body.len(), rows)?;
        let (schema, kept) = (Arc::clone(schema), &self.dictionaries);
        let batch = read_record_batch(&frame.body, batch, schema, kept, None, &version);
        batch.map(Some).map_err(|error| arrow(&error))
    }

    fn take_word(&mut self) -> Result<[u8; 4], TableError> {
        let cut = || syntax("it is cut off");
        let (word, rest) = self.rest.split_first_chunk().ok_or_else(cut)?;
        self.rest = rest;
        Ok(*word)
    }

    /// The next `length` bytes, in memory of their own: those of the body may lie anywhere, and the
    /// reader takes numbers only from multiples of their size.
    fn take(&mut self, length: i64) -> Result<Buffer, TableError> {
        let left = self.rest.len();
        let cut = || syntax(&format!("a message says {length} bytes, and {left} are left"));
        let length = usize::try_from(length).map_err(|_| cut())?;
        let (taken, rest) = self.rest.split_at_checked(length).ok_or_else(cut)?;
        self.rest = rest;
        Ok(Buffer::from_slice_ref(taken))
    }
}

/// Refuses a batch whose lengths go beyond `bytes`, or `rows` in any column.
fn check_claims(batch: &BatchHead<'_>, bytes: usize, rows: usize) -> Result<(), TableError> {
    if batch.compression().is_some() {
        return Err(syntax("its buffers are compressed; write them without compression"));
    }
    let within = |number: i64, most: usize| usize::try_from(number).is_ok_and(|it| it <= most);
    let buffers = batch.buffers().into_iter().flatten();
    let has_bytes = buffers.into_iter().all(|buffer| {
        buffer.length() >= 0
            && within(buffer.offset().saturating_add(buffer.length()), bytes)
            && buffer.offset() >= 0
    });
    let nodes = batch.nodes().into_iter().flatten();
    let has_rows = within(batch.length(), rows)
        && nodes.into_iter().all(|it| within(it.length(), rows) && within(it.null_count(), rows));
    if has_bytes && has_rows {
        return Ok(());
    }
    Err(syntax("a message says more than it has bytes for"))
}
