//! `results.csv`, for programs.

use super::invented::Invented;

fn rows(found: &Invented) -> Vec<Vec<String>> {
    let text = found.file("results.csv");
    let mut reader = csv::ReaderBuilder::new()
        .has_headers(false)
        .from_reader(text.as_bytes());
    let rows = reader
        .records()
        .map(|row| row.expect("a row").iter().map(str::to_owned).collect());
    rows.collect()
}

#[test]
fn the_table_has_a_row_a_run_with_what_differs_and_every_measure() {
    let mut found = Invented::shipped("affine-matters");
    found.diverge(1);
    found.lose_last(None);
    let rows = rows(&found);
    let head: Vec<&str> = rows[0].iter().map(String::as_str).collect();
    assert_eq!(
        head[..6],
        ["arm", "seed", "outcome", "train", "bn-init", "accuracy"]
    );
    assert_eq!(
        head[head.len() - 4..],
        ["adapter", "driver", "version", "data"]
    );
    assert_eq!(rows.len(), 1 + 6 * 3 - 1);
    assert_eq!(rows[1][..4], ["bn", "0", "finished", "bn"]);
    assert_eq!(
        rows[2][..4],
        [
            "gamma",
            "0",
            "diverged: the loss is no number at step 12",
            "bn-gamma"
        ]
    );
    assert_eq!(rows[2][5], "0.1");
    // A measure that is not there is empty, no zero.
    assert_eq!(rows[2][6], "");
    assert!(rows.iter().all(|row| row.len() == head.len()));
}
