//! Parts of lists, and whose rows they show.

use uuid::Uuid;

/// Part of a list, and where the next part begins.
#[derive(Debug, Clone, PartialEq)]
pub struct Page<T, C = Uuid> {
    /// At most as many as asked for, newest first.
    pub items: Vec<T>,
    /// Give this as `before` to get the next part; `None` at the end.
    pub next: Option<C>,
}

impl<T, C> Page<T, C> {
    /// Makes a page out of one item more than asked for, if there was one more.
    pub(crate) fn cut(mut items: Vec<T>, limit: u32, cursor: impl Fn(&T) -> C) -> Self {
        let more = items.len() > limit as usize;
        items.truncate(limit as usize);
        let next = items.last().map(cursor).filter(|_| more);
        Self { items, next }
    }
}

/// Whose rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Owner {
    /// Of this organisation; of no other by any means.
    pub tenant_id: Uuid,
    /// Of this user alone; `None` for everyone of the organisation.
    pub user_id: Option<Uuid>,
}
