//! The report for readers: the page, its Markdown, its figures.

use bnonly::experiment::definition::Scale;
use bnonly::experiment::overlay::Overlay;
use bnonly::experiment::plan::Plan;
use bnonly::experiment::report::figures::sketches;
use bnonly::experiment::results::Measure;
use bnonly::experiment::shipped::shipped;
use bnonly::train::plot::shapes::{Shape, shapes_as_svg};
use bnonly::train::table::setting_named;

use super::invented::{DAY, Invented, crowded};

/// Tags of a page that are left open, or closed without having been opened.
fn unbalanced(page: &str) -> Vec<String> {
    const EMPTY: [&str; 3] = ["meta", "!DOCTYPE", "!doctype"];
    let (mut open, mut wrong) = (Vec::new(), Vec::new());
    for piece in page.split('<').skip(1) {
        let Some((tag, _)) = piece.split_once('>') else {
            wrong.push(piece.to_owned());
            continue;
        };
        let name = tag
            .trim_start_matches('/')
            .split([' ', '/', '\n'])
            .next()
            .unwrap_or_default();
        if tag.starts_with('/') {
            if open.pop() != Some(name) {
                wrong.push(tag.to_owned());
            }
        } else if !tag.ends_with('/') && !EMPTY.contains(&name) {
            open.push(name);
        }
    }
    wrong.extend(open.into_iter().map(str::to_owned));
    wrong
}

#[test]
fn an_open_tag_and_a_tag_too_many_are_found() {
    assert_eq!(unbalanced("<p>a<br/></p>"), [""; 0]);
    assert_eq!(unbalanced("<p>a"), ["p"]);
    assert_eq!(unbalanced("<p>a</p></div>"), ["/div"]);
}

/// That nothing is loaded from elsewhere, and nothing runs.
fn assert_is_alone(page: &str, of: &str) {
    assert!(
        !page.contains("<script") && !page.contains("javascript:"),
        "{of}"
    );
    assert!(
        !page.contains("src=") && !page.contains("@import") && !page.contains("url("),
        "{of}"
    );
    for (at, _) in page.match_indices("http") {
        let before = &page[..at];
        assert!(before.ends_with("href=\""), "{of}: {}", &page[at..at + 40]);
    }
}

#[test]
fn each_shipped_experiment_has_a_whole_page_that_stands_alone() {
    for experiment in shipped() {
        let found = Invented::of(&experiment, Scale::Glance, None);
        let (page, name) = (found.file("report.html"), &experiment.name);
        assert_eq!(unbalanced(&page), [""; 0], "{name}");
        assert_is_alone(&page, name);
        assert!(page.contains("<html lang=\"en\">"), "{name}");
        for text in ["NaN", "inf ", "∞"] {
            assert!(!page.contains(text), "{name} holds {text}");
        }
        for arm in &found.plan.arms {
            assert!(
                page.contains(&format!("<th scope=\"row\">{}</th>", arm.label)),
                "{}",
                arm.label
            );
        }
        assert!(
            page.contains("It shows the idea and proves nothing."),
            "{name}"
        );
        assert!(!page.contains("The paper's number"), "{name}");
        assert_eq!(
            page.matches("role=\"img\"").count(),
            experiment.figures.len(),
            "{name}"
        );
        assert!(
            page.contains(&format!("bnonly experiment run {name} --scale glance")),
            "{name}"
        );
        let is_judged = ["supported", "contradicted", "undecided"]
            .iter()
            .any(|word| page.contains(&format!(">Verdict: {word}<")));
        let has_none = page.contains(">Verdict: a table, no verdict<");
        assert_eq!(
            (is_judged, has_none),
            (!experiment.rules.is_empty(), experiment.rules.is_empty()),
            "{name}"
        );
    }
}

#[test]
fn markdown_has_a_row_an_arm_and_links_the_figures_that_are_written() {
    let folder = tempfile::tempdir().expect("a folder");
    for experiment in shipped() {
        let found = Invented::of(&experiment, Scale::Glance, None);
        let folder = folder.path().join(&experiment.name);
        found.report().write(&folder).expect("a report");
        let text = std::fs::read_to_string(folder.join("report.md")).expect("a file");
        let came = text
            .split("## What came of it")
            .nth(1)
            .expect("its heading");
        let table: Vec<&str> = came.lines().filter(|line| line.starts_with('|')).collect();
        for (row, arm) in table[2..].iter().zip(&found.plan.arms) {
            let label = arm.label.replace('_', "\\_");
            assert!(
                row.starts_with(&format!("| {label} | {} | ", found.plan.seeds)),
                "{row}"
            );
        }
        for figure in &experiment.figures {
            assert!(text.contains(&format!("](figures/{}.svg)", figure.name)));
            for ending in ["svg", "png"] {
                let path = folder
                    .join("figures")
                    .join(&figure.name)
                    .with_extension(ending);
                assert!(path.is_file(), "{}", path.display());
            }
        }
    }
}

#[test]
fn a_verdict_stands_with_its_difference_interval_and_test() {
    let page = Invented::shipped("disables-features").file("report.html");
    assert!(page.contains(">Verdict: supported<"));
    assert!(
        page.contains("Supported: +2"),
        "the effect stands in the box"
    );
    for head in [
        "Difference",
        "95 % interval",
        "Degrees of freedom",
        "p",
        "n",
        "Verdict",
    ] {
        assert!(
            page.contains(&format!("<th scope=\"col\">{head}</th>")),
            "{head}"
        );
    }
    assert!(page.contains("no correction for several comparisons"));
    assert!(page.contains("3 and 3"));
}

#[test]
fn the_papers_numbers_stand_beside_ours_but_at_a_glance() {
    let experiment = shipped()
        .into_iter()
        .find(|one| one.name == "affine-matters")
        .expect("shipped");
    let small = Invented::of(&experiment, Scale::Small, None);
    let text = small.file("report.md");
    let row = text
        .lines()
        .find(|line| line.starts_with("| γ and β | 3 |"))
        .expect("a row");
    assert!(row.contains("| 47.9 % | −1"), "{row}");
    assert!(
        small.file("report.html").contains("the paper has 47.9 %"),
        "the figure tells it"
    );
    let glance = Invented::of(&experiment, Scale::Glance, None).file("report.md");
    assert!(!glance.contains("47.9"));
}

#[test]
fn the_same_runs_make_the_same_bytes() {
    for name in ["disables-features", "removable-features", "depth-vs-width"] {
        let files = || Invented::shipped(name).report().files().expect("a report");
        assert!(files() == files(), "{name}");
    }
}

#[test]
fn times_stand_in_one_column_and_nowhere_else() {
    let slower = |found: &mut Invented| {
        for run in &mut found.results {
            for (measure, value) in &mut run.measures {
                if measure.is_time() {
                    *value *= 3.0;
                }
            }
        }
    };
    for experiment in shipped() {
        let as_it_is = Invented::of(&experiment, Scale::Glance, None);
        let mut found = Invented::of(&experiment, Scale::Glance, None);
        slower(&mut found);
        let (one, other) = (as_it_is.file("report.md"), found.file("report.md"));
        if !experiment.rules.is_empty() {
            assert!(one == other, "{}", experiment.name);
            assert!(as_it_is.file("report.html") == found.file("report.html"));
            continue;
        }
        assert!(one != other, "the table has the time a step");
        for (one, other) in one.lines().zip(other.lines()) {
            let cells = |line: &str| line.split(" | ").map(str::to_owned).collect::<Vec<_>>();
            let (one, other) = (cells(one), cells(other));
            assert_eq!(one[..one.len() - 1], other[..other.len() - 1]);
            assert!(one == other || one.len() > 5, "{one:?}");
        }
    }
}

#[test]
fn a_run_that_diverged_one_that_failed_and_one_not_made_are_told() {
    let mut found = Invented::shipped("affine-matters");
    found.diverge(0);
    found.lose_last(None);
    found.lose_last(Some("the device was lost"));
    let page = found.file("report.html");
    assert!(page.contains("1 run diverged."), "counted");
    assert!(page.contains("γ and β, seed 0: the loss is no number at step 12"));
    assert!(page.contains("1 run failed, and is in no mean:"));
    assert!(page.contains("all parameters, seed 2: the device was lost"));
    assert!(page.contains("1 run is not made yet, and is in no mean:"));
    assert!(page.contains("2 of 18 runs are missing, so another verdict may follow."));
    assert!(page.contains("a run that diverged"), "the figure's key");
}

#[test]
fn without_any_run_and_with_one_seed_there_is_a_report_too() {
    for experiment in shipped() {
        let mut found = Invented::of(&experiment, Scale::Glance, Some(1));
        let one = found.file("report.html");
        assert!(
            !one.contains("NaN") && one.matches(" ± ").count() == 2,
            "{}",
            experiment.name
        );
        assert!(experiment.rules.is_empty() || one.contains(">Verdict: undecided<"));
        while !found.results.is_empty() {
            found.lose_last(None);
        }
        let none = found.file("report.html");
        assert!(
            !none.contains("NaN") && none.contains("no run yet"),
            "{}",
            experiment.name
        );
        assert_eq!(unbalanced(&none), [""; 0]);
    }
}

#[test]
fn letters_that_mean_something_to_html_or_markdown_stand_as_they_are() {
    let found = Invented::of(&crowded(2, "a <b> & \"c\" |d|*e*"), Scale::Glance, None);
    let page = found.file("report.html");
    assert_eq!(unbalanced(&page), [""; 0]);
    assert!(page.contains("<h1>Many &lt;arms&gt; &amp; more</h1>"));
    assert!(page.contains("a &lt;b&gt; &amp; &quot;c&quot; |d|*e* 0"));
    assert!(!page.contains("a <b>"));
    assert!(
        found
            .file("report.md")
            .contains("a &lt;b&gt; &amp; \"c\" \\|d\\|\\*e\\* 0")
    );
    assert!(!found.file("figures/arms.svg").contains("<b>"));
}

#[test]
fn a_dozen_arms_with_long_names_fit() {
    let label = "an arm whose name is longer than any figure has room for, and goes on";
    let found = Invented::of(&crowded(12, label), Scale::Glance, None);
    let page = found.file("report.html");
    assert!(
        page.contains(&format!("<th scope=\"row\">{label} 11</th>")),
        "whole in the table"
    );
    assert!(page.contains("The first 6 of 12 arms are shown."));
    assert!(
        found.file("figures/arms.svg").contains('…'),
        "cut short in the figure"
    );
}

#[test]
fn what_was_given_beside_the_file_is_in_the_command() {
    let experiment = shipped()
        .into_iter()
        .find(|one| one.name == "shortcuts")
        .expect("shipped");
    let mut overrides = Overlay::default();
    for (key, value) in [
        ("epochs", "2"),
        ("augment", "false"),
        ("data", "my pictures"),
        ("skip-bad", "true"),
    ] {
        overrides.set(setting_named(key).expect(key), value.to_owned());
    }
    let plan = Plan::new(&experiment, Scale::Glance, Some(2), &overrides).expect("a plan");
    let found = Invented {
        plan,
        results: Vec::new(),
        missing: Vec::new(),
    };
    let text = found.file("report.md");
    let command = "bnonly experiment run shortcuts --scale glance --seeds 2 --no-augment --data 'my pictures' --epochs 2 --skip-bad\n";
    assert!(text.contains(command), "{text}");
    assert!(text.contains(&format!("- Day: {DAY}")));
}

#[test]
fn a_measure_that_is_no_number_is_in_no_mean() {
    let mut found = Invented::shipped("few-parameters");
    found.results[0]
        .measures
        .insert(Measure::Accuracy, f64::NAN);
    assert!(!found.file("report.html").contains("NaN"));
}

/// Writes reports to be looked at: `BNONLY_REPORTS=FOLDER cargo test --test host -- --ignored reports_to_look_at`.
#[test]
#[ignore = "for people who look at reports"]
fn reports_to_look_at() {
    let folder = std::env::var_os("BNONLY_REPORTS").expect("BNONLY_REPORTS names a folder");
    let folder = std::path::Path::new(&folder);
    for experiment in shipped() {
        for scale in [Scale::Glance, Scale::Small, Scale::Paper] {
            let mut found = Invented::of(&experiment, scale, None);
            if scale == Scale::Small {
                found.diverge(1);
                found.lose_last(None);
            }
            let place = folder.join(format!("{}-{scale}", experiment.name));
            found.report().write(&place).expect("a report");
        }
    }
    let label = "an arm whose name is longer than any figure has room for";
    let crowd = Invented::of(&crowded(12, label), Scale::Glance, None);
    crowd
        .report()
        .write(&folder.join("crowded"))
        .expect("a report");
}

#[test]
fn figures_for_a_screen_fit_into_any_width() {
    for experiment in shipped() {
        let invented = Invented::shipped(&experiment.name);
        for width in [400.0, 560.0, 800.0] {
            let sketches = sketches(&invented.report(), width).expect("figures");
            assert_eq!(sketches.len(), experiment.figures.len());
            for sketch in sketches {
                let what = format!("{}, {}, {width}", experiment.name, sketch.title);
                assert_eq!(f64::from(sketch.size.0), width, "{what}");
                assert!(!sketch.told.is_empty(), "{what}");
                let size = (sketch.size.0 as u32, sketch.size.1 as u32);
                let svg = shapes_as_svg(size, &sketch.shapes);
                assert_eq!(unbalanced(&svg), [""; 0], "{what}");
                assert!(svg.contains("</text>"), "{what}");
                let is_within = |(x, y): &(f32, f32)| {
                    (-1.0..=sketch.size.0 + 1.0).contains(x)
                        && (-1.0..=sketch.size.1 + 1.0).contains(y)
                };
                for shape in &sketch.shapes {
                    let is_in = match shape {
                        Shape::Line(points, ..) | Shape::Area(points, _) => {
                            points.iter().all(is_within)
                        }
                        Shape::Circle(at, ..) | Shape::Text { at, .. } => is_within(at),
                    };
                    assert!(is_in, "{what}: {shape:?}");
                }
                let texts = sketch.shapes.iter();
                let texts = texts.filter(|shape| matches!(shape, Shape::Text { .. }));
                assert!(texts.count() > 3, "{what}");
            }
        }
    }
}
