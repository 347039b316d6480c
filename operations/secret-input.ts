import { createInterface } from "node:readline";
import type { Readable } from "node:stream";
import { buffer } from "node:stream/consumers";
import { Writable } from "node:stream";
import { UserError } from "./command-line.ts";

type Input = Readable & { readonly isTTY?: boolean };

export interface SecretInput {
  /** Where the value comes from: all of it, or the line typed at it if it is a terminal. */
  readonly input: Input;
  /** Where a terminal's question is shown. */
  readonly output: Pick<Writable, "write">;
  readonly question: string;
}

/**
 * Reads a secret. Of a single line the line break at its end is dropped; several lines stay as they are.
 *
 * @throws UserError where it is no text, or the question is answered with Ctrl-C or Ctrl-D
 */
export async function readSecret(options: SecretInput): Promise<string> {
  if (options.input.isTTY === true) return ask(options);
  const bytes = await buffer(options.input);
  let text: string;
  try {
    text = new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch (error) {
    throw new UserError("The value on standard input is not text in UTF-8. Give the content of a text file.", {
      cause: error,
    });
  }
  return /^[^\n]*\n$/.test(text) ? text.replace(/\r?\n$/, "") : text;
}

function ask({ input, output, question }: SecretInput): Promise<string> {
  // What is typed would be echoed to this.
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
