import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import type { ShellScript } from "../../../../components/host/shell/link.ts";
import { renderNginxContainerScript } from "../../../../components/load-balancer/nginx/container/nginx-container-script.ts";
import type { Listener } from "../../../../components/load-balancer/listener.ts";
import { defaultNginxOptions } from "../../../../components/load-balancer/nginx/config/nginx-options.ts";
import { renderSingleNodeNginxScript } from "../../../../components/load-balancer/nginx/single-node/single-node-nginx-script.ts";
import { nginxImage as image } from "../../../support/dev-stack.ts";
import { ScriptSandbox } from "../../../support/scripts/script-run.ts";
import { shell } from "../../../support/scripts/shell.ts";

const listeners: Listener[] = [80, 443].map((port) => ({
  layer: 4,
  name: `port-${port}`,
  port,
  upstreams: [{ address: "192.0.2.11", port }],
  proxyProtocol: false,
}));
const args = { listeners, options: defaultNginxOptions, certificates: [], image };
const singleNode = (local: boolean) =>
  renderSingleNodeNginxScript({ ...args, singleNode: { network: "rancher", local } });

/** Options of every container, the same since the first release. */
const every =
  "--userns host --user 0:0 --read-only --cap-drop ALL --cap-add CHOWN --cap-add NET_BIND_SERVICE --cap-add SETGID --cap-add SETUID --security-opt no-new-privileges --tmpfs /run:rw,nosuid,nodev,noexec,mode=755,size=1m";
const limits = "--ulimit nofile=16384:16384 --tmpfs /var/cache/nginx:rw,nosuid,nodev,noexec,mode=755,size=1g";
const serving =
  "--restart always --stop-signal SIGQUIT --log-driver json-file --log-opt max-size=10m --log-opt max-file=5";

interface Kind {
  readonly script: ShellScript;
  /** What is mounted as /etc/nginx. */
  readonly folder: string;
  readonly network: string;
  /** The text whose digest identifies a container that exists already. */
  readonly lines: readonly string[];
  readonly digest: string;
}

const home = "/home/a user/nginx";
const kinds: Record<string, Kind> = {
  "on the host's network": {
    script: renderNginxContainerScript(args),
    folder: "/etc/rancher-nginx",
    network: "host",
    lines: [
      `--pull never --network host ${every} --volume /etc/rancher-nginx:/etc/nginx:ro,z ${limits}`,
      serving,
      "-c /etc/nginx/nginx.conf -g",
    ],
    digest: "405e3a9b4cc5ffad",
  },
  "in a Docker network": {
    script: singleNode(false),
    folder: "/etc/rancher-nginx",
    network: "rancher",
    lines: [
      `--pull never --network rancher ${every} ${limits}`,
      `${serving} --publish 80:80 --publish 443:443`,
      "-c /etc/nginx/nginx.conf -g",
      "/etc/rancher-nginx",
    ],
    digest: "a374dd0f732473f8",
  },
  "in a Docker network of this machine": {
    script: singleNode(true),
    folder: home,
    network: "rancher",
    lines: [
      `--pull never --network rancher ${every} --cap-add DAC_OVERRIDE ${limits}`,
      `${serving} --publish 80:80 --publish 443:443`,
      "-c /etc/nginx/nginx.conf -g",
      home,
    ],
    digest: "47f4142ce728ac7e",
  },
};

/** A machine whose engine only records its arguments, one call a line. */
class Machine extends ScriptSandbox {
  constructor() {
    super();
    this.prepared();
    this.command("docker", `{ printf '[%s]' "$@"; echo; } >>${this.path("calls")}`);
  }

  async does(text: string, { script, folder }: Kind): Promise<string> {
    const values = { ...script.values, nginx_folder: folder, temporary_folder: "/var/cache/nginx" };
    const run = await this.script(shell(text, values));
    expect([run.code, run.stderr]).toEqual([0, ""]);
    return run.stdout.trimEnd();
  }

  get calls(): string[] {
    return readFileSync(this.path("calls"), "utf8").trimEnd().split("\n");
  }
}

const words = (...texts: readonly string[]) =>
  texts.flatMap((text) => text.split(" ").map((word) => `[${word}]`)).join("");

describe.each(Object.entries(kinds))("a container of nginx %s", (_, kind) => {
  const [options = "", servingOptions = ""] = kind.lines;
  const volume = `[--volume][${kind.folder}:/etc/nginx:ro,z]`;
  const others = options.replace(` --volume ${kind.folder}:/etc/nginx:ro,z`, "");

  it("keeps its specification: with another one, every installation would replace its container", async () => {
    using machine = new Machine();

    const printed = await machine.does("specification", kind);

    const text = [image, ...kind.lines].map((line) => `${line}\n`).join("");
    expect(createHash("sha256").update(text).digest("hex").slice(0, 16)).toBe(kind.digest);
    expect(printed).toBe(kind.digest);
  });

  it("is created with these options, and with its specification as a label", async () => {
    using machine = new Machine();

    await machine.does("create_container a-name", kind);

    expect(machine.calls).toEqual([
      words(`create --name a-name --label rancher.specification=${kind.digest}`, others, servingOptions) +
        volume +
        words(`--entrypoint nginx ${image} -c /etc/nginx/nginx.conf -g`) +
        "[daemon off;]",
    ]);
  });

  it("checks a configuration with the same options, without the ports, which the running container holds", async () => {
    using machine = new Machine();

    await machine.does("nginx_in another-image -t -q", kind);

    expect(machine.calls).toEqual([
      words("run --rm --label rancher.specification=check", others) +
        volume +
        words("--entrypoint nginx another-image -t -q"),
    ]);
  });
});
