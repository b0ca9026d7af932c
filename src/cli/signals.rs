//! What asks the program to stop: Ctrl-C, another program, or a terminal that is closed.

use std::io;

/// Calls `stop` when the program is asked to stop, from a thread of its own; with `true` if it was asked in the same way
/// before, and means it. A terminal that is closed may say so several times, and counts once.
///
/// A program that was started to outlive its terminal, as `nohup` starts it, is not asked by that one's end.
///
/// # Errors
/// If the system refuses.
#[cfg(unix)]
pub(super) fn on_request_to_stop(mut stop: impl FnMut(bool) + Send + 'static) -> io::Result<()> {
    use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
    use signal_hook::iterator::Signals;

    let mut heard = vec![SIGINT, SIGTERM];
    if !outlives_terminal(SIGHUP) {
        heard.push(SIGHUP);
    }
    let mut signals = Signals::new(heard)?;
    let listen = move || {
        let mut before = Vec::new();
        for signal in signals.forever() {
            let is_again = before.contains(&signal);
            before.push(signal);
            if signal != SIGHUP || !is_again {
                stop(is_again);
            }
        }
    };
    let thread = std::thread::Builder::new().name("signals".to_owned());
    thread.spawn(listen).map(|_| ())
}

/// Calls `stop` when the program is asked to stop; with `true` if it was asked before.
///
/// # Errors
/// If the system refuses.
#[cfg(windows)]
pub(super) fn on_request_to_stop(mut stop: impl FnMut(bool) + Send + 'static) -> io::Result<()> {
    let mut is_again = false;
    ctrlc::set_handler(move || {
        stop(is_again);
        is_again = true;
    })
    .map_err(io::Error::other)
}

/// Whether the signal of a closed terminal was ignored when the program started. Systems that do not tell, all but
/// Linux: whether it has no terminal, which is how `nohup` leaves it.
#[cfg(unix)]
fn outlives_terminal(signal: i32) -> bool {
    use std::io::IsTerminal;

    let status = std::fs::read_to_string("/proc/self/status").ok();
    let is_ignored = status.and_then(|status| is_ignored(&status, signal));
    is_ignored.unwrap_or_else(|| {
        !(io::stdin().is_terminal() || io::stdout().is_terminal() || io::stderr().is_terminal())
    })
}

/// Whether a process ignores a signal, by its `/proc/PID/status`: `SigIgn` has a bit for each, the first one's lowest.
#[cfg(unix)]
fn is_ignored(status: &str, signal: i32) -> Option<bool> {
    let digits = status
        .lines()
        .find_map(|line| line.strip_prefix("SigIgn:"))?;
    let ignored = u64::from_str_radix(digits.trim(), 16).ok()?;
    let bit = u32::try_from(signal).ok()?.checked_sub(1)?;
    Some(ignored.checked_shr(bit)? & 1 == 1)
}

#[cfg(all(test, unix))]
mod tests {
    use signal_hook::consts::{SIGHUP, SIGINT};

    use super::is_ignored;

    #[test]
    fn ignored_signals_are_read_from_their_bits() {
        let nohup =
            "Name:\tbnonly\nSigBlk:\t0000000000000003\nSigIgn:\t0000000000001001\nSigCgt:\t0\n";
        assert_eq!(is_ignored(nohup, SIGHUP), Some(true));
        assert_eq!(is_ignored(nohup, SIGINT), Some(false));
        assert_eq!(is_ignored("Name:\tbnonly\n", SIGHUP), None);
        assert_eq!(is_ignored("SigIgn:\tnone\n", SIGHUP), None);
    }
}
