import assert from "node:assert/strict"
import { test } from "node:test"

import { HOLE_MS, RoomClock } from "../../static/js/models/room_clock.js"

test("versions that follow on move the cursor", () => {
  const clock = new RoomClock(5)
  clock.saw(6, 0)
  clock.saw(7, 0)
  assert.equal(clock.cursor, 7)
  assert.equal(clock.dueAt, null)
})

test("a hole is due half a second after it opened, and not once it has closed", () => {
  const clock = new RoomClock(5)
  clock.saw(8, 1000)
  assert.equal(clock.cursor, 5)
  assert.equal(clock.dueAt, 1000 + HOLE_MS)
  clock.saw(7, 1200)
  assert.equal(clock.dueAt, 1000 + HOLE_MS, "a second change does not put it off")
  clock.saw(6, 1300)
  assert.equal(clock.cursor, 8)
  assert.equal(clock.dueAt, null)
})

test("a version that the server tells of is a hole until it comes", () => {
  const clock = new RoomClock(5)
  clock.told(6, 100)
  assert.equal(clock.dueAt, 100 + HOLE_MS)
  clock.saw(6, 200)
  assert.equal(clock.dueAt, null)
})

test("what is known already is no hole", () => {
  const clock = new RoomClock(5)
  clock.told(5, 0)
  clock.saw(3, 0)
  assert.equal(clock.cursor, 5)
  assert.equal(clock.dueAt, null)
})

test("a finished catch-up raises the cursor over what was remembered, never lowers it", () => {
  const clock = new RoomClock(5)
  clock.saw(8, 0)
  clock.raise(7, 0)
  assert.equal(clock.cursor, 8)
  clock.raise(2, 0)
  assert.equal(clock.cursor, 8)
})

test("any order of delivery ends at the same cursor", () => {
  for (let round = 0; round < 200; round++) {
    const clock = new RoomClock(0)
    const versions = Array.from({ length: 30 }, (_, at) => at + 1).sort(() => Math.random() - 0.5)
    for (const version of versions) clock.saw(version, 0)
    assert.equal(clock.cursor, 30)
    assert.equal(clock.dueAt, null)
  }
})
