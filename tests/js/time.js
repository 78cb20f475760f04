// Time that passes when the test says so. node's own is newer than the oldest node that the tests run on.

// Until the test `t` ends, `setTimeout` and `Date.now` follow the clock that this answers: `tick(ms)`.
export function stopTime(t) {
  const { setTimeout: set, clearTimeout: clear } = globalThis
  const realNow = Date.now
  let now = 1_000_000, next = 1
  const waiting = new Map()
  globalThis.setTimeout = (act, ms = 0) => (waiting.set(next, { act, at: now + ms }), next++)
  globalThis.clearTimeout = (id) => waiting.delete(id)
  Date.now = () => now
  t.after(() => Object.assign(globalThis, { setTimeout: set, clearTimeout: clear }) && (Date.now = realNow))
  return {
    tick(ms) {
      now += ms
      for (const [id, { act, at }] of [...waiting]) if (at <= now && waiting.delete(id)) act()
    },
  }
}
