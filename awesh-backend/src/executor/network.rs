//! No network for a look. Landlock refuses TCP alone: UDP, and with it DNS, would carry out what was read, and so would
//! TCP's kin (MPTCP, SCTP). So no socket is given out but those that stay on this machine.

use nix::libc::{AF_NETLINK, AF_UNIX, EACCES, SYS_io_uring_setup, SYS_socket};
use seccompiler::{
    BpfProgram, Error, SeccompAction, SeccompCmpArgLen, SeccompCmpOp, SeccompCondition, SeccompFilter,
    SeccompRule, apply_filter,
};

/// Has this thread, and what it starts, get no socket to other machines from now on.
pub(super) fn give_up() -> Result<(), Error> {
    // What tells of this machine's own (`ss`, `ip`) asks the kernel by netlink.
    let is_none_of_these = [AF_UNIX, AF_NETLINK].map(|family| {
        SeccompCondition::new(0, SeccompCmpArgLen::Dword, SeccompCmpOp::Ne, family.unsigned_abs().into())
    });
    let is_none_of_these = is_none_of_these.into_iter().collect::<Result<_, _>>()?;
    let sockets = SeccompRule::new(is_none_of_these)?;
    // By io_uring sockets are made that no filter sees.
    let refused = [(SYS_socket, vec![sockets]), (SYS_io_uring_setup, Vec::new())].into();
    let architecture = std::env::consts::ARCH.try_into()?;
    let refuse = SeccompAction::Errno(EACCES.unsigned_abs());
    let filter = SeccompFilter::new(refused, SeccompAction::Allow, refuse, architecture)?;
    apply_filter(&BpfProgram::try_from(filter)?)
}

#[cfg(test)]
mod tests {
    use std::io::ErrorKind;
    use std::net::{TcpListener, UdpSocket};
    use std::os::unix::net::UnixDatagram;
    use std::thread;

    use nix::sys::socket::{AddressFamily, SockFlag, SockProtocol, SockType, socket};

    use super::*;

    #[test]
    fn sockets_of_this_machine_alone_are_left() {
        let without = thread::spawn(|| {
            give_up().unwrap();
            let refused = |error: std::io::Error| assert_eq!(error.kind(), ErrorKind::PermissionDenied);
            for address in ["127.0.0.1:0", "[::1]:0"] {
                refused(UdpSocket::bind(address).unwrap_err());
                refused(TcpListener::bind(address).unwrap_err());
            }
            UnixDatagram::unbound().unwrap();
            let (flags, routes) = (SockFlag::empty(), SockProtocol::NetlinkRoute);
            socket(AddressFamily::Netlink, SockType::Raw, flags, routes).unwrap();
        });
        without.join().unwrap();
        // It holds for that thread alone.
        UdpSocket::bind("127.0.0.1:0").unwrap();
    }
}
