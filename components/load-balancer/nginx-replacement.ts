import { containers, specificationLabel } from "./nginx-container-spec.ts";

const { serving } = containers;

/**
 * The functions that `rollout` requires, for a container that is replaced if its image or its specification changes,
 * and reloaded otherwise. Requires `replace`, which sets `replacement` to `placed` or `failed`; `put_former_back`,
 * which sets it to `none`; `reload`, `serving_workers` and `serving_words`.
 */
export const replacementHooks = `replacement=none
if [ "$(about ${serving} '{{index .Config.Labels "${specificationLabel}"}}')" != "$(specification)" ]; then replacement=due renewed=yes; fi
check_file() {
  checked_by=$image
  # The active configuration is checked by the image that runs it.
  if [ "$1" = "$conf" ] && there ${serving}; then checked_by=$(about ${serving} '{{.Image}}'); fi
  nginx_in "$checked_by" -t -q -c "/etc/nginx/\${1##*/}"
}
# Skips the workers of a container that is being replaced.
worker_pids() { case $replacement in due | failed) ;; *) serving_workers ;; esac; }
nginx_log() {
  cat "$work/next-output" 2>/dev/null || true
  serving_words
}
activate() {
  case $replacement in
    due) replace ;;
    failed) replacement=none ;;
    placed) put_former_back ;;
    none) reload ;;
  esac
}`;

/** The same for a container that is only reloaded. Requires the last three of these functions. */
export const reloadOnlyHooks = `check_file() { docker exec ${serving} nginx -t -q -c "/etc/nginx/\${1##*/}"; }
worker_pids() { serving_workers; }
nginx_log() { serving_words; }
activate() { reload; }`;
