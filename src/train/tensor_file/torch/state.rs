//! Which of a file's dicts is the state of a network, and what stands beside it.

use std::collections::{BTreeSet, HashSet, VecDeque};

use super::super::Beside;
use super::super::values::short;
use super::error::TorchError;
use super::value::{Heap, Name, Node, Tensor, Value};

/// Keys under which programs keep a network's state; of several states in a file the first of these counts.
const USUAL: [&str; 12] = [
    "state_dict",
    "model",
    "model_state_dict",
    "model_state",
    "net",
    "network",
    "ema",
    "state_dict_ema",
    "model_ema",
    "module",
    "weights",
    "params",
];

/// How deep in a file a state is looked for.
const DEPTH: usize = 3;

/// As many states in a file are looked at, and as many entries beside one told.
const MOST: usize = 1000;

/// A state in a pickle.
pub(super) struct Found<'a> {
    /// The keys that lead to it.
    pub inside: Vec<String>,
    /// Its tensors, by name, in the file's order.
    pub tensors: Vec<(&'a str, Tensor)>,
    /// What is there beside them.
    pub beside: Vec<Beside>,
}

/// A dict that may be a state.
#[derive(Clone, PartialEq)]
struct Candidate<'a> {
    keys: Vec<Value<'a>>,
    dict: Value<'a>,
}

/// The state in what a pickle built.
pub(super) fn find<'a>(heap: &Heap<'a>, root: Value<'a>) -> Result<Found<'a>, TorchError> {
    let mut candidates = Vec::new();
    for is_state in [has_weights, has_tensors] {
        candidates = collect(heap, root, is_state);
        if !candidates.is_empty() {
            break;
        }
    }
    let chosen = choose(candidates.clone())?.ok_or_else(|| no_state(heap, root))?;
    let mut beside = Vec::new();
    let mut level = root;
    for key in &chosen.keys {
        for (other, value) in children(heap, level) {
            if other != *key {
                let is_state = candidates.iter().any(|candidate| candidate.dict == value);
                let what = match is_state {
                    true => "another state, which is not used".to_owned(),
                    false => told(heap, value),
                };
                beside.push(Beside {
                    name: key_text(other),
                    what,
                });
            }
        }
        level = children(heap, level)
            .find(|(at, _)| at == key)
            .map_or(level, |(_, value)| value);
    }
    let tensors = tensors(heap, chosen.dict, &mut beside)?;
    let mut seen = BTreeSet::new();
    beside.retain(|entry| seen.insert(entry.name.clone()));
    let inside = chosen.keys.into_iter().map(key_text).collect();
    Ok(Found {
        inside,
        tensors,
        beside,
    })
}

/// Entries of a dict, or of a list by their places.
fn children<'a, 'h>(
    heap: &'h Heap<'a>,
    value: Value<'a>,
) -> impl Iterator<Item = (Value<'a>, Value<'a>)> + 'h {
    let entries = heap.entries(value).unwrap_or_default().iter().copied();
    let items = heap.items(value).unwrap_or_default().iter();
    let items = items
        .enumerate()
        .map(|(at, value)| (Value::Int(at as i64), *value));
    entries.chain(items).take(MOST)
}

fn is_tensor<'a>(heap: &Heap<'a>, value: Value<'a>) -> bool {
    matches!(heap.get(value), Some(Node::Tensor(_) | Node::OddTensor(_)))
}

/// Whether a dict has tensors as layers name them.
fn has_weights<'a>(heap: &Heap<'a>, value: Value<'a>) -> bool {
    let mut entries = heap.entries(value).unwrap_or_default().iter();
    entries.any(|(key, value)| {
        matches!(key, Value::Text(key) if key.ends_with("weight")) && is_tensor(heap, *value)
    })
}

/// Whether a dict has tensors under names.
fn has_tensors<'a>(heap: &Heap<'a>, value: Value<'a>) -> bool {
    let mut entries = heap.entries(value).unwrap_or_default().iter();
    entries.any(|(key, value)| matches!(key, Value::Text(_)) && is_tensor(heap, *value))
}

/// Dicts that may be states, the outermost ones. Each container is looked at once: a file can have many ways to one.
fn collect<'a>(
    heap: &Heap<'a>,
    root: Value<'a>,
    is_state: fn(&Heap<'a>, Value<'a>) -> bool,
) -> Vec<Candidate<'a>> {
    let mut found = Vec::new();
    let mut seen = HashSet::new();
    let mut waiting = VecDeque::from([Candidate {
        keys: Vec::new(),
        dict: root,
    }]);
    while let Some(next) = waiting.pop_front()
        && found.len() < MOST
    {
        if is_state(heap, next.dict) {
            found.push(next);
            continue;
        }
        if next.keys.len() == DEPTH {
            continue;
        }
        for (key, child) in children(heap, next.dict) {
            let Value::Node(place) = child else {
                continue;
            };
            let is_container = matches!(heap.get(child), Some(Node::Dict(_) | Node::Items(_)));
            if is_container && seen.insert(place) {
                let keys = next.keys.iter().copied().chain([key]).collect();
                waiting.push_back(Candidate { keys, dict: child });
            }
        }
    }
    found
}

/// Of several states the one under the most usual keys.
fn choose(candidates: Vec<Candidate<'_>>) -> Result<Option<Candidate<'_>>, TorchError> {
    let rank = |candidate: &Candidate<'_>| -> Vec<usize> {
        let keys = candidate.keys.iter();
        keys.map(|key| match key {
            Value::Text(text) => USUAL
                .iter()
                .position(|usual| usual == text)
                .unwrap_or(USUAL.len()),
            _ => USUAL.len(),
        })
        .collect()
    };
    let mut ranked: Vec<_> = candidates
        .into_iter()
        .map(|candidate| (rank(&candidate), candidate))
        .collect();
    ranked.sort_by(|a, b| a.0.cmp(&b.0));
    if let [first, second, ..] = &ranked[..]
        && first.0 == second.0
        && first.1.dict != second.1.dict
    {
        let names = ranked.iter().take(4).map(|(_, candidate)| {
            let keys: Vec<_> = candidate.keys.iter().map(|key| key_text(*key)).collect();
            format!("`{}`", keys.join("."))
        });
        let names: Vec<_> = names.collect();
        return Err(TorchError::Several {
            names: names.join(", "),
        });
    }
    Ok(ranked.into_iter().next().map(|(_, candidate)| candidate))
}

/// A state's tensors; what else is in it goes to `beside`.
fn tensors<'a>(
    heap: &Heap<'a>,
    state: Value<'a>,
    beside: &mut Vec<Beside>,
) -> Result<Vec<(&'a str, Tensor)>, TorchError> {
    let mut tensors = Vec::new();
    let mut names = BTreeSet::new();
    for (key, value) in heap.entries(state).unwrap_or_default() {
        let Value::Text(name) = *key else {
            beside.push(Beside {
                name: key_text(*key),
                what: told(heap, *value),
            });
            continue;
        };
        match heap.get(*value) {
            Some(Node::Tensor(tensor)) => {
                if !names.insert(name) {
                    return Err(TorchError::Twice {
                        what: "tensors",
                        name: short(name),
                    });
                }
                tensors.push((name, Tensor::clone(tensor)));
            }
            Some(Node::OddTensor(kind)) => {
                return Err(TorchError::Kind {
                    name: short(name),
                    kind: (*kind).to_owned(),
                });
            }
            Some(Node::Object(_) | Node::Global(_)) => {
                return Err(TorchError::Foreign {
                    name: short(name),
                    what: told(heap, *value),
                });
            }
            _ => beside.push(Beside {
                name: short(name),
                what: told(heap, *value),
            }),
        }
        if beside.len() > MOST {
            beside.truncate(MOST);
        }
    }
    Ok(tensors)
}

/// Why there is no state: a whole model, here or in a dict; or something else.
fn no_state<'a>(heap: &Heap<'a>, root: Value<'a>) -> TorchError {
    let values = children(heap, root).map(|(_, value)| value);
    for value in std::iter::once(root).chain(values) {
        if let Some(class) = model(heap, value) {
            return TorchError::Model {
                class: class.to_string(),
            };
        }
    }
    let mut what = told(heap, root);
    if let Some(entries) = heap.entries(root) {
        let keys: Vec<_> = entries
            .iter()
            .take(4)
            .map(|(key, _)| format!("`{}`", key_text(*key)))
            .collect();
        let more = if entries.len() > keys.len() {
            ", …"
        } else {
            ""
        };
        if !keys.is_empty() {
            what += &format!(
                " ({}{more}) without tensors under names of layers",
                keys.join(", ")
            );
        }
    }
    TorchError::NoState { what }
}

/// The class of a module of PyTorch.
fn model<'a>(heap: &Heap<'a>, value: Value<'a>) -> Option<Name<'a>> {
    let Some(Node::Object(object)) = heap.get(value) else {
        return None;
    };
    let is_part =
        |key: &Value<'_>| matches!(key, Value::Text("_modules" | "_parameters" | "_buffers"));
    let entries = heap.entries(object.state?)?;
    entries
        .iter()
        .any(|(key, _)| is_part(key))
        .then_some(object.class)
}

fn key_text(key: Value<'_>) -> String {
    match key {
        Value::Text(text) => short(text),
        Value::Int(number) => number.to_string(),
        _ => "…".to_owned(),
    }
}

/// A value in few words.
fn told<'a>(heap: &Heap<'a>, value: Value<'a>) -> String {
    match value {
        Value::None => "None".to_owned(),
        Value::Bool(true) => "True".to_owned(),
        Value::Bool(false) => "False".to_owned(),
        Value::Int(number) => number.to_string(),
        Value::Large(_) => "a large number".to_owned(),
        Value::Float(number) => number.to_string(),
        Value::Text(text) => {
            let text = short(text);
            let start: String = text.chars().take(60).collect();
            match start.len() == text.len() {
                true => format!("\"{text}\""),
                false => format!("\"{start}…\""),
            }
        }
        Value::Bytes(bytes) => format!("{} bytes", bytes.len()),
        Value::Node(_) => match heap.get(value) {
            Some(Node::Items(items)) => format!("a list of {}", items.len()),
            Some(Node::Dict(entries)) => format!("a dict of {}", entries.len()),
            Some(Node::Global(name)) => name.to_string(),
            Some(Node::Object(object)) => format!("an object of {}", object.class),
            Some(Node::Tensor(tensor)) => format!("a tensor {:?}", tensor.shape),
            Some(Node::OddTensor(kind)) => format!("a tensor that is {kind}"),
            Some(Node::Storage(_)) | None => "values".to_owned(),
        },
    }
}
