import { createInterface } from "node:readline";
import type { Readable } from "node:stream";
import { buffer } from "node:stream/consumers";
import { Writable } from "node:stream";
import { secretCommand, secretKeys, type SecretName } from "../../components/stack-file/keys/secrets/secret-keys.ts";
import { UserError } from "../user-error.ts";

type Input = Readable & { readonly isTTY?: boolean };

export interface SecretInput {
  /** Source of the value: the whole input, or one typed line if it is a terminal. */
  readonly input: Input;
  /** Where the question is printed. */
  readonly output: Pick<Writable, "write">;
  readonly question: string;
}

/**
 * Reads the value of a stack's secret from standard input.
 *
 * @throws UserError if it has several lines, which nobody can type at the prompt
 */
export function readSecretOf(stack: string, name: SecretName): Promise<string> {
  const { stdin: input, stderr: output } = process;
  if (input.isTTY && secretKeys[name].from !== "")
    throw new UserError(`rancher:${name} has several lines, so it is read from a file: ${secretCommand(name, stack)}`);
  return readSecret({ input, output, question: `rancher:${name} (not shown): ` });
}

/**
 * Reads a secret. Removes the line break after a single line, and leaves several lines unchanged.
 *
 * @throws UserError if it is not text, or the question is answered with Ctrl-C or Ctrl-D
 */
export async function readSecret(options: SecretInput): Promise<string> {
  if (options.input.isTTY === true) return ask(options);
  const bytes = await buffer(options.input);
  let text: string;
  try {
    text = new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch (error) {
    throw new UserError("The value on standard input is not UTF-8 text. Give the content of a text file.", {
      cause: error,
    });
  }
  return /^[^\n]*\n$/.test(text) ? text.replace(/\r?\n$/, "") : text;
}

function ask({ input, output, question }: SecretInput): Promise<string> {
  // Discards the echo of the typed text.
  const nowhere = new Writable({ write: (_chunk, _encoding, done) => done() });
  const terminal = createInterface({ input, output: nowhere, terminal: true, historySize: 0 });
  output.write(question);
  return new Promise<string>((answered, failed) => {
    terminal.once("line", answered);
    // After Ctrl-C, too.
    terminal.once("close", () => failed(new UserError("Nothing was entered, so nothing was changed.")));
  }).finally(() => {
    terminal.close();
    output.write("\n");
  });
}
