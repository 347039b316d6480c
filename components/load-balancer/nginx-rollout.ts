import { generationPort } from "./nginx-config.ts";

/** Seconds until every worker must answer with a new configuration; after them the former one is put back. */
export const liveSeconds = 8;

/** Seconds the former configuration is given to answer again. */
const backSeconds = 3;

/** Questions asked at once; which worker answers one is the kernel's choice. */
const questions = 32;

/**
 * `ask_probe`: prints what workers answer, one line each. One process asks, as a start costs more than many questions.
 * For a container whose loopback is not the host's, define it anew.
 */
export const askProbe = `# shellcheck disable=SC2016 # it is bash that expands them
ask_probe() {
  timeout 3 bash -c 'for each in {1..${questions}}; do read -r line </dev/tcp/127.0.0.1/${generationPort} || break; printf "%s\\n" "$line"; done' 2>/dev/null 9>&- || true
}`;

/**
 * Shell functions that replace a running nginx's configuration without ever breaking it:
 *
 * - `roll_out WANTED`: makes nginx run the file WANTED, or leaves it running what it ran and fails with nginx's words.
 *   Says `changed: ...` or `unchanged: ...`. With `$renewed` set to `yes` nginx is reloaded even for the same bytes, as
 *   files it refers to are new.
 * - `live FORMER`: waits until every worker answers with `$generation`, none of them one of the ids FORMER.
 *
 * In the middle of it the former configuration is `$conf.former`, and the wanted one `$conf.placing` until it is checked.
 * They judge by what answers, never by an exit status: with a busy port the check and the reload both return 0 and the
 * old configuration goes on for ever. They read `$conf` (path of the configuration), `$generation` (of the wanted one),
 * and whoever uses them defines, besides `ask_probe`:
 *
 * - `check_file PATH`: has nginx check a configuration; nginx's words may go to either output.
 * - `activate`: makes nginx read `$conf`: a reload, or a start. What it returns does not count.
 * - `worker_pids`: one id per line, as nginx itself sees them, without those that are shutting down.
 * - `mark_words`, `nginx_words`: print what nginx logs from the first to the second.
 * - `take_back`: what else has to be as it was when the former configuration comes back.
 */
export const rollout = `# Prints the ids of workers that say they run a generation.
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
# Nginx's own words, without times and process ids.
emergencies() { sed -n 's/.*\\[emerg\\] \\([0-9]*#[0-9]*: \\)\\{0,1\\}//p' | sort -u | head -n 3; }
# The one to go back to is the one that runs, which an earlier run may have remembered before it was killed.
remember_former() {
  now=$(generation_in "$conf" 2>/dev/null || true)
  if [ -e "$former" ] && [ -z "\${now:+$(answering "$now")}" ]; then return 0; fi
  if check_file "$conf" >/dev/null 2>&1; then
    rm -f "$former"; ln "$conf" "$former" || { rm -f "$conf.placing"; take_back; fail 30 "$former cannot be written: $(df -h "$(dirname "$conf")" | tail -n 1)"; }
  fi
}
# Says whether the former configuration serves again.
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
  # A second name of the same file, beside it: it takes no room, and its way back is one rename.
  former=$conf.former
  within ${liveSeconds}
  if cmp -s "$1" "$conf" && [ "\${renewed-no}" = no ] && [ -n "$(answering "$generation")" ] && live ""; then
    rm -f "$former"
    say "unchanged: nginx runs this configuration"
    return 0
  fi
  install -m 0644 "$1" "$conf.placing" && sync "$conf.placing" || { rm -f "$conf.placing"; take_back; fail 30 "$conf cannot be written: $(df -h "$(dirname "$conf")" | tail -n 1)"; }
  check_file "$conf.placing" >"$work/words" 2>&1 || { rm -f "$conf.placing"; take_back; fail 30 "nginx refuses the new configuration, the old one goes on: $(emergencies <"$work/words" | grep . || cat "$work/words")"; }
  remember_former
  before=" $(worker_pids | tr '\\n' ' ')"
  within ${liveSeconds}
  mark_words
  mv -f "$conf.placing" "$conf"
  activate >"$work/words" 2>&1 || true
  if live "$before"; then
    rm -f "$former"
    say "changed: nginx runs the new configuration"
    return 0
  fi
  words=$(nginx_words | cat "$work/words" - | emergencies)
  [ -n "$words" ] || [ -z "$silent" ] || words="nothing, but its worker $silent does not answer"
  [ -n "$words" ] || words="nothing, and it has no workers"
  if go_back; then
    fail 40 "the new configuration did not come alive within ${liveSeconds} s; the former one is back. nginx says: $words"
  fi
  fail 40 "the configuration does not come alive within ${liveSeconds} s, and nginx runs no former one. nginx says: $words"
}`;
