// Starts the room page: models, the socket, and the elements that show them.
//
// Imports end with a semicolon in all files: by that collectstatic finds them and names files by their content.

import "./page.js";
import { MessageActions } from "./elements/message_actions.js";
import { Announcer } from "./elements/announcer.js";
import "./elements/connection_banner.js";
import "./elements/message_composer.js";
import "./elements/message_timeline.js";
import "./elements/room_list.js";
import "./elements/room_people.js";
import * as api from "./helpers/api.js";
import { store } from "./helpers/store.js";
import { Drafts } from "./models/drafts.js";
import { Outbox } from "./models/outbox.js";
import { Presence } from "./models/presence.js";
import { RoomClock } from "./models/room_clock.js";
import { Timeline } from "./models/timeline.js";
import { Typists } from "./models/typing.js";
import { Unread } from "./models/unread.js";
import { People } from "./realtime/people.js";
import { Reading } from "./realtime/reading.js";
import { RoomFeed } from "./realtime/room_feed.js";
import { Sender } from "./realtime/sender.js";
import { Sidebar } from "./realtime/sidebar.js";
import { Socket } from "./realtime/socket.js";
import { address, live } from "./realtime/page_life.js";
import { watchPresence, watchTyping } from "./realtime/company.js";

const start = JSON.parse(document.getElementById("start").textContent)
const { me, epoch, room, limits } = start
const find = (selector) => document.querySelector(selector)

const element = find("message-timeline")
const composer = find("message-composer")
const announcer = new Announcer(find("#announcer"))
const outbox = new Outbox(store, me.id)
const drafts = new Drafts(store, me.id)
const unread = new Unread(me.id)
const people = new People(start.people, api.user)
const timeline = new Timeline(element.rendered)
const clock = new RoomClock(Number(element.dataset.version))
const socket = new Socket(address(), api.isSignedOut)
const feed = new RoomFeed({ socket, roomId: room.id, epoch, clock, timeline, loadPage: api.messagesPage })

new Sender({ socket, outbox })
element.start({ feed, timeline, outbox, me })
composer.start({ drafts, roomId: room.id, limit: limits.content })
find("connection-banner").start({ socket, feed })
const sidebar = new Sidebar({ socket, unread, drafts, outbox, list: find("room-list"), room, me, loadRooms: api.rooms })
new Reading({ socket, feed, timeline, element, unread, sidebar, pill: find(".pill"), announcer, room, me })
const actions = new MessageActions({ element, timeline, socket, me, announcer })
watchPresence({ socket, roomId: room.id, presence: new Presence(), people, element: find("room-people") })
watchTyping({ socket, roomId: room.id, typists: new Typists(), people, me, line: find(".typing") })

composer.addEventListener("send", async ({ detail: content }) => {
  outbox.add({ clientMessageId: crypto.randomUUID(), roomId: room.id, content, createdAt: Date.now() })
  await element.toEnd()
})
composer.addEventListener("typing", ({ detail }) => socket.send({ type: "typing", room_id: room.id, is_typing: detail }))
// A restored server knows other versions than this page. Nobody's sentence is cut off for it.
feed.addEventListener("renewed", () => composer.isEmpty && location.reload())
feed.addEventListener("gone", () => composer.close())
composer.addEventListener("edit-last", () => actions.editLast())

addEventListener("keydown", (event) => {
  if (event.key !== "Escape" || event.defaultPrevented || document.querySelector("dialog[open], :popover-open")) return
  element.toEnd()
  composer.focus()
})
addEventListener("storage", ({ key, newValue }) => newValue === null && outbox.removedElsewhere(key))

live(socket)
if (!start.target && matchMedia("(pointer: fine)").matches) composer.focus()
