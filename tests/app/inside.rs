//! Test images with answers, and feature maps.

use std::sync::Arc;

use bnonly::app::inside::{Channel, Inside, PAGE, Reply};
use bnonly::data::{DataSet, Images, shapes};
use bnonly::network::graph::{BatchNormId, Shape};
use bnonly::session::{Finding, Found, Look};
use bnonly::study::ablation::Ablation;
use bnonly::study::probe::{Answer, FeatureMaps};
use egui::accesskit::{Role, Toggled};
use egui_kittest::Harness;
use egui_kittest::kittest::{NodeT, Queryable};

use crate::support::Subject;

/// The view, what it looks into, and what it asked for.
struct Shell {
    view: Inside,
    subject: Subject,
    data: Option<Arc<DataSet>>,
    off: Vec<bool>,
    picked: Option<Channel>,
    looks: Vec<Look>,
}

impl Shell {
    /// As the program does it: a changed request is sent at once, a picked channel is handed back.
    fn ui(ui: &mut egui::Ui, shell: &mut Self) {
        let subject = shell
            .data
            .as_ref()
            .map(|data| bnonly::app::inside::Subject {
                data,
                graph: &shell.subject.graph,
                ranges: &shell.subject.ranges,
                off: &shell.off,
                picked: shell.picked,
            });
        let Reply {
            request_changed,
            picked,
        } = shell.view.ui(ui, subject.as_ref());
        shell.picked = picked.or(shell.picked);
        if request_changed {
            shell.send();
        }
    }

    fn send(&mut self) {
        let ablation = Ablation {
            off: self.off.clone(),
            with_beta: false,
        };
        let look = self
            .view
            .look((self.looks.len() as u64 + 1).into(), ablation);
        self.view.expect(&look);
        self.looks.push(look);
    }

    /// Answers the last request: images of an even number rightly, the others with the next class.
    fn answer(&mut self, step: u64) {
        let look = self.looks.last().unwrap();
        let labels = &self.data.as_ref().unwrap().test.labels;
        let answers = look.images.iter().map(|image| {
            let class = (labels[*image as usize] + image % 2) as usize % 10;
            let mut probabilities = vec![0.04; 10];
            probabilities[class] = 0.64;
            Answer {
                image: *image,
                probabilities,
            }
        });
        let found = Found {
            request: look.id,
            step,
            finding: Finding::Answers(answers.collect()),
        };
        assert!(self.view.take_found(&found));
    }

    /// Maps of 4 channels, 2×2, with values from 0 to 15.
    fn maps(&self, layer: usize, image: u32) -> FeatureMaps {
        FeatureMaps {
            layer: BatchNormId(layer),
            image,
            shape: Shape::new(4, 2, 2),
            values: (0..16).map(|value| value as f32).collect(),
        }
    }

    fn find(&mut self, request: u64, finding: Finding) -> bool {
        self.view.take_found(&Found {
            request: request.into(),
            step: 7,
            finding,
        })
    }
}

fn harness() -> Harness<'static, Shell> {
    harness_of(Some(Arc::new(shapes::generate(10, 600, 16, 3))))
}

fn harness_of(data: Option<Arc<DataSet>>) -> Harness<'static, Shell> {
    let shell = Shell {
        view: Inside::default(),
        subject: Subject::new(),
        data,
        off: vec![false; 336],
        picked: None,
        looks: Vec::new(),
    };
    Harness::builder()
        .with_size([380.0, 1_300.0])
        .build_ui_state(Shell::ui, shell)
}

fn shown(harness: &Harness<'_, Shell>) -> Vec<u32> {
    let number = |label: String| {
        label
            .strip_prefix("image ")?
            .split(':')
            .next()?
            .parse()
            .ok()
    };
    let nodes = harness.query_all_by_role(Role::Button);
    nodes
        .filter_map(|node| number(node.accesskit_node().label()?))
        .collect()
}

#[test]
fn before_any_run_the_view_says_what_it_will_show() {
    let mut harness = harness_of(None);
    harness.run();
    harness.get_by_label_contains("Start or open a run");
    assert!(harness.state().looks.is_empty());
}

#[test]
fn the_page_is_asked_about_once_and_answers_appear() {
    let mut harness = harness();
    harness.run();
    let expected: Vec<u32> = (0..PAGE as u32).collect();
    assert_eq!(harness.state().looks.len(), 1);
    assert_eq!(harness.state().looks[0].images, expected);
    assert_eq!(shown(&harness), expected);
    let classes = harness.state().data.as_ref().unwrap().classes.clone();
    let unknown = format!("image 1: {}; not answered yet", classes[1]);
    harness.get_by_role_and_label(Role::Button, &unknown);
    harness.state_mut().answer(1_240);
    harness.run();
    assert_eq!(harness.state().looks.len(), 1);
    let wrong = format!(
        "image 1: {}; the network says {}, 64 % (wrong)",
        classes[1], classes[2]
    );
    harness.get_by_role_and_label(Role::Button, &wrong);
    let right = format!("image 2: {}; the network says so too, 64 %", classes[2]);
    harness.get_by_role_and_label(Role::Button, &right);
    harness.get_by_label("600 images; 24 of 600 answered, at step 1,240");
}

#[test]
fn the_next_page_asks_about_its_images() {
    let mut harness = harness();
    harness.run();
    harness.get_by_label("Next").click();
    harness.run();
    let first = PAGE as u32;
    assert_eq!(shown(&harness), (first..2 * first).collect::<Vec<_>>());
    let request = &harness.state().looks[1];
    assert_eq!(request.images, (first..2 * first).collect::<Vec<_>>());
    harness.get_by_label("page 2 of 25");
    harness.get_by_label("Previous").click();
    harness.run();
    assert_eq!(shown(&harness)[0], 0);
}

#[test]
fn wrong_ones_are_looked_for_until_the_page_is_full() {
    let mut harness = harness();
    harness.run();
    harness.get_by_label("Wrong").click();
    harness.run();
    let asked = harness.state().looks.last().unwrap().images.len();
    assert_eq!(asked, 256);
    harness.state_mut().answer(5);
    harness.run();
    let odd: Vec<u32> = (0..PAGE as u32).map(|place| 2 * place + 1).collect();
    assert_eq!(shown(&harness), odd);
    let requests = harness.state().looks.len();
    for _ in 0..5 {
        harness.get_by_label("Next").click();
        harness.run();
    }
    assert_eq!(
        harness.state().looks.len(),
        requests + 1,
        "the sixth page is not full"
    );
    assert_eq!(harness.state().looks.last().unwrap().images.len(), 512);
    harness.state_mut().answer(5);
    harness.run();
    assert_eq!(shown(&harness).len(), PAGE);
    harness.get_by_label("256 wrong; 512 of 600 answered, at step 5");
    harness.get_by_label("Right").click();
    harness.run();
    assert!(shown(&harness).iter().all(|image| image.is_multiple_of(2)));
}

#[test]
fn answers_in_parts_and_of_a_network_that_moves_on_ask_for_nothing_again() {
    let mut harness = harness();
    harness.run();
    harness.get_by_label("Wrong").click();
    harness.run();
    let requests = harness.state().looks.len();
    for (step, image) in [(5, 1), (9, 3), (9, 5)] {
        let answer = Answer {
            image,
            probabilities: vec![1.0, 0.0],
        };
        let finding = Finding::Answers(vec![answer]);
        let found = Found {
            request: (requests as u64).into(),
            step,
            finding,
        };
        assert!(harness.state_mut().view.take_found(&found));
        harness.run();
    }
    assert_eq!(shown(&harness), [3, 5], "of step 9 alone");
    assert_eq!(harness.state().looks.len(), requests);
}

#[test]
fn a_class_shows_its_images_alone() {
    let mut harness = harness();
    harness.run();
    let class = harness.state().data.as_ref().unwrap().classes[3].clone();
    harness
        .get_by_role_and_label(Role::ComboBox, "Class of the images")
        .click();
    harness.run();
    harness.get_by_role_and_label(Role::Button, &class).click();
    harness.run();
    assert_eq!(shown(&harness)[..3], [3, 13, 23]);
    harness.get_by_label("60 images; 0 of 60 answered");
}

#[test]
fn a_picked_image_is_shown_with_all_probabilities() {
    let mut harness = harness();
    harness.run();
    harness.state_mut().answer(5);
    harness.run();
    harness.get_by_role_and_label(Role::Image, "image 0");
    let classes = harness.state().data.as_ref().unwrap().classes.clone();
    let label = format!(
        "image 3: {}; the network says {}, 64 % (wrong)",
        classes[3], classes[4]
    );
    harness.get_by_role_and_label(Role::Button, &label).click();
    harness.run();
    assert_eq!(harness.state().view.image(), Some(3));
    harness.get_by_role_and_label(Role::Image, "image 3");
    harness.get_by_label(&format!("{} (label): 4.0 %", classes[3]));
    harness.get_by_label(&format!("{} (wrong): 64.0 %", classes[4]));
    assert_eq!(harness.query_all_by_role(Role::Meter).count(), 10);
    let picked = harness.get_by_role_and_label(Role::Button, &label);
    assert_eq!(picked.accesskit_node().toggled(), Some(Toggled::True));
}

#[test]
fn maps_are_asked_for_and_a_click_picks_another_channel() {
    let mut harness = harness();
    harness.run();
    assert_eq!(harness.state().looks[0].maps, None);
    harness.state_mut().picked = Some(Channel {
        layer: BatchNormId(2),
        channel: 1,
    });
    harness.run();
    assert_eq!(harness.state().looks[1].maps, Some((BatchNormId(2), 0)));
    harness.get_by_label("working it out…");
    let shell = harness.state_mut();
    let maps = shell.maps(2, 0);
    assert!(!shell.find(1, Finding::Maps(maps.clone())), "stale");
    assert!(shell.find(2, Finding::Maps(maps)));
    harness.run();
    harness.get_by_role_and_label(Role::Image, "channel 1: 4.000 to 7.000");
    harness.get_by_label("colours from 4.000 (dark) to 7.000 (bright)");
    harness.get_by_label("One scale for all channels").click();
    harness.run();
    harness.get_by_label("colours from 0.000 (dark) to 15.000 (bright)");

    let list = harness.get_by_role(Role::ListBox).rect();
    let third = list.min + egui::vec2(2.0 * 37.0 + 17.0, 17.0);
    harness.drag_at(third);
    harness.drop_at(third);
    harness.run();
    assert_eq!(harness.state().picked.unwrap().channel, 2);
    harness.get_by_label("Maps of 4 channels; picked channel 2: 8.000 to 11.000");
    harness.get_by_role(Role::ListBox).focus();
    harness.run();
    harness.key_press(egui::Key::ArrowRight);
    harness.run();
    assert_eq!(harness.state().picked.unwrap().channel, 3);
    harness.key_press(egui::Key::ArrowRight);
    harness.run();
    assert_eq!(harness.state().picked.unwrap().channel, 3, "the last");
    assert_eq!(
        harness.state().looks.len(),
        2,
        "the layer's maps are at hand"
    );
}

#[test]
fn channels_that_are_off_say_so() {
    let mut harness = harness();
    let first = harness.state().subject.ranges[2].start;
    harness.state_mut().off[first + 1] = true;
    harness.state_mut().picked = Some(Channel {
        layer: BatchNormId(2),
        channel: 1,
    });
    harness.run();
    let shell = harness.state_mut();
    let (request, maps) = (shell.looks.len() as u64, shell.maps(2, 0));
    assert!(shell.find(request, Finding::Maps(maps)));
    harness.run();
    harness.get_by_role_and_label(Role::Image, "channel 1: 4.000 to 7.000 (off)");
}

#[test]
fn a_layer_can_be_picked_here() {
    let mut harness = harness();
    harness.run();
    harness.get_by_label_contains("Pick a layer here");
    harness
        .get_by_role_and_label(Role::ComboBox, "Layer of the feature maps")
        .click();
    harness.run();
    harness.get_by_label("blocks.0.bn1").click();
    harness.run();
    let expected = Channel {
        layer: BatchNormId(1),
        channel: 0,
    };
    assert_eq!(harness.state().picked, Some(expected));
}

#[test]
fn maps_whose_shape_lies_are_refused() {
    let mut harness = harness();
    harness.run();
    let shell = harness.state_mut();
    let mut maps = shell.maps(2, 0);
    maps.values.pop();
    assert!(!shell.find(1, Finding::Maps(maps)));
    let nothing = FeatureMaps {
        shape: Shape::new(0, 2, 2),
        values: Vec::new(),
        ..shell.maps(2, 0)
    };
    assert!(!shell.find(1, Finding::Maps(nothing)));
}

#[test]
fn other_data_begins_anew_grey_images_and_no_images_too() {
    let mut harness = harness();
    harness.run();
    harness.state_mut().answer(5);
    harness.run();
    let grey = Images {
        pixels: (0..3 * 28 * 20).map(|place| place as u8).collect(),
        labels: vec![0, 1, 1],
        ..Images::empty(1, 28, 20)
    };
    let data = DataSet {
        train: Images::empty(1, 28, 20),
        test: grey,
        classes: vec!["cat".into(), "dog".into()],
    };
    harness.state_mut().data = Some(Arc::new(data));
    harness.run();
    assert_eq!(shown(&harness), [0, 1, 2]);
    harness.get_by_role_and_label(Role::Button, "image 1: dog; not answered yet");
    let none = DataSet {
        train: Images::empty(1, 28, 20),
        test: Images::empty(1, 28, 20),
        classes: vec!["cat".into()],
    };
    harness.state_mut().data = Some(Arc::new(none));
    harness.run();
    harness.get_by_label("The data set has no test images.");
}

#[test]
fn it_draws_in_little_room_and_in_much() {
    for size in [[120.0, 90.0], [190.0, 250.0], [1_600.0, 900.0]] {
        let mut harness = harness();
        harness.set_size(size.into());
        harness.state_mut().picked = Some(Channel {
            layer: BatchNormId(2),
            channel: 1,
        });
        harness.run();
        harness.state_mut().answer(5);
        let shell = harness.state_mut();
        let (request, maps) = (shell.looks.len() as u64, shell.maps(2, 0));
        assert!(shell.find(request, Finding::Maps(maps)));
        harness.run();
        harness.get_by_label("page 1 of 25");
    }
}
