import pc from "picocolors";
import { UserError } from "../user-error.ts";
import { prepareEngine } from "../engine/engine.ts";
import { forgetHost } from "../host-access/forget-host.ts";
import type { ExportedStack } from "../recovery/deployment.ts";
import { removeStaleLocks } from "../recovery/stale-lock.ts";
import { findStackFile, listSshHosts } from "../stack/stack-yaml.ts";
import { print } from "../terminal.ts";
import { stateFolder, workFolder } from "../stack/work-folder.ts";
import { shownPath } from "../stack/shown-path.ts";

export async function run({ stack: name, host }: { stack: string; host: string }): Promise<number> {
  const stackFile = findStackFile(name);
  const { stack } = stackFile;
  if (listSshHosts(stackFile.path).some((listed) => listed.name === host)) {
    throw new UserError(
      `${host} is still in ${shownPath(stackFile.path)}; the next update would set it up again. Take it out of there first.`,
    );
  }
  const engine = await prepareEngine({ home: stateFolder, folder: workFolder(stackFile) });
  removeStaleLocks(engine.backend, "rancher", stack);

  const exported = JSON.parse(await engine.capture(["stack", "export", "--stack", stack])) as ExportedStack;
  const forgotten = forgetHost(exported, host);
  if (forgotten.urns.length === 0) {
    throw new UserError(
      `the state of ${stack} has nothing on a host named ${host}. See: npm run pulumi -- stack --stack ${stack}`,
    );
  }
  await engine.capture(["stack", "import", "--stack", stack], JSON.stringify(forgotten.stack));
  for (const urn of forgotten.urns) console.log(`forgot ${urn.split("::").pop() ?? urn}`);
  print(
    pc.dim(
      `${host} itself was not touched. If it comes back, its folder /var/lib/rancher-stack records what was done there.`,
    ),
  );
  return 0;
}
