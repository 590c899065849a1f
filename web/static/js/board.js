// Dragging a slip onto another stage of its status presses the button that stands under it.

let held = null;
for (const slip of document.querySelectorAll(".slip[data-moves]")) {
  slip.draggable = true;
  slip.addEventListener("dragstart", (event) => {
    held = slip;
    event.dataTransfer.effectAllowed = "move";
    event.dataTransfer.setData("text/plain", slip.id);
  });
  slip.addEventListener("dragend", () => {
    held = null;
    for (const stage of document.querySelectorAll(".taking")) stage.classList.remove("taking");
  });
}

function buttonFor(section) {
  const list = section.querySelector("[data-stage]");
  return held && list && [...held.querySelectorAll(".moves button")].find((one) => one.value === list.dataset.stage);
}

for (const section of document.querySelectorAll(".stages section")) {
  section.addEventListener("dragover", (event) => {
    if (!buttonFor(section)) return;
    event.preventDefault();
    section.classList.add("taking");
  });
  section.addEventListener("dragleave", () => section.classList.remove("taking"));
  section.addEventListener("drop", (event) => {
    const button = buttonFor(section);
    if (!button) return;
    event.preventDefault();
    button.form.requestSubmit(button);
  });
}
