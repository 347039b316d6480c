// A program: accepts a Rancher server's arguments, requires what it requires, and responds to a rehearsal's requests.
// Written from Rancher's sources. It shows that our code works with such a server, not with Rancher itself.
import { execFileSync } from "node:child_process";
import { createServer, type IncomingMessage } from "node:http";
import { parseArgs } from "node:util";

import { WebSocketServer } from "ws";

const token = "token-fake:0123456789";

const { values } = parseArgs({
  strict: true,
  options: {
    version: { type: "boolean" },
    kubeconfig: { type: "string" },
    "k8s-mode": { type: "string" },
    "http-listen-port": { type: "string" },
    "https-listen-port": { type: "string" },
    features: { type: "string" },
  },
});
if (values.version) {
  console.log("rancher version v2.15.2 (fake)");
  process.exit(0);
}
const want = (isSo: boolean, what: string) => {
  if (isSo) return;
  console.error(`[FATAL] ${what}`);
  process.exit(1);
};
want(process.env["CATTLE_DEV_MODE"] === "true", "the jail script of the container is not there");
want(values["k8s-mode"] === "external", "there is no embedded cluster");
want(values.features === "fleet=false,turtles=false,embedded-cluster-api=false", "this wants pods that run");

const { kubeconfig = "" } = values;
const kubectl = (...args: string[]) => execFileSync("kubectl", ["--kubeconfig", kubeconfig, ...args]).toString();
execFileSync("helm", ["version"]);
kubectl("get", "namespace", "cattle-system");
const secret = JSON.parse(
  kubectl("get", "secret", "bootstrap-secret", "--namespace", "cattle-system", "--output", "json"),
) as { data?: Record<string, string> };
// First the Secret, then the environment, as Rancher does.
const kept = Buffer.from(secret.data?.["bootstrapPassword"] ?? "", "base64").toString();
const password = kept || process.env["CATTLE_BOOTSTRAP_PASSWORD"] || "";
want(password !== "", "no bootstrap password");

const isSignedIn = ({ headers }: IncomingMessage) => headers.authorization === `Bearer ${token}`;
const bodyOf = async (request: IncomingMessage) => {
  let body = "";
  for await (const chunk of request) body += String(chunk);
  return body;
};

const server = createServer((request, response) => {
  const { method = "GET", url = "/", headers } = request;
  const answer = (status: number, content: string | object, more: Record<string, string> = {}) =>
    response.writeHead(status, more).end(typeof content === "string" ? content : JSON.stringify(content));
  if (url === "/ping") return void answer(200, "pong");
  if (headers["x-forwarded-proto"] !== "https") {
    return void answer(302, "", { location: `https://${headers.host}${url}` });
  }
  if (url === "/seen-by-rancher") return void answer(200, headers);
  if (url === "/v1-public/login" && method === "POST") {
    void bodyOf(request).then((body) => {
      const asked = JSON.parse(body) as Record<string, string>;
      const isRight =
        asked["type"] === "localProvider" && asked["username"] === "admin" && asked["password"] === password;
      answer(isRight ? 201 : 401, isRight ? { token } : { type: "error" });
    });
    return;
  }
  answer(isSignedIn(request) ? 404 : 401, { type: "error" });
});
const sockets = new WebSocketServer({ noServer: true });
server.on("upgrade", (request, socket, head) => {
  const isOpen = isSignedIn(request) && request.url?.startsWith("/v3/subscribe?");
  if (!isOpen) return void socket.end("HTTP/1.1 401 Unauthorized\r\ncontent-length: 0\r\nconnection: close\r\n\r\n");
  sockets.handleUpgrade(request, socket, head, (client) => client.send('{"name":"ping","data":{}}'));
});
server.listen(Number(values["http-listen-port"]), "127.0.0.1", () => console.log("[INFO] Listening"));
