# The functions of rollout.sh for HAProxy. Reads `conf` and `generation_port`, the loopback port on which HAProxy
# reports its configuration.
#
# roll_out_haproxy WANTED: activates the configuration file WANTED, or restores the previous one and fails.
#
# Success is what HAProxy reports on that port, not an exit status: a reload returns before the new worker binds its
# ports, and if one is in use the old worker keeps running. HAProxy binds all its ports or none, so a new worker that
# answers on one port has all of them.
#
# needs: roll_out

roll_out_haproxy() {
  balancer=haproxy program=HAProxy
  roll_out "$1"
}

# shellcheck disable=SC2016 # it is bash that expands it
haproxy_answer() { timeout 2 bash -c 'read -r line </dev/tcp/127.0.0.1/"$1" && printf "%s\n" "$line"' - "$generation_port" 2>/dev/null 9>&- || true; }

haproxy_generation() { sed -n 's/^ *setenv GENERATION \([0-9a-f]*\)$/\1/p' "$1"; }

# haproxy_worker GENERATION: prints the PID of a worker that reports this generation, or nothing.
haproxy_worker() { haproxy_answer | sed -n "s/^generation $1 worker \([0-9]*\)$/\1/p"; }

# Whether HAProxy reports the generation of a configuration file.
haproxy_reports() {
  reported=$(haproxy_generation "$1")
  [ -n "$reported" ] && [ -n "$(haproxy_worker "$reported")" ]
}

# haproxy_settles GENERATION FORMER SECONDS: waits until a worker other than FORMER reports the generation. During a
# reload an old worker may still accept a connection, so one answer is not enough.
haproxy_settles() {
  answers=0 deadline=$(($(date +%s) + $3))
  while [ "$(date +%s)" -lt "$deadline" ]; do
    worker=$(haproxy_worker "$1")
    if [ -n "$worker" ] && [ "$worker" != "$2" ]; then
      answers=$((answers + 1))
      [ "$answers" -lt 5 ] || return 0
    else
      ! systemctl is-failed -q haproxy || return 1
      answers=0
      sleep 0.1
    fi
  done
  return 1
}

haproxy_check() { haproxy -c -f "$1"; }

haproxy_errors() { sed -n 's/^.*\[ALERT\] *([0-9]*) : //p' | tail -n 3 | paste -s -d ';' -; }

haproxy_serves() { haproxy_reports "$1"; }

# Any configuration, unless a killed run has left the former one: then only one that HAProxy runs.
haproxy_restorable() { [ -e "$conf" ] && { [ ! -e "$conf.former" ] || haproxy_reports "$conf"; }; }

haproxy_begin() {
  generation=$(haproxy_generation "$1")
  former_worker=$(haproxy_answer | sed -n 's/.* worker //p')
  since=$(date +%s)
}

haproxy_activate() {
  # Otherwise systemd refuses to start a unit that failed several times in a row.
  ! systemctl is-failed -q haproxy || systemctl reset-failed haproxy 9>&-
  if systemctl is-active -q haproxy; then systemctl reload haproxy 9>&-; else systemctl start haproxy 9>&-; fi
}

haproxy_live() {
  ! haproxy_settles "$generation" "$former_worker" "$live_seconds" || return 0
  fault="the new configuration did not take effect within $live_seconds s"
  remedy=
  silence="no error; does its unit use another file than $conf? systemctl cat haproxy"
  return 1
}

haproxy_log() { journalctl -q -u haproxy -o cat --since "@$since" -n 100 2>/dev/null; }

haproxy_restore() {
  outcome="no previous one could be restored"
  [ "$restored" = yes ] || return 0
  haproxy_activate >/dev/null 2>&1 || true
  ! haproxy_is_back || outcome="the previous one is restored"
}

# A configuration that this program did not write reports no generation.
haproxy_is_back() {
  generation=$(haproxy_generation "$conf")
  if [ -n "$generation" ]; then haproxy_settles "$generation" "" "$back_seconds"; else systemctl is-active -q haproxy; fi
}

# Nothing else changes before HAProxy runs the configuration.
haproxy_take_back() { :; }

haproxy_done() { :; }
