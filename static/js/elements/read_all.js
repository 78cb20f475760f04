// "Mark all read": the menu's form and Shift+Escape. What it led to comes by the socket, for every page and device.

import * as api from "../helpers/api.js";

// From here on it is asked first.
const MANY = 50

export function watchReadAll({ unread, done, failed }) {
  const form = document.getElementById("read-all")
  const dialog = document.getElementById("confirm-read-all")
  const read = () => api.readAll(form.csrfmiddlewaretoken.value).then(done, failed)
  const ask = () => {
    document.querySelector(":popover-open")?.hidePopover()
    if (unread.total < MANY) return read()
    dialog.returnValue = ""
    dialog.showModal()
  }
  form.addEventListener("submit", (event) => {
    event.preventDefault()
    ask()
  })
  dialog.addEventListener("close", () => dialog.returnValue === "read" && read())
  addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || !event.shiftKey || document.querySelector("dialog[open]")) return
    event.preventDefault()
    ask()
  })
}
