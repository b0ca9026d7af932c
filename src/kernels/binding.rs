//! What kernels bind: each buffer named once, for the WGSL, the bind group and the operands.

use crate::gpu::pipeline::Access;

/// A buffer that a kernel binds, an array of elements.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Binding {
    /// The variable's name in WGSL.
    pub name: &'static str,
    /// What the kernel does with it.
    pub access: Access,
    /// The WGSL type of its elements.
    pub element: &'static str,
}

impl Binding {
    /// `var<storage, read> name: array<element>`.
    pub const fn read(name: &'static str, element: &'static str) -> Self {
        Self {
            name,
            access: Access::Read,
            element,
        }
    }

    /// `var<storage, read_write> name: array<element>`.
    pub const fn read_write(name: &'static str, element: &'static str) -> Self {
        Self {
            name,
            access: Access::ReadWrite,
            element,
        }
    }
}

/// The WGSL declarations of `bound`, which are bindings 1, 2, … of group 0, and of those of `all` that are
/// not among them: private arrays of one element, so that branches that are never taken, and other entry
/// points of the same text, are valid without them.
pub(super) fn declarations(bound: &[Binding], all: &[Binding]) -> String {
    let bindings = (1..).zip(bound).map(|(number, binding)| {
        let Binding { name, element, .. } = binding;
        let space = match binding.access {
            Access::Read => "storage, read",
            Access::ReadWrite => "storage, read_write",
            Access::Uniform => unreachable!("only the step is a uniform"),
        };
        format!("@group(0) @binding({number}) var<{space}> {name}: array<{element}>;\n")
    });
    let absent = all.iter().filter(|binding| !bound.contains(binding));
    let absent = absent.map(|Binding { name, element, .. }| {
        format!("var<private> {name}: array<{element}, 1>;\n")
    });
    bindings.chain(absent).collect()
}

/// Values given by name, in the order of `bindings`.
///
/// # Panics
/// If one is missing, given twice or unknown: what a kernel binds is part of the program.
pub(super) fn by_name<'n, T>(
    kernel: &str,
    bindings: &[Binding],
    values: impl IntoIterator<Item = (&'n str, T)>,
) -> Vec<T> {
    let mut places: Vec<Option<T>> = bindings.iter().map(|_| None).collect();
    for (name, value) in values {
        let place = bindings.iter().position(|binding| binding.name == name);
        let place = place.unwrap_or_else(|| panic!("{kernel} binds no `{name}`"));
        let before = places[place].replace(value);
        assert!(before.is_none(), "{kernel}: `{name}` is given twice");
    }
    let found = bindings.iter().zip(places).map(|(binding, value)| {
        value.unwrap_or_else(|| panic!("{kernel}: `{}` is missing", binding.name))
    });
    found.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const INPUT: Binding = Binding::read("input", "Stored");
    const OUTPUT: Binding = Binding::read_write("output", "f32");
    const MASK: Binding = Binding::read("mask", "u32");

    fn arranged(values: &[(&str, u32)]) -> Vec<u32> {
        by_name("copy", &[INPUT, OUTPUT], values.iter().copied())
    }

    #[test]
    fn operands_go_where_their_names_are_bound() {
        assert_eq!(arranged(&[("output", 2), ("input", 1)]), [1, 2]);
    }

    #[test]
    #[should_panic(expected = "copy: `output` is missing")]
    fn a_missing_operand_is_refused() {
        arranged(&[("input", 1)]);
    }

    #[test]
    #[should_panic(expected = "copy binds no `mask`")]
    fn an_unknown_operand_is_refused() {
        arranged(&[("input", 1), ("output", 2), ("mask", 3)]);
    }

    #[test]
    #[should_panic(expected = "copy: `input` is given twice")]
    fn an_operand_given_twice_is_refused() {
        arranged(&[("input", 1), ("output", 2), ("input", 3)]);
    }

    #[test]
    fn what_is_not_bound_is_private() {
        let text = declarations(&[OUTPUT, INPUT], &[INPUT, OUTPUT, MASK]);
        let expected = "@group(0) @binding(1) var<storage, read_write> output: array<f32>;\n\
            @group(0) @binding(2) var<storage, read> input: array<Stored>;\n\
            var<private> mask: array<u32, 1>;\n";
        assert_eq!(text, expected);
    }
}
