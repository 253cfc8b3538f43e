//! What the parts of an opened packet share: which field is lit, which one is chosen, which are open.

use std::ops::Range;
use std::sync::Arc;

use leptos::prelude::*;

use crate::ui::inspector::model::{Expanded, Sheet};
use crate::ui::windowed::view::FirstLook;

/// How the parts of the packet before were laid out. The next packet's are expected to be the same, so that going
/// from packet to packet is quick.
#[derive(Clone, Copy)]
pub struct Layout {
    pub hex: FirstLook,
    /// How many groups of bytes stand beside each other.
    pub columns: StoredValue<usize>,
    pub tree: FirstLook,
}

impl Layout {
    pub fn unknown() -> Layout {
        Layout {
            hex: FirstLook::unknown(),
            columns: StoredValue::new(1),
            tree: FirstLook::unknown(),
        }
    }
}

/// Copied freely; one for each opened packet.
#[derive(Clone, Copy)]
pub struct Reading {
    sheet: StoredValue<Arc<Sheet>>,
    /// The row under the pointer.
    hovered: RwSignal<Option<usize>>,
    /// The row where the learner stands.
    selected: RwSignal<Option<usize>>,
    expanded: RwSignal<Expanded>,
    hovered_bytes: Memo<Option<Range<usize>>>,
    selected_bytes: Memo<Option<Range<usize>>>,
}

impl Reading {
    pub fn new(sheet: Sheet) -> Reading {
        let expanded = RwSignal::new(sheet.expanded_at_first());
        let sheet = StoredValue::new(Arc::new(sheet));
        let hovered = RwSignal::new(None);
        let selected = RwSignal::new(None);
        let bytes_of = move |row: RwSignal<Option<usize>>| {
            Memo::new(move |_| {
                row.get().map(|row| sheet.with_value(|sheet| sheet.rows[row].range.clone()))
            })
        };
        Reading {
            sheet,
            hovered,
            selected,
            expanded,
            hovered_bytes: bytes_of(hovered),
            selected_bytes: bytes_of(selected),
        }
    }

    pub fn sheet(self) -> Arc<Sheet> {
        self.sheet.get_value()
    }

    /// The rows to show, top to bottom. Tracked.
    pub fn visible(self) -> Vec<usize> {
        self.sheet.with_value(|sheet| self.expanded.with(|expanded| sheet.visible(expanded)))
    }

    /// Tracked.
    pub fn is_expanded(self, row: usize) -> bool {
        self.expanded.with(|expanded| expanded[row])
    }

    /// The row where the learner stands. Tracked.
    pub fn selected(self) -> Option<usize> {
        self.selected.get()
    }

    /// The same at this moment. Not tracked.
    pub fn selected_now(self) -> Option<usize> {
        self.selected.try_get_untracked().flatten()
    }

    /// The row to be explained: the one under the pointer, else the chosen one. Tracked.
    pub fn in_sight(self) -> Option<usize> {
        self.hovered.get().or(self.selected.get())
    }

    /// `data-lit` of a row. Tracked.
    pub fn lit_row(self, row: usize) -> Option<&'static str> {
        if self.selected.get() == Some(row) {
            Some("selected")
        } else {
            (self.hovered.get() == Some(row)).then_some("hover")
        }
    }

    /// `data-lit` of a byte. Tracked.
    pub fn lit_byte(self, byte: usize) -> Option<&'static str> {
        let holds =
            |range: &Option<Range<usize>>| range.as_ref().is_some_and(|r| r.contains(&byte));
        if self.selected_bytes.with(holds) {
            Some("selected")
        } else {
            self.hovered_bytes.with(holds).then_some("hover")
        }
    }

    pub fn hover(self, row: Option<usize>) {
        let row = row.map(|row| self.shown(row));
        if self.hovered.get_untracked() != row {
            self.hovered.set(row);
        }
    }

    pub fn select(self, row: usize) {
        self.hovered.set(None);
        self.selected.set(Some(self.shown(row)));
    }

    /// Chooses a row, and opens the groups around it.
    pub fn open_to(self, row: usize) {
        self.expanded.update(|expanded| {
            self.sheet.with_value(|sheet| {
                let mut inner = row;
                while let Some(group) = sheet.rows[inner].parent {
                    expanded[group] = true;
                    inner = group;
                }
            });
        });
        self.select(row);
    }

    /// Back to the packet as a whole; `false` if the learner is there already.
    pub fn deselect(self) -> bool {
        let was_selected = self.selected.get_untracked().is_some();
        self.selected.set(None);
        was_selected
    }

    /// Opens or closes a group. Where the learner stands stays in sight.
    pub fn expand(self, row: usize, open: bool) {
        self.expanded.update(|expanded| expanded[row] = open);
        if let Some(selected) = self.selected.get_untracked() {
            let shown = self.shown(selected);
            if shown != selected {
                self.selected.set(Some(shown));
            }
        }
    }

    fn shown(self, row: usize) -> usize {
        self.sheet.with_value(|sheet| self.expanded.with_untracked(|open| sheet.shown(row, open)))
    }
}
