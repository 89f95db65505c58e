/** Called with something reactive: whoever computes or draws does it again when that changes. */
export function dependOn(..._values: readonly unknown[]): void {
  // Reading the values is all there is to do.
}
