import { singleNodeNginxFacts, singleNodeNginxDowntime } from "./single-node-nginx-downtime.ts";
import { generationPort } from "./nginx-config.ts";
import { containers } from "./nginx-container-spec.ts";
import { reloadOnlyHooks, replacementHooks } from "./nginx-replacement.ts";

const { serving, next, former } = containers;

/** Connections per probe; the kernel chooses the worker for each of them. */
const connectionsPerProbe = 32;

/** Exits if the image has no shell for the probe in `insideHooks`. */
export const needShell = `docker run --rm --network none --pull never --entrypoint sh "$image" -c 'command -v bash || command -v nc' >/dev/null 2>&1 || fail 10 "the image $image has no shell with bash or nc, which query the active configuration of nginx inside the container. Use the official image in loadBalancer.image"`;

/**
 * The functions that `rollout` requires, for a container that is only reloaded. It has its own loopback, and its
 * processes may be in Docker's virtual machine, as on a Mac. Both are therefore inspected from inside the container.
 */
export const insideHooks = `${singleNodeNginxFacts}
# shellcheck disable=SC2016 # it is the shell inside that expands them
ask_probe() {
  timeout 5 docker exec ${serving} sh -c 'if command -v bash >/dev/null; then exec bash -c "for each in {1..${connectionsPerProbe}}; do read -r line </dev/tcp/127.0.0.1/${generationPort} || break; echo \\"\\$line\\"; done"; fi
each=0; while [ $each -lt ${connectionsPerProbe} ]; do nc 127.0.0.1 ${generationPort} </dev/null || break; each=$((each + 1)); done' 2>/dev/null 9>&- || true
}
# shellcheck disable=SC2016 # it is the shell inside that expands them
serving_workers() {
  docker exec ${serving} sh -c 'for each in /proc/[0-9]*; do
    case $(tr -d "\\000" <$each/cmdline) in
      "nginx: worker process is shutting down"*) ;;
      "nginx: worker process"*) echo \${each#/proc/} ;;
    esac
  done' 2>/dev/null 9>&- || true
}
mark_words() { marked=$(date -u +%Y-%m-%dT%H:%M:%SZ); }
serving_words() { ! there ${serving} || docker logs --since "$marked" ${serving} 2>&1; }
reload() {
  if [ -n "$(serving_workers)" ]; then
    docker exec ${serving} nginx -c /etc/nginx/nginx.conf -s reload
  else
    docker restart -t 0 ${serving}
  fi
}
${reloadOnlyHooks}`;

/**
 * The same for a container that is replaced if its image or its specification changes. Only one container can publish a
 * port, so the old one is stopped before the new one starts; the new one is already created and its configuration
 * checked. Open connections end, and requests fail for a second or two. If the new one does not serve, the old one is
 * started again.
 */
export const singleNodeNginxHooks = `${insideHooks}
${singleNodeNginxDowntime}
${replacementHooks}
# Do not wait for workers.
refused() { sed 's/^/[emerg] /' "$work/docker-output" >"$work/next-output"; within 0; }
replace() {
  if ! create_container ${next} 2>"$work/docker-output"; then
    replacement=failed
    refused
    return 0
  fi
  ! there ${former} || docker rm -f ${former} >/dev/null
  replacement=placed
  change_over 2>"$work/docker-output" || refused
  if there ${serving}; then
    docker update --restart no ${serving} >/dev/null
    docker rename ${serving} ${former}
  fi
  docker rename ${next} ${serving}
}
put_former_back() {
  replacement=none
  docker rm -f ${serving} >/dev/null
  there ${former} || return 0
  docker rename ${former} ${serving}
  docker update --restart always ${serving} >/dev/null
  docker start ${serving} >/dev/null
  end_window
}`;

/** Runs once the new container serves. */
export const dropFormer = `end_window
! there ${former} || docker rm -f ${former} >/dev/null`;
