//! The outside view: a real server on a real port.
