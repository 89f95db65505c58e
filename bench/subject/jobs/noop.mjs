/** The no-op module job of every bench: an ordinary module file, its input comes back as its result. */
export default async function noop(input) {
  return { n: input.n }
}
