// Times as the reader's clock shows them. English days are written as the server writes them: "Thursday 19 November".

import { word } from "./words.js";

const lang = () => (document.documentElement.lang.startsWith("en") ? "en-GB" : document.documentElement.lang)
const formats = new Map()

function format(name, options) {
  if (!formats.has(name)) formats.set(name, new Intl.DateTimeFormat(lang(), options))
  return formats.get(name)
}

export const clock = (date) => format("clock", { hour: "2-digit", minute: "2-digit", hourCycle: "h23" }).format(date)

export const full = (date) => `${format("full", { weekday: "long", day: "numeric", month: "long", year: "numeric" }).format(date)}, ${clock(date)}`

// A day as `2026-01-31`, in the reader's time zone.
export function dayOf(date) {
  const two = (number) => String(number).padStart(2, "0")
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`
}

export function dayName(date, now = new Date()) {
  if (dayOf(date) === dayOf(now)) return word("today")
  const yesterday = new Date(now)
  yesterday.setDate(now.getDate() - 1)
  if (dayOf(date) === dayOf(yesterday)) return word("yesterday")
  const year = date.getFullYear() === now.getFullYear() ? undefined : "numeric"
  return format(`day-${year}`, { weekday: "long", day: "numeric", month: "long", year }).format(date).replace(",", "")
}

export const zone = () => Intl.DateTimeFormat().resolvedOptions().timeZone
