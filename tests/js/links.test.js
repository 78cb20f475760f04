import assert from "node:assert/strict"
import { test } from "node:test"

import { isInside, isPlaceIn, isPlain, roomAt } from "../../static/js/models/links.js"

const HERE = "http://chat.test"
const ID = "0199c0de-1111-7222-8333-444455556666"

test("rooms and messages in them are known by their addresses", () => {
  assert.deepEqual(roomAt(`${HERE}/rooms/${ID}`), { id: ID, seq: null })
  assert.deepEqual(roomAt(`${HERE}/rooms/${ID}/@12#m-12`), { id: ID, seq: 12 })
})

test("other pages are no rooms, nor is a page of the past", () => {
  for (const path of ["/", "/search?q=x", "/rooms/browse", "/rooms/new", `/rooms/${ID}/settings`, `/rooms/${ID}?before=40`]) {
    assert.equal(roomAt(HERE + path), null, path)
  }
})

test("what other parts of the server answer, and other servers, is left to the browser", () => {
  const inside = ["/", "/search?q=x", `/rooms/${ID}`, "/invitations", "/rooms/administrators"]
  const outside = ["/admin/", "/admin", "/api/docs/", "/static/x.css", "/join/abc", "/sign-in?next=/", "/setup"]
  for (const path of inside) assert.ok(isInside(HERE + path, `${HERE}/menu`), path)
  for (const path of outside) assert.ok(!isInside(HERE + path, `${HERE}/menu`), path)
  for (const address of ["https://chat.test/", "http://other.test/", "mailto:ada@chat.test", "http://chat.test:81/"]) {
    assert.ok(!isInside(address, `${HERE}/menu`), address)
  }
})

test("a place in the same page is gone to by the browser", () => {
  assert.ok(isPlaceIn(`${HERE}/search?q=x#main`, `${HERE}/search?q=x`))
  assert.ok(!isPlaceIn(`${HERE}/search?q=y#main`, `${HERE}/search?q=x`))
  assert.ok(!isPlaceIn(`${HERE}/search?q=x`, `${HERE}/search?q=x`))
})

const link = ({ target = "", download = false } = {}) => ({ target, hasAttribute: (name) => name === "download" && download })
const click = (how = {}) => ({ defaultPrevented: false, button: 0, metaKey: false, ctrlKey: false, shiftKey: false, altKey: false, ...how })

test("a plain click is followed here, every other way is the browser's", () => {
  assert.ok(isPlain(click(), link()))
  assert.ok(isPlain(click(), link({ target: "_self" })))
  for (const how of [{ button: 1 }, { metaKey: true }, { ctrlKey: true }, { shiftKey: true }, { altKey: true }, { defaultPrevented: true }]) {
    assert.ok(!isPlain(click(how), link()), JSON.stringify(how))
  }
  assert.ok(!isPlain(click(), link({ target: "_blank" })))
  assert.ok(!isPlain(click(), link({ download: true })))
})
