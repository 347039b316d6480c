import { z } from "zod";

/** A whole number in a range, with its default. */
export function wholeNumber(least: number, most: number, standard: number, description: string) {
  return z.int().min(least).max(most).default(standard).meta({ description });
}
