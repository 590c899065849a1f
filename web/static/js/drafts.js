// What somebody wrote in a long form survives a session that ends: kept in this tab for the same person until it is sent.

const PREFIX = "kyokan.draft:";
const WRITTEN = "textarea, input:is([type=text], [type=date], [type=number], [type=search], [type=url], :not([type]))";
const OURS = new Set(["csrf_token", "version", "key"]); // hidden fields that differ from one showing of a form to the next
const KEPT = new Set(["version", "key"]); // of those, what the writing was based on: others' changes must still be noticed
const person = document.documentElement.dataset.person ?? "";
const unanswered = document.body.dataset.drafts === "keep"; // the page says that nothing was done

function isLong(form) {
  if (form.method !== "post" || form.querySelector("[type=password], [autocomplete=one-time-code]")) return false;
  return form.querySelector("textarea") !== null || form.querySelectorAll(WRITTEN).length >= 3;
}

function isKept(field) {
  if (!field.name || ["file", "submit", "button"].includes(field.type)) return false;
  return field.type !== "hidden" || KEPT.has(field.name);
}

// The same form of the same thing, whatever page it stands on.
function nameOf(form) {
  const fields = [...form.elements].filter((field) => field.name && field.type !== "submit");
  const told = fields.map((field) => (field.type === "hidden" && !OURS.has(field.name) ? [field.name, field.value] : field.name));
  return PREFIX + JSON.stringify([new URL(form.action).pathname, told]);
}

function read(name) {
  try {
    return JSON.parse(sessionStorage.getItem(name));
  } catch {
    return null;
  }
}

function keep(name, draft) {
  try {
    sessionStorage.setItem(name, JSON.stringify(draft));
  } catch {
    // a browser that keeps nothing, or has no room: the form is sent all the same
  }
}

function names() {
  try {
    return Object.keys(sessionStorage).filter((name) => name.startsWith(PREFIX));
  } catch {
    return [];
  }
}

function ticked(field) {
  return field.type === "checkbox" || field.type === "radio";
}

function fill(form, draft) {
  const fields = [...form.elements].filter(isKept);
  if (fields.length !== draft.values.length) return false;
  fields.forEach((field, at) => {
    if (ticked(field)) field.checked = draft.values[at];
    else field.value = draft.values[at];
  });
  return true;
}

function say(form, name) {
  const said = document.getElementById("draft-kept").content.cloneNode(true);
  said.querySelector("button").addEventListener("click", () => {
    sessionStorage.removeItem(name);
    location.reload();
  });
  form.prepend(said);
  for (let around = form.closest("details"); around; around = around.parentElement.closest("details")) around.open = true;
  form.firstElementChild.scrollIntoView({ block: "nearest" });
}

// A draft that no page of the person has answered waits; one that was answered has been sent or stands in the page.
for (const name of names()) {
  const draft = read(name);
  if (!draft || (person && draft.person !== person)) sessionStorage.removeItem(name);
  else if (!person || unanswered) keep(name, { ...draft, waiting: true });
  else if (!draft.waiting) sessionStorage.removeItem(name);
}

const waiting = names().map(read);
if (person && !unanswered) {
  for (const form of document.querySelectorAll("main form")) {
    const draft = isLong(form) && read(nameOf(form));
    if (draft && fill(form, draft)) say(form, nameOf(form));
  }
} else if (waiting.length > 0) {
  for (const said of document.querySelectorAll("[data-drafts-waiting]")) {
    said.hidden = false;
    for (const link of said.querySelectorAll("a")) link.href = waiting.at(-1).path;
  }
}

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (new URL(form.action).pathname === "/sign-out") {
    for (const name of names()) sessionStorage.removeItem(name);
  } else if (person && isLong(form)) {
    const values = [...form.elements].filter(isKept).map((field) => (ticked(field) ? field.checked : field.value));
    keep(nameOf(form), { person, path: location.pathname + location.search, values, waiting: false });
  }
});
