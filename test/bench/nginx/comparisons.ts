/**
 * The baselines that the product's configuration is compared with: the same text with one stated edit, and no other
 * change. Each edit throws when the template no longer has the text that it changes.
 */
export type Edit = (template: string) => string;

/** One worker, so that a measurement on one processor measures one worker. */
export const oneWorker: Edit = replaceOnce("one worker", /worker_processes +auto;/, "worker_processes 1;");

/** The map of nginx's own websocket page: every plain request closes its upstream connection. */
export const usualMap: Edit = replaceOnce(
  "the usual websocket map",
  /(map \$http_upgrade [^}]*?\n\s*)(''|"")(\s+)(''|"");/,
  "$1''$3close;",
);

/** Answers directly instead of asking an upstream: the most that a worker can do over TLS. */
export const answersItself: Edit = replaceAll(
  "answering by itself",
  /^(\s*)proxy_pass http:[^;]*;/gm,
  `$1return 200 "${"0123456789abcdef".repeat(8)}";`,
);

/** For clients that support TLS 1.2 at most. */
export const olderTls: Edit = replaceOnce("TLS 1.2 only", /ssl_protocols TLSv1\.2 TLSv1\.3;/, "ssl_protocols TLSv1.2;");

/** nginx's default detection of a dead upstream: sixty seconds, each worker separately, one upstream after another. */
export const nginxDefaults: Edit = (template) => {
  const without = replaceAll(
    "nginx's defaults",
    /^\s*(zone|least_conn|proxy_connect_timeout|proxy_next_upstream\w*|proxy_socket_keepalive)\b[^;]*;\n/gm,
    "",
  )(template);
  return replaceAll("nginx's defaults", / max_fails=\d+ fail_timeout=\w+/g, "")(without);
};

function replaceOnce(name: string, pattern: RegExp, by: string): Edit {
  return (template) => {
    const count = [...template.matchAll(new RegExp(pattern, "g"))].length;
    if (count !== 1) throw new Error(`${name}: ${pattern} is ${count} times in the configuration, not once`);
    return template.replace(pattern, by);
  };
}

function replaceAll(name: string, pattern: RegExp, by: string): Edit {
  return (template) => {
    const edited = template.replace(pattern, by);
    if (edited === template) throw new Error(`${name}: ${pattern} is not in the configuration`);
    return edited;
  };
}
