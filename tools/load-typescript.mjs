/**
 * Lets Pulumi's Node program be TypeScript. Node that strips types by itself (22.18 and newer) needs nothing; an older one
 * gets tsx, without handing it the stack's configuration.
 *
 * tsx compiles in a thread, which starts a process of its own (esbuild) that lives as long as the program. Pulumi gives
 * the program its configuration in the environment, decrypted; what is there when the thread starts, that process
 * inherits, and shows to everyone who may look at it.
 */
const ofTheProgram = ["PULUMI_CONFIG", "PULUMI_CONFIG_SECRET_KEYS"];

// Types of Node 20 do not have it yet.
const { typescript: strips } = /** @type {{ typescript?: unknown }} */ (process.features);

if (!strips) {
  const taken = new Map(ofTheProgram.map((name) => [name, process.env[name]]));
  for (const name of ofTheProgram) delete process.env[name];

  // By a variable, as it comes without types.
  const loader = "tsx";
  await import(loader);

  for (const [name, value] of taken) if (value !== undefined) process.env[name] = value;
}
