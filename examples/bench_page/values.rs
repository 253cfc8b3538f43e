//! Values of JavaScript: read with words for what is wrong, and functions that JavaScript can call.

use bytes::Bytes;
use js_sys::{Error, Function, Promise, Reflect, Uint8Array};
use mqtt5_playground::mqtt::QoS;
use wasm_bindgen::closure::Closure;
use wasm_bindgen::{JsCast, JsValue};

/// What a function for JavaScript returns: a value, or an `Error` to throw.
pub type Thrown<T> = Result<T, JsValue>;

/// An `Error` with these words.
pub fn error(words: impl AsRef<str>) -> JsValue {
    Error::new(words.as_ref()).into()
}

/// Sets a property of an object of our own, which takes it.
pub fn set(object: &JsValue, name: &str, value: &JsValue) {
    let _ = Reflect::set(object, &JsValue::from_str(name), value);
}

/// The property `name` of what was given as options.
pub fn property(options: &JsValue, name: &str) -> Thrown<JsValue> {
    if !options.is_object() {
        return Err(error(format!("an object with `{name}` is needed")));
    }
    Reflect::get(options, &JsValue::from_str(name))
}

pub fn text(value: &JsValue, name: &str) -> Thrown<String> {
    value.as_string().ok_or_else(|| error(format!("`{name}` is not a string")))
}

/// The bytes of a `Uint8Array`, copied.
pub fn bytes(value: &JsValue, name: &str) -> Thrown<Bytes> {
    let array = value.dyn_ref::<Uint8Array>();
    let array = array.ok_or_else(|| error(format!("`{name}` is not a Uint8Array")))?;
    Ok(array.to_vec().into())
}

pub fn qos(value: &JsValue) -> Thrown<QoS> {
    let bits = value.as_f64().filter(|bits| [0.0, 1.0, 2.0].contains(bits));
    let qos = bits.and_then(|bits| QoS::from_bits(bits as u8));
    qos.ok_or_else(|| error("`qos` is not 0, 1 or 2"))
}

/// A function that an object offers as long as something in JavaScript refers to it. Arguments that are missing are
/// `undefined`.
pub fn offer(
    object: &JsValue,
    name: &str,
    function: impl Fn(JsValue, JsValue, JsValue) -> Thrown<JsValue> + 'static,
) {
    let function = Closure::<dyn Fn(JsValue, JsValue, JsValue) -> Thrown<JsValue>>::new(function);
    set(object, name, &function.into_js_value());
}

/// A promise kept at once, or broken at once.
pub fn promised(outcome: Thrown<JsValue>) -> JsValue {
    match outcome {
        Ok(value) => Promise::resolve(&value).into(),
        Err(error) => Promise::reject(&error).into(),
    }
}

/// A promise that is kept or broken later.
pub struct Pending {
    resolve: Function,
    reject: Function,
}

impl Pending {
    pub fn new() -> (Pending, JsValue) {
        let mut pending = None;
        let promise =
            Promise::new(&mut |resolve, reject| pending = Some(Pending { resolve, reject }));
        (pending.expect("a promise calls its executor at once"), promise.into())
    }

    pub fn settle(self, outcome: Thrown<JsValue>) {
        // Functions of a promise throw nothing.
        let _ = match outcome {
            Ok(value) => self.resolve.call1(&JsValue::UNDEFINED, &value),
            Err(error) => self.reject.call1(&JsValue::UNDEFINED, &error),
        };
    }
}
