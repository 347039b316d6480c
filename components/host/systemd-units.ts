import { hereDocument } from "./shell.ts";

/** systemd units that run a script on a host over SSH: a service, and the units that start it. */
export interface ScriptUnits<Starter extends "path" | "timer"> {
  /** Name of all of them. */
  readonly name: string;
  /** Path of the script, which is self-contained: nothing else of the stack is available when it runs. */
  readonly script: string;
  readonly startedBy: readonly Starter[];
}

/**
 * Shell that places the units, and enables and starts them. It does so at every run, because an earlier run may have
 * been killed after it placed them. Enabling units reloads them like `daemon-reload` (systemctl(1)).
 *
 * @param texts Contents of their files
 * @param message Printed if a unit changed; a shell word. @default nothing
 */
export function placeUnits<Starter extends "path" | "timer">(
  { name, startedBy }: ScriptUnits<Starter>,
  texts: Readonly<Record<"service" | Starter, string>>,
  message?: string,
): string {
  const kinds = ["service", ...startedBy] as const;
  const starters = startedBy.map((kind) => `${name}.${kind}`).join(" ");
  return `placed_units=unchanged
unit() { place "$1" 0644; [ "$placed" = unchanged ] || placed_units=changed; }
${kinds.map((kind) => `unit ${fileOf(name, kind)} ${hereDocument(texts[kind], "UNIT")}`).join("\n")}
systemctl -q enable ${starters} 9>&-
if [ "$placed_units" = changed ]; then
  systemctl restart ${starters} 9>&-${message === undefined ? "" : `\n  say ${message}`}
else
  systemctl start ${starters} 9>&-
fi`;
}

/**
 * Removes the units and the script; for undo steps too.
 *
 * @param running What happens to a run in progress. A run that waits for the lock of the removing script must end,
 *   because it would continue with files that no longer exist.
 */
export function removeUnits(
  { name, script, startedBy }: ScriptUnits<"path" | "timer">,
  running: "ends" | "goes on",
): string {
  const starters = startedBy.map((kind) => `${name}.${kind}`);
  const files = ["service", ...startedBy].map((kind) => fileOf(name, kind));
  return `if [ -e ${files[1]} ]; then
  systemctl -q disable --now ${starters.join(" ")} 9>&- || true
${running === "ends" ? `  systemctl stop ${name}.service 9>&- || true\n` : ""}  rm -f ${files.join(" ")}
  systemctl daemon-reload 9>&-
fi
rm -f ${files.join(" ")} ${script}`;
}

function fileOf(name: string, kind: string): string {
  return `/etc/systemd/system/${name}.${kind}`;
}
