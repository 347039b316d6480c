import { renderHaproxyConfig } from "../../components/load-balancer/haproxy/haproxy-config.ts";
import { renderNginxConfig } from "../../components/load-balancer/nginx/config/nginx-config.ts";
import { fillNginxTemplate, type NginxBuild } from "../../components/load-balancer/nginx/config/nginx-template.ts";
import { rancherListeners } from "../../components/load-balancer/rancher-listeners.ts";
import type { Settings } from "../../components/stack-file/settings.ts";

/** Debian 12's package, as it describes itself in `nginx -V`. */
const debian: NginxBuild = {
  nginx: "1.22.1",
  openssl: "3.0.20",
  workerUser: "www-data",
  loadModules: "include /etc/nginx/modules-enabled/*.conf;",
  resolvers: "THE-HOST'S-OWN",
};

function nginxHosts(settings: Settings): readonly string[] {
  if (settings.mode === "high-availability")
    return "hosts" in settings.loadBalancer ? settings.loadBalancer.hosts.map(({ name }) => name) : [];
  const { host } = settings.docker;
  return [host.kind === "local" ? "local" : host.name];
}

/** The configuration inside a balancer's scripts, as a file of its own for people who only want that. */
export function balancerFiles(settings: Settings): [path: string, text: string][] {
  const { loadBalancer } = settings;
  switch (loadBalancer.kind) {
    case "nginx": {
      const { options, runAs } = loadBalancer;
      const logs = runAs === "container" ? "container" : "files";
      const { text } = fillNginxTemplate(
        renderNginxConfig({ listeners: rancherListeners(settings), options, logs }),
        debian,
      );
      const note = "# Filled in for the nginx of Debian 12; on the host it is filled in for the nginx that is there.\n";
      return nginxHosts(settings).map((name) => [`hosts/${name}/nginx.conf`, `${note}${text}`]);
    }
    case "haproxy": {
      const listeners = rancherListeners(settings).filter((listener) => listener.layer === 4);
      const { text } = renderHaproxyConfig({ listeners, options: loadBalancer.options });
      return loadBalancer.hosts.map(({ name }) => [`hosts/${name}/haproxy.cfg`, text]);
    }
    case "external":
    case "none":
      return [];
    default:
      return loadBalancer satisfies never;
  }
}
