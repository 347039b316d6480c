import { closePorts, openPorts } from "../host/firewall-ports.ts";
import { packageManager } from "../host/package-manager.ts";
import { allowInSelinux, forgetInSelinux } from "../host/selinux.ts";
import { hereDocument } from "../host/shell.ts";
import {
  generationPort,
  generationScript,
  generationScriptPath,
  renderHaproxyConfig,
  type HaproxyConfigArgs,
} from "./haproxy-config.ts";
import { haproxyRollout } from "./haproxy-rollout.ts";
import { clientPorts } from "./listener.ts";
import { refuseSelfConnections } from "./self-connection-script.ts";

export interface HaproxyScriptArgs extends HaproxyConfigArgs {
  /** Address that moves between the load balancer's hosts, if any. */
  readonly floatingAddress?: string | undefined;
}

/** Installs HAProxy if it is missing, and rolls out a configuration without interrupting a running one. */
export function renderHaproxyScript(args: HaproxyScriptArgs): string {
  const ports = clientPorts(args.listeners);
  const { listeners, floatingAddress } = args;
  return [
    packageManager,
    checkSystem,
    checkPorts([...ports, generationPort]),
    refuseSelfConnections({ listeners, ports: [...ports, generationPort], floatingAddress }),
    registerUndo,
    install,
    // Allows it to listen on and connect to any port: https://github.com/fedora-selinux/selinux-policy (rhcs.te).
    allowInSelinux({ portType: "http_port_t", ports: [], booleans: ["haproxy_connect_any"] }),
    openPorts(ports),
    `place ${generationScriptPath} 0644 ${hereDocument(generationScript, "LUA")}
wanted=$work/haproxy.cfg
cat >"$wanted" ${hereDocument(renderHaproxyConfig(args).text, "HAPROXY")}
conf=/etc/haproxy/haproxy.cfg`,
    haproxyRollout,
    `roll_out "$wanted"
sha256sum "$conf" | cut -d ' ' -f 1
`,
  ]
    .filter((part) => part !== "")
    .join("\n");
}

const checkSystem = `[ -n "$system" ] || fail 10 "this machine runs $system_name; HAProxy can only be installed on Debian, Ubuntu, the RHEL family and SUSE. Use one of these systems for the load balancer, or kind: external"`;

/** Runs before anything changes: with one port in use, HAProxy binds none of them. */
function checkPorts(ports: readonly number[]): string {
  return `if command -v ss >/dev/null; then
  for port in ${ports.join(" ")}; do
    holder=$(ss -Hltnp "sport = :$port" | grep -v '"haproxy"' | head -n 1)
    [ -n "$holder" ] || continue
    holder=$(printf %s "$holder" | sed -n 's/.*users:(("\\([^"]*\\)",pid=\\([0-9]*\\).*/\\1 (pid \\2)/p')
    case "$holder$(undo_of nginx)$(undo_of nginx-container)" in
      nginx*/*) fail 10 "port $port is in use by the nginx that this stack installed. Remove it first: kind: external, then pulumi up, then kind: haproxy" ;;
    esac
    fail 10 "port $port is in use on this machine by $holder. Stop it, or choose another host for the load balancer"
  done
fi`;
}

/** Removes packages only if this program installed them; restores and activates a previous configuration. */
const registerUndo = `register_undo <<'UNDO'
${packageManager}
${closePorts}
${forgetInSelinux}
rm -f /etc/haproxy/haproxy.cfg.placing /etc/haproxy/haproxy.cfg.former ${generationScriptPath}
give_back /etc/haproxy/haproxy.cfg
if [ -s "$facts/packages" ]; then
  if command -v haproxy >/dev/null; then systemctl stop haproxy 9>&- || true; fi
  # shellcheck disable=SC2046 # one word per package
  remove_packages $(cat "$facts/packages")
  # rpm keeps a changed configuration under this name.
  rm -f /etc/haproxy/haproxy.cfg.rpmsave
  # The package's removal script needs deluser, which may already be removed.
  [ ! -e "$facts/no-user" ] || ! getent passwd haproxy >/dev/null || userdel haproxy
fi
if command -v haproxy >/dev/null; then
  [ ! -e "$facts/was-disabled" ] || systemctl -q disable haproxy 9>&-
  if [ -e "$facts/was-stopped" ]; then
    systemctl stop haproxy 9>&-
  else
    ! systemctl is-failed -q haproxy || systemctl reset-failed haproxy 9>&-
    systemctl reload haproxy 9>&- || systemctl restart haproxy 9>&- || say "HAProxy does not accept its previous configuration; it is in /etc/haproxy/haproxy.cfg"
  fi
fi
UNDO`;

const install = `if [ ! -e "$facts/packages" ] && installed haproxy; then
  keep /etc/haproxy/haproxy.cfg
  note_service haproxy || true
fi
if ! installed haproxy; then
  say "installing HAProxy"
  mend_packages
  refresh_packages
  [ -e "$facts/packages" ] || getent passwd haproxy >/dev/null || : >"$facts/no-user"
  add_ours haproxy
fi
systemctl -q is-enabled haproxy || systemctl -q enable haproxy 9>&-`;
