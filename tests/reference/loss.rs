//! Twins of softmax, cross-entropy, the entropy of answers, and the hit count: `logits [N, K]`, `labels [N]`.

/// The loss of a batch, how many of it are right, and the gradient.
#[derive(Clone, Debug)]
pub struct Loss {
    /// −Σ_n ln p[n, label[n]] / N, p the softmax of the logits.
    pub mean: f64,
    /// −ln p[n, label[n]], each image's own `[N]`.
    pub each: Vec<f64>,
    /// Images whose largest logit (the first of several) is their label's.
    pub hits: usize,
    /// ∂mean/∂logits `[N, K]`: (p[n,k] − [k = label[n]]) / N.
    pub grad_logits: Vec<f64>,
}

/// Mean cross-entropy over the batch, for `classes` K.
pub fn cross_entropy(logits: &[f64], labels: &[u32], classes: usize) -> Loss {
    assert_eq!(logits.len(), labels.len() * classes);
    let n = labels.len() as f64;
    let mut loss = Loss {
        mean: 0.0,
        each: Vec::new(),
        hits: 0,
        grad_logits: Vec::new(),
    };
    for (row, &label) in logits.chunks_exact(classes).zip(labels) {
        let mut argmax = 0;
        for k in 0..classes {
            if row[k] > row[argmax] {
                argmax = k;
            }
        }
        // The largest is taken off first, so that no exponential overflows.
        let sum: f64 = row.iter().map(|logit| (logit - row[argmax]).exp()).sum();
        let log_sum = row[argmax] + sum.ln();
        let own = log_sum - row[label as usize];
        loss.each.push(own);
        loss.mean += own / n;
        loss.hits += usize::from(argmax == label as usize);
        for (k, logit) in row.iter().enumerate() {
            let target = if k == label as usize { 1.0 } else { 0.0 };
            loss.grad_logits
                .push(((logit - log_sum).exp() - target) / n);
        }
    }
    loss
}

/// Mean entropy of the answers, −Σ_k p_k ln p_k, for `classes` K; its gradient −p_k (ln p_k + H) / N. Hits are those of
/// the labels, which count for nothing else.
pub fn entropy(logits: &[f64], labels: &[u32], classes: usize) -> Loss {
    let mut loss = cross_entropy(logits, labels, classes);
    let n = labels.len() as f64;
    (loss.mean, loss.each, loss.grad_logits) = (0.0, Vec::new(), Vec::new());
    for row in logits.chunks_exact(classes) {
        let largest = row.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        let sum: f64 = row.iter().map(|logit| (logit - largest).exp()).sum();
        let logs: Vec<f64> = row.iter().map(|logit| logit - largest - sum.ln()).collect();
        let own: f64 = logs.iter().map(|log| -log.exp() * log).sum();
        loss.mean += own / n;
        loss.each.push(own);
        let grad = logs.iter().map(|log| -log.exp() * (log + own) / n);
        loss.grad_logits.extend(grad);
    }
    loss
}
