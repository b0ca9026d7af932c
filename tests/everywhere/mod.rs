//! What lets one text of a test run natively and in a browser.
//!
//! `#[everywhere::test] async fn …` is a test of both: natively its own thread waits for the GPU; a page
//! must never wait, so there the browser goes on with the test when the GPU has answered, one test
//! after the other. `cargo test` runs the native ones, `cargo xtask browser-tests` the browser's.
//!
//! There every new shape of a network takes some 20 s of compiling, and a step a second: what another
//! test of the page shows, too, is left to the native ones (`ignore`, so that `-- --include-ignored`
//! runs it), and [`few`] takes fewer cases.

// Each test that says `mod everywhere;` compiles all of it and uses a part.
#![allow(dead_code)]

use bnonly::gpu::Gpu;

#[cfg(not(target_arch = "wasm32"))]
pub use pollster::test;
#[cfg(target_arch = "wasm32")]
pub use wasm_bindgen_test::wasm_bindgen_test as test;

#[cfg(target_arch = "wasm32")]
wasm_bindgen_test::wasm_bindgen_test_configure!(run_in_browser);

/// One device for all tests of a program, on the adapter of this machine.
#[cfg(not(target_arch = "wasm32"))]
pub async fn gpu() -> &'static Gpu {
    static GPU: std::sync::LazyLock<Gpu> = std::sync::LazyLock::new(|| {
        pollster::block_on(Gpu::open(&Default::default())).expect("an adapter")
    });
    &GPU
}

/// One device for all tests of a page, on the adapter of its browser.
#[cfg(target_arch = "wasm32")]
pub async fn gpu() -> &'static Gpu {
    static GPU: std::sync::OnceLock<Gpu> = std::sync::OnceLock::new();
    if let Some(gpu) = GPU.get() {
        return gpu;
    }
    let opened = Gpu::open(&Default::default()).await.expect("an adapter");
    GPU.get_or_init(|| opened)
}

/// The cases of a test: all natively, in a page those at the given places.
#[cfg(not(target_arch = "wasm32"))]
pub fn few<T>(cases: impl IntoIterator<Item = T>, _in_a_page: &[usize]) -> Vec<T> {
    cases.into_iter().collect()
}

/// The cases of a test: all natively, in a page those at the given places.
#[cfg(target_arch = "wasm32")]
pub fn few<T>(cases: impl IntoIterator<Item = T>, in_a_page: &[usize]) -> Vec<T> {
    let cases = cases.into_iter().enumerate();
    let chosen = cases.filter(|(at, _)| in_a_page.contains(at));
    chosen.map(|(_, case)| case).collect()
}
