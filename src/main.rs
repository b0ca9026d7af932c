//! The program: hands the command line to [`bnonly::cli`], or the page to `bnonly::web`.

#[cfg(not(target_arch = "wasm32"))]
fn main() -> std::process::ExitCode {
    bnonly::cli::main()
}

#[cfg(target_arch = "wasm32")]
fn main() {
    #[cfg(feature = "app")]
    bnonly::web::main();
}
