//! The payload of Sparkplug B (Sparkplug 3.0, §6.4): a message of Protocol Buffers whose schema is known.

use super::number::moment;
use super::protobuf::{Field, Type};
use super::tree::{Row, Step};
use Type::{Bool, Bytes, Declared, Double, Float, Message, Moment, Text, Typed, Unsigned};

/// Topics that carry it begin so.
pub const NAMESPACE: &str = "spBv1.0/";

pub static PAYLOAD: [Field; 5] = [
    (1, "timestamp", Moment),
    (2, "metrics", Message(&METRIC)),
    (3, "seq", Unsigned),
    (4, "uuid", Text),
    (5, "body", Bytes),
];

static METRIC: [Field; 18] = [
    (1, "name", Text),
    (2, "alias", Unsigned),
    (3, "timestamp", Moment),
    (4, "datatype", Declared),
    (5, "is_historical", Bool),
    (6, "is_transient", Bool),
    (7, "is_null", Bool),
    (8, "metadata", Message(&METADATA)),
    (9, "properties", Message(&PROPERTY_SET)),
    (10, "int_value", Typed),
    (11, "long_value", Typed),
    (12, "float_value", Float),
    (13, "double_value", Double),
    (14, "boolean_value", Bool),
    (15, "string_value", Text),
    (16, "bytes_value", Bytes),
    (17, "dataset_value", Message(&DATA_SET)),
    (18, "template_value", Message(&TEMPLATE)),
];

static METADATA: [Field; 8] = [
    (1, "is_multi_part", Bool),
    (2, "content_type", Text),
    (3, "size", Unsigned),
    (4, "seq", Unsigned),
    (5, "file_name", Text),
    (6, "file_type", Text),
    (7, "md5", Text),
    (8, "description", Text),
];

static PROPERTY_SET: [Field; 2] = [(1, "keys", Text), (2, "values", Message(&PROPERTY_VALUE))];

static PROPERTY_VALUE: [Field; 10] = [
    (1, "type", Declared),
    (2, "is_null", Bool),
    (3, "int_value", Typed),
    (4, "long_value", Typed),
    (5, "float_value", Float),
    (6, "double_value", Double),
    (7, "boolean_value", Bool),
    (8, "string_value", Text),
    (9, "propertyset_value", Message(&PROPERTY_SET)),
    (10, "propertysets_value", Message(&PROPERTY_SET_LIST)),
];

static PROPERTY_SET_LIST: [Field; 1] = [(1, "propertyset", Message(&PROPERTY_SET))];

static DATA_SET: [Field; 4] = [
    (1, "num_of_columns", Unsigned),
    (2, "columns", Text),
    (3, "types", Declared),
    (4, "rows", Message(&DATA_SET_ROW)),
];

static DATA_SET_ROW: [Field; 1] = [(1, "elements", Message(&DATA_SET_VALUE))];

static DATA_SET_VALUE: [Field; 6] = [
    (1, "int_value", Typed),
    (2, "long_value", Typed),
    (3, "float_value", Float),
    (4, "double_value", Double),
    (5, "boolean_value", Bool),
    (6, "string_value", Text),
];

static TEMPLATE: [Field; 5] = [
    (1, "version", Text),
    (2, "metrics", Message(&METRIC)),
    (3, "parameters", Message(&PARAMETER)),
    (4, "template_ref", Text),
    (5, "is_definition", Bool),
];

static PARAMETER: [Field; 8] = [
    (1, "name", Text),
    (2, "type", Declared),
    (3, "int_value", Typed),
    (4, "long_value", Typed),
    (5, "float_value", Float),
    (6, "double_value", Double),
    (7, "boolean_value", Bool),
    (8, "string_value", Text),
];

/// By their number in the schema.
const DATA_TYPES: [&str; 35] = [
    "Unknown",
    "Int8",
    "Int16",
    "Int32",
    "Int64",
    "UInt8",
    "UInt16",
    "UInt32",
    "UInt64",
    "Float",
    "Double",
    "Boolean",
    "String",
    "DateTime",
    "Text",
    "UUID",
    "DataSet",
    "Bytes",
    "File",
    "Template",
    "PropertySet",
    "PropertySetList",
    "Int8Array",
    "Int16Array",
    "Int32Array",
    "Int64Array",
    "UInt8Array",
    "UInt16Array",
    "UInt32Array",
    "UInt64Array",
    "FloatArray",
    "DoubleArray",
    "BooleanArray",
    "StringArray",
    "DateTimeArray",
];

pub fn data_type(number: u64) -> String {
    let name = usize::try_from(number).ok().and_then(|number| DATA_TYPES.get(number));
    name.map_or(number.to_string(), |name| format!("{name} ({number})"))
}

/// An integer as its data type means it: those with a sign are sent as the unsigned ones with the same
/// bits.
pub fn integer(value: u64, data_type: Option<u64>) -> (&'static str, String) {
    match data_type {
        Some(1) => ("Int8", (value as u8 as i8).to_string()),
        Some(2) => ("Int16", (value as u16 as i16).to_string()),
        Some(3) => ("Int32", (value as u32 as i32).to_string()),
        Some(4) => ("Int64", (value as i64).to_string()),
        Some(13) => {
            let moment = i64::try_from(value).ok().and_then(moment);
            ("DateTime", moment.unwrap_or_else(|| value.to_string()))
        }
        _ => ("uint", value.to_string()),
    }
}

/// A metric in one line: its name or alias, and its value.
pub fn summary(rows: &[Row], message: usize, schema: &'static [Field]) -> Option<String> {
    if !std::ptr::eq(schema.as_ptr(), METRIC.as_ptr()) {
        return None;
    }
    let field = |wanted: &dyn Fn(&str) -> bool| {
        rows[message + 1..].iter().find(|row| {
            let is_wanted = matches!(row.step, Step::Field(_, Some(name), _) if wanted(name));
            row.parent == Some(message) && is_wanted
        })
    };
    let name = match (field(&|name| name == "name"), field(&|name| name == "alias")) {
        (Some(name), _) => name.value.trim_matches('"').to_owned(),
        (None, Some(alias)) => format!("alias {}", alias.value),
        (None, None) => return None,
    };
    let is_null = field(&|name| name == "is_null").is_some_and(|row| row.value == "true");
    let value = match field(&|name| name.ends_with("_value")) {
        _ if is_null => "null",
        Some(row) => &row.value,
        None => return Some(name),
    };
    Some(format!("{name} = {value}"))
}

#[cfg(test)]
mod tests {
    use super::super::{View, read};

    fn field(number: u8, content: &[u8]) -> Vec<u8> {
        let length = u8::try_from(content.len()).expect("short enough for one byte");
        assert!(length < 0x80);
        [&[number << 3 | 2, length], content].concat()
    }

    const TIMESTAMP: &[u8] = &[0x08, 0xEA, 0xF2, 0xF5, 0xA8, 0xA0, 0x2B];

    #[test]
    fn the_birth_of_a_node_names_its_metrics() {
        let seq = field(2, &[&field(1, b"bdSeq")[..], &[0x20, 8, 0x58, 0]].concat());
        let control =
            field(2, &[&field(1, b"Node Control/Rebirth")[..], &[0x20, 11, 0x70, 0]].concat());
        let offset = field(
            2,
            // An alias, Int32, and -5 as the number of four bytes with the same bits.
            &[&field(1, b"Offset")[..], &[0x10, 7, 0x20, 3, 0x50, 0xFB, 0xFF, 0xFF, 0xFF, 0x0F]]
                .concat(),
        );
        let level =
            field(2, &[&field(1, b"Level")[..], &[0x20, 9, 0x65, 0, 0, 0xC0, 0x3F]].concat());
        let birth = [TIMESTAMP, &seq, &control, &offset, &level, &[0x18, 0]].concat();
        let tree = read(View::Sparkplug, &birth, 100).expect("it has values");
        assert_eq!(tree.fault, None);
        let shown: Vec<_> = tree
            .rows
            .iter()
            .enumerate()
            .filter(|(_, row)| row.depth == 1)
            .map(|(at, row)| (tree.path(at), row.value.as_str()))
            .collect();
        let shown: Vec<_> = shown.iter().map(|(path, value)| (path.as_str(), *value)).collect();
        assert_eq!(
            shown,
            [
                ("$.timestamp", "2017-02-03T17:55:02.122Z (1486144502122)"),
                ("$.metrics", "bdSeq = 0"),
                ("$.metrics[1]", "Node Control/Rebirth = false"),
                ("$.metrics[2]", "Offset = -5"),
                ("$.metrics[3]", "Level = 1.5"),
                ("$.seq", "0"),
            ]
        );
        let types: Vec<_> =
            tree.rows.iter().filter(|row| row.kind == "DataType").map(|row| &*row.value).collect();
        assert_eq!(types, ["UInt64 (8)", "Boolean (11)", "Int32 (3)", "Float (9)"]);
        assert!(tree.rows.iter().all(|row| !row.is_guess));
    }

    #[test]
    fn the_data_of_a_node_has_aliases() {
        let metric = field(2, &[0x10, 7, 0x20, 3, 0x38, 1]);
        let data = [TIMESTAMP, &metric, &[0x18, 9]].concat();
        let tree = read(View::Sparkplug, &data, 100).expect("it has values");
        assert_eq!(tree.rows[2].value, "alias 7 = null");
    }

    #[test]
    fn what_the_schema_does_not_have_is_a_guess() {
        let data = field(9, b"more");
        let tree = read(View::Sparkplug, &data, 100).expect("it has values");
        assert_eq!((tree.path(1).as_str(), tree.rows[1].is_guess), ("$.9", true));
    }
}
