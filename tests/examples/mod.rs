//! The programs in `examples/` do what they say.

#[path = "../../examples/follow_events.rs"]
#[allow(dead_code)]
mod follow_events;
#[path = "../../examples/one_kernel.rs"]
#[allow(dead_code)]
mod one_kernel;
#[path = "../../examples/own_arrays.rs"]
#[allow(dead_code)]
mod own_arrays;

/// All of them are in the end; the bound leaves room for how another machine rounds.
#[test]
fn dark_and_light_images_are_told_apart() {
    let accuracy = pollster::block_on(own_arrays::train()).expect("a training");
    assert!(accuracy > 0.7, "{accuracy}");
}

#[test]
fn one_kernel_gives_the_logits_of_a_hand_count() {
    let logits = pollster::block_on(one_kernel::logits()).expect("logits");
    assert_eq!(logits, [1.0, 8.0, 19.0, 0.5, 10.0, 3.0]);
}

#[test]
fn a_session_tells_of_each_step() {
    assert_eq!(follow_events::follow().expect("a training"), 6);
}
