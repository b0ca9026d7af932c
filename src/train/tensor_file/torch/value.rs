//! What a pickle builds: plain values, containers, tensors, and names of what is not built. Containers refer to each
//! other by number, so that no depth of them and no circle needs more than a list, and all are freed at once.

use safetensors::tensor::Dtype;

use super::error::TorchError;

/// So many times a file's bytes may be taken in memory, and [`FREE`] bytes.
const TIMES: u64 = 16;

/// What any file may take.
const FREE: u64 = 1 << 18;

/// The bytes of a [`Node`] in a list that grows, of which an old and a new copy are there for a moment.
const NODE_BYTES: u64 = 3 * size_of::<Node<'static>>() as u64;

/// The bytes of a [`Value`].
const VALUE_BYTES: u64 = size_of::<Value<'static>>() as u64;

/// About the bytes of what a [`Node`] keeps elsewhere.
const BOXED_BYTES: u64 = 96;

/// A value of a pickle; its texts and bytes are the file's own.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Value<'a> {
    None,
    Bool(bool),
    Int(i64),
    /// A whole number of more than 64 bits, little-endian.
    Large(&'a [u8]),
    Float(f64),
    Text(&'a str),
    Bytes(&'a [u8]),
    /// A place in the [`Heap`].
    Node(u32),
}

/// A class or function of Python, by its name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Name<'a> {
    pub module: &'a str,
    pub name: &'a str,
}

/// What a [`Value::Node`] is.
#[derive(Clone, Debug)]
pub(super) enum Node<'a> {
    /// A list, a tuple or a set.
    Items(Vec<Value<'a>>),
    Dict(Vec<(Value<'a>, Value<'a>)>),
    /// A class or function, which nothing here calls.
    Global(Name<'a>),

    Object(Box<Object<'a>>),
    Storage(Box<Storage<'a>>),
    Tensor(Box<Tensor>),
    /// A tensor that is not built: what kind.
    OddTensor(&'static str),
}

/// Something of a class that is not built.
#[derive(Clone, Debug)]
pub(super) struct Object<'a> {
    pub class: Name<'a>,
    /// Its attributes.
    pub state: Option<Value<'a>>,
}

/// Values that tensors look into.
#[derive(Clone, Debug)]
pub(super) struct Storage<'a> {
    /// Its name in the file.
    pub key: &'a str,
    pub element: Element,
    /// The first element, where it is a part of another.
    pub first: u64,
    /// How many elements.
    pub len: u64,
}

/// What a storage holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Element {
    Of(Dtype),
    /// Bytes; tensors say of what type.
    Untyped,
    /// What nothing here uses, and the bytes of one.
    Odd(&'static str, u64),
}

/// A view of a storage.
#[derive(Clone, Debug)]
pub(super) struct Tensor {
    /// The place of its storage.
    pub storage: u32,
    /// The type of its elements, where the storage has none.
    pub element: Element,
    /// The first element.
    pub offset: u64,
    pub shape: Box<[usize]>,
    /// Elements from one index to the next, in each dimension.
    pub strides: Box<[u64]>,
}

impl Element {
    /// Bytes of an element.
    pub fn bytes(self) -> u64 {
        match self {
            Self::Of(dtype) => (dtype.bitsize() / 8) as u64,
            Self::Untyped => 1,
            Self::Odd(_, bytes) => bytes,
        }
    }
}

/// How much memory a file may still take.
#[derive(Debug)]
pub(super) struct Budget {
    left: u64,
}

impl Budget {
    /// For a file of so many bytes.
    pub fn of(file_bytes: usize) -> Self {
        let left = FREE.saturating_add(TIMES.saturating_mul(file_bytes as u64));
        Self { left }
    }

    /// Takes so many bytes from what is left.
    pub fn charge(&mut self, bytes: u64) -> Result<(), TorchError> {
        let left = self.left.checked_sub(bytes);
        self.left = left.ok_or(TorchError::TooLarge { times: TIMES })?;
        Ok(())
    }
}

/// All containers, tensors and names of a pickle.
#[derive(Debug)]
pub(super) struct Heap<'a> {
    nodes: Vec<Node<'a>>,
    budget: Budget,
}

impl<'a> Heap<'a> {
    pub fn new(budget: Budget) -> Self {
        let nodes = Vec::new();
        Self { nodes, budget }
    }

    pub fn budget(&mut self) -> &mut Budget {
        &mut self.budget
    }

    /// As [`Budget::charge`].
    pub fn charge(&mut self, bytes: u64) -> Result<(), TorchError> {
        self.budget.charge(bytes)
    }

    /// The same for so many values.
    pub fn charge_values(&mut self, values: usize) -> Result<(), TorchError> {
        self.charge(VALUE_BYTES * values as u64)
    }

    /// The same for so many more values in a list, which grows by doubling.
    pub fn charge_more_values(&mut self, values: usize) -> Result<(), TorchError> {
        self.charge(3 * VALUE_BYTES * values as u64)
    }

    /// Keeps a node.
    pub fn add(&mut self, node: Node<'a>) -> Result<Value<'a>, TorchError> {
        self.charge(NODE_BYTES)?;
        match &node {
            Node::Items(items) => self.charge_values(items.len())?,
            Node::Dict(entries) => self.charge_values(2 * entries.len())?,
            Node::Tensor(tensor) => self.charge(BOXED_BYTES + 16 * tensor.shape.len() as u64)?,
            Node::Object(_) | Node::Storage(_) => self.charge(BOXED_BYTES)?,
            Node::Global(_) | Node::OddTensor(_) => {}
        }
        let place =
            u32::try_from(self.nodes.len()).map_err(|_| TorchError::TooLarge { times: TIMES })?;
        self.nodes.push(node);
        Ok(Value::Node(place))
    }

    /// The node that a value is, if it is one.
    pub fn get(&self, value: Value<'a>) -> Option<&Node<'a>> {
        match value {
            Value::Node(place) => self.nodes.get(place as usize),
            _ => None,
        }
    }

    pub fn get_mut(&mut self, value: Value<'a>) -> Option<&mut Node<'a>> {
        match value {
            Value::Node(place) => self.nodes.get_mut(place as usize),
            _ => None,
        }
    }

    /// The items of a list, a tuple or a set.
    pub fn items(&self, value: Value<'a>) -> Option<&[Value<'a>]> {
        match self.get(value)? {
            Node::Items(items) => Some(items),
            _ => None,
        }
    }

    /// The entries of a dict.
    pub fn entries(&self, value: Value<'a>) -> Option<&[(Value<'a>, Value<'a>)]> {
        match self.get(value)? {
            Node::Dict(entries) => Some(entries),
            _ => None,
        }
    }

    /// The name of a class or function.
    pub fn global(&self, value: Value<'a>) -> Option<Name<'a>> {
        match self.get(value)? {
            Node::Global(name) => Some(*name),
            _ => None,
        }
    }

    /// All storages.
    pub fn storages(&self) -> impl Iterator<Item = &Storage<'a>> {
        self.nodes.iter().filter_map(|node| match node {
            Node::Storage(storage) => Some(&**storage),
            _ => None,
        })
    }
}
