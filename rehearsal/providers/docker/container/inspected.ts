/** The parts of `GET /containers/{id}/json` that the provider reads. */
export interface Inspected {
  readonly Id: string;
  readonly Name: string;
  /** Id of the image. */
  readonly Image: string;
  readonly Platform: string;
  readonly State: {
    readonly Running: boolean;
    readonly ExitCode: number;
    readonly Health?: { readonly Status: string };
  };
  readonly Config: {
    readonly Image: string;
    readonly Hostname: string;
    readonly Domainname: string;
    readonly Cmd: readonly string[] | null;
    readonly Entrypoint: readonly string[] | null;
    readonly User: string;
    readonly WorkingDir: string;
    readonly Tty: boolean;
    readonly OpenStdin: boolean;
    readonly StopSignal?: string;
    readonly StopTimeout?: number;
    readonly Healthcheck?: {
      readonly Test?: readonly string[];
      readonly Interval?: number;
      readonly Timeout?: number;
      readonly StartPeriod?: number;
      readonly StartInterval?: number;
      readonly Retries?: number;
    };
  };
  readonly HostConfig: {
    readonly AutoRemove: boolean;
    readonly ReadonlyRootfs: boolean;
    readonly PublishAllPorts: boolean;
    readonly Privileged: boolean;
    readonly RestartPolicy: { readonly Name: string; readonly MaximumRetryCount: number };
    readonly Init?: boolean | null;
    readonly Runtime: string;
    readonly CapAdd: readonly string[] | null;
    readonly CapDrop: readonly string[] | null;
    readonly SecurityOpt: readonly string[] | null;
    readonly GroupAdd: readonly string[] | null;
    readonly Dns: readonly string[] | null;
    readonly DnsOptions: readonly string[] | null;
    readonly DnsSearch: readonly string[] | null;
    readonly ExtraHosts: readonly string[] | null;
    readonly Ulimits: readonly { readonly Name: string; readonly Soft: number; readonly Hard: number }[] | null;
    readonly Sysctls?: { readonly [name: string]: string } | null;
    readonly Memory: number;
    readonly MemoryReservation: number;
    readonly MemorySwap: number;
    readonly ShmSize: number;
    readonly NanoCpus: number;
    readonly CpuShares: number;
    readonly CpusetCpus: string;
    readonly LogConfig: { readonly Type: string; readonly Config: { readonly [option: string]: string } | null };
    readonly NetworkMode: string;
    readonly PidMode: string;
    readonly IpcMode: string;
    readonly UsernsMode: string;
    readonly Mounts?: readonly EngineMount[] | null;
  };
  readonly NetworkSettings: {
    readonly Bridge?: string;
    readonly Ports: {
      readonly [port: string]: readonly { readonly HostIp: string; readonly HostPort: string }[] | null;
    } | null;
    readonly Networks: { readonly [name: string]: EngineEndpoint } | null;
  };
}

export interface EngineMount {
  readonly Type: string;
  readonly Target: string;
  readonly Source?: string;
  readonly ReadOnly?: boolean;
  readonly BindOptions?: { readonly Propagation?: string };
  readonly VolumeOptions?: {
    readonly NoCopy?: boolean;
    readonly DriverConfig?: { readonly Name?: string; readonly Options?: { readonly [option: string]: string } };
  };
  readonly TmpfsOptions?: { readonly SizeBytes?: number; readonly Mode?: number };
}

export interface EngineEndpoint {
  readonly IPAddress: string;
  readonly IPPrefixLen: number;
  readonly Gateway: string;
  readonly GlobalIPv6Address: string;
  readonly GlobalIPv6PrefixLen: number;
  readonly IPv6Gateway: string;
  readonly MacAddress: string;
}
