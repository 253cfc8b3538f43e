//! "Do this elsewhere", shown: the button beside what sends a packet, and the dialog with the code.

mod button;
mod dialog;
pub mod entry;
mod record_tools;
mod send_again;

pub use button::OtherClientsButton;
pub use dialog::OtherClientsDialog;
pub use record_tools::RecordTools;
