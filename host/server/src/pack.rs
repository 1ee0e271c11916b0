//! Rows and states as the database keeps them: compressed by zstd (RFC 8878).

use crate::error::ApiError;
use pynomaly_core::Matrix;
use std::io::Read;

/// zstd's own default; higher ones gain little on floats.
const LEVEL: i32 = 3;

/// `bytes`, compressed.
pub(crate) fn pack(bytes: &[u8]) -> Result<Vec<u8>, ApiError> {
    zstd::bulk::compress(bytes, LEVEL)
        .map_err(|error| ApiError::Internal(format!("not compressed: {error}")))
}

/// What [`pack`] was given, of which there were at most `limit` bytes.
pub(crate) fn unpack(packed: &[u8], limit: u64) -> Result<Vec<u8>, ApiError> {
    let broken = |error| ApiError::Internal(format!("not compressed as it should be: {error}"));
    let mut bytes = Vec::new();
    let reader = zstd::stream::read::Decoder::new(packed).map_err(broken)?;
    reader.take(limit.saturating_add(1)).read_to_end(&mut bytes).map_err(broken)?;
    if bytes.len() as u64 > limit {
        return Err(ApiError::Internal(format!("more than {limit} bytes were compressed")));
    }
    Ok(bytes)
}

/// The number of columns (u32) and every value, little-endian, compressed.
pub(crate) fn pack_matrix(matrix: &Matrix) -> Result<Vec<u8>, ApiError> {
    let columns = u32::try_from(matrix.columns()).unwrap_or(u32::MAX);
    let mut bytes = Vec::with_capacity(size_of_val(matrix.values()) + 4);
    bytes.extend(columns.to_le_bytes());
    bytes.extend(matrix.values().iter().flat_map(|value| value.to_le_bytes()));
    pack(&bytes)
}

/// The matrix of [`pack_matrix`], which has `rows` rows of `columns` columns.
pub(crate) fn unpack_matrix(packed: &[u8], rows: u64, columns: u64) -> Result<Matrix, ApiError> {
    let broken = || ApiError::Internal("the rows that were kept are broken".into());
    let bytes = unpack(packed, rows.saturating_mul(columns).saturating_mul(8).saturating_add(4))?;
    let (head, body) = bytes.split_first_chunk().ok_or_else(broken)?;
    let (values, rest) = body.as_chunks();
    if !rest.is_empty() {
        return Err(broken());
    }
    let values = values.iter().map(|value| f64::from_le_bytes(*value)).collect();
    Ok(Matrix::new(u32::from_le_bytes(*head) as usize, values)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_come_back_bit_for_bit() {
        let matrix = Matrix::new(2, vec![0.1, -0.0, f64::NAN, f64::MAX]).unwrap();
        let back = unpack_matrix(&pack_matrix(&matrix).unwrap(), 2, 2).unwrap();
        let bits =
            |matrix: &Matrix| matrix.values().iter().map(|it| it.to_bits()).collect::<Vec<_>>();
        assert_eq!((back.columns(), bits(&back)), (2, bits(&matrix)));
    }

    #[test]
    fn more_than_there_should_be_is_refused() {
        let packed = pack(&[0; 1_000_000]).unwrap();
        assert!(packed.len() < 1_000);
        assert!(unpack(&packed, 999_999).is_err() && unpack(&packed, 1_000_000).is_ok());
        assert!(unpack(b"no zstd", 9).is_err());
    }
}
