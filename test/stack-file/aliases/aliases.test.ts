import { describe, expect, it } from "vitest";
import { aliasTable } from "../../../components/stack-file/aliases/aliases.ts";
import { modeSchemas } from "../../../components/stack-file/mode-schemas.ts";
import { nodesAt } from "../../../components/stack-file/reading/known-keys.ts";

describe("names of other tools", () => {
  it("point to keys that exist in a mode", () => {
    const lost = aliasTable.flatMap(([place, name, alias]) => {
      if (!("key" in alias)) return [];
      const path = alias.key.split(".").flatMap((part) => (part.endsWith("[]") ? [part.slice(0, -2), 0] : [part]));
      return Object.values(modeSchemas).some((form) => nodesAt(path, form).length > 0)
        ? []
        : `${place}.${name}: ${alias.key}`;
    });

    expect(lost).toEqual([]);
  });

  it("are written in the normal form of the lookup", () => {
    const names = aliasTable.map(([, name]) => name);

    expect(names.filter((name) => !/^[a-z0-9]+$/.test(name))).toEqual([]);
  });
});
