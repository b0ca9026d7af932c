//! Adding layers to a [`Graph`], with PyTorch's shapes.
//!
//! A layer's parameters enter [`Graph::parameters`] when the layer is added. Where PyTorch's order
//! of modules is not the order they run in, [`Graph::declare_batch_norm`] enters a BatchNorm's
//! parameters first and [`Graph::apply_batch_norm`] adds the layer later.

use serde::{Deserialize, Serialize};

use super::error::NetworkError;
use super::graph::{
    BatchNorm, BatchNormId, Graph, Node, NodeId, Op, Parameter, ParameterId, Role, Shape, Window,
};

/// Longest side, and most channels, of an image.
pub const MAX_INPUT_EXTENT: u32 = 16_384;

/// Most channels a network can be wide.
pub const MAX_WIDTH: u32 = 4_096;

/// Most classes.
pub const MAX_CLASSES: u32 = 65_536;

/// Most values in all parameters together: 4 GiB as f32, so that places in a tensor are u32 and
/// byte counts never overflow.
pub const MAX_PARAMETERS: u64 = 1 << 30;

/// What a parameter on a projection has in its name: ours, torchvision's.
const SHORTCUT_MARKS: [&str; 2] = [".shortcut.", ".downsample."];

/// What can be chosen about a network beside its name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Options {
    /// Channels of the first stage; `None` is the family's own, 16 for a ResNet, 64 for a VGG.
    pub width: Option<u32>,
    /// Whether a ResNet has shortcuts; `false` for a VGG is an error.
    pub shortcut: bool,
    /// Whether a BatchNorm stands behind the ReLU instead of before it.
    pub batch_norm_after_activation: bool,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            width: None,
            shortcut: true,
            batch_norm_after_activation: false,
        }
    }
}

/// `width` if it is in bounds.
pub(super) fn checked_width(width: u32) -> Result<u32, NetworkError> {
    let max = MAX_WIDTH;
    if (1..=max).contains(&width) {
        Ok(width)
    } else {
        Err(NetworkError::Width { width, max })
    }
}

impl Graph {
    /// A network of one layer, its input.
    ///
    /// # Errors
    ///
    /// [`NetworkError::Input`] where an extent is 0 or above [`MAX_INPUT_EXTENT`].
    pub fn new(input: Shape) -> Result<Self, NetworkError> {
        let max = MAX_INPUT_EXTENT;
        if [input.channels, input.height, input.width]
            .iter()
            .any(|extent| !(1..=max).contains(extent))
        {
            return Err(NetworkError::Input { input, max });
        }
        Ok(Self {
            nodes: vec![Node {
                op: Op::Input,
                inputs: Vec::new(),
                shape: input,
            }],
            ..Self::default()
        })
    }

    /// A convolution `name` to `channels` channels: weight `[channels, Cin, K, K]`, and bias
    /// `[channels]` where `with_bias`.
    ///
    /// # Errors
    ///
    /// Where no window fits the input, a name is taken, or the network grows too large.
    pub fn conv(
        &mut self,
        name: &str,
        input: NodeId,
        channels: u32,
        window: Window,
        with_bias: bool,
    ) -> Result<NodeId, NetworkError> {
        let from = self.shape_of(input)?;
        let shape = windowed(name, from, channels, window)?;
        let kernel = window.kernel;
        let weight = self.add_parameter(
            format!("{name}.weight"),
            &[channels, from.channels, kernel, kernel],
            Role::ConvWeight,
        )?;
        let bias = if with_bias {
            Some(self.add_parameter(format!("{name}.bias"), &[channels], Role::ConvBias)?)
        } else {
            None
        };
        let op = Op::Conv {
            weight,
            bias,
            window,
        };
        Ok(self.push(op, &[input], shape))
    }

    /// A BatchNorm `name` over the channels of `input`.
    ///
    /// # Errors
    ///
    /// Where the name is taken, or the network grows too large.
    pub fn batch_norm(&mut self, name: &str, input: NodeId) -> Result<NodeId, NetworkError> {
        let channels = self.shape_of(input)?.channels;
        let id = self.declare_batch_norm(name, channels)?;
        self.apply_batch_norm(id, input)
    }

    /// Enters a BatchNorm's γ and β without adding the layer yet.
    ///
    /// # Errors
    ///
    /// Where the name is taken, or the network grows too large.
    pub fn declare_batch_norm(
        &mut self,
        name: &str,
        channels: u32,
    ) -> Result<BatchNormId, NetworkError> {
        let gamma = self.add_parameter(format!("{name}.weight"), &[channels], Role::Gamma)?;
        let beta = self.add_parameter(format!("{name}.bias"), &[channels], Role::Beta)?;
        self.batch_norms.push(BatchNorm {
            name: name.to_owned(),
            channels,
            gamma,
            beta,
        });
        Ok(BatchNormId(self.batch_norms.len() - 1))
    }

    /// Adds the layer of a BatchNorm declared before.
    ///
    /// # Errors
    ///
    /// Where the input has other channels than were declared.
    ///
    /// # Panics
    ///
    /// Where `id` is another graph's.
    pub fn apply_batch_norm(
        &mut self,
        id: BatchNormId,
        input: NodeId,
    ) -> Result<NodeId, NetworkError> {
        let shape = self.shape_of(input)?;
        let declared = self.batch_norm_at(id);
        if shape.channels != declared.channels {
            return Err(NetworkError::Shape {
                layer: declared.name.clone(),
                input: shape,
                reason: format!("it has {} channels", declared.channels),
            });
        }
        Ok(self.push(Op::BatchNorm(id), &[input], shape))
    }

    /// max(x, 0).
    ///
    /// # Errors
    ///
    /// Where there is no layer `input`.
    pub fn relu(&mut self, input: NodeId) -> Result<NodeId, NetworkError> {
        let shape = self.shape_of(input)?;
        Ok(self.push(Op::Relu, &[input], shape))
    }

    /// The sum of two layers.
    ///
    /// # Errors
    ///
    /// Where their shapes differ.
    pub fn add(&mut self, left: NodeId, right: NodeId) -> Result<NodeId, NetworkError> {
        let (a, b) = (self.shape_of(left)?, self.shape_of(right)?);
        if a != b {
            return Err(NetworkError::Add { left: a, right: b });
        }
        Ok(self.push(Op::Add, &[left, right], a))
    }

    /// The largest value in each window.
    ///
    /// # Errors
    ///
    /// Where no window fits, or the padding is more than half the kernel (as in PyTorch: such a
    /// window would hold nothing but padding).
    pub fn max_pool(&mut self, input: NodeId, window: Window) -> Result<NodeId, NetworkError> {
        let from = self.shape_of(input)?;
        if window.padding > window.kernel / 2 {
            return Err(NetworkError::Shape {
                layer: "max pooling".to_owned(),
                input: from,
                reason: format!(
                    "a padding of {} is more than half the kernel of {}",
                    window.padding, window.kernel
                ),
            });
        }
        let shape = windowed("max pooling", from, from.channels, window)?;
        Ok(self.push(Op::MaxPool(window), &[input], shape))
    }

    /// A shortcut without parameters to `channels` channels: every `stride`-th pixel of every `stride`-th row, and
    /// channels of zeros before and behind the input's, ⌊(channels − C) / 2⌋ before.
    ///
    /// # Errors
    ///
    /// Where there are fewer channels than the input has, or the stride is 0.
    pub fn identity_shortcut(
        &mut self,
        input: NodeId,
        channels: u32,
        stride: u32,
    ) -> Result<NodeId, NetworkError> {
        let from = self.shape_of(input)?;
        if channels < from.channels {
            return Err(NetworkError::Shape {
                layer: "an identity shortcut".to_owned(),
                input: from,
                reason: format!("it has {channels} channels, and can only add some"),
            });
        }
        let every = Window::new(1, stride, 0);
        let shape = windowed("an identity shortcut", from, channels, every)?;
        Ok(self.push(Op::IdentityShortcut { stride }, &[input], shape))
    }

    /// The mean of each channel.
    ///
    /// # Errors
    ///
    /// Where there is no layer `input`.
    pub fn global_average_pool(&mut self, input: NodeId) -> Result<NodeId, NetworkError> {
        let shape = Shape::new(self.shape_of(input)?.channels, 1, 1);
        Ok(self.push(Op::GlobalAveragePool, &[input], shape))
    }

    /// The output layer `name`: weight `[classes, C]`, bias `[classes]`.
    ///
    /// # Errors
    ///
    /// Where the input is not `[C, 1, 1]`, there are fewer than 2 classes or too many, or a name is
    /// taken.
    pub fn linear(
        &mut self,
        name: &str,
        input: NodeId,
        classes: u32,
    ) -> Result<NodeId, NetworkError> {
        let from = self.shape_of(input)?;
        if from.pixels() != 1 {
            return Err(NetworkError::Shape {
                layer: name.to_owned(),
                input: from,
                reason: "it takes one value a channel, so pool first".to_owned(),
            });
        }
        if !(2..=MAX_CLASSES).contains(&classes) {
            let max = MAX_CLASSES;
            return Err(NetworkError::Classes { classes, max });
        }
        let weight = self.add_parameter(
            format!("{name}.weight"),
            &[classes, from.channels],
            Role::OutputWeight,
        )?;
        let bias = self.add_parameter(format!("{name}.bias"), &[classes], Role::OutputBias)?;
        let op = Op::Linear { weight, bias };
        Ok(self.push(op, &[input], Shape::new(classes, 1, 1)))
    }

    /// The shape of a layer's output.
    ///
    /// # Errors
    ///
    /// [`NetworkError::UnknownNode`] where there is no such layer.
    pub fn shape_of(&self, id: NodeId) -> Result<Shape, NetworkError> {
        let node = self.nodes.get(id.0).ok_or(NetworkError::UnknownNode {
            node: id.0,
            count: self.nodes.len(),
        })?;
        Ok(node.shape)
    }

    fn push(&mut self, op: Op, inputs: &[NodeId], shape: Shape) -> NodeId {
        self.nodes.push(Node {
            op,
            inputs: inputs.to_vec(),
            shape,
        });
        NodeId(self.nodes.len() - 1)
    }

    fn add_parameter(
        &mut self,
        name: String,
        shape: &[u32],
        role: Role,
    ) -> Result<ParameterId, NetworkError> {
        if self.find_parameter(&name).is_some() {
            return Err(NetworkError::DuplicateName { name });
        }
        // In u128, four extents of 32 bits cannot overflow; in usize on wasm32, two could.
        let values: u128 = shape.iter().map(|&extent| u128::from(extent)).product();
        let before: u128 = self.parameters.iter().map(|p| p.len() as u128).sum();
        if before + values > u128::from(MAX_PARAMETERS) {
            let limit = MAX_PARAMETERS;
            return Err(NetworkError::TooLarge { name, limit });
        }
        let on_shortcut = SHORTCUT_MARKS.iter().any(|mark| name.contains(mark));
        self.parameters.push(Parameter {
            name,
            shape: shape.iter().map(|&extent| extent as usize).collect(),
            role,
            on_shortcut,
        });
        Ok(ParameterId(self.parameters.len() - 1))
    }
}

/// The output of a window that moves over `from`.
fn windowed(
    layer: &str,
    from: Shape,
    channels: u32,
    window: Window,
) -> Result<Shape, NetworkError> {
    let wrong = |reason: String| NetworkError::Shape {
        layer: layer.to_owned(),
        input: from,
        reason,
    };
    if channels == 0 {
        return Err(wrong("it would have no channels".to_owned()));
    }
    let (Some(height), Some(width)) = (
        window.output_extent(from.height),
        window.output_extent(from.width),
    ) else {
        let Window {
            kernel,
            stride,
            padding,
        } = window;
        return Err(wrong(format!(
            "no window of kernel {kernel}, stride {stride}, padding {padding} fits"
        )));
    };
    Ok(Shape::new(channels, height, width))
}
