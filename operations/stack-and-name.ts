import { parseArgs } from "node:util";
import { UserError } from "./command-line.ts";

/** Words of a command that takes a stack, perhaps a name, and `--yes`. @throws with the usage when they do not fit */
export function readStackAndName(usage: string): {
  readonly stack: string;
  readonly name: string | undefined;
  readonly yes: boolean;
} {
  try {
    const { positionals, values } = parseArgs({ options: { yes: { type: "boolean" } }, allowPositionals: true });
    const [stack, name, ...more] = positionals;
    if (stack === undefined || more.length > 0) throw new Error("that many words are not expected");
    return { stack, name, yes: values.yes ?? false };
  } catch (error) {
    throw new UserError(`${(error as Error).message}\nusage: ${usage}`, { cause: error });
  }
}
