import { z } from "zod";
import { defaultBalancerOptions } from "../../../load-balancer/balancer-options.ts";
import { defaultNginxImage } from "../../../program/versions.ts";
import { checkNetwork } from "./balancer-fields.ts";
import { checkImage } from "../../fields/image-field.ts";
import { nginxOptions } from "./nginx-schema.ts";
import { layer7, onlyWith, runAsContainer, runAsHost } from "../../fields/only-with.ts";
import { site } from "./site-schema.ts";
import { list, text } from "../../fields/text-field.ts";
import { wholeNumber } from "../../fields/number-field.ts";

const { method, ipv6, timeouts, failover } = defaultBalancerOptions;

/** A TCP port for HTTP and one for HTTPS. */
export const portPair = (http: string, https: string) => ({
  http: wholeNumber(1, 65535, 80, http),
  https: wholeNumber(1, 65535, 443, https),
});

export const ports = z
  .strictObject(
    portPair(
      "TCP port for HTTP: passed through at layer 4, redirected to HTTPS at layer 7. Let's Encrypt needs it to be 80.",
      "TCP port for HTTPS. Agents and browsers use 443; with another port, something in front has to forward it.",
    ),
  )
  .prefault({})
  .meta({ description: "Ports for clients.", examples: ["{ http: 80, https: 443 }"] });

/** Options for forwarding, shared by nginx and HAProxy and by both modes. */
export const forwarding = {
  method: z.enum(["least_conn", "round_robin"]).default(method).meta({
    description: "How the next server is chosen: the one with the fewest connections, or each in turn.",
  }),
  ipv6: z.boolean().default(ipv6).meta({ description: "Listens on IPv6 as well as IPv4; every host must have IPv6." }),
  timeouts: z
    .strictObject({
      connect: wholeNumber(
        1,
        30,
        timeouts.connect,
        "Seconds until nginx or HAProxy gives up on a silent server and tries the next one: the delay a dead node causes.",
      ),
      idle: wholeNumber(
        60,
        86_400,
        timeouts.idle,
        "Seconds of silence allowed on an open connection. Rancher recommends 1800; less cuts idle shells and logs.",
      ),
      shutdown: wholeNumber(
        10,
        86_400,
        timeouts.shutdown,
        "Seconds that connections may continue after a reload; then they are cut, and the old workers end.",
      ),
    })
    .prefault({})
    .meta({ description: "Timeouts in seconds.", examples: ["{ connect: 2, idle: 1800 }"] }),
  failover: z
    .strictObject({
      maxFails: wholeNumber(
        1,
        100,
        failover.maxFails,
        "Failures within `failTimeout` after which a server is left out.",
      ),
      failTimeout: wholeNumber(1, 3600, failover.failTimeout, "Seconds a server is left out before it is tried again."),
      tries: wholeNumber(
        1,
        10,
        failover.tries,
        "Servers tried for one connection or request before the client gets an error.",
      ),
    })
    .prefault({})
    .meta({ description: "When a server is left out, and for how long.", examples: ["{ maxFails: 1, tries: 3 }"] }),
};

/** Where nginx comes from, and options that only nginx has. */
export const nginxFields = {
  package: onlyWith(
    runAsHost,
    z.enum(["distribution", "nginx.org"]).default("distribution").meta({
      description: "Where the host's nginx package comes from: the distribution or the nginx.org repository.",
    }),
  ),
  image: onlyWith(
    runAsContainer,
    text(checkImage, {
      description: "Image of the container, by version or digest. Changing it replaces the container.",
      example: defaultNginxImage,
    }).default(defaultNginxImage),
  ),
  versionAccess: onlyWith(
    layer7,
    list(text(checkNetwork, { description: "A network or an IP address.", example: "192.0.2.0/24" }))
      .optional()
      .meta({
        description:
          "Networks that may request `/version` and `/rancherversion`, which show attackers what runs here; others " +
          "get 403. Without this key every client may, with an empty list none.",
        examples: ["[192.0.2.0/24]"],
      }),
  ),
  sites: onlyWith(
    layer7,
    list(site)
      .default([])
      .meta({
        description: "Further sites behind the same nginx.",
        examples: [
          "[{ name: wiki, hostname: wiki.example.com, upstreams: [192.0.2.31:8080], certificate: certificates/wiki.pem }]",
        ],
      }),
  ),
  nginx: nginxOptions,
};

const runAs = z.enum(["host", "container"]);

/** @param standard where nginx runs by default. */
export const runAsField = (standard: z.output<typeof runAs>) =>
  runAs.default(standard).meta({
    description: "Runs nginx as a package on the host, or as a container in its Docker engine.",
  });
