import { apt } from "../host/apt.ts";
import { hereDocument } from "../host/shell.ts";
import type { Listener } from "./listener.ts";
import { debianNginx, generationPort, renderNginxConfig } from "./nginx-config.ts";

/** Seconds until a new configuration must answer; after them the old one is put back. */
const liveSeconds = 10;

/** Installs nginx where it is missing, and rolls one configuration out without ever breaking a running one. */
export function renderNginxScript(listeners: readonly Listener[]): string {
  const { text, generation } = renderNginxConfig({ listeners, ...debianNginx });
  return [
    checkSystem,
    checkPorts(listeners.map(({ port }) => port)),
    registerUndo,
    install,
    `generation=${generation}`,
    `wanted=$work/nginx.conf
cat >"$wanted" ${hereDocument(text, "NGINX")}`,
    rollOut,
    `sha256sum /etc/nginx/nginx.conf | cut -d ' ' -f 1
`,
  ].join("\n");
}

const checkSystem = `. /etc/os-release
case " $ID \${ID_LIKE-} " in
  *" debian "*) ;;
  *) fail 10 "this machine runs \${PRETTY_NAME-$ID}; nginx is installed by this release on Debian and Ubuntu only. Use one of them for the load balancer, or kind: external" ;;
esac`;

/** Asked before anything changes: a busy port lets both \`nginx -t\` and the reload return 0. */
function checkPorts(ports: readonly number[]): string {
  const wanted = [...ports, generationPort];
  return `if command -v ss >/dev/null; then
  for port in ${wanted.join(" ")}; do
    holder=$(ss -Hltnp "sport = :$port" | grep -v '"nginx"' | head -n 1)
    [ -z "$holder" ] || fail 10 "port $port is in use on this machine by $(printf %s "$holder" | sed -n 's/.*users:(("\\([^"]*\\)",pid=\\([0-9]*\\).*/\\1 (pid \\2)/p'). Stop it, or choose another host for the load balancer"
  done
fi`;
}

/** Packages are removed only if they came with us; a configuration that was there comes back, and runs again. */
const registerUndo = `register_undo <<'UNDO'
${apt}
rm -f /etc/nginx/nginx.conf.placing /var/log/nginx/connections.log
give_back /etc/nginx/nginx.conf
if [ -s "$facts/packages" ]; then
  mend_dpkg
  # A package that a power cut left half unpacked may go without being installed anew.
  # shellcheck disable=SC2046 # one word per package
  apt -o DPkg::Options::=--force-remove-reinstreq purge $(cat "$facts/packages") || fail 30 "the packages of nginx cannot be removed; apt says why above"
fi
if [ -e "$facts/no-www" ]; then
  # The package leaves its welcome page behind, even when it is purged.
  rm -f /var/www/html/index.nginx-debian.html
  rmdir --ignore-fail-on-non-empty /var/www/html /var/www 2>/dev/null || true
fi
if command -v nginx >/dev/null; then
  [ ! -e "$facts/was-disabled" ] || systemctl -q disable nginx 9>&-
  if [ -e "$facts/was-stopped" ]; then
    systemctl stop nginx 9>&-
  else
    nginx -t -q 2>&1 && { systemctl reload nginx 9>&- || systemctl restart nginx 9>&-; } || say "nginx does not take back its former configuration; it is in /etc/nginx/nginx.conf"
  fi
fi
UNDO`;

/**
 * The list of new packages is written before they are installed, so that a script killed in between leaves nothing that
 * destroy would not remove.
 */
const install = `${apt}
if [ ! -e "$facts/packages" ] && installed nginx; then
  keep /etc/nginx/nginx.conf
  if [ ! -e "$facts/was-noted" ]; then
    systemctl -q is-enabled nginx || : >"$facts/was-disabled"
    systemctl -q is-active nginx || : >"$facts/was-stopped"
    : >"$facts/was-noted"
  fi
fi
if ! installed nginx || ! installed libnginx-mod-stream; then
  say "installing nginx"
  mend_dpkg
  # shellcheck disable=SC2086 # one word per option
  waiting apt-get $apt_options update || fail 20 "apt-get update failed; its words are above. $who_locks"
  if [ ! -e "$facts/packages" ]; then
    [ -e /var/www ] || : >"$facts/no-www"
    apt-get -s --no-install-recommends install nginx libnginx-mod-stream >"$work/plan" || fail 20 "apt finds no way to install nginx; its words are above"
    sed -n 's/^Inst \\([^ ]*\\) (.*/\\1/p' "$work/plan" >"$facts/packages.new"
    sync "$facts/packages.new" && mv "$facts/packages.new" "$facts/packages"
  fi
  apt --no-install-recommends install nginx libnginx-mod-stream || fail 20 "nginx cannot be installed; apt's words are above. $who_locks"
fi
systemctl -q is-enabled nginx || systemctl -q enable nginx 9>&-`;

/**
 * Judged by what answers, never by an exit status: with a busy port the check and the reload both return 0 and the old
 * configuration goes on for ever.
 */
const rollOut = `running() { timeout 2 bash -c 'exec 3<>/dev/tcp/127.0.0.1/${generationPort} && cat <&3' 2>/dev/null 9>&- || true; }
runs_wanted() { [ "$(running)" = "generation $generation" ]; }
# Old workers answer for a moment longer, so one answer is not enough.
live() {
  answers=0 deadline=$(($(date +%s) + ${liveSeconds}))
  while [ "$(date +%s)" -lt "$deadline" ]; do
    if runs_wanted; then answers=$((answers + 1)); else answers=0; sleep 0.1; fi
    [ "$answers" -lt 10 ] || return 0
  done
  return 1
}
activate() { if systemctl is-active -q nginx; then systemctl reload nginx 9>&-; else systemctl start nginx 9>&-; fi; }
conf=/etc/nginx/nginx.conf
former=$facts/former.conf
if cmp -s "$wanted" "$conf" && runs_wanted && live; then
  rm -f "$former"
  say "unchanged: nginx runs this configuration"
else
  install -m 0644 "$wanted" "$conf.placing" && sync "$conf.placing" || fail 30 "$conf cannot be written: $(df -h /etc/nginx | tail -n 1)"
  nginx -t -q -c "$conf.placing" 2>"$work/words" || { rm -f "$conf.placing"; fail 30 "nginx refuses the new configuration, the old one goes on: $(cat "$work/words")"; }
  # A run that was killed here has put the new one there already.
  cmp -s "$wanted" "$conf" || { cp -a "$conf" "$former.new" && mv -f "$former.new" "$former"; } || fail 30 "$former cannot be written: $(df -h "$facts" | tail -n 1)"
  logged=$(wc -c 2>/dev/null </var/log/nginx/error.log || echo 0)
  mv -f "$conf.placing" "$conf"
  activate 2>"$work/words" || true
  if live; then
    rm -f "$former"
    say "changed: nginx runs the new configuration"
  else
    tail -c +$((logged + 1)) /var/log/nginx/error.log >>"$work/words" 2>/dev/null || true
    words=$(sed -n 's/.*\\[emerg\\] \\([0-9#]*: \\)\\{0,1\\}//p' "$work/words" | sort -u | head -n 3)
    if [ -e "$former" ]; then
      mv -f "$former" "$conf"
      activate 2>/dev/null || true
      fail 40 "the new configuration did not come alive within ${liveSeconds} s; the former one is back. nginx says: $words"
    fi
    fail 40 "the configuration does not come alive within ${liveSeconds} s. nginx says: $words"
  fi
fi`;
