import { describe, expect, it } from "vitest";
import { parse, stringify } from "yaml";
import { findInIndex } from "../../components/chart/chart-index.ts";
import { indexOf } from "../support/chart-server.ts";

const digest = "ab".repeat(32);
const found = { version: "2.15.2", urls: ["rancher-2.15.2.tgz"], digest };

describe("the index of a Helm repository", () => {
  it.each([
    ["as Helm writes it", indexOf({ digest })],
    ["with Windows' line ends", indexOf({ digest }).replaceAll("\n", "\r\n")],
    ["with another indentation", stringify(parse(indexOf({ digest })), { indent: 4 })],
    ["as JSON", JSON.stringify(parse(indexOf({ digest })))],
    [
      "with a v before the version",
      indexOf({ digest }).replace("version: 2.15.2\ngenerated", "version: v2.15.2\ngenerated"),
    ],
  ])("yields a version's URL and digest: %s", (_, index) => {
    expect(findInIndex(index, "rancher", "2.15.2")).toMatchObject({ urls: found.urls, digest });
  });

  it("may omit the digest", () => {
    const index = "entries:\n  rancher:\n  - urls: [a.tgz]\n    version: 2.15.2\n";

    expect(findInIndex(index, "rancher", "2.15.2")).toEqual({ version: "2.15.2", urls: ["a.tgz"] });
  });

  it("is read only for the chart's own lines, so that a large index takes no longer", () => {
    const index = indexOf({ digest }).replace("  other:\n", "  other: [ { not YAML\n");

    expect(findInIndex(index, "rancher", "2.15.2")).toEqual(found);
  });

  it.each([
    ["no version of it", "entries:\n  rancher: []\n"],
    ["another chart", indexOf({}).replaceAll("rancher", "longhorn")],
    ["other versions", indexOf({}).replaceAll("2.15.2", "2.15.3")],
  ])("yields nothing when it has %s", (_, index) => {
    expect(findInIndex(index, "rancher", "2.15.2")).toBeUndefined();
  });

  it.each([
    "<html><body>: sign in</body></html>\n  - {",
    "entries:\n  rancher:\n  - urls: [a.tgz]\n",
    "{ not: json",
    "",
  ])("is reported when it is not an index: %s", (index) => {
    expect(() => findInIndex(index, "rancher", "2.15.2")).toThrow("the index cannot be read");
  });
});
