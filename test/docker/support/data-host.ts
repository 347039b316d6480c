import { setTimeout as sleep } from "node:timers/promises";
import { renderBackup } from "../../../components/docker/backup/backup-script.ts";
import { rancherLabels } from "../../../components/docker/names.ts";
import { rancherHealthcheck } from "../../../components/docker/rancher/rancher-container-spec.ts";
import {
  renderRancherDataScript,
  type RancherDataScriptArgs,
} from "../../../components/docker/data/rancher-data-script.ts";
import { putImage } from "../../../rehearsal/docker/container-image.ts";
import type { DockerEngine } from "../../../rehearsal/docker/docker-engine.ts";
import { rancherImage, type RancherImageOptions } from "../../../rehearsal/docker/rancher-image.ts";
import type { DockerMachine } from "../../../rehearsal/single-node/docker-machine.ts";
import { makeDockerTestMachine } from "../../rehearsal/support/single-node/docker-test-machine.ts";
import { ScriptedHost, type ScriptEnd, type ScriptOptions } from "../../rehearsal/support/scripted-host.ts";
import { plainSpec } from "./fake-docker.ts";

export const backups = "/var/backups/rancher";

/** A host with a real engine and fake Rancher servers, on which the script about Rancher's data runs over SSH. */
export interface DataHost {
  readonly machine: ScriptedHost;
  readonly docker: DockerMachine;
  readonly engine: DockerEngine;
  image(tag: string, options: RancherImageOptions): Promise<void>;
  /** Runs the product's script. */
  data(version: string, more?: Partial<RancherDataScriptArgs>, options?: ScriptOptions): Promise<ScriptEnd>;
  backup(): Promise<ScriptEnd>;
  /** Recreates the container, as the program does afterwards, and waits until Rancher responds. */
  serve(version: string, args?: readonly string[], seconds?: number): Promise<void>;
  /** Waits until Rancher in a container responds. */
  answers(container?: string, seconds?: number): Promise<void>;
  /** Root of the images as a tar file, from which an image can be made that declares nothing. */
  flattened(): Promise<Buffer>;
  /** A setting of the running server, as its API reports it. */
  inside(container: string, command: string): Promise<string>;
  /** The last value that the server in a container wrote under a name. */
  kept(what: string, container?: string): Promise<string>;
  archives(): Promise<string[]>;
  close(): Promise<void>;
}

/** @returns the reason, if this machine cannot run a Docker engine */
export async function makeDataHost(): Promise<DataHost | { readonly refused: string }> {
  const docker = await makeDockerTestMachine();
  if ("refused" in docker) return docker;
  const machine = new ScriptedHost(docker.sandbox, docker.host);
  const running = docker.engine;
  await running.mustDocker("network", "create", "rancher");
  const inside: DataHost["inside"] = (container, command) => running.mustDocker("exec", container, "sh", "-c", command);
  const answers: DataHost["answers"] = async (container = "rancher", seconds = 120) => {
    const probe = rancherHealthcheck.tests.slice(1);
    for (const until = Date.now() + seconds * 1000; Date.now() < until; await sleep(200)) {
      if ((await running.docker("exec", container, ...probe)).code === 0) return;
    }
    throw new Error(`Rancher does not answer: ${(await running.docker("logs", "--tail", "10", container)).stdout}`);
  };
  return {
    machine,
    docker,
    engine: running,
    image: async (tag, options) => putImage(running, `rancher/rancher:${tag}`, await rancherImage(options)),
    data: (version, more = {}, options = {}) => {
      const image = `rancher/rancher:v${version}`;
      const backup = { keep: 50, folder: backups };
      const body = renderRancherDataScript({ spec: plainSpec, version, image, backup, ...more });
      return machine.run("rancher-data", body, { timeoutSeconds: 600, ...options });
    },
    backup: () => machine.run("rancher-data", renderBackup({ folder: backups, keep: 50 }), { timeoutSeconds: 600 }),
    serve: async (version, args = [], seconds) => {
      await running.docker("rm", "-f", "-v", "rancher");
      const labels = [
        "--label",
        `${rancherLabels.stack}=rancher/dev`,
        "--label",
        `${rancherLabels.version}=${version}`,
      ];
      const usual = ["--privileged", "--network", "rancher", "--restart", "unless-stopped"];
      const data = ["--volume", "rancher-data:/var/lib/rancher"];
      const image = `rancher/rancher:v${version}`;
      await running.mustDocker("run", "-d", "--name", "rancher", ...labels, ...usual, ...data, ...args, image);
      await answers("rancher", seconds);
    },
    answers,
    // Rewritten all the time, so that a part of it may be read.
    kept: (what, container = "rancher") =>
      inside(
        container,
        `for each in 1 2 3 4 5 6 7 8 9; do grep -h -o '"${what}":"[^"]*"' /var/lib/rancher/k3s/server/db/etcd/member/wal/0.wal | tail -n 1 | grep . && break; sleep 0.2; done`,
      ),
    flattened: async () => (await rancherImage({ version: "2.14.3" })).rootTar,
    inside,
    archives: async () => (await machine.look("ls", backups)).split("\n").filter((name) => name.endsWith(".tar.gz")),
    close: docker.close,
  };
}
