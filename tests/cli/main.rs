//! The program as a user has it: options in; files, lines, sentences and exit codes out.

#[path = "../data/files.rs"]
#[allow(dead_code)]
mod files;
#[path = "../reference/mod.rs"]
mod reference;

mod adapting;
mod bad_files;
mod bad_options;
mod beginning;
mod bench;
mod experiments;
mod inspect;
mod interrupted;
mod kept_apart;
mod printing;
mod program;
mod pytorch;
#[cfg(all(feature = "mpi", target_os = "linux"))]
mod ranks;
mod resumed;
mod runs;
mod training;
