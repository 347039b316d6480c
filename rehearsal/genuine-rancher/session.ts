import { setTimeout as sleep } from "node:timers/promises";

import { type Answer, type BalancerAddress, post } from "../balancer-client.ts";

/** A session of a signed-in user. */
export interface Session {
  /** Bearer token: a secret. */
  readonly token: string;
  /** Text of the passed check. */
  readonly seen: string;
}

/** How long a rejected sign-in is retried, in milliseconds: `/ping` answers before Rancher has created its first user. */
const defaultTimeout = 60_000;

/** Pause between attempts, in milliseconds. */
const pause = 2000;

/**
 * Signs in as `admin` through the load balancer, as the dashboard does.
 *
 * @param timeout how long a rejected sign-in is retried, in milliseconds. @default a minute
 * @throws with the status of the last response; messages never contain the password.
 */
export async function openSession(
  target: BalancerAddress,
  password: string,
  timeout: number = defaultTimeout,
): Promise<Session> {
  const deadline = performance.now() + timeout;
  for (;;) {
    const { status, body, path } = await signIn(target, password);
    const token = status === 200 || status === 201 ? tokenIn(body) : undefined;
    if (token !== undefined) return { token, seen: `${path} answered ${status} with a token` };
    if (performance.now() + pause > deadline) {
      const lacks = status < 300 ? `${status} without a token` : `${status}`;
      throw new Error(`signing in as admin with the bootstrap password: ${path} answered ${lacks}`);
    }
    await sleep(pause);
  }
}

/** @see https://github.com/rancher/rancher/blob/main/pkg/auth/providers/publicapi/handler.go */
async function signIn(target: BalancerAddress, password: string): Promise<Answer & { path: string }> {
  const credentials = { username: "admin", password };
  const path = "/v1-public/login";
  const answer = await post(target, path, { type: "localProvider", ...credentials });
  if (answer.status !== 404) return { ...answer, path };
  // Rancher before 2.13 only has the older path.
  const older = "/v3-public/localProviders/local?action=login";
  return { ...(await post(target, older, credentials)), path: older };
}

function tokenIn(body: string): string | undefined {
  try {
    const { token } = JSON.parse(body) as { token?: unknown };
    return typeof token === "string" && token !== "" ? token : undefined;
  } catch {
    return undefined;
  }
}
