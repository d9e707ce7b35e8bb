use super::*;

const INI: &str = "\
# all of them
mail.example ansible_port=2222
[web]
web[01:03].example  ansible_user='deploy' # main
; another
[db]
db-[a:b] ansible_host=10.0.0.7
[db:vars]
ansible_user = postgres
[eu:children]
web
db
[all:vars]
ansible_user=ops
";

const YAML: &str = "
all:
  vars: {ansible_user: ops}
  hosts:
    mail.example: {ansible_port: 2222}
  children:
    eu:
      children:
        web:
          hosts:
            web[01:03].example: {ansible_user: deploy}
        db:
          vars: {ansible_user: postgres}
          hosts:
            db-[a:b]: {ansible_host: 10.0.0.7}
";

#[test]
fn both_forms_say_the_same() {
    for inventory in [ini::read(INI).unwrap(), yaml::read(YAML).unwrap()] {
        let target = |name: &str| inventory.target(name).unwrap();
        assert_eq!(inventory.hosts().count(), 6);
        assert_eq!(inventory.members("web").unwrap(), ["web01.example", "web02.example", "web03.example"]);
        assert_eq!(inventory.members("eu").unwrap().len(), 5);
        assert_eq!(inventory.members("all").unwrap().len(), 6);
        assert_eq!(inventory.members("us"), None);
        assert_eq!(target("web02.example").user.unwrap(), "deploy");
        let db = target("db-b");
        assert_eq!((db.address.unwrap(), db.user.unwrap()), ("10.0.0.7".into(), "postgres".into()));
        let mail = target("mail.example");
        assert_eq!((mail.port, mail.user.unwrap(), mail.address), (Some(2222), "ops".into(), None));
        let mut groups = inventory.groups_of("web01.example");
        groups.sort_unstable();
        groups.retain(|group| *group != "all");
        assert_eq!(groups, ["eu", "web"]);
    }
}

#[test]
fn ranges_are_counted_as_ansible_counts_them() {
    for (word, expected) in [
        ("web[1:3]", &["web1", "web2", "web3"][..]),
        ("web[08:10].x", &["web08.x", "web09.x", "web10.x"]),
        ("n[0:4:2]", &["n0", "n2", "n4"]),
        ("[a:b]", &["[a:b]"]),
        ("r[1:2]-[a:b]", &["r1-a", "r1-b", "r2-a", "r2-b"]),
        ("r[1:2][a:b]", &["r1a", "r1b", "r2a", "r2b"]),
        ("[::1]", &["[::1]"]),
        ("plain", &["plain"]),
    ] {
        assert_eq!(expand(word).unwrap(), expected, "{word}");
    }
    for wrong in ["w[3:1]", "w[1:x]", "w[1:99999999]", "w[1:2:0]", "w[:]", "w[1:2:1:1]"] {
        assert!(expand(wrong).is_err(), "{wrong}");
    }
}

/// A model may name hosts too: what it writes is not to take all memory, nor the stack.
#[test]
fn ranges_of_ranges_have_a_bound() {
    assert_eq!(expand("r[1:100]-[1:100]").unwrap().len(), 10_000);
    let why = expand("r[1:5000]-[1:5000]-[1:5000]").unwrap_err();
    assert_eq!(why, "-[1:5000]-[1:5000] means more than 10000 hosts");
    assert!(expand(&format!("r{}", "[1:1]".repeat(100_000))).is_err());
}

#[test]
fn what_is_no_inventory_is_said() {
    for wrong in ["[a:b]\nx", "[a]\nx 'y", "-oProxyCommand=x", "[a:vars]\nx"] {
        assert!(ini::read(wrong).is_err(), "{wrong}");
    }
    for wrong in ["- a", "a: {hosts: [x]}", "a: b", "{"] {
        assert!(yaml::read(wrong).is_err(), "{wrong}");
    }
    let around = ini::read("[a:children]\nb\n[b:children]\na\n[b]\nx\n").unwrap();
    assert_eq!(around.members("a").unwrap(), ["x"]);
}
