//! What a network says of single images.

use bnonly::data::Batch;
use bnonly::engine::EngineError;
use bnonly::study::ablation::Ablation;
use pollster::block_on;

use crate::engine::support::{engine, options};
use crate::reference::assert_close;
use crate::study::bench::{BATCH, Subject};

/// The softmax of logits in double precision.
fn softmax(logits: &[f32]) -> Vec<f64> {
    let exponentials: Vec<f64> = logits.iter().map(|x| f64::from(*x).exp()).collect();
    let sum: f64 = exponentials.iter().sum();
    exponentials.iter().map(|x| x / sum).collect()
}

/// In any order, some twice, over more than one batch.
const IMAGES: [u32; 11] = [26, 0, 3, 3, 17, 1, 2, 9, 25, 0, 12];

#[test]
fn answers_are_the_softmax_of_the_engines_logits() {
    let subject = Subject::new(11);
    let mut probe = subject.probe();
    let none = Ablation::none(subject.channels());
    let some = Ablation::random(subject.channels(), 12, 0, true);
    let mut answers_of = Vec::new();
    for ablation in [&none, &some] {
        let answers = block_on(probe.answers(ablation, &IMAGES)).expect("answers");
        let seen: Vec<_> = answers.iter().map(|answer| answer.image).collect();
        assert_eq!(seen, IMAGES);
        let state = subject.ablated(ablation);
        let mut engine = block_on(engine(
            &subject.graph,
            options(&subject.graph, "bn", BATCH),
            &state,
        ));
        for answer in &answers {
            let mut batch = Batch::default();
            batch.fill(&subject.data.test, &[answer.image], None);
            engine.evaluate((&batch).into()).expect("a batch");
            block_on(engine.next_result()).expect("a result");
            let logits = block_on(engine.logits(1)).expect("logits");
            let name = format!("image {}", answer.image);
            assert_close(&name, &answer.probabilities, &softmax(&logits), 1e-6);
        }
        answers_of.push(answers);
    }
    assert_ne!(answers_of[0], answers_of[1]);
}

#[test]
fn answers_and_accuracy_agree() {
    let subject = Subject::new(12);
    let mut probe = subject.probe();
    let none = Ablation::none(subject.channels());
    let all: Vec<u32> = (0..subject.data.test.len() as u32).collect();
    let answers = block_on(probe.answers(&none, &all)).expect("answers");
    let labels = &subject.data.test.labels;
    let (mut loss, mut hits) = (0.0, 0);
    for answer in &answers {
        let label = labels[answer.image as usize] as usize;
        let of_label = answer.probabilities[label];
        loss -= f64::from(of_label).ln();
        let largest = answer.probabilities.iter().copied().fold(0.0, f32::max);
        hits += usize::from(of_label == largest);
    }
    let found = crate::study::bench::accuracy(&mut probe, &none);
    assert_eq!(found.accuracy, hits as f64 / 27.0);
    assert!(
        (found.loss - loss / 27.0).abs() < 1e-5 * found.loss,
        "{found:?}, {loss}"
    );
}

#[test]
fn logits_too_large_for_an_exponential_are_answered() {
    let mut subject = Subject::new(13);
    let bias = subject
        .state
        .parameters
        .last_mut()
        .expect("the output's bias");
    bias[3] = 1e4;
    bias[4] = -1e4;
    let answers = block_on(
        subject
            .probe()
            .answers(&Ablation::none(subject.channels()), &[0]),
    );
    let probabilities = &answers.expect("answers")[0].probabilities;
    let mut expected = [0.0; 10];
    expected[3] = 1.0;
    assert_eq!(*probabilities, expected);
}

#[test]
fn an_image_that_is_not_there_is_refused_with_a_sentence() {
    let subject = Subject::new(14);
    let mut probe = subject.probe();
    let none = Ablation::none(subject.channels());
    let error = block_on(probe.answers(&none, &[3, 27])).expect_err("no such image");
    assert!(matches!(error, EngineError::Elsewhere { .. }));
    let text = error.to_string();
    assert!(text.contains("test image 27 (from 0)"), "{text}");
    assert!(text.contains("27 test images"), "{text}");
    let empty = block_on(probe.answers(&none, &[])).expect("nothing");
    assert!(empty.is_empty());
}
