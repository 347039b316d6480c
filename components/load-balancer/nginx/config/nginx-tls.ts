import { whenAll } from "../nginx-block.ts";
import type { Lines } from "../nginx-block.ts";
import type { NginxOptions } from "./nginx-options.ts";

/**
 * Mozilla's guideline 6.0, profile "intermediate", unchanged.
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

/** TLS for all servers. Without OCSP stapling: Let's Encrypt ended OCSP, and a private CA has no responder. */
export function renderTls(): Lines {
  return [
    `ssl_protocols ${protocols};`,
    `ssl_ciphers ${ciphers};`,
    "ssl_prefer_server_ciphers off;",
    // OpenSSL rejects the whole list, and nginx does not start, if it does not know one of the names.
    ...whenAll(["openssl>=3.5.0"], [`ssl_ecdh_curve X25519MLKEM768:${curves};`]),
    ...whenAll(["openssl<3.5.0"], [`ssl_ecdh_curve ${curves};`]),
    "ssl_session_timeout 1d;",
    "ssl_session_cache shared:MozSSL:10m;",
    // nginx rotates ticket keys since 1.23.2; earlier versions keep one key until they restart.
    ...whenAll(["nginx<1.23.2"], ["ssl_session_tickets off;"]),
  ];
}

/**
 * Strict-Transport-Security on every response, including nginx's own error pages. Only over HTTPS: servers must not
 * send it over plain HTTP (RFC 6797, 7.2).
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
    // Browsers use only the first one.
    "proxy_hide_header Strict-Transport-Security;",
  ];
}
