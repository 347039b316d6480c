import { describeRows, outdatedRows, versionRows } from "../outdated-rows.ts";

export function run(): Promise<number> {
  const outdated = outdatedRows(versionRows, new Date());
  console.log(describeRows(outdated));
  return Promise.resolve(outdated.length > 0 ? 1 : 0);
}
