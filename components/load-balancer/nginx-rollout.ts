import { generationPort } from "./nginx-config.ts";

/** Seconds for every worker to report the new configuration; then the previous one is restored. */
export const liveSeconds = 8;

/** Seconds for the restored configuration to be reported. */
const backSeconds = 3;

/** Connections per probe; the kernel chooses the worker for each of them. */
const connectionsPerProbe = 32;

/**
 * `ask_probe`: prints the workers' answers, one per line. One process opens all connections, as starting a process
 * costs more than a connection. Redefine it for a container that does not share the host's loopback.
 */
export const askProbe = `# shellcheck disable=SC2016 # it is bash that expands them
ask_probe() {
  timeout 3 bash -c 'for each in {1..${connectionsPerProbe}}; do read -r line </dev/tcp/127.0.0.1/${generationPort} || break; printf "%s\\n" "$line"; done' 2>/dev/null 9>&- || true
}`;

/**
 * Shell functions that replace a running nginx's configuration without interrupting it:
 *
 * - `roll_out WANTED`: activates the configuration file WANTED. If that fails, restores the previous configuration and
 *   fails with nginx's error messages. Logs `changed: ...` or `unchanged: ...`. If `$renewed` is `yes`, nginx reloads
 *   even an unchanged configuration, because files it refers to have changed.
 * - `live FORMER`: waits until every worker reports `$generation` and none of them is one of the PIDs FORMER.
 *
 * During a rollout the previous configuration is `$conf.former`, and the new one is `$conf.placing` until it is
 * checked. Success is what the workers report, not an exit status: with a port in use, the check and the reload both
 * return 0 and nginx keeps the old configuration. The functions read `$conf` (path of the configuration) and
 * `$generation` (a hash of the new one, which the workers report). Besides `ask_probe` they require:
 *
 * - `check_file PATH`: runs `nginx -t` on a configuration; messages may go to stdout or stderr.
 * - `activate`: reloads or starts nginx with `$conf`. Its exit status is ignored.
 * - `worker_pids`: prints nginx's worker PIDs, one per line, without workers that are shutting down.
 * - `mark_words`, `nginx_log`: the second prints what nginx logged since the first.
 * - `take_back`: reverts other changes when the previous configuration is restored.
 */
export const rollout = `# Prints the PIDs of workers that report a generation.
answering() { ask_probe | sed -n "s/^generation $1 worker \\([0-9][0-9]*\\)$/\\1/p" | sort -u; }
generation_in() { sed -n 's/.*"generation \\([0-9a-f]*\\) worker .*/\\1/p' "$1" | head -n 1; }
live() {
  answered=" "
  while :; do
    for one in $(answering "$generation"); do answered="$answered$one "; done
    workers=$(worker_pids) silent=
    for one in $workers; do
      case "$1" in *" $one "*) silent=$one ;; esac
      case "$answered" in *" $one "*) ;; *) silent=$one ;; esac
    done
    [ -z "$workers" ] || [ -n "$silent" ] || return 0
    [ "$(date +%s)" -lt "$deadline" ] || return 1
    sleep 0.1
  done
}
within() { deadline=$(($(date +%s) + $1)); }
# nginx's [emerg] messages, without times and PIDs.
emergencies() { sed -n 's/.*\\[emerg\\] \\([0-9]*#[0-9]*: \\)\\{0,1\\}//p' | sort -u | head -n 3; }
# Saves the configuration that runs, for a rollback. One that a killed run saved is kept while no worker runs $conf.
# A hard link needs no disk space.
remember_former() {
  now=$(generation_in "$conf" 2>/dev/null || true)
  if [ -e "$former" ] && [ -z "\${now:+$(answering "$now")}" ]; then return 0; fi
  if check_file "$conf" >/dev/null 2>&1; then
    rm -f "$former"; ln "$conf" "$former" || { rm -f "$conf.placing"; take_back; fail 30 "$former cannot be written: $(df -h "$(dirname "$conf")" | tail -n 1)"; }
  fi
}
# Succeeds if the previous configuration is active again.
go_back() {
  take_back
  [ -e "$former" ] || return 1
  mv -f "$former" "$conf"
  activate >/dev/null 2>&1 || true
  generation=$(generation_in "$conf")
  [ -z "$generation" ] && return 0
  within ${backSeconds}
  live ""
}
roll_out() {
  former=$conf.former
  within ${liveSeconds}
  if cmp -s "$1" "$conf" && [ "\${renewed-no}" = no ] && [ -n "$(answering "$generation")" ] && live ""; then
    rm -f "$former"
    say "unchanged: nginx runs this configuration"
    return 0
  fi
  install -m 0644 "$1" "$conf.placing" && sync "$conf.placing" || { rm -f "$conf.placing"; take_back; fail 30 "$conf cannot be written: $(df -h "$(dirname "$conf")" | tail -n 1)"; }
  check_file "$conf.placing" >"$work/output" 2>&1 || { rm -f "$conf.placing"; take_back; fail 30 "nginx rejects the new configuration; the previous one stays in use: $(emergencies <"$work/output" | grep . || cat "$work/output")"; }
  remember_former
  before=" $(worker_pids | tr '\\n' ' ')"
  within ${liveSeconds}
  mark_words
  mv -f "$conf.placing" "$conf"
  activate >"$work/output" 2>&1 || true
  if live "$before"; then
    rm -f "$former"
    say "changed: nginx runs the new configuration"
    return 0
  fi
  output=$(nginx_log | cat "$work/output" - | emergencies)
  [ -n "$output" ] || [ -z "$silent" ] || output="no error, but its worker $silent does not answer"
  [ -n "$output" ] || output="no error, and it has no workers"
  if go_back; then
    fail 40 "the new configuration did not take effect within ${liveSeconds} s; the previous one is restored. nginx: $output"
  fi
  fail 40 "the configuration did not take effect within ${liveSeconds} s, and no previous one could be restored. nginx: $output"
}`;
