import { randomInt } from "node:crypto";

/** Rules for a random text, with the field names and defaults of `RandomPassword` and `RandomString`. */
export interface TextRules {
  readonly length: number;
  readonly lower: boolean;
  readonly upper: boolean;
  readonly numeric: boolean;
  readonly special: boolean;
  readonly minLower: number;
  readonly minUpper: number;
  readonly minNumeric: number;
  readonly minSpecial: number;
  /** Replaces the default special characters. */
  readonly overrideSpecial: string;
}

const defaultSpecial = "!@#$%&*()-_=+[]{}<>:?";
const classes = [
  { use: "lower", atLeast: "minLower", characters: "abcdefghijklmnopqrstuvwxyz" },
  { use: "upper", atLeast: "minUpper", characters: "ABCDEFGHIJKLMNOPQRSTUVWXYZ" },
  { use: "numeric", atLeast: "minNumeric", characters: "0123456789" },
  { use: "special", atLeast: "minSpecial", characters: "" },
] as const;

/** Generates a text from the system's random source. @throws if no text can satisfy the rules */
export function randomText(rules: TextRules): string {
  const special = rules.overrideSpecial === "" ? defaultSpecial : rules.overrideSpecial;
  const alphabet = (name: string, characters: string) => (name === "special" ? special : characters);
  const all = classes
    .filter(({ use }) => rules[use])
    .map(({ use, characters }) => alphabet(use, characters))
    .join("");
  if (all === "") throw new Error("no character class is allowed: set at least one of lower, upper, numeric, special");

  const drawn: string[] = [];
  for (const { use, atLeast, characters } of classes) {
    for (let count = 0; count < rules[atLeast]; count++) drawn.push(draw(alphabet(use, characters)));
  }
  if (drawn.length > rules.length) {
    throw new Error(`length is ${rules.length}, but the minimums add up to ${drawn.length}`);
  }
  while (drawn.length < rules.length) drawn.push(draw(all));
  return shuffle(drawn).join("");
}

function draw(characters: string): string {
  return characters.charAt(randomInt(characters.length));
}

function shuffle(entries: string[]): string[] {
  for (let at = entries.length - 1; at > 0; at--) {
    const other = randomInt(at + 1);
    [entries[at], entries[other]] = [entries[other]!, entries[at]!];
  }
  return entries;
}
