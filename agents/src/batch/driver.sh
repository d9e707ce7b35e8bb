# Runs commands one after the other, each in a shell and a session of its own; frames.rs reads what this writes.
# 3: words from there, whose end is the end of all; 4, 5: stdout and stderr to there; 6: what becomes known of a
# command. Names begin with _ so that no exported variable of the user's gets another value.
_main() {
  exec 3<&0 </dev/null 4>&1 5>&2 2>/dev/null
  _over=
  trap _over=1 HUP USR1
  _shell=$(command -v bash || command -v sh)
  _own=$(command -v setsid) || set -m
  # A bash that sshd starts reads ~/.bashrc; the login shell did so already, and what it prints is nobody's output.
  [ "${SHLVL:-0}" -ge 1 ] || SHLVL=1
  export SHLVL
  echo "$_mark b" >&4
  echo "$_mark b" >&5
  _commands
  echo "$_mark z" >&4
  echo "$_mark z" >&5
}

# NUMBER LINE
_run() {
  [ -z "$_over" ] || return
  [ -z "$_in_step" ] || [ "$1" = 0 ] || _go "$1" || { _over=1; return; }
  _clock; _began=$_up
  echo "$_mark s $1" >&4
  echo "$_mark s $1" >&5
  _told=$(
    exec 6>&1
    { { _watched "$1" "$2" 8>&1 >&7 | _copied err 5 7>&-; } 7>&1 | _copied out 4; }
  )
  _clock
  _status=255 _out=- _err=-
  for _part in $_told; do
    case $_part in status=*|out=*|err=*) eval "_$_part";; esac
  done
  echo "$_mark x $1 $_out $_status $_began $_up" >&4
  echo "$_mark x $1 $_err" >&5
  [ -z "$_fail_fast" ] || [ "$_status" = 0 ] || _over=1
}

# Waits for the word to go on; false if it is not to.
_go() {
  while read -r _word _number <&3; do
    case "$_word $_number" in "go $1") return 0;; "stop ") return 1;; esac
  done
  return 1
}

# Centiseconds are enough, and cost no process.
_clock() { _up=-; read -r _up _rest </proc/uptime; }

# Copies as it comes, and counts. dd says: 1+1 records in, 1+1 records out, 70000 bytes …
_copied() {
  _name=$1 _to=$2
  set -- $(LC_ALL=C dd bs=65536 2>&1 >&$_to 4>&- 5>&-)
  case $8 in bytes*) echo "$_name=$7" >&6;; esac
}

# 7, 8: stdout and stderr of the command. Of a group that is told to end, what does not is killed.
_watched() {
  $_own "$_shell" -c "$2" </dev/null >&7 2>&8 3<&- 4>&- 5>&- 6>&- 7>&- 8>&- &
  _group=$!
  (
    while read -r _word _number <&3; do
      case "$_word $_number" in
        "stop ") kill -USR1 $$;;
        "end $1") _word=gone; break;;
      esac
    done
    trap '' TERM
    [ "$_word" = gone ] || kill -HUP $$
    kill -TERM -$_group || kill -TERM $_group
    for _second in 1 2; do sleep 1; kill -0 -$_group || exit; done
    kill -KILL -$_group
  ) </dev/null >/dev/null 2>&1 4>&- 5>&- 6>&- 7>&- 8>&- &
  _watcher=$!
  wait $_group
  echo "status=$?" >&6
  kill $_watcher
}
