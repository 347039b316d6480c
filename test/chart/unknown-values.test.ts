import { describe, expect, it } from "vitest";
import { knownValues } from "../../components/chart/known-values.ts";
import { unknownChartValues } from "../../components/chart/unknown-values.ts";

const files = {
  "Chart.yaml": "name: rancher\ndependencies: [{ name: sub, alias: renamed }]\n",
  "values.yaml": `
antiAffinity: preferred
auditLog: { enabled: false, level: 0, image: { repository: a, tag: b } }
ingress: { enabled: true, extraAnnotations: {}, tls: { source: rancher, secretName: x } }
gateway: { tls: { source: rancher } }
letsEncrypt: { environment: production }
hostname:
webhook: ""
imagePullSecrets: []
probe: { period: 10 }
postDelete: { image: { repository: a }, timeout: 1 }
`,
  "values.schema.json": JSON.stringify({
    properties: { service: { properties: { type: {} } }, labels: { additionalProperties: { type: "string" } } },
    allOf: [{ properties: { topologyKey: {} } }],
  }),
  "templates/deployment.yaml": `
{{- if and .Values.features (eq $.Values.auditLog.enabled true) }}
value: {{ .Values.features | quote }}
{{- end }}
{{ toYaml .Values.probe | indent 4 }}
{{ include "image" (list . .Values.auditLog.image.registry) }}
{{ ((.Values.deep).down).here }}
{{ .Values.postDelete.pullPolicy }}
`,
  "templates/NOTES.txt": '{{ index .Values "odd-key" "inner" }}',
};

/** `key message` of every unknown value. */
function unknown(values: Record<string, unknown>, changed: Readonly<Record<string, string>> = {}): readonly string[] {
  const known = knownValues(new Map(Object.entries({ ...files, ...changed })));
  const found = unknownChartValues({ title: "rancher 2.15.2", known }, values);
  return found.map(({ key, message }) => `${key} ${message}`);
}

const says = (path: string, remedy: string) =>
  `rancher:chartValues.${path} is not a value of the chart rancher 2.15.2, and has no effect. ${remedy}`;

describe("a chart value that the chart does not have", () => {
  it.each([
    ["a typo", { audtLog: { level: 1 } }, "audtLog", "Did you mean auditLog?"],
    ["different capitals", { antiaffinity: "required" }, "antiaffinity", "Did you mean antiAffinity?"],
    [
      "a typo in a nested key",
      { auditLog: { image: { repositry: "1" } } },
      "auditLog.image.repositry",
      "Did you mean auditLog.image.repository?",
    ],
    ["the right key, at too high a level", { level: 1 }, "level", "Did you mean auditLog.level?"],
    [
      "the right key, at too deep a level",
      { auditLog: { antiAffinity: 1 } },
      "auditLog.antiAffinity",
      "Did you mean antiAffinity?",
    ],
    [
      "a key that exists at several places",
      { source: "secret" },
      "source",
      "Did you mean ingress.tls.source or gateway.tls.source?",
    ],
    [
      "a key that exists nearby",
      { postDelete: { image: { pullPolicy: "Always" } } },
      "postDelete.image.pullPolicy",
      "Did you mean postDelete.pullPolicy?",
    ],
    [
      "a key that belongs to the stack file",
      { ingress: { tls: { secretname: "mine" } } },
      "ingress.tls.secretname",
      "If you meant ingress.tls.secretName: that belongs to this program, which creates that secret from rancher:tls.",
    ],
    [
      "a key below a plain value",
      { antiAffinity: { kind: 1 } },
      "antiAffinity.kind",
      "Leave it out, or check the chart's values.yaml.",
    ],
    ["anything else", { zzzzzzzzz: 1 }, "zzzzzzzzz", "Leave it out, or check the chart's values.yaml."],
    ["a name of every object", { constructor: 1 }, "constructor", "Leave it out, or check the chart's values.yaml."],
    ["invisible characters", { "\u{7}zzzzzzz": 1 }, "\\u{7}zzzzzzz", "Leave it out, or check the chart's values.yaml."],
  ])("is reported with a suggestion: %s", (_, values, path, remedy) => {
    expect(unknown(values)).toEqual([says(path, remedy)]);
  });

  it("is reported once, at its highest unknown key, and every such value is reported", () => {
    expect(
      unknown({ audtLog: { a: 1, b: 2 }, auditLog: { levl: 1, enabld: true } }).map((text) => text.split(" ")[0]),
    ).toEqual([
      "rancher:chartValues.audtLog",
      "rancher:chartValues.auditLog.levl",
      "rancher:chartValues.auditLog.enabld",
    ]);
  });
});

describe("a chart value that the chart has", () => {
  it.each([
    ["in values.yaml", { auditLog: { enabled: true, level: 1, image: { tag: "1" } } }],
    ["removed with null", { auditLog: null, antiAffinity: null }],
    ["in a template only", { features: "a=true" }],
    ["in a template only, below a map of values.yaml", { postDelete: { pullPolicy: "Always" } }],
    ["as an argument of a function", { auditLog: { image: { registry: "registry.example.com" } } }],
    ["behind nil-safe parentheses", { deep: { down: { here: 1 } } }],
    ["by its name as a text", { "odd-key": { inner: 1 } }],
    ["in the schema only", { service: { type: "NodePort" }, topologyKey: "zone" }],
    ["for a subchart", { renamed: { anything: { at: "all" } }, global: { a: 1 }, tags: { b: true } }],
  ])("passes: %s", (_, values) => {
    expect(unknown(values)).toEqual([]);
  });

  it.each([
    ["an empty map", { ingress: { extraAnnotations: { "example.com/a": "b" } } }],
    ["an empty text", { webhook: { capi: { enabled: true } } }],
    ["nothing", { hostname: { a: 1 } }],
    ["a list", { imagePullSecrets: [{ name: "a" }] }],
    ["a map that is printed whole", { probe: { initialDelaySeconds: 5 } }],
    ["a map in the schema with arbitrary keys", { labels: { anything: "x" } }],
  ])("accepts anything if the chart has %s", (_, values) => {
    expect(unknown(values)).toEqual([]);
  });

  it.each([
    ["with", "{{- with .Values.auditLog }}{{ .maxAge }}{{ end }}"],
    ["range", "{{- range $key, $value := .Values.auditLog }}{{ $value }}{{ end }}"],
    ["a variable", "{{- $log := .Values.auditLog -}}{{ $log.maxAge }}"],
    ["include", '{{ include "log" (dict "log" $.Values.auditLog) }}'],
    ["an unknown function", "{{ .Values.auditLog | mustToJson }}"],
  ])("accepts anything in a map that a template passes to %s", (_, template) => {
    const changed = { "templates/more.yaml": template };

    expect(unknown({ auditLog: { maxAge: 1 } })).toHaveLength(1);
    expect(unknown({ auditLog: { maxAge: 1 } }, changed)).toEqual([]);
    expect(unknown({ audtLog: { maxAge: 1 } }, changed)).toHaveLength(1);
  });

  it.each(["{{ toYaml .Values }}", "{{- $values := .Values }}", "{{ with index $.Values $name }}{{ end }}"])(
    "may be anything if a template uses all values: %s",
    (template) => {
      expect(unknown({ zzzzzzzzz: 1 }, { "templates/more.yaml": template })).toEqual([]);
    },
  );

  it("may be the user's own if another value renders it", () => {
    const extraObjects = ["{{ .Values.mine.name }}"];
    const changed = { "templates/more.yaml": "{{ range .Values.extraObjects }}{{ tpl . $ }}{{ end }}" };

    expect(unknown({ mine: { name: "a" }, extraObjects }, changed)).toEqual([]);
    expect(unknown({ mine: { name: "a" } }, changed)).toHaveLength(1);
  });
});

it("comments, conditions and plain functions do not make a map accept anything", () => {
  const template = `{{/* toYaml .Values.auditLog */}}{{ if not .Values.auditLog }}{{ default "x" .Values.auditLog | quote }}{{ end }}`;

  expect(unknown({ auditLog: { levl: 1 } }, { "templates/more.yaml": template })).toHaveLength(1);
});

it.each(["values.yaml", "values.schema.json", "Chart.yaml"])(
  "reports a chart whose %s is broken, by the name of the file",
  (file) => {
    expect(() => unknown({}, { [file]: "{ a: [" })).toThrow(`its ${file} cannot be read`);
  },
);
