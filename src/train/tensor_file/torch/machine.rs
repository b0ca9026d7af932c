//! Python's pickle machine, without Python: it stacks values, makes containers of them, and calls nothing. What a file
//! has it make is in [`Heap`]; what calls give, [`build`](super::build) says.

use std::collections::HashMap;

use super::build;
use super::error::TorchError;
use super::globals;
use super::opcode::{Op, Reader};
use super::value::{Heap, Name, Node, Value};

/// About the bytes of a value that can be asked for again, in a table that grows.
const MEMO_BYTES: u64 = 112;

/// The bytes of a mark in a list that grows.
const MARK_BYTES: u64 = 24;

/// Runs one pickle to its end; the reader then stands behind it.
pub(super) fn run<'a>(
    reader: &mut Reader<'a>,
    heap: &mut Heap<'a>,
) -> Result<Value<'a>, TorchError> {
    let mut machine = Machine {
        heap,
        stack: Vec::new(),
        marks: Vec::new(),
        memo: HashMap::new(),
    };
    loop {
        match reader.next()? {
            Op::Stop => return machine.pop(),
            op => machine.step(op)?,
        }
    }
}

struct Machine<'a, 'h> {
    heap: &'h mut Heap<'a>,
    stack: Vec<Value<'a>>,
    /// How long the stack was at each mark.
    marks: Vec<usize>,
    memo: HashMap<u64, Value<'a>>,
}

impl<'a> Machine<'a, '_> {
    fn step(&mut self, op: Op<'a>) -> Result<(), TorchError> {
        match op {
            Op::Push(value) => self.push(value)?,
            Op::Mark => {
                self.heap.charge(MARK_BYTES)?;
                self.marks.push(self.stack.len());
            }
            Op::Pop => self.drop_top()?,
            Op::PopToMark => {
                self.since_mark()?;
            }
            Op::Dup => {
                let top = self.top()?;
                self.push(top)?;
            }
            Op::Put(_) | Op::Memoize | Op::Get(_) => self.remember(op)?,
            Op::EmptyItems => self.push_node(Node::Items(Vec::new()))?,
            Op::EmptyDict => self.push_node(Node::Dict(Vec::new()))?,
            Op::Items => {
                let items = self.since_mark()?;
                self.push_node(Node::Items(items))?;
            }
            Op::Dict => {
                let entries = pairs(self.since_mark()?)?;
                self.push_node(Node::Dict(entries))?;
            }
            Op::Tuple(count) => {
                let items = self.pop_many(count)?;
                self.push_node(Node::Items(items))?;
            }
            Op::Append | Op::Appends => {
                let items = match op {
                    Op::Append => self.pop_many(1)?,
                    _ => self.since_mark()?,
                };
                let list = self.top()?;
                self.extend(list, items)?;
            }
            Op::SetItem | Op::SetItems => {
                let entries = match op {
                    Op::SetItem => self.pop_many(2)?,
                    _ => self.since_mark()?,
                };
                let dict = self.top()?;
                self.set(dict, pairs(entries)?)?;
            }
            Op::Global(..) | Op::StackGlobal | Op::Instance(..) | Op::Object => self.name(op)?,
            Op::Persistent => {
                let reference = self.pop()?;
                let value = build::persistent(self.heap, reference)?;
                self.push(value)?;
            }
            Op::Reduce => {
                let (arguments, function) = (self.pop()?, self.pop()?);
                let value = build::call(self.heap, function, arguments)?;
                self.push(value)?;
            }
            Op::New | Op::NewWithNames => {
                let arguments = if op == Op::New { 1 } else { 2 };
                self.pop_many(arguments)?;
                let class = self.pop()?;
                let value = build::new(self.heap, class)?;
                self.push(value)?;
            }
            Op::Build => {
                let attributes = self.pop()?;
                let object = self.top()?;
                if let Some(Node::Object(object)) = self.heap.get_mut(object) {
                    object.state = Some(attributes);
                }
            }
            Op::Stop | Op::Nothing => {}
        }
        Ok(())
    }

    /// Takes off what is on top: a value, or, as in Python, a mark.
    fn drop_top(&mut self) -> Result<(), TorchError> {
        match self.marks.last() {
            Some(mark) if *mark == self.stack.len() => {
                self.marks.pop();
            }
            _ => {
                self.pop()?;
            }
        }
        Ok(())
    }

    /// Names of classes and functions, and objects of classes that are named at once.
    fn name(&mut self, op: Op<'a>) -> Result<(), TorchError> {
        match op {
            Op::Global(module, name) => self.push_global(Name { module, name }),
            Op::StackGlobal => match (self.pop()?, self.pop()?) {
                (Value::Text(name), Value::Text(module)) => self.push_global(Name { module, name }),
                _ => Err(damaged("a class is named by no text")),
            },
            Op::Instance(module, name) => {
                self.since_mark()?;
                self.push_global(Name { module, name })?;
                let class = self.pop()?;
                let value = build::new(self.heap, class)?;
                self.push(value)
            }
            _ => {
                let parts = self.since_mark()?;
                let class = *parts
                    .first()
                    .ok_or_else(|| damaged("an object has no class"))?;
                let value = build::new(self.heap, class)?;
                self.push(value)
            }
        }
    }

    fn push_global(&mut self, name: Name<'a>) -> Result<(), TorchError> {
        globals::check(name)?;
        self.push_node(Node::Global(name))
    }

    fn remember(&mut self, op: Op<'a>) -> Result<(), TorchError> {
        let number = match op {
            Op::Get(number) => {
                let value = self.memo.get(&number).copied();
                let value = value.ok_or_else(|| damaged("a value is used before it is there"))?;
                return self.push(value);
            }
            Op::Put(number) => number,
            _ => self.memo.len() as u64,
        };
        let top = self.top()?;
        if self.memo.insert(number, top).is_none() {
            self.heap.charge(MEMO_BYTES)?;
        }
        Ok(())
    }

    fn push(&mut self, value: Value<'a>) -> Result<(), TorchError> {
        // What is on the stack at once counts, not all that ever was.
        if self.stack.len() == self.stack.capacity() {
            let values = self.stack.len() + 1;
            self.heap.charge_more_values(values.div_ceil(2))?;
        }
        self.stack.push(value);
        Ok(())
    }

    fn push_node(&mut self, node: Node<'a>) -> Result<(), TorchError> {
        let value = self.heap.add(node)?;
        self.push(value)
    }

    /// The value on top, above the last mark.
    fn top(&self) -> Result<Value<'a>, TorchError> {
        let from = self.marks.last().copied().unwrap_or(0);
        let last = self.stack.get(from..).and_then(<[_]>::last);
        last.copied().ok_or_else(|| damaged("a value is missing"))
    }

    fn pop(&mut self) -> Result<Value<'a>, TorchError> {
        let top = self.top()?;
        self.stack.pop();
        Ok(top)
    }

    /// The last so many values, in their order.
    fn pop_many(&mut self, count: usize) -> Result<Vec<Value<'a>>, TorchError> {
        let mut items = Vec::with_capacity(count);
        for _ in 0..count {
            items.push(self.pop()?);
        }
        items.reverse();
        Ok(items)
    }

    /// All values since the last mark, which goes.
    fn since_mark(&mut self) -> Result<Vec<Value<'a>>, TorchError> {
        let mark = self
            .marks
            .pop()
            .ok_or_else(|| damaged("a mark is missing"))?;
        // No value below a mark is ever taken.
        Ok(self.stack.split_off(mark.min(self.stack.len())))
    }

    fn extend(&mut self, list: Value<'a>, items: Vec<Value<'a>>) -> Result<(), TorchError> {
        self.heap.charge_more_values(items.len())?;
        match self.heap.get_mut(list) {
            Some(Node::Items(list)) => list.extend(items),
            // What a class makes of it is not known.
            Some(Node::Object(_)) => {}
            _ => return Err(damaged("something is added to what is no list")),
        }
        Ok(())
    }

    fn set(
        &mut self,
        dict: Value<'a>,
        entries: Vec<(Value<'a>, Value<'a>)>,
    ) -> Result<(), TorchError> {
        self.heap.charge_more_values(2 * entries.len())?;
        match self.heap.get_mut(dict) {
            Some(Node::Dict(dict)) => dict.extend(entries),
            Some(Node::Object(_)) => {}
            _ => return Err(damaged("an entry is set in what is no dict")),
        }
        Ok(())
    }
}

fn pairs(values: Vec<Value<'_>>) -> Result<Vec<(Value<'_>, Value<'_>)>, TorchError> {
    let (pairs, rest) = values.as_chunks::<2>();
    if !rest.is_empty() {
        return Err(damaged("a key has no value"));
    }
    Ok(pairs.iter().map(|[key, value]| (*key, *value)).collect())
}

fn damaged(what: &str) -> TorchError {
    TorchError::Damaged {
        reason: format!("in its pickle {what}"),
    }
}
