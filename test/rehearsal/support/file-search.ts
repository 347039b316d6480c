import { runCommand } from "../../../rehearsal/sandbox/command.ts";
import type { Needles } from "./canaries.ts";

/** Files among these files and folders that contain any of the texts. The texts are on no command line. */
export async function filesWith(needles: Needles, places: readonly string[]): Promise<string[]> {
  if (places.length === 0) return [];
  const command = ["grep", "--recursive", "--files-with-matches", "--text", "--fixed-strings", "--devices=skip"];
  const { stdout, stderr } = await runCommand([...command, "--no-messages", "--file=-", "--", ...places], {
    stdin: [...needles.keys()].join("\n"),
    env: { PATH: process.env["PATH"] ?? "", LC_ALL: "C" },
  });
  if (stderr !== "") throw new Error(`grep: ${stderr}`);
  return stdout.split("\n").filter((path) => path !== "");
}

/** Files of this machine written since another one was, in places where programs leave files. */
export async function filesSince(mark: string, places: readonly string[]): Promise<string[]> {
  const command = ["find", ...places, "-xdev", "-type", "f", "-newer", mark, "-not", "-path", "*/node_modules/*"];
  const { stdout } = await runCommand([...command, "-print"]);
  return stdout.split("\n").filter((path) => path !== "");
}
