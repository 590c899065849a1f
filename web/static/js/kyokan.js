// Small conveniences over pages that work without them.

document.documentElement.classList.add("live");

// A slider's number and its track follow the thumb: the style sheet reads the attribute.
document.addEventListener("input", (event) => {
  const range = event.target;
  if (range.type !== "range") return;
  const value = Number(range.value);
  range.setAttribute("value", value.toFixed(1));
  const output = range.parentElement.querySelector("output");
  const signed = Number(range.min) < 0;
  const size = Math.abs(value).toFixed(1);
  output.value = signed ? (size === "0.0" ? "0" : (value > 0 ? "+" : "−") + size) : size;
});

// Fields that say nothing stay out of the address.
document.addEventListener("formdata", (event) => {
  for (const [name, value] of [...event.formData.entries()]) {
    const neutral = value === "" || (name.startsWith("kansei.") && Number(value) === 0);
    if (neutral) event.formData.delete(name);
  }
});
document.addEventListener("htmx:configRequest", (event) => {
  const parameters = event.detail.parameters;
  for (const name of [...parameters.keys()]) {
    const value = parameters.get(name);
    if (value === "" || (name.startsWith("kansei.") && Number(value) === 0)) parameters.delete(name);
  }
});

// A typed name is no longer the entity that was chosen before.
document.addEventListener("input", (event) => {
  if (event.target.id !== "q") return;
  event.target.form.querySelector("input[name=entity]")?.remove();
});

// Up and down move between the name and what it may mean; Escape goes back to the name.
document.addEventListener("keydown", (event) => {
  const list = document.getElementById("suggestions");
  if (!list) return;
  const field = document.getElementById("q");
  const links = [...list.querySelectorAll("a")];
  const at = links.indexOf(document.activeElement);
  if (document.activeElement !== field && at < 0) return;
  const moves = { ArrowDown: Math.min(at + 1, links.length - 1), ArrowUp: at - 1 };
  if (event.key === "Escape") {
    list.replaceChildren();
    field.focus();
  } else if (event.key in moves && links.length > 0) {
    event.preventDefault();
    (links[moves[event.key]] ?? field).focus();
  }
});

// Folded sections stand open where there is room, and open for a link that leads into one.
const wide = window.matchMedia("(min-width: 800px)");
function unfold() {
  for (const fold of document.querySelectorAll("details.fold")) if (wide.matches) fold.open = true;
  const target = location.hash.length < 2 ? null : document.getElementById(decodeURIComponent(location.hash.slice(1)));
  for (let around = target?.closest("details"); around; around = around.parentElement.closest("details")) around.open = true;
}
unfold();
wide.addEventListener("change", unfold);
window.addEventListener("hashchange", unfold);
document.addEventListener("htmx:afterSettle", unfold);
