//! What settings of few values may be, with a sentence for each.

use super::setting::Choice;

/// Rows and columns of drawn digits.
pub(super) const DIGITS_SIZES: &[Choice] = &[
    Choice {
        word: "16",
        label: "16×16 pixels",
        help: "A small network reads them in a minute, even without a GPU.",
    },
    Choice {
        word: "28",
        label: "28×28 pixels",
        help: "As large as MNIST's.",
    },
];

/// First values of weights.
pub(super) const WEIGHTS_INITS: &[Choice] = &[
    Choice {
        word: "he-normal",
        label: "He normal",
        help: "The paper's: deviation √(2 / fan-in), which keeps a signal's size through each ReLU.",
    },
    Choice {
        word: "uniform",
        label: "He uniform",
        help: "Even in ±√(6 / fan-in): the same deviation without large weights.",
    },
    Choice {
        word: "orthogonal",
        label: "Orthogonal",
        help: "No channel's weights repeat another's: a random orthogonal matrix, times √2.",
    },
    Choice {
        word: "binary",
        label: "Binary, ±√(2 / fan-in)",
        help: "All weights of a layer have one size; only their signs are random.",
    },
];

/// First values of γ and β.
pub(super) const BN_INITS: &[Choice] = &[
    Choice {
        word: "uniform",
        label: "γ in [0, 1), β 0",
        help: "The paper's: some channels start nearly off.",
    },
    Choice {
        word: "ones",
        label: "γ 1, β 0",
        help: "PyTorch's own.",
    },
    Choice {
        word: "ones-ones",
        label: "γ 1, β 1",
        help: "Shifted up, so that the ReLU lets more through.",
    },
    Choice {
        word: "symmetric",
        label: "γ in (−1, 1), β 0",
        help: "Half of the channels start upside down.",
    },
];

/// Update rules.
pub(super) const OPTIMIZERS: &[Choice] = &[
    Choice {
        word: "sgd",
        label: "SGD",
        help: "Stochastic gradient descent with momentum, as in the paper.",
    },
    Choice {
        word: "adam",
        label: "Adam",
        help: "A step size for each parameter; try a learning rate of 0.01.",
    },
    Choice {
        word: "adamw",
        label: "AdamW",
        help: "Adam with the weight decay taken from the weights themselves.",
    },
];

/// How values are stored.
pub(super) const PRECISIONS: &[Choice] = &[
    Choice {
        word: "f32",
        label: "f32",
        help: "As PyTorch does by default.",
    },
    Choice {
        word: "f16",
        label: "f16",
        help: "Takes half the memory, where the adapter has it; the arithmetic stays in f32. Switching off \
               and images are worked out in f32.",
    },
];
