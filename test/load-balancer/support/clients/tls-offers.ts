import { connect, getCiphers, type ConnectionOptions, type SecureVersion } from "node:tls";
import type { Target } from "./asking.ts";

/** Which offers of a client a server accepts. The client does not verify the server. */
export interface TakenOffers {
  readonly protocols: readonly string[];
  /** Of TLS 1.2, in OpenSSL's notation. */
  readonly suites: readonly string[];
  readonly curves: readonly string[];
}

const protocols = ["TLSv1", "TLSv1.1", "TLSv1.2", "TLSv1.3"] as const;
const curves = ["X25519", "X448", "prime256v1", "secp384r1", "secp521r1", "brainpoolP256r1", "secp256k1"];
/** Lets the client offer what OpenSSL considers too weak. */
const anything = "ALL:COMPLEMENTOFALL:@SECLEVEL=0";

/** Offers one option at a time: every protocol, suite and curve that OpenSSL supports here. */
export async function takenOffers(target: Target): Promise<TakenOffers> {
  const suites = getCiphers()
    .map((name) => name.toUpperCase())
    .filter((name) => !name.startsWith("TLS_"));
  const taken = async (offers: readonly string[], options: (offer: string) => ConnectionOptions): Promise<string[]> => {
    const answers = await Promise.all(offers.map((offer) => isTaken(target, options(offer))));
    return offers.filter((_, index) => answers[index]);
  };
  return {
    protocols: await taken(protocols, (version) => ({ ...only(version as SecureVersion), ciphers: anything })),
    suites: await taken(suites, (suite) => ({ ...only("TLSv1.2"), ciphers: `${suite}:@SECLEVEL=0` })),
    curves: await taken(curves, (ecdhCurve) => ({ ...only("TLSv1.3"), ecdhCurve })),
  };
}

function only(version: SecureVersion): ConnectionOptions {
  return { minVersion: version, maxVersion: version };
}

function isTaken({ address, port, hostname }: Target, options: ConnectionOptions): Promise<boolean> {
  return new Promise((done) => {
    const end = (taken: boolean): void => {
      socket.destroy();
      done(taken);
    };
    const socket = connect({ host: address, port, servername: hostname, rejectUnauthorized: false, ...options });
    socket.once("secureConnect", () => end(true)).once("error", () => end(false));
  });
}
