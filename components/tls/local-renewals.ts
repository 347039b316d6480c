import { X509Certificate } from "node:crypto";
import { readFileSync } from "node:fs";
import { authorityFolder } from "./generated-certificate-script.ts";

/** Days between two renewals where only a run of this program makes them: a month and a half before the end. */
const periodDays = 350;

/**
 * How often the certificate of a CA should have been renewed since the CA was made: what a script says that is to run
 * again then, and at no other time, where no timer looks after it.
 *
 * @param authority the CA's certificate, PEM; undefined where there is none yet.
 */
export function renewalsDue(authority: string | undefined, now: Date): number {
  if (authority === undefined) return 0;
  const days = (now.getTime() - Date.parse(new X509Certificate(authority).validFrom)) / 86_400_000;
  return Math.max(0, Math.floor(days / periodDays));
}

/** The same of the CA on this machine; 0 where it cannot be read, as its script says better why. */
export function localRenewals(dataFolder: string, hostname: string, now = new Date()): number {
  try {
    return renewalsDue(readFileSync(`${authorityFolder(dataFolder)}/${hostname}/certificate.pem`, "utf8"), now);
  } catch {
    return 0;
  }
}
