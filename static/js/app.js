// Starts every page with a sidebar: models, the one socket, the parts that stay, and the screen that the server rendered.

import "./page.js";
import { Announcer } from "./elements/announcer.js";
import "./elements/connection_banner.js";
import "./elements/message_composer.js";
import "./elements/message_timeline.js";
import { watchTyping } from "./elements/typing_anywhere.js";
import { watchReadAll } from "./elements/read_all.js";
import "./elements/room_list.js";
import "./elements/room_people.js";
import * as api from "./helpers/api.js";
import { watchRooms } from "./helpers/room_refs.js";
import { store } from "./helpers/store.js";
import { word } from "./helpers/words.js";
import { Drafts } from "./models/drafts.js";
import { Outbox } from "./models/outbox.js";
import { Unread } from "./models/unread.js";
import { Ahead } from "./navigation/ahead.js";
import { Pages } from "./navigation/pages.js";
import { Stage } from "./navigation/stage.js";
import { Visits } from "./navigation/visits.js";
import { watchDirects } from "./realtime/directs.js";
import { LiveParts } from "./realtime/live_parts.js";
import { address, live } from "./realtime/page_life.js";
import { People } from "./realtime/people.js";
import { Rooms } from "./realtime/rooms.js";
import { Sender } from "./realtime/sender.js";
import { Sidebar } from "./realtime/sidebar.js";
import { Socket } from "./realtime/socket.js";

const { me, epoch, version, build, limits } = JSON.parse(document.getElementById("start").textContent)
// What was fetched ahead is not as it was after these.
const CHANGES_PAGES = new Set(["room_added", "room_removed", "room_updated", "membership_updated", "member_updated"])
const find = (selector) => document.querySelector(selector)

const [list, banner] = [find("room-list"), find("connection-banner")]
const announcer = new Announcer(find("#announcer"))
const outbox = new Outbox(store, me.id)
const drafts = new Drafts(store, me.id)
const unread = new Unread(me.id)
const people = new People([me], api.user)
const socket = new Socket(address(), api.isSignedOut)
const rooms = new Rooms(socket)
const sidebar = new Sidebar({ socket, unread, drafts, outbox, list, loadRooms: api.rooms })
const parts = new LiveParts(socket)
const stage = new Stage({ banner, sidebar, list, unread, parts, announcer })
const pages = new Pages(build)
// What every screen may use.
const home = { socket, outbox, drafts, unread, people, rooms, sidebar, stage, parts, pages, announcer, api, me, limits }
const visits = new Visits({ stage, pages, rooms, home })

watchRooms({ mine: (id) => sidebar.get(id) || list.has(id), room: api.room, openRooms: () => api.rooms("?scope=open") })
const isComposing = () => stage.isComposing || visits.isEditing

new Sender({ socket, outbox })
new Ahead({ pages, visits, rooms, sidebar, unread, socket })
banner.start({ socket, version, loadVersion: api.version, isComposing, leave: () => visits.visit("/") })
visits.start(find("#main"))
watchDirects({ socket, load: api.online })
watchReadAll({ unread, done: () => announcer.show(word("all_read")), failed: () => announcer.show(word("failed")) })

// A restored server knows other versions than this page. Nobody's sentence is cut off for it.
home.renew = () => (isComposing() ? banner.renew() : location.reload())
socket.addEventListener("welcome", ({ detail }) => detail.epoch === epoch || home.renew())
socket.addEventListener("frame", ({ detail: { type, user, room } }) => {
  if (type === "user_updated" && user) people.learn(user)
  if (CHANGES_PAGES.has(type)) pages.forget()
  // Whoever is brought in again finds the room, and the draft, as a fresh page has them.
  if (type === "room_added" && stage.screen.feed?.gone && room?.id === stage.screen.info.id) visits.anew()
})
watchTyping(stage)
addEventListener("storage", ({ key, newValue }) => newValue === null && outbox.removedElsewhere(key))

live(socket)
