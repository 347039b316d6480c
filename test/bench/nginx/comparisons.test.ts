import { expect, it } from "vitest";
import { layer4, layer7 } from "../../load-balancer/support/balanced.ts";
import { rendered } from "../../load-balancer/support/rendered.ts";
import { answersItself, nginxDefaults, olderTls, oneWorker, usualMap, type Edit } from "./comparisons.ts";

const upstreams = [{ address: "192.0.2.11", port: 80 }];
const files = { certificate: "/etc/nginx/tls/chain.pem", privateKey: "/etc/nginx/tls/key.pem" };
const template = rendered([layer4(upstreams, 8000), layer7(upstreams, { files, ca: "" })]);

it.each<[string, Edit, string]>([
  ["one worker", oneWorker, "\nworker_processes 1;\n"],
  ["the usual websocket map", usualMap, "default upgrade;\n        '' close;\n"],
  ["answering by itself", answersItself, '        return 200 "0123'],
  ["TLS 1.2 only", olderTls, "ssl_protocols TLSv1.2;"],
])("%s is an edit of the product's configuration", (_name, edit, line) => {
  expect(template).not.toContain(line);
  expect(edit(template)).toContain(line);
});

it("nginx's defaults contain none of our handling of dead upstreams", () => {
  expect(nginxDefaults(template)).not.toMatch(/\n\s*(zone|least_conn|proxy_connect_timeout|proxy_next\w+)|max_fails/);
});

it("reports an edit whose text is missing", () => {
  expect(() => usualMap(oneWorker(template).replace("'' '';", ""))).toThrow(
    "the usual websocket map: /(map \\$http_upgrade",
  );
  expect(() => answersItself("events {}")).toThrow("is not in the configuration");
});
