//! A pseudo-terminal and what is done to it from outside: its size, its modes, its queue, its signals.

use std::io;
use std::os::fd::{AsFd, AsRawFd, BorrowedFd, OwnedFd};

use nix::fcntl::{FcntlArg, FdFlag, OFlag, fcntl};
use nix::libc;
use nix::pty::{Winsize, openpty};
use nix::sys::signal::Signal;
use nix::sys::termios::Termios;

mod ioctls {
    #![allow(missing_docs, reason = "the macros write functions without documentation")]
    use nix::libc;

    nix::ioctl_write_ptr_bad!(set_window_size, libc::TIOCSWINSZ, libc::winsize);
    nix::ioctl_read_bad!(window_size, libc::TIOCGWINSZ, libc::winsize);
    nix::ioctl_read_bad!(queued, libc::FIONREAD, libc::c_int);
    nix::ioctl_write_int_bad!(signal, libc::TIOCSIG);
}

/// Both ends of a pseudo-terminal; neither is inherited by children.
#[derive(Debug)]
pub struct Pty {
    /// The end a terminal emulator would hold; reads and writes never block.
    pub master: OwnedFd,
    /// The end programs hold.
    pub slave: OwnedFd,
}

impl Pty {
    /// Opens a pair with the given modes and size.
    pub fn open(modes: Option<&Termios>, size: Option<&Winsize>) -> io::Result<Self> {
        let pair = openpty(size, modes)
            .map_err(|error| io::Error::other(format!("there is no pseudo-terminal to be had: {error}")))?;
        for fd in [&pair.master, &pair.slave] {
            fcntl(fd, FcntlArg::F_SETFD(FdFlag::FD_CLOEXEC))?;
        }
        fcntl(&pair.master, FcntlArg::F_SETFL(OFlag::O_NONBLOCK))?;
        Ok(Self { master: pair.master, slave: pair.slave })
    }
}

/// The size of the terminal behind `fd`, in character cells and pixels.
pub fn window_size(fd: impl AsFd) -> io::Result<Winsize> {
    let mut size = Winsize { ws_row: 0, ws_col: 0, ws_xpixel: 0, ws_ypixel: 0 };
    // SAFETY: the descriptor is open for the duration of the borrow, and `size` is a valid `winsize`.
    unsafe { ioctls::window_size(fd.as_fd().as_raw_fd(), &raw mut size) }?;
    Ok(size)
}

/// Tells the terminal its size; its foreground process group gets SIGWINCH where it changed.
pub fn set_window_size(fd: impl AsFd, size: &Winsize) -> io::Result<()> {
    // SAFETY: the descriptor is open for the duration of the borrow, and `size` is a valid `winsize`.
    unsafe { ioctls::set_window_size(fd.as_fd().as_raw_fd(), std::ptr::from_ref(size)) }?;
    Ok(())
}

/// How many bytes a read from `fd` would get now.
pub fn queued(fd: impl AsFd) -> io::Result<usize> {
    let mut count: libc::c_int = 0;
    // SAFETY: the descriptor is open for the duration of the borrow, and `count` is a valid `int`.
    unsafe { ioctls::queued(fd.as_fd().as_raw_fd(), &raw mut count) }?;
    Ok(usize::try_from(count).unwrap_or(0))
}

/// Sends a signal to the foreground process group, as the terminal's own keys do.
pub fn signal_foreground(master: BorrowedFd<'_>, signal: Signal) -> io::Result<()> {
    // SAFETY: the descriptor is open for the duration of the borrow; the argument is an integer.
    unsafe { ioctls::signal(master.as_raw_fd(), signal as libc::c_int) }?;
    Ok(())
}
