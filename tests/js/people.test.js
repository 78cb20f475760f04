import assert from "node:assert/strict"
import { test } from "node:test"

import { hue, initials, roomName } from "../../static/js/helpers/people.js"
import { Presence } from "../../static/js/models/presence.js"

test("hues and initials are those of the server", () => {
  assert.equal(hue("01a1fc78-333f-7629-bf8c-4d85f4aa4bd6"), `hue-${0x4bd6 % 12}`)
  assert.equal(hue(""), "hue-0")
  assert.equal(initials("Ada King Lovelace"), "AL")
  assert.equal(initials("Ben"), "B")
  assert.equal(initials(" "), "")
})

test("a direct is called by the others in it", () => {
  const room = { name: "", people: [{ id: "a", name: "Ada" }, { id: "b", name: "Ben" }] }
  assert.equal(roomName(room, "a"), "Ben")
  assert.equal(roomName({ name: "", people: [{ id: "a", name: "Ada" }] }, "a"), "Ada")
})

test("the count is the server's, as above 200 people nobody is named", () => {
  const presence = new Presence()
  presence.joined({ participants: ["a", "b"], participant_count: 2 })
  presence.update({ user_id: "b", status: "offline", participant_count: 1 })
  assert.deepEqual([presence.here, presence.count], [["a"], 1])
  presence.update({ participant_count: 250 })
  assert.equal(presence.count, 250)
})
