//! A network as a list of layers in the order they run.
//!
//! The methods that add layers, with their shape checks, are in [`super::build`].

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

impl Shape {
    /// `[channels, height, width]`.
    pub const fn new(channels: u32, height: u32, width: u32) -> Self {
        Self {
            channels,
            height,
            width,
        }
    }

    /// Pixels of one channel, H·W.
    pub const fn pixels(&self) -> u64 {
        self.height as u64 * self.width as u64
    }

    /// Values of one sample, C·H·W.
    pub const fn values(&self) -> u64 {
        self.channels as u64 * self.pixels()
    }
}

impl std::fmt::Display for Shape {
    /// `3×32×32`: channels, rows, columns.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}×{}×{}", self.channels, self.height, self.width)
    }
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

impl Window {
    /// A window of `kernel`×`kernel` pixels.
    pub const fn new(kernel: u32, stride: u32, padding: u32) -> Self {
        Self {
            kernel,
            stride,
            padding,
        }
    }

    /// Windows that fit along `extent` pixels, as PyTorch counts them (rounded down):
    /// `(extent + 2·padding − kernel) / stride + 1`. `None` where not even one fits, or the stride
    /// or the kernel is 0.
    pub fn output_extent(&self, extent: u32) -> Option<u32> {
        if self.stride == 0 || self.kernel == 0 {
            return None;
        }
        let room = u64::from(extent) + 2 * u64::from(self.padding);
        let last = room.checked_sub(u64::from(self.kernel))? / u64::from(self.stride);
        u32::try_from(last + 1).ok()
    }
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
    /// Every `stride`-th pixel of every `stride`-th row, with as many channels of zeros before the input's as
    /// behind them: a shortcut without parameters, where the shape changes.
    IdentityShortcut {
        /// Pixels from one to the next that is taken.
        stride: u32,
    },
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

impl Graph {
    /// The layer that gives the logits: the last one.
    ///
    /// # Panics
    ///
    /// Where the graph has no layer; [`Graph::new`] gives it one.
    pub fn output(&self) -> NodeId {
        assert!(!self.nodes.is_empty(), "the graph has no layers");
        NodeId(self.nodes.len() - 1)
    }

    /// Channels of the output.
    ///
    /// # Panics
    ///
    /// Where the graph has no layer.
    pub fn classes(&self) -> u32 {
        self.node(self.output()).shape.channels
    }

    /// Shape of one image, as the first layer gives it.
    ///
    /// # Panics
    ///
    /// Where the graph has no layer.
    pub fn input_shape(&self) -> Shape {
        self.node(NodeId(0)).shape
    }

    /// A layer.
    ///
    /// # Panics
    ///
    /// Where `id` is another graph's.
    pub fn node(&self, id: NodeId) -> &Node {
        &self.nodes[id.0]
    }

    /// A parameter.
    ///
    /// # Panics
    ///
    /// Where `id` is another graph's.
    pub fn parameter(&self, id: ParameterId) -> &Parameter {
        &self.parameters[id.0]
    }

    /// A BatchNorm layer's parameters.
    ///
    /// # Panics
    ///
    /// Where `id` is another graph's.
    pub fn batch_norm_at(&self, id: BatchNormId) -> &BatchNorm {
        &self.batch_norms[id.0]
    }

    /// The parameter of that name.
    pub fn find_parameter(&self, name: &str) -> Option<ParameterId> {
        let place = self.parameters.iter().position(|p| p.name == name)?;
        Some(ParameterId(place))
    }
}
