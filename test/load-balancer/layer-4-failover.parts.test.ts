import { runHaproxy } from "./support/haproxy-host.ts";
import { describeFailover } from "./support/layer-4-failover.ts";

describeFailover({ name: "nginx", run: (machine, listeners) => machine.nginx(listeners) });
describeFailover({ name: "HAProxy", run: runHaproxy });
