import { X509Certificate } from "node:crypto";
import { readFileSync } from "node:fs";
import { authorityFolder } from "./generated-certificate-script.ts";

/**
 * Days between two renewals where only a run of this program renews: about six weeks before the certificate expires.
 */
const periodDays = 350;

/**
 * How many times the certificate should have been renewed since its CA was created. The number is part of a script, so
 * that a machine without a timer runs the script again when a renewal is due, and at no other time.
 *
 * @param authority the CA's certificate, PEM; undefined if there is none yet.
 */
export function renewalsDue(authority: string | undefined, now: Date): number {
  if (authority === undefined) return 0;
  const days = (now.getTime() - Date.parse(new X509Certificate(authority).validFrom)) / 86_400_000;
  return Math.max(0, Math.floor(days / periodDays));
}

/** The same for the CA on this machine. 0 if the CA cannot be read: its script reports the reason. */
export function localRenewals(dataFolder: string, hostname: string, now = new Date()): number {
  try {
    return renewalsDue(readFileSync(`${authorityFolder(dataFolder)}/${hostname}/certificate.pem`, "utf8"), now);
  } catch {
    return 0;
  }
}
