//! The loss, and its gradient by the logits.

use super::Operand::{Tensor, Whole};
use super::list::{Context, List, Tensors};
use super::{Launch, Persistent, TensorId};
use crate::kernels::loss::{self, Loss};

/// From the logits to the loss; the gradient by the logits comes with it.
pub(super) fn list(
    context: &Context<'_>,
    tensors: &mut Tensors,
    loss: Loss,
) -> (Vec<Launch>, TensorId) {
    let mut list = List::new(context, tensors);
    let classes = context.classes();
    let batch = u64::from(context.options.max_batch);
    let losses = list.tensor("the losses", 8 * batch);
    let grad_logits = list.tensor("the gradient of the logits", 4 * batch * u64::from(classes));
    list.launch(
        loss::of(loss, classes),
        [
            ("logits", Whole(Persistent::Logits)),
            ("samples", Whole(Persistent::Samples)),
            ("losses", Tensor(losses)),
            ("grad_logits", Tensor(grad_logits)),
        ],
    );
    list.launch(
        loss::sum_losses(classes),
        [
            ("sample_losses", Tensor(losses)),
            ("total", Whole(Persistent::Total)),
        ],
    );
    (list.launches, grad_logits)
}
