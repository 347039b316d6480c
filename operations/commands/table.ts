import { secretNames } from "../../components/stack-file/keys/secrets/secret-keys.ts";
import type { CommandArgument, CommandSpec } from "./command.ts";

const stack: CommandArgument = {
  usage: "stack",
  summary: "a stack's name, or the path of a stack file",
  completes: "stack",
};

const yes = { flags: "--yes", summary: "do not ask for confirmation" };

/** All commands. To add one, add it here and write its module. */
export const commands: readonly CommandSpec[] = [
  {
    name: "up",
    summary: "recover from an interrupted run, then pulumi up",
    description:
      "Keeps the state in .state/ unless you use your own backend (pulumi login, PULUMI_BACKEND_URL). Everything after the stack goes to pulumi up: rancher up dev --yes",
    group: "Any stack",
    arguments: [stack, { usage: "[pulumiOptions...]", summary: "options of pulumi up" }],
    passThrough: "after the first argument",
    needs: "up",
    load: () => import("./up.ts"),
  },
  {
    name: "pulumi",
    summary: "run the Pulumi CLI with the state of rancher up",
    description:
      "Passes every argument to the Pulumi CLI, --help too. For a stack file outside this folder, give its path first.",
    group: "Any stack",
    arguments: [{ usage: "[words...]", summary: "arguments of pulumi" }],
    passThrough: "everything",
    needs: "up",
    load: () => import("./pulumi.ts"),
  },
  {
    name: "secret",
    summary: "set a secret of a stack file, encrypted, and change nothing else in the file",
    description:
      "Reads the value from standard input, or asks for it without showing it. Pulumi encrypts it. The value is checked first, as a preview would.",
    group: "Any stack",
    arguments: [stack, { usage: "key", summary: "key of the secret, such as kubeconfig", completes: secretNames }],
    options: [{ flags: "--remove", summary: "remove the secret instead" }],
    needs: "up",
    load: () => import("./secret.ts"),
  },
  {
    name: "check-config",
    summary: "list everything wrong with a stack file; exit code 1 if anything is",
    description: "Contacts nothing, and decrypts no secret.",
    group: "Any stack",
    arguments: [stack],
    needs: "node",
    load: () => import("./check-config.ts"),
  },
  {
    name: "render",
    summary: "write every file the stack would place, without connecting to a host or cluster",
    description:
      "Writes the scripts of each host, the load balancer's configuration, chart values and Kubernetes objects. Secrets appear as [secret], and the cluster is assumed to be empty.",
    group: "Any stack",
    arguments: [stack],
    options: [{ flags: "--out <dir>", summary: "folder to write to", required: true, completes: "directory" }],
    needs: "node",
    load: () => import("./render.ts"),
  },
  {
    name: "rehearse",
    summary: "rehearse a stack on this machine (Debian, as root)",
    description:
      "Runs the program under the real Pulumi engine in a sandbox on this machine: up, the checks a user would make, a second up that must change nothing, destroy, and a check that nothing is left.",
    group: "Any stack",
    arguments: [stack],
    options: [
      { flags: "--keep", summary: "keep everything running after the checks, until Ctrl-C" },
      { flags: "--shell <host>", summary: "open a root shell on that host after the checks" },
      {
        flags: "--rancher <binary>",
        summary: "run this Rancher server behind nginx instead of the simulated one",
        completes: "file",
      },
    ],
    needs: "start",
    load: () => import("../../rehearsal/main.ts"),
  },
  {
    name: "forget",
    summary: "remove a dead host from the state, so that nothing tries to reach it",
    description: "Does nothing on the host.",
    group: "Any stack",
    arguments: [stack, { usage: "host", summary: "the host's name" }],
    needs: "up",
    load: () => import("./forget.ts"),
  },
  {
    name: "backup",
    summary: "archive Rancher's data now, and list the archives",
    description: "Rancher is stopped while its data is copied.",
    group: "Single node",
    arguments: [stack],
    options: [{ flags: "--list", summary: "only list the archives" }],
    needs: "up",
    load: () => import("./backup.ts"),
  },
  {
    name: "restore",
    summary: "restore an archive and its version of Rancher, or list the archives",
    description:
      "The only way back from an upgrade, and the way to another machine. Writes docker.restore, version and, if the archive records it, docker.image to the stack file, shows the change first, and runs pulumi up.",
    group: "Single node",
    arguments: [stack, { usage: "[archive]", summary: "an archive's name; without it, the archives are listed" }],
    options: [yes],
    needs: "up",
    load: () => import("./restore.ts"),
  },
  {
    name: "adopt",
    summary: "take over a Rancher that was started with docker run",
    description:
      "Shows what it found and what will happen, writes docker.adopt and version to the stack file, and runs pulumi up. The old container is stopped and kept.",
    group: "Single node",
    arguments: [stack, { usage: "container", summary: "the container's name, as docker ps shows it" }],
    options: [yes],
    needs: "up",
    load: () => import("./adopt.ts"),
  },
  {
    name: "uninstall",
    summary: "remove everything but Rancher's data and archives",
    description: "Lists what it keeps and where.",
    group: "Single node",
    arguments: [stack],
    options: [
      { flags: "--delete-data", summary: "delete Rancher's data and archives too" },
      { flags: "--keep-data", summary: "keep them (default)" },
      yes,
    ],
    needs: "up",
    load: () => import("./uninstall.ts"),
  },
  {
    name: "completion",
    summary: "print the completion script of a shell",
    description: "To use it in bash: source <(npx rancher completion bash)",
    group: "This project",
    arguments: [{ usage: "shell", summary: "bash, zsh or fish", completes: ["bash", "zsh", "fish"] }],
    needs: "node",
    load: () => import("./completion.ts"),
  },
  {
    name: "versions",
    summary: "list the version facts that have not been checked for 90 days; exit code 1 if there are any",
    group: "This project",
    needs: "node",
    load: () => import("./versions.ts"),
  },
  {
    name: "schema",
    summary: "update the files that are generated: JSON schema, tables of keys and commands",
    group: "This project",
    options: [{ flags: "--check", summary: "only check that they are current" }],
    needs: "node",
    load: () => import("./schema.ts"),
  },
];
