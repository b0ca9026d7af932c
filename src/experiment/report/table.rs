//! `results.csv`: a row a run.

use super::Report;
use crate::experiment::results::{Measure, Outcome};
use crate::train::setting::Setting;
use crate::train::table::SETTINGS;

/// A row a run: arm, seed, settings that differ, every measure, adapter, program. Runs that are missing have no row.
pub(super) fn csv(report: &Report<'_>) -> String {
    let differing = differing(report);
    let mut writer = csv::Writer::from_writer(Vec::new());
    let mut head = vec!["arm".to_owned(), "seed".into(), "outcome".into()];
    head.extend(
        differing
            .iter()
            .map(|setting| setting.field.key().to_owned()),
    );
    head.extend(Measure::ALL.map(|measure| measure.name().to_owned()));
    head.extend(["adapter", "driver", "version", "data"].map(str::to_owned));
    let mut rows = vec![head];
    for result in report.results {
        let Some(arm) = report.plan.arm(&result.arm) else {
            continue;
        };
        let outcome = match &result.outcome {
            Outcome::Finished => "finished".to_owned(),
            Outcome::Diverged(why) => format!("diverged: {why}"),
        };
        let mut row = vec![result.arm.clone(), result.seed.to_string(), outcome];
        let settings = differing
            .iter()
            .map(|setting| setting.get(&arm.settings).unwrap_or_default());
        row.extend(settings);
        let values = Measure::ALL.map(|measure| result.measures.get(&measure));
        row.extend(values.map(|value| value.map_or_else(String::new, f64::to_string)));
        let from = &result.provenance;
        row.extend([&from.adapter, &from.driver, &from.version, &from.data].map(Clone::clone));
        rows.push(row);
    }
    for row in rows {
        // A vector takes whatever is written to it.
        let _ = writer.write_record(row);
    }
    let bytes = writer.into_inner().unwrap_or_default();
    String::from_utf8_lossy(&bytes).into_owned()
}

/// The settings that are not the same in all arms.
pub(super) fn differing(report: &Report<'_>) -> Vec<&'static Setting> {
    let arms = &report.plan.arms;
    let differs = |setting: &&Setting| {
        let values = arms.iter().map(|arm| setting.get(&arm.settings));
        values.collect::<std::collections::BTreeSet<_>>().len() > 1
    };
    SETTINGS.iter().filter(differs).collect()
}
