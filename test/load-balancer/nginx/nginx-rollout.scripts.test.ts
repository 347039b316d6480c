import { existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { ScriptSandbox } from "../../support/scripts/script-run.ts";

/** A configuration identified by its generation. */
const configuration = (generation: string) => `return "generation ${generation} worker $pid\\n";\n`;
const [a, b, c] = ["aaaa", "bbbb", "cccc"] as const;

/** An nginx that is simulated by files: `running` has the generation its workers run, `workers` their ids. */
class FakeRollout extends ScriptSandbox {
  constructor() {
    super();
    this.prepared();
    mkdirSync(this.path("nginx"));
    this.set("workers", "11 12");
  }

  set(file: string, text: string): void {
    writeFileSync(this.path("nginx", file), text);
  }

  get(file: string): string | undefined {
    const path = this.path("nginx", file);
    return existsSync(path) ? readFileSync(path, "utf8") : undefined;
  }

  /** What is on disk and what runs. */
  get seen() {
    return { onDisk: this.get("nginx.conf"), running: this.get("running") };
  }

  /** Makes an nginx run a generation that is also on disk. */
  runs(generation: string): this {
    this.set("nginx.conf", configuration(generation));
    this.set("running", generation);
    return this;
  }

  /** Rolls a generation out. `activate` does what a reload does: by default two new workers run what is on disk. */
  async rollOut(generation: string, { activate = reloads, renewed = "no", before = "" } = {}) {
    this.set("wanted", configuration(generation));
    return this.script(
      `# needs: nginx_live

fake_ask_probe() { for one in $(cat workers); do echo "generation $(cat running) worker $one"; done; }
fake_check() { grep -q generation "$1" || { echo "nginx: [emerg] bad in $1" >&2; return 1; }; }
fake_workers() { tr ' ' '\\n' <workers; echo; }
fake_mark_log() { :; }
fake_log() { cat words 2>/dev/null || true; }
fake_activate() { echo activate >>activated; ${activate}
}
take_back_certificates() { echo taken back; }
take() { sed 's/.*generation \\([a-z]*\\) .*/\\1/' nginx.conf >running; }
cd ${this.path("nginx")}; mkdir -p "$facts"
live_seconds=1 back_seconds=1
nginx=fake conf=$PWD/nginx.conf generation=${generation} renewed=${renewed}
${before}
roll_out_nginx wanted`,
      { name: "nginx" },
    );
  }
}

/** Adds two workers, which run what is on disk. */
const reloads = "take; set -- $(cat workers); first=${1-10}; echo $((first + 10)) $((first + 11)) >workers";

describe("a rollout", () => {
  it("prints changed when every worker is new and responds", async () => {
    using nginx = new FakeRollout().runs(a);

    const run = await nginx.rollOut(b);

    expect(run).toEqual({ code: 0, stdout: "", stderr: "changed: nginx runs the new configuration\n" });
    expect(nginx.seen).toEqual({ onDisk: configuration(b), running: `${b}\n` });
    expect(existsSync(nginx.path("nginx/nginx.conf.former"))).toBe(false);
  });

  it("of the running configuration changes nothing", async () => {
    using nginx = new FakeRollout().runs(a);
    const before = statSync(nginx.path("nginx/nginx.conf"));

    const run = await nginx.rollOut(a);

    expect(run).toEqual({ code: 0, stdout: "", stderr: "unchanged: nginx runs this configuration\n" });
    expect(nginx.get("activated")).toBeUndefined();
    expect(statSync(nginx.path("nginx/nginx.conf"))).toMatchObject({ ino: before.ino, mtimeMs: before.mtimeMs });
  });

  it("of the same bytes reloads if the files they refer to are new", async () => {
    using nginx = new FakeRollout().runs(a);

    const run = await nginx.rollOut(a, { renewed: "yes" });

    expect([run.code, nginx.get("activated"), nginx.get("workers")]).toEqual([0, "activate\n", "21 22\n"]);
  });

  it.each([
    [
      "the old workers keep running, as with a port in use",
      "true",
      "bind() to 0.0.0.0:80 failed (98: Address already in use)",
    ],
    [
      "one of the old workers keeps running beside a new one",
      "take; echo 12 21 >workers",
      "no error, but its worker 12 does not answer",
    ],
    ["it ends", "take; : >workers", "no error, and it has no workers"],
  ])("goes back when %s", async (_, first, words) => {
    using nginx = new FakeRollout().runs(a);
    if (words.startsWith("bind")) {
      nginx.set("words", `2026/11/21 14:00:00 [emerg] 55#55: ${words}\n2026/11/21 14:00:01 [emerg] 55#55: ${words}\n`);
    }

    // The second activation is that of the old configuration.
    const run = await nginx.rollOut(b, { activate: `if [ -e once ]; then ${reloads}; else : >once; ${first}; fi` });

    expect(run.code).toBe(40);
    expect(run.stdout).toBe("taken back\n");
    expect(run.stderr).toContain("the previous one is restored");
    expect(run.stderr).toContain(`nginx: ${words}\n`);
    expect(nginx.seen).toEqual({ onDisk: configuration(a), running: `${a}\n` });
  });

  it("of a file that nginx rejects leaves everything unchanged, and quotes nginx's message", async () => {
    using nginx = new FakeRollout().runs(a);

    const run = await nginx.rollOut(b, { before: "echo broken >wanted" });

    expect([run.code, run.stdout]).toEqual([30, "taken back\n"]);
    expect(run.stderr).toBe(
      `nginx rejects the new configuration; the previous one stays in use: bad in ${nginx.path("nginx/nginx.conf.placing")}\n`,
    );
    expect(nginx.seen).toEqual({ onDisk: configuration(a), running: a });
    expect(nginx.get("nginx.conf.placing")).toBeUndefined();
  });

  it("after a killed one goes back to what runs, not to what never did", async () => {
    using nginx = new FakeRollout().runs(a);
    await nginx.rollOut(b, { activate: "kill -9 $$" });
    expect(nginx.seen).toEqual({ onDisk: configuration(b), running: a });

    const run = await nginx.rollOut(c, { activate: "true" });

    expect(run.code).toBe(40);
    expect(nginx.seen).toEqual({ onDisk: configuration(a), running: a });
  });

  it("is completed if an earlier one was killed before it renamed anything", async () => {
    using nginx = new FakeRollout().runs(a);
    await nginx.rollOut(b, { before: "fake_mark_log() { kill -9 $$; }" });
    expect([nginx.seen, nginx.get("nginx.conf.former")]).toEqual([
      { onDisk: configuration(a), running: a },
      configuration(a),
    ]);

    const run = await nginx.rollOut(c);

    expect([run.code, run.stderr]).toEqual([0, "changed: nginx runs the new configuration\n"]);
    expect([nginx.get("nginx.conf.former"), nginx.get("nginx.conf.placing")]).toEqual([undefined, undefined]);
  });

  it("goes back to an earlier one that was killed when everything was done", async () => {
    using nginx = new FakeRollout().runs(a);
    await nginx.rollOut(b, { activate: `${reloads}; kill -9 $$` });

    const run = await nginx.rollOut(c, { activate: "true" });

    expect(run.code).toBe(40);
    expect(nginx.seen).toEqual({ onDisk: configuration(b), running: `${b}\n` });
  });

  it("does not go back to a file that nginx would not start with", async () => {
    using nginx = new FakeRollout().runs(a);
    nginx.set("nginx.conf", "half a fi");

    const run = await nginx.rollOut(b, { activate: "true" });

    expect([run.code, run.stderr]).toEqual([
      40,
      "the new configuration did not take effect within 1 s; no previous one could be restored. nginx: no error, but its worker 12 does not answer\n",
    ]);
    expect(nginx.get("nginx.conf")).toBe(configuration(b));
  });

  it("restores a configuration without a probe as well", async () => {
    using nginx = new FakeRollout().runs(a);
    nginx.set("nginx.conf", "# theirs, of no generation of ours\n");

    const run = await nginx.rollOut(b, { activate: "true" });

    expect(run.stderr).toContain("the previous one is restored");
    expect(nginx.get("nginx.conf")).toBe("# theirs, of no generation of ours\n");
  });
});
