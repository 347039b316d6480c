import { when } from "./config/nginx-template.ts";
import type { Requirement } from "./config/nginx-template.ts";

/** Lines of a configuration, without the indentation of the enclosing block. */
export type Lines = readonly string[];

/** `header { ... }`, with its lines indented. */
export function block(header: string, lines: Lines): Lines {
  return [`${header} {`, ...lines.map((line) => (line === "" ? "" : `    ${line}`)), "}"];
}

/** Makes directives conditional on the nginx build; comments and empty lines stay unconditional. */
export function whenAll(requirements: readonly Requirement[], lines: Lines): Lines {
  return lines.map((line) => (/^\s*(#|$)/.test(line) ? line : when(requirements, line)));
}

/** Joins paragraphs with an empty line between them, and skips empty ones. */
export function paragraphs(...parts: readonly Lines[]): Lines {
  return parts.filter((lines) => lines.length > 0).flatMap((lines, index) => (index === 0 ? lines : ["", ...lines]));
}
