/**
 * Every command-line tool of the project: the pinned version, its source, and which other versions are suitable. The Go
 * modules, with every dependency and its checksum, are pinned in `tools/go/<module>/`.
 *
 * @typedef {"pulumi" | "pulumi-language-nodejs" | "helm" | "kubectl" | "kube-apiserver" | "kube-controller-manager" |
 *   "kube-scheduler" | "etcd" | "kwok"} ToolName
 *
 * @typedef {object} Platform
 * @property {string} os Go's name: `linux`, `darwin`
 * @property {string} arch Go's name: `amd64`, `arm64`
 *
 * @typedef {object} Download
 * @property {string} url                        the archive, or the executable itself
 * @property {string} checksums                  SHA-256 of it, published by the same vendor
 * @property {Record<string, string>} [members]  archive member -> file name; without it `url` is the executable
 *
 * @typedef {object} GoSource
 * @property {string} module                    folder under `tools/go/`; tools of one module are built together
 * @property {string} package                   import path of the main package
 * @property {string} pin                       the module whose version in go.mod is this tool's version
 * @property {string} pinned                    that version
 * @property {Record<string, string>} [stamps]  variables the linker sets, as the vendor's own release build does
 *
 * @typedef {object} ToolPin
 * @property {string} version   without the leading `v`
 * @property {string} source    the vendor's page for this version
 * @property {string} willDo range of suitable versions on PATH (semver)
 * @property {string[]} ask arguments that only print its version
 * @property {(platform: Platform) => Download | undefined} download undefined if the vendor publishes no checksum
 * @property {GoSource} go
 */

const kubernetes = "1.34.1";

/** The variables that Kubernetes' `hack/lib/version.sh` sets; without them every component reports v0.0.0-master. */
const kubernetesStamps = {
  "k8s.io/component-base/version.gitVersion": `v${kubernetes}`,
  "k8s.io/component-base/version.gitMajor": "1",
  "k8s.io/component-base/version.gitMinor": "34",
  "k8s.io/component-base/version.gitCommit": "",
  "k8s.io/component-base/version.gitTreeState": "clean",
  "k8s.io/client-go/pkg/version.gitVersion": `v${kubernetes}`,
};

/**
 * @param {string} name
 * @param {string[]} ask
 * @returns {ToolPin}
 */
const kubernetesTool = (name, ask) => ({
  version: kubernetes,
  source: `https://github.com/kubernetes/kubernetes/releases/tag/v${kubernetes}`,
  willDo: "1.34.x",
  ask,
  download: ({ os, arch }) => {
    const url = `https://dl.k8s.io/release/v${kubernetes}/bin/${os}/${arch}/${name}`;
    return { url, checksums: `${url}.sha256` };
  },
  go: {
    module: "kubernetes",
    package: `k8s.io/kubernetes/cmd/${name}`,
    pin: "k8s.io/kubernetes",
    pinned: `v${kubernetes}`,
    stamps: kubernetesStamps,
  },
});

/** @type {Record<ToolName, ToolPin>} */
export const TOOLS = {
  "kube-apiserver": kubernetesTool("kube-apiserver", ["--version"]),
  "kube-controller-manager": kubernetesTool("kube-controller-manager", ["--version"]),
  "kube-scheduler": kubernetesTool("kube-scheduler", ["--version"]),
  kubectl: kubernetesTool("kubectl", ["version", "--client", "--output=yaml"]),
  helm: {
    version: "3.19.0",
    source: "https://github.com/helm/helm/releases/tag/v3.19.0",
    // Rancher requires 3.18 since Rancher 2.12, and its documentation does not mention Helm 4.
    willDo: ">=3.18.0 <4",
    ask: ["version", "--short"],
    download: ({ os, arch }) => {
      const url = `https://get.helm.sh/helm-v3.19.0-${os}-${arch}.tar.gz`;
      return { url, checksums: `${url}.sha256sum`, members: { [`${os}-${arch}/helm`]: "helm" } };
    },
    go: {
      module: "helm",
      package: "helm.sh/helm/v3/cmd/helm",
      pin: "helm.sh/helm/v3",
      pinned: "v3.19.0",
      // The Kubernetes version is what `helm template` and charts' kubeVersion see without a cluster; v1.20 unless set.
      stamps: {
        "helm.sh/helm/v3/internal/version.version": "v3.19.0",
        "helm.sh/helm/v3/internal/version.gitTreeState": "clean",
        "helm.sh/helm/v3/pkg/lint/rules.k8sVersionMajor": "1",
        "helm.sh/helm/v3/pkg/lint/rules.k8sVersionMinor": "34",
        "helm.sh/helm/v3/pkg/chartutil.k8sVersionMajor": "1",
        "helm.sh/helm/v3/pkg/chartutil.k8sVersionMinor": "34",
      },
    },
  },
  etcd: {
    version: "3.6.5",
    source: "https://github.com/etcd-io/etcd/releases/tag/v3.6.5",
    willDo: "3.6.x",
    ask: ["--version"],
    download: ({ os, arch }) => {
      // Other systems get a zip file.
      if (os !== "linux") return undefined;
      const folder = "https://github.com/etcd-io/etcd/releases/download/v3.6.5";
      const name = `etcd-v3.6.5-${os}-${arch}`;
      return {
        url: `${folder}/${name}.tar.gz`,
        checksums: `${folder}/SHA256SUMS`,
        members: { [`${name}/etcd`]: "etcd" },
      };
    },
    go: {
      module: "etcd",
      package: "go.etcd.io/etcd/server/v3",
      pin: "go.etcd.io/etcd/server/v3",
      pinned: "v3.6.5",
    },
  },
  kwok: {
    version: "0.7.0",
    source: "https://github.com/kubernetes-sigs/kwok/releases/tag/v0.7.0",
    willDo: "0.7.x",
    ask: ["--version"],
    // Its releases contain executables, but no checksums.
    download: () => undefined,
    go: {
      module: "kwok",
      package: "sigs.k8s.io/kwok/cmd/kwok",
      pin: "sigs.k8s.io/kwok",
      pinned: "v0.7.0",
    },
  },
  "pulumi-language-nodejs": {
    // The last release of the SDK that contains the language host as an ordinary package. The official download of the
    // Pulumi CLI contains the current one; see language-host.mjs.
    version: "3.66.0",
    source: "https://github.com/pulumi/pulumi/tree/sdk/v3.66.0/sdk/nodejs/cmd/pulumi-language-nodejs",
    willDo: ">=3.66.0 <4",
    ask: [],
    download: () => undefined,
    go: {
      module: "pulumi-language-nodejs",
      package: "github.com/pulumi/pulumi/sdk/v3/nodejs/cmd/pulumi-language-nodejs",
      pin: "github.com/pulumi/pulumi/sdk/v3",
      pinned: "v3.66.0",
    },
  },
  pulumi: {
    version: "3.259.0",
    source: "https://github.com/pulumi/pulumi/releases/tag/v3.259.0",
    willDo: ">=3.259.0 <4",
    ask: ["version"],
    download: ({ os, arch }) => {
      const folder = "https://get.pulumi.com/releases/sdk";
      return {
        url: `${folder}/pulumi-v3.259.0-${os}-${arch === "amd64" ? "x64" : arch}.tar.gz`,
        checksums: `${folder}/pulumi-3.259.0-checksums.txt`,
        members: {
          "pulumi/pulumi": "pulumi",
          "pulumi/pulumi-language-nodejs": "pulumi-language-nodejs",
        },
      };
    },
    go: {
      module: "pulumi",
      package: "github.com/pulumi/pulumi/pkg/v3/cmd/pulumi",
      pin: "github.com/pulumi/pulumi/pkg/v3",
      pinned: "v3.259.0",
      stamps: { "github.com/pulumi/pulumi/sdk/v3/go/common/version.Version": "v3.259.0" },
    },
  },
};

/**
 * In build order: the tool that shares the most compiled packages with the others comes first.
 * @type {ToolName[]}
 */
export const TOOL_NAMES = /** @type {ToolName[]} */ (Object.keys(TOOLS));

/** The Go version that `tools/go/*` requires, which messages name if it is missing. */
export const GO_VERSION = "1.26";

/**
 * This machine, in Go's terms.
 * @returns {Platform}
 */
export const thisPlatform = () => ({
  os: process.platform,
  arch: process.arch === "x64" ? "amd64" : process.arch,
});
