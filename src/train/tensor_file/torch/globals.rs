//! Classes and functions that pickles name: those that are built, those that stand for themselves, and those that a
//! state never needs and that run what an attacker likes.

use std::fmt;

use safetensors::tensor::Dtype;

use super::error::TorchError;
use super::value::{Element, Name};

/// What calling a class or function gives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Call {
    /// A dict of a list of pairs, or an empty one.
    Dict,
    /// The same of all arguments but the first, which makes missing values.
    DefaultDict,
    /// A list of another.
    Items,
    /// A tensor from storage, offset, sizes, strides; perhaps a type as the seventh argument.
    Tensor,
    /// The tensor that is the first argument.
    Parameter,
    /// What its first argument, a function, gives with the third.
    FromType,
    /// A tensor that is not built.
    Odd(&'static str),
    /// An object of its first argument, a class.
    ObjectOf,
    /// An object of itself.
    Object,
}

impl fmt::Display for Name<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // It is a file's word.
        let (module, name) = (self.module.escape_debug(), self.name.escape_debug());
        let all = format!("{module}.{name}");
        match all.char_indices().nth(100) {
            Some((end, _)) => write!(f, "{}…", &all[..end]),
            None => f.write_str(&all),
        }
    }
}

/// Types that Python's `builtins` have and that hold values.
const PLAIN: [&str; 16] = [
    "bool",
    "bytearray",
    "bytes",
    "complex",
    "dict",
    "float",
    "frozenset",
    "int",
    "list",
    "long",
    "object",
    "range",
    "set",
    "slice",
    "str",
    "tuple",
];

/// Modules of Python, and of others, whose functions run code, start programs, or read and write files.
const RUNS_CODE: [&str; 63] = [
    "_aix_support",
    "_io",
    "_pickle",
    "_posixsubprocess",
    "_pyrepl",
    "_winapi",
    "aiohttp",
    "asyncio",
    "bdb",
    "cProfile",
    "cffi",
    "cloudpickle",
    "code",
    "codeop",
    "commands",
    "concurrent",
    "ctypes",
    "dill",
    "distutils",
    "doctest",
    "ensurepip",
    "ftplib",
    "glob",
    "http",
    "httplib",
    "idlelib",
    "imp",
    "importlib",
    "io",
    "joblib",
    "lib2to3",
    "linecache",
    "marshal",
    "multiprocessing",
    "nt",
    "ntpath",
    "operator",
    "os",
    "pdb",
    "pickle",
    "pip",
    "pkgutil",
    "popen2",
    "posix",
    "posixpath",
    "pty",
    "pydoc",
    "requests",
    "runpy",
    "setuptools",
    "shutil",
    "signal",
    "site",
    "smtplib",
    "socket",
    "ssl",
    "subprocess",
    "sys",
    "tempfile",
    "threading",
    "timeit",
    "urllib",
    "webbrowser",
];

/// Refuses what runs code: no state needs it, so a file that names it was made to do harm.
pub(super) fn check(name: Name<'_>) -> Result<(), TorchError> {
    let top = name.module.split('.').next().unwrap_or_default();
    // Python finds what stands behind a dot by itself.
    let reaches = name.name.split('.').any(|part| RUNS_CODE.contains(&part));
    let is_refused = match top {
        "builtins" | "__builtin__" => !PLAIN.contains(&name.name),
        _ => RUNS_CODE.contains(&top) || (top == "types" && name.name != "SimpleNamespace"),
    };
    let loads =
        top == "torch" && (name.module == "torch.hub" || ["load", "compile"].contains(&name.name));
    let is_hidden =
        name.name.contains("__") || name.module.contains("__") && !is_usual_hidden(name.module);
    match is_refused || reaches || loads || is_hidden {
        true => Err(TorchError::Global {
            name: name.to_string(),
        }),
        false => Ok(()),
    }
}

/// Modules with such a name that are no way around: a script's own, a compiled TorchScript's, Python 2's types.
fn is_usual_hidden(module: &str) -> bool {
    ["__main__", "__mp_main__", "__builtin__"].contains(&module) || module.starts_with("__torch__")
}

/// What calling a name gives.
pub(super) fn call(name: Name<'_>) -> Call {
    match (name.module, name.name) {
        ("collections", "OrderedDict" | "Counter") | ("builtins" | "__builtin__", "dict") => {
            Call::Dict
        }
        ("collections", "defaultdict") => Call::DefaultDict,
        ("builtins" | "__builtin__", "set" | "frozenset" | "list" | "tuple")
        | ("torch", "Size") => Call::Items,
        ("torch._utils", "_rebuild_tensor" | "_rebuild_tensor_v2" | "_rebuild_tensor_v3") => {
            Call::Tensor
        }
        ("torch._utils", "_rebuild_parameter" | "_rebuild_parameter_with_state") => Call::Parameter,
        ("torch._tensor", "_rebuild_from_type" | "_rebuild_from_type_v2") => Call::FromType,
        ("torch._utils", "_rebuild_qtensor") => Call::Odd("quantised"),
        ("torch._utils", "_rebuild_sparse_tensor" | "_rebuild_sparse_csr_tensor") => {
            Call::Odd("sparse")
        }
        ("torch._utils", "_rebuild_nested_tensor") => Call::Odd("nested"),
        ("torch._utils", "_rebuild_meta_tensor_no_storage") => {
            Call::Odd("without values (of device meta)")
        }
        ("torch._utils", rebuild) if rebuild.starts_with("_rebuild_") => {
            Call::Odd("of a special kind")
        }
        ("copyreg" | "copy_reg", "_reconstructor") => Call::ObjectOf,
        _ => Call::Object,
    }
}

/// What a storage's class holds, such as `torch.FloatStorage`.
pub(super) fn storage(name: Name<'_>) -> Option<Element> {
    let place = ["torch", "torch.cuda", "torch.storage"];
    let kind = name
        .name
        .strip_suffix("Storage")
        .filter(|_| place.contains(&name.module))?;
    Some(match kind {
        "Float" => Element::Of(Dtype::F32),
        "Double" => Element::Of(Dtype::F64),
        "Half" => Element::Of(Dtype::F16),
        "BFloat16" => Element::Of(Dtype::BF16),
        "Long" => Element::Of(Dtype::I64),
        "Int" => Element::Of(Dtype::I32),
        "Short" => Element::Of(Dtype::I16),
        "Char" => Element::Of(Dtype::I8),
        "Byte" => Element::Of(Dtype::U8),
        "Bool" => Element::Of(Dtype::BOOL),
        "Untyped" => Element::Untyped,
        "ComplexFloat" => Element::Odd("complex", 8),
        "ComplexDouble" => Element::Odd("complex", 16),
        "QInt8" | "QUInt8" | "QUInt4x2" | "QUInt2x4" => Element::Odd("quantised", 1),
        "QInt32" => Element::Odd("quantised", 4),
        _ => return None,
    })
}

/// A type of numbers, such as `torch.float32`.
pub(super) fn dtype(name: Name<'_>) -> Option<Element> {
    if name.module != "torch" {
        return None;
    }
    Some(match name.name {
        "float32" | "float" => Element::Of(Dtype::F32),
        "float64" | "double" => Element::Of(Dtype::F64),
        "float16" | "half" => Element::Of(Dtype::F16),
        "bfloat16" => Element::Of(Dtype::BF16),
        "int64" | "long" => Element::Of(Dtype::I64),
        "int32" | "int" => Element::Of(Dtype::I32),
        "int16" | "short" => Element::Of(Dtype::I16),
        "int8" => Element::Of(Dtype::I8),
        "uint8" => Element::Of(Dtype::U8),
        "uint16" => Element::Of(Dtype::U16),
        "uint32" => Element::Of(Dtype::U32),
        "uint64" => Element::Of(Dtype::U64),
        "bool" => Element::Of(Dtype::BOOL),
        other if other.starts_with("float8") => Element::Odd("of 8-bit floats", 1),
        _ => return None,
    })
}
