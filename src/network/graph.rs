//! A network as a list of layers in the order they run.

/// A layer of a [`Graph`], by its place in [`Graph::nodes`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct NodeId(pub usize);

/// A parameter of a [`Graph`], by its place in [`Graph::parameters`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ParameterId(pub usize);

/// A BatchNorm layer of a [`Graph`], by its place in [`Graph::batch_norms`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct BatchNormId(pub usize);

/// The shape of one sample at some point of the network: `[channels, height, width]`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Shape {
    /// Channels C.
    pub channels: u32,
    /// Rows H.
    pub height: u32,
    /// Columns W.
    pub width: u32,
}

/// A square window that moves over an image, in pixels.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Window {
    /// Rows and columns of the window.
    pub kernel: u32,
    /// Pixels from one window to the next.
    pub stride: u32,
    /// Pixels of border on every side: zeros for a convolution, −∞ for max pooling.
    pub padding: u32,
}

/// What a layer computes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Op {
    /// The normalised images.
    Input,
    /// Convolution; weight `[Cout, Cin, K, K]`, bias `[Cout]`.
    Conv {
        /// The weights.
        weight: ParameterId,
        /// The bias, if the layer has one.
        bias: Option<ParameterId>,
        /// Kernel size, stride and padding.
        window: Window,
    },
    /// BatchNorm over batch, rows and columns.
    BatchNorm(BatchNormId),
    /// max(x, 0).
    Relu,
    /// The sum of two inputs of one shape.
    Add,
    /// The largest value in each window.
    MaxPool(Window),
    /// The mean over all rows and columns: `[C, H, W]` → `[C, 1, 1]`.
    GlobalAveragePool,
    /// `[C, 1, 1]` → `[classes, 1, 1]`; weight `[classes, C]`, bias `[classes]`.
    Linear {
        /// The weights.
        weight: ParameterId,
        /// The bias.
        bias: ParameterId,
    },
}

/// One layer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Node {
    /// What it computes.
    pub op: Op,
    /// From what; every input stands before this node.
    pub inputs: Vec<NodeId>,
    /// The shape of one sample of its output.
    pub shape: Shape,
}

/// What a parameter is for; decides its first values and which modes train it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Role {
    /// Convolution weight `[Cout, Cin, K, K]`.
    ConvWeight,
    /// Convolution bias `[Cout]`.
    ConvBias,
    /// BatchNorm's scale γ `[C]`.
    Gamma,
    /// BatchNorm's shift β `[C]`.
    Beta,
    /// Output layer's weight `[classes, C]`.
    OutputWeight,
    /// Output layer's bias `[classes]`.
    OutputBias,
}

/// A tensor that could be trained.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Parameter {
    /// PyTorch's name, e.g. `blocks.3.bn2.weight`.
    pub name: String,
    /// PyTorch's shape, row-major.
    pub shape: Vec<usize>,
    /// What it is for.
    pub role: Role,
    /// Whether it belongs to a shortcut's projection (convolution or BatchNorm).
    pub on_shortcut: bool,
}

impl Parameter {
    /// Number of values.
    pub fn len(&self) -> usize {
        self.shape.iter().product()
    }

    /// Whether it has no values.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

/// One BatchNorm layer's parameters; its running statistics are in [`super::State::running`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BatchNorm {
    /// PyTorch's module name, e.g. `blocks.3.bn2`.
    pub name: String,
    /// Channels C.
    pub channels: u32,
    /// γ.
    pub gamma: ParameterId,
    /// β.
    pub beta: ParameterId,
}

/// A network: layers in the order they run. The last one gives the logits, `[classes, 1, 1]`.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct Graph {
    /// Layers; the first is [`Op::Input`].
    pub nodes: Vec<Node>,
    /// Parameters, in PyTorch's order.
    pub parameters: Vec<Parameter>,
    /// BatchNorm layers, in the order they were built.
    pub batch_norms: Vec<BatchNorm>,
}
