/**
 * What a virtual list takes for its data where rows come by their number: a list of so many nothings that takes no room.
 * `new Array(count)` would be 4 MB for a million rows, and another 4 MB each time that one job more has ended.
 */
export function emptySlots(count: number): readonly undefined[] {
  return new Proxy<readonly undefined[]>([], {
    get: (nothing, key): unknown => (key === 'length' ? count : Reflect.get(nothing, key)),
  })
}
