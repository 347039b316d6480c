import { hereDocument } from "./shell.ts";

/** Units by which systemd runs a script of ours on a host over SSH: a service, and what starts it. */
export interface ScriptUnits<Starter extends "path" | "timer"> {
  /** Name of them all. */
  readonly name: string;
  /** Path of the script, which stands alone: no script of the stack is there when it runs. */
  readonly script: string;
  readonly startedBy: readonly Starter[];
}

/**
 * Shell that places the units, and has systemd take them over: at every run, as one that placed them may have been
 * killed before it came to that. Enabling units makes systemd read them again, as `daemon-reload` does (systemctl(1)).
 *
 * @param texts What their files hold
 * @param words What is said where one is another; a word for the shell. @default nothing
 */
export function placeUnits<Starter extends "path" | "timer">(
  { name, startedBy }: ScriptUnits<Starter>,
  texts: Readonly<Record<"service" | Starter, string>>,
  words?: string,
): string {
  const kinds = ["service", ...startedBy] as const;
  const starters = startedBy.map((kind) => `${name}.${kind}`).join(" ");
  return `placed_units=unchanged
unit() { place "$1" 0644; [ "$placed" = unchanged ] || placed_units=changed; }
${kinds.map((kind) => `unit ${fileOf(name, kind)} ${hereDocument(texts[kind], "UNIT")}`).join("\n")}
systemctl -q enable ${starters} 9>&-
if [ "$placed_units" = changed ]; then
  systemctl restart ${starters} 9>&-${words === undefined ? "" : `\n  say ${words}`}
else
  systemctl start ${starters} 9>&-
fi`;
}

/**
 * Removes the units and the script; for undo steps too.
 *
 * @param running What becomes of a run that has begun. One that waits for the lock of the script that removes it must
 *   end, as it would go on with what is no longer there.
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
