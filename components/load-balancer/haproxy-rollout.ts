import { generationPort } from "./haproxy-config.ts";

/** Seconds for a new worker to report the new configuration; then the previous one is restored. */
const liveSeconds = 8;

/** Seconds for the restored configuration to be reported. */
const backSeconds = 3;

/**
 * `roll_out WANTED`: activates the configuration file WANTED. If that fails, restores the previous configuration and
 * fails with HAProxy's error messages. Logs `changed: ...` or `unchanged: ...`. Reads `$conf`, the path of the
 * configuration.
 *
 * Success is what HAProxy reports on its probe port, not an exit status: a reload returns before the new worker binds
 * its ports, and if one is in use the old worker keeps running. HAProxy binds all its ports or none, so a new worker
 * that answers on one port has all of them.
 */
export const haproxyRollout = `# shellcheck disable=SC2016 # it is bash that expands it
answer() { timeout 2 bash -c 'read -r line </dev/tcp/127.0.0.1/${generationPort} && printf "%s\\n" "$line"' 2>/dev/null 9>&- || true; }
generation_in() { sed -n 's/^ *setenv GENERATION \\([0-9a-f]*\\)$/\\1/p' "$1"; }
worker_of() { answer | sed -n "s/^generation $1 worker \\([0-9]*\\)$/\\1/p"; }
# During a reload an old worker may still accept a connection, so one answer is not enough.
live() {
  answers=0 deadline=$(($(date +%s) + $3))
  while [ "$(date +%s)" -lt "$deadline" ]; do
    worker=$(worker_of "$1")
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
activate() {
  # Otherwise systemd refuses to start a unit that failed several times in a row.
  ! systemctl is-failed -q haproxy || systemctl reset-failed haproxy 9>&-
  if systemctl is-active -q haproxy; then systemctl reload haproxy 9>&-; else systemctl start haproxy 9>&-; fi
}
alerts() { sed -n 's/^.*\\[ALERT\\] *([0-9]*) : //p' | tail -n 3 | paste -s -d ';' -; }
# Roll back to the configuration that runs. An earlier run may have saved it before it was killed.
remember_former() {
  now=$(generation_in "$conf")
  if [ -e "$former" ] && [ -z "\${now:+$(worker_of "$now")}" ]; then return 0; fi
  rm -f "$former"; ln "$conf" "$former" || { rm -f "$conf.placing"; fail 30 "$former cannot be written: $(df -h "$(dirname "$conf")" | tail -n 1)"; }
}
# Succeeds if the previous configuration is active again.
go_back() {
  mv -f "$former" "$conf"
  activate >/dev/null 2>&1 || true
  now=$(generation_in "$conf")
  if [ -n "$now" ]; then live "$now" "" ${backSeconds}; else systemctl is-active -q haproxy; fi
}
roll_out() {
  # A hard link to the file: it needs no disk space, and a rollback is one rename.
  former=$conf.former
  generation=$(generation_in "$1")
  before=$(answer | sed -n 's/.* worker //p')
  if cmp -s "$1" "$conf" && [ -n "$(worker_of "$generation")" ]; then
    rm -f "$former"
    say "unchanged: HAProxy runs this configuration"
    return 0
  fi
  install -m 0644 "$1" "$conf.placing" && sync "$conf.placing" || { rm -f "$conf.placing"; fail 30 "$conf cannot be written: $(df -h "$(dirname "$conf")" | tail -n 1)"; }
  haproxy -c -f "$conf.placing" >"$work/output" 2>&1 || { rm -f "$conf.placing"; fail 30 "HAProxy rejects the new configuration; the previous one stays in use: $(alerts <"$work/output")"; }
  remember_former
  since=$(date +%s)
  mv -f "$conf.placing" "$conf"
  activate >"$work/output" 2>&1 || true
  if live "$generation" "$before" ${liveSeconds}; then
    rm -f "$former"
    say "changed: HAProxy runs the new configuration"
    return 0
  fi
  output=$(journalctl -q -u haproxy -o cat --since "@$since" -n 100 2>/dev/null | cat "$work/output" - | alerts)
  [ -n "$output" ] || output="no error; does its unit use another file than $conf? systemctl cat haproxy"
  if go_back; then
    fail 40 "the new configuration did not take effect within ${liveSeconds} s; the previous one is restored. HAProxy: $output"
  fi
  fail 40 "the configuration did not take effect within ${liveSeconds} s, and no previous one could be restored. HAProxy: $output"
}`;
