//! Trains on arrays of one's own: two classes of grey images, dark and light ones.
//!
//!     cargo run --release --example own_arrays

use std::error::Error;

use bnonly::data::{DataSet, Images};
use bnonly::gpu::Gpu;
use bnonly::train::metric::Metric;
use bnonly::train::settings::Settings;
use bnonly::train::start::Start;
use bnonly::train::trainer::Trainer;

/// What `config.toml` would hold; what is left out takes its default.
const SETTINGS: &str = r#"
model = "resnet-8"
width = 4
train = "bn"
batch-size = 8
max-steps = 40
optimizer = "adam"
lr = 0.02
schedule = "constant"
augment = false
"#;

/// Trains and prints the loss of each step, then the accuracy; returns that.
pub fn main() -> Result<(), Box<dyn Error>> {
    let accuracy = pollster::block_on(train())?;
    println!(
        "{:.0} % of the test images are classified correctly",
        100.0 * accuracy
    );
    Ok(())
}

/// The share of the test images that are classified correctly in the end.
pub async fn train() -> Result<f64, Box<dyn Error>> {
    let data = DataSet {
        train: images(32),
        test: images(16),
        classes: vec!["dark".into(), "light".into()],
    };
    let settings = Settings::from_toml(SETTINGS)?;
    // The network, its first values, and what of them trains.
    let start = Start::new(&settings, &data.shape())?;
    let gpu = Gpu::open(&Default::default()).await?;
    let mut trainer = Trainer::new(&gpu, &data, &settings, &start).await?;

    let mut report = |metric: &Metric| {
        if let Metric::Step { step, loss, .. } = metric {
            println!("step {step:2}  loss {loss:.4}");
        }
    };
    while !trainer.is_done() {
        trainer.step(&mut report).await?;
    }
    trainer.settle(&mut report).await?;
    let (state, _) = trainer.read().await?;
    match trainer.evaluate(&state, &mut || true).await? {
        Some(Metric::Eval { accuracy, .. }) => Ok(accuracy),
        _ => Err("the evaluation was broken off".into()),
    }
}

/// So many images of 8×8 pixels, dark and light in turns. Put your own values here: `[N, C, H, W]`, 0–255.
fn images(count: u32) -> Images {
    let mut images = Images::empty(1, 8, 8);
    for number in 0..count {
        let label = number % 2;
        let brightness = |pixel: u32| 20 + 150 * label + (7 * number + 13 * pixel) % 60;
        images
            .pixels
            .extend((0..64).map(|pixel| brightness(pixel) as u8));
        images.labels.push(label);
    }
    images
}
