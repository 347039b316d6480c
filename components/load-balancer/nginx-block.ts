import { when } from "./nginx-template.ts";
import type { Requirement } from "./nginx-template.ts";

/** Lines of a configuration, without the indentation of what is around them. */
export type Lines = readonly string[];

/** `header { ... }`, with its lines indented. */
export function block(header: string, lines: Lines): Lines {
  return [`${header} {`, ...lines.map((line) => (line === "" ? "" : `    ${line}`)), "}"];
}

/** Statements that only some builds understand; comments and empty lines among them are for people and stay. */
export function whenAll(requirements: readonly Requirement[], lines: Lines): Lines {
  return lines.map((line) => (/^\s*(#|$)/.test(line) ? line : when(requirements, line)));
}

/** Paragraphs with an empty line between them; those without lines leave none. */
export function paragraphs(...parts: readonly Lines[]): Lines {
  return parts.filter((lines) => lines.length > 0).flatMap((lines, index) => (index === 0 ? lines : ["", ...lines]));
}
