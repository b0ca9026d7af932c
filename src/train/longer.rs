//! What becomes of the learning rate when a run goes on for longer than it was meant to, or its schedule does not.

use super::schedule::Schedule;
use super::settings::Settings;
use crate::field::{Explanation, Field, Remedy};
use crate::numbers::counted;

/// What to say of the learning rate of a run that goes on after `step` steps with other settings than before, in the
/// order to be told: that the rate jumps, and how to keep the schedule as it was.
pub fn stretched(
    before: &Settings,
    now: &Settings,
    steps_per_epoch: u64,
    step: u64,
) -> Option<Explanation> {
    if step == 0 || step >= now.total_steps(steps_per_epoch) {
        return None;
    }
    let rate = |settings: &Settings, step| settings.rate_at(step, steps_per_epoch);
    let (last, next) = (rate(before, step - 1), rate(now, step));
    if rate(before, step) == next {
        return None;
    }
    let [old, new] = [before, now].map(|settings| settings.schedule_steps(steps_per_epoch));
    let [from, to] = lengths([old, new], steps_per_epoch);
    let text = format!(
        "the {} schedule is spread over {to} now, not over {from}, and the learning rate changes from {} to {}",
        now.schedule,
        short(last),
        short(next),
    );
    let epochs = before
        .schedule_epochs
        .unwrap_or(old as f64 / steps_per_epoch as f64);
    let keep = Remedy::Keep(Field::ScheduleEpochs, epochs.to_string());
    Some(Explanation::new(text).or(keep))
}

/// What to say of a schedule that ends before the run does.
pub fn ends_early(settings: &Settings, steps_per_epoch: u64) -> Option<Explanation> {
    let (steps, total) = (
        settings.schedule_steps(steps_per_epoch),
        settings.total_steps(steps_per_epoch),
    );
    let ends = matches!(settings.schedule, Schedule::Cosine | Schedule::OneCycle);
    if !ends || steps >= total {
        return None;
    }
    let rate = short(settings.rate_at(steps, steps_per_epoch));
    let [end, whole] = lengths([steps, total], steps_per_epoch);
    let text = format!(
        "the {} schedule ends after {end} of {whole}; from there on the learning rate is {rate}",
        settings.schedule,
    );
    Some(Explanation::new(text).about(Field::ScheduleEpochs))
}

/// Numbers of steps, as epochs where all of them are whole ones.
fn lengths<const N: usize>(steps: [u64; N], steps_per_epoch: u64) -> [String; N] {
    let are_epochs = steps
        .iter()
        .all(|steps| steps.is_multiple_of(steps_per_epoch));
    steps.map(|steps| match are_epochs {
        true => counted(steps / steps_per_epoch, "epoch"),
        false => counted(steps, "step"),
    })
}

/// A rate with as many digits as a person compares.
fn short(rate: f64) -> String {
    let rounded = format!("{rate:.2e}").parse::<f64>();
    rounded.unwrap_or(rate).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::field::Keys;

    fn settings(text: &str) -> Settings {
        Settings::from_toml(text).expect("settings")
    }

    fn told(before: &str, now: &str, step: u64) -> Option<String> {
        stretched(&settings(before), &settings(now), 4, step).map(|told| told.say(&Keys))
    }

    #[test]
    fn a_longer_run_says_how_its_rate_jumps_and_how_to_keep_it() {
        let four = "schedule = 'cosine'\nlr = 0.1\nepochs = 4";
        let eight = "schedule = 'cosine'\nlr = 0.1\nepochs = 8";
        assert_eq!(
            told(four, eight, 16).as_deref(),
            Some(
                "the cosine schedule is spread over 8 epochs now, not over 4 epochs, and the learning rate changes \
                 from 0.000961 to 0.05; set schedule-epochs to 4 to keep it as it was"
            )
        );
        let by_steps = told(
            "schedule = 'one-cycle'\nmax-steps = 10",
            "schedule = 'one-cycle'\nmax-steps = 20",
            5,
        );
        let by_steps = by_steps.expect("a word");
        assert!(
            by_steps.contains("20 steps now, not over 10 steps"),
            "{by_steps}"
        );
        assert!(
            by_steps.ends_with("set schedule-epochs to 2.5 to keep it as it was"),
            "{by_steps}"
        );
    }

    #[test]
    fn nothing_is_said_where_the_rate_goes_on_as_it_was() {
        let cosine = "schedule = 'cosine'\nepochs = 4";
        let kept = "schedule = 'cosine'\nepochs = 8\nschedule-epochs = 4";
        for (before, now, step) in [
            (cosine, kept, 9),
            (cosine, cosine, 9),
            (
                "schedule = 'constant'\nepochs = 4",
                "schedule = 'constant'\nepochs = 8",
                9,
            ),
            (
                "schedule = 'step:2'\nepochs = 4",
                "schedule = 'step:2'\nepochs = 8",
                9,
            ),
            // Nothing was trained yet, or nothing is left to train.
            (cosine, "schedule = 'cosine'\nepochs = 8", 0),
            ("schedule = 'cosine'\nepochs = 8", cosine, 16),
        ] {
            assert_eq!(told(before, now, step), None, "{before} {now} {step}");
        }
    }

    #[test]
    fn a_schedule_that_ends_early_is_told() {
        let said = |text| ends_early(&settings(text), 4).map(|told| told.say(&Keys));
        let early = said("schedule = 'cosine'\nepochs = 8\nschedule-epochs = 4").expect("a word");
        assert!(
            early.contains("after 4 epochs of 8 epochs") && early.ends_with("is 0"),
            "{early}"
        );
        assert_eq!(
            said("schedule = 'cosine'\nepochs = 8\nschedule-epochs = 9"),
            None
        );
        assert_eq!(
            said("schedule = 'constant'\nepochs = 8\nschedule-epochs = 4"),
            None
        );
    }
}
