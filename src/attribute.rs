//! Attributes of objects beside their class, such as "occluded: yes".

use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// The attributes of an object, by name.
pub type Attributes = BTreeMap<String, AttributeValue>;

/// The value of an attribute. In JSON: true or false, a number, or text.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum AttributeValue {
    YesNo(bool),
    Number(f64),
    Text(String),
}

impl AttributeValue {
    /// The value of a JSON value; lists and objects become their text, null is none.
    pub fn from_json(value: &Value) -> Option<Self> {
        match value {
            Value::Null => None,
            Value::Bool(yes) => Some(Self::YesNo(*yes)),
            Value::Number(number) => number.as_f64().filter(|n| n.is_finite()).map(Self::Number),
            Value::String(text) => Some(Self::Text(text.clone())),
            other => Some(Self::Text(other.to_string())),
        }
    }
}

impl fmt::Display for AttributeValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::YesNo(yes) => f.write_str(if *yes { "yes" } else { "no" }),
            Self::Number(number) => number.fmt(f),
            Self::Text(text) => f.write_str(text),
        }
    }
}

/// The attributes in a JSON object; without one, none.
pub fn attributes_in(object: &Value) -> Attributes {
    let entries = object.as_object().into_iter().flatten();
    entries.filter_map(|(name, value)| Some((name.clone(), AttributeValue::from_json(value)?))).collect()
}

/// An attribute that objects of a class can have.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct AttributeDefinition {
    pub name: String,
    #[serde(flatten)]
    pub kind: AttributeKind,
}

/// The values that an attribute can have.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "lowercase")]
pub enum AttributeKind {
    #[default]
    Text,
    Number,
    #[serde(rename = "yes/no")]
    YesNo,
    /// One of these texts.
    Choice {
        values: Vec<String>,
    },
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn definitions_and_values_are_plain_json() {
        let definition = |kind| AttributeDefinition { name: "pose".into(), kind };
        let choice = AttributeKind::Choice { values: vec!["left".into(), "right".into()] };
        for (kind, expected) in [
            (AttributeKind::Text, json!({"name": "pose", "kind": "text"})),
            (AttributeKind::YesNo, json!({"name": "pose", "kind": "yes/no"})),
            (choice, json!({"name": "pose", "kind": "choice", "values": ["left", "right"]})),
        ] {
            let written = serde_json::to_value(definition(kind.clone())).unwrap();
            assert_eq!(written, expected);
            assert_eq!(serde_json::from_value::<AttributeDefinition>(written).unwrap(), definition(kind));
        }
        let values = json!({"a": true, "b": 2.5, "c": "x", "d": null, "e": [1]});
        let read = attributes_in(&values);
        assert_eq!(read.values().map(ToString::to_string).collect::<Vec<_>>(), ["yes", "2.5", "x", "[1]"]);
        assert_eq!(serde_json::to_value(&read).unwrap(), json!({"a": true, "b": 2.5, "c": "x", "e": "[1]"}));
    }
}
