import { generationPort } from "./haproxy-config.ts";

/** Seconds until a new worker must answer with a new configuration; after them the former one is put back. */
const liveSeconds = 8;

/** Seconds the former configuration is given to answer again. */
const backSeconds = 3;

/**
 * `roll_out WANTED`: makes HAProxy run the file WANTED, or leaves it running what it ran and fails with HAProxy's words.
 * Says `changed: ...` or `unchanged: ...`. Reads `$conf`, the path of the configuration.
 *
 * It judges by what answers, never by an exit status: a reload returns before the new worker has tried its ports, and
 * where one is busy the old worker goes on for ever. HAProxy takes all its ports or none, so that a new worker that
 * answers on one has the others too.
 */
export const haproxyRollout = `# shellcheck disable=SC2016 # it is bash that expands it
answer() { timeout 2 bash -c 'read -r line </dev/tcp/127.0.0.1/${generationPort} && printf "%s\\n" "$line"' 2>/dev/null 9>&- || true; }
generation_in() { sed -n 's/^ *setenv GENERATION \\([0-9a-f]*\\)$/\\1/p' "$1"; }
worker_of() { answer | sed -n "s/^generation $1 worker \\([0-9]*\\)$/\\1/p"; }
# An old worker may still take a connection in the moment of a reload, so one answer is not enough.
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
  # Without it systemd starts nothing that failed several times in a row.
  ! systemctl is-failed -q haproxy || systemctl reset-failed haproxy 9>&-
  if systemctl is-active -q haproxy; then systemctl reload haproxy 9>&-; else systemctl start haproxy 9>&-; fi
}
alerts() { sed -n 's/^.*\\[ALERT\\] *([0-9]*) : //p' | tail -n 3 | paste -s -d ';' -; }
# The one to go back to is the one that runs, which an earlier run may have remembered before it was killed.
remember_former() {
  now=$(generation_in "$conf")
  if [ -e "$former" ] && [ -z "\${now:+$(worker_of "$now")}" ]; then return 0; fi
  rm -f "$former"; ln "$conf" "$former" || { rm -f "$conf.placing"; fail 30 "$former cannot be written: $(df -h "$(dirname "$conf")" | tail -n 1)"; }
}
# Says whether the former configuration serves again.
go_back() {
  mv -f "$former" "$conf"
  activate >/dev/null 2>&1 || true
  now=$(generation_in "$conf")
  if [ -n "$now" ]; then live "$now" "" ${backSeconds}; else systemctl is-active -q haproxy; fi
}
roll_out() {
  # A second name of the same file, beside it: it takes no room, and its way back is one rename.
  former=$conf.former
  generation=$(generation_in "$1")
  before=$(answer | sed -n 's/.* worker //p')
  if cmp -s "$1" "$conf" && [ -n "$(worker_of "$generation")" ]; then
    rm -f "$former"
    say "unchanged: HAProxy runs this configuration"
    return 0
  fi
  install -m 0644 "$1" "$conf.placing" && sync "$conf.placing" || { rm -f "$conf.placing"; fail 30 "$conf cannot be written: $(df -h "$(dirname "$conf")" | tail -n 1)"; }
  haproxy -c -f "$conf.placing" >"$work/words" 2>&1 || { rm -f "$conf.placing"; fail 30 "HAProxy refuses the new configuration, the old one goes on: $(alerts <"$work/words")"; }
  remember_former
  since=$(date +%s)
  mv -f "$conf.placing" "$conf"
  activate >"$work/words" 2>&1 || true
  if live "$generation" "$before" ${liveSeconds}; then
    rm -f "$former"
    say "changed: HAProxy runs the new configuration"
    return 0
  fi
  words=$(journalctl -q -u haproxy -o cat --since "@$since" -n 100 2>/dev/null | cat "$work/words" - | alerts)
  [ -n "$words" ] || words="nothing; does its unit use another file than $conf? systemctl cat haproxy"
  if go_back; then
    fail 40 "the new configuration did not come alive within ${liveSeconds} s; the former one is back. HAProxy says: $words"
  fi
  fail 40 "the configuration does not come alive within ${liveSeconds} s, and HAProxy runs no former one. It says: $words"
}`;
