//! The program: hands the command line to [`bnonly::cli`].

#[cfg(not(target_arch = "wasm32"))]
fn main() -> std::process::ExitCode {
    bnonly::cli::main()
}

/// The browser enters through the library.
#[cfg(target_arch = "wasm32")]
fn main() {}
