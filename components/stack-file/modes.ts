/** The forms of an installation. */
export const modes = ["high-availability", "single-node"] as const;

export type Mode = (typeof modes)[number];
