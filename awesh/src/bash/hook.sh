# What bash does at awesh's prompt. bash reads this file as its first PROMPT_COMMAND (spawn.rs fills in the
# words between @ signs), so it runs at top level: what a user's start-up file declares is global.
#
# Names: the functions, but for `awesh`, and one associative array begin with __awesh. Its elements: ps1 and ps2, the
# user's own while bash has ours; given, his PS1 as a command has it, and unhooked, what may stand in that; ps0_end,
# our part of PS0: one of ps0_begin, which reads the FIFO begin, and ps0_fork; call and slot, our command in
# PROMPT_COMMAND and its index there (0: behind the user's own in one string); status, pipestatus and last, the user's
# $?, PIPESTATUS and $_; jobs and disabled, what was so at the last prompt; kind, id, first and second, the present
# request. An element that is never set hides what is expanded in its subscript for a side effect alone. The array
# __awesh_message has the fields that bash sends as soon as it waits.
# Functions are defined before any file of the user's is read, so no alias of his is in them; builtins are
# called by that name because a function may hide them. (`builtin local` splits what is not in quotes.)

# Older ones cannot do what follows: the user gets that bash without awesh. Read before anything they cannot parse.
if ((BASH_VERSINFO[0] < 4 || BASH_VERSINFO[0] == 4 && BASH_VERSINFO[1] < 4)); then
  builtin printf '%s\n' "awesh: warning: this bash is $BASH_VERSION, and awesh needs 4.4 or later" \
    'awesh: hint: this is plain bash now; put a newer one first in PATH' >&2
  builtin unset PROMPT_COMMAND
  @RESTORE@
  builtin exec -a @NAME@ @BASH@
fi

# At the prompt. $1 is the status of the last command, $2 its last argument, the rest its PIPESTATUS. Succeeds
# always, or errexit would end the shell; bash itself keeps $? as it was.
__awesh_prompt() {
  [[ ${__awesh[installed]-} ]] || { __awesh_install; return 0; }
  builtin local - || return 0
  builtin local __awesh_flags="$-"
  builtin set +efnuvxET
  [[ ! -s @DIR@/disabled ]] || >|@DIR@/disabled
  builtin enable -n 1<>@DIR@/disabled
  [[ ! -s @DIR@/disabled ]] || __awesh_enable
  builtin local REPLY FUNCNEST=0
  builtin local IFS=$' \t\n'
  builtin local -a __awesh_message
  # A FIFO that nobody else has open would be waited for, for ever where the user has SIGHUP ignored.
  { [[ -p @DIR@/up && -p @DIR@/down ]] && builtin kill -0 $PPID; } || builtin return 0
  __awesh[status]=$1
  __awesh[last]=$2
  __awesh[pipestatus]=${*:3}
  __awesh_tell_of_jobs
  __awesh_take_prompts
  __awesh_forget_requests
  builtin printf '@MARK@P\a' >/dev/tty
  __awesh_report
  __awesh_serve
  __awesh[queued]=${__awesh[id]}
  __awesh_give_prompt
  __awesh_resize ${__awesh[second]}
  # bash-preexec looks for the end of the prompt's commands; ours come after it.
  [[ ! -v __bp_preexec_interactive_mode ]] || __bp_preexec_interactive_mode=on
  [[ ! ${__awesh[disabled]-} ]] || __awesh_disable
  builtin return 0
}

# Runs a builtin and leaves what it prints in REPLY. The file is empty before it is opened to be written to: where one
# is cut off and written to at once, a disk's file system has bash wait, at its closing, until that is on the disk.
__awesh_take() {
  [[ ! -s @DIR@/kind ]] || >|@DIR@/kind
  "$@" 1<>@DIR@/kind
  builtin read -r -d '' <@DIR@/kind
}

# Has bash say which jobs have ended or stopped. It does so after PROMPT_COMMAND, which here is after the next line
# was entered, and after it has waited for a command, in PROMPT_COMMAND only where that is read from a file.
__awesh_tell_of_jobs() {
  builtin local __awesh_before="${__awesh[jobs]-}"
  __awesh_take builtin jobs -p
  __awesh[jobs]=
  if [[ $REPLY ]]; then
    __awesh[jobs]=$REPLY/
    __awesh_take builtin jobs -rp
    __awesh[jobs]+=$REPLY/
    __awesh_take builtin jobs -sp
    __awesh[jobs]+=$REPLY
    if [[ ${__awesh[jobs]} != "$REPLY/$REPLY/" && ${__awesh[jobs]} != "$__awesh_before" ]]; then
      builtin . @DIR@/subshell 2>/dev/tty
    fi
  fi
}

# Builtins that the user has disabled are enabled while bash waits.
__awesh_enable() {
  builtin enable eval
  __awesh[disabled]=$(<@DIR@/disabled)
  builtin eval "${__awesh[disabled]//enable -n/builtin enable}"
}

__awesh_disable() {
  builtin eval "${__awesh[disabled]//enable -n/builtin enable -n}"
  __awesh[disabled]=
}

# Reads away what was sent to a hook or a command that Ctrl-C ended before it could read it.
__awesh_forget_requests() {
  while builtin read -r -t 0 <@DIR@/down && builtin read -r -d '' -t 1 <@DIR@/down; do builtin :; done
}

# Puts our PS0, PS1 and PS2 in place of what the user has set meanwhile, which is kept.
__awesh_take_prompts() {
  builtin local - __awesh_ours="${__awesh[ps0_begin]}"
  [[ $__awesh_flags != *v* ]] || __awesh_ours=${__awesh[ps0_fork]}
  builtin set +efnuvxET
  builtin shopt -q promptvars || builtin shopt -s promptvars
  __awesh_take_command
  if [[ $PS0 != *"$__awesh_ours" && ${PS0@a} != *r* ]]; then
    PS0=${PS0%"${__awesh[ps0_end]-}"}$__awesh_ours
    __awesh[ps0_end]=$__awesh_ours
  fi
  # Empty it is ours still: no command has run since, as after an empty line or a syntax error.
  if [[ ${PS1@a} != *r* && $PS1 ]]; then
    __awesh[ps1]=${PS1//"${__awesh[unhooked]}"}
    PS1=
  fi
  if [[ $PS2 != "${__awesh[ps2_ours]}" && ${PS2@a} != *r* ]]; then
    __awesh[ps2]=${PS2//"${__awesh[ps2_ours]}"/"${__awesh[ps2]-}"}
    PS2=${__awesh[ps2_ours]}
  fi
}

# Makes the PS1 that the user has while his command runs. Where that may put something else in place of our command in
# PROMPT_COMMAND, or PROMPT_COMMAND is a string, the prompt itself tells that it is shown without the hook.
__awesh_give_prompt() {
  __awesh[given]=${__awesh[ps1]}
  if ((__awesh[slot] == 0)) || [[ ${__awesh[first]} == guarded ]]; then
    __awesh[given]=${__awesh[unhooked]}${__awesh[ps1]}
  fi
}

# Has bash know the size of the window, where that has changed while the line was edited; as readline does.
__awesh_resize() {
  (($# == 2)) || builtin return 0
  [[ ${LINES@a} == *r* ]] || LINES=$1
  [[ ${COLUMNS@a} == *r* ]] || COLUMNS=$2
}

# Lets the line that starts the session show no prompt, and be none of those that bash counts.
__awesh_hide_prompts() {
  builtin local -
  builtin set +efnuvxET
  [[ ${PS0@a} == *r* ]] || { __awesh[ps0]=$PS0 && PS0='${__awesh[-$((LINENO=0))]-}'; }
  [[ ${PS1@a} == *r* ]] || { __awesh[ps1]=$PS1 && PS1=; }
}

# Puts our command behind the user's own in PROMPT_COMMAND: an array since bash 5.1, where a high index
# survives his `PROMPT_COMMAND=…`, which sets index 0; before that a string.
__awesh_take_command() {
  builtin local -
  builtin set +efnuvxET
  [[ ${PROMPT_COMMAND@a} != *r* ]] || builtin return 0
  if ((__awesh[slot] > 0)); then
    __awesh_come_last
    PROMPT_COMMAND[@SLOT@]=${__awesh[call]}
  elif [[ $PROMPT_COMMAND != *"${__awesh[call]}" ]]; then
    PROMPT_COMMAND=${PROMPT_COMMAND:+$PROMPT_COMMAND$'\n'}${__awesh[call]}
  fi
}

# Moves what the user has appended to PROMPT_COMMAND in front of our command.
__awesh_come_last() {
  builtin local __awesh_at __awesh_free=0
  for __awesh_at in "${!PROMPT_COMMAND[@]}"; do
    if ((__awesh_at < @SLOT@)); then
      __awesh_free=$((__awesh_at + 1))
    elif ((__awesh_at > @SLOT@)); then
      PROMPT_COMMAND[__awesh_free++]=${PROMPT_COMMAND[__awesh_at]}
      builtin unset "PROMPT_COMMAND[$__awesh_at]"
    fi
  done
}

# The state of the session as a message. A message is a list of fields, none of them empty, an empty one, and one
# more that means nothing: each ends with a NUL.
__awesh_report() {
  builtin local __awesh_mode=none __awesh_jobs='\j'
  builtin local -a __awesh_own
  __awesh_own=()
  if [[ -o vi ]]; then __awesh_mode=vi; elif [[ -o emacs ]]; then __awesh_mode=emacs; fi
  [[ ! ${!AWESH_@} ]] || __awesh_take_own
  __awesh_message=(P "${__awesh[status]}" ":${__awesh[pipestatus]}" ":$PWD" "$__awesh_mode" "${__awesh_jobs@P}"
    "${HISTCMD:-0}" ":${__awesh[ps2]@P}" @WATCHED@ "${__awesh_own[@]}")
}

# awesh's own variables, which hardly anybody has set, are apart: words that come to nothing took bash half the time of
# a prompt.
__awesh_take_own() {
  __awesh_own=(@OWN@)
}

# Answers requests until the shell says go. A request is four fields: kind, id, and two arguments. While it
# waits, a trap of the user's may run, and what that prints is to be seen.
__awesh_serve() {
  builtin local __awesh_since="$SECONDS" __awesh_status
  __awesh[kind]=
  while [[ ${__awesh[kind]} != go ]]; do
    __awesh_receive
    __awesh_status=$?
    __awesh_message=()
    if ((__awesh_status == 0)); then
      __awesh_since=$SECONDS
      __awesh_answer_request
    # An end of file: nobody is there to answer.
    elif ((__awesh_status == 127)) || [[ ! -p @DIR@/down ]]; then
      __awesh[kind]=go
    # TMOUT is what bash itself would wait for a line.
    elif ((${TMOUT:-0} > 0 && SECONDS - __awesh_since >= TMOUT)); then
      builtin printf '\atimed out waiting for input: auto-logout\n'
      builtin exit
    fi
  done >/dev/tty 2>&1
}

# In PS2, where no line is there to follow: serves requests in a copy of the session until one is. Not where bash is
# not to wait for a line longer than TMOUT says.
__awesh_continue() {
  builtin set +efnuvxET
  [[ ! -s @DIR@/disabled ]] || __awesh_enable
  builtin local REPLY FUNCNEST=0 IFS=$' \t\n'
  builtin local -a __awesh_message
  [[ -p @DIR@/up && -p @DIR@/down && ! ${TMOUT-} ]] || builtin return
  builtin printf '@MARK@S\a' >/dev/tty
  __awesh_serve
}

# Sends the message, if there is one, and waits for a request. From then on an interrupt may come, which leaves bash
# with $_ as it was before the command that it ends: so these have the user's own as their last argument.
# Without a name `read` takes all there is, whatever IFS says; and a name could be that of a readonly variable.
__awesh_receive() {
  builtin : "${__awesh[last]}"
  ((${#__awesh_message[@]} == 0)) || builtin printf '%s\0' "${__awesh_message[@]}" '' "${__awesh[last]}" >@DIR@/up
  builtin read -r -d '' || builtin return $(($? == 1 ? 127 : 128))
  __awesh[kind]=$REPLY && builtin read -r -d '' && __awesh[id]=$REPLY &&
    builtin read -r -d '' && __awesh[first]=$REPLY && builtin read -r -d '' && __awesh[second]=$REPLY
} <@DIR@/down

# Each of these adds the fields of its answer to the message.
__awesh_answer_request() {
  [[ ${__awesh[kind]} == go ]] || __awesh_message=(R "${__awesh[id]}")
  case ${__awesh[kind]} in
    type) __awesh_type "${__awesh[first]}" ;;
    names) __awesh_names ;;
    ps1) __awesh_ps1 ;;
    shadows) __awesh_shadows ;;
    environment) __awesh_environment ;;
    complete) __awesh_complete "${__awesh[first]}" "${__awesh[second]}" >/dev/null 2>&1 ;;
    names-of) __awesh_names_of "${__awesh[first]}" "${__awesh[second]}" 2>/dev/null ;;
    expand) __awesh_expand "${__awesh[first]}" "${__awesh[second]}" 2>/dev/null ;;
    readline) __awesh_readline 2>/dev/null ;;
    history) __awesh_history "${__awesh[first]}" 2>/dev/null ;;
    run) __awesh_run "${__awesh[first]}" "${__awesh[second]}" ;;
  esac
}

__awesh_type() {
  __awesh_take builtin type -t -- "$1"
  __awesh_message+=(":$REPLY")
}

__awesh_names() {
  __awesh_take builtin compgen -c
  __awesh_message+=(":$REPLY")
}

# The functions in one field, then the aliases, where bash goes by them. Nothing where a line means something else
# than it shows: where no comments are known, or assignments stand anywhere.
__awesh_shadows() {
  { builtin shopt -q interactive_comments && [[ $- != *k* ]]; } || builtin return 0
  builtin local __awesh_name
  __awesh_take builtin compgen -A function
  __awesh_message+=(":$REPLY")
  builtin shopt -q expand_aliases || builtin return 0
  for __awesh_name in "${!BASH_ALIASES[@]}"; do
    __awesh_message+=(":$__awesh_name=${BASH_ALIASES[$__awesh_name]}")
  done
}

# Whole, and past every file: there are secrets in it. What is left to be sent is no variable, and ends the answer.
__awesh_environment() {
  {
    builtin printf '%s\0' "${__awesh_message[@]}"
    builtin command env -0
  } >@DIR@/up 2>/dev/null
  __awesh_message=(:)
}

# The user's PS1 may show $?.
__awesh_ps1() {
  __awesh_end_with "${__awesh[status]}"
  __awesh_message+=(":${__awesh[ps1]@P}")
}

__awesh_end_with() {
  builtin return "$1"
}

# Completes. $1 is the command up to its end, $2 has a line each for COMP_POINT and COMP_CWORD, and
# one for the words, quoted. The answer: the options in force in one field, then the candidates, each behind a colon.
__awesh_complete() {
  builtin local COMP_LINE="$1" COMP_POINT COMP_CWORD COMP_TYPE=9 COMP_KEY=9 __awesh_words __awesh_options=
  builtin mapfile -t __awesh_words <<<"$2"
  COMP_POINT=${__awesh_words[0]} COMP_CWORD=${__awesh_words[1]}
  builtin local -a COMP_WORDS COMPREPLY
  builtin eval "COMP_WORDS=(${__awesh_words[*]:2}) COMPREPLY=()"
  __awesh_candidates "${COMP_WORDS[0]}" "${COMP_WORDS[COMP_CWORD]}" "${COMP_WORDS[COMP_CWORD - 1]}"
  COMPREPLY=("${COMPREPLY[@]:0:@CANDIDATES@}")
  __awesh_message+=("options:$__awesh_options" "${COMPREPLY[@]/#/:}")
}

# Finds the completion for command $1 and fills COMPREPLY for word $2, which comes after $3.
__awesh_candidates() {
  builtin local __awesh_attempt __awesh_spec __awesh_status
  if ((COMP_CWORD == 0)); then
    __awesh_command_names "$2"
    builtin return
  fi
  for __awesh_attempt in 1 2 3; do
    __awesh_spec=$(__awesh_specification "$1") || builtin break
    __awesh_status=0
    builtin eval "__awesh_generate \"\$@\" ${__awesh_spec#complete }" || __awesh_status=$?
    # 124 says that the completion was loaded only now: ask again.
    ((__awesh_status == 124)) || builtin break
  done
  [[ $__awesh_options != *plusdirs* ]] || __awesh_collect builtin compgen -d -- "$2"
  ((${#COMPREPLY[@]} == 0)) || builtin return
  if [[ ! $__awesh_spec || $__awesh_options == *default* ]]; then
    __awesh_default "$2"
  elif [[ $__awesh_options == *dirnames* ]]; then
    __awesh_options+=' filenames'
    __awesh_collect builtin compgen -d -- "$2"
  fi
}

# Adds the lines that a command prints to COMPREPLY. (A process substitution would change the user's $!.)
__awesh_collect() {
  builtin local - __awesh_lines
  __awesh_lines=$("$@")
  builtin local IFS=$'\n'
  builtin set -f
  COMPREPLY+=($__awesh_lines)
}

# The compspec of a command as `complete` prints it: by its name, its last part, its alias, or the default.
__awesh_specification() {
  builtin local text="${BASH_ALIASES[$1]-}"
  builtin complete -p -- "$1" 2>/dev/null || builtin complete -p -- "${1##*/}" 2>/dev/null ||
    { [[ $text ]] && builtin complete -p -- "${text%%[[:space:]]*}" 2>/dev/null; } ||
    { [[ $1 == awesh ]] && builtin printf 'complete -F __awesh_own_words'; } ||
    builtin complete -p -D 2>/dev/null
}

# Fills COMPREPLY. The arguments: command, word, the word before, then the options of a compspec.
__awesh_generate() {
  builtin local __awesh_command="$1" __awesh_word="$2" __awesh_before="$3" __awesh_function= __awesh_program=
  builtin local -a __awesh_actions
  __awesh_actions=()
  builtin shift 3
  while (($# > 0)); do
    case $1 in
      -F) __awesh_function=$2 ;;
      -C) __awesh_program=$2 ;;
      -o) __awesh_options+=" $2" ;;
      -[AGWXPS]) __awesh_actions+=("$1" "$2") ;;
      -D | -E | -I) builtin shift; builtin continue ;;
      -*) __awesh_actions+=("$1"); builtin shift; builtin continue ;;
      *) builtin break ;;
    esac
    builtin shift 2
  done
  COMPREPLY=()
  ((${#__awesh_actions[@]} == 0)) ||
    __awesh_collect builtin compgen "${__awesh_actions[@]}" -- "$__awesh_word"
  if [[ $__awesh_program ]]; then
    builtin export COMP_LINE COMP_POINT COMP_TYPE COMP_KEY
    __awesh_collect builtin eval "$__awesh_program \"\$__awesh_command\" \"\$__awesh_word\" \"\$__awesh_before\""
  fi
  [[ ! $__awesh_function ]] || __awesh_call "$__awesh_function" "$__awesh_command" "$__awesh_word" "$__awesh_before"
}

# Calls a completion function. `compopt` works only inside readline's own completion, so for this call it
# notes the options where we read them.
__awesh_call() {
  builtin local __awesh_return
  compopt() {
    while (($# > 0)); do
      case $1 in
        -o) __awesh_options+=" $2"; builtin shift 2 ;;
        +o) __awesh_options=" $__awesh_options "; __awesh_options=${__awesh_options// $2 / }; builtin shift 2 ;;
        *) builtin shift ;;
      esac
    done
  }
  "$@"
  __awesh_return=$?
  builtin unset -f compopt
  builtin return "$__awesh_return"
}

# Completes awesh's own commands: their names, then those of contexts, which a `:` may divide into several words.
__awesh_own_words() {
  builtin local __awesh_begun="${COMP_LINE##*[[:space:]]}"
  case $COMP_CWORD/${COMP_WORDS[1]} in
    1/*) __awesh_collect builtin compgen -W '@COMMANDS@' -- "$2" ;;
    */use | */tree | */compare)
      __awesh_collect @EXE@ use --names "$__awesh_begun"
      COMPREPLY=("${COMPREPLY[@]#"${__awesh_begun%"$2"}"}")
      ;;
  esac
}

# Names that can stand where a command is due.
__awesh_command_names() {
  if [[ $1 == */* || $1 == '~'* || $1 == '$'* ]]; then
    __awesh_default "$1"
  else
    __awesh_collect builtin compgen -c -- "$1"
    ! builtin shopt -q autocd || __awesh_collect builtin compgen -d -- "$1"
  fi
}

# What readline completes where nothing else is said: variables, users, files.
__awesh_default() {
  case $1 in
    '${'*) __awesh_collect builtin compgen -v -P '${' -S '}' -- "${1#??}" ;;
    '$'*/*) __awesh_files "$1" ;;
    '$'*) __awesh_collect builtin compgen -v -P '$' -- "${1#?}" ;;
    '~'*/*) __awesh_files "$1" ;;
    '~'*) __awesh_options+=' filenames' && __awesh_collect builtin compgen -P '~' -u -- "${1#?}" ;;
    *) __awesh_files "$1" ;;
  esac
}

__awesh_files() {
  __awesh_options+=' filenames'
  __awesh_collect builtin compgen -f -- "$1"
}

# Names of one kind, whatever the command: the options first, as of a completion.
__awesh_names_of() {
  builtin local __awesh_options=
  builtin local -a COMPREPLY
  COMPREPLY=()
  case $1 in
    file) __awesh_files "$2" ;;
    *) __awesh_collect builtin compgen -A "$1" -- "$2" ;;
  esac
  __awesh_message+=("options:$__awesh_options" "${COMPREPLY[@]/#/:}")
}

# What the shell makes of a text, in a subshell that leaves nothing behind.
__awesh_expand() {
  case $1 in
    history) REPLY=$(__awesh_expand_history "$2") || builtin return 0 ;;
    tilde) REPLY=$(builtin eval "builtin printf '%s\n' $2") || builtin return 0 ;;
    glob) REPLY=$(builtin compgen -G "$2") || builtin return 0 ;;
    alias) REPLY=${2/#"${2%%[[:space:]]*}"/${BASH_ALIASES[${2%%[[:space:]]*}]-${2%%[[:space:]]*}}} ;;
  esac
  __awesh_message+=(":$REPLY")
}

# The lines that bash remembers, as `history` lists them: the last ones only, where a number is given.
__awesh_history() {
  builtin local HISTTIMEFORMAT=
  __awesh_take builtin history $1
  __awesh_message+=(":$REPLY")
}

# Prints the text with the events of the history that it names. `history -p` takes the last entry for its own line,
# and away: so there is one more of it.
__awesh_expand_history() {
  builtin local HISTTIMEFORMAT= __awesh_last
  __awesh_last=$(builtin history 1)
  __awesh_take builtin printf '%s\n' "${__awesh_last#*[0-9][ *] }"
  builtin history -r @DIR@/kind
  builtin history -p -- "$1"
}

# What the user's inputrc and `bind` have made of readline: its variables, the colours it goes by, and of each keymap
# the functions, the macros and the commands that keys are bound to.
__awesh_readline() {
  builtin local __awesh_map __awesh_list
  __awesh_take builtin bind -v
  __awesh_message+=(":$REPLY" ":$LS_COLORS")
  for __awesh_map in emacs vi-insert vi-command; do
    for __awesh_list in -p -s -X; do
      __awesh_take builtin bind -m "$__awesh_map" "$__awesh_list"
      __awesh_message+=(":$REPLY")
    done
  done
}

# Runs a command of the user's that is bound to keys (`bind -x`), with the terminal as any command has it. $1 is the
# command, $2 has the cursor's place in the first line, and then the text. It ends as a prompt begins: the terminal
# and what the session has become are told anew.
__awesh_run() {
  builtin local READLINE_POINT="${2%%$'\n'*}" READLINE_MARK=0 READLINE_LINE="${2#*$'\n'}"
  __awesh_end_with "${__awesh[status]}"
  builtin eval "$1"
  builtin printf '%s\0' "${__awesh_message[@]}" ":$READLINE_LINE" ":$READLINE_POINT" '' '' >@DIR@/up
  builtin printf '@MARK@P\a' >/dev/tty
  __awesh_report
}

# The line with all that the shell expands in it, but for the names of files. $1 is the line as words.
__awesh_expand_line() {
  builtin local -a __awesh_words
  builtin set -f
  builtin eval "__awesh_words=($1)" || builtin return 0
  READLINE_LINE="${__awesh_words[*]}"
  READLINE_POINT=${#READLINE_LINE}
}

# Has the user's editor edit the file.
__awesh_edit() {
  builtin local __awesh_editor="${VISUAL:-${EDITOR:-}}"
  [[ $__awesh_editor ]] || __awesh_editor=$(builtin type -P editor || builtin type -P emacs || builtin echo vi)
  builtin eval "$__awesh_editor \"\$1\""
}

# awesh's own commands, by the path of the executable. `awesh use` says what this shell is to do, which no child
# could do for it.
awesh() {
  if [[ ${1-} != use ]]; then
    @EXE@ "$@"
    builtin return
  fi
  builtin local __awesh_said
  __awesh_said=$(@EXE@ use --session @DIR@ "${@:2}") || builtin return
  case $__awesh_said in
    'builtin '*) builtin eval "$__awesh_said" ;;
    ?*) builtin printf '%s\n' "$__awesh_said" ;;
  esac
}

# Before a command runs, where PS0 reads no FIFO: says so and waits until the terminal is set up for it.
__awesh_begin() {
  {
    builtin set +x
    builtin enable builtin printf read
    builtin printf 'C\0\0\0' >@DIR@/up && builtin read -r -d '' <@DIR@/down
  } 2>/dev/null
}

# In PS1, where bash shows it without having run the hook: says so, and waits until the keys typed ahead are out of
# the terminal's queue.
__awesh_unhooked() {
  builtin set +x
  builtin enable builtin printf read
  [[ -p @DIR@/down ]] && builtin printf '@MARK@U\a' >/dev/tty && builtin read -r -d '' <@DIR@/down
}

# Typed by the shell where a `set -o vi` or `set -o emacs` of the user's made bash read through readline, or his
# PROMPT_COMMAND has taken the hook's place: takes that back, and what the line itself left behind. $1 is $_ as it
# was, and is so again.
__awesh_reset() {
  builtin local __awesh_status="$?"
  {
    builtin set +o vi +o emacs
    __awesh_take_command
    [[ $(HISTTIMEFORMAT= builtin history 1) != *__awesh_reset* ]] || builtin history -d -1
  } 2>/dev/null
  builtin return "$__awesh_status"
}

# Typed by the shell when the user's terminal is gone.
__awesh_hang_up() {
  {
    [[ $(HISTTIMEFORMAT= builtin history 1) != *__awesh_hang_up* ]] || builtin history -d -1
  } 2>/dev/null
  builtin kill -HUP $$
}

# Typed by the shell as its first line: what bash does between its start-up files and its first prompt.
# PIPESTATUS is made anew because a PROMPT_COMMAND before any command leaves it without a value for ever.
__awesh_start() {
  builtin local -
  {
    builtin set +efnuvxET
    builtin unset PIPESTATUS
    [[ ${PS0@a} == *r* ]] || PS0=${__awesh[ps0]}
    [[ ${PS1@a} == *r* ]] || PS1=${__awesh[ps1]}
    builtin unset '__awesh[ps0]'
    if [[ -o history ]]; then
      [[ -v HISTSIZE ]] || HISTSIZE=500
      [[ -v HISTFILESIZE ]] || HISTFILESIZE=$HISTSIZE
      builtin history -c
      [[ ! ${HISTFILE-} ]] || builtin history -r
    fi
    if [[ ${__awesh[forgetful]-} ]]; then
      builtin history -d -1
      builtin set +o history
    fi
    builtin unset -f __awesh_start __awesh_hide_prompts
  } 2>/dev/null
  builtin return 0
}

# The start-up files are done. Without its FIFOs the session is plain bash. It waits until the keys typed ahead are
# out of the terminal's queue, where bash would read them in place of the line that starts the session. Ctrl-C, which
# may be on its way for a start-up file, comes too late from here on.
__awesh_install() {
  builtin local __awesh_mode=emacs __awesh_trap REPLY
  __awesh_take builtin trap -p INT || builtin :
  __awesh_trap=$REPLY
  builtin trap '' INT
  [[ ! -o vi ]] || __awesh_mode=vi
  builtin set +o vi +o emacs
  [[ -p @DIR@/up && -p @DIR@/down ]] || builtin return 0
  __awesh[installed]=yes
  builtin printf 'H\0%s\0\0\0' "$__awesh_mode" >@DIR@/up
  # bash turns it on again behind PROMPT_COMMAND.
  [[ -o history ]] || __awesh[forgetful]=yes
  __awesh_take_command
  __awesh_hide_prompts
  builtin printf '@MARK@P\a' >/dev/tty
  builtin read -r -d '' <@DIR@/down || builtin :
  builtin trap - INT
  builtin eval "${__awesh_trap:+builtin $__awesh_trap}"
}

builtin declare -A __awesh
__awesh[call]='@CALL@'
__awesh[unhooked]='${__awesh[slot]+$({ __awesh_unhooked; } >/dev/null 2>&1)}'
__awesh[queued]=0
__awesh[ps2_ours]='${__awesh[read$((__awesh[queued] > 0 && __awesh[queued]--))]-$( (__awesh_continue) >/dev/null 2>&1)}'
__awesh[ps2_ours]+=$'@MARK@2\a'
__awesh[read1]=
__awesh[begin]=@DIR@/@BEGIN@
__awesh[ps0_begin]='@PS0@'
__awesh[ps0_fork]='@PS0_BY_FORK@'
# Before 5.2 bash forks to read a file anyway; and where it reads one itself, `set -v` has it print its name.
((BASH_VERSINFO[0] > 5 || BASH_VERSINFO[0] == 5 && BASH_VERSINFO[1] > 1)) || __awesh[ps0_begin]=${__awesh[ps0_fork]}
__awesh[slot]=@SLOT@
((BASH_VERSINFO[0] > 5 || BASH_VERSINFO[0] == 5 && BASH_VERSINFO[1] > 0)) || __awesh[slot]=0
builtin unset PROMPT_COMMAND
@RESTORE@
# Where the user ends a start-up file with Ctrl-C, this installs the hook. A string of the user's would take it in.
((__awesh[slot] == 0)) || PROMPT_COMMAND[@SLOT@]=${__awesh[call]}
[[ ! -p @DIR@/up ]] || builtin printf 'B\0\0\0' >@DIR@/up
builtin set -o emacs
@STARTUP@
{ __awesh_install; } >/dev/null 2>&1
