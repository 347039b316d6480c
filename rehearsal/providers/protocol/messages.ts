import { DiffResponse, ErrorResourceInitFailed, PropertyDiff } from "@pulumi/pulumi/proto/provider_pb.js";
import { Status } from "@pulumi/pulumi/proto/status_pb.js";
import { status } from "@grpc/grpc-js";
import { Any } from "google-protobuf/google/protobuf/any_pb.js";
import { Struct, type JavaScriptValue } from "google-protobuf/google/protobuf/struct_pb.js";
import type { Change, Difference } from "./difference.ts";
import type { NotReady } from "./plugin.ts";
import { decode, encode, type Json, type Properties } from "./property-value.ts";

/** The properties in a message's field; empty if the field is absent. */
export function properties(field: Struct | undefined): Properties {
  return field ? (decode(field.toJavaScript() as Json) as Properties) : {};
}

/** Converts properties to a message's field. */
export function struct(values: Properties): Struct {
  return Struct.fromJavaScript(encode(values) as { [key: string]: JavaScriptValue });
}

const kinds: Record<Change, { plain: PropertyDiff.Kind; replace: PropertyDiff.Kind }> = {
  add: { plain: PropertyDiff.Kind.ADD, replace: PropertyDiff.Kind.ADD_REPLACE },
  delete: { plain: PropertyDiff.Kind.DELETE, replace: PropertyDiff.Kind.DELETE_REPLACE },
  update: { plain: PropertyDiff.Kind.UPDATE, replace: PropertyDiff.Kind.UPDATE_REPLACE },
};

/** Converts a difference to the engine's message. */
export function diffResponse(difference: Difference): DiffResponse {
  const response = new DiffResponse();
  const { DIFF_NONE, DIFF_SOME } = DiffResponse.DiffChanges;
  response.setChanges(difference.changes.size > 0 ? DIFF_SOME : DIFF_NONE);
  const ofState = difference.ofState ?? false;
  response.setReplacesList([...(ofState ? propertiesOf(difference.replaces) : difference.replaces)]);
  response.setDiffsList(propertiesOf(difference.changes.keys()));
  response.setDeletebeforereplace(difference.deleteBeforeReplace);
  response.setHasdetaileddiff(true);
  for (const [path, change] of difference.changes) {
    const detail = new PropertyDiff();
    detail.setKind(kinds[change][difference.replaces.includes(path) ? "replace" : "plain"]);
    detail.setInputdiff(!ofState);
    response.getDetaileddiffMap().set(path, detail);
  }
  return response;
}

function propertiesOf(paths: Iterable<string>): string[] {
  return [...new Set([...paths].map((path) => path.split(/[.[]/)[0] ?? path))];
}

/** The error details that tell the engine that a resource exists although its creation failed. */
export function notReadyDetails(error: NotReady): Buffer {
  const detail = new ErrorResourceInitFailed();
  detail.setId(error.id);
  detail.setProperties(struct(error.outputs));
  detail.setReasonsList([error.message]);
  const any = new Any();
  any.pack(detail.serializeBinary(), "pulumirpc.ErrorResourceInitFailed");
  const answer = new Status();
  answer.setCode(status.UNKNOWN);
  answer.setMessage(error.message);
  answer.addDetails(any);
  return Buffer.from(answer.serializeBinary());
}
