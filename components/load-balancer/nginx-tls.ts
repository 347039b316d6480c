import { whenAll } from "./nginx-block.ts";
import type { Lines } from "./nginx-block.ts";
import type { NginxOptions } from "./nginx-options.ts";

/**
 * Mozilla's guideline 6.0, profile "intermediate", to the letter.
 * https://github.com/mozilla/ssl-config-generator/blob/master/src/static/guidelines/6.0.json
 */
const protocols = "TLSv1.2 TLSv1.3";
const ciphers = [
  "ECDHE-ECDSA-AES128-GCM-SHA256",
  "ECDHE-RSA-AES128-GCM-SHA256",
  "ECDHE-ECDSA-AES256-GCM-SHA384",
  "ECDHE-RSA-AES256-GCM-SHA384",
  "ECDHE-ECDSA-CHACHA20-POLY1305",
  "ECDHE-RSA-CHACHA20-POLY1305",
].join(":");
const curves = "X25519:prime256v1:secp384r1";

/** TLS for all servers. Stapling stays out: Let's Encrypt ended OCSP, and a private CA has no responder. */
export function renderTls(): Lines {
  return [
    `ssl_protocols ${protocols};`,
    `ssl_ciphers ${ciphers};`,
    "ssl_prefer_server_ciphers off;",
    // One name that OpenSSL does not know makes it refuse the whole list, and nginx with it.
    ...whenAll(["openssl>=3.5.0"], [`ssl_ecdh_curve X25519MLKEM768:${curves};`]),
    ...whenAll(["openssl<3.5.0"], [`ssl_ecdh_curve ${curves};`]),
    "ssl_session_timeout 1d;",
    "ssl_session_cache shared:MozSSL:10m;",
    // Later builds change the keys of tickets by themselves; earlier ones keep one for as long as they run.
    ...whenAll(["nginx<1.23.2"], ["ssl_session_tickets off;"]),
  ];
}

/**
 * Strict-Transport-Security on every answer, refusals and nginx's own error pages included. Only over HTTPS: browsers
 * must ignore it elsewhere (RFC 6797, 7.2).
 */
export function renderHsts({ hsts }: NginxOptions): Lines {
  if (hsts === false) return [];
  const value = [
    `max-age=${hsts.maxAge}`,
    ...(hsts.includeSubDomains ? ["includeSubDomains"] : []),
    ...(hsts.preload ? ["preload"] : []),
  ].join("; ");
  return [
    `add_header Strict-Transport-Security "${value}" always;`,
    // Once is enough: browsers read the first one alone.
    "proxy_hide_header Strict-Transport-Security;",
  ];
}
