//! Why a file of `torch.save` gives no state, each as the end of a sentence that names the file.

/// Why a file of `torch.save` gives no state.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TorchError {
    /// The file ends too early.
    #[error(
        "ends within {within}: it was cut short, as by a download that broke off; get it again"
    )]
    Cut {
        /// What ends.
        within: String,
    },
    /// Content that cannot be.
    #[error("is damaged: {reason}; get it again, or save it again")]
    Damaged {
        /// What is wrong.
        reason: String,
    },
    /// A byte that is no instruction, or one that no state needs.
    #[error("is damaged, or no state: byte {at} of its pickle is {byte:#04x}, {what}")]
    Instruction {
        /// The byte.
        byte: u8,
        /// Its place.
        at: usize,
        /// What it is.
        what: &'static str,
    },
    /// An entry of the archive that cannot be read.
    #[error(
        "has an entry {entry} that is {how}; torch.save leaves all as it is: open the file in Python and save it again"
    )]
    Packed {
        /// The entry.
        entry: String,
        /// How it is packed.
        how: &'static str,
    },
    /// A name that runs code.
    #[error(
        "asks Python to use {name}, as no saved state does and an attack may. Nothing of it was run; do not open it in \
         Python"
    )]
    Global {
        /// Module and name.
        name: String,
    },
    /// Something in the state that is no tensor.
    #[error(
        "has `{name}` in its state, which is {what}, and no tensor: if you trust the file, save its state without it, in \
         Python, where torch.load(FILE, weights_only=False) opens it"
    )]
    Foreign {
        /// Its key.
        name: String,
        /// What it is.
        what: String,
    },
    /// A tensor of a kind that nothing here uses.
    #[error(
        "has a tensor `{name}` that is {kind}; expected a plain one of floats or whole numbers: make it one, and save the \
         state again"
    )]
    Kind {
        /// Its name.
        name: String,
        /// What it is.
        kind: String,
    },
    /// `torch.save(model)`.
    #[error(
        "holds a whole model ({class}), which only its own Python code can open: if you trust the file, save its state \
         alone, in Python: torch.save(torch.load(FILE, weights_only=False).state_dict(), NEW)"
    )]
    Model {
        /// The model's class.
        class: String,
    },
    /// `torch.jit.save(model)`.
    #[error(
        "holds a program of TorchScript: save its state alone, in Python: \
         torch.save(torch.jit.load(FILE).state_dict(), NEW)"
    )]
    Script,
    /// A file without tensors under names.
    #[error("holds no state of a network: it is {what}")]
    NoState {
        /// What it holds.
        what: String,
    },
    /// A file with several states, none of them under a usual name.
    #[error(
        "holds several states: {names}; save one of them alone, in Python: torch.save(torch.load(FILE)[…], NEW)"
    )]
    Several {
        /// Under which keys.
        names: String,
    },
    /// Two entries or tensors of one name.
    #[error("has two {what} `{name}`; expected each once")]
    Twice {
        /// Entries or tensors.
        what: &'static str,
        /// The name.
        name: String,
    },
    /// A tensor beyond its values.
    #[error(
        "is damaged, or cut short: the values of tensor `{name}` need {needed} bytes, {found} are there"
    )]
    Values {
        /// The tensor.
        name: String,
        /// Bytes up to its last value.
        needed: u64,
        /// Bytes that are there.
        found: u64,
    },
    /// Content that would take far more memory than the file.
    #[error(
        "would take more than {times} times its size in memory, which no saved state does; it is damaged, or made to do harm"
    )]
    TooLarge {
        /// The most that is allowed.
        times: u64,
    },
}
