//! Values by name, as stored progress holds them.

use std::fmt;
use std::marker::PhantomData;

use litemap::LiteMap;
use serde::de::{MapAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// An object in JSON. There are few names, so a sorted list does, with less code than a tree for each type of
/// value: the page loads it at once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct ByName<T>(LiteMap<String, T>);

impl<T> ByName<T> {
    pub fn get(&self, name: &str) -> Option<&T> {
        self.0.get(name)
    }

    pub fn insert(&mut self, name: &str, value: T) {
        self.0.insert(name.to_owned(), value);
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl<T> Default for ByName<T> {
    fn default() -> ByName<T> {
        ByName(LiteMap::new())
    }
}

impl<T: Serialize> Serialize for ByName<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.iter())
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for ByName<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<ByName<T>, D::Error> {
        deserializer.deserialize_map(Entries(PhantomData))
    }
}

struct Entries<T>(PhantomData<T>);

impl<'de, T: Deserialize<'de>> Visitor<'de> for Entries<T> {
    type Value = ByName<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("values by name")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<ByName<T>, A::Error> {
        let mut all = LiteMap::new();
        while let Some((name, value)) = entries.next_entry()? {
            all.insert(name, value);
        }
        Ok(ByName(all))
    }
}
