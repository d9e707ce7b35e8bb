//! Lines and where they go. The names that are taken as present are those a server or a laptop has.

mod domains;
mod grounds;

use super::*;

const PRESENT: &str = "ansible apropos apt awk bat bc brew cal cargo cat chmod chown cmp code comm compare convert
    cowsay cp curl cut date df diff dig display docker du edit emacs expr file find fold free gcc git go grep groups
    head helm host htop id install ip join journalctl jq just kubectl last less link ln locate look ls mail make man
    mkdir more mount mv mysql nano nc netstat nice nl node nohup notify-send npm open pandoc paste patch perl pgrep
    ping pip pkill play podman print ps python python3 rename rm rsync ruby say screen sed see seq service sh sleep
    sort split ssh stat strings su sudo systemctl tail tar tee terraform tmux top touch tr tree uniq unzip uptime
    users view vim w wall watch wc wget whatis which who whoami write xargs yes zip";

fn facts() -> StaticFacts {
    StaticFacts::listed(PRESENT)
}

#[track_caller]
fn all(expected: Route, lines: &str) {
    all_with(&facts(), expected, lines);
}

#[track_caller]
fn all_with(facts: &StaticFacts, expected: Route, lines: &str) {
    let wrong: Vec<_> = lines
        .lines()
        .map(|line| line.trim())
        .filter(|line| !line.is_empty() && route(line, facts).route != expected)
        .collect();
    assert!(wrong.is_empty(), "not {expected:?}: {wrong:#?}");
}

#[test]
fn commands_are_bashs() {
    all(
        Route::Bash,
        r#"
    ls
    ls -la /tmp
    ls in out
    cd ..
    cd -
    mv a b
    cp a the-other
    cat a b c
    cat in
    cat this that
    rm all
    rm old new temp backup
    rm -rf build dist
    touch one two three four
    mkdir new old
    diff old new
    sort names
    sort names cities
    head first second
    tail -f log
    less this
    vim what
    nano todo list
    find src
    find photos music
    find . -name the
    find / -size +1G -type f
    find in out -name "*.rs"
    grep is file
    grep the notes
    grep how README.md
    grep what is this
    grep -ri "who is using" .
    grep in out
    who
    who am i
    who -b
    which python
    which python node npm
    man 3 printf
    man git commit
    man find
    kill 4242
    kill -9 %1
    kill %2 %3
    make
    make install
    make clean all install
    make -j4 test
    test 1 -eq 2
    test hello = hello
    test -f notes.txt && echo yes
    time make
    time ls -l
    time sleep 1
    date +%F
    date -d "next friday"
    last reboot
    last -n 5
    free -h
    top -b -n 1
    df -h
    du -sh .
    host example.com
    dig example.com any
    ping google.com
    ssh prod uptime
    ssh web1 who
    ssh -p 22 me@host what is this
    mail -s hello bob
    mount /dev/sdb1 /mnt
    read name
    read -p "are you sure? " answer
    read a b c
    export PATH=$PATH:$HOME/bin
    export EDITOR
    set -x
    set -- how are you
    alias please=sudo
    alias whoson='who | sort'
    unset foo bar
    type cd
    type -a ls
    help cd
    history
    history | grep ssh
    history 20
    jobs
    fg
    wait
    exit 3
    : do nothing
    true or false
    echo why not
    echo what is the difference between this and that?
    echo please help me
    echo who is using port 8080
    echo find all files larger than 1GB
    printf "how are you\n"
    say hello to the world
    cowsay how are you today
    wall please save your work, the server is going down
    wall the server will go down in 5 minutes
    notify-send "build is done" "come back now"
    apropos list files
    yes please
    yes | head -3
    git status
    git add all
    git add the file
    git commit -m "make the tests pass, please"
    git commit -m fix the bug
    git log --grep "why is it slow"
    git checkout main
    git help log
    git stash pop
    git merge feature
    git push origin main
    git show HEAD
    git brnch
    docker ps
    docker run hello-world
    docker exec api ls
    docker image ls
    docker run -it --rm alpine sh
    kubectl get pods
    kubectl get pods in
    kubectl get all
    kubectl describe pod web
    kubectl logs api
    kubectl apply -f deploy.yaml
    kubectl rollout restart deployment web
    systemctl status nginx
    systemctl restart the.service
    service nginx status
    sudo reboot now
    sudo apt install tree
    sudo -u postgres psql
    sudo systemctl restart nginx
    sudo apt isntall foo
    apt search editor
    npm run build
    npm test
    go test all
    go build
    cargo test parser
    pip install requests
    helm list
    terraform plan
    ansible all -m ping
    watch date
    watch kubectl get pods
    watch -n 5 df -h
    xargs rm
    nohup ./run &
    exec bash
    for i in 1 2 3; do echo $i; done
    while true; do date; sleep 1; done
    if [ -f a ]; then echo found; else echo not found; fi
    until ping -c1 db; do sleep 1; done
    case $1 in start) echo starting;; esac
    select x in yes no; do break; done
    if is_up the server; then echo yes; fi
    while there_is more; do :; done
    function greet { echo hi there; }
    hello() { echo "hello, $1"; }
    [ -d src ] || mkdir src
    [[ $USER == root ]] && echo you are root
    (cd /tmp && ls)
    { date; uptime; } > status.txt
    ! grep -q error log.txt
    $EDITOR notes.md
    $(which python) --version
    "$HOME/bin/my tool" --help
    ./configure --prefix=/usr
    ./deploy.sh prod
    ../bin/run all the tests
    ~/bin/backup now
    /usr/bin/time -v ls
    x=5
    FOO=bar BAZ="find all files" env
    arr=(x y z)
    x=$(find the files)
    >empty.txt
    2>/dev/null ls /nope
    <input.txt sort | uniq -c
    ^foo^bar
    # remember to call bob
    ls; pwd
    bc <<< "2+2"
    ls /tmp | wc -l
    mkdir übung
    grep 日本 notes.txt
    echo "привет мир"
    ls ~/文档
    cut -d: -f1 /etc/passwd
    tar xzf src.tar.gz
    sed -i s/a/the/ file
    awk '{print $1}' log
    jq .items[] in.json
    curl -s https://example.com
    code .
    open .
    let x=1+2
    expr 2 + 2
    seq 10
    \time ls
    touch a b c d e
    set a b c
    set - a +x
    test this = that
    expr this : that
    cp this there
    mv this that
    convert in out
    ls on off
    which that
    which is
    type is
    man is
    who mom likes
    help me
    kill all
    export the
    make this
    wait for
    git commit -m this is the fix
    git stash push -m wip on the thing
    git grep how to
    docker exec web ls in
    kubectl get nodes and pods
    apt search what is this
    sudo echo how are you today
    nohup make all
    builtin echo this is the text
    command ls this
    python this.py what is this
    sh deploy.sh to the prod
    ssh the-host what is up
    ssh web tail the.log
    watch ls the
    yes I agree to the terms
    eval echo what is this
    rg how to
    pkill the
    fold it
    sudo rm this
        "#,
    );
}

#[test]
fn unknown_and_mistyped_commands_are_bashs() {
    all(
        Route::Bash,
        r#"
    gti status
    gti commit -m "fix the bug"
    sl
    claer
    kubectk get pods
    dcoker ps -a
    systemclt restart nginx
    pyhton manage.py migrate
    grpe -r foo .
    mkdri new
    gerp the file.txt
    ehco hello there, how are you
    k get pods
    kgp -n prod
    gco main
    gst
    ll src
    please
    foo bar baz
    vagrant up
    puppet apply site.pp
    nest generate interceptor
    ember serve
    mytool --list all
    frobnicate --with the --and a
        "#,
    );
}

#[test]
fn a_command_that_is_not_installed_is_still_one() {
    let nothing = StaticFacts::listed("");
    all_with(
        &nothing,
        Route::Bash,
        "kubectl get pods in\ngit add all of it\ncowsay hello, how are you\nnmcli radio wifi off",
    );
    all_with(
        &nothing,
        Route::Ask,
        "docker says there is no space left\nkubectl is very slow today, what is wrong",
    );
}

#[test]
fn requests_are_asked() {
    all(
        Route::Ask,
        r#"
    what is eating my disk?
    how do I undo git reset --hard
    why is the sky blue
    why?
    show me the pods that restart
    list all users with a login shell
    explain this error
    please restart the web server
    could you look at the logs
    I can't connect to the database
    it's still not working
    don't delete anything, just show it
    thanks, that worked
    hi there
    ok, do it
    now do the same in dev
    is nginx running?
    there's a file called -rf here, how do I delete it?
    Restart the server and tell me when it's back.
    Find files bigger than 100 MB.
    Kill the process on port 8080, then start the server again
    upgrade all packages
    restart the redis
    undo that
    delete all .DS_Store files under this directory
    remove every stopped container
    what does `find . -name '*.py' -delete` do?
    what is the difference between > and >>
    explain what $? means
    fnd all log files modifed today
    in the prod cluster, how many nodes are there
    status of cluster-1
    health of gke_shop_europe-west1_prod
    status of arn:aws:eks:eu-west-1:123456789012:cluster/shop
    the second one
    generate an ssh key for github
    doesn't work on macOS, is there another way
    wie finde ich heraus, welcher Prozess Port 80 benutzt?
    welche Dateien sind am größten
    comment supprimer tous les fichiers vides ici
    pourquoi est-ce que mon disque est plein ?
    cómo puedo ver los archivos más grandes
    muestra los procesos que usan más memoria
    como posso apagar todos os arquivos?
    哪个进程占用了8080端口
    显示最大的文件
    どのプロセスがポート8080を使っていますか
    покажи самые большие файлы
    почему не работает сеть?
        "#,
    );
}

#[test]
fn requests_that_begin_with_a_command_are_asked() {
    all(
        Route::Ask,
        r#"
    find all files larger than 1 GB
    find the process that eats my memory
    find which package provides libssl
    who is using port 8080
    who changed this file last?
    who owns /var/www
    which pods are failing?
    which process uses the most memory
    which branch am I on
    make me a sandwich
    make a backup of my home directory
    make sure nginx is running
    make this script executable
    kill the process listening on 3000
    kill everything that bob is running
    sort these files by size
    sort pods by restart count
    cut the first column out of data.csv
    split big.csv into files of 1000 lines each
    join these two files on the first column
    cat the log and tell me what went wrong
    tail the error log and explain it
    head of the biggest file please
    watch the pods in prod
    watch this log for errors
    test if the server is up
    test my internet speed
    time how long the build takes
    time zone is wrong on this machine
    date of the last commit?
    last 20 lines of every log in /var/log
    top 10 addresses in access.log
    free up some disk space
    free memory on this machine?
    mount the usb stick
    mount my NAS at /mnt/nas
    read me the last error in the journal
    read the config and tell me which port it uses
    export all the secrets in namespace dev
    set the hostname to web01
    set up a virtualenv here and install the requirements
    open port 443 in the firewall
    open the readme in vim
    print the third column of data.txt
    convert all png files to jpg
    install docker on this machine
    go to the project root
    ssh into the web server and restart it
    ssh keeps asking for a password, why?
    ping all the hosts and show which are down
    ping works but curl does not, why
    host is unreachable, help me debug
    help me write a cron job
    help, I deleted my .bashrc
    history of changes to deploy.yaml please
    git undo my last commit but keep the changes
    git keeps asking me for my password
    docker says there is no space left on the device
    kubectl is very slow today, what is wrong
    apt is stuck at 0%, what do I do
    npm install fails with EACCES, how do I fix it
    systemctl says the unit is masked, what does that mean
    python can't find the module although I installed it
    grep for errors in all the logs from today
    ls is showing weird colors, how do I turn that off
    rm everything in tmp older than a week
    mv all screenshots from the desktop to ~/Pictures
    cp is slow, can I see progress?
    chmod 777 is bad, why?
    exec into the api pod and check its env
    man pages are missing on this box, how do I install them
    echo is printing a literal \n, how do I get a newline
    sudo without a password for user deploy, how
    file is too big to open in vim, what can I do
    w is not showing all users, why
    for every namespace show the number of pods
    if the api pod is crashing, restart it
    while you are at it also restart redis
    then delete the old ones
    wait until the deployment is ready
    select the 10 largest files in this folder
    until when is this certificate valid?
    type of each file in this directory?
    alias for listing all pods, please add it to my bashrc
    write a script that renames all photos by date
    ip address of this machine?
    users who logged in this week
    let me see what is listening
    git 怎么撤销上一次提交？
    docker 容器为什么启动失败
    find big files
    find broken symlinks
    find where nginx stores its logs
    which port does postgres listen on
    kill zombie processes
    kill whatever is on port 3000
    top memory users
    top 5 biggest files
    last 10 commands I ran
    watch for changes in src and rerun the tests
    docker is not starting
    curl is hanging
    rm says permission denied
    df shows 100% on /
    kubectl says unauthorized
    npm start fails with port in use
    git show me the last commit
    git says detached head
    grep recursively for foo but ignore node_modules
    python script fails with unicode error
    ssh connection refused, what now
    less verbose please
    more details please
    play some music
    locate the nginx config
    sudo is asking for a password every time
    do I have docker installed?
    time to clean up the disk
    no thanks
    nice work, now do it for staging too
        "#,
    );
}

#[test]
fn a_mark_forces_the_route() {
    let facts = facts();
    for (line, route_, text) in [
        ("? ls", Route::Ask, "ls"),
        ("?why", Route::Ask, "why"),
        (" ?  what is this ", Route::Ask, "what is this"),
        ("$ what is this", Route::Bash, "what is this"),
        ("$\tls", Route::Bash, "ls"),
        ("$HOME/bin/x", Route::Bash, "$HOME/bin/x"),
        ("  ls", Route::Bash, "  ls"),
    ] {
        let verdict = route(line, &facts);
        assert_eq!((verdict.route, verdict.text), (route_, text), "{line}");
    }
}

#[test]
fn own_commands_are_control() {
    let facts = facts();
    for line in ["aweh", "awev 2", "awea openai", "  awes  ", "awem gpt-5"] {
        assert_eq!(route(line, &facts).route, Route::Control, "{line}");
    }
    for line in ["aweh | less", "awes; ls", "FOO=1 awes", "sudo awes", "awes > file", "awes && ls"] {
        assert_eq!(route(line, &facts).route, Route::Bash, "{line}");
    }
    struct Has(CommandKind);
    impl Facts for Has {
        fn resolve(&self, _: &str) -> Option<CommandKind> {
            Some(self.0)
        }
        fn path_exists(&self, _: &str) -> bool {
            false
        }
    }
    assert_eq!(route("aweh", &Has(CommandKind::Function)).route, Route::Bash);
    assert_eq!(route("aweh", &Has(CommandKind::Alias)).route, Route::Bash);
    assert_eq!(route("aweh", &Has(CommandKind::File)).route, Route::Control);
}

#[test]
fn a_paste_goes_as_a_whole() {
    all(Route::Bash, "");
    let facts = facts();
    for line in [
        "set -u\nfor item in a b c; do\n  echo \"the item is $item, what now?\"\ndone",
        "# find out why the build is slow\nls -l\necho please wait for the end of this",
        "cd src\necho what is this",
        "cat <<EOF\nhello, how are you?\nEOF",
        "",
        "\n\n",
        "   ",
    ] {
        assert_eq!(route(line, &facts).route, Route::Bash, "{line:?}");
    }
    for line in ["why does this fail?\n\n  error: no such file\n", "I get this error:\nls: cannot access 'x'"]
    {
        assert_eq!(route(line, &facts).route, Route::Ask, "{line:?}");
    }
}

#[test]
fn what_is_there_is_meant() {
    struct There;
    impl Facts for There {
        fn resolve(&self, word: &str) -> Option<CommandKind> {
            (word == "open").then_some(CommandKind::File)
        }
        fn path_exists(&self, word: &str) -> bool {
            ["the", "file", "in", "this"].contains(&word)
        }
    }
    assert_eq!(route("open the file in this", &There).route, Route::Bash);
    assert_eq!(route("open the file in vim", &There).route, Route::Ask);
}

#[test]
fn few_words_are_looked_up() {
    use std::cell::Cell;
    struct Counting(Cell<usize>);
    impl Facts for Counting {
        fn resolve(&self, word: &str) -> Option<CommandKind> {
            self.0.set(self.0.get() + 1);
            (!word.contains('?')).then_some(CommandKind::File)
        }
        fn path_exists(&self, _: &str) -> bool {
            false
        }
    }
    for (line, most) in [("ls -l a b c", 1), ("sudo ls x", 3), ("find the files", 1), ("which a b c d", 2)] {
        let facts = Counting(Cell::new(0));
        route(line, &facts);
        assert!(facts.0.get() <= most, "{line}: {}", facts.0.get());
    }
}

#[test]
fn nothing_makes_it_panic_or_slow() {
    let facts = facts();
    let bits = [
        "$(",
        "${",
        "'",
        "\"",
        "`",
        "\\",
        "\0",
        "\u{1b}[31m",
        "é",
        "🧠",
        "a ",
        "(",
        "\n",
        "=",
        "[",
        "]=",
        "?",
        "don't ",
    ];
    for bit in bits {
        for other in bits {
            for times in [1, 2, 700] {
                route(&format!("{bit}{other}").repeat(times), &facts);
                route(&format!("ls {}", format!("{bit}{other}").repeat(times)), &facts);
            }
        }
        route(&bit.repeat(1 << 18), &facts);
    }
}

const JSON: Format = Format { json: true, explain: false };

#[test]
fn a_batch_answers_line_by_line() {
    let mut output = Vec::new();
    route_command(None, JSON, &b"\"cd /\"\n\"what is that?\"\n\"aweh\"\n"[..], &mut output).unwrap();
    assert_eq!(output, b"{\"route\":\"bash\"}\n{\"route\":\"ask\"}\n{\"route\":\"control\"}\n");
    let error = route_command(None, JSON, &b"\"cd /\"\nnot json\n"[..], Vec::new()).unwrap_err();
    assert!(error.to_string().starts_with("line 2: "), "{error}");
    assert_eq!(error.exit_code(), 2);
}
