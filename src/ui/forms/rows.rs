//! A list that a learner edits: rows keep their identity while they move, so that the page keeps the
//! focus where it is.

use std::fmt;

/// Stays with a row as long as it is there; never used twice in one list.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RowKey(u32);

impl fmt::Display for RowKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rows<T> {
    rows: Vec<(RowKey, T)>,
    next: u32,
}

impl<T> Rows<T> {
    pub fn push(&mut self, row: T) -> RowKey {
        let key = RowKey(self.next);
        self.next += 1;
        self.rows.push((key, row));
        key
    }

    pub fn remove(&mut self, key: RowKey) {
        self.rows.retain(|(other, _)| *other != key);
    }

    /// Changes places with the row before it; the first one stays.
    pub fn move_up(&mut self, key: RowKey) {
        if let Some(position) = self.position(key).filter(|position| *position > 0) {
            self.rows.swap(position - 1, position);
        }
    }

    /// Changes places with the row behind it; the last one stays.
    pub fn move_down(&mut self, key: RowKey) {
        if let Some(position) = self.position(key).filter(|position| position + 1 < self.len()) {
            self.rows.swap(position, position + 1);
        }
    }

    pub fn get(&self, key: RowKey) -> Option<&T> {
        self.rows.iter().find(|(other, _)| *other == key).map(|(_, row)| row)
    }

    pub fn get_mut(&mut self, key: RowKey) -> Option<&mut T> {
        self.rows.iter_mut().find(|(other, _)| *other == key).map(|(_, row)| row)
    }

    pub fn position(&self, key: RowKey) -> Option<usize> {
        self.rows.iter().position(|(other, _)| *other == key)
    }

    pub fn keys(&self) -> Vec<RowKey> {
        self.rows.iter().map(|(key, _)| *key).collect()
    }

    pub fn iter(&self) -> impl Iterator<Item = &T> {
        self.rows.iter().map(|(_, row)| row)
    }

    pub fn len(&self) -> usize {
        self.rows.len()
    }

    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }
}

impl<T> Default for Rows<T> {
    fn default() -> Rows<T> {
        Rows { rows: Vec::new(), next: 0 }
    }
}

impl<T> FromIterator<T> for Rows<T> {
    fn from_iter<I: IntoIterator<Item = T>>(rows: I) -> Rows<T> {
        let mut list = Rows::default();
        for row in rows {
            list.push(row);
        }
        list
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_keep_their_keys_while_they_move() {
        let mut rows: Rows<&str> = ["a", "b", "c"].into_iter().collect();
        let [a, b, c] = rows.keys()[..] else { panic!("three rows") };
        rows.move_up(c);
        rows.move_down(a);
        assert_eq!(rows.keys(), [c, a, b]);
        rows.move_up(c);
        rows.move_down(b);
        assert_eq!(rows.iter().copied().collect::<Vec<_>>(), ["c", "a", "b"]);
        rows.remove(a);
        let d = rows.push("d");
        assert!(d != a && d > c);
        assert_eq!((rows.get(b), rows.position(d), rows.get(a)), (Some(&"b"), Some(2), None));
    }
}
