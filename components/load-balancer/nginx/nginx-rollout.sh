# The functions of rollout.sh for nginx. Success is what its workers report on the probe's port: with a port in use, the
# check and the reload both return 0, and nginx keeps the old configuration.
#
# roll_out_nginx WANTED: activates the configuration file WANTED, or restores the previous one and fails.
# generation_in FILE: prints the generation of a configuration, or nothing.
# within SECONDS: sets the deadline of nginx_live. PREFIX_activate may call it with 0, so that nobody waits for workers
#   that cannot appear.
#
# Reads `conf`; `generation`, a hash of the new configuration, which the workers report; and `renewed`: if it is yes,
# nginx reloads even an unchanged configuration, because files it refers to have changed. `nginx` is the prefix of the
# functions that know where nginx runs:
#
# - PREFIX_check PATH: runs `nginx -t` on a configuration; its messages may go to stdout or stderr.
# - PREFIX_activate: reloads or starts nginx with `$conf`. Its exit status is ignored.
# - PREFIX_workers: prints the PIDs of nginx's workers, one per line, without those that are shutting down.
# - PREFIX_ask_probe: prints answers of workers, one per line: `generation GENERATION worker PID`.
# - PREFIX_mark_log, PREFIX_log: the second prints what nginx logged since the first.
#
# needs: roll_out take_back_certificates

roll_out_nginx() {
  balancer=nginx program=nginx
  roll_out "$1"
}

generation_in() { sed -n 's/.*"generation \([0-9a-f]*\) worker .*/\1/p' "$1" | head -n 1; }

within() { deadline=$(($(date +%s) + $1)); }

# answering GENERATION: prints the PIDs of the workers that report it.
answering() { "${nginx}_ask_probe" | sed -n "s/^generation $1 worker \([0-9][0-9]*\)$/\1/p" | sort -u; }

# Waits until every worker reports `$generation` and none of them is one of the given PIDs. Otherwise sets `silent` to
# one that does not.
all_answer() {
  answered=" "
  while :; do
    for one in $(answering "$generation"); do answered="$answered$one "; done
    workers=$("${nginx}_workers") silent=
    for one in $workers; do
      case "$1" in *" $one "*) silent=$one ;; esac
      case "$answered" in *" $one "*) ;; *) silent=$one ;; esac
    done
    [ -z "$workers" ] || [ -n "$silent" ] || return 0
    [ "$(date +%s)" -lt "$deadline" ] || return 1
    sleep 0.1
  done
}

nginx_check() { "${nginx}_check" "$1"; }

# The [emerg] messages, without times and PIDs.
nginx_errors() { sed -n 's/.*\[emerg\] \([0-9]*#[0-9]*: \)\{0,1\}//p' | sort -u | head -n 3; }

nginx_serves() {
  [ "${renewed-no}" = no ] && [ -n "$(answering "$generation")" ] || return 1
  within "$live_seconds"
  all_answer ""
}

# A configuration that nginx accepts; if a killed run has left the former one, only one that nginx runs.
nginx_restorable() {
  now=$(generation_in "$conf" 2>/dev/null || true)
  if [ -e "$conf.former" ] && [ -z "${now:+$(answering "$now")}" ]; then return 1; fi
  "${nginx}_check" "$conf" >/dev/null 2>&1
}

nginx_begin() {
  before=" $("${nginx}_workers" | tr '\n' ' ')"
  within "$live_seconds"
  "${nginx}_mark_log"
}

nginx_activate() { "${nginx}_activate"; }

nginx_live() {
  all_answer "$before" && return 0
  fault="the new configuration did not take effect within $live_seconds s" remedy=
  if [ -n "$silent" ]; then
    silence="no error, but its worker $silent does not answer"
  else
    silence="no error, and it has no workers"
  fi
  return 1
}

nginx_log() { "${nginx}_log"; }

nginx_take_back() { take_back_certificates; }

nginx_restore() {
  outcome="no previous one could be restored"
  [ "$restored" = yes ] || return 0
  "${nginx}_activate" >/dev/null 2>&1 || true
  generation=$(generation_in "$conf")
  if [ -n "$generation" ]; then
    within "$back_seconds"
    all_answer "" || return 0
  fi
  outcome="the previous one is restored"
}

nginx_done() { :; }
