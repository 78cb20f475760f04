import assert from "node:assert/strict"
import { test } from "node:test"

import "./browser.js"
import { KEPT, Rooms } from "../../static/js/realtime/rooms.js"
import { stopTime } from "./time.js"

class Socket extends EventTarget {
  isOpen = true
  hear(type, detail) { this.dispatchEvent(Object.assign(new Event(type), { detail })) }
}

function room(id) {
  const heard = []
  const feed = { isOpen: false, gone: null, open: () => heard.push("open"), join: () => heard.push("join"), close: () => heard.push("close") }
  return { id, heard, feed, received: (frame) => heard.push(frame.type), lost: () => heard.push("lost") }
}

function rooms(...ids) {
  const socket = new Socket(), all = new Rooms(socket), made = ids.map(room)
  for (const one of made) all.open(one)
  return { socket, all, made }
}

test("each hears its own frames, and every open one the pong", () => {
  const { socket, made: [hall, attic] } = rooms("hall", "attic")
  attic.feed.isOpen = true
  socket.hear("frame", { type: "presence_update", room_id: "hall" })
  socket.hear("frame", { type: "new_message", message: { room_id: "attic" } })
  socket.hear("frame", { type: "new_message", message: { room_id: "elsewhere" } })
  socket.hear("frame", { type: "pong", rooms: {} })
  assert.deepEqual(hall.heard, ["presence_update"])
  assert.deepEqual(attic.heard, ["new_message", "pong"])
})

test("the twenty that were open last live on", () => {
  const ids = Array.from({ length: KEPT + 2 }, (_, number) => `room-${number}`)
  const { all, made } = rooms(...ids)
  assert.equal(all.get("room-0"), undefined)
  assert.equal(all.get("room-2"), made[2])
  assert.deepEqual(made[0].heard, ["close"])
  all.open(made[2])
  all.open(room("one more"))
  assert.equal(all.get("room-2"), made[2], "it was open again since")
  assert.equal(all.get("room-3"), undefined)
})

test("what was fetched ahead pushes out nothing, and stays once it is opened", () => {
  const { all, made } = rooms(...Array.from({ length: KEPT }, (_, number) => `room-${number}`))
  const ahead = room("ahead")
  all.fetchedAhead(ahead)
  assert.equal(all.get("room-0"), made[0])
  assert.deepEqual(all.ahead, ["ahead"])
  all.open(ahead)
  assert.equal(all.get("room-0"), undefined)
  assert.deepEqual(all.ahead, [])
})

test("who was taken out of a room that is not open finds nothing of it", () => {
  const { socket, all, made: [hall] } = rooms("hall")
  hall.received = () => (hall.feed.gone = "removed")
  socket.hear("frame", { type: "room_removed", room_id: "hall", reason: "removed" })
  assert.equal(all.get("hall"), undefined)
})

test("whoever runs through rooms joins the one where they stop", (t) => {
  const time = stopTime(t)
  const { all, made: [hall, attic, cellar] } = rooms("hall", "attic", "cellar")
  all.join(hall)
  assert.deepEqual(hall.heard, ["open"], "whoever just goes there does not wait")
  time.tick(50)
  all.leave(hall)
  all.join(attic)
  time.tick(100)
  all.leave(attic)
  all.join(cellar)
  time.tick(500)
  assert.deepEqual(attic.heard, ["close"])
  assert.deepEqual(cellar.heard, ["open"])
})

test("whoever has left before it was joined does not join it", (t) => {
  const time = stopTime(t)
  const { all, made: [hall, attic] } = rooms("hall", "attic")
  all.join(hall)
  all.leave(hall)
  all.join(attic)
  all.leave(attic)
  time.tick(500)
  assert.deepEqual(attic.heard, ["close"])
})
