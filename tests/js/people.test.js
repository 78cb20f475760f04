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

test("several others are called by their first names, unless two are the same", () => {
  const sentences = { names_two: "{first} and {second}", names_three: "{first}, {second} and {third}", names_more: "{first}, {second} and {count} more" }
  globalThis.document = { getElementById: (id) => (id === "words" ? { textContent: JSON.stringify(sentences) } : null), documentElement: { lang: "en" } }
  const direct = (...names) => ({ name: "", people: [{ id: "me", name: "Me" }, ...names.map((name) => ({ id: name, name }))] })
  assert.equal(roomName(direct("Ada King", "Ben Okafor"), "me"), "Ada and Ben")
  assert.equal(roomName(direct("Ada King", "Ben Okafor", "Cleo M"), "me"), "Ada, Ben and Cleo")
  assert.equal(roomName(direct("Ada King", "Ben Okafor", "Cleo M", "Dan W"), "me"), "Ada, Ben and 2 more")
  assert.equal(roomName(direct("Ada King", "Ada Lovelace"), "me"), "Ada King and Ada Lovelace")
  delete globalThis.document
})

test("the count is the server's, as above 200 people nobody is named", () => {
  const presence = new Presence()
  presence.joined({ participants: ["a", "b"], participant_count: 2 })
  presence.update({ user_id: "b", status: "offline", participant_count: 1 })
  assert.deepEqual([presence.here, presence.count], [["a"], 1])
  presence.update({ participant_count: 250 })
  assert.equal(presence.count, 250)
})
