import assert from "node:assert/strict"
import { test } from "node:test"

import { RoomClock } from "../../static/js/models/room_clock.js"
import { RoomFeed } from "../../static/js/realtime/room_feed.js"

// A socket whose catch-ups are refused for now; what is joined is told at once.
class Socket extends EventTarget {
  isOpen = true
  asked = []

  request(ask) {
    this.asked.push(ask.type)
    const refusal = Object.assign(new Error("later"), { code: "unavailable", retryAfter: 60 })
    return ask.type === "catch_up" ? Promise.reject(refusal) : Promise.resolve({})
  }

  hear(type, detail) {
    const event = new Event(type)
    event.detail = detail
    this.dispatchEvent(event)
  }
}

const turn = () => new Promise((resolve) => setImmediate(resolve))

function feedAt(cursor) {
  const socket = new Socket(), clock = new RoomClock(cursor)
  const feed = new RoomFeed({ socket, roomId: "hall", epoch: "one", clock, timeline: {}, loadPage: () => null })
  socket.hear("welcome", { epoch: "one" })
  return { socket, clock, feed }
}

const joined = (version) => ({ type: "room_joined", room_id: "hall", epoch: "one", version })
const replayed = (version) => ({ type: "catch_up_complete", room_id: "hall", version })

test("what the server replayed by itself says nothing of what lies below where we joined", async (t) => {
  t.mock.timers.enable({ apis: ["setTimeout"] })
  const { socket, clock } = feedAt(10)
  socket.hear("frame", joined(20))
  await turn()
  assert.deepEqual(socket.asked, ["join_room", "catch_up"])
  socket.hear("frame", replayed(30))
  assert.equal(clock.cursor, 10, "11 to 20 have not come")
  assert.notEqual(clock.dueAt, null, "and are asked for")
})

test("from where we joined it is taken at its word", () => {
  const { socket, clock } = feedAt(20)
  socket.hear("frame", joined(20))
  socket.hear("frame", replayed(30))
  assert.equal(clock.cursor, 30)
})
