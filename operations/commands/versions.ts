import { describeRows, outdatedRows, versionRows } from "../report/outdated-rows.ts";
import { print } from "../terminal.ts";

export function run(): Promise<number> {
  const outdated = outdatedRows(versionRows, new Date());
  print(describeRows(outdated));
  return Promise.resolve(outdated.length > 0 ? 1 : 0);
}
