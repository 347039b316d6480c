import { around, inForce } from "./parse.ts";
import { rule, type Rule } from "./rule.ts";

export const tlsRules: readonly Rule[] = [
  rule("ssl_ecdh_curve", "ssl_ecdh_curve", ({ args }) => {
    const groups = (args[0] ?? "").split(":").filter((group) => /^[^?].*(MLKEM|KYBER)/i.test(group));
    return groups.length === 0 ? undefined : `OpenSSL before 3.5 refuses all of it for ${groups.join(", ")}`;
  }),
  rule("ssl_stapling_letsencrypt", "ssl_certificate", (one) => {
    const stapling = one.parent === undefined ? [] : inForce(one.parent, "ssl_stapling");
    return stapling[0]?.args[0] === "on" && (one.args[0] ?? "").includes("/letsencrypt/")
      ? "Let's Encrypt answers no OCSP"
      : undefined;
  }),
  rule("ssl_stapling_without_resolver", "ssl_stapling", (one) => {
    if (one.args[0] !== "on" || one.parent === undefined) return undefined;
    const names = ["resolver", "ssl_stapling_file"];
    return names.some((name) => around(one).some((block) => inForce(block, name).length > 0))
      ? undefined
      : "the responder's name cannot be looked up";
  }),
  rule("proxy_ssl_unverified", "proxy_pass", (one) => {
    if (one.args[0]?.startsWith("https://") !== true || one.parent === undefined) return undefined;
    const verified = inForce(one.parent, "proxy_ssl_verify")[0]?.args[0] === "on";
    return verified && inForce(one.parent, "proxy_ssl_trusted_certificate").length > 0
      ? undefined
      : "whoever answers is taken for the upstream";
  }),
];
