//! Accuracy with channels switched off, and without.

use bnonly::engine::EngineError;
use bnonly::study::ablation::Ablation;
use bnonly::study::gamma::{all_gammas, channel_ranges};
use bnonly::train::metric::Metric;
use bnonly::train::start::Start;
use bnonly::train::trainer::Trainer;
use pollster::block_on;

use crate::engine::support::{batch, engine, evaluate, options, train};
use crate::study::bench::{BATCH, Subject, accuracy, gpu, settings, state};

#[test]
fn without_ablation_it_is_the_trainers_bit_for_bit() {
    let subject = Subject::new(1);
    let settings = settings();
    let mut start = Start::new(&settings, &subject.data.shape()).expect("settings that fit");
    assert_eq!(start.graph, subject.graph);
    start.state = subject.state.clone();
    let trainer = Trainer::new(gpu(), &subject.data, &settings, &start);
    let mut trainer = block_on(trainer).expect("a plan");
    let event = block_on(trainer.evaluate(&start.state, &mut || true)).expect("an evaluation");
    let Some(Metric::Eval {
        loss: expected_loss,
        accuracy: expected_accuracy,
        ..
    }) = event
    else {
        panic!("an evaluation, not {event:?}");
    };
    let found = accuracy(&mut subject.probe(), &Ablation::none(subject.channels()));
    assert_eq!(found.images, subject.data.test.len());
    assert_eq!(found.loss.to_bits(), expected_loss.to_bits());
    assert_eq!(found.accuracy.to_bits(), expected_accuracy.to_bits());
}

#[test]
fn the_first_images_alone_count_if_asked() {
    let subject = Subject::new(2);
    let mut probe = subject.probe();
    let none = Ablation::none(subject.channels());
    for images in [1, 8, 13, 27, 28] {
        let mut first = subject.data.test.clone();
        first.truncate(images);
        let options = options(&subject.graph, "bn", BATCH);
        let mut engine = block_on(engine(&subject.graph, options, &subject.state));
        let (loss, share) = block_on(evaluate(&mut engine, &first, BATCH as usize));
        let found = block_on(probe.accuracy(&none, images, &mut || true));
        let found = found.expect("a result").expect("nobody interrupted");
        assert_eq!(found.images, images.min(27));
        assert_eq!((found.loss, found.accuracy), (loss, share), "{images}");
    }
    let nothing = block_on(probe.accuracy(&none, 0, &mut || true));
    let nothing = nothing.expect("a result").expect("nobody interrupted");
    assert_eq!(
        (nothing.images, nothing.loss, nothing.accuracy),
        (0, 0.0, 0.0)
    );
}

#[test]
fn switching_off_is_setting_to_zero_by_hand() {
    let subject = Subject::new(3);
    let mut probe = subject.probe();
    let whole = accuracy(&mut probe, &Ablation::none(subject.channels()));
    let mut seen = vec![whole];
    for with_beta in [false, true] {
        for seed in 0..3 {
            let ablation = Ablation::random(subject.channels(), 20, seed, with_beta);
            let state = subject.ablated(&ablation);
            let mut engine = block_on(engine(
                &subject.graph,
                options(&subject.graph, "bn", BATCH),
                &state,
            ));
            let (loss, share) = block_on(evaluate(&mut engine, &subject.data.test, BATCH as usize));
            let found = accuracy(&mut probe, &ablation);
            assert_eq!((found.loss, found.accuracy), (loss, share), "{ablation:?}");
            assert!(!seen.contains(&found), "{ablation:?} changes nothing");
            seen.push(found);
        }
    }
    // On again, all of them.
    assert_eq!(
        accuracy(&mut probe, &Ablation::none(subject.channels())),
        whole
    );
}

#[test]
fn a_gamma_of_zero_is_off_already_but_for_its_beta() {
    let mut subject = Subject::new(4);
    // The last BatchNorm: its β reaches the output without another BatchNorm behind it.
    let last = subject.graph.batch_norms.len() - 1;
    let gamma = subject.graph.batch_norms[last].gamma;
    let beta = subject.graph.batch_norms[last].beta;
    subject.state.parameters[gamma.0][2] = 0.0;
    subject.state.parameters[beta.0][2] = 3.0;
    let channel = channel_ranges(&subject.graph)[last].start + 2;
    let mut probe = subject.probe();
    let mut ablation = Ablation::none(subject.channels());
    let whole = accuracy(&mut probe, &ablation);
    ablation.toggle(channel);
    assert_eq!(accuracy(&mut probe, &ablation), whole);
    ablation.with_beta = true;
    assert_ne!(accuracy(&mut probe, &ablation), whole);
}

#[test]
fn an_interrupted_measurement_leaves_the_probe_as_it_was() {
    let subject = Subject::new(5);
    let mut probe = subject.probe();
    let none = Ablation::none(subject.channels());
    let some = Ablation::random(subject.channels(), 10, 0, true);
    let expected = [&none, &some].map(|ablation| accuracy(&mut probe, ablation));
    assert_ne!(expected[0], expected[1]);
    // 27 images are four batches.
    for batches in 0..4 {
        let mut asked = 0;
        let mut go_on = || {
            asked += 1;
            asked <= batches
        };
        let given_up = block_on(probe.accuracy(&some, usize::MAX, &mut go_on));
        assert_eq!(given_up.expect("no failure"), None);
        assert_eq!(asked, batches + 1, "asked once a batch");
        assert_eq!(accuracy(&mut probe, &none), expected[0]);
        assert_eq!(accuracy(&mut probe, &some), expected[1]);
    }
}

#[test]
fn a_new_state_is_seen_whatever_of_it_is_new() {
    let subject = Subject::new(6);
    let other = state(&subject.graph, 7);
    let mut probe = subject.probe();
    let ablation = Ablation::random(subject.channels(), 6, 0, false);
    let mut seen = vec![accuracy(&mut probe, &ablation)];
    let norm = &subject.graph.batch_norms[2];
    let mut changed = subject.state.clone();
    let places = [norm.gamma.0, norm.beta.0, 0, changed.parameters.len() - 1];
    let mut changes: Vec<_> = places
        .into_iter()
        .map(|place| {
            changed.parameters[place].clone_from(&other.parameters[place]);
            changed.clone()
        })
        .collect();
    changed.running[1].mean.clone_from(&other.running[1].mean);
    changes.push(changed.clone());
    changed.running[1]
        .variance
        .clone_from(&other.running[1].variance);
    changes.push(changed);
    changes.push(other);
    for (number, state) in changes.into_iter().enumerate() {
        probe.set_state(state.clone());
        assert_eq!(*probe.state(), state);
        let found = accuracy(&mut probe, &ablation);
        let expected = Subject {
            state,
            ..Subject::new(6)
        };
        assert_eq!(
            found,
            accuracy(&mut expected.probe(), &ablation),
            "change {number}"
        );
        assert!(!seen.contains(&found), "change {number} changes nothing");
        seen.push(found);
    }
}

#[test]
fn a_training_on_the_same_device_is_not_disturbed() {
    let subject = Subject::new(8);
    let mut probe = subject.probe();
    let ends = [false, true].map(|probed| {
        let options = options(&subject.graph, "bn", BATCH);
        let mut engine = block_on(engine(&subject.graph, options, &subject.state));
        for step in 0..2 {
            let images = BATCH as usize * step..BATCH as usize * (step + 1);
            let samples = batch(&subject.data.train, images);
            if probed {
                let view = bnonly::engine::BatchView {
                    pixels: &samples.0,
                    labels: &samples.1,
                    augmentations: &samples.2,
                };
                // While the step is under way.
                engine.train(view, 0.1).expect("a step");
                accuracy(
                    &mut probe,
                    &Ablation::random(subject.channels(), 9, 0, true),
                );
                block_on(engine.next_result()).expect("a result");
            } else {
                block_on(train(&mut engine, &samples, 0.1));
            }
        }
        block_on(async { (engine.read_state().await, engine.read_optimizer().await) })
    });
    let [without, with] = ends.map(|(state, memory)| (state.expect("it"), memory.expect("it")));
    assert_eq!(without, with);
    assert_ne!(with.0, subject.state);
}

#[test]
fn an_ablation_of_another_network_is_refused_with_a_sentence() {
    let subject = Subject::new(9);
    let mut probe = subject.probe();
    let foreign = Ablation::none(subject.channels() + 1);
    let error = block_on(probe.accuracy(&foreign, 8, &mut || true)).expect_err("no such channel");
    assert!(matches!(error, EngineError::Elsewhere { .. }));
    let text = error.to_string();
    for count in [subject.channels(), subject.channels() + 1] {
        assert!(text.contains(&format!("{count} channels")), "{text}");
    }
}

#[test]
fn the_weakest_are_those_a_threshold_takes() {
    let subject = Subject::new(10);
    let gammas: Vec<f32> = all_gammas(&subject.graph, &subject.state).collect();
    let below = Ablation::below(&gammas, 0.3, false);
    let weakest = Ablation::weakest(&gammas, below.count(), false);
    assert!(below.count() > 0);
    assert_eq!(below, weakest);
    let mut probe = subject.probe();
    assert_eq!(accuracy(&mut probe, &below), accuracy(&mut probe, &weakest));
}
