//! Names, connections and certificates, whatever program meets them.

use super::{Rule, printed};

/// The rules.
pub(super) const RULES: &[Rule] = &[
    printed(
        "address-in-use",
        &[],
        "address already in use",
        r"(?i)(?:[:\s](\d{2,5})\b[^\n]*)?address already in use(?:[^\n]*?[:\s](\d{2,5})\b)?",
        "Another process listens on that port {1}{2} already.",
        &["$ ss -ltnp"],
    ),
    printed(
        "certificate-expired",
        &[],
        "expired",
        r"(?i)certificate (?:has|is) expired|certificate verify failed: certificate has expired",
        "The server's certificate has expired, or this machine's clock is wrong.",
        &[
            "$ date",
            "$ openssl s_client -connect HOST:443 </dev/null 2>/dev/null | openssl x509 -noout -dates",
        ],
    ),
    printed(
        "certificate-name",
        &[],
        "does not match",
        r"(?i)certificate subject name '?([^'\n]*?)'? does not match target host name '?([^'\n]+)'?|hostname mismatch",
        "The certificate is another name's ({1}, not {2}): the wrong host, or a proxy in between.",
        &[
            "$ openssl s_client -connect HOST:443 </dev/null 2>/dev/null | openssl x509 -noout -ext subjectAltName",
        ],
    ),
    printed(
        "certificate-unknown",
        &[],
        "certificate",
        r"(?i)self-signed certificate|unable to get local issuer certificate|certificate signed by unknown authority|server certificate verification failed|certificate verify failed|doesn't have a known issuer",
        "The server's certificate is signed by nobody whom this machine trusts: it signed itself, or its authority (a \
         company's, a proxy's) is not installed here.",
        &[
            "If you know the authority, install its certificate:",
            "$ sudo cp CA.crt /usr/local/share/ca-certificates/ && sudo update-ca-certificates",
        ],
    ),
    printed(
        "dns",
        &[],
        "",
        r"(?i)could not resolve host(?:name)?:? ?'?([\w.-]*)|temporary failure in name resolution|name or service not known|unable to resolve host address (?:‘|'|`)?([\w.-]+)|getaddrinfo (?:ENOTFOUND|EAI_AGAIN) ([\w.-]+)|lookup ([\w.-]+)[^\n]*: no such host",
        "The name {1}{2}{3}{4} cannot be resolved: a typing error, no network, or a DNS server that is not reached.",
        &["$ getent hosts example.com", "$ cat /etc/resolv.conf"],
    ),
    printed(
        "refused",
        &[],
        "",
        r"(?i)connection refused|couldn't connect to server|ECONNREFUSED",
        "The host is there, but nothing listens on that port: the service is down, or it listens elsewhere.",
        &["On the host: ss -ltnp"],
    ),
    printed(
        "timed-out",
        &[],
        "",
        r"(?i)connection timed out|operation timed out|i/o timeout|ETIMEDOUT|connect timeout|timed out after \d+ milliseconds",
        "Nothing answered in time: the host is down, a firewall drops what is sent, or a VPN is missing.",
        &["$ ip route get ADDRESS"],
    ),
    printed(
        "no-route",
        &[],
        "",
        r"(?i)no route to host|network is unreachable|EHOSTUNREACH|ENETUNREACH",
        "There is no way to that address from here: no network, a missing VPN, or the host is down.",
        &["$ ip route"],
    ),
    printed(
        "reset",
        &[],
        "",
        r"(?i)connection reset by peer|ECONNRESET",
        "The other side cut the connection: it crashed, restarted, or a firewall or proxy in between did.",
        &[],
    ),
    printed(
        "http-401",
        &["curl", "wget", "http"],
        "401",
        r"(?i)returned error: 401|ERROR 401|401 Unauthorized",
        "The server wants credentials, or refused those that were sent.",
        &[],
    ),
    printed(
        "http-404",
        &["curl", "wget", "http"],
        "404",
        r"(?i)returned error: 404|ERROR 404|404 Not Found",
        "The server is there; that page is not.",
        &[],
    ),
];
