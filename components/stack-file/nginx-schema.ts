import { z } from "zod";
import { defaultNginxOptions } from "../load-balancer/nginx-options.ts";
import { checkIp, checkSize } from "./balancer-fields.ts";
import { list, text } from "./text-field.ts";

const standard = defaultNginxOptions;
const hsts = { maxAge: 63_072_000, includeSubDomains: true, preload: false, ...standard.hsts };

/** `loadBalancer.nginx`: what only nginx offers. Changing any of it is a reload. */
export const nginxOptions = z
  .strictObject({
    http2: z.boolean().default(standard.http2).meta({
      description: "Offers HTTP/2 to clients; without it they speak HTTP/1.1. Layer 7.",
    }),
    gzip: z.boolean().default(standard.gzip).meta({
      description: "Compresses text on its way to clients, for CPU time at nginx; helps on slow lines. Layer 7.",
    }),
    hsts: z
      .union([
        z.strictObject({
          maxAge: z.int().min(0).max(63_072_000).default(hsts.maxAge).meta({
            description: "Seconds a browser keeps to HTTPS after its last visit; 0 takes the promise back.",
          }),
          includeSubDomains: z.boolean().default(hsts.includeSubDomains).meta({
            description: "Binds every name below `hostname` too, whoever serves it.",
          }),
          preload: z.boolean().default(hsts.preload).meta({
            description: "Agrees to being built into browsers, which is hard to undo.",
          }),
        }),
        z.literal(false),
      ])
      .prefault({})
      .meta({
        description:
          "Has browsers refuse plain HTTP and bad certificates for `hostname`. `false` sends no such header; what browsers have heard stays with them. Layer 7.",
        examples: ["{ maxAge: 63072000, includeSubDomains: true, preload: false }"],
      }),
    maxBodySize: text(checkSize, {
      description:
        "Largest request body, with nginx's k, m or g; larger ones get 413, such as imports of big charts. Layer 7.",
      example: "100m",
    }).default(standard.maxBodySize),
    logFormat: z.enum(["text", "json"]).default(standard.logFormat).meta({
      description: "Lines of the access log: for people, or one JSON object each, for a collector.",
    }),
    statusPort: z
      .int()
      .min(1)
      .max(65535)
      .optional()
      .meta({ description: "TCP port on loopback that shows nginx's own counters. Without it there is no such page." }),
    resolvers: list(text(checkIp, { description: "IP address of a DNS server.", example: "192.0.2.53" }))
      .min(1)
      .optional()
      .meta({
        description:
          "DNS servers asked for servers and upstreams given by name. Without it those of the host, or Docker's in a container.",
        examples: ["[192.0.2.53]"],
      }),
  })
  .prefault({})
  .meta({ description: "What only nginx offers.", examples: ["{ http2: true, maxBodySize: 100m }"] });
