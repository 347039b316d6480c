/**
 * Halves the start time of Pulumi's SDK. It loads the TypeScript compiler and npm's Arborist immediately, but needs
 * them only to serialise functions, which this program never does. Here they are loaded on first access.
 */
import Module from "node:module";

const deferred = ["typescript", "@npmcli/arborist"];

/** @typedef {(request: string, parent?: { filename?: string | null }, isMain?: boolean) => object} Load */
const loader = /** @type {{ _load: Load }} */ (/** @type {unknown} */ (Module));
const load = loader._load;

/** @type {Load} */
const loadOrDefer = (request, parent, isMain) =>
  deferred.includes(request) && /[\\/]@pulumi[\\/]pulumi[\\/]/.test(parent?.filename ?? "")
    ? whenRead(() => load.call(Module, request, parent, isMain))
    : load.call(Module, request, parent, isMain);

loader._load = loadOrDefer;

/**
 * @param {() => object} loadIt
 * @returns {object}
 */
function whenRead(loadIt) {
  /** @type {object | undefined} */
  let loaded;
  return new Proxy(
    {},
    // "Compiled from an ES module" keeps TypeScript's import helper from copying every property.
    { get: (_, key) => (key === "__esModule" ? true : Reflect.get((loaded ??= loadIt()), key)) },
  );
}
