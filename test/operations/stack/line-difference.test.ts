import { expect, it } from "vitest";
import { lineDifference } from "../../../operations/stack/line-difference.ts";

it.each([
  ["nothing", "a\nb\n", "a\nb\n", []],
  ["a changed line", "a\nb\nc\n", "a\nx\nc\n", ["- b", "+ x"]],
  ["an added line", "a\nc\n", "a\nb\nc\n", ["+ b"]],
  ["a removed line", "a\nb\nc\n", "a\nc\n", ["- b"]],
  ["two places", "a\nb\nc\nd\n", "x\nb\nc\ny\n", ["- a", "+ x", "- d", "+ y"]],
  ["everything", "", "a", ["- ", "+ a"]],
])("shows %s", (_, before, after, lines) => {
  expect(lineDifference(before, after)).toEqual(lines);
});
