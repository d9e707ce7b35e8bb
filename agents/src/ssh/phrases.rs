//! Which questions are about hosts, and what answers them: a few topics, and hosts that are known. One word that is
//! neither, and the question is left to others.

/// What is asked of hosts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Topic {
    /// What the column is called.
    pub(super) name: &'static str,
    /// What says it in one line; it only looks.
    pub(super) line: &'static str,
    /// The words that mean it, without joints.
    phrases: &'static [&'static str],
}

const TOPICS: [Topic; 8] = [
    Topic {
        name: "kernel",
        line: "uname -r",
        phrases: &[
            "kernel",
            "kernel version",
            "kernels",
            "kernel versions",
            "linux kernel",
            "linux kernel version",
        ],
    },
    Topic {
        name: "disk space on /",
        line: r#"df -hP / | awk 'NR==2{print $4 " free of " $2 ", " $5 " used"}'"#,
        phrases: &[
            "disk space",
            "disk usage",
            "free disk space",
            "disk space free",
            "disk space left",
            "free space",
            "space left",
        ],
    },
    Topic { name: "uptime", line: "uptime | sed 's/^ *//'", phrases: &["uptime", "uptimes", "long up"] },
    Topic {
        name: "memory",
        line: r#"free -h | awk 'NR==2{print $NF " available of " $2}'"#,
        phrases: &["memory", "free memory", "memory usage", "memory free", "memory left", "ram", "free ram"],
    },
    Topic {
        name: "load",
        line: "cut -d' ' -f1-3 /proc/loadavg",
        phrases: &["load", "load average", "load averages", "cpu load", "system load"],
    },
    Topic {
        name: "system",
        line: "grep '^PRETTY_NAME=' /etc/os-release | cut -d= -f2 | tr -d '\"'",
        phrases: &[
            "os",
            "os version",
            "operating system",
            "operating systems",
            "distribution",
            "distro",
            "linux version",
            "linux distribution",
        ],
    },
    Topic { name: "time", line: "date", phrases: &["time", "date", "clock"] },
    Topic {
        name: "users",
        line: "who | cut -d' ' -f1 | sort -u | paste -sd' ' -",
        phrases: &["logged", "users logged", "users"],
    },
];

/// Words that turn a topic and hosts into a question and say nothing more.
const JOINTS: &str = "what which who how much many is are the of on for in at do does have has been run runs running use \
                      uses using there it show me tell list check get give please now right current currently my our";

/// Words for hosts of any kind.
const HOSTS: &str = "host hosts server servers machine machines box boxes node nodes";

/// What a question asks of which hosts, where all of it is understood. `hosts` and `groups` are those that are known.
pub(super) fn understand(text: &str, hosts: &[&str], groups: &[&str]) -> Option<(Topic, Vec<String>)> {
    /// Bytes beyond which a question says more than these words could.
    const LONGEST: usize = 200;
    if text.len() > LONGEST {
        return None;
    }
    let is_mark = |c: char| c.is_whitespace() || matches!(c, ',' | '?' | '!');
    let text = text.to_lowercase();
    let words: Vec<&str> =
        text.split(is_mark).map(|word| word.trim_end_matches('.')).filter(|word| !word.is_empty()).collect();
    let is_among = |list: &str, word: &str| list.split_whitespace().any(|known| known == word);
    let (mut meant, mut left): (Vec<String>, Vec<&str>) = (Vec::new(), Vec::new());
    let (mut is_all, mut is_host) = (false, false);
    for (at, word) in words.iter().enumerate() {
        let is_before_hosts = words.get(at + 1).is_some_and(|next| is_among(HOSTS, next));
        if let Some(found) = named(word, is_before_hosts, hosts, groups) {
            meant.extend(found);
        } else if matches!(*word, "all" | "every" | "each") {
            is_all = true;
        } else if is_among(HOSTS, word) {
            is_host = true;
        } else if *word != "and" || meant.is_empty() {
            left.push(word);
        }
    }
    if meant.is_empty() && is_all && is_host {
        meant.extend(hosts.iter().map(|host| (*host).to_owned()));
    }
    left.retain(|word| !is_among(JOINTS, word));
    let rest = left.join(" ");
    let topic = TOPICS.iter().find(|topic| topic.phrases.contains(&rest.as_str()))?;
    meant.dedup();
    (!meant.is_empty()).then_some((*topic, meant))
}

/// The hosts that a word means: one, those of a group, or before a word for hosts those whose names begin with it.
fn named(word: &str, is_before_hosts: bool, hosts: &[&str], groups: &[&str]) -> Option<Vec<String>> {
    let same = |name: &&&str| name.eq_ignore_ascii_case(word);
    if let Some(name) = hosts
        .iter()
        .find(same)
        .or_else(|| groups.iter().find(same).filter(|_| is_before_hosts || word != "all"))
    {
        return Some(vec![(*name).to_owned()]);
    }
    let begins = |host: &&&str| {
        let rest = host.to_lowercase();
        let rest = rest.strip_prefix(word).and_then(|rest| rest.chars().next());
        rest.is_some_and(|c| !c.is_alphabetic())
    };
    let found: Vec<String> = hosts.iter().filter(begins).map(|host| (*host).to_owned()).collect();
    (is_before_hosts && word.len() > 1 && !found.is_empty()).then_some(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    const NAMES: [&str; 5] = ["web1", "web2", "db-eu", "mail.example", "website"];

    #[test]
    fn questions_of_known_hosts_are_understood() {
        for (text, topic, hosts) in [
            ("what kernel do the web hosts run?", "kernel", &["web1", "web2"][..]),
            ("disk space on all db hosts", "disk space on /", &["db-eu"]),
            ("uptime of web1 and web2", "uptime", &["web1", "web2"]),
            ("how long has mail.example been up", "uptime", &["mail.example"]),
            ("who is logged in on web1, web2 and db-eu?", "users", &["web1", "web2", "db-eu"]),
            ("Which OS do all servers use", "system", &NAMES),
            ("how much free memory is there on the prod machines", "memory", &["prod"]),
            ("web1 load", "load", &["web1"]),
        ] {
            let (found, meant) = understand(text, &NAMES, &["prod"]).unwrap_or_else(|| panic!("{text}"));
            assert_eq!(
                (found.name, &meant.iter().map(String::as_str).collect::<Vec<_>>()[..]),
                (topic, hosts),
                "{text}"
            );
        }
    }

    #[test]
    fn anything_more_is_for_others() {
        for text in [
            "update the kernel on web1",
            "disk space",
            "uptime of app7",
            "why is the load on web1 high",
            "kernel of the webs",
            "what is the time",
            "is web1 up",
            "all hosts",
            "free disk space on web1 by deleting logs",
            "uptime of all clusters",
            "memory of the web pods",
        ] {
            assert_eq!(understand(text, &NAMES, &["prod"]), None, "{text}");
        }
        assert_eq!(understand("uptime of all hosts", &[], &[]), None);
    }
}
