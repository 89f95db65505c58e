/** Where in the app one is, as it stands behind the `#` of the address. */

export const VIEWS = ['queue', 'history', 'workers', 'settings'] as const

export type Route =
  { readonly view: 'job'; readonly job_id: number } | { readonly view: (typeof VIEWS)[number] }

/** An address that says nothing leads to the queue. */
export function parseRoute(hash: string): Route {
  const [view, id] = hash.replace(/^#\/?/, '').split('/')
  if (view === 'job' && id !== undefined && /^[1-9]\d{0,14}$/.test(id)) return { view, job_id: Number(id) }
  return { view: VIEWS.find((known) => known === view) ?? 'queue' }
}

export function formatRoute(route: Route): string {
  return route.view === 'job' ? `#/job/${route.job_id}` : `#/${route.view}`
}
