//! What a pickle's calls give: tensors, dicts and lists for what [`globals`](super::globals) knows, and for all else an
//! object that is only named.

use super::error::TorchError;
use super::globals::{self, Call};
use super::value::{Element, Heap, Name, Node, Object, Storage, Tensor, Value};

/// The most dimensions of a tensor; PyTorch's own limit.
const DIMENSIONS: usize = 64;

/// What calling `function` with `arguments` gives.
pub(super) fn call<'a>(
    heap: &mut Heap<'a>,
    function: Value<'a>,
    arguments: Value<'a>,
) -> Result<Value<'a>, TorchError> {
    let (mut function, mut arguments) = (function, arguments);
    // A function that calls another: each turn takes it from the file, so a file could make a circle of them.
    for _ in 0..4 {
        let Some(name) = heap.global(function) else {
            // What a class would have made of it is not known either.
            let class = class_of(heap, function);
            return object(heap, class);
        };
        let given = heap.items(arguments).unwrap_or_default();
        let argument = |at: usize| given.get(at).copied();
        return match globals::call(name) {
            Call::Tensor => tensor(heap, name, arguments),
            Call::Parameter => argument(0).ok_or_else(|| lacks(name)),
            Call::Dict => {
                let pairs = argument(0);
                dict(heap, pairs)
            }
            Call::DefaultDict => {
                let pairs = argument(1);
                dict(heap, pairs)
            }
            Call::Items => {
                let items = argument(0)
                    .and_then(|items| heap.items(items))
                    .unwrap_or_default();
                // Counted before they are copied: many calls can share one list.
                let count = items.len();
                heap.charge_values(count)?;
                let items = argument_items(heap, arguments);
                heap.add(Node::Items(items))
            }
            Call::FromType => {
                (function, arguments) = match (argument(0), argument(2)) {
                    (Some(inner), Some(with)) => (inner, with),
                    _ => return Err(lacks(name)),
                };
                continue;
            }
            Call::Odd(kind) => heap.add(Node::OddTensor(kind)),
            Call::ObjectOf => {
                let class = argument(0).map_or(name, |class| class_of(heap, class));
                object(heap, class)
            }
            Call::Object => object(heap, name),
        };
    }
    Err(TorchError::Damaged {
        reason: "a tensor in its pickle is made of itself".to_owned(),
    })
}

fn argument_items<'a>(heap: &Heap<'a>, arguments: Value<'a>) -> Vec<Value<'a>> {
    let first = heap
        .items(arguments)
        .and_then(|given| given.first().copied());
    let items = first.and_then(|items| heap.items(items));
    items.unwrap_or_default().to_vec()
}

/// A new object of a class; a dict for those that are dicts.
pub(super) fn new<'a>(heap: &mut Heap<'a>, class: Value<'a>) -> Result<Value<'a>, TorchError> {
    let class = class_of(heap, class);
    match globals::call(class) {
        Call::Dict | Call::DefaultDict => heap.add(Node::Dict(Vec::new())),
        Call::Items => heap.add(Node::Items(Vec::new())),
        _ => object(heap, class),
    }
}

fn object<'a>(heap: &mut Heap<'a>, class: Name<'a>) -> Result<Value<'a>, TorchError> {
    heap.add(Node::Object(Box::new(Object { class, state: None })))
}

fn class_of<'a>(heap: &Heap<'a>, class: Value<'a>) -> Name<'a> {
    match heap.get(class) {
        Some(Node::Global(name)) => *name,
        Some(Node::Object(object)) => object.class,
        _ => Name {
            module: "an unnamed",
            name: "class",
        },
    }
}

fn lacks(name: Name<'_>) -> TorchError {
    TorchError::Damaged {
        reason: format!("{name} in its pickle lacks what it is made of"),
    }
}

/// A dict of a list of pairs, or of a dict.
fn dict<'a>(heap: &mut Heap<'a>, pairs: Option<Value<'a>>) -> Result<Value<'a>, TorchError> {
    let mut entries = Vec::new();
    if let Some(pairs) = pairs {
        let count =
            heap.items(pairs).map_or(0, <[_]>::len) + heap.entries(pairs).map_or(0, <[_]>::len);
        heap.charge_values(2 * count)?;
        if let Some(others) = heap.entries(pairs) {
            entries.extend_from_slice(others);
        }
        for pair in heap.items(pairs).unwrap_or_default() {
            if let Some([key, value]) = heap.items(*pair) {
                entries.push((*key, *value));
            }
        }
    }
    heap.add(Node::Dict(entries))
}

/// What a persistent reference stands for: `('storage', class, key, place, elements[, view])`, or of old
/// `('module', class, …)`.
pub(super) fn persistent<'a>(
    heap: &mut Heap<'a>,
    reference: Value<'a>,
) -> Result<Value<'a>, TorchError> {
    let wrong = || TorchError::Damaged {
        reason: "a reference in its pickle is to no values of tensors".to_owned(),
    };
    let given = heap.items(reference).ok_or_else(wrong)?;
    let (class, key, len, view) = match given {
        [Value::Text("module"), class, ..] => return Ok(*class),
        [
            Value::Text("storage"),
            class,
            Value::Text(key),
            _,
            Value::Int(len),
        ] => (class, key, len, Value::None),
        [
            Value::Text("storage"),
            class,
            Value::Text(key),
            _,
            Value::Int(len),
            view,
        ] => (class, key, len, *view),
        _ => return Err(wrong()),
    };
    let class = heap.global(*class).ok_or_else(wrong)?;
    let element = globals::storage(class).ok_or_else(|| TorchError::Damaged {
        reason: format!("its pickle has values of {class}, which is no storage of PyTorch"),
    })?;
    let size = |value: &Value<'_>| match value {
        Value::Int(value) => u64::try_from(*value).ok(),
        _ => None,
    };
    let len = size(&Value::Int(*len)).ok_or_else(wrong)?;
    // A part of another storage: its key, where it begins, how long it is.
    let (first, len) = match heap.items(view) {
        Some([_, first, part]) => (
            size(first).ok_or_else(wrong)?,
            size(part).ok_or_else(wrong)?,
        ),
        Some(_) => return Err(wrong()),
        None => (0, len),
    };
    let storage = Storage {
        key,
        element,
        first,
        len,
    };
    heap.add(Node::Storage(Box::new(storage)))
}

/// `_rebuild_tensor(storage, offset, sizes, strides, …)`.
fn tensor<'a>(
    heap: &mut Heap<'a>,
    name: Name<'a>,
    arguments: Value<'a>,
) -> Result<Value<'a>, TorchError> {
    let wrong = || lacks(name);
    let given = heap.items(arguments).ok_or_else(wrong)?;
    let (storage, offset, sizes, strides) = match given {
        [Value::Node(storage), Value::Int(offset), sizes, strides, ..] => {
            (*storage, *offset, *sizes, *strides)
        }
        _ => return Err(wrong()),
    };
    let Some(Node::Storage(of)) = heap.get(Value::Node(storage)) else {
        return Err(wrong());
    };
    // Only the third version says of what type, for those that have no storage of their own.
    let named = match name.name {
        "_rebuild_tensor_v3" => given.get(6).and_then(|dtype| heap.global(*dtype)),
        _ => None,
    };
    let element = match (of.element, named) {
        (Element::Untyped, Some(named)) => {
            globals::dtype(named).unwrap_or(Element::Odd("of an unknown type", 1))
        }
        (element, _) => element,
    };
    let numbers = |list: Value<'a>| -> Option<Box<[u64]>> {
        let list = heap.items(list).filter(|list| list.len() <= DIMENSIONS)?;
        list.iter()
            .map(|value| match value {
                Value::Int(value) => u64::try_from(*value).ok(),
                _ => None,
            })
            .collect()
    };
    let (shape, strides) = (
        numbers(sizes).ok_or_else(wrong)?,
        numbers(strides).ok_or_else(wrong)?,
    );
    if shape.len() != strides.len() {
        return Err(wrong());
    }
    let shape: Option<_> = shape
        .iter()
        .map(|extent| usize::try_from(*extent).ok())
        .collect();
    let tensor = Tensor {
        storage,
        element,
        offset: u64::try_from(offset).map_err(|_| wrong())?,
        shape: shape.ok_or_else(wrong)?,
        strides,
    };
    heap.add(Node::Tensor(Box::new(tensor)))
}
