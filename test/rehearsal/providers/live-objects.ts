import {
  ApiException,
  KubeConfig,
  KubernetesObjectApi,
  PatchStrategy,
  type KubernetesObject,
} from "@kubernetes/client-node";

/** An object as the API server returns it. */
export type Live = KubernetesObject & {
  data?: Record<string, string>;
  status?: unknown;
  spec?: unknown;
  metadata: { uid: string; annotations?: Record<string, string> };
};

/** The cluster's objects, read by Kubernetes' own client rather than by the code under test. */
export class LiveObjects {
  readonly #api: KubernetesObjectApi;
  constructor(kubeconfig: string) {
    const config = new KubeConfig();
    config.loadFromString(kubeconfig);
    this.#api = KubernetesObjectApi.makeApiClient(config);
  }

  /** Undefined if there is no such object. */
  async read(apiVersion: string, kind: string, name: string, namespace?: string): Promise<Live | undefined> {
    const metadata = { name, ...(namespace === undefined ? {} : { namespace }) };
    try {
      return (await this.#api.read({ apiVersion, kind, metadata })) as unknown as Live;
    } catch (error) {
      if (error instanceof ApiException && error.code === 404) return undefined;
      throw error;
    }
  }
  async create(object: object): Promise<void> {
    await this.#api.create(object as KubernetesObject);
  }
  async merge(object: object): Promise<void> {
    await this.#api.patch(
      object as KubernetesObject,
      undefined,
      undefined,
      "test",
      undefined,
      PatchStrategy.MergePatch,
    );
  }
  async delete(object: object): Promise<void> {
    await this.#api.delete(object as KubernetesObject);
  }
}
