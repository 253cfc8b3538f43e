//! Controls from which forms are made, one a file. Each is bound to a [`Lens`](super::lens::Lens) and
//! tells what is wrong with its field.

mod bytes_field;
mod check;
mod field_row;
mod problem_line;
mod qos_choice;
mod text_field;

pub use bytes_field::{BytesField, BytesInput};
pub use check::Check;
pub use field_row::FieldRow;
pub use problem_line::ProblemLine;
pub use qos_choice::QosChoice;
pub use text_field::{TextField, TextInput};
