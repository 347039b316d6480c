import { describe, expect, it } from "vitest";
import { lint, rules } from "../support/nginx-lint/lint.ts";
import { parseNginx, statements } from "../support/nginx-lint/parse.ts";

/** For every rule a text that violates it, and the same text corrected. */
const cases: Readonly<Record<string, readonly [wrong: string, right: string][]>> = {
  add_header_content_type: [["add_header Content-Type text/plain;", "default_type text/plain;"]],
  add_header_multiline: [[`add_header A "one\n two";`, `add_header A "one two";`]],
  add_header_redefinition: [
    [
      "server { add_header A 1; location / { add_header B 2; } }",
      "server { add_header A 1; location / { add_header A 1; add_header B 2; } }",
    ],
  ],
  proxy_set_header_redefinition: [
    [
      "http { proxy_set_header A 1; server { location / { proxy_set_header B 2; } } }",
      "http { proxy_set_header A 1; server { location / { proxy_pass http://127.0.0.1; } } }",
    ],
  ],
  host_spoofing: [
    ["proxy_set_header Host $http_host;", "proxy_set_header Host $host;"],
    ["proxy_set_header host $arg_host;", "proxy_set_header X-Asked $arg_host;"],
  ],
  http_splitting: [
    ["return 301 https://a.example$uri;", "return 301 https://a.example$request_uri;"],
    ["location ~ ^/([^/]*)$ { add_header A $1; }", "location ~ ^/([a-z]*)$ { add_header A $1; }"],
  ],
  version_disclosure: [["server_tokens on;", "server_tokens off;"]],
  valid_referers: [["valid_referers none a.example;", "valid_referers a.example;"]],
  allow_without_deny: [["location / { allow 192.0.2.1; }", "location / { allow 192.0.2.1; deny all; }"]],
  return_bypasses_allow_deny: [
    ["location / { deny all; return 200; }", "location / { deny all; stub_status; location @x { return 200; } }"],
    ["location / { deny all; rewrite ^ /a redirect; }", "location / { deny all; rewrite ^ /a last; }"],
  ],
  status_page_exposed: [
    ["location /s { stub_status; allow 127.0.0.1; }", "location /s { stub_status; allow 127.0.0.1; deny all; }"],
    ["location /s { stub_status; allow all; deny all; }", "location /s { stub_status; allow ::1; deny all; }"],
  ],
  default_server_flag: [
    [
      "http { server { listen 443 ssl; } server { listen *:443; } }",
      "http { server { listen 443 ssl default_server; } server { listen *:443; } }",
    ],
    [
      "http { server { listen [::]:80; } server { listen [::]:80; } }",
      "http { server { listen [::]:80; } server { listen 80; } } stream { server { listen 80; } }",
    ],
  ],
  http2_misdirected_request: [
    [
      "http { http2 on; server { listen 443 default_server; ssl_reject_handshake on; } }",
      "http { http2 on; server { listen 443 default_server; ssl_reject_handshake on; location / { return 421; } } }",
    ],
    [
      "server { listen 443 http2 default_server; ssl_reject_handshake on; location / { return 404; } }",
      "server { listen 443 default_server; ssl_reject_handshake on; location / { return 404; } }",
    ],
  ],
  alias_traversal: [["location /a { alias /srv/; }", "location /a/ { alias /srv/; }"]],
  filesystem_root_exposure: [
    ["root /;", "root /srv;"],
    ["location /a/ { alias /./; }", "location /a/ { alias /srv/; }"],
  ],
  try_files_is_evil_too: [
    ["location / { try_files $uri =404; }", "open_file_cache max=9; location / { try_files $uri =404; }"],
  ],
  if_is_evil: [
    ["location / { if ($arg_a) { set $b 1; } }", "location / { if ($arg_a) { return 403; } }"],
    ["location / { if ($arg_a) { rewrite ^ /a; } }", "server { if ($arg_a) { set $b 1; } }"],
  ],
  proxy_buffering_off: [["proxy_buffering off;", "proxy_buffering on;"]],
  proxy_pass_normalized: [
    ["location /a { proxy_pass http://127.0.0.1/b; }", "location = /a { proxy_pass http://127.0.0.1/b; }"],
  ],
  ssrf: [
    ["location / { proxy_pass http://$arg_to; }", "location / { set $to 127.0.0.1; proxy_pass http://$to; }"],
    ["set $to $http_to; proxy_pass $to;", "set $to 127.0.0.1; proxy_pass $to;"],
  ],
  stale_dns_cache: [
    ["proxy_pass http://a.example;", "proxy_pass http://192.0.2.1:80;"],
    ["set $to a.example; proxy_pass $to;", "resolver 127.0.0.1; set $to a.example; proxy_pass $to;"],
    ["upstream u { server a.example; } proxy_pass http://u;", "upstream u { server [::1]:80; } proxy_pass http://u;"],
    [
      "upstream u { server a.example resolve; } proxy_pass http://u;",
      "resolver 127.0.0.1; upstream u { server a.example resolve; } proxy_pass http://u;",
    ],
  ],
  resolver_external: [
    ["resolver 203.0.113.1 valid=10s;", "resolver 127.0.0.11 [fd00::1]:53 192.168.1.1 valid=10s;"],
    ["resolver dns.example;", "resolver 10.0.0.53;"],
  ],
  low_keepalive_requests: [["keepalive_requests 100;", "upstream u { keepalive_requests 100; }"]],
  hash_without_default: [
    ["map $a $b { x 1; y 2; }", "map $a $b { default 0; x 1; y 2; } map $a $c { x 1; }"],
    ["geo $b { 192.0.2.1 1; }", "geo $b { default 0; 192.0.2.1 1; }"],
  ],
  missing_worker_processes: [["events { worker_processes 4; }", "worker_processes auto;"]],
  worker_rlimit_nofile_vs_connections: [
    [
      "worker_rlimit_nofile 1000; events { worker_connections 501; }",
      "worker_rlimit_nofile 1000; events { worker_connections 500; }",
    ],
    ["events { worker_connections 513; }", "events { worker_connections 512; }"],
  ],
  mixed_case_variable: [["set $a_b 1; return 200 $A_b;", "set $a_b 1; return 200 ${a_b};"]],
  ssl_ecdh_curve: [["ssl_ecdh_curve X25519MLKEM768:X25519;", "ssl_ecdh_curve ?X25519MLKEM768:X25519;"]],
  ssl_stapling_letsencrypt: [
    [
      "ssl_stapling on; server { ssl_certificate /etc/letsencrypt/live/a/b.pem; }",
      "server { ssl_certificate /etc/letsencrypt/live/a/b.pem; }",
    ],
  ],
  ssl_stapling_without_resolver: [["server { ssl_stapling on; }", "resolver 127.0.0.1; server { ssl_stapling on; }"]],
  proxy_ssl_unverified: [
    [
      "location / { proxy_pass https://127.0.0.1; proxy_ssl_verify on; }",
      "location / { proxy_pass https://127.0.0.1; proxy_ssl_verify on; proxy_ssl_trusted_certificate /ca.pem; }",
    ],
  ],
  no_expressions: [
    ["location ~ ^/a$ { }", "location = /a { }"],
    ["server_name ~^a$;", "server_name a;"],
    ["map $a $b { default 0; ~x 1; }", "map $a $b { default 0; x 1; }"],
    ["rewrite ^ /a;", "return 302 /a;"],
    ["if ($a ~ b) { return 403; }", "if ($a = b) { return 403; }"],
  ],
  invalid_regex: [
    ["location ~ '(' { }", "location ~ '()' { }"],
    ["rewrite ^/(a)$ /$2;", "rewrite ^/(a)$ /$1;"],
  ],
  regex_redos: [["location ~ ^(a+)+$ { }", "location ~ ^a+$ { }"]],
  unnamed_groups: [["rewrite ^/(a) /b?c=1; set $d $1;", "set $d 1; rewrite ^/(a) /b?c=1;"]],
  overlapping_captures: [
    ["rewrite ^/((.*))$ https://a.example/$1$2;", "rewrite ^/(.*)/(.*)$ https://a.example/$1$2;"],
    ["rewrite ^/(?<a>(.*))$ /$1$2 redirect;", "rewrite ^/(?:(.*))$ /$1 redirect;"],
  ],
  origins: [
    [
      "if ($http_origin !~ https://a.example) { return 403; }",
      "if ($http_origin !~ ^https://a\\.example$) { return 403; }",
    ],
    [
      "if ($http_referer ~ ^https://a.example$) { return 403; }",
      "if ($http_referer ~ ^https://a\\.example/) { return 403; }",
    ],
  ],
};

describe("lint", () => {
  it("has a case for every rule", () => {
    expect(Object.keys(cases).sort()).toEqual(rules.map(({ name }) => name).sort());
  });

  it.each(Object.entries(cases).flatMap(([rule, pairs]) => pairs.map(([wrong, right]) => ({ rule, wrong, right }))))(
    "$rule reports: $wrong",
    ({ rule, wrong, right }) => {
      expect(lint(wrong).map((finding) => finding.rule)).toContain(rule);
      expect(lint(right).map((finding) => finding.rule)).not.toContain(rule);
    },
  );

  it("reports the line", () => {
    const findings = lint("worker_processes auto;\nhttp {\n  server_tokens on;\n}\n");

    expect(findings).toEqual([{ rule: "version_disclosure", line: 3, why: "tells the version of nginx" }]);
  });
});

describe("parseNginx", () => {
  it("reads words, quotes, comments and variables in braces", () => {
    const file = parseNginx(`a 'b; {' "c # d" \${e}f; # g\nh { '' i; }`);

    expect(statements(file).map(({ name, args }) => [name, ...args])).toEqual([
      ["a", "b; {", "c # d", "${e}f"],
      ["h"],
      ["", "i"],
    ]);
  });

  it.each([
    ["a b", `line 1: "a" does not end`],
    ["a {\n b;", `line 1: "a" is not closed`],
    ["a;\n}", `line 2: "}" closes nothing`],
    ["a { b }", `line 1: "}" where a semicolon is missing`],
    [";", `line 1: ";" after nothing`],
  ])("rejects %j", (text, message) => {
    expect(() => parseNginx(text)).toThrow(message);
  });
});
