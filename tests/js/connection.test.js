import assert from "node:assert/strict"
import { test } from "node:test"

import { backoff, banner, reasonToStay } from "../../static/js/models/connection.js"

const lost = (more) => ({ stopped: null, renewed: false, onLine: true, lostAt: 0, nextTryAt: 0, catchingUp: 0, ...more })

test("close codes below 4500 are come back from, those above are not", () => {
  for (const code of [1000, 1006, 1011, 4001, 4002, 4003, 4006]) assert.equal(reasonToStay(code), null)
  assert.equal(reasonToStay(4501), "signed_out")
  assert.equal(reasonToStay(4502), "disabled")
  assert.equal(reasonToStay(4599), "stopped")
})

test("the back-off is full jitter below 0.5 s doubling up to 30 s", () => {
  assert.equal(backoff(0, () => 1), 500)
  assert.equal(backoff(3, () => 1), 4000)
  assert.equal(backoff(20, () => 1), 30_000)
  assert.equal(backoff(20, () => 0), 0)
})

test("a short loss shows nothing, then connecting, then the seconds to wait", () => {
  assert.equal(banner(lost(), 999), null)
  assert.deepEqual(banner(lost(), 1000), { key: "connecting" })
  assert.deepEqual(banner(lost({ nextTryAt: 9500 }), 6000), { key: "reconnecting", seconds: 4 })
  assert.deepEqual(banner(lost({ nextTryAt: 5500 }), 6000), { key: "connecting" })
})

test("offline, signed out and restored say so at once", () => {
  assert.deepEqual(banner(lost({ onLine: false }), 0), { key: "offline" })
  assert.deepEqual(banner(lost({ stopped: "signed_out" }), 0), { key: "signed_out" })
  assert.deepEqual(banner(lost({ renewed: true, lostAt: null }), 0), { key: "renewed" })
})

test("an update is offered once nothing else is to be said", () => {
  const outdated = { outdated: true, lostAt: null }
  assert.deepEqual(banner(lost(outdated), 0), { key: "update" })
  assert.deepEqual(banner(lost({ ...outdated, catchingUp: 1 }), 0), { key: "catching_up", count: 1 })
  assert.deepEqual(banner(lost({ outdated: true }), 1000), { key: "connecting" })
})

test("a standing connection shows only that it catches up", () => {
  assert.equal(banner(lost({ lostAt: null }), 0), null)
  assert.deepEqual(banner(lost({ lostAt: null, catchingUp: 42 }), 0), { key: "catching_up", count: 42 })
})
