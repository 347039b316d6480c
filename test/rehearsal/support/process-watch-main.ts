// A process started by a test: reads, again and again, the arguments and the environment of every process on
// this machine, or the content of the files in the given folder, until its input names what to search for, and ends.
import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { givenAway } from "./canaries.ts";

const interval = 50;
const [folder] = process.argv.slice(2);

interface Sight {
  readonly where: string;
  readonly text: string;
}
const seen = new Map<string, Sight>();
let rounds = 0;

function lookAtProcesses(): void {
  for (const pid of namesIn("/proc").filter((name) => /^\d+$/.test(name))) {
    const argv = textOf(`/proc/${pid}/cmdline`);
    remember("argv", argv);
    for (const variable of textOf(`/proc/${pid}/environ`).split("\0")) {
      const [name = ""] = variable.split("=", 1);
      remember(`environment variable ${name} of ${argv.replaceAll("\0", " ").trim().slice(0, 300)}`, variable);
    }
  }
}

function lookAtFiles(around: string): void {
  for (const path of filesUnder(around)) remember(`file ${path} ${modeOf(path)}`, textOf(path));
}

function remember(where: string, text: string): void {
  if (text !== "") seen.set(`${where}\0${text}`, { where, text });
}

function* filesUnder(path: string): Generator<string> {
  for (const name of namesIn(path)) {
    const inside = join(path, name);
    try {
      const stats = statSync(inside);
      if (stats.isDirectory()) yield* filesUnder(inside);
      else if (stats.isFile() && stats.size < 1_000_000) yield inside;
    } catch {
      // It has already ended.
    }
  }
}

function modeOf(path: string): string {
  try {
    return [path, join(path, "..")].map((each) => (statSync(each).mode & 0o777).toString(8)).join(" in ");
  } catch {
    return "gone";
  }
}

function namesIn(path: string): string[] {
  try {
    return readdirSync(path);
  } catch {
    return [];
  }
}

function textOf(path: string): string {
  try {
    return readFileSync(path, "latin1");
  } catch {
    return "";
  }
}

const look = () => {
  if (folder === undefined) lookAtProcesses();
  else lookAtFiles(folder);
  rounds++;
  process.stdout.write("looked\n");
};
const timer = setInterval(look, interval);
look();
let input = "";
process.stdin.setEncoding("utf8").on("data", (text: string) => (input += text));
process.stdin.once("end", () => {
  clearInterval(timer);
  if (input === "") process.exit(1); // The test was killed.
  const needles = new Map(JSON.parse(input) as [string, string][]);
  const sights = [...seen.values()].flatMap(({ where, text }) =>
    givenAway(text, needles).map((secret) => ({
      // The arguments of a process may themselves be secret.
      where: where === "argv" ? `argv of ${text.split("\0")[0] ?? ""}` : where,
      secret,
    })),
  );
  process.stdout.write(JSON.stringify({ rounds, texts: seen.size, sights }), () => process.exit(0));
});
