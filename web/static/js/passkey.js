// A form that wants a passkey asks the browser for it when it is sent; without this, other second steps remain.

const { PublicKeyCredential: keys } = window;
const ways = {
  create: (wanted) => navigator.credentials.create({ publicKey: keys.parseCreationOptionsFromJSON(wanted) }),
  get: (wanted) => navigator.credentials.get({ publicKey: keys.parseRequestOptionsFromJSON(wanted) }),
};

for (const field of document.querySelectorAll("input[data-passkey]")) {
  if (!keys?.parseRequestOptionsFromJSON) continue;
  const { form } = field;
  const button = form.querySelector("[data-passkey-button]");
  const failed = form.querySelector("[data-passkey-failed]");
  button.hidden = false;
  form.querySelector("[data-passkey-unable]").hidden = true;
  form.addEventListener("submit", async (event) => {
    if (field.value) return;
    event.preventDefault();
    failed.hidden = true;
    button.disabled = true;
    try {
      const shown = await ways[field.dataset.passkey](JSON.parse(field.dataset.wanted));
      field.value = JSON.stringify(shown.toJSON());
      form.submit();
    } catch {
      failed.hidden = false;
      button.disabled = false;
    }
  });
}
