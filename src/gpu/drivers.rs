//! Why an adapter is not there that a person expects to be.

use std::path::Path;

/// What to do where an NVIDIA GPU is there and its Vulkan driver is not, as in a container that was started for CUDA
/// alone; `None` where nothing speaks for such a GPU. `variable` reads the environment, `exists` looks for a file.
pub(super) fn nvidia_without_vulkan(
    variable: impl Fn(&str) -> Option<String>,
    exists: impl Fn(&Path) -> bool,
) -> Option<String> {
    let is_there = ["/dev/nvidiactl", "/dev/nvidia0"].map(|device| exists(Path::new(device)));
    let visible = variable("NVIDIA_VISIBLE_DEVICES");
    let is_asked_for = visible.is_some_and(|devices| !["", "void", "none"].contains(&&*devices));
    let capabilities = variable("NVIDIA_DRIVER_CAPABILITIES").unwrap_or_default();
    let allows_graphics = capabilities
        .split(',')
        .any(|capability| matches!(capability.trim(), "all" | "graphics"));
    let now = match capabilities.is_empty() {
        true => "it is not set".to_owned(),
        false => format!("it is {capabilities}"),
    };
    match (is_there.contains(&true), is_asked_for) {
        (true, _) if allows_graphics => Some(
            "an NVIDIA GPU is there, and its Vulkan driver cannot be loaded: install Vulkan's loader and the libraries of X11 \
             that the driver needs (on Debian: libvulkan1 libxext6 libegl1)"
                .to_owned(),
        ),
        (true, _) => Some(format!(
            "an NVIDIA GPU is there, but not its Vulkan driver: start a container with NVIDIA_DRIVER_CAPABILITIES=all (or \
             graphics,compute,utility; {now}), on a machine of your own install the driver's part for Vulkan (on Debian: \
             nvidia-vulkan-icd)"
        )),
        (false, true) => Some(
            "this container was made for an NVIDIA GPU and got none: start it with --gpus all and with \
             NVIDIA_DRIVER_CAPABILITIES=all"
                .to_owned(),
        ),
        (false, false) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hint(variables: &[(&str, &str)], files: &[&str]) -> Option<String> {
        nvidia_without_vulkan(
            |name| {
                let found = variables.iter().find(|(variable, _)| *variable == name);
                found.map(|(_, value)| value.to_string())
            },
            |path| files.iter().any(|file| Path::new(file) == path),
        )
    }

    #[test]
    fn a_container_without_graphics_is_told_how_to_start_it() {
        let devices = ["/dev/nvidia0", "/dev/nvidiactl"];
        let unset = hint(&[], &devices).expect("a hint");
        assert!(
            unset.contains("NVIDIA_DRIVER_CAPABILITIES=all") && unset.contains("it is not set")
        );
        let for_cuda = [
            ("NVIDIA_VISIBLE_DEVICES", "all"),
            ("NVIDIA_DRIVER_CAPABILITIES", "compute,utility"),
        ];
        let told = hint(&for_cuda, &devices).expect("a hint");
        assert!(told.contains("it is compute,utility"), "{told}");
        let no_device = hint(&for_cuda, &[]).expect("a hint");
        assert!(no_device.contains("--gpus all"), "{no_device}");
        let whole = [("NVIDIA_DRIVER_CAPABILITIES", "compute,graphics")];
        let libraries = hint(&whole, &devices).expect("a hint");
        assert!(libraries.contains("libxext6"), "{libraries}");
    }

    #[test]
    fn nothing_is_said_of_nvidia_where_nothing_speaks_for_it() {
        assert_eq!(hint(&[], &["/dev/dri/card0"]), None);
        for nothing in ["", "void", "none"] {
            assert_eq!(hint(&[("NVIDIA_VISIBLE_DEVICES", nothing)], &[]), None);
        }
    }
}
