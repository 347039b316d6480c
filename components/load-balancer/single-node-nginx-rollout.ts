import { singleNodeNginxFacts, singleNodeNginxDowntime } from "./single-node-nginx-downtime.ts";
import { generationPort } from "./nginx-config.ts";
import { containers } from "./nginx-container-spec.ts";
import { reloadOnlyHooks, replacementHooks } from "./nginx-replacement.ts";

const { serving, next, former } = containers;

/** Questions asked at once; which worker answers one is the kernel's choice. */
const questions = 32;

/** Ends the script where the image cannot be asked from inside, as `insideHooks` does. */
export const needShell = `docker run --rm --network none --pull never --entrypoint sh "$image" -c 'command -v bash || command -v nc' >/dev/null 2>&1 || fail 10 "the image $image has no shell with bash or nc, by which nginx is asked inside which configuration it runs. Use the official image in loadBalancer.image"`;

/**
 * What `rollout` asks of whoever uses it, for a container that stays. Its loopback is its own, and its processes may be
 * in a machine of Docker's, as on a Mac: so both are looked at from inside.
 */
export const insideHooks = `${singleNodeNginxFacts}
# shellcheck disable=SC2016 # it is the shell inside that expands them
ask_probe() {
  timeout 5 docker exec ${serving} sh -c 'if command -v bash >/dev/null; then exec bash -c "for each in {1..${questions}}; do read -r line </dev/tcp/127.0.0.1/${generationPort} || break; echo \\"\\$line\\"; done"; fi
each=0; while [ $each -lt ${questions} ]; do nc 127.0.0.1 ${generationPort} </dev/null || break; each=$((each + 1)); done' 2>/dev/null 9>&- || true
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
 * The hooks for one that is replaced where its image or its specification is another one. A published port has one
 * holder, so the old container ends before the new one, which is made and whose configuration is checked by then, is
 * started: its connections end, and for a second or two nobody answers. When the new one does not come alive the old one
 * is back.
 */
export const singleNodeNginxHooks = `${insideHooks}
${singleNodeNginxDowntime}
${replacementHooks}
# There is nothing to wait for.
refused() { sed 's/^/[emerg] /' "$work/docker-words" >"$work/next-words"; within 0; }
replace() {
  if ! create_container ${next} 2>"$work/docker-words"; then
    replacement=failed
    refused
    return 0
  fi
  ! there ${former} || docker rm -f ${former} >/dev/null
  replacement=placed
  change_over 2>"$work/docker-words" || refused
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

/** Once the new one is live. */
export const dropFormer = `end_window
! there ${former} || docker rm -f ${former} >/dev/null`;
