export default function noop(input: { readonly n: number }): Promise<{ n: number }>
