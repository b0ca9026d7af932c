//! Whatever bytes stand in a file of `torch.save`: a state or a sentence, no panic, and memory within a fixed number of
//! times the file's size. A program of its own, because it counts what is allocated.

mod files;
mod fuzz;
mod opcodes;
mod sentences;

use std::sync::{Mutex, MutexGuard, PoisonError};

use bnonly::train::tensor_file::{TensorFile, parse_tensors};
use peak_alloc::PeakAlloc;

#[global_allocator]
static MEMORY: PeakAlloc = PeakAlloc;

/// What any file may take, and how many times its bytes: what `tensor_file::torch` counts by, and as much again as
/// its counting leaves out.
const FREE: usize = 1 << 18;
const TIMES: usize = 20;

/// Tests of this program count all that is allocated, so one runs at a time.
fn alone() -> MutexGuard<'static, ()> {
    static TURN: Mutex<()> = Mutex::new(());
    TURN.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Reads a file, and holds to the bound what is allocated meanwhile, which is returned too.
#[track_caller]
fn read(bytes: &[u8]) -> (Result<TensorFile, String>, usize) {
    let before = MEMORY.current_usage();
    MEMORY.reset_peak_usage();
    let read = parse_tensors("it.pt", bytes);
    let taken = MEMORY.peak_usage().saturating_sub(before);
    let bound = FREE + TIMES * bytes.len();
    assert!(
        taken <= bound,
        "a file of {} bytes took {taken}",
        bytes.len()
    );
    (read.map_err(|error| error.to_string()), taken)
}

/// A sentence, and not an endless one.
#[track_caller]
fn assert_is_sentence(error: &str) {
    let is_sentence = error.starts_with("it.pt") && error.len() > 30 && error.len() < 700;
    assert!(is_sentence, "{error}");
}
