//! Subgroups of a browser's devices. wgpu 30 asks a browser for those features only that it knows there, and subgroups
//! are not among them; the text of a kernel reaches the browser as it is, so asking is all that is missing.

use std::cell::Cell;

use js_sys::{Array, Function, JsString, Object, Proxy, Reflect};
use wasm_bindgen::closure::Closure;
use wasm_bindgen::{JsCast as _, JsValue};

/// The feature's name in WebGPU.
const SUBGROUPS: &str = "subgroups";

thread_local! {
    static ASKED: Cell<bool> = const { Cell::new(false) };
}

/// Puts `GPUAdapter.requestDevice` behind one that also asks for subgroups, once. Should that fail, devices refuse the
/// kernels that need them, and others are taken.
pub(super) fn ask() {
    if !ASKED.replace(true) {
        let _ = wrap_request_device();
    }
}

fn wrap_request_device() -> Result<(), JsValue> {
    let class = Reflect::get(&js_sys::global(), &"GPUAdapter".into())?;
    let prototype = Reflect::get(&class, &"prototype".into())?;
    let name = JsValue::from("requestDevice");
    let request: Function = Reflect::get(&prototype, &name)?.dyn_into()?;
    let asking = Closure::<dyn Fn(Function, JsValue, Array) -> Result<JsValue, JsValue>>::new(
        |request: Function, adapter: JsValue, arguments: Array| {
            if has_subgroups(&adapter)? {
                let wanted = Reflect::get(&arguments.get(0), &"requiredFeatures".into())?;
                wanted.dyn_into::<Array>()?.push(&SUBGROUPS.into());
            }
            request.apply(&adapter, &arguments)
        },
    );
    let handler = Object::new();
    Reflect::set(&handler, &"apply".into(), &asking.into_js_value())?;
    Reflect::set(&prototype, &name, &Proxy::new(&request, &handler))?;
    Ok(())
}

fn has_subgroups(adapter: &JsValue) -> Result<bool, JsValue> {
    let features = Reflect::get(adapter, &"features".into())?;
    let has: Function = Reflect::get(&features, &"has".into())?.dyn_into()?;
    Ok(has
        .call1(&features, &JsString::from(SUBGROUPS))?
        .is_truthy())
}
