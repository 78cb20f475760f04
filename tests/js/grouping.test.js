import assert from "node:assert/strict"
import { test } from "node:test"

import { standing } from "../../static/js/models/grouping.js"

const at = (creatorId, iso) => ({ creatorId, createdAt: new Date(iso) })
const dayOf = (date) => date.toISOString().slice(0, 10)

test("the first message begins a day and a group", () => {
  assert.deepEqual(standing(null, at("a", "2026-01-01T10:00Z"), dayOf), { day: "2026-01-01", newDay: true, first: true })
})

test("the same author within five minutes goes on, another or later does not", () => {
  const above = at("a", "2026-01-01T10:00Z")
  assert.equal(standing(above, at("a", "2026-01-01T10:04:59Z"), dayOf).first, false)
  assert.equal(standing(above, at("a", "2026-01-01T10:05Z"), dayOf).first, true)
  assert.equal(standing(above, at("b", "2026-01-01T10:01Z"), dayOf).first, true)
})

test("midnight parts even one author's messages", () => {
  const { newDay, first } = standing(at("a", "2026-01-01T23:59Z"), at("a", "2026-01-02T00:01Z"), dayOf)
  assert.deepEqual([newDay, first], [true, true])
})
