/** One statement of an nginx configuration, with the content of its braces. */
export interface Statement {
  readonly name: string;
  readonly args: readonly string[];
  /** Undefined for a statement that ends with a semicolon. */
  readonly block: readonly Statement[] | undefined;
  /** The block around it; undefined for the file itself. */
  readonly parent: Statement | undefined;
  readonly line: number;
}

interface Token {
  readonly text: string;
  readonly line: number;
  /** A quoted brace or semicolon is an ordinary word. */
  readonly quoted: boolean;
}

// Comment, quoted word, bare word (in which `${` opens no block), mark.
const tokens =
  /#[^\n]*|"((?:[^"\\]|\\.)*)"|'((?:[^'\\]|\\.)*)'|(?:\$\{[^}]*\}|[^\s;{}"'#])(?:\$\{[^}]*\}|[^\s;{}])*|[;{}]/gs;

/**
 * Parses a configuration. The result is a statement without a name, whose block is the file.
 *
 * @throws on braces or semicolons that do not match, with the line
 */
export function parseNginx(text: string): Statement {
  const root = { name: "", args: [], block: [] as Statement[], parent: undefined, line: 0 };
  let open: { block: Statement[] } & Statement = root;
  const outer: (typeof open)[] = [];
  let words: Token[] = [];
  for (const token of readTokens(text)) {
    if (token.quoted || !/^[;{}]$/.test(token.text)) {
      words.push(token);
      continue;
    }
    const [name, ...args] = words;
    words = [];
    if (token.text === "}") {
      const last = outer.pop();
      if (name !== undefined) throw new Error(`line ${token.line}: "}" where a semicolon is missing`);
      if (last === undefined) throw new Error(`line ${token.line}: "}" closes nothing`);
      open = last;
      continue;
    }
    if (name === undefined) throw new Error(`line ${token.line}: "${token.text}" after nothing`);
    const about = { name: name.text, args: args.map((arg) => arg.text), parent: open, line: name.line };
    if (token.text === ";") {
      open.block.push({ ...about, block: undefined });
    } else {
      const inner = { ...about, block: [] as Statement[] };
      open.block.push(inner);
      outer.push(open);
      open = inner;
    }
  }
  if (words[0] !== undefined) throw new Error(`line ${words[0].line}: "${words[0].text}" does not end`);
  if (outer.length > 0) throw new Error(`line ${open.line}: "${open.name}" is not closed`);
  return root;
}

function readTokens(text: string): Token[] {
  return [...text.matchAll(tokens)].flatMap((match) => {
    const [whole, double, single] = match;
    if (whole.startsWith("#")) return [];
    const line = text.slice(0, match.index).split("\n").length;
    return [{ text: double ?? single ?? whole, line, quoted: double !== undefined || single !== undefined }];
  });
}

/** All statements below one, in their order. */
export function statements(of: Statement): Statement[] {
  return (of.block ?? []).flatMap((one) => [one, ...statements(one)]);
}

/** Blocks around a statement, the nearest first; the file is the last. */
export function around(one: Statement): Statement[] {
  return one.parent === undefined ? [] : [one.parent, ...around(one.parent)];
}

/** Statements of that name directly in a block. */
export function inBlock(block: Statement, name: string): Statement[] {
  return (block.block ?? []).filter((one) => one.name === name);
}

/** The statements of that name that apply in a block: its own, else those of the nearest block around it. */
export function inForce(block: Statement, name: string): Statement[] {
  for (const scope of [block, ...around(block)]) {
    const found = inBlock(scope, name);
    if (found.length > 0) return found;
  }
  return [];
}
