//! The tables of what commands take.

use super::operands::Operands;

/// What the command of this name takes; none where that is not known here.
pub(super) fn of(command: &str) -> Option<Operands> {
    let names = |names: &str| names.split_ascii_whitespace().any(|name| name == command);
    let known = |table: &[(&str, &'static str)]| {
        table.iter().find(|(commands, _)| names(commands)).map(|(_, words)| *words)
    };
    let kind = KINDS.iter().find(|(commands, _)| names(commands)).map(|(_, operands)| *operands);
    kind.or_else(|| known(&SUBCOMMANDS).map(Operands::Subcommand))
        .or_else(|| known(&TARGETS).map(Operands::Targets))
        .or_else(|| known(&PHRASES).map(Operands::Phrase))
}

/// Tools that build what a file of the user's names, and names that are usual there.
const TARGETS: [(&str, &str); 1] = [(
    "make gmake ninja just rake task gradle mvn",
    "all clean install test tests build check dist distclean run help lint fmt format doc docs release debug deploy
    package compile verify start stop restart uninstall clobber bench publish watch serve dev",
)];

/// Tools whose operands read like a language, and the words of it.
const PHRASES: [(&str, &str); 6] = [
    (
        "tcpdump tshark ngrep dumpcap",
        "host net port portrange src dst and or not tcp udp icmp icmp6 arp ip ip6 ether gateway broadcast
        multicast less greater vlan proto",
    ),
    (
        "ufw firewall-cmd fail2ban-client",
        "allow deny reject limit delete insert prepend route enable disable status reload reset default
        incoming outgoing routed logging comment verbose numbered from to any port in out on proto app info
        set add remove start stop",
    ),
    (
        "cal ncal gcal",
        "january february march april may june july august september october november december jan feb mar apr
        jun jul aug sep oct nov dec",
    ),
    (
        "nmcli iw bluetoothctl rfkill",
        "general networking radio connection con device dev agent monitor show up down add modify delete edit
        on off wifi list status connect disconnect scan type ifname all block unblock pair trust remove power",
    ),
    (
        "tc route nft bridge",
        "add del delete change replace show list dev root default gw via parent handle qdisc class filter rule
        table chain set element flush link fdb vlan inet input output forward tcp udp dport sport accept drop",
    ),
    (
        "i3-msg swaymsg bspc wmctrl xset tput stty setterm",
        "workspace move focus to next prev left right up down container kill exec reload restart exit
        fullscreen toggle floating layout off on s q dpms force blank sane raw",
    ),
];

const KINDS: [(&str, Operands); 16] = [
    ("install", Operands::Two),
    ("enable", Operands::Builtins),
    ("shutdown", Operands::Timed),
    ("set", Operands::Flags),
    ("grep egrep fgrep zgrep rg ag ack pgrep pkill killall ansible", Operands::Pattern),
    ("python python2 python3 node deno ruby perl lua php bash sh zsh fish dash", Operands::Script),
    (
        "echo printf wall say espeak espeak-ng figlet toilet banner cowsay cowthink lolcat logger notify-send
        : true false apropos xmessage zenity dialog whiptail yad osascript trans translate fortune ponysay
        yes set-title tmpmail pass-phrase eval todo task t note jrnl remind sgpt aichat llm mods
        ollama wl-copy pbcopy xdotool trans dict figlet jrnl zenity",
        Operands::Text,
    ),
    (
        "top htop btop atop free uptime w clear reset pwd times logout reboot poweroff halt suspend whoami
        arch nproc lsblk lscpu lsmem lspci lsusb lsmod dirs tty hostid users neofetch fastfetch iotop nmtui
        cmatrix jobs history iftop glances vmstat iostat dstat env printenv locale",
        Operands::Nothing,
    ),
    (
        "kill sleep usleep seq wait fg bg shift exit return break continue factor renice disown umask ulimit
        nice date",
        Operands::Numbers,
    ),
    ("read export unset local declare typeset readonly mapfile readarray getopts", Operands::Variables),
    ("which type whereis whatis man hash help info tldr where", Operands::Commands),
    (
        "time watch exec nohup sudo doas env command builtin nice ionice setsid timeout stdbuf unbuffer chronic
        strace ltrace torsocks proxychains xvfb-run caffeinate taskset chrt rlwrap parallel xargs",
        Operands::Command,
    ),
    ("test [ [[ expr let", Operands::Expression),
    ("find", Operands::Search),
    (
        "ssh ping ping6 host dig nslookup traceroute tracepath mtr telnet whois mosh nc curl wget",
        Operands::Host,
    ),
    ("id groups last lastlog finger passwd su chage usermod userdel useradd", Operands::User),
];

/// Tools whose first operand is one of a set: the tools, the set.
const SUBCOMMANDS: [(&str, &str); 15] = [
    ("who", "am mom is"),
    (
        "git",
        "add am annotate apply archive bisect blame branch bundle checkout cherry cherry-pick clean clone
        commit config describe diff difftool fetch format-patch fsck gc gui grep help init instaweb log lfs
        ls-files ls-remote ls-tree maintenance merge mergetool mv notes pull push range-diff rebase reflog
        remote repack replace rerere reset restore rev-list rev-parse revert rm send-email shortlog show
        show-branch sparse-checkout stash status submodule svn switch tag update-index update-ref var
        version worktree flow cat-file hash-object count-objects whatchanged for-each-ref filter-branch
        cvsimport daemon",
    ),
    (
        "docker podman nerdctl",
        "attach build builder buildx commit compose config container context cp create diff events exec
        export history image images import info inspect kill load login logout logs machine manifest network
        node pause plugin pod port ps pull push rename restart rm rmi run save scout search secret service
        stack start stats stop swarm system tag top trust unpause update version volume wait generate play",
    ),
    (
        "kubectl oc k",
        "annotate api-resources api-versions apply attach auth autoscale certificate cluster-info completion
        config cordon cp create debug delete describe diff drain edit events exec explain expose get
        kustomize label logs options patch plugin port-forward proxy replace rollout run scale set taint top
        uncordon version wait adm login logout new-app project projects status krew ctx ns",
    ),
    (
        "systemctl",
        "start stop restart reload status enable disable mask unmask is-active is-enabled is-failed
        list-units list-unit-files list-timers list-sockets list-jobs list-dependencies list-machines
        list-automounts list-paths show cat edit revert set-property daemon-reload daemon-reexec reboot
        poweroff halt suspend hibernate rescue emergency isolate kill clean freeze thaw link preset reenable
        add-wants add-requires set-default get-default help reset-failed show-environment set-environment
        try-restart reload-or-restart switch-root kexec default hybrid-sleep suspend-then-hibernate
        log-level",
    ),
    (
        "apt apt-get aptitude dnf yum zypper pacman apk brew snap flatpak",
        "install remove purge update upgrade full-upgrade dist-upgrade autoremove autoclean clean search show
        list info policy download source build-dep check changelog edit-sources hold unhold showhold
        markauto reinstall provides whatprovides repolist history group groupinstall localinstall makecache
        downgrade erase deplist in rm up dup se if ref lr ar rr lu ps add del fix cache fetch stats version
        dot index tap untap link unlink outdated doctor cleanup services cask leaves uses deps home cat edit
        config tags pin unpin uninstall refresh revert enable disable connect disconnect interfaces
        connections run alias aliases set get find remote-add remotes repair override mask upgrade-all
        distro-sync swap module copr",
    ),
    (
        "npm yarn pnpm bun",
        "access add adduser audit bin bugs bundle cache ci completion config create dedupe deprecate diff
        dist-tag docs doctor dlx edit exec explain explore find-dupes fund generate-lock-entry get global
        help hook import info init install install-test link list login logout ls node org outdated owner
        pack patch ping pkg prefix prune publish query rebuild remove repo restart root run run-script
        search self-update set shrinkwrap star stars start stop store team test token uninstall unlink
        unpublish up update upgrade upgrade-interactive version versions view why whoami workspace
        workspaces x i t rm un licenses policies require build dev lint",
    ),
    (
        "go",
        "bug build clean doc env fix fmt generate get help install list mod run test tool version vet work
        telemetry",
    ),
    (
        "cargo",
        "add audit bench build check clean clippy config doc expand fetch fix fmt generate generate-lockfile
        help init install locate-project login logout metadata miri new nextest outdated owner package pkgid
        publish remove report run rustc rustdoc search test tree uninstall update vendor verify-project
        version watch yank b c d r t",
    ),
    (
        "pip pip3 pipx poetry uv",
        "cache check completion config debug download freeze hash help index inspect install list search show
        uninstall wheel run runpip upgrade upgrade-all reinstall inject add build env export init lock new
        publish remove self shell source sync update version about pip python tool tree venv",
    ),
    (
        "helm",
        "completion create dependency env get history install lint list ls package plugin pull push registry
        repo rollback search show status template test uninstall upgrade verify version dep fetch delete
        init inspect",
    ),
    (
        "terraform tofu terragrunt",
        "apply console destroy env fmt force-unlock get graph import init login logout metadata output plan
        providers refresh show state taint test untaint validate version workspace run-all",
    ),
    (
        "at batch",
        "now noon midnight teatime tomorrow today monday tuesday wednesday thursday friday saturday sunday
        next",
    ),
    (
        "ip",
        "addr address link route neigh neighbor neighbour rule maddr mroute netns tunnel tuntap monitor xfrm
        token tcp_metrics l2tp macsec vrf sr nexthop mptcp ioam stats a l r n addrlabel ntable",
    ),
    (
        "gh",
        "auth browse codespace gist issue org pr project release repo cache run workflow alias api
        attestation config extension gpg-key label preview ruleset search secret ssh-key status variable
        completion help version copilot",
    ),
];
