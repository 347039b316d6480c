import { z } from "zod";
import { defaultNginxOptions } from "../../../load-balancer/nginx/config/nginx-options.ts";
import { checkIp, checkSize } from "./balancer-fields.ts";
import { layer7, onlyWith } from "../../fields/only-with.ts";
import { list, text } from "../../fields/text-field.ts";

const standard = defaultNginxOptions;
const hsts = { maxAge: 63_072_000, includeSubDomains: true, preload: false, ...standard.hsts };

/** `loadBalancer.nginx`: options that only nginx has. Changing any of them reloads nginx. */
export const nginxOptions = z
  .strictObject({
    http2: onlyWith(
      layer7,
      z.boolean().default(standard.http2).meta({
        description: "Offers HTTP/2 to clients; otherwise they use HTTP/1.1.",
      }),
    ),
    gzip: onlyWith(
      layer7,
      z.boolean().default(standard.gzip).meta({
        description: "Compresses text for clients, which costs CPU time and helps on slow connections.",
      }),
    ),
    hsts: onlyWith(
      layer7,
      z
        .union([
          z.strictObject({
            maxAge: z.int().min(0).max(63_072_000).default(hsts.maxAge).meta({
              description: "Seconds a browser insists on HTTPS after its last visit; 0 revokes it.",
            }),
            includeSubDomains: z.boolean().default(hsts.includeSubDomains).meta({
              description: "Applies to every subdomain of `hostname` too, wherever it is served.",
            }),
            preload: z.boolean().default(hsts.preload).meta({
              description: "Allows browsers to preload the hostname, which is hard to undo.",
            }),
          }),
          z.literal(false),
        ])
        .prefault({})
        .meta({
          description:
            "Makes browsers refuse plain HTTP and invalid certificates for `hostname`. `false` sends no such header; browsers keep an earlier one until it expires.",
          examples: ["{ maxAge: 63072000, includeSubDomains: true, preload: false }"],
        }),
    ),
    maxBodySize: onlyWith(
      layer7,
      text(checkSize, {
        description:
          "Largest request body, with nginx's k, m or g; larger ones, such as imports of big charts, get 413.",
        example: "100m",
      }).default(standard.maxBodySize),
    ),
    logFormat: z.enum(["text", "json"]).default(standard.logFormat).meta({
      description: "Format of the access log: readable text, or one JSON object per line for a log collector.",
    }),
    statusPort: z
      .int()
      .min(1)
      .max(65535)
      .optional()
      .meta({ description: "TCP port on loopback for nginx's status counters. Without it there is no status page." }),
    resolvers: list(text(checkIp, { description: "IP address of a DNS server.", example: "192.0.2.53" }))
      .min(1)
      .optional()
      .meta({
        description:
          "DNS servers for servers and upstreams given by name. Defaults to those of the host, or to Docker's in a container.",
        examples: ["[192.0.2.53]"],
      }),
  })
  .prefault({})
  .meta({ description: "What only nginx offers.", examples: ["{ http2: true, maxBodySize: 100m }"] });
