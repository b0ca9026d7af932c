//! What is shown between Start and the first step.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use bnonly::app::switching_off::SwitchingOff;
use bnonly::app::waiting;
use bnonly::gpu::Gpu;
use bnonly::session::{OpenGpu, Share, Stage};
use egui_kittest::Harness;
use egui_kittest::kittest::{NodeT as _, Queryable};
use futures_channel::oneshot;

use super::Begin;

/// A gate that opening an adapter waits at, where there is one.
type Gate = Arc<Mutex<Option<oneshot::Receiver<()>>>>;

fn opening_at(gate: &Gate) -> OpenGpu {
    let gate = gate.clone();
    Arc::new(move |choice| {
        let gate = gate.lock().unwrap().take();
        Box::pin(async move {
            if let Some(gate) = gate {
                let _ = gate.await;
            }
            Gpu::open(&choice).await
        })
    })
}

#[test]
fn a_pane_says_how_far_compiling_is() {
    let share = Share {
        done: 24,
        of: 96,
        left: Some(Duration::from_secs(20)),
    };
    let harness = Harness::new_ui(move |ui| waiting::ui(ui, Stage::Kernels(share)));
    harness.get_by_label("Compiling kernels: 24 of 96, about 20 s left.");
    let bar = harness.get_by_role(egui::accesskit::Role::ProgressIndicator);
    assert_eq!(bar.accesskit_node().numeric_value(), Some(25.0));
}

#[test]
fn the_run_before_is_gone_while_the_next_is_prepared_and_comes_back_if_that_is_stopped() {
    let gate = Gate::default();
    let open_gpu = opening_at(&gate);
    let mut app = Begin {
        open_gpu,
        ..Begin::default()
    }
    .app();
    app.press("▶ Start");
    app.until_ended("finished");
    let title = app.run_view().title();
    // The prober has its own adapter by now.
    app.until("the network is measured", |app| {
        let results = app.shell().view::<SwitchingOff>().results();
        results.whole.is_some() && !results.measuring()
    });
    let (open, opens) = oneshot::channel();
    *gate.lock().unwrap() = Some(opens);
    app.press("▶ Start");
    app.until_says("opening the adapter");
    app.step();
    assert!(app.shell().run_view().is_none());
    assert!(
        !app.says(&title) && !app.says("finished"),
        "{:#?}",
        app.screen()
    );
    assert!(!app.says("Press Start") && !app.says("Start or open"));
    let panes = app.query_all_by_label("Opening the adapter.").count();
    assert!(panes >= 3, "{:#?}", app.screen());

    app.press("■ Stop");
    open.send(()).unwrap();
    app.until_ended("finished");
    assert!(app.says(&title));
    assert_eq!(
        app.notice().as_deref(),
        Some("Stopped before the first step: nothing was trained or written.")
    );
}
