//! The settings in words, for the help and the manual, from the one table.

use std::fmt::Write as _;

use super::table::SETTINGS;

/// Every setting with what it is for, its values, its default and its names.
pub fn reference() -> String {
    let mut text = String::new();
    for setting in &SETTINGS {
        // Writing to a string cannot fail.
        let _ = writeln!(text, "{}\n    {}", setting.key, setting.doc);
        let _ = writeln!(text, "    {}; default: {}", setting.field.kind(), setting.default);
        let _ = writeln!(text, "    environment: {}", setting.environment.join(", "));
    }
    text
}
