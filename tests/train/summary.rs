//! The sentence at a run's end.

use bnonly::train::run::Ending;
use bnonly::train::summary::{Cost, Measured, Summary};

fn summary() -> Summary {
    Summary {
        ending: Ending::Finished,
        steps: 1_200,
        total_steps: 1_200,
        accuracy: Some(0.913),
        test_images: 500,
        classes: 10,
        trained: 336,
        parameters: 78_042,
        threshold: 0.01,
        channels: 336,
        off_before: 3,
        off_now: Some(41),
        cost: Cost::Measured(Measured {
            off: 41,
            whole: 0.9,
            weakest: 0.904,
            random: vec![0.5, 0.6, 0.7],
            images: 500,
        }),
    }
}

#[test]
fn it_tells_accuracy_parameters_channels_and_what_switching_off_costs() {
    // Standard deviation of the draws 10 points, of their mean 10/√3.
    assert_eq!(
        summary().sentence(),
        "Finished after 1,200 steps: 91.3 % of 500 test images right at the last test, where chance is 10.0 %; \
         336 of 78,042 parameters trained (0.43 %); \
         of 336 channels 3 were off (|γ| < 0.01) at the start and 41 are now; \
         with the 41 weakest switched off accuracy is −0.4 points lower, with 41 random ones 30.0 ± 5.8 points \
         (mean and standard error of 3 draws, 500 test images)."
    );
}

#[test]
fn what_is_not_known_is_left_out_and_said() {
    let stopped = Summary {
        ending: Ending::Interrupted,
        steps: 7,
        accuracy: None,
        off_now: None,
        cost: Cost::Unknown("the run was stopped early".to_owned()),
        ..summary()
    };
    let said = stopped.sentence();
    assert!(
        said.starts_with("Stopped after 7 of 1,200 steps: not tested yet;"),
        "{said}"
    );
    assert!(
        said.contains("3 were off (|γ| < 0.01) at the start;"),
        "{said}"
    );
    let end = "what switching off the weak ones costs was not measured: the run was stopped early.";
    assert!(said.ends_with(end), "{said}");
}

#[test]
fn one_draw_has_no_standard_error() {
    let mut once = summary();
    if let Cost::Measured(measured) = &mut once.cost {
        measured.random.truncate(1);
    }
    let said = once.sentence();
    assert!(
        said.contains("random ones 40.0 points (one draw, "),
        "{said}"
    );
}

#[test]
fn at_least_a_tenth_of_the_channels_is_switched_off() {
    let worth = Summary::worth_switching_off;
    assert_eq!(
        [worth(0, 336), worth(41, 336), worth(9, 9), worth(0, 0)],
        [34, 41, 9, 0]
    );
}
