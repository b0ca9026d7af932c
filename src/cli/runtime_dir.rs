//! A machine without a desktop has no `XDG_RUNTIME_DIR`. There Mesa's Vulkan layer for the choice of a GPU asks the
//! library of Wayland for the desktop's, and that prints "error: XDG_RUNTIME_DIR is invalid or not set", which is no
//! error of a program that opens no window.

/// Starts the program anew with a folder that is not there in that variable, if it is missing: what looks for a desktop
/// then finds none, without a word. The environment of a running program cannot be changed soundly.
#[cfg(target_os = "linux")]
pub(super) fn give_one() {
    use std::env;
    use std::os::unix::process::CommandExt;
    use std::path::Path;
    use std::process::Command;

    let is_path = |name| env::var_os(name).is_some_and(|value| Path::new(&value).is_absolute());
    if is_path("XDG_RUNTIME_DIR") || is_path("WAYLAND_DISPLAY") {
        return;
    }
    let (Ok(program), mut arguments) = (env::current_exe(), env::args_os()) else {
        return;
    };
    let Some(called) = arguments.next() else {
        return;
    };
    // Not if it was started by a loader, which would be what is started anew.
    if program.file_name() != Path::new(&called).file_name() {
        return;
    }
    // This comes back only if it fails, and then the program goes on as it is.
    let _ = Command::new(program)
        .arg0(called)
        .args(arguments)
        .env("XDG_RUNTIME_DIR", "/nonexistent")
        .exec();
}

/// Nothing: other systems have no such variable.
#[cfg(not(target_os = "linux"))]
pub(super) fn give_one() {}
