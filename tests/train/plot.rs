//! The pictures of a run. `BNONLY_PLOTS=DIR` keeps them, to be looked at.

use bnonly::train::metric::Metric;
use bnonly::train::plot::{LayerGammas, Picture, PlottedRun, plot_run, png, svg};

/// A made-up training of `steps` steps, 100 an epoch.
fn events(steps: u64) -> Vec<Metric> {
    let mut events = Vec::new();
    for step in 1..=steps {
        let epoch = step as f64 / 100.0;
        let progress = step as f64 / steps as f64;
        let noise = ((step * 7919) % 101) as f64 / 101.0 - 0.5;
        let loss = 0.9 + 1.5 * (-4.0 * progress).exp() + 0.3 * noise;
        let accuracy = (0.7 - 0.6 * (-4.0 * progress).exp() + 0.1 * noise).max(0.0);
        let lr = if progress < 0.5 {
            0.1
        } else if progress < 0.75 {
            0.01
        } else {
            0.001
        };
        events.push(Metric::Step {
            step,
            epoch,
            loss,
            accuracy,
            lr,
            seconds: epoch,
        });
        if step % 100 == 0 || step == steps {
            let (loss, accuracy) = (loss + 0.1, accuracy - 0.03);
            events.push(Metric::Eval {
                step,
                epoch,
                loss,
                accuracy,
                gamma_below_001: 0.1,
                seconds: epoch,
            });
        }
    }
    events
}

/// `count` layers whose channels fade the more, the deeper they are.
fn gammas(count: usize) -> Vec<LayerGammas> {
    let layer = |i: usize| {
        let channels = 16 << (3 * i / count);
        let start: Vec<f32> = (0..channels).map(|c| (c * 37 % 97) as f32 / 97.0).collect();
        let fade = i as f32 / count as f32 * 0.6;
        let end = start.iter().enumerate();
        let end = end.map(|(c, g)| {
            if g - fade < 0.0 {
                0.001
            } else {
                (g - fade) * if c % 9 == 0 { -1.2 } else { 1.2 }
            }
        });
        LayerGammas {
            name: format!("blocks.{}.bn{}", i / 2, 1 + i % 2),
            end: end.collect(),
            start,
        }
    };
    (0..count).map(layer).collect()
}

#[test]
fn the_picture_of_layers_has_the_scale_of_the_runs_start() {
    let layer = LayerGammas {
        name: "bn1".to_owned(),
        start: vec![0.75; 200],
        end: [vec![0.75; 199], vec![5.0]].concat(),
    };
    let history = events(10).iter().collect();
    let run = PlottedRun {
        history: &history,
        gammas: &[layer],
    };
    let picture = svg(Picture::GammaLayers, &run).unwrap();
    assert!(picture.contains("≥ 0.75"), "the scale grew with γ");
}

#[test]
fn every_picture_is_drawn_as_svg_and_png() {
    let kept = std::env::var_os("BNONLY_PLOTS").map(std::path::PathBuf::from);
    let folder = tempfile::tempdir().unwrap();
    let folder = kept.as_deref().unwrap_or(folder.path());
    for (name, steps, layers) in [("long", 62_560, 111), ("short", 420, 15)] {
        let (history, gammas) = (events(steps).iter().collect(), gammas(layers));
        plot_run(
            &PlottedRun {
                history: &history,
                gammas: &gammas,
            },
            &folder.join(name),
        )
        .unwrap();
        for picture in Picture::ALL {
            let path = folder.join(name).join(picture.name());
            let image = image::open(path.with_extension("png")).unwrap();
            assert_eq!(image.width(), 1600);
            let text = std::fs::read_to_string(path.with_extension("svg")).unwrap();
            assert!(
                text.ends_with("</svg>\n") && text.len() < 1_000_000,
                "{}",
                text.len()
            );
        }
    }
    let text = std::fs::read_to_string(folder.join("short/loss.svg")).unwrap();
    for part in [
        "Loss",
        "epochs",
        "loss (nats)",
        "training, mean of 50 steps",
        "test",
    ] {
        assert!(text.contains(part), "{part}");
    }
}

#[test]
fn odd_runs_are_drawn_too() {
    let one = events(1);
    let nan = [Metric::Step {
        step: 1,
        epoch: 0.1,
        loss: f64::NAN,
        accuracy: 0.0,
        lr: 0.0,
        seconds: 0.0,
    }];
    let equal = [LayerGammas {
        name: "bn".into(),
        start: vec![1.0; 4],
        end: vec![1.0; 4],
    }];
    let odd = [LayerGammas {
        name: "bn".into(),
        start: vec![0.0; 1],
        end: vec![f32::NAN, f32::INFINITY, 1e30],
    }];
    let zero = [LayerGammas {
        name: "bn".into(),
        start: vec![0.0; 3],
        end: vec![0.0; 3],
    }];
    let none = [LayerGammas {
        name: "bn".into(),
        start: vec![],
        end: vec![],
    }];
    for events in [&[][..], &one, &nan] {
        for gammas in [&[][..], &equal, &odd, &zero, &none] {
            for picture in Picture::ALL {
                let history = &events.iter().collect();
                let run = PlottedRun { history, gammas };
                svg(picture, &run).unwrap();
                png(picture, &run).unwrap();
            }
        }
    }
}
